"""What a mapping may say of one column besides where it stands, and how cells are read by it.

A cell is cleaned as the mapping asks, emptied where it means nothing, turned into a number by the unit
beside it, made into an id, and gets a text in front. Each step is one the mapping names; what a step
changes besides form is told, so that a repair never happens unseen.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from fractions import Fraction
from functools import cache

from msgspec import Struct, field

from ilactl.ledger.grammar import MAX_TEXT, Grammar, control_pattern
from ilactl.ledger.number_marks import read_number
from ilactl.money import parse_decimal

__all__ = ["CLEANING", "Form", "cleaned", "digest_id", "factor_of", "measured"]

CLEANING = {
    "invisible": "take out what no cell may hold, such as soft hyphens",
    "spaces": "make one plain space of no-break and doubled spaces, and none at the ends",
    "formula": "take = + - @ away from the beginning of texts",
    "long": f"cut texts of more than {MAX_TEXT} characters, with … for the rest",
}
"""What may be cleaned, by the word a mapping uses."""

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_DIGITS = 10
_PLACES = 6


class Form(Struct, frozen=True):
    """How the cells of one column are read: nothing by default.

    `units` multiplies a number by what stands for the text beside it, `empty` are texts that mean
    nothing is known, `digest` makes an id of the text, `prefix` is put before what is there.
    """

    prefix: str = ""
    digest: bool = False
    empty: tuple[str, ...] = ()
    units: Mapping[str, Fraction] = field(default_factory=dict)


PLAIN = Form()
"""The form of a column of which a mapping names the header alone."""


def cleaned(text: str, cleaning: Collection[str], grammar: Grammar) -> str:
    """The cell with what the mapping asks to clean out of it. Formula marks and length only of texts."""
    if "invisible" in cleaning:
        text = _invisible().sub("", text)
    if "spaces" in cleaning:
        text = " ".join(text.split())
    if grammar is Grammar.TEXT and "formula" in cleaning:
        text = text.lstrip("=+-@ ")
    if grammar is Grammar.TEXT and "long" in cleaning and len(text) > MAX_TEXT:
        whole, space, _ = text[: MAX_TEXT - 1].rpartition(" ")
        text = (whole if space else text[: MAX_TEXT - 1]).rstrip() + "…"
    return text


@cache
def _invisible() -> re.Pattern[str]:
    return re.compile(control_pattern())


def digest_id(text: str) -> str:
    """Ten digits and capital letters made of the text: the same for the same text, and nothing to read."""
    import hashlib

    number = int.from_bytes(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:8], "big")
    found = ""
    for _ in range(_DIGITS):
        number, rest = divmod(number, len(_ALPHABET))
        found += _ALPHABET[rest]
    return found


def factor_of(text: object) -> Fraction | None:
    """What a unit multiplies by, from its text: a plain number above zero, or None."""
    value = parse_decimal(text) if isinstance(text, str) else None
    return value if value is not None and value > 0 else None


def measured(text: str, units: Mapping[str, Fraction], decimal: str, thousands: str) -> tuple[str, str]:
    """The plain form of a number with its unit before or behind it, and why there is none.

    The product is exact; one with more than six decimals is a fault, as nothing is rounded.
    """
    found = re.fullmatch(r"([^0-9]*?)\s*(-?[0-9](?:.*[0-9])?)\s*([^0-9]*)", text, re.DOTALL)
    before, number, behind = found.groups() if found else ("", text, "")
    unit = before or behind
    if (before and behind) or unit not in units:
        known = ", ".join(repr(one) for one in units)
        return "", f"{text!r} is not a number with one of the units {known}, which the mapping declares"
    plain, fault = read_number(number, decimal, thousands)
    value = None if fault else parse_decimal(plain)
    if value is None:
        return "", fault or f"{text!r} is not a number that can be taken"
    scaled = value * units[unit] * 10**_PLACES
    if scaled.denominator != 1:
        return "", f"{text!r} times {units[unit]} has more than {_PLACES} decimals"
    whole, rest = divmod(abs(scaled.numerator), 10**_PLACES)
    decimals = f"{rest:06}".rstrip("0")
    return f"{'-' if scaled < 0 else ''}{whole}{'.' + decimals if decimals else ''}", ""
