"""Bytes of open files: read, written whole, synced; and the system's errors in words.

With `files` this is the only module that calls the operating system to change the ledger.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import NamedTuple, Never

from ilactl.errors import IoFailed

__all__ = [
    "BLOCK",
    "Stamp",
    "blocks",
    "close_quietly",
    "cut",
    "digest_at",
    "fail",
    "read_at",
    "reason_of",
    "refuse_full",
    "reserve_room",
    "sync",
    "write_at",
]

BLOCK = 1 << 20
"""Bytes moved at a time when a file is copied or digested."""

_KEEP_SIZE = 1  # FALLOC_FL_KEEP_SIZE


class Stamp(NamedTuple):
    """What the file system tells about a file without reading it: it moves when the file is changed."""

    inode: int
    size: int
    mtime_ns: int
    ctime_ns: int

    @staticmethod
    def of(fd: int) -> Stamp:
        """The stamp of an open file."""
        found = os.fstat(fd)
        return Stamp(found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


def fail(path: str, error: OSError) -> Never:
    """Raise IoFailed for an OSError, in words of the file at hand."""
    raise IoFailed(path=path, reason=reason_of(error)) from error


def reason_of(error: OSError) -> str:
    """What the system says, in lower case, as the end of a sentence."""
    text = error.strerror or str(error) or "it cannot be used"
    return text[:1].lower() + text[1:]


def write_at(fd: int, offset: int, data: bytes | memoryview) -> None:
    """Write all of `data` at `offset`; a short write goes on. Raises OSError."""
    rest = memoryview(data)
    while rest:
        done = os.pwrite(fd, rest, offset)
        if done <= 0:
            raise OSError(errno.EIO, "the disk took no bytes")
        rest, offset = rest[done:], offset + done


def read_at(fd: int, offset: int, size: int, name: str = "") -> bytes:
    """Up to `size` bytes from `offset`: fewer only where the file ends. Raises IoFailed."""
    parts = []
    try:
        while size > 0 and (part := os.pread(fd, size, offset)):
            parts.append(part)
            size, offset = size - len(part), offset + len(part)
    except OSError as error:
        fail(name, error)
    return b"".join(parts)


def blocks(fd: int, offset: int, size: int, name: str = "") -> Iterator[bytes]:
    """The bytes of a range, a megabyte at a time; it stops early where the file ends."""
    end = offset + size
    while offset < end and (part := read_at(fd, offset, min(BLOCK, end - offset), name)):
        yield part
        offset += len(part)


def digest_at(fd: int, offset: int, size: int, name: str = "") -> str:
    """SHA-256 of a range, in hexadecimal digits."""
    digest = hashlib.sha256()
    for part in blocks(fd, offset, size, name):
        digest.update(part)
    return digest.hexdigest()


def cut(fd: int, size: int) -> None:
    """Shorten a file. Raises OSError."""
    os.ftruncate(fd, size)


def sync(fd: int) -> None:
    """Make a file's bytes durable. Never repeated after a failure: the second call would lie. OSError."""
    if sys.platform == "darwin":  # fsync there stops at the drive's cache
        with suppress(OSError):
            fcntl.fcntl(fd, fcntl.F_FULLFSYNC)
            return
    os.fsync(fd)


def reserve_room(fd: int, offset: int, size: int) -> None:
    """Meet a full disk before a large commit is decided. Raises OSError; does nothing where it cannot ask."""
    if sys.platform != "linux":
        return
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    if not hasattr(libc, "fallocate"):
        return
    if libc.fallocate(fd, _KEEP_SIZE, ctypes.c_int64(offset), ctypes.c_int64(size)) != 0:
        code = ctypes.get_errno()
        if code in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise OSError(code, os.strerror(code))


def refuse_full(fd: int, growth: Iterable[tuple[int, int]]) -> None:
    """Meet a full disk before a commit is decided: `growth` are files' sizes, and bytes they are to grow by.

    It counts whole blocks at their least, so it never refuses what there is room for. Raises OSError.
    """
    found = os.fstatvfs(fd)
    block = found.f_frsize
    room = found.f_bfree if os.geteuid() == 0 else found.f_bavail  # some are kept back for the superuser
    needed = sum(-(-(size + more) // block) - -(-size // block) for size, more in growth)
    if found.f_blocks and needed > room:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def close_quietly(fd: int) -> None:
    """Close; an error is ignored, since whatever matters was synced before."""
    with suppress(OSError):
        os.close(fd)
