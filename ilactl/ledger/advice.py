"""What to write instead: for a cell that is not of its grammar, what was probably meant.

Nothing is ever taken for what was meant; it is only said.
"""

from __future__ import annotations

import re

from ilactl.dates import parse_date
from ilactl.ledger.grammar import (
    KINDS,
    LABOUR_STATUSES,
    ORGANISATION_KINDS,
    Column,
    Grammar,
    fault_of,
)
from ilactl.money import MAX_DIGITS
from ilactl.nearest import did_you_mean

__all__ = ["advice_on"]

_NUMBERS = (Grammar.AMOUNT, Grammar.DECIMAL, Grammar.SHARE, Grammar.INTEGER)
_DAYS = (Grammar.DATE, Grammar.DATE_OR_NEVER)
_WORDS = {
    Grammar.LABOUR_STATUS: LABOUR_STATUSES,
    Grammar.KIND: KINDS,
    Grammar.ORGANISATION_KINDS: ORGANISATION_KINDS,
}


def advice_on(column: Column, cell: str, *, mapped: bool = False) -> str:
    """What to do about the cell; '' where no more can be said than that it is wrong.

    `mapped` says that the file may come with a mapping, which declares marks and formats.
    """
    meant = cell.strip()
    if meant.startswith("=") and column.grammar is not Grammar.TEXT:
        return "paste the value instead of the formula"
    if meant != cell and fault_of(column, meant) is None and (meant or not column.required):
        return "take the spaces at its ends out"
    if column.grammar in _WORDS:
        return did_you_mean(meant, _WORDS[column.grammar])
    if column.grammar in _NUMBERS:
        return _of_number(column, meant, mapped)
    if column.grammar in _DAYS:
        return _of_day(meant, mapped)
    if column.grammar is Grammar.ID and fault_of(column, meant.upper()) is None:
        return f"write {meant.upper()}, if that is meant"
    return ""


def _of_number(column: Column, meant: str, mapped: bool) -> str:
    """A number with other marks, in another alphabet's digits, or none at all."""
    if meant.lower() in ("nan", "inf", "-inf", "infinity", "null", "none", "n/a", "na", "-"):
        return "leave the cell empty where the number is not known" if not column.required else ""
    if re.fullmatch(rf"-?[0-9]{{{MAX_DIGITS + 1},}}(\.[0-9]*)?", meant):
        return f"a number has at most {MAX_DIGITS} digits before the point"
    digits = "".join(str(int(c)) if c.isdecimal() else c for c in meant)
    plain = re.sub(r"(?<=[0-9])[,' \u00a0\u202f](?=[0-9]{3}(?![0-9]))", "", digits).lstrip("+")
    plain = re.sub(r"^[^0-9.,+-]{1,4}|[^0-9.,+-]{1,4}$", "", plain).strip()
    plain = re.sub(r"^(-?)0+(?=[0-9])", r"\1", plain)
    if plain not in ("", meant) and fault_of(column, plain) is None:
        marks = (
            " or declare the marks in a mapping: [file] thousands, decimal" if mapped and "," in meant else ""
        )
        return f"write {plain}, if that is meant{',' if marks else ''}{marks}"
    if re.fullmatch(r"-?[0-9.]+,[0-9]{1,2}", meant):
        plain = meant.replace(".", "").replace(",", ".")
        marks = ', or declare the mark in a mapping: [file] decimal = ","' if mapped else ""
        return f"write {plain}, if that is meant{marks}"
    return ""


def _of_day(meant: str, mapped: bool) -> str:
    """A day in another order, or without its zeros."""
    parts = re.fullmatch(r"([0-9]{1,4})[-./ ]([0-9]{1,2})[-./ ]([0-9]{1,4})", meant)
    if not parts:
        return ""
    first, middle, last = parts.groups()
    for year, month, day in ((first, middle, last), (last, middle, first), (last, first, middle)):
        text = f"{year}-{month:0>2}-{day:0>2}"
        if len(year) == 4 and len(day) <= 2 and text != meant and parse_date(text):
            formats = ", or declare the format in a mapping: [file] dates" if mapped else ""
            return f"write {text}, if that is meant{formats}"
    return ""
