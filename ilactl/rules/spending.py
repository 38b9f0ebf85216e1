"""From a wish to an offer: what a wallet pays of a course, what the holder adds, what speaks against it.

Pure: registers, rules and a question in, an `Offer` out. The same offer is shown, printed and booked.
Grants that the enrolment brings pay first, then lots in the rule's order, then the holder.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ilactl.ledger.courses import price_of
from ilactl.rules.enrolment_facts import of_offer
from ilactl.rules.enrolment_grants import grants_of
from ilactl.rules.holder import Holder
from ilactl.rules.lot_order import Drawable, draw, usable_by_class
from ilactl.rules.lots_by_law import ends_of_use
from ilactl.rules.objections import (
    CLOSED,
    DOUBLE,
    NO_RULE,
    PAYEE,
    PRICE,
    REFUSED,
    UNIT,
    overdrawn,
    undecided,
)
from ilactl.rules.offer import Ask, Given, Objection, Offer, Part
from ilactl.rules.paying_lots import barred_classes, paying_lots
from ilactl.rules.shares import take_in_turn
from ilactl.rules.spend_amounts import asked_names, net_of, own_rule_of, pays_at_most, refuse_used_ref
from ilactl.rules.suitability import (
    course_objections,
    only_run,
    run_objections,
    seats_left,
    unnamed_objections,
)

if TYPE_CHECKING:
    from ilactl.ledger.courses import CourseRow, RunRow
    from ilactl.ledger.wallets import Lot
    from ilactl.rules.circumstances import Circumstances
    from ilactl.rules.model import Scheme
    from ilactl.rules.spending_model import Spend
    from ilactl.rules.spending_source import Registers

__all__ = ["offer_of", "plan_offer"]


def plan_offer(registers: Registers, scheme: Scheme, ask: Ask, *, look_ahead: bool = True) -> Offer:
    """The offer for what is asked, with every reason against it.

    `registers` is `Lookup(snapshot)` for one, `Whole(snapshot)` for many; where several are planned
    one after the other, tell it of each that will be booked (`registers.book`). `look_ahead` asks
    the grant rules of the coming years when they will have brought what is missing. Raises NotFound
    for a person, course or run that is not there, BadInput for bad rows.
    """
    holder = Holder(registers, scheme, ask.person, ask.booking_day)
    course = registers.course(ask.course, ask.on)
    if ask.run:
        run: RunRow | None = registers.run(ask.course, ask.run, ask.on)
    elif run := only_run(registers, ask.course, ask.on):
        ask = ask._replace(run=run.run)
    return offer_of(holder, ask, course, run, look_ahead=look_ahead)


def offer_of(
    holder: Holder, ask: Ask, course: CourseRow, run: RunRow | None, *, look_ahead: bool = False
) -> Offer:
    """The offer for a holder, a course and a run that were read before: for whoever compares many."""
    return _Planning(holder, ask, course, run).offer(look_ahead)


class _Planning:
    """One offer while it is made."""

    def __init__(self, holder: Holder, ask: Ask, course: CourseRow, run: RunRow | None) -> None:
        self.holder, self.ask, self.course, self.run = holder, ask, course, run
        self.scheme, self.registers = holder.scheme, holder.registers
        self.against: list[Objection] = []

    def offer(self, look_ahead: bool) -> Offer:
        course, run, ask = self.course, self.run, self.ask
        price, unit = price_of(course, run)
        provider = self.registers.provider(course.provider, ask.on)
        offer = Offer(
            ask=ask,
            person=self.holder.record.person,
            title=course.title,
            kind=course.kind,
            provider=course.provider,
            provider_name=provider.name,
            starts=run.starts if run else None,
            ends=run.ends if run else None,
            seats_left=seats_left(self.registers, run) if run else None,
            unit=unit,
            scale=self.holder.scales.get(unit, 2),
            price=price or 0,
            net=price or 0,
            eligible=min(price or 0, price or 0 if course.eligible is None else course.eligible),
            enrolments_open=sum(1 for one in self.holder.enrolments if one.is_open),
        )
        spend = self._rule(price, unit)
        self.against += self._general(spend)
        if spend is not None:
            self._pay(offer, spend, look_ahead)
        offer.objections = tuple(self.against)
        return offer

    def _rule(self, price: int | None, unit: str) -> Spend | None:
        """The spend rule that decides; None, and why, where there is none."""
        ask, kind = self.ask, self.course.kind
        if price is None:
            self.against.append(Objection(PRICE, f"{self.course.course} has no price on {ask.on}"))
            return None
        rules = [rule for rule in self.scheme.spends if rule.in_force(ask.on)]
        rules = [rule for rule in rules if not rule.kinds or kind in rule.kinds]
        rules = [rule for rule in rules if ask.rule in ("", rule.id, rule.version)]
        fitting = [rule for rule in rules if rule.unit == unit]
        if fitting:
            return next((rule for rule in fitting if rule.kinds), fitting[0])
        if rules:
            units = " or ".join(sorted({rule.unit for rule in rules}))
            self.against.append(Objection(UNIT, f"the price is in {unit}, and {kind} is paid in {units}"))
        else:
            named = f" {ask.rule}" if ask.rule else ""
            self.against.append(Objection(NO_RULE, f"no spend rule{named} pays for {kind} on {ask.on}"))
        return None

    def _general(self, spend: Spend | None) -> Iterator[Objection]:
        """What speaks against it whatever it costs."""
        ask, requires = self.ask, spend.requires if spend else ()
        yield from course_objections(self.registers, self.course, self.run, requires, ask.on)
        if self.run:
            yield from run_objections(self.registers, self.run, ask.on)
        else:
            yield from unnamed_objections(self.registers, ask.course, ask.on)
        for one in self.holder.enrolments:
            if one.course == ask.course and one.is_open:
                yield Objection(
                    DOUBLE, f"{self.holder.record.person} is in {one.course} already, as {one.id}"
                )
        if closing := self.holder.closing():
            yield Objection(CLOSED, f"the wallet of {ask.person} is closed by the rule {closing.version}")

    # ---- who pays what --------------------------------------------------------------------------

    def _pay(self, offer: Offer, spend: Spend, look_ahead: bool) -> None:
        offer.rule, offer.rule_title, offer.law = spend.version, spend.title, spend.law
        offer.payee = self._payee(spend)
        names = asked_names(self.scheme, spend)
        facts = of_offer(
            self.holder,
            self.course,
            self.run,
            self.ask.on,
            names,
            prepaid=self.ask.prepaid,
        )
        net = net_of(self.holder, spend, facts, self.against)
        barred = barred_classes(self.holder, spend, facts, self.against)
        days = (self.ask.on, self.ask.booking_day)
        lots = paying_lots(self.holder, spend, self.course, self.run, days, barred, self.against)
        usable = usable_by_class(spend, lots)
        facts = replace(facts, net=net, wallet=sum(usable.values()), usable=usable)
        room = min(net, offer.eligible)
        grants, open_ = grants_of(
            self.holder, facts, "enrolled", spend.unit, room=room, classes=spend.classes
        )
        self.against += open_
        for one in grants:
            usable[one.class_] += one.amount
        facts = replace(facts, wallet=sum(usable.values()), usable=usable)
        offer.net, offer.wallet = net, sum(usable.values())
        self._refuse(spend, facts)
        wanted = pays_at_most(self.holder, spend, facts, self.against)
        offer.from_wallet = min(wanted, offer.wallet)
        offer.grants = tuple(_cut(grants, offer.from_wallet))
        given = sum(one.amount for one in offer.grants)
        pays = draw(offer.from_wallet - given, spend, lots)
        offer.parts = tuple(_part(one, pay) for one, pay in zip(lots, pays, strict=True))
        drawn = [one.lot for one, pay in zip(lots, pays, strict=True) if pay]
        offer.lot_ends = ends_of_use(self.holder.day, drawn, self.holder.entries, self.scheme)
        offer.passed = self._passed(spend, lots)
        offer.facts = self.holder.told(facts, names)
        self._own(offer, spend)
        self._missing(offer, spend, facts, wanted, barred, look_ahead)
        ready = [lot for lot in self.holder.lots if lot.unit == spend.unit and self._in_time(lot)]
        closed = self.holder.closed(ready)
        offer.usable_after = sum(lot.balance for lot in ready if lot.entry not in closed) - sum(pays)

    def _payee(self, spend: Spend) -> str:
        if spend.payee == "provider":
            return f"provider:{self.course.provider}"
        if spend.payee == "own":
            return "own"
        state = self.holder.record.state_on(self.ask.on)
        employer = state.cells["employer"] if state else ""
        if not employer:
            told = f"the employer of {self.ask.person}, who is to be paid, is not recorded on {self.ask.on}"
            self.against.append(Objection(PAYEE, told))
        return f"employer:{employer}" if employer else ""

    def _in_time(self, lot: Lot) -> bool:
        return all(lot.in_time(day) for day in (self.ask.on, self.ask.booking_day))

    def _passed(self, spend: Spend, lots: list[Drawable]) -> tuple[Part, ...]:
        """Lots in the unit with something on them that may not pay for this."""
        drawn = {one.lot.entry for one in lots}
        left = (lot for lot in self.holder.lots if lot.unit == spend.unit and lot.balance > 0)
        return tuple(_part(Drawable(lot, True), 0) for lot in left if lot.entry not in drawn)

    def _refuse(self, spend: Spend, facts: Circumstances) -> None:
        for refusal in spend.refuse:
            holds = self.holder.worth(refusal.when, facts)
            if holds.value is True:
                self.against.append(Objection(REFUSED, refusal.why))
            elif holds.value is None:
                self.against.append(undecided(f"whether {refusal.why}", holds.missing, holds.notes))

    def _own(self, offer: Offer, spend: Spend) -> None:
        """What the holder adds; an employer who claims back bears the rest himself."""
        offer.own = offer.net - offer.from_wallet if spend.payee != "employer" else 0
        if spend.payee != "provider" or not spend.own_class:
            return
        offer.own_class = spend.own_class
        offer.own_rule = own_rule_of(self.scheme, spend, self.ask.on)
        if offer.own_booked:
            refuse_used_ref(self.holder, self.ask.ref, self.against)

    def _missing(
        self,
        offer: Offer,
        spend: Spend,
        facts: Circumstances,
        wanted: int,
        barred: set[str],
        look_ahead: bool,
    ) -> None:
        """What a fuller wallet would pay besides, and when it will be so full."""
        if wanted <= offer.wallet and offer.net <= offer.wallet:
            return
        full = replace(facts, wallet=max(offer.wallet, offer.net))
        most = max(wanted, pays_at_most(self.holder, spend, full, []))
        offer.missing = most - offer.from_wallet
        if offer.missing and look_ahead:
            from ilactl.rules.outlook import when_covered  # a walk through years: most offers need none

            starts = self.run.starts if self.run and spend.usable_at == "start" else None
            on = self.ask.booking_day
            offer.comes = when_covered(self.holder, spend, self.course, barred, most, on, starts)
        if wanted > offer.wallet:
            remedy = ""
            if offer.comes:
                remedy = (
                    f"wait until {offer.comes.on}: {' and '.join(offer.comes.rules)} will have brought it"
                )
            self.against.append(overdrawn(offer.wallet, wanted, offer.unit, offer.scale, remedy))


def _cut(grants: list[Given], most: int) -> Iterator[Given]:
    """The grants as far as the rule lets the wallet pay; the last are cut first."""
    for one, amount in zip(grants, take_in_turn(most, [one.amount for one in grants]), strict=True):
        yield one if amount == one.amount else one._replace(amount=amount, cut="from_wallet")


def _part(one: Drawable, pays: int) -> Part:
    lot = one.lot
    return Part(
        lot.entry,
        lot.person,
        lot.class_,
        lot.funder,
        lot.rule,
        lot.earmark,
        lot.expires_on,
        one.restricted,
        lot.balance,
        pays,
    )
