"""Reading an import through a mapping: somebody else's file in, our columns and canonical cells out.

What comes out has passed the same grammar as a plain import, and goes the same way from here on.
Findings name the line, the column and the text of the file as it came.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import TypeVar

from ilactl.findings import Place
from ilactl.ledger.advice import advice_on
from ilactl.ledger.column_forms import cleaned, digest_id, measured
from ilactl.ledger.grammar import Column, Grammar, fault_of
from ilactl.ledger.intake import BLANK, CELL, EMPTY, REPAIRED, WIDTH, InRow, Intake, cells_of
from ilactl.ledger.lines import cell_starts
from ilactl.ledger.mapped_header import Header, Read, Take, chosen_by, decode, header_cells, takes_of
from ilactl.ledger.mapping import VALUE, ColumnMap
from ilactl.ledger.number_marks import read_day, read_number
from ilactl.ledger.xlsx import Sheet, SheetCell, SheetRow
from ilactl.nearest import did_you_mean

__all__ = ["read_mapped_lines", "read_mapped_sheet"]

_NUMBERS = (Grammar.AMOUNT, Grammar.DECIMAL, Grammar.SHARE, Grammar.INTEGER)
_DAYS = (Grammar.DATE, Grammar.DATE_OR_NEVER)
_EMPTY = SheetCell("", "empty")
_Cell = TypeVar("_Cell", str, SheetCell)


def read_mapped_lines(
    data: bytes,
    path: str,
    mapping: ColumnMap,
    offered: Sequence[Column],
    required: Collection[Collection[str]],
    rename: Mapping[str, str],
) -> Intake:
    """Read delimited text. `rename` gives our column that another one of ours stands for."""
    intake = Intake(path, starts=partial(cell_starts, delimiter=mapping.delimiter))
    if mapping.sheet is not None:
        message = f"file.sheet names a sheet, and {path} is no spreadsheet (XLSX)"
        intake.findings.append(VALUE.at(mapping.place("file", "sheet"), message, "leave sheet out"))
        return intake
    text = decode(data, mapping.encoding, intake)
    if text is None:
        return intake
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    else:
        intake.cut_off = True
    if len(lines) <= mapping.skip:
        intake.findings.append(EMPTY.at(Place(path), _too_short(len(lines), mapping.skip)))
        return intake
    line = lines[mapping.skip].removesuffix("\r")
    names = header_cells(line, mapping, intake)
    if names is None:
        return intake
    header = Header(mapping.skip + 1, names, line)
    takes = takes_of(intake, mapping, header, offered, required, rename)
    if intake.findings:
        return intake

    def convert(take: Take, cell: str) -> Read:
        return _of_text(take, cell, mapping)

    chosen = chosen_by(mapping, header)
    for number in range(mapping.skip + 1, len(lines)):
        line = lines[number].removesuffix("\r")
        cells = cells_of(number + 1, line, intake, len(names), mapping.delimiter)
        if cells is None:
            continue
        if all(cells[index] in wanted for index, wanted in chosen):
            _take_row(intake, takes, number + 1, cells, line, convert)
        else:
            intake.left_out += 1
    return _finished(intake, mapping)


def read_mapped_sheet(
    sheet: Sheet,
    path: str,
    mapping: ColumnMap | None,
    offered: Sequence[Column],
    required: Collection[Collection[str]],
    rename: Mapping[str, str],
) -> Intake:
    """Read a spreadsheet. Without a mapping its columns bear our names."""
    intake = Intake(path)
    if sheet.findings:
        intake.findings.extend(sheet.findings)
        return intake
    skip = mapping.skip if mapping else 0
    if len(sheet.rows) <= skip:
        intake.findings.append(EMPTY.at(Place(path), _too_short(len(sheet.rows), skip)))
        return intake
    first = sheet.rows[skip]
    width = len(first.cells)
    intake.starts = lambda text: list(range(1, width + 1))
    header = Header(first.line, [cell.text for cell in first.cells], first.text)
    for number, cell in enumerate(first.cells, 1):
        if cell.kind == "fault":
            intake.findings.append(CELL.at(Place(path, first.line, number, first.text), cell.text))
    if not any(header.cells):
        intake.findings.append(BLANK.at(Place(path, first.line), "the row that names the columns is empty"))
    if intake.findings:
        return intake
    marks = mapping or ColumnMap(path, "", columns={name: name for name in header.cells if name})
    takes = takes_of(intake, marks, header, offered, required, rename, plain=mapping is None)
    if intake.findings:
        return intake

    def convert(take: Take, cell: SheetCell) -> Read:
        return _of_sheet(take, cell, marks)

    chosen = chosen_by(marks, header)
    for row in sheet.rows[skip + 1 :]:
        cells = _padded(row, width, intake)
        if cells is None:
            continue
        if all(cells[index].text in wanted for index, wanted in chosen):
            _take_row(intake, takes, row.line, cells, row.text, convert)
        else:
            intake.left_out += 1
    return _finished(intake, marks)


def _too_short(lines: int, skip: int) -> str:
    return f"the input has {lines} lines, and {skip} are to be skipped" if lines else "the input is empty"


def _finished(intake: Intake, mapping: ColumnMap) -> Intake:
    if intake.left_out:
        rows = "1 row was" if intake.left_out == 1 else f"{intake.left_out} rows were"
        intake.notes.append(f"{rows} left out, as [only] of the mapping says")
    if mapping.repeated:
        first: dict[tuple[str, ...], InRow] = {}
        for row in intake.rows:
            first.setdefault(row.cells, row)
        intake.repeated = len(intake.rows) - len(first)
        intake.rows[:] = first.values()
        if intake.repeated:
            rows = "1 row repeats" if intake.repeated == 1 else f"{intake.repeated} rows repeat"
            intake.notes.append(f"{rows} another one in all columns taken")
    if not intake.rows and not intake.findings:
        intake.notes.append("the input holds no row")
    return intake


def _take_row(
    intake: Intake,
    takes: Sequence[Take],
    number: int,
    cells: Sequence[_Cell],
    text: str,
    convert: Callable[[Take, _Cell], Read],
) -> None:
    """Convert the cells of a row and test them by our grammar; a row with a fault is left out."""
    read: list[str] = []
    good = True
    for take in takes:
        if take.source < 0:
            read.append(take.constant)
            continue
        ours, fault, repair = convert(take, cells[take.source])
        if fault or repair:
            place = Place(intake.path, number, intake.starts(text)[take.source], text[:1000])
            if fault:
                intake.findings.append(CELL.at(place, fault, _advice(take, cells[take.source])))
                good = False
            else:
                intake.remarks.append(REPAIRED.at(place, f"{take.name}: {repair}"))
        read.append(ours)
    if good:
        intake.rows.append(InRow(number, tuple(read), text))


def _advice(take: Take, cell: str | SheetCell) -> str:
    """What was probably meant; of numbers, days and codes the fault itself tells what the mapping wants."""
    if take.codes is not None or take.column.grammar in (*_NUMBERS, *_DAYS):
        return ""
    return advice_on(take.column, cell if isinstance(cell, str) else cell.text)


def _of_text(take: Take, cell: str, mapping: ColumnMap) -> Read:
    """Our cell, what is wrong with theirs and what was repaired; what was read before is read no more."""
    known = take.seen.get(cell)
    if known is None:
        known = _read(take, cell, mapping)
        if len(take.seen) < 10_000:
            take.seen[cell] = known
    return known


def _read(take: Take, cell: str, mapping: ColumnMap) -> Read:
    column, form = take.column, take.form
    text, fault, repair = cell, "", ""
    if mapping.clean:
        text = cleaned(cell, mapping.clean, column.grammar)
        repair = f"{cell!r} was cleaned" if text != cell else ""
    if text in form.empty:
        return Read("", fault_of(column, "") or "", f"{text!r} is taken for nothing known")
    if take.codes is not None:
        text, fault = _of_code(take, text)
    elif text and form.units:
        text, fault = measured(text, form.units, mapping.decimal, mapping.thousands)
    elif text and column.grammar in _NUMBERS:
        text, fault = read_number(text, mapping.decimal, mapping.thousands)
    elif text and column.grammar in _DAYS:
        text, fault = read_day(text, mapping.dates)
    elif text and form.digest:
        text = digest_id(text)
    if fault:
        return Read("", f"{take.name}: {fault}")
    if text and form.prefix:
        text = form.prefix + text
    return Read(text, fault_of(column, text) or "", repair)


def _of_code(take: Take, cell: str) -> tuple[str, str]:
    codes = take.codes or {}
    if cell in codes:
        return codes[cell], ""
    if not cell:
        return "", ""
    return "", f"{cell!r} is not in [values.{take.name}]: {did_you_mean(cell, codes)}"


def _of_sheet(take: Take, cell: SheetCell, mapping: ColumnMap) -> Read:
    """Our cell from a spreadsheet's: stored numbers and days are taken as they are, text by the marks."""
    column, form = take.column, take.form
    if cell.kind == "fault":
        return Read("", f"{take.name}: {cell.text}")
    if cell.kind in ("text", "empty") or take.codes is not None or cell.text in form.empty:
        return _of_text(take, cell.text, mapping)
    if cell.kind == "number" and column.grammar in _DAYS:
        return Read("", f"{take.name}: {cell.text} is a number, and no day: format the cells as days")
    if cell.kind == "day" and column.grammar not in _DAYS and not form.digest:
        fault = f"{cell.text} is a day: format the cells as text or number, and type it again"
        return Read("", f"{take.name}: {fault}")
    text, fault = measured(cell.text, form.units, ".", "") if form.units else (cell.text, "")
    if form.digest:
        text = digest_id(text)
    text = form.prefix + text
    return Read(text, f"{take.name}: {fault}" if fault else fault_of(column, text) or "")


def _padded(row: SheetRow, width: int, intake: Intake) -> tuple[SheetCell, ...] | None:
    """The row's cells, as many as the header has; None after a finding."""
    if len(row.cells) > width:
        place = Place(intake.path, row.line, width + 1, row.text[:1000])
        message = f"the row has {len(row.cells)} cells, the header {width}"
        intake.findings.append(WIDTH.at(place, message))
        return None
    if not row.cells:
        intake.findings.append(BLANK.at(Place(intake.path, row.line), "the row is empty"))
        return None
    return row.cells + (_EMPTY,) * (width - len(row.cells))
