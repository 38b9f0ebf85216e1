"""The rows of a plan that was made person by person: kept as a list until they are appended."""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from typing import TYPE_CHECKING

from msgspec import Struct

from ilactl.ledger.columns import ENTITLEMENTS
from ilactl.ledger.commit import Append
from ilactl.ledger.entries import cells_of
from ilactl.rules.walk import Booking

if TYPE_CHECKING:
    from ilactl.ledger.commit import Writer

__all__ = ["ListedRows"]


class ListedRows(Struct):
    """Rows in the order of persons; they are booked in the order of the run's steps."""

    bookings: list[tuple[str, Booking]]

    def fingerprint(self) -> str:
        """A digest of what would be booked."""
        state = sha256()
        for person, (place, row) in self._in_order():
            state.update(f"{person},{place.day},{row}\n".encode())
        return state.hexdigest()

    def append(self, writer: Writer, first_entry: int, on: date, scales: dict[str, int]) -> Append:
        """The rows with their entry ids, ready for the commit."""
        rows = self._in_order()
        ids = {(person, row.entry): f"E{first_entry + i}" for i, (person, (_, row)) in enumerate(rows)}

        def own(person: str, entry: str) -> str:
            """The id of a row of this plan, or the booked entry's own."""
            return ids[person, entry] if entry.startswith("*") else entry

        # Cells are plain ASCII without separators: nothing is ever quoted.
        lines = []
        for person, (_, row) in rows:
            entry, booked_on, holder, kind, lot, *rest, of, ref = cells_of(row, scales[row.unit])
            cells = [
                ids[person, entry],
                booked_on,
                holder,
                kind,
                own(person, lot),
                *rest,
                own(person, of),
                ref,
            ]
            lines.append(",".join(cells) + "\n")
        return Append(ENTITLEMENTS.file, "".join(lines).encode(), rows=len(lines))

    def _in_order(self) -> list[tuple[str, Booking]]:
        return sorted(self.bookings, key=lambda booking: booking[1].place)
