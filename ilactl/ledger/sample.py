"""The sample ledger: where it is, and a durable copy of it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from ilactl.errors import AlreadyThere, IoFailed, NotFound

__all__ = ["copy_sample", "sample_folder"]


def sample_folder() -> Path:
    """The folder of the sample ledger: package data, or beside the package. Raises NotFound."""
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "sample", package.parent / "sample-data" / "agency"):
        if (folder / "ledger.toml").is_file():
            return folder
    raise NotFound(what="the sample ledger", hint="it is not part of this installation")


def copy_sample(target: Path) -> int:
    """Copy the sample to a new or empty folder and say how many files it has.

    The copy is made beside the target and renamed, so that a cut leaves no half ledger.
    Raises AlreadyThere, NotFound, IoFailed.
    """
    source = sample_folder()
    target = Path(os.path.abspath(target))
    partial = target.with_name(target.name + ".partial")
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        raise AlreadyThere(what=str(target), hint="name a new folder")
    if target.is_dir() and any(target.iterdir()):
        raise AlreadyThere(
            what=str(target), hint="the sample needs a new or an empty folder: name another one"
        )
    if partial.exists() or partial.is_symlink():
        raise AlreadyThere(what=str(partial), hint="a copy was cut off there: remove it and try again")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        count = _copy(source, partial)
        os.rename(partial, target)
        _sync(target.parent)
    except OSError as error:
        shutil.rmtree(partial, ignore_errors=True)
        raise IoFailed(path=str(target), reason=error.strerror or str(error)) from None
    return count


def _copy(source: Path, target: Path) -> int:
    os.mkdir(target, 0o700)
    count = 0
    for entry in sorted(source.iterdir()):
        if entry.name == ".ilactl":
            continue
        if entry.is_dir():
            count += _copy(entry, target / entry.name)
            continue
        fd = os.open(target / entry.name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with open(fd, "wb") as copy, entry.open("rb") as original:
            shutil.copyfileobj(original, copy)
            copy.flush()
            os.fsync(copy.fileno())
        count += 1
    _sync(target)
    return count


def _sync(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
