"""Files that come from elsewhere: a CSV whose header names the columns it holds.

Stricter than a spreadsheet and kinder than the ledger's own reader: a UTF-8 byte-order mark,
CR LF and needless quotes are what other programs write and are taken; everything that could be
read in two ways is a finding. Nothing is guessed: no delimiter, no encoding, no type.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import NamedTuple

from msgspec import Struct, field

from ilactl.findings import Finding, Kind, Place
from ilactl.ledger.advice import advice_on
from ilactl.ledger.grammar import Column, fault_of, quick_pattern
from ilactl.ledger.lines import LineFault, cell_starts, split_line
from ilactl.nearest import did_you_mean, nearest

__all__ = ["DOUBTFUL", "REPAIRED", "InRow", "Intake", "cells_of", "decode_utf8", "read_intake"]

MAX_LINE = 16_384
"""Characters a line may have."""

ENCODING = Kind(
    "IN-ENCODING",
    "an import is not UTF-8",
    "save it as 'CSV UTF-8', or name its encoding in a mapping: [file] encoding",
)
DELIMITER = Kind(
    "IN-DELIMITER",
    "an import's columns are not separated by commas",
    "save the file with commas, or use a mapping",
)
EMPTY = Kind("IN-EMPTY", "an import holds nothing", "the first line names the columns, the others are rows")
COLUMN = Kind("IN-COLUMN", "an import names a column that is not known", "correct or remove the column")
TWICE = Kind("IN-COLUMN-TWICE", "an import names a column twice", "remove one of the two columns")
LACKS = Kind("IN-COLUMN-MISSING", "an import lacks a column that it needs", "add the column")
WIDTH = Kind(
    "IN-WIDTH",
    "a row of an import is longer or shorter than its header",
    "give each column one cell; a cell that holds a comma stands in quotes",
)
QUOTES = Kind(
    "IN-QUOTES", "quotes of an import do not match on their line", "close the quotes; use no line breaks"
)
BLANK = Kind("IN-BLANK-LINE", "a line of an import is empty", "remove the empty line")
CONTROL = Kind("IN-CONTROL", "a line of an import holds NUL or a lone CR", "save the file again as text")
CELL = Kind("IN-CELL", "a cell of an import is not what its column wants", "correct the cell")
LONG = Kind(
    "IN-LONG-LINE", f"a line of an import is longer than {MAX_LINE} characters (MAX_LINE)", "shorten it"
)
REPAIRED = Kind(
    "IN-REPAIRED",
    "a cell of an import was repaired as its mapping says",
    "look whether it is what was meant",
    warning=True,
)
DOUBTFUL = Kind(
    "IN-DOUBTFUL",
    "a row of an import says what is hardly meant, and was taken",
    "ask the sender, and record what is right",
    warning=True,
)


class InRow(NamedTuple):
    """A row of an import: its line number, its cells in the header's order, its line."""

    line: int
    cells: tuple[str, ...]
    text: str


class Intake(Struct):
    """An import as read. `notes` say what is no fault of the whole, `remarks` what is none of a row.

    `left_out` rows were not chosen by the mapping, `repeated` ones say what another row says.

    `sources` is only there where a mapping named the columns: for each the cell of the line it
    comes from, -1 for a constant. `starts` says where the cells of a line start.
    """

    path: str
    columns: tuple[str, ...] = ()
    sources: tuple[int, ...] | None = None
    starts: Callable[[str], list[int]] = field(default=cell_starts)
    rows: list[InRow] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    remarks: list[Finding] = field(default_factory=list)
    left_out: int = 0
    repeated: int = 0
    cut_off: bool = False

    @property
    def count(self) -> int:
        """How many rows the file has: what the sender counts."""
        return len(self.rows) + self.left_out + self.repeated

    def find(self, kind: Kind, row: InRow, column: str | None, message: str, remedy: str = "") -> None:
        """Report a fault in a row, at the cell of that column."""
        self.findings.append(kind.at(self._place(row, column), message, remedy))

    def remark(self, row: InRow, column: str | None, message: str, remedy: str = "") -> None:
        """Say what is doubtful in a row that is taken all the same."""
        self.remarks.append(DOUBTFUL.at(self._place(row, column), message, remedy))

    def _place(self, row: InRow, column: str | None) -> Place:
        return Place(self.path, row.line, self.at(row.text, column), row.text)

    def at(self, text: str, column: str | None) -> int:
        """Where in the line the cell of that column starts; 0 where it has none."""
        if column is None or column not in self.columns:
            return 0
        index = self.columns.index(column)
        if self.sources is not None:
            index = self.sources[index]
        return self.starts(text)[index] if index >= 0 else 0


