"""Derived, immutable, deletable files in .ilactl/cache/. Never trusted over what they derive from.

A cache file carries the digest of its own content in its first line; its name says what it was
derived from. Anything odd about it means: no cache. Failing to write one is no failure.
"""

from __future__ import annotations

import contextlib
import os
from hashlib import sha256
from pathlib import Path

__all__ = ["read_cache", "write_cache"]

_FOLDER = Path(".ilactl") / "cache"


def read_cache(root: Path, name: str) -> bytes | None:
    """The cached content, or None where there is none that can be believed."""
    try:
        fd = os.open(root / _FOLDER / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        with open(fd, "rb") as stream:
            digest, _, content = stream.read().partition(b"\n")
    except OSError:
        return None
    return content if digest == sha256(content).hexdigest().encode() else None


def write_cache(root: Path, name: str, content: bytes, *, replaces: str) -> None:
    """Keep the content under the name; older files whose names start with `replaces` go.

    A group that shares the ledger shares its cache.
    """
    folder = root / _FOLDER
    temporary = folder / f"{name}.{os.getpid()}"
    with contextlib.suppress(OSError):
        shared = folder.parent.stat().st_mode & 0o020
        if not folder.exists():
            folder.mkdir(mode=0o700)
            folder.chmod(0o2770 if shared else 0o700)
        fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with open(fd, "wb") as stream:
            os.fchmod(stream.fileno(), 0o660 if shared else 0o600)
            stream.write(sha256(content).hexdigest().encode() + b"\n" + content)
        os.replace(temporary, folder / name)
        for old in folder.glob(f"{replaces}*"):
            if old.name != name:
                old.unlink()
