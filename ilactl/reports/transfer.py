"""Transfers between agencies as answers: what left, what came in, and by which digest to compare it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from ilactl.ledger.entries import Entry
from ilactl.output import Answer, Block, Cell, Col, Grid, Heading, Lines, Money
from ilactl.rules.transfers import Incoming, Outgoing

if TYPE_CHECKING:
    from ilactl.ledger.manifest import Unit
    from ilactl.ledger.transfer_file import TransferFile

__all__ = ["in_answer", "out_answer"]

_ROWS = (
    Col("lot"),
    Col("class"),
    Col("amount", kind="amount"),
    Col("unit"),
    Col("granted", kind="amount"),
    Col("rule"),
    Col("period"),
    Col("expires_on", "until", "date"),
)


def _rows(rows: Iterable[Entry], units: Mapping[str, Unit]) -> list[dict[str, Cell]]:
    return [
        {
            "lot": row.lot,
            "class": (row.source if row.lot else row.target).partition(":")[2],
            "amount": Money(row.amount, row.unit, units[row.unit].scale),
            "unit": row.unit,
            "granted": None if row.due is None else Money(row.due, row.unit, units[row.unit].scale),
            "rule": row.rule,
            "period": row.period,
            "expires_on": row.expires_on,
        }
        for row in rows
    ]


def out_answer(
    plan: Outgoing, units: Mapping[str, Unit], file: TransferFile | None, place: str, booked: int | None
) -> Answer:
    """`file` is what was written; None for what is only shown."""
    rows = _rows(plan.rows, units)
    person, to = plan.record.person, plan.to
    if plan.done is not None:
        title = f"{person} was handed to {to} with commit {plan.done.seq}; {place} tells it again"
    else:
        done = f"booked as commit {booked}" if booked else "to book"
        title = f"{person} to {to}: {len(rows)} entr{'y' if len(rows) == 1 else 'ies'} {done}"
    blocks: list[Block] = [Heading(title)]
    if rows:
        blocks.append(Grid(_ROWS, rows))
    if file is not None:
        told = f"{place} is transfer {file.head['id']}; its digest begins with {file.spoken}"
        blocks.append(Lines([told, "hand it over by a safe way: it says who the person is"]))
    data = {
        "person": person,
        "to": to,
        "file": place if file else None,
        "transfer": file.head["id"] if file else None,
        "digest": file.digest if file else None,
        "booked": booked,
    }
    return Answer("ilactl.person_transfer_out/1", rows, _ROWS, blocks, data)


def in_answer(plan: Incoming, units: Mapping[str, Unit], booked: int | None) -> Answer:
    """`booked` is the commit that booked it; None for what is only shown, or came in before."""
    rows, head = _rows(plan.rows, units), plan.file.head
    if not rows:
        title = f"Transfer {head['id']} came in before, for {plan.person}; nothing was written"
    else:
        done = f"booked as commit {booked}" if booked else "to book"
        who = plan.person or "a new person"
        count = f"{len(rows)} entr{'y' if len(rows) == 1 else 'ies'}"
        title = f"Transfer {head['id']} of {head['agency']}, for {who}: {count} {done}"
    blocks: list[Block] = [Heading(title), Lines([f"its digest begins with {plan.file.spoken}"])]
    if rows:
        blocks.append(Grid(_ROWS, rows))
    notes = [f"not known here and left out: {', '.join(plan.notes)}"] if plan.notes else []
    data = {
        "transfer": head["id"],
        "digest": plan.file.digest,
        "person": plan.person,
        "booked": booked,
        "left_out": plan.notes,
    }
    return Answer("ilactl.person_transfer_in/1", rows, _ROWS, blocks, data, notes)