def read_intake(
    data: bytes,
    path: str,
    offered: Sequence[Column],
    required: Collection[Collection[str]] = (),
) -> Intake:
    """Read an import: columns, rows, and everything wrong with its form and its cells' grammar.

    `offered` are the columns it may name, `required` holds groups of which one must be named.
    Rows with a fault are left out, so what is returned can be used for further findings.
    """
    intake = Intake(path)
    text = decode_utf8(data, intake)
    if text is None:
        return intake
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    else:
        intake.cut_off = True
    if not lines:
        intake.findings.append(EMPTY.at(Place(path), "the input is empty"))
        return intake
    _header(lines[0].removesuffix("\r"), intake, offered, required)
    if intake.findings:
        return intake
    known = {column.name: column for column in offered}
    columns = [known[name] for name in intake.columns]
    intake.rows.extend(_rows(lines, intake, columns))
    if not intake.rows and not intake.findings:
        intake.notes.append("the input holds no row")
    return intake


def decode_utf8(data: bytes, intake: Intake) -> str | None:
    """The text without a byte-order mark; None after findings where bytes are not UTF-8."""
    path = intake.path
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or _looks_wide(data[:200]):
        intake.findings.append(ENCODING.at(Place(path, 1, 1), "the input is UTF-16, not UTF-8"))
        return None
    if data.startswith(b"\xef\xbb\xbf"):
        data = data[3:]
        intake.notes.append("the input starts with a byte-order mark, which was left out")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    for number, raw in enumerate(data.split(b"\n"), 1):
        try:
            raw.decode("utf-8")
        except UnicodeDecodeError as error:
            column = len(raw[: error.start].decode("utf-8")) + 1
            shown = raw.decode("utf-8", "backslashreplace").removesuffix("\r")
            message = f"byte 0x{raw[error.start]:02x} is not UTF-8 (the input may be Latin-1 or Windows-1252)"
            intake.findings.append(ENCODING.at(Place(path, number, column, shown), message))
    return None


def _looks_wide(start: bytes) -> bool:
    """Whether every other byte is NUL, as ASCII letters have it in UTF-16."""
    return len(start) >= 4 and any(start[odd::2].count(0) * 2 > len(start[odd::2]) for odd in (0, 1))


