"""Making a ledger. Cut off half-way, it is completed by making it again."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from ilactl.errors import AlreadyThere, BookedNotConfirmed, IoFailed
from ilactl.ledger.commit import Actor, Append, Change, Writer
from ilactl.ledger.disk import close_quietly, fail, reason_of, sync, write_at
from ilactl.ledger.files import Folder
from ilactl.ledger.lock import HINTS, ledger_lock
from ilactl.ledger.log import LOG, Record, read_tail
from ilactl.ledger.recovery import STAGED, recover
from ilactl.ledger.snapshot import MANIFEST

__all__ = ["CREATING", "create_ledger"]

CREATING = f"{HINTS}/creating"
"""Stands there from the first file on until the first commit is complete."""

_NOT_OURS = {".git"}
_BEFORE_THE_MARK = {"lock", "holder", ".gitignore", "creating"}


def create_ledger(
    root: Path,
    files: Mapping[str, bytes],
    *,
    actor: Actor,
    now: Callable[[], datetime],
    command: str = "init",
) -> Record:
    """Make a ledger of `files` in a new or empty folder; the record of its first commit.

    CSV files become the commit's; all others are written as they are, to be edited by hand.
    ledger.toml must be among them. Raises AlreadyThere, BadManifest, Unsafe, LedgerLocked, IoFailed,
    and BookedNotConfirmed where the ledger is made and only the mark of its making could not go.
    """
    from ilactl.ledger.manifest import load_manifest

    manifest = load_manifest(files[MANIFEST], MANIFEST)
    folder = _open_or_make(Path(root), shared=manifest.shared)
    folder.refuse_loose()
    folder.refuse_read_only()
    _refuse_full(folder)
    with ledger_lock(folder, wait=10.0, holder=f"ilactl {command}", since=now()) as lock:
        _refuse_full(folder)
        try:
            if _has_commit(folder):
                record = recover(folder)[0].record
                assert record is not None
            else:
                record = _write(folder, Writer(lock, None, 0, actor, now), files, command)
        except OSError as error:
            fail(str(folder.root), error)
        try:
            folder.remove(CREATING)
            folder.sync_folder(HINTS)
        except (OSError, IoFailed) as error:
            why = reason_of(error) if isinstance(error, OSError) else str(error.details["reason"])
            hint = f"run the same 'ilactl {command}' again: it completes what is left"
            reason = f"the mark of its making is still there: {why}"
            raise BookedNotConfirmed(seq=record.seq, reason=reason, hint=hint) from error
    return record


def _open_or_make(root: Path, *, shared: bool) -> Folder:
    mode = 0o2770 if shared else 0o700
    try:
        root.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError):
            root.mkdir(mode=mode & 0o777)
            root.chmod(mode)
        _sync_above(root)
        folder = Folder(root)
    except OSError as error:
        fail(str(root), error)
    folder.shared = shared
    return folder


def _sync_above(root: Path) -> None:
    """Make the folder's name durable, even of one that was there: its maker may have been cut off."""
    try:
        above = os.open(root.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except PermissionError:
        return  # a folder that may be passed through, not listed: somebody else made the one below it
    try:
        os.fsync(above)
    finally:
        close_quietly(above)


def _refuse_full(folder: Folder) -> None:
    """Only an empty folder, or one where this was cut off, may become a ledger."""
    if folder.exists(CREATING):
        return
    there = set(folder.names()) - _NOT_OURS
    if there == {HINTS} and set(folder.names(HINTS)) <= _BEFORE_THE_MARK:
        return
    if LOG in there or MANIFEST in there:
        raise AlreadyThere(what=f"a ledger in {folder.root}")
    if there:
        raise AlreadyThere(
            what=f"{min(there)} in {folder.root}",
            hint="a ledger needs a new or an empty folder: name another one",
        )


def _has_commit(folder: Folder) -> bool:
    try:
        with folder.reading(LOG) as fd:
            return read_tail(fd).record is not None
    except FileNotFoundError:
        return False


def _write(folder: Folder, writer: Writer, files: Mapping[str, bytes], command: str) -> Record:
    _write_plain(folder, CREATING, b"")
    folder.sync_folder()
    tables = {name: data for name, data in files.items() if "/" not in name and name.endswith(".csv")}
    for name in (LOG, *tables):  # from a first attempt: nothing refers to them yet
        folder.remove(name)
    folder.make_folder(STAGED)
    for name, data in files.items():
        if name not in tables and name != MANIFEST:
            _write_plain(folder, name, data)
    _write_plain(folder, MANIFEST, files[MANIFEST])
    appends = tuple(Append(name, data, rows=max(0, data.count(b"\n") - 1)) for name, data in tables.items())
    return writer.commit(Change(command=command, appends=appends))


def _write_plain(folder: Folder, name: str, data: bytes) -> None:
    """A file that is edited by hand, made durable."""
    if "/" in name:
        folder.make_folder(name.rpartition("/")[0])
    folder.remove(name)
    fd = folder.create(name)
    try:
        write_at(fd, 0, data)
        sync(fd)
    finally:
        close_quietly(fd)
    folder.sync_parent(name)
