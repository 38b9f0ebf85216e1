"""What others did to the files: noticed before the next write, named by line, never overwritten."""

from __future__ import annotations

import errno
import json
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ilactl.errors import ChangedOutside, IlactlError, IoFailed, LedgerLocked, NewerFormat, NoLedger, Unsafe
from ilactl.ledger.commit import Adopt, Append, Change
from ilactl.ledger.files import Folder
from ilactl.ledger.record import seal
from ilactl.ledger.snapshot import Snapshot
from ilactl.ledger.verify import loose_modes, verify_all

from .faults import disk, failing
from .support import assert_sound, identity, make, mixed, person, row, writer


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    root = make(tmp_path / "ledger")
    for number in range(1, 400):
        with writer(root) as held:
            held.commit(mixed(number) if number == 1 else row(number))
        if number == 4:
            with writer(root) as held:
                rows = b"".join(map(person, range(1000, 1300)))
                held.commit(Change("person import", (Append("persons.csv", rows, rows=300),)))
        if number == 8:
            break
    return root


def edit(path: Path, change: Callable[[bytes], bytes]) -> None:
    path.write_bytes(change(path.read_bytes()))
    os.utime(path, ns=(time.time_ns(), time.time_ns()))  # some systems' clocks tick every few milliseconds


EDITS: dict[str, tuple[str, Callable[[bytes], bytes], str, int]] = {
    "a row added": ("persons.csv", lambda b: b + person(77), "a row was added by hand", 310),
    "two rows added": ("persons.csv", lambda b: b + person(77) * 2, "2 rows were added", 310),
    "the last row gone": ("persons.csv", lambda b: b[:-26], "shortened: the rows of commit 10", 309),
    "everything gone": ("persons.csv", lambda b: b"", "shortened: the rows of commit 1, from", 1),
    "a byte in the last row": (
        "persons.csv", lambda b: b[:-20] + b"9" + b[-19:], "line 309, booked by commit 10", 309),
    "a byte in the middle": (
        "persons.csv", lambda b: b.replace(b"P00002", b"P00003"), "line 3, booked by commit 3", 3),
    "a byte far from the end": (
        "persons.csv", lambda b: b.replace(b"P01000", b"P01999"), "line 6, booked by commit 6", 6),
    "a row taken out": ("persons.csv", lambda b: b.replace(person(2), b""), "line 3, booked by commit 3", 3),
    "a private row": (
        "identities.csv", lambda b: b.replace("Jonė".encode(), b"Jona" + b"s"), "a line from 2 on", 2),
    "a used rule": ("rules/used/base@2026.toml", lambda b: b"[[GRANT]]\n", "line 1, booked by commit 2", 1),
}  # fmt: skip


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_is_found_before_the_next_write(ledger: Path, name: str) -> None:
    file, change, reason, line = EDITS[name]
    edit(ledger / file, change)
    edited = (ledger / file).read_bytes()
    with (
        pytest.raises(ChangedOutside, match=f"{file} was changed outside ilactl: .*{reason}") as caught,
        writer(ledger),
    ):
        pass
    assert caught.value.details["line"] == line
    assert (ledger / file).read_bytes() == edited, "nobody's work is overwritten"
    [(found_file, found_reason, found_line)] = verify_all(Snapshot.open(ledger))
    assert (found_file, found_line) == (file, line)
    assert reason in found_reason


def test_an_edit_is_found_without_the_hints(ledger: Path) -> None:
    shutil.rmtree(ledger / ".ilactl")
    edit(ledger / "persons.csv", lambda b: b.replace(b"P00002", b"P00003"))
    with pytest.raises(ChangedOutside, match=r"line 3, booked by commit 3"), writer(ledger):
        pass


@pytest.mark.parametrize(
    "change", [lambda b: b[:-3] + b"x,\n", lambda b: b[:-2] + b"\n", lambda b: b + person(5)]
)
def test_a_repair_never_overwrites_an_edit(ledger: Path, change: Callable[[bytes], bytes]) -> None:
    """Without the hint the last commit is written again: not over what somebody typed since."""
    shutil.rmtree(ledger / ".ilactl")
    edit(ledger / "persons.csv", change)
    edited = (ledger / "persons.csv").read_bytes()
    with pytest.raises(ChangedOutside), writer(ledger):
        pass
    assert (ledger / "persons.csv").read_bytes() == edited


def test_blank_bytes_that_a_crash_left_are_filled(ledger: Path) -> None:
    shutil.rmtree(ledger / ".ilactl")
    edit(ledger / "persons.csv", lambda b: b[:-26] + bytes(26))
    assert_sound(ledger)


