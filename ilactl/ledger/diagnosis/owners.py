"""Modes and owners: who may read and change the ledger, and whether those who should can."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ilactl.ledger.columns import TABLES
from ilactl.ledger.diagnosis.signs import Sign, fault, look, named, ok
from ilactl.ledger.files import Folder
from ilactl.ledger.lock import HINTS
from ilactl.ledger.log import LOG
from ilactl.ledger.recovery import STAGED
from ilactl.ledger.snapshot import MANIFEST

__all__ = ["owners"]

_FOLDERS = ("rules", "rules/used", "credentials", STAGED, HINTS)
_PRIVATE = {table.file for table in TABLES if table.private}


class _Thing(NamedTuple):
    name: str
    found: os.stat_result

    @property
    def mode(self) -> int:
        return stat.S_IMODE(self.found.st_mode)

    @property
    def is_folder(self) -> bool:
        return stat.S_ISDIR(self.found.st_mode)


def owners(folder: Folder, user: int) -> list[Sign]:
    """The signs for a ledger, shared or not (`folder.shared`), as `user` (the effective id) meets it."""
    root = _Thing("the folder", os.stat(folder.root))
    things = list(_things(folder))
    signs = list(_root(root, folder, user))
    plain = [thing for thing in things if thing.is_folder or stat.S_ISREG(thing.found.st_mode)]
    signs += _shared(root, plain) if folder.shared else _private(root, plain)
    signs += _usable(folder, plain)
    if not signs:
        whose = f"group {_called(root, True)}" if folder.shared else f"user {_called(root, False)}"
        signs = [ok("modes", f"files and folders are open to {whose} only")]
    return [*signs, *_odd(things)]


def _things(folder: Folder) -> Iterator[_Thing]:
    """What is the ledger's own: its files, folders, and what lies in them. The rest is not our business."""
    names = [MANIFEST, LOG, *(table.file for table in TABLES), *_FOLDERS]
    for above in _FOLDERS:
        if os.path.isdir(folder.root / above) and os.access(folder.root / above, os.R_OK | os.X_OK):
            names += [f"{above}/{name}" for name in sorted(os.listdir(folder.root / above))]
    for name in dict.fromkeys(names):
        try:
            yield _Thing(name, os.lstat(folder.root / name))
        except OSError:
            continue  # what is missing is said elsewhere


def _root(root: _Thing, folder: Folder, user: int) -> Iterator[Sign]:
    loose = root.mode & (0o002 if folder.shared else 0o022)
    if loose:
        who = "everyone" if loose & 0o002 else "its group"
        remedy = f"chmod go-w {folder.root}; for a group set shared = true in {MANIFEST}"
        if folder.shared:
            remedy = f"chmod o-w {folder.root}"
        yield fault("modes", f"{who} may write in the folder, so ilactl writes nothing", remedy)
    if not root.mode & 0o222:
        yield look("modes", "the folder is read-only: nothing can be booked", f"chmod u+w {folder.root}")
    elif not os.access(folder.root, os.W_OK | os.X_OK):
        text = f"you may not write in the folder of {_called(root, False)}: you can read, not book"
        yield look("owners", text, "run ilactl as its owner to book")
    if user == 0 and root.found.st_uid != 0:
        text = f"you are root, and the ledger is {_called(root, False)}'s: what you make would be root's"
        yield look("owners", text, f"run ilactl as {_called(root, False)}")


def _odd(things: Sequence[_Thing]) -> Iterator[Sign]:
    """What is neither a plain file with one name nor a folder: ilactl does not touch it."""
    for thing in things:
        kind = thing.found.st_mode
        if stat.S_ISLNK(kind) or not (stat.S_ISREG(kind) or stat.S_ISDIR(kind)):
            what = "a symbolic link" if stat.S_ISLNK(kind) else "no plain file"
            yield fault("files", f"{thing.name} is {what}, which ilactl refuses", "put the file itself there")
        elif stat.S_ISREG(kind) and thing.found.st_nlink > 1:
            text = f"{thing.name} has {thing.found.st_nlink} names (hard links), which ilactl refuses"
            yield fault("files", text, "copy it, and put the copy in its place")


def _private(root: _Thing, things: Sequence[_Thing]) -> Iterator[Sign]:
    writable = [thing.name for thing in things if thing.mode & 0o022]
    if writable:
        text = f"others may change {named(writable)}"
        yield fault("modes", text, "chmod -R go-rwx on the folder")
    closed = not root.mode & 0o011  # who cannot enter the folder cannot read what is in it
    readable = [t.name for t in things if t.mode & 0o044 and not t.mode & 0o022 and not t.is_folder]
    if readable and not closed:
        text, remedy = f"others may read {named(readable)}", "chmod -R go-rwx on the folder"
        names = _PRIVATE & set(readable)
        yield fault("modes", text, remedy) if names else look("modes", text, remedy)
    strange = [thing.name for thing in things if thing.found.st_uid != root.found.st_uid]
    if strange:
        text = f"{named(strange)}: not of {_called(root, False)}, who owns the folder"
        yield fault("owners", text, f"chown them to {_called(root, False)}, or set shared = true")


def _shared(root: _Thing, things: Sequence[_Thing]) -> Iterator[Sign]:
    group = _called(root, True)
    open_to_all = [thing.name for thing in (root, *things) if thing.mode & 0o007]
    if open_to_all:
        text = f"not only group {group} may use {named(open_to_all)}"
        private = _PRIVATE & set(open_to_all) and root.mode & 0o001
        remedy = "chmod -R o-rwx on the folder"
        yield fault("modes", text, remedy) if private else look("modes", text, remedy)
    cut_off = [t.name for t in things if not t.is_folder and t.mode & 0o060 != 0o060]
    if cut_off:
        text = f"group {group} cannot read and change {named(cut_off)}"
        yield fault("modes", text, "chmod g+rw on them: a shared ledger's files are 0660")
    folders = [t.name for t in (root, *things) if t.is_folder and t.mode & 0o2070 != 0o2070]
    if folders:
        text = f"not open to group {group} with its group handed on: {named(folders)}"
        yield fault("modes", text, "chmod g+rwxs on them: a shared ledger's folders are 2770")
    strange = [thing.name for thing in things if thing.found.st_gid != root.found.st_gid]
    if strange:
        text = f"{named(strange)}: not of group {group}, as the folder is"
        yield fault("owners", text, f"chgrp {group} on them")


def _usable(folder: Folder, things: Sequence[_Thing]) -> Iterator[Sign]:
    locked_out = [t.name for t in things if not os.access(folder.root / t.name, os.R_OK)]
    if locked_out:
        yield fault(
            "owners", f"you cannot read {named(locked_out)}", "chown or chmod them, or run as their owner"
        )
    if os.access(folder.root, os.W_OK):
        fixed = [t.name for t in things if not os.access(folder.root / t.name, os.W_OK)]
        fixed = [name for name in fixed if name not in locked_out]
        if fixed:
            yield fault(
                "owners", f"you cannot change {named(fixed)}", "chmod u+w on them, or run as their owner"
            )


def _called(thing: _Thing, group: bool) -> str:
    """The name of an owner; its number where the system knows none."""
    import grp
    import pwd

    try:
        if group:
            return grp.getgrgid(thing.found.st_gid).gr_name
        return pwd.getpwuid(thing.found.st_uid).pw_name
    except KeyError:
        return str(thing.found.st_gid if group else thing.found.st_uid)
