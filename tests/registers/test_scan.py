"""The strict reader: what it takes, what it finds and where, and the two gaits in step."""

from __future__ import annotations

import csv
import io
import mmap
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ilactl.ledger.columns import ENTITLEMENTS, FIGURES, IDENTITIES, ORGANISATIONS, PERSONS
from ilactl.ledger.grammar import fault_of, quick_pattern
from ilactl.ledger.lines import cell_starts, format_row, line_number, place_of, split_line
from ilactl.ledger.scan import read_table, rows_with_id

from .samples import file_of

GOOD = "P1,2026-01-01,2,employed,0.8,O1,Vilnius,young rural,,low_qualified=true"


def faults(data: bytes, table=PERSONS):
    _, findings = read_table(data, table)
    return [(f.code, f.place.line, f.place.column) for f in findings]


def test_good_rows_are_taken_with_their_offsets():
    data = file_of(PERSONS, GOOD, 'P2,2026-01-01,,,,,"Šiauliai, north",,,')
    rows, findings = read_table(data, PERSONS)
    assert findings == []
    assert [row.cells[0] for row in rows] == ["P1", "P2"]
    assert rows[1].cells[6] == "Šiauliai, north"
    assert data[rows[1].offset :].startswith(b"P2,")


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("P1,2026-02-30,,,,,,,,", ("CSV-CELL", 2, 4)),
        ("P1,2026/01/05,,,,,,,,", ("CSV-CELL", 2, 4)),
        ("P1,20260105,,,,,,,,", ("CSV-CELL", 2, 4)),
        ("P1,infinity,,,,,,,,", ("CSV-CELL", 2, 4)),
        ("P1,2026-01-01,9,,,,,,,", ("CSV-CELL", 2, 15)),
        ("P1,2026-01-01,,,1_0,,,,,", ("CSV-CELL", 2, 17)),
        ("P1,2026-01-01,,,NaN,,,,,", ("CSV-CELL", 2, 17)),
        ("P1,2026-01-01,,,０.5,,,,,", ("CSV-CELL", 2, 17)),
        ("P1,2026-01-01,,,+0.5,,,,,", ("CSV-CELL", 2, 17)),
        ("P1,2026-01-01,,,,,=1+1,,,", ("CSV-CELL", 2, 19)),
        ("P1,2026-01-01,,,,,a\x1b[31m,,,", ("CSV-CELL", 2, 19)),
        ("P1,2026-01-01,,,,,a\u202eb,,,", ("CSV-CELL", 2, 19)),
        ("p1,2026-01-01,,,,,,,,", ("CSV-CELL", 2, 1)),
        (",2026-01-01,,,,,,,,", ("CSV-CELL", 2, 1)),
        ("P1,2026-01-01", ("CSV-WIDTH", 2, 14)),
        ("P1,2026-01-01,,,,,,,,,x", ("CSV-WIDTH", 2, 23)),
        ('P1,2026-01-01,,,,,"a,,,', ("CSV-QUOTES", 2, 19)),
        ('P1,2026-01-01,,,,,"a"b,,,', ("CSV-QUOTES", 2, 19)),
        ('P1,2026-01-01,,,,,a"b,,,', ("CSV-QUOTES", 2, 19)),
        ('P1,2026-01-01,,,,,"needless",,,', ("CSV-QUOTES", 2, 19)),
        ("", ("CSV-BLANK-LINE", 2, 0)),
        ("P1,2026-01-01,,,,,a\x00b,,,", ("CSV-NUL", 2, 20)),
        ("P1,2026-01-01,,,,,,,,\r", ("CSV-LINE-END", 2, 22)),
    ],
)
def test_a_fault_is_found_in_its_place_and_the_next_row_is_read(row, expected):
    data = file_of(PERSONS, row, GOOD)
    rows, findings = read_table(data, PERSONS)
    assert [(f.code, f.place.line, f.place.column) for f in findings] == [expected]
    assert [r.cells[0] for r in rows] == ["P1"]
    assert rows[0].cells == tuple(GOOD.split(","))


def test_an_open_quote_does_not_swallow_the_rows_after_it():
    data = file_of(PERSONS, 'P1,2026-01-01,,,,,"open,,,', GOOD, 'P2,2026-01-01,,,,,close",,,')
    rows, findings = read_table(data, PERSONS)
    assert len(rows) == 1
    assert [f.place.line for f in findings] == [2, 4]


