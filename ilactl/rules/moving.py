"""An enrolment goes to another run of its course: a new seat, other days, perhaps another price.

Where the new run costs less, what the rules no longer let the wallet pay goes back where it came from, by
lot as it was drawn; where it costs more, the wallet pays the difference as far as the rules let it and the
holder adds the rest. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ilactl.ledger.courses import CourseRow, RunRow, price_of
from ilactl.rules.enrolment_facts import of_offer
from ilactl.rules.fates import fate_of, rows_of_fates
from ilactl.rules.holder import Holder
from ilactl.rules.lot_order import draw, usable_by_class
from ilactl.rules.lots_by_law import ends_of_use
from ilactl.rules.objections import PRICE, UNIT, WINDOW, overdrawn
from ilactl.rules.offer import Objection
from ilactl.rules.offer_rows import row_of_end, row_of_own, row_of_reserve
from ilactl.rules.paying_lots import barred_classes, paying_lots
from ilactl.rules.shares import split_within
from ilactl.rules.spend_amounts import asked_names, net_of, own_rule_of, pays_at_most, refuse_used_ref
from ilactl.rules.step_ground import spend_of, started_plan
from ilactl.rules.step_plan import Fate, Happening, StepPlan
from ilactl.rules.suitability import course_objections, run_objections

if TYPE_CHECKING:
    from datetime import date

    from ilactl.ledger.enrolments import Enrolment
    from ilactl.ledger.entries import Entry
    from ilactl.ledger.wallets import Lot
    from ilactl.rules.held import Held
    from ilactl.rules.model import Scheme
    from ilactl.rules.spending_model import Spend
    from ilactl.rules.spending_source import Registers

__all__ = ["plan_move"]


def plan_move(
    registers: Registers,
    scheme: Scheme,
    enrolment: Enrolment,
    run: str,
    on: date,
    booked_on: date | None = None,
    ref: str = "",
) -> StepPlan:
    """The enrolment in another run of its course: its seat, its window, its price.

    `ref` names what the holder pays in besides, where the rule books it and the run costs more.
    Raises NotFound for a run that is not there.
    """
    happening = Happening("moved", on, booked_on)
    holder = Holder(registers, scheme, enrolment.person, happening.booking_day)
    plan, parts = started_plan(holder, enrolment, happening)
    course, there = registers.course(enrolment.course, on), registers.run(enrolment.course, run, on)
    spend = spend_of(scheme, enrolment)
    against = list(_unfit(registers, course, there, spend, enrolment, on))
    price, unit = price_of(course, there)
    if price is None:
        against.append(Objection(PRICE, f"run {run} of {course.course} has no price on {on}"))
    elif unit != enrolment.unit:
        told = f"run {run} is priced in {unit}, the enrolment in {enrolment.unit}"
        against.append(Objection(UNIT, told))
    elif price != enrolment.price and spend is not None:
        _reprice(holder, plan, parts, spend, enrolment, course, there, ref, against)
    plan.objections = tuple(against)
    return plan


def _unfit(
    registers: Registers,
    course: CourseRow,
    run: RunRow,
    spend: Spend | None,
    enrolment: Enrolment,
    on: date,
) -> Iterator[Objection]:
    if run.run == enrolment.run:
        yield Objection(WINDOW, f"{enrolment.id} is in run {run.run} already")
        return
    yield from course_objections(registers, course, run, spend.requires if spend else (), on)
    yield from run_objections(registers, run, on)


def _reprice(
    holder: Holder,
    plan: StepPlan,
    parts: Sequence[Held],
    spend: Spend,
    enrolment: Enrolment,
    course: CourseRow,
    run: RunRow,
    ref: str,
    against: list[Objection],
) -> None:
    """The offer's arithmetic at the new price, with what is held as if it were on its lots still."""
    on = enrolment.enrolled_on
    own = [part for part in parts if _is_own(part, spend, enrolment)]
    rights = [part for part in parts if part not in own]
    facts = of_offer(holder, course, run, on, asked_names(holder.scheme, spend), but=enrolment.id)
    net = net_of(holder, spend, facts, against)
    barred = barred_classes(holder, spend, facts, against)
    days = (plan.happening.on, holder.day)
    lots = paying_lots(holder, spend, course, run, days, barred, against)
    usable = usable_by_class(spend, lots)
    for part in rights:
        usable[part.lot.class_] = usable.get(part.lot.class_, 0) + part.held
    facts = replace(facts, net=net, wallet=sum(usable.values()), usable=usable)
    held = sum(part.held for part in rights)
    there = sum(one.amount for one in lots)
    wanted = pays_at_most(holder, spend, facts, against)
    if wanted > held + there:
        against.append(overdrawn(held + there, wanted, plan.unit, plan.scale))
    pays = min(held + min(max(0, facts.price - enrolment.price), there), wanted)
    drawn = draw(max(0, pays - held), spend, lots)
    plan.price = facts.price
    plan.own = net - pays if spend.payee != "employer" else 0
    booked = sum(part.held for part in own)
    keeps = min(booked, plan.own)
    fates = [
        *_given_back(holder, rights, max(0, held - pays), "wallet", enrolment.id),
        *_given_back(holder, own, booked - keeps, "own", enrolment.id),
    ]
    plan.fates = tuple(fate for fate in fates if fate.amount)
    rows = list(rows_of_fates(holder, plan.fates, enrolment.id, plan.unit, _reserving(holder, enrolment.id)))
    used = [one.lot for one, amount in zip(lots, drawn, strict=True) if amount]
    ends = ends_of_use(holder.day, used, holder.entries, holder.scheme)
    for one, amount in zip(lots, drawn, strict=True):
        if amount:
            row = _drawn(one.lot, amount, plan, holder.day, len(rows) + 1)
            rows.append(row)
            if end := ends.get(row.lot):
                rows.append(row_of_end(row, one.lot.rule, end, f"+{len(rows) + 1}"))
    if spend.own_class and spend.payee == "provider" and plan.own > keeps:
        refuse_used_ref(holder, ref, against)
        rows += _paid_in(holder, plan, spend, plan.own - keeps, ref, len(rows))
    plan.rows = tuple(rows)
    plan.fates += tuple(_more(one.lot, amount) for one, amount in zip(lots, drawn, strict=True) if amount)
    plan.reserved = sum(part.reserved for part in parts) - plan.total("release") - plan.total("return")
    plan.reserved += sum(row.amount for row in rows if row.kind == "reserve")


