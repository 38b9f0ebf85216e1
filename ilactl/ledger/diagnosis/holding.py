"""The lock: held or free, as the kernel tells it. It is not tried: that would get in a writer's way."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from ilactl.errors import IlactlError
from ilactl.ledger.diagnosis.signs import Sign, fault, ok
from ilactl.ledger.files import Folder
from ilactl.ledger.lock import LOCK, who_holds

__all__ = ["Holding", "holding", "kernel_locks"]


class Holding(NamedTuple):
    """Whether a process of this machine holds the lock, and the sign that says so."""

    held: bool
    sign: Sign


def kernel_locks() -> str | None:
    """The kernel's list of locks; None on a system that shows none."""
    try:
        return Path("/proc/locks").read_text("ascii", "replace")
    except OSError:
        return None


def holding(folder: Folder, locks: str | None, devices: set[tuple[int, int]]) -> Holding:
    """How the lock stands. `devices` are the numbers under which the kernel may list the disk."""
    try:
        with folder.reading(LOCK) as fd:
            found = os.fstat(fd)
    except FileNotFoundError:
        return Holding(False, ok("lock", "free: no command that writes has run here yet"))
    except IlactlError as error:
        return Holding(False, fault("lock", error.text, error.advice))
    if locks is None:
        text = f"cannot be told here without taking it; it was last taken by {who_holds(folder)}"
        return Holding(False, ok("lock", text))
    known = {*devices, (os.major(found.st_dev), os.minor(found.st_dev))}
    pid = _holder(locks, found.st_ino, known)
    if pid is None:
        return Holding(False, ok("lock", "free: no process of this machine holds it"))
    who = who_holds(folder)
    shown = who if f"process {pid} " in who else f"process {pid}"
    return Holding(True, ok("lock", f"held by {shown}; readers need not wait"))


def _holder(locks: str, inode: int, devices: set[tuple[int, int]]) -> int | None:
    """The process that holds a lock on the file: `1: FLOCK ADVISORY WRITE 4711 fd:01:1234 0 EOF`."""
    for line in locks.splitlines():
        words = line.split()
        if len(words) < 6 or words[1] == "->":
            continue
        try:
            major, minor, number = words[5].split(":")
            if int(number) == inode and (int(major, 16), int(minor, 16)) in devices:
                return int(words[4])
        except ValueError:
            continue
    return None
