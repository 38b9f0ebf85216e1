"""When the grant rules of the years ahead will have brought what a wallet lacks for a course.

The same walk that a top-up makes, from due date to due date, with facts as they are known now: what a
future year's figures would decide stays undecided, and is not counted.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from typing import TYPE_CHECKING

from ilactl.dates import add_months
from ilactl.ledger.entries import lot_of
from ilactl.ledger.wallets import wallet_of
from ilactl.rules.due import due_occasions, versions_of
from ilactl.rules.lot_order import drawable_lots
from ilactl.rules.offer import Comes
from ilactl.rules.passes import steps_of
from ilactl.rules.periods import last_occasion
from ilactl.rules.walk import Walker

if TYPE_CHECKING:
    from ilactl.ledger.courses import CourseRow
    from ilactl.ledger.entries import Entry
    from ilactl.rules.holder import Holder
    from ilactl.rules.model import Scheme
    from ilactl.rules.spending_model import Spend

__all__ = ["YEARS", "brought_by", "when_covered"]

YEARS = 5
"""How far ahead one looks."""


def when_covered(
    holder: Holder,
    spend: Spend,
    course: CourseRow,
    barred: Collection[str],
    needed: int,
    on: date,
    starts: date | None = None,
) -> Comes | None:
    """The first day from `on` on which the lots that may pay hold what is needed; None within `YEARS`.

    `starts` is the day up to which they must last, where the rule asks for that too. Only what these
    lots got is told: a rule that fills others has nothing to do with it.
    """
    entries = list(holder.entries)
    brought: list[Entry] = []
    for number, day in enumerate(_days(holder.scheme, on)):
        added = _walked(holder, entries, day, number)
        entries += added
        brought += [row for row in added if row.rule and _brings(row)]
        days = [day] if starts is None else [day, max(day, starts)]
        lots = drawable_lots(spend, wallet_of(entries).lots, course, days, barred)
        there = sum(one.amount for one in lots)
        pay = {one.lot.entry for one in lots}
        rules = dict.fromkeys(row.rule.partition("@")[0] for row in brought if lot_of(row) in pay)
        if there >= needed and rules:
            return Comes(day, there, tuple(rules))
    return None


def _brings(row: Entry) -> bool:
    """Whether the row brings something in, or lets what is there be used longer."""
    return row.kind == "amend" or (row.target.startswith("wallet:") and row.amount > 0)


def brought_by(holder: Holder, on: date, until: date) -> list[Entry]:
    """What runs from `on` to that day would book for the person, in `YEARS` at most, each on its day."""
    entries = list(holder.entries)
    for number, day in enumerate(_days(holder.scheme, on)):
        if day <= until:
            entries += _walked(holder, entries, day, number)
    return entries[len(holder.entries) :]


def _days(scheme: Scheme, on: date) -> list[date]:
    """The day itself, for what is due and was not run yet, and every due date of the years ahead."""
    if on.year + YEARS > date.max.year:
        return [on]
    found = {on}
    for versions in versions_of(scheme).values():
        day = add_months(on, 12 * YEARS)
        while (occasion := last_occasion(versions, day)) and occasion.due_on > on:
            found.add(occasion.due_on)
            day = occasion.due_on - timedelta(days=1)
    return sorted(found)


def _walked(holder: Holder, entries: list[Entry], day: date, number: int) -> list[Entry]:
    """What a run on the day would book for the person, under ids of its own."""
    scheme = holder.scheme
    steps = steps_of(scheme, day, due_occasions(scheme, day))
    walk = Walker(scheme, holder.scales, day, steps).walk(holder.record, entries)
    return [
        row._replace(entry=_own(row.entry, number), lot=_own(row.lot, number), of=_own(row.of, number))
        for _, row in walk.bookings
    ]


def _own(entry: str, number: int) -> str:
    return f"{entry}/{number}" if entry.startswith("*") and "/" not in entry else entry
