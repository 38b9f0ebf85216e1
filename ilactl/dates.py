"""The calendar: strict dates, spans, periods and age. Nothing here asks what day it is."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

__all__ = [
    "Span",
    "add_months",
    "age_on",
    "known_date",
    "month_span",
    "parse_date",
    "parse_period",
    "parse_span",
    "year_span",
]

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_PERIOD = re.compile(r"([0-9]{4})(?:-([0-9]{2}))?", re.ASCII)


@lru_cache(maxsize=8192)
def parse_date(text: str) -> date | None:
    """A calendar day from `YYYY-MM-DD`, or None. `date.fromisoformat` alone also takes `19910228`."""
    if not _DATE.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def known_date(text: str) -> date:
    """The day of a text that is known to be one, such as a cell that was read and is never empty."""
    day = parse_date(text)
    assert day is not None, "whoever read the text lets no other through"
    return day


class Span(NamedTuple):
    """A stretch of days, both ends included."""

    first: date
    last: date

    def __contains__(self, day: object) -> bool:
        """Whether the day lies in the span."""
        return isinstance(day, date) and self.first <= day <= self.last

    def within(self, other: Span) -> bool:
        """Whether this span lies wholly in the other."""
        return other.first <= self.first and self.last <= other.last

    def meets(self, other: Span) -> bool:
        """Whether the two have a day in common."""
        return self.first <= other.last and other.first <= self.last


def year_span(year: int) -> Span:
    """The calendar year."""
    return Span(date(year, 1, 1), date(year, 12, 31))


def month_span(year: int, month: int) -> Span:
    """The calendar month."""
    first = date(year, month, 1)
    return Span(first, add_months(first, 1) - timedelta(days=1))


def parse_period(text: str) -> Span | None:
    """A year (`2026`) or a month (`2026-03`), or None."""
    match = _PERIOD.fullmatch(text)
    if not match:
        return None
    year, month = int(match[1]), match[2]
    if not 1 <= year <= 9998:
        return None
    if month is None:
        return year_span(year)
    return month_span(year, int(month)) if 1 <= int(month) <= 12 else None


def parse_span(text: str) -> Span | None:
    """A period, one day, or two days joined by `..` (`2026-01-01..2026-06-30`), or None."""
    first, dots, last = text.partition("..")
    if dots:
        start, end = parse_date(first), parse_date(last)
        return Span(start, end) if start and end and start <= end else None
    day = parse_date(text)
    return Span(day, day) if day else parse_period(text)


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or its last day where the month is shorter (31 Jan + 1 = 28 Feb)."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


def age_on(birth_date: date, day: date) -> int:
    """Whole years of age by calendar. Born on 29 February, one becomes older on 1 March in a common year."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))
