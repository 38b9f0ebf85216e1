"""Steps as they are asked for, by a command line or the rows of an import, and the rows they come to.

Which step may follow which, and what is recorded already, is decided here alone.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from msgspec import Struct

from ilactl.errors import Refused
from ilactl.ledger.enrolment_rows import share_text
from ilactl.ledger.enrolments import Enrolment, Step, possible_steps
from ilactl.rules.step_plan import Happening, StepPlan

if TYPE_CHECKING:
    from fractions import Fraction

    from ilactl.rules.model import Scheme
    from ilactl.rules.offer import Offer
    from ilactl.rules.spending_source import Registers

__all__ = [
    "COMMANDS",
    "Said",
    "enrolled_row",
    "plan_said",
    "recorded",
    "refuse_order",
    "row_of_step",
    "said_in",
]

COMMANDS = {
    "moved": "move",
    "started": "start",
    "attended": "attend",
    "completed": "complete",
    "certified": "certify",
    "cancelled": "cancel",
    "reclaimed": "reclaim",
}
"""The command that records each step."""

_AGAIN = ("moved", "attended")
"""Steps that may come again with another content."""


class Said(Struct, frozen=True):
    """What is said of a step, on a command line or in an import's row."""

    step: str
    attendance: Fraction | None = None
    result: str = ""
    by: str = ""
    force_majeure: bool = False
    new_date: bool = False
    reason: str = ""
    run: str = ""
    ref: str = ""
    amount: int | None = None
    """What is taken back from the payee, in the unit's smallest part; None: all that was paid."""

    @property
    def noted(self) -> str:
        """The result's cell: of a cancellation what was special about it."""
        marks = (("force_majeure", self.force_majeure), ("new_date", self.new_date))
        return self.result or " ".join(name for name, there in marks if there)

    @property
    def parts(self) -> list[str]:
        """What a caller's key stands for."""
        share = "" if self.attendance is None else str(self.attendance)
        amount = "" if self.amount is None else str(self.amount)
        return [self.step, share, self.noted, self.by, self.reason, self.run, self.ref, amount]


def said_in(step: Step) -> Said:
    """What was said of a step that is recorded."""
    marks = step.result.split() if step.step == "cancelled" else ()
    return Said(
        step.step,
        attendance=step.share,
        result="" if step.step == "cancelled" else step.result,
        by=step.by,
        force_majeure="force_majeure" in marks,
        new_date="new_date" in marks,
        reason=step.reason,
        run=step.run if step.step == "moved" else "",
        ref=step.ref,
    )


def enrolled_row(offer: Offer, enrolment: str, consent: str, ref: str) -> Step:
    """The row that enrols."""
    return Step(
        enrolment=enrolment,
        booked_on=offer.ask.booking_day,
        person=offer.person,
        course=offer.ask.course,
        run=offer.ask.run,
        step="enrolled",
        on=offer.ask.on,
        rule=offer.rule,
        price=offer.price,
        own=offer.own,
        unit=offer.unit,
        payee=offer.payee,
        consent=consent,
        ref=ref,
    )


def plan_said(
    registers: Registers, scheme: Scheme, one: Enrolment, said: Said, on: date, booked_on: date
) -> StepPlan:
    """What the step decides by the rules."""
    from ilactl.rules.ending import plan_step
    from ilactl.rules.moving import plan_move
    from ilactl.rules.reclaim import plan_reclaim

    if said.step == "moved":
        return plan_move(registers, scheme, one, said.run, on, booked_on, said.ref)
    if said.step == "reclaimed":
        return plan_reclaim(registers, scheme, one, said.amount, on, booked_on=booked_on, ref=said.ref)
    happening = Happening(
        said.step,
        on,
        booked_on=booked_on,
        attendance=said.attendance,
        result=said.result,
        by=said.by,
        force_majeure=said.force_majeure,
        new_date=said.new_date,
    )
    return plan_step(registers, scheme, one, happening)


def row_of_step(one: Enrolment, plan: StepPlan, said: Said) -> Step:
    """The row that records the step."""
    amounts = (plan.due, plan.price, plan.own)
    return Step(
        enrolment=one.id,
        booked_on=plan.happening.booking_day,
        person=one.person,
        course=one.course,
        run=said.run or one.run,
        step=said.step,
        on=plan.happening.on,
        rule=plan.rule,
        price=plan.price,
        own=plan.own,
        due=plan.due,
        unit=one.unit if any(amount is not None for amount in amounts) else "",
        share=said.attendance,
        result=said.noted,
        by=said.by,
        reason=said.reason,
        ref=said.ref,
    )


def recorded(one: Enrolment, said: Said, on: date | None) -> Step | None:
    """The row that says the same already. Raises Refused where a step that comes once says something else.

    `on` is the day that was named; without one the recorded day is the day that is meant. A claim is known
    by its reference. Where a step may come again, a named day finds it among all of its kind, so that an
    older list is known as well; without a day only the newest can be meant.
    """
    there = [step for step in reversed(one.steps) if step.step == said.step]
    if said.step == "reclaimed":
        return next((step for step in there if step.ref == said.ref), None)
    known = there if on is not None else there[:1]
    found = next((step for step in known if _says(step, said) and on in (None, step.on)), None)
    if found is not None or not there or said.step in _AGAIN:
        return found
    last = there[0]
    share = "" if last.share is None else f"attendance {share_text(last.share)}"
    content = ", ".join(filter(None, (share, last.result, last.by, last.reason, last.ref)))
    raise Refused(
        reason=f"{one.id} is {last.step} already, on {last.on}" + (f" with {content}" if content else ""),
        hint="the same again is done already; a wrong step is taken back with 'ilactl undo'",
    )


def _says(step: Step, said: Said) -> bool:
    """Whether the row says what is said; of a move without a run, that it moved."""
    found = (step.share, step.result, step.by, step.reason, step.ref)
    return found == (said.attendance, said.noted, said.by, said.reason, said.ref) and (
        said.run in ("", step.run)
    )


def refuse_order(one: Enrolment, said: Said, on: date) -> None:
    """Raise Refused where the step may not follow, or would lie before what it follows."""
    after = possible_steps(one.state)
    if said.step not in after:
        commands = ", ".join(f"ilactl enrolment {COMMANDS[name]}" for name in after)
        raise Refused(
            reason=f"{one.id} is {one.state} since {one.since}: it cannot be {said.step}",
            hint=f"possible now: {commands}" if commands else "nothing can follow",
        )
    if on < one.last.on:
        before = f"{one.id} was {one.last.step} on {one.last.on}"
        raise Refused(
            reason=f"{before}: it cannot be {said.step} on {on}, before that",
            hint=f"give --on {one.last.on} or a later day, or take the wrong step back with 'ilactl undo'",
        )
