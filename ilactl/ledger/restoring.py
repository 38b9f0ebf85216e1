"""Undoing hand edits: a file is written again as the log recorded it, and the edited one set aside.

The new file is made whole and durable beside the old one, the old one is copied to `set-aside/`, a
commit says who did it and why, and then the new file takes the old one's place in one step. Killed
before that step, the ledger is as it was, and the same command does it all again; nothing that is
as the log says is ever touched.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from contextlib import suppress

from msgspec import Struct

from ilactl.errors import BookedNotConfirmed, ChangedMeanwhile, IlactlError, NotFound, Refused
from ilactl.findings import Finding, Kind, Place
from ilactl.ledger.as_it_stands import AsItStands
from ilactl.ledger.change import Change
from ilactl.ledger.commit import Writer
from ilactl.ledger.disk import BLOCK, Stamp, blocks, close_quietly, digest_at, fail, reason_of, sync, write_at
from ilactl.ledger.edits import Difference, Piece, differences, recall
from ilactl.ledger.files import Folder
from ilactl.ledger.log import Record
from ilactl.ledger.recovery import SET_ASIDE, STAGED, refuse_open_elsewhere
from ilactl.ledger.snapshot import Snapshot
from ilactl.ledger.verify import Ranges

__all__ = ["SET_ASIDE", "Restoration", "restorations", "restore", "settle"]

LOST = Kind(
    "RESTORE-LOST",
    "the log holds only the digest of rows that a file lost",
    "put the whole file back from your copy of the ledger; 'ilactl check' tells whether it is the right one",
)


class Restoration(Struct, frozen=True):
    """One file that is not as the log recorded it; `stamp` is None where it is missing."""

    file: str
    pieces: tuple[Piece, ...]
    differences: tuple[Difference, ...]
    stamp: Stamp | None

    @property
    def lost(self) -> list[Piece]:
        """What neither the log nor the file holds any more."""
        return [piece for piece in self.pieces if piece.data is None]


def settle(snapshot: Snapshot) -> None:
    """Make the names of all recorded files durable: an earlier restoring may have been cut off before that.

    Raises IoFailed.
    """
    try:
        for above in sorted({name.rpartition("/")[0] for name in snapshot.record.heads}):
            with suppress(FileNotFoundError):
                snapshot.folder.sync_folder(above)
    except OSError as error:
        fail(str(snapshot.root), error)


def restorations(snapshot: Snapshot, files: Sequence[str] = ()) -> list[Restoration]:
    """The files, of those named or of all, that differ from the log, compared byte by byte.

    Raises NotFound for a name that the log does not record, Refused with a finding for everything
    that cannot be proven, ChangedOutside where the log itself is broken.
    """
    ranges = Ranges(snapshot.records())
    for file in files:
        if file not in ranges.acts:
            hint = "the log records the CSV files, rules/used/ and credentials/, by their path in the ledger"
            raise NotFound(what=f"{file} in the log", hint=hint)
    now = AsItStands(snapshot)
    found = []
    for file in dict.fromkeys(files or ranges.acts):
        view = now.view(file)
        if file in now.overlaid:
            continue
        if any(ranges.faults(snapshot.folder, file, snapshot.record.heads.get(file))):
            pieces = tuple(recall(file, ranges.acts[file], view))
            rows = tuple(differences(file, pieces, view))
            found.append(Restoration(file, pieces, rows, now.stamps.get(file)))
    lost = [finding for one in found for finding in _losses(one)]
    if lost:
        raise Refused(
            findings=lost,
            reason="what is lost is not in the log; nothing was restored",
            hint="name the other files to restore those alone",
        )
    return found


def _losses(one: Restoration) -> Iterable[Finding]:
    line = 1
    for piece in one.pieces:
        if piece.data is None:
            rows = f"{piece.lines} line{'' if piece.lines == 1 else 's'}"
            message = f"{rows} of commit {piece.seq} stand nowhere in it, and the log holds only their digest"
            yield LOST.at(Place(one.file, line), message)
        line += piece.lines


def restore(writer: Writer, found: Sequence[Restoration], why: str) -> tuple[Record, dict[str, str]]:
    """Put the recorded bytes back; the commit that says so, and where each edited file went, by file.

    `writer` is one that was opened with `adopting`. Raises LedgerLocked, ChangedMeanwhile, IoFailed:
    nothing was changed. BookedNotConfirmed: the same command again completes it.
    """
    folder, seq = writer.snapshot.folder, writer.snapshot.head.seq + 1
    made: dict[str, str] = {}
    aside: dict[str, str] = {}
    try:
        for one in found:
            refuse_open_elsewhere(folder, one.file)
            made[one.file] = _make(folder, one, seq)
        for one in found:
            if one.stamp is not None:
                aside[one.file] = _set_aside(folder, one, seq)
        kept = [writer.set_aside] if writer.set_aside else []
        note = {"restored": list(made), "set_aside": [*kept, *sorted(aside.values())]}
        record = writer.commit(Change(command="restore", why=why, note=note))
    except BaseException as error:
        for name in made.values():
            with suppress(OSError, IlactlError):
                folder.remove(name)
        if isinstance(error, OSError):
            fail(error.filename or STAGED, error)
        raise
    try:
        for one in found:
            folder.replace(made[one.file], one.file)
            folder.sync_parent(one.file)
        folder.sync_folder(STAGED)  # the old names go for good, too
    except (OSError, IlactlError) as error:
        said = reason_of(error) if isinstance(error, OSError) else str(error.details.get("reason", error))
        reason = f"not every file is back: {said}"
        hint = "run the same 'ilactl restore' again: it completes what is left"
        raise BookedNotConfirmed(seq=record.seq, reason=reason, hint=hint) from error
    return record, aside


def _make(folder: Folder, one: Restoration, seq: int) -> str:
    """The recorded file, whole and durable, under a name that the next writer would clear away."""
    if "/" in one.file:
        folder.make_folder(one.file.rpartition("/")[0])
    name = _temporary(folder, seq, one.file)
    fd = folder.create(name)
    try:
        at = 0
        for piece in one.pieces:
            assert piece.data is not None
            if hashlib.sha256(piece.data).hexdigest() != piece.act.sha256:
                raise ChangedMeanwhile()
            for start in range(0, len(piece.data), BLOCK):
                write_at(fd, at + start, piece.data[start : start + BLOCK])
            at += len(piece.data)
        sync(fd)
    finally:
        close_quietly(fd)
    return name


def _set_aside(folder: Folder, one: Restoration, seq: int) -> str:
    """A durable copy of the edited file; an equal one from a run that was cut off will do."""
    folder.make_folder(SET_ASIDE)
    if not folder.exists(f"{SET_ASIDE}/.gitignore"):  # who people are stays out of version control
        with folder.writing(f"{SET_ASIDE}/.gitignore", create=True) as fd:
            write_at(fd, 0, b"*\n")
    with folder.reading(one.file) as source:
        if Stamp.of(source) != one.stamp:
            raise ChangedMeanwhile()
        size = Stamp.of(source).size
        digest = digest_at(source, 0, size, one.file)
        name, number = f"{SET_ASIDE}/{seq}.{_flat(one.file)}", 2
        while folder.exists(name):
            with folder.reading(name) as fd:
                if digest_at(fd, 0, Stamp.of(fd).size, name) == digest:
                    return name
            name, number = f"{SET_ASIDE}/{seq}-{number}.{_flat(one.file)}", number + 1
        temporary = _temporary(folder, seq, f"aside.{one.file}")
        fd = folder.create(temporary)
        try:
            at = 0
            for part in blocks(source, 0, size, one.file):
                write_at(fd, at, part)
                at += len(part)
            sync(fd)
        finally:
            close_quietly(fd)
        if Stamp.of(source) != one.stamp:
            raise ChangedMeanwhile()
    folder.replace(temporary, name)
    folder.sync_folder(SET_ASIDE)
    return name


def _temporary(folder: Folder, seq: int, file: str) -> str:
    """A free name in the folder of staged rows, of the kind that the next writer removes."""
    folder.make_folder(STAGED)
    name = f"{STAGED}/tmp_{seq}.{_flat(file)}"
    folder.remove(name)
    return name


def _flat(file: str) -> str:
    return file.replace("/", "+")
