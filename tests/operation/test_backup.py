"""A backup is the ledger as of its last commit, whoever writes meanwhile, and replaces nothing."""

from __future__ import annotations

import errno
import json
import os
import shutil
import stat
import subprocess
import tarfile
import threading
from pathlib import Path

import pytest

from ilactl.errors import ChangedMeanwhile, ChangedOutside, IoFailed
from ilactl.ledger import copying
from ilactl.ledger.backup import Backup
from ilactl.ledger.commit import Append, Change
from ilactl.ledger.copying import unpacked, write_copy
from ilactl.ledger.snapshot import Snapshot
from ilactl.ledger.verify import verify_all
from tests.conftest import Run
from tests.storage.support import identity, make, person, row, writer

DERIVED = {".ilactl", "commits"}


def tree(root: Path) -> dict[str, bytes]:
    """Every file by its name, but what is derived."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and path.relative_to(root).parts[0] not in DERIVED
    }


def forget(root: Path) -> None:
    """As after a kill between the decision and its note."""
    (root / ".ilactl" / "clean").unlink()


def test_a_folder_holds_all_that_cannot_be_derived(sample_ledger: Path, tmp_path: Path, invoke: Run) -> None:
    result = invoke("--ledger", sample_ledger, "backup", tmp_path / "copy", "-v").ok()
    assert f"as of commit {Snapshot.open(sample_ledger).head.seq} " in result.out
    assert tree(tmp_path / "copy") == tree(sample_ledger)
    assert not DERIVED & set(os.listdir(tmp_path / "copy"))


def test_in_cron_it_is_silent_and_json_tells_all(sample_ledger: Path, tmp_path: Path, invoke: Run) -> None:
    env = {"ILACTL_LEDGER": str(sample_ledger)}
    (sample_ledger / "letter.odt").write_text("mine")
    assert invoke("backup", tmp_path / "a", env=env).ok().out == ""
    told = json.loads(invoke("backup", tmp_path / "b", "--check", "-O", "json", env=env).ok().out)
    assert told["schema"] == "ilactl.backup/1"
    last = Snapshot.open(sample_ledger).head.seq
    assert (told["commit"], told["findings"], told["left_out"]) == (last, 0, ["letter.odt"])
    assert {part["file"]: part["bytes"] for part in told["rows"]} == {
        name: len(data) for name, data in tree(tmp_path / "b").items()
    }
    assert not (tmp_path / "b" / "letter.odt").exists()


def test_check_works_on_a_backup_and_changes_nothing_in_it(
    sample_ledger: Path, tmp_path: Path, invoke: Run
) -> None:
    copy = tmp_path / "copy"
    invoke("--ledger", sample_ledger, "backup", copy).ok()
    copy.chmod(0o500)
    assert invoke("check", "--ledger", copy).ok().err == ""
    assert invoke("check", "--tier", "strict", "--ledger", copy).ok().err == ""
    assert ".ilactl" not in os.listdir(copy)
    copy.chmod(0o700)
    data = (copy / "entitlements.csv").read_bytes()
    (copy / "entitlements.csv").write_bytes(data.replace(b"300.00", b"900.00", 1))
    assert invoke("check", "--ledger", copy).code == 1


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
@pytest.mark.parametrize("name", ["copy", "copy.tar.gz"])
def test_nobody_else_can_read_it(ledger: Path, tmp_path: Path, umask: int, name: str) -> None:
    before = os.umask(umask)
    try:
        write_copy(Backup(ledger), tmp_path / name)
    finally:
        os.umask(before)
    for path in [tmp_path / name, *(tmp_path / name).rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)


def test_a_restored_backup_goes_on_where_it_was_taken(
    sample_ledger: Path, tmp_path: Path, invoke: Run
) -> None:
    last = Snapshot.open(sample_ledger).head.seq
    invoke("--ledger", sample_ledger, "backup", tmp_path / "b.tar.gz").ok()
    shutil.rmtree(sample_ledger)
    subprocess.run(["tar", "-xzf", "b.tar.gz"], cwd=tmp_path, check=True)
    (tmp_path / "ledger").rename(sample_ledger)
    env = {"ILACTL_LEDGER": str(sample_ledger)}
    invoke("person", "add", "--id", "P1", "--set", "isced_level=2", env=env).ok()
    invoke("check", env=env).ok()
    assert Snapshot.open(sample_ledger).head.seq == last + 1


def test_equal_ledgers_pack_alike(sample_ledger: Path, tmp_path: Path) -> None:
    shutil.copytree(sample_ledger, tmp_path / "elsewhere")
    write_copy(Backup(sample_ledger), tmp_path / "one.tar.gz")
    write_copy(Backup(tmp_path / "elsewhere"), tmp_path / "two.tgz")
    assert (tmp_path / "one.tar.gz").read_bytes() == (tmp_path / "two.tgz").read_bytes()
    with tarfile.open(tmp_path / "one.tar.gz") as archive:
        members = archive.getmembers()
    assert {(m.uid, m.gid, m.uname, m.gname) for m in members} == {(0, 0, "", "")}
    assert len({m.mtime for m in members}) == 1
    files = [m.name for m in members if m.isfile()]
    assert files == sorted(files)


@pytest.mark.parametrize("name", ["copy", "copy.tar.gz"])
def test_rows_that_are_decided_and_not_applied_are_in_it(tmp_path: Path, name: str) -> None:
    root = make(tmp_path / "ledger")
    private = b"".join(identity(number) for number in range(40))
    appends = (
        Append("persons.csv", person(1), rows=1),
        Append("identities.csv", private, rows=40),
        Append("credentials/C1.json", b"{}\n"),
    )
    with writer(root) as held:
        record = held.commit(Change("person add", appends))
    whole = tree(root)
    for act in record.files:  # as a kill right after the decision leaves it
        data = (root / act.path).read_bytes()
        if act.staged:
            (root / act.staged).write_bytes(data[act.base :])
        if act.base:
            os.truncate(root / act.path, act.base)
        else:
            (root / act.path).unlink()
    forget(root)
    before = tree(root)
    assert before != whole
    write_copy(Backup(root), tmp_path / name)
    with unpacked(tmp_path / name) as copy:
        assert tree(copy) == whole
        assert verify_all(Snapshot.open(copy)) == []
    assert tree(root) == before


def test_bytes_beyond_the_last_commit_are_not_in_it(tmp_path: Path) -> None:
    root = make(tmp_path / "ledger")
    log = (root / "commits.jsonl").read_bytes()
    (root / "commits.jsonl").write_bytes(log + b'{"format":1,"seq":2,')
    write_copy(Backup(root), tmp_path / "copy")
    assert (tmp_path / "copy" / "commits.jsonl").read_bytes() == log


def test_writers_go_on_and_every_copy_is_sound(tmp_path: Path) -> None:
    root = make(tmp_path / "ledger")
    done = threading.Event()
    failed: list[BaseException] = []

    def write() -> None:
        number = 0
        try:
            while not done.is_set():
                number += 1
                with writer(root) as held:
                    held.commit(row(number))
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=write)
    thread.start()
    seen = set()
    try:
        for number in range(8):
            name = tmp_path / (f"{number}.tar.gz" if number % 2 else f"{number}")
            try:
                write_copy(Backup(root), name)
            except ChangedMeanwhile:
                continue  # status 75: nothing was written, and again is safe
            with unpacked(name) as copy:
                snapshot = Snapshot.open(copy)
                assert verify_all(snapshot) == []
                assert snapshot.pending_acts() == []
                seen.add(snapshot.head.seq)
    finally:
        done.set()
        thread.join()
    assert not failed
    assert len(seen) > 1
    assert not list(tmp_path.glob("*.partial")) + list(tmp_path.glob("*.checking"))


@pytest.mark.parametrize("name", ["copy", "copy.tar.gz"])
def test_it_never_overwrites(ledger: Path, tmp_path: Path, invoke: Run, name: str) -> None:
    env = {"ILACTL_LEDGER": str(ledger)}
    (tmp_path / name).write_bytes(b"mine")
    result = invoke("backup", tmp_path / name, env=env)
    assert result.code == 3
    assert "ALREADY-THERE" in result.err
    assert (tmp_path / name).read_bytes() == b"mine"
    (tmp_path / name).unlink()
    (tmp_path / name).symlink_to(tmp_path / "nowhere")
    assert invoke("backup", tmp_path / name, env=env).code == 3
    (tmp_path / name).unlink()
    (tmp_path / f"{name}.partial").mkdir()
    result = invoke("backup", tmp_path / name, env=env)
    assert result.code == 3
    assert "cut off" in result.err
    assert (tmp_path / f"{name}.partial").is_dir()


def test_it_refuses_a_place_in_the_ledger(ledger: Path, tmp_path: Path, invoke: Run) -> None:
    (tmp_path / "link").symlink_to(ledger / "rules")
    before = tree(ledger)
    for place in (ledger / "copy", ledger / "rules" / "copy.tar.gz", tmp_path / "link" / "copy"):
        result = invoke("--ledger", ledger, "backup", place)
        assert (result.code, "inside the ledger" in result.err) == (3, True)
    assert tree(ledger) == before


@pytest.mark.parametrize(
    ("name", "status"),
    [("nope/copy", 66), ("copy.zip", 2), ("copy.tar", 2), ("", 2), ("-", 2), ("x" * 300, 74)],
)
def test_bad_targets_are_refused_in_words(
    ledger: Path, tmp_path: Path, invoke: Run, name: str, status: int
) -> None:
    result = invoke("backup", name, env={"ILACTL_LEDGER": str(ledger)}, cwd=tmp_path)
    assert result.code == status, result.err
    assert "hint: " in result.err


def test_a_dry_run_writes_nothing(ledger: Path, tmp_path: Path, invoke: Run) -> None:
    before = set(os.listdir(tmp_path))
    result = invoke("--ledger", ledger, "backup", tmp_path / "copy", "-n", "--check").ok()
    assert "would be copied" in result.out
    assert "identities.csv" in result.out
    assert set(os.listdir(tmp_path)) == before


@pytest.mark.parametrize("name", ["copy", "copy.tar.gz"])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
def test_a_failing_disk_leaves_nothing(
    ledger: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, code: int
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(copying, "sync", refuse)
    before = set(os.listdir(tmp_path))
    with pytest.raises(IoFailed):
        write_copy(Backup(ledger), tmp_path / name)
    assert set(os.listdir(tmp_path)) == before


@pytest.mark.parametrize("name", ["copy", "copy.tar.gz"])
def test_damage_is_refused_before_a_sound_backup_is_thrown_away(
    sample_ledger: Path, tmp_path: Path, invoke: Run, name: str
) -> None:
    data = (sample_ledger / "entitlements.csv").read_bytes()
    (sample_ledger / "entitlements.csv").write_bytes(data.replace(b"300.00", b"900.00", 1))
    result = invoke("--ledger", sample_ledger, "backup", tmp_path / name)
    assert result.code == 3
    assert "CHANGED-OUTSIDE entitlements.csv" in result.err
    assert not (tmp_path / name).exists()
    assert not (tmp_path / f"{name}.partial").exists()
    (sample_ledger / "commits.jsonl").write_bytes(b"no log\n")
    with pytest.raises(ChangedOutside):
        Backup(sample_ledger)


@pytest.mark.parametrize("name", ["copy", "copy.tar.gz"])
def test_check_says_what_is_wrong_with_the_data(
    sample_ledger: Path, tmp_path: Path, invoke: Run, name: str
) -> None:
    (sample_ledger / "rules" / "scheme.toml").write_text("[[grant]]\nid = 1\n")
    env = {"ILACTL_LEDGER": str(sample_ledger)}
    result = invoke("backup", tmp_path / name, "--check", env=env)
    assert result.code == 1, result.err
    assert "rules/scheme.toml:" in result.err
    assert "there all the same" in result.err
    assert (tmp_path / name).exists()
    assert not list(tmp_path.glob("*.checking"))


def test_notes_beside_the_rules_come_along(ledger: Path, tmp_path: Path) -> None:
    (ledger / "rules" / "WHY.md").write_text("why")
    (ledger / "rules" / "link.md").symlink_to("WHY.md")
    (ledger / "rules" / ".swap").write_text("x")
    write_copy(Backup(ledger), tmp_path / "copy")
    names = set(os.listdir(tmp_path / "copy" / "rules"))
    assert "WHY.md" in names
    assert not {"link.md", ".swap"} & names
