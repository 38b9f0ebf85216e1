"""What every step stands on: which rules decided the enrolment, what it holds, an empty plan.

The ending is the one in force on the day of enrolling: a later table changes nothing for those who
agreed to the earlier one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ilactl.rules.held import Held, held_of
from ilactl.rules.step_plan import Happening, StepPlan

if TYPE_CHECKING:
    from ilactl.ledger.enrolments import Enrolment
    from ilactl.rules.holder import Holder
    from ilactl.rules.model import Scheme
    from ilactl.rules.spending_model import Ending, Spend

__all__ = ["at_completion", "ending_of", "spend_of", "started_plan"]


def started_plan(holder: Holder, enrolment: Enrolment, happening: Happening) -> tuple[StepPlan, list[Held]]:
    """A plan that decides nothing yet, and what the enrolment holds of each lot."""
    parts = held_of(holder.entries, holder.lots, enrolment.id)
    shared = [one for one in parts if not at_completion(holder, one)]
    plan = StepPlan(
        enrolment=enrolment.id,
        person=enrolment.person,
        happening=happening,
        unit=enrolment.unit,
        scale=holder.scales.get(enrolment.unit, 2),
        payee=enrolment.payee,
        reserved=sum(one.reserved for one in shared),
        paid=sum(one.paid for one in parts),
    )
    return plan, parts


def at_completion(holder: Holder, part: Held) -> bool:
    """Whether the lot was given at completion: all of it is the payee's, and no share is taken of it."""
    grant = holder.scheme.grant(part.lot.rule) if part.lot.enrolment else None
    return grant is not None and grant.every == "enrolment" and grant.at == "completed"


def spend_of(scheme: Scheme, enrolment: Enrolment) -> Spend | None:
    """The version that decided the booking, or the one of its rule in force that day."""
    named = [rule for rule in scheme.spends if rule.id == enrolment.rule.partition("@")[0]]
    exact = (rule for rule in named if rule.version == enrolment.rule)
    return next(exact, next((rule for rule in named if rule.in_force(enrolment.enrolled_on)), None))


def ending_of(scheme: Scheme, enrolment: Enrolment) -> Ending | None:
    """The ending for the enrolment's rule that was in force on the day of enrolling."""
    rule = enrolment.rule.partition("@")[0]
    there = [ending for ending in scheme.endings if ending.in_force(enrolment.enrolled_on)]
    own = next((ending for ending in there if rule in ending.spends), None)
    return own or next((ending for ending in there if not ending.spends), None)
