"""The types of facts and how their text becomes an exact value. No casts, no guessing."""

from __future__ import annotations

import re
from datetime import date
from fractions import Fraction
from functools import lru_cache

from msgspec import Struct

from ilactl.dates import parse_date
from ilactl.money import parse_decimal

__all__ = ["FactType", "Value", "fact_type", "show_value"]

Value = Fraction | bool | str | date
"""What a fact can be; unknown is None beside it."""

_DECIMAL_TYPE = re.compile(r"decimal\(([0-9]{1,2}),([0-9]{1,2})\)", re.ASCII)
_TEXT_VALUE = re.compile(r"[^;,\"=\s][^;,\"=]{0,99}")
_INTEGER_DIGITS = 9
_MAX_DIGITS = 15


class FactType(Struct, frozen=True, cache_hash=True):
    """A declared type: `bool`, `integer`, `decimal(9,2)`, `text` or `date`.

    `digits` and `scale` bound a number (9 digits, 2 of them decimals); `low` is the smallest
    value allowed; `words`, where given, are the only texts allowed.
    """

    name: str
    digits: int = 0
    scale: int = 0
    low: Fraction = Fraction(0)
    words: tuple[str, ...] = ()

    @property
    def is_number(self) -> bool:
        """Whether values are exact numbers."""
        return self.name in ("integer", "decimal")

    @property
    def high(self) -> Fraction:
        """The largest value the digits can write."""
        return _high(self.digits, self.scale)

    @property
    def text(self) -> str:
        """The type as a rule file writes it."""
        return f"decimal({self.digits},{self.scale})" if self.name == "decimal" else self.name

    @lru_cache(maxsize=8192)  # noqa: B019 (types are few; the same cells come again and again)
    def parse(self, text: str) -> Value | None:
        """The value of a cell, or None where the text is not one of this type."""
        if self.name == "bool":
            return {"true": True, "false": False}.get(text)
        if self.name == "date":
            return parse_date(text)
        if self.name == "text":
            good = text in self.words if self.words else bool(_TEXT_VALUE.fullmatch(text))
            return text if good and text == text.strip() else None
        number = parse_decimal(text)
        return number if number is not None and self.holds(number) else None

    def holds(self, number: Fraction) -> bool:
        """Whether the number is one of this type: in its bounds, with no more than its decimals."""
        return self.low <= number <= self.high and (number * 10**self.scale).denominator == 1

    def describe(self) -> str:
        """What a value must look like, for messages."""
        if self.name == "bool":
            return "true or false"
        if self.name == "date":
            return "a day, YYYY-MM-DD"
        if self.name == "text":
            return f"one of {', '.join(self.words)}" if self.words else "a text without ; , = or quotes"
        decimals = f" with at most {self.scale} decimals" if self.scale else ", a whole number"
        return f"a number from {show_value(self.low)} to {show_value(self.high)}{decimals}"


@lru_cache(maxsize=64)
def _high(digits: int, scale: int) -> Fraction:
    return Fraction(10**digits - 1, 10**scale)


def fact_type(text: str, low: Fraction | None = None, words: tuple[str, ...] = ()) -> FactType | None:
    """The type that a rule file's `type` names, or None where there is no such type."""
    match = _DECIMAL_TYPE.fullmatch(text)
    if match:
        digits, scale = int(match[1]), int(match[2])
        if not 1 <= digits <= _MAX_DIGITS or scale > min(digits, 6):
            return None
        return FactType("decimal", digits, scale, low if low is not None else Fraction(0))
    if text == "integer":
        return FactType("integer", _INTEGER_DIGITS, 0, low if low is not None else Fraction(0))
    return FactType(text, words=words) if text in ("bool", "text", "date") else None


def show_value(value: Value | None) -> str:
    """A value as people read it: exact decimals, a fraction where decimals would not end."""
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Fraction):
        return _show_number(value)
    return value.isoformat() if isinstance(value, date) else value


def _show_number(value: Fraction) -> str:
    denominator = value.denominator
    for prime in (2, 5):
        while denominator % prime == 0:
            denominator //= prime
    if denominator != 1:
        return f"{value.numerator}/{value.denominator}"
    scale = 0
    while (value * 10**scale).denominator != 1:
        scale += 1
    digits = str(abs(value.numerator) * 10**scale // value.denominator).rjust(scale + 1, "0")
    whole = f"{digits[:-scale]}.{digits[-scale:]}" if scale else digits
    return f"-{whole}" if value < 0 else whole
