"""When a rule is due: periods, due dates, and the day on which facts are read.

A result never depends on the day a run happens: the run's date only decides which due dates
have come. `06-15 next` is the 15 June after the period's end (in arrears).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from ilactl.dates import Span, add_months, month_span, parse_date, parse_period, year_span
from ilactl.rules.model import Grant

__all__ = [
    "EVER",
    "Occasion",
    "due_day",
    "facts_day",
    "last_occasion",
    "named_occasion",
    "occasion_of",
    "valid_due",
    "valid_facts_on",
]

EVER = "ever"
"""The period of a grant that is given once."""

_YEARLY = re.compile(r"(?P<day>(0[1-9]|1[0-2])-[0-9]{2})(?P<next> next)?", re.ASCII)
_MONTHLY = re.compile(r"(?P<day>[0-9]{2})(?P<next> next)?", re.ASCII)
_BEGINNING = date(1900, 1, 1)
_LOOK_BACK = 3
_LAST_YEAR = 9998  # the year after it must still be a year


@dataclass(frozen=True, slots=True)
class Occasion:
    """One grant version for one period: when it is due and on which day its facts are read."""

    grant: Grant
    period: str
    span: Span
    due_on: date
    facts_on: date

    @property
    def sort_key(self) -> tuple[date, int, str]:
        """Order of a run: due date, then the rule's `order` (rules without one come last), then id."""
        order = self.grant.order
        return (self.due_on, order if order is not None else 1_000_000, self.grant.id)


def valid_due(every: str, due: str) -> bool:
    """Whether `due` is a way to say when a rule with this `every` falls due."""
    if every == "month":
        match = _MONTHLY.fullmatch(due)
        return bool(match) and 1 <= int(due[:2]) <= 28
    if every == "once" and parse_date(due):
        return True
    match = _YEARLY.fullmatch(due)
    if match is None or parse_date(f"2001-{due[:5]}") is None:
        return False
    return every == "year" or not match["next"]


def valid_facts_on(text: str) -> bool:
    """Whether `facts_on` is start, end, due, or a day of the period's year."""
    return text in ("", "period-start", "period-end", "due") or parse_date(f"2001-{text}") is not None


def due_day(grant: Grant, span: Span) -> date:
    """The day the period falls due."""
    later = grant.due.endswith(" next")
    if grant.every == "month":
        start = add_months(span.first, 1) if later else span.first
        return start.replace(day=int(grant.due[:2]))
    year = span.first.year + (1 if later else 0)
    return date(year, int(grant.due[:2]), int(grant.due[3:5]))


def facts_day(grant: Grant, span: Span, due_on: date) -> date:
    """The day on which the rule reads facts: by default the earlier of due date and period end."""
    if grant.facts_on == "period-start":
        return span.first
    if grant.facts_on == "period-end":
        return span.last
    if grant.facts_on == "due":
        return due_on
    if grant.facts_on:
        year = due_on.year if grant.every == "once" else span.first.year
        return date(year, int(grant.facts_on[:2]), int(grant.facts_on[3:5]))
    return min(due_on, span.last)


def occasion_of(versions: list[Grant], period: str, span: Span) -> Occasion | None:
    """The version in force for the period, with its days; None where none is."""
    for grant in versions:
        due_on = due_day(grant, span)
        if grant.in_force(min(due_on, span.last)):
            return Occasion(grant, period, span, due_on, facts_day(grant, span, due_on))
    return None


def last_occasion(versions: list[Grant], on: date) -> Occasion | None:
    """The newest period of a rule whose due date has come by `on`; None where there is none in force."""
    every = versions[0].every
    if every == "once":
        return _once(versions, on)
    for period, span in _backwards(every, on):
        occasion = occasion_of(versions, period, span)
        if occasion is not None and occasion.due_on <= on:
            return occasion
        if occasion is None and any(due_day(grant, span) <= on for grant in versions):
            return None
    return None


def named_occasion(versions: list[Grant], period: str, on: date) -> Occasion | None:
    """The occasion of a period asked for by name; None where the rule has no such period due by `on`."""
    if versions[0].every == "once":
        return _once(versions, on) if period == EVER else None
    span = parse_period(period)
    if span is None or ("-" in period) != (versions[0].every == "month"):
        return None
    occasion = occasion_of(versions, period, span)
    return occasion if occasion and occasion.due_on <= on else None


def _once(versions: list[Grant], on: date) -> Occasion | None:
    """A grant given once: due on one date, or looked at every year on the same day until it is given."""
    for grant in versions:
        due_on = parse_date(grant.due)
        if due_on is None:
            month, day = int(grant.due[:2]), int(grant.due[3:5])
            due_on = date(on.year, month, day)
            if due_on > on:
                due_on = date(max(1, on.year - 1), month, day)
        if due_on <= on and grant.in_force(due_on):
            span = Span(_BEGINNING, due_on)
            return Occasion(grant, EVER, span, due_on, facts_day(grant, span, due_on))
    return None


def _backwards(every: str, on: date) -> list[tuple[str, Span]]:
    """Periods from the one that holds `on` backwards, as far as a due date can lag."""
    if every == "year":
        years = range(min(on.year, _LAST_YEAR), max(0, on.year - _LOOK_BACK), -1)
        return [(f"{year:04}", year_span(year)) for year in years]
    now = on.year * 12 + on.month - 1
    months = [divmod(month, 12) for month in range(now, now - _LOOK_BACK - 1, -1)]
    return [
        (f"{year:04}-{month + 1:02}", month_span(year, month + 1))
        for year, month in months
        if 1 <= year <= _LAST_YEAR
    ]
