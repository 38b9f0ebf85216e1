"""Reading the ledger's CSV files strictly, with every finding and its exact place.

Two gaits: `iter_table` reads a whole file, line by line and with bounded memory; `rows_with_id`
finds one id's lines by scanning bytes and takes apart only those. Both accept the same rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from ilactl.findings import Finding, Kind, Place
from ilactl.ledger.advice import advice_on
from ilactl.ledger.grammar import Table, fault_of, quick_pattern
from ilactl.ledger.lines import (
    QUOTES,
    Buffer,
    LineFault,
    cell_starts,
    format_row,
    line_number,
    place_of,
    split_line,
)
from ilactl.nearest import nearest

__all__ = [
    "CELL",
    "DOUBLED",
    "Row",
    "find_ids",
    "format_row",
    "header_findings",
    "iter_table",
    "line_number",
    "place_of",
    "read_table",
    "row_findings",
    "rows_at",
    "rows_with_id",
]

MAX_LINE = 16_384
"""Bytes a line may have: rows are narrow, and a longer one is damage."""

_BLOCK = 1 << 20
_BOM = b"\xef\xbb\xbf"
_SHOWN = 400

BOM = Kind("CSV-BOM", "the file starts with a byte-order mark", "save the file as UTF-8 without a mark")
CRLF = Kind(
    "CSV-LINE-END", "a line ends in CR LF or CR instead of LF", "save the file with Unix line ends (LF)"
)
NUL = Kind(
    "CSV-NUL",
    "a line holds a NUL byte: damage, or UTF-16",
    "save the file as UTF-8, or restore the line from a copy",
)
ENCODING = Kind(
    "CSV-ENCODING", "a byte is not UTF-8", "save the file as UTF-8, or restore the line from a copy"
)
HEADER = Kind("CSV-HEADER", "the first line is not the file's fixed header", "restore the header line")
WIDTH = Kind(
    "CSV-WIDTH",
    "a row has too few or too many cells",
    "give the row one cell for each column of the header; a cell that holds a comma stands in quotes",
)
BLANK = Kind("CSV-BLANK-LINE", "a line is empty", "remove the empty line")
TAIL = Kind(
    "CSV-NO-LINE-END", "the last line has no line feed, so it may be cut off", "complete the line and end it"
)
LONG = Kind(
    "CSV-LONG-LINE", f"a line is longer than {MAX_LINE} bytes (MAX_LINE)", "restore the line from a copy"
)
CELL = Kind("CSV-CELL", "a cell is not of its column's grammar", "correct the cell")
DOUBLED = Kind(
    "CSV-DOUBLED", "a key that must be unique stands in two rows", "give one of the rows another id"
)

_UNIQUE = {"entitlements.csv": "entry"}

_FEW = 50
_MANY = 200


class Row(NamedTuple):
    """A row, and the offset in bytes at which its line starts."""

    offset: int
    cells: tuple[str, ...]


@lru_cache(maxsize=32)
def _quick(table: Table) -> re.Pattern[str]:
    return re.compile(",".join(quick_pattern(column) for column in table.columns))


def read_table(view: Buffer, table: Table) -> tuple[list[Row], list[Finding]]:
    """All rows of the file that can be used, and all that is wrong with the others."""
    findings: list[Finding] = []
    return list(iter_table(view, table, findings)), findings


def iter_table(
    view: Buffer, table: Table, findings: list[Finding], *, tested: bool = False, keys: bool = True
) -> Iterator[Row]:
    """The usable rows in file order; what is wrong is added to `findings` on the way.

    `tested` says that this very view was read before without a finding: nothing is tested again.
    Without `keys` an id that must be unique is not remembered to be compared. After a wrong header
    no row is read, as no cell could be told from another.
    """
    if len(view) == 0:
        return
    header = header_findings(view, table)
    findings.extend(header)
    if header:
        return
    quick = _quick(table)
    unique = _UNIQUE.get(table.file)
    seen: set[str] = set()
    key = table.index(unique) if unique and keys and not tested else -1
    line_no = 1
    for block_at, block in _blocks(view, view.find(b"\n") + 1):
        offset = block_at
        for raw, line in _lines_of(block):
            line_no += 1
            if line is not None and ((tested and '"' not in line) or quick.fullmatch(line)):
                cells: tuple[str, ...] | None = tuple(line.split(","))
            else:
                cells, faults = _take(raw, table, line_no)
                findings.extend(faults)
            if cells is not None:
                if key >= 0:
                    if cells[key] in seen:
                        text = raw.decode("utf-8", "replace")
                        place = Place(table.file, line_no, cell_starts(text)[key], text)
                        findings.append(DOUBLED.at(place, f"{unique} {cells[key]} stands in two rows"))
                    seen.add(cells[key])
                yield Row(offset, cells)
            offset += len(raw) + 1
    if view[len(view) - 1 : len(view)] != b"\n":
        findings.append(TAIL.at(Place(table.file, line_no), "the last line has no line feed"))


def _blocks(view: Buffer, start: int) -> Iterator[tuple[int, bytes]]:
    """Whole lines, about a megabyte at a time, each block without its last line feed."""
    size = len(view)
    while start < size:
        end = view.find(b"\n", min(start + _BLOCK, size - 1))
        stop = end if end >= 0 else size
        yield start, view[start:stop]
        start = stop + 1


def _lines_of(block: bytes) -> Iterator[tuple[bytes, str | None]]:
    """The block's lines; None for the text where the block holds anything that needs care."""
    raws = block.split(b"\n")
    if b"\r" in block or b"\0" in block:
        return ((raw, None) for raw in raws)
    try:
        text = block.decode("utf-8")
    except UnicodeDecodeError:
        return ((raw, None) for raw in raws)
    return zip(raws, text.split("\n"), strict=True)


