"""Why a step of an enrolment was decided as it was: planned again on the ledger as it stood before it.

A booked step is never decided again for its own sake: what is found here only explains.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ilactl.errors import IlactlError
from ilactl.ledger.columns import ENROLMENTS
from ilactl.ledger.enrolments import enrolment
from ilactl.rules.offer import Ask
from ilactl.rules.replay import rule_of_entry
from ilactl.rules.spending import plan_offer
from ilactl.rules.spending_source import Lookup
from ilactl.rules.step_requests import plan_said, said_in

if TYPE_CHECKING:
    from ilactl.ledger.enrolments import Step
    from ilactl.ledger.snapshot import Snapshot
    from ilactl.rules.offer import Offer
    from ilactl.rules.step_plan import StepPlan

__all__ = ["offer_again", "step_again"]


def offer_again(snapshot: Snapshot, step: Step) -> Offer | None:
    """The offer that an enrolled row booked; None where it does not come out again.

    Another rule file, an erasure or a merge since may be why.
    """
    try:
        past = _before(snapshot, step)
        found = rule_of_entry(snapshot, step.rule)
        if found is None:
            return None
        ask = Ask(step.person, step.course, step.on, run=step.run, booked_on=step.booked_on, rule=step.rule)
        offer = plan_offer(Lookup(past), found[0], ask, look_ahead=False)
    except IlactlError:
        return None
    return offer if offer.rule == step.rule and offer.price == step.price else None


def step_again(snapshot: Snapshot, step: Step) -> StepPlan | None:
    """The plan that another row booked; None where it does not come out again, or no rule decided it."""
    if not step.rule:
        return None
    try:
        past = _before(snapshot, step)
        found = rule_of_entry(snapshot, step.rule)
        if found is None:
            return None
        one = enrolment(past, step.enrolment)
        plan = plan_said(Lookup(past), found[0], one, said_in(step), step.on, step.booked_on)
    except IlactlError:
        return None
    return plan if plan.rule == step.rule and plan.due == step.due else None


def _before(snapshot: Snapshot, step: Step) -> Snapshot:
    """The ledger right before the commit that holds the step."""
    return snapshot.at(snapshot.commit_of(ENROLMENTS.file, step.offset).seq - 1)
