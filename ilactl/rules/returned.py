"""Payments that came back: a bank could not deliver them, or the payee rejected them.

What was settled is reclaimed, entry by entry and to the account that held it, so that it is due
again. Pure: a snapshot and the rows of a file in, entries to book and findings out. A payment that
was taken back before is known, so the same file again books nothing. The account it was sent to is
confirmed no more.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct, field

from ilactl.findings import Kind
from ilactl.ledger.booked import booked_by, later_entries, range_of
from ilactl.ledger.columns import ENTITLEMENTS, ORGANISATIONS
from ilactl.ledger.entries import Entry, entries_with
from ilactl.ledger.grammar import Column, Grammar, fault_of
from ilactl.ledger.history import record_at
from ilactl.ledger.intake import CELL
from ilactl.ledger.payment_accounts import PaymentAccounts
from ilactl.ledger.register_plan import RegisterPlan
from ilactl.money import format_amount, parse_amount
from ilactl.rules.payees import PROVIDER, organisation_in, reference_of

if TYPE_CHECKING:
    from ilactl.ledger.intake import InRow, Intake
    from ilactl.ledger.record import Record
    from ilactl.ledger.snapshot import Snapshot

__all__ = ["COLUMNS", "Payout", "ReturnPlan", "plan_returned", "was_undone"]

UNKNOWN = Kind(
    "RETURNED-UNKNOWN",
    "a payment that came back was never made",
    "compare it with the remittance list: 'ilactl settle --again COMMIT' makes it again",
)
AMOUNT = Kind(
    "RETURNED-AMOUNT",
    "a payment that came back was made with another amount",
    "give the amount that was paid, or leave it out beside a reference",
)
TWICE = Kind("RETURNED-TWICE", "a payment comes back twice in one file", "keep one of the rows")

COLUMNS = (
    Column("reference", Grammar.TEXT, "the payment's reference, as the remittance list has it"),
    Column("enrolment", Grammar.ID, "the enrolment, where only one of a payment comes back"),
    Column("amount", Grammar.AMOUNT, "what comes back"),
    Column("reason", Grammar.TEXT, "the bank's reason, such as AC04"),
)
"""What the file may say of each payment: a reference, or an enrolment and an amount."""

_REFERENCE = re.compile(r"S([1-9][0-9]{0,17})([EH]?)-(.+)", re.ASCII)


class Payout(NamedTuple):
    """A payment, or an enrolment's part of one, that comes back: its entries, and what is left of each."""

    reference: str
    reason: str
    record: Record
    entries: tuple[Entry, ...]
    left: tuple[int, ...]

    @property
    def payee(self) -> str:
        """Who was paid."""
        return self.entries[0].target

    @property
    def ref(self) -> str:
        """The document of its entries: the payment's reference, and the bank's reason."""
        return f"{self.reference} {self.reason}".strip()

    @property
    def amount(self) -> int:
        """What is taken back now."""
        return sum(self.left)


class ReturnPlan(Struct):
    """What would be booked; `entries` are numbered from the snapshot's next.

    `known` came back before. `accounts` are rows of organisations.csv that take a confirmation back,
    `unconfirmed` whose.
    """

    on: date
    payouts: list[Payout] = field(default_factory=list)
    known: list[Payout] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    accounts: RegisterPlan = field(default_factory=RegisterPlan)
    unconfirmed: list[str] = field(default_factory=list)

    def same_as(self, other: ReturnPlan) -> bool:
        """Whether both would book the same; the rows' numbers may differ."""
        rows = [[row._replace(entry="") for row in plan.entries] for plan in (self, other)]
        return rows[0] == rows[1] and self.accounts.lines == other.accounts.lines

    def totals(self) -> dict[str, int]:
        """The sum that comes back, by unit."""
        sums: Counter[str] = Counter()
        for row in self.entries:
            sums[row.unit] += row.amount
        return dict(sums)


