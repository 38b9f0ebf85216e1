"""How often a rule looks at people that follow no calendar year: every so many years, or after the last cent.

    6 years                      again when that long has passed since it was last given
    exhausted + 5 years          again when that long has passed since the last cent of it was used

Such a rule is looked at on fixed days (its `due`: MM-DD every year, DD every month, or a date and
each so many years after it), so that a result does not depend on the day of the run.
"""

from __future__ import annotations

import re
from datetime import date

from msgspec import Struct

from ilactl.dates import add_months, parse_date
from ilactl.rules.terms import duration_months

__all__ = ["BY_EVENT", "Interval", "interval_of", "newest_look", "valid_every", "valid_look"]

BY_EVENT = ("contribution", "enrolment")
"""Rhythms of what happens to a person: no calendar tells when, so a run over due dates never meets them."""

_EXHAUSTED = "exhausted + "
_YEARLY = re.compile(r"(0[1-9]|1[0-2])-[0-9]{2}", re.ASCII)
_MONTHLY = re.compile(r"0[1-9]|1[0-9]|2[0-8]", re.ASCII)


class Interval(Struct, frozen=True):
    """How many months must pass, since it was last given or since the last cent of it was used."""

    months: int
    exhausted: bool


def interval_of(every: str) -> Interval | None:
    """The interval that `every` names, or None."""
    months = duration_months(every.removeprefix(_EXHAUSTED))
    return Interval(months, every.startswith(_EXHAUSTED)) if months else None


def valid_every(every: str) -> bool:
    """Whether `every` is a rhythm of grants."""
    return every in ("once", "year", "month", *BY_EVENT) or interval_of(every) is not None


def valid_look(due: str) -> bool:
    """Whether `due` names days on which people are looked at."""
    if parse_date(due) or _MONTHLY.fullmatch(due):
        return True
    return bool(_YEARLY.fullmatch(due)) and parse_date(f"2001-{due}") is not None


def newest_look(due: str, on: date, interval: Interval | None = None) -> date | None:
    """The last day up to `on` on which people are looked at; None where there was none yet."""
    day = parse_date(due)
    if day is not None:
        if interval is None or day > on:
            return day if day <= on else None
        rounds = (on.year * 12 + on.month - day.year * 12 - day.month) // interval.months
        looks = (add_months(day, n * interval.months) for n in range(rounds, -1, -1))
        return next(look for look in looks if look <= on)
    if len(due) == 2:
        look = on.replace(day=int(due))
        return look if look <= on else add_months(look, -1)
    look = date(on.year, int(due[:2]), int(due[3:5]))
    return look if look <= on else look.replace(year=max(1, on.year - 1))
