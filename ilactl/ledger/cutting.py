"""Taking rows out of a file of private rows: the one rewrite that the ledger knows.

The file without them is staged whole and durable before the log's line is written, and takes the old
one's place by a rename afterwards. The line holds places and digests, never what a row said. What
stood behind a row that went moves forward; this module tells where to.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import accumulate

from ilactl.errors import ChangedOutside
from ilactl.ledger.disk import Stamp, blocks, close_quietly, digest_at, read_at, sync, write_at
from ilactl.ledger.files import Folder
from ilactl.ledger.lines import Buffer
from ilactl.ledger.record import Cuts, FileAct

__all__ = [
    "Shift",
    "carried",
    "cut_rows",
    "digest_of_file",
    "put_in_place",
    "refuse_other",
    "stage_without",
]


class Shift:
    """Where bytes of a file stand after rows were taken out of it, and where they stood before."""

    def __init__(self, cuts: Cuts) -> None:
        """Read off the places of the rows that went."""
        self._starts = [start for start, _ in cuts.rows]
        self._sizes = [size for _, size in cuts.rows]
        self._gone = [0, *accumulate(self._sizes)]
        self._joints = [start - gone for start, gone in zip(self._starts, self._gone, strict=False)]

    def forward(self, offset: int) -> int:
        """Where a byte stands now; for one that went, where the next that stayed stands."""
        number = bisect_right(self._starts, offset - 1)
        if number == 0:
            return offset
        inside = min(offset - self._starts[number - 1], self._sizes[number - 1])
        return offset - self._gone[number - 1] - inside

    def back(self, offset: int) -> int:
        """Where a byte of the file as it is now stood before."""
        return offset + self._gone[bisect_right(self._joints, offset)]

    def rows_in(self, start: int, end: int) -> int:
        """How many rows went from this range of the file as it was."""
        return bisect_right(self._starts, end - 1) - bisect_right(self._starts, start - 1)


def carried(known: Iterable[tuple[int, FileAct]], act: FileAct) -> Iterator[tuple[int, FileAct]]:
    """The recorded ranges of a file after `act` took rows out of it.

    A range that lost rows has the digest that the act tells of the rest; one that lost all is gone.
    Raises ChangedOutside where the act does not tell.
    """
    assert act.cuts is not None
    shift = Shift(act.cuts)
    left = {base: (size, rows, sha) for base, size, rows, sha in act.cuts.left}
    for seq, old in known:
        base, end = shift.forward(old.base), shift.forward(old.base + old.size)
        if end - base == old.size:
            yield seq, old._replace(base=base, staged=None, cuts=None)
        elif end > base:
            if base not in left:
                raise ChangedOutside(
                    path=act.path, reason=f"the log does not tell what is left of the rows of commit {seq}"
                )
            size, rows, sha = left[base]
            yield seq, FileAct(act.path, base, size, rows, sha, adopted=old.adopted)


def stage_without(
    folder: Folder,
    file: str,
    rows: Sequence[tuple[int, int]],
    ranges: Iterable[FileAct],
    held: int,
    staged: str,
) -> FileAct:
    """Write the file without these rows under the name `staged`, durably; the act that puts it in place.

    `ranges` are the file's recorded ranges, `held` its rows. Raises ValueError for a range that is
    not one line, OSError, IoFailed.
    """
    with folder.reading(file) as source:
        old = Stamp.of(source).size
        whole = digest_at(source, 0, old, file)
        at, kept = 0, []
        for start, size in rows:
            line = read_at(source, start - 1, size + 1, file) if start >= max(1, at) else b""
            if len(line) != size + 1 or line[:1] != b"\n" or line.find(b"\n", 1) != size:
                raise ValueError(f"{size} bytes from {start} on are not one row of {file}")
            kept.append((at, start))
            at = start + size
        folder.remove(staged)
        fd = folder.create(staged)
        try:
            folder.match(fd, source)
            new = 0
            for start, end in [*kept, (at, old)]:
                for part in blocks(source, start, end - start, file):
                    write_at(fd, new, part)
                    new += len(part)
            sync(fd)
            cuts = Cuts(old, whole, tuple(rows))
            shift, left = Shift(cuts), []
            for act in ranges:
                gone = shift.rows_in(act.base, act.base + act.size)
                base, end = shift.forward(act.base), shift.forward(act.base + act.size)
                if gone and end > base:
                    left.append((base, end - base, act.rows - gone, digest_at(fd, base, end - base, staged)))
            digest = digest_at(fd, 0, new, staged)
        finally:
            close_quietly(fd)
    cuts = cuts._replace(left=tuple(left))
    return FileAct(file, 0, new, held - len(rows), digest, staged=staged, cuts=cuts)


def cut_rows(file: str, view: Buffer, offsets: Iterable[int]) -> tuple[tuple[int, int], ...]:
    """Start and size of the lines that begin at these offsets, in the file's order."""
    found = []
    for offset in sorted(set(offsets)):
        end = view.find(b"\n", offset)
        if end < 0:
            raise ValueError(f"no line of {file} begins at byte {offset}")
        found.append((offset, end + 1 - offset))
    return tuple(found)


def refuse_other(folder: Folder, act: FileAct) -> None:
    """Refuse to complete a replacement of a file that is neither the old one nor the new one.

    Raises ChangedOutside, which says how the edit can be kept.
    """
    assert act.cuts is not None
    assert act.staged is not None
    there = digest_of_file(folder, act.path)
    ready = digest_of_file(folder, act.staged) == act.sha256
    if there == act.sha256 or (there == act.cuts.sha256 and ready):
        return
    if there is None:
        reason = "it is missing"
    elif there == act.cuts.sha256:
        reason = f"{act.staged}, which was to take its place, is gone or damaged"
    else:
        reason = "it was edited before the last commit, which takes rows out of it, was completed"
    hint = f"put {act.staged} in its place and keep your edit elsewhere, to make it again afterwards"
    raise ChangedOutside(path=act.path, reason=reason, hint=hint if ready else "put your copy of it back")


def digest_of_file(folder: Folder, name: str) -> str | None:
    """The digest of a whole file, or None where there is none."""
    with suppress(FileNotFoundError), folder.reading(name) as fd:
        return digest_at(fd, 0, Stamp.of(fd).size, name)
    return None


def put_in_place(folder: Folder, act: FileAct) -> Stamp:
    """Let the staged file take the old one's place, durably; once more does no harm. Its stamp.

    Raises OSError, IoFailed.
    """
    assert act.staged is not None
    if folder.exists(act.staged):
        folder.replace(act.staged, act.path)
    with folder.reading(act.path) as fd:
        sync(fd)
        stamp = Stamp.of(fd)
    folder.sync_parent(act.path)
    with suppress(FileNotFoundError):  # a copy of the ledger need not bring an empty folder along
        folder.sync_parent(act.staged)
    return stamp
