"""The row that takes an entry back, and whether a row does. Such a row can be taken back itself.

An amendment moves nothing: what takes it back gives the lot the terms that it had before.
"""

from __future__ import annotations

from datetime import date

from ilactl.ledger.entries import Entry, lot_of
from ilactl.ledger.wallets import Lot

__all__ = ["former_terms", "reverse_of", "reverses"]


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
    if entry.kind == "amend":
        return row.kind == "amend" and (row.of, row.lot) == (entry.entry, entry.lot)
    if row.kind != "correct" or row.of != entry.entry:
        return False
    return (
        (row.lot, row.amount, row.unit) == (lot_of(entry), entry.amount, entry.unit)
        and (row.source, row.target, row.enrolment) == (entry.target, entry.source, entry.enrolment)
        and (row.due is None) == (entry.kind != "correct" or entry.due is None)
    )


def former_terms(entry: Entry, lot: Lot, number: str, on: date) -> Entry:
    """The amendment that gives a lot back the terms it had; `lot` is as it was before `entry`."""
    ended = entry.never or entry.expires_on is not None
    return Entry(
        entry=number,
        booked_on=on,
        person=entry.person,
        kind="amend",
        lot=entry.lot,
        amount=0,
        unit=entry.unit,
        source="",
        target="",
        usable_from=lot.usable_from if entry.usable_from else None,
        expires_on=lot.expires_on if ended else None,
        never=ended and lot.expires_on is None,
        earmark=(lot.earmark or "any") if entry.earmark else "",
        enrolment=entry.enrolment,
        rule=entry.rule,
        of=entry.entry,
    )
