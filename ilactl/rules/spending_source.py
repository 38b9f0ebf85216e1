"""Where planning gets what it reads: looked up for one person, or whole registers read once for many.

Both know of what was planned before and will be booked with the rest of an import (`book`): the
second of two who want the last seat is refused, and no lot pays twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from ilactl.errors import NotFound
from ilactl.ledger.courses import CourseRow, RunRow, course_on, relevance_of, runs_of
from ilactl.ledger.enrolments import (
    SEATED,
    Enrolment,
    Step,
    all_enrolments,
    enrolments_in,
    enrolments_of,
    replay,
)
from ilactl.ledger.entries import Entry, all_entries, entries_of
from ilactl.ledger.holders import FEW
from ilactl.ledger.organisations import Provider, provider_on
from ilactl.ledger.registers import PersonRecord, all_persons, person_record
from ilactl.rules.budgets import Spending
from ilactl.rules.grants import Decider
from ilactl.rules.spending_facts import spending_names

if TYPE_CHECKING:
    from ilactl.ledger.snapshot import Snapshot
    from ilactl.rules.model import Scheme
    from ilactl.rules.names import NameSpec

__all__ = ["Lookup", "Registers", "Whole"]


class Registers:
    """What planning asks of a ledger. What a course or a provider is on a day is looked up once."""

    def __init__(self, snapshot: Snapshot) -> None:
        """Nothing was planned yet."""
        self.snapshot = snapshot
        self.scales = {name: unit.scale for name, unit in snapshot.manifest.units.items()}
        self._planned: dict[str, list[Entry]] = {}
        self._steps: dict[str, list[Step]] = {}
        self._granted: list[Entry] = []
        self._deciders: dict[int, tuple[Scheme, Decider]] = {}
        self._names: dict[int, dict[str, NameSpec]] = {}
        self._spent: Spending | None = None
        self._courses: dict[tuple[str, date], CourseRow | None] = {}
        self._runs: dict[tuple[str, date], tuple[RunRow, ...]] = {}
        self._providers: dict[tuple[str, date], Provider] = {}
        self._demand: dict[tuple[str, date], bool] = {}
        self._in_course: dict[str, list[Enrolment]] = {}

    def book(self, entries: Iterable[Entry], steps: Iterable[Step] = ()) -> None:
        """Count these rows as if booked."""
        for entry in entries:
            self._planned.setdefault(entry.person, []).append(entry)
            if entry.kind == "grant" or (entry.kind == "return" and entry.period):
                self._granted.append(entry)
        for step in steps:
            self._steps.setdefault(step.person, []).append(step)

    def decider(self, scheme: Scheme) -> Decider:
        """Who decides about grants by this scheme; made once, since the names of a scheme are many."""
        if id(scheme) not in self._deciders:
            self._deciders[id(scheme)] = scheme, Decider(scheme, self.scales)
        return self._deciders[id(scheme)][1]

    def names(self, scheme: Scheme) -> dict[str, NameSpec]:
        """Every name that expressions of spending may use; made once."""
        self.decider(scheme)  # which keeps the scheme, so that no other can have its number
        if id(scheme) not in self._names:
            self._names[id(scheme)] = spending_names(scheme, self.scales)
        return self._names[id(scheme)]

    def budget_left(self, scheme: Scheme, budget: str, on: date) -> int:
        """What the budget has left on the day, after what was planned before."""
        if self._spent is None:
            self._spent = Spending.of(self.snapshot, scheme)
        one = scheme.budgets[budget]
        rules = {grant.version for grant in scheme.grants if grant.budget == budget}
        window = one.window_on(on)
        planned = (entry for entry in self._granted if entry.rule in rules)
        later = sum(
            entry.amount if entry.kind == "grant" else -entry.amount
            for entry in planned
            if window and entry.booked_on in window[0]
        )
        return self._spent.left(one, on) - later

    def person(self, person: str) -> PersonRecord:
        """All that is known of the person behind the id. Raises NotFound."""
        return person_record(self.snapshot, person)

    def entries(self, record: PersonRecord) -> list[Entry]:
        """The person's entries in file order, those planned before them last."""
        ids = record.ids or (record.person,)
        planned = [entry for one in ids for entry in self._planned.get(one, ())]
        return [*self._read_entries(record), *planned]

    def enrolments(self, record: PersonRecord) -> list[Enrolment]:
        """The person's enrolments, with the steps planned before."""
        ids = record.ids or (record.person,)
        planned = [step for one in ids for step in self._steps.get(one, ())]
        return _with_steps(self._read_enrolments(record), planned)

    def course(self, course: str, on: date) -> CourseRow:
        """The course as it holds on the day. Raises NotFound."""
        key = course, on
        if key not in self._courses:
            self._courses[key] = course_on(self.snapshot, course, on)
        found = self._courses[key]
        if found is None:
            raise NotFound(
                what=f"course {course} on {on}", hint="'ilactl course find WORDS' looks for a title"
            )
        return found

    def run(self, course: str, run: str, on: date) -> RunRow:
        """The run as it holds on the day. Raises NotFound."""
        found = next((one for one in self.runs_in(course, on) if one.run == run), None)
        if found is None:
            what = f"run {run} of course {course} on {on}"
            raise NotFound(what=what, hint=f"'ilactl course show {course}' lists its runs")
        return found

    def runs_in(self, course: str, on: date) -> tuple[RunRow, ...]:
        """The course's runs as they hold on the day, withdrawn ones too, by first day."""
        key = course, on
        if key not in self._runs:
            self._runs[key] = runs_of(self.snapshot, course, on)
        return self._runs[key]

    def provider(self, organisation: str, on: date) -> Provider:
        """What the organisation is as a provider on the day."""
        key = organisation, on
        if key not in self._providers:
            self._providers[key] = provider_on(self.snapshot, organisation, on)
        return self._providers[key]

    def in_demand(self, course: CourseRow, on: date) -> bool:
        """Whether evidence of the labour market holds on the day for the course or its field."""
        key = course.course, on
        if key not in self._demand:
            self._demand[key] = bool(relevance_of(self.snapshot, course, on))
        return self._demand[key]

    def seats_taken(self, course: str, run: str) -> int:
        """How many hold a seat in the run, those planned before among them."""
        if course not in self._in_course:
            self._in_course[course] = enrolments_in(self.snapshot, course)
        steps = [step for steps in self._steps.values() for step in steps if step.course == course]
        there = _with_steps(self._in_course[course], steps)
        return sum(1 for one in there if one.run == run and one.state in SEATED)

    def _read_entries(self, record: PersonRecord) -> Sequence[Entry]:
        return entries_of(self.snapshot, record.person)

    def _read_enrolments(self, record: PersonRecord) -> Sequence[Enrolment]:
        return enrolments_of(self.snapshot, record.person)


