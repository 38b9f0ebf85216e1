"""Where the ledger lies: the file system and what it does not promise, sync programs, room left."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from ilactl.errors import IlactlError
from ilactl.ledger.diagnosis.signs import Sign, fault, look, named, ok
from ilactl.ledger.snapshot import Snapshot

__all__ = ["Mount", "file_system", "mount_of", "mounts", "room", "sync_programs"]

_OTHER_SYSTEMS = frozenset({"9p", "virtiofs", "vboxsf", "prl_fs"})
_NETWORK = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ceph", "glusterfs", "lustre", "beegfs", "gpfs", "davfs"}
)
_IN_MEMORY = frozenset({"tmpfs", "ramfs"})
_NO_MODES = frozenset({"vfat", "msdos", "exfat", "ntfs", "ntfs3", "fuseblk"})
_ESCAPE = re.compile(r"\\([0-7]{3})")

_MARKERS = {
    ".stfolder": "Syncthing",
    ".dropbox": "Dropbox",
    ".dropbox.cache": "Dropbox",
    ".sync": "Resilio Sync",
    ".owncloudsync.log": "ownCloud or Nextcloud",
    ".nextcloudsync.log": "Nextcloud",
    ".849C9593-D756-4E56-8D6E-42412F2A707B": "OneDrive",
}
_NAMES = re.compile(
    r"dropbox( \(.*\))?|onedrive( ?- ?.*)?|google ?drive|my drive|icloud ?drive|mobile documents|nextcloud"
    r"|owncloud|pclouddrive|megasync|seafile|syncthing|cloudstorage",
    re.IGNORECASE,
)
_CONFLICT = re.compile(r"\.sync-conflict-|conflicted copy|\(case conflict|_conflict-\d{8}-", re.IGNORECASE)

_LEAST = 1 << 20
_LITTLE = 100 << 20
_DAY = 86_400


class Mount(NamedTuple):
    """One line of mountinfo: where, under which device, what kind, with which options."""

    point: str
    device: tuple[int, int]
    kind: str
    options: frozenset[str]


def mounts() -> str | None:
    """What this process sees mounted; None on a system that does not say so."""
    try:
        return Path("/proc/self/mountinfo").read_text("utf-8", "surrogateescape")
    except OSError:
        return None


def mount_of(path: Path, text: str) -> Mount | None:
    """The mount that a folder lies on; of several at one point the last hides the others."""
    best: Mount | None = None
    for line in text.splitlines():
        before, mark, after = line.partition(" - ")
        words, rest = before.split(" "), after.split(" ")
        if not mark or len(words) < 6 or len(rest) < 3:
            continue
        point = _ESCAPE.sub(lambda found: chr(int(found[1], 8)), words[4])
        if not path.is_relative_to(point) or (best and len(point) < len(best.point)):
            continue
        major, _, minor = words[2].partition(":")
        if major.isdigit() and minor.isdigit():
            options = frozenset([*words[5].split(","), *rest[2].split(",")])
            best = Mount(point, (int(major), int(minor)), rest[0], options)
    return best


def file_system(mount: Mount | None) -> Sign:
    """What the file system is, and what of locking and durability is not promised on it."""
    topic = "file system"
    if mount is None:
        return ok(topic, "this system does not tell what it is: keep the ledger on a local disk")
    kind = mount.kind
    if kind in _NETWORK | _OTHER_SYSTEMS:
        return _network(topic, mount)
    if kind.startswith("fuse."):
        text = f"{kind} at {mount.point}: its locks may hold on this machine only"
        return look(topic, text, "let one machine at a time book, or keep the ledger on a local disk")
    if kind in _IN_MEMORY:
        return look(topic, f"{kind} at {mount.point}: it is gone at the next start", "keep it on a disk")
    if kind in _NO_MODES:
        text = f"{kind} at {mount.point}: files there may have no owners or modes to keep others out"
        return look(topic, text, "keep the ledger on a disk with modes, or the whole disk to yourself")
    if "ro" in mount.options:
        return look(topic, f"{kind} at {mount.point}, mounted read-only", "remount it to book")
    return ok(topic, f"{kind} at {mount.point}, a local file system")


def _network(topic: str, mount: Mount) -> Sign:
    bad = mount.options & {"local_lock=all", "local_lock=flock", "nolock", "nobrl"}
    if bad:
        how = ", ".join(sorted(bad))
        text = (
            f"{mount.kind} at {mount.point}, mounted with {how}: locks hold on this machine only, so that"
            " two machines may book at once and lose entries"
        )
        return fault(topic, text, f"mount it without {how}, or book from one machine only")
    if mount.kind in _OTHER_SYSTEMS:
        text = f"{mount.kind} at {mount.point}, another system's folder: locks do not reach that system"
        return look(topic, text, "book from this side only, or keep the ledger on this system's own disk")
    text = f"{mount.kind} at {mount.point}, a network mount: locks and durability are as good as its server's"
    return look(topic, text, "book from one machine at a time where you can; back up to another disk")


def sync_programs(root: Path) -> Iterator[Sign]:
    """Programs that carry files to other machines one by one, and know nothing of commits."""
    topic = "sync"
    remedy = "move the ledger out of it; let it carry backups ('ilactl backup') instead"
    real = Path(os.path.realpath(root))
    found: Sign | None = None
    for folder in (real, *real.parents):
        for marker, program in _MARKERS.items():
            if os.path.lexists(folder / marker):
                text = f"{program} syncs {folder}: the log and the files may be mixed from two machines"
                found = fault(topic, text, remedy)
        if found is None and _NAMES.fullmatch(folder.name):
            found = look(topic, f"{folder} is called like a sync program's folder", remedy)
        if found and found.state == "fault":
            break
    copies = [name for name in _names(real) if _CONFLICT.search(name)]
    if copies:
        text = f"a sync program kept two versions of a file: {named(copies)}"
        yield fault(topic, text, "run 'ilactl check'; move these elsewhere when you know which is right")
    if found:
        yield found
    elif not copies:
        yield ok(topic, "no sync program's folder")


def _names(folder: Path) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []


def room(snapshot: Snapshot | None, disk: os.statvfs_result) -> Sign:
    """Free space against what the ledger grew by."""
    topic = "room"
    free = disk.f_bavail * disk.f_frsize
    if disk.f_files and not disk.f_favail:
        return fault(topic, "the disk has no room for one more file (inodes)", "remove files there")
    if not disk.f_blocks:
        return ok(topic, "the file system does not tell how much is free")
    year = _growth(snapshot) if snapshot else 0
    text = f"{_bytes(free)} free" + (f"; the ledger grows by {_bytes(year)} in a year" if year else "")
    remedy = "make room: a commit that does not fit changes nothing, and nothing can be booked"
    if free < max(_LEAST, year // 12):
        return fault(topic, text, remedy)
    return look(topic, text, remedy) if free < max(_LITTLE, year) else ok(topic, text)


def _growth(snapshot: Snapshot) -> int:
    """Bytes of log and rows in a year as they came so far; a younger ledger counts as a month old."""
    try:
        first = next(snapshot.records())
    except IlactlError:
        return 0  # said elsewhere
    age = datetime.fromisoformat(snapshot.record.at) - datetime.fromisoformat(first.at)
    size = len(snapshot.log) + sum(snapshot.head.sizes.values())
    return int(size * 365 * _DAY / max(age.total_seconds(), 30 * _DAY))


def _bytes(number: int) -> str:
    """A size that people read."""
    size, units = float(number), ["bytes", "KiB", "MiB", "GiB", "TiB"]
    while size >= 1024 and len(units) > 1:
        size, units = size / 1024, units[1:]
    return f"{size:.0f} {units[0]}" if units[0] == "bytes" else f"{size:.1f} {units[0]}"
