"""Undoing hand edits: the recorded bytes come back, the edited ones are kept, nothing else is touched."""

from __future__ import annotations

import json
import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ilactl.ledger import restoring
from ilactl.ledger.files import Folder
from ilactl.ledger.restoring import restorations, restore
from ilactl.ledger.snapshot import Snapshot
from ilactl.ledger.verify import verify_all
from tests.adoption.test_adopt import Call, append, call, edit, small, state
from tests.conftest import Result
from tests.storage.support import in_child, writer

__all__ = ["call", "small"]

BOOKS = "entitlements.csv"

EDITS: dict[str, Callable[[bytes], bytes]] = {
    "changed": lambda data: data.replace(b".00,", b".01,", 1),
    "removed": lambda data: b"".join(data.splitlines(keepends=True)[:5] + data.splitlines(keepends=True)[9:]),
    "shortened": lambda data: data[: len(data) // 2],
    "emptied": lambda data: b"",
    "added to": lambda data: data + b"E9999,half a row",
    "sorted": lambda data: b"".join(sorted(data.splitlines(keepends=True), reverse=True)),
    "saved by a spreadsheet": lambda data: b"\xef\xbb\xbf" + data.replace(b"\n", b"\r\n"),
}


@pytest.mark.parametrize("how", EDITS)
def test_what_the_log_holds_comes_back(sample_ledger: Path, call: Call, how: str) -> None:
    path = sample_ledger / BOOKS
    before, others = path.read_bytes(), state(sample_ledger)
    edited = EDITS[how](before)
    path.write_bytes(edited)
    assert call(sample_ledger, "check").code == 1
    assert call(sample_ledger, "restore", "--why", "undo the edit") == Result(0, "", "")
    assert path.read_bytes() == before
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    call(sample_ledger, "check").ok()
    last = json.loads(call(sample_ledger, "log", "-O", "jsonl").out.splitlines()[-1])
    assert (last["command"], last["why"], last["rows"]) == ("restore", "undo the edit", 0)
    aside = sample_ledger / "set-aside"
    [kept] = [name for name in aside.iterdir() if name.name != ".gitignore"]
    assert kept.read_bytes() == edited
    assert kept.name == f"{last['commit']}.{BOOKS}"
    assert [stat.S_IMODE(p.stat().st_mode) for p in (aside, kept)] == [0o700, 0o600]
    after = state(sample_ledger)
    assert {n for n in others if after[n] != others[n]} == {"commits.jsonl"}
    call(sample_ledger, "person", "add", "--id", "P1").ok()


def test_a_missing_file_comes_back(sample_ledger: Path, call: Call) -> None:
    before = (sample_ledger / BOOKS).read_bytes()
    (sample_ledger / BOOKS).unlink()
    shutil.rmtree(sample_ledger / "rules" / "used")
    call(sample_ledger, "restore", "--why", "deleted").ok()
    assert (sample_ledger / BOOKS).read_bytes() == before
    assert not (sample_ledger / "set-aside").exists()
    call(sample_ledger, "check").ok()


def test_a_file_as_recorded_is_never_touched(sample_ledger: Path, call: Call) -> None:
    def stamps() -> dict[str, tuple[int, int]]:
        return {p.name: (p.stat().st_ino, p.stat().st_mtime_ns) for p in sample_ledger.glob("*.csv")}

    call(sample_ledger, "person", "add", "--id", "P900").ok()  # the first writer vouches for the last commit
    before = stamps()
    assert call(sample_ledger, "restore", "--why", "x") == Result(0, "", "")
    assert "nothing to restore" in call(sample_ledger, "restore", "--why", "x", "-v").ok().out
    seq = Snapshot.open(sample_ledger).head.seq
    edit(sample_ledger / BOOKS, "500.00", "600.00")
    edit(sample_ledger / "persons.csv", "Old Town", "New Town")
    call(sample_ledger, "restore", "courses.csv", "--why", "x").ok()
    assert Snapshot.open(sample_ledger).head.seq == seq
    edited = (sample_ledger / "persons.csv").read_bytes()
    call(sample_ledger, "restore", BOOKS, "--why", "x").ok()
    after = stamps()
    assert {n for n in before if after[n] != before[n]} == {BOOKS, "persons.csv"}
    assert (sample_ledger / "persons.csv").read_bytes() == edited
    call(sample_ledger, "adopt", "--why", "moved", "--yes").ok()
    call(sample_ledger, "check").ok()


def test_a_dry_run_shows_and_writes_nothing(sample_ledger: Path, call: Call) -> None:
    append(sample_ledger / BOOKS, "E9999,half a row")
    before = state(sample_ledger)
    out = call(sample_ledger, "restore", "--why", "x", "-n").ok().out
    assert "+ E9999,half a row" in out
    assert "dry run" in out
    assert state(sample_ledger) == before


def test_what_only_has_a_digest_is_refused_by_its_commit(small: Path, call: Call) -> None:
    edit(small / "identities.csv", "Čiurlytė", "Čiurlienė")
    edit(small / "persons.csv", ",2,", ",3,")
    before = state(small)
    result = call(small, "restore", "--why", "x")
    assert result.code == 3
    assert "identities.csv:2: RESTORE-LOST 1 line of commit 3" in result.err
    assert "your copy" in result.err
    assert "Čiurl" not in result.err
    assert state(small) == before
    call(small, "restore", "persons.csv", "--why", "x").ok()


def test_rows_that_moved_are_recognised_by_their_digest(small: Path, call: Call) -> None:
    """Nothing is lost where private rows were only put into another order."""
    path = small / "identities.csv"
    before = path.read_bytes()
    lines = before.splitlines(keepends=True)
    path.write_bytes(b"".join([lines[0], b"P0,2026-01-01,Somebody,,,,,0123456789abcdef\n", *lines[1:]]))
    call(small, "restore", "--why", "x").ok()
    assert path.read_bytes() == before


def test_a_name_the_log_does_not_know_is_not_found(small: Path, call: Call) -> None:
    for name in ("ledger.toml", "nothing.csv", "../persons.csv"):
        assert call(small, "restore", name, "--why", "x").code == 66


def test_a_copy_without_hints_is_mended_too(small: Path, call: Call) -> None:
    """A clone brings no .ilactl along: what the last commit booked may be what was edited."""
    call(small, "person", "add", "--id", "P5").ok()
    before = (small / "persons.csv").read_bytes()
    for edited in (before + b"P6,2026-01-01,,,,,,,,\n", before[:-30], before.replace(b"P5", b"P8")):
        shutil.rmtree(small / ".ilactl")
        (small / "persons.csv").write_bytes(edited)
        call(small, "restore", "--why", "x").ok()
        assert (small / "persons.csv").read_bytes() == before
        call(small, "check").ok()
        call(small, "person", "update", "P5", "--set", f"isced_level={len(edited) % 7}").ok()
        before = (small / "persons.csv").read_bytes()
    shutil.rmtree(small / ".ilactl")
    append(small / "persons.csv", "P6,2026-01-01,,,,,,,,\n")
    assert "+ P6" in call(small, "adopt", "--why", "x", "-n").ok().out
    call(small, "adopt", "--why", "x", "--yes").ok()
    call(small, "check").ok()


class _Killed:
    """Ends the process at the nth step towards the disk."""

    def __init__(self, at: int) -> None:
        self.left = at

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def step(*args: Any, **options: Any) -> Any:
            self.left -= 1
            if self.left == 0:
                os._exit(9)
            return function(*args, **options)

        return step


def _restore_killed(ledger: Path, at: int) -> None:
    killed = _Killed(at)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("write_at", "sync"):
            patch.setattr(restoring, name, killed(getattr(restoring, name)))
        for name in ("create", "replace", "sync_folder", "remove", "make_folder"):
            patch.setattr(Folder, name, killed(getattr(Folder, name)))
        for name in ("write_at", "sync"):
            patch.setattr(f"ilactl.ledger.commit.{name}", killed(getattr(restoring, name)))
        with writer(ledger, adopting=True) as held:
            restore(held, restorations(held.snapshot), "x")


def test_killed_anywhere_it_is_done_by_doing_it_again(small: Path, tmp_path: Path, call: Call) -> None:
    call(small, "person", "add", "--id", "P5").ok()
    before = {name: (small / name).read_bytes() for name in ("persons.csv", "courses.csv", "figures.csv")}
    edited = before["persons.csv"].replace(b",2,", b",3,")
    (small / "persons.csv").write_bytes(edited)
    (small / "courses.csv").write_bytes(b"")
    (small / "figures.csv").unlink()
    steps = 0
    while True:
        steps += 1
        assert steps < 200
        copy = tmp_path / f"copy{steps}"
        shutil.copytree(small, copy)
        done = in_child(lambda at=steps, root=copy: _restore_killed(root, at))  # type: ignore[misc]
        assert os.waitstatus_to_exitcode(done) in (0, 9)
        Snapshot.open(copy)
        with writer(copy, adopting=True) as held:
            if found := restorations(held.snapshot):
                restore(held, found, "again")
        assert verify_all(Snapshot.open(copy)) == []
        assert {name: (copy / name).read_bytes() for name in before} == before
        kept = [p.read_bytes() for p in (copy / "set-aside").iterdir() if p.name.endswith(".persons.csv")]
        assert edited in kept
        assert not list((copy / "commits").iterdir())
        with writer(copy):
            pass
        if done == 0:
            break
    assert steps > 15


def test_private_rows_of_a_commit_still_to_be_completed_come_from_a_copy(small: Path, call: Call) -> None:
    """The log does not hold them, and nothing tells whether they ever reached their file."""
    shutil.rmtree(small / ".ilactl")
    edit(small / "identities.csv", "Čiurlytė", "Čiurlienė")
    before = state(small)
    for command in ("adopt", "restore"):
        result = call(small, command, "--why", "x", *(["--yes"] if command == "adopt" else []))
        assert result.code == 3
        assert "put the file back from your copy" in result.err
    assert state(small) == before
