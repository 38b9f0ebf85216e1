"""Steps of enrolments in an undo: which of a commit's steps stand, and what keeps one in place.

A step is taken back by a row `undone`, which takes back the last step that stands. So a step goes
only where it is the last, where nothing was paid since that it made due, and where what it would
open again has not been opened anew meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from ilactl.errors import Refused
from ilactl.ledger.columns import ENROLMENTS
from ilactl.ledger.enrolment_rows import Step, iter_steps
from ilactl.ledger.enrolments import (
    SEATED,
    Enrolment,
    all_enrolments,
    enrolment,
    enrolments_in,
    enrolments_of,
)

if TYPE_CHECKING:
    from ilactl.findings import Finding
    from ilactl.ledger.entries import Entry
    from ilactl.ledger.record import Record
    from ilactl.ledger.snapshot import Snapshot

__all__ = ["Because", "StepFate", "fate_of_steps", "paid_since", "taken_back"]

_FEW = 100
"""Enrolments that are looked up one by one; for more, all are read once."""

Because = tuple["Entry | Step", str]
"""A later entry or step that keeps something in place, and why."""


class StepFate(NamedTuple):
    """What became of the steps that a commit recorded: those that stand, and those undone before.

    `because` says by enrolment what keeps its steps in place. `said` are the enrolments to whose payee
    the commit made something due.
    """

    standing: tuple[Step, ...] = ()
    undone: tuple[Step, ...] = ()
    because: dict[str, tuple[Because, ...]] = {}  # noqa: RUF012 - never changed
    said: frozenset[str] = frozenset()

    @property
    def any(self) -> bool:
        """Whether the commit recorded a step at all."""
        return bool(self.standing or self.undone)


def fate_of_steps(snapshot: Snapshot, record: Record) -> StepFate:
    """What became of the commit's steps.

    Raises Refused for a commit that took steps back, BadInput where rows are bad.
    """
    booked = _recorded(snapshot, record)
    if not booked:
        return StepFate()
    if any(step.step == "undone" for step in booked):
        raise Refused(
            reason=f"commit {record.seq} ({record.command}) took steps of enrolments back",
            hint="record the step anew with 'ilactl enrolment', or enrol again with 'ilactl enrol'",
        )
    now = _now(snapshot, {step.enrolment for step in booked})
    standing, undone, because = [], [], {}
    for name in dict.fromkeys(step.enrolment for step in booked):
        own = {step.offset for step in booked if step.enrolment == name}
        stack = [] if now[name].state == "void" else now[name].steps
        stand = [step for step in stack if step.offset in own]
        standing += stand
        undone += [step for step in booked if step.enrolment == name and step not in stand]
        if stand and (found := _kept(snapshot, now[name], stack, stand)):
            because[name] = found
    said = frozenset(step.enrolment for step in standing if step.due is not None)
    return StepFate(tuple(standing), tuple(undone), because, said)


def _recorded(snapshot: Snapshot, record: Record) -> list[Step]:
    """The steps of a commit in file order, with their offsets."""
    view = snapshot.view(ENROLMENTS.file)
    found: list[Step] = []
    header = f"{ENROLMENTS.header}\n".encode()
    for act in record.files:
        if act.path != ENROLMENTS.file or act.removed:
            continue
        start = max(act.base, len(header))
        part = header + bytes(view[start : act.base + act.size])
        shift = start - len(header)
        findings: list[Finding] = []
        steps = iter_steps(part, snapshot.manifest.units, findings)
        found += [step._replace(offset=step.offset + shift) for step in steps]
        if findings:
            all_enrolments(snapshot)  # tells each fault in its right place
    return found


def _now(snapshot: Snapshot, names: set[str]) -> dict[str, Enrolment]:
    if len(names) > _FEW:
        return {one.id: one for one in all_enrolments(snapshot) if one.id in names}
    return {name: enrolment(snapshot, name) for name in names}


def _kept(
    snapshot: Snapshot, one: Enrolment, stack: Sequence[Step], stand: Sequence[Step]
) -> tuple[Because, ...]:
    """What stands on top of the steps, or would be there twice without them."""
    above = [step for step in stack if step.offset > stand[-1].offset]
    if above:
        return tuple((step, f"came after {stand[-1].step}") for step in above)
    if not any(step.step == "cancelled" for step in stand):
        return ()
    others = [
        other
        for other in enrolments_of(snapshot, one.person)
        if other.course == one.course and other.is_open and other.id != one.id
    ]
    if others:
        return tuple((other.steps[0], f"enrolled {other.person} in {one.course} again") for other in others)
    return _seat(snapshot, one)


def _seat(snapshot: Snapshot, one: Enrolment) -> tuple[Because, ...]:
    """Who took the last seat of the run meanwhile."""
    from ilactl.ledger.courses import run_on

    run = run_on(snapshot, one.course, one.run) if one.run else None
    if run is None or run.seats is None:
        return ()
    taken = [other for other in enrolments_in(snapshot, one.course) if other.run == one.run]
    taken = [other for other in taken if other.state in SEATED]
    if len(taken) < run.seats:
        return ()
    return ((taken[-1].steps[0], f"took the last seat of {one.course}/{one.run}"),) if taken else ()


def paid_since(fate: StepFate, later: Iterable[Entry]) -> dict[str, tuple[Because, ...]]:
    """By enrolment the standing settlements that paid what the commit's steps made due."""
    found: dict[str, list[Because]] = {}
    for row in later:
        if row.kind == "settle" and row.enrolment in fate.said:
            found.setdefault(row.enrolment, []).append((row, f"pays what {row.enrolment} made due"))
    return {name: tuple(rows) for name, rows in found.items()}


def taken_back(step: Step, on: date) -> Step:
    """The row that takes the step back."""
    return Step(step.enrolment, on, step.person, step.course, step.run, "undone", on)
