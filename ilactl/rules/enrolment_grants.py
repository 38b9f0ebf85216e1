"""Grants that an enrolment brings with it: given at its beginning or when it is completed, for it alone.

Each sees what earlier ones gave, passes its caps and its budget, and never lets public money exceed
what is left of the price: two programmes do not pay for one course twice.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ilactl.ledger.entries import Entry
from ilactl.rules.decision import Decision, Verdict, entry_of
from ilactl.rules.due import versions_of
from ilactl.rules.objections import undecided
from ilactl.rules.offer import Given, Objection
from ilactl.rules.periods import STARTED, contribution_occasion
from ilactl.rules.sums import sums_of

if TYPE_CHECKING:
    from ilactl.rules.circumstances import Circumstances
    from ilactl.rules.holder import Holder
    from ilactl.rules.model import Grant

__all__ = ["UNNAMED", "grants_of", "row_of_grant"]

UNNAMED = "N"
"""Stands for the enrolment that has no id yet."""


def grants_of(
    holder: Holder,
    circumstances: Circumstances,
    at: str,
    unit: str,
    *,
    room: int,
    classes: Collection[str] | None = None,
    enrolment: str = UNNAMED,
) -> tuple[list[Given], list[Objection]]:
    """What the rules give at this step (enrolled or completed), and what could not be decided.

    `room` is what public money may still pay of the price, `classes` those that may pay at all.
    """
    given: list[Given] = []
    objections: list[Objection] = []
    # Sums of its own: the next offer to the same holder must not find what this one would give.
    rules = [v for v in versions_of(holder.scheme).values() if v[0].every == "enrolment"]
    sums = sums_of(holder.entries) if rules else holder.reading.sums
    reading = replace(holder.reading, circumstances=circumstances, sums=sums)
    for versions in sorted(rules, key=_turn):
        if versions[0].at != at or versions[0].unit != unit:
            continue
        occasion = contribution_occasion(versions, enrolment, circumstances.day)
        if occasion is None or (classes is not None and occasion.grant.class_ not in classes):
            continue
        if occasion.grant.facts_on == STARTED and circumstances.started_on:
            occasion = replace(occasion, facts_on=circumstances.started_on)
        decision = holder.decider.decide(reading, occasion)
        if decision.verdict is Verdict.UNDECIDED:
            objections.append(
                undecided(f"the grant {occasion.grant.version}", decision.missing, decision.notes)
            )
        elif decision.verdict is Verdict.GRANTED:
            one = _within(holder, decision, room - sum(other.amount for other in given))
            given.append(one)
            if one.refused:
                continue
            credited = replace(decision, credited=one.amount)
            sums.add(entry_of(credited, holder.day))
    return given, objections


def _turn(versions: list[Grant]) -> tuple[int, str]:
    """The order in which grants are decided: by the rule's `order`, those without one last, then by id."""
    order = versions[0].order
    return (1_000_000 if order is None else order), versions[0].id


def _within(holder: Holder, decision: Decision, room: int) -> Given:
    """The grant as the caps, the budget and the price leave it."""
    grant, amount = decision.occasion.grant, decision.credited
    tight = min(decision.caps, key=lambda cap: cap.room, default=None)
    cut = tight.cap.id if tight and decision.cut else ""
    if grant.budget:
        left = max(0, holder.registers.budget_left(holder.scheme, grant.budget, holder.day))
        if left < amount:
            return Given(grant.version, grant.class_, grant.fund, 0, decision.due, grant.budget, True)
    if room < amount:
        amount, cut = max(0, room), "price"
    return Given(grant.version, grant.class_, grant.fund, amount, decision.due, cut)


def row_of_grant(given: Given, person: str, enrolment: str, unit: str, entry: str, on: date) -> Entry:
    """The row that books the grant: a lot for this enrolment alone."""
    return Entry(
        entry,
        on,
        person,
        "grant",
        "",
        given.amount,
        unit,
        given.fund,
        f"wallet:{given.class_}",
        earmark=f"enrolment:{enrolment}",
        enrolment=enrolment,
        rule=given.rule,
        period=enrolment,
        due=given.due if given.due != given.amount else None,
    )
