"""Making a ledger, and making it again after it was cut off."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import pytest

from ilactl.errors import (
    AlreadyThere,
    BadManifest,
    BookedNotConfirmed,
    IoFailed,
    NoLedger,
    OutcomeUnknown,
    Unsafe,
)
from ilactl.ledger.create import create_ledger
from ilactl.ledger.files import Folder
from ilactl.ledger.snapshot import Snapshot

from .faults import disk, failing
from .support import ACTOR, FILES, assert_sound, assert_tidy, make, now, row, writer


@pytest.mark.parametrize("where", ["new", "deep/er/new", "empty", "under-git"])
def test_a_new_ledger_is_one_commit(tmp_path: Path, where: str) -> None:
    root = tmp_path / where
    if where in ("empty", "under-git"):
        root.mkdir(mode=0o700)
    if where == "under-git":
        (root / ".git").mkdir(mode=0o700)
    record = create_ledger(root, FILES, actor=ACTOR, now=now)
    assert (record.seq, record.command, record.next_entry) == (1, "init", 1)
    assert {act.path for act in record.files} == {name for name in FILES if name.endswith(".csv")}
    for name, data in FILES.items():
        assert (root / name).read_bytes() == data
    assert not (root / ".ilactl" / "creating").exists()
    assert_tidy(root)


def test_a_ledger_is_never_made_over_another(tmp_path: Path) -> None:
    root = make(tmp_path / "ledger")
    with writer(root) as held:
        held.commit(row(1))
    with pytest.raises(AlreadyThere, match="a ledger in"):
        make(root)
    (root / "commits.jsonl").unlink()
    with pytest.raises(AlreadyThere):
        make(root)
    (root / "ledger.toml").unlink()
    with pytest.raises(AlreadyThere):
        make(root)


def test_a_folder_in_use_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()
    with pytest.raises(AlreadyThere, match=r"notes\.txt"):
        make(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_a_loose_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ledger").mkdir()
    (tmp_path / "ledger").chmod(0o777)
    with pytest.raises(Unsafe, match="everyone may write"):
        make(tmp_path / "ledger")
    assert list((tmp_path / "ledger").iterdir()) == []


def test_a_bad_manifest_makes_nothing(tmp_path: Path) -> None:
    with pytest.raises(BadManifest):
        make(tmp_path / "ledger", **{"ledger.toml": b"format = 1\n"})
    assert not (tmp_path / "ledger").exists()


@pytest.mark.parametrize("lasting", [False, True])
def test_a_failing_disk_leaves_something_that_init_completes(tmp_path: Path, lasting: bool) -> None:
    for nth in range(1, 300):
        root = tmp_path / f"run{nth}"
        calls = ("pwrite", "fsync", "open", "mkdir")
        with (
            disk(failing(28), nth, calls, lasting=lasting) as faulty,
            suppress(IoFailed, BookedNotConfirmed, OutcomeUnknown),
        ):
            make(root)
        if not faulty.fired:
            return
        if not (root / ".ilactl" / "creating").exists() and (root / "commits.jsonl").exists():
            assert Snapshot.open(root).head.seq == 1
        else:
            if (root / "ledger.toml").exists() and not (root / "commits.jsonl").exists():
                with pytest.raises(NoLedger):
                    Snapshot.open(root)
            make(root)
        assert assert_sound(root)[0] == 1
    pytest.fail("init never came to its end")


@pytest.mark.parametrize("call", ["unlink", "fsync"])
def test_a_ledger_whose_mark_cannot_go_is_made_nevertheless_and_said_to_be(tmp_path: Path, call: str) -> None:
    with disk(lambda real, *args, **kwargs: real(*args, **kwargs), 1, (call,), lasting=True) as whole:
        make(tmp_path / "whole")
    with (
        disk(failing(5), whole.count, (call,)),
        pytest.raises(
            BookedNotConfirmed, match=r"booked as commit 1, but the mark .*: input/output error"
        ) as caught,
    ):
        make(tmp_path / "ledger")
    assert "again" in caught.value.advice
    assert Snapshot.open(tmp_path / "ledger").head.seq == 1
    if call == "unlink":
        make(tmp_path / "ledger")
    assert assert_sound(tmp_path / "ledger")[0] == 1


def test_a_folder_that_was_not_made_durable_is_made_durable_by_the_next_attempt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    fsync = os.fsync

    def failing_once(fd: int) -> None:
        synced.append(os.readlink(f"/proc/self/fd/{fd}"))
        if len(synced) == 1:
            raise OSError(5, "Input/output error")
        fsync(fd)

    monkeypatch.setattr(os, "fsync", failing_once)
    with pytest.raises(IoFailed):
        make(tmp_path / "ledger")
    make(tmp_path / "ledger")
    assert synced[:2] == [str(tmp_path), str(tmp_path)]


def test_a_new_folder_that_cannot_be_made_durable_is_taken_back(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    with disk(failing(5), 1, ("fsync",)), pytest.raises(IoFailed):
        folder.make_folder("commits")
    assert not folder.exists("commits")
    folder.make_folder("commits")


def test_a_file_in_the_way_is_an_io_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(IoFailed):
        make(tmp_path / "file")
