"""Checks of what was moved for enrolments: reserved, paid and due add up; few wallets go at one stroke."""

from __future__ import annotations

from collections import Counter
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from ilactl.findings import Finding, Kind
from ilactl.ledger.checking import EntryWatch, Ground
from ilactl.ledger.columns import COURSES, ENROLMENTS
from ilactl.money import format_amount

if TYPE_CHECKING:
    from ilactl.ledger.entries import Entry
    from ilactl.ledger.standing import Standing

__all__ = ["ENROLMENT", "EnrolmentMoney", "FirstFull"]

ENROLMENT = Kind(
    "CHECK-ENROLMENT",
    "a row names an enrolment that enrolments.csv does not know, or does not fit it",
    "restore the row, or undo the commit that booked it with 'ilactl undo'",
)
DUE = Kind(
    "CHECK-DUE",
    "what a payee may have is more than was reserved, or than is still held for it",
    "undo the step that says so with 'ilactl undo', and record it anew",
)
OVERPAID = Kind(
    "CHECK-OVERPAID",
    "a payee was paid more than the steps since say it may have",
    "take the difference back with 'ilactl enrolment reclaim'",
    warning=True,
)
RUSH = Kind(
    "CHECK-FIRST-FULL",
    "many people spent their whole wallet at one provider on one day, each by a first enrolment",
    "ask some of them whether they enrolled; [guards] first_full_enrolments says how many are many",
    warning=True,
)

_NEEDS_ONE = frozenset(("reserve", "release", "settle", "forfeit", "return", "reclaim"))


class _Money:
    """What was moved for one enrolment, in its unit's smallest part."""

    __slots__ = ("held", "paid", "reserved")

    def __init__(self) -> None:
        self.reserved = self.paid = self.held = 0


class EnrolmentMoney(EntryWatch):
    """What is reserved, paid and due of an enrolment adds up, and entries name enrolments that exist."""

    def __init__(self, ground: Ground) -> None:
        """Nothing is reserved."""
        super().__init__(ground)
        self._money: dict[str, _Money] = {}
        self._returns: set[str] = set()
        self._turned: dict[str, tuple[str, int]] = {}
        self._said: set[str] = set()

    def see(self, entry: Entry) -> None:
        """One entry."""
        name = entry.enrolment
        if not name:
            if entry.kind in _NEEDS_ONE:
                self._say(entry, "enrolment", f"{entry.entry} is a {entry.kind} for no enrolment")
            return
        one = self.ground.enrolments.get(name)
        if one is None:
            if name not in self._said and self.ground.enrolments_whole:
                self._said.add(name)
                self._say(entry, "enrolment", f"enrolment {name} is not in enrolments.csv")
            return
        if entry.person != one.person and not self.ground.same_person(entry.person, one.person):
            self._say(entry, "person", f"{name} is {one.person}, not {entry.person}")
        self._move(entry, one)

    def _move(self, entry: Entry, one: Standing) -> None:
        kind, sign = self._meaning(entry)
        if kind not in _NEEDS_ONE:
            return
        if one.unit and entry.unit != one.unit:
            self._say(entry, "unit", f"{entry.enrolment} is in {one.unit}, not in {entry.unit}")
            return
        if entry.kind == "settle" and one.payee and entry.target != one.payee:
            self._say(entry, "to", f"{entry.enrolment} is paid to {one.payee}, not to {entry.target}")
        money = self._money.setdefault(entry.enrolment, _Money())
        if kind == "reserve" or (kind == "release" and entry.of and entry.kind == "release"):
            money.reserved += (sign if kind == "reserve" else -1) * entry.amount
        elif kind == "settle":
            money.paid += sign * entry.amount
        elif kind == "reclaim":
            money.paid -= sign * entry.amount
        if entry.target.startswith("held:"):
            money.held += entry.amount
        if entry.source.startswith("held:"):
            money.held -= entry.amount

    def _meaning(self, entry: Entry) -> tuple[str, int]:
        """The kind of what the entry does or takes back, and 1 or -1.

        Which one a correction takes back, its accounts say, so that no entry need be remembered but
        returns and corrections, which are few.
        """
        if entry.kind == "return":
            self._returns.add(entry.entry)
        if entry.kind != "correct":
            return entry.kind, 1
        if entry.of in self._turned:
            kind, sign = self._turned[entry.of]
        else:
            kind, sign = self._taken_back(entry), 1
        self._turned[entry.entry] = (kind, -sign)
        return kind, -sign

    def _taken_back(self, entry: Entry) -> str:
        source, target = entry.source.partition(":")[0], entry.target.partition(":")[0]
        if (source, target) == ("held", "wallet"):
            return "reserve"
        if target == "held":
            if source == "wallet":
                return "release"
            if source in ("pool", "fund") or entry.of in self._returns:
                return "forfeit" if source == "pool" else "return"
            return "settle"
        return "reclaim" if source == "held" else ""

    def _say(self, entry: Entry, column: str, message: str) -> None:
        self.found.append(ENROLMENT.at(self.ground.entry_place(entry, column), message))

    def end(self) -> list[Finding]:
        """All findings: what the whole of an enrolment comes to is known after the last entry."""
        none = _Money()
        for name, one in self.ground.enrolments.items():
            money, (due, place) = self._money.get(name, none), one.due
            said, paid = self._amount(one, due), self._amount(one, money.paid)
            reserved, held = self._amount(one, money.reserved), self._amount(one, money.held)
            if one.state == "void":
                if money.held:
                    self._add(
                        ENROLMENT, one.offset, f"{name} is void, and {held} is held for it", "enrolment"
                    )
            elif due > money.reserved:
                self._add(DUE, place, f"{said} is due of {name}, {reserved} was reserved")
            elif due > money.paid + money.held:
                self._add(DUE, place, f"{said} is due of {name}, {paid} was paid and {held} is held")
            elif money.paid > due:
                self._add(OVERPAID, place, f"{paid} was paid for {name}, of which {said} is due")
        return self.found

    def _amount(self, one: Standing, amount: int) -> str:
        units = self.ground.manifest.units if self.ground.manifest else {}
        return f"{format_amount(amount, units[one.unit].scale if one.unit in units else 0)} {one.unit}"

    def _add(self, kind: Kind, offset: int, message: str, column: str = "due") -> None:
        self.found.append(kind.at(self.ground.place(ENROLMENTS.file, offset, column), message))


