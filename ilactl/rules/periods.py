"""When a rule is due: periods, due dates, and the day on which facts are read.

A result never depends on the day a run happens: the run's date only decides which due dates
have come. `06-15 next` is the 15 June after the period's end (in arrears).
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Protocol

from msgspec import Struct

from ilactl.dates import Span, add_months, month_span, parse_date, parse_period
from ilactl.rules.model import Grant
from ilactl.rules.rhythm import BY_EVENT, interval_of, newest_look, valid_look

__all__ = [
    "EVER",
    "STARTED",
    "Occasion",
    "Setting",
    "contribution_occasion",
    "due_day",
    "facts_day",
    "last_occasion",
    "named_occasion",
    "occasion_before",
    "occasion_of",
    "period_span",
    "setting_on",
    "valid_due",
    "valid_facts_on",
]

EVER = "ever"
"""The period of a grant that is given once."""

STARTED = "started"
"""`facts_on` of what is given at completion: the day the course began for the person."""

_YEARLY = re.compile(r"(?P<day>(0[1-9]|1[0-2])-[0-9]{2})(?P<next> next)?", re.ASCII)
_MONTHLY = re.compile(r"(?P<day>[0-9]{2})(?P<next> next)?", re.ASCII)
_BEGINNING = date(1900, 1, 1)
_LOOK_BACK = 3
_LAST_YEAR = 9998  # the year after it must still be a year


class Setting(Protocol):
    """What reading facts needs to know: for which period, and on which days."""

    @property
    def period(self) -> str:
        """The period's name."""

    @property
    def span(self) -> Span:
        """Its days."""

    @property
    def due_on(self) -> date:
        """The day it falls due."""

    @property
    def facts_on(self) -> date:
        """The day on which facts are read."""


class _Day(Struct, frozen=True):
    """A setting of one day, with all that was before it."""

    period: str
    span: Span
    due_on: date
    facts_on: date


def setting_on(day: date) -> Setting:
    """The setting of a law or a closing: facts as they hold on the day."""
    return _Day(EVER, Span(_BEGINNING, max(_BEGINNING, day)), day, day)


class Occasion(Struct, frozen=True):
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
    if every in BY_EVENT:
        return due == ""
    if every == "month":
        match = _MONTHLY.fullmatch(due)
        return bool(match) and 1 <= int(due[:2]) <= 28
    if every == "year":
        match = _YEARLY.fullmatch(due)
        return match is not None and parse_date(f"2001-{due[:5]}") is not None
    interval = interval_of(every)
    if interval:
        return valid_look(due) and not (interval.exhausted and parse_date(due))
    return every == "once" and len(due) > 2 and valid_look(due)


def valid_facts_on(text: str) -> bool:
    """Whether `facts_on` is start, end, due, or a day of the period's year."""
    return text in ("", "period-start", "period-end", "due") or parse_date(f"2001-{text}") is not None


def due_day(grant: Grant, span: Span) -> date:
    """The day a yearly or monthly period falls due."""
    later = grant.due.endswith(" next")
    if grant.every == "month":
        start = add_months(span.first, 1) if later else span.first
        return start.replace(day=int(grant.due[:2]))
    month, day = int(grant.due[:2]), int(grant.due[3:5])
    start = span.last + timedelta(days=1) if later else span.first
    due_on = date(start.year, month, day)
    return due_on if due_on >= start else date(start.year + 1, month, day)


def facts_day(grant: Grant, span: Span, due_on: date) -> date:
    """The day on which the rule reads facts: by default the earlier of due date and period end."""
    if grant.facts_on == "period-start":
        return span.first
    if grant.facts_on == "period-end":
        return span.last
    if grant.facts_on == "due":
        return due_on
    if grant.facts_on and grant.facts_on != STARTED:
        year = span.first.year if grant.every in ("year", "month") else due_on.year
        day = date(year, int(grant.facts_on[:2]), int(grant.facts_on[3:5]))
        return day if grant.every != "year" or day >= span.first else day.replace(year=year + 1)
    return min(due_on, span.last)


