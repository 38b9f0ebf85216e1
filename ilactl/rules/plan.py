"""The plan of a top-up: what a run would book, whom it leaves out, and why.

One object is shown by a dry run, printed as JSON and committed by the real run. Two makers give
the same plan: `plan_by_person` (here, for few) and `batch.py` (for many); `planner.py` chooses.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import TYPE_CHECKING, Protocol

from ilactl.ledger.columns import ENTITLEMENTS
from ilactl.ledger.commit import Append
from ilactl.ledger.entries import Entry, all_entries, entries_of
from ilactl.ledger.holders import FEW, ids_of
from ilactl.ledger.registers import PersonRecord, all_persons, person_record
from ilactl.money import format_amount
from ilactl.rules.due import Missed, due_occasions, missed_periods
from ilactl.rules.grants import Decider, Decision, Verdict
from ilactl.rules.model import Scheme
from ilactl.rules.periods import Occasion
from ilactl.rules.sums import sums_of

if TYPE_CHECKING:
    from ilactl.ledger.commit import Writer
    from ilactl.ledger.snapshot import Snapshot

__all__ = ["Example", "Plan", "Request", "Rows", "Totals", "grant_row", "plan_by_person", "scales_of"]

EXAMPLES = 5
"""How many undecided or cut persons a summary names."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a top-up was asked for. `persons` None is everybody; an empty list of names is nobody."""

    on: date
    rules: tuple[str, ...] = ()
    persons: tuple[str, ...] | None = None
    periods: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Example:
    """A person named in a summary: undecided for a reason, or cut from what was due to what was credited."""

    person: str
    reason: str = ""
    due: int = 0
    credited: int = 0


@dataclass(slots=True)
class Totals:
    """One occasion's figures over all persons, in smallest parts."""

    occasion: Occasion
    persons: int = 0
    credited: int = 0
    due: int = 0
    cut: int = 0
    taken: int = 0
    undecided: int = 0
    missing: Counter[str] = field(default_factory=Counter)
    undecided_examples: list[Example] = field(default_factory=list)
    cut_examples: list[Example] = field(default_factory=list)

    def add(self, decision: Decision) -> None:
        """Count one decision."""
        if decision.verdict is Verdict.GRANTED:
            self.persons += 1
            self.credited += decision.credited
            self.due += decision.due
            if decision.cut:
                self.cut += 1
                if len(self.cut_examples) < EXAMPLES:
                    self.cut_examples.append(Example(decision.person, "", decision.due, decision.credited))
        elif decision.verdict is Verdict.TAKEN:
            self.taken += 1
        elif decision.verdict is Verdict.UNDECIDED:
            self.undecided += 1
            reasons = decision.notes or decision.missing
            self.missing.update(reasons)
            if len(self.undecided_examples) < EXAMPLES:
                self.undecided_examples.append(Example(decision.person, ", ".join(reasons)))


class Rows(Protocol):
    """Where a plan's rows come from when they are booked."""

    def fingerprint(self) -> str:
        """A digest of what would be booked."""

    def append(self, writer: Writer, first_entry: int, on: date, scales: dict[str, int]) -> Append:
        """The rows with their entry ids, ready for the commit."""


@dataclass(slots=True)
class Plan:
    """What a top-up would book. `entries` counts the rows."""

    request: Request
    totals: list[Totals]
    missed: list[Missed]
    rows: Rows

    @property
    def entries(self) -> int:
        """How many rows would be booked."""
        return sum(totals.persons for totals in self.totals)

    @property
    def spoken(self) -> str:
        """`1 entry`, `412 entries`."""
        return f"{self.entries} entr{'y' if self.entries == 1 else 'ies'}"

    @property
    def grants_used(self) -> list[str]:
        """The versions that would book something."""
        return sorted({totals.occasion.grant.version for totals in self.totals if totals.persons})


def grant_row(
    entry: int, on: date, occasion: Occasion, person: str, credited: int, due: int, scale: int
) -> str:
    """The CSV line of a grant. Every cell is plain ASCII without separators, so nothing is quoted."""
    grant = occasion.grant
    cut = format_amount(due, scale) if due != credited else ""
    return (
        f"E{entry},{on},{person},grant,,{format_amount(credited, scale)},{grant.unit},{grant.fund},"
        f"wallet:{grant.class_},,,,,{grant.version},{occasion.period},{cut},,\n"
    )


@dataclass(slots=True)
class _ListedRows:
    """Rows kept as a list: for few persons."""

    decisions: list[Decision]

    def fingerprint(self) -> str:
        state = sha256()
        for d in self.decisions:
            state.update(
                f"{d.person},{d.occasion.grant.version},{d.occasion.period},{d.credited},{d.due}\n".encode()
            )
        return state.hexdigest()

    def append(self, writer: Writer, first_entry: int, on: date, scales: dict[str, int]) -> Append:
        lines = [
            grant_row(
                first_entry + i, on, d.occasion, d.person, d.credited, d.due, scales[d.occasion.grant.unit]
            )
            for i, d in enumerate(self.decisions)
        ]
        return Append(ENTITLEMENTS.file, "".join(lines).encode(), rows=len(lines))


def plan_by_person(snapshot: Snapshot, scheme: Scheme, request: Request) -> Plan:
    """The plan, person by person, by the exact interpreter."""
    occasions = due_occasions(scheme, request.on, rules=request.rules, periods=request.periods)
    totals = [Totals(occasion) for occasion in occasions]
    decider = Decider(scheme, scales_of(snapshot))
    granted: list[list[Decision]] = [[] for _ in occasions]
    booked: dict[str, set[str]] = {}
    for record, entries in _wallets(snapshot, request.persons):
        sums = sums_of(entries)
        for rule, period in sums.keys:
            booked.setdefault(rule, set()).add(period)
        for i, decision in enumerate(decider.decide_all(record, sums, occasions)):
            totals[i].add(decision)
            if decision.verdict is Verdict.GRANTED:
                granted[i].append(decision)
    told = not request.periods and request.persons is None  # few cannot tell for all
    missed = missed_periods(scheme, request.on, occasions, booked, request.rules) if told else []
    return Plan(request, totals, missed, _ListedRows([decision for part in granted for decision in part]))


def scales_of(snapshot: Snapshot) -> dict[str, int]:
    """Decimals of each unit of the ledger."""
    return {name: unit.scale for name, unit in snapshot.manifest.units.items()}


def _wallets(
    snapshot: Snapshot, persons: Sequence[str] | None
) -> Iterator[tuple[PersonRecord, Iterable[Entry]]]:
    """Records with their entries, by person id."""
    if persons is not None and len(persons) <= FEW:
        records = {record.person: record for record in (person_record(snapshot, p) for p in persons)}
        for person in sorted(records):
            yield records[person], entries_of(snapshot, person)
        return
    named = {ids[0] for ids in ids_of(snapshot, persons or ()).values()}
    by_person: dict[str, list[Entry]] = {}
    for entry in all_entries(snapshot):
        by_person.setdefault(entry.person, []).append(entry)
    for record in all_persons(snapshot):
        if persons and record.person not in named:
            continue
        ids = record.ids or (record.person,)
        yield record, [entry for person in ids for entry in by_person.get(person, ())]
