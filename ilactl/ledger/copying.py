"""Writing a backup: to a folder or an archive, made beside its name, synced, and renamed.

This module writes, but never inside the ledger, and through the same door to the disk as the ledger
itself. What is there stays: a copy takes nothing's place.
"""

from __future__ import annotations

import gzip
import os
import shutil
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path

from ilactl.errors import AlreadyThere, NotFound, Unsafe
from ilactl.ledger.backup import Backup, parts_of
from ilactl.ledger.disk import BLOCK, close_quietly, fail, sync, write_at
from ilactl.ledger.files import Folder, good_name

__all__ = ["is_archive", "refuse_target", "unpacked", "write_copy"]

_IN_ARCHIVE = "ledger"
"""The one folder in an archive: its name does not depend on the archive's, so equal ledgers pack alike."""


def write_copy(backup: Backup, target: Path) -> None:
    """Write the copy to a new folder, or to a new archive where the name ends so; durable at the end.

    Raises what `refuse_target` does, ChangedOutside, ChangedMeanwhile, Unsafe, IoFailed: nothing
    stands at the target then.
    """
    refuse_target(backup.snapshot.root, target)
    target = Path(os.path.abspath(target))
    partial = _beside(target, ".partial")
    packs = is_archive(target)
    try:
        fd = _new_file(partial) if packs else _new_folder(partial)
        try:
            if packs:
                _pack(backup, fd)
            else:
                _fill(partial, ((name, parts_of(backup.view(name))) for name in backup.sizes))
            if os.path.lexists(target):
                raise AlreadyThere(what=str(target), hint="name a new folder or file")
            os.rename(partial, target)
        except BaseException:
            _remove(partial)
            raise
        _sync_folder(target.parent)
    except OSError as error:
        fail(str(target), error)


def _pack(backup: Backup, fd: int) -> None:
    with open(fd, "wb") as raw:
        with (
            gzip.GzipFile("", "wb", 6, raw, mtime=backup.stamp) as packed,
            tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive,
        ):
            for name in sorted({_IN_ARCHIVE, *_folders(backup.sizes)}):
                archive.addfile(_member(backup, name, tarfile.DIRTYPE, 0o700))
            for name in backup.sizes:
                view = backup.view(name)
                member = _member(backup, f"{_IN_ARCHIVE}/{name}", tarfile.REGTYPE, 0o600)
                member.size = len(view)
                if isinstance(view, bytes):
                    archive.addfile(member, BytesIO(view))
                else:
                    view.seek(0)
                    archive.addfile(member, view)
        raw.flush()
        sync(raw.fileno())


def _member(backup: Backup, name: str, kind: bytes, mode: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.mode, member.mtime = kind, mode, backup.stamp
    return member


def is_archive(target: Path) -> bool:
    """Whether the target's name asks for an archive."""
    return target.name.lower().endswith((".tar.gz", ".tgz"))


def refuse_target(root: Path, target: Path) -> None:
    """Refuse a target that exists, lies in the ledger, or in a folder that is not there.

    Raises AlreadyThere, Unsafe, NotFound, IoFailed.
    """
    target = Path(os.path.abspath(target))
    try:
        if os.path.lexists(target):
            raise AlreadyThere(what=str(target), hint="a backup overwrites nothing: name a new one")
        for rest in (_beside(target, ".partial"), _beside(target, ".checking")):
            if os.path.lexists(rest):
                hint = "another backup is at work there, or one was cut off: remove it if none is"
                raise AlreadyThere(what=str(rest), hint=hint)
        above = Path(os.path.realpath(target.parent, strict=True))
        if any(folder.samefile(root) for folder in (above, *above.parents)):
            hint = "name a place outside, best on another disk"
            raise Unsafe(path=str(target), reason="it lies inside the ledger", hint=hint)
        os.lstat(target)  # a name that the file system cannot have fails here
    except FileNotFoundError:
        if not target.parent.is_dir():
            hint = "make it, or mount the disk that it is on: a backup makes no folder above its own"
            raise NotFound(what=f"the folder {target.parent}", hint=hint) from None
    except OSError as error:
        fail(str(target), error)


@contextmanager
def unpacked(copy: Path) -> Iterator[Path]:
    """A backup as a folder: itself, or an archive unpacked beside it (0700) and removed afterwards."""
    if not is_archive(copy):
        yield copy
        return
    copy = Path(os.path.abspath(copy))
    place = _beside(copy, ".checking")
    try:
        _new_folder(place)
    except OSError as error:
        fail(str(place), error)
    try:
        try:
            with tarfile.open(copy, "r:gz") as archive:
                _fill(place, _members(archive))
        except (OSError, tarfile.TarError, EOFError) as error:
            fail(str(copy), error if isinstance(error, OSError) else OSError(str(error)))
        yield place
    finally:
        _remove(place)


def _members(archive: tarfile.TarFile) -> Iterator[tuple[str, Iterable[bytes]]]:
    for member in archive:
        name = member.name.removeprefix(f"{_IN_ARCHIVE}/")
        file = archive.extractfile(member) if member.isreg() and good_name(name) else None
        if file is not None:
            yield name, iter(lambda file=file: file.read(BLOCK), b"")  # type: ignore[misc]


def _folders(names: Iterable[str]) -> set[str]:
    """The folders that hold the files, as they stand in an archive."""
    found = set()
    for name in names:
        parts = name.split("/")[:-1]
        found |= {"/".join((_IN_ARCHIVE, *parts[:depth])) for depth in range(1, len(parts) + 1)}
    return found


def _fill(place: Path, files: Iterable[tuple[str, Iterable[bytes]]]) -> None:
    """Fill a new folder with the files, all of it durable. Raises OSError, IoFailed."""
    folder = Folder(place)
    made = {""}
    for name, parts in files:
        above = name.rpartition("/")[0]
        if above:
            folder.make_folder(above)
            made.add(above)
        fd = folder.create(name)
        try:
            at = 0
            for part in parts:
                write_at(fd, at, part)
                at += len(part)
            sync(fd)
        finally:
            close_quietly(fd)
    for name in made:
        folder.sync_folder(name)


def _beside(target: Path, ending: str) -> Path:
    return target.with_name(target.name + ending)


def _new_folder(place: Path) -> int:
    os.mkdir(place, 0o700)
    return -1


def _new_file(place: Path) -> int:
    return os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)


def _remove(place: Path) -> None:
    with suppress(OSError):
        if place.is_dir() and not place.is_symlink():
            shutil.rmtree(place)
        else:
            os.unlink(place)


def _sync_folder(path: Path) -> None:
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        close_quietly(fd)
