"""The plan of a correction: every wallet replayed, and the rows that book what differs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from msgspec import Struct

from ilactl.ledger.entries import Entry, entries_with
from ilactl.rules.by_person import wallets
from ilactl.rules.corrections import Corrector, Difference, Review
from ilactl.rules.model import Scheme
from ilactl.rules.passes import Place
from ilactl.rules.plan import scales_of
from ilactl.rules.plan_rows import ListedRows
from ilactl.rules.walk import Booking

if TYPE_CHECKING:
    from ilactl.ledger.snapshot import Snapshot

__all__ = ["CorrectionPlan", "granted_periods", "plan_correction", "rows_of"]


class CorrectionPlan(Struct):
    """What would come out differently for whom, and the rows that put it right."""

    on: date
    reviews: list[Review]
    rows: ListedRows

    @property
    def entries(self) -> int:
        """How many rows would be booked."""
        return len(self.rows.bookings)

    @property
    def spoken(self) -> str:
        """`1 entry`, `412 entries`."""
        return f"{self.entries} entr{'y' if self.entries == 1 else 'ies'}"

    @property
    def persons(self) -> list[str]:
        """Whose wallets would change."""
        return [review.person for review in self.reviews if review.rows]

    @property
    def differences(self) -> list[Difference]:
        """Every difference, by person."""
        return [difference for review in self.reviews for difference in review.differences]

    @property
    def versions(self) -> list[str]:
        """The rule versions that the rows name."""
        return sorted({row.rule for _, (_, row) in self.rows.bookings if row.rule})

    def totals(self) -> dict[str, int]:
        """What would move, by unit."""
        sums: dict[str, int] = {}
        for _, (_, row) in self.rows.bookings:
            sums[row.unit] = sums.get(row.unit, 0) + row.amount
        return sums


def plan_correction(
    snapshot: Snapshot, scheme: Scheme, on: date, persons: Sequence[str] | None
) -> CorrectionPlan:
    """Replay everybody's wallet, or those named. Raises NotFound for a name that is nobody's."""
    corrector = Corrector(scheme, scales_of(snapshot), on, granted_periods(snapshot))
    reviews = [corrector.review(record, entries) for record, entries in wallets(snapshot, persons)]
    found = [review for review in reviews if review.differences or review.undecided]
    return CorrectionPlan(on, found, rows_of(on, {review.person: review.rows for review in found}))


def rows_of(on: date, rows: dict[str, list[Entry]]) -> ListedRows:
    """The rows of persons, one person after the other."""
    return ListedRows(
        [
            (person, Booking(Place(on, 0, nth), row))
            for nth, (person, theirs) in enumerate(rows.items())
            for row in theirs
        ]
    )


def granted_periods(snapshot: Snapshot) -> dict[str, set[str]]:
    """The periods under which each rule was ever granted to anybody."""
    found: dict[str, set[str]] = {}
    for entry in entries_with(snapshot, "kind", "grant"):
        found.setdefault(entry.rule.partition("@")[0], set()).add(entry.period)
    return found
