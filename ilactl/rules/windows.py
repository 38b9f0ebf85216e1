"""What a cap counts: what its classes hold now, or what was granted to them in a window.

A grant counts on the day it fell due, never on the day it was booked, so that a late run leaves a
cap the same room. `ilactl/rules/sum_columns.py` says the same in SQL.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from ilactl.dates import Span, add_months, parse_date
from ilactl.rules.due import versions_of
from ilactl.rules.model import Cap, Scheme
from ilactl.rules.periods import EVER, Occasion, due_day, period_span
from ilactl.rules.sums import Sums

__all__ = ["DueDays", "calendar_year", "counts_in", "used_of_cap", "window_span"]

_BEGINNING = date.min


class DueDays:
    """The day on which a booked grant fell due, by rule and period. Each is worked out once."""

    def __init__(self, scheme: Scheme) -> None:
        """Reads the versions of every grant rule."""
        self._versions = versions_of(scheme)
        self._known: dict[tuple[str, str], date | None] = {}

    def of(self, rule: str, period: str, booked_on: date) -> date:
        """The due day; the day it was booked where the period tells none."""
        return self.known(rule, period) or booked_on

    def known(self, rule: str, period: str) -> date | None:
        """The due day that the rule and the period tell; None where they tell none."""
        key = rule, period
        if key not in self._known:
            self._known[key] = self._day(rule, period)
        return self._known[key]

    def _day(self, rule: str, period: str) -> date | None:
        if day := parse_date(period):
            return day
        for grant in self._versions.get(rule, ()):
            if period == EVER:
                return parse_date(grant.due)
            span = period_span(grant, period) if grant.every in ("year", "month") else None
            if span and grant.in_force(min(due_day(grant, span), span.last)):
                return due_day(grant, span)
        return None


def calendar_year(period: str, due_on: date) -> int:
    """The year a period lies in: its own, or the year it falls due where it has none."""
    return int(period[:4]) if period[:4].isdigit() and period[4:5] in ("", "-") else due_on.year


def window_span(cap: Cap, due_on: date) -> Span | None:
    """The days a cap with a window of days looks at; None where no window holds the due date."""
    if cap.window.kind == "length":
        before = due_on.year * 12 + due_on.month - 1 - cap.window.months
        first = add_months(due_on, -cap.window.months) if before >= 12 else _BEGINNING
        return Span(date.fromordinal(first.toordinal() + 1), due_on)
    return next((span for span in cap.window.spans if due_on in span), None)


def used_of_cap(cap: Cap, sums: Sums, occasion: Occasion, days: DueDays) -> int | None:
    """What occupies the cap's room on the occasion; None where none of its windows holds the due date."""
    if cap.measure == "balance":
        held = sum(sums.held[class_] for class_ in cap.over) if cap.counts_reserved else 0
        return sum(sums.balance[class_] for class_ in cap.over) + held
    counts = _counter(cap, occasion, days)
    if counts is None:
        return None
    return sum(
        amount
        for class_, rule, period, booked_on, amount in sums.given
        if class_ in cap.over and counts(rule, period, booked_on)
    )


def counts_in(cap: Cap, occasion: Occasion, earlier: Occasion) -> bool:
    """Whether a cap counts what an earlier occasion of the same run gave."""
    if cap.window.kind in ("ever", "period"):
        return cap.window.kind == "ever" or earlier.period == occasion.period
    if cap.window.kind == "year":
        years = (calendar_year(o.period, o.due_on) for o in (earlier, occasion))
        return len(set(years)) == 1
    span = window_span(cap, occasion.due_on)
    return span is not None and earlier.due_on in span


def _counter(cap: Cap, occasion: Occasion, days: DueDays) -> Callable[[str, str, date], bool] | None:
    kind = cap.window.kind
    if kind == "ever":
        return lambda rule, period, booked_on: True
    if kind == "period":
        return lambda rule, period, booked_on: period == occasion.period
    if kind == "year":
        year = calendar_year(occasion.period, occasion.due_on)
        return lambda rule, period, booked_on: calendar_year(period, days.of(rule, period, booked_on)) == year
    span = window_span(cap, occasion.due_on)
    if span is None:
        return None
    return lambda rule, period, booked_on: days.of(rule, period, booked_on) in span
