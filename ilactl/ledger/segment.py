"""A segment: for one stretch of a file, which of its lines hold an id. Derived, immutable, deletable.

    magic · start, end, lines · digest of the stretch's last bytes · number of entries and of buckets
    · for each bucket where it begins, and its CRC-32 · CRC-32 of all that
    · the entries: CRC-32 of the id << 32 | offset of the line in the stretch, in order

An id's bucket is the upper bits of its CRC-32, so a look-up reads the head and one bucket. A batch books
its rows in the order of persons: a stretch of a few such runs needs no entries, only where each run
begins, and an id is found by halves in the stretch itself. Every part that is read is checked: a segment
that is torn, rotten or somebody else's is no segment, and the stretch is then searched byte by byte.
Two ids may have one CRC-32, so a line found here is only one to look at.
"""

from __future__ import annotations

import struct
import sys
import zlib
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import accumulate, pairwise
from typing import NamedTuple

from ilactl.ledger.disk import read_at
from ilactl.ledger.lines import Buffer, LineFault, split_line

__all__ = ["SEGMENT", "Segment", "build", "open_segment", "segment_end"]

SEGMENT = 8 << 20
"""Bytes of a file that one segment is about. What is behind the last whole one is searched, in some 3 ms."""

_MAGIC = b"ilactl segment 1 " + (b"<" if sys.byteorder == "little" else b">")
_HEAD = struct.Struct("<18sQQIIII")
_TAIL = 4096
_PER_BUCKET = 128
_RUNS = 0xFFFFFFFF  # stands where the number of entries does
_FEW_RUNS = 8
_WIDTH = 8
_WORD = "I"  # four bytes wherever Python runs


class Segment(NamedTuple):
    """The head of a segment that is sound; its entries are read bucket by bucket."""

    fd: int
    start: int
    end: int
    lines: int
    begins: array[int]
    sums: array[int]
    at: int
    runs: bool

    def offsets(self, wanted: str, view: Buffer, column: int) -> list[int] | None:
        """Where the lines start that may hold the id, in file order; None where a bucket is damaged."""
        if self.runs:
            ends = [self.start + begin for begin in self.begins]
            found = (_in_run(view, *run, column, wanted.encode("utf-8", "replace")) for run in pairwise(ends))
            return [offset for run in found for offset in run]
        key = zlib.crc32(wanted.encode("utf-8", "replace"))
        bucket = key >> (33 - len(self.sums).bit_length())
        first, last = self.begins[bucket], self.begins[bucket + 1]
        data = read_at(self.fd, self.at + first * _WIDTH, (last - first) * _WIDTH)
        if len(data) != (last - first) * _WIDTH or zlib.crc32(data) != self.sums[bucket]:
            return None
        entries = array("Q", data)
        low, high = bisect_left(entries, key << 32), bisect_right(entries, key << 32 | 0xFFFFFFFF)
        return [self.start + (entry & 0xFFFFFFFF) for entry in entries[low:high]]


def segment_end(view: Buffer, start: int) -> int:
    """The end of the segment that starts there, behind a line; 0 where it is not whole yet."""
    return view.find(b"\n", start + SEGMENT - 1) + 1 if start + SEGMENT <= len(view) else 0


def build(block: bytes, start: int, column: int) -> bytes | None:
    """The segment of whole lines that begin at `start` by the cells of a column; empty ones are left out.

    None where a line has no such cell: such a stretch has no segment.
    """
    lines = block.split(b"\n")
    lines.pop()
    try:
        keys = _keys(lines, column, quoted=b'"' in block)
    except (IndexError, LineFault, UnicodeDecodeError):
        return None
    before = list(accumulate(map(len, lines), initial=0))  # without the line feeds: one more each line
    end, tail = start + len(block), _sum_of(block, 0, len(block))
    if b'"' not in block:
        falls = [n for n, (one, other) in enumerate(pairwise(keys), 1) if one > other]
        if len(falls) < _FEW_RUNS:
            begins = array(_WORD, [0, *(before[n] + n for n in falls), len(block)])
            return _headed(start, end, len(lines), tail, _RUNS, begins, array(_WORD, [0] * (len(falls) + 1)))
    found = [
        zlib.crc32(key) << 32 | at + number
        for number, (key, at) in enumerate(zip(keys, before, strict=False))
        if key
    ]
    found.sort()
    return _packed(array("Q", found), start, end, len(lines), tail)


def _keys(lines: list[bytes], column: int, *, quoted: bool) -> list[bytes]:
    if not quoted:
        return [line.split(b",", column + 1)[column] for line in lines]
    return [
        (split_line(line.decode())[column].encode() if b'"' in line else line.split(b",", column + 1)[column])
        for line in lines
    ]


def _packed(entries: array[int], start: int, end: int, lines: int, tail: int) -> bytes:
    bits = max(0, (len(entries) // _PER_BUCKET).bit_length())
    count = 1 << bits
    begins = array(_WORD)
    sums = array(_WORD)
    raw = memoryview(entries).cast("B")
    at = 0
    for bucket in range(count):
        begins.append(at)
        last = bisect_left(entries, (bucket + 1) << (64 - bits), at) if bucket + 1 < count else len(entries)
        sums.append(zlib.crc32(raw[at * _WIDTH : last * _WIDTH]))
        at = last
    begins.append(at)
    return _headed(start, end, lines, tail, len(entries), begins, sums) + raw


def _headed(
    start: int, end: int, lines: int, tail: int, entries: int, begins: array[int], sums: array[int]
) -> bytes:
    head = _HEAD.pack(_MAGIC, start, end, lines, tail, entries, len(sums))
    head += begins.tobytes() + sums.tobytes()
    return head + struct.pack("<I", zlib.crc32(head))


def _in_run(view: Buffer, low: int, end: int, column: int, wanted: bytes) -> Iterator[int]:
    """The lines of a run, whose cells of the column never fall, that hold exactly this."""

    def cell(line: int) -> bytes:
        return view[line : view.find(b"\n", line)].split(b",", column + 1)[column]

    high = end
    while low < high:
        middle = view.rfind(b"\n", low, (low + high) // 2) + 1 or low
        if cell(middle) < wanted:
            low = view.find(b"\n", middle) + 1
        else:
            high = middle
    while low < end and cell(low) == wanted:
        yield low
        low = view.find(b"\n", low) + 1


def open_segment(fd: int, view: Buffer, start: int) -> Segment | None:
    """The segment in an open file, if it is sound and about the stretch of `view` that begins at `start`."""
    fixed = read_at(fd, 0, _HEAD.size)
    if len(fixed) != _HEAD.size:
        return None
    magic, first, end, lines, tail, entries, count = _HEAD.unpack(fixed)
    if magic != _MAGIC or first != start or not start < end <= len(view) or not 0 < count <= 1 << 24:
        return None
    size = 4 * (2 * count + 1)
    rest = read_at(fd, _HEAD.size, size + 4)
    if len(rest) != size + 4 or struct.pack("<I", zlib.crc32(fixed + rest[:size])) != rest[size:]:
        return None
    if tail != _sum_of(view, start, end):
        return None
    numbers = array(_WORD, rest[:size])
    begins, sums = numbers[: count + 1], numbers[count + 1 :]
    runs = entries == _RUNS
    if begins[-1] != (end - start if runs else entries):
        return None
    return Segment(fd, start, end, lines, begins, sums, _HEAD.size + size + 4, runs)


def _sum_of(view: Buffer, start: int, end: int) -> int:
    """What ties a segment to its stretch, the CRC-32 of its last bytes; that none changed, the hint says."""
    return zlib.crc32(view[max(start, end - _TAIL) : end])
