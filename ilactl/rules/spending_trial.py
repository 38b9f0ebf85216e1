"""An enrolment that nobody asked for: names set by hand, spend rules and endings as they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction

from msgspec import Struct, field
from msgspec.structs import replace

from ilactl.dates import Span
from ilactl.errors import NotFound, UsageError
from ilactl.ledger.registers import PersonRecord, format_facts
from ilactl.money import round_to
from ilactl.nearest import did_you_mean
from ilactl.rules.circumstances import Circumstances
from ilactl.rules.decision import Decision
from ilactl.rules.expressions import Checked, Outcome
from ilactl.rules.facts import Reading
from ilactl.rules.grants import Decider
from ilactl.rules.model import Grant, Scheme
from ilactl.rules.periods import Occasion
from ilactl.rules.spending_facts import evaluate_spending
from ilactl.rules.spending_model import Ending, EndingRow, Spend
from ilactl.rules.spending_names import COURSE, ENDING, OFFER, USABLE
from ilactl.rules.trial import NOBODY, assumed_sums
from ilactl.rules.values import Value, show_value

__all__ = ["EndingTried", "EnrolmentTrial", "SpendTried", "asks_of_enrolment"]

_COURSE_CELLS = {
    **{name: name for name in ("course", "provider", "eqf_level", "ects", "hours", "field", "cycle")},
    "course_kind": "kind",
}
_RUN_CELLS = {"mode": "mode", "time_of_day": "time_of_day", "starts_on": "starts", "ends_on": "ends"}


class SpendTried(Struct):
    """What a spend rule makes of it, in smallest parts; None where a fact is missing."""

    spend: Spend
    price: int
    net: int | None = None
    wallet: int = 0
    pays: int | None = None
    refused: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    parts: list[tuple[str, Outcome]] = field(default_factory=list)
    """Its expressions by the key they stand under, with what each came to."""

    @property
    def own(self) -> int | None:
        """What the holder pays."""
        return None if self.net is None or self.pays is None else self.net - self.pays


class EndingTried(Struct):
    """What an ending makes of a step: the first row that holds, counted from 1, and the payee's share."""

    ending: Ending
    step: str
    number: int = 0
    row: EndingRow | None = None
    share: Value | None = None
    missing: list[str] = field(default_factory=list)
    parts: list[tuple[str, Outcome]] = field(default_factory=list)


def asks_of_enrolment(scheme: Scheme, assumed: Mapping[str, Value]) -> bool:
    """Whether a name was set that only an enrolment has."""
    return any(name in {**COURSE, **OFFER, **ENDING} and name not in scheme.facts for name in assumed)


