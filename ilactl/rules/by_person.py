"""The plan of a run, person by person, by the exact interpreter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from ilactl.ledger.entries import Entry, all_entries, entries_of
from ilactl.ledger.holders import FEW, ids_of
from ilactl.ledger.registers import PersonRecord, all_persons, person_record
from ilactl.rules.budgets import Spending, refuse_spent
from ilactl.rules.due import Missed, due_occasions, missed_periods
from ilactl.rules.model import Scheme
from ilactl.rules.passes import steps_of
from ilactl.rules.periods import Occasion
from ilactl.rules.plan import EACH, Plan, Request, Totals, moved_of, scales_of, undecided_of
from ilactl.rules.plan_rows import ListedRows
from ilactl.rules.walk import Booking, Walk, Walker

if TYPE_CHECKING:
    from ilactl.ledger.snapshot import Snapshot

__all__ = ["Tally", "plan_by_person", "walker_of", "wallets"]


def walker_of(
    snapshot: Snapshot, scheme: Scheme, request: Request, *, trace: bool = False
) -> tuple[list[Occasion], Walker]:
    """The occasions of a run, and who leads people through its steps. `trace` explains each decision."""
    occasions = (
        due_occasions(scheme, request.on, rules=request.rules, periods=request.periods)
        if request.grants
        else []
    )
    steps = steps_of(scheme, request.on, occasions)
    matching = request.grants and not request.periods
    walker = Walker(
        scheme,
        scales_of(snapshot),
        request.on,
        steps,
        rules=request.rules,
        matching=matching,
        trace=trace,
    )
    return occasions, walker


def plan_by_person(snapshot: Snapshot, scheme: Scheme, request: Request) -> Plan:
    """The plan of a run. Raises NotFound for a person, rule or period that is not there."""
    occasions, walker = walker_of(snapshot, scheme, request)
    tally = Tally(occasions)
    budgets = any(step.what.grant.budget for step in walker.grants if isinstance(step.what, Occasion))
    spending = Spending.of(snapshot, scheme) if budgets else None
    waiting: dict[str, tuple[PersonRecord, list[Entry], Walk]] = {}
    for record, entries in wallets(snapshot, request.persons):
        walk = walker.walk(record, entries)
        if spending:
            waiting[record.person] = record, entries, walk
        else:
            tally.add(walk, entries)
    if spending:
        for _, entries, walk in refuse_spent(walker, waiting, spending):
            tally.add(walk, entries)
    told = request.grants and not request.periods and request.persons is None  # few cannot tell for all
    missed = missed_periods(scheme, request.on, occasions, tally.booked, request.rules) if told else []
    return tally.plan(request, missed)


class Tally(Struct):
    """Adds up what became of one person after another."""

    occasions: Sequence[Occasion]
    walks: list[Walk] = field(default_factory=list)
    booked: dict[str, set[str]] = field(default_factory=dict)
    """The periods under which each rule has ever granted anything."""
    _totals: dict[tuple[str, str], Totals] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Every occasion is told of, whoever it gives something."""
        self._totals = {(o.grant.id, o.period): Totals(o) for o in self.occasions}

    def add(self, walk: Walk, entries: Iterable[Entry]) -> None:
        """One person."""
        for entry in entries:
            if entry.kind == "grant":
                self.booked.setdefault(entry.rule.partition("@")[0], set()).add(entry.period)
        for decision in walk.decisions:
            self._of(decision.occasion).add(decision)
        if walk.bookings or walk.unmoved:
            self.walks.append(walk)

    def _of(self, occasion: Occasion) -> Totals:
        """The figures an occasion counts in; all contributions that a rule matches are told as one."""
        if occasion.grant.every != "contribution":
            return self._totals[occasion.grant.id, occasion.period]
        key = occasion.grant.version, EACH
        if key not in self._totals:
            self._totals[key] = Totals(replace(occasion, period=EACH))
        return self._totals[key]

    def bookings(self) -> list[tuple[str, Booking]]:
        """Every row, with its person, in the order of persons."""
        return [(walk.person, booking) for walk in self.walks for booking in walk.bookings]

    def plan(self, request: Request, missed: list[Missed]) -> Plan:
        """The plan of all that were added."""
        bookings = self.bookings()
        unmoved = [(walk.person, one) for walk in self.walks for one in walk.unmoved]
        rows = ListedRows(bookings)
        return Plan(
            request, list(self._totals.values()), missed, rows, moved_of(bookings), undecided_of(unmoved)
        )


def wallets(snapshot: Snapshot, persons: Sequence[str] | None) -> Iterator[tuple[PersonRecord, list[Entry]]]:
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
        found = [entry for person in ids for entry in by_person.get(person, ())]
        yield record, sorted(found, key=lambda entry: entry.offset) if len(ids) > 1 else found
