"""How the files of a ledger differ from what its log recorded, row by row, as far as can be told.

The log holds the rows of short public commits themselves, and of all others their digest. A range
that stands anywhere in the file as it is now is recognised by that digest, and so is known too. What
is neither in the log nor in the file is lost: it is said which rows those are, and never guessed.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from msgspec import Struct

from ilactl.ledger.lines import Buffer, table_of
from ilactl.ledger.record import FileAct

__all__ = ["Difference", "Piece", "differences", "first_difference", "recall"]

_BUDGET = 1 << 28
"""Bytes that are digested in looking for ranges that moved."""

_LARGE = 1 << 26
"""Bytes of a file beyond which a range is looked for only where one edit elsewhere would have moved it."""

_MANY = 5000
"""Lines in doubt beyond which they are compared as a set: sorting a file in a spreadsheet moves all."""


class Piece(Struct, frozen=True):
    """What a commit put into a file; `data` is None where neither the log nor the file holds it any more."""

    seq: int
    act: FileAct
    data: bytes | None

    @property
    def lines(self) -> int:
        """How many lines it had: its rows, and the header where it began the file."""
        return self.act.rows + (self.act.base == 0) if self.data is None else self.data.count(b"\n")


class Difference(Struct, frozen=True):
    """One row: `change` is added, changed, removed or unknown; `old` and `new` are its text, if known.

    `line` counts in the file as it is; for a removed row, in the file as it was.
    """

    file: str
    line: int
    change: str
    old: str | None = None
    new: str | None = None
    note: str = ""

    def shown(self) -> Iterator[str]:
        """The lines of a diff."""
        where = f"{self.file}:{self.line}" if self.line else self.file
        if self.old is not None:
            yield f"{where}: - {self.old}"
        elif self.note:
            yield f"{where}: {'-' if self.change == 'removed' else '?'} ({self.note})"
        if self.new is not None:
            yield f"{where}: + {self.new}"


def recall(file: str, acts: Sequence[tuple[int, FileAct]], view: Buffer) -> list[Piece]:
    """Each range of the file as it was recorded, from the log or recognised in `view`."""
    seek = _Seeker(view, max((act.base + act.size for _, act in acts), default=0))
    table = table_of(file)
    header = table.header.encode() + b"\n" if table else b""
    pieces = []
    for seq, act in acts:
        data = act.data
        if data is None and act.base == 0 and hashlib.sha256(header).hexdigest() == act.sha256:
            data = header
        pieces.append(Piece(seq, act, data if data is not None else seek.find(act)))
    return pieces


class _Seeker:
    """Looks for ranges by their digests, first where they should stand, then wherever lines begin."""

    def __init__(self, view: Buffer, recorded: int) -> None:
        self._view = view
        self._budget = _BUDGET
        self._shift = 0
        self._grown = len(view) - recorded
        self._taken: set[int] = set()
        self._lines: dict[bytes, list[int]] | None = None

    def find(self, act: FileAct) -> bytes | None:
        for start in (act.base + self._shift, act.base, act.base + self._grown):
            if self._is_at(act, start):
                return self._take(act, start)
        if len(self._view) > _LARGE:
            return None
        lines = self._by_digest()
        one = next((at for at in lines.get(bytes.fromhex(act.sha256), ()) if at not in self._taken), None)
        if one is not None:
            return self._take(act, one)
        if act.rows > 1:
            for start in sorted(at for starts in lines.values() for at in starts):
                if self._budget <= 0:
                    break
                if self._is_at(act, start):
                    return self._take(act, start)
        return None

    def _by_digest(self) -> dict[bytes, list[int]]:
        """Where each line starts, by its digest: a row that was a commit of its own is found at once."""
        if self._lines is None:
            self._lines = {}
            at = 0
            while at < len(self._view):
                end = self._view.find(b"\n", at) + 1 or len(self._view)
                self._lines.setdefault(hashlib.sha256(self._view[at:end]).digest(), []).append(at)
                at = end
        return self._lines

    def _take(self, act: FileAct, start: int) -> bytes:
        self._shift = start - act.base
        self._taken.add(start)
        return bytes(self._view[start : start + act.size])

    def _is_at(self, act: FileAct, start: int) -> bool:
        end = start + act.size
        if start < 0 or start in self._taken or end > len(self._view):
            return False
        if act.size and self._view[end - 1 : end] != b"\n":
            return False
        self._budget -= act.size
        return hashlib.sha256(self._view[start:end]).hexdigest() == act.sha256


def first_difference(pieces: Sequence[Piece], view: Buffer) -> int:
    """Where the first recorded range starts that does not stand in its place; the recorded size if all do."""
    end = 0
    for piece in pieces:
        if not _stands(piece, view):
            return piece.act.base
        end = piece.act.base + piece.act.size
    return end


def _stands(piece: Piece, view: Buffer) -> bool:
    return piece.data is not None and view[piece.act.base : piece.act.base + piece.act.size] == piece.data


def differences(file: str, pieces: Sequence[Piece], view: Buffer) -> list[Difference]:
    """The rows added, changed and removed, in the file's order."""
    head = 0
    while head < len(pieces) and _stands(pieces[head], view):
        head += 1
    start = pieces[head - 1].act.base + pieces[head - 1].act.size if head else 0
    tail, end = len(pieces), len(view)
    while tail > head and _ends_with(pieces[tail - 1], view, start, end):
        tail -= 1
        end -= pieces[tail].act.size
    old = [token for piece in pieces[head:tail] for token in _tokens(piece)]
    new = bytes(view[start:end]).splitlines(keepends=True) if start < end else []
    line = bytes(view[:start]).count(b"\n") + 1
    return list(_compare(file, old, new, line))


