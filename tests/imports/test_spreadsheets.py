"""XLSX: what a cell stores is what is booked, and what a person would see; the rest is a finding."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from ilactl.ledger import xlsx

from .conftest import entries, places

openpyxl = pytest.importorskip("openpyxl")

HEADER = ["person", "amount", "ref"]
MAP = """\
ignore = ["Name"]
[file]
decimal = ","
thousands = "."
skip = 1
sheet = "November"
dates = "DD.MM.YYYY"
[columns]
person = "Nr"
amount = "Betrag"
ref = "Beleg"
[match]
person = "external_id"
"""


def saved(*rows: list[Any], change: Callable[[Any, Any], None] | None = None) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(row)
    if change:
        change(book, sheet)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def give(cli, data: bytes, *options: str | Path):
    return cli("contribution", "import", "-", "--from", "O1", *options, stdin=data)


def set_format(place: str, number_format: str) -> Callable[[Any, Any], None]:
    def change(book: Any, sheet: Any) -> None:
        sheet[place].number_format = number_format

    return change


def test_a_sheet_with_our_columns_needs_no_mapping(cli, ledger: Path) -> None:
    data = saved(HEADER, ["P1", 1234.5, "A"], ["P2", 80, 7], ["P3", "12.50", "C"])
    give(cli, data, "--expect-total", "1327 EUR", "--expect-rows", "3").ok()
    assert [(row[2], row[5], row[-1]) for row in entries(ledger)] == [
        ("P1", "1234.50", "A"),
        ("P2", "80.00", "7"),
        ("P3", "12.50", "C"),
    ]


def test_a_mapped_sheet_with_a_title_above(cli, mapped, ledger: Path) -> None:
    def change(book: Any, sheet: Any) -> None:
        sheet.title = "November"
        sheet.merge_cells("A1:D1")
        book.create_sheet("Hidden").sheet_state = "hidden"

    data = saved(["Lohnliste"], ["Nr", "Name", "Betrag", "Beleg"],
                 ["S1", "=A1", "1.234,56", "A"], ["S2", None, 12.5, "B"], change=change)  # fmt: skip
    give(cli, data, "--map", mapped(MAP)).ok()
    assert [(row[2], row[5]) for row in entries(ledger)] == [("P1", "1234.56"), ("P2", "12.50")]
    text = MAP.replace("November", "Novembre")
    assert "did you mean" not in give(cli, data, "--map", mapped(MAP)).err
    result = give(cli, data, "--map", mapped(text))
    assert "XLSX-SHEET" in result.err
    assert "'November', 'Hidden'" in result.err
    hidden = give(cli, data, "--map", mapped(MAP.replace("November", "Hidden")))
    assert "XLSX-HIDDEN" in hidden.err


def stored(number: str, number_format: str) -> bytes:
    """A sheet whose amount is stored with these digits, as spreadsheets store what was computed."""
    data = saved(HEADER, ["P1", 123.25, "A"], change=set_format("B2", number_format))
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    name = "xl/worksheets/sheet1.xml"
    assert b"<v>123.25</v>" in parts[name]
    return zipped({**parts, name: parts[name].replace(b"<v>123.25</v>", f"<v>{number}</v>".encode())})


@pytest.mark.parametrize(
    ("number", "number_format"),
    [
        (repr(0.1 + 0.2), "General"),
        (repr(0.1 + 0.2), "0%"),
        (repr(0.1 + 0.2), '0.00" EUR"'),
        (repr(0.1 + 0.2), "0"),
        (repr(1 / 3), "0.00"),
        (repr(1.1 * 1.1), "0.0"),
        ("1234567890.1234567", "0.00"),
    ],
)
def test_a_number_that_arithmetic_left_is_a_finding(
    cli, ledger: Path, number: str, number_format: str
) -> None:
    result = give(cli, stored(number, number_format))
    assert places(result.err, "stdin") == ["2:2: IN-CELL"]
    assert "more than 15 digits" in result.err
    assert entries(ledger) == []


@pytest.mark.parametrize(
    ("number", "number_format", "amount"),
    [
        (repr(0.1 + 0.2), "0.00", "0.30"),
        (repr(0.1 + 0.2), "#,##0.00", "0.30"),
        (repr(1.1 * 1.1), "0.00", "1.21"),
        ("1.5E2", "General", "150.00"),
        ("123456789.25", "General", "123456789.25"),
    ],
)
def test_what_the_cell_shows_exactly_is_taken(
    cli, ledger: Path, number: str, number_format: str, amount: str
) -> None:
    give(cli, stored(number, number_format)).ok()
    assert entries(ledger)[0][5] == amount


def test_more_decimals_than_the_unit_has_are_never_rounded(cli) -> None:
    result = give(cli, saved(HEADER, ["P1", 12.345, "A"], change=set_format("B2", "0.00")))
    assert places(result.err, "stdin") == ["2:2: CONTRIBUTION-AMOUNT"]


@pytest.mark.parametrize(
    ("row", "column", "word"),
    [
        (["P1", "=1+1", "A"], 2, "formula"),
        (["P1", date(2026, 1, 1), "A"], 2, "is a day"),
        (["P1", True, "A"], 2, "'true'"),
        (["P1", "#N/A", "A"], 2, "error"),
        (["P1", 5, "=A1"], 3, "formula"),
        (["P1", 5, datetime(2026, 1, 1, 12, 0)], 3, "time of day"),
        (["P1", 5, date(2026, 1, 1)], 3, "is a day"),
        (["P1", None, "A"], 2, "amount is empty"),
        (["P1", 1e15, "A"], 2, "plain amount"),
    ],
)
def test_cells_that_are_not_what_the_column_wants(cli, row: list[Any], column: int, word: str) -> None:
    result = give(cli, saved(HEADER, ["P2", 1, "Z"], row))
    assert places(result.err, "stdin") == [f"3:{column}: IN-CELL"]
    assert word in result.err


def test_days_are_days_and_leading_zeros_are_not_lost(cli, ledger: Path) -> None:
    head = ["person", "birth_date", "external_id"]
    cli("person", "import", "-", stdin=saved(head, ["P8", date(1990, 5, 17), 42])).ok()
    assert ",1990-05-17,,42," in (ledger / "identities.csv").read_text()
    shown = saved(head, ["P9", 32000, 42], change=set_format("C2", "0000"))
    result = cli("person", "import", "-", stdin=shown)
    assert places(result.err, "stdin") == ["2:2: IN-CELL", "2:3: IN-CELL"]
    assert "shows as 0042" in result.err


def test_what_rows_do_not_tell(cli) -> None:
    def change(book: Any, sheet: Any) -> None:
        sheet.merge_cells("A2:B2")
        sheet.row_dimensions[3].hidden = True
        sheet.column_dimensions["C"].hidden = True

    result = give(cli, saved(HEADER, ["P1", 1, "A"], ["P2", 1, "B"], change=change))
    assert sorted(places(result.err, "stdin")) == ["2:1: XLSX-MERGED", "3: XLSX-HIDDEN", "3: XLSX-HIDDEN"]


def test_several_sheets_need_a_name(cli) -> None:
    result = give(cli, saved(HEADER, ["P1", 1, "A"], change=lambda book, sheet: book.create_sheet("Other")))
    assert "it has 2 sheets: 'Sheet', 'Other'" in result.err
    assert result.code == 65


def test_rows_of_mere_formats_at_the_end_are_no_rows(cli, ledger: Path) -> None:
    give(cli, saved(HEADER, ["P1", 1, "A"], change=set_format("B9", "0.00")), "--expect-rows", "1").ok()
    result = give(cli, saved(HEADER, [None, None, None], ["P1", 1, "A", None, "note"]))
    assert places(result.err, "stdin") == ["2: IN-BLANK-LINE", "3:4: IN-WIDTH"]
    assert give(cli, saved()).code == 65
    assert give(cli, saved(["person", "amount", "re", "person"], ["P1", 1, "A", "x"])).code == 65


def zipped(parts: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in parts.items():
            file.writestr(name, data)
    return stream.getvalue()


def test_limits_are_said_by_their_names(cli, monkeypatch: pytest.MonkeyPatch) -> None:
    good = saved(HEADER, ["P1", 1, "A"])
    monkeypatch.setattr(xlsx, "MAX_UNPACKED", 1000)
    assert "(MAX_UNPACKED)" in give(cli, good).err
    monkeypatch.undo()
    monkeypatch.setattr(xlsx, "MAX_PARTS", 3)
    assert "(MAX_PARTS)" in give(cli, good).err
    monkeypatch.undo()
    monkeypatch.setattr(xlsx, "MAX_CELLS", 20_000)
    wide = saved(HEADER, ["P1", 1, "A"], change=lambda book, sheet: sheet.cell(3, 16384, "x"))
    far = saved(HEADER, change=lambda book, sheet: sheet.cell(1_000_000, 1, "x"))
    wider = saved(HEADER, change=lambda book, sheet: [sheet.cell(row, 16384, 1) for row in (3, 4)])
    assert "IN-WIDTH" in give(cli, wide).err
    for data in (far, wider):
        result = give(cli, data)
        assert result.code == 65
        assert "XLSX-LIMIT" in result.err
        assert "(MAX_CELLS)" in result.err


def test_a_bomb_is_refused_unopened(cli) -> None:
    bomb = zipped({"xl/worksheets/sheet1.xml": bytes(xlsx.MAX_UNPACKED + 1)})
    assert len(bomb) < 1_000_000
    result = give(cli, bomb)
    assert result.code == 65
    assert "(MAX_UNPACKED)" in result.err


ENTITIES = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><workbook>&b;</workbook>'
)


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04",
        b"PK\x03\x04" + bytes(100),
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        zipped({"hello.txt": b"x"}),
        zipped({"xl/workbook.xml": ENTITIES}),
        zipped({"[Content_Types].xml": b"<Types", "xl/workbook.xml": b"<workbook/>"}),
        saved(HEADER, ["P1", 1, "A"])[:-200],
    ],
)
def test_what_is_no_spreadsheet_is_a_finding(cli, data: bytes) -> None:
    result = give(cli, data)
    assert result.code == 65, result.err
    assert places(result.err, "stdin") == [
        next(p for p in places(result.err, "stdin") if p.startswith("XLSX-FORM"))
    ]


def test_damaged_bytes_never_end_in_a_bug(cli) -> None:
    data = saved(HEADER, ["P1", 1, "A"])
    for at in range(0, len(data), max(1, len(data) // 60)):
        broken = data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]
        assert give(cli, broken, "-n").code in (0, 65)


def test_the_library_is_imported_only_for_a_spreadsheet(ledger: Path) -> None:
    script = (
        "import sys; from ilactl import cli\n"
        "code = cli.main(sys.argv[1:])\n"
        "assert 'openpyxl' not in sys.modules and 'ilactl.ledger.mapping' not in sys.modules\nsys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "person", "import", "-", "--ledger", str(ledger)],
        input=b"person,region\nPK,A\n",
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr.decode()
