"""Hand edits of what spending is recorded in: registers are taken in, steps only where they move no money."""

from __future__ import annotations

import pytest

from ilactl.ledger.columns import COURSES, ENROLMENTS, REASONS, RUNS
from ilactl.ledger.grammar import Table
from tests.adoption.test_adopt import append, edit
from tests.enrolment.conftest import Agency
from tests.enrolment.conftest import _agency as _agency
from tests.enrolment.conftest import agency as agency
from tests.rules.books import row

ADOPT = ("adopt", "--why", "the binder", "--yes")


def add(agency: Agency, table: Table, **cells: str) -> None:
    append(agency.root / table.file, row(table, cells))


def step(agency: Agency, number: str, what: str, day: str = "2026-11-21", **cells: str) -> None:
    given = {"enrolment": number, "booked_on": day, "person": "P1", "course": "C1", "run": "R1", "on": day}
    add(agency, ENROLMENTS, **(given | {"step": what} | cells))


def test_a_run_that_was_typed_in_is_shown_taken_in_and_can_be_enrolled_in(agency: Agency) -> None:
    add(agency, RUNS, course="C1", run="R9", valid_from="2026-01-01", starts="2027-02-01", ends="2027-03-01")
    edit(agency.root / "courses.csv", "Where to go from here", "Where to go")
    shown = agency("adopt", "--why", "x", "-n").ok().out
    assert "runs.csv:5: + C1,R9,2026-01-01,2027-02-01,2027-03-01" in shown
    assert "courses.csv:3: - C2,2026-01-01,O3,guidance,Where to go from here" in shown
    assert "courses.csv:3: + C2,2026-01-01,O3,guidance,Where to go," in shown
    agency(*ADOPT).ok()
    agency("check", "--full").ok()
    assert agency.enrol(course="C1/R9").startswith("N")


@pytest.mark.parametrize(
    ("table", "old", "new", "code"),
    [
        (COURSES, "O3,guidance", "O7,guidance", "CHECK-ORGANISATION"),
        (COURSES, ",0715,", ",0775,", "CHECK-FIELD"),
        (RUNS, "2027-03-12", "2026-03-12", "CHECK-DAYS"),
        (RUNS, "C1,R1,", "C8,R1,", "CHECK-COURSE"),
        (RUNS, "500.00", "500.0", "AMOUNT"),
    ],
)
def test_a_register_that_does_not_fit_is_not_taken_in(
    agency: Agency, table: Table, old: str, new: str, code: str
) -> None:
    edit(agency.root / table.file, old, new)
    before = agency.bytes()
    refused = agency(*ADOPT)
    assert (refused.code, code in refused.err) == (65, True)
    assert agency.bytes() == before
    agency("restore", "--why", "x").ok()
    agency("check").ok()


def test_a_step_that_moves_no_money_may_be_typed_in(agency: Agency) -> None:
    number = agency.enrol(day="2026-11-20")
    step(agency, number, "started")
    step(agency, number, "attended", "2026-11-22", share="0.9")
    agency(*ADOPT).ok()
    assert agency.json("enrolment", "show", number)["attendance"] == "0.9"
    agency("check", "--full").ok()
    agency("enrolment", "complete", number, day="2027-03-12").ok()
    late = agency("contribution", "add", "P1", "1.00", "--from", "own", "--ref", "A", day="2026-11-21")
    assert "DATE-GOES-BACK" in late.err


@pytest.mark.parametrize(
    ("what", "day", "cells", "code", "said"),
    [
        ("completed", "2026-11-21", {}, 65, "CHECK-STEP"),
        ("started", "2026-11-19", {}, 3, "the ledger is booked through 2026-11-20"),
        ("started", "2026-11-24", {}, 3, "2026-11-24 lies after today"),
        ("started", "2026-11-21", {"person": "P2"}, 65, "CHECK-STEP"),
        ("started", "2026-11-21", {"due": "600.00", "unit": "EUR"}, 3, "due cannot be added by hand"),
        ("cancelled", "2026-11-21", {"by": "holder"}, 3, "ilactl enrolment cancel"),
        ("undone", "2026-11-21", {}, 3, "ilactl undo"),
    ],
)
def test_another_step_is_not(
    agency: Agency, what: str, day: str, cells: dict[str, str], code: int, said: str
) -> None:
    number = agency.enrol(day="2026-11-20")
    step(agency, number, what, day, **cells)
    before = agency.bytes()
    refused = agency(*ADOPT)
    assert (refused.code, said in refused.err) == (code, True), refused.err
    assert agency.bytes() == before


def test_an_old_step_or_reason_is_never_another(agency: Agency) -> None:
    agency.enrol()
    agency("enrolment", "decline", "P2", "C1", "--reason", "cost").ok()
    for table, old, new in ((ENROLMENTS, "P1,C1", "P1,C2"), (REASONS, "cost", "time")):
        edit(agency.root / table.file, old, new)
        refused = agency(*ADOPT)
        assert (refused.code, f"{table.file}:2: ADOPT-OLD-ROW" in refused.err) == (3, True), refused.err
        agency("restore", table.file, "--why", "x").ok()
    assert agency("check").ok().err == ""


def test_a_reason_may_be_typed_in(agency: Agency) -> None:
    agency("enrolment", "decline", "P2", "C1", "--reason", "cost").ok()
    add(agency, REASONS, recorded_on="2026-11-01", reason="time", source="paper survey")
    agency(*ADOPT).ok()
    assert agency("check").ok().err == ""
    add(agency, REASONS, recorded_on="2026-11-01", person="P9", reason="time", source="paper survey")
    assert "CHECK-PERSON" in agency(*ADOPT).err
