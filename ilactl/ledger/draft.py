"""A commit in the making: targets opened, rows staged, the record drawn up. Nothing here decides.

Whatever can fail fails here, before the log's line is written: a missing permission, a full disk, a
file that is open elsewhere or was changed.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime

from ilactl import __version__
from ilactl.errors import AlreadyThere, ChangedMeanwhile, IlactlError, Unsafe
from ilactl.ledger.change import Actor, Adopt, Append, Change, Cut
from ilactl.ledger.columns import PRIVATE
from ilactl.ledger.cutting import stage_without
from ilactl.ledger.disk import Stamp, close_quietly, digest_at, reserve_room, sync, write_at
from ilactl.ledger.files import Folder, good_name
from ilactl.ledger.record import GENESIS, FileAct, FileHead, Record, body_of, parse, seal
from ilactl.ledger.recovery import STAGED, refuse_open_elsewhere
from ilactl.ledger.verify import TAIL, is_listed, tail_of

__all__ = ["INLINE", "Draft", "Stage", "plain"]

INLINE = 1 << 16
"""More bytes than this never go into the log's line; they are staged."""

_REMOVABLE = ("credentials/", "set-aside/", ".ilactl/cache/")
"""Folders of files that a commit may remove: whole documents, copies, what is derived."""


class Stage:
    """Files for rows between plan and append. They are removed unless a commit takes them."""

    def __init__(self, folder: Folder) -> None:
        """Nothing is made until a name is asked for."""
        self.folder = folder
        self.names: set[str] = set()

    def name(self, seq: int, file: str) -> str:
        """Where the rows of commit `seq` for `file` are staged."""
        if not good_name(file):
            raise Unsafe(path=file, reason="it is not a name inside the ledger")
        self.folder.make_folder(STAGED)
        name = f"{STAGED}/{seq}.{file.replace('/', '+')}"
        self.names.add(name)
        return name

    def discard(self) -> None:
        """Remove what no commit took; what cannot be removed, the next writer removes."""
        for name in sorted(self.names):
            with suppress(OSError, IlactlError):
                self.folder.remove(name)
        self.names.clear()


