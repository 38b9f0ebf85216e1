"""Files that a command writes for people, beside the ledger: an export, a transfer.

They hold what identifies people: readable by their owner alone, never inside the ledger's folder,
never in place of a file that is there, and whole or absent.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from ilactl.errors import AlreadyThere, Unsafe
from ilactl.ledger.disk import fail

__all__ = ["refuse_place", "write_outside"]


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


def write_outside(root: Path, place: Path, data: bytes) -> None:
    """Write a new file, whole and on disk when this returns. Raises Unsafe, AlreadyThere, IoFailed."""
    if refuse_place(root, place, again=data):
        return
    part = place.with_name(f".{place.name}.part")
    try:
        with suppress(FileNotFoundError):
            part.unlink()
        fd = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(fd, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.link(part, place)  # unlike a rename, it never takes the place of a file that came meanwhile
        part.unlink()
        folder = os.open(place.absolute().parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except FileExistsError as error:
        raise AlreadyThere(what=str(place)) from error
    except OSError as error:
        with suppress(OSError):
            part.unlink()
        fail(str(place), error)
