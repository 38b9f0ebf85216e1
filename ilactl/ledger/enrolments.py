"""Enrolments read: every step that stands, replayed from enrolments.csv into what an enrolment is now.

One row is one step. `undone` takes back the last step that stands, so steps are a stack: where
`enrolled` is taken back, nothing of the enrolment stands. What an enrolment is, its rows say alone:
no other file is asked. Amounts are ints of the unit's smallest part, None where a row has none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from ilactl.errors import NotFound, UsageError
from ilactl.ledger.columns import ENROLMENTS
from ilactl.ledger.enrolment_rows import Step, cells_of_step, iter_steps, steps_of_rows
from ilactl.ledger.entries import usable_rows
from ilactl.ledger.lookup import rows_of

if TYPE_CHECKING:
    from fractions import Fraction

    from ilactl.findings import Finding
    from ilactl.ledger.snapshot import Snapshot

__all__ = [
    "OPEN",
    "SEATED",
    "Enrolment",
    "Step",
    "all_enrolments",
    "cells_of_step",
    "enrolment",
    "enrolments_in",
    "enrolments_of",
    "iter_steps",
    "possible_steps",
    "replay",
    "resolve",
    "state_after",
]

OPEN = ("enrolled", "started")
"""States in which the course is still to come, or going on."""

SEATED = ("enrolled", "started", "completed", "certified")
"""States that take a seat of the run."""

_AFTER = {
    "enrolled": ("moved", "started", "cancelled"),
    "started": ("attended", "completed", "cancelled", "reclaimed"),
    "completed": ("certified", "reclaimed"),
    "certified": ("reclaimed",),
    "cancelled": ("reclaimed",),
    "void": (),
}
_STATE_OF = {
    "enrolled": "enrolled",
    "moved": "enrolled",
    "started": "started",
    "attended": "started",
    "completed": "completed",
    "certified": "certified",
    "cancelled": "cancelled",
}


class Enrolment(NamedTuple):
    """One person in one course, as the steps that stand say. `steps` are those, oldest first.

    `price` and `own` are the newest that stand, `due` is what the payee may have so far (None: no
    step has said it yet), `rule` the spend rule that decided the booking. `undone` counts steps
    that were taken back.
    """

    id: str
    person: str
    course: str
    run: str
    state: str
    steps: tuple[Step, ...]
    unit: str
    price: int
    own: int
    due: int | None
    payee: str
    rule: str
    enrolled_on: date
    attendance: Fraction | None = None
    result: str = ""
    cancelled_by: str = ""
    reason: str = ""
    undone: int = 0

    @property
    def is_open(self) -> bool:
        """Whether the course is still to come, or going on."""
        return self.state in OPEN

    @property
    def since(self) -> date:
        """The day from which it is what it is: attendance, moves and claims change no state."""
        return self._day(self.state) or self.enrolled_on

    @property
    def started_on(self) -> date | None:
        """The day it was started; None before."""
        return self._day("started")

    @property
    def certified(self) -> bool:
        """Whether a certificate was recorded."""
        return self.state == "certified"

    @property
    def last(self) -> Step:
        """The newest step that stands; of a void one its first row."""
        return self.steps[-1]

    def _day(self, step: str) -> date | None:
        return next((one.on for one in self.steps if one.step == step), None)


def possible_steps(state: str) -> tuple[str, ...]:
    """What may be recorded next of an enrolment in that state; `undone` is what undo does, not a step."""
    return _AFTER[state]


def state_after(standing: Sequence[str]) -> str:
    """What an enrolment is after these steps that stand, oldest first."""
    return next((_STATE_OF[step] for step in reversed(standing) if step in _STATE_OF), "void")


# ---- replay -------------------------------------------------------------------------------------


def replay(steps: Sequence[Step]) -> Enrolment:
    """What one enrolment is after these rows of its own, in file order; there is at least one.

    Whether the rows could follow each other is not asked here: `check` does.
    """
    standing: list[Step] = []
    undone = 0
    for step in steps:
        if step.step == "undone":
            undone += 1
            if standing:
                standing.pop()
        else:
            standing.append(step)
    state = state_after([step.step for step in standing])
    known = standing or [steps[0]]
    first = known[0]

    def newest(name: str) -> Step | None:
        return next((s for s in reversed(known) if getattr(s, name) not in (None, "")), None)

    price, own, due = newest("price"), newest("own"), newest("due")
    attended = newest("share")
    result = next((s for s in reversed(known) if s.result and s.step != "cancelled"), None)
    cancelled = next((s for s in known if s.step == "cancelled"), None)
    return Enrolment(
        id=first.enrolment,
        person=first.person,
        course=first.course,
        run=known[-1].run,
        state=state,
        steps=tuple(known),
        unit=first.unit,
        price=(price.price if price else None) or 0,
        own=(own.own if own else None) or 0,
        due=due.due if due else None,
        payee=first.payee,
        rule=first.rule,
        enrolled_on=first.on,
        attendance=attended.share if attended else None,
        result=result.result if result else "",
        cancelled_by=cancelled.by if cancelled else "",
        reason=cancelled.reason if cancelled else "",
        undone=undone,
    )


def _replayed(steps: Iterable[Step]) -> list[Enrolment]:
    """The enrolments of these rows, in the order they were made."""
    groups: dict[str, list[Step]] = {}
    for step in steps:
        groups.setdefault(step.enrolment, []).append(step)
    return [replay(group) for group in groups.values()]


def _find(snapshot: Snapshot, column: str, wanted: str) -> list[Step]:
    rows, findings = rows_of(snapshot, ENROLMENTS, column, wanted)
    steps = steps_of_rows(snapshot.view(ENROLMENTS.file), rows, snapshot.manifest.units, findings)
    usable_rows(rows, findings, ENROLMENTS)
    return steps


# ---- readers ------------------------------------------------------------------------------------


def enrolment(snapshot: Snapshot, wanted: str) -> Enrolment:
    """The enrolment of that id. Raises NotFound, BadInput with all findings where a row is bad."""
    steps = _find(snapshot, "enrolment", wanted)
    if not steps:
        raise NotFound(what=f"enrolment {wanted}", hint="'ilactl enrolment list' shows all of them")
    return replay(steps)


def enrolments_of(snapshot: Snapshot, person: str, *, alone: bool = False) -> list[Enrolment]:
    """The person's enrolments in the order they were made, those under ids of the same person included.

    `alone` keeps to the one id given. Raises BadInput with all findings where a row is bad.
    """
    from ilactl.ledger.registers import same_person

    ids = (person,) if alone else same_person(snapshot, person)
    steps = [step for one in ids for step in _find(snapshot, "person", one)]
    return _replayed(sorted(steps, key=lambda step: step.offset) if len(ids) > 1 else steps)


def enrolments_in(snapshot: Snapshot, course: str) -> list[Enrolment]:
    """The enrolments in a course, in the order they were made. Raises BadInput as the others do."""
    return _replayed(_find(snapshot, "course", course))


def all_enrolments(snapshot: Snapshot) -> list[Enrolment]:
    """Every enrolment in the order they were made. Raises BadInput with all findings where a row is bad."""
    findings: list[Finding] = []
    steps = list(iter_steps(snapshot.view(ENROLMENTS.file), snapshot.manifest.units, findings))
    usable_rows([], findings, ENROLMENTS)
    return _replayed(steps)


def resolve(snapshot: Snapshot, text: str) -> Enrolment:
    """The enrolment meant by `N12` or by `PERSON/COURSE`: of several of these the open one, or the newest.

    Raises NotFound, and UsageError that lists them where several are open.
    """
    person, slash, course = text.partition("/")
    if not slash:
        return enrolment(snapshot, text)
    found = [one for one in enrolments_of(snapshot, person) if one.course == course]
    found = [one for one in found if one.state != "void"] or found
    if not found:
        hint = f"'ilactl enrolment list --person {person}' shows what there is"
        raise NotFound(what=f"enrolment {text}", hint=hint)
    still = [one for one in found if one.is_open]
    if len(still) > 1:
        listed = ", ".join(f"{one.id} (run {one.run or '-'})" for one in still)
        reason = f"{text} may mean {listed}"
        raise UsageError(reason=reason, hint="name one by its id")
    return (still or found)[-1]
