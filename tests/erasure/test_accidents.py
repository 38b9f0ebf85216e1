"""An erasure killed, failed, unplugged, contended: old or new, and the next writer completes it."""

from __future__ import annotations

import errno
import os
import random
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ilactl.errors import BookedNotConfirmed, ChangedOutside, IlactlError, IoFailed, OutcomeUnknown, StartOver
from ilactl.ledger.adoption import adoption_of
from ilactl.ledger.backup import Backup
from ilactl.ledger.columns import IDENTITIES
from ilactl.ledger.commit import Append, Change, Cut, Writer
from ilactl.ledger.copying import write_copy
from ilactl.ledger.cutting import cut_rows
from ilactl.ledger.diagnosis.examine import examine
from ilactl.ledger.restoring import restorations
from ilactl.ledger.scan import find_ids
from ilactl.ledger.snapshot import Snapshot
from ilactl.ledger.verify import verify_all
from ilactl.reports.overview import changed_outside
from tests.storage.faults import CHANGING, disk, failing, killing, tearing
from tests.storage.support import DAY, identity, in_child, make, now, row, state_of, writer
from tests.storage.test_powercut import Event, Recorder, disk_after

from .test_cutting import FILE, add, erase, numbers_in

CALLS = (*CHANGING, "replace")
DOCUMENT = "credentials/C1.json"
COPY = "set-aside/2.identities.csv"


def forget(held: Writer) -> object:
    """Erase person 2: a row, a signed document, a copy."""
    view = held.snapshot.view(FILE)
    offsets = find_ids(view, IDENTITIES, "person", "P00002")
    cut = Cut(FILE, cut_rows(FILE, view, offsets))
    return held.commit(Change("person erase", cuts=(cut,), removes=(DOCUMENT, COPY)))


@pytest.fixture
def start(tmp_path: Path) -> Path:
    root = make(tmp_path / "start")
    with writer(root) as held:
        add(held, 1, 2, 3)
        held.commit(Change("credential issue", (Append(DOCUMENT, b"{}\n"),)))
    (root / "set-aside").mkdir(mode=0o700)
    (root / COPY).write_bytes((root / FILE).read_bytes())
    return root


def names_it(root: Path) -> list[str]:
    """The files that still hold the row of person 2 or are its document."""
    files = [path for path in root.rglob("*") if path.is_file()]
    found = {path for path in files if identity(2)[:-1] in path.read_bytes()} | {root / DOCUMENT}
    return sorted(path.relative_to(root).as_posix() for path in found if path.exists())


def sound(root: Path) -> int:
    """What every reader and the next writer agree on; the head's number."""
    seen = state_of(Snapshot.open(root))
    with writer(root) as held:
        found = state_of(held.snapshot)
    assert found == seen, "a reader saw something else than the next writer completed"
    assert verify_all(Snapshot.open(root)) == []
    for name, data in found[1].items():
        assert (root / name).read_bytes() == data
    assert list((root / "commits").iterdir()) == []
    here = names_it(root)
    assert here == ([DOCUMENT, FILE, COPY] if found[0] == 3 else [])
    assert numbers_in(Snapshot.open(root)) == ([1, 2, 3] if found[0] == 3 else [1, 3])
    with writer(root) as held:
        forget(held) if found[0] == 3 else held.commit(row(9))
    assert names_it(root) == []
    return found[0]


@pytest.mark.parametrize("trouble", [killing, tearing], ids=["before", "within"])
def test_a_kill_leaves_old_or_new(tmp_path: Path, start: Path, trouble: Callable[..., object]) -> None:
    calls = CALLS if trouble is killing else ("pwrite",)
    seen = set()
    for nth in range(1, 200):
        root = shutil.copytree(start, tmp_path / f"run{nth}")

        def act(root: Path = root, nth: int = nth) -> None:
            with disk(trouble, nth, calls), writer(root) as held:
                forget(held)

        status = in_child(act)
        seen.add(sound(root))
        if status == 0:
            assert seen == {3, 4}
            return
        assert os.WTERMSIG(status) == signal.SIGKILL
    pytest.fail("the erasure never came to its end")


def cut_off(start: Path) -> None:
    """An erasure that is decided, and not in its files."""

    def act() -> None:
        with disk(killing, 1, ("replace",)), writer(start) as held:
            forget(held)

    assert os.WTERMSIG(in_child(act)) == signal.SIGKILL
    assert names_it(start) == [DOCUMENT, FILE, COPY]


