"""One physical line of a CSV file: taking it apart with positions, and putting it together.

The dialect is our own and canonical: UTF-8, comma, LF, one physical line a row, quotes only
where a cell holds a comma or a quote. Python's csv reader, lax by default, would let an unclosed
quote swallow the rows after it; here every line stands alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from mmap import mmap

from ilactl.findings import Kind, Place
from ilactl.ledger.columns import TABLES
from ilactl.ledger.grammar import Table

__all__ = [
    "Buffer",
    "LineFault",
    "cell_starts",
    "format_row",
    "line_number",
    "place_of",
    "split_line",
    "table_of",
]

Buffer = bytes | mmap
"""What a file's view is: exactly the bytes that one commit vouches for."""

_CHUNK = 1 << 20

QUOTES = Kind(
    "CSV-QUOTES",
    "a cell's quotes are not closed on its line, stand inside the cell, or are not needed",
    "quote a cell only where it holds a comma or a quote; double the quotes inside it; use no line breaks",
)


@lru_cache(maxsize=8)
def _cell(delimiter: str) -> re.Pattern[str]:
    mark = re.escape(delimiter)
    return re.compile(rf'(?:"((?:[^"]|"")*)"|([^"{mark}]*))({mark}|\Z)')


class LineFault(ValueError):
    """A line that cannot be taken apart."""

    def __init__(self, column: int, reason: str) -> None:
        """`column` counts characters from 1."""
        super().__init__(reason)
        self.column = column
        self.reason = reason


def split_line(line: str, *, lenient: bool = False, delimiter: str = ",") -> tuple[str, ...]:
    """The cells of a line (without its line feed). Raises LineFault for anything but our dialect.

    `lenient` takes quotes that are not needed, as other programs write them.
    """
    if '"' not in line:
        return tuple(line.split(delimiter))
    return tuple(cell for _, cell in _scan(line, lenient, delimiter))


def cell_starts(line: str, delimiter: str = ",") -> list[int]:
    """The column, counted in characters from 1, at which each cell starts. Lenient: for messages."""
    if '"' in line:
        try:
            return [start for start, _ in _scan(line, True, delimiter)]
        except LineFault as fault:
            return [fault.column]
    starts = [1]
    for cell in line.split(delimiter):
        starts.append(starts[-1] + len(cell) + 1)
    return starts[:-1]


def _scan(line: str, lenient: bool, delimiter: str) -> list[tuple[int, str]]:
    pattern = _cell(delimiter)
    cells: list[tuple[int, str]] = []
    position = 0
    while True:
        match = pattern.match(line, position)
        if not match:
            raise LineFault(position + 1, _why(line, position))
        if match[1] is None:
            cells.append((position + 1, match[2]))
        else:
            cell = match[1].replace('""', '"')
            if not lenient and '"' not in cell and "," not in cell:
                raise LineFault(position + 1, "the cell is quoted and holds neither a comma nor a quote")
            cells.append((position + 1, cell))
        position = match.end()
        if not match[3]:
            return cells


def _why(line: str, position: int) -> str:
    if line[position] != '"':
        return "a quote stands inside a cell that does not start with one"
    if re.compile(r'"(?:[^"]|"")*"').match(line, position):
        return "text follows the closing quote"
    return "the quote that opens here is not closed on the line"


def format_row(cells: Sequence[str]) -> str:
    """The canonical line of the cells, with its line feed."""
    line = ",".join(cells)
    if '"' in line or line.count(",") != len(cells) - 1:
        line = ",".join('"' + c.replace('"', '""') + '"' if '"' in c or "," in c else c for c in cells)
    return line + "\n"


def table_of(file: str) -> Table | None:
    """The table kept in that file of the ledger, or None."""
    return next((table for table in TABLES if table.file == file), None)


def line_number(view: Buffer, offset: int, first: int = 0) -> int:
    """The number, from 1, of the line that holds the byte at `offset`, counted from the line at `first`."""
    return 1 + sum(view[at : min(at + _CHUNK, offset)].count(b"\n") for at in range(first, offset, _CHUNK))


def place_of(view: Buffer, file: str, offset: int, column: str | None = None) -> Place:
    """Where the line that starts at `offset` stands, and in it the cell of the named column."""
    end = view.find(b"\n", offset)
    line = view[offset : end if end >= 0 else len(view)].decode("utf-8", "replace")
    at = 0
    table = table_of(file)
    if column and table:
        starts = cell_starts(line)
        index = table.index(column)
        at = starts[index] if index < len(starts) else len(line) + 1
    return Place(file, line_number(view, offset), at, line)
