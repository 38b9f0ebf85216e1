"""What a backup holds: the ledger as of its last commit, read while writers go on.

A backup reads as every reader does: each append-only file up to the size that the commit recorded,
rows that are decided and not yet in their file included, the log up to that commit's line. Every
range is compared with the log's digest on the way, so that damage is met before an older, sound
backup is thrown away. What can be derived (`.ilactl/`) and what is on its way (`commits/`) stays.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from datetime import datetime
from functools import cached_property
from pathlib import Path

from ilactl.errors import ChangedMeanwhile, ChangedOutside, NotFound, Unsafe
from ilactl.ledger.disk import BLOCK
from ilactl.ledger.lock import HINTS
from ilactl.ledger.log import LOG, FileAct, View, map_file
from ilactl.ledger.overlay import joined, unapplied
from ilactl.ledger.recovery import STAGED
from ilactl.ledger.snapshot import MANIFEST, Snapshot
from ilactl.ledger.verify import Ranges

__all__ = ["Backup", "parts_of"]

_IGNORE = ".gitignore"
_NOT_COPIED = {HINTS, STAGED, ".git"}
_TRIES = 5


class Backup:
    """What a backup of a ledger holds: its files by name, read when they are wanted."""

    def __init__(self, root: Path) -> None:
        """Read the last commit and what is edited by hand.

        Raises NoLedger, NewerFormat, ChangedOutside for a broken log, Unsafe, IoFailed, and
        ChangedMeanwhile where commits come too quickly to see both at one moment.
        """
        for _ in range(_TRIES):
            self.snapshot = Snapshot.open(root)
            self._by_hand = dict(_edited_by_hand(self.snapshot))
            if self.snapshot.still_current():
                break
        else:
            raise ChangedMeanwhile(hint="run the command again")
        self._acts = Ranges(self.snapshot.records()).acts
        """What the log says of each file, in order."""

    @cached_property
    def sizes(self) -> dict[str, int]:
        """The bytes of every file of the copy, by name, sorted."""
        sizes = {name: len(text) for name, text in self._by_hand.items()}
        for name, acts in self._acts.items():
            head = self.snapshot.record.heads.get(name)
            sizes[name] = head.size if head else max(act.base + act.size for _, act in acts)
        sizes[LOG] = len(self.snapshot.log)
        return dict(sorted(sizes.items()))

    @property
    def left_out(self) -> list[str]:
        """What lies in the ledger's folder, is not derived, and is no part of the ledger."""
        there = set(self.snapshot.folder.names()) - _NOT_COPIED
        return sorted(there - {name.partition("/")[0] for name in self.sizes})

    def view(self, name: str) -> View:
        """The bytes of one file. Raises ChangedOutside where they are not as they were booked."""
        if name == LOG:
            return self.snapshot.log
        acts = self._acts.get(name)
        if acts is None:
            return self._by_hand[name]
        listed = name in self.snapshot.record.heads
        view = self.snapshot.view(name) if listed else self._document(name)
        for seq, act in acts:
            digest = hashlib.sha256()
            for part in parts_of(view, act.base, act.base + act.size):
                digest.update(part)
            if digest.hexdigest() != act.sha256:
                raise ChangedOutside(path=name, reason=f"rows of commit {seq} are not as they were booked")
        return view

    def _document(self, name: str) -> View:
        """A file that no commit lists the size of, such as a signed document."""
        pending: list[FileAct] = [act for act in self.snapshot.record.files if act.path == name]
        rows = unapplied(self.snapshot.folder, pending[0]) if pending else None
        size = self.sizes[name] if rows is None else pending[0].base
        try:
            with self.snapshot.folder.reading(name) as fd:
                if os.fstat(fd).st_size < size:
                    raise ChangedOutside(path=name, reason="it is shorter than recorded")
                view = map_file(fd, size, name)
        except FileNotFoundError:
            if size:
                raise ChangedOutside(path=name, reason="it is missing") from None
            view = b""
        return view if rows is None else joined(view, rows)

    @property
    def stamp(self) -> int:
        """The commit's time in seconds, for an archive that tells nothing of when it was made."""
        return max(0, int(datetime.fromisoformat(self.snapshot.record.at).timestamp()))


def _edited_by_hand(snapshot: Snapshot) -> Iterator[tuple[str, bytes]]:
    """ledger.toml, the scheme's files and notes beside them, .gitignore: what the log does not hold."""
    names = {MANIFEST, *snapshot.rule_files()}
    names |= {f"rules/{name}" for name in snapshot.folder.names("rules") if not name.startswith(".")}
    for name in sorted(names | {_IGNORE}):
        is_needed = name == MANIFEST or name.endswith(".toml")
        try:
            yield name, snapshot.read_text(name)
        except (NotFound, Unsafe):
            if is_needed:
                raise


def parts_of(view: View, start: int = 0, end: int | None = None) -> Iterator[bytes]:
    """The bytes of a range, a megabyte at a time."""
    end = len(view) if end is None else end
    for at in range(start, end, BLOCK):
        yield view[at : min(at + BLOCK, end)]
