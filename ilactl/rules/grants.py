"""One person, one occasion: is the grant due, how much, and what do the caps leave of it.

Pure: the same facts, sums and rules give the same decision. A batch computes the same in SQL.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any

from ilactl.ledger.registers import PersonRecord
from ilactl.money import round_to
from ilactl.rules.expressions import Checked, Outcome, evaluate, names_in
from ilactl.rules.facts import Reading, read_names
from ilactl.rules.model import Cap, Grant, Scheme
from ilactl.rules.names import NameSpec, catalogue
from ilactl.rules.periods import Occasion
from ilactl.rules.sums import Sums
from ilactl.rules.values import Value

__all__ = ["CapRoom", "Decider", "Decision", "Verdict", "capped_names", "names_of_grant", "own_names"]


class Verdict(StrEnum):
    """What a rule says of a person on an occasion."""

    GRANTED = "granted"
    TAKEN = "already granted"
    NOT_DUE = "not due"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class CapRoom:
    """What a cap left: its limit, what its classes hold, and the room between, in smallest parts."""

    cap: Cap
    limit: int
    used: int
    room: int
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Decision:
    """A rule's verdict with all that led to it. Amounts are in the unit's smallest part."""

    person: str
    occasion: Occasion
    verdict: Verdict
    credited: int = 0
    due: int = 0
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    when: Outcome | None = None
    tier: int | None = None
    tier_outcomes: tuple[Outcome, ...] = ()
    amount: Outcome | None = None
    caps: tuple[CapRoom, ...] = ()
    open_limit: tuple[str, Outcome] | None = None
    """The cap whose limit is unknown, where that leaves the grant undecided."""
    facts: Mapping[str, Value | None] | None = None

    @property
    def cut(self) -> bool:
        """Whether a cap left less than was due."""
        return self.verdict is Verdict.GRANTED and self.credited < self.due


def names_of_grant(grant: Grant, scheme: Scheme) -> set[str]:
    """Every name that the grant's expressions and its caps' limits use."""
    return own_names(grant) | capped_names(grant, scheme)


def capped_names(grant: Grant, scheme: Scheme) -> set[str]:
    """The names that the limits of its caps use."""
    return {name for cap in grant.caps for name in names_in(scheme.caps[cap].limit.node)}


def own_names(grant: Grant) -> set[str]:
    """The names that its own conditions and amounts use."""
    parts = [grant.when, *(part for tier in grant.tiers for part in (tier.when, tier.amount))]
    return {name for part in parts for name in names_in(part.node)}


class Decider:
    """Decides for one person after another what a run's occasions give them."""

    def __init__(self, scheme: Scheme, scales: Mapping[str, int], *, trace: bool = False) -> None:
        """`trace` keeps every intermediate value, for explanations."""
        self.scheme = scheme
        self.scales = scales
        self.trace = trace
        self.names: dict[str, NameSpec] = catalogue(scheme.facts, scheme.values, scheme.class_units, scales)
        self._specs: dict[str, list[NameSpec]] = {}

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
                grant = occasion.grant
                sums.add_grant(grant.id, grant.class_, occasion.period, decision.credited)
            yield decision

    def decide(self, reading: Reading, occasion: Occasion) -> Decision:
        """One decision; a taken key is not evaluated."""
        grant, person = occasion.grant, reading.record.person
        if reading.sums.taken(grant.id, occasion.period):
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
            self._specs[grant.version] = [
                self.names[name] for name in sorted(names_of_grant(grant, self.scheme))
            ]
        return self._specs[grant.version]

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
            assert isinstance(amount.value, Fraction)
            due = round_to(amount.value, self.scales[grant.unit], grant.round)
            rooms = [self._room(reading, self.scheme.caps[cap], facts) for cap in grant.caps]
            unknown = [
                (cap, room) for cap, room in zip(grant.caps, rooms, strict=True) if isinstance(room, Outcome)
            ]
            if unknown:
                return self._undecided(
                    person,
                    occasion,
                    facts,
                    unknown[0][1],
                    when=when,
                    tier_outcomes=tuple(searched),
                    amount=amount,
                    open_limit=unknown[0],
                )
            caps = tuple(room for room in rooms if isinstance(room, CapRoom))
            credited = min([due, *(room.room for room in caps)])
            verdict = Verdict.GRANTED if due > 0 else Verdict.NOT_DUE
            return Decision(
                person,
                occasion,
                verdict,
                credited if due > 0 else 0,
                due,
                when=when,
                tier=number,
                tier_outcomes=tuple(searched),
                amount=amount,
                caps=caps,
                facts=facts,
            )
        return Decision(
            person, occasion, Verdict.NOT_DUE, when=when, tier_outcomes=tuple(searched), facts=facts
        )

    def _room(self, reading: Reading, cap: Cap, facts: Mapping[str, Value | None]) -> CapRoom | Outcome:
        outcome = self._evaluate(cap.limit, facts)
        if outcome.value is None:
            return outcome
        assert isinstance(outcome.value, Fraction)
        limit = round_to(max(outcome.value, Fraction(0)), self.scales[cap.unit], "down")
        used = used_of_cap(cap, reading.sums)
        return CapRoom(cap, limit, used, max(0, limit - used), outcome)


def used_of_cap(cap: Cap, sums: Sums) -> int:
    """What occupies the cap's room: what its classes hold, and what is reserved from them if it counts."""
    held = sum(sums.held[class_] for class_ in cap.over) if cap.counts_reserved else 0
    return sum(sums.balance[class_] for class_ in cap.over) + held


def undecided_reasons(decisions: Sequence[Decision]) -> list[str]:
    """The missing facts and notes of undecided decisions, each once, in order of appearance."""
    return list(dict.fromkeys(reason for d in decisions for reason in (*d.missing, *d.notes)))
