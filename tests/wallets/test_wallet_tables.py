"""Batch tables: declared types, exact amounts, and a check as strict as the line reader."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ilactl.errors import BadInput
from ilactl.ledger.columns import ENTITLEMENTS, FIGURES, PERSONS, TABLES
from ilactl.ledger.entries import iter_entries
from ilactl.ledger.grammar import Column, Grammar, fault_of
from ilactl.ledger.grammar_sql import fault_sql
from ilactl.ledger.scan import read_table
from ilactl.ledger.tables import connect, load, read_sql, run_sql, strict_faults
from tests.wallets.loose_files import Files
from tests.wallets.money_events import UNITS, csv_of, events


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


def test_amounts_are_exact_and_rows_keep_their_order(files: Files) -> None:
    event = next(e for e in events() if e.title.startswith("9 "))
    (files.root / ENTITLEMENTS.file).write_bytes(csv_of(event))
    con = connect(threads=2)
    load(con, files, ENTITLEMENTS, ["entry", "booked_on", "amount", "unit", "from", "to", "of"], "e")
    rows = run_sql(con, "SELECT rowid, * FROM e ORDER BY rowid")
    assert rows[0] == (0, "E1", date(2018, 6, 15), 150, "hour", "fund:cdc", "wallet:hours", None)
    assert rows[2][:5] == (2, "E3", date(2019, 1, 1), 225000, "EUR")
    assert rows[2][-1] == "E1"


def test_a_unit_that_is_not_declared_ends_the_read(files: Files) -> None:
    files.write(ENTITLEMENTS, "E1,2026-01-01,P1,grant,,1.00,XXX,fund:state,wallet:own,,,,,,,,,")
    with pytest.raises(BadInput, match="XXX"):
        run_sql(connect(), f"SELECT sum(amount) FROM {read_sql(files, ENTITLEMENTS, ['amount'])}")


def test_a_file_that_is_not_there_is_empty(files: Files) -> None:
    assert run_sql(connect(), f"SELECT * FROM {read_sql(files, FIGURES, ['person', 'from', 'value'])}") == []
    assert strict_faults(files, FIGURES) == 0


def test_an_engine_opens_only_the_files_it_was_given(files: Files) -> None:
    files.write(PERSONS, "P1,2026-01-01,3,,0.8,,,,,").write(FIGURES)
    con = connect(paths=[files.engine_path(PERSONS.file)])
    assert run_sql(con, f"SELECT * FROM {read_sql(files, PERSONS, ['person', 'isced_level'])}") == [("P1", 3)]
    for statement in (
        f"SELECT * FROM read_text({str(files.root / FIGURES.file)!r})",
        f"COPY (SELECT 1) TO {str(files.root / 'out.csv')!r}",
        "INSTALL httpfs",
        "SET enable_external_access = true",
        "SELECT * FROM files",
    ):
        with pytest.raises(Exception, match=r"disabled|locked|does not exist|Cannot"):
            con.execute(statement)


GOOD = "E1,2026-01-05,P1,grant,,12.34,EUR,fund:state,wallet:own,,,,,base@2026-01-01,2026,,,"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("12.34", "12.345"),
        ("12.34", "12.3"),
        ("12.34", "1_0.00"),
        ("12.34", "1e2"),
        ("12.34", "+5.00"),
        ("12.34", ".50"),
        ("12.34", " 12.34"),
        ("12.34", "-12.34"),
        ("12.34", "-0.00"),
        ("12.34", ""),
        ("12.34", "infinity"),
        ("2026-01-05", "2026/01/05"),
        ("2026-01-05", "2026-1-5"),
        ("2026-01-05", "2026-02-30"),
        ("2026-01-05", "0000-01-05"),
        ("2026-01-05", "infinity"),
        ("2026-01-05", "epoch"),
        ("2026-01-05", "2026-01-05 10:00:00"),
        ("EUR", "XXX"),
        ("P1", '"P1"'),
        ("P1", '""'),
        ("P1", '"P1'),
        ("P1", "p1"),
        ("P1", "P1,"),
        ("P1", "P1\n"),
        ("P1", "P1\r"),
        ("P1", "P1\0"),
        ("grant", "gift"),
        ("wallet:own", "wallet"),
        ("2026,,,", "2026,,"),
        ("2026,,,", "2026,,,=1+1"),
        ("2026,,,", "2026,,,a\u202eb"),
        ("2026,,,", "2026,,,\u00a0x"),
        ("2026,,,", "2026,,,"),
        ("2026,,,", "2026,,," + "x" * 201),
        ("\n", "\n\n"),
        ("\n", "\r\n"),
        ("E1,", "\ufeffE1,"),
    ],
)
def test_what_the_line_reader_refuses_the_batch_check_refuses(files: Files, old: str, new: str) -> None:
    line = (GOOD + "\n").replace(old, new, 1)
    text = f"{ENTITLEMENTS.header}\n{line}{GOOD.replace('E1', 'E2')}\n"
    (files.root / ENTITLEMENTS.file).write_bytes(text.encode())
    findings: list = []
    list(iter_entries(text.encode(), UNITS, findings))
    assert (strict_faults(files, ENTITLEMENTS) > 0) == bool(findings) == (old != new)


@pytest.mark.parametrize(
    "content",
    [b"", b"x", b"\n", PERSONS.header.encode(), b"\xef\xbb\xbf" + PERSONS.header.encode() + b"\n",
     PERSONS.header.encode() + b"\n", PERSONS.header.encode() + b"\nP1,2026-01-01,,,,,,,,",
     PERSONS.header.encode() + b"\nP1,2026-01-01,,,,,\xff,,,\n", PERSONS.header.encode() + b"\n\n",
     PERSONS.header.encode() + b'\nP1,2026-01-01,,,,,"a, b",,,\n',
     PERSONS.header.encode() + b'\nP1,2026-01-01,,,,,"a ""b""",,,\n',
     PERSONS.header.encode() + b'\nP1,2026-01-01,,,,,"a b",,,\n',
     PERSONS.header.encode() + b'\nP1,2026-01-01,,,,,a"b,,,\n',
     PERSONS.header.encode() + b'\nP1,2026-01-01,,,,,"a"b,,,\n',
     PERSONS.header.encode() + b'\nP1,2026-01-01,,,,,"a\nP2,2026-01-01,,,,,b",,,\n'],
)  # fmt: skip
def test_bytes_that_are_not_our_dialect_are_faults_in_both(files: Files, content: bytes) -> None:
    (files.root / PERSONS.file).write_bytes(content)
    assert (strict_faults(files, PERSONS) > 0) == bool(read_table(content, PERSONS)[1])


