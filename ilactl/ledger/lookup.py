"""The lines of one id, found by the index where it may be believed and by a search where not.

The index of a file is a row of segments in .ilactl/index/, one after the other from the file's
beginning, each about 8 MiB. It is believed only where the hint of the last commit vouches for both:
the hint says how many segments the writer made of exactly the bytes that the log records, and what
stamp the file had. Whatever is not believed, and what stands behind the last segment, is searched. The
rows themselves are always read from the file: the index says where to look, never what is there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from ilactl.errors import IlactlError
from ilactl.findings import Finding
from ilactl.ledger.columns import ENROLMENTS, ENTITLEMENTS, IDENTITIES, PERSONS
from ilactl.ledger.disk import Stamp
from ilactl.ledger.grammar import Table
from ilactl.ledger.lines import LineFault, line_number, split_line
from ilactl.ledger.scan import Row, find_ids, rows_at
from ilactl.ledger.segment import Segment, open_segment

if TYPE_CHECKING:
    from ilactl.ledger.lines import Buffer
    from ilactl.ledger.snapshot import Snapshot

__all__ = ["INDEX", "INDEXED", "entry_start", "line_of", "rows_of", "segment_name", "starts_of"]

INDEX = ".ilactl/index"
INDEXED = (
    (ENTITLEMENTS, "person"),
    (PERSONS, "person"),
    (PERSONS, "same_as"),
    (IDENTITIES, "person"),
    (ENROLMENTS, "person"),
    (ENROLMENTS, "enrolment"),
    (ENROLMENTS, "course"),
)
"""What is looked up for one person or enrolment, by file and column; seats are counted by course."""

_ENTRY = re.compile(rb"E([1-9][0-9]{0,17}),")


def rows_of(snapshot: Snapshot, table: Table, column: str, wanted: str) -> tuple[list[Row], list[Finding]]:
    """The rows whose cell in that column is the id, in file order, and what is wrong with those lines."""
    return rows_at(snapshot.view(table.file), table, starts_of(snapshot, table, column, wanted))


def starts_of(snapshot: Snapshot, table: Table, column: str, wanted: str) -> Iterator[int]:
    """The offsets of the lines whose cell in that column is the id, in file order."""
    if (table, column) not in INDEXED:
        return find_ids(snapshot.view(table.file), table, column, wanted)
    key = table.file, column, wanted
    found = snapshot.starts.get(key)
    if found is None:  # who is who is asked several times on the way of one command
        found = snapshot.starts[key] = tuple(_found(snapshot, table, column, wanted))
    return iter(found)


def _found(snapshot: Snapshot, table: Table, column: str, wanted: str) -> Iterator[int]:
    view = snapshot.view(table.file)
    at = 0
    for segment in _segments(snapshot, table.file, column):
        index = table.index(column)
        offsets = segment.offsets(wanted, view, index)
        if offsets is None:
            yield from find_ids(view, table, column, wanted, segment.start, segment.end)
        else:
            yield from (offset for offset in offsets if _holds(view, offset, index, wanted))
        at = segment.end
    yield from find_ids(view, table, column, wanted, at)


def _holds(view: Buffer, offset: int, index: int, wanted: str) -> bool:
    """Whether a line starts there whose cell is the id: another id may have the same digest."""
    if offset and view[offset - 1 : offset] != b"\n":
        return False
    line = view[offset : view.find(b"\n", offset)].decode("utf-8", "replace")
    try:
        cells = split_line(line)
    except LineFault:
        cells = tuple(line.split(","))
    return index < len(cells) and cells[index] == wanted


def _segments(snapshot: Snapshot, file: str, column: str) -> Iterator[Segment]:
    """The segments that may be believed, one after the other from the file's beginning, open for a moment."""
    at, view = 0, snapshot.view(file)
    for number in range(_vouched(snapshot, file)):
        with (
            suppress(OSError, IlactlError),
            snapshot.folder.reading(segment_name(file, column, number)) as fd,
        ):
            segment = open_segment(fd, view, at)
            if segment is not None:
                yield segment
                at = segment.end
                continue
        return


def _vouched(snapshot: Snapshot, file: str) -> int:
    """How many segments the hint vouches for, if nobody has touched the file since."""
    hint = snapshot.hint
    if hint is None or not hint.indexed.get(file):
        return 0
    with suppress(OSError, IlactlError), snapshot.folder.reading(file) as fd:
        found, noted = Stamp.of(fd), hint.stamps.get(file)
        # a copy that keeps times is as good as what it was made of
        if noted is not None and (found.size, found.mtime_ns) == (noted.size, noted.mtime_ns):
            return hint.indexed[file][0]
    return 0


def line_of(snapshot: Snapshot, file: str, offset: int) -> int:
    """The number, from 1, of the line that holds the byte at `offset`: counted from a segment's start."""
    at, lines = 0, 0
    column = next((column for table, column in INDEXED if table.file == file), "")
    for segment in _segments(snapshot, file, column) if column else ():
        if segment.end > offset:
            break
        at, lines = segment.end, lines + segment.lines
    return lines + line_number(snapshot.view(file), offset, at)


def entry_start(snapshot: Snapshot, entry: str) -> int | None:
    """Where the entry's line starts; None where there is no such entry.

    Entries are numbered as they come, so one is found by halves; an id that is not where its number
    belongs, as a hand edit may leave it, is searched.
    """
    view = snapshot.view(ENTITLEMENTS.file)
    wanted = int(found[1]) if (found := _ENTRY.fullmatch(f"{entry},".encode("utf-8", "replace"))) else None
    low, high = view.find(b"\n") + 1, len(view)
    while wanted is not None and low < high:
        start = view.rfind(b"\n", low, (low + high) // 2) + 1 or low
        found = _ENTRY.match(view[start : start + 24])
        if found is None:
            break
        if int(found[1]) == wanted:
            return start
        if int(found[1]) < wanted:
            low = view.find(b"\n", start) + 1 or high
        else:
            high = start
    return next(find_ids(view, ENTITLEMENTS, "entry", entry), None)


def segment_name(file: str, column: str, number: int) -> str:
    """The file that keeps a segment; what is in .ilactl/ may be deleted at any moment."""
    return f"{INDEX}/{file}.{column}.{number:05}"
