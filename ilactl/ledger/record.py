"""The record of a commit, and its line in the log.

A line is a JSON object whose members stand in a fixed order; the last one, `sha256`, is the digest
of the bytes before it, and `prev` is the digest of the line before.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from ilactl.errors import NewerFormat

__all__ = [
    "FORMAT",
    "GENESIS",
    "LOG",
    "BrokenLine",
    "Cuts",
    "FileAct",
    "FileHead",
    "Record",
    "body_of",
    "parse",
    "seal",
]

LOG = "commits.jsonl"
FORMAT = 1
GENESIS = "0" * 64
"""`prev` of the first commit."""

_SEAL = b',"sha256":"'
_FORMAT = re.compile(rb'\{"format":([0-9]{1,9})[,}]')


class Cuts(NamedTuple):
    """What a commit took out of a file of private rows. Nothing here says what the rows were.

    `size` and `sha256` are the file's before; `rows` are the start and size of each line that went,
    in the file as it was; `left` tells of every recorded range that lost rows and has some left its
    base, size, rows and digest in the file as it is now.
    """

    size: int
    sha256: str
    rows: tuple[tuple[int, int], ...]
    left: tuple[tuple[int, int, int, str], ...] = ()


class FileAct(NamedTuple):
    """From byte `base` on, the file holds `size` more bytes with this digest.

    `data` holds them where they are short and public; `staged` names the file that holds them
    until they are applied; with `adopted` they stood in the file already, put there by hand. With
    `cuts` the staged file takes the place of the whole old one. One that is `removed` is gone.
    """

    path: str
    base: int
    size: int
    rows: int
    sha256: str
    data: bytes | None = None
    staged: str | None = None
    adopted: bool = False
    cuts: Cuts | None = None
    removed: bool = False


class FileHead(NamedTuple):
    """A file as a commit leaves it.

    `tail` is the digest of its last 4 KiB. `since` is the last commit that put bytes in place of
    older ones (0: none): one that adopted them, from the byte `since_base` on, so that earlier states
    of the file are gone from there on; or one that took rows out, whose record tells which.
    """

    size: int
    rows: int
    tail: str
    since: int = 0
    since_base: int = 0


class Record(NamedTuple):
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

    def adopted(self, file: str) -> bool:
        """Whether its rows of that file stood there already, put there by hand."""
        return any(act.adopted for act in self.files if act.path == file)

    def cuts(self, file: str) -> Cuts | None:
        """What it took out of that file."""
        return next((act.cuts for act in self.files if act.path == file), None)


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
    if act.removed:
        return {"path": act.path, "removed": True}
    out: dict[str, Any] = {
        "path": act.path, "base": act.base, "size": act.size, "rows": act.rows, "sha256": act.sha256
    }  # fmt: skip
    if act.data is not None:
        out["data"] = act.data.decode()
    if act.staged is not None:
        out["staged"] = act.staged
    if act.adopted:
        out["adopted"] = True
    if act.cuts is not None:
        out["was"] = {"size": act.cuts.size, "sha256": act.cuts.sha256}
        out["cuts"] = [list(row) for row in act.cuts.rows]
        if act.cuts.left:
            out["left"] = [list(part) for part in act.cuts.left]
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
    if raw.get("removed"):
        return FileAct(raw["path"], 0, 0, 0, "", removed=True)
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
        _cuts(raw) if "was" in raw else None,
    )


def _cuts(raw: dict[str, Any]) -> Cuts:
    return Cuts(
        int(raw["was"]["size"]),
        raw["was"]["sha256"],
        tuple((int(start), int(size)) for start, size in raw["cuts"]),
        tuple((int(base), int(size), int(rows), sha) for base, size, rows, sha in raw.get("left", ())),
    )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
