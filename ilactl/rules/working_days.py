"""Working days of a country: Monday to Friday less its public holidays. Imports the calendar when asked.

The Union as a whole has no public holidays: for EU the days count on which TARGET, the euro's
payment system, is closed.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

from ilactl.errors import BadRules
from ilactl.findings import Place, count_text
from ilactl.rules.kinds import NO_CALENDAR

__all__ = ["has_calendar", "is_working_day", "working_days"]

_SATURDAY = 5
_UNION, _TARGET = "EU", "XECB"


def working_days(first: date, last: date, country: str) -> int:
    """How many working days come after `first`, up to and with `last`; negative where that lies before.

    Raises BadRules for a country that has no calendar of public holidays.
    """
    if last < first:
        return -working_days(last, first, country)
    days = (first + timedelta(days=n) for n in range(1, (last - first).days + 1))
    return sum(1 for day in days if is_working_day(day, country))


def is_working_day(day: date, country: str) -> bool:
    """Whether people work on the day. Raises BadRules for a country that has no calendar."""
    return day not in _holidays(country, day.year) and day.weekday() < _SATURDAY


def has_calendar(country: str) -> bool:
    """Whether there is a calendar of the country's public holidays."""
    import holidays

    return country == _UNION or country in holidays.list_supported_countries()


@lru_cache(maxsize=64)
def _holidays(country: str, year: int) -> frozenset[date]:
    import holidays

    try:
        if country == _UNION:
            return frozenset(holidays.financial_holidays(_TARGET, years=year))
        return frozenset(holidays.country_holidays(country, years=year))
    except NotImplementedError:
        message = f"there is no calendar of public holidays for the country {country}"
        findings = [NO_CALENDAR.at(Place("ledger.toml"), message)]
        raise BadRules(findings=findings, count=count_text(findings)) from None