def test_a_kill_in_the_repair_is_repaired(tmp_path: Path, start: Path) -> None:
    cut_off(start)
    assert numbers_in(Snapshot.open(start)) == [1, 3], "a reader sees it nevertheless"
    assert numbers_in(Snapshot.open(start).at(2)) == [1, 3], "in the past, too"
    assert verify_all(Snapshot.open(start)) == []
    for nth in range(1, 100):
        root = shutil.copytree(start, tmp_path / f"run{nth}")

        def act(root: Path = root, nth: int = nth) -> None:
            with disk(killing, nth, CALLS), writer(root):
                pass

        status = in_child(act)
        assert sound(root) == 4
        if status == 0:
            return
    pytest.fail("the repair never came to its end")


def test_every_view_of_an_erasure_that_is_to_be_completed_shows_it_done(start: Path, tmp_path: Path) -> None:
    cut_off(start)
    before = {path.name: path.read_bytes() for path in start.iterdir() if path.is_file()}
    snapshot = Snapshot.open(start)
    assert changed_outside(snapshot) == []
    assert adoption_of(snapshot, DAY).empty
    assert restorations(snapshot) == []
    backup = Backup(start)
    assert identity(2) not in backup.view(FILE)[:]
    assert DOCUMENT not in backup.sizes
    write_copy(backup, tmp_path / "copy")
    assert verify_all(Snapshot.open(tmp_path / "copy")) == []
    assert names_it(tmp_path / "copy") == []
    signs = list(examine(start, now=now(), user=os.geteuid()))
    assert [sign.text for sign in signs if sign.state == "fault"] == []
    assert any("commit 4 is decided and not yet in identities.csv" in sign.text for sign in signs)
    assert {path.name: path.read_bytes() for path in start.iterdir() if path.is_file()} == before
    assert sound(start) == 4


@pytest.mark.parametrize("adopting", [False, True])
def test_an_edit_before_the_repair_is_not_lost_and_can_be_made_again(start: Path, adopting: bool) -> None:
    cut_off(start)
    old = (start / FILE).read_bytes()
    (start / FILE).write_bytes(old.replace(b",,,,", b",1990-01-01,,,", 1))
    edited = (start / FILE).read_bytes()
    staged = next((start / "commits").iterdir())
    with pytest.raises(ChangedOutside) as caught, writer(start, adopting=adopting):
        pass
    assert f"put commits/{staged.name} in its place" in caught.value.advice
    assert (start / FILE).read_bytes() == edited
    shutil.copyfile(staged, start / FILE)  # what the hint says
    assert sound(start) == 4


def test_a_lost_staged_file_is_met(start: Path) -> None:
    cut_off(start)
    next((start / "commits").iterdir()).unlink()
    with pytest.raises(ChangedOutside, match="was to take its place, is gone or damaged"), writer(start):
        pass


@pytest.mark.parametrize("lasting", [False, True], ids=["once", "from then on"])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EACCES])
def test_every_answer_is_the_truth(tmp_path: Path, start: Path, code: int, lasting: bool) -> None:
    calls = ("pwrite", "fsync", "replace", "unlink", "open", "ftruncate", "mkdir")
    for nth in range(1, 100):
        root = shutil.copytree(start, tmp_path / f"run{nth}")
        raised: IlactlError | None = None
        with disk(failing(code), nth, calls, lasting=lasting) as faulty:
            try:
                with writer(root) as held:
                    forget(held)
            except IlactlError as error:
                raised = error
        seq = sound(root)
        if raised is None or isinstance(raised, BookedNotConfirmed):
            assert seq == 4
        elif not isinstance(raised, OutcomeUnknown):
            assert isinstance(raised, IoFailed), repr(raised)
            assert seq == 3, "'nothing was changed' must be true"
        shutil.rmtree(root)
        if not faulty.fired:
            assert raised is None
            return
    pytest.fail("the erasure never came to its end")


