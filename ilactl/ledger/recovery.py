"""Bringing a decided commit into its files: right after the decision, and again after a crash.

Only the last commit can be unapplied, since every writer finishes it before deciding the next. A
repair writes fixed bytes at fixed places, so repeating it, or being killed in it, does no harm. It
never believes what it reads back: after a failed fsync the system may show bytes that are not on
the disk, so everything is written again and synced.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

from ilactl.errors import ChangedOutside, IlactlError, IoFailed, LedgerLocked, NoLedger
from ilactl.ledger.columns import PRIVATE
from ilactl.ledger.cutting import put_in_place, refuse_other
from ilactl.ledger.disk import (
    BLOCK,
    Stamp,
    blocks,
    close_quietly,
    cut,
    digest_at,
    fail,
    read_at,
    sync,
    write_at,
)
from ilactl.ledger.files import Folder
from ilactl.ledger.indexing import still_indexed
from ilactl.ledger.log import LOG, FileAct, LogTail, Record, read_tail
from ilactl.ledger.verify import is_listed, read_hint, write_hint
from ilactl.printable import printable

__all__ = [
    "SET_ASIDE",
    "STAGED",
    "apply",
    "recover",
    "refuse_open_elsewhere",
    "refuse_rotten",
    "staged_names",
]

STAGED = "commits"
"""The folder of rows between decision and append."""

SET_ASIDE = "set-aside"
"""The folder of what was taken out of the ledger's way and is kept for people to look at."""

_PUT_BACK = "put the file back from your copy as it was before that commit; ilactl then completes it"

_OURS = re.compile(r"(tmp_)?[0-9]+\..+")


def recover(folder: Folder, *, adopting: bool = False, rotten: bool = False) -> tuple[LogTail, str]:
    """Finish or set aside what a crash left; the log's end then, and where a bad end of it went.

    Needs the lock. A line that was never finished is copied to `set-aside/` and cut off: its commit
    did not happen. With `rotten` so is one that was good once, which is refused otherwise. A finished
    one is written into its files. Raises ChangedOutside where that would overwrite somebody's work, IoFailed.
    With `adopting`, somebody's work is left as it is where nothing is lost by that: where the rows
    stand in their place nevertheless, or the log itself holds them.
    """
    try:
        with folder.writing(LOG) as fd:
            tail = read_tail(fd)
            if tail.record is None:
                raise NoLedger(where=str(folder.root))
            try:
                kept = ""
                if tail.size > tail.end:
                    if not rotten:
                        refuse_rotten(folder, tail)
                    kept = _keep_tail(folder, fd, tail)
                    cut(fd, tail.end)
                    sync(fd)
                hint = read_hint(folder)
                if hint is None or hint.sha != tail.record.sha:
                    _redo(folder, fd, tail, tail.record, adopting=adopting)
            except OSError as error:
                fail(LOG, error)
    except FileNotFoundError:
        raise NoLedger(where=str(folder.root)) from None
    _remove_orphans(folder)
    return LogTail(tail.record, tail.start, tail.end, tail.end), kept


def _keep_tail(folder: Folder, fd: int, tail: LogTail) -> str:
    """A durable copy of the log's bad end, named by its place; the same again after a kill."""
    assert tail.record is not None
    folder.make_folder(SET_ASIDE)
    folder.make_folder(STAGED)
    name, temporary = f"{SET_ASIDE}/{LOG}.{tail.end}-{tail.size}", f"{STAGED}/tmp_{tail.record.seq}.{LOG}"
    folder.remove(temporary)
    copy = folder.create(temporary)
    try:
        write_at(copy, 0, read_at(fd, tail.end, tail.size - tail.end, LOG))
        sync(copy)
    finally:
        close_quietly(copy)
    folder.replace(temporary, name)
    folder.sync_folder(SET_ASIDE)
    return name


