"""What a rule decided of a person on an occasion, with all that led to it, and the entry it books."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from msgspec import Struct

from ilactl.ledger.entries import Entry
from ilactl.rules.expressions import Outcome
from ilactl.rules.model import Cap
from ilactl.rules.periods import Occasion
from ilactl.rules.values import Value

__all__ = ["CapRoom", "Decision", "Verdict", "entry_of"]


class Verdict(StrEnum):
    """What a rule says of a person on an occasion."""

    GRANTED = "granted"
    TAKEN = "already granted"
    NOT_DUE = "not due"
    UNDECIDED = "undecided"
    REFUSED = "refused"  # the budget is spent


class CapRoom(Struct, frozen=True):
    """What a cap left: its limit, what its classes hold, and the room between, in smallest parts."""

    cap: Cap
    limit: int
    used: int
    room: int
    outcome: Outcome


class Decision(Struct, frozen=True):
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
    booked: int = 0
    """What was due under the key before; only a rule that trues up gives more."""
    usable_from: date | None = None
    expires_on: date | None = None
    of: str = ""
    """The entry that is matched, or trued up."""

    @property
    def cut(self) -> bool:
        """Whether a cap left less than was due."""
        return self.verdict is Verdict.GRANTED and self.credited < self.due


def entry_of(decision: Decision, on: date, entry: str = "") -> Entry:
    """The entry that books a decision to grant."""
    occasion = decision.occasion
    grant = occasion.grant
    return Entry(
        entry=entry,
        booked_on=on,
        person=decision.person,
        kind="grant",
        lot="",
        amount=decision.credited,
        unit=grant.unit,
        source=grant.fund,
        target=f"wallet:{grant.class_}",
        usable_from=decision.usable_from,
        expires_on=decision.expires_on,
        rule=grant.version,
        period=occasion.period,
        due=decision.due if decision.cut else None,
        of=decision.of,
    )
