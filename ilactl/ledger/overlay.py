"""Rows that are decided and not in their file yet, laid over it for readers.

They are seen between a commit's decision and its end, or after a crash until the next writer comes.
"""

from __future__ import annotations

import mmap
import os

from ilactl.errors import IoFailed
from ilactl.ledger.disk import BLOCK, read_at, write_at
from ilactl.ledger.files import Folder
from ilactl.ledger.log import View, map_file
from ilactl.ledger.record import FileAct

__all__ = ["joined", "private_copy", "unapplied"]


def unapplied(folder: Folder, act: FileAct) -> View | None:
    """The rows of a decided commit that are not in their file yet; None where they are.

    Of an act that takes rows out it is the whole file as it will be.
    """
    rows: View
    if act.data is not None:
        rows = act.data
    elif act.staged is None:
        return None
    else:
        try:
            with folder.reading(act.staged) as fd:
                if os.fstat(fd).st_size != act.size:
                    return None
                rows = map_file(fd, act.size, act.staged)
        except FileNotFoundError:
            return None  # it goes once its rows are where they belong
    if act.cuts:
        return rows
    try:
        with folder.reading(act.path) as fd:
            if os.fstat(fd).st_size >= act.base + act.size and _same(fd, act.base, rows):
                return None
    except FileNotFoundError:
        pass
    return rows


def _same(fd: int, base: int, rows: View) -> bool:
    return all(
        read_at(fd, base + at, min(BLOCK, len(rows) - at)) == rows[at : at + BLOCK]
        for at in range(0, len(rows), BLOCK)
    )


def joined(head: View, rows: View) -> View:
    """Old rows and decided ones in one piece; only ever needed between a crash and the next write."""
    size = len(head) + len(rows)
    if size <= BLOCK:
        return bytes(head) + bytes(rows)
    whole = mmap.mmap(-1, size)
    for part in (head, rows):
        for at in range(0, len(part), BLOCK):
            whole.write(part[at : at + BLOCK])
    whole.seek(0)
    return whole


def private_copy(view: View, name: str) -> int:
    """The descriptor of a nameless file that holds the view: in memory, or unlinked at once."""
    try:
        if hasattr(os, "memfd_create"):
            fd = os.memfd_create("ilactl", os.MFD_CLOEXEC)
        else:
            import tempfile

            fd, path = tempfile.mkstemp()
            os.unlink(path)
        for at in range(0, len(view), BLOCK):
            write_at(fd, at, view[at : at + BLOCK])
    except OSError as error:
        raise IoFailed(path=name, reason=f"no room for a private copy: {error.strerror}") from error
    return fd
