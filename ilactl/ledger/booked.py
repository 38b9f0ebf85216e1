"""The entries that one commit booked, and the later ones that have to do with them.

A later entry is looked at cell by cell and taken apart only where it matters, so that an old commit
of a large ledger is found again without reading everything that came after it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from ilactl.errors import BadInput
from ilactl.findings import Finding, count_text
from ilactl.ledger.columns import ENTITLEMENTS
from ilactl.ledger.entries import Entry, all_entries, iter_entries
from ilactl.ledger.lines import LineFault, split_line

if TYPE_CHECKING:
    from ilactl.ledger.record import Record
    from ilactl.ledger.snapshot import Snapshot

__all__ = ["booked_by", "later_entries", "range_of"]

_BLOCK = 1 << 20
_HEADER = f"{ENTITLEMENTS.header}\n".encode()


def range_of(record: Record) -> tuple[int, int] | None:
    """The first byte of the commit's entries and the byte behind them; None where it booked none."""
    for act in record.files:
        if act.path == ENTITLEMENTS.file:
            start, end = max(act.base, len(_HEADER)), act.base + act.size
            return (start, end) if start < end else None
    return None


def booked_by(snapshot: Snapshot, record: Record) -> list[Entry]:
    """The entries of a commit in file order. Raises BadInput where a row is bad."""
    where = range_of(record)
    if where is None:
        return []
    return _entries(snapshot, _lines(snapshot, *where))


def later_entries(snapshot: Snapshot, start: int, wanted: Callable[[Sequence[str]], bool]) -> list[Entry]:
    """The entries from the byte `start` on that are wanted, in file order.

    `wanted` is asked in file order with a row's cells, and may remember what it said yes to. Raises
    BadInput where such a row is bad.
    """
    width = len(ENTITLEMENTS.columns)

    def chosen() -> Iterator[tuple[int, bytes]]:
        end = len(snapshot.view(ENTITLEMENTS.file))
        for offset, raw in _lines(snapshot, start, end):
            cells = _cells(raw)
            if len(cells) != width or wanted(cells):  # what cannot be told apart is read with care
                yield offset, raw

    return _entries(snapshot, chosen())


def _cells(raw: bytes) -> Sequence[str]:
    line = raw.decode("utf-8", "replace")
    if '"' not in line:
        return line.split(",")
    try:
        return split_line(line)
    except LineFault:
        return ()


def _lines(snapshot: Snapshot, start: int, end: int) -> Iterator[tuple[int, bytes]]:
    """The lines between two bytes with their offsets, about a megabyte at a time."""
    view = snapshot.view(ENTITLEMENTS.file)
    while start < end:
        stop = view.find(b"\n", min(start + _BLOCK, end - 1))
        stop = end if stop < 0 or stop >= end else stop + 1
        for raw in view[start:stop].removesuffix(b"\n").split(b"\n"):
            yield start, raw
            start += len(raw) + 1
        start = stop


def _entries(snapshot: Snapshot, lines: Iterable[tuple[int, bytes]]) -> list[Entry]:
    offsets: list[int] = []
    table = bytearray(_HEADER)
    for offset, raw in lines:
        offsets.append(offset)
        table += raw + b"\n"
    findings: list[Finding] = []
    entries = list(iter_entries(bytes(table), snapshot.manifest.units, findings))
    if findings:
        all_entries(snapshot)  # tells each fault in its right place
        raise BadInput(findings=findings, what=ENTITLEMENTS.file, count=count_text(findings))
    return [entry._replace(offset=offset) for entry, offset in zip(entries, offsets, strict=True)]
