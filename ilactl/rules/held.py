"""What an enrolment holds of each lot, and what became of the rest: the ground on which shares are split.

Read from the entries alone. What a correction takes back counts as if it had never been booked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct, field

from ilactl.ledger.entries import Entry
from ilactl.ledger.wallets import Lot

__all__ = ["Held", "held_of", "sums_by_lot"]

_SIGNS = {"reserve": 1, "release": -1, "settle": -1, "forfeit": -1, "return": -1, "reclaim": 1}


class Held(Struct):
    """One lot's part of an enrolment. `reserved` is what shares are of, `paid` what the payee has of it.

    held = reserved - paid - what was released, forfeited and returned since. What a move to another
    run gave back names the reservation (`of`) and is not in `reserved`: no share is taken of it.
    """

    lot: Lot
    reserved: int = 0
    paid: int = 0
    held: int = 0
    settled: dict[str, int] = field(default_factory=dict)
    """What each settling entry paid and was not taken back, by its id, oldest first."""


def held_of(entries: Sequence[Entry], lots: Iterable[Lot], enrolment: str) -> list[Held]:
    """The parts of the enrolment, in the order the lots were drawn."""
    by_lot = {lot.entry: lot for lot in lots}
    kinds = _Kinds(entries)
    found: dict[str, Held] = {}
    for row in entries:
        if row.enrolment != enrolment or not row.lot or row.lot not in by_lot:
            continue
        kind, sign, of = kinds.meaning(row)
        if kind not in _SIGNS:
            continue
        one = found.setdefault(row.lot, Held(by_lot[row.lot]))
        amount = sign * row.amount
        one.held += _SIGNS[kind] * amount
        if kind == "reserve" or (kind in ("release", "return") and of in kinds.reserves):
            one.reserved += _SIGNS[kind] * amount
        elif kind == "settle":
            one.paid += amount
            name = row.entry if sign > 0 else of
            one.settled[name] = one.settled.get(name, 0) + amount
        elif kind == "reclaim":
            one.paid -= amount
            if of in one.settled:
                one.settled[of] -= amount
    return list(found.values())


def sums_by_lot(entries: Sequence[Entry], enrolment: str) -> dict[str, dict[str, int]]:
    """What was reserved, settled, released and so on for the enrolment: by lot, then by kind of entry.

    Lots stand in the order they were drawn. What was taken back is not in the sums.
    """
    kinds = _Kinds(entries)
    found: dict[str, dict[str, int]] = {}
    for row in entries:
        if row.enrolment == enrolment and row.lot:
            kind, sign, _ = kinds.meaning(row)
            if kind in _SIGNS:
                sums = found.setdefault(row.lot, dict.fromkeys(_SIGNS, 0))
                sums[kind] += sign * row.amount
    return found


class _Kinds:
    """What a row means: its kind, or for a correction the kind of what it takes back, with a sign."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.by_id = {row.entry: row for row in entries}
        self.reserves = {row.entry for row in self.by_id.values() if row.kind == "reserve"}

    def meaning(self, row: Entry) -> tuple[str, int, str]:
        """Kind, 1 or -1, and the entry that the row (or what it takes back) names.

        Of a settlement that was taken back it is the settlement itself.
        """
        sign, at = 1, row
        while at.kind == "correct" and at.of in self.by_id:
            sign, at = -sign, self.by_id[at.of]
        return at.kind, sign, at.entry if at.kind == "settle" and at is not row else at.of
