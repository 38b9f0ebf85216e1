"""The rows that put a wallet right: what a grant comes to today, less what it comes to in the books."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date

from msgspec import Struct

from ilactl.ledger.entries import Entry
from ilactl.ledger.wallets import Lot, wallet_of
from ilactl.rules.decision import Decision
from ilactl.rules.sums import sums_of

__all__ = ["CorrectionRows", "Difference"]


class Difference(Struct, frozen=True):
    """A grant that would be another today. `booked` is what it comes to now, corrections included.

    `entry` is the grant's entry, "" where nothing was granted. Amounts are in the unit's smallest part.
    """

    person: str
    rule: str
    period: str
    unit: str
    entry: str
    booked: int
    credited: int
    due: int
    decision: Decision | None


class CorrectionRows:
    """The rows of a correction, and the wallet as they leave it."""

    def __init__(self, on: date, entries: Sequence[Entry]) -> None:
        """`entries` are the person's, booked so far."""
        self.on = on
        self.entries = list(entries)
        self.rows: list[Entry] = []
        self.grants = {entry.entry: entry for entry in entries if entry.kind == "grant"}

    @property
    def lots(self) -> tuple[Lot, ...]:
        """The lots with the rows so far."""
        return wallet_of(self.entries).lots

    @property
    def owed(self) -> Mapping[str, int]:
        """What is owed with the rows so far."""
        return sums_of(self.entries).owed

    def add(self, row: Entry) -> None:
        """One more row, under a number of its own."""
        numbered = row._replace(entry=f"*{len(self.rows) + 1}")
        self.rows.append(numbered)
        self.entries.append(numbered)

    def give(self, difference: Difference) -> None:
        """More was due: it comes to the grant's own lot."""
        grant = self.grants[difference.entry]
        amount = difference.credited - difference.booked
        self._correct(difference, amount, grant.source, grant.target, grant.entry)

    def take_back(self, difference: Difference) -> None:
        """Less was due: what the lot has left goes back, then what of it expired, the rest is owed."""
        grant = self.grants[difference.entry]
        rest = difference.booked - difference.credited
        lot = next(lot for lot in self.lots if lot.entry == grant.entry)
        if part := min(rest, lot.balance):
            self._correct(difference, part, grant.target, grant.source, grant.entry)
            rest -= part
        for gone in self._expired(grant.entry):
            if part := min(rest, gone.amount):
                self._correct(difference, part, gone.target, grant.target, gone.entry)
                self._correct(difference, part, grant.target, grant.source, grant.entry)
                rest -= part
        if rest:
            self._correct(difference, rest, "owed", grant.source, grant.entry)

    def _expired(self, lot: str) -> list[Entry]:
        back = Counter[str]()
        for entry in self.entries:
            if entry.kind == "correct" and entry.lot == lot and entry.target.startswith("wallet:"):
                back[entry.of] += entry.amount
        gone = [entry for entry in self.entries if entry.kind == "expire" and entry.lot == lot]
        return [entry._replace(amount=entry.amount - back[entry.entry]) for entry in gone]

    def _correct(self, difference: Difference, amount: int, source: str, target: str, of: str) -> None:
        self.add(
            Entry(
                entry="",
                booked_on=self.on,
                person=self.grants[difference.entry].person,
                kind="correct",
                lot=difference.entry,
                amount=amount,
                unit=difference.unit,
                source=source,
                target=target,
                rule=difference.rule,
                period=difference.period,
                due=difference.due,
                of=of,
            )
        )
