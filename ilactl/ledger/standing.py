"""Every enrolment as its steps say, for checks: one small record each, and the steps that could not be.

A ledger may hold millions of steps. What a check asks of an enrolment is kept, its rows are not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING

from ilactl.ledger.enrolment_rows import Step, steps_of_rows
from ilactl.ledger.enrolments import possible_steps, state_after

if TYPE_CHECKING:
    from ilactl.ledger.lines import Buffer
    from ilactl.ledger.manifest import Unit
    from ilactl.ledger.scan import Row

__all__ = ["Standing", "stand"]

_Fault = tuple[int, str, str]


class Standing:
    """What stands of one enrolment: its steps, their days, dues and runs, and where the rows are."""

    __slots__ = ("course", "days", "dues", "offset", "payee", "person", "places", "runs", "steps", "unit")

    def __init__(self, first: Step) -> None:
        """Nothing stands before the first row was taken."""
        self.person = first.person
        self.course = first.course
        self.unit = first.unit
        self.payee = first.payee
        self.offset = first.offset
        self.steps: list[str] = []
        self.days: list[date] = []
        self.dues: list[int | None] = []
        self.runs: list[str] = []
        self.places: list[int] = []

    @property
    def state(self) -> str:
        """What it is now."""
        return state_after(self.steps)

    @property
    def run(self) -> str:
        """The run it is in now; empty where it is in none."""
        return self.runs[-1] if self.runs else ""

    @property
    def due(self) -> tuple[int, int]:
        """What the payee may have so far, and where the row is that says so."""
        said = zip(reversed(self.dues), reversed(self.places), strict=True)
        return next(((due, place) for due, place in said if due is not None), (0, self.offset))

    def take(self, step: Step) -> None:
        """One more row, which could follow."""
        if step.step == "undone":
            for column in (self.steps, self.days, self.dues, self.runs, self.places):
                column.pop()
            return
        self.steps.append(step.step)
        self.days.append(step.on)
        self.dues.append(step.due)
        self.runs.append(step.run)
        self.places.append(step.offset)

    def fault(self, step: Step) -> tuple[str, str] | None:
        """Why the row cannot follow, with the column that says so; None where it can."""
        if (step.person, step.course) != (self.person, self.course):
            column = "person" if step.person != self.person else "course"
            return column, (
                f"{step.enrolment} is {self.person} in {self.course}, not {step.person} in {step.course}"
            )
        if step.step == "undone":
            return None if self.steps else ("step", f"nothing of {step.enrolment} stands to be taken back")
        state = self.state
        possible = possible_steps(state)
        if step.step not in possible:
            return "step", (
                f"{step.enrolment} is {state}: {step.step} cannot follow"
                + (f", only {_or(possible)}" if possible else "")
            )
        if step.on < self.days[-1]:
            return "on", f"{step.step} on {step.on}, before it was {self.steps[-1]} on {self.days[-1]}"
        if step.unit and self.unit and step.unit != self.unit:
            return "unit", f"{step.enrolment} is in {self.unit}, not in {step.unit}"
        return None


def stand(
    view: Buffer, rows: Iterable[Row], units: Mapping[str, Unit]
) -> tuple[dict[str, Standing], list[_Fault]]:
    """What stands of each enrolment by its id, and each row that could not be, with its offset.

    Such a row counts for nothing, so that what is wrong is told once. Amounts that do not fit their
    unit are another check's to report.
    """
    found: dict[str, Standing] = {}
    faults: list[_Fault] = []
    last = date.min
    for row in rows:
        for step in steps_of_rows(view, (row,), units, []):
            if step.booked_on < last:
                faults.append(
                    (step.offset, "booked_on", f"recorded on {step.booked_on}, after one of {last}")
                )
            last = max(last, step.booked_on)
            fault = _fault(found.get(step.enrolment), step)
            if fault:
                faults.append((step.offset, *fault))
                continue
            found.setdefault(step.enrolment, Standing(step)).take(step)
    return found, faults


def _or(words: tuple[str, ...]) -> str:
    return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _fault(known: Standing | None, step: Step) -> tuple[str, str] | None:
    if step.step != "undone" and step.on > step.booked_on:
        return "on", f"it happened on {step.on}, after it was recorded on {step.booked_on}"
    if step.step == "cancelled" and not step.by:
        return "by", f"it is not said who cancelled {step.enrolment}"
    if step.step == "attended" and step.share is None:
        return "share", f"it is not said how much of {step.enrolment} was attended"
    if known is not None and step.step == "enrolled" and step.enrolment:
        return "step", f"{step.enrolment} was enrolled before"
    if known is not None:
        return known.fault(step)
    return None if step.step == "enrolled" else ("step", f"{step.enrolment} was not enrolled before")
