"""A second reader of a ledger that shares no code with ilactl: what the log says, what the files hold.

It knows the format only: one JSON object a line, closed by the digest of what stands before it and
chained by `prev`; acts that tell which bytes stand where; heads that tell how long each file is.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SEAL = b',"sha256":"'
PRIVATE = "identities.csv"
DRAWN = {
    PRIVATE: re.compile(rb"\b[0-9a-f]{16}\n"),
    "credentials.csv": re.compile(rb",[0-9]+,([0-9-]*),[0-9a-f]{64},"),
    "credentials/": re.compile(
        rb'(?<=urn:uuid:)[0-9a-f-]{36}(#[0-9]+)?|(?<="statusListIndex": ")[0-9]+|(?<="proofValue": ")\w+'
    ),
}
"""What differs from run to run, by file: salts of private rows; names, places, signatures of credentials."""


class Broken(AssertionError):
    """The ledger is not what it must be."""


@dataclass(frozen=True)
class State:
    """What a ledger is: its commits, and what a reader sees in each file."""

    records: tuple[dict[str, Any], ...]
    files: dict[str, bytes]
    torn: bytes = b""

    @property
    def count(self) -> int:
        return len(self.records)

    @property
    def content(self) -> dict[str, bytes]:
        """The files without what differs from run to run."""
        return {name: settled(name, data) for name, data in self.files.items()}


def settled(name: str, data: bytes) -> bytes:
    """A file's bytes, what is drawn at random in them made the same; by its name below the ledger."""
    drawn = DRAWN.get(name) or DRAWN.get(name.rpartition("/")[0] + "/")
    return drawn.sub(b"drawn\n", data) if drawn else data


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def read_log(root: Path) -> tuple[tuple[dict[str, Any], ...], bytes]:
    """The records, each whole and chained to the one before it, and what stands behind the last."""
    place = root / "commits.jsonl"
    data = place.read_bytes() if place.exists() else b""
    records: list[dict[str, Any]] = []
    prev, at = "0" * 64, 0
    while at < len(data):
        end = data.find(b"\n", at)
        line = data[at:end] if end >= 0 else data[at:]
        body, mark, rest = line.rpartition(SEAL)
        if end < 0 or not mark or rest != sha(body).encode() + b'"}':
            if data.find(b"\n", end + 1) >= 0 and end >= 0:
                raise Broken(f"line {len(records) + 1} of the log is damaged, and lines follow it")
            return tuple(records), data[at:]
        record = json.loads(body + b"}")
        if record["seq"] != len(records) + 1 or record["prev"] != prev:
            raise Broken(f"line {len(records) + 1} of the log does not follow from the line before it")
        prev, at = rest[:64].decode(), end + 1
        records.append(record)
    return tuple(records), b""


def state(root: Path) -> State:
    """What the ledger is to a reader: the files, with what the last commit decided laid over them."""
    records, torn = read_log(root)
    if not records:
        return State((), {}, torn)
    last = records[-1]
    files = {name: _bytes(root / name) for name in last["heads"]}
    for act in last["files"]:
        name = act["path"]
        if act.get("removed") or act.get("adopted"):
            continue
        held = files.get(name, _bytes(root / name))
        staged = _bytes(root / act["staged"]) if "staged" in act else b""
        if "was" in act:
            if sha(held) != act["sha256"] and sha(staged) == act["sha256"]:
                held = staged
        elif "data" in act:
            held = _laid(held, act["base"], act["data"].encode())
        elif sha(staged) == act["sha256"] and len(staged) == act["size"]:
            held = _laid(held, act["base"], staged)
        files[name] = held
    return State(records, files, torn)


def _bytes(place: Path) -> bytes:
    try:
        return place.read_bytes()
    except FileNotFoundError:
        return b""


def _laid(held: bytes, base: int, rows: bytes) -> bytes:
    if len(held) < base:
        raise Broken("a file is shorter than a commit found it")
    return held[:base] + rows + held[base + len(rows) :]


def faults(root: Path) -> list[str]:
    """What is not as the log says: a byte that no commit vouches for, a size, an end."""
    records, torn = read_log(root)
    found = [f"{len(torn)} bytes behind the last line of the log"] if torn else []
    if not records:
        return [*found, "no commit"]
    ranges: dict[str, list[tuple[int, int, str]]] = {}
    gone: set[str] = set()
    for record in records:
        for act in record["files"]:
            name = act["path"]
            if act.get("removed"):
                ranges.pop(name, None)
                gone.add(name)
                continue
            gone.discard(name)
            one = (act["base"], act["size"], act["sha256"])
            kept = [] if "was" in act else [r for r in ranges.get(name, []) if r[0] + r[1] <= act["base"]]
            ranges[name] = [*kept, one]
    found += [f"{name} is still there" for name in sorted(gone) if (root / name).exists()]
    heads = records[-1]["heads"]
    for name in sorted({*ranges, *heads}):
        data = _bytes(root / name)
        if not (root / name).is_file():
            found.append(f"{name} is missing")
            continue
        at = 0
        for base, size, digest in ranges.get(name, []):
            if base != at or sha(data[base : base + size]) != digest:
                found.append(f"{name}: bytes {base} to {base + size} are not as booked")
            at = base + size
        if at != len(data):
            found.append(f"{name} has {len(data)} bytes, {at} are vouched for")
        if name in heads and (heads[name][0] != len(data) or heads[name][2] != sha(data[-4096:])):
            found.append(f"{name} is not as its head says")
        if name in heads and name.endswith(".csv") and data.count(b"\n") != heads[name][1] + 1:
            found.append(f"{name} has another number of rows than its head says")
    entries = _bytes(root / "entitlements.csv").splitlines()[1:]
    numbers = [line.split(b",", 1)[0] for line in entries]
    if numbers != [b"E%d" % n for n in range(1, len(numbers) + 1)]:
        found.append("the entries are not numbered in a row")
    return found


def strays(root: Path, *, aside: bool) -> list[str]:
    """Files and folders that no commit, no person and no lock put there; `aside` allows set-aside/."""
    records, _ = read_log(root)
    known = {"commits.jsonl", "ledger.toml", ".gitignore", "rules", "commits", "credentials"}
    known |= {".ilactl", *(f".ilactl/{name}" for name in ("lock", "holder", "clean", ".gitignore", "cache"))}
    for record in records:
        for act in record["files"]:
            known.add(act["path"])
            known |= {act["path"].rpartition("/")[0]}
    found = []
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        by_hand = name.startswith("rules/") and name.endswith(".toml") and name.count("/") == 1
        kept = name.startswith(".ilactl/cache/") or (aside and name.split("/")[0] == "set-aside")
        if not (name in known or by_hand or kept):
            found.append(name)
    return found


def loose(root: Path) -> list[str]:
    """What others than the owner might read or write, below the folder that holds the ledger."""
    found = []
    for path in [root, *root.rglob("*")] if root.exists() else []:
        mode = stat.S_IMODE(os.lstat(path).st_mode)
        if mode & 0o077:
            found.append(f"{path.name} {mode:o}")
    return found
