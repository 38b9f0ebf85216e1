"""Everything a ledger holds on a person: each row that names one of their ids, and who recorded it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from ilactl.ledger.columns import TABLES
from ilactl.ledger.entries import usable_rows
from ilactl.ledger.grammar import Table
from ilactl.ledger.lookup import line_of, rows_of

if TYPE_CHECKING:
    from ilactl.ledger.record import Record
    from ilactl.ledger.snapshot import Snapshot

__all__ = ["HeldRow", "held_rows"]

_NAMING = ("person", "same_as")
"""Columns that name a person."""


class HeldRow(NamedTuple):
    """One row: where it stands, what it says by column, which commit recorded it."""

    file: str
    line: int
    cells: dict[str, str]
    record: Record


def held_rows(snapshot: Snapshot, ids: Sequence[str]) -> list[HeldRow]:
    """The rows that name one of the ids, file by file, in file order. Raises BadInput for a bad row."""
    return [row for table in TABLES for row in _rows(snapshot, table, ids)]


def _rows(snapshot: Snapshot, table: Table, ids: Sequence[str]) -> Iterator[HeldRow]:
    found: dict[int, tuple[str, ...]] = {}
    for column in _NAMING:
        if column in table.names:
            for one in ids:
                rows = usable_rows(*rows_of(snapshot, table, column, one), table)
                found |= {row.offset: row.cells for row in rows}
    for offset in sorted(found):
        cells = dict(zip(table.names, found[offset], strict=True))
        yield HeldRow(
            table.file, line_of(snapshot, table.file, offset), cells, snapshot.commit_of(table.file, offset)
        )
