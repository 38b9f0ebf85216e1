"""The answer of payments taken back: which came back, what is due again, whose account is held back now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ilactl.output import Answer, Block, Cell, Col, Grid, Heading, Lines, Money
from ilactl.reports.settlement import done

if TYPE_CHECKING:
    from ilactl.rules.returned import Payout, ReturnPlan

__all__ = ["returned_answer"]

_COLUMNS = (
    Col("reference"),
    Col("payee"),
    Col("enrolments", kind="int"),
    Col("amount", kind="amount"),
    Col("unit"),
    Col("reason"),
    Col("outcome"),
)
_SHOWN = tuple(column for column in _COLUMNS if column.name != "unit")


def returned_answer(plan: ReturnPlan, scales: Mapping[str, int], *, booked: int | None = None) -> Answer:
    """The whole answer. `booked` is the commit that took them back; None for a plan only shown."""
    number = len(plan.entries)
    told = done(number, booked) if number else "nothing to take back"
    rows = [_row(one, scales, "returned") for one in plan.payouts]
    rows += [_row(one, scales, "known") for one in plan.known]
    blocks: list[Block] = [
        Heading(f"Returned payments on {plan.on}: {told}"),
        Grid(_SHOWN, rows, "the file names none"),
    ]
    lines = [
        f"{payee} is held back until its account is changed or confirmed anew" for payee in plan.unconfirmed
    ]
    return Answer(
        schema="ilactl.settle_returned/1",
        rows=rows,
        columns=_COLUMNS,
        blocks=[*blocks, Lines(lines)] if lines else blocks,
        data={
            "on": plan.on,
            "booked": booked,
            "entries": number,
            "known": len(plan.known),
            "totals": {u: Money(total, u, scales[u]) for u, total in sorted(plan.totals().items())},
            "held_back": list(plan.unconfirmed),
        },
    )


def _row(one: Payout, scales: Mapping[str, int], outcome: str) -> dict[str, Cell]:
    unit = one.entries[0].unit
    amount = one.amount if outcome == "returned" else sum(entry.amount for entry in one.entries)
    return {
        "reference": one.reference,
        "payee": one.payee,
        "enrolments": len({entry.enrolment for entry in one.entries}),
        "amount": Money(amount, unit, scales[unit]),
        "unit": unit,
        "reason": one.reason,
        "outcome": outcome,
    }
