"""A disk that fails on demand: it stands where the ledger's two doors to the disk look for `os`."""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from ilactl.ledger import disk as bytes_of
from ilactl.ledger import files as names_of

CHANGING = ("pwrite", "fsync", "ftruncate", "unlink", "mkdir", "open", "fchmod")
"""The calls that change the disk, or name a file on it."""


class Disk:
    """Passes every call on; before the `nth` of the calls named it does `trouble`."""

    def __init__(
        self, calls: tuple[str, ...], nth: int, trouble: Callable[..., Any], *, lasting: bool = False
    ) -> None:
        self.calls = calls
        self.nth = nth
        self.trouble = trouble
        self.lasting = lasting
        self.count = 0
        self.fired = False

    def __getattr__(self, name: str) -> Any:
        real = getattr(os, name)
        if name not in self.calls:
            return real

        def call(*args: Any, **kwargs: Any) -> Any:
            if name == "open" and not args[1] & os.O_CREAT:
                return real(*args, **kwargs)
            self.count += 1
            if self.count == self.nth or (self.lasting and self.count > self.nth):
                self.fired = True
                return self.trouble(real, *args, **kwargs)
            return real(*args, **kwargs)

        return call


def failing(code: int) -> Callable[..., Any]:
    def trouble(real: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        raise OSError(code, os.strerror(code))

    return trouble


def short(real: Callable[..., Any], fd: int, data: memoryview, offset: int) -> Any:
    """Take only the first half of what is to be written."""
    return real(fd, data[: max(1, len(data) // 2)], offset)


def torn_then_full(real: Callable[..., Any], fd: int, data: memoryview, offset: int) -> Any:
    """Take half, and have no room for the rest."""
    real(fd, data[: len(data) // 2], offset)
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def killing(real: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    os.kill(os.getpid(), signal.SIGKILL)


def tearing(real: Callable[..., Any], fd: int, data: memoryview, offset: int) -> Any:
    """Be killed in the middle of a write."""
    real(fd, data[: len(data) // 2], offset)
    os.kill(os.getpid(), signal.SIGKILL)


@contextmanager
def disk(
    trouble: Callable[..., Any], nth: int, calls: tuple[str, ...] = CHANGING, *, lasting: bool = False
) -> Iterator[Disk]:
    """Let the ledger's disk fail for the length of the block."""
    faulty = Disk(calls, nth, trouble, lasting=lasting)
    bytes_of.os = names_of.os = faulty  # type: ignore[assignment]
    try:
        yield faulty
    finally:
        bytes_of.os = names_of.os = os
