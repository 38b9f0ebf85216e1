"""Checks of entitlements.csv: every entry in its place, every lot and account in balance."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from typing import TYPE_CHECKING

from ilactl.findings import Kind
from ilactl.ledger.checking import EntryWatch
from ilactl.money import format_amount
from ilactl.nearest import did_you_mean

if TYPE_CHECKING:
    from ilactl.ledger.checking import Ground
    from ilactl.ledger.entries import Entry

__all__ = ["Accounts", "Fates", "Funds", "GrantKeys", "Lots", "Order", "Refs"]

_MEND = "restore the row from your copy, or book a correction"
_UNDO = "undo the later one: 'ilactl undo COMMIT --why TEXT'"

ACCOUNTS = Kind("CHECK-ACCOUNTS", "an entry's accounts are not those its kind moves between", _MEND)
LOT = Kind("CHECK-LOT", "an entry draws on a lot that is not there, or is not its own", _MEND)
LOT_BELOW = Kind("CHECK-LOT-BELOW-ZERO", "more was taken from a lot than it holds", _MEND)
HELD_BELOW = Kind("CHECK-HELD", "a held amount has more than one fate", _MEND)
ORDER = Kind("CHECK-ORDER", "booked_on goes back", "entries stand in the order they were booked; " + _MEND)
GRANT_KEY = Kind(
    "CHECK-GRANT-TWICE",
    "a grant was booked twice for one person and period",
    _UNDO,
)
REF = Kind(
    "CHECK-REF-TWICE",
    "one document brought in a contribution twice",
    _UNDO,
)
FUND = Kind(
    "CHECK-FUND", "an entry names a fund that ledger.toml does not", "declare the fund, or restore the row"
)

_PAYERS = r"(fund|employer|service|provider|agency):.*|own"
_MOVES: dict[str, tuple[str, str]] = {
    "grant": (r"fund:.*", r"wallet:.*"),
    "contribute": (_PAYERS, r"wallet:.*"),
    "reserve": (r"wallet:.*", r"held:.*"),
    "release": (r"held:.*", r"wallet:.*"),
    "settle": (r"held:.*", r"provider:.*|employer:.*|own"),
    "forfeit": (r"held:.*", r"pool"),
    "return": (r"(held|wallet):.*", _PAYERS),
    "expire": (r"wallet:.*", r"expired|pool|" + _PAYERS),
    "convert": (r"wallet:.*|conversion", r"conversion|wallet:.*"),
    "amend": (r"", r""),
    "transfer": (r"(wallet|agency):.*", r"(wallet|agency):.*"),
    "reclaim": (r"provider:.*|employer:.*|own", r"held:.*"),
    "recover": (r"wallet:.*", r"owed"),
    "correct": (r".+", r".+"),
}
_GRAMMAR = {kind: (re.compile(source), re.compile(target)) for kind, (source, target) in _MOVES.items()}


class Accounts(EntryWatch):
    """Every entry moves between two accounts that its kind may move between."""

    def __init__(self, ground: Ground) -> None:
        """No move was seen."""
        super().__init__(ground)
        self._good: set[tuple[str, str, str]] = set()

    def see(self, entry: Entry) -> None:
        """One entry."""
        move = (entry.kind, entry.source, entry.target)
        if move in self._good and entry.kind != "amend":
            return
        source, target = _GRAMMAR[entry.kind]
        fault = ""
        column = "from"
        if entry.kind == "amend" and entry.amount:
            fault, column = "an amend moves no amount", "amount"
        elif not source.fullmatch(entry.source):
            fault = f"{entry.kind} cannot take from {entry.source or 'no account'}"
        elif not target.fullmatch(entry.target):
            fault, column = f"{entry.kind} cannot bring to {entry.target or 'no account'}", "to"
        elif entry.source and entry.source == entry.target:
            fault = f"{entry.entry} moves from {entry.source} to itself"
        if fault:
            self.found.append(ACCOUNTS.at(self.ground.entry_place(entry, column), fault))
        else:
            self._good.add(move)


class Lots(EntryWatch):
    """Every lot is drawn on by its own person, in its own unit and class, and never falls below zero."""

    def __init__(self, ground: Ground) -> None:
        """Nothing is open."""
        super().__init__(ground)
        self._terms: dict[str, tuple[str, str, str]] = {}
        self._balance: dict[str, int] = {}

    def see(self, entry: Entry) -> None:
        """One entry."""
        if not entry.lot:
            self._open(entry)
            return
        terms = self._terms.get(entry.lot)
        if terms is None:
            self._say(entry, f"lot {entry.lot} was opened by no entry before this one")
            return
        person, unit, class_ = terms
        if entry.person != person and not self.ground.same_person(entry.person, person):
            self._say(entry, f"lot {entry.lot} belongs to {person}, not to {entry.person}")
        elif entry.unit != unit:
            self._say(entry, f"lot {entry.lot} is in {unit}, not in {entry.unit}")
        else:
            self._move(entry, class_)

    def _open(self, entry: Entry) -> None:
        kind, _, class_ = entry.target.partition(":")
        if kind != "wallet":
            self._say(entry, f"{entry.entry} names no lot and opens none")
            return
        self._terms[entry.entry] = (entry.person, entry.unit, class_)
        self._balance[entry.entry] = entry.amount

    def _move(self, entry: Entry, class_: str) -> None:
        for account, sign in ((entry.source, -1), (entry.target, 1)):
            kind, _, name = account.partition(":")
            if kind not in ("wallet", "held"):
                continue
            if name != class_:
                self._say(entry, f"lot {entry.lot} is of class {class_}, not {name}")
                return
            if kind == "wallet":
                before = self._balance[entry.lot]
                self._balance[entry.lot] = after = before + sign * entry.amount
                if after < 0 <= before:
                    self._below(entry, after)

    def _below(self, entry: Entry, after: int) -> None:
        manifest = self.ground.manifest
        scale = manifest.units[entry.unit].scale if manifest else 0
        message = f"lot {entry.lot} falls to {format_amount(after, scale)} {entry.unit} with {entry.entry}"
        self.found.append(LOT_BELOW.at(self.ground.entry_place(entry, "amount"), message))

    def _say(self, entry: Entry, message: str) -> None:
        self.found.append(LOT.at(self.ground.entry_place(entry, "lot"), message))


class Fates(EntryWatch):
    """Each held amount has one fate: what leaves held never exceeds what was reserved and reclaimed."""

    def __init__(self, ground: Ground) -> None:
        """Nothing is held."""
        super().__init__(ground)
        self._held: Counter[tuple[str, str]] = Counter()

    def see(self, entry: Entry) -> None:
        """One entry."""
        key = (entry.lot, entry.enrolment)
        if entry.target.startswith("held:"):
            self._held[key] += entry.amount
        if entry.source.startswith("held:"):
            before = self._held[key]
            self._held[key] -= entry.amount
            if self._held[key] < 0 <= before:
                where = f" for enrolment {entry.enrolment}" if entry.enrolment else ""
                message = (
                    f"{entry.entry} takes more from what is held of lot {entry.lot}{where} than is there"
                )
                self.found.append(HELD_BELOW.at(self.ground.entry_place(entry, "amount"), message))


class Order(EntryWatch):
    """booked_on never goes back."""

    def __init__(self, ground: Ground) -> None:
        """Any day may come first."""
        super().__init__(ground)
        self._last = date.min

    def see(self, entry: Entry) -> None:
        """One entry."""
        if entry.booked_on < self._last:
            message = f"booked on {entry.booked_on}, after an entry of {self._last}"
            self.found.append(ORDER.at(self.ground.entry_place(entry, "booked_on"), message))
        else:
            self._last = entry.booked_on


class GrantKeys(EntryWatch):
    """A rule grants a person one lot for a period: grants minus reversals is never two."""

    def __init__(self, ground: Ground) -> None:
        """No key is taken."""
        super().__init__(ground)
        self._keys: Counter[tuple[str, str, str]] = Counter()
        self._raises: set[str] = set()

    def see(self, entry: Entry) -> None:
        """One entry. A grant with `of` trues an earlier one up; a correction with `due` keeps the key.

        A reversal frees the key, and the reversal of that takes it again.
        """
        if entry.kind == "grant" and entry.of:
            self._raises.add(entry.entry)
        elif entry.kind == "grant":
            self._take(entry)
        elif entry.kind == "correct" and entry.of in self._raises:
            self._raises.add(entry.entry)
        elif entry.kind == "correct" and entry.due is None and entry.rule:
            if entry.source.startswith("fund:") and entry.target.startswith("wallet:"):
                self._take(entry)
            elif entry.source.startswith("wallet:") and entry.target.startswith("fund:"):
                self._free(_key(entry))

    def _take(self, entry: Entry) -> None:
        key = _key(entry)
        self._keys[key] += 1
        if self._keys[key] == 2:
            message = f"{key[0]} was granted to {entry.person} for {entry.period} before"
            self.found.append(GRANT_KEY.at(self.ground.entry_place(entry, "rule"), message))

    def _free(self, key: tuple[str, str, str]) -> None:
        if self._keys[key] > 0:
            self._keys[key] -= 1


def _key(entry: Entry) -> tuple[str, str, str]:
    return entry.rule.partition("@")[0], entry.period, entry.person


class Refs(EntryWatch):
    """A contributor's document brings in one contribution for a person."""

    def __init__(self, ground: Ground) -> None:
        """No document was used."""
        super().__init__(ground)
        self._used: dict[tuple[str, str, str], str] = {}
        self._of: dict[str, tuple[str, str, str]] = {}

    def see(self, entry: Entry) -> None:
        """One entry. A contribution that was taken back whole frees its document, until it comes again."""
        if entry.kind == "contribute" and entry.ref:
            self._use(entry, (entry.source, entry.ref, entry.person))
        elif entry.kind == "correct" and entry.due is None and entry.of in self._of:
            key = self._of[entry.of]
            if entry.target.startswith("wallet:"):
                if self._used.get(key) != entry.of:  # what was never freed cannot come again
                    self._use(entry, key)
            else:
                self._of[entry.entry] = key
                self._used.pop(key, None)

    def _use(self, entry: Entry, key: tuple[str, str, str]) -> None:
        first = self._used.get(key)
        if first:
            message = f"{key[1]} of {key[0]} brought in {first} for {entry.person} before"
            self.found.append(REF.at(self.ground.entry_place(entry, "ref"), message))
        else:
            self._used[key] = entry.entry
            self._of[entry.entry] = key


class Funds(EntryWatch):
    """Every fund that an entry names is declared in ledger.toml."""

    def __init__(self, ground: Ground) -> None:
        """No fund was named."""
        super().__init__(ground)
        self._said: set[str] = set()

    def see(self, entry: Entry) -> None:
        """One entry; each unknown fund is reported once."""
        if self.ground.manifest is None:
            return
        funds = self.ground.manifest.funds
        for column, account in (("from", entry.source), ("to", entry.target)):
            kind, _, name = account.partition(":")
            if kind == "fund" and name not in funds and name not in self._said:
                self._said.add(name)
                place = self.ground.entry_place(entry, column)
                self.found.append(FUND.at(place, f"fund {name} is not declared", did_you_mean(name, funds)))
