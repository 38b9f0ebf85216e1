"""A tree written out: canonical text for people, canonical JSON for caches and digests."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import Any, TypeAlias

from ilactl.dates import parse_date
from ilactl.ledger.grammar import is_name
from ilactl.money import parse_decimal
from ilactl.rules.expressions.tree import (
    And,
    Arithmetic,
    Between,
    Case,
    Coalesce,
    Compare,
    Extreme,
    In,
    InGroup,
    IsNull,
    Literal,
    Name,
    Negate,
    Node,
    Not,
    Or,
    Stretch,
)

__all__ = ["digest", "from_json", "text_of", "to_json"]

Json: TypeAlias = dict[str, Any]

_OR, _AND, _NOT, _TEST, _SUM, _PRODUCT, _UNIT = range(7)


def text_of(node: Node) -> str:
    """The expression in one fixed writing, no bracket more than needed. Parsing it gives the same tree."""
    return _written(node)[0]


def _within(node: Node, level: int) -> str:
    text, own = _written(node)
    return text if own >= level else f"({text})"


def _written(node: Node) -> tuple[str, int]:
    match node:
        case Literal():
            return _constant(node), _UNIT
        case Name():
            return node.full, _UNIT
        case InGroup(group):
            return f"in_group('{group}')", _UNIT
        case Not(operand):
            return f"NOT {_within(operand, _TEST)}", _NOT
        case And(operands):
            return " AND ".join(_within(part, _NOT) for part in operands), _AND
        case Or(operands):
            return " OR ".join(_within(part, _AND) for part in operands), _OR
        case Compare(op, left, right):
            return f"{_within(left, _SUM)} {op} {_within(right, _SUM)}", _TEST
        case IsNull(operand, known):
            return f"{_within(operand, _UNIT)} IS {'NOT ' if known else ''}NULL", _TEST
        case In(operand, options):
            return f"{_within(operand, _UNIT)} IN ({', '.join(map(_constant, options))})", _TEST
        case Between(operand, low, high):
            return f"{_within(operand, _SUM)} BETWEEN {_within(low, _SUM)} AND {_within(high, _SUM)}", _TEST
        case Arithmetic(op, left, right):
            level = _SUM if op in "+-" else _PRODUCT
            return f"{_within(left, level)} {op} {_within(right, level + 1)}", level
        case Negate(operand):
            return f"-({text_of(operand)})", _UNIT
        case Extreme(op, operands):
            return f"{op}({', '.join(map(text_of, operands))})", _UNIT
        case Coalesce(operands):
            return f"COALESCE({', '.join(map(text_of, operands))})", _UNIT
        case Case(branches, otherwise):
            parts = "".join(f" WHEN {text_of(when)} THEN {text_of(then)}" for when, then in branches)
            return f"CASE{parts} ELSE {text_of(otherwise)} END", _UNIT


def _constant(node: Literal) -> str:
    value = node.value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, Fraction):
        return node.text
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return f"DATE '{value.isoformat()}'"


def to_json(node: Node, *, places: bool = True) -> Json:
    """The tree as JSON objects; `places` False leaves out where and how each node was written."""

    def many(nodes: tuple[Node, ...]) -> list[Json]:
        return [to_json(part, places=places) for part in nodes]

    made: Json
    match node:
        case Literal(value, text):
            made = {"is": "literal", "value": _constant_json(value)}
            if places:
                made["text"] = text
        case Name(qualifier, name):
            made = {"is": "name", "qualifier": qualifier, "name": name}
        case InGroup(group):
            made = {"is": "in_group", "group": group}
        case Not(operand) | Negate(operand):
            made = {"is": "not" if isinstance(node, Not) else "negate", "parts": many((operand,))}
        case And(operands) | Or(operands) | Coalesce(operands):
            made = {"is": type(node).__name__.lower(), "parts": many(operands)}
        case Compare(op, left, right) | Arithmetic(op, left, right):
            made = {"is": type(node).__name__.lower(), "op": op, "parts": many((left, right))}
        case Extreme(op, operands):
            made = {"is": "extreme", "op": op, "parts": many(operands)}
        case IsNull(operand, known):
            made = {"is": "is_null", "known": known, "parts": many((operand,))}
        case In(operand, options):
            made = {"is": "in", "parts": many((operand, *options))}
        case Between(operand, low, high):
            made = {"is": "between", "parts": many((operand, low, high))}
        case Case(branches, otherwise):
            flat = tuple(part for branch in branches for part in branch)
            made = {"is": "case", "parts": many((*flat, otherwise))}
    if places:
        made["at"] = [node.position, node.length]
    return made


def _constant_json(value: object) -> Json:
    if isinstance(value, bool):
        return {"bool": value}
    if isinstance(value, Fraction):
        return {"number": str(value)}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    return {"text": value}


def digest(node: Node) -> str:
    """SHA-256 of what the expression means: layout, brackets and case of keywords leave it alone."""
    canonical = json.dumps(to_json(node, places=False), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()


def from_json(made: Json) -> Node:
    """The tree that `to_json` wrote. Raises ValueError where it is none: a cache may be damaged."""
    try:
        return _read(made)
    except (KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise ValueError(f"no tree: {error}") from None


def _read(made: Json) -> Node:
    place = Stretch(position=int(made["at"][0]), length=int(made["at"][1]))
    parts = [_read(part) for part in made.get("parts", ())]
    kind = made["is"]
    if made.get("op", "") not in _OPS.get(kind, ("",)):
        raise ValueError(f"no operator of {kind}")
    node = _LEAVES[kind](made, place) if kind in _LEAVES else _INNER[kind](made, parts, place)
    if to_json(node) != made:
        raise ValueError(f"no tree: {kind}")
    return node


def _literal(made: Json, place: Stretch) -> Node:
    ((kind, value),) = made["value"].items()
    text = made["text"]
    if kind == "bool" and isinstance(value, bool):
        return Literal(value, **place)
    if kind == "number" and (number := parse_decimal(text)) is not None:
        return Literal(number, text, **place)
    if kind == "date" and (day := parse_date(value)) is not None:
        return Literal(day, **place)
    if kind == "text" and isinstance(value, str):
        return Literal(value, **place)
    raise ValueError("no constant")


_LEAVES: dict[str, Callable[[Json, Stretch], Node]] = {
    "literal": _literal,
    "name": lambda made, place: Name(made["qualifier"], made["name"], **place),
    "in_group": lambda made, place: InGroup(_word(made["group"]), **place),
}
_OPS = {
    "compare": ("=", "<>", "<", "<=", ">", ">="),
    "arithmetic": ("+", "-", "*", "/"),
    "extreme": ("LEAST", "GREATEST"),
}
_INNER: dict[str, Callable[[Json, list[Node], Stretch], Node]] = {
    "not": lambda made, parts, place: Not(parts[0], **place),
    "negate": lambda made, parts, place: Negate(parts[0], **place),
    "and": lambda made, parts, place: And(tuple(parts), **place),
    "or": lambda made, parts, place: Or(tuple(parts), **place),
    "coalesce": lambda made, parts, place: Coalesce(tuple(parts), **place),
    "compare": lambda made, parts, place: Compare(made["op"], parts[0], parts[1], **place),
    "arithmetic": lambda made, parts, place: Arithmetic(made["op"], parts[0], parts[1], **place),
    "extreme": lambda made, parts, place: Extreme(made["op"], tuple(parts), **place),
    "is_null": lambda made, parts, place: IsNull(parts[0], made["known"], **place),
    "in": lambda made, parts, place: In(parts[0], _literals(parts[1:]), **place),
    "between": lambda made, parts, place: Between(parts[0], parts[1], parts[2], **place),
    "case": lambda made, parts, place: Case(
        tuple(zip(parts[:-1:2], parts[1:-1:2], strict=True)), parts[-1], **place
    ),
}


def _word(text: str) -> str:
    if not is_name(text):
        raise ValueError("no name of a group")
    return text


def _literals(nodes: list[Node]) -> tuple[Literal, ...]:
    return tuple(node for node in nodes if isinstance(node, Literal))
