"""A booked grant decided again, from what was known when it was booked: the ground of `explain`.

The ledger is taken as it was before the commit; the person's entries up to this one; the rule's
text as it was kept. What comes out must be what was booked.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from ilactl.errors import BadRules
from ilactl.ledger.entries import Entry, entries_of
from ilactl.ledger.registers import PersonRecord, person_record, same_person
from ilactl.rules.budgets import Spending, refuse_spent
from ilactl.rules.by_person import walker_of
from ilactl.rules.decision import Decision, Verdict
from ilactl.rules.facts import Reading
from ilactl.rules.grants import Decider
from ilactl.rules.kept import used_file
from ilactl.rules.load import load_scheme, read_rules
from ilactl.rules.model import Grant, Rule, Scheme
from ilactl.rules.names import NameSpec
from ilactl.rules.origins import Origin, origin_of
from ilactl.rules.periods import Occasion, contribution_occasion, named_occasion
from ilactl.rules.plan import Request, scales_of
from ilactl.rules.sums import sums_of
from ilactl.rules.used import kept_digest, rule_digest
from ilactl.rules.uses import names_of_grant

if TYPE_CHECKING:
    from ilactl.ledger.log import Record
    from ilactl.ledger.snapshot import Snapshot

__all__ = ["FactSeen", "Replay", "origins_of", "person_decisions", "replay", "rule_of_entry"]


class FactSeen(Struct, frozen=True):
    """A name a rule read, its value as text, and where that came from."""

    spec: NameSpec
    value: str
    origin: Origin


class Replay(Struct, frozen=True):
    """A grant as it was decided: the commit, the rule as it stood, the decision, the facts behind it."""

    entry: Entry
    record: Record
    grant: Grant
    decision: Decision
    facts: tuple[FactSeen, ...]

    @property
    def agrees(self) -> bool:
        """Whether the decision made again is what was booked."""
        due = self.entry.amount if self.entry.due is None else self.entry.due
        return (self.decision.credited, self.decision.due) == (self.entry.amount, due)


def rule_of_entry(snapshot: Snapshot, version: str) -> tuple[Scheme, Rule] | None:
    """The scheme that holds a version as it stood when it booked; None where no text is left.

    The current rule files serve while they mean the same; else the kept text does.
    """
    file = used_file(version)
    kept = bytes(snapshot.view(file)) if file in snapshot.head.sizes else None
    try:
        scheme: Scheme | None = load_scheme(snapshot)
    except BadRules:
        scheme = None
    rule = _rule(scheme, version)
    if scheme and rule and (kept is None or rule_digest(rule, scheme) == kept_digest(kept)):
        return scheme, rule
    if kept is None:
        return None
    scheme, _ = read_rules({file: kept}, snapshot.manifest)
    rule = _rule(scheme, version)
    return (scheme, rule) if scheme and rule else None


def _rule(scheme: Scheme | None, version: str) -> Rule | None:
    return None if scheme is None else scheme.rule(version)


def replay(snapshot: Snapshot, entry: Entry) -> Replay | None:
    """Decide a booked grant again as of its commit; None where its rule's text or period is gone."""
    record = snapshot.commit_of("entitlements.csv", entry.offset)
    found = rule_of_entry(snapshot, entry.rule)
    if found is None or not isinstance(found[1], Grant):
        return None
    scheme, grant = found
    assert isinstance(grant, Grant)
    before = snapshot.at(record.seq - 1)
    known = person_record(before, entry.person)
    # Whom the register took for one person then: a merge or its end since is no part of the decision.
    ids = same_person(before, entry.person)
    told = [e for one in ids for e in entries_of(snapshot, one, alone=True)]
    earlier = [e for e in told if e.offset < entry.offset]
    paid = next((e for e in earlier if e.kind == "contribute" and e.entry == entry.period), None)
    occasion = _occasion(grant, entry, paid)
    if occasion is None:
        return None
    scales = scales_of(snapshot)
    amount = Fraction(paid.amount, 10 ** scales[paid.unit]) if paid else None
    reading = Reading(scheme, known, sums_of(earlier), scales, paid=amount)
    decider = Decider(scheme, reading.scales, trace=True)
    decision = decider.decide(reading, occasion)
    return Replay(entry, record, grant, decision, origins_of(before, reading, decider, decision))


def _occasion(grant: Grant, entry: Entry, paid: Entry | None) -> Occasion | None:
    """The occasion the version had when it booked, before any end that was written since."""
    versions = [replace(grant, valid_until=None)]
    if grant.matches:
        return contribution_occasion(versions, paid.entry, paid.booked_on) if paid else None
    return named_occasion(versions, entry.period, entry.booked_on)


def origins_of(
    snapshot: Snapshot, reading: Reading, decider: Decider, decision: Decision
) -> tuple[FactSeen, ...]:
    """Every name the decision's rule reads, with its value and where it came from."""
    from ilactl.rules.values import show_value

    occasion = decision.occasion
    facts = decision.facts or {}
    names = decider.names | decider.own_names(occasion.grant)
    specs = [names[name] for name in sorted(names_of_grant(occasion.grant, reading.scheme))]
    return tuple(
        FactSeen(spec, show_value(facts.get(spec.name)), origin_of(snapshot, reading, occasion, spec))
        for spec in specs
    )


def person_decisions(
    snapshot: Snapshot, scheme: Scheme, person: str, on: date
) -> tuple[PersonRecord, list[tuple[Decision, tuple[FactSeen, ...]]]]:
    """What a top-up on the day would give a person, each decision with the facts behind it.

    The person walks through all steps of the run, so that each decision sees what expired before. A
    budget that no longer reaches refuses, as it would in a run for this person alone.
    """
    record = person_record(snapshot, person)
    _, walker = walker_of(snapshot, scheme, Request(on), trace=True)
    entries = entries_of(snapshot, record.person)
    reading = Reading(scheme, record, sums_of(entries), walker.scales)
    walk = walker.walk(record, entries)
    decisions = walk.decisions
    if any(decision.occasion.grant.budget for decision in decisions):
        asked = {(d.occasion.grant.version, d.occasion.period): d for d in decisions}
        spending = Spending.of(snapshot, scheme)
        [(_, _, walk)] = refuse_spent(walker, {record.person: (record, entries, walk)}, spending)
        decisions = [_refused(d, asked) if d.verdict is Verdict.REFUSED else d for d in walk.decisions]
    return record, [(d, origins_of(snapshot, reading, walker.decider, d)) for d in decisions]


def _refused(decision: Decision, asked: Mapping[tuple[str, str], Decision]) -> Decision:
    """The refusal with all that made the grant due."""
    due = asked[decision.occasion.grant.version, decision.occasion.period]
    return replace(due, verdict=Verdict.REFUSED, credited=0)