def refuse_rotten(folder: Folder, tail: LogTail) -> None:
    """Refuse where the bad end of the log was once a good line: cutting it would lose a booked commit.

    A torn line was never acknowledged, so no file can be longer than the line before it left it, none
    can have lost private rows, and no hint can name a later commit. An adoption cut off leaves files
    that are longer, too: it finds them edited. So where the hint names the line before and the bad one
    has no end, it was torn, and the files were edited by hand. Raises ChangedOutside.
    """
    assert tail.record is not None
    hint = read_hint(folder)
    if hint is not None and hint.sha == tail.record.sha:
        with folder.reading(LOG) as fd:
            if read_at(fd, tail.size - 1, 1, LOG) != b"\n":
                return
    later = hint is not None and hint.seq > tail.record.seq
    moved = None
    for name, head in tail.record.heads.items():
        with suppress(FileNotFoundError, IlactlError), folder.reading(name) as fd:
            size = os.fstat(fd).st_size
            if size > head.size or (size < head.size and name in PRIVATE):
                moved = f"{name} {'holds rows of it' if size > head.size else 'lost rows'}"
                break
    if later or moved:
        sign = moved or "it was applied"
        raise ChangedOutside(
            path=LOG,
            reason=f"the line of commit {tail.record.seq + 1} is damaged, and {sign}",
            hint="put commits.jsonl and the files beside it back from one copy; without one, "
            "'ilactl restore --why TEXT' sets the damaged line aside, and what it booked",
        )


def _redo(folder: Folder, fd: int, tail: LogTail, record: Record, *, adopting: bool) -> None:
    write_at(fd, tail.start, read_at(fd, tail.start, tail.end - tail.start, LOG))
    sync(fd)
    folder.sync_folder()
    left, known_safe = set(), True
    for act in record.files:
        if not act.adopted and not act.removed:
            refuse_open_elsewhere(folder, act.path)
            try:
                _refuse_overwriting(folder, act)
            except ChangedOutside as error:
                if not adopting or act.cuts:
                    raise
                in_place = _in_place(folder, act)
                if not in_place and act.data is None:
                    raise ChangedOutside(hint=_PUT_BACK, **error.details) from None
                left.add(act.path)
                known_safe = known_safe and in_place
    apply(folder, record._replace(files=tuple(act for act in record.files if act.path not in left)), {})
    if not known_safe:
        return  # no hint: readers go on laying the log's rows over that file
    before = read_hint(folder)
    known = before.stamps if before and before.sha == record.prev else {}
    touched = {act.path for act in record.files}
    indexed = still_indexed(record, before.indexed) if before and before.sha == record.prev else {}
    write_hint(folder, record, {name: stamp for name, stamp in known.items() if name not in touched}, indexed)


def _refuse_overwriting(folder: Folder, act: FileAct) -> None:
    """What stands where the rows belong must be a part of them, or blank as a crash leaves it."""
    if act.cuts:
        refuse_other(folder, act)
        return
    try:
        with folder.reading(act.path) as fd:
            size = os.fstat(fd).st_size
            if not act.base <= size <= act.base + act.size:
                raise _edited(act, "shorter" if size < act.base else "longer")
            with _rows(folder, act) as rows:
                if rows is None:
                    if digest_at(fd, act.base, act.size, act.path) != act.sha256:
                        raise _edited(act, "different")
                    return
                at = act.base
                for part in rows:
                    there = read_at(fd, at, len(part), act.path)
                    if not part.startswith(there) and any(
                        a != b and a for a, b in zip(there, part, strict=False)
                    ):
                        raise _edited(act, "different")
                    at += len(part)
    except FileNotFoundError:
        if act.base:
            raise ChangedOutside(path=act.path, reason="it is missing") from None


def _in_place(folder: Folder, act: FileAct) -> bool:
    """Whether the rows stand where they belong, whatever stands around them; they are durable then."""
    try:
        with folder.reading(act.path) as fd:
            if digest_at(fd, act.base, act.size, act.path) != act.sha256:
                return False
            sync(fd)
            return True
    except FileNotFoundError:
        return False


def _edited(act: FileAct, how: str) -> ChangedOutside:
    return ChangedOutside(
        path=act.path, reason=f"it is {how} than the last commit left it, which is still to be completed"
    )