class Draft:
    """Turns a change into acts and a record, on top of the last record (None in a new ledger)."""

    def __init__(self, folder: Folder, last: Record | None, stage: Stage) -> None:
        """Nothing is opened yet; `close` at the end."""
        self.folder = folder
        self.last = last
        self.seq = last.seq + 1 if last else 1
        self.heads: dict[str, FileHead] = dict(last.heads) if last else {}
        self.stage = stage
        self.targets: dict[str, int] = {}
        self.acts: list[FileAct] = []

    def close(self) -> None:
        """Close the targets."""
        for fd in self.targets.values():
            close_quietly(fd)

    def open(self, change: Change) -> tuple[Append, ...]:
        """Open every target; the appends with rows. Raises Unsafe, LedgerLocked, AlreadyThere, IoFailed."""
        appends = tuple(append for append in change.appends if append.data or append.staged)
        files = [append.file for append in appends] + [adopt.file for adopt in change.adopts]
        files += [cut.file for cut in change.cuts] + list(change.removes)
        if len(set(files)) < len(files):
            raise ValueError("a change names a file twice")
        for append in appends:
            if not good_name(append.file):
                raise Unsafe(path=append.file, reason="it is not a name inside the ledger")
            refuse_open_elsewhere(self.folder, append.file)
            if append.file in self.heads:
                self.targets[append.file] = self.folder.open_for_writing(append.file)
            else:
                self._refuse_taken(append)
        for cut in change.cuts:
            if cut.file not in PRIVATE or cut.file not in self.heads:
                raise ValueError(f"{cut.file} is no recorded file of private rows")
            refuse_open_elsewhere(self.folder, cut.file)
            self.targets[cut.file] = self.folder.open_for_writing(cut.file)
        for name in change.removes:
            if not name.startswith(_REMOVABLE) or not good_name(name):
                raise ValueError(f"{name} is no file that a commit may remove")
            self.folder.may_create(name)  # removing asks for the same right
            with suppress(FileNotFoundError), self.folder.reading(name):
                pass
        return appends

    def _refuse_taken(self, append: Append) -> None:
        """A new file's place must be free, or hold the beginning of the very same."""
        if "/" in append.file:
            self.folder.make_folder(append.file.rpartition("/")[0])
        self.folder.may_create(append.file)
        with suppress(FileNotFoundError):
            if not append.data.startswith(self.folder.read(append.file)):
                hint = "move it away: the ledger keeps a file of its own there"
                raise AlreadyThere(what=append.file, hint=hint)

    def append(self, append: Append) -> None:
        """Add rows: into the log's line where they are short and public, else staged and synced."""
        head = self.heads.get(append.file)
        base = head.size if head else 0
        data = append.data
        _refuse_broken_rows(append, header=base == 0)
        private = append.file in PRIVATE or not is_listed(append.file)  # a signed document names its holder
        if append.staged or len(data) > INLINE or private or not _is_text(data):
            size, digest, name = self._staged(append, base)
            act = FileAct(append.file, base, size, append.rows, digest, staged=name)
        else:
            _refuse_half_line(append.file, data)
            act = FileAct(append.file, base, len(data), append.rows, hashlib.sha256(data).hexdigest(), data)
        self.acts.append(act)
        if is_listed(append.file):
            rows = (head.rows if head else 0) + append.rows
            since = (head.since, head.since_base) if head else (0, 0)
            self.heads[append.file] = FileHead(base + act.size, rows, self._tail(act), *since)

    def _staged(self, append: Append, base: int) -> tuple[int, str, str]:
        """Stage the rows, or take over those that a batch staged: their size, digest and name."""
        name = self.stage.name(self.seq, append.file)
        if append.staged is None:
            self.folder.remove(name)
            fd = self.folder.create(name)
        elif append.staged != self.folder.root / name:
            raise ValueError(f"{append.staged} is not the stage path of {append.file}")
        else:
            fd = self.folder.open_for_writing(name)
        try:
            if append.staged is None:
                write_at(fd, 0, append.data)
            else:
                self.folder.tighten(fd)
            size = os.fstat(fd).st_size
            _refuse_half_line(append.file, tail_of(fd, size, name))
            digest = digest_at(fd, 0, size, name)
            sync(fd)
        finally:
            close_quietly(fd)
        if append.file in self.targets and size > INLINE:
            reserve_room(self.targets[append.file], base, size)
        return size, digest, name

    def _tail(self, act: FileAct) -> str:
        """The digest of the file's last 4 KiB as it will be."""
        if act.staged is None:
            new = act.data or b""
        else:
            with self.folder.reading(act.staged) as fd:
                new = tail_of(fd, act.size, act.staged)
        if len(new) < TAIL and act.path in self.targets:
            new = tail_of(self.targets[act.path], act.base, act.path) + new
        return hashlib.sha256(new[-TAIL:]).hexdigest()

    def cut(self, cut: Cut, ranges: list[FileAct]) -> None:
        """Stage a file without some of its rows; `ranges` are those the log recorded of it."""
        head = self.heads[cut.file]
        staged = self.stage.name(self.seq, cut.file)
        act = stage_without(self.folder, cut.file, cut.rows, ranges, head.rows, staged)
        with self.folder.reading(staged) as fd:
            tail = hashlib.sha256(tail_of(fd, act.size, staged)).hexdigest()
        self.acts.append(act)
        self.heads[cut.file] = FileHead(act.size, act.rows, tail, since=self.seq)

    def remove(self, name: str) -> None:
        """Let a file go."""
        self.acts.append(FileAct(name, 0, 0, 0, "", removed=True))

    def adopt(self, adopt: Adopt, ranges: list[FileAct]) -> None:
        """Vouch for a file as it stands, from the start of the recorded range that the base lies in."""
        head = self.heads.get(adopt.file)
        base = next((act.base for act in ranges if act.base <= adopt.base < act.base + act.size), adopt.base)
        with self.folder.writing(adopt.file) as fd:
            size = os.fstat(fd).st_size
            base = min(base, size)
            tail = tail_of(fd, size, adopt.file)
            _refuse_half_line(adopt.file, tail or b"\n")
            sync(fd)
            digest = digest_at(fd, base, size - base, adopt.file)
            if adopt.stamp is not None and Stamp.of(fd) != adopt.stamp:
                raise ChangedMeanwhile()
        self.acts.append(FileAct(adopt.file, base, size - base, adopt.rows, digest, adopted=True))
        since = (head.since, head.since_base) if head else (0, 0)
        if head and base < head.size:
            since = (self.seq, base)
        self.heads[adopt.file] = FileHead(size, adopt.rows, hashlib.sha256(tail).hexdigest(), *since)

    def record(
        self, change: Change, actor: Actor, now: datetime, inputs: Mapping[str, str], log_end: int
    ) -> tuple[Record, bytes]:
        """The record and its line for a log of that size, read back before it counts."""
        if any(act.staged for act in self.acts):
            self.folder.sync_folder(STAGED)
        last = self.last
        at = now.isoformat(timespec="seconds").replace("+00:00", "Z")
        days = [day for day in (last and last.booked_through, change.booked_on) if day]
        record = Record(
            seq=self.seq,
            prev=last.sha if last else GENESIS,
            sha="",
            at=max(at, last.at) if last else at,
            command=plain(change.command),
            why=plain(change.why),
            key=plain(change.key),
            content=plain(change.content),
            user=plain(actor.user),
            host=plain(actor.host),
            actor=plain(actor.claimed),
            booked_on=change.booked_on,
            booked_through=max(days, default=None),
            next_entry=(last.next_entry if last else 1) + change.entries,
            files=tuple(self.acts),
            heads=self.heads,
            inputs=inputs,
            note=change.note,
            version=__version__,
        )
        line = seal(body_of(record))
        grown = [(act.base, act.size) for act in self.acts if not act.adopted and not act.cuts]
        self.folder.refuse_full([(log_end, len(line)), *grown])
        return parse(line[:-1]), line


def _refuse_broken_rows(append: Append, *, header: bool) -> None:
    """A cell that bears a line break would make two rows of one: no plan may come this far with it."""
    lines = append.data.count(b"\n")
    if append.staged is None and append.file.endswith(".csv") and lines != append.rows + header:
        raise ValueError(f"{append.rows} rows for {append.file} are {lines} lines")


def _refuse_half_line(name: str, rows: bytes) -> None:
    if not rows.endswith(b"\n"):
        raise ValueError(f"the rows for {name} do not end with a line feed")


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def plain(text: str) -> str:
    """Text that can be written as UTF-8: bytes the system could not decode are spelled out."""
    return text.encode("utf-8", "backslashreplace").decode()
