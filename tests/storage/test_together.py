"""Several processes at once: one writes at a time, everyone reads, nothing is lost or doubled."""

from __future__ import annotations

import errno
import fcntl
import json
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ilactl.errors import ChangedOutside, IoFailed, LedgerLocked
from ilactl.ledger import lock
from ilactl.ledger.snapshot import Snapshot
from ilactl.ledger.verify import verify_all

from .support import assert_sound, make, persons_in, row, writer


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    return make(tmp_path / "ledger")


def start(ledger: Path, times: int, told: Path, first: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.storage.driver", str(ledger), str(times), str(told), str(first)],
        cwd=Path(__file__).parents[2],
    )


def test_eight_writers_and_a_reader(ledger: Path, tmp_path: Path) -> None:
    running = [start(ledger, 12, tmp_path / f"told{i}", i * 100 + 2) for i in range(8)]
    last: list[int] = []
    while any(process.poll() is None for process in running):
        snapshot = Snapshot.open(ledger)
        seen = persons_in(snapshot)
        assert len(seen) == snapshot.head.rows["persons.csv"] == snapshot.head.seq - 1
        assert seen[: len(last)] == last, "what was seen once stays"
        assert Path(snapshot.engine_path("persons.csv")).read_bytes()[
            : len(snapshot.view("persons.csv"))
        ] == bytes(snapshot.view("persons.csv"))
        last = seen
    assert [process.returncode for process in running] == [0] * 8
    told = [int(line) for path in tmp_path.glob("told*") for line in path.read_text().split()]
    assert sorted(persons_in(Snapshot.open(ledger))) == sorted(told)
    assert len(told) == len(set(told)) == 96
    assert verify_all(Snapshot.open(ledger)) == []


def test_writers_that_are_killed_at_random(ledger: Path, tmp_path: Path) -> None:
    lot = random.Random(7)
    for turn in range(6):
        firsts = [2 + turn * 1500 + i * 500 for i in range(3)]
        running = [start(ledger, 500, tmp_path / f"told{first}", first) for first in firsts]
        while not any((tmp_path / f"told{first}").exists() for first in firsts):
            time.sleep(0.01)
        time.sleep(lot.uniform(0, 0.2))
        for process in running:
            process.kill()
        for process in running:
            process.wait()
    booked = persons_in(Snapshot.open(ledger))
    told = [int(line) for path in tmp_path.glob("told*") for line in path.read_text().split()]
    assert len(booked) == len(set(booked)), "nothing twice"
    assert set(told) <= set(booked), "what was acknowledged is there"
    assert told
    assert_sound(ledger)


def test_who_holds_the_lock_is_named(ledger: Path) -> None:
    with writer(ledger, holder="ilactl topup"):
        began = time.monotonic()
        with (
            pytest.raises(
                LedgerLocked, match=r"in use by 'ilactl topup' \(process \d+ on .*2026-03-01T12:00:00"
            ),
            writer(ledger, lock_wait=0.3),
        ):
            pass
        assert 0.3 <= time.monotonic() - began < 2
        (ledger / ".ilactl" / "holder").write_bytes(b"\xff\x00")
        with pytest.raises(LedgerLocked, match="in use by another process"), writer(ledger, lock_wait=0):
            pass
    with writer(ledger, lock_wait=0):
        assert json.loads((ledger / ".ilactl" / "holder").read_bytes())["command"] == "ilactl"


@pytest.mark.parametrize("code", [errno.ENOLCK, errno.EOPNOTSUPP])
def test_without_locks_nothing_is_written(ledger: Path, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    def flock(fd: int, how: int) -> None:
        raise OSError(code, "no locks")

    monkeypatch.setattr(lock.fcntl, "flock", flock)
    with pytest.raises(IoFailed, match="offers no locks"), writer(ledger):
        pass
    monkeypatch.undo()
    assert fcntl.LOCK_EX
    assert assert_sound(ledger)[0] == 1


def test_the_hints_may_be_deleted_at_any_time(ledger: Path) -> None:
    with writer(ledger) as held:
        held.commit(row(1))
        shutil.rmtree(ledger / ".ilactl")
        with pytest.raises(ChangedOutside, match="removed while in use"):
            held.commit(row(2))
    assert assert_sound(ledger)[0] == 2


def test_a_second_process_that_slips_past_the_lock_is_noticed(ledger: Path) -> None:
    """A share whose server forgot the lock: the log's length tells."""
    with writer(ledger) as held:
        with (ledger / "commits.jsonl").open("ab") as log:
            log.write(b"somebody else\n")
        with pytest.raises(IoFailed, match="another process wrote to it in spite of the lock"):
            held.commit(row(1))
