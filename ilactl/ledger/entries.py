"""Entries: the rows of entitlements.csv as values, amounts in the unit's smallest part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from ilactl.dates import parse_date
from ilactl.errors import BadInput, NotFound
from ilactl.findings import Finding, Kind, count_text
from ilactl.ledger.columns import ENTITLEMENTS
from ilactl.ledger.grammar import Grammar, Table
from ilactl.ledger.lines import Buffer
from ilactl.ledger.lookup import entry_start, rows_of
from ilactl.ledger.scan import Row, iter_table, place_of, rows_at
from ilactl.money import format_amount, parse_amount
from ilactl.nearest import did_you_mean

if TYPE_CHECKING:
    from ilactl.ledger.manifest import Unit
    from ilactl.ledger.snapshot import Snapshot

__all__ = [
    "Entry",
    "all_entries",
    "amount_findings",
    "cells_of",
    "entries_of",
    "entries_with",
    "entry_by_id",
    "iter_entries",
    "lot_of",
    "row_of",
    "usable_rows",
]

AMOUNT = Kind(
    "AMOUNT", "an amount does not fit its unit", "write exactly the unit's decimals, without a sign"
)
UNIT = Kind("UNIT", "a unit is not declared", "declare the unit in ledger.toml, or correct the cell")


class Entry(NamedTuple):
    """One movement. `amount` and `due` count the unit's smallest part; `never` means no end at all."""

    entry: str
    booked_on: date
    person: str
    kind: str
    lot: str
    amount: int
    unit: str
    source: str
    target: str
    usable_from: date | None = None
    expires_on: date | None = None
    never: bool = False
    earmark: str = ""
    enrolment: str = ""
    rule: str = ""
    period: str = ""
    due: int | None = None
    of: str = ""
    ref: str = ""
    offset: int = -1


def lot_of(entry: Entry) -> str:
    """The lot an entry draws on, or opens."""
    return entry.lot or entry.entry


def row_of(entry: Entry, units: Mapping[str, Unit]) -> tuple[str, ...]:
    """The entry's cells in column order. Raises KeyError for a unit that is not declared."""
    return cells_of(entry, units[entry.unit].scale)


def cells_of(entry: Entry, scale: int) -> tuple[str, ...]:
    """The entry's cells in column order, for a unit of so many decimals."""
    return (
        entry.entry,
        entry.booked_on.isoformat(),
        entry.person,
        entry.kind,
        entry.lot,
        format_amount(entry.amount, scale),
        entry.unit,
        entry.source,
        entry.target,
        entry.usable_from.isoformat() if entry.usable_from else "",
        "never" if entry.never else entry.expires_on.isoformat() if entry.expires_on else "",
        entry.earmark,
        entry.enrolment,
        entry.rule,
        entry.period,
        "" if entry.due is None else format_amount(entry.due, scale),
        entry.of,
        entry.ref,
    )


def amount_findings(view: Buffer, table: Table, row: Row, units: Mapping[str, Unit]) -> list[Finding]:
    """What is wrong with a row's amounts and unit, which only ledger.toml can tell.

    An amount has exactly its unit's decimals, so that a cent never hides behind a third digit.
    """
    name = row.cells[table.index("unit")]
    amounts = [(c.name, row.cells[i]) for i, c in enumerate(table.columns) if c.grammar is Grammar.AMOUNT]
    if name == "":
        return [
            AMOUNT.at(place_of(view, table.file, row.offset, column), f"{column} stands without a unit")
            for column, text in amounts
            if text
        ]
    unit = units.get(name)
    if unit is None:
        place = place_of(view, table.file, row.offset, "unit")
        return [UNIT.at(place, f"unit {name} is not declared in ledger.toml", did_you_mean(name, units))]
    findings = []
    for column, text in amounts:
        value = parse_amount(text, unit.scale) if text else 0
        if value is None:
            message = f"{column} {text!r} is not an amount in {name}, which has {unit.scale} decimals"
        elif value < 0 and column != "due":
            message = f"{column} {text!r} is negative: money goes back by an entry of its own"
        else:
            continue
        findings.append(AMOUNT.at(place_of(view, table.file, row.offset, column), message))
    return findings


