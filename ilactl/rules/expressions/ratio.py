"""Exact rational numbers as integer SQL: a constant factor times one integer over another.

Factors multiply out while the SQL is being made, so that `500.00 * hours_worked / 1607` becomes
one multiplication and one division of small integers, and a comparison of two amounts in cents
compares the cents. Beside the integers stands the interval the whole value lies in.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import reduce
from math import gcd

from msgspec import Struct

from ilactl.money import MAX_DIGITS
from ilactl.rules.expressions.rope import NEVER, Rope, Slot, Unknown, alternatives, rope, unknown_of
from ilactl.rules.expressions.types import Number
from ilactl.rules.expressions.whole import (
    NARROW,
    ONE,
    TooWide,
    Whole,
    above_zero,
    choose,
    constant,
    extreme,
    first_known,
    minus_or_plus,
)

__all__ = [
    "TOO_LARGE",
    "Ratio",
    "add",
    "best",
    "branch",
    "column",
    "compared",
    "decided",
    "divide",
    "limited",
    "literal",
    "multiply",
    "rounded",
]


TOO_LARGE = Fraction(10**MAX_DIGITS)
"""The least number with more digits before the point than an amount may have."""


class Ratio(Struct, frozen=True):
    """`factor * num / den` with den > 0; lies within lo and hi; NULL in num or den where unknown."""

    factor: Fraction
    num: Whole
    den: Whole
    lo: Fraction
    hi: Fraction
    unknown: Unknown

    def negated(self) -> Ratio:
        """The same size with the other sign."""
        return Ratio(-self.factor, self.num, self.den, -self.hi, -self.lo, self.unknown)


def literal(value: Fraction) -> Ratio:
    """A constant."""
    return Ratio(value, ONE, ONE, value, value, NEVER)


def column(name: str, type_: Number) -> Ratio:
    """A fact, read as an integer of its smallest part."""
    part = 10**type_.scale
    lo = -(-type_.lo.numerator * part // type_.lo.denominator)
    hi = type_.hi.numerator * part // type_.hi.denominator
    wide = constant(max(abs(lo), abs(hi))).wide
    num = Whole(lo, hi, rope("CAST(", Slot(name), " AS HUGEINT)" if wide else " AS BIGINT)"), wide)
    return Ratio(Fraction(1, part), num, ONE, type_.lo, type_.hi, Unknown(frozenset({name})))


def _shared(factors: Sequence[Fraction]) -> Fraction:
    """The greatest factor of which all are whole multiples; positive."""

    def common(a: Fraction, b: Fraction) -> Fraction:
        up = gcd(a.numerator * b.denominator, b.numerator * a.denominator)
        return Fraction(up, a.denominator * b.denominator)

    return reduce(common, factors, Fraction(0)) or Fraction(1)


def _aligned(parts: Sequence[Ratio]) -> tuple[Fraction, list[Whole], Whole]:
    """All parts over one factor and one denominator."""
    factor = _shared([part.factor for part in parts])
    dens: list[Whole] = []
    for part in parts:
        if part.den not in dens:
            dens.append(part.den)
    nums = []
    for part in parts:
        num = part.num.scaled(int(part.factor / factor))
        for den in dens:
            num = num if den == part.den else num.times(den)
        nums.append(num)
    return factor, nums, reduce(Whole.times, dens)


def multiply(left: Ratio, right: Ratio) -> Ratio:
    """The product."""
    corners = [a * b for a in (left.lo, left.hi) for b in (right.lo, right.hi)]
    num, den = left.num.times(right.num), left.den.times(right.den)
    unknown = left.unknown | right.unknown
    return Ratio(left.factor * right.factor, num, den, min(corners), max(corners), unknown)


def divide(left: Ratio, right: Ratio) -> Ratio | None:
    """The quotient, unknown where the divisor is not above zero; None where it never is above zero."""
    if right.hi <= 0 or right.factor == 0:
        return None
    raw = right.num.scaled(-1 if right.factor < 0 else 1)
    guarded = above_zero(raw)
    least = right.lo if right.lo > 0 else abs(right.factor) * guarded.lo / right.den.hi
    unknown = left.unknown | right.unknown
    if raw.lo <= 0:
        unknown |= Unknown(tests=(rope("(", raw.sql(), " <= 0)"),))
    corners = [a / b for a in (left.lo, left.hi) for b in (least, max(least, right.hi))]
    num, den = left.num.times(right.den), left.den.times(guarded)
    return Ratio(left.factor / abs(right.factor), num, den, min(corners), max(corners), unknown)


def add(left: Ratio, op: str, right: Ratio) -> Ratio:
    """The sum or the difference; `op` is + or -."""
    factor, (first, second), den = _aligned([left, right])
    num = minus_or_plus(first, op, second)
    other = right if op == "+" else right.negated()
    return Ratio(factor, num, den, left.lo + other.lo, left.hi + other.hi, left.unknown | right.unknown)


def best(op: str, parts: Sequence[Ratio]) -> Ratio:
    """LEAST or GREATEST; unknown as soon as one part is."""
    factor, nums, den = _aligned(parts)
    unknown = reduce(Unknown.__or__, (part.unknown for part in parts))
    pick = min if op == "LEAST" else max
    lo, hi = pick(part.lo for part in parts), pick(part.hi for part in parts)
    return Ratio(factor, extreme(op, nums, unknown), den, lo, hi, unknown)


def branch(heads: Sequence[Rope], plain_heads: Sequence[Rope], parts: Sequence[Ratio], maybe: bool) -> Ratio:
    """CASE; the last part is ELSE. `heads` come out NULL for an unknown condition, `plain_heads` do not.

    `maybe` says whether a condition can be unknown.
    """
    factor = _shared([part.factor for part in parts])
    nums = [part.num.scaled(int(part.factor / factor)) for part in parts]
    num = choose(heads, nums[:-1], nums[-1])
    dens = [part.den for part in parts]
    den = dens[0] if all(one == dens[0] for one in dens) else choose(plain_heads, dens[:-1], dens[-1])
    unknown = NEVER
    if (maybe or any(part.unknown for part in parts)) and num.body is not None:
        unknown = unknown_of(num.body)
        if den.body is not None:
            unknown |= unknown_of(den.body)
    return Ratio(factor, num, den, min(part.lo for part in parts), max(part.hi for part in parts), unknown)


def decided(parts: Sequence[Ratio]) -> Ratio:
    """COALESCE: the first part that is known."""
    lo, hi = min(part.lo for part in parts), max(part.hi for part in parts)
    unknown = alternatives(part.unknown for part in parts)
    factor = _shared([part.factor for part in parts])
    nums = [part.num.scaled(int(part.factor / factor)) for part in parts]
    if all(part.den == ONE for part in parts):
        return Ratio(factor, first_known(nums), ONE, lo, hi, unknown)
    heads = [rope("WHEN NOT ", part.unknown.test(), " THEN ") for part in parts[:-1]]
    num = choose(heads, nums[:-1], nums[-1])
    den = choose(heads, [part.den for part in parts[:-1]], parts[-1].den)
    return Ratio(factor, num, den, lo, hi, unknown)


def compared(left: Ratio, op: str, right: Ratio) -> Rope:
    """The comparison by cross multiplication; NULL where either side is unknown."""
    factor = _shared([left.factor, right.factor])
    first = left.num.scaled(int(left.factor / factor)).times(right.den)
    second = right.num.scaled(int(right.factor / factor)).times(left.den)
    wide = first.wide or second.wide
    return rope("(", first.sql(wide), f" {op} ", second.sql(wide), ")")


def limited(value: Ratio) -> Ratio:
    """The same number, unknown where it has more than `MAX_DIGITS` digits before the point.

    No amount may be that large, so one such row must neither overflow nor stop the batch.
    """
    if max(abs(value.lo), abs(value.hi)) < TOO_LARGE:
        return value
    num, den = value.num.scaled(value.factor.numerator), value.den.scaled(value.factor.denominator)
    wide = num.wide or den.wide
    large = rope("(abs(", num.sql(wide), ") // ", den.sql(wide), f" >= {TOO_LARGE})")
    body = rope("(CASE WHEN ", large, " THEN NULL ELSE ", value.num.sql(), " END)")
    kept = Whole(value.num.lo, value.num.hi, body, value.num.wide)
    lo, hi = max(value.lo, -TOO_LARGE), min(value.hi, TOO_LARGE)
    return Ratio(value.factor, kept, value.den, lo, hi, value.unknown | Unknown(tests=(large,)))


def rounded(value: Ratio, scale: int, mode: str) -> Rope:
    """BIGINT of the smallest part: `money.round_to` in SQL. Raises TooWide where it could not hold it."""
    part = 10**scale
    if max(abs(value.lo), abs(value.hi)) * part + 1 > NARROW:
        raise TooWide
    factor = value.factor * part
    num, den = value.num.scaled(factor.numerator), value.den.scaled(factor.denominator)
    if den == ONE:
        return rope("CAST(", num.sql(), " AS BIGINT)")
    if mode == "half_up":
        num = num.scaled(2)
    above, below = (_divided(num, op, den, mode) for op in "+-")
    if value.lo >= 0 or mode == "down":
        body = above
    elif value.hi <= 0:
        body = below
    else:
        body = rope("CASE WHEN ", num.sql(), " >= 0 THEN ", above, " ELSE ", below, " END")
    return rope("CAST(", body, " AS BIGINT)")


def _divided(num: Whole, op: str, den: Whole, mode: str) -> Rope:
    """`//` cuts towards zero; what is added first makes it round. For half_up `num` is doubled already."""
    if mode == "up":
        num = minus_or_plus(num, op, minus_or_plus(den, "-", ONE))
    elif mode == "half_up":
        num, den = minus_or_plus(num, op, den), den.scaled(2)
    wide = num.wide or den.wide
    return rope("(", num.sql(wide), " // ", den.sql(wide), ")")
