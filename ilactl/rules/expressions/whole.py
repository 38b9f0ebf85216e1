"""Integer SQL of known width: each value carries its bounds, and they choose BIGINT or HUGEINT.

DuckDB's `/` gives DOUBLE and its DECIMALs round where types meet; plain integers do neither.
They overflow, though, so no operation is written whose result could.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from ilactl.rules.expressions.rope import Rope, Unknown, commas, rope

__all__ = [
    "NARROW",
    "ONE",
    "TooWide",
    "Whole",
    "above_zero",
    "choose",
    "constant",
    "extreme",
    "first_known",
    "minus_or_plus",
]

NARROW = 2**63 - 1
"""The greatest BIGINT."""

_WIDEST = 2**127 - 1


class TooWide(Exception):
    """An intermediate value could leave 128 bits."""


class Whole(Struct, frozen=True):
    """An integer SQL expression with its bounds; without text it is the constant `lo`."""

    lo: int
    hi: int
    body: Rope | None = None
    wide: bool = False

    @property
    def constant(self) -> bool:
        """Whether the value is known now."""
        return self.body is None

    def sql(self, wide: bool = False) -> Rope:
        """The text as HUGEINT where `wide` or needed, else as BIGINT."""
        huge = wide or self.wide
        if self.body is None:
            return rope(f"({self.lo})" if self.lo < 0 else str(self.lo), "::HUGEINT" if huge else "::BIGINT")
        return self.body if huge == self.wide else rope("CAST(", self.body, " AS HUGEINT)")

    def times(self, other: Whole) -> Whole:
        """The product."""
        corners = [a * b for a in (self.lo, self.hi) for b in (other.lo, other.hi)]
        if self.constant and other.constant:
            return constant(corners[0])
        if self == ONE or other == ONE:
            return other if self == ONE else self
        return _operation(self, "*", other, min(corners), max(corners))

    def scaled(self, factor: int) -> Whole:
        """The product with a constant."""
        if factor == -1 and self.body is not None:
            return Whole(-self.hi, -self.lo, rope("(-", self.body, ")"), self.wide)
        return self.times(constant(factor))


def _is_wide(lo: int, hi: int) -> bool:
    size = max(abs(lo), abs(hi))
    if size > _WIDEST:
        raise TooWide
    return size > NARROW


def constant(value: int) -> Whole:
    """A constant. Raises TooWide beyond 128 bits."""
    return Whole(value, value, None, _is_wide(value, value))


ONE = constant(1)


def _operation(left: Whole, op: str, right: Whole, lo: int, hi: int) -> Whole:
    wide = _is_wide(lo, hi) or left.wide or right.wide
    return Whole(lo, hi, rope("(", left.sql(wide), f" {op} ", right.sql(wide), ")"), wide)


def minus_or_plus(left: Whole, op: str, right: Whole) -> Whole:
    """The sum or the difference; `op` is + or -."""
    least, most = (right.lo, right.hi) if op == "+" else (-right.hi, -right.lo)
    lo, hi = left.lo + least, left.hi + most
    if left.constant and right.constant:
        return constant(lo)
    return _operation(left, op, right, lo, hi)


def above_zero(value: Whole) -> Whole:
    """The value where it is above zero, NULL elsewhere. GREATEST skips NULL, so it is written once."""
    if value.lo > 0:
        return value
    zero = constant(0).sql(value.wide)
    guarded = rope("NULLIF(GREATEST(", value.sql(), ", ", zero, "), ", zero, ")")
    doubled = Rope(guarded.pieces, 2 * guarded.size)  # the engine writes NULLIF out with its first part twice
    return Whole(1, max(1, value.hi), doubled, value.wide)


def _joined(parts: Sequence[Whole]) -> tuple[int, int, bool]:
    lo, hi = min(part.lo for part in parts), max(part.hi for part in parts)
    return lo, hi, any(part.wide for part in parts)


def extreme(op: str, parts: Sequence[Whole], unknown: Unknown) -> Whole:
    """LEAST or GREATEST that is NULL as soon as one part is; `unknown` says when that can be."""
    _, _, wide = _joined(parts)
    pick = min if op == "LEAST" else max
    lo, hi = pick(part.lo for part in parts), pick(part.hi for part in parts)
    if all(part.constant for part in parts):
        return constant(lo)
    text = rope(f"{op}(", commas(part.sql(wide) for part in parts), ")")
    if unknown:
        text = rope("(CASE WHEN ", unknown.test(), " THEN NULL ELSE ", text, " END)")
    return Whole(lo, hi, text, wide)


def first_known(parts: Sequence[Whole]) -> Whole:
    """COALESCE."""
    lo, hi, wide = _joined(parts)
    return Whole(lo, hi, rope("COALESCE(", commas(part.sql(wide) for part in parts), ")"), wide)


def choose(heads: Sequence[Rope], parts: Sequence[Whole], otherwise: Whole) -> Whole:
    """CASE over numbers. A head is everything from WHEN to THEN, strict NULL branches included."""
    lo, hi, wide = _joined([*parts, otherwise])
    arms = [rope(head, part.sql(wide)) for head, part in zip(heads, parts, strict=True)]
    return Whole(lo, hi, rope("(CASE ", commas(arms, " "), " ELSE ", otherwise.sql(wide), " END)"), wide)
