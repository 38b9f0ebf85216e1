"""One person, one occasion: is the grant due, how much, and what do the caps leave of it.

Pure: the same facts, sums and rules give the same decision. A batch computes the same in SQL.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from msgspec.structs import replace

from ilactl.dates import add_months
from ilactl.ledger.registers import PersonRecord
from ilactl.money import round_to
from ilactl.rules.decision import CapRoom, Decision, Verdict, entry_of
from ilactl.rules.expressions import Checked, Outcome, evaluate, names_in
from ilactl.rules.facts import Reading, read_names
from ilactl.rules.model import Cap, Grant, Scheme
from ilactl.rules.names import NameSpec, catalogue, contribution_names, lot_names
from ilactl.rules.periods import Occasion, setting_on
from ilactl.rules.rhythm import interval_of
from ilactl.rules.spending_names import any_names
from ilactl.rules.sums import Sums
from ilactl.rules.uses import names_of_grant
from ilactl.rules.values import Value
from ilactl.rules.windows import DueDays, used_of_cap

__all__ = ["Decider"]


class Decider:
    """Decides for one person after another what a run's occasions give them."""

    def __init__(self, scheme: Scheme, scales: Mapping[str, int], *, trace: bool = False) -> None:
        """`trace` keeps every intermediate value, for explanations."""
        self.scheme = scheme
        self.scales = scales
        self.trace = trace
        self.names: dict[str, NameSpec] = catalogue(scheme.facts, scheme.values, scheme.class_units, scales)
        self.days = DueDays(scheme)
        self._specs: dict[str, list[NameSpec]] = {}
        self._asked: dict[int, list[NameSpec]] = {}

    def decide_all(
        self,
        record: PersonRecord,
        sums: Sums,
        occasions: Iterable[Occasion],
        assumed: Mapping[str, Value] | None = None,
    ) -> Iterator[Decision]:
        """The decisions in the order of the occasions; each sees what earlier ones gave, as if booked."""
        reading = Reading(self.scheme, record, sums, self.scales, assumed)
        for occasion in occasions:
            decision = self.decide(reading, occasion)
            if decision.verdict is Verdict.GRANTED:
                sums.add(entry_of(decision, occasion.due_on))
            yield decision

    def decide(self, reading: Reading, occasion: Occasion) -> Decision:
        """One decision; a taken key is not evaluated."""
        grant, person = occasion.grant, reading.record.person
        if _taken(grant, reading.sums, occasion):
            return Decision(person, occasion, Verdict.TAKEN)
        facts = read_names(reading, occasion, self._names(grant))
        when = self._evaluate(grant.when, facts)
        if when.value is None:
            return self._undecided(person, occasion, facts, when, when=when)
        if not when.value:
            return Decision(person, occasion, Verdict.NOT_DUE, when=when, facts=facts)
        return self._amount(reading, occasion, facts, when)

    def decide_facts(self, person: str, occasion: Occasion, facts: Mapping[str, Value | None]) -> Decision:
        """One decision from values alone, with an empty wallet: for what does not turn on its room."""
        reading = Reading(self.scheme, PersonRecord(person, ()), Sums(), self.scales, facts)
        return self.decide(reading, occasion)

    def _names(self, grant: Grant) -> list[NameSpec]:
        if grant.version not in self._specs:
            names = self.names | self.own_names(grant)
            self._specs[grant.version] = [names[name] for name in sorted(names_of_grant(grant, self.scheme))]
        return self._specs[grant.version]

    def own_names(self, grant: Grant) -> dict[str, NameSpec]:
        """The names that only a grant for each contribution, or for each enrolment, may use."""
        if grant.every == "enrolment":
            return any_names(self.scales, self.scheme.class_units, self.scheme.course_facts)
        if not grant.matches:
            return {}
        return contribution_names(self.scheme.class_units[grant.matches[0]], self.scales)

    def ask(self, reading: Reading, expression: Checked, day: date) -> Outcome:
        """The value of an expression that belongs to no grant, with facts as they hold on the day."""
        key = id(expression)
        if key not in self._asked:
            lots = lot_names(self.scheme.class_units, (), self.scales)
            names = self.names | lots
            self._asked[key] = [names[name] for name in sorted(names_in(expression.node))]
        return self._evaluate(expression, read_names(reading, setting_on(day), self._asked[key]))

    def _evaluate(self, checked: Checked, facts: Mapping[str, Value | None]) -> Outcome:
        return evaluate(checked, facts, trace=self.trace)

    def _undecided(
        self, person: str, occasion: Occasion, facts: Mapping[str, Value | None], last: Outcome, **found: Any
    ) -> Decision:
        """`last` is what could not be decided; `found` is what was, as fields of the decision."""
        missing, notes = tuple(last.missing), tuple(last.notes)
        return Decision(
            person, occasion, Verdict.UNDECIDED, missing=missing, notes=notes, facts=facts, **found
        )

    def _amount(
        self, reading: Reading, occasion: Occasion, facts: Mapping[str, Value | None], when: Outcome
    ) -> Decision:
        """The first tier that holds gives the amount; an undecided one ends the search."""
        grant, person = occasion.grant, reading.record.person
        searched: list[Outcome] = []
        for number, tier in enumerate(grant.tiers):
            holds = self._evaluate(tier.when, facts)
            searched.append(holds)
            if holds.value is None:
                return self._undecided(
                    person, occasion, facts, holds, when=when, tier_outcomes=tuple(searched)
                )
            if not holds.value:
                continue
            amount = self._evaluate(tier.amount, facts)
            if amount.value is None:
                return self._undecided(
                    person, occasion, facts, amount, when=when, tier_outcomes=tuple(searched), amount=amount
                )
            found = {"when": when, "tier_outcomes": tuple(searched), "amount": amount}
            return self._credit(reading, occasion, facts, amount, number, found)
        return Decision(
            person, occasion, Verdict.NOT_DUE, when=when, tier_outcomes=tuple(searched), facts=facts
        )

    def _credit(
        self,
        reading: Reading,
        occasion: Occasion,
        facts: Mapping[str, Value | None],
        amount: Outcome,
        tier: int,
        found: dict[str, Any],
    ) -> Decision:
        """What is due by the amount, what the caps leave of it, and until when it may be used."""
        grant, person = occasion.grant, reading.record.person
        assert isinstance(amount.value, Fraction)
        due = round_to(amount.value, self.scales[grant.unit], grant.round)
        booked = reading.sums.dues.by_key[grant.id, occasion.period] if grant.true_up else 0
        if grant.true_up and due <= booked and reading.sums.taken(grant.id, occasion.period):
            return Decision(person, occasion, Verdict.TAKEN, facts=facts, tier=tier, booked=booked, **found)
        rooms = [self._room(reading, self.scheme.caps[cap], occasion, facts) for cap in grant.caps]
        unknown = [(c, room) for c, room in zip(grant.caps, rooms, strict=True) if isinstance(room, Outcome)]
        if unknown:
            return self._undecided(person, occasion, facts, unknown[0][1], open_limit=unknown[0], **found)
        born = _born(reading)
        if grant.terms.of_birth and born is None:
            return Decision(
                person, occasion, Verdict.UNDECIDED, missing=("birth_date",), facts=facts, **found
            )
        if due <= booked:
            return Decision(person, occasion, Verdict.NOT_DUE, facts=facts, tier=tier, **found)
        caps = tuple(room for room in rooms if isinstance(room, CapRoom))
        return Decision(
            person,
            occasion,
            Verdict.GRANTED,
            min([due - booked, *(room.room for room in caps)]),
            due - booked,
            tier=tier,
            caps=caps,
            facts=facts,
            booked=booked,
            usable_from=grant.terms.usable_from(occasion.due_on),
            expires_on=grant.terms.expires_on(occasion.due_on, born),
            of=reading.sums.dues.first.get((grant.id, occasion.period), "") if grant.true_up else "",
            **found,
        )

    def _room(
        self, reading: Reading, cap: Cap, occasion: Occasion, facts: Mapping[str, Value | None]
    ) -> CapRoom | Outcome:
        outcome = self._evaluate(cap.limit, facts)
        if outcome.value is None:
            return outcome
        assert isinstance(outcome.value, Fraction)
        limit = max(0, round_to(outcome.value, self.scales[cap.unit], "down"))
        used = used_of_cap(cap, reading.sums, occasion, self.days)
        if used is None:
            return replace(outcome, value=None, notes=(f"no window of the cap {cap.id} holds the due date",))
        return CapRoom(cap, limit, used, max(0, limit - used), outcome)


def _taken(grant: Grant, sums: Sums, occasion: Occasion) -> bool:
    """Whether the occasion's key is taken, or its time has not come again."""
    if grant.true_up:
        return False
    interval = interval_of(grant.every)
    if interval is None:
        return sums.taken(grant.id, occasion.period)
    since = add_months(occasion.due_on, -interval.months)
    if interval.exhausted and sums.taken_after(grant.id, date.min):
        gone = sums.exhausted_on(grant.id)
        return gone is None or gone > since
    return sums.taken_after(grant.id, since)


def _born(reading: Reading) -> date | None:
    assumed = (reading.assumed or {}).get("birth_date")
    return assumed if isinstance(assumed, date) else reading.record.birth_date