def test_a_byte_that_is_not_utf8_is_found_by_line_and_character():
    data = file_of(PERSONS, GOOD) + "P2,2026-01-01,,,,,Šia".encode() + b"\xe9,,,\n"
    assert faults(data) == [("CSV-ENCODING", 3, 22)]


def test_all_faults_of_a_row_are_found():
    assert faults(file_of(PERSONS, "p1,2026-13-01,9,,2,,,,,")) == [
        ("CSV-CELL", 2, 1),
        ("CSV-CELL", 2, 4),
        ("CSV-CELL", 2, 15),
        ("CSV-CELL", 2, 18),
    ]


@pytest.mark.parametrize(
    ("data", "code", "column"),
    [
        (b"\xef\xbb\xbf" + file_of(PERSONS), "CSV-BOM", 1),
        (file_of(PERSONS).replace(b"\n", b"\r\n"), "CSV-LINE-END", 92),
        (file_of(PERSONS).replace(b"region", b"regio"), "CSV-HEADER", 65),
        (b"person,valid_from\n", "CSV-HEADER", 18),
        (file_of(PERSONS).replace(b"facts", b"facts,facts"), "CSV-HEADER", 93),
        (file_of(PERSONS).replace(b",", b";"), "CSV-HEADER", 7),
    ],
)
def test_a_wrong_header_is_one_finding_and_no_row_is_read(data, code, column):
    rows, findings = read_table(data + b"P1,2026-01-01,,,,,,,,\n", PERSONS)
    assert [(f.code, f.place.line) for f in findings] == [(code, 1)]
    assert rows == []
    assert findings[0].place.column == column


def test_a_header_without_line_feed_is_a_finding():
    assert faults(PERSONS.header.encode()) == [("CSV-NO-LINE-END", 1, 92)]


def test_a_last_line_without_line_feed_is_a_finding():
    assert faults(file_of(PERSONS, GOOD)[:-1]) == [("CSV-NO-LINE-END", 2, 0)]


def test_no_file_is_no_finding():
    assert read_table(b"", PERSONS) == ([], [])


def test_a_line_that_is_too_long_names_the_limit():
    _, findings = read_table(file_of(PERSONS, "P1," + "x" * 20_000), PERSONS)
    assert [f.code for f in findings] == ["CSV-LONG-LINE"]
    assert "MAX_LINE" in findings[0].message


def test_an_entry_id_stands_once():
    row = "E1,2026-01-01,P1,grant,,1.00,EUR,fund:state,wallet:own,,,,,,,,,"
    assert faults(file_of(ENTITLEMENTS, row, row), ENTITLEMENTS) == [("CSV-DOUBLED", 3, 1)]


def test_29_february_and_letters_beyond_latin_are_taken_by_the_careful_gait():
    data = file_of(IDENTITIES, "P1,2024-02-29,Ελένη,2000-02-29,,,,0123456789abcdef")
    assert faults(data, IDENTITIES) == []
    assert faults(data.replace(b"2000-02-29", b"2001-02-29"), IDENTITIES) == [("CSV-CELL", 2, 21)]


# ---- one id ---------------------------------------------------------------------------------


def lots(person_of: dict[str, str]) -> bytes:
    rows = [
        f"{entry},2026-01-01,{person},grant,,1.00,EUR,fund:state,wallet:own,,,,,base,2025,,,"
        for entry, person in person_of.items()
    ]
    return file_of(ENTITLEMENTS, *rows)


def test_one_persons_rows_are_found_in_the_ids_column_only():
    data = file_of(
        ENTITLEMENTS,
        "P1,2026-01-01,P2,grant,,1.00,EUR,fund:state,wallet:own,,,,,,,,,",
        "E2,2026-01-01,P1,grant,,1.00,EUR,employer:P1,wallet:own,,,,P1,,,,P1,P1",
        "E3,2026-01-01,P11,grant,P1,1.00,EUR,fund:state,wallet:own,,,,P1,,,,P1,P1",
        "E4,2026-01-01,P1,grant,,1.00,EUR,fund:state,wallet:own,,,,,,,,,",
    )
    rows, findings = rows_with_id(data, ENTITLEMENTS, "person", "P1")
    assert findings == []
    assert [row.cells[0] for row in rows] == ["E2", "E4"]
    assert [r.cells[0] for r in rows_with_id(data, ENTITLEMENTS, "entry", "P1")[0]] == ["P1"]
    assert [r.cells[0] for r in rows_with_id(data, ENTITLEMENTS, "ref", "P1")[0]] == ["E2", "E3"]


