"""Paid money that comes back from the payee: by lot as it was paid, then to whom each lot belongs.

Pure. What comes back to a lot in time is released to it. A lot that is over returns it to its funder, as
does one that was for this enrolment alone; the holder's own money goes back to the holder.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ilactl.ledger.entries import Entry
from ilactl.money import format_amount
from ilactl.rules.fates import fate_of, rows_of_fates
from ilactl.rules.holder import Holder
from ilactl.rules.objections import RECLAIM
from ilactl.rules.offer import Objection
from ilactl.rules.shares import split_within
from ilactl.rules.step_ground import started_plan
from ilactl.rules.step_plan import Fate, Happening, StepPlan

if TYPE_CHECKING:
    from datetime import date

    from ilactl.ledger.enrolments import Enrolment
    from ilactl.rules.held import Held
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

    `due` is what the payee may have from then on. An amount above what was paid is an objection.
    """
    happening = Happening("reclaimed", on, booked_on)
    holder = Holder(registers, scheme, enrolment.person, happening.booking_day)
    plan, parts = started_plan(holder, enrolment, happening)
    wanted = plan.paid if amount is None else amount
    if not 0 < wanted <= plan.paid:
        paid, asked = (f"{format_amount(n, plan.scale)} {plan.unit}" for n in (plan.paid, wanted))
        told = f"{enrolment.id} was paid {paid} so far, so {asked} cannot be taken back"
        if not plan.paid:
            told = f"nothing was paid for {enrolment.id} so far, so nothing can be taken back"
        plan.objections = (Objection(RECLAIM, told),)
        return plan
    paid_by_lot = [part.paid for part in parts]
    back = split_within(wanted, paid_by_lot, paid_by_lot)
    reclaimed = list(_reclaimed(plan, parts, back, ref))
    plan.fates = tuple(
        _fate(holder, part, one, enrolment.id) for part, one in zip(parts, back, strict=True) if one
    )
    rows = rows_of_fates(holder, plan.fates, enrolment.id, plan.unit, after=len(reclaimed))
    plan.rows = (*reclaimed, *rows)
    plan.due = max(0, (plan.paid if enrolment.due is None else enrolment.due) - wanted)
    return plan


def _reclaimed(plan: StepPlan, parts: Sequence[Held], back: Sequence[int], ref: str) -> Iterator[Entry]:
    """Payee → held, lot by lot; each row names the payment it takes back, the newest ones first."""
    number = 0
    for part, left in zip(parts, back, strict=True):
        for settled, paid in reversed(part.settled.items()):
            take = min(left, paid)
            if take <= 0:
                continue
            left -= take
            number += 1
            lot = part.lot
            yield Entry(
                f"+{number}",
                plan.happening.booking_day,
                lot.person,
                "reclaim",
                lot.entry,
                take,
                plan.unit,
                plan.payee,
                f"held:{lot.class_}",
                enrolment=plan.enrolment,
                of=settled,
                ref=ref,
            )


def _fate(holder: Holder, part: Held, amount: int, enrolment: str) -> Fate:
    """Where what came back of one lot goes. What the lot still held before stays as it was."""
    lot = part.lot
    rest = "own" if lot.funder == "own" and lot.earmark == f"enrolment:{enrolment}" else "wallet"
    came = replace(part, held=amount)
    fate = fate_of(holder, came, 0, rest, enrolment)
    return fate_of(holder, came, 0, "funder", enrolment) if fate.ends else fate
