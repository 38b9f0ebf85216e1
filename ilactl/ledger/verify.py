"""Whether the files are what the log says: quickly before every write, wholly for a check.

Before a write the size and the last 4 KiB of every listed file are compared with the log. A byte
changed further up does not show there, so a file whose stamp (inode, size, times) differs from the
one noted at the last commit is compared with the log's digests range by range.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from ilactl.errors import ChangedOutside, IlactlError, StartOver
from ilactl.ledger.cutting import carried, digest_of_file
from ilactl.ledger.disk import Stamp, blocks, digest_at, read_at
from ilactl.ledger.files import Folder
from ilactl.ledger.log import LOG, FileAct, FileHead, Record

if TYPE_CHECKING:
    from ilactl.ledger.snapshot import Snapshot

__all__ = [
    "CLEAN",
    "TAIL",
    "Hint",
    "Ranges",
    "is_listed",
    "read_hint",
    "tail_of",
    "verify_all",
    "verify_heads",
]

CLEAN = ".ilactl/clean"
TAIL = 4096
"""Bytes at a file's end that stand for it in the quick comparison."""


class Hint(NamedTuple):
    """What .ilactl/clean says: this commit is applied and durable, and these were the files' stamps then.

    It is written after everything else is durable and is never synced itself: lost, it costs time;
    it names the line's digest, so it cannot vouch for another history. `indexed` tells how many
    segments of each file's index were made of exactly what the log records, and where the last one ends.
    """

    seq: int
    sha: str
    stamps: Mapping[str, Stamp]
    indexed: Mapping[str, tuple[int, int]]


def is_listed(name: str) -> bool:
    """Whether every commit lists the file's size. Signed documents are too many for that."""
    return not name.startswith("credentials/")


