"""The words of a certificate in the languages it can be made in, from certificate_words.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import Any

from msgspec import Struct

__all__ = ["LANGUAGES", "Words", "words_of"]

LANGUAGES = ("en", "sv", "lt")
"""The languages that a certificate can be made in."""

_DECIMALS = 4


class Words(Struct, frozen=True, kw_only=True):
    """One language. `elements` are the labels of Annex I by number, from 1, in brief.

    `concepts` are entries of the European code lists by list and code, `countries` go by two letters.
    """

    code: str
    micro_credential: str
    elements: tuple[str, ...]
    months: tuple[str, ...]
    day_form: str
    comma: bool
    hours: tuple[str, str, str]
    level: str
    no_level: str
    cycles: Mapping[str, str]
    stand_alone: str
    counts_towards: str
    not_stated: str
    until: str
    field: str
    issued_for: str
    awarded: str
    born: str
    recognised_by: str
    credential: str
    issuer: str
    digest: str
    valid_until: str
    verify: str
    original: str
    continued: str
    wallet: str
    page: str
    print: str
    file: str
    badge: str
    concepts: Mapping[str, str] = {}
    countries: Mapping[str, str] = {}

    def day(self, day: date) -> str:
        """The day, the month in words."""
        return self.day_form.format(day=day.day, month=self.months[day.month - 1], year=day.year)

    def number(self, value: Fraction) -> str:
        """A number with the decimals it has, at most four."""
        whole, part = divmod(round(value * 10**_DECIMALS), 10**_DECIMALS)
        decimals = f"{part:0{_DECIMALS}}".rstrip("0")
        return f"{whole}{',' if self.comma else '.'}{decimals}" if decimals else str(whole)

    def in_hours(self, value: Fraction) -> str:
        """So many hours, in the form that the number asks for."""
        return f"{self.number(value)} {self.hours[_form(self.code, value)]}"


def _form(code: str, value: Fraction) -> int:
    """0 for one, 1 for few, 2 for many: Lithuanian counts by the last digits."""
    if code != "lt":
        return 0 if value == 1 else 2
    if value.denominator != 1:
        return 1
    tens, last = divmod(value.numerator % 100, 10)
    if tens == 1 or last == 0:
        return 2
    return 0 if last == 1 else 1


@cache
def _file() -> dict[str, Any]:
    text = files("ilactl.credentials").joinpath("certificate_words.toml").read_text("utf-8")
    return tomllib.loads(text)


@cache
def words_of(language: str) -> Words:
    """The words of the language; English for one that a certificate cannot be made in."""
    code = language if language in LANGUAGES else "en"
    values = dict(_file()[code])
    for name in ("elements", "months", "hours"):
        values[name] = tuple(values[name])
    return Words(code=code, **values)
