"""A training plan that a provider keeps as a spreadsheet comes in by a mapping with units and choices."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pytest

from .test_course_commands import rows

openpyxl = pytest.importorskip("openpyxl")

COURSES = """\
ignore = ["Lehrgang offen"]
[file]
clean = ["spaces"]
decimal = ","
[columns]
course = { header = "Nr", prefix = "K-" }
title = "Titel"
hours = { header = "Dauer", units = { "" = "1", h = "1", Wochen = "40" }, empty = ["offen"] }
price = "Preis"
unit = { value = "EUR" }
provider = { value = "O3" }
kind = { value = "training" }
[only]
Status = ["aktiv"]
"""
RUNS = """\
[columns]
course = { header = "Nr", prefix = "K-" }
run = { digest_of = "Beginn" }
starts = "Beginn"
pace = { header = "Umfang", units = { "" = "0.01", "%" = "0.01" } }
"""


def saved(*lines: list[object]) -> bytes:
    book = openpyxl.Workbook()
    for line in lines:
        book.active.append(line)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_stored_numbers_and_texts_are_measured_alike(cli, ledger: Path, tmp_path: Path) -> None:
    (tmp_path / "courses.toml").write_text(COURSES, "utf-8")
    (tmp_path / "runs.toml").write_text(RUNS, "utf-8")
    plan = saved(
        ["Nr", "Titel", "Dauer", "Preis", "Status", "Lehrgang offen"],
        [7, "Schweissen\u00a0I", 60, 400, "aktiv", "ja"],
        [8, "Schweissen II", "1,5 Wochen", 400.5, "aktiv", None],
        [9, "Löten", "offen", None, "aktiv", None],
        [10, "Nieten", 12, 100, "eingestellt", None],
    )
    args = ("--from", "2026-01-01", "--map")
    done = cli(
        "course", "import", "-", *args, tmp_path / "courses.toml", "--expect-rows", "4", "-v", stdin=plan
    )
    assert "IN-REPAIRED title: 'Schweissen\\xa0I' was cleaned" in done.ok().err
    assert [row.split(",")[0::4] for row in rows(ledger)] == [
        ["K-7", "Schweissen I", "", "400.00", "", ""],
        ["K-8", "Schweissen II", "", "400.50", "", ""],
        ["K-9", "Löten", "", "", "", ""],
    ]
    assert [row.split(",")[11] for row in rows(ledger)] == ["60", "60", ""]
    runs = saved(["Nr", "Beginn", "Umfang"], [7, date(2027, 2, 1), 50], [7, date(2027, 9, 1), "25 %"])
    cli("course", "run", "import", "-", *args, tmp_path / "runs.toml", stdin=runs).ok()
    held = [row.split(",") for row in rows(ledger, "runs.csv")]
    assert [(row[0], row[3], row[5]) for row in held] == [
        ("K-7", "2027-02-01", "0.5"),
        ("K-7", "2027-09-01", "0.25"),
    ]
    assert len({row[1] for row in held}) == 2
    bad = saved(["Nr", "Beginn", "Umfang"], [7, date(2027, 2, 1), "halb"])
    found = cli("course", "run", "import", "-", *args, tmp_path / "runs.toml", stdin=bad)
    assert found.code == 65
    assert "pace: 'halb' is not a number" in found.err
