"""The parser's JSON, node by node, into our own tree: a whitelist, with places in characters."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from ilactl.dates import parse_date
from ilactl.findings import Kind
from ilactl.ledger.grammar import is_name
from ilactl.rules.expressions import faults as kinds
from ilactl.rules.expressions.faults import Fault, fault
from ilactl.rules.expressions.lexical import FUNCTIONS
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

__all__ = ["MAX_DEPTH", "MAX_NODES", "Conversion"]

MAX_DEPTH = 60
"""How deep an expression may be nested, chains such as a + b + c included."""

MAX_NODES = 600
"""Parts an expression may have."""

_PREFIX = len("SELECT ")
_SYNTHESIZED = 2**64 - 1
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,11})(\.[0-9]{1,9})?", re.ASCII)
_COMPARISONS = {
    "COMPARE_EQUAL": "=",
    "COMPARE_NOTEQUAL": "<>",
    "COMPARE_LESSTHAN": "<",
    "COMPARE_LESSTHANOREQUALTO": "<=",
    "COMPARE_GREATERTHAN": ">",
    "COMPARE_GREATERTHANOREQUALTO": ">=",
}
_CALLED = {
    "SUBQUERY": "a subquery",
    "LAMBDA": "a lambda",
    "PARAMETER": "a parameter",
    "CAST": "a cast",
    "STAR": "a star",
    "WINDOW": "a window function",
    "COLLATE": "COLLATE",
    "DEFAULT": "DEFAULT",
}
_Raw = dict[str, Any]
_At = tuple[int, int]


class Conversion:
    """One text on its way into a tree. `faults` and `words` (all names and functions met) fill up."""

    def __init__(self, text: str) -> None:
        """`text` is what the parser was given, without the `SELECT `."""
        self.text = text
        self.faults: list[Fault] = []
        self.words: set[str] = set()
        self._bytes = None if text.isascii() else text.encode()
        self._nodes = 0
        self._depth = 0

    def convert(self, raw: Any, near: _At = (0, 0)) -> Node | None:
        """The tree of one node of the parser's, or None where a fault was noted."""
        self._nodes += 1
        if self._depth >= MAX_DEPTH or self._nodes > MAX_NODES:
            return self._too_large()
        if not isinstance(raw, dict):
            return self._refuse(near, "a part the parser does not explain")
        at = self._place(raw) or near
        if raw.get("alias"):
            return self._refuse(at, f"a second name, {str(raw['alias'])[:40]!r}, after an expression")
        self._depth += 1
        try:
            return self._by_class(raw, at)
        finally:
            self._depth -= 1

    def _by_class(self, raw: _Raw, at: _At) -> Node | None:
        known: dict[str, Callable[[_Raw, _At], Node | None]] = {
            "CONSTANT": self._constant,
            "COLUMN_REF": self._name,
            "FUNCTION": self._function,
            "COMPARISON": self._comparison,
            "CONJUNCTION": self._conjunction,
            "OPERATOR": self._operator,
            "CASE": self._case,
            "BETWEEN": self._between,
            "CAST": self._date,
        }
        handler = known.get(str(raw.get("class")))
        if handler is None:
            called = _CALLED.get(str(raw.get("class")), str(raw.get("class")))
            return self._refuse(at, called)
        return handler(raw, at)

    # Places

    def _place(self, raw: _Raw) -> _At | None:
        start, length = raw.get("query_location"), raw.get("query_location_length")
        if not isinstance(start, int) or not isinstance(length, int) or start == _SYNTHESIZED or not length:
            return None
        first = self._characters(start - _PREFIX)
        return first, self._characters(start - _PREFIX + length) - first

    def _characters(self, offset: int) -> int:
        """The parser counts bytes."""
        if self._bytes is None:
            return max(0, min(offset, len(self.text)))
        return len(self._bytes[: max(0, offset)].decode(errors="ignore"))

    def _many(self, raws: list[Any], at: _At) -> tuple[Node, ...] | None:
        nodes = [self.convert(raw, at) for raw in raws]
        known = tuple(node for node in nodes if node is not None)
        return known if len(known) == len(nodes) else None

    # Faults

    def _note(self, kind: Kind, at: _At, message: str, remedy: str = "") -> None:
        self.faults.append(fault(kind, at[0], at[1], message, remedy))

    def _refuse(self, at: _At, what: str, remedy: str = "") -> Node | None:
        self._note(kinds.FORBIDDEN, at, f"{what} is not used in rules", remedy)
        return None

    def _too_large(self) -> Node | None:
        deep = self._depth >= MAX_DEPTH
        limit = f"{MAX_DEPTH} deep (MAX_DEPTH)" if deep else f"{MAX_NODES} parts (MAX_NODES)"
        message = (
            f"the expression is nested more than {limit}" if deep else f"the expression has more than {limit}"
        )
        if not any(known.message == message for known in self.faults):
            self._note(kinds.LIMIT, (0, len(self.text)), message)
        return None

    # Nodes

    def _constant(self, raw: _Raw, at: _At) -> Node | None:
        literal = raw.get("literal") or {}
        kind, text = literal.get("kind"), literal.get("text")
        place = Stretch(position=at[0], length=at[1])
        if kind in ("INTEGER", "NUMERIC") and isinstance(text, str):
            if _NUMBER.fullmatch(text):
                return Literal(Fraction(text), text, **place)
            message = f"{text[:40]} is not a plain number of at most 12 digits before and 9 after the point"
            self._note(kinds.NUMBER, at, message)
            return None
        if kind == "STRING" and isinstance(text, str):
            return Literal(text, **place)
        if kind == "BOOLEAN" and text in ("true", "false"):
            return Literal(text == "true", **place)
        if kind == "NULL_LITERAL":
            remedy = "test with IS NULL; give a value with COALESCE; every CASE needs ELSE and a value"
            self._note(kinds.UNDECIDED, at, "NULL is no value: the result would silently be unknown", remedy)
            return None
        return self._refuse(at, f"a constant of kind {kind}")

    def _date(self, raw: _Raw, at: _At) -> Node | None:
        """DATE '2026-01-01' arrives as a cast of a text that has no place of its own."""
        child = raw.get("child") or {}
        literal = child.get("literal") or {}
        written = (
            self.text[at[0] : at[0] + 4].upper() == "DATE" and child.get("query_location") == _SYNTHESIZED
        )
        if not written or raw.get("try_cast") or literal.get("kind") != "STRING":
            return self._refuse(at, "a cast", "facts have their types; a day is written DATE '2026-01-01'")
        day = parse_date(str(literal.get("text")))
        if day is None:
            message = f"{str(literal.get('text'))[:40]!r} is not a day of the calendar, YYYY-MM-DD"
            self._note(kinds.NUMBER, at, message, "write it as in DATE '2026-01-31'")
            return None
        return Literal(day, position=at[0], length=at[1])

    def _name(self, raw: _Raw, at: _At) -> Node | None:
        parts = raw.get("column_names")
        if not isinstance(parts, list) or not 1 <= len(parts) <= 2:
            shown = ".".join(map(str, parts or []))
            self._note(
                kinds.NAME,
                at,
                f"{shown} has too many parts",
                "a name has one qualifier at most, as in ever.x",
            )
            return None
        for part in parts:
            if not isinstance(part, str) or not is_name(part):
                message = f"{str(part)[:60]} is no name: small letters, digits and underscores, at most 40"
                lower = str(part).lower()
                remedy = f"write {lower}" if is_name(lower) else ""
                self._note(kinds.NAME, at, message, remedy)
                return None
        self.words.update(parts)
        return Name(parts[0] if len(parts) == 2 else None, parts[-1], position=at[0], length=at[1])

    def _function(self, raw: _Raw, at: _At) -> Node | None:
        name = str(raw.get("function_name"))
        plain = not any(raw.get(key) for key in ("schema", "catalog", "filter", "distinct", "export_state"))
        ordered = (raw.get("order_bys") or {}).get("orders")
        arguments = raw.get("arguments") or []
        if not plain or ordered or any(argument.get("name") for argument in arguments):
            return self._refuse(at, f"{name}(…) in this form")
        parts = [argument.get("expression") for argument in arguments]
        if raw.get("is_operator"):
            return self._arithmetic(name, parts, at)
        if name not in FUNCTIONS:
            return self._refuse(at, f"the function {name[:40]}")
        self.words.add(name)
        nodes = self._many(parts, at)
        if nodes is None:
            return None
        place = Stretch(position=at[0], length=at[1])
        if name == "in_group":
            word = nodes[0].value if len(nodes) == 1 and isinstance(nodes[0], Literal) else None
            if isinstance(word, str) and is_name(word):
                return InGroup(word, **place)
            self._note(
                kinds.TYPE, at, "in_group takes one group's name in quotes", "write in_group('carers')"
            )
            return None
        if len(nodes) < 2:
            self._note(kinds.SYNTAX, at, f"{name.upper()} needs at least two values", "add the other value")
            return None
        return Extreme(name.upper(), nodes, **place)

    def _arithmetic(self, op: str, parts: list[Any], at: _At) -> Node | None:
        nodes = self._many(parts, at)
        if op not in ("+", "-", "*", "/") or (op == "+" and len(parts) == 1):
            remedy = "divide with /; nothing is rounded before the end" if op in ("//", "%") else ""
            return self._refuse(at, {"~~": "LIKE"}.get(op, f"the operator {op}"), remedy)
        if nodes is None:
            return None
        if len(nodes) == 1:
            return Negate(nodes[0], position=at[0], length=at[1])
        return Arithmetic(op, nodes[0], nodes[1], **_over(nodes))

    def _comparison(self, raw: _Raw, at: _At) -> Node | None:
        op = _COMPARISONS.get(str(raw.get("type")))
        if op is None:  # before its operands: the parser wraps them in casts that nobody wrote
            remedy = "write the condition itself, or NOT before it; test for unknown with IS NULL"
            return self._refuse(at, "IS TRUE, IS FALSE or IS DISTINCT FROM", remedy)
        left, right = self.convert(raw.get("left"), at), self.convert(raw.get("right"), at)
        if left is None or right is None:
            return None
        return Compare(op, left, right, **_over((left, right) if self._place(raw) else (right,)))

    def _conjunction(self, raw: _Raw, at: _At) -> Node | None:
        nodes = self._many(raw.get("children") or [], at)
        if nodes is None:
            return None
        kind = And if raw.get("type") == "CONJUNCTION_AND" else Or
        if raw.get("type") not in ("CONJUNCTION_AND", "CONJUNCTION_OR") or len(nodes) < 2:
            return self._refuse(at, str(raw.get("type")))
        return kind(nodes, position=at[0], length=at[1])

    def _operator(self, raw: _Raw, at: _At) -> Node | None:
        nodes = self._many(raw.get("children") or [], at)
        if nodes is None:
            return None
        place = Stretch(position=at[0], length=at[1])
        kind = str(raw.get("type"))
        if kind == "OPERATOR_NOT" and len(nodes) == 1:
            return Not(nodes[0], **place)
        if kind in ("OPERATOR_IS_NULL", "OPERATOR_IS_NOT_NULL") and len(nodes) == 1:
            return IsNull(nodes[0], kind == "OPERATOR_IS_NOT_NULL", **_over(nodes, at))
        if kind == "COMPARE_IN" and len(nodes) >= 2:
            options = tuple(node for node in nodes[1:] if isinstance(node, Literal))
            if len(options) == len(nodes) - 1:
                return In(nodes[0], options, **_over(nodes, at))
            self._note(kinds.FORBIDDEN, at, "IN takes constants only", "write a = b OR a = c instead")
            return None
        if kind == "OPERATOR_COALESCE":
            self.words.add("coalesce")
            if len(nodes) >= 2:
                return Coalesce(nodes, **place)
            self._note(kinds.SYNTAX, at, "COALESCE needs at least two values", "add the value that decides")
            return None
        return self._refuse(at, kind.removeprefix("OPERATOR_"))

    def _case(self, raw: _Raw, at: _At) -> Node | None:
        checks = raw.get("case_checks") or []
        parts = self._many(
            [part for check in checks for part in (check["when_expr"], check["then_expr"])], at
        )
        last = raw.get("else_expr") or {}
        if (
            last.get("query_location") == _SYNTHESIZED
            and (last.get("literal") or {}).get("kind") == "NULL_LITERAL"
        ):
            message = "this CASE has no ELSE, so its result would silently be unknown"
            self._note(kinds.UNDECIDED, at, message)
            return None
        otherwise = self.convert(last, at)
        if parts is None or otherwise is None or not parts:
            return None
        branches = tuple(zip(parts[::2], parts[1::2], strict=True))
        return Case(branches, otherwise, position=at[0], length=at[1])

    def _between(self, raw: _Raw, at: _At) -> Node | None:
        nodes = self._many([raw.get("input"), raw.get("lower"), raw.get("upper")], at)
        return Between(nodes[0], nodes[1], nodes[2], **_over(nodes)) if nodes else None


def _over(nodes: Sequence[Node], at: _At | None = None) -> Stretch:
    """The stretch of text that the parts cover; the parser often says only where an operator stands."""
    places = [(node.position, node.length) for node in nodes] + ([at] if at else [])
    start = min(first for first, _ in places)
    return Stretch(position=start, length=max(first + length for first, length in places) - start)
