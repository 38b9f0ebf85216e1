"""What a step of an enrolment decides: the payee's share by the ending's first row that holds, and the rest.

Pure: registers, rules, an enrolment and what happened in, a `StepPlan` out. The step books where the rest
goes; what the payee may have stays held until it is settled.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ilactl.rules.step_plan import Happening, StepPlan

if TYPE_CHECKING:
    from datetime import date

    from ilactl.ledger.enrolments import Enrolment
    from ilactl.rules.model import Scheme
    from ilactl.rules.spending_source import Registers

__all__ = ["plan_move", "plan_step"]


def plan_step(registers: Registers, scheme: Scheme, enrolment: Enrolment, happening: Happening) -> StepPlan:
    """What started, attended, completed, certified or cancelled decides of this enrolment.

    At a start quality, relevance, suspension and withdrawal are looked at again. Whether the step
    may follow the last one is not asked here (`possible_steps` tells).
    """
    raise NotImplementedError


def plan_move(
    registers: Registers,
    scheme: Scheme,
    enrolment: Enrolment,
    run: str,
    on: date,
    booked_on: date | None = None,
) -> StepPlan:
    """The enrolment in another run of its course: its seat, its window, its price.

    Where the new price is lower, what the rules no longer let the wallet pay is released; where it
    is higher, the holder adds the difference.
    """
    raise NotImplementedError
