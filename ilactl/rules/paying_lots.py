"""Which lots may pay for an enrolment: asked when one enrols, and again when a run costs more.

A class may pay only where the rule's conditions hold, a lot only where it has not ended by the days that
the rule names and its wallet is not closed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import TYPE_CHECKING

from ilactl.rules.lot_order import Drawable, drawable_lots
from ilactl.rules.objections import undecided

if TYPE_CHECKING:
    from ilactl.ledger.courses import CourseRow, RunRow
    from ilactl.rules.circumstances import Circumstances
    from ilactl.rules.holder import Holder
    from ilactl.rules.offer import Objection
    from ilactl.rules.spending_model import Spend

__all__ = ["barred_classes", "paying_lots"]


def barred_classes(holder: Holder, spend: Spend, facts: Circumstances, against: list[Objection]) -> set[str]:
    """Classes that a condition keeps out. An unknown one is told where there is something to keep out."""
    barred: set[str] = set()
    for only in spend.only:
        holds = holder.worth(only.when, facts)
        if holds.value is True:
            continue
        barred |= set(only.classes)
        there = any(lot.class_ in only.classes and lot.balance > 0 for lot in holder.lots)
        if holds.value is None and there:
            what = f"whether {' and '.join(only.classes)} may pay"
            against.append(undecided(what, holds.missing, holds.notes))
    return barred


def paying_lots(
    holder: Holder,
    spend: Spend,
    course: CourseRow,
    run: RunRow | None,
    days: Iterable[date],
    barred: Collection[str],
    against: list[Objection],
) -> list[Drawable]:
    """The lots that may pay, in the order they are drawn.

    On each of the `days` a lot must be in time; where the rule says so, at the start as well.
    """
    tested = set(days)
    if spend.usable_at == "start":
        if run is None or run.starts is None:
            against.append(undecided("which lots are in time", ["starts_on"]))
        else:
            tested.add(max(*tested, run.starts))
    lots = drawable_lots(spend, holder.lots, course, sorted(tested), barred)
    closed = holder.closed([one.lot for one in lots])
    return [one for one in lots if one.lot.entry not in closed]
