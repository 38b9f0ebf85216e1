"""The ledger as of one commit, for readers: no lock, no write.

The last line of the log says how long every file is. Bytes beyond belong to a commit that came
later, and are not seen. What the last commit decided and a crash kept from its files is laid over
them, so a reader sees a commit whole or not at all, whoever is writing meanwhile.
"""

from __future__ import annotations

import hashlib
import os
import sys
import weakref
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ilactl.errors import ChangedMeanwhile, ChangedOutside, NoLedger, NotFound, StartOver
from ilactl.ledger.disk import close_quietly, fail
from ilactl.ledger.files import Folder
from ilactl.ledger.history import Fate, Remains, commit_of, fate_of, record_at, remains_of
from ilactl.ledger.log import LOG, FileAct, Record, View, map_file, map_log, read_tail, records, with_key
from ilactl.ledger.overlay import joined, private_copy, unapplied
from ilactl.ledger.verify import TAIL, Hint, read_hint

if TYPE_CHECKING:
    from ilactl.ledger.manifest import Manifest

__all__ = ["MANIFEST", "Head", "Snapshot", "View", "find", "open_folder"]

MANIFEST = "ledger.toml"


class Head(NamedTuple):
    """Where the ledger stands. `sizes` and `rows` (without header) are by file."""

    seq: int
    sha: str
    next_entry: int
    booked_through: date | None
    sizes: Mapping[str, int]
    rows: Mapping[str, int]

    @staticmethod
    def of(record: Record) -> Head:
        """The head that a commit leaves."""
        return Head(
            record.seq,
            record.sha,
            record.next_entry,
            record.booked_through,
            {name: head.size for name, head in record.heads.items()},
            {name: head.rows for name, head in record.heads.items()},
        )


