"""The door to the disk: every call that opens, makes or removes a file of the ledger.

A `Folder` holds the ledger's folder by descriptor and reaches everything below it by plain names:
no part of a name may be a link, a file must be a regular one with a single name. What it makes is
private (0600 in 0700) or, for a shared ledger, the group's (0660 in 2770), whatever the umask.
With `disk`, no other module calls the operating system to change the ledger, so a test that makes
their `os` fail covers the whole protocol.
"""

from __future__ import annotations

import errno
import os
import stat
import weakref
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ilactl.errors import IoFailed, Unsafe
from ilactl.ledger.disk import Stamp, close_quietly, fail, read_at, refuse_full, write_at

__all__ = ["Folder", "Stamp", "good_name"]

_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
_WRITE = os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class Folder:
    """The ledger's folder, held open. Names are relative to it, with `/` between parts."""

    def __init__(self, root: Path) -> None:
        """Open `root`, which itself may be reached over a link. Raises OSError as the system gives it."""
        self.root = Path(os.path.abspath(root))
        self._fd = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        self.close = weakref.finalize(self, close_quietly, self._fd)
        self.shared = False

    def refuse_loose(self) -> None:
        """Refuse to write where others could put files in place of ours. Raises Unsafe."""
        mode = os.fstat(self._fd).st_mode
        loose = mode & (0o002 if self.shared else 0o022)
        if loose:
            who = "everyone" if loose & 0o002 else "its group"
            raise Unsafe(
                path=str(self.root),
                reason=f"{who} may write in the ledger's folder",
                hint="run 'chmod go-w' on the folder, or set shared = true in ledger.toml for a group",
            )

    def refuse_read_only(self) -> None:
        """Refuse to write into a folder that is set read-only, even where its files would let us.

        Whoever takes the folder's write bits away means the ledger to stay as it is; a superuser,
        whom no bit stops, is no exception. Raises IoFailed.
        """
        try:
            if not os.fstat(self._fd).st_mode & 0o222:
                raise PermissionError(errno.EACCES, "the folder is read-only")
            if not os.access(".", os.W_OK | os.X_OK, dir_fd=self._fd):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        except OSError as error:
            fail(str(self.root), error)

    def refuse_full(self, growth: Iterable[tuple[int, int]]) -> None:
        """Fail now where the disk has no room for files that grow so: see `disk`. Raises OSError."""
        refuse_full(self._fd, growth)

    @contextmanager
    def reading(self, name: str) -> Iterator[int]:
        """Open a file for reading. FileNotFoundError passes; what else goes wrong is Unsafe or IoFailed."""
        fd = self._open(name, _READ)
        try:
            yield fd
        finally:
            close_quietly(fd)

    @contextmanager
    def writing(self, name: str, *, create: bool = False) -> Iterator[int]:
        """Open a file for reading and writing at given places; with `create` it is made where missing."""
        fd = self.open_for_writing(name, create=create)
        try:
            yield fd
        finally:
            close_quietly(fd)

    def open_for_writing(self, name: str, *, create: bool = False) -> int:
        """A descriptor that the caller closes with `close_quietly`. Errors as in `reading`."""
        try:
            return self._open(name, _WRITE)
        except FileNotFoundError:
            if not create:
                raise
        with suppress(FileExistsError):
            return self.create(name)
        return self._open(name, _WRITE)

    def create(self, name: str) -> int:
        """Make a file that must not exist, with the ledger's mode, and open it for writing."""
        mode = 0o660 if self.shared else 0o600
        with self._parent(name) as (parent, last):
            try:
                fd = os.open(last, _WRITE | os.O_CREAT | os.O_EXCL, mode, dir_fd=parent)
            except OSError as error:
                if error.errno in (errno.ENOENT, errno.EEXIST):
                    raise
                fail(name, error)
        with suppress(OSError):  # the umask may have taken bits away, it cannot have added any
            os.fchmod(fd, mode)
        return fd

    def tighten(self, fd: int) -> None:
        """Give the ledger's mode to a file that somebody else made on our behalf."""
        os.fchmod(fd, 0o660 if self.shared else 0o600)

    def match(self, fd: int, like: int) -> None:
        """Give a file that is to take another's place no right that the other has not."""
        own = 0o660 if self.shared else 0o600
        os.fchmod(fd, os.fstat(like).st_mode & own | 0o600)

    def make_folder(self, name: str) -> None:
        """Make a folder and those above it, where they are missing, and make them durable."""
        parts = name.split("/")
        for depth in range(1, len(parts) + 1):
            self._make_one("/".join(parts[:depth]))

    def _make_one(self, name: str) -> None:
        mode = 0o2770 if self.shared else 0o700
        with self._parent(name) as (parent, last):
            made = False
            try:
                os.mkdir(last, mode & 0o777, dir_fd=parent)
                made = True
                os.chmod(last, mode, dir_fd=parent)
                os.fsync(parent)
            except FileExistsError:
                found = os.stat(last, dir_fd=parent, follow_symlinks=False)
                if not stat.S_ISDIR(found.st_mode):
                    raise Unsafe(path=name, reason="it is not a folder") from None
            except OSError as error:
                if made:  # the next attempt is to make it durable, and would not if it were there
                    with suppress(OSError):
                        os.rmdir(last, dir_fd=parent)
                fail(name, error)

    def remove(self, name: str) -> bool:
        """Unlink a file; False where there was none. Not yet durable: see `sync_folder`."""
        try:
            with self._parent(name) as (parent, last):
                os.unlink(last, dir_fd=parent)
        except FileNotFoundError:
            return False
        except OSError as error:
            fail(name, error)
        return True

    def replace(self, source: str, target: str) -> None:
        """Put a file in the place of another, in one step. Not yet durable: see `sync_parent`."""
        try:
            with self._parent(source) as (there, name), self._parent(target) as (here, last):
                os.replace(name, last, src_dir_fd=there, dst_dir_fd=here)
        except OSError as error:
            fail(target, error)

    def sync_folder(self, name: str = "") -> None:
        """Make the names in a folder durable; '' is the ledger's folder itself. Raises OSError."""
        if not name:
            os.fsync(self._fd)
            return
        with self._parent(f"{name}/-") as (folder, _):
            os.fsync(folder)

    def sync_parent(self, name: str) -> None:
        """Make the name of this file durable."""
        self.sync_folder(name.rpartition("/")[0])

    def may_create(self, name: str) -> None:
        """Fail now, before a commit is decided, where a new file could not be made. Raises IoFailed."""
        with self._parent(name) as (parent, last):
            try:
                if not os.access(".", os.W_OK | os.X_OK, dir_fd=parent):
                    raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
                os.stat(last, dir_fd=parent, follow_symlinks=False)
            except FileNotFoundError:
                return
            except OSError as error:
                fail(name, error)

    def names(self, folder: str = "") -> list[str]:
        """The names in a folder, sorted; none where the folder is missing."""
        try:
            with self._parent(f"{folder}/-" if folder else "-") as (fd, _):
                return sorted(os.listdir(fd))
        except FileNotFoundError:
            return []
        except OSError as error:
            fail(folder or ".", error)

    def exists(self, name: str) -> bool:
        """Whether anything of that name is there."""
        try:
            with self._parent(name) as (parent, last):
                os.stat(last, dir_fd=parent, follow_symlinks=False)
        except FileNotFoundError:
            return False
        except OSError as error:
            fail(name, error)
        return True

    def read(self, name: str, limit: int = 1 << 26) -> bytes:
        """A whole small file. FileNotFoundError passes; IoFailed for one that is larger than `limit`."""
        with self.reading(name) as fd:
            size = os.fstat(fd).st_size
            if size > limit:
                raise IoFailed(path=name, reason=f"it is larger than {limit >> 20} MiB")
            return read_at(fd, 0, size, name)

    def replace_hint(self, name: str, data: bytes) -> None:
        """Write a file that may be lost or torn without harm: not synced, errors are ignored."""
        with suppress(OSError, IoFailed), self.writing(name, create=True) as fd:
            os.ftruncate(fd, 0)
            write_at(fd, 0, data)

    def is_at(self, name: str, fd: int) -> bool:
        """Whether the name still leads to the open file."""
        try:
            with self._parent(name) as (parent, last):
                found = os.stat(last, dir_fd=parent, follow_symlinks=False)
        except OSError:
            return False
        mine = os.fstat(fd)
        return (found.st_dev, found.st_ino) == (mine.st_dev, mine.st_ino)

    def _open(self, name: str, flags: int) -> int:
        with self._parent(name) as (parent, last):
            try:
                fd = os.open(last, flags, dir_fd=parent)
            except FileNotFoundError:
                raise
            except OSError as error:
                self._explain(name, parent, last)
                fail(name, error)
        try:
            found = os.fstat(fd)
            if not stat.S_ISREG(found.st_mode):
                raise Unsafe(path=name, reason="it is not a plain file")
            if found.st_nlink > 1:
                raise Unsafe(path=name, reason=f"the file has {found.st_nlink} names (hard links)")
        except BaseException:
            close_quietly(fd)
            raise
        return fd

    @staticmethod
    def _explain(name: str, parent: int, last: str) -> None:
        """Say what stands in the file's place, where that is why it could not be opened."""
        with suppress(OSError):
            mode = os.stat(last, dir_fd=parent, follow_symlinks=False).st_mode
            if stat.S_ISLNK(mode):
                raise Unsafe(path=name, reason="it is a symbolic link")
            if not stat.S_ISREG(mode):
                raise Unsafe(path=name, reason="it is not a plain file")

    @contextmanager
    def _parent(self, name: str) -> Iterator[tuple[int, str]]:
        """The descriptor of the folder that holds `name`, and its last part."""
        if not good_name(name):
            raise Unsafe(path=name, reason="it is not a name inside the ledger")
        *folders, last = name.split("/")
        fd = self._fd
        try:
            for part in folders:
                try:
                    below = os.open(part, _FOLDER, dir_fd=fd)
                except FileNotFoundError:
                    raise
                except OSError as error:
                    if error.errno in (errno.ELOOP, errno.ENOTDIR):
                        shown = name.removesuffix("/-")  # the folder itself was meant
                        what = "it" if shown == part else part
                        raise Unsafe(path=shown, reason=f"{what} is a link or not a folder") from None
                    fail(name.removesuffix("/-"), error)
                if fd != self._fd:
                    close_quietly(fd)
                fd = below
            yield fd, last
        finally:
            if fd != self._fd:
                close_quietly(fd)


def good_name(name: str) -> bool:
    """Whether a name stays inside the ledger: relative, no empty part, no dots, no NUL."""
    return "\0" not in name and all(part not in ("", ".", "..") for part in name.split("/"))
