"""commits.jsonl: one line per commit, each vouching for the one before it.

A line is a JSON object whose members stand in a fixed order; the last one, `sha256`, is the digest
of the bytes before it, and `prev` is the digest of the line before. The line is journal, audit trail
and second source at once: it tells which bytes went where, how long every file is afterwards, and
holds the appended rows themselves where they are short and not private.
"""

from __future__ import annotations

import hashlib
import json
import mmap
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ilactl.errors import ChangedOutside, NewerFormat
from ilactl.ledger.files import Folder, read_at

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
    "map_log",
    "parse",
    "read_tail",
    "records",
    "seal",
    "with_key",
]

LOG = "commits.jsonl"
FORMAT = 1
GENESIS = "0" * 64
"""`prev` of the first commit."""

View = bytes | mmap.mmap
"""Bytes of a file: small ones are read, large ones mapped. Both find, slice and measure alike."""

_SEAL = b',"sha256":"'
_FORMAT = re.compile(rb'\{"format":([0-9]{1,9})[,}]')
_CHUNK = 1 << 14
_SMALL = 1 << 20


@dataclass(frozen=True, slots=True)
class FileAct:
    """From byte `base` on, the file holds `size` more bytes with this digest.

    `data` holds them where they are short and public; `staged` names the file that holds them
    until they are applied; with `adopted` they stood in the file already, put there by hand.
    """

    path: str
    base: int
    size: int
    rows: int
    sha256: str
    data: bytes | None = None
    staged: str | None = None
    adopted: bool = False


@dataclass(frozen=True, slots=True)
class FileHead:
    """A file as a commit leaves it.

    `tail` is the digest of its last 4 KiB. `since` is the last commit that adopted bytes in place
    of older ones (0: none), `since_base` the byte from which it did: earlier states of the file are
    gone from there on.
    """

    size: int
    rows: int
    tail: str
    since: int = 0
    since_base: int = 0


@dataclass(frozen=True, slots=True)
class Record:
    """One commit. `sha` is the digest that closes its line; `at` is UTC, never before its predecessor's."""

    seq: int
    prev: str
    sha: str
    at: str
    command: str
    why: str
    key: str
    content: str
    user: str
    host: str
    actor: str
    booked_on: date | None
    booked_through: date | None
    next_entry: int
    files: tuple[FileAct, ...]
    heads: Mapping[str, FileHead]
    inputs: Mapping[str, str]
    note: Mapping[str, Any]
    version: str


@dataclass(frozen=True, slots=True)
class LogTail:
    """The last valid record and its place. Bytes from `end` to `size` belong to no valid line."""

    record: Record | None
    start: int
    end: int
    size: int


class BrokenLine(ValueError):
    """The bytes are no record: torn, changed, or not ours."""


def seal(body: Mapping[str, Any]) -> bytes:
    """The line of a record, with its line feed; `body` holds its members but format and sha256, in order."""
    text = json.dumps({"format": FORMAT, **body}, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    data = text.encode()[:-1]
    return data + _SEAL + hashlib.sha256(data).hexdigest().encode() + b'"}\n'


def body_of(record: Record) -> dict[str, Any]:
    """The members of a record's line, in order; empty ones are left out."""
    members: dict[str, Any] = {
        "seq": record.seq,
        "prev": record.prev,
        "at": record.at,
        "command": record.command,
        "why": record.why,
        "key": record.key,
        "content": record.content,
        "user": record.user,
        "host": record.host,
        "actor": record.actor,
        "booked_on": record.booked_on and record.booked_on.isoformat(),
        "booked_through": record.booked_through and record.booked_through.isoformat(),
        "next_entry": record.next_entry,
        "files": [_act_out(act) for act in record.files],
        "heads": {name: _head_out(head) for name, head in sorted(record.heads.items())},
        "inputs": dict(sorted(record.inputs.items())),
        "note": dict(record.note),
        "version": record.version,
    }
    return {name: value for name, value in members.items() if value not in ("", None, {})}


def _act_out(act: FileAct) -> dict[str, Any]:
    out: dict[str, Any] = {
        "path": act.path, "base": act.base, "size": act.size, "rows": act.rows, "sha256": act.sha256
    }  # fmt: skip
    if act.data is not None:
        out["data"] = act.data.decode()
    if act.staged is not None:
        out["staged"] = act.staged
    if act.adopted:
        out["adopted"] = True
    return out


def _head_out(head: FileHead) -> list[Any]:
    since = [head.since, head.since_base] if head.since else []
    return [head.size, head.rows, head.tail, *since]


def parse(line: bytes) -> Record:
    """The record of a line without its line feed. Raises BrokenLine, NewerFormat."""
    data, mark, rest = line.rpartition(_SEAL)
    whole = bool(mark) and rest == hashlib.sha256(data).hexdigest().encode() + b'"}'
    found = _FORMAT.match(line)
    if found and int(found[1]) > FORMAT and (whole or line.endswith(b"}")):
        raise NewerFormat(path=LOG, found=int(found[1]), known=FORMAT)
    if not whole:
        raise BrokenLine("the digest does not match")
    try:
        return _record(json.loads(data + b"}"), rest[:64].decode())
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BrokenLine(f"not a record: {error}") from None


def _record(raw: dict[str, Any], sha: str) -> Record:
    return Record(
        seq=int(raw["seq"]),
        prev=raw["prev"],
        sha=sha,
        at=raw["at"],
        command=raw.get("command", ""),
        why=raw.get("why", ""),
        key=raw.get("key", ""),
        content=raw.get("content", ""),
        user=raw.get("user", ""),
        host=raw.get("host", ""),
        actor=raw.get("actor", ""),
        booked_on=_day(raw.get("booked_on")),
        booked_through=_day(raw.get("booked_through")),
        next_entry=int(raw["next_entry"]),
        files=tuple(_act(act) for act in raw["files"]),
        heads={name: FileHead(*head) for name, head in raw.get("heads", {}).items()},
        inputs=raw.get("inputs", {}),
        note=raw.get("note", {}),
        version=raw.get("version", ""),
    )


def _act(raw: dict[str, Any]) -> FileAct:
    data = raw.get("data")
    if raw["base"] < 0 or raw["size"] < 0:
        raise ValueError("a size below zero")
    return FileAct(
        raw["path"],
        raw["base"],
        raw["size"],
        raw["rows"],
        raw["sha256"],
        None if data is None else data.encode(),
        raw.get("staged"),
        raw.get("adopted", False),
    )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


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
    return mmap.mmap(fd, size, access=mmap.ACCESS_READ)


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
