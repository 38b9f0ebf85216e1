"""From when and until when a lot may be used: the few ways in which a rule file says it.

    2025-12-31                   a day
    12-31, 12-31 next            the first such day from the lot's start on; next: the one after it
    14 months, 2 years, 90 days  so long from the lot's start
    24 months after first use    so long from the first time something was reserved from the lot
    age 65, age 65 year-end      the day before a birthday; the last day of that year
    never                        no end

A lot starts on the day it fell due, never on the day of the run, so a late run gives the same terms.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from msgspec import Struct

from ilactl.dates import add_months, parse_date

__all__ = [
    "NO_TERMS",
    "LotTerms",
    "Term",
    "birthday",
    "duration_months",
    "later_by",
    "lot_terms",
    "parse_term",
    "term_day",
]

_YEARLY = re.compile(r"(?P<day>[0-9]{2}-[0-9]{2})(?P<next> next)?", re.ASCII)
_LENGTH = re.compile(r"(?P<n>[1-9][0-9]{0,3}) (?P<unit>year|month|day)s?(?P<use> after first use)?", re.ASCII)
_AGE = re.compile(r"age (?P<n>[1-9][0-9]{0,2})(?P<end> year-end)?", re.ASCII)
_LAST = date(9999, 12, 31)


class Term(Struct, frozen=True):
    """One way to say a day. `kind` is day, yearly, length, use, age, year-end or never."""

    kind: str
    text: str
    day: date | None = None
    """The day itself; for `yearly` its month and day, in a leap year."""
    later: bool = False
    months: int = 0
    days: int = 0
    years: int = 0

    @property
    def of_birth(self) -> bool:
        """Whether it depends on the holder's birth date."""
        return self.kind in ("age", "year-end")


class LotTerms(Struct, frozen=True):
    """What a rule says of the lots it opens. Of several ends the earliest holds."""

    usable: Term | None = None
    expires: tuple[Term, ...] = ()
    unused: str = "expired"

    @property
    def first_use(self) -> Term | None:
        """The end that runs from the first use, if there is one."""
        return next((term for term in self.expires if term.kind == "use"), None)

    @property
    def of_birth(self) -> bool:
        """Whether an end depends on the holder's birth date."""
        return any(term.of_birth for term in self.expires)

    def usable_from(self, start: date) -> date | None:
        """The first day on which a lot that starts then may be used; None: at once."""
        return term_day(self.usable, start, None) if self.usable else None

    def expires_on(self, start: date, born: date | None) -> date | None:
        """The last day on which a lot that starts then may be reserved; None: no end is known yet.

        Where an end depends on an age, `born` must be known.
        """
        days = [day for term in self.expires if (day := term_day(term, start, born))]
        return min(days, default=None)

    @property
    def spoken(self) -> tuple[str, tuple[str, ...], str]:
        """The texts of the rule file, for digests."""
        return self.usable.text if self.usable else "", tuple(t.text for t in self.expires), self.unused


NO_TERMS = LotTerms()


def parse_term(text: str) -> Term | None:
    """The way that the text says a day, or None."""
    if text == "never":
        return Term("never", text)
    if day := parse_date(text):
        return Term("day", text, day)
    if match := _YEARLY.fullmatch(text):
        inner = parse_date(f"2000-{match['day']}")
        return Term("yearly", text, inner, bool(match["next"])) if inner else None
    if match := _LENGTH.fullmatch(text):
        n, unit = int(match["n"]), match["unit"]
        kind = "use" if match["use"] else "length"
        months = n * 12 if unit == "year" else n if unit == "month" else 0
        return Term(kind, text, months=months, days=n if unit == "day" else 0)
    if match := _AGE.fullmatch(text):
        n = int(match["n"])
        return Term("year-end" if match["end"] else "age", text, years=n) if n <= 150 else None
    return None


def lot_terms(table: Mapping[str, Any]) -> LotTerms:
    """What a rule's table says of its lots. What says no day is left out: whoever reads rules reports it."""
    texts = table.get("expires", [])
    usable = parse_term(table["usable"]) if table.get("usable") else None
    found = map(parse_term, [texts] if isinstance(texts, str) else texts)
    ends = tuple(term for term in found if term)
    unused = table.get("unused", "expired")
    return LotTerms(usable, ends, unused) if usable or ends or unused != "expired" else NO_TERMS


def duration_months(text: str) -> int | None:
    """`6 years` or `18 months` in months, or None."""
    term = parse_term(text)
    return term.months if term and term.kind == "length" and term.months else None


def term_day(term: Term, start: date, born: date | None) -> date | None:
    """The day for a lot that starts on `start`; None for no end, or none known yet."""
    if term.kind == "day":
        return term.day
    if term.kind == "yearly":
        assert term.day is not None
        return _yearly(term.day, start, later=term.later)
    if term.kind == "length":
        return later_by(term, start)
    if term.of_birth:
        assert born is not None
        if born.year + term.years > _LAST.year:
            return _LAST
        if term.kind == "year-end":
            return date(born.year + term.years, 12, 31)
        return birthday(born, term.years) - timedelta(days=1)
    return None


def later_by(term: Term, start: date) -> date:
    """The day that lies the term's length after `start`, in one step (31 Jan + 1 month = 28 Feb)."""
    if term.days:
        return _LAST if (_LAST - start).days < term.days else start + timedelta(days=term.days)
    return _LAST if start.year + term.months // 12 >= _LAST.year else add_months(start, term.months)


def _yearly(day: date, start: date, *, later: bool) -> date:
    """The first such day from `start` on, or the one after it; 29 February is the 28th in a common year."""
    found = [d for year in range(3) if (d := _in_year(day, start.year + year)) and d >= start] or [_LAST]
    return found[1 if later and len(found) > 1 else 0]


def _in_year(day: date, year: int) -> date | None:
    if year > _LAST.year:
        return None
    try:
        return day.replace(year=year)
    except ValueError:
        return date(year, 2, 28)


def birthday(born: date, years: int) -> date:
    """The day on which somebody becomes so old; born on 29 February, on 1 March of a common year."""
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return date(born.year + years, 3, 1)