def read_hint(folder: Folder) -> Hint | None:
    """The hint, or None where it is missing or cannot be read: it is only a hint."""
    with suppress(OSError, IlactlError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        text = folder.read(CLEAN)
        if text.endswith(b"\n"):
            raw = json.loads(text)
            stamps = {name: Stamp(*stamp) for name, stamp in raw["stamps"].items()}
            indexed = {str(name): (int(n), int(end)) for name, (n, end) in raw.get("indexed", {}).items()}
            return Hint(int(raw["seq"]), str(raw["sha"]), stamps, indexed)
    return None


def write_hint(
    folder: Folder, record: Record, stamps: Mapping[str, Stamp], indexed: Mapping[str, tuple[int, int]]
) -> Hint:
    """Note that `record` is applied and durable."""
    hint = Hint(record.seq, record.sha, stamps, indexed)
    folder.replace_hint(CLEAN, json.dumps(hint._asdict(), separators=(",", ":")).encode() + b"\n")
    return hint


def tail_of(fd: int, size: int, name: str) -> bytes:
    """The last 4 KiB before `size`."""
    start = max(0, size - TAIL)
    return read_at(fd, start, size - start, name)


def verify_heads(folder: Folder, record: Record, log: Callable[[], Iterator[Record]]) -> Hint:
    """Compare every listed file with the log; the hint that vouches for them now.

    `log` gives all records when asked; that is only where a stamp moved. Raises ChangedOutside.
    """
    hint = read_hint(folder)
    # what was true at the commit before still holds for the files this one did not touch
    known = hint.stamps if hint and hint.sha in (record.sha, record.prev) else {}
    indexed = hint.indexed if hint and hint.sha == record.sha else {}
    stamps: dict[str, Stamp] = {}
    suspects = []
    for name, head in record.heads.items():
        stamps[name], same = _glance(folder, name, head)
        if not same or known.get(name) != stamps[name]:
            suspects.append(name)
    if suspects:
        ranges = Ranges(log())
        for name in suspects:
            for fault in ranges.faults(folder, name, record.heads[name]):
                raise ChangedOutside(path=name, reason=fault.reason, line=fault.line)
        return write_hint(folder, record, stamps, indexed)
    return Hint(record.seq, record.sha, stamps, indexed)


def _glance(folder: Folder, name: str, head: FileHead) -> tuple[Stamp, bool]:
    try:
        with folder.reading(name) as fd:
            stamp = Stamp.of(fd)
            tail = tail_of(fd, head.size, name)
    except FileNotFoundError:
        raise ChangedOutside(path=name, reason="it is missing", line=0) from None
    return stamp, stamp.size == head.size and hashlib.sha256(tail).hexdigest() == head.tail


class Fault(NamedTuple):
    """How a file differs from the log, and the first line that does; 0 is unknown."""

    reason: str
    line: int


class Ranges:
    """The log's digests by file and byte range, gathered once."""

    def __init__(self, log: Iterable[Record]) -> None:
        """Read all records. Raises ChangedOutside where the chain is broken."""
        self.acts: dict[str, list[tuple[int, FileAct]]] = {}
        for record in log:
            for act in record.files:
                known = self.acts.setdefault(act.path, [])
                if act.removed:
                    del self.acts[act.path]
                    continue
                if act.cuts is not None:
                    known[:] = carried(known, act)
                    continue
                if act.adopted:  # what was there from its base on is gone
                    known[:] = [(seq, old) for seq, old in known if old.base < act.base]
                known.append((record.seq, act))

    def faults(
        self, folder: Folder, name: str, head: FileHead | None, pending: FileAct | None = None
    ) -> Iterator[Fault]:
        """The first difference of a file, if there is one; the rows of `pending` may be on their way."""
        if pending and pending.cuts and digest_of_file(folder, name) == pending.cuts.sha256:
            return
        try:
            with folder.reading(name) as fd:
                size = os.fstat(fd).st_size
                for seq, act in self.acts.get(name, ()):
                    if act == pending and _on_its_way(folder, fd, act, size):
                        return
                    if digest_at(fd, act.base, act.size, name) != act.sha256:
                        yield self._differs(fd, name, seq, act, size)
                        return
                recorded = head.size if head else sum(act.size for _, act in self.acts.get(name, ()))
                if size > recorded:
                    first = lines_before(fd, recorded, name) + 1
                    rows = lines_before(fd, size, name) - first + 1 or 1
                    many = "a row was" if rows == 1 else f"{rows} rows were"
                    yield Fault(f"{many} added by hand, from line {first} on", first)
        except FileNotFoundError:
            if pending is None or pending.base > 0:
                yield Fault("it is missing", 0)

    def _differs(self, fd: int, name: str, seq: int, act: FileAct, size: int) -> Fault:
        """The first line of a range that is not as the log has it."""
        found = read_at(fd, act.base, act.size, name) if act.data is not None else b""
        line = lines_before(fd, min(act.base, size), name) + 1
        if act.data is not None:
            at = next(
                (i for i, (a, b) in enumerate(zip(found, act.data, strict=False)) if a != b), len(found)
            )
            line += act.data.count(b"\n", 0, at)
        where = f"line {line}" if act.data is not None else f"a line from {line} on"
        if size <= act.base:
            return Fault(
                f"it was shortened: the rows of commit {seq}, from line {line} on, are missing", line
            )
        if size < act.base + act.size and (act.data is None or act.data.startswith(found)):
            return Fault(f"it was shortened: rows of commit {seq}, from {where}, are missing", line)
        return Fault(f"{where}, booked by commit {seq}, is not as it was booked", line)


def _on_its_way(folder: Folder, fd: int, act: FileAct, size: int) -> bool:
    """Whether the file ends with a part of these rows, or with blanks as a crash leaves them, or before."""
    if not act.base <= size <= act.base + act.size:
        return False
    if act.data is not None:
        rows = act.data
    else:
        try:
            with folder.reading(act.staged or act.path) as staged:
                rows = read_at(staged, 0, size - act.base, act.path)
        except FileNotFoundError:
            return False  # they are where they belong by now
    there = read_at(fd, act.base, size - act.base, act.path)
    return rows.startswith(there) or all(a in (b, 0) for a, b in zip(there, rows, strict=False))


def lines_before(fd: int, offset: int, name: str) -> int:
    """How many lines end before a byte."""
    return sum(part.count(b"\n") for part in blocks(fd, 0, offset, name))


def verify_all(snapshot: Snapshot) -> list[tuple[str, str, int]]:
    """Every recorded file that is not as the log says, as (file, reason, line); line 0 is unknown.

    Reads every byte. The log itself comes first; where its chain is broken, nothing else can be told.
    Raises StartOver where a commit came meanwhile and may be what differs.
    """
    try:
        ranges = Ranges(snapshot.records())
    except ChangedOutside as error:
        return [(LOG, str(error.details["reason"]), int(error.details.get("line", 0)))]
    pending = {act.path: act for act in snapshot.pending_acts()}
    found = []
    for name in ranges.acts:
        head = snapshot.record.heads.get(name)
        try:
            faults = list(ranges.faults(snapshot.folder, name, head, pending.get(name)))
        except IlactlError as error:
            faults = [Fault(str(error.details.get("reason", error)), 0)]
        found += [(name, fault.reason, fault.line) for fault in faults]
    if found and not snapshot.is_newest():
        raise StartOver()
    return found


def loose_modes(folder: Folder, names: Iterable[str]) -> list[tuple[str, int]]:
    """Files that others may read or write although the ledger is not theirs, with their modes."""
    allowed = 0o660 if folder.shared else 0o600
    found = []
    for name in names:
        with suppress(OSError, IlactlError), folder.reading(name) as fd:
            mode = os.fstat(fd).st_mode & 0o777
            if mode & ~allowed:
                found.append((name, mode))
    return found