class EnrolmentTrial:
    """Somebody who is not in the register enrols in what no register has."""

    def __init__(
        self,
        scheme: Scheme,
        scales: Mapping[str, int],
        country: str,
        on: date,
        assumed: Mapping[str, Value],
        rules: Sequence[str] = (),
    ) -> None:
        """`rules` are the ids that are asked, empty for all.

        Raises UsageError where neither a price nor a step is set, NotFound for a rule that is not there.
        """
        known = {rule.id for rule in scheme.rules}
        for rule in rules:
            if rule not in known:
                raise NotFound(what=f"the rule {rule}", hint=did_you_mean(rule, known))
        self.scheme, self.scales, self.country, self.on, self.rules = scheme, scales, country, on, rules
        self.step = str(assumed.get("step", ""))
        if "price" not in assumed and not self.step:
            raise UsageError(
                reason="an enrolment has a price", hint="add --set price=1500.00, or --set step=completed"
            )
        self.sums, named = assumed_sums(scheme, scales, assumed)
        unknown: dict[str, Value | None] = {} if "price" in assumed else {"price": None, "eligible": None}
        self.assumed: dict[str, Value | None] = {**unknown, **named}
        self.reading = Reading(scheme, PersonRecord(NOBODY, ()), self.sums, scales, self.assumed)

    def spends(self) -> list[SpendTried]:
        """What each spend rule in force makes of it, where a price is set."""
        kind = self.assumed.get("course_kind")
        return [
            self._spend(rule)
            for rule in self.scheme.spends
            if self._asked(rule) and self.assumed["price"] is not None
            if not rule.kinds or kind in (None, *rule.kinds)
        ]

    def grants(self) -> list[Decision]:
        """What the enrolment itself would bring, at completion where that is the step."""
        at = "completed" if self.step == "completed" else "enrolled"
        decider, span = Decider(self.scheme, self.scales, trace=True), Span(self.on, self.on)
        return [
            decider.decide(
                replace(self.reading, circumstances=self._of(grant.unit)),
                Occasion(grant, "N1", span, self.on, self.on),
            )
            for grant in self.scheme.grants
            if grant.every == "enrolment" and grant.at == at and self._asked(grant)
        ]

    def endings(self) -> list[EndingTried]:
        """What each ending in force makes of the step, where one is set."""
        return [self._ending(rule) for rule in self.scheme.endings if self.step and self._asked(rule)]

    def _asked(self, rule: Spend | Ending | Grant) -> bool:
        return rule.in_force(self.on) and (not self.rules or rule.id in self.rules)

    def _spend(self, spend: Spend) -> SpendTried:
        of = self._of(spend.unit)
        tried = SpendTried(spend, of.price, wallet=0)
        barred: set[str] = set()
        for only in spend.only:
            if self._ask("only", only.when, of, tried) is not True:
                barred |= set(only.classes)
        pay = [class_ for class_ in spend.classes if class_ not in barred]
        usable = {class_: of.usable.get(class_, 0) for class_ in pay}
        tried.net = of.net if of.net is not None else of.price
        if of.net is None and spend.net:
            tried.net = self._amount("net", spend.net, of, tried)
        tried.wallet = of.wallet if of.wallet is not None else sum(usable.values())
        of = replace(of, net=tried.net, wallet=tried.wallet, usable=usable)
        for refusal in spend.refuse:
            if self._ask("refuse", refusal.when, of, tried) is True:
                tried.refused.append(refusal.why)
        most = self._amount("from_wallet", spend.from_wallet, of, tried)
        if most is not None and tried.net is not None:
            tried.pays = min(most, tried.net, tried.wallet)
        return tried

    def _amount(self, key: str, checked: Checked, of: Circumstances, tried: SpendTried) -> int | None:
        value = self._ask(key, checked, of, tried)
        spend = tried.spend
        return max(0, round_to(value, of.scale, spend.round)) if isinstance(value, Fraction) else None

    def _ask(
        self, key: str, checked: Checked, of: Circumstances, tried: SpendTried | EndingTried
    ) -> Value | None:
        outcome = evaluate_spending(self.reading, of, checked, trace=True)
        tried.parts.append((key, outcome))
        if outcome.value is None:
            tried.missing += [one for one in (*outcome.missing, *outcome.notes) if one not in tried.missing]
        return outcome.value

    def _ending(self, ending: Ending) -> EndingTried:
        of, tried = self._of(_unit_of(ending, self.scheme)), EndingTried(ending, self.step)
        for number, row in enumerate(ending.rows, 1):
            if self.step not in row.on or tried.missing:
                continue
            if self._ask(f"row {number}", row.when, of, tried):
                tried.number, tried.row = number, row
                tried.share = self._ask("provider", row.provider, of, tried)
                break
        return tried

    def _of(self, unit: str) -> Circumstances:
        """The enrolment as far as names were set; a name that was set itself stands before what follows."""
        given = self.assumed
        classes = [class_ for class_, held in self.scheme.class_units.items() if held == unit]
        set_so = {class_: self._minor(f"{USABLE}.{class_}", unit) for class_ in classes}
        usable = {c: self.sums.balance[c] if minor is None else minor for c, minor in set_so.items()}
        facts = {name: show_value(given[name]) for name in self.scheme.course_facts if name in given}
        enrolled, last = given.get("enrolled_on"), given.get("last_of_kind")
        return Circumstances(
            day=self.on,
            country=self.country,
            scale=self.scales[unit],
            course={
                **{cell: show_value(given[name]) for name, cell in _COURSE_CELLS.items() if name in given},
                "facts": format_facts(facts),
            },
            run={cell: show_value(given[name]) for name, cell in _RUN_CELLS.items() if name in given},
            price=self._minor("price", unit) or 0,
            net=self._minor("net", unit),
            wallet=self._minor("wallet", unit),
            usable=usable,
            enrolled_on=enrolled if isinstance(enrolled, date) else self.on,
            last_of_kind=last if isinstance(last, date) else None,
        )

    def _minor(self, name: str, unit: str) -> int | None:
        value = self.assumed.get(name)
        if not isinstance(value, Fraction):
            return None
        minor = value * 10 ** self.scales[unit]
        if minor.denominator != 1:
            decimals = self.scales[unit]
            raise UsageError(
                reason=f"{name}={show_value(value)}: {unit} has {decimals} decimals",
                hint="write fewer decimals",
            )
        return int(minor)


def _unit_of(ending: Ending, scheme: Scheme) -> str:
    units = [spend.unit for spend in scheme.spends if not ending.spends or spend.id in ending.spends]
    return units[0] if units else next(iter(scheme.class_units.values()))