class Snapshot:
    """An immutable view of the ledger as one commit left it."""

    def __init__(
        self,
        folder: Folder,
        record: Record,
        log_end: int,
        pending: tuple[FileAct, ...] = (),
        past_of: Snapshot | None = None,
    ) -> None:
        """Use `open`. `pending` may not have reached the files yet; `past_of` is a later state, for `at`."""
        self.folder = folder
        self.root: Path = folder.root
        self.record = record
        self.hint: Hint | None = None
        """What vouches for files and index; None where the last commit is not known to be applied."""
        self.starts: dict[tuple[str, str, str], tuple[int, ...]] = {}
        """Where the lines of an id start, by file, column and id, as far as somebody has asked."""
        self.head = Head.of(record)
        self._log_end = log_end
        self._pending = {act.path: act for act in pending if not (act.adopted or act.removed)}
        self.going = frozenset(act.path for act in pending if act.removed)
        """Files that the last commit removes and that a crash may have kept."""
        self._past_of = past_of
        self._remains: Mapping[str, Remains] = {}
        self._views: dict[str, View] = {}
        self._texts: dict[str, bytes | None] = {}
        self._copies: dict[str, int] = {}
        weakref.finalize(self, _close_all, self._copies)

    @staticmethod
    def open(root: Path, *, rotten: bool = False) -> Snapshot:
        """The newest state. Raises NoLedger, NewerFormat, IoFailed, or ChangedOutside for a broken log.

        With `rotten` a damaged last line counts as never written, even if it was booked once.
        """
        folder = open_folder(root)
        while True:
            try:
                with folder.reading(LOG) as fd:
                    tail = read_tail(fd)
                    if tail.size > tail.end and tail.record and not rotten:
                        from ilactl.ledger.recovery import refuse_rotten

                        try:
                            refuse_rotten(folder, tail)
                        except ChangedOutside:
                            if read_tail(fd) != tail:
                                continue  # a writer was in the middle of that line
                            raise
            except FileNotFoundError:
                tail = None
            if tail is None or tail.record is None:
                raise _unfinished(folder)
            hint = read_hint(folder)
            applied = hint is not None and hint.sha == tail.record.sha
            snapshot = Snapshot(folder, tail.record, tail.end, () if applied else tail.record.files)
            snapshot.hint = hint if applied else None
            return snapshot

    @cached_property
    def manifest(self) -> Manifest:
        """ledger.toml, checked. Raises BadManifest, NewerFormat, or NotFound."""
        from ilactl.ledger.manifest import load_manifest

        return load_manifest(self.read_text(MANIFEST), MANIFEST)

    def view(self, file: str) -> View:
        """The recorded bytes of a file: bytes, or a map of them where they are many; empty if there is none.

        Rows that were erased since are not in it. Raises ChangedOutside where the file is shorter than
        recorded or ends differently, and StartOver where a commit took rows out of it since:
        open a new snapshot then.
        """
        if file not in self._views:
            self._views[file] = self._load(file)
        return self._views[file]

    def _load(self, file: str) -> View:
        head = self.record.heads.get(file)
        if head is None or head.size == 0:
            return b""
        if file in self._remains:
            return self._load_remains(file, self._remains[file].size)
        act = self._pending.get(file)
        rows = unapplied(self.folder, act) if act else None
        size = head.size if rows is None or act is None else act.base
        try:
            with self.folder.reading(file) as fd:
                if os.fstat(fd).st_size < size:
                    raise self._changed(file, "it is shorter than recorded")
                view = map_file(fd, size, file)
        except FileNotFoundError:
            if size:
                raise self._changed(file, "it is missing") from None
            view = b""
        if rows is not None:
            view = rows if act and act.cuts else joined(view, rows)
        if hashlib.sha256(view[max(0, head.size - TAIL) :]).hexdigest() != head.tail:
            raise self._changed(file, "its last rows are not as recorded")
        return view

    def _load_remains(self, file: str, size: int) -> View:
        """What is left today of the file as it was: its beginning, as a later state holds it."""
        assert self._past_of is not None
        now = self._past_of.view(file)
        if isinstance(now, bytes) or file in self._past_of._pending:
            return now[:size]
        with self.folder.reading(file) as fd:
            view = map_file(fd, size, file)
        end = max(0, size - TAIL)
        if view[end:] != now[end:size]:
            raise self._changed(file, "it was rewritten")
        return view

    def _changed(self, file: str, reason: str) -> ChangedOutside | ChangedMeanwhile:
        return ChangedOutside(path=file, reason=reason) if self.is_newest() else StartOver()

    def pending_acts(self) -> list[FileAct]:
        """What the last commit decided and a crash kept from its files. The next writer completes it."""
        return [act for act in self._pending.values() if unapplied(self.folder, act) is not None]

    def engine_path(self, file: str) -> str:
        """A path that an engine in this process can read and that holds exactly `view(file)`.

        It is the file itself while that holds nothing else. A commit may append to it while the
        engine reads: a batch that runs without the lock asks `still_current` afterwards.
        """
        if file in self._copies:
            return (
                f"/proc/self/fd/{self._copies[file]}"
                if sys.platform == "linux"
                else f"/dev/fd/{self._copies[file]}"
            )
        view = self.view(file)
        act = self._pending.get(file)
        with suppress(FileNotFoundError), self.folder.reading(file) as fd:
            if os.fstat(fd).st_size == len(view) and (act is None or unapplied(self.folder, act) is None):
                return str(self.root / file)
        self._copies[file] = private_copy(view, file)
        return self.engine_path(file)

    def read_text(self, file: str) -> bytes:
        """A whole small file that is edited by hand, such as ledger.toml. Raises NotFound."""
        if file not in self._texts:
            self._texts[file] = self._read_now(file)
        text = self._texts[file]
        if text is None:
            raise NotFound(what=file, hint="restore it from your copy")
        return text

    def _read_now(self, file: str) -> bytes | None:
        try:
            return self.folder.read(file)
        except FileNotFoundError:
            return None

    def rule_files(self) -> list[str]:
        """The scheme's files, `rules/*.toml`, sorted. What stands in rules/used/ is not among them."""
        return _rule_files(self.folder)

    def inputs(self) -> dict[str, str]:
        """SHA-256 of ledger.toml and the rule files, as this snapshot read them, by file."""
        return dict(input_digests(self.folder, self._texts))

    def at(self, seq: int) -> Snapshot:
        """The ledger right after commit `seq`.

        Rows that were erased since are not in it. Raises NotFound for a number that is not there,
        ChangedOutside where rows of that time were replaced by hand and adopted since. ledger.toml and
        the rules are today's.
        """
        if seq == self.head.seq:
            return self
        if not 0 < seq < self.head.seq:
            raise NotFound(what=f"commit {seq}")
        if self._past_of is not None:
            return self._past_of.at(seq)
        record, end = record_at(self._log, seq)
        found = remains_of(self._log, self.record, record)
        past = Snapshot(self.folder, record, end, past_of=self)
        past.hint = self.hint
        if found:
            past._remains = found
            sizes = {name: rest.size for name, rest in found.items()}
            rows = {name: rest.rows for name, rest in found.items()}
            head = past.head
            past.head = head._replace(sizes={**head.sizes, **sizes}, rows={**head.rows, **rows})
        return past

    def commit_of(self, file: str, offset: int) -> Record:
        """Which commit put that byte of a file where it is. Raises NotFound beyond the recorded size."""
        if file in self._remains:
            offset = self._remains[file].back(offset)
        return commit_of(self._log, self.record, file, offset)

    def fate_of(self, file: str, seq: int, start: int, size: int) -> Fate:
        """What became of the bytes that commit `seq` put at `start` of a file: moved, or erased."""
        return fate_of(self._log, self.record, file, seq, start, size)

    def records(self) -> Iterator[Record]:
        """All commits up to this one, oldest first. Raises ChangedOutside where the chain is broken."""
        return records(self._log)

    def record_with_key(self, key: str) -> Record | None:
        """The commit that a caller's key was given to."""
        return with_key(self._log, key)

    @property
    def log(self) -> View:
        """The log's bytes up to this commit, its line included."""
        return self._log

    @cached_property
    def _log(self) -> View:
        return map_log(self.folder, self._log_end)

    def still_current(self) -> bool:
        """Whether no commit came since, and no small file that was read has changed."""
        texts = all(self._read_now(name) == text for name, text in self._texts.items())
        return texts and self.is_newest()

    def is_newest(self) -> bool:
        """Whether no commit came since this state, or for a past one since the state it was asked of."""
        if self._past_of is not None:
            return self._past_of.is_newest()
        try:
            with self.folder.reading(LOG) as fd:
                tail = read_tail(fd)
        except FileNotFoundError:
            return False
        return tail.record is not None and tail.record.sha == self.head.sha


