"""One writer at a time: a kernel lock on .ilactl/lock.

The kernel drops the lock when its holder dies, so there are no stale ones and nothing to break. The
lock file is never renamed, replaced or removed. Who holds it stands in .ilactl/holder, which only
informs.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime

from msgspec import Struct

from ilactl.errors import ChangedOutside, IlactlError, IoFailed, LedgerLocked
from ilactl.ledger.disk import fail
from ilactl.ledger.files import Folder
from ilactl.printable import printable

__all__ = ["HINTS", "LOCK", "Lock", "ledger_lock", "make_hints", "who_holds"]

HINTS = ".ilactl"
"""The folder of the lock, hints and caches; it may be deleted while no command runs."""

LOCK = f"{HINTS}/lock"
"""The file whose kernel lock is the ledger's."""

_HOLDER = f"{HINTS}/holder"
_FIRST_PAUSE, _LONGEST_PAUSE = 0.005, 0.2


class Lock(Struct, frozen=True):
    """The held lock."""

    folder: Folder
    fd: int

    def confirm(self) -> None:
        """Refuse where somebody removed .ilactl: a second writer could be in. Raises ChangedOutside."""
        if not self.folder.is_at(LOCK, self.fd):
            raise ChangedOutside(
                path=LOCK, reason="it was removed while in use", hint="run the same command again"
            )


@contextmanager
def ledger_lock(folder: Folder, *, wait: float, holder: str, since: datetime) -> Iterator[Lock]:
    """Hold the lock for the length of the block; wait for it at most `wait` seconds.

    Raises LedgerLocked when the time is over, IoFailed where the file system offers no locks:
    then nothing may be written.
    """
    make_hints(folder)
    deadline = time.monotonic() + wait
    pause = _FIRST_PAUSE
    while True:
        fd = _open(folder)
        try:
            if _try(fd):
                if folder.is_at(LOCK, fd):
                    break
                _release(fd)
                fd = -1
                continue  # it was replaced between open and lock: the new one counts
            if time.monotonic() >= deadline:
                raise LedgerLocked(holder=who_holds(folder))
        except BaseException:
            if fd >= 0:
                _release(fd)
            raise
        _release(fd)
        time.sleep(min(pause, max(0.0, deadline - time.monotonic())))
        pause = min(2 * pause, _LONGEST_PAUSE)
    try:
        _name_holder(folder, holder, since)
        yield Lock(folder, fd)
    finally:
        _release(fd)


def make_hints(folder: Folder) -> None:
    """Make .ilactl where it is missing, out of version control's sight."""
    if not folder.exists(HINTS):
        folder.make_folder(HINTS)
    if not folder.exists(f"{HINTS}/.gitignore"):
        folder.replace_hint(f"{HINTS}/.gitignore", b"*\n")


def _open(folder: Folder) -> int:
    try:
        return folder.open_for_writing(LOCK, create=True)
    except FileNotFoundError as error:
        fail(LOCK, error)


def _try(fd: int) -> bool:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES):
            return False
        if error.errno in (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS):
            raise IoFailed(
                path=LOCK,
                reason="this file system offers no locks",
                hint="keep the ledger on a local disk, or on a share whose server grants locks",
            ) from error
        fail(LOCK, error)
    return True


def _release(fd: int) -> None:
    with suppress(OSError):
        os.close(fd)  # dropping the descriptor drops the lock


def _name_holder(folder: Folder, command: str, since: datetime) -> None:
    holder = {
        "pid": os.getpid(),
        "host": os.uname().nodename,
        "command": command,
        "since": since.isoformat(timespec="seconds"),
    }
    folder.replace_hint(_HOLDER, json.dumps(holder).encode() + b"\n")


def who_holds(folder: Folder) -> str:
    """The holder in words, as far as it can be told; of a free lock, who held it last."""
    with suppress(OSError, ValueError, KeyError, TypeError, RecursionError, IlactlError):
        raw = json.loads(folder.read(_HOLDER, limit=4096))
        return printable(f"'{raw['command']}' (process {raw['pid']} on {raw['host']}, since {raw['since']})")
    return "another process"
