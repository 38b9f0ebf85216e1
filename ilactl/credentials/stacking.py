"""Larger awards that modules add up to: what a person has of one, what is missing, and its issue.

A course names the larger award that it counts towards (`part_of` in courses.csv). The award is there when
every course that names it is certified by a credential that stands. What the register does not say of the
award itself (outcomes, workload, assessment, form of participation), its modules say.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from ilactl.credentials.award import Ground
from ilactl.credentials.elements import Outcome, elements_of
from ilactl.credentials.issuing import ISSUED, IssuePlan, Wanted, missing_elements, new_award, places_of
from ilactl.errors import NotFound
from ilactl.findings import Kind, Place
from ilactl.ledger.courses import courses_on
from ilactl.ledger.credentials import credentials_of
from ilactl.ledger.enrolments import enrolments_of
from ilactl.ledger.registers import person_record

if TYPE_CHECKING:
    from ilactl.ledger.courses import CourseRow, RunRow
    from ilactl.ledger.credential_keys import CredentialKey
    from ilactl.ledger.credentials import Credential
    from ilactl.ledger.enrolments import Enrolment
    from ilactl.ledger.snapshot import Snapshot

__all__ = ["Module", "Stack", "plan_award", "stack_of", "stacks_of"]

STACK = Kind(
    "CREDENTIAL-STACK",
    "a larger award of which a module is not certified yet",
    "'ilactl credential stack' shows what is there, what is missing and what it costs",
)


class Module(NamedTuple):
    """A course that counts towards a larger award, with the person's credential and newest enrolment in it.

    `state` is `certified`, `completed` (a credential is due), `under_way`, or `missing`.
    """

    course: CourseRow
    credential: Credential | None
    enrolment: Enrolment | None

    @property
    def state(self) -> str:
        """What the person has of it."""
        if self.credential is not None:
            return "certified"
        if self.enrolment is None:
            return "missing"
        return {"enrolled": "under_way", "started": "under_way"}.get(self.enrolment.state, "completed")


class Stack(NamedTuple):
    """A larger award: its modules by course id, and the credential of the award itself."""

    person: str
    award: CourseRow
    modules: tuple[Module, ...]
    credential: Credential | None

    @property
    def missing(self) -> tuple[Module, ...]:
        """The modules without a credential that stands."""
        return tuple(one for one in self.modules if one.credential is None)

    @property
    def is_complete(self) -> bool:
        """Whether every module is certified."""
        return not self.missing


def stack_of(snapshot: Snapshot, person: str, day: date, award: str) -> Stack:
    """The larger award for a person, begun or not. Raises NotFound where nothing counts towards it."""
    found = stacks_of(snapshot, person, day, award)
    if not found:
        hint = "a course counts towards it with 'ilactl course update ID --part-of'"
        raise NotFound(what=f"a larger award {award} with modules", hint=hint)
    return found[0]


def stacks_of(snapshot: Snapshot, person: str, day: date, award: str = "") -> list[Stack]:
    """The larger awards the person has begun, or the one named.

    Raises NotFound for a person who is not there, BadInput where a row is bad.
    """
    person = person_record(snapshot, person).person
    courses = courses_on(snapshot, day)
    standing = {
        one.course: one for one in credentials_of(snapshot, person) if one.course and _stands(one, day)
    }
    taken = {
        one.course: one
        for one in enrolments_of(snapshot, person)
        if one.state in ("enrolled", "started", "completed", "certified")
    }
    groups: dict[str, list[CourseRow]] = {}
    for row in courses.values():
        if row.part_of and (not row.withdrawn or row.course in standing):
            groups.setdefault(row.part_of, []).append(row)
    found = []
    for larger in sorted(groups):
        modules = tuple(
            Module(row, standing.get(row.course), taken.get(row.course))
            for row in sorted(groups[larger], key=lambda row: row.course)
        )
        begun = any(one.state != "missing" for one in modules)
        if larger in courses and (larger == award or (begun and not award)):
            found.append(Stack(person, courses[larger], modules, standing.get(larger)))
    return found


def _stands(one: Credential, day: date) -> bool:
    return one.state_on(day) == "valid"


def plan_award(
    snapshot: Snapshot, stack: Stack, wanted: Wanted, key: CredentialKey, booked_on: date, seed: bytes
) -> IssuePlan:
    """The credential of the larger award; refused, with a line for each, where a module is missing."""
    plan = IssuePlan()
    about = Place(f"{stack.person}/{stack.award.course}")
    if stack.credential is not None:
        known = stack.credential.id
        plan.refused.append(ISSUED.at(about, f"{stack.award.course} is certified by {known} already"))
    for module in stack.missing:
        said = module.state.replace("_", " ")
        plan.refused.append(STACK.at(about, f"{module.course.course}, {module.course.title}, is {said}"))
    enrolments = [one.enrolment for one in stack.modules if one.enrolment is not None]
    if not enrolments and not plan.refused:
        reason = "every module was certified elsewhere: there is no enrolment to certify"
        plan.refused.append(STACK.at(about, reason))
    if plan.refused:
        return plan
    last = max(enrolments, key=lambda one: one.last.on)
    whole = last._replace(id="", course=stack.award.course, run="", result="")
    made = elements_of(_AwardGround(snapshot, stack), whole, wanted.on, no_level=wanted.no_level)
    if isinstance(made, list):
        plan.refused += missing_elements(about, made)
        return plan
    own = hashlib.sha256(seed + b"\0award\0" + stack.award.course.encode()).digest()
    places = places_of(snapshot, key)
    plan.awards.append(new_award(snapshot, made, wanted, key, booked_on, places, own, 0))
    return plan


class _AwardGround(Ground):
    """A ledger in which a larger award says what its modules say, where it says nothing itself."""

    def __init__(self, snapshot: Snapshot, stack: Stack) -> None:
        super().__init__(snapshot)
        self._stack = stack

    def _is_award(self, course: str) -> bool:
        return course == self._stack.award.course

    def course(self, course: str, day: date) -> CourseRow | None:
        """The course; of the award, workload and assessment as its modules have them where it has none."""
        row = super().course(course, day)
        if row is None or not self._is_award(course):
            return row
        modules = [one.course for one in self._stack.modules]
        if row.ects is None and row.hours is None:
            ects = _sum([one.ects for one in modules])
            row = row._replace(ects=ects, hours=_sum([one.hours for one in modules]))
        assessments = {one.assessment for one in modules if one.assessment}
        if not row.assessment and assessments:
            # several modules assessed in several ways are continuous evaluation in the European list
            said = assessments.pop() if len(assessments) == 1 else "Continuous evaluation"
            row = row._replace(assessment=said)
        return row

    def outcomes(self, course: str, day: date) -> tuple[Outcome, ...]:
        """The learning outcomes; of the award those of all its modules where it has none."""
        found = super().outcomes(course, day)
        if found or not self._is_award(course):
            return found
        return tuple(
            one
            for module in self._stack.modules
            for one in super(_AwardGround, self).outcomes(module.course.course, day)
        )

    def runs(self, course: str, day: date) -> tuple[RunRow, ...]:
        """The runs; of the award those its modules were taken in, blended where they differ in mode."""
        if not self._is_award(course):
            return super().runs(course, day)
        taken = []
        for one in self._stack.modules:
            runs = super().runs(one.course.course, day)
            wanted = one.enrolment.run if one.enrolment else ""
            taken += [run for run in runs if run.run == wanted or (not wanted and run.mode)]
        modes = {run.mode for run in taken if run.mode}
        return tuple(taken) if len(modes) < 2 else (taken[0]._replace(mode="blended"),)


def _sum(values: Sequence[Fraction | None]) -> Fraction | None:
    """The sum, where every module has a value."""
    known = [value for value in values if value is not None]
    return sum(known, Fraction(0)) if known and len(known) == len(values) else None
