"""The whole examination: every room's signs, in the order in which they are read."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

from ilactl.errors import IlactlError
from ilactl.ledger.diagnosis import books
from ilactl.ledger.diagnosis.holding import holding, kernel_locks
from ilactl.ledger.diagnosis.owners import owners
from ilactl.ledger.diagnosis.place import file_system, mount_of, mounts, room, sync_programs
from ilactl.ledger.diagnosis.repository import repository
from ilactl.ledger.diagnosis.signs import Sign, fault
from ilactl.ledger.snapshot import open_folder

__all__ = ["examine"]


def examine(root: Path, *, now: datetime, user: int) -> list[Sign]:
    """Look at a ledger and all around it. `now` is aware; `user` is the effective user's number.

    Writes nothing and takes no lock. What cannot be looked at is a sign, too: only NoLedger is raised,
    and IoFailed where the folder itself cannot be opened.
    """
    folder = open_folder(root)
    real = Path(os.path.realpath(root))
    table = mounts()
    mount = mount_of(real, table) if table else None
    manifest, signs = books.manifest(folder)
    folder.shared = manifest.shared if manifest else False
    snapshot, log = books.log(folder)
    lock = holding(folder, kernel_locks(), {mount.device} if mount else set())
    signs += [*log, lock.sign]
    rooms: list[tuple[str, Callable[[], Iterable[Sign]]]] = []
    if snapshot is not None:
        reader, zone = snapshot, manifest.zone if manifest else "UTC"
        rooms += [
            ("files", lambda: books.files(reader, held=lock.held)),
            ("crash", lambda: books.crash(reader, held=lock.held)),
            ("clock", lambda: [books.clock(reader, zone, now)]),
        ]
    rooms += [
        ("open elsewhere", lambda: books.open_elsewhere(folder)),
        ("modes", lambda: owners(folder, user)),
        ("file system", lambda: [file_system(mount)]),
        ("sync", lambda: sync_programs(root)),
        ("room", lambda: [room(snapshot, os.statvfs(real))]),
        ("git", lambda: repository(root)),
    ]
    for topic, look_at in rooms:
        signs += _seen(topic, look_at)
    return signs


def _seen(topic: str, look_at: Callable[[], Iterable[Sign]]) -> list[Sign]:
    """A room's signs; where it cannot be looked at, that is said instead."""
    try:
        return list(look_at())
    except IlactlError as error:
        return [fault(topic, error.text, error.advice or "run 'ilactl check'")]
    except OSError as error:
        reason = error.strerror or "it cannot be looked at"
        return [fault(topic, f"{error.filename or 'the folder'}: {reason}", "mend the permission")]
