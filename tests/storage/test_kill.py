"""Killed before any call that changes the disk, the ledger is old or new, and new once acknowledged."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ilactl.errors import AlreadyThere
from ilactl.ledger.commit import Writer
from ilactl.ledger.create import CREATING, create_ledger
from ilactl.ledger.snapshot import Snapshot
from tests.killing import EVERY, needs_strace

from .faults import CHANGING, disk, killing, tearing
from .support import (
    ACTOR,
    FILES,
    assert_sound,
    book_large,
    in_child,
    make,
    mixed,
    now,
    persons_in,
    row,
    state_of,
    writer,
)

Book = Callable[[Writer], object]
BOOKINGS: dict[str, Book] = {
    "one row": lambda held: held.commit(row(2)),
    "private and new files": lambda held: held.commit(mixed(1)),
    "batch": lambda held: book_large(held, 2),
    "two commits": lambda held: (held.commit(row(2)), held.commit(mixed(1))),
}


@pytest.mark.parametrize("booking", BOOKINGS)
@pytest.mark.parametrize("trouble", [killing, tearing], ids=["before", "within"])
def test_a_kill_leaves_old_or_new(tmp_path: Path, booking: str, trouble: Callable[..., object]) -> None:
    """The child is killed at each call in turn."""
    calls = CHANGING if trouble is killing else ("pwrite",)
    start = make(tmp_path / "start")
    with writer(start) as held:
        held.commit(row(1))
    before = state_of(Snapshot.open(start))
    whole = tmp_path / "whole"
    shutil.copytree(start, whole)
    with writer(whole) as held:
        BOOKINGS[booking](held)
    after = state_of(Snapshot.open(whole))

    for nth in range(1, 500):
        root = tmp_path / f"run{nth}"
        shutil.copytree(start, root)

        def act(root: Path = root, nth: int = nth) -> None:
            with disk(trouble, nth, calls), writer(root) as held:
                BOOKINGS[booking](held)

        status = in_child(act)
        found = assert_sound(root)
        if status == 0:
            assert nth > 5
            assert found == after
            return
        assert os.WTERMSIG(status) == signal.SIGKILL
        assert found in (before, after) or (booking == "two commits" and found[0] == before[0] + 1)
        shutil.rmtree(root)
    pytest.fail("the booking never came to its end")


def test_a_kill_in_the_repair_is_repaired(tmp_path: Path) -> None:
    """A commit cut off between decision and files; then its completion is killed at each call."""
    start = make(tmp_path / "start")

    def cut_off() -> None:
        with writer(start) as held, disk(killing, 2, ("pwrite",)):
            held.commit(row(1))

    assert os.WTERMSIG(in_child(cut_off)) == signal.SIGKILL
    assert (start / "persons.csv").read_bytes().count(b"\n") == 1, "decided, and not applied"
    assert persons_in(Snapshot.open(start)) == [1], "a reader sees it nevertheless"
    for nth in range(1, 100):
        root = tmp_path / f"run{nth}"
        shutil.copytree(start, root)

        def act(root: Path = root, nth: int = nth) -> None:
            with disk(killing, nth), writer(root):
                pass

        status = in_child(act)
        assert assert_sound(root)[0] == 2
        assert persons_in(Snapshot.open(root))[0] == 1
        if status == 0:
            return
    pytest.fail("the repair never came to its end")


def test_a_kill_in_init_is_completed_by_init(tmp_path: Path) -> None:
    for nth in range(1, 200):
        root = tmp_path / f"run{nth}"

        def act(root: Path = root, nth: int = nth) -> None:
            with disk(killing, nth):
                make(root)

        status = in_child(act)
        if status == 0:
            assert nth > 20
            return
        try:
            create_ledger(root, FILES, actor=ACTOR, now=now)
        except AlreadyThere:
            assert not (root / CREATING).exists(), "only a complete one is there already"
        assert assert_sound(root)[0] == 1
        shutil.rmtree(root)
    pytest.fail("init never came to its end")


@needs_strace
@pytest.mark.parametrize("call", ["pwrite64", "fsync", "ftruncate", "unlinkat", "mkdirat", "flock", "fchmod"])
def test_a_kill_before_any_system_call(tmp_path: Path, call: str) -> None:
    """The same from outside: no shim, the kernel kills before the call."""
    start = make(tmp_path / "start")
    before = state_of(Snapshot.open(start))
    for nth in range(1, 60, EVERY):
        root = tmp_path / f"run{nth}"
        shutil.copytree(start, root)
        told = tmp_path / "told"
        told.unlink(missing_ok=True)
        done = subprocess.run(
            ["strace", "-f", "-qq", "-o", os.devnull, "-e", f"trace={call}",
             "-e", f"inject={call}:signal=SIGKILL:when={nth}",
             sys.executable, "-m", "tests.storage.driver", str(root), "1", str(told)],
            capture_output=True, cwd=Path(__file__).parents[2],
        )  # fmt: skip
        found = assert_sound(root)
        acknowledged = told.exists()
        if done.returncode == 0:
            assert acknowledged
            return
        assert done.returncode == -signal.SIGKILL, done.stderr
        assert found[0] == before[0] + 1 if acknowledged else found[0] in (before[0], before[0] + 1)
        shutil.rmtree(root)
    pytest.fail("the driver never came to its end")
