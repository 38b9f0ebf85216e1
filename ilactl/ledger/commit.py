"""The only writer: one commit is one line in the log, and happens as a whole or not at all.

lock, finish what a crash left, compare the files with the log; the caller plans on the fresh
snapshot; open every target, stage what is large or private; append one line to commits.jsonl and
sync it. That sync is the commit point: what fails before it changed nothing, what fails after it is
completed by the next writer. Then the rows go into their files, and the caller may acknowledge.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from ilactl import __version__
from ilactl.errors import (
    AlreadyThere,
    BookedNotConfirmed,
    Closed,
    DateGoesBack,
    IlactlError,
    IoFailed,
    KeyTaken,
    OutcomeUnknown,
    Unsafe,
)
from ilactl.ledger.columns import TABLES
from ilactl.ledger.files import (
    Folder,
    Stamp,
    close_quietly,
    cut,
    digest_at,
    fail,
    good_name,
    read_at,
    reason_of,
    reserve_room,
    sync,
    write_at,
)
from ilactl.ledger.lock import Lock, ledger_lock
from ilactl.ledger.log import GENESIS, LOG, FileAct, FileHead, Record, body_of, parse, read_tail, seal
from ilactl.ledger.recovery import STAGED, apply, recover, refuse_open_elsewhere
from ilactl.ledger.snapshot import Snapshot, input_digests, open_folder
from ilactl.ledger.verify import TAIL, Ranges, is_listed, tail_of, verify_heads, write_hint

__all__ = ["INLINE", "Actor", "Adopt", "Append", "Change", "Writer", "open_writer"]

INLINE = 1 << 16
"""More bytes than this never go into the log's line; they are staged."""

_PRIVATE = frozenset(table.file for table in TABLES if table.private)


@dataclass(frozen=True, slots=True)
class Append:
    """Whole lines for a file's end, given as bytes or as a file from `Writer.stage_path`.

    A file that is not recorded yet is made. `rows` counts the rows, without a header.
    """

    file: str
    data: bytes = b""
    staged: Path | None = None
    rows: int = 0


@dataclass(frozen=True, slots=True)
class Adopt:
    """Take a file in as it stands, from the byte `base` on; `rows` counts the whole file's rows then."""

    file: str
    base: int
    rows: int


@dataclass(frozen=True, slots=True)
class Change:
    """What one commit does. `entries` is how many entry numbers it uses up.

    `key` is the caller's; `content` is a digest of what was asked for under it.
    """

    command: str
    appends: tuple[Append, ...] = ()
    booked_on: date | None = None
    entries: int = 0
    why: str = ""
    key: str = ""
    content: str = ""
    note: Mapping[str, Any] = field(default_factory=dict)
    adopts: tuple[Adopt, ...] = ()


@dataclass(frozen=True, slots=True)
class Actor:
    """Who: the account and machine as the system knows them, and the name the user claims."""

    user: str
    host: str
    claimed: str = ""


@contextmanager
def open_writer(
    root: Path,
    *,
    actor: Actor,
    now: Callable[[], datetime],
    lock_wait: float = 10.0,
    holder: str = "ilactl",
    adopting: bool = False,
) -> Iterator[Writer]:
    """Hold the ledger for writing, recovered and compared with its log.

    `now` gives an aware time. With `adopting` the files are not compared: for a command that takes
    hand edits in. Raises NoLedger, LedgerLocked, ChangedOutside, Unsafe, NewerFormat, BadManifest,
    IoFailed; nothing is changed then.
    """
    folder = open_folder(root)
    folder.shared = Snapshot.open(root).manifest.shared
    folder.refuse_loose()
    with ledger_lock(folder, wait=lock_wait, holder=holder, since=now()) as lock:
        tail = recover(folder)
        assert tail.record is not None
        snapshot = Snapshot(folder, tail.record, tail.end)
        folder.shared = snapshot.manifest.shared
        stamps = {} if adopting else verify_heads(folder, tail.record, snapshot.records)
        writer = Writer(lock, snapshot, tail.end, stamps, actor, now)
        try:
            yield writer
        finally:
            writer.discard()


