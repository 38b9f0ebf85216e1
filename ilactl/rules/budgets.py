"""Money that can run out: who of those to whom a grant is due still gets it.

Within a window the grants that name a budget share its amount. Who comes first is settled by a date
fact, or by lot: the order of SHA-256 over the published seed and the person's id, which anybody can
compute. The first for whom it no longer reaches, and everybody after, is refused: no row, no key.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from hashlib import sha256
from typing import TYPE_CHECKING

from msgspec import Struct, field

from ilactl.dates import Span
from ilactl.ledger.entries import Entry, entries_with
from ilactl.ledger.registers import PersonRecord
from ilactl.rules.decision import Decision, Verdict
from ilactl.rules.facts import Reading, read_names
from ilactl.rules.model import Budget, Scheme
from ilactl.rules.passes import Place, grant_step
from ilactl.rules.sums import Sums
from ilactl.rules.walk import Walk, Walker
from ilactl.rules.windows import DueDays

if TYPE_CHECKING:
    from ilactl.ledger.snapshot import Snapshot

__all__ = ["Spending", "lot_number", "refuse_spent"]

Waiting = tuple[PersonRecord, list[Entry], Walk]


def lot_number(budget: Budget, person: str) -> str:
    """A person's place in a lottery: the smallest comes first."""
    return sha256(f"{budget.seed}\n{person}".encode()).hexdigest()


class Spending(Struct):
    """What every window of every budget has spent."""

    spent: dict[tuple[str, Span], int] = field(default_factory=dict)

    @classmethod
    def of(cls, snapshot: Snapshot, scheme: Scheme) -> Spending:
        """What the whole ledger spent, each grant on its due date, less what was taken back."""
        rules = {grant.id: grant.budget for grant in scheme.grants if grant.budget}
        days, spending = DueDays(scheme), cls()
        rows = [
            row for kind in ("grant", "correct", "return") for row in entries_with(snapshot, "kind", kind)
        ]
        for row in rows:
            rule = row.rule.partition("@")[0]
            if rule in rules and row.period:
                budget = scheme.budgets[rules[rule]]
                sign = 1 if row.source.startswith("fund:") else -1 if row.target.startswith("fund:") else 0
                spending.add(budget, days.of(rule, row.period, row.booked_on), sign * row.amount)
        return spending

    def add(self, budget: Budget, due_on: date, amount: int) -> None:
        """Count a grant that falls due on the day."""
        window = budget.window_on(due_on)
        if window:
            key = budget.id, window[0]
            self.spent[key] = self.spent.get(key, 0) + amount

    def left(self, budget: Budget, due_on: date) -> int:
        """What is left on the day; nothing outside every window."""
        window = budget.window_on(due_on)
        return window[1] - self.spent.get((budget.id, window[0]), 0) if window else 0


def refuse_spent(walker: Walker, waiting: Mapping[str, Waiting], spending: Spending) -> Iterator[Waiting]:
    """Everybody's walk, in which a budget refuses what it no longer reaches for.

    Budgets are settled in the order of the run's steps. Whoever is refused walks again without the
    grant, for what it leaves room for.
    """
    people, barred = dict(waiting), {person: set[tuple[str, str]]() for person in waiting}
    for key in sorted({k for _, _, walk in people.values() for d in walk.decisions if (k := _budgeted(d))}):
        asking = [
            (record, decision)
            for record, _, walk in people.values()
            for decision in walk.decisions
            if _budgeted(decision) == key and decision.verdict is Verdict.GRANTED
        ]
        for person in _refused(walker, asking, spending):
            record, entries, _ = people[person]
            barred[person].add((key[0].rule, key[0].period))
            people[person] = record, entries, walker.walk(record, entries, barred=frozenset(barred[person]))
    yield from people.values()


def _budgeted(decision: Decision) -> tuple[Place, str] | None:
    occasion = decision.occasion
    return (grant_step(occasion).place, occasion.grant.budget) if occasion.grant.budget else None


def _refused(walker: Walker, asking: list[tuple[PersonRecord, Decision]], spending: Spending) -> list[str]:
    """Those for whom it no longer reaches, once the first was refused: all after."""
    if not asking:
        return []
    occasion = asking[0][1].occasion
    budget = walker.scheme.budgets[occasion.grant.budget]
    refused: list[str] = []
    for record, decision in sorted(asking, key=lambda one: _turn(walker, budget, *one)):
        if refused or decision.credited > spending.left(budget, occasion.due_on):
            refused.append(record.person)
        else:
            spending.add(budget, occasion.due_on, decision.credited)
    return refused


def _turn(walker: Walker, budget: Budget, record: PersonRecord, decision: Decision) -> tuple[str, str]:
    """When somebody's turn comes: by lot, or by the day since which one waits; unknown is last."""
    if budget.order == "lottery":
        return lot_number(budget, record.person), record.person
    since: object = None
    if budget.by:
        reading = Reading(walker.scheme, record, Sums(), walker.scales)
        since = read_names(reading, decision.occasion, [walker.decider.names[budget.by]])[budget.by]
    return str(since) if isinstance(since, date) else "~", record.person
