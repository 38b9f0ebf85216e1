"""Balances read line by line: for one person's lines, and for all of a small ledger.

What is asked for is declared here, too; `balances_batch.py` answers the same with the engine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from ilactl.ledger.columns import ENTITLEMENTS
from ilactl.ledger.entries import Entry, all_entries
from ilactl.ledger.lines import place_of
from ilactl.ledger.registers import all_persons, canonical_ids
from ilactl.ledger.wallets import Lot, Standing, wallet_of

if TYPE_CHECKING:
    from ilactl.ledger.snapshot import Snapshot

__all__ = ["BY", "OF_LOTS", "OF_STATES", "BalanceRequest", "Sums", "balances_by_python", "summed"]

OF_LOTS = ("fund", "class", "rule")
OF_STATES = ("region", "employer", "labour_status", "isced_level")
BY = ("unit", "person", *OF_LOTS, *OF_STATES)
"""What balances can be grouped by: nothing but the unit, the person, a lot's origin, a person's state."""


class BalanceRequest(NamedTuple):
    """What is asked for.

    `persons` empty means everybody. Entries booked up to `until` count, all where it is None;
    `day` is the day on which they are usable and on which persons' states are read.
    """

    day: date
    by: str = "unit"
    persons: tuple[str, ...] = ()
    until: date | None = None


Sums = dict[tuple[str | None, str], Standing]
"""Standings by group and unit; a group of None is all that has no value there."""


def balances_by_python(snapshot: Snapshot, request: BalanceRequest) -> Sums:
    """Sums by group and unit, read line by line: the gait for small ledgers."""
    entries = all_entries(snapshot)
    alias: Mapping[str, str] = {}
    if request.persons or request.by == "person" or request.by in OF_STATES:
        alias = canonical_ids(snapshot)
    return summed(snapshot, request, entries, alias)


def summed(
    snapshot: Snapshot, request: BalanceRequest, entries: Iterable[Entry], alias: Mapping[str, str]
) -> Sums:
    """Sums of the entries given; `alias` leads an id to the one that stands for its person."""
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
