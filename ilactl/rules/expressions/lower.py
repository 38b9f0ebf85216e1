"""From the checked tree to SQL pieces: what the tree means, said once for the check and the compiler.

The check runs it to learn intervals and widths before any fact is read; the compiler prints what
came out. So what passes the check can be compiled, and what cannot be computed exactly in 128
bits is refused where it stands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from functools import reduce
from typing import TypeAlias

from msgspec import Struct

from ilactl.rules.expressions import faults as kinds
from ilactl.rules.expressions import ratio
from ilactl.rules.expressions.faults import ExpressionFault, fault
from ilactl.rules.expressions.ratio import Ratio
from ilactl.rules.expressions.rope import NEVER, Rope, Slot, Unknown, alternatives, commas, rope, unknown_of
from ilactl.rules.expressions.text import text_of
from ilactl.rules.expressions.tree import (
    GROUPS,
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
)
from ilactl.rules.expressions.types import Number, Type
from ilactl.rules.expressions.whole import TooWide

__all__ = ["Lowered", "Plain", "lower"]


class Plain(Struct, frozen=True):
    """A condition, text or date as SQL; NULL where unknown."""

    body: Rope
    unknown: Unknown


Lowered: TypeAlias = Ratio | Plain


def lower(node: Node, types: Mapping[str, Type]) -> Lowered:
    """The SQL pieces of a tree whose types agree.

    Raises ExpressionFault where a value can leave 128 bits or a divisor is never above zero.
    """
    try:
        return _lower(node, types)
    except TooWide:
        message = f"{text_of(node)[:80]} can reach numbers too wide to compute exactly"
        raise ExpressionFault([fault(kinds.WIDE, node.position, node.length, message)]) from None


def _lower(node: Node, types: Mapping[str, Type]) -> Lowered:
    match node:
        case Literal(value):
            return ratio.literal(value) if isinstance(value, Fraction) else Plain(_constant(value), NEVER)
        case Name():
            type_ = types[node.full]
            if isinstance(type_, Number):
                return ratio.column(node.full, type_)
            return Plain(rope(Slot(node.full)), Unknown(frozenset({node.full})))
        case InGroup(group):
            body = rope("contains(' ' || ", Slot(GROUPS), f" || ' ', ' {group} ')")
            return Plain(body, Unknown(frozenset({GROUPS})))
        case Not(operand):
            turned = _plain(operand, types)
            return Plain(rope("(NOT ", turned.body, ")"), turned.unknown)
        case And(operands) | Or(operands):
            word = " AND " if isinstance(node, And) else " OR "
            return _joined([_plain(part, types) for part in operands], word)
        case Compare(op, left, right):
            return _compared(lower(left, types), op, lower(right, types))
        case Between(operand, low, high):
            inner = lower(operand, types)
            ends = [_compared(inner, ">=", lower(low, types)), _compared(inner, "<=", lower(high, types))]
            return _joined(ends, " AND ")
        case In(operand, options):
            return _among(lower(operand, types), options)
        case IsNull(operand, known):
            test = lower(operand, types).unknown.test()
            return Plain(rope("(NOT ", test, ")") if known else test, NEVER)
        case Negate(operand):
            return _number(operand, types).negated()
        case Arithmetic():
            return _arithmetic(node, types)
        case Extreme(op, operands):
            return _extreme(op, [lower(part, types) for part in operands])
        case Coalesce(operands):
            return _coalesce([lower(part, types) for part in operands])
        case Case():
            return _case(node, types)


def _plain(node: Node, types: Mapping[str, Type]) -> Plain:
    made = lower(node, types)
    assert isinstance(made, Plain), "the check lets no number stand here"
    return made


def _number(node: Node, types: Mapping[str, Type]) -> Ratio:
    made = lower(node, types)
    assert isinstance(made, Ratio), "the check lets nothing but a number stand here"
    return made


def _constant(value: bool | str | date) -> Rope:
    if isinstance(value, bool):
        return rope("TRUE" if value else "FALSE")
    if isinstance(value, str):
        return rope("'" + value.replace("'", "''") + "'")
    return rope(f"DATE '{value.isoformat()}'")


def _joined(parts: Sequence[Plain], word: str) -> Plain:
    body = rope("(", commas((part.body for part in parts), word), ")")
    return Plain(body, unknown_of(body) if any(part.unknown for part in parts) else NEVER)


def _compared(left: Lowered, op: str, right: Lowered) -> Plain:
    unknown = left.unknown | right.unknown
    if isinstance(left, Ratio) and isinstance(right, Ratio):
        return Plain(ratio.compared(left, op, right), unknown)
    if isinstance(left, Ratio) or isinstance(right, Ratio):
        raise TypeError("the check lets only like meet like")
    return Plain(rope("(", left.body, f" {op} ", right.body, ")"), unknown)


def _among(operand: Lowered, options: Sequence[Literal]) -> Plain:
    if isinstance(operand, Plain):
        listed = commas(
            _constant(option.value) for option in options if not isinstance(option.value, Fraction)
        )
        return Plain(rope("(", operand.body, " IN (", listed, "))"), operand.unknown)
    numbers = [ratio.literal(option.value) for option in options if isinstance(option.value, Fraction)]
    either = commas((ratio.compared(operand, "=", number) for number in numbers), " OR ")
    return Plain(rope("(", either, ")"), operand.unknown)


def _arithmetic(node: Arithmetic, types: Mapping[str, Type]) -> Ratio:
    left, right = _number(node.left, types), _number(node.right, types)
    if node.op in "+-":
        return ratio.add(left, node.op, right)
    if node.op == "*":
        return ratio.multiply(left, right)
    divided = ratio.divide(left, right)
    if divided is None:
        where = node.right
        message = f"the divisor {text_of(where)[:80]} is never above zero"
        raise ExpressionFault([fault(kinds.DIVISOR, where.position, where.length, message)])
    return divided


def _extreme(op: str, parts: Sequence[Lowered]) -> Lowered:
    numbers = [part for part in parts if isinstance(part, Ratio)]
    if numbers:
        return ratio.best(op, numbers)
    days = [part for part in parts if isinstance(part, Plain)]
    unknown = reduce(Unknown.__or__, (part.unknown for part in days))
    body = rope(f"{op}(", commas(part.body for part in days), ")")
    if unknown:
        body = rope("(CASE WHEN ", unknown.test(), " THEN NULL ELSE ", body, " END)")
    return Plain(body, unknown)


def _coalesce(parts: list[Lowered]) -> Lowered:
    """What stands after a part that is always known is never reached."""
    certain = next((i for i, part in enumerate(parts) if not part.unknown), len(parts) - 1)
    parts = parts[: certain + 1]
    if len(parts) == 1:
        return parts[0]
    numbers = [part for part in parts if isinstance(part, Ratio)]
    if numbers:
        return ratio.decided(numbers)
    others = [part for part in parts if isinstance(part, Plain)]
    body = rope("COALESCE(", commas(part.body for part in others), ")")
    return Plain(body, alternatives(part.unknown for part in others))


def _case(node: Case, types: Mapping[str, Type]) -> Lowered:
    """Strict: an unknown condition ends the search with NULL, where SQL's own would try the next branch."""
    conditions = [_plain(when, types) for when, _ in node.branches]
    parts = [lower(then, types) for _, then in node.branches] + [lower(node.otherwise, types)]
    plain_heads = [rope("WHEN ", one.body, " THEN ") for one in conditions]
    heads = [
        rope("WHEN ", one.unknown.test(), " THEN NULL ", head) if one.unknown else head
        for one, head in zip(conditions, plain_heads, strict=True)
    ]
    maybe = any(one.unknown for one in conditions)
    numbers = [part for part in parts if isinstance(part, Ratio)]
    if numbers:
        return ratio.branch(heads, plain_heads, numbers, maybe)
    others = [part for part in parts if isinstance(part, Plain)]
    arms = [rope(head, part.body) for head, part in zip(heads, others[:-1], strict=True)]
    body = rope("(CASE ", commas(arms, " "), " ELSE ", others[-1].body, " END)")
    return Plain(body, unknown_of(body) if maybe or any(part.unknown for part in others) else NEVER)
