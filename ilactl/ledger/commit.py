"""The only writer: one commit is one line in the log, and happens as a whole or not at all.

lock, finish what a crash left, compare the files with the log; the caller plans on the fresh
snapshot; open every target, stage what is large or private; append one line to commits.jsonl and
sync it. That sync is the commit point: what fails before it changed nothing, what fails after it is
completed by the next writer. Then the rows go into their files, and the caller may acknowledge.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from ilactl.errors import (
    BookedNotConfirmed,
    Closed,
    DateGoesBack,
    IlactlError,
    IoFailed,
    KeyTaken,
    OutcomeUnknown,
)
from ilactl.ledger.change import Actor, Adopt, Append, Change, Cut
from ilactl.ledger.disk import Stamp, cut, fail, reason_of, sync, write_at
from ilactl.ledger.draft import INLINE, Draft, Stage, plain
from ilactl.ledger.files import Folder
from ilactl.ledger.indexing import grown, still_indexed
from ilactl.ledger.lock import Lock, ledger_lock
from ilactl.ledger.log import LOG, Record, read_tail
from ilactl.ledger.recovery import apply, recover
from ilactl.ledger.snapshot import Snapshot, input_digests, open_folder
from ilactl.ledger.verify import Ranges, verify_heads, write_hint

__all__ = ["INLINE", "Actor", "Adopt", "Append", "Change", "Cut", "Writer", "open_writer"]


@contextmanager
def open_writer(
    root: Path,
    *,
    actor: Actor,
    now: Callable[[], datetime],
    lock_wait: float = 10.0,
    holder: str = "ilactl",
    adopting: bool = False,
    rotten: bool = False,
) -> Iterator[Writer]:
    """Hold the ledger for writing, recovered and compared with its log.

    `now` gives an aware time. With `adopting` the files are not compared: for a command that takes
    hand edits in. With `rotten` a damaged end of the log is set aside even if it was good once.
    Raises NoLedger, LedgerLocked, ChangedOutside, Unsafe, NewerFormat, BadManifest, IoFailed;
    nothing is changed then.
    """
    folder = open_folder(root)
    folder.shared = Snapshot.open(root, rotten=rotten).manifest.shared
    folder.refuse_loose()
    folder.refuse_read_only()
    with ledger_lock(folder, wait=lock_wait, holder=holder, since=now()) as lock:
        tail, kept = recover(folder, adopting=adopting, rotten=rotten)
        assert tail.record is not None
        snapshot = Snapshot(folder, tail.record, tail.end)
        folder.shared = snapshot.manifest.shared
        if not adopting:
            snapshot.hint = verify_heads(folder, tail.record, snapshot.records)
        writer = Writer(lock, snapshot, tail.end, actor, now)
        writer.set_aside = kept
        try:
            yield writer
        finally:
            writer.close()


class Writer:
    """The right to commit, for as long as the lock is held."""

    def __init__(
        self,
        lock: Lock,
        snapshot: Snapshot | None,
        log_end: int,
        actor: Actor,
        now: Callable[[], datetime],
    ) -> None:
        """Use `open_writer`. Without a snapshot the first commit of a new ledger follows."""
        self._lock = lock
        self._folder: Folder = lock.folder
        self._snapshot = snapshot
        self._log_end = log_end
        self._stamps = dict(snapshot.hint.stamps) if snapshot and snapshot.hint else {}
        self._indexed = dict(snapshot.hint.indexed) if snapshot and snapshot.hint else {}
        self._booked = False
        self._actor = actor
        self._now = now
        self._stage = Stage(lock.folder)
        self.set_aside = ""
        """Where a damaged end of the log went when this writer took the ledger."""

    @property
    def snapshot(self) -> Snapshot:
        """The ledger as this writer finds and leaves it."""
        assert self._snapshot is not None
        return self._snapshot

    def stage_path(self, file: str) -> Path:
        """Where a batch may write its rows for `file`; removed again if no commit takes them."""
        return self._folder.root / self._stage.name(self.snapshot.head.seq + 1, file)

    def close(self) -> None:
        """Remove staged rows that no commit took, and let the index grow with what was booked."""
        self._stage.discard()
        if self._booked:
            indexed = grown(self.snapshot, self._indexed)
            if indexed != self._indexed:
                write_hint(self._folder, self.snapshot.record, self._stamps, indexed)

    def known(self, key: str, content: str) -> Record | None:
        """The commit that was made under this key, if its content was the same; None for a new key.

        Raises KeyTaken where the content differs.
        """
        if not key or self._snapshot is None:
            return None
        record = self._snapshot.record_with_key(plain(key))
        if record is not None and record.content != plain(content):
            raise KeyTaken(key=key, seq=record.seq)
        return record

    def commit(self, change: Change) -> Record:
        """Book a change; when this returns it is on disk. A key that is done already gives its commit.

        Raises DateGoesBack, Closed, KeyTaken, ChangedOutside, AlreadyThere, Unsafe, LedgerLocked,
        IoFailed: nothing was changed. OutcomeUnknown; BookedNotConfirmed: it is booked.
        """
        if done := self.known(change.key, change.content):
            return done
        self._refuse_day(change)
        last = self._snapshot.record if self._snapshot else None
        with closing(Draft(self._folder, last, self._stage)) as draft:
            try:
                record, line = self._draw_up(draft, change)
            except BaseException as error:
                self._stage.discard()
                if isinstance(error, OSError):
                    fail(error.filename or LOG, error)
                raise
            self._decide(record, line)
            return self._finish(record, len(line), draft.targets)

    def _draw_up(self, draft: Draft, change: Change) -> tuple[Record, bytes]:
        appends = draft.open(change)
        moved = [name for name, fd in draft.targets.items() if Stamp.of(fd) != self._stamps.get(name)]
        if moved:  # somebody touched a file since the lock was taken
            found = verify_heads(self._folder, self.snapshot.record, self.snapshot.records)
            self._stamps, self._indexed = dict(found.stamps), dict(found.indexed)
        for append in appends:
            draft.append(append)
        if change.adopts or change.cuts:
            ranges = Ranges(self.snapshot.records()).acts
            for adopt in change.adopts:
                draft.adopt(adopt, [act for _, act in ranges.get(adopt.file, ())])
            for cut in change.cuts:
                draft.cut(cut, [act for _, act in ranges[cut.file]])
        for name in change.removes:
            draft.remove(name)
        inputs = self._snapshot.inputs() if self._snapshot else dict(input_digests(self._folder, {}))
        return draft.record(change, self._actor, self._now().astimezone(UTC), inputs, self._log_end)

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
                self._stage.names -= claimed
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
            self._stage.names |= claimed
            self._stage.discard()
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
            self._indexed = still_indexed(record, self._indexed)
            self._snapshot.hint = write_hint(self._folder, record, self._stamps, self._indexed)
            self._booked = True
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
