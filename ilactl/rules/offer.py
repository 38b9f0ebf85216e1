"""An offer: all that is decided before somebody enrols, shown first and then booked as it was shown.

What would be paid by which lot, what the holder adds, what stays, and everything that speaks against
it. Amounts are ints of the unit's smallest part; `ilactl/rules/spending.py` makes one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from msgspec import Struct, field
from msgspec.structs import asdict

from ilactl.findings import Finding, Kind, Place
from ilactl.ledger.entries import Entry
from ilactl.rules.values import Value

__all__ = ["Ask", "Comes", "Given", "Objection", "Offer", "Part"]


class Ask(NamedTuple):
    """What is asked for: a person in a course, in a run of it where one is named.

    `on` is the day of enrolling: facts, prices and labels are read as they hold then. `booked_on`
    is the day the rows would bear, the same where it is None; a lot must not have ended by then.
    `prepaid` is what the holder has paid the provider already. `ref` names the holder's own payment
    where the rule books it. `rule` names a spend rule where several fit.
    """

    person: str
    course: str
    on: date
    run: str = ""
    booked_on: date | None = None
    prepaid: int = 0
    ref: str = ""
    rule: str = ""

    @property
    def booking_day(self) -> date:
        """The day the rows bear."""
        return self.booked_on or self.on


class Objection(NamedTuple):
    """Something that speaks against it: its kind, why in words, and what to do."""

    kind: Kind
    reason: str
    remedy: str = ""

    @property
    def code(self) -> str:
        """The code of its kind."""
        return self.kind.code

    def at(self, place: Place) -> Finding:
        """The same as a finding of an import's row."""
        return self.kind.at(place, self.reason, self.remedy)


class Part(NamedTuple):
    """What one lot pays: `usable` is what it could, `stays` what is left on it.

    `lot` is the entry that opened it. A lot that the enrolment itself opens has none yet: the number
    of its place among these, from 1, as `+1`. `restricted` says that it may not buy everything.
    """

    lot: str
    person: str
    class_: str
    source: str
    rule: str
    earmark: str
    expires_on: date | None
    restricted: bool
    usable: int
    pays: int

    @property
    def stays(self) -> int:
        """What is left on the lot."""
        return self.usable - self.pays


class Given(NamedTuple):
    """A grant that the enrolment brings: `due` by its rule, `amount` of it credited and reserved at once.

    `cut` says what held the rest back: the cap's id, the budget's, price or from_wallet. One that a
    spent budget refuses is not booked at all.
    """

    rule: str
    class_: str
    fund: str
    amount: int
    due: int
    cut: str = ""
    refused: bool = False


class Comes(NamedTuple):
    """When rules that are due in the years ahead will have brought what is missing: the first such day.

    `rules` are those that bring it. None of it is promised: facts are taken to stay as they are.
    """

    on: date
    amount: int
    rules: tuple[str, ...]


class Offer(Struct):
    """What is offered. It can be booked where `objections` is empty.

    `net` is what is left of the price after `outside`, which others pay before the wallet.
    `wallet` is what the lots that may pay hold together, `from_wallet` what they pay of it, `own`
    what the holder adds. `missing` is what the wallet would have to hold more, for the rules to
    let it pay all they allow; `comes` is when it will. `usable_after` is what may still be spent
    in the unit on the day, on anything. `enrolments_open` counts the person's other ones.
    """

    ask: Ask
    person: str
    title: str = ""
    kind: str = ""
    provider: str = ""
    provider_name: str = ""
    starts: date | None = None
    ends: date | None = None
    seats_left: int | None = None
    rule: str = ""
    rule_title: str = ""
    law: str = ""
    unit: str = ""
    scale: int = 2
    price: int = 0
    eligible: int = 0
    net: int = 0
    wallet: int = 0
    from_wallet: int = 0
    parts: tuple[Part, ...] = ()
    passed: tuple[Part, ...] = ()
    """Lots in the unit that may not pay for this; `usable` is what lies on them."""
    lot_ends: Mapping[str, date] = field(default_factory=dict)
    """The last day of each lot whose end begins with this, its first use."""
    grants: tuple[Given, ...] = ()
    own: int = 0
    own_class: str = ""
    own_rule: str = ""
    payee: str = ""
    missing: int = 0
    comes: Comes | None = None
    usable_after: int = 0
    enrolments_open: int = 0
    objections: tuple[Objection, ...] = ()
    facts: Mapping[str, Value | None] = field(default_factory=dict)
    """The values of the names that the rule used, for explanations."""

    @property
    def outside(self) -> int:
        """What others pay before the wallet."""
        return self.price - self.net

    @property
    def own_booked(self) -> int:
        """What of the holder's own share goes through the ledger; the rest is paid elsewhere."""
        return self.own if self.own_class else 0

    @property
    def reserved(self) -> int:
        """What is reserved for the payee, the holder's own money included where it is booked."""
        return self.from_wallet + self.own_booked

    @property
    def can_be_booked(self) -> bool:
        """Whether nothing speaks against it."""
        return not self.objections

    def entries(self, enrolment: str, first_entry: int) -> list[Entry]:
        """The rows, numbered from E`first_entry`: grants, the holder's own money, then what is reserved.

        Reserving stands in the order in which lots are drawn, own money last.
        """
        from ilactl.rules.offer_rows import rows_of_offer

        return rows_of_offer(self, enrolment, first_entry)

    @property
    def versions(self) -> tuple[str, ...]:
        """The versions of rules that book something, whose texts are kept."""
        own = (self.own_rule,) if self.own_booked and self.own_rule != self.rule else ()
        return (self.rule, *own, *(one.rule for one in self.grants if not one.refused))

    def same_as(self, other: Offer) -> bool:
        """Whether both would book the same and are refused for the same."""
        return _told(self) == _told(other)


def _told(offer: Offer) -> dict[str, object]:
    fields = asdict(offer)
    return {name: value for name, value in fields.items() if name not in ("facts", "comes")}
