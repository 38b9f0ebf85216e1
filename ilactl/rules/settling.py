"""What is to be paid: the plan of a settlement, and the choice of its maker.

An enrolment's steps say what its payee may have so far (`due`); what was settled, less what was
taken back since, is paid. The difference is paid now, out of what is still held, so that the lots
together bear the whole as the step said it (`borne_by`): by what each reserved, less what it paid
before. No rule is evaluated. Two makers give the same plan: `settling_few.py` and, for large ledgers,
`settling_batch.py`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple, Protocol

from msgspec import Struct

from ilactl.errors import NotFound
from ilactl.ledger.columns import ENROLMENTS, ENTITLEMENTS
from ilactl.rules.payees import PROVIDER, Standing, standing_of

if TYPE_CHECKING:
    from ilactl.ledger.commit import Append, Writer
    from ilactl.ledger.entries import Entry
    from ilactl.ledger.snapshot import Snapshot

__all__ = ["Payment", "SettlePlan", "SettleRows", "Settling", "enrolment_order", "plan_settlement"]

_SMALL = 1_500_000
"""Bytes of both files up to which reading them beats importing an engine."""

_NUMBERED = re.compile(r"N([0-9]{1,18})(?:-([0-9]{1,18}))?", re.ASCII)


class Payment(NamedTuple):
    """What one payee gets in one unit: how many enrolments, how much, or why it gets nothing now."""

    payee: str
    unit: str
    enrolments: int
    entries: int
    amount: int
    standing: Standing


class SettleRows(Protocol):
    """Where a plan's rows come from; they are in the order of payees, enrolments, lots drawn first."""

    def fingerprint(self) -> str:
        """A digest of what would be booked."""

    def entries(self) -> Sequence[Entry]:
        """The rows as they would be booked, numbered from 1."""

    def append(self, writer: Writer, first_entry: int) -> Append:
        """The rows with their entry ids, ready for the commit."""


class SettlePlan(Struct):
    """What would be paid on a day. `persons` counts the account holders whose courses are paid."""

    on: date
    payments: list[Payment]
    rows: SettleRows
    persons: int = 0

    @property
    def paid(self) -> list[Payment]:
        """What is paid now, payee by payee."""
        return [one for one in self.payments if not one.standing.held_back]

    @property
    def held_back(self) -> list[Payment]:
        """What is due and not paid now, with the reason."""
        return [one for one in self.payments if one.standing.held_back]

    @property
    def entries_number(self) -> int:
        """How many rows would be booked."""
        return sum(one.entries for one in self.paid)

    def totals(self) -> dict[str, int]:
        """The sum that would be paid, by unit."""
        sums: Counter[str] = Counter()
        for one in self.paid:
            sums[one.unit] += one.amount
        return dict(sorted(sums.items()))


class Settling(Struct, frozen=True):
    """What a settlement was asked for. Without a provider it is everybody."""

    on: date
    provider: str = ""

    @property
    def payee(self) -> str:
        """The account of the one that is asked for; empty for all."""
        return f"{PROVIDER}{self.provider}" if self.provider else ""


class Due(NamedTuple):
    """What is due to one payee before it is known whether it can be paid: of one unit."""

    payee: str
    unit: str
    enrolments: int
    entries: int
    amount: int


def enrolment_order(enrolment: str) -> tuple[int, int, str]:
    """Enrolments by number; ids that are not numbered come last, by their letters."""
    found = _NUMBERED.fullmatch(enrolment)
    return (int(found[1]), int(found[2] or 0), enrolment) if found else (10**18, 0, enrolment)


def payments_of(snapshot: Snapshot, request: Settling, dues: Iterable[Due]) -> list[Payment]:
    """What is due with each payee's standing on the day, in the order of payees and units."""
    ask = standing_of(snapshot, request.on)
    return [Payment(*due, ask(due.payee)) for due in sorted(dues)]


def plan_settlement(
    snapshot: Snapshot, request: Settling, tell: Callable[[str], None] = lambda _: None
) -> SettlePlan:
    """The plan by whichever maker is quicker for the ledger's size; `tell` hears what is being done.

    Raises NotFound for a provider that is nobody, BadInput where a row is bad.
    """
    from ilactl.ledger.organisations import organisation

    if request.provider and organisation(snapshot, request.provider) is None:
        hint = "'ilactl organisation list --kind provider' shows all of them"
        raise NotFound(what=f"organisation {request.provider}", hint=hint)
    tell("adding up what is due")
    size = sum(snapshot.head.sizes.get(table.file, 0) for table in (ENTITLEMENTS, ENROLMENTS))
    if size <= _SMALL:
        from ilactl.rules.settling_few import settle_few

        return settle_few(snapshot, request)
    from ilactl.rules.settling_batch import settle_batch

    return settle_batch(snapshot, request)