class _Renames(Recorder):
    """Notes renames, too."""

    def __call__(self, real: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if real.__name__ != "replace":
            return super().__call__(real, *args, **kwargs)
        source = self._path(kwargs["src_dir_fd"], args[0])
        result = real(*args, **kwargs)
        self._note("rename", source, data=self._path(kwargs["dst_dir_fd"], args[1]).encode())
        return result


def without_renames(events: list[Event], lot: random.Random) -> list[Event]:
    """The events with each rename as the disk may have it: made, or lost while it was not synced.

    One that is kept is told as writes of the new bytes into a file of the target's name.
    """
    found: list[Event] = []
    for at, event in enumerate(events):
        if event.what != "rename":
            found.append(event)
            continue
        target = event.data.decode()
        parent = os.path.dirname(target) or "."
        durable = any(e.what == "sync" and e.path == parent for e in events[at:])
        if not durable and lot.random() < 0.5:
            continue
        size = sum(len(e.data) for e in events[:at] if e.what == "write" and e.path == event.path)
        data = b"".join(e.data for e in events[:at] if e.what == "write" and e.path == event.path)
        assert len(data) == size
        new = [
            Event("create", target),
            Event("write", target, 0, data),
            Event("sync", target),
            Event("sync", parent),
        ]
        found += [*new, Event("unlink", event.path)]
    return found


@pytest.mark.parametrize("seed", range(2))
def test_a_power_cut_leaves_old_or_new(tmp_path: Path, seed: int) -> None:
    root = tmp_path / "ledger"
    recorder = _Renames(root)
    calls = ("open", "mkdir", "unlink", "pwrite", "ftruncate", "fsync", "replace")
    with disk(recorder, 1, calls, lasting=True):
        make(root)
        with writer(root) as held:
            add(held, 1, 2, 3)
        recorder.acknowledge()
        begun = len(recorder.events)
        with writer(root) as held:
            erase(held, 2)
        recorder.acknowledge()
        with writer(root) as held:
            held.commit(row(9))
    lot = random.Random(seed)
    outcomes = set()
    for end in range(begun, len(recorder.events) + 1):
        events = recorder.events[:end]
        place = tmp_path / f"cut{end}"
        disk_after(without_renames(events, lot), lot, place)
        seen = numbers_in(Snapshot.open(place))
        with writer(place) as held:
            assert numbers_in(held.snapshot) == seen
        assert verify_all(Snapshot.open(place)) == []
        assert seen in ([1, 2, 3], [1, 3])
        if sum(event.what == "acknowledged" for event in events) > 1:
            assert seen == [1, 3], "what was acknowledged is there"
        outcomes.add(len(seen))
        shutil.rmtree(place)
    assert outcomes == {2, 3}


def test_writers_and_readers_beside_erasures(tmp_path: Path) -> None:
    """One process erases, one adds; a reader sees whole states only, or is told to start over."""
    root = make(tmp_path / "ledger")
    with writer(root) as held:
        add(held, *range(1, 41))

    def eraser() -> None:
        for number in range(1, 21):
            with writer(root, lock_wait=60.0) as held:
                erase(held, number)

    def adder() -> None:
        for number in range(41, 61):
            with writer(root, lock_wait=60.0) as held:
                add(held, number)

    children = []
    for act in (eraser, adder):
        child = os.fork()
        if child == 0:
            try:
                act()
                os._exit(0)
            except BaseException:
                os._exit(70)
        children.append(child)
    states = again = 0
    while True:
        try:
            snapshot = Snapshot.open(root)
            seen = numbers_in(snapshot)
            states += 1
        except StartOver:
            again += 1
            continue
        gone = [n for n in range(1, 21) if n not in seen]
        come = [n for n in range(41, 61) if n in seen]
        assert seen == [*(n for n in range(1, 41) if n not in gone), *come]
        assert gone == list(range(1, len(gone) + 1))
        assert snapshot.head.seq == 2 + len(gone) + len(come)
        if len(gone) + len(come) == 40:
            break
    assert [os.waitpid(child, 0)[1] for child in children] == [0, 0]
    assert verify_all(Snapshot.open(root)) == []
    assert states > 1


def test_an_erasure_after_an_import_of_identities_that_was_cut_off(tmp_path: Path) -> None:
    """Killed at each call of the import: its rows are completed or cleared away before anything goes."""
    start = make(tmp_path / "start")
    with writer(start) as held:
        add(held, 1, 2)
    for nth in range(1, 60):
        root = shutil.copytree(start, tmp_path / f"run{nth}")

        def act(root: Path = root, nth: int = nth) -> None:
            with disk(killing, nth, CALLS), writer(root) as held:
                add(held, 3, 4)

        status = in_child(act)
        with writer(root) as held:
            there = [n for n in (2, 3) if n in numbers_in(held.snapshot)]
            erase(held, *there)
        for path in (p for p in root.rglob("*") if p.is_file()):
            text = path.read_bytes()
            assert not [n for n in (2, 3) if identity(n)[:-1] in text], path
        assert verify_all(Snapshot.open(root)) == []
        shutil.rmtree(root)
        if status == 0:
            return
    pytest.fail("the import never came to its end")
