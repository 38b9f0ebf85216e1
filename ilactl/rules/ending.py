"""What a step of an enrolment decides: the payee's share by the ending's first row that holds, and the rest.

Pure: registers, rules, an enrolment and what happened in, a `StepPlan` out. The step books where the rest
goes; what the payee may have stays held until it is settled.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from ilactl.rules.enrolment_facts import of_offer, of_step
from ilactl.rules.enrolment_grants import grants_of
from ilactl.rules.fates import fates_of_rest, rows_of_fates
from ilactl.rules.held import Held
from ilactl.rules.holder import Holder
from ilactl.rules.lot_order import drawable_lots, usable_by_class
from ilactl.rules.objections import NO_ROW, undecided
from ilactl.rules.offer import Objection
from ilactl.rules.shares import Borne, borne_by, share_of, split_within
from ilactl.rules.spend_amounts import asked_names, net_of
from ilactl.rules.spending_uses import names_of_spending
from ilactl.rules.step_ground import at_completion, ending_of, spend_of, started_plan
from ilactl.rules.step_plan import Happening, StepPlan
from ilactl.rules.suitability import course_objections

if TYPE_CHECKING:
    from ilactl.ledger.enrolments import Enrolment
    from ilactl.rules.circumstances import Circumstances
    from ilactl.rules.expressions import Checked
    from ilactl.rules.model import Scheme
    from ilactl.rules.spending_model import Ending, EndingRow, Spend
    from ilactl.rules.spending_source import Registers

__all__ = ["plan_step"]

_LEAVES = ("completed", "cancelled")
"""Steps after which a row must have said what becomes of the money, where the ending names the step."""


def plan_step(registers: Registers, scheme: Scheme, enrolment: Enrolment, happening: Happening) -> StepPlan:
    """What started, attended, completed, certified or cancelled decides of this enrolment.

    At a start quality, relevance, suspension and withdrawal are looked at again. Whether the step
    may follow the last one is not asked here (`possible_steps` tells).
    """
    holder = Holder(registers, scheme, enrolment.person, happening.booking_day)
    plan, parts = started_plan(holder, enrolment, happening)
    against: list[Objection] = []
    spend = spend_of(scheme, enrolment)
    if happening.step == "started":
        course = registers.course(enrolment.course, happening.on)
        run = registers.run(enrolment.course, enrolment.run, happening.on) if enrolment.run else None
        requires = spend.requires if spend else ()
        against += course_objections(registers, course, run, requires, happening.on)
    ending = ending_of(scheme, enrolment)
    facts = _facts(holder, enrolment, happening, spend, ending, plan)
    if ending is None and happening.step in _LEAVES and any(part.held for part in parts):
        told = f"no ending was in force for {enrolment.rule} on {enrolment.enrolled_on}"
        against.append(Objection(NO_ROW, told, "add an ending in force that day to the rule files"))
    if ending is not None:
        row = _row(holder, ending, facts, against)
        if row is not None:
            _decide(holder, plan, parts, ending, row, facts, against)
    if happening.step == "completed" and spend is not None:
        _grant(holder, plan, enrolment, spend, facts, against)
    plan.objections = tuple(against)
    return plan


def _facts(
    holder: Holder,
    enrolment: Enrolment,
    happening: Happening,
    spend: Spend | None,
    ending: Ending | None,
    plan: StepPlan,
) -> Circumstances:
    """What the table may ask; for grants at completion also what the offer could."""
    names = names_of_spending(ending) if ending else set[str]()
    net: int | None = None
    usable: Mapping[str, int] | None = None
    if spend is not None and happening.step == "completed":
        names |= asked_names(holder.scheme, spend)
        registers, on = holder.registers, enrolment.enrolled_on
        course = registers.course(enrolment.course, happening.on)
        run = registers.run(enrolment.course, enrolment.run, happening.on) if enrolment.run else None
        offered = of_offer(holder, course, run, on, names, but=enrolment.id)
        net = min(net_of(holder, spend, offered, []), enrolment.price)
        lots = drawable_lots(spend, holder.lots, course, [happening.on])
        usable = usable_by_class(spend, lots)
    share = Fraction(plan.paid, plan.reserved) if plan.reserved else None
    return of_step(holder.registers, enrolment, happening, names, net=net, usable=usable, paid_share=share)


def _row(holder: Holder, ending: Ending, facts: Circumstances, against: list[Objection]) -> EndingRow | None:
    """The first row for the step that holds; an undecided one ends the search."""
    asked = [row for row in ending.rows if facts.step in row.on]
    for row in asked:
        holds = holder.worth(row.when, facts)
        if holds.value is None:
            told = row.why or f"a row of {ending.version} for {facts.step}"
            against.append(undecided(f"whether {told} holds", holds.missing, holds.notes))
            return None
        if holds.value:
            return row
    if (asked or facts.step == "cancelled") and facts.step in _LEAVES:
        told = f"no row of {ending.version} says what becomes of the money when {facts.step}"
        against.append(Objection(NO_ROW, told))
    return None


def _decide(
    holder: Holder,
    plan: StepPlan,
    parts: Sequence[Held],
    ending: Ending,
    row: EndingRow,
    facts: Circumstances,
    against: list[Objection],
) -> None:
    """The payee's share on the whole, split over the lots; the way of each lot's rest."""
    plan.rule, plan.title, plan.law, plan.why = ending.version, ending.title, ending.law, row.why
    shares = _shares(holder, row, facts, against)
    if shares is None:
        return
    of_class, general = shares
    plan.share = general if not of_class else None
    given = [at_completion(holder, part) for part in parts]
    ratios = [
        Fraction(1) if whole else of_class.get(part.lot.class_, general)
        for part, whole in zip(parts, given, strict=True)
    ]
    pairs = list(zip(ratios, (part.reserved for part in parts), strict=True))
    most = plan.paid + sum(part.held for part in parts)
    due = min(share_of(pairs, ending.round), most)
    plan.overpaid = max(0, plan.paid - due)
    plan.due = max(due, plan.paid)
    if of_class:
        open_ = [ratio * part.reserved - part.paid for ratio, part in zip(ratios, parts, strict=True)]
        pays = split_within(plan.due - plan.paid, open_, [part.held for part in parts])
    else:
        lots = zip(parts, given, strict=True)
        pays = borne_by(plan.due, [Borne(part.reserved, part.paid, part.held, whole) for part, whole in lots])
    plan.fates = fates_of_rest(holder, row, ending.grace, parts, pays, plan.enrolment)
    plan.rows = tuple(rows_of_fates(holder, plan.fates, plan.enrolment, plan.unit))


def _shares(
    holder: Holder, row: EndingRow, facts: Circumstances, against: list[Objection]
) -> tuple[dict[str, Fraction], Fraction] | None:
    """The payee's cumulative share by class, and in general; None where one is unknown."""
    found: dict[str, Fraction] = {}
    general = _share(holder, row.provider, facts, against)
    for class_, expression in row.provider_of.items():
        share = _share(holder, expression, facts, against)
        if share is not None:
            found[class_] = share
    return None if general is None or len(found) < len(row.provider_of) else (found, general)


def _share(
    holder: Holder, expression: Checked, facts: Circumstances, against: list[Objection]
) -> Fraction | None:
    value = holder.worth(expression, facts)
    if not isinstance(value.value, Fraction):
        against.append(undecided("the payee's share", value.missing, value.notes))
        return None
    return min(Fraction(1), max(Fraction(0), value.value))


def _grant(
    holder: Holder,
    plan: StepPlan,
    enrolment: Enrolment,
    spend: Spend,
    facts: Circumstances,
    against: list[Objection],
) -> None:
    """What completion itself brings: opened, reserved and due at once."""
    from ilactl.rules.fates import rows_of_given

    net = enrolment.price if facts.net is None else facts.net
    room = max(0, min(net, facts.eligible if facts.eligible is not None else net) - plan.reserved)
    given, open_ = grants_of(
        holder, facts, "completed", spend.unit, room=room, classes=spend.classes, enrolment=enrolment.id
    )
    against += open_
    if given:
        plan.grants = tuple(given)
        before = enrolment.due or 0 if plan.due is None else plan.due
        plan.due = before + sum(one.amount for one in given)
        plan.rows += tuple(
            rows_of_given(holder, given, enrolment.id, plan.unit, holder.record.person, len(plan.rows))
        )
