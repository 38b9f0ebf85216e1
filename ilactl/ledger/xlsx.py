"""One sheet of an XLSX file as rows of cells with their stored values. Formulas are never believed.

What a person sees and what a program reads must be the same: merged cells, hidden rows and sheets,
formulas and numbers that a spreadsheet shows rounded are findings. Sizes are limited by name, so
that a small file cannot fill the memory. The library is imported only when a spreadsheet comes in.
"""

from __future__ import annotations

import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any, NamedTuple

from msgspec import Struct, field

from ilactl.findings import Finding, Kind, Place

if TYPE_CHECKING:
    from openpyxl.workbook.workbook import Workbook

__all__ = [
    "MAX_CELLS",
    "MAX_PARTS",
    "MAX_UNPACKED",
    "Sheet",
    "SheetCell",
    "SheetRow",
    "looks_like",
    "read_sheet",
]

MAX_UNPACKED = 128 * 1024 * 1024
"""Bytes the parts of a spreadsheet may have unpacked."""

MAX_PARTS = 2000
"""Parts a spreadsheet may have."""

MAX_CELLS = 20_000_000
"""Cells a sheet may span, empty ones included."""

MAX_DIGITS = 15
"""Digits a spreadsheet keeps of a number: what has more comes of binary arithmetic."""

FORM = Kind("XLSX-FORM", "a spreadsheet cannot be read", "save it again as 'Excel workbook (.xlsx)'")
LIMIT = Kind("XLSX-LIMIT", "a spreadsheet is larger than a limit", "save the one sheet alone, or as CSV")
SHEET = Kind(
    "XLSX-SHEET", "the sheet of a spreadsheet is not clear", 'name it in a mapping: [file] sheet = "…"'
)
MERGED = Kind("XLSX-MERGED", "cells of a spreadsheet are merged", "take the merging back")
HIDDEN = Kind("XLSX-HIDDEN", "a sheet, row or column of a spreadsheet is hidden", "show it, or remove it")

_MERGED = re.compile(
    rb'<(?:\w+:)?mergeCell\s[^>]*?ref="\$?([A-Z]{1,3})\$?([0-9]{1,7})(?::\$?[A-Z]{1,3}\$?([0-9]{1,7}))?"'
)
_ROW = re.compile(rb"<(?:\w+:)?row\s([^>]*)>")
_COLUMN = re.compile(rb"<(?:\w+:)?col\s([^>]*)>")
_HIDDEN = re.compile(rb'(?:^|\s)hidden="(?:1|true)"')
_SHORT = re.compile(r"-?(?:0|[1-9][0-9]*)\.[0-9]*[1-9]")
_FIXED = re.compile(r"(?:#,##)?0(?:\.(0+))?(?:_[-() ])?")


class SheetCell(NamedTuple):
    """A cell: its text and what it is: text, number, day, bool, empty, or a fault of what is `held`."""

    text: str
    kind: str
    held: str = ""


_EMPTY = SheetCell("", "empty")


class SheetRow(NamedTuple):
    """A row: its number, its cells, and what it looks like in one line."""

    line: int
    cells: tuple[SheetCell, ...]
    text: str


class Sheet(Struct):
    """The rows from the first on, empty ones included, and what is wrong with the whole."""

    rows: list[SheetRow] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def looks_like(data: bytes) -> bool:
    """Whether the bytes are a spreadsheet: a zip, or the older format that is refused by name."""
    return data[:4] == b"PK\x03\x04" or data[:4] == b"\xd0\xcf\x11\xe0"


def read_sheet(data: bytes, path: str, name: str | None, skip: int) -> Sheet:
    """The sheet of that name, or the only one. Nothing before row `skip` is judged."""
    sheet = Sheet()
    if data[:4] == b"\xd0\xcf\x11\xe0":
        message = "it is an older Excel file (.xls), or one with a password"
        sheet.findings.append(FORM.at(Place(path), message))
        return sheet
    fault = _bomb(data)
    if fault:
        sheet.findings.append(fault[0].at(Place(path), fault[1]))
        return sheet
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            _read(data, path, name, skip, sheet)
    except Exception as error:  # a file from elsewhere can make the library fail in any way
        reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        sheet.findings.append(FORM.at(Place(path), f"it cannot be read as a spreadsheet: {reason}"))
    return sheet


