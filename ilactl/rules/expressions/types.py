"""The types of facts and of results. Nothing is ever converted from one to another."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import ClassVar, TypeAlias

from msgspec import Struct

from ilactl.rules.expressions.tree import Value

__all__ = ["Bool", "Date", "Number", "Text", "Type", "decimal", "integer", "misfit"]


class Bool(Struct, frozen=True):
    """True or false."""

    called: ClassVar[str] = "a condition"


class Number(Struct, frozen=True):
    """A number from `lo` to `hi`, both included, with at most `scale` decimals.

    The bounds are a promise of whoever reads the facts: the width of the generated integers and
    the test that an amount cannot be negative rest on them. `misfit` tests a value against it.
    """

    lo: Fraction
    hi: Fraction
    scale: int

    called: ClassVar[str] = "a number"


class Text(Struct, frozen=True):
    """A text; `allowed` is the closed list of what it can be, None where it can be anything."""

    allowed: tuple[str, ...] | None = None

    called: ClassVar[str] = "a text"


class Date(Struct, frozen=True):
    """A day of the calendar."""

    called: ClassVar[str] = "a date"


Type: TypeAlias = Bool | Number | Text | Date


def decimal(precision: int, scale: int, *, lo: Fraction | int | None = None) -> Number:
    """The type `decimal(precision,scale)`; `lo` replaces the least value where a fact cannot go below it."""
    hi = Fraction(10**precision - 1, 10**scale)
    return Number(-hi if lo is None else Fraction(lo), hi, scale)


def integer(lo: int, hi: int) -> Number:
    """Whole numbers from `lo` to `hi`."""
    return Number(Fraction(lo), Fraction(hi), 0)


def misfit(type_: Type, value: Value | int) -> str | None:
    """Why the value is none of the type, or None where it is."""
    if isinstance(type_, Bool):
        return None if isinstance(value, bool) else "is neither true nor false"
    if isinstance(type_, Number):
        if isinstance(value, bool) or not isinstance(value, Fraction | int):
            return "is no number"
        if not type_.lo <= value <= type_.hi:
            return "is too small" if value < type_.lo else "is too large"
        return None if (value * 10**type_.scale).denominator == 1 else f"has more than {type_.scale} decimals"
    if isinstance(type_, Text):
        if not isinstance(value, str):
            return "is no text"
        known = type_.allowed is None or value in type_.allowed
        return None if known else f"is none of {', '.join(type_.allowed or ())}"
    return None if isinstance(value, date) else "is no date"