def find(view: View, needle: bytes, start: int = 0) -> int:
    """Where `needle` stands at or after `start`; -1 if nowhere."""
    return view.find(needle, start)


def input_digests(folder: Folder, texts: Mapping[str, bytes | None]) -> Iterator[tuple[str, str]]:
    """SHA-256 of ledger.toml and the rule files; `texts` are those that were read already."""
    for name in (MANIFEST, *_rule_files(folder)):
        with suppress(FileNotFoundError):
            text = texts.get(name) or folder.read(name)
            yield name, hashlib.sha256(text).hexdigest()


def _rule_files(folder: Folder) -> list[str]:
    names = folder.names("rules")
    return [f"rules/{name}" for name in names if name.endswith(".toml") and not name.startswith(".")]


def open_folder(root: Path) -> Folder:
    """The folder of a ledger. Raises NoLedger where there is none."""
    try:
        folder = Folder(root)
    except (FileNotFoundError, NotADirectoryError):
        raise NoLedger(where=str(root)) from None
    except OSError as error:
        fail(str(root), error)
    if not folder.exists(MANIFEST) and not folder.exists(LOG):
        raise NoLedger(where=str(root))
    return folder


def _unfinished(folder: Folder) -> NoLedger | ChangedOutside:
    """A manifest without a first commit: either init was cut off, or the log is gone."""
    from ilactl.ledger.create import CREATING

    if folder.exists(CREATING):
        return NoLedger(
            where=str(folder.root), hint="its 'ilactl init' was cut off: run it again to complete it"
        )
    hint = "restore commits.jsonl and the files beside it from one copy"
    return ChangedOutside(path=LOG, reason="it is missing or holds no commit", hint=hint)


def _close_all(copies: Mapping[str, int]) -> None:
    for fd in copies.values():
        close_quietly(fd)
