"""Where planning gets what it reads: looked up for one person, or whole registers read once for many.

Both know of what was planned before and will be booked with the rest of an import (`book`): the
second of two who want the last seat is refused, and no lot pays twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from ilactl.errors import NotFound
from ilactl.ledger.courses import (
    CourseRow,
    RunRow,
    course_on,
    relevance_of,
    runs_of,
)
from ilactl.ledger.enrolments import Enrolment, Step, enrolments_in, enrolments_of, replay
from ilactl.ledger.entries import Entry, entries_of
from ilactl.ledger.organisations import Provider, provider_on
from ilactl.ledger.registers import PersonRecord, person_record

if TYPE_CHECKING:
    from ilactl.ledger.snapshot import Snapshot

__all__ = ["Lookup", "Registers"]


class Registers:
    """What planning asks of a ledger; `Lookup` and `Whole` say where it comes from."""

    def __init__(self, snapshot: Snapshot) -> None:
        """Nothing was planned yet."""
        self.snapshot = snapshot
        self.scales = {name: unit.scale for name, unit in snapshot.manifest.units.items()}
        self._entries: list[Entry] = []
        self._steps: list[Step] = []

    def book(self, entries: Iterable[Entry], steps: Iterable[Step] = ()) -> None:
        """Count these rows as if booked."""
        self._entries += entries
        self._steps += steps

    def person(self, person: str) -> PersonRecord:
        """All that is known of the person behind the id. Raises NotFound."""
        return person_record(self.snapshot, person)

    def entries(self, record: PersonRecord) -> list[Entry]:
        """The person's entries in file order, those planned before them last."""
        ids = record.ids or (record.person,)
        planned = [entry for entry in self._entries if entry.person in ids]
        return [*self._read_entries(record), *planned]

    def enrolments(self, record: PersonRecord) -> list[Enrolment]:
        """The person's enrolments, those planned before among them."""
        ids = record.ids or (record.person,)
        planned = [step for step in self._steps if step.person in ids]
        return _with_steps(self._read_enrolments(record), planned)

    def course(self, course: str, on: date) -> CourseRow:
        """The course as it holds on the day. Raises NotFound."""
        raise NotImplementedError

    def run(self, course: str, run: str, on: date) -> RunRow:
        """The run as it holds on the day. Raises NotFound."""
        raise NotImplementedError

    def provider(self, organisation: str, on: date) -> Provider:
        """What the organisation is as a provider on the day."""
        raise NotImplementedError

    def in_demand(self, course: CourseRow, on: date) -> bool:
        """Whether evidence of the labour market holds on the day for the course or its field."""
        raise NotImplementedError

    def seats_taken(self, course: str, run: str) -> int:
        """How many hold a seat in the run."""
        raise NotImplementedError

    def _read_entries(self, record: PersonRecord) -> Sequence[Entry]:
        raise NotImplementedError

    def _read_enrolments(self, record: PersonRecord) -> Sequence[Enrolment]:
        raise NotImplementedError


def _with_steps(enrolments: Sequence[Enrolment], planned: Sequence[Step]) -> list[Enrolment]:
    """The enrolments with planned steps counted as if recorded."""
    found = {one.id: one for one in enrolments}
    for step in planned:
        before = found.get(step.enrolment)
        found[step.enrolment] = replay([*(before.steps if before else ()), step])
    return list(found.values())


class Lookup(Registers):
    """Looks up what concerns one person and one course."""

    def course(self, course: str, on: date) -> CourseRow:
        """The course as it holds on the day. Raises NotFound."""
        found = course_on(self.snapshot, course, on)
        if found is None:
            raise NotFound(what=f"course {course}")
        return found

    def run(self, course: str, run: str, on: date) -> RunRow:
        """The run as it holds on the day. Raises NotFound."""
        found = next((one for one in runs_of(self.snapshot, course, on) if one.run == run), None)
        if found is None:
            raise NotFound(what=f"run {run} of course {course}")
        return found

    def provider(self, organisation: str, on: date) -> Provider:
        """What the organisation is as a provider on the day."""
        return provider_on(self.snapshot, organisation, on)

    def in_demand(self, course: CourseRow, on: date) -> bool:
        """Whether evidence of the labour market holds on the day for the course or its field."""
        return bool(relevance_of(self.snapshot, course, on))

    def seats_taken(self, course: str, run: str) -> int:
        """How many hold a seat in the run."""
        there = _with_steps(
            enrolments_in(self.snapshot, course), [step for step in self._steps if step.course == course]
        )
        return sum(1 for one in there if one.run == run and one.state not in ("cancelled", "void"))

    def _read_entries(self, record: PersonRecord) -> Sequence[Entry]:
        return entries_of(self.snapshot, record.person)

    def _read_enrolments(self, record: PersonRecord) -> Sequence[Enrolment]:
        return enrolments_of(self.snapshot, record.person)
