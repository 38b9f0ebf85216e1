"""A review or a correction as an answer: what each grant comes to, what it would be, and why."""

from __future__ import annotations

from collections.abc import Mapping

from ilactl.output import Answer, Block, Cell, Col, Grid, Heading, Lines, Money
from ilactl.reports.decisions import reason_of
from ilactl.rules.corrections import Difference
from ilactl.rules.review import CorrectionPlan

__all__ = ["correction_answer"]

_COLUMNS = (
    Col("person"),
    Col("rule"),
    Col("period"),
    Col("entry"),
    Col("booked", kind="amount"),
    Col("today", kind="amount"),
    Col("change", kind="amount"),
    Col("unit"),
    Col("because"),
)
_ROWS = (
    Col("person"),
    Col("kind"),
    Col("lot"),
    Col("amount", kind="amount"),
    Col("unit"),
    Col("from"),
    Col("to"),
    Col("period"),
)


def correction_answer(
    plan: CorrectionPlan, scales: Mapping[str, int], *, booked: int | None = None
) -> Answer:
    """`booked` is the commit that booked it; None for what is only shown."""
    rows = [_row(difference, scales) for difference in plan.differences]
    if not rows:
        title = f"On {plan.on} nothing would come out differently"
    else:
        done = f"booked as commit {booked}" if booked else "to book"
        title = f"What would come out differently on {plan.on}: {plan.spoken} {done}"
    shown = [{**row, "rule": str(row["rule"]).partition("@")[0]} for row in rows]
    blocks: list[Block] = [Heading(title)]
    if rows:
        blocks += [Grid(_COLUMNS, shown), Grid(_ROWS, _booking_rows(plan, scales))]
    kept = [
        f"{decision.person}: {decision.occasion.grant.id} {decision.occasion.period} stays as booked;"
        f" {reason_of(decision, scales)}"
        for review in plan.reviews
        for decision in review.undecided
    ]
    if kept:
        blocks.append(Lines(kept))
    data = {
        "on": plan.on,
        "booked": booked,
        "entries": plan.entries,
        "persons": plan.persons,
        "bookings": _booking_rows(plan, scales),
        "kept": kept,
    }
    return Answer("ilactl.topup-review/1", rows, _COLUMNS, blocks, data, _owed(plan, scales))


def _row(difference: Difference, scales: Mapping[str, int]) -> dict[str, Cell]:
    unit, scale = difference.unit, scales[difference.unit]
    decision = difference.decision
    because = reason_of(decision, scales) if decision else "no version of the rule holds for the period"
    return {
        "person": difference.person,
        "rule": difference.rule,
        "period": difference.period,
        "entry": difference.entry or None,
        "booked": Money(difference.booked, unit, scale),
        "today": Money(difference.credited, unit, scale),
        "change": Money(difference.credited - difference.booked, unit, scale),
        "unit": unit,
        "because": because,
    }


def _booking_rows(plan: CorrectionPlan, scales: Mapping[str, int]) -> list[dict[str, Cell]]:
    return [
        {
            "person": person,
            "kind": row.kind,
            "lot": "" if row.lot.startswith("*") else row.lot,
            "amount": Money(row.amount, row.unit, scales[row.unit]),
            "unit": row.unit,
            "from": row.source,
            "to": row.target,
            "period": row.period,
        }
        for person, (_, row) in plan.rows.bookings
    ]


def _owed(plan: CorrectionPlan, scales: Mapping[str, int]) -> list[str]:
    """What stays owed after the correction, by person."""
    notes = []
    for review in plan.reviews:
        owed: dict[str, int] = {}
        for row in review.rows:
            sign = 1 if row.source == "owed" else -1 if row.target == "owed" else 0
            owed[row.unit] = owed.get(row.unit, 0) + sign * row.amount
        notes += [
            f"{review.person} owes {Money(n, unit, scales[unit])} more; it is recovered from later grants"
            for unit, n in sorted(owed.items())
            if n > 0
        ]
    return notes
