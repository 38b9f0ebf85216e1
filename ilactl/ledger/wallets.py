"""From entries to lots: what is on a wallet, what is held, what may be used on a day.

A balance is a sum and never stored. Every row moves one amount from one account to another, so
one rule covers every kind of entry: what leaves `wallet:…` or `held:…` is taken from the lot the
row names, what reaches them is added to it. Only `amend` does more: it gives a lot new terms.
Amounts are ints of the unit's smallest part; amounts of two units are never added.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from ilactl.errors import BadInput
from ilactl.findings import Finding, Kind, Place, count_text
from ilactl.ledger.columns import ENTITLEMENTS

if TYPE_CHECKING:
    from ilactl.ledger.entries import Entry

__all__ = [
    "STRAY_ENTRY",
    "Fates",
    "Lot",
    "Standing",
    "Wallet",
    "account_class",
    "fates_of",
    "lots_of",
    "standing_of",
    "wallet_of",
]

STRAY_ENTRY = Kind(
    "STRAY-ENTRY",
    "an entry draws on a lot that no entry of this person opened",
    "run 'ilactl check'; restore the missing row or book a correction",
)


@dataclass(slots=True)
class Lot:
    """Entitlement that came in by one entry, and what has become of it.

    `source` is the account of the opening row, `funder` the account it first came from (the same
    but for a converted lot, which leads back to the lot it stems from). `expires_on` is the last
    day to reserve, None where there is no end. `balance` may be reserved, `held` is reserved and
    not yet settled, released, forfeited or returned; both in the unit's smallest part.
    """

    entry: str
    person: str
    class_: str
    unit: str
    source: str
    funder: str
    rule: str
    period: str
    booked_on: date
    usable_from: date | None
    expires_on: date | None
    earmark: str
    enrolment: str
    ref: str
    balance: int = 0
    held: int = 0
    held_for: dict[str, int] = field(default_factory=dict)
    """What is held, by enrolment."""

    def in_time(self, day: date) -> bool:
        """Whether the lot's terms let it be reserved on that day."""
        begun = self.usable_from is None or self.usable_from <= day
        return begun and (self.expires_on is None or day <= self.expires_on)

    def usable_on(self, day: date) -> int:
        """What may be reserved on that day: the balance, or 0 before usable_from and after expires_on."""
        return self.balance if self.in_time(day) else 0


class Wallet(NamedTuple):
    """All lots of some entries in the order they came in, and what is owed by unit."""

    lots: tuple[Lot, ...]
    owed: dict[str, int]


class Standing(NamedTuple):
    """The four figures of one unit: balance, reserved, usable on a day, owed."""

    balance: int = 0
    reserved: int = 0
    usable: int = 0
    owed: int = 0

    def __add__(self, other: Standing) -> Standing:  # type: ignore[override]
        """The sum of two standings of the same unit; a tuple would be prolonged."""
        return Standing(
            self.balance + other.balance,
            self.reserved + other.reserved,
            self.usable + other.usable,
            self.owed + other.owed,
        )


def account_class(account: str) -> tuple[str, str]:
    """`("wallet", "own")` of `wallet:own`, `("pool", "")` of `pool`."""
    kind, _, name = account.partition(":")
    return kind, name


def lots_of(entries: Iterable[Entry]) -> list[Lot]:
    """The lots of these entries, in the order they came in. Raises as `wallet_of` does."""
    return list(wallet_of(entries).lots)


def wallet_of(entries: Iterable[Entry], place: Callable[[Entry], Place] | None = None) -> Wallet:
    """Lots and debts of these entries: of a person, or of the whole ledger.

    Lots are opened first and moved on afterwards, so the order of the entries decides nothing but
    which of two amendments is the later. Raises BadInput where an entry draws on a lot that is
    not among them; `place` tells where an entry stands, for the finding.
    """
    rows = entries if isinstance(entries, Sequence) else list(entries)
    lots = _opened(rows)
    owed: dict[str, int] = {}
    strays: list[Entry] = []
    for row in rows:
        if row.source == "owed":
            owed[row.unit] = owed.get(row.unit, 0) + row.amount
        elif row.target == "owed":
            owed[row.unit] = owed.get(row.unit, 0) - row.amount
        lot = lots.get(row.lot or row.entry)
        if lot is not None and lot.unit == row.unit:
            _move(lot, row)
        elif row.lot or _touches_lot(row):
            strays.append(row)
    if strays:
        findings = [_stray(row, place) for row in strays]
        raise BadInput(what=ENTITLEMENTS.file, count=count_text(findings), findings=findings)
    return Wallet(tuple(lots.values()), owed)


