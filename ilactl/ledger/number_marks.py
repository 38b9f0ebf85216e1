"""Numbers and days as others write them, read by declared marks only: `1.234,56`, `31.12.2026`.

Nothing is guessed. A number is read exactly, by the one decimal mark and the one thousands mark
that a mapping declares; a mark that is not declared, or stands where it has no place, is a fault.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from ilactl.dates import parse_date

__all__ = ["DAY_FORMAT", "DECIMAL_MARKS", "THOUSANDS_MARKS", "day_format_fault", "read_day", "read_number"]

DECIMAL_MARKS = (".", ",")
"""What may stand before the decimals."""

THOUSANDS_MARKS = {
    "none": "",
    ".": ".",
    ",": ",",
    "space": " ",
    " ": " ",
    "'": "'",
    "no-break space": "\u00a0",
    "narrow no-break space": "\u202f",
}
"""What may stand between groups of three digits, by the word a mapping uses."""

DAY_FORMAT = "YYYY-MM-DD"
"""How days are written where nothing is declared."""

_PARTS = {"YYYY": "[0-9]{4}", "MM": "[0-9]{2}", "DD": "[0-9]{2}", "M": "[0-9]{1,2}", "D": "[0-9]{1,2}"}
_TOKEN = re.compile(r"YYYY|MM|DD|M|D|[-./ ]")


@lru_cache(maxsize=16)
def _number(decimal: str, thousands: str) -> re.Pattern[str]:
    whole = "0|[1-9][0-9]*"
    if thousands:
        whole = rf"[1-9][0-9]{{0,2}}(?:{re.escape(thousands)}[0-9]{{3}})+|{whole}"
    return re.compile(rf"(-?)({whole})(?:{re.escape(decimal)}([0-9]+))?", re.ASCII)


def read_number(text: str, decimal: str = ".", thousands: str = "") -> tuple[str, str]:
    """The plain form (`1234.56`) of a number written with these marks, and why it has none ("" where it has).

    All decimals written are kept, so that nothing is rounded. A thousands mark stands before
    every group of three digits, or nowhere.
    """
    match = _number(decimal, thousands).fullmatch(text)
    if match:
        sign, whole, decimals = match.groups()
        if thousands:
            whole = whole.replace(thousands, "")
        return f"{sign}{whole}.{decimals}" if decimals else f"{sign}{whole}", ""
    if thousands:
        return "", f"{text!r} is not a number such as 1{thousands}234{decimal}50, which the mapping declares"
    return "", f"{text!r} is not a number such as 1234{decimal}50 without a thousands mark"


def day_format_fault(pattern: object) -> str | None:
    """Why the text is no format of days, or None: YYYY, MM or M, DD or D, each once, and marks between."""
    if isinstance(pattern, str) and "".join(_TOKEN.findall(pattern)) == pattern:
        parts = [part for part in _TOKEN.findall(pattern) if part in _PARTS]
        if sorted(part[0] for part in parts) == ["D", "M", "Y"] and _clear(pattern):
            return None
    return f"{pattern!r} is not a format of days: DD, MM and YYYY with marks between, as in DD.MM.YYYY"


def _clear(pattern: str) -> bool:
    """Whether each part of one or two digits has a mark on both sides: 1112026 could be two days."""
    fixed = pattern.replace("YYYY", "0").replace("MM", "0").replace("DD", "0")
    return not re.search(r"[MD][0MD]|[0MD][MD]", fixed)


@lru_cache(maxsize=32)
def _day(pattern: str) -> re.Pattern[str]:
    parts = (
        f"(?P<{token[0]}>{_PARTS[token]})" if token in _PARTS else re.escape(token)
        for token in _TOKEN.findall(pattern)
    )
    return re.compile("".join(parts), re.ASCII)


def read_day(text: str, formats: Sequence[str]) -> tuple[str, str]:
    """The day as YYYY-MM-DD, and why there is none: not of a format, or two days by two formats."""
    found: dict[str, str] = {}
    for pattern in formats:
        match = _day(pattern).fullmatch(text)
        if match:
            day = f"{match['Y']}-{match['M']:0>2}-{match['D']:0>2}"
            if parse_date(day):
                found.setdefault(day, pattern)
    if len(found) == 1:
        return next(iter(found)), ""
    if found:
        both = " and ".join(f"{day} by {pattern}" for day, pattern in found.items())
        return "", f"{text!r} can be two days: {both}"
    return "", f"{text!r} is not a day of the calendar, {' or '.join(formats)}"
