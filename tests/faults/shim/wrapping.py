"""Leads the functions of `os`, and `open`, `fcntl.flock` and `mmap.mmap`, to a disk that fails on demand."""

from __future__ import annotations

import builtins
import io
import os
from typing import Any

from faulty import WRITES, Shim
from faulty import real as _real


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
        fd = int(shim.step("openw" if flags & WRITES else "open", where, act))
        if flags & os.O_TRUNC:
            shim.tell("truncate", where, {"size": 0, "unseen": True})
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