def _ends_with(piece: Piece, view: Buffer, start: int, end: int) -> bool:
    at = end - piece.act.size
    return piece.data is not None and at >= start and view[at:end] == piece.data


def _tokens(piece: Piece) -> list[bytes | Piece]:
    return [piece] if piece.data is None else list(piece.data.splitlines(keepends=True))


def _compare(file: str, old: list[bytes | Piece], new: list[bytes], line: int) -> Iterator[Difference]:
    """`line` is the number of the first line on both sides."""
    if len(old) + len(new) > _MANY:
        yield from _compare_as_sets(file, old, new, line)
        return
    was = [line]
    for token in old:
        was.append(was[-1] + (token.lines if isinstance(token, Piece) else 1))
    blocks = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    for tag, a, b, c, d in blocks:
        if tag != "equal":
            yield from _segment(file, old[a:b], new[c:d], was[a:b], line + c)


def _segment(
    file: str, old: list[bytes | Piece], new: list[bytes], was: list[int], line: int
) -> Iterator[Difference]:
    """Rows in whose place others stand. Beside a range of several lost rows no row can be called new."""
    lost = [token for token in old if isinstance(token, Piece)]
    if any(piece.lines > 1 for piece in lost):
        for piece in lost:
            yield Difference(file, line, "unknown", note=_lost(piece, line, line + len(new) - 1))
        for token, at in zip(old, was, strict=True):
            if isinstance(token, bytes):
                yield Difference(file, at, "removed", _text(token))
        return
    for i, (token, at) in enumerate(zip(old, was, strict=True)):
        row = _text(new[i]) if i < len(new) else None
        change = "removed" if row is None else "changed"
        where = at if row is None else line + i
        if isinstance(token, Piece):
            note = f"a row of commit {token.seq}, of which the log holds only the digest"
            yield Difference(file, where, change, None, row, note)
        else:
            yield Difference(file, where, change, _text(token), row)
    for i in range(len(old), len(new)):
        yield Difference(file, line + i, "added", new=_text(new[i]))


def _compare_as_sets(
    file: str, old: list[bytes | Piece], new: list[bytes], line: int
) -> Iterator[Difference]:
    gone = Counter(token for token in old if isinstance(token, bytes))
    gone.subtract(new)
    lost = [token for token in old if isinstance(token, Piece)]
    for piece in lost:
        yield Difference(file, line, "unknown", note=_lost(piece, line, line + len(new) - 1))
    was = line
    for token in old:
        if isinstance(token, bytes) and gone[token] > 0:
            gone[token] -= 1
            yield Difference(file, was, "removed", _text(token))
        was += token.lines if isinstance(token, Piece) else 1
    if any(piece.lines > 1 for piece in lost):
        return
    for i, row in enumerate(new):
        if gone[row] < 0:
            gone[row] += 1
            yield Difference(file, line + i, "added", new=_text(row))


def _lost(piece: Piece, first: int, last: int) -> str:
    rows = f"{piece.lines} line{'' if piece.lines == 1 else 's'} of commit {piece.seq}"
    there = f"lines {first} to {last} stand" if last > first else f"line {first} stands"
    where = f"{there} in their place" if last >= first else "nothing stands in their place"
    return f"{rows} are not as they were booked, and the log holds only their digest; {where}"


def _text(line: bytes) -> str:
    return line.decode("utf-8", "backslashreplace").rstrip("\n")