def plan_returned(snapshot: Snapshot, intake: Intake, on: date) -> ReturnPlan:
    """What the file comes to; what is wrong with its rows is added to its findings."""
    asked = _Asked(snapshot, intake)
    found = [(row, *match) for row in intake.rows if (match := asked.match(row)) is not None]
    taken = _taken_back(snapshot, [(record, entries) for _, _, record, entries in found])
    plan = ReturnPlan(on)
    seen: dict[str, int] = {}
    for row, reference, record, entries in found:
        again = next((seen[entry.entry] for entry in entries if entry.entry in seen), None)
        if again is not None:
            intake.find(TWICE, row, "reference", f"{reference} comes back on line {again} already")
            continue
        seen |= dict.fromkeys((entry.entry for entry in entries), row.line)
        left = tuple(entry.amount - taken.get(entry.entry, 0) for entry in entries)
        one = Payout(reference, asked.cell(row, "reason"), record, tuple(entries), left)
        if fault := fault_of(ENTITLEMENTS.column("ref"), one.ref):
            message = f"{fault}, with the payment's reference and the reason in it"
            intake.find(CELL, row, "reason", message, "give the bank's code alone, such as AC04")
            continue
        (plan.payouts if one.amount > 0 else plan.known).append(one)
    first = snapshot.head.next_entry
    plan.entries = [row._replace(entry=f"E{first + i}") for i, row in enumerate(_reclaims(plan.payouts, on))]
    _take_confirmations_back(snapshot, plan)
    return plan


def _reclaims(payouts: Iterable[Payout], on: date) -> Iterator[Entry]:
    for one in payouts:
        for entry, left in zip(one.entries, one.left, strict=True):
            if left > 0:
                yield Entry(
                    entry="",
                    booked_on=on,
                    person=entry.person,
                    kind="reclaim",
                    lot=entry.lot,
                    amount=left,
                    unit=entry.unit,
                    source=entry.target,
                    target=entry.source,
                    enrolment=entry.enrolment,
                    of=entry.entry,
                    ref=one.ref,
                )


class _Asked:
    """Finds the settle entries that a row of the file means."""

    def __init__(self, snapshot: Snapshot, intake: Intake) -> None:
        self._snapshot = snapshot
        self._intake = intake
        self._scales = {name: unit.scale for name, unit in snapshot.manifest.units.items()}
        self._booked: dict[int, tuple[Record, list[Entry]] | None] = {}

    def cell(self, row: InRow, column: str) -> str:
        """The row's cell; empty where the file has no such column."""
        columns = self._intake.columns
        return row.cells[columns.index(column)] if column in columns else ""

    def match(self, row: InRow) -> tuple[str, Record, list[Entry]] | None:
        """The payment's reference, its commit and its entries; None after a finding."""
        reference, enrolment = self.cell(row, "reference"), self.cell(row, "enrolment")
        amount = self.cell(row, "amount")
        if not reference and not (enrolment and amount):
            message = "a row needs a reference, or an enrolment and an amount"
            self._intake.find(CELL, row, None, message, "complete the row from the bank's own list")
            return None
        found = self._by_reference(reference, enrolment) if reference else self._by_enrolment(enrolment)
        if not found:
            what = f"no settlement paid {reference or f'enrolment {enrolment}'}"
            what += f" for enrolment {enrolment}" if reference and enrolment else ""
            self._intake.find(UNKNOWN, row, "reference" if reference else "enrolment", what)
            return None
        if amount:
            fitting = [one for one in found if self._fits(amount, one[2])]
            if not fitting:
                paid = ", ".join(self._money(entries) for _, _, entries in found)
                message = f"{reference or enrolment} was paid {paid}, not {amount}"
                self._intake.find(AMOUNT, row, "amount", message)
                return None
            found = fitting
        return found[-1]

    def _fits(self, amount: str, entries: Sequence[Entry]) -> bool:
        scale = self._scales[entries[0].unit]
        return parse_amount(amount, scale) == sum(entry.amount for entry in entries)

    def _money(self, entries: Sequence[Entry]) -> str:
        unit = entries[0].unit
        return f"{format_amount(sum(entry.amount for entry in entries), self._scales[unit])} {unit}"

    def _by_reference(self, reference: str, enrolment: str) -> list[tuple[str, Record, list[Entry]]]:
        """Each unit of the payment apart."""
        parts = _REFERENCE.fullmatch(reference)
        settled = self._settled(int(parts[1])) if parts else None
        if not parts or settled is None:
            return []
        record, booked = settled
        units: dict[str, list[Entry]] = {}
        for entry in booked:
            named = reference_of(record.seq, entry.target, entry.enrolment) == reference
            if named and enrolment in ("", entry.enrolment):
                units.setdefault(entry.unit, []).append(entry)
        return [(reference, record, entries) for entries in units.values()]

    def _settled(self, seq: int) -> tuple[Record, list[Entry]] | None:
        if seq not in self._booked:
            known = 0 < seq <= self._snapshot.head.seq
            record = record_at(self._snapshot.log, seq)[0] if known else None
            settled = record is not None and record.command == "settle"
            self._booked[seq] = (record, booked_by(self._snapshot, record)) if record and settled else None
        return self._booked[seq]

    def _by_enrolment(self, enrolment: str) -> list[tuple[str, Record, list[Entry]]]:
        """What each settlement paid for it, oldest first."""
        found: dict[int, tuple[Record, list[Entry]]] = {}
        for entry in entries_with(self._snapshot, "enrolment", enrolment):
            if entry.kind == "settle":
                record = self._snapshot.commit_of(ENTITLEMENTS.file, entry.offset)
                found.setdefault(record.seq, (record, []))[1].append(entry)
        return [
            (reference_of(seq, entries[0].target, enrolment), record, entries)
            for seq, (record, entries) in found.items()
            if record.command == "settle"
        ]


