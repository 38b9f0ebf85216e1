"""Booking an undo's plan without a command line."""

from __future__ import annotations

from ilactl.ledger.columns import ENTITLEMENTS
from ilactl.ledger.commit import Append, Change, open_writer
from ilactl.ledger.entries import row_of
from ilactl.ledger.scan import format_row
from ilactl.rules.undo import UndoPlan
from tests.rules.books import ACTOR, NOW, Book


def book_undo(book: Book, plan: UndoPlan) -> int:
    """Commit the plan's rows; the commit's number, or 0 where there are none."""
    if not plan.rows:
        return 0
    with open_writer(book.root, actor=ACTOR, now=lambda: NOW) as writer:
        units = writer.snapshot.manifest.units
        text = "".join(format_row(row_of(row, units)) for row in plan.rows)
        append = Append(ENTITLEMENTS.file, text.encode(), rows=len(plan.rows))
        return writer.commit(
            Change("undo", (append,), booked_on=plan.on, entries=len(plan.rows), why="test")
        ).seq
