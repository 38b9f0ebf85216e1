"""`ilactl log`: every change of the ledger, who made it, when and why."""

from __future__ import annotations

from collections import deque
from datetime import datetime
from typing import TYPE_CHECKING

import click

from ilactl.commands.face import Face, face_options
from ilactl.commands.parameters import COMMIT
from ilactl.errors import NotFound

if TYPE_CHECKING:
    from ilactl.ledger.log import FileAct, Record
    from ilactl.ledger.snapshot import Snapshot
    from ilactl.output import Cell

__all__ = ["command"]


@click.command("log")
@click.argument("commit", type=COMMIT, required=False)
@click.option("--limit", type=click.IntRange(1), metavar="N", help="Only the last N commits.")
@face_options()
def command(face: Face, commit: int | None, limit: int | None) -> None:
    """List the ledger's commits, newest last, or show one COMMIT by its number.

    Each has the day it booked on, the command, the rows it added, who ran it and why. Times are
    those of the ledger's zone; json, csv and the like give them in UTC.

    \b
    Examples:
      $ ilactl log
      $ ilactl log --limit 3
      $ ilactl log 1
      $ ilactl log -O jsonl
    """
    snapshot = face.snapshot()
    if commit is not None:
        _show(face, snapshot, commit)
    else:
        _list(face, snapshot, limit)


_DATA = ("removed", "erased", "erased_by", "sha256")


def _list(face: Face, snapshot: Snapshot, limit: int | None) -> None:
    from ilactl.output import Answer, Col, Grid

    records = deque(snapshot.records(), maxlen=limit)
    rows = [_row(record) for record in records]
    data = [
        Col("commit", kind="int"),
        Col("at"),
        Col("booked_on", "booked on", "date"),
        Col("command"),
        Col("rows", kind="int"),
        Col("files"),
        Col("adopted"),
        Col("user"),
        Col("host"),
        Col("actor"),
        Col("why"),
        Col("key"),
    ]
    shown: list[dict[str, Cell]] = [
        {**row, "when": _local(snapshot, record), "who": _who(record), "why": _why(record)}
        for row, record in zip(rows, records, strict=True)
    ]
    columns = [Col("commit", "#", "int"), Col("when", kind="date"), Col("booked_on", "booked on", "date")]
    columns += [Col("command"), Col("rows", kind="int"), Col("who"), Col("why")]
    face.answer(Answer("ilactl.log/1", rows=rows, columns=data, blocks=[Grid(columns, shown)]))


def _row(record: Record) -> dict[str, Cell]:
    return {
        "commit": record.seq,
        "at": record.at,
        "booked_on": record.booked_on,
        "command": record.command,
        "rows": sum(_rows(act) for act in record.files),
        "files": " ".join(act.path for act in record.files),
        "adopted": any(act.adopted for act in record.files),
        "user": record.user,
        "host": record.host,
        "actor": record.actor,
        "why": record.why,
        "key": record.key,
    }


def _rows(act: FileAct) -> int:
    """The rows that a commit added to a file; below zero where it took some out."""
    return -len(act.cuts.rows) if act.cuts else act.rows


def _local(snapshot: Snapshot, record: Record) -> str:
    """The commit's time as a clock in the ledger's zone showed it, to the minute."""
    from zoneinfo import ZoneInfo

    at = datetime.fromisoformat(record.at)
    return at.astimezone(ZoneInfo(snapshot.manifest.zone)).strftime("%Y-%m-%d %H:%M")


def _who(record: Record) -> str:
    return f"{record.user} ({record.actor})" if record.actor else record.user


def _why(record: Record) -> str:
    """The reason given, the key, and whether rows came in by hand."""
    parts = [record.why, f"key {record.key}" if record.key else ""]
    if any(act.adopted for act in record.files):
        parts.append("adopted from outside")
    return "; ".join(part for part in parts if part)


def _show(face: Face, snapshot: Snapshot, number: int) -> None:
    from ilactl.ledger.lookup import line_of
    from ilactl.output import Answer, Col, Grid, Heading, Pairs

    record = next((record for record in snapshot.records() if record.seq == number), None)
    if record is None:
        raise NotFound(
            what=f"commit {number}", hint=f"the last one is {snapshot.head.seq}; 'ilactl log' lists them"
        )
    rows: list[dict[str, Cell]] = []
    for act in record.files:
        fate = snapshot.fate_of(act.path, record.seq, act.base, act.size)
        left = not act.cuts and fate.erased < max(1, act.rows)
        known = left and fate.start < snapshot.head.sizes.get(act.path, 0)
        rows.append(
            {
                "file": act.path,
                "first_line": line_of(snapshot, act.path, fate.start) if known else None,
                "rows": _rows(act),
                "bytes": act.size,
                "adopted": act.adopted,
                "removed": act.removed,
                "erased": fate.erased,
                "erased_by": " ".join(map(str, fate.by)),
                "sha256": act.sha256,
            }
        )
    columns = [
        Col("file"),
        Col("first_line", "from line", "int"),
        Col("rows", kind="int"),
        Col("bytes", kind="int"),
        Col("adopted"),
    ]
    if any(row["removed"] for row in rows):
        columns.append(Col("removed"))
    if any(row["erased"] for row in rows):
        columns += [Col("erased", "rows erased since", "int"), Col("erased_by", "by commit")]
    body = {name: value for name, value in _row(record).items() if name not in ("rows", "files")}
    pairs: list[tuple[str, Cell]] = [
        ("when", f"{_local(snapshot, record)} {snapshot.manifest.zone}"),
        ("command", record.command),
        ("why", record.why or None),
        ("key", record.key or None),
        ("user", f"{record.user} at {record.host}"),
        ("acting as", record.actor or None),
        ("booked on", record.booked_on),
        ("ilactl", record.version),
        *((f"note: {name}", str(value)) for name, value in sorted(record.note.items())),
        ("digest", record.sha),
    ]
    face.answer(
        Answer(
            "ilactl.log.commit/1",
            rows=rows,
            columns=[*columns[:5], *(Col(name) for name in _DATA)],
            blocks=[
                Heading(f"Commit {record.seq}"),
                Pairs([(label, value) for label, value in pairs if value is not None]),
                Grid(columns, rows),
            ],
            data={
                **body,
                "sha256": record.sha,
                "previous": record.prev,
                "note": dict(record.note),
                "version": record.version,
            },
        )
    )