def _header(
    line: str, intake: Intake, offered: Sequence[Column], required: Collection[Collection[str]]
) -> None:
    def find(kind: Kind, at: int, message: str, remedy: str = "") -> None:
        intake.findings.append(kind.at(Place(intake.path, 1, at, line[:1000]), message, remedy))

    if not line.strip(", "):
        find(BLANK, 0, "the first line, which names the columns, is empty", "start with the names")
        return
    if "\r" in line:
        remedy = "save the file with Unix line ends (LF)"
        find(CONTROL, line.index("\r") + 1, "the first line holds a CR: do the lines end in it?", remedy)
        return
    if len(line) > MAX_LINE:
        find(LONG, 0, f"the line has {len(line)} characters, more than {MAX_LINE} (MAX_LINE)")
        return
    known = {column.name for column in offered}
    try:
        names = split_line(line, lenient=True)
    except LineFault as fault:
        find(QUOTES, fault.column, fault.reason)
        return
    name_of = {";": ";", "\t": "tab"}
    for mark, word in ((";", "semicolons"), ("\t", "tabs")):
        if len(names) == 1 and mark in line:
            message = f"the columns seem to be separated by {word}, not commas"
            say = f'save it with commas, or say in a mapping (--map): [file] delimiter = "{name_of[mark]}"'
            find(DELIMITER, line.index(mark) + 1, message, say)
            return
    starts = cell_starts(line)
    if not any(name in known or nearest(name, known) for name in names):
        message = f"the first line names no column that is known, but {', '.join(map(repr, names[:5]))}"
        offer = did_you_mean("", known, limit=30)
        say = f"let the first line name columns: {offer}; or name theirs in a mapping (--map)"
        find(COLUMN, 1, message, say)
        return
    seen: set[str] = set()
    for start, name in zip(starts, names, strict=True):
        if name in seen:
            find(TWICE, start, f"column {name} is named twice")
        elif name not in known:
            shown = f"column {name!r} is not known" if name else "a column has no name"
            find(COLUMN, start, shown, did_you_mean(name, known, limit=30))
        seen.add(name)
    meant = {nearest(name, known) for name in seen - known}  # misspelled is not missing as well
    for group in required:
        if not any(name in seen or name in meant for name in group):
            find(LACKS, 0, f"the header lacks {' or '.join(group)}")
    intake.columns = names


def _rows(lines: list[str], intake: Intake, columns: Sequence[Column]) -> Iterator[InRow]:
    quick = re.compile(",".join(quick_pattern(column) for column in columns))
    for number, line in enumerate(lines):
        if number == 0:
            continue
        line = line.removesuffix("\r")
        if quick.fullmatch(line) and line.strip(","):
            yield InRow(number + 1, tuple(line.split(",")), line)
            continue
        row = _careful(number + 1, line, intake, columns)
        if row:
            yield row


def _careful(number: int, line: str, intake: Intake, columns: Sequence[Column]) -> InRow | None:
    """One line cell by cell; None where it has a fault."""
    before = len(intake.findings)
    cells = cells_of(number, line, intake, len(columns))
    if cells is None:
        return None
    cells = tuple(_unescaped(cell) for cell in cells)
    for column, cell, at in zip(columns, cells, intake.starts(line), strict=True):
        fault = fault_of(column, cell)
        if fault:
            place = Place(intake.path, number, at, line[:1000])
            intake.findings.append(CELL.at(place, fault, advice_on(column, cell, mapped=True)))
    return InRow(number, cells, line) if len(intake.findings) == before else None


def cells_of(
    number: int, line: str, intake: Intake, width: int, delimiter: str = ","
) -> tuple[str, ...] | None:
    """The cells of a line, as many as the header has; None after a finding about its form."""

    def find(kind: Kind, at: int, message: str) -> None:
        intake.findings.append(kind.at(Place(intake.path, number, at, line[:1000]), message))

    if len(line) > MAX_LINE:
        find(LONG, 0, f"the line has {len(line)} characters, more than {MAX_LINE} (MAX_LINE)")
        return None
    if not line.strip(f"{delimiter} "):
        find(BLANK, 0, "the line is empty")
        return None
    for mark, word in (("\0", "a NUL"), ("\r", "a carriage return")):
        if mark in line:
            find(CONTROL, line.index(mark) + 1, f"the line holds {word}")
            return None
    try:
        cells = split_line(line, lenient=True, delimiter=delimiter)
    except LineFault as fault:
        find(QUOTES, fault.column, fault.reason)
        return None
    if len(cells) != width:
        at = intake.starts(line)[width] if len(cells) > width else len(line) + 1
        find(WIDTH, at, f"the row has {len(cells)} cells, the header {width}")
        return None
    return cells


def _unescaped(cell: str) -> str:
    """A number below zero as exports write it for spreadsheets, with the apostrophe taken off again."""
    return cell[1:] if re.fullmatch(r"'-[0-9][0-9.]*", cell) else cell
