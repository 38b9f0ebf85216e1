"""All the ledger holds on a person, as an answer: rows with their places, wallets, who recorded what."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from ilactl.ledger.columns import TABLES
from ilactl.ledger.courses import course_on
from ilactl.ledger.entries import entries_of
from ilactl.ledger.holdings import HeldRow, held_rows
from ilactl.ledger.organisations import organisation
from ilactl.ledger.registers import PersonRecord, person_record
from ilactl.output import Answer, Block, Cell, Col, Grid, Heading, Lines, Money, Pairs
from ilactl.reports.because import because
from ilactl.reports.statement import Statement, statement
from ilactl.rules.model import Scheme

if TYPE_CHECKING:
    from ilactl.ledger.record import Record
    from ilactl.ledger.snapshot import Snapshot

__all__ = ["Export", "export_answer", "make_export"]

_ROWS = (Col("file"), Col("line", kind="int"), Col("commit", kind="int"), Col("cells"))
_LOTS = (
    Col("lot"),
    Col("class"),
    Col("from"),
    Col("balance", kind="amount"),
    Col("reserved", kind="amount"),
    Col("unit"),
    Col("usable_from", "usable from", "date"),
    Col("expires_on", "until", "date"),
    Col("earmark"),
)
_MOVES = (
    Col("booked_on", "on", "date"),
    Col("entry"),
    Col("what"),
    Col("change", kind="amount"),
    Col("balance", kind="amount"),
    Col("unit"),
)
_COMMITS = (Col("commit", kind="int"), Col("at"), Col("by"), Col("command"), Col("why"))
_FILES = {table.file: table.meaning for table in TABLES}


class Export(Struct, frozen=True):
    """What is held on a person: `explained` says in a sentence what needs one, by entry."""

    record: PersonRecord
    on: date
    agency: str
    rows: list[HeldRow]
    statement: Statement
    explained: dict[str, str]
    organisations: dict[str, str]
    courses: dict[str, str]
    scales: Mapping[str, int]

    @property
    def commits(self) -> list[Record]:
        """The commits that recorded something of this, oldest first."""
        found = {row.record.seq: row.record for row in self.rows}
        return [found[seq] for seq in sorted(found)]


def make_export(snapshot: Snapshot, scheme: Scheme | None, person: str, on: date) -> Export:
    """Gather it. Raises NotFound for a person who does not exist."""
    record = person_record(snapshot, person)
    entries = entries_of(snapshot, record.person)
    scales = {name: unit.scale for name, unit in snapshot.manifest.units.items()}
    explained = {}
    for entry in entries:
        rule = scheme.rule(entry.rule) if scheme and entry.rule else None
        if told := because(entry, entries, rule, scales):
            explained[entry.entry] = told
        elif entry.due is not None and entry.kind == "grant":
            explained[entry.entry] = (
                f"cut by a cap: {Money(entry.due, entry.unit, scales[entry.unit])} was due"
            )
    rows = held_rows(snapshot, record.ids or (record.person,))
    return Export(
        record=record,
        on=on,
        agency=snapshot.manifest.agency,
        rows=rows,
        statement=statement(snapshot, record.person, on),
        explained=explained,
        organisations=_organisations(snapshot, rows),
        courses=_courses(snapshot, rows),
        scales=scales,
    )


def _organisations(snapshot: Snapshot, rows: list[HeldRow]) -> dict[str, str]:
    """The names of the organisations that the rows speak of."""
    ids = {row.cells["employer"] for row in rows if row.cells.get("employer")}
    for row in rows:
        for end in ("from", "to", "payee"):
            kind, _, name = row.cells.get(end, "").partition(":")
            if kind in ("employer", "service", "provider"):
                ids.add(name)
    found = {one: organisation(snapshot, one) for one in sorted(ids)}
    return {one: row.name for one, row in found.items() if row}


def _courses(snapshot: Snapshot, rows: list[HeldRow]) -> dict[str, str]:
    """The titles of the courses that the rows speak of."""
    ids = sorted({row.cells["course"] for row in rows if row.cells.get("course")})
    found = {one: course_on(snapshot, one) for one in ids}
    return {one: course.title for one, course in found.items() if course}


def export_answer(export: Export) -> Answer:
    """The whole, in every format; the salt of private rows says nothing and is left out."""
    rows: list[dict[str, Cell]] = [
        {"file": row.file, "line": row.line, "commit": row.record.seq, "cells": _text(row.cells)}
        for row in export.rows
    ]
    return Answer("ilactl.person-export/1", rows, _ROWS, export_blocks(export), _data(export))


def _filled(cells: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in cells.items() if text and name != "salt"}


def _text(cells: Mapping[str, str]) -> str:
    return "; ".join(f"{name}={text}" for name, text in _filled(cells).items())


def export_blocks(export: Export) -> list[Block]:
    """What people read: who, the wallet, each movement, every row by file, who recorded it."""
    record = export.record
    who: list[tuple[str, Cell]] = [("person", record.person)]
    if len(record.ids) > 1:
        who.append(("also", " ".join(record.ids[1:])))
    who += [
        (name.replace("_", " "), text) for name, text in _filled(record.identity).items() if name != "person"
    ]
    blocks: list[Block] = [
        Heading(f"What {export.agency} holds on {record.person}, as of {export.on}"),
        Pairs(who),
        Heading("The wallet"),
        Grid(_LOTS, _lots(export), "nothing is on it"),
        Heading("Every movement, and what it did"),
        Grid(_MOVES, _movements(export), "no movement yet"),
    ]
    for file, purpose in _FILES.items():
        mine = [row for row in export.rows if row.file == file]
        if mine:
            told = [f"line {row.line}, commit {row.record.seq}: {_text(row.cells)}" for row in mine]
            blocks += [Heading(f"{file}: {purpose.rstrip('.')}"), Lines(told)]
    blocks += [Heading("Who recorded it"), Grid(_COMMITS, [_commit(one) for one in export.commits])]
    for what, names in (("Organisations", export.organisations), ("Courses", export.courses)):
        if names:
            blocks += [Heading(f"{what} named"), Lines([f"{one}: {name}" for one, name in names.items()])]
    return blocks


def _lots(export: Export) -> list[dict[str, Cell]]:
    return [
        {
            "lot": lot.entry,
            "class": lot.class_,
            "from": lot.source,
            "balance": Money(lot.balance, lot.unit, export.scales[lot.unit]),
            "reserved": Money(lot.held, lot.unit, export.scales[lot.unit]),
            "unit": lot.unit,
            "usable_from": lot.usable_from,
            "expires_on": lot.expires_on,
            "earmark": lot.earmark,
        }
        for lot in export.statement.lots
    ]


def _movements(export: Export) -> list[dict[str, Cell]]:
    rows: list[dict[str, Cell]] = []
    for move in export.statement.movements:
        entry, scale = move.entry, export.scales[move.entry.unit]
        why = export.explained.get(entry.entry)
        rows.append(
            {
                "booked_on": entry.booked_on,
                "entry": entry.entry,
                "what": f"{move.text} ({why})" if why else move.text,
                "change": Money(move.change, entry.unit, scale),
                "balance": Money(move.balance, entry.unit, scale),
                "unit": entry.unit,
            }
        )
    return rows


def _commit(record: Record) -> dict[str, Cell]:
    by = f"{record.actor or record.user} on {record.host}"
    return {"commit": record.seq, "at": record.at, "by": by, "command": record.command, "why": record.why}


def _data(export: Export) -> dict[str, Any]:
    record = export.record
    return {
        "person": record.person,
        "also": list(record.ids[1:]),
        "on": export.on,
        "agency": export.agency,
        "identity": {n: t for n, t in _filled(record.identity).items() if n not in ("person", "valid_from")},
        "balances": [
            {
                "unit": unit,
                "balance": Money(standing.balance, unit, export.scales[unit]),
                "reserved": Money(standing.reserved, unit, export.scales[unit]),
                "usable": Money(standing.usable, unit, export.scales[unit]),
                "owed": Money(standing.owed, unit, export.scales[unit]),
            }
            for unit, standing in sorted(export.statement.standing.items())
        ],
        "lots": _lots(export),
        "movements": _movements(export),
        "held": [
            {"file": row.file, "line": row.line, "commit": row.record.seq, **_filled(row.cells)}
            for row in export.rows
        ],
        "commits": [_commit(one) for one in export.commits],
        "organisations": export.organisations,
        "courses": export.courses,
    }
