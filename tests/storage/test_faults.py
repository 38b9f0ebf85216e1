"""A disk that fails at any call, once or from then on: every answer given is the truth."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ilactl.errors import BookedNotConfirmed, IlactlError, IoFailed, OutcomeUnknown
from ilactl.ledger.commit import Writer
from ilactl.ledger.snapshot import Snapshot

from .faults import Disk, disk, failing, short, torn_then_full
from .support import assert_sound, book_large, in_child, make, mixed, persons_in, row, state_of, writer

FAULTS = {
    "no space": (failing(errno.ENOSPC), ("pwrite", "open", "mkdir", "fsync")),
    "torn, no space": (torn_then_full, ("pwrite",)),
    "input/output error": (failing(errno.EIO), ("pwrite", "fsync", "ftruncate", "unlink")),
    "no permission": (failing(errno.EACCES), ("open", "mkdir", "unlink")),
    "too many open files": (failing(errno.EMFILE), ("open",)),
}


def book(held: Writer) -> None:
    held.commit(mixed(1))
    book_large(held, 7)


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = make(tmp_path_factory.mktemp("start") / "ledger")
    with writer(root) as held:
        held.commit(row(1))
    return root


@pytest.mark.parametrize("lasting", [False, True], ids=["once", "from then on"])
@pytest.mark.parametrize("fault", FAULTS)
def test_every_answer_is_the_truth(tmp_path: Path, start: Path, fault: str, lasting: bool) -> None:
    trouble, calls = FAULTS[fault]
    for nth in range(1, 400):
        root = tmp_path / f"run{nth}"
        shutil.copytree(start, root)
        faulty, booked, error = attempt(root, trouble, nth, calls, lasting)
        found = assert_sound(root)
        if error is None:
            assert found[0] == 4
        elif isinstance(error, BookedNotConfirmed):
            assert found[0] == error.details["seq"]
        elif isinstance(error, OutcomeUnknown):
            assert found[0] in (booked, booked + 1)
        else:
            assert isinstance(error, IoFailed), repr(error)
            assert found[0] == booked, "'nothing was changed' must be true"
        shutil.rmtree(root)
        if not faulty.fired:
            assert error is None
            return
    pytest.fail("the booking never came to its end")


def attempt(
    root: Path, trouble: Callable[..., object], nth: int, calls: tuple[str, ...], lasting: bool
) -> tuple[Disk, int, IlactlError | None]:
    """Book two commits on a failing disk: the disk, the last commit acknowledged, the error."""
    booked = 2
    with disk(trouble, nth, calls, lasting=lasting) as faulty:
        try:
            with writer(root) as held:
                held.commit(mixed(1))
                booked = 3
                book_large(held, 7)
                booked = 4
        except IlactlError as error:
            return faulty, booked, error
    return faulty, booked, None


@pytest.mark.parametrize("lasting", [False, True], ids=["once", "always"])
def test_a_short_write_goes_on(tmp_path: Path, start: Path, lasting: bool) -> None:
    for nth in range(1, 20):
        root = tmp_path / f"run{nth}"
        shutil.copytree(start, root)
        with disk(short, nth, ("pwrite",), lasting=lasting) as faulty, writer(root) as held:
            book(held)
        assert assert_sound(root)[0] == 4
        if not faulty.fired:
            return
    assert lasting


def test_an_error_at_close_does_not_undo_what_is_done(tmp_path: Path, start: Path) -> None:
    root = shutil.copytree(start, tmp_path / "ledger")

    def close_and_fail(real: Callable[[int], None], fd: int) -> None:
        real(fd)
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with disk(close_and_fail, 1, ("close",), lasting=True), writer(root) as held:
        assert held.commit(row(2)).seq == 3
    assert assert_sound(root)[0] == 3


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit])
def test_an_interruption_tells_whether_it_is_booked(
    tmp_path: Path, start: Path, stop: type[BaseException]
) -> None:
    """Ctrl-C at any call: nothing is booked, or the error says that it is."""

    def interrupt(real: Callable[..., object], *args: object, **kwargs: object) -> None:
        raise stop

    for nth in range(1, 100):
        root = shutil.copytree(start, tmp_path / f"run{nth}")
        raised: BaseException | None = None
        with disk(interrupt, nth, ("pwrite", "fsync", "ftruncate", "unlink")) as faulty:
            try:
                with writer(root) as held:
                    held.commit(mixed(1))
            except BaseException as error:
                raised = error
        seq = assert_sound(root)[0]
        if not faulty.fired:
            assert raised is None
            return
        assert isinstance(raised, (stop, BookedNotConfirmed)) or raised is None, repr(raised)
        assert seq == (2 if isinstance(raised, stop) else 3)
    pytest.fail("the booking never came to its end")


def test_a_log_that_cannot_be_taken_back_is_said_to_be_unknown(tmp_path: Path, start: Path) -> None:
    root = shutil.copytree(start, tmp_path / "ledger")
    with (
        writer(root) as held,
        disk(failing(errno.EIO), 1, ("fsync",), lasting=True),
        pytest.raises(OutcomeUnknown, match="whether it was booked is not known"),
    ):
        held.commit(row(2))
    assert assert_sound(root)[0] in (2, 3)


def test_a_decided_commit_is_completed_by_the_next_writer(tmp_path: Path, start: Path) -> None:
    root = shutil.copytree(start, tmp_path / "ledger")
    with (
        writer(root) as held,
        disk(failing(errno.ENOSPC), 2, ("pwrite",), lasting=True),
        pytest.raises(BookedNotConfirmed, match="booked as commit 3, but"),
    ):
        held.commit(row(2))
    assert persons_in(Snapshot.open(root)) == [1, 2]
    assert (root / "persons.csv").read_bytes().count(b"\n") == 2
    with writer(root):
        pass
    assert (root / "persons.csv").read_bytes().count(b"\n") == 3


def test_what_was_synced_in_vain_is_written_again(tmp_path: Path, start: Path) -> None:
    """After a failed fsync the system may show bytes that it dropped: the repair must not trust it."""
    root = shutil.copytree(start, tmp_path / "ledger")
    before = (root / "persons.csv").read_bytes()
    with writer(root) as held, disk(failing(errno.EIO), 2, ("fsync",)), pytest.raises(BookedNotConfirmed):
        held.commit(row(2))
    assert (root / "persons.csv").read_bytes() != before
    written = []

    def note(real: Callable[..., int], fd: int, data: memoryview, offset: int) -> int:
        written.append(os.readlink(f"/proc/self/fd/{fd}").rpartition("/")[2])
        return real(fd, data, offset)

    with disk(note, 1, ("pwrite",), lasting=True), writer(root):
        pass
    assert {"commits.jsonl", "persons.csv"} <= set(written)
    assert state_of(Snapshot.open(root))[0] == 3


def test_a_read_only_folder_is_refused_and_can_be_read(tmp_path: Path, start: Path) -> None:
    """In a process without the superuser's rights, to whom no folder is read-only."""
    root = shutil.copytree(start, tmp_path / "ledger")
    nobody = 65534 if os.geteuid() == 0 else os.geteuid()
    for path in (tmp_path, root, *root.rglob("*")):
        os.chown(path, nobody, -1)
    (root / ".ilactl" / "lock").chmod(0o400)
    root.chmod(0o500)

    def use() -> None:
        if os.geteuid() == 0:
            os.setuid(nobody)
        assert persons_in(Snapshot.open(root)) == [1]
        for mode in (0o500, 0o700):  # and then its lock alone
            root.chmod(mode)
            with pytest.raises(IoFailed, match=r"permission denied|read-only"), writer(root):
                pass

    status = in_child(use)
    root.chmod(0o700)
    assert status == 0
    assert persons_in(Snapshot.open(root)) == [1]


def test_a_disk_without_room_for_the_rows_is_met_before_the_decision(tmp_path: Path, start: Path) -> None:
    """A new file has no room reserved: what is free is counted, so that the log stays as it is."""
    root = Path(shutil.copytree(start, tmp_path / "ledger"))

    def almost_full(real: Callable[..., Any], fd: int) -> Any:
        return SimpleNamespace(f_frsize=4096, f_blocks=100, f_bfree=1, f_bavail=1)

    with disk(almost_full, 1, ("fstatvfs",), lasting=True), writer(root) as held:
        held.commit(row(2))  # fits into blocks that are there
        log = (root / "commits.jsonl").read_bytes()
        with pytest.raises(IoFailed, match="no space left"):
            held.commit(mixed(1))
    assert (root / "commits.jsonl").read_bytes() == log
    assert_sound(root)