def test_an_edit_while_the_lock_is_held_is_found(ledger: Path) -> None:
    with writer(ledger) as held:
        edit(ledger / "persons.csv", lambda b: b.replace(b"P00002", b"P00003"))
        with pytest.raises(ChangedOutside, match="line 3"):
            held.commit(row(20))


def test_a_touched_file_is_read_once_and_then_trusted(ledger: Path) -> None:
    os.utime(ledger / "persons.csv")
    with writer(ledger):
        pass
    hint = (ledger / ".ilactl" / "clean").read_bytes()
    with writer(ledger):
        pass
    assert (ledger / ".ilactl" / "clean").read_bytes() == hint
    assert_sound(ledger)


def test_a_missing_file_is_named(ledger: Path) -> None:
    (ledger / "courses.csv").unlink()
    with (
        pytest.raises(ChangedOutside, match=r"courses\.csv was changed outside ilactl: it is missing"),
        writer(ledger),
    ):
        pass
    assert verify_all(Snapshot.open(ledger)) == [("courses.csv", "it is missing", 0)]


def test_a_missing_credential_is_found_by_a_check(ledger: Path) -> None:
    (ledger / "credentials" / "C1.json").unlink()
    assert verify_all(Snapshot.open(ledger)) == [("credentials/C1.json", "it is missing", 0)]


def test_readers_refuse_what_the_log_does_not_vouch_for(ledger: Path) -> None:
    edit(ledger / "persons.csv", lambda b: b[:-26])
    with pytest.raises(ChangedOutside, match="shorter than recorded"):
        Snapshot.open(ledger).view("persons.csv")
    edit(ledger / "identities.csv", lambda b: b[:-5] + b"aaaa\n")
    with pytest.raises(ChangedOutside, match="last rows are not as recorded"):
        Snapshot.open(ledger).view("identities.csv")


def test_a_row_added_by_hand_is_not_seen(ledger: Path) -> None:
    seen = bytes(Snapshot.open(ledger).view("persons.csv"))
    edit(ledger / "persons.csv", lambda b: b + person(77))
    snapshot = Snapshot.open(ledger)
    assert bytes(snapshot.view("persons.csv")) == seen
    assert Path(snapshot.engine_path("persons.csv")).read_bytes() == seen


def other(path: Path) -> Path:
    found = path.with_name("other.txt")
    found.write_bytes(b"")
    return found


STANDINS: dict[str, Callable[[Path], object]] = {
    "symbolic link": lambda path: path.symlink_to("courses.csv"),
    "dangling link": lambda path: path.symlink_to("nowhere"),
    "hard link": lambda path: os.link(other(path), path),
    "pipe": os.mkfifo,
    "folder": os.mkdir,
}


@pytest.mark.parametrize("standin", STANDINS)
@pytest.mark.parametrize("file", ["persons.csv", "commits.jsonl", ".ilactl/lock"])
def test_only_plain_files_are_opened(ledger: Path, standin: str, file: str) -> None:
    (ledger / file).unlink()
    STANDINS[standin](ledger / file)
    with pytest.raises(Unsafe, match=file), writer(ledger) as held:
        held.commit(row(20))


@pytest.mark.parametrize("folder", [".ilactl", "rules", "commits"])
def test_no_part_of_the_ledger_is_a_link(ledger: Path, folder: str) -> None:
    (ledger / folder).rename(ledger.parent / "elsewhere")
    (ledger / folder).symlink_to("../elsewhere")
    with pytest.raises(Unsafe), writer(ledger) as held:
        held.commit(mixed(1))


@pytest.mark.parametrize(
    "name", ["../x.csv", "/etc/x.csv", "a/../../x.csv", "x\0.csv", "", "a//b"], ids=range(6)
)
def test_no_name_leaves_the_ledger(ledger: Path, name: str) -> None:
    with writer(ledger) as held, pytest.raises((Unsafe, ValueError)):
        held.commit(Change("x", (Append(name, b"1\n"),)))


def test_a_folder_that_others_may_write_in_is_refused(ledger: Path) -> None:
    ledger.chmod(0o777)
    with pytest.raises(Unsafe, match="everyone may write"), writer(ledger):
        pass
    ledger.chmod(0o770)
    with pytest.raises(Unsafe, match="its group may write"), writer(ledger):
        pass