def _drawn(lot: Lot, amount: int, plan: StepPlan, on: date, number: int) -> Entry:
    """What one more lot, or more of one, holds for the payee from now on."""
    row = row_of_reserve(lot.entry, lot.person, lot.class_, amount, plan.unit, plan.enrolment, on)
    return row._replace(entry=f"+{number}")


def _more(lot: Lot, amount: int) -> Fate:
    """The same as it is shown: held from now on, all of it for the payee."""
    return Fate(lot.entry, lot.person, lot.class_, lot.funder, amount, amount, kind="reserve", account="held")


def _paid_in(
    holder: Holder, plan: StepPlan, spend: Spend, amount: int, ref: str, after: int
) -> Iterator[Entry]:
    """What the holder adds, paid in and reserved; numbered behind the first `after` rows."""
    person, class_, on = holder.record.person, spend.own_class, holder.day
    rule = own_rule_of(holder.scheme, spend, on)
    paid = row_of_own(person, class_, rule, amount, plan.unit, plan.enrolment, ref, on)
    lot = f"+{after + 1}"
    yield paid._replace(entry=lot)
    row = row_of_reserve(lot, person, class_, amount, plan.unit, plan.enrolment, on)
    yield row._replace(entry=f"+{after + 2}")


def _is_own(part: Held, spend: Spend, enrolment: Enrolment) -> bool:
    """Whether it is the holder's own share, paid in for this enrolment alone."""
    lot = part.lot
    return (lot.funder, lot.class_, lot.earmark) == ("own", spend.own_class, f"enrolment:{enrolment.id}")


def _given_back(
    holder: Holder, parts: Sequence[Held], amount: int, rest: str, enrolment: str
) -> Iterator[Fate]:
    held = [part.held for part in parts]
    back = split_within(amount, held, held)
    for part, one in zip(parts, back, strict=True):
        yield fate_of(holder, part, part.held - one, rest, enrolment)


def _reserving(holder: Holder, enrolment: str) -> dict[str, str]:
    """The newest reservation of each lot for the enrolment."""
    rows = (row for row in holder.entries if row.kind == "reserve" and row.enrolment == enrolment)
    return {row.lot: row.entry for row in rows}
