"""A disk that fails on demand, put between Python and the system; it knows nothing of ilactl.

Python loads it by its name where its folder is on PYTHONPATH; the plan stands in FAULTS_PLAN. It
wraps the functions of `os` (and `open`, `fcntl.flock`, `mmap.mmap`), counts the calls that touch
anything in the watched folder, notes them, and makes the one that the plan names go wrong. What
compiled code does by itself passes unseen: for that there is strace.

A plan: `root` the watched folder; `at` the number of the call, from 1; `do` what happens; `errno`;
`lasting`: from then on; `kinds`: which calls are counted; `record`: the file that the calls are noted in.
"""

from __future__ import annotations

import builtins
import errno
import io
import json
import os
import signal
import stat
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

_real = {
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
_WRITES = os.O_WRONLY | os.O_RDWR


class Shim:
    """Stands before the system for the rest of this process."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self.root = os.path.realpath(plan["root"])
        self.at = plan.get("at", 0)
        self.do = plan.get("do", "")
        self.code = plan.get("errno", 0)
        self.lasting = plan.get("lasting", False)
        self.kinds = frozenset(plan.get("kinds", CHANGES))
        self.count = 0
        self.synced: dict[int, bytes] = {}
        self.known: set[int] = set()
        self.note = -1
        if plan.get("record"):
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
            self.note = _high(_real["open"](plan["record"], flags, 0o600))
            for folder, _, files in os.walk(self.root):
                self.known |= {os.lstat(os.path.join(folder, file)).st_ino for file in files}

    # ---- where --------------------------------------------------------------------------------

    def path_of(self, path: Any, dir_fd: int | None = None) -> str | None:
        """The place of a path or descriptor below the watched folder, or None where it lies outside."""
        try:
            if isinstance(path, int):
                found = _real["readlink"](f"/proc/self/fd/{path}").removesuffix(" (deleted)")
            else:
                text = os.fsdecode(path)
                above = _real["readlink"](f"/proc/self/fd/{dir_fd}") if dir_fd is not None else os.getcwd()
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
            self._tell(kind, path, {"failed": error.errno})
            raise
        if kind == "create":
            inode = _real["fstat"](result).st_ino
            self.synced[inode] = b""
            self.known.add(inode)
            more["mode"] = stat.S_IMODE(_real["fstat"](result).st_mode)
        if kind == "write":
            more["data"] = bytes(data)[:result].hex()
        if kind == "sync":
            self._appeared(path, fd)
            self.synced.pop(_real["fstat"](fd).st_ino, None)
        self._tell(kind, path, more)
        return result

    def trouble(self, kind: str, path: str, act: Any, fd: int, data: Any, more: dict[str, Any]) -> Any:
        if self.do == "kill":
            _real["kill"](_real["getpid"](), signal.SIGKILL)
        if self.do in ("tear", "short", "short-full") and kind == "write":
            short = bytes(data)[: max(1, len(data) // 2)]
            if self.do == "short-full":
                self.do, self.code = "fail", errno.ENOSPC
            done = self.done(kind, path, lambda: more["part"](short), fd, short, more)
            if self.do == "tear":
                _real["kill"](_real["getpid"](), signal.SIGKILL)
            return done
        if self.do == "forget" and kind == "sync":
            before = self.synced.pop(_real["fstat"](fd).st_ino, None)
            if before is not None:
                with _real_file(path, self.root) as own:
                    _real["ftruncate"](own.fileno(), 0)
                    _real["pwrite"](own.fileno(), before, 0)
        if self.do == "lose" and kind == "sync":
            self._appeared(path, fd)
            self._tell("lost", path, {})
        if kind == "close":
            act()
        raise OSError(self.code or errno.EIO, os.strerror(self.code or errno.EIO))

    def _keep(self, fd: int) -> None:
        """Remember a file as it was when it was last synced, before it is changed."""
        found = _real["fstat"](fd)
        if found.st_ino not in self.synced:
            with open_real(f"/proc/self/fd/{fd}") as own:
                self.synced[found.st_ino] = own.read()

    def _appeared(self, path: str, fd: int) -> None:
        """Tell of a file that compiled code made, when it is first synced: as made and written just now."""
        found = _real["fstat"](fd)
        if self.note < 0 or stat.S_ISDIR(found.st_mode) or found.st_ino in self.known:
            return
        self.known.add(found.st_ino)
        self._tell("create", path, {"mode": stat.S_IMODE(found.st_mode), "unseen": True})
        with open_real(f"/proc/self/fd/{fd}") as own:
            self._tell("write", path, {"offset": 0, "data": own.read().hex(), "unseen": True})

    def _tell(self, kind: str, path: str, more: dict[str, Any]) -> None:
        if self.note >= 0:
            told = {name: value for name, value in more.items() if name != "part"}
            _real["write"](self.note, json.dumps({"kind": kind, "path": path, **told}).encode() + b"\n")


def _high(fd: int) -> int:
    """A descriptor far from those that programs get, so that nothing about them changes."""
    import fcntl

    new = fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 200)
    _real["close"](fd)
    return new


def _opener(name: str, flags: int) -> int:
    return int(_real["open"](name, flags))


def open_real(name: str) -> io.FileIO:
    """A file to read that passes no wrapper."""
    return io.FileIO(name, "rb", opener=_opener)


def _real_file(path: str, root: str) -> io.FileIO:
    return io.FileIO(os.path.join(root, path), "r+b", opener=_opener)


def install(plan: dict[str, Any]) -> None:
    """Put the shim before the system, for good."""
    shim = Shim(plan)
    _wrap_names(shim)
    _wrap_bytes(shim)
    _wrap_reads(shim)
    _wrap_open(shim)


def _replace(name: str, call: Any) -> None:
    real = _real[name]
    for group in ("supports_dir_fd", "supports_fd", "supports_follow_symlinks", "supports_effective_ids"):
        if real in getattr(os, group):
            getattr(os, group).add(call)
    setattr(os, name, call)


def _wrap_names(shim: Shim) -> None:
    def opened(path: Any, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        def act() -> int:
            return int(_real["open"](path, flags, mode, dir_fd=dir_fd))

        where = shim.path_of(path, dir_fd)
        if where is None:
            return act()
        if flags & os.O_CREAT:
            try:
                _real["stat"](path, dir_fd=dir_fd, follow_symlinks=False)
            except OSError:
                return int(shim.step("create", where, act))
        fd = int(shim.step("openw" if flags & _WRITES else "open", where, act))
        if flags & os.O_TRUNC:
            shim._tell("truncate", where, {"size": 0})
        return fd

    _replace("open", opened)

    def on_one(name: str, kind: str) -> None:
        real = _real[name]

        def call(path: Any, *args: Any, dir_fd: int | None = None, **kwargs: Any) -> Any:
            more = {} if dir_fd is None else {"dir_fd": dir_fd}
            where = shim.path_of(path, dir_fd)
            if where is None:
                return real(path, *args, **more, **kwargs)
            told = (
                {"mode": args[0] if args else kwargs.get("mode", 0o777)} if kind in ("mkdir", "chmod") else {}
            )
            return shim.step(kind, where, lambda: real(path, *args, **more, **kwargs), **told)

        _replace(name, call)

    for name, kind in (
        ("unlink", "unlink"),
        ("remove", "unlink"),
        ("mkdir", "mkdir"),
        ("rmdir", "rmdir"),
        ("chmod", "chmod"),
    ):
        on_one(name, kind)

    def on_two(name: str, kind: str) -> None:
        real = _real[name]

        def call(source: Any, target: Any, **kwargs: Any) -> Any:
            here, there = (
                shim.path_of(source, kwargs.get("src_dir_fd")),
                shim.path_of(target, kwargs.get("dst_dir_fd")),
            )
            if here is None or there is None:
                return real(source, target, **kwargs)
            return shim.step(kind, here, lambda: real(source, target, **kwargs), to=there)

        _replace(name, call)

    on_two("rename", "rename")
    on_two("replace", "rename")
    on_two("link", "link")


def _wrap_bytes(shim: Shim) -> None:
    def write(fd: int, data: Any) -> int:
        where = shim.path_of(fd)
        if where is None:
            return int(_real["write"](fd, data))
        appends = _flags(fd) & os.O_APPEND
        offset = _real["fstat"](fd).st_size if appends else _real["lseek"](fd, 0, os.SEEK_CUR)
        return int(
            shim.step(
                "write",
                where,
                lambda: _real["write"](fd, data),
                fd=fd,
                data=data,
                offset=offset,
                part=lambda part: _real["write"](fd, part),
            )
        )

    def pwrite(fd: int, data: Any, offset: int) -> int:
        where = shim.path_of(fd)
        if where is None:
            return int(_real["pwrite"](fd, data, offset))
        return int(
            shim.step(
                "write",
                where,
                lambda: _real["pwrite"](fd, data, offset),
                fd=fd,
                data=data,
                offset=offset,
                part=lambda part: _real["pwrite"](fd, part, offset),
            )
        )

    def writev(fd: int, buffers: Any) -> int:
        return write(fd, b"".join(bytes(part) for part in buffers))

    def pwritev(fd: int, buffers: Any, offset: int, flags: int = 0) -> int:
        return pwrite(fd, b"".join(bytes(part) for part in buffers), offset)

    def on_fd(name: str, kind: str, told: Any = None) -> None:
        real = _real[name]

        def call(fd: int, *args: Any) -> Any:
            where = shim.path_of(fd)
            if where is None:
                return real(fd, *args)
            more = told(*args) if told else {}
            return shim.step(kind, where, lambda: real(fd, *args), fd=fd, **more)

        _replace(name, call)

    _replace("write", write)
    _replace("pwrite", pwrite)
    _replace("writev", writev)
    _replace("pwritev", pwritev)
    on_fd("fsync", "sync")
    on_fd("fdatasync", "sync")
    on_fd("ftruncate", "truncate", lambda size: {"size": size})
    on_fd("posix_fallocate", "allocate")
    on_fd("fchmod", "chmod", lambda mode: {"mode": mode})
    on_fd("close", "close")


def _flags(fd: int) -> int:
    import fcntl

    return fcntl.fcntl(fd, fcntl.F_GETFL)


def _wrap_reads(shim: Shim) -> None:
    import fcntl
    import mmap

    def on_any(module: Any, name: str, kind: str, real: Any) -> None:
        def call(target: Any = ".", *args: Any, **kwargs: Any) -> Any:
            where = shim.path_of(target, kwargs.get("dir_fd"))
            if where is None:
                return real(target, *args, **kwargs)
            return shim.step(kind, where, lambda: real(target, *args, **kwargs), fd=-1)

        if module is os:
            _replace(name, call)
        else:
            setattr(module, name, call)

    for name, kind in (
        ("stat", "stat"),
        ("lstat", "stat"),
        ("fstat", "stat"),
        ("listdir", "list"),
        ("scandir", "list"),
        ("access", "access"),
        ("statvfs", "room"),
        ("fstatvfs", "room"),
        ("pread", "read"),
        ("read", "read"),
    ):
        on_any(os, name, kind, _real[name])
    on_any(fcntl, "flock", "lock", fcntl.flock)
    real_map = mmap.mmap

    class Mapped(real_map):  # it stands in annotations, so it must stay a class
        def __new__(cls, fd: int, *args: Any, **kwargs: Any) -> Any:
            where = shim.path_of(fd) if fd >= 0 else None
            if where is None:
                return super().__new__(cls, fd, *args, **kwargs)
            make = super().__new__
            return shim.step("map", where, lambda: make(cls, fd, *args, **kwargs))

    mmap.mmap = Mapped  # type: ignore[misc]


class _Raw(io.RawIOBase):
    """A file to write whose bytes pass `os.write`."""

    def __init__(self, fd: int, *, closes: bool) -> None:
        self._fd, self._closes = fd, closes

    def fileno(self) -> int:
        return self._fd

    def readable(self) -> bool:
        return bool(_flags(self._fd) & os.O_RDWR)

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        return int(_real["lseek"](self._fd, offset, whence))

    def truncate(self, size: int | None = None) -> int:
        size = self.tell() if size is None else size
        os.ftruncate(self._fd, size)
        return size

    def readinto(self, buffer: Any) -> int:
        data = os.read(self._fd, len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def write(self, data: Any) -> int:
        return os.write(self._fd, bytes(data))

    def close(self) -> None:
        if not self.closed:
            super().close()
            if self._closes:
                os.close(self._fd)


def _wrap_open(shim: Shim) -> None:
    real = io.open
    ways = {"w": os.O_CREAT | os.O_TRUNC, "x": os.O_CREAT | os.O_EXCL, "a": os.O_CREAT | os.O_APPEND, "r": 0}

    def opened(
        file: Any,
        mode: str = "r",
        buffering: int = -1,
        encoding: Any = None,
        errors: Any = None,
        newline: Any = None,
        closefd: bool = True,
        opener: Any = None,
    ) -> Any:
        if not set(mode) & set("wxa+") or shim.path_of(file) is None:
            return real(file, mode, buffering, encoding, errors, newline, closefd, opener)
        flags = ways[next(letter for letter in mode if letter in ways)] | os.O_CLOEXEC
        flags |= os.O_RDWR if "+" in mode else os.O_WRONLY
        if not isinstance(file, int):
            file = opener(file, flags) if opener else os.open(file, flags, 0o666)
        raw = _Raw(file, closes=closefd)
        if buffering == 0:
            return raw
        buffered: Any = io.BufferedRandom(raw) if "+" in mode else io.BufferedWriter(raw)
        return buffered if "b" in mode else io.TextIOWrapper(buffered, encoding, errors, newline)

    io.open = builtins.open = opened  # type: ignore[assignment]


if "FAULTS_PLAN" in os.environ:
    install(json.loads(os.environ["FAULTS_PLAN"]))