def test_a_doubled_entry_is_a_fault(files: Files) -> None:
    assert strict_faults(files.write(ENTITLEMENTS, GOOD, GOOD), ENTITLEMENTS) == 1


def test_the_money_events_have_no_fault(files: Files) -> None:
    for event in events():
        (files.root / ENTITLEMENTS.file).write_bytes(csv_of(event))
        assert strict_faults(files, ENTITLEMENTS) == 0


COLUMNS = {column.grammar: column for table in TABLES for column in table.columns}
ENGINE = connect(threads=1)
NEAR = st.text(alphabet="0123456789-.:;=,@+_ aAzZeEvrnS\n\t\u00a0\u200b\u2003é€\x1c\x7f\x85", max_size=14)
WORDS = st.sampled_from(
    ["2026-02-29", "2024-02-29", "never", "fund:state", "wallet:own", "employer:O7", "any",
     "kind:training", "a=b;c=d", "a=b;", "employer service", "employer employer",
     "ever", "2026/1", "N1/2", "0.80000", "1.0000",
     "999999999999.999999", "1000000000000",
     "base@2026-01-01", "infinity", "0001-01-01", "9999-12-31", "10000-01-01",
     "a" * 200, "a" * 201, "é" * 200, "=x", "x=", "\u3000x", "x\u3000", "a=\u3000b", "LT", "0123456789abcdef"]
)  # fmt: skip


@pytest.mark.parametrize("grammar", list(Grammar), ids=str)
@settings(max_examples=120, deadline=None)
@given(st.one_of(NEAR, WORDS, st.text(max_size=8)))
@example("")
def test_the_engine_judges_a_cell_as_the_line_reader_does(grammar: Grammar, text: str) -> None:
    if any("\ud800" <= c <= "\udfff" or c == "\0" for c in text) or grammar not in COLUMNS:
        return
    columns = [Column("cell", grammar, "", required) for required in (True, False)]
    faults = ", ".join(fault_sql(column, "c") for column in columns)
    sql = f"SELECT {faults} FROM (SELECT nullif(CAST(? AS VARCHAR), '') AS c)"
    assert ENGINE.execute(sql, [text]).fetchone() == tuple(
        fault_of(column, text) is not None for column in columns
    )
