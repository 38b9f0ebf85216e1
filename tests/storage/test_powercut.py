"""The power fails after any call: what was not synced is kept, lost, torn or blank, as the disk likes.

A run is recorded call by call. Then, for every prefix of the recording, a disk is made on which all
that was synced stands and all else is decided by lot, and the ledger on it must be sound.
"""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from ilactl.errors import AlreadyThere
from ilactl.ledger.snapshot import Snapshot

from .faults import disk
from .support import assert_sound, book_large, make, mixed, row, writer

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="names open files by /proc")


class Event(NamedTuple):
    what: str  # create, folder, write, cut, unlink, sync (a file's bytes or a folder's names), acknowledged
    path: str = ""
    offset: int = 0
    data: bytes = b""


class Recorder:
    """Notes every call that changes the disk below `root`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.events: list[Event] = []

    def acknowledge(self) -> None:
        self.events.append(Event("acknowledged"))

    def __call__(self, real: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        result = real(*args, **kwargs)
        name = real.__name__
        if name in ("open", "mkdir", "unlink"):
            what = {"open": "create", "mkdir": "folder", "unlink": "unlink"}[name]
            self._note(what, self._path(kwargs["dir_fd"], args[0]))
        elif name == "pwrite":
            self._note("write", self._path(args[0]), args[2], bytes(args[1][:result]))
        elif name == "ftruncate":
            self._note("cut", self._path(args[0]), args[1])
        else:
            self._note("sync", self._path(args[0]))
        return result

    def _path(self, fd: int, last: str = "") -> str:
        path = (
            os.path.join(os.readlink(f"/proc/self/fd/{fd}"), last)
            if last
            else os.readlink(f"/proc/self/fd/{fd}")
        )
        return os.path.relpath(path, self.root)

    def _note(self, what: str, path: str, offset: int = 0, data: bytes = b"") -> None:
        self.events.append(Event(what, path, offset, data))


def disk_after(events: list[Event], lot: random.Random, root: Path) -> None:
    """What a power cut after these events leaves."""
    last_sync: dict[str, int] = {event.path: at for at, event in enumerate(events) if event.what == "sync"}
    names: dict[str, bytearray | None] = {}
    held: dict[str, bytearray] = {}
    for at, event in enumerate(events):
        parent = os.path.dirname(event.path) or "."
        if event.what in ("create", "folder", "unlink"):
            durable = last_sync.get(parent, -1) > at
            if event.what == "create":
                held[event.path] = bytearray()
            if durable or lot.random() < 0.5:
                if event.what == "unlink":
                    names.pop(event.path, None)
                else:
                    names[event.path] = held[event.path] if event.what == "create" else None
        elif event.what in ("write", "cut"):
            content = held[event.path]
            fate = (
                "kept"
                if last_sync.get(event.path, -1) > at
                else lot.choice(["kept", "lost", "torn", "blank"])
            )
            if event.what == "cut":
                if fate == "kept":
                    del content[event.offset :]
                continue
            data = event.data
            if fate == "torn":
                data = data[: lot.randrange(len(data) + 1)]
            elif fate == "blank":
                start = lot.randrange(len(data) + 1)
                data = data[:start] + bytes(len(data) - start)
            if fate != "lost":
                if len(content) < event.offset:
                    content.extend(bytes(event.offset - len(content)))
                content[event.offset : event.offset + len(data)] = data
    root.mkdir(mode=0o700)
    for path, data_or_folder in sorted(names.items()):
        place = root / path
        if not place.parent.is_dir():
            continue  # its folder was lost
        if data_or_folder is None:
            place.mkdir(mode=0o700, exist_ok=True)
        else:
            place.write_bytes(data_or_folder)
            place.chmod(0o600)


def recorded(root: Path) -> list[Event]:
    recorder = Recorder(root)
    calls = ("open", "mkdir", "unlink", "pwrite", "ftruncate", "fsync")
    with disk(recorder, 1, calls, lasting=True):
        make(root)
        recorder.acknowledge()
        for book in (
            lambda held: held.commit(row(1)),
            lambda held: held.commit(mixed(1)),
            lambda held: book_large(held, 1, rows=100),
            lambda held: held.commit(row(2)),
        ):
            with writer(root) as held:
                book(held)
            recorder.acknowledge()
    return recorder.events


@pytest.mark.parametrize("seed", range(3))
def test_a_power_cut_leaves_old_or_new(tmp_path: Path, seed: int) -> None:
    root = tmp_path / "ledger"
    # the staged batch is written by somebody else: its bytes are noted where they are first synced
    events = with_staged_bytes(recorded(root), root)
    lot = random.Random(seed)
    for cut in range(len(events) + 1):
        image = tmp_path / f"image{cut}"
        disk_after(events[:cut], lot, image)
        acknowledged = sum(event.what == "acknowledged" for event in events[:cut])
        if acknowledged == 0:
            try:
                make(image)
            except AlreadyThere:
                assert Snapshot.open(image).head.seq == 1
        seq = assert_sound(image)[0]
        assert max(acknowledged, 1) <= seq <= acknowledged + 1, (cut, events[cut - 1])


def with_staged_bytes(events: list[Event], root: Path) -> list[Event]:
    """Put in what an engine did with a stage path: it made the file and wrote it, synced nothing."""
    made = {event.path for event in events if event.what == "create"}
    whole = (root / "entitlements.csv").read_bytes()
    at = next(
        i for i, event in enumerate(events) if event.path.startswith("commits/4.") and event.path not in made
    )
    path = events[at].path
    header = whole.index(b"\n") + 1
    return [*events[:at], Event("create", path), Event("write", path, 0, whole[header:]), *events[at:]]