def _taken_back(snapshot: Snapshot, found: Sequence[tuple[Record, Sequence[Entry]]]) -> dict[str, int]:
    """How much of each settle entry was taken back since, by whatever later entries name it."""
    ends = [where[1] for record, _ in found if (where := range_of(record)) is not None]
    settled = {entry.entry: entry.entry for _, entries in found for entry in entries}
    if not ends:
        return {}

    def wanted(cells: Sequence[str]) -> bool:
        root = settled.get(cells[16])
        if root is not None:
            settled[cells[0]] = root
        return root is not None

    taken: Counter[str] = Counter()
    for row in later_entries(snapshot, min(ends), wanted):
        if row.target.startswith("held:"):
            taken[settled[row.of]] += row.amount
        elif row.source.startswith("held:"):
            taken[settled[row.of]] -= row.amount
    return taken


def was_undone(snapshot: Snapshot, record: Record) -> bool:
    """Whether a commit that took payments back was taken back itself, with all that it booked."""
    booked, where = booked_by(snapshot, record), range_of(record)
    roots = {entry.entry: entry.entry for entry in booked}

    def wanted(cells: Sequence[str]) -> bool:
        root = roots.get(cells[16]) if cells[3] == "correct" else None
        if root is not None:
            roots[cells[0]] = root
        return root is not None

    stands = Counter({entry.entry: entry.amount for entry in booked})
    for row in later_entries(snapshot, where[1], wanted) if where else ():
        stands[roots[row.of]] += row.amount if row.target.startswith("held:") else -row.amount
    return bool(booked) and not any(stands.values())


def _take_confirmations_back(snapshot: Snapshot, plan: ReturnPlan) -> None:
    """Rows that leave the accounts which payments were sent to in vain, and take their confirmation back."""
    accounts = PaymentAccounts(snapshot)
    at = ORGANISATIONS.index("iban_confirmed")
    sent: dict[str, set[str]] = {}
    for one in plan.payouts:
        if one.payee.startswith(PROVIDER):
            known = one.record.note.get("payees", {}).get(one.payee, ("", ""))
            sent.setdefault(one.payee, set()).add(known[1])
    for payee, ibans in sorted(sent.items()):
        for account in accounts.from_day(organisation_in(payee), plan.on):
            cells = account.row.cells
            if cells[at] and account.iban in ibans:
                plan.accounts.add(ORGANISATIONS, (*cells[:at], "", *cells[at + 1 :]))
                plan.unconfirmed.append(payee)
    plan.unconfirmed = list(dict.fromkeys(plan.unconfirmed))
