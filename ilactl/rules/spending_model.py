"""How entitlement is spent, as checked: what a wallet may pay for, and where reserved money goes in the end.

`[[spend]]` decides an enrolment: which lots pay in which order, how much of the price at most, and
when it is refused. `[[ending]]` is one table for cancellation and settlement: at each step, the
first row that holds says what share the payee may have by now and where the rest goes.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from msgspec import Struct

from ilactl.rules.model import Source, Version
from ilactl.rules.terms import Term

if TYPE_CHECKING:
    from ilactl.rules.expressions import Checked

__all__ = [
    "ORDERS",
    "REQUIRED",
    "TOGETHER",
    "Ending",
    "EndingRow",
    "Only",
    "Refusal",
    "Spend",
]

ORDERS = ("class", "expiry", "restriction", "age")
"""By what lots are drawn: their class's place in `classes`, the earlier end, earmarked and restricted
lots before free ones, the older lot."""

TOGETHER = "even"
"""The last of a rule's keys: lots that are alike by those before are drawn together, by what they hold."""

REQUIRED = ("quality", "relevance")
"""A label of the provider in force; evidence that the labour market asks for it."""


class Only(Struct, frozen=True):
    """Classes that may pay for an opportunity only where the condition holds."""

    classes: tuple[str, ...]
    when: Checked


class Refusal(Struct, frozen=True):
    """A condition under which the enrolment is refused, and what the person is told."""

    when: Checked
    why: str


class Spend(Struct, Version, frozen=True):
    """One version of a spend rule: for opportunities of these kinds (of any where `kinds` is empty).

    `net` is the price after subsidies outside the wallet (the price itself where it is None),
    `from_wallet` what the lots pay at most; what they do not pay is the holder's own share. Where
    `own_class` names a class, the own share is booked too: paid in, reserved, and ended with the rest.
    `payee` is provider, own (the holder who paid before) or employer (the one who did for the holder).
    `usable_at` is the day on which a lot must not have ended: that of enrolling, or the course's start.
    `requires` says what must hold on the day of booking and again on that of the start.
    """

    id: str
    title: str
    kinds: tuple[str, ...]
    unit: str
    classes: tuple[str, ...]
    order: tuple[str, ...]
    only: tuple[Only, ...]
    net: Checked | None
    from_wallet: Checked
    refuse: tuple[Refusal, ...]
    requires: tuple[str, ...]
    payee: str
    own_class: str
    round: str
    valid_from: date | None
    valid_until: date | None
    law: str
    source: Source
    usable_at: str = "enrolled"


class EndingRow(Struct, frozen=True):
    """One row of the table: at this step, if it holds, the payee's share so far and the way of the rest.

    `provider` is cumulative, 0 to 1 of what was reserved; `provider_of` says it for single classes,
    `rest_of` where the rest of a class goes. Shares are rounded once on the whole. `rest` is wallet
    (released to its lot), pool (forfeited), funder (returned to who gave it), own (to the holder) or held.
    """

    on: tuple[str, ...]
    when: Checked
    provider: Checked
    rest: str
    rest_of: Mapping[str, str]
    provider_of: Mapping[str, Checked]
    why: str


class Ending(Struct, Version, frozen=True):
    """One version of an ending, for enrolments under these spend rules (under any where `spends` is empty).

    `grace` lets what is released into a lot that has ended live on for so long; without it the
    lot expires in the same commit.
    """

    id: str
    title: str
    spends: tuple[str, ...]
    rows: tuple[EndingRow, ...]
    grace: Term | None
    round: str
    valid_from: date | None
    valid_until: date | None
    law: str
    source: Source