def _take(raw: bytes, table: Table, line_no: int) -> tuple[tuple[str, ...] | None, list[Finding]]:
    """The careful gait: the cells of one line if it is acceptable, or what is wrong with it."""
    file = table.file
    text = raw.decode("utf-8", "backslashreplace")
    if not raw:
        return None, [BLANK.at(Place(file, line_no), "the line is empty")]
    if len(raw) > MAX_LINE:
        place = Place(file, line_no, 0, text[:_SHOWN])
        return None, [LONG.at(place, f"the line has {len(raw)} bytes, more than {MAX_LINE} (MAX_LINE)")]
    try:
        line = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        column = len(raw[: error.start].decode("utf-8")) + 1
        place = Place(file, line_no, column, text)
        return None, [ENCODING.at(place, f"byte 0x{raw[error.start]:02x} is not UTF-8")]
    if "\0" in line:
        return None, [NUL.at(Place(file, line_no, line.index("\0") + 1, text), "the line holds a NUL byte")]
    if "\r" in line:
        where = Place(file, line_no, line.index("\r") + 1, text)
        ends = line.index("\r") == len(line) - 1
        what = "the line ends in CR LF" if ends else "the line holds a carriage return"
        return None, [CRLF.at(where, what)]
    try:
        cells = split_line(line)
    except LineFault as fault:
        return None, [QUOTES.at(Place(file, line_no, fault.column, text), fault.reason)]
    findings = row_findings(table, cells, line, line_no)
    return (None, findings) if findings else (cells, [])


def row_findings(
    table: Table, cells: tuple[str, ...], line: str, line_no: int, path: str | None = None
) -> list[Finding]:
    """What is wrong with the cells of one line: their number, and each by its column's grammar."""
    file = path or table.file
    wanted = len(table.columns)
    if len(cells) != wanted:
        column = cell_starts(line)[wanted] if len(cells) > wanted else len(line) + 1
        message = f"the row has {len(cells)} cells, the header {wanted}"
        return [WIDTH.at(Place(file, line_no, column, line), message)]
    findings = []
    for index, (column_, cell) in enumerate(zip(table.columns, cells, strict=True)):
        if cell == "" and not column_.required:
            continue
        fault = fault_of(column_, cell)
        if fault:
            place = Place(file, line_no, cell_starts(line)[index], line)
            findings.append(CELL.at(place, fault, advice_on(column_, cell)))
    return findings


