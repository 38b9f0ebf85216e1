"""The row that takes an entry back, and whether a row does. Such a row can be taken back itself."""

from __future__ import annotations

from datetime import date

from ilactl.ledger.entries import Entry, lot_of

__all__ = ["reverse_of", "reverses"]


def reverse_of(entry: Entry, number: str, on: date) -> Entry:
    """The row that takes an entry back.

    A correction that had a `due` changed an amount and left the key of its grant alone; its
    reverse has one too, and does the same.
    """
    return Entry(
        entry=number,
        booked_on=on,
        person=entry.person,
        kind="correct",
        lot=lot_of(entry),
        amount=entry.amount,
        unit=entry.unit,
        source=entry.target,
        target=entry.source,
        enrolment=entry.enrolment,
        rule=entry.rule,
        period=entry.period,
        due=entry.due if entry.kind == "correct" else None,
        of=entry.entry,
        ref=entry.ref,
    )


def reverses(row: Entry, entry: Entry) -> bool:
    """Whether a later row takes the whole entry back."""
    if row.kind != "correct" or row.of != entry.entry or entry.kind == "amend":
        return False
    return (
        (row.lot, row.amount, row.unit) == (lot_of(entry), entry.amount, entry.unit)
        and (row.source, row.target, row.enrolment) == (entry.target, entry.source, entry.enrolment)
        and (row.due is None) == (entry.kind != "correct" or entry.due is None)
    )
