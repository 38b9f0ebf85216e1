"""The plan of a settlement by reading both files row by row: for a ledger that needs no engine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct, field

from ilactl.ledger.columns import ENTITLEMENTS
from ilactl.ledger.commit import Append
from ilactl.ledger.entries import Entry, all_entries, cells_of
from ilactl.ledger.scan import format_row
from ilactl.rules.settling import Due, SettlePlan, Settling, enrolment_order, payments_of
from ilactl.rules.shares import Borne, borne_by

if TYPE_CHECKING:
    from ilactl.ledger.commit import Writer
    from ilactl.ledger.enrolments import Enrolment
    from ilactl.ledger.snapshot import Snapshot

_GIVES_BACK = ("release", "return")

__all__ = ["ListedSettlement", "Reserved", "reserved_in", "settle_few"]


class Reserved(Struct):
    """What one enrolment reserved, by lot in the order drawn, and what its payee has of it.

    Of each lot: who it was booked for, the account that holds it, what it reserved, what was paid of
    it, what is still held. Amounts are in the unit's smallest part.
    """

    unit: str
    persons: dict[str, str]
    accounts: dict[str, str]
    held: dict[str, int] = field(default_factory=dict)
    taken: dict[str, int] = field(default_factory=dict)
    had: dict[str, int] = field(default_factory=dict)
    given: set[str] = field(default_factory=set)
    """Lots that a grant opened after the first reservation: completion brought them."""

    @property
    def paid(self) -> int:
        """What the payee has of it."""
        return sum(self.had.values())

    def borne(self) -> list[Borne]:
        """Each lot's part, in the order drawn."""
        return [
            Borne(self.taken[lot], self.had[lot], max(0, held), lot in self.given)
            for lot, held in self.held.items()
        ]


class ListedSettlement(Struct):
    """Rows as a list, numbered from 1 until they are appended."""

    rows: list[Entry]
    scales: dict[str, int]

    def fingerprint(self) -> str:
        """A digest of what would be booked."""
        return sha256(repr(self.rows).encode()).hexdigest()

    def entries(self) -> Sequence[Entry]:
        """The rows as they would be booked, numbered from 1."""
        return self.rows

    def append(self, writer: Writer, first_entry: int) -> Append:
        """The rows with their entry ids, ready for the commit."""
        numbered = (row._replace(entry=f"E{first_entry + i}") for i, row in enumerate(self.rows))
        text = "".join(format_row(cells_of(row, self.scales[row.unit])) for row in numbered)
        return Append(ENTITLEMENTS.file, text.encode(), rows=len(self.rows))


def reserved_in(entries: Iterable[Entry]) -> dict[str, Reserved]:
    """What each enrolment reserved, held and was paid, by the entries in file order.

    The accounts say what is held; whether the payee had it, the entry's kind does, and for a
    `correct` row that of the entry it takes back. What a move to another run gave back names the
    reservation and is not in it.
    """
    found: dict[str, Reserved] = {}
    kinds: dict[str, str] = {}
    reserves, smaller = set[str](), set[str]()
    for row in entries:
        if not row.enrolment:
            continue
        if row.kind == "grant" and row.enrolment in found:
            found[row.enrolment].given.add(row.entry)
        into, out = row.target.startswith("held:"), row.source.startswith("held:")
        if not (into or out):
            continue
        kind = kinds[row.entry] = kinds.get(row.of, "") if row.kind == "correct" else row.kind
        if row.of in smaller if row.kind == "correct" else row.of in reserves and kind in _GIVES_BACK:
            smaller.add(row.entry)
        if row.kind == "reserve":
            reserves.add(row.entry)
        one = found.setdefault(row.enrolment, Reserved(row.unit, {}, {}))
        if row.lot not in one.held:
            one.persons[row.lot] = row.person
            one.accounts[row.lot] = row.target if into else row.source
            one.held[row.lot] = one.taken[row.lot] = one.had[row.lot] = 0
        amount = row.amount if into else -row.amount
        one.held[row.lot] += amount
        if kind == "reserve" or row.entry in smaller:
            one.taken[row.lot] += amount
        elif kind in ("settle", "reclaim"):
            one.had[row.lot] -= amount
    return found


def settle_few(snapshot: Snapshot, request: Settling) -> SettlePlan:
    """The plan. Raises BadInput where a row is bad."""
    from ilactl.ledger.enrolments import all_enrolments
    from ilactl.rules.plan import scales_of

    reserved = reserved_in(all_entries(snapshot))
    dues: list[_OneDue] = []
    for enrolment in all_enrolments(snapshot):
        one = _due_of(enrolment, reserved.get(enrolment.id))
        if one is not None and (not request.payee or one.enrolment.payee == request.payee):
            dues.append(one)
    dues.sort(key=lambda one: (one.enrolment.payee, enrolment_order(one.enrolment.id)))
    payments = payments_of(snapshot, request, _summed(dues))
    payable = {one.payee for one in payments if not one.standing.held_back}
    rows: list[Entry] = []
    for one in dues:
        if one.enrolment.payee in payable:
            rows += _rows(one, request, len(rows))
    persons = len({row.person for row in rows})
    return SettlePlan(request.on, payments, ListedSettlement(rows, scales_of(snapshot)), persons)


class _OneDue(NamedTuple):
    """An enrolment with what is to be paid, by lot in the order drawn."""

    enrolment: Enrolment
    reserved: Reserved
    amount: int
    parts: dict[str, int]


def _due_of(enrolment: Enrolment, reserved: Reserved | None) -> _OneDue | None:
    if reserved is None or enrolment.due is None or enrolment.state == "void" or not enrolment.payee:
        return None
    lots = reserved.borne()
    amount = min(enrolment.due - reserved.paid, sum(lot.held for lot in lots))
    if amount <= 0 or enrolment.unit != reserved.unit:
        return None
    parts = dict(zip(reserved.held, borne_by(reserved.paid + amount, lots), strict=True))
    return _OneDue(enrolment, reserved, amount, {lot: part for lot, part in parts.items() if part})


def _summed(dues: Iterable[_OneDue]) -> list[Due]:
    enrolments: Counter[tuple[str, str]] = Counter()
    entries: Counter[tuple[str, str]] = Counter()
    amounts: Counter[tuple[str, str]] = Counter()
    for one in dues:
        key = one.enrolment.payee, one.enrolment.unit
        enrolments[key] += 1
        entries[key] += len(one.parts)
        amounts[key] += one.amount
    return [Due(*key, enrolments[key], entries[key], amounts[key]) for key in enrolments]


def _rows(one: _OneDue, request: Settling, before: int) -> list[Entry]:
    return [
        Entry(
            entry=f"E{before + i + 1}",
            booked_on=request.on,
            person=one.reserved.persons[lot],
            kind="settle",
            lot=lot,
            amount=part,
            unit=one.enrolment.unit,
            source=one.reserved.accounts[lot],
            target=one.enrolment.payee,
            enrolment=one.enrolment.id,
            ref=_invoice(one.enrolment),
        )
        for i, (lot, part) in enumerate(one.parts.items())
    ]


def _invoice(enrolment: Enrolment) -> str:
    """The document of the step that said what is due."""
    return next((step.ref for step in reversed(enrolment.steps) if step.due is not None), "")
