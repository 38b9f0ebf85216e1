"""Balances: what is on wallets, reserved, usable on a day and owed, by unit and by a group.

Units are never added together. One person's figures come from that person's lines alone; all
together from the engine where entitlements.csv is large, from plain Python where it is small.
Both gaits give the same figures.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from ilactl.ledger.columns import ENTITLEMENTS
from ilactl.ledger.entries import entries_of
from ilactl.ledger.holders import FEW, ids_of
from ilactl.ledger.wallets import Standing
from ilactl.reports.balances_lines import BalanceRequest, Sums, balances_by_python, summed

if TYPE_CHECKING:
    from ilactl.ledger.snapshot import Snapshot

__all__ = ["LARGE", "BalanceRow", "balances"]

LARGE = 2_000_000
"""Bytes of entitlements.csv from which the engine's import pays off."""


class BalanceRow(NamedTuple):
    """The figures of one group in one unit; a group of None is all that has no value there.

    A debt belongs to a person, not to a lot: by fund, class or rule, `owed` is 0.
    """

    group: str | None
    unit: str
    standing: Standing


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
        sums = summed(snapshot, request, entries, alias)
    elif len(snapshot.view(ENTITLEMENTS.file)) < LARGE:
        sums = balances_by_python(snapshot, request)
    else:
        from ilactl.reports.balances_batch import balances_by_engine

        sums = balances_by_engine(snapshot, request)
    return _rows(snapshot, request, sums, [family[0] for family in families.values()])


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
