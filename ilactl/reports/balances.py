"""Balances: what is on wallets, reserved, usable on a day and owed, by unit and by a group.

Units are never added together. One person's figures come from that person's lines alone; all
together from the engine where entitlements.csv is large, from plain Python where it is small.
Both gaits give the same figures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from ilactl.ledger.columns import ENTITLEMENTS
from ilactl.ledger.entries import Entry, all_entries, entries_of
from ilactl.ledger.holders import FEW, ids_of
from ilactl.ledger.lines import place_of
from ilactl.ledger.registers import all_persons, canonical_ids
from ilactl.ledger.wallets import Lot, Standing, wallet_of

if TYPE_CHECKING:
    from ilactl.ledger.snapshot import Snapshot

__all__ = ["BY", "LARGE", "BalanceRequest", "BalanceRow", "balances", "balances_by_python"]

OF_LOTS = ("fund", "class", "rule")
OF_STATES = ("region", "employer", "labour_status", "isced_level")
BY = ("unit", "person", *OF_LOTS, *OF_STATES)
"""What balances can be grouped by: nothing but the unit, the person, a lot's origin, a person's state."""

LARGE = 2_000_000
"""Bytes of entitlements.csv from which the engine's import pays off."""


@dataclass(frozen=True, slots=True)
class BalanceRequest:
    """What is asked for.

    `persons` empty means everybody. Entries booked up to `until` count, all where it is None;
    `day` is the day on which they are usable and on which persons' states are read.
    """

    day: date
    by: str = "unit"
    persons: tuple[str, ...] = ()
    until: date | None = None


@dataclass(frozen=True, slots=True)
class BalanceRow:
    """The figures of one group in one unit; a group of None is all that has no value there.

    A debt belongs to a person, not to a lot: by fund, class or rule, `owed` is 0.
    """

    group: str | None
    unit: str
    standing: Standing


Sums = dict[tuple[str | None, str], Standing]


def balances(snapshot: Snapshot, request: BalanceRequest) -> list[BalanceRow]:
    """The rows in order of group and of the units in ledger.toml.

    A person who is named gets a row for each unit of the ledger, zeros included; so does the sum of
    all by unit. Raises NotFound naming every person who does not exist, BadInput for bad rows.
    """
    families = ids_of(snapshot, request.persons) if request.persons else {}
    if families and len(families) <= FEW:
        ids = dict.fromkeys(one for family in families.values() for one in family)
        entries = [entry for one in ids for entry in entries_of(snapshot, one, alone=True)]
        alias = {one: family[0] for family in families.values() for one in family}
        sums = _summed(snapshot, request, entries, alias)
    elif len(snapshot.view(ENTITLEMENTS.file)) < LARGE:
        sums = balances_by_python(snapshot, request)
    else:
        from ilactl.reports.balances_batch import balances_by_engine

        sums = balances_by_engine(snapshot, request)
    return _rows(snapshot, request, sums, [family[0] for family in families.values()])


def balances_by_python(snapshot: Snapshot, request: BalanceRequest) -> Sums:
    """Sums by group and unit, read line by line: the gait for small ledgers."""
    entries = all_entries(snapshot)
    alias: Mapping[str, str] = {}
    if request.persons or request.by == "person" or request.by in OF_STATES:
        alias = canonical_ids(snapshot)
    return _summed(snapshot, request, entries, alias)


def _summed(
    snapshot: Snapshot, request: BalanceRequest, entries: Iterable[Entry], alias: Mapping[str, str]
) -> Sums:
    if request.persons:
        chosen = {alias.get(person, person) for person in request.persons}
        entries = [entry for entry in entries if alias.get(entry.person, entry.person) in chosen]
    if request.until is not None:
        entries = [entry for entry in entries if entry.booked_on <= request.until]
    else:
        entries = list(entries)
    view = snapshot.view(ENTITLEMENTS.file)
    wallet = wallet_of(entries, lambda entry: place_of(view, ENTITLEMENTS.file, entry.offset, "lot"))
    sums: Sums = {}
    group = _group_of(snapshot, request, alias)
    for lot in wallet.lots:
        key = (group(lot), lot.unit)
        sums[key] = sums.get(key, Standing()) + Standing(lot.balance, lot.held, lot.usable_on(request.day))
    if request.by not in OF_LOTS:
        for entry in entries:
            owed = (entry.source == "owed") * entry.amount - (entry.target == "owed") * entry.amount
            if owed:
                key = (group(entry), entry.unit)
                sums[key] = sums.get(key, Standing()) + Standing(owed=owed)
    return sums


def _group_of(
    snapshot: Snapshot, request: BalanceRequest, alias: Mapping[str, str]
) -> Callable[[Lot | Entry], str | None]:
    """What a lot belongs to; an entry has no lot's group, but its person's."""
    by = request.by
    if by == "person":
        return lambda of: alias.get(of.person, of.person)
    if by in OF_STATES:
        states = _states(snapshot, by, request.day)
        return lambda of: states.get(alias.get(of.person, of.person))
    if by in OF_LOTS:
        return lambda of: _origin(of, by) if isinstance(of, Lot) else None
    return lambda of: None


def _origin(lot: Lot, by: str) -> str | None:
    if by == "rule":
        return lot.rule.partition("@")[0] or None
    return (lot.funder if by == "fund" else lot.class_) or None


def _states(snapshot: Snapshot, by: str, day: date) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for record in all_persons(snapshot):
        state = record.state_on(day)
        found[record.person] = (state.cells[by] or None) if state else None
    return found


def _rows(
    snapshot: Snapshot, request: BalanceRequest, sums: Sums, persons: Iterable[str]
) -> list[BalanceRow]:
    units = {unit: index for index, unit in enumerate(snapshot.manifest.units)}
    if request.by == "unit":
        sums = {(None, unit): Standing() for unit in units} | sums
    elif request.by == "person":
        sums = {(person, unit): Standing() for person in dict.fromkeys(persons) for unit in units} | sums
    order = sorted(sums, key=lambda key: (key[0] is None, key[0] or "", units.get(key[1], len(units))))
    return [BalanceRow(group, unit, sums[group, unit]) for group, unit in order]
