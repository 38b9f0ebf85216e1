"""A step's plan: which row of the ending holds, what the payee may have by now, where the rest goes.

Shown first and then booked as it was shown. Amounts are ints of the unit's smallest part;
`ilactl/rules/ending.py` makes one, `ilactl/rules/reclaim.py` one that takes paid money back.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import NamedTuple

from msgspec import Struct

from ilactl.ledger.entries import Entry
from ilactl.rules.offer import Given, Objection

__all__ = ["Ends", "Fate", "Happening", "StepPlan"]


class Happening(NamedTuple):
    """What happened to an enrolment: the step, the day, and what was said of it.

    `attendance` is the share so far, None where this step says nothing new; `by` is who cancelled.
    `booked_on` is the day the rows would bear, `on` where it is None.
    """

    step: str
    on: date
    booked_on: date | None = None
    attendance: Fraction | None = None
    result: str = ""
    by: str = ""
    force_majeure: bool = False
    new_date: bool = False

    @property
    def booking_day(self) -> date:
        """The day the rows bear."""
        return self.booked_on or self.on


class Ends(NamedTuple):
    """What becomes of money that was released to a lot which has ended or whose wallet was closed.

    It goes to `account` at once, or the lot lives on until `until`.
    """

    account: str = ""
    until: date | None = None
    rule: str = ""


class Fate(NamedTuple):
    """What becomes of one lot's held amount: `pays` stays held for the payee, `stays` for a later step.

    The rest, `amount`, goes by `kind` (release, forfeit, return; "" for nothing) to `account`.
    `lifted`: the lot was for this enrolment alone and may buy anything from now on (a credit note).
    """

    lot: str
    person: str
    class_: str
    source: str
    held: int
    pays: int
    stays: int = 0
    kind: str = ""
    amount: int = 0
    account: str = ""
    ends: Ends | None = None
    lifted: bool = False
    ungrants: tuple[str, str] = ("", "")
    """Rule and period of the grant that goes back to its fund: it was for this enrolment, and is none now."""


class StepPlan(Struct):
    """What a step decides. It can be recorded where `objections` is empty.

    `rule` is the ending's version and `why` what its row says, both empty where no row speaks of
    the step: nothing moves then. `reserved` is what shares are of, `paid` what the payee has had
    of it, `due` what the payee may have by now, all told; None where the step leaves that as it
    is. `share` is the row's, None where it differs by class. `overpaid` is what was paid beyond the
    share: only a reclaim brings it back. `fates` are the lots' in the order they were drawn.
    """

    enrolment: str
    person: str
    happening: Happening
    unit: str
    scale: int
    payee: str
    reserved: int
    paid: int
    rule: str = ""
    title: str = ""
    law: str = ""
    why: str = ""
    share: Fraction | None = None
    due: int | None = None
    overpaid: int = 0
    fates: tuple[Fate, ...] = ()
    grants: tuple[Given, ...] = ()
    rows: tuple[Entry, ...] = ()
    """What is booked; entry ids stand as `+1`, `+2` until they are numbered."""
    price: int | None = None
    own: int | None = None
    """The new price and own share, where the step moved the enrolment to a run of another price."""
    objections: tuple[Objection, ...] = ()

    @property
    def unpaid(self) -> int:
        """What the payee is still to be paid after this step."""
        return sum(fate.pays for fate in self.fates)

    @property
    def can_be_booked(self) -> bool:
        """Whether nothing speaks against it."""
        return not self.objections

    @property
    def versions(self) -> tuple[str, ...]:
        """The versions of rules that book or decide something, whose texts are kept."""
        closing = (fate.ends.rule for fate in self.fates if fate.ends and fate.ends.rule)
        return tuple(dict.fromkeys((*((self.rule,) if self.rule else ()), *closing, *self._granted)))

    @property
    def _granted(self) -> tuple[str, ...]:
        return tuple(one.rule for one in self.grants if not one.refused)

    def total(self, kind: str, account: str = "") -> int:
        """What is released, forfeited or returned in all, or to one account."""
        fates = (fate for fate in self.fates if fate.kind == kind)
        return sum(fate.amount for fate in fates if account in ("", fate.account))

    def entries(self, first_entry: int) -> list[Entry]:
        """The rows, numbered from E`first_entry`."""
        return [_numbered(row, first_entry) for row in self.rows]

    def same_as(self, other: StepPlan) -> bool:
        """Whether both would book the same and are refused for the same."""
        return self == other


def _numbered(row: Entry, first_entry: int) -> Entry:
    return row._replace(
        entry=_number(row.entry, first_entry),
        lot=_number(row.lot, first_entry),
        of=_number(row.of, first_entry),
    )


def _number(name: str, first_entry: int) -> str:
    return f"E{first_entry - 1 + int(name[1:])}" if name.startswith("+") else name
