"""A ledger at a glance: how many persons, and what will soon expire on their wallets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING

from msgspec import Struct

from ilactl.ledger.columns import ENTITLEMENTS, PERSONS
from ilactl.ledger.entries import all_entries
from ilactl.ledger.files import Stamp
from ilactl.ledger.registers import person_ids
from ilactl.ledger.verify import Ranges, read_hint
from ilactl.ledger.wallets import wallet_of
from ilactl.reports.balances import LARGE

if TYPE_CHECKING:
    from ilactl.ledger.snapshot import Snapshot

__all__ = [
    "Expiring",
    "changed_outside",
    "expiring",
    "expiring_by_engine",
    "expiring_by_python",
    "persons_in",
]


class Expiring(Struct, frozen=True):
    """What is on lots of one unit whose last day to reserve lies in a stretch of days.

    `amount` is in the unit's smallest part; `first` is the earliest of those last days.
    """

    unit: str
    lots: int
    amount: int
    first: date


def changed_outside(snapshot: Snapshot) -> list[str]:
    """Files that are not as the log says, each with the reason. Nothing is written.

    Only files that were touched since the last commit are compared byte by byte; 'ilactl check'
    compares all of them.
    """
    hint, record = read_hint(snapshot.folder), snapshot.record
    known = hint.stamps if hint and hint.sha in (record.sha, record.prev) else {}
    pending = {act.path for act in snapshot.pending_acts()}
    suspects = [
        name for name in record.heads if name not in pending and not _untouched(snapshot, name, known)
    ]
    if not suspects:
        return []
    ranges = Ranges(snapshot.records())
    faults = [
        f"{name} was changed outside ilactl: {fault.reason}"
        for name in suspects
        for fault in ranges.faults(snapshot.folder, name, record.heads[name])
    ]
    # a commit made meanwhile looks like a change, too
    return faults if snapshot.still_current() else []


def _untouched(snapshot: Snapshot, name: str, known: Mapping[str, Stamp]) -> bool:
    try:
        with snapshot.folder.reading(name) as fd:
            return Stamp.of(fd) == known.get(name)
    except FileNotFoundError:
        return False


def persons_in(snapshot: Snapshot) -> int:
    """How many ids the register of persons holds."""
    if len(snapshot.view(PERSONS.file)) < LARGE:
        return len(person_ids(snapshot))
    from ilactl.ledger.tables import connect, read_sql, run_sql

    with connect(paths=[snapshot.engine_path(PERSONS.file)]) as engine:
        source = read_sql(snapshot, PERSONS, ["person"])
        return int(str(run_sql(engine, f"SELECT count(DISTINCT person) FROM {source}")[0][0]))


def expiring(snapshot: Snapshot, first: date, last: date) -> list[Expiring]:
    """What will expire from `first` to `last`, by unit as ledger.toml has them. Empty lots do not count."""
    small = len(snapshot.view(ENTITLEMENTS.file)) < LARGE
    found = (expiring_by_python if small else expiring_by_engine)(snapshot, first, last)
    order = {unit: index for index, unit in enumerate(snapshot.manifest.units)}
    return sorted(found, key=lambda part: order.get(part.unit, len(order)))


def expiring_by_python(snapshot: Snapshot, first: date, last: date) -> list[Expiring]:
    """Line by line: the gait for small ledgers."""
    lots = wallet_of(all_entries(snapshot)).lots
    ends = (
        (lot.unit, lot.balance, lot.expires_on)
        for lot in lots
        if lot.balance > 0 and lot.expires_on is not None and first <= lot.expires_on <= last
    )
    return _by_unit(ends)


def _by_unit(ends: Iterable[tuple[str, int, date]]) -> list[Expiring]:
    found: dict[str, Expiring] = {}
    for unit, amount, day in ends:
        known = found.get(unit)
        found[unit] = (
            Expiring(unit, known.lots + 1, known.amount + amount, min(known.first, day))
            if known
            else Expiring(unit, 1, amount, day)
        )
    return list(found.values())


def expiring_by_engine(snapshot: Snapshot, first: date, last: date) -> list[Expiring]:
    """One scan by the engine: the gait for large ledgers. Rows that cannot be read raise BadInput."""
    from ilactl.ledger.grammar_sql import literal
    from ilactl.ledger.tables import connect, read_sql, run_sql

    source = read_sql(
        snapshot, ENTITLEMENTS, ["entry", "lot", "kind", "amount", "unit", "from", "to", "expires_on"]
    )
    reached, left = (f"coalesce(starts_with({end}, 'wallet:'), FALSE)::BIGINT" for end in ('"to"', '"from"'))
    # a lot's end is what opened it, or the last amendment that says something; `never` is no date
    sql = f"""
        WITH moves AS (
            SELECT row_number() OVER () AS place, coalesce(lot, entry) AS lot, unit,
                   amount * ({reached} - {left}) AS free,
                   CASE WHEN lot IS NULL OR kind = 'amend' THEN expires_on END AS expires_on
            FROM {source}),
        lots AS (
            SELECT lot, unit, sum(free)::BIGINT AS free,
                   TRY_CAST(arg_max(expires_on, place) FILTER (WHERE expires_on IS NOT NULL) AS DATE) AS ends
            FROM moves GROUP BY lot, unit)
        SELECT unit, count(*), sum(free)::BIGINT, CAST(min(ends) AS VARCHAR) FROM lots
        WHERE free > 0 AND ends BETWEEN DATE {literal(first.isoformat())} AND DATE {literal(last.isoformat())}
        GROUP BY unit"""
    with connect(paths=[snapshot.engine_path(ENTITLEMENTS.file)]) as engine:
        rows = run_sql(engine, sql)
    return [
        Expiring(str(unit), int(str(lots)), int(str(amount)), date.fromisoformat(str(day)))
        for unit, lots, amount, day in rows
    ]