@pytest.mark.parametrize("mode", [0o500, 0o555])
def test_a_read_only_folder_stays_as_it_is_whoever_writes(ledger: Path, mode: int) -> None:
    """Its files may be writable, and nothing stops root: the folder's bits say what is meant."""
    before = {path: path.read_bytes() for path in ledger.rglob("*") if path.is_file()}
    ledger.chmod(mode)
    with pytest.raises(IoFailed, match="the folder is read-only; nothing was changed"), writer(ledger):
        pass
    assert Snapshot.open(ledger).head.seq == 10
    assert {path: path.read_bytes() for path in ledger.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("lost", ["commits", ".ilactl"])
def test_a_copy_without_empty_or_derived_folders_goes_on(ledger: Path, lost: str) -> None:
    """As git copies it: no commits/, which was empty, and no .ilactl; its last commit was staged."""
    with writer(ledger) as held:
        held.commit(Change("person add", (Append("identities.csv", identity(50), rows=1),)))
    shutil.rmtree(ledger / ".ilactl")
    shutil.rmtree(ledger / lost, ignore_errors=True)
    assert_sound(ledger)


@pytest.mark.parametrize("hint", [b"[" * 100_000 + b"\n", b'{"seq":"a","sha":1,"stamps":[]}\n', b"\xff\n"])
def test_a_hint_that_makes_no_sense_is_none(ledger: Path, hint: bytes) -> None:
    (ledger / ".ilactl" / "clean").write_bytes(hint)
    assert_sound(ledger)


def test_loose_modes_are_told_and_left(ledger: Path) -> None:
    (ledger / "identities.csv").chmod(0o644)
    with writer(ledger) as held:
        held.commit(row(20))
    assert loose_modes(Snapshot.open(ledger).folder, ["identities.csv", "persons.csv"]) == [
        ("identities.csv", 0o644)
    ]


def test_a_read_only_disk_is_refused_and_can_be_read(ledger: Path) -> None:
    with disk(failing(30), 1, ("open", "pwrite", "mkdir", "fsync"), lasting=True):
        assert Snapshot.open(ledger).head.seq == 10
        with pytest.raises(IoFailed, match="read-only"), writer(ledger) as held:
            held.commit(mixed(1))


@pytest.mark.parametrize(
    ("mark", "data", "who"),
    [
        (
            ".~lock.persons.csv#", b",rasa,desk,02.03.2026 10:00,x;", "rasa: persons.csv is open in Libre"),
        (".~lock.persons.csv#", b"Rasa K.,rasa,desk,02.03.2026 10:00,x;", "Rasa K.: persons"),
        ("~$persons.csv", b"\x04Rasa" + b" " * 50, "Rasa: persons.csv is open in Excel"),
        ("~$persons.csv", b"", "somebody: persons.csv is open in Excel"),
    ],
)  # fmt: skip
def test_a_file_open_in_a_spreadsheet_is_left_alone(ledger: Path, mark: str, data: bytes, who: str) -> None:
    (ledger / mark).write_bytes(data)
    with writer(ledger) as held, pytest.raises(LedgerLocked, match=who):
        held.commit(row(20))
    (ledger / mark).unlink()
    assert_sound(ledger)


def test_a_repair_waits_for_the_spreadsheet_too(ledger: Path) -> None:
    shutil.rmtree(ledger / ".ilactl")
    (ledger / "~$persons.csv").write_bytes(b"\x04Rasa")
    with pytest.raises(LedgerLocked, match="Rasa"), writer(ledger):
        pass


def test_a_mark_that_cannot_be_looked_for_is_told_as_what_it_is(
    ledger: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With too many open files nobody has the ledger open in a spreadsheet."""
    read = Folder.read

    def without_room(folder: Folder, name: str, limit: int = 1 << 26) -> bytes:
        if name.startswith((".~lock.", "~$")):
            raise IoFailed(path=name, reason=os.strerror(errno.EMFILE))
        return read(folder, name, limit)

    monkeypatch.setattr(Folder, "read", without_room)
    with writer(ledger) as held, pytest.raises(IoFailed, match="Too many open files"):
        held.commit(row(20))
    (ledger / ".~lock.persons.csv#").write_bytes(b",rasa,desk,;")
    with writer(ledger) as held, pytest.raises(LedgerLocked, match="somebody: persons"):
        held.commit(row(20))


def spoil(ledger: Path, change: Callable[[bytes], bytes]) -> None:
    """Damage the log's last line."""
    log = ledger / "commits.jsonl"
    lines = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join(lines[:-1]) + change(lines[-1]))


@pytest.mark.parametrize("hints", [True, False], ids=["with hints", "without"])
@pytest.mark.parametrize(
    "change", [lambda b: b[:40], lambda b: b[:40] + b"X" + b[41:], lambda b: bytes(len(b))]
)
def test_a_rotten_line_that_was_acknowledged_is_never_cut(
    ledger: Path, change: Callable[[bytes], bytes], hints: bool
) -> None:
    spoil(ledger, change)
    if not hints:
        shutil.rmtree(ledger / ".ilactl")
    rotten = (ledger / "commits.jsonl").read_bytes()
    for use in (lambda: Snapshot.open(ledger), lambda: writer(ledger).__enter__()):
        with pytest.raises(ChangedOutside, match="the line of commit 10 is damaged"):
            use()
    assert (ledger / "commits.jsonl").read_bytes() == rotten


@pytest.mark.parametrize("torn", [b'{"format":1,"seq":11', bytes(300), b'{"format":1,"seq":11}\n', b"\n"])
def test_a_torn_line_that_was_never_acknowledged_is_cut(ledger: Path, torn: bytes) -> None:
    whole = (ledger / "commits.jsonl").read_bytes()
    edit(ledger / "commits.jsonl", lambda b: b + torn)
    assert Snapshot.open(ledger).head.seq == 10
    with writer(ledger):
        assert (ledger / "commits.jsonl").read_bytes() == whole
    assert_sound(ledger)


def test_two_bad_lines_are_no_accident(ledger: Path) -> None:
    edit(ledger / "commits.jsonl", lambda b: b + b'{"format":1}\n{"for')
    with pytest.raises(ChangedOutside, match="two of its last lines"):
        Snapshot.open(ledger)


def test_a_changed_line_in_the_middle_is_found_by_a_check(ledger: Path) -> None:
    edit(ledger / "commits.jsonl", lambda b: b.replace(b'"clerk"', b'"other"', 3))
    snapshot = Snapshot.open(ledger)
    assert verify_all(snapshot) == [("commits.jsonl", "line 1: the digest does not match", 1)]


def test_a_line_taken_out_breaks_the_chain(ledger: Path) -> None:
    edit(
        ledger / "commits.jsonl",
        lambda b: b"".join(b.splitlines(keepends=True)[i] for i in range(10) if i != 4),
    )
    [(file, reason, line)] = verify_all(Snapshot.open(ledger))
    assert (file, reason, line) == ("commits.jsonl", "line 5 does not follow from the line before it", 5)


def test_a_lost_log_is_told_from_an_unfinished_init(ledger: Path) -> None:
    (ledger / "commits.jsonl").unlink()
    with pytest.raises(ChangedOutside, match=r"commits\.jsonl"):
        Snapshot.open(ledger)
    (ledger / ".ilactl" / "creating").touch()
    with pytest.raises(NoLedger) as caught:
        Snapshot.open(ledger)
    assert "run it again" in caught.value.advice


@pytest.mark.parametrize("intact", [True, False])
def test_a_newer_format_is_told(ledger: Path, intact: bool) -> None:
    line = seal({"seq": 11}).replace(b'{"format":1,', b'{"format":2,')
    if intact:
        line = _sealed_again(line)
    edit(ledger / "commits.jsonl", lambda b: b + line)
    for use in (lambda: Snapshot.open(ledger), lambda: writer(ledger).__enter__()):
        with pytest.raises(NewerFormat, match="format 2 is newer than 1"):
            use()


def _sealed_again(line: bytes) -> bytes:
    import hashlib

    data = line.rpartition(b',"sha256"')[0]
    return data + b',"sha256":"' + hashlib.sha256(data).hexdigest().encode() + b'"}\n'


def test_a_forged_record_cannot_name_a_path_outside(ledger: Path, tmp_path: Path) -> None:
    """Who can compute a digest still cannot make a repair write elsewhere."""
    lines = (ledger / "commits.jsonl").read_bytes().splitlines(keepends=True)
    last = json.loads(lines[-1])
    last["files"][0]["path"] = "../outside.csv"
    last["files"][0]["base"] = 0
    data = json.dumps(last, separators=(",", ":")).encode()
    (ledger / "commits.jsonl").write_bytes(b"".join(lines[:-1]) + _sealed_again(data))
    with pytest.raises(IlactlError), writer(ledger):
        pass
    assert not (tmp_path / "outside.csv").exists()


def test_an_edit_can_be_taken_in(ledger: Path) -> None:
    """From the first changed row on, the adoption answers for the file; older rows keep their commits."""
    edit(ledger / "persons.csv", lambda b: b.replace(b"P00007,2026-01-01,,", b"P00007,2026-01-01,3,"))
    data = (ledger / "persons.csv").read_bytes()
    base = data.index(b"P00007")
    with writer(ledger, adopting=True) as held:
        record = held.commit(Change("adopt", why="typing error", adopts=(Adopt("persons.csv", base, 308),)))
    assert_sound(ledger)
    snapshot = Snapshot.open(ledger)
    assert snapshot.commit_of("persons.csv", base).seq == record.seq
    assert snapshot.commit_of("persons.csv", base - 1).seq == 8
    assert snapshot.commit_of("persons.csv", 0).seq == 1
    assert snapshot.at(8).head.rows["persons.csv"] == 306
    with pytest.raises(ChangedOutside, match="replaced by the adoption in commit 11"):
        snapshot.at(9)
