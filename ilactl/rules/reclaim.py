"""Paid money that comes back from the payee: by lot as it was paid, then to whom each lot belongs.

Pure. What comes back to a lot in time is released to it; a lot that is over returns it to its funder.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ilactl.rules.step_plan import StepPlan

if TYPE_CHECKING:
    from datetime import date

    from ilactl.ledger.enrolments import Enrolment
    from ilactl.rules.model import Scheme
    from ilactl.rules.spending_source import Registers

__all__ = ["plan_reclaim"]


def plan_reclaim(
    registers: Registers,
    scheme: Scheme,
    enrolment: Enrolment,
    amount: int | None,
    on: date,
    *,
    booked_on: date | None = None,
    ref: str = "",
) -> StepPlan:
    """Take `amount` of what was paid back from the payee, or all of it where it is None.

    `due` is what the payee may keep. An amount above what was paid is an objection.
    """
    raise NotImplementedError
