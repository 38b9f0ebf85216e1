"""A disk that fails on demand, put between Python and the system; it knows nothing of ilactl.

It counts the calls that touch anything in the watched folder, notes them, and makes the one that the
plan names go wrong; `wrapping` leads the calls to it. What compiled code does by itself passes unseen:
for that there is strace.

A plan: `root` the watched folder; `at` the number of the call, from 1; `do` what happens; `errno`;
`lasting`: from then on; `kinds`: which calls are counted; `record`: the file that the calls are noted in.
"""

from __future__ import annotations

import errno
import io
import json
import os
import signal
import stat
import time
from typing import Any

CHANGES = frozenset(
    {
        "create",
        "openw",
        "write",
        "sync",
        "truncate",
        "allocate",
        "rename",
        "unlink",
        "mkdir",
        "rmdir",
        "chmod",
        "link",
    }
)
READS = frozenset({"open", "read", "stat", "list", "lock", "access", "room", "map"})
CLOSES = frozenset({"close"})

real = {
    name: getattr(os, name)
    for name in (
        "open",
        "close",
        "read",
        "pread",
        "write",
        "pwrite",
        "writev",
        "pwritev",
        "fsync",
        "fdatasync",
        "ftruncate",
        "truncate",
        "posix_fallocate",
        "rename",
        "replace",
        "unlink",
        "remove",
        "mkdir",
        "rmdir",
        "chmod",
        "fchmod",
        "link",
        "stat",
        "lstat",
        "fstat",
        "listdir",
        "scandir",
        "access",
        "statvfs",
        "fstatvfs",
        "readlink",
        "kill",
        "getpid",
        "lseek",
    )
}
WRITES = os.O_WRONLY | os.O_RDWR


class Shim:
    """Stands before the system for the rest of this process."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self.root = os.path.realpath(plan["root"])
        self.at = plan.get("at", 0)
        self.do = plan.get("do", "")
        self.code = plan.get("errno", 0)
        self.until = plan.get("until", "")
        self.lasting = plan.get("lasting", False)
        self.kinds = frozenset(plan.get("kinds", CHANGES))
        self.count = 0
        self.synced: dict[int, bytes] = {}
        self.known: set[int] = set()
        self.note = -1
        if plan.get("record"):
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
            self.note = _high(real["open"](plan["record"], flags, 0o600))
            for folder, _, files in os.walk(self.root):
                self.known |= {os.lstat(os.path.join(folder, file)).st_ino for file in files}

    # ---- where --------------------------------------------------------------------------------

    def path_of(self, path: Any, dir_fd: int | None = None) -> str | None:
        """The place of a path or descriptor below the watched folder, or None where it lies outside."""
        try:
            if isinstance(path, int):
                found = real["readlink"](f"/proc/self/fd/{path}").removesuffix(" (deleted)")
            else:
                text = os.fsdecode(path)
                above = real["readlink"](f"/proc/self/fd/{dir_fd}") if dir_fd is not None else os.getcwd()
                found = os.path.normpath(os.path.join(above, text))
        except OSError:
            return None
        if found == self.root:
            return "."
        return found[len(self.root) + 1 :] if found.startswith(self.root + "/") else None

    # ---- what -------------------------------------------------------------------------------

    def step(self, kind: str, path: str, act: Any, *, fd: int = -1, data: Any = b"", **more: Any) -> Any:
        """One call: counted, perhaps made to fail, else done and noted."""
        if kind in self.kinds:
            self.count += 1
            if self.count == self.at or (self.lasting and self.count > self.at):
                return self.trouble(kind, path, act, fd, data, more)
        return self.done(kind, path, act, fd, data, more)

    def done(self, kind: str, path: str, act: Any, fd: int, data: Any, more: dict[str, Any]) -> Any:
        if kind in ("write", "truncate") and fd >= 0:
            self._keep(fd)
        try:
            result = act()
        except OSError as error:
            self.tell(kind, path, {"failed": error.errno})
            raise
        if kind == "create":
            inode = real["fstat"](result).st_ino
            self.synced[inode] = b""
            self.known.add(inode)
            more["mode"] = stat.S_IMODE(real["fstat"](result).st_mode)
        if kind == "write":
            more["data"] = bytes(data)[:result].hex()
        if kind == "sync":
            self._appeared(path, fd)
            self.synced.pop(real["fstat"](fd).st_ino, None)
        self.tell(kind, path, more)
        return result

    def trouble(self, kind: str, path: str, act: Any, fd: int, data: Any, more: dict[str, Any]) -> Any:
        if self.do == "pause":
            _real_wait(self.until)
            return self.done(kind, path, act, fd, data, more)
        if self.do == "kill":
            real["kill"](real["getpid"](), signal.SIGKILL)
        if self.do in ("tear", "short", "short-full") and kind == "write":
            short = bytes(data)[: max(1, len(data) // 2)]
            if self.do == "short-full":
                self.do, self.code = "fail", errno.ENOSPC
            done = self.done(kind, path, lambda: more["part"](short), fd, short, more)
            if self.do == "tear":
                real["kill"](real["getpid"](), signal.SIGKILL)
            return done
        if self.do == "forget" and kind == "sync":
            before = self.synced.pop(real["fstat"](fd).st_ino, None)
            if before is not None:
                with _real_file(path, self.root) as own:
                    real["ftruncate"](own.fileno(), 0)
                    real["pwrite"](own.fileno(), before, 0)
        if self.do == "lose" and kind == "sync":
            self._appeared(path, fd)
            self.tell("lost", path, {})
        if kind == "close":
            act()
        raise OSError(self.code or errno.EIO, os.strerror(self.code or errno.EIO))

    def _keep(self, fd: int) -> None:
        """Remember a file as it was when it was last synced, before it is changed."""
        found = real["fstat"](fd)
        if found.st_ino not in self.synced:
            with open_real(f"/proc/self/fd/{fd}") as own:
                self.synced[found.st_ino] = own.read()

    def _appeared(self, path: str, fd: int) -> None:
        """Tell of a file that compiled code made, when it is first synced: as made and written just now."""
        found = real["fstat"](fd)
        if self.note < 0 or stat.S_ISDIR(found.st_mode) or found.st_ino in self.known:
            return
        self.known.add(found.st_ino)
        self.tell("create", path, {"mode": stat.S_IMODE(found.st_mode), "unseen": True})
        with open_real(f"/proc/self/fd/{fd}") as own:
            self.tell("write", path, {"offset": 0, "data": own.read().hex(), "unseen": True})

    def tell(self, kind: str, path: str, more: dict[str, Any]) -> None:
        if self.note >= 0:
            told = {name: value for name, value in more.items() if name != "part"}
            real["write"](self.note, json.dumps({"kind": kind, "path": path, **told}).encode() + b"\n")


def _real_wait(until: str) -> None:
    """Tell that we wait, and wait until a file is there."""
    real["close"](real["open"](f"{until}.there", os.O_WRONLY | os.O_CREAT, 0o600))
    end = time.monotonic() + 30
    while not os.path.exists(until) and time.monotonic() < end:
        time.sleep(0.005)


def _high(fd: int) -> int:
    """A descriptor far from those that programs get, so that nothing about them changes."""
    import fcntl

    new = fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 200)
    real["close"](fd)
    return new


def _opener(name: str, flags: int) -> int:
    return int(real["open"](name, flags))


def open_real(name: str) -> io.FileIO:
    """A file to read that passes no wrapper."""
    return io.FileIO(name, "rb", opener=_opener)


def _real_file(path: str, root: str) -> io.FileIO:
    return io.FileIO(os.path.join(root, path), "r+b", opener=_opener)
