"""Making the index grow with its files: by the writer, after its commit, before it lets the lock go.

A segment is written once, beside its place, and renamed into it. It is never synced: lost or torn, it
costs time. The hint that vouches for it is written after it.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from ilactl.errors import IlactlError
from ilactl.ledger import segment
from ilactl.ledger.disk import close_quietly, read_at, write_at
from ilactl.ledger.files import Folder
from ilactl.ledger.lookup import INDEX, INDEXED, segment_name

if TYPE_CHECKING:
    from ilactl.ledger.lines import Buffer
    from ilactl.ledger.record import Record
    from ilactl.ledger.snapshot import Snapshot

__all__ = ["grown", "still_indexed"]

_TEMPORARY = f"{INDEX}/tmp"


Indexed = Mapping[str, tuple[int, int]]
"""By file how many segments there are, and the byte behind the last one."""


def still_indexed(record: Record, had: Indexed) -> dict[str, tuple[int, int]]:
    """How many segments a commit leaves standing: none of a file whose recorded rows it replaced."""
    replaced = {act.path for act in record.files if act.adopted or act.cuts or act.removed}
    return {file: number for file, number in had.items() if file not in replaced}


def grown(snapshot: Snapshot, had: Indexed) -> dict[str, tuple[int, int]]:
    """Make the segments that the files have grown by; how many there are of each now.

    `had` are those that may stay, by file. What cannot be made is left out and searched instead.
    """
    now = dict(had)
    for file in dict.fromkeys(table.file for table, _ in INDEXED):
        if snapshot.head.sizes.get(file, 0) >= segment.SEGMENT:
            with suppress(OSError, IlactlError, MemoryError):
                number, end = had.get(file, (0, 0))
                if segment.segment_end(snapshot.view(file), end) or not _all_there(
                    snapshot.folder, file, number
                ):
                    now[file] = _grow(snapshot, file, number)
    return now


def _all_there(folder: Folder, file: str, number: int) -> bool:
    """Whether every segment has its file. Whether it is sound, readers ask, and who makes the next one."""
    columns = [column for table, column in INDEXED if table.file == file]
    names = {segment_name(file, column, n) for column in columns for n in range(number)}
    return names <= {f"{INDEX}/{name}" for name in folder.names(INDEX)}


def _grow(snapshot: Snapshot, file: str, had: int) -> tuple[int, int]:
    view, folder = snapshot.view(file), snapshot.folder
    columns = [(column, table.index(column)) for table, column in INDEXED if table.file == file]
    at = number = 0
    while end := segment.segment_end(view, at):
        names = [segment_name(file, column, number) for column, _ in columns]
        if number >= had or not all(_sound(folder, name, view, at, end) for name in names):
            with folder.reading(file) as fd:  # a map of it all would count as memory
                block = read_at(fd, at, end - at, file)
            for name, (_, index) in zip(names, columns, strict=True):
                data = segment.build(block, at, index)
                if data is None:
                    return number, at
                _write(folder, name, data)
        at, number = end, number + 1
    return number, at


def _sound(folder: Folder, name: str, view: Buffer, start: int, end: int) -> bool:
    """Whether the segment is there and ends where one would end today."""
    try:
        with folder.reading(name) as fd:
            found = segment.open_segment(fd, view, start)
            return found is not None and found.end == end
    except (OSError, IlactlError):
        return False


def _write(folder: Folder, name: str, data: bytes) -> None:
    folder.make_folder(INDEX)
    folder.remove(_TEMPORARY)
    fd = folder.create(_TEMPORARY)
    try:
        write_at(fd, 0, data)
    finally:
        close_quietly(fd)
    folder.replace(_TEMPORARY, name)
