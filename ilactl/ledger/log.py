"""commits.jsonl: one line per commit, each vouching for the one before it.

It is journal, audit trail and second source at once: it tells which bytes went where, how long
every file is afterwards, and holds the appended rows themselves where they are short and not
private. Its last line alone says where the ledger stands.
"""

from __future__ import annotations

import json
import mmap
import os
from collections.abc import Callable, Iterator
from typing import NamedTuple

from ilactl.errors import ChangedOutside
from ilactl.ledger.disk import fail, read_at
from ilactl.ledger.files import Folder
from ilactl.ledger.record import FORMAT, GENESIS, LOG, BrokenLine, FileAct, FileHead, Record, parse

__all__ = [
    "FORMAT",
    "GENESIS",
    "LOG",
    "FileAct",
    "FileHead",
    "LogTail",
    "Record",
    "View",
    "bisect",
    "map_file",
    "map_log",
    "read_tail",
    "records",
    "with_key",
]

View = bytes | mmap.mmap
"""Bytes of a file: small ones are read, large ones mapped. Both find, slice and measure alike."""

_CHUNK = 1 << 14
_SMALL = 1 << 20


class LogTail(NamedTuple):
    """The last valid record and its place. Bytes from `end` to `size` belong to no valid line."""

    record: Record | None
    start: int
    end: int
    size: int


def read_tail(fd: int) -> LogTail:
    """The last valid record, found from the file's end, whatever its length.

    One bad line after it is left for the caller to judge: torn in writing, or rotten. Raises
    ChangedOutside where two lines are bad, since a crash leaves one at most.
    """
    size = os.fstat(fd).st_size
    chunk = _CHUNK
    while True:
        base = max(0, size - chunk)
        data = read_at(fd, base, size - base, LOG)
        end = data.rfind(b"\n") + 1
        for _ in range(2):
            start = data.rfind(b"\n", 0, max(0, end - 1)) + 1
            if end == 0 or (start == 0 and base > 0):
                break
            try:
                return LogTail(parse(data[start : end - 1]), base + start, base + end, size)
            except BrokenLine:
                if end < len(data):
                    raise _damaged("two of its last lines are damaged") from None
                end, data = start, data[:start]
        else:
            raise _damaged("two of its last lines are damaged")
        if base == 0:
            return LogTail(None, 0, 0, size)
        chunk *= 8


def map_log(folder: Folder, end: int) -> View:
    """The log's bytes up to `end`."""
    with folder.reading(LOG) as fd:
        if os.fstat(fd).st_size < end:
            raise _damaged("it was shortened")
        return map_file(fd, end, LOG)


def map_file(fd: int, size: int, name: str) -> View:
    """The first `size` bytes of an open file: read where they are few, mapped where they are many."""
    if size <= _SMALL:
        return read_at(fd, 0, size, name)
    try:
        return mmap.mmap(fd, size, access=mmap.ACCESS_READ)
    except ValueError:
        raise ChangedOutside(path=name, reason="it was shortened while it was read") from None
    except OSError as error:
        fail(name, error)


def records(log: View) -> Iterator[Record]:
    """All records, oldest first. Raises ChangedOutside at the first line that breaks the chain."""
    start, seq, prev = 0, 0, GENESIS
    while start < len(log):
        end = log.find(b"\n", start)
        try:
            record = parse(log[start : end if end >= 0 else len(log)])
        except BrokenLine as error:
            raise _damaged(f"line {seq + 1}: {error}", line=seq + 1) from None
        if record.seq != seq + 1 or record.prev != prev:
            raise _damaged(f"line {seq + 1} does not follow from the line before it", line=seq + 1)
        yield record
        seq, prev, start = record.seq, record.sha, end + 1 if end >= 0 else len(log)


def bisect(log: View, later: Callable[[Record], bool]) -> tuple[Record, int] | None:
    """The first record for which `later` is false, and its line's end; None where it is true of all.

    `later` must hold for a first stretch of the records and for none after it.
    """
    low, high, found = 0, len(log), None
    while low < high:
        middle = (low + high) // 2
        start = log.rfind(b"\n", low, middle) + 1 or low
        end = log.find(b"\n", middle) + 1 or len(log)
        try:
            record = parse(log[start : end - 1])
        except BrokenLine:
            raise _damaged(f"a line is damaged at byte {start}") from None
        if later(record):
            low = end
        else:
            high, found = start, (record, end)
    return found


def with_key(log: View, key: str) -> Record | None:
    """The record that was committed under a caller's key, found without reading the other lines."""
    needle = f'"key":{json.dumps(key, ensure_ascii=False)}'.encode()
    at = log.find(needle)
    while at >= 0:
        start, end = log.rfind(b"\n", 0, at) + 1, log.find(b"\n", at)
        try:
            record = parse(log[start:end])
        except BrokenLine:
            raise _damaged(f"a line is damaged at byte {start}") from None
        if record.key == key:
            return record
        at = log.find(needle, end)
    return None


def _damaged(reason: str, line: int = 0) -> ChangedOutside:
    return ChangedOutside(
        path=LOG, reason=reason, line=line, hint="restore commits.jsonl and the files beside it from one copy"
    )