def header_findings(view: Buffer, table: Table) -> list[Finding]:
    """What is wrong with the first line; quick where nothing is."""
    wanted = table.header.encode() + b"\n"
    if view[: len(wanted)] == wanted:
        return []
    end = view.find(b"\n")
    first = view[: min(end if end >= 0 else len(view), MAX_LINE)]
    shown = first.decode("utf-8", "replace")
    if first.startswith(_BOM):
        return [BOM.at(Place(table.file, 1, 1, shown), "the file starts with a byte-order mark")]
    if b"\0" in first:
        message = "the file is UTF-16, or damaged: its first line holds NUL bytes"
        return [NUL.at(Place(table.file, 1, shown.index("\0") + 1, shown), message)]
    if first.endswith(b"\r") or b"\r" in first:
        column = shown.index("\r") + 1
        return [CRLF.at(Place(table.file, 1, column, shown), "the header line ends in CR LF or CR")]
    remedy = f"the first line must be: {table.header}"
    if first == wanted[:-1]:
        return [TAIL.at(Place(table.file, 1, len(shown) + 1, shown), "the header line has no line feed")]
    for mark, word in ((";", "semicolons"), ("\t", "tabs")):
        if "," not in shown and mark in shown:
            message = f"the columns are separated by {word}, not commas"
            return [
                HEADER.at(Place(table.file, 1, shown.index(mark) + 1, shown), message, "save it with commas")
            ]
    given = shown.split(",")
    for index, name in enumerate(given):
        if index >= len(table.names) or name != table.names[index]:
            column = cell_starts(shown)[index] if '"' not in shown else 1
            close = nearest(name, table.names)
            message = f"column {index + 1} of the header is {name!r}"
            if index < len(table.names):
                message += f", not {table.names[index]}"
            elif close:
                message += f", one too many (near {close})"
            return [HEADER.at(Place(table.file, 1, column, shown), message, remedy)]
    missing = ", ".join(table.names[len(given) :])
    return [HEADER.at(Place(table.file, 1, len(shown) + 1, shown), f"the header lacks {missing}", remedy)]


def find_ids(
    view: Buffer, table: Table, column: str, wanted: str, first: int = 0, last: int | None = None
) -> Iterator[int]:
    """The offsets of the lines whose cell in that column is the id. An id in another column is no hit.

    An empty text is nobody's id: nothing is found, where a search would find the end of the file.
    `first` and `last` keep to a stretch of whole lines. The needle has no comma behind it at first: with
    one, the search takes half as long again. Where many ids begin so, it gets one.
    """
    if not wanted:
        return
    index = table.index(column)
    needle = (b"\n" if index == 0 else b",") + format_row((wanted,))[:-1].encode("utf-8", "replace")
    size = len(needle)
    stop = len(view) if last is None else last
    others = 0
    at = view.find(needle, max(0, first - 1), stop)
    while at >= 0:
        if view[at + size : at + size + 1] not in (b",", b"\n", b""):
            others += 1
            if others == _MANY and index < len(table.columns) - 1:
                needle += b","
            at = view.find(needle, at + size, stop)
            continue
        start = at + 1 if index == 0 else view.rfind(b"\n", 0, at) + 1
        before = view[start:at] if index else b""
        if b'"' in before:
            end = view.find(b"\n", at)
            line = view[start : end if end >= 0 else len(view)].decode("utf-8", "replace")
            try:
                cells = split_line(line)
            except LineFault:
                cells = ()
            hit = len(cells) > index and cells[index] == wanted
        else:
            hit = index == 0 or before.count(b",") == index - 1
        if hit:
            yield start
            end = view.find(b"\n", at + 1)
            if end < 0:
                return
            at = view.find(needle, end, stop)
        else:
            at = view.find(needle, at + size, stop)


def rows_with_id(view: Buffer, table: Table, column: str, wanted: str) -> tuple[list[Row], list[Finding]]:
    """The rows whose cell in that column is the id, in file order, and what is wrong with those lines."""
    return rows_at(view, table, find_ids(view, table, column, wanted))


def rows_at(view: Buffer, table: Table, starts: Iterable[int]) -> tuple[list[Row], list[Finding]]:
    """The rows that start there, and what is wrong with them; after a wrong header none is read."""
    if len(view) == 0:
        return [], []
    findings = header_findings(view, table)
    if findings:
        return [], findings
    rows = []
    offsets = list(starts)
    # for few lines the careful gait is done before the quick one's pattern is compiled
    quick = _quick(table) if len(offsets) > _FEW else None
    for offset in offsets:
        end = view.find(b"\n", offset)
        raw = view[offset : end if end >= 0 else len(view)]
        try:
            line: str | None = raw.decode("utf-8")
        except UnicodeDecodeError:
            line = None
        if quick is not None and line is not None and quick.fullmatch(line):
            rows.append(Row(offset, tuple(line.split(","))))
            continue
        cells, faults = _take(raw, table, 0)
        if cells is not None:
            rows.append(Row(offset, cells))
        elif faults:
            number = line_number(view, offset)
            findings.extend(f._replace(place=f.place._replace(line=number)) for f in faults)
    return rows, findings