class Writer:
    """The right to commit, for as long as the lock is held."""

    def __init__(
        self,
        lock: Lock,
        snapshot: Snapshot | None,
        log_end: int,
        stamps: dict[str, Stamp],
        actor: Actor,
        now: Callable[[], datetime],
    ) -> None:
        """Use `open_writer`. Without a snapshot the first commit of a new ledger follows."""
        self._lock = lock
        self._folder: Folder = lock.folder
        self._snapshot = snapshot
        self._log_end = log_end
        self._stamps = stamps
        self._actor = actor
        self._now = now
        self._staged: set[str] = set()

    @property
    def snapshot(self) -> Snapshot:
        """The ledger as this writer finds and leaves it."""
        assert self._snapshot is not None
        return self._snapshot

    def stage_path(self, file: str) -> Path:
        """Where a batch may write its rows for `file`; removed again if no commit takes them."""
        return self._folder.root / self._stage_name(file)

    def _stage_name(self, file: str) -> str:
        if not good_name(file):
            raise ValueError(f"{file!r} is not a name inside the ledger")
        self._folder.make_folder(STAGED)
        name = f"{STAGED}/{self._seq}.{file.replace('/', '+')}"
        self._staged.add(name)
        return name

    @property
    def _seq(self) -> int:
        return self._snapshot.head.seq + 1 if self._snapshot else 1

    def known(self, key: str, content: str) -> Record | None:
        """The commit that was made under this key, if its content was the same; None for a new key.

        Raises KeyTaken where the content differs.
        """
        if not key or self._snapshot is None:
            return None
        record = self._snapshot.record_with_key(_plain(key))
        if record is not None and record.content != _plain(content):
            raise KeyTaken(key=key, seq=record.seq)
        return record

    def commit(self, change: Change) -> Record:
        """Book a change; when this returns it is on disk. A key that is done already gives its commit.

        Raises DateGoesBack, Closed, KeyTaken, ChangedOutside, Unsafe, LedgerLocked, IoFailed:
        nothing was changed. OutcomeUnknown; BookedNotConfirmed: it is booked.
        """
        if done := self.known(change.key, change.content):
            return done
        self._refuse_day(change)
        targets: dict[str, int] = {}
        with ExitStack() as opened:
            try:
                acts = self._prepare(change, targets, opened)
                record, line = self._draw_up(change, acts, targets)
            except BaseException as error:
                self.discard()
                if isinstance(error, OSError):
                    fail(error.filename or STAGED, error)
                raise
            self._decide(record, line)
            return self._finish(record, len(line), targets)

    def discard(self) -> None:
        """Remove staged rows that no commit took."""
        for name in sorted(self._staged):
            with suppress(OSError, IlactlError):
                self._folder.remove(name)
        self._staged.clear()

    def _refuse_day(self, change: Change) -> None:
        on = change.booked_on
        if on is None or self._snapshot is None:
            return
        through = self._snapshot.head.booked_through
        if through is not None and on < through:
            raise DateGoesBack(booked_through=through, on=on)
        closed = self._snapshot.manifest.closed_until
        if closed is not None and on <= closed:
            raise Closed(closed_until=closed, on=on)

    def _prepare(self, change: Change, targets: dict[str, int], opened: ExitStack) -> tuple[FileAct, ...]:
        """Open and compare every target, stage what must be: all that can fail fails here."""
        heads = self._snapshot.record.heads if self._snapshot else {}
        appends = [append for append in change.appends if append.data or append.staged]
        if len({append.file for append in appends} | {adopt.file for adopt in change.adopts}) < len(
            appends
        ) + len(change.adopts):
            raise ValueError("a change names a file twice")
        for append in appends:
            if not good_name(append.file):
                raise Unsafe(path=append.file, reason="it is not a name inside the ledger")
            refuse_open_elsewhere(self._folder, append.file)
            if append.file in heads:
                targets[append.file] = fd = self._folder.open_for_writing(append.file)
                opened.callback(close_quietly, fd)
                self._compare(append.file, heads[append.file], fd)
            else:
                self._refuse_taken(append)
        acts = [self._act(append, heads.get(append.file), targets.get(append.file)) for append in appends]
        acts += [self._adoption(adopt, heads.get(adopt.file)) for adopt in change.adopts]
        if any(act.staged for act in acts):
            self._folder.sync_folder(STAGED)
        return tuple(acts)

    def _compare(self, name: str, head: FileHead, fd: int) -> None:
        """Compare again where the file moved since the lock was taken."""
        if Stamp.of(fd) != self._stamps.get(name):
            self._stamps = verify_heads(self._folder, self.snapshot.record, self.snapshot.records)

    def _refuse_taken(self, append: Append) -> None:
        """A new file's place must be free, or hold a crash's rest of the very same."""
        if "/" in append.file:
            self._folder.make_folder(append.file.rpartition("/")[0])
        self._folder.may_create(append.file)
        with suppress(FileNotFoundError):
            there = self._folder.read(append.file)
            if not append.data.startswith(there):
                raise AlreadyThere(
                    what=append.file, hint="move it away: the ledger keeps a file of its own there"
                )

    def _act(self, append: Append, head: FileHead | None, target: int | None) -> FileAct:
        base = head.size if head else 0
        if (
            append.staged is None
            and len(append.data) <= INLINE
            and append.file not in _PRIVATE
            and _is_text(append.data)
        ):
            _refuse_half_line(append.file, append.data[-1:])
            digest = hashlib.sha256(append.data).hexdigest()
            return FileAct(append.file, base, len(append.data), append.rows, digest, append.data)
        name = self._stage_name(append.file)
        if append.staged is None:
            self._folder.remove(name)
            fd = self._folder.create(name)
        elif append.staged != self._folder.root / name:
            raise ValueError(f"{append.staged} is not the stage path of {append.file}")
        else:
            fd = self._folder.open_for_writing(name)
        try:
            if append.staged is None:
                write_at(fd, 0, append.data)
            else:
                self._folder.tighten(fd)
            size = os.fstat(fd).st_size
            _refuse_half_line(append.file, read_at(fd, size - 1, 1, name) if size else b"\n")
            digest = digest_at(fd, 0, size, name)
            sync(fd)
            if target is not None and size > INLINE:
                reserve_room(target, base, size)
        finally:
            close_quietly(fd)
        return FileAct(append.file, base, size, append.rows, digest, staged=name)

    def _adoption(self, adopt: Adopt, head: FileHead | None) -> FileAct:
        """The file from `base` on as it stands, from the start of the range that `base` lies in."""
        ranges = Ranges(self.snapshot.records()).acts.get(adopt.file, [])
        base = next(
            (act.base for _, act in ranges if act.base <= adopt.base < act.base + act.size), adopt.base
        )
        with self._folder.writing(adopt.file) as fd:
            size = os.fstat(fd).st_size
            base = min(base, size)
            _refuse_half_line(adopt.file, read_at(fd, size - 1, 1, adopt.file) if size else b"\n")
            sync(fd)
            digest = digest_at(fd, base, size - base, adopt.file)
            self._stamps[adopt.file] = Stamp.of(fd)
        return FileAct(adopt.file, base, size - base, adopt.rows, digest, adopted=True)

    def _draw_up(
        self, change: Change, acts: tuple[FileAct, ...], targets: Mapping[str, int]
    ) -> tuple[Record, bytes]:
        """The record and its line, read back before it counts."""
        last = self._snapshot.record if self._snapshot else None
        heads = dict(last.heads) if last else {}
        for act in acts:
            if is_listed(act.path):
                heads[act.path] = self._head(act, heads.get(act.path), targets.get(act.path), last)
        now = self._now().astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        days = [day for day in (last.booked_through if last else None, change.booked_on) if day]
        record = Record(
            seq=self._seq,
            prev=last.sha if last else GENESIS,
            sha="",
            at=max(now, last.at) if last else now,
            command=_plain(change.command),
            why=_plain(change.why),
            key=_plain(change.key),
            content=_plain(change.content),
            user=_plain(self._actor.user),
            host=_plain(self._actor.host),
            actor=_plain(self._actor.claimed),
            booked_on=change.booked_on,
            booked_through=max(days, default=None),
            next_entry=(last.next_entry if last else 1) + change.entries,
            files=acts,
            heads=heads,
            inputs=self._snapshot.inputs() if self._snapshot else dict(input_digests(self._folder, {})),
            note=change.note,
            version=__version__,
        )
        line = seal(body_of(record))
        return parse(line[:-1]), line

    def _head(self, act: FileAct, head: FileHead | None, target: int | None, last: Record | None) -> FileHead:
        end = act.base + act.size
        if act.adopted:
            with self._folder.reading(act.path) as fd:
                tail = tail_of(fd, end, act.path)
            replaced = head is not None and act.base < head.size
            since = (self._seq, act.base) if replaced else (head.since, head.since_base) if head else (0, 0)
            return FileHead(end, act.rows, hashlib.sha256(tail).hexdigest(), *since)
        if act.data is not None:
            new = act.data
        else:
            with self._folder.reading(act.staged or act.path) as fd:
                new = tail_of(fd, act.size, act.path)
        if len(new) < TAIL and target is not None:
            new = tail_of(target, act.base, act.path) + new
        tail = new[-TAIL:]
        rows, since = (head.rows, (head.since, head.since_base)) if head else (0, (0, 0))
        return FileHead(end, rows + act.rows, hashlib.sha256(tail).hexdigest(), *since)

    def _decide(self, record: Record, line: bytes) -> None:
        """Append the line and sync it: the commit point. What fails before it is taken back.

        Staged rows go with a line that is taken back, and stay with one whose fate is unknown.
        """
        claimed = {act.staged for act in record.files if act.staged}
        decided = False
        try:
            self._lock.confirm()
            with self._folder.writing(LOG, create=self._snapshot is None) as fd:
                if os.fstat(fd).st_size != self._log_end:
                    raise IoFailed(path=LOG, reason="another process wrote to it in spite of the lock")
                self._staged -= claimed
                try:
                    write_at(fd, self._log_end, line)
                    sync(fd)
                    if self._snapshot is None:
                        self._folder.sync_folder()
                    decided = True
                except BaseException as error:
                    self._take_back(fd, error)
                    raise
                tail = read_tail(fd)
                if tail.record is None or tail.record.sha != record.sha:
                    raise OutcomeUnknown(path=LOG, reason="the line just written does not stand at its end")
        except OutcomeUnknown:
            raise
        except BaseException as error:
            if decided:
                raise _booked(record, error) from error
            self._staged |= claimed
            self.discard()
            if isinstance(error, OSError):
                fail(LOG, error)
            raise

    def _take_back(self, fd: int, error: BaseException) -> None:
        """Undo the line, durably. Raises OutcomeUnknown where that fails."""
        try:
            cut(fd, self._log_end)
            sync(fd)
        except BaseException as second:
            raise OutcomeUnknown(path=LOG, reason=_in_words(error)) from second

    def _finish(self, record: Record, length: int, targets: Mapping[str, int]) -> Record:
        """After the commit point nothing is taken back: it is done now or by the next writer."""
        try:
            self._stamps |= apply(self._folder, record, targets)
            self._log_end += length
            self._snapshot = Snapshot(self._folder, record, self._log_end)
            write_hint(self._folder, record, self._stamps)
        except BaseException as error:
            raise _booked(record, error) from error
        return record


def _booked(record: Record, error: BaseException) -> BookedNotConfirmed:
    reason = f"not yet written to every file: {_in_words(error)}"
    return BookedNotConfirmed(seq=record.seq, reason=reason)


def _in_words(error: BaseException) -> str:
    if isinstance(error, OSError):
        return reason_of(error)
    if isinstance(error, IlactlError):
        return f"{error.details.get('path', 'a file')}: {error.details.get('reason', error)}"
    return "the command was interrupted"


def _refuse_half_line(name: str, last: bytes) -> None:
    if last != b"\n":
        raise ValueError(f"the rows for {name} do not end with a line feed")


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _plain(text: str) -> str:
    """Text that can be written as UTF-8: bytes the system could not decode are spelled out."""
    return text.encode("utf-8", "backslashreplace").decode()
