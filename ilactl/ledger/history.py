"""Which commit did what: found by halving the log, since sizes only grow from commit to commit.

There are two exceptions. An adoption took hand-edited rows in: from its base on the file's bytes are
the adoption's, and states before it are gone there. An erasure took rows out: what stood behind them
moved forward, and states before it are there but for those rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ilactl.errors import ChangedOutside, NotFound
from ilactl.ledger.cutting import Shift
from ilactl.ledger.log import View, bisect
from ilactl.ledger.record import FileHead, Record

__all__ = ["Fate", "Remains", "commit_of", "fate_of", "record_at", "remains_of"]


def record_at(log: View, seq: int) -> tuple[Record, int]:
    """The record of commit `seq` and its line's end. Raises NotFound."""
    found = bisect(log, lambda record: record.seq < seq)
    if found is None or found[0].seq != seq:
        raise NotFound(what=f"commit {seq}")
    return found


def commit_of(log: View, head: Record, file: str, offset: int) -> Record:
    """Which commit put that byte of a file where it is, as of `head`. Raises NotFound beyond its size."""
    now = head.heads.get(file)
    if now is None or not 0 <= offset < now.size:
        raise NotFound(what=f"byte {offset} of {file}")
    last = head.seq
    while now.since:  # step back behind whatever moved the byte or came after it
        record, _ = record_at(log, now.since)
        cuts = record.cuts(file)
        if cuts is None:
            if offset >= now.since_base:
                break
        elif offset >= record.heads[file].size:
            break
        else:
            offset = Shift(cuts).back(offset)
        last = now.since - 1
        now = record_at(log, last)[0].heads[file]
    first = now.since

    def later(record: Record) -> bool:
        then = record.heads.get(file)
        return record.seq <= last and (record.seq < first or then is None or then.size <= offset)

    found = bisect(log, later)
    assert found is not None
    return found[0]


class Remains(NamedTuple):
    """What is left today of a file as a commit left it: its size and rows, and what moved it since."""

    size: int
    rows: int
    shifts: tuple[Shift, ...]

    def back(self, offset: int) -> int:
        """Where a byte that is left stood then."""
        for shift in reversed(self.shifts):
            offset = shift.back(offset)
        return offset


def remains_of(log: View, head: Record, past: Record) -> dict[str, Remains]:
    """The files of which rows were erased since `past`, with what is left of them.

    Raises ChangedOutside where rows of that time were replaced by hand and adopted since.
    """
    found = {}
    for name, then in past.heads.items():
        size, rows, shifts = then.size, then.rows, []
        for base, record in reversed(list(_changes(log, name, head.heads[name], past.seq))):
            cuts = record.cuts(name)
            if cuts is not None:
                shift = Shift(cuts)
                rows -= shift.rows_in(0, size)
                size = shift.forward(size)
                shifts.append(shift)
            elif base < size:
                reason = f"rows of commit {past.seq} were replaced by the adoption in commit {record.seq}"
                raise ChangedOutside(path=name, reason=reason, hint="ask for a later commit")
        if shifts:
            found[name] = Remains(size, rows, tuple(shifts))
    return found


class Fate(NamedTuple):
    """Where a range stands today, how many rows of it were erased, and by which commits."""

    start: int
    erased: int
    by: tuple[int, ...]


def fate_of(log: View, head: Record, file: str, seq: int, start: int, size: int) -> Fate:
    """What became of the bytes that commit `seq` put at `start` of a file. Adoptions are passed over."""
    erased, by, end = 0, [], start + size
    now = head.heads.get(file)
    for _, record in reversed(list(_changes(log, file, now, seq)) if now else []):
        cuts = record.cuts(file)
        if cuts is not None:
            shift = Shift(cuts)
            if gone := shift.rows_in(start, end):
                erased += gone
                by.append(record.seq)
            start, end = shift.forward(start), shift.forward(end)
    return Fate(start, erased, tuple(by))


def _changes(log: View, name: str, now: FileHead, after: int) -> Iterator[tuple[int, Record]]:
    """What put bytes of a file in place of older ones after a commit, newest first, each with its base."""
    while now.since > after:
        yield now.since_base, record_at(log, now.since)[0]
        now = record_at(log, now.since - 1)[0].heads[name]
