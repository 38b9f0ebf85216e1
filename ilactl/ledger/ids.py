"""The ids that stand in a ledger, read lightly: for whoever types one, not for whoever books with it.

No row is parsed, no lock taken, no engine loaded, and the log is not asked how far a file counts: a
first cell is looked for in the bytes. So an id may be offered that a command then refuses.
"""

from __future__ import annotations

import mmap
import os
import re
import stat
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

__all__ = ["ID", "MOST", "commits", "entries", "first_cells", "funds", "rules", "runs", "units"]

MOST = 200
"""Ids that are offered at most; a longer beginning finds the others."""

ID = re.compile("[A-Z0-9][A-Z0-9-]{0,31}")
"""An id as the grammar has it, whose module takes longer to load than an answer may."""

_TOLD = 1 << 16
"""Bytes at the log's end in which commits are looked up to tell what they were."""


@contextmanager
def _bytes_of(path: Path) -> Iterator[mmap.mmap]:
    """The file's bytes. Nothing but a regular file is opened: a pipe would never end."""
    if not stat.S_ISREG(os.stat(path).st_mode):
        raise OSError(f"{path} is no regular file")
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
        yield view


def first_cells(path: Path, beginning: str) -> list[str]:
    """Ids with that beginning from the first column of a CSV file, at most some `MOST`, in file order.

    A shell puts in what all that is offered have in common. Where there are more than are offered,
    one that differs is added, so that nobody is led past the id meant.
    """
    if beginning and not ID.fullmatch(beginning):
        return []
    start = b"\n" + beginning.encode()
    found: dict[str, None] = {}
    with _bytes_of(path) as view:
        at = view.find(start)
        while at >= 0 and len(found) < MOST:
            found[_cell(view, at + 1)] = None
            at = view.find(start, at + 1)
        common = _common(found)
        if at >= 0 and len(common) > len(beginning):
            rest = re.escape(common[len(beginning) :].encode())
            other = re.compile(re.escape(start) + b"(?!" + rest + b")").search(view, at)
            if other is not None:
                found[_cell(view, other.start() + 1)] = None
    return [cell for cell in found if ID.fullmatch(cell)]


def _common(words: Collection[str]) -> str:
    """What all words begin with: the first and the last of them in order tell."""
    first, last = min(words, default=""), max(words, default="")
    return first[: next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))]


def runs(root: Path, course: str) -> list[str]:
    """The runs of a course as `COURSE/RUN`, at most `MOST`, in file order."""
    if not ID.fullmatch(course):
        return []
    start = f"\n{course},".encode()
    found: dict[str, None] = {}
    with _bytes_of(root / "runs.csv") as view:
        at = view.find(start)
        while at >= 0 and len(found) < MOST:
            run = _cell(view, at + len(start))
            if ID.fullmatch(run):
                found[f"{course}/{run}"] = None
            at = view.find(start, at + 1)
    return list(found)


def _cell(view: mmap.mmap, at: int) -> str:
    return view[at : at + 40].partition(b",")[0].decode("ascii", "replace")


def commits(root: Path, beginning: str) -> list[tuple[str, str]]:
    """Numbers of commits with what the last ones were, the newest first."""
    last, _ = _counts(root)
    told = dict(_told(root))
    return [(number, told.get(number, "")) for number in _numbers(beginning, last)]


def entries(root: Path, beginning: str) -> list[str]:
    """Ids of entries. They are numbered without a gap, so the log's last line is all that is read."""
    if beginning and not beginning.startswith("E"):
        return []
    _, last = _counts(root)
    return [f"E{number}" for number in _numbers(beginning[1:], last)]


def _counts(root: Path) -> tuple[int, int]:
    """The number of the last commit and of the last entry, from the last whole line of the log."""
    import json

    with _bytes_of(root / "commits.jsonl") as view:
        end = view.rfind(b"\n")
        line = json.loads(view[view.rfind(b"\n", 0, end) + 1 : end])
    return int(line["seq"]), int(line["next_entry"]) - 1


def _told(root: Path) -> Iterator[tuple[str, str]]:
    """What each of the last commits was: its day and its command."""
    import json

    with _bytes_of(root / "commits.jsonl") as view:
        tail = view[max(0, len(view) - _TOLD) :]
    for line in tail.split(b"\n"):
        try:
            record = json.loads(line)
        except ValueError:
            continue  # the first one is cut off, the last one empty or not yet whole
        yield str(record["seq"]), f"{str(record['at'])[:10]} {record['command']}"


def _numbers(beginning: str, last: int) -> list[str]:
    """Numbers from 1 to `last` that begin so: without a beginning the newest, and 1 to 9 among them."""
    if not beginning:
        few = range(1, min(9, last) + 1)
        newest = range(last, max(few.stop - 1, last - MOST // 2), -1)
        return [str(number) for number in (*newest, *few)]
    if not beginning.isascii() or not beginning.isdigit() or beginning[0] == "0":
        return []
    first, width = int(beginning), 1
    found: list[str] = []
    while first <= last and len(found) < MOST:
        found += map(str, range(first, min(first + width, last + 1)))
        first, width = first * 10, width * 10
    return found[:MOST]


def rules(root: Path, tables: Sequence[str]) -> dict[str, str]:
    """The ids of rules in these tables of rules/*.toml, each with its title."""
    found: dict[str, str] = {}
    for path in sorted((root / "rules").glob("*.toml")):
        document = _toml(path)
        for table in tables:
            listed = document.get(table)
            for rule in listed if isinstance(listed, list) else ():
                if isinstance(rule, dict) and isinstance(rule.get("id"), str):
                    found.setdefault(rule["id"], str(rule.get("title", "")))
    return found


def funds(root: Path) -> list[str]:
    """The accounts of the funds that ledger.toml names."""
    return [f"fund:{name}" for name in _names(root, "funds")]


def units(root: Path) -> list[str]:
    """The units that ledger.toml names."""
    return list(_names(root, "units"))


def _names(root: Path, table: str) -> Iterable[str]:
    found = _toml(root / "ledger.toml").get(table)
    return found if isinstance(found, dict) else ()


def _toml(path: Path) -> dict[str, object]:
    """The document; an empty one where the file is no TOML."""
    import tomllib

    try:
        with _bytes_of(path) as view:
            return tomllib.loads(view[:].decode())
    except ValueError:
        return {}