def apply(folder: Folder, record: Record, targets: Mapping[str, int]) -> dict[str, Stamp]:
    """Write a decided commit's rows where they belong and make them durable; the files' stamps after.

    `targets` are files that are open already. Staged files go when their rows are safe. Raises
    OSError or IoFailed; the commit stands nevertheless.
    """
    stamps = {}
    for act in record.files:
        if act.adopted or act.removed:
            continue
        if act.cuts:
            stamps[act.path] = put_in_place(folder, act)
            continue
        if act.path in targets:
            stamps[act.path] = _append(folder, act, targets[act.path])
            continue
        if "/" in act.path:
            folder.make_folder(act.path.rpartition("/")[0])
        with folder.writing(act.path, create=act.base == 0) as fd:
            stamps[act.path] = _append(folder, act, fd)
    _remove(folder, [act.path for act in record.files if act.removed])
    staged = [act.staged for act in record.files if act.staged and not act.cuts]
    if staged:
        for name in staged:
            folder.remove(name)
        with suppress(FileNotFoundError):  # a copy of the ledger need not bring an empty folder along
            folder.sync_folder(STAGED)
    return {name: stamp for name, stamp in stamps.items() if is_listed(name)}


def _remove(folder: Folder, names: list[str]) -> None:
    """Let files go, durably; those that are gone already are no matter."""
    for name in names:
        folder.remove(name)
    for above in sorted({name.rpartition("/")[0] for name in names}):
        with suppress(FileNotFoundError):
            folder.sync_folder(above)


def _append(folder: Folder, act: FileAct, fd: int) -> Stamp:
    with _rows(folder, act) as rows:
        if rows is None:  # applied and synced before its staged file went
            sync(fd)
            return Stamp.of(fd)
        at = act.base
        for part in rows:
            write_at(fd, at, part)
            at += len(part)
    sync(fd)
    if act.base == 0:
        folder.sync_parent(act.path)
    return Stamp.of(fd)


@contextmanager
def _rows(folder: Folder, act: FileAct) -> Iterator[Iterator[bytes] | None]:
    """The rows of an act in blocks, or None where they lie nowhere but in their file."""
    if act.data is not None:
        yield iter([act.data])
    elif act.staged is None:
        yield None
    else:
        try:
            with folder.reading(act.staged) as fd:
                whole = os.fstat(fd).st_size == act.size
                yield blocks(fd, 0, act.size, act.staged) if whole else None
        except FileNotFoundError:
            yield None


def _remove_orphans(folder: Folder) -> None:
    """Remove staged rows that no commit claims. Other files in there are not ours to remove."""
    orphans = staged_names(folder)
    for name in orphans:
        folder.remove(f"{STAGED}/{name}")
    if orphans:
        with suppress(OSError):
            folder.sync_folder(STAGED)


def staged_names(folder: Folder) -> list[str]:
    """What lies in commits/ and has a name that only a commit's staged rows have."""
    return [name for name in folder.names(STAGED) if _OURS.fullmatch(name)]


def refuse_open_elsewhere(folder: Folder, name: str) -> None:
    """Refuse while a spreadsheet program has the file open: it would write its old copy over ours.

    Raises LedgerLocked naming who.
    """
    above, _, last = name.rpartition("/")
    prefix = f"{above}/" if above else ""
    for sign, program in ((f"{prefix}.~lock.{last}#", "LibreOffice"), (f"{prefix}~${last}", "Excel")):
        try:
            mark = folder.read(sign, limit=BLOCK)
        except FileNotFoundError:
            continue
        except IoFailed:
            if not folder.exists(sign):
                raise  # too many files are open, or the disk fails: nobody has it open for all that
            mark = b""
        raise LedgerLocked(
            holder=f"{_person(program, mark)}: {name} is open in {program}",
            hint=f"close it there and run the command again; if nobody has it open, delete {sign}",
        )


def _person(program: str, mark: bytes) -> str:
    """Who has the file open, as the program's mark says."""
    if program == "LibreOffice":
        fields = mark.decode("utf-8", "replace").split(",")
        who = " ".join(field for field in (fields[0] or (fields[1] if len(fields) > 1 else ""),) if field)
    else:
        who = mark[1 : 1 + mark[0]].decode("latin-1") if mark else ""
    return printable(who.strip()[:80]) or "somebody"