def _entry(row: Row, units: Mapping[str, Unit]) -> Entry | None:
    """The row as an entry, or None where its unit or amounts do not fit."""
    c = row.cells
    unit = units.get(c[6])
    if unit is None:
        return None
    amount = parse_amount(c[5], unit.scale)
    due = parse_amount(c[15], unit.scale) if c[15] else None
    booked_on = parse_date(c[1])
    if amount is None or amount < 0 or (due is None and c[15]) or booked_on is None:
        return None
    return Entry(
        entry=c[0],
        booked_on=booked_on,
        person=c[2],
        kind=c[3],
        lot=c[4],
        amount=amount,
        unit=c[6],
        source=c[7],
        target=c[8],
        usable_from=parse_date(c[9]) if c[9] else None,
        expires_on=parse_date(c[10]) if c[10] and c[10] != "never" else None,
        never=c[10] == "never",
        earmark=c[11],
        enrolment=c[12],
        rule=c[13],
        period=c[14],
        due=due,
        of=c[16],
        ref=c[17],
        offset=row.offset,
    )


def iter_entries(view: Buffer, units: Mapping[str, Unit], findings: list[Finding]) -> Iterator[Entry]:
    """Every usable entry in file order, with bounded memory; faults are added to `findings`."""
    for row in iter_table(view, ENTITLEMENTS, findings):
        entry = _entry(row, units)
        if entry is None:
            findings.extend(amount_findings(view, ENTITLEMENTS, row, units))
        else:
            yield entry


def usable_rows(rows: list[Row], findings: list[Finding], table: Table) -> list[Row]:
    """The rows, or BadInput with every finding where there is one."""
    if findings:
        raise BadInput(findings=findings, what=table.file, count=count_text(findings))
    return rows


def all_entries(snapshot: Snapshot) -> list[Entry]:
    """Every entry in file order. Raises BadInput with all findings where a row is bad."""
    findings: list[Finding] = []
    entries = list(iter_entries(snapshot.view(ENTITLEMENTS.file), snapshot.manifest.units, findings))
    usable_rows([], findings, ENTITLEMENTS)
    return entries


def entries_of(snapshot: Snapshot, person: str, *, alone: bool = False) -> list[Entry]:
    """The person's entries in file order, those under the ids of the same person included.

    `alone` keeps to the one id given. Raises BadInput with all findings where a row is bad.
    """
    from ilactl.ledger.registers import same_person

    ids = (person,) if alone else same_person(snapshot, person)
    entries = [entry for one in ids for entry in _find(snapshot, "person", one)]
    return sorted(entries, key=lambda entry: entry.offset) if len(ids) > 1 else entries


def entries_with(snapshot: Snapshot, column: str, wanted: str) -> list[Entry]:
    """The entries whose cell in that column is exactly `wanted`: an account, a kind, an id. In file order.

    One search through the file's bytes; raises BadInput with all findings where a row is bad.
    """
    return _find(snapshot, column, wanted)


def entry_by_id(snapshot: Snapshot, entry_id: str) -> Entry:
    """The entry of that id. Raises NotFound."""
    entries = _find(snapshot, "entry", entry_id)
    if not entries:
        raise NotFound(what=f"entry {entry_id}")
    return entries[0]


def _find(snapshot: Snapshot, column: str, wanted: str) -> list[Entry]:
    view = snapshot.view(ENTITLEMENTS.file)
    units = snapshot.manifest.units
    if column == "entry":
        start = entry_start(snapshot, wanted)
        rows, findings = rows_at(view, ENTITLEMENTS, () if start is None else (start,))
    else:
        rows, findings = rows_of(snapshot, ENTITLEMENTS, column, wanted)
    entries = []
    for row in rows:
        entry = _entry(row, units)
        if entry is None:
            findings.extend(amount_findings(view, ENTITLEMENTS, row, units))
        else:
            entries.append(entry)
    usable_rows(rows, findings, ENTITLEMENTS)
    return entries
