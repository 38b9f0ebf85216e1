"""Many enrolments and steps planned one after the other, as a provider's list tells them. Pure.

Each row is planned as if the ones before it were booked: two rows for the last seat are one too many,
and a list may enrol, start and complete the same person. What is recorded already is known.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from msgspec import Struct, field

from ilactl.errors import IlactlError, NotFound, Refused
from ilactl.ledger.columns import ENROLMENTS
from ilactl.ledger.enrolment_intake import IMPORT_STEPS, Cells
from ilactl.ledger.enrolments import Enrolment, Step, enrolment
from ilactl.ledger.entries import Entry
from ilactl.ledger.grammar import fault_of
from ilactl.ledger.holders import existing
from ilactl.money import parse_decimal
from ilactl.rules.offer import Ask
from ilactl.rules.spending import plan_offer
from ilactl.rules.step_requests import Said, enrolled_row, plan_said, recorded, refuse_order, row_of_step

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

    from ilactl.ledger.snapshot import Snapshot
    from ilactl.rules.model import Scheme
    from ilactl.rules.offer import Objection
    from ilactl.rules.spending_source import Registers

__all__ = ["BatchPlan", "plan_steps"]


class BatchPlan(Struct):
    """What would be booked, what is known, and what moves: reserved, and what becomes of it, by unit."""

    steps: list[Step] = field(default_factory=list)
    known: list[Step] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    versions: dict[str, None] = field(default_factory=dict)

    def same_as(self, other: BatchPlan) -> bool:
        """Whether both would book the same."""
        return (self.steps, self.entries) == (other.steps, other.entries)

    def totals(self, *kinds: str) -> dict[str, int]:
        """The sums of entries of these kinds by unit."""
        sums: dict[str, int] = {}
        for entry in self.entries:
            if entry.kind in kinds:
                sums[entry.unit] = sums.get(entry.unit, 0) + entry.amount
        return sums


def plan_steps(
    snapshot: Snapshot,
    registers: Registers,
    scheme: Scheme,
    rows: Sequence[Cells],
    on: date,
    booked_on: date,
) -> BatchPlan:
    """Plan all rows; every fault is reported at its row, and a row with one books nothing.

    `on` is the day of rows that name none, `booked_on` the day of the commit, not before any of them.
    """
    batch = _Batch(snapshot, registers, scheme, on, booked_on)
    named = sorted({person for cells in rows if (person := cells.person())})
    batch.ids = {one: ids[0] for one, ids in existing(snapshot, named).items()}
    for cells in rows:
        if not cells.faults:
            batch.take(cells)
    return batch.plan


class _Batch:
    def __init__(
        self, snapshot: Snapshot, registers: Registers, scheme: Scheme, on: date, booked_on: date
    ) -> None:
        self.snapshot, self.registers, self.scheme = snapshot, registers, scheme
        self.on, self.booked_on = on, booked_on
        self.plan = BatchPlan()
        self.ids: dict[str, str] = {}
        self.undated: dict[str, tuple[int, Fraction | None]] = {}
        self.made = 0
        self.next_entry = snapshot.head.next_entry

    def take(self, cells: Cells) -> None:
        step = cells["step"]
        if step not in IMPORT_STEPS:
            cells.fault("step", f"step {step} is not taken from a list", f"one of {', '.join(IMPORT_STEPS)}")
            return
        day = date.fromisoformat(cells["on"]) if cells["on"] else self.on
        person = cells.person()
        if person and person not in self.ids:
            cells.fault("person", f"person {person} is not known", "correct the id, or add the person")
        elif not cells["enrolment"] and not (person and cells["course"]):
            cells.fault("course", "the row names neither an enrolment nor a person and a course")
        else:
            try:
                self._enrol(cells, day) if step == "enrolled" else self._step(cells, day)
            except (NotFound, Refused) as error:
                self._report(cells, error)

    def _report(self, cells: Cells, error: IlactlError) -> None:
        cells.fault("step", error.text, error.advice)

    def _refuse(self, cells: Cells, objections: Sequence[Objection]) -> bool:
        for one in objections:
            cells.faults += 1
            place = cells.intake
            place.find(one.kind, cells.row, "step", one.reason, one.remedy)
        return bool(objections)

    def _of(self, cells: Cells) -> list[Enrolment]:
        """The person's enrolments in the course, planned ones among them; void ones do not count."""
        record = self.registers.person(cells.person())
        found = self.registers.enrolments(record)
        return [one for one in found if one.course == cells["course"] and one.state != "void"]

    # ---- enrolling ------------------------------------------------------------------------------

    def _enrol(self, cells: Cells, day: date) -> None:
        if not cells["consent"]:
            cells.fault("consent", "nobody is enrolled without consent", "say how the holder agreed")
            return
        if not cells["course"]:
            cells.fault("course", "the row names no course")
            return
        run = cells["run"]
        for one in self._of(cells):
            same_run = run in ("", one.run, one.steps[0].run)
            if same_run and (not cells["on"] or one.enrolled_on == day):
                self.plan.known.append(one.steps[0])
                return
        consent = f"holder: {cells['consent']}"
        if fault := fault_of(ENROLMENTS.column("consent"), consent):
            cells.fault(
                "consent", f"{fault}, 'holder: ' in front of it", "say more briefly how the holder agreed"
            )
            return
        ask = Ask(cells.person(), cells["course"], day, run=run, booked_on=self.booked_on, ref=cells["ref"])
        offer = plan_offer(self.registers, self.scheme, ask, look_ahead=False)
        if self._refuse(cells, offer.objections):
            return
        self.made += 1
        number = f"N{self.snapshot.head.seq + 1}" + (f"-{self.made}" if self.made > 1 else "")
        step = enrolled_row(offer, number, consent, cells["ref"])
        self._add(offer.entries(number, self.next_entry), step, offer.versions)

    # ---- steps ----------------------------------------------------------------------------------

    def _step(self, cells: Cells, day: date) -> None:
        one = self._meant(cells)
        said = self._said(cells)
        if one is None or cells.faults:
            return
        if said.step == "attended" and not cells["on"] and self._contradicts(cells, one.id, said):
            return
        known = recorded(one, said, day if cells["on"] else None)
        if known is not None:
            self.plan.known.append(known)
            return
        refuse_order(one, said, day)
        plan = plan_said(self.registers, self.scheme, one, said, day, self.booked_on)
        if not self._refuse(cells, plan.objections):
            self._add(plan.entries(self.next_entry), row_of_step(one, plan, said), plan.versions)

    def _contradicts(self, cells: Cells, enrolment_id: str, said: Said) -> bool:
        """Report a second attendance of one enrolment without a day: sent again, it could not be known."""
        line, share = self.undated.setdefault(enrolment_id, (cells.row.line, said.attendance))
        if share == said.attendance:
            return False
        message = f"line {line} says another attendance of {enrolment_id}, and neither says on which day"
        cells.fault("attendance", message, "give the day of each in a column 'on', or keep the newer one")
        return True

    def _meant(self, cells: Cells) -> Enrolment | None:
        if cells["enrolment"]:
            wanted = cells["enrolment"]
            record = self.registers.person(enrolment(self.snapshot, wanted).person)
            return next(one for one in self.registers.enrolments(record) if one.id == wanted)
        found = self._of(cells)
        still = [one for one in found if one.is_open]
        if len(still) > 1:
            listed = ", ".join(one.id for one in still)
            cells.fault(
                "course", f"{cells.person()}/{cells['course']} may mean {listed}", "name one by its id"
            )
            return None
        if not found:
            cells.fault("course", f"{cells.person()} is not enrolled in {cells['course']}")
            return None
        return (still or found)[-1]

    def _said(self, cells: Cells) -> Said:
        step = cells["step"]
        if step == "cancelled":
            for column in ("by", "reason"):
                if not cells[column]:
                    cells.fault(column, f"a cancellation needs {column}")
        if step == "attended" and not cells["attendance"]:
            cells.fault("attendance", "the row names no attendance")
        return Said(
            step,
            attendance=parse_decimal(cells["attendance"]) if cells["attendance"] else None,
            result=cells["result"],
            by=cells["by"],
            force_majeure=cells.flag("force_majeure"),
            new_date=cells.flag("new_date"),
            reason=cells["reason"],
            ref=cells["ref"],
        )

    def _add(self, entries: list[Entry], step: Step, versions: Sequence[str]) -> None:
        self.next_entry += len(entries)
        self.plan.entries += entries
        self.plan.steps.append(step)
        self.plan.versions.update(dict.fromkeys(versions))
        self.registers.book(entries, (step,))
