"""A small ledger, ways to change it, and what must hold after any accident."""

from __future__ import annotations

import os
import stat
import traceback
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from ilactl.ledger.columns import ENTITLEMENTS, IDENTITIES, PERSONS, TABLES
from ilactl.ledger.commit import Actor, Append, Change, Writer, open_writer
from ilactl.ledger.create import create_ledger
from ilactl.ledger.log import Record
from ilactl.ledger.snapshot import Snapshot
from ilactl.ledger.verify import verify_all

ACTOR = Actor("clerk", "desk", "")
DAY = date(2026, 3, 1)
MANIFEST = b"""format = 1
country = "LT"
zone = "Europe/Vilnius"

[agency]
name = "Agency"
prefix = "LT"

[units.EUR]
scale = 2
"""
FILES = {
    "ledger.toml": MANIFEST,
    "rules/scheme.toml": b"# nothing yet\n",
    **{table.file: f"{table.header}\n".encode() for table in TABLES},
}
PLAIN_NAMES = {*FILES, "commits.jsonl", "rules/used/base@2026.toml", "credentials/C1.json"}


def now() -> datetime:
    return datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def make(root: Path, **changes: bytes) -> Path:
    create_ledger(root, FILES | changes, actor=ACTOR, now=now)
    return root


def writer(root: Path, **options: Any) -> AbstractContextManager[Writer]:
    return open_writer(root, actor=ACTOR, now=now, **({"lock_wait": 10.0} | options))


def in_child(act: Callable[[], None]) -> int:
    """Run in a forked process; its wait status."""
    child = os.fork()
    if child == 0:
        code = 70
        try:
            act()
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    return os.waitpid(child, 0)[1]


def person(number: int) -> bytes:
    return f"P{number:05},2026-01-01,,,,,,,,\n".encode()


def identity(number: int) -> bytes:
    return f"P{number:05},2026-01-01,Jonė Č. {number},,,,,{number:016x}\n".encode()


def row(number: int, **more: Any) -> Change:
    """A change of one short, public row."""
    return Change("person add", (Append(PERSONS.file, person(number), rows=1),), **more)


def mixed(number: int) -> Change:
    """A change of every kind of file: private, public, two that are new."""
    return Change(
        "person add",
        (
            Append(IDENTITIES.file, identity(number), rows=1),
            Append(PERSONS.file, person(number), rows=1),
            Append("rules/used/base@2026.toml", b"[[grant]]\n" if number == 1 else b""),
            Append("credentials/C1.json", b"{}\n" if number == 1 else b""),
        ),
        booked_on=DAY,
    )


def book_large(held: Writer, number: int, rows: int = 2000) -> Record:
    """A batch: its rows are staged by somebody else."""
    path = held.stage_path(ENTITLEMENTS.file)
    path.write_bytes(
        f"E{number},2026-03-01,P1,grant,,500.00,EUR,fund:state,wallet:own,,,,,,,,,\n".encode() * rows
    )
    return held.commit(Change("topup", (Append(ENTITLEMENTS.file, staged=path, rows=rows),), entries=rows))


def persons_in(snapshot: Snapshot) -> list[int]:
    """The numbers in persons.csv as a reader sees them."""
    return [int(line[1:6]) for line in bytes(snapshot.view(PERSONS.file)).splitlines()[1:]]


def state_of(snapshot: Snapshot) -> tuple[int, dict[str, bytes]]:
    """Everything a reader sees."""
    return snapshot.head.seq, {name: bytes(snapshot.view(name)) for name in snapshot.head.sizes}


def assert_sound(root: Path) -> tuple[int, dict[str, bytes]]:
    """What must hold after any accident; the state that every reader and the next writer agree on."""
    seen = state_of(Snapshot.open(root))
    with writer(root) as held:
        found = state_of(held.snapshot)
    assert found == seen, "a reader saw something else than the next writer completed"
    assert verify_all(Snapshot.open(root)) == []
    for name, data in found[1].items():
        assert (root / name).read_bytes() == data
    assert_tidy(root)
    with writer(root) as held:
        held.commit(row(99999))
    assert persons_in(Snapshot.open(root))[-1] == 99999
    return found


def assert_tidy(root: Path) -> None:
    """No stray files, no loose modes."""
    for path in [root, *root.rglob("*")]:
        mode = stat.S_IMODE(os.lstat(path).st_mode)
        name = str(path.relative_to(root))
        if path.is_dir():
            assert mode == 0o700, (name, oct(mode))
        else:
            assert mode == 0o600, (name, oct(mode))
            inside = name.startswith(".ilactl/") and name.count("/") == 1
            kept = name.startswith("set-aside/commits.jsonl.")
            assert inside or kept or name in PLAIN_NAMES, name