def _bomb(data: bytes) -> tuple[Kind, str] | None:
    """What speaks against unpacking: too much, or document types, whose entities can grow without end."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            infos = parts.infolist()
            if len(infos) > MAX_PARTS:
                return LIMIT, f"it has {len(infos)} parts, more than {MAX_PARTS} (MAX_PARTS)"
            size = sum(info.file_size for info in infos)
            if size > MAX_UNPACKED:
                return LIMIT, f"it has {size} bytes unpacked, more than {MAX_UNPACKED} (MAX_UNPACKED)"
            if any(info.flag_bits & 1 for info in infos):
                return FORM, "it is encrypted"
            for info in infos:
                if info.filename.endswith((".xml", ".rels")):
                    with parts.open(info) as part:
                        if b"<!DOCTYPE" in part.read(MAX_UNPACKED):
                            return FORM, f"its part {info.filename} declares a document type"
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, ValueError) as error:
        return FORM, f"it is no whole zip file: {error}"
    return None


def _read(data: bytes, path: str, name: str | None, skip: int, sheet: Sheet) -> None:
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
    try:
        chosen = _choose(book, path, name, sheet)
        if chosen is None:
            return
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            _look(parts.read(chosen._worksheet_path), path, skip, sheet)
        if not sheet.findings:
            sheet.rows.extend(_rows(chosen, path, sheet))
    finally:
        book.close()


def _choose(book: Workbook, path: str, name: str | None, sheet: Sheet) -> Any:
    """The sheet meant, or None after a finding."""
    from ilactl.nearest import did_you_mean

    names = [each.title for each in book.worksheets]
    listed = ", ".join(repr(each) for each in names[:20])
    if name is None and len(names) > 1:
        sheet.findings.append(SHEET.at(Place(path), f"it has {len(names)} sheets: {listed}"))
        return None
    if name is not None and name not in names:
        remedy = did_you_mean(name, names)
        sheet.findings.append(SHEET.at(Place(path), f"it has no sheet {name!r}, only {listed}", remedy))
        return None
    if not names:
        sheet.findings.append(FORM.at(Place(path), "it has no sheet with cells"))
        return None
    chosen: Any = book[name] if name is not None else book.worksheets[0]
    if chosen.sheet_state != "visible":
        sheet.findings.append(HIDDEN.at(Place(path), f"the sheet {chosen.title!r} is hidden"))
        return None
    return chosen


def _look(part: bytes, path: str, skip: int, sheet: Sheet) -> None:
    """Find what the rows alone do not tell: merged cells, hidden rows and columns."""
    for match in _MERGED.finditer(part):
        if int(match[3] or match[2]) > skip:
            at = Place(path, int(match[2]), _number(match[1].decode()))
            sheet.findings.append(MERGED.at(at, "cells are merged here"))
    for match in _ROW.finditer(part):
        if _HIDDEN.search(match[1]):
            number = re.search(rb'(?:^|\s)r="([0-9]{1,7})"', match[1])
            line = int(number[1]) if number else 0
            if line > skip or not line:
                sheet.findings.append(HIDDEN.at(Place(path, line), "the row is hidden"))
    for match in _COLUMN.finditer(part):
        if _HIDDEN.search(match[1]):
            first = re.search(rb'(?:^|\s)min="([0-9]{1,5})"', match[1])
            column = int(first[1]) if first else 0
            sheet.findings.append(HIDDEN.at(Place(path, 0, column), f"column {column} is hidden"))


def _number(letters: str) -> int:
    total = 0
    for letter in letters:
        total = total * 26 + ord(letter) - 64
    return total


def _rows(chosen: Any, path: str, sheet: Sheet) -> Iterator[SheetRow]:
    """Rows up to the last that holds something: formats alone make no row."""
    spanned = 0
    waiting: list[SheetRow] = []
    chosen.reset_dimensions()  # the size a file claims need not be its size
    for line, cells in enumerate(chosen.iter_rows(), 1):
        spanned += len(cells) + 1
        if spanned > MAX_CELLS:
            message = f"the sheet spans more than {MAX_CELLS} cells (MAX_CELLS)"
            sheet.findings.append(LIMIT.at(Place(path, line), message))
            return
        read = [_cell(cell) for cell in cells]
        while read and read[-1] is _EMPTY:
            read.pop()
        row = SheetRow(line, tuple(read), " | ".join(cell.held or cell.text for cell in read))
        waiting.append(row)
        if read:
            yield from waiting
            waiting.clear()


def _cell(cell: Any) -> SheetCell:
    value = cell.value
    if value is None or value == "":
        return _EMPTY
    if isinstance(value, bool):
        return SheetCell("true" if value else "false", "bool")
    if isinstance(value, float) and len(short := repr(value)) <= MAX_DIGITS and _SHORT.fullmatch(short):
        return SheetCell(short, "number")  # the usual amount, without a detour
    if isinstance(value, (int, float)):
        return _of_number(value, str(cell.number_format))
    if isinstance(value, datetime):
        if value.time() != time():
            return SheetCell(f"{value} is a day with a time of day", "fault", str(value))
        return SheetCell(value.date().isoformat(), "day")
    if isinstance(value, date):
        return SheetCell(value.isoformat(), "day")
    if cell.data_type == "f" or not isinstance(value, str):
        kept = value if isinstance(value, str) else type(value).__name__
        what = "a formula" if cell.data_type == "f" else "a time"
        return SheetCell(f"{kept} is {what}: paste it as a value", "fault", kept)
    if cell.data_type == "e":
        return SheetCell(f"{value} is an error of the spreadsheet", "fault", str(value))
    return SheetCell(value, "text")


def _of_number(value: int | float, shown_as: str) -> SheetCell:
    """The number's plain text. More than 15 digits are taken only where the cell shows what it is.

    A cell with fixed decimals (0.00) that holds 0.30000000000000004 shows 0.30, and is 0.30 in all
    digits a spreadsheet keeps. Without such a format nobody has said how many decimals are meant.
    """
    from decimal import Decimal

    exact = Decimal(repr(value))
    fixed = _FIXED.fullmatch(shown_as)
    if not exact.is_finite():
        return SheetCell(f"{value} is not a number", "fault", str(value))
    if len(exact.normalize().as_tuple().digits) > MAX_DIGITS:
        kept = Decimal(f"{value:.{MAX_DIGITS}g}")
        decimals = len(fixed[1] or "") if fixed else None
        if decimals is None or kept != round(kept, decimals):
            message = f"{value!r} has more than {MAX_DIGITS} digits: round it in the sheet"
            return SheetCell(message, "fault", repr(value))
        exact = kept
    text = format(exact, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    if re.fullmatch("00+", shown_as):
        message = f"{text} is a number that the sheet shows as {text:0>{len(shown_as)}}: store it as text"
        return SheetCell(message, "fault", text)
    return SheetCell("0" if text in ("-0", "") else text, "number")
