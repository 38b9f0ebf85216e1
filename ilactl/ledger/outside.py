"""Files that a command writes for people, beside the ledger: an export, a transfer.

They hold what identifies people: readable by their owner alone, never inside the ledger's folder,
never in place of a file that is there, and whole or absent.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from ilactl.errors import AlreadyThere, Unsafe
from ilactl.ledger.disk import fail

__all__ = ["make_private_folder", "refuse_place", "replace_outside", "write_outside"]


def refuse_place(root: Path, place: Path, *, again: bytes | None = None) -> bool:
    """Raise Unsafe or AlreadyThere where the file cannot be put there.

    True where it is there already with the bytes `again`, so that nothing is left to write.
    """
    inside = place.absolute().parent.resolve()
    if inside == root.resolve() or root.resolve() in inside.parents:
        raise Unsafe(path=str(place), reason="it lies inside the ledger, where only ilactl's own files do")
    if place.is_symlink() or place.exists():
        if again is not None and place.is_file() and place.read_bytes() == again:
            return True
        raise AlreadyThere(what=str(place))
    return False


def write_outside(root: Path, place: Path, data: bytes | Iterable[bytes]) -> None:
    """Write a new file, whole and on disk when this returns. Raises Unsafe, AlreadyThere, IoFailed.

    Pieces are written as they come, so that a large file is never held at once; what a small one holds
    may be there already.
    """
    if refuse_place(root, place, again=data if isinstance(data, bytes) else None):
        return
    part = place.with_name(f".{place.name}.part")
    try:
        with suppress(FileNotFoundError):
            part.unlink()
        fd = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(fd, "wb") as file:
            file.writelines((data,) if isinstance(data, bytes) else data)
            file.flush()
            os.fsync(file.fileno())
        os.link(part, place)  # unlike a rename, it never takes the place of a file that came meanwhile
        part.unlink()
        folder = os.open(place.absolute().parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except BaseException as error:  # an interrupt leaves nothing by halves either
        with suppress(OSError):
            part.unlink()
        if isinstance(error, FileExistsError):
            raise AlreadyThere(what=str(place)) from error
        if isinstance(error, OSError):
            fail(str(place), error)
        raise


def replace_outside(root: Path, place: Path, data: bytes) -> bool:
    """Put a file to publish in its place, over an older one of the same name, whole or not at all.

    False where it is there already to the byte. Anyone may read it. Raises Unsafe for a link or what is
    no plain file, and inside the ledger; IoFailed.
    """
    inside = place.absolute().parent.resolve()
    if inside == root.resolve() or root.resolve() in inside.parents:
        raise Unsafe(path=str(place), reason="it lies inside the ledger, where only ilactl's own files do")
    if place.is_symlink() or (place.exists() and not place.is_file()):
        raise Unsafe(path=str(place), reason="it is a link, or no plain file")
    part = place.with_name(f".{place.name}.part")
    try:
        if place.exists() and place.read_bytes() == data:
            return False
        with suppress(FileNotFoundError):
            part.unlink()
        fd = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o644)
        with os.fdopen(fd, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, place)
    except BaseException as error:
        with suppress(OSError):
            part.unlink()
        if isinstance(error, OSError):
            fail(str(place), error)
        raise
    return True


def make_private_folder(folder: Path) -> None:
    """Make a folder that only its owner can look into, where there is none. Raises IoFailed."""
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        fail(str(folder), error)
