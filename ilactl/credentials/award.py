"""What the ledger knows of awards: courses, runs, outcomes, providers and learners, each read once.

A batch asks for the same course a thousand times: what was read is kept as long as the `Ground` is.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from ilactl.credentials.elements import Body, Outcome
from ilactl.ledger.courses import CourseRow, RunRow, course_on, outcomes_of, runs_of
from ilactl.ledger.organisations import organisation, provider_of
from ilactl.ledger.registers import person_record

if TYPE_CHECKING:
    from ilactl.ledger.organisations import OrganisationRow
    from ilactl.ledger.snapshot import Snapshot

__all__ = ["Ground", "Label"]


class Label(NamedTuple):
    """A quality label in force."""

    label: str
    issuer: str
    until: date | None


class Ground:
    """A ledger as awards read it. Every reader raises BadInput where a row it needs is bad."""

    def __init__(self, snapshot: Snapshot) -> None:
        """Nothing is read until it is asked for."""
        self.snapshot = snapshot
        self.agency = snapshot.manifest.agency
        self.country = snapshot.manifest.country
        self._courses: dict[tuple[str, date], CourseRow | None] = {}
        self._runs: dict[tuple[str, date], tuple[RunRow, ...]] = {}
        self._outcomes: dict[tuple[str, date], tuple[Outcome, ...]] = {}
        self._organisations: dict[tuple[str, date], OrganisationRow | None] = {}

    def course(self, course: str, day: date) -> CourseRow | None:
        """The course as it held that day, or as its newest row says."""
        key = (course, day)
        if key not in self._courses:
            found = course_on(self.snapshot, course, day)
            self._courses[key] = found or course_on(self.snapshot, course)
        return self._courses[key]

    def runs(self, course: str, day: date) -> tuple[RunRow, ...]:
        """The course's runs as they held that day."""
        key = (course, day)
        if key not in self._runs:
            self._runs[key] = runs_of(self.snapshot, course, day)
        return self._runs[key]

    def run(self, course: str, run: str, day: date) -> RunRow | None:
        """One run; None where the enrolment names none."""
        return next((one for one in self.runs(course, day) if one.run == run), None) if run else None

    def outcomes(self, course: str, day: date) -> tuple[Outcome, ...]:
        """The learning outcomes that held that day, by their number."""
        key = (course, day)
        if key not in self._outcomes:
            rows = outcomes_of(self.snapshot, course, day)
            self._outcomes[key] = tuple(Outcome(row.kind, row.text, row.uri) for row in rows)
        return self._outcomes[key]

    def _organisation(self, organisation_id: str, day: date) -> OrganisationRow | None:
        key = (organisation_id, day)
        if key not in self._organisations:
            found = organisation(self.snapshot, organisation_id, day)
            self._organisations[key] = found or organisation(self.snapshot, organisation_id)
        return self._organisations[key]

    def body(self, organisation_id: str, day: date) -> Body | None:
        """The organisation as an awarding body."""
        row = self._organisation(organisation_id, day)
        return Body(row.organisation, row.name, row.country, row.register_no, row.contact) if row else None

    def label(self, organisation_id: str, day: date) -> Label | None:
        """The quality label that it holds that day."""
        row = self._organisation(organisation_id, day)
        if row is None or not provider_of(row).labelled_on(day):
            return None
        return Label(row.quality_label, row.label_issuer, row.label_until)

    def who(self, person: str) -> tuple[str, date | None]:
        """The person's name, "" where there is none, and day of birth, as the newest row has them."""
        record = person_record(self.snapshot, person)
        return record.identity.get("name", ""), record.birth_date