def _opened(rows: Sequence[Entry]) -> dict[str, Lot]:
    lots: dict[str, Lot] = {}
    stems: dict[str, str] = {}
    lot_by_entry: dict[str, str] = {}
    for row in rows:
        lot_by_entry[row.entry] = row.lot or row.entry
        kind, class_ = account_class(row.target)
        if row.lot or kind != "wallet":
            continue
        if row.source == "conversion" and row.of:
            stems[row.entry] = row.of
        lots[row.entry] = Lot(
            entry=row.entry,
            person=row.person,
            class_=class_,
            unit=row.unit,
            source=row.source,
            funder=row.source,
            rule=row.rule,
            period=row.period,
            booked_on=row.booked_on,
            usable_from=row.usable_from,
            expires_on=None if row.never else row.expires_on,
            earmark="" if row.earmark == "any" else row.earmark,
            enrolment=row.enrolment,
            ref=row.ref,
        )
    for entry, origin in stems.items():
        # A conversion's stem was booked before it: in file order its funder is known already.
        stem = lots.get(lot_by_entry.get(origin, ""))
        if stem is not None:
            lots[entry].funder = stem.funder
    return lots


def _move(lot: Lot, row: Entry) -> None:
    for account, amount in ((row.source, -row.amount), (row.target, row.amount)):
        if account.startswith("wallet:"):
            lot.balance += amount
        elif account.startswith("held:"):
            lot.held += amount
            lot.held_for[row.enrolment] = lot.held_for.get(row.enrolment, 0) + amount
    if row.kind == "amend":
        lot.usable_from = row.usable_from or lot.usable_from
        if row.never or row.expires_on:
            lot.expires_on = None if row.never else row.expires_on
        if row.earmark:
            lot.earmark = "" if row.earmark == "any" else row.earmark


def _touches_lot(row: Entry) -> bool:
    return row.kind == "amend" or any(a.startswith(("wallet:", "held:")) for a in (row.source, row.target))


def _stray(row: Entry, place: Callable[[Entry], Place] | None) -> Finding:
    where = place(row) if place else Place(ENTITLEMENTS.file)
    if not row.lot:
        return STRAY_ENTRY.at(where, f"entry {row.entry} of kind {row.kind} names no lot")
    return STRAY_ENTRY.at(
        where, f"entry {row.entry} draws on {row.lot}, which is no lot of {row.person} in {row.unit}"
    )


def standing_of(wallet: Wallet, day: date) -> dict[str, Standing]:
    """The four figures by unit, for every unit that occurs; usable is what may be reserved on `day`."""
    result: dict[str, Standing] = {}
    for lot in wallet.lots:
        figures = Standing(lot.balance, lot.held, lot.usable_on(day))
        result[lot.unit] = result.get(lot.unit, Standing()) + figures
    for unit, debt in wallet.owed.items():
        result[unit] = result.get(unit, Standing()) + Standing(owed=debt)
    return result


@dataclass(slots=True)
class Fates:
    """What came into `held` for one lot and enrolment, and what became of each cent.

    reserved + reclaimed = settled + released + forfeited + returned + corrected + still held.
    `corrected` is what an undo took back out of `held`, less what one put back in.
    """

    reserved: int = 0
    reclaimed: int = 0
    settled: int = 0
    released: int = 0
    forfeited: int = 0
    returned: int = 0
    corrected: int = 0

    @property
    def held(self) -> int:
        """What still has no fate."""
        ended = self.settled + self.released + self.forfeited + self.returned + self.corrected
        return self.reserved + self.reclaimed - ended


_INTO_HELD = {"reserve": "reserved", "reclaim": "reclaimed"}
_OUT_OF_HELD = {"settle": "settled", "release": "released", "forfeit": "forfeited", "return": "returned"}


def fates_of(entries: Iterable[Entry]) -> dict[tuple[str, str], Fates]:
    """The fates of held amounts by lot and enrolment, named by the entries' kinds alone.

    `check` and the settlement compare them with what the accounts say is held.
    """
    result: dict[tuple[str, str], Fates] = {}
    for row in entries:
        into, out = row.target.startswith("held:"), row.source.startswith("held:")
        if not (into or out):
            continue
        fates = result.setdefault((row.lot, row.enrolment), Fates())
        name = (_INTO_HELD if into else _OUT_OF_HELD).get(row.kind, "corrected")
        sign = -1 if into and name == "corrected" else 1
        setattr(fates, name, getattr(fates, name) + sign * row.amount)
    return result