def occasion_of(versions: list[Grant], period: str, span: Span) -> Occasion | None:
    """The version in force for the period, with its days; None where none is."""
    for grant in versions:
        due_on = due_day(grant, span)
        if grant.in_force(min(due_on, span.last)):
            return Occasion(grant, period, span, due_on, facts_day(grant, span, due_on))
    return None


def last_occasion(versions: list[Grant], on: date) -> Occasion | None:
    """The newest period of a rule whose due date has come by `on`; None where there is none in force.

    A rule for each contribution or enrolment has none: its occasions are a person's own.
    """
    first = versions[0]
    if first.every in BY_EVENT:
        return None
    if first.every not in ("year", "month"):
        return _looked_at(versions, on)
    for period, span in _backwards(first, on):
        occasion = occasion_of(versions, period, span)
        if occasion is not None and occasion.due_on <= on:
            return occasion
        if occasion is None and any(due_day(grant, span) <= on for grant in versions):
            return None
    return None


def occasion_before(versions: list[Grant], newest: Occasion) -> Occasion | None:
    """The yearly or monthly period before the newest, if a version held for it."""
    if versions[0].every not in ("year", "month"):
        return None
    last = newest.span.first - timedelta(days=1)
    for period, span in _backwards(versions[0], last):
        if span.last == last:
            return occasion_of(versions, period, span)
    return None


def named_occasion(versions: list[Grant], period: str, on: date) -> Occasion | None:
    """The occasion of a period asked for by name; None where the rule has no such period due by `on`."""
    first = versions[0]
    if first.every in BY_EVENT:
        return None
    if first.every == "once":
        return _looked_at(versions, on) if period == EVER else None
    if first.every not in ("year", "month"):
        day = parse_date(period)
        occasion = _looked_at(versions, day) if day and day <= on else None
        return occasion if occasion and occasion.period == period else None
    span = period_span(first, period)
    if span is None or ("-" in period) != (first.every == "month"):
        return None
    occasion = occasion_of(versions, period, span)
    return occasion if occasion and occasion.due_on <= on else None


def contribution_occasion(versions: list[Grant], entry: str, day: date) -> Occasion | None:
    """The occasion that one contribution gives; None where no version was in force on its day."""
    for grant in versions:
        if grant.in_force(day):
            span = Span(day, day)
            return Occasion(grant, entry, span, day, facts_day(grant, span, day))
    return None


def period_span(grant: Grant, period: str) -> Span | None:
    """The days of a year or month of the rule, or None."""
    span = parse_period(period)
    if span is None or not grant.starts or "-" in period:
        return span
    first = span.first.replace(month=int(grant.starts[:2]), day=int(grant.starts[3:5]))
    return Span(first, add_months(first, 12) - timedelta(days=1))


def _looked_at(versions: list[Grant], on: date) -> Occasion | None:
    """A grant given once, or again after some years: looked at on its days, whenever it was last given.

    What its period adds up reaches back: for once to the beginning, else as long as the interval.
    """
    for grant in versions:
        interval = interval_of(grant.every)
        due_on = newest_look(grant.due, on, interval)
        if due_on is not None and grant.in_force(due_on):
            first = add_months(due_on, -interval.months) + timedelta(days=1) if interval else _BEGINNING
            span = Span(min(first, due_on), due_on)
            period = due_on.isoformat() if interval else EVER
            return Occasion(grant, period, span, due_on, facts_day(grant, span, due_on))
    return None


def _backwards(grant: Grant, on: date) -> list[tuple[str, Span]]:
    """Periods from the one that holds `on` backwards, as far as a due date can lag."""
    if grant.every == "year":
        years = range(min(on.year, _LAST_YEAR), max(0, on.year - _LOOK_BACK), -1)
        spans = [(name, period_span(grant, name)) for name in (f"{year:04}" for year in years)]
        return [(name, span) for name, span in spans if span and span.first <= on]
    now = on.year * 12 + on.month - 1
    months = [divmod(month, 12) for month in range(now, now - _LOOK_BACK - 1, -1)]
    return [
        (f"{year:04}-{month + 1:02}", month_span(year, month + 1))
        for year, month in months
        if 1 <= year <= _LAST_YEAR
    ]