def _with_steps(enrolments: Iterable[Enrolment], planned: Iterable[Step]) -> list[Enrolment]:
    """The enrolments with planned steps counted as if recorded."""
    found = {one.id: one for one in enrolments}
    for step in planned:
        before = found.get(step.enrolment)
        found[step.enrolment] = replay([*(before.steps if before else ()), step])
    return list(found.values())


class Lookup(Registers):
    """Looks up what concerns one person and one course."""


class Whole(Registers):
    """Registers read whole, once, for many persons.

    `persons` are all that will be asked about (None: anybody): rows of others are not kept. For a
    few of them it looks up instead, which is quicker.
    """

    def __init__(self, snapshot: Snapshot, persons: Collection[str] | None = None) -> None:
        """Nothing is read before it is asked for."""
        super().__init__(snapshot)
        self._few = persons is not None and len(set(persons)) <= FEW
        self._asked = None if persons is None else frozenset(persons)
        self._people: dict[str, PersonRecord] | None = None
        self._rows: dict[str, list[Entry]] | None = None
        self._there: dict[str, Enrolment] | None = None
        self._theirs: dict[str, list[str]] = {}
        self._seats: Counter[tuple[str, str]] = Counter()

    def book(self, entries: Iterable[Entry], steps: Iterable[Step] = ()) -> None:
        """Count these rows as if booked."""
        added = list(steps)
        if self._few:
            super().book(entries, added)
            return
        super().book(entries)
        for step in added:
            before = self._all_enrolments().get(step.enrolment)
            self._take(replay([*(before.steps if before else ()), step]))

    def person(self, person: str) -> PersonRecord:
        """All that is known of the person behind the id. Raises NotFound."""
        if self._few:
            return super().person(person)
        if self._people is None:
            kept = ((one, ids) for one in all_persons(self.snapshot) if self._wanted(ids := one.ids))
            self._people = {other: one for one, ids in kept for other in (one.person, *ids)}
        found = self._people.get(person)
        if found is None:
            return super().person(person)  # which says that there is none
        return found

    def seats_taken(self, course: str, run: str) -> int:
        """How many hold a seat in the run, those planned before among them."""
        if self._few:
            return super().seats_taken(course, run)
        self._all_enrolments()
        return self._seats[course, run]

    def _wanted(self, ids: Iterable[str]) -> bool:
        return self._asked is None or not self._asked.isdisjoint(ids)

    def _read_entries(self, record: PersonRecord) -> Sequence[Entry]:
        if self._few:
            return super()._read_entries(record)
        if self._rows is None:
            ids = self._ids()
            self._rows = {}
            for entry in all_entries(self.snapshot):
                if ids is None or entry.person in ids:
                    self._rows.setdefault(entry.person, []).append(entry)
        found = [entry for one in record.ids or (record.person,) for entry in self._rows.get(one, ())]
        return sorted(found, key=lambda entry: entry.offset) if len(record.ids) > 1 else found

    def _ids(self) -> set[str] | None:
        """Every id of the persons asked about; None for all."""
        if self._asked is None:
            return None
        records = [one for person in self._asked if (one := (self._people or {}).get(person))]
        return set(self._asked).union(*(one.ids for one in records))

    def _read_enrolments(self, record: PersonRecord) -> Sequence[Enrolment]:
        if self._few:
            return super()._read_enrolments(record)
        there = self._all_enrolments()
        ids = record.ids or (record.person,)
        found = [there[name] for one in ids for name in self._theirs.get(one, ())]
        return sorted(found, key=lambda one: one.steps[0].offset) if len(ids) > 1 else found

    def _all_enrolments(self) -> dict[str, Enrolment]:
        if self._there is None:
            self._there = {}
            for one in all_enrolments(self.snapshot):
                self._take(one)
        return self._there

    def _take(self, one: Enrolment) -> None:
        """Keep what an enrolment is now, and who holds which seat."""
        assert self._there is not None
        before = self._there.get(one.id)
        if before is None:
            self._theirs.setdefault(one.person, []).append(one.id)
        elif before.state in SEATED:
            self._seats[before.course, before.run] -= 1
        self._there[one.id] = one
        if one.state in SEATED:
            self._seats[one.course, one.run] += 1