def test_quotes_before_the_id_do_not_shift_its_column():
    data = file_of(
        ORGANISATIONS,
        'O1,2026-01-01,employer,"A, O2, ""x""",LT,O2,,,,,,,,',
        "O2,2026-01-01,employer,B,LT,O2,,,,,,,,",
    )
    assert [r.cells[0] for r in rows_with_id(data, ORGANISATIONS, "register_no", "O2")[0]] == ["O1", "O2"]
    assert [r.cells[0] for r in rows_with_id(data, ORGANISATIONS, "organisation", "O2")[0]] == ["O2"]
    assert [r.cells[0] for r in rows_with_id(data, ORGANISATIONS, "name", 'A, O2, "x"')[0]] == ["O1"]


def test_only_the_persons_own_lines_are_judged():
    data = file_of(PERSONS, "P1,2026-01-01,9,,,,,,,", "P2,bad,,,,,,,,", GOOD.replace("P1", "P3"))
    rows, findings = rows_with_id(data, PERSONS, "person", "P3")
    assert (len(rows), findings) == (1, [])
    rows, findings = rows_with_id(data, PERSONS, "person", "P2")
    assert rows == []
    assert [(f.place.line, f.place.column) for f in findings] == [(3, 4)]


def test_a_map_is_read_as_bytes_are(tmp_path: Path):
    path = tmp_path / "entitlements.csv"
    data = lots({f"E{i}": f"P{i % 50}" for i in range(2000)})
    path.write_bytes(data)
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
        assert read_table(view, ENTITLEMENTS) == read_table(data, ENTITLEMENTS)
        assert rows_with_id(view, ENTITLEMENTS, "person", "P7") == rows_with_id(
            data, ENTITLEMENTS, "person", "P7"
        )
        assert line_number(view, data.index(b"E1999,")) == 2001


cells = st.sampled_from(["", "P1", "P11", "x", "2026-01-01", "a,b", 'q"q', "É", "O1", "P1,"])


@given(st.lists(st.tuples(st.sampled_from(["P1", "P11", "P2"]), cells, cells, cells), max_size=12))
def test_both_gaits_find_the_same_rows(made):
    lines = [
        format_row((person, "2026-01-01", figure, "2026-01-31", value, source))
        for person, figure, value, source in made
    ]
    data = (FIGURES.header + "\n" + "".join(lines)).encode()
    whole, _ = read_table(data, FIGURES)
    assert rows_with_id(data, FIGURES, "person", "P1")[0] == [row for row in whole if row.cells[0] == "P1"]


@given(
    st.lists(
        st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"]), max_size=8), min_size=2
    )
)
def test_a_row_written_is_the_row_read_and_plain_csv(row):
    line = format_row(row)
    assert split_line(line[:-1]) == tuple(row)
    assert next(csv.reader(io.StringIO(line), strict=True)) == row
    assert len(cell_starts(line[:-1])) == len(row)


@settings(deadline=None)  # the first time compiles patterns
@given(st.sampled_from(PERSONS.columns + IDENTITIES.columns + ENTITLEMENTS.columns), st.text(max_size=12))
def test_what_the_quick_gait_takes_the_careful_one_takes(column, text):
    import re

    if text and re.fullmatch(quick_pattern(column), text):
        assert fault_of(column, text) is None
        assert "," not in text
        assert '"' not in text


def test_a_place_counts_characters():
    data = file_of(PERSONS, "P1,2026-01-01,,,,,Šiauliai,a,,")
    place = place_of(data, "persons.csv", data.index(b"P1"), "groups")
    assert (place.line, place.column) == (2, 28)


def test_a_no_break_space_shows_where_it_is_the_fault() -> None:
    [finding] = read_table(file_of(PERSONS, "P1\u00a0,2026-01-01,,,,,,,,"), PERSONS)[1]
    assert finding.format().splitlines()[1] == "    P1\\xa0,2026-01-01,,,,,,,,"