class FirstFull(EntryWatch):
    """Few people spend a whole wallet by a first enrolment at the same provider on the same day."""

    def __init__(self, ground: Ground) -> None:
        """Nobody has enrolled."""
        super().__init__(ground)
        self._persons = {one.person for one in ground.enrolments.values()}
        self._balance: Counter[tuple[str, str]] = Counter()
        self._first: dict[str, str] = {}
        self._own_lots: set[str] = set()
        self._open: tuple[str, str, str, date] | None = None
        self._full: dict[tuple[str, date], list[str]] = {}

    def see(self, entry: Entry) -> None:
        """One entry. Lots that came in for one enrolment alone say nothing of the wallet."""
        if self._open and self._open[0] != entry.enrolment:
            self._close()
        if entry.person not in self._persons:
            return
        if entry.earmark.startswith("enrolment:"):
            self._own_lots.add(entry.entry)
        if (entry.lot or entry.entry) in self._own_lots:
            return
        key = (entry.person, entry.unit)
        if entry.target.startswith("wallet:"):
            self._balance[key] += entry.amount
        if entry.source.startswith("wallet:"):
            self._balance[key] -= entry.amount
        if (
            entry.kind == "reserve"
            and self._first.setdefault(entry.person, entry.enrolment) == entry.enrolment
        ):
            self._open = (entry.enrolment, entry.person, entry.unit, entry.booked_on)

    def _close(self) -> None:
        assert self._open is not None
        name, person, unit, day = self._open
        self._open = None
        one = self.ground.enrolments.get(name)
        if one is not None and self._balance[person, unit] == 0:
            self._full.setdefault((self._providers.get(one.course, one.payee), day), []).append(name)

    @cached_property
    def _providers(self) -> dict[str, str]:
        at = COURSES.index("provider")
        return {row.cells[0]: row.cells[at] for row in self.ground.rows(COURSES)}

    def end(self) -> list[Finding]:
        """A finding for each provider and day, at the first of the enrolments."""
        if self._open:
            self._close()
        limit = self.ground.manifest.guards.first_full_enrolments if self.ground.manifest else 0
        for (provider, day), names in self._full.items():
            if len(names) > limit:
                one = self.ground.enrolments[names[0]]
                message = (
                    f"{len(names)} people spent their whole wallet at {provider} on {day}, each by a first "
                    f"enrolment: {', '.join(names[:5])}{' and others' * (len(names) > 5)}"
                )
                self.found.append(RUSH.at(self.ground.place(ENROLMENTS.file, one.offset, "course"), message))
        return self.found
