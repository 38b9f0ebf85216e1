"""Courses, runs, outcomes and evidence as the registers say: which row holds, and what counts for what."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from ilactl.errors import BadInput
from ilactl.ledger.columns import RELEVANCE, RUNS
from ilactl.ledger.course_rows import format_titles, parse_titles
from ilactl.ledger.courses import (
    abouts,
    course_on,
    courses_on,
    languages_of,
    outcomes_of,
    price_of,
    relevance_for,
    relevance_of,
    relevance_on,
    run_on,
    runs_of,
    runs_on,
)
from ilactl.ledger.register_plan import Book, RegisterPlan, RowPlanner
from tests.registers.samples import ledger_of

COURSES_ROWS = """\
C1,2026-01-01,O3,training,Welding,sv: Svets | lt: Virin,en sv,4,,0715,2.5,60,1000.00,800.00,EUR,,,,,,late=true
C1,2026-06-01,O3,training,Welding II,,en,4,,0715,2.5,60,1200.00,,EUR,,,,,,
C2,2026-01-01,O3,guidance,Guidance,,,,,,,,,,,,,,,,
C1,2026-01-01,O3,training,Welding I,,en,4,,0715,2.5,60,1000.00,,EUR,,,,,,
"""
RUNS_ROWS = """\
C1,R2,2026-01-01,2026-09-01,2026-10-01,0.5,evening,blended,Vilnius,,12,,,,,
C1,R1,2026-01-01,2026-03-01,2026-04-01,1,day,on_site,Kaunas,lt,,2026-01-15,2026-02-15,900.00,EUR,
C1,R3,2026-01-01,,,,own_pace,distance,,,,,,,,
C2,R1,2026-01-01,,,,,,,,,,,,,
C1,R2,2026-05-01,2026-09-08,2026-10-08,0.5,evening,blended,Vilnius,,10,,,,,full
"""
OUTCOMES_ROWS = """\
C1,2,2026-01-01,skill,Welds a seam,http://data.europa.eu/esco/skill/x
C1,1,2026-01-01,knowledge,Knows metals,
C1,1,2026-05-01,knowledge,,
"""
RELEVANCE_ROWS = """\
field:07,shortage list 2026,2026-01-01,2026-12-31,
course:C1,employer survey,2026-03-01,,SV-1
field:06,shortage list 2026,2026-01-01,,
course:C1,employer survey,2026-05-01,2026-05-31,SV-2
"""


@pytest.fixture
def ledger():
    return ledger_of(
        {
            "courses.csv": COURSES_ROWS,
            "runs.csv": RUNS_ROWS,
            "outcomes.csv": OUTCOMES_ROWS,
            "relevance.csv": RELEVANCE_ROWS,
        }
    )


def test_a_course_holds_by_its_latest_row_of_a_day(ledger):
    course = course_on(ledger, "C1", date(2026, 5, 31))
    assert (course.title, course.price, course.eligible, course.unit) == ("Welding I", 100000, None, "EUR")
    assert (course.ects, course.hours, course.eqf_level) == (Fraction(5, 2), 60, 4)
    assert course_on(ledger, "C1", date(2026, 6, 1)).price == 120000
    assert course_on(ledger, "C1", date(2025, 12, 31)) is None
    assert course_on(ledger, "C1").title == "Welding II"
    assert course_on(ledger, "C9") is None


def test_what_is_not_told_is_none(ledger):
    course = course_on(ledger, "C2")
    assert (course.price, course.ects, course.eqf_level, course.languages) == (None, None, None, ())


def test_the_whole_register_gives_what_single_reads_give(ledger):
    for day in (None, date(2026, 1, 1), date(2026, 5, 31), date(2026, 12, 31)):
        assert courses_on(ledger, day) == {one: course_on(ledger, one, day) for one in ("C1", "C2")}
        assert runs_on(ledger, day) == {one: runs_of(ledger, one, day) for one in ("C1", "C2")}


def test_runs_stand_by_their_first_day_and_bear_their_own_price(ledger):
    assert [one.run for one in runs_of(ledger, "C1", date(2026, 2, 1))] == ["R1", "R2", "R3"]
    first, second, open_ended = runs_of(ledger, "C1")
    course = course_on(ledger, "C1")
    assert price_of(course, first) == (90000, "EUR")
    assert price_of(course, second) == price_of(course) == (120000, "EUR")
    assert (languages_of(course, first), languages_of(course, second)) == (("lt",), ("en",))
    assert (second.starts, second.seats, second.withdrawn) == (date(2026, 9, 8), 10, "full")
    assert (open_ended.starts, open_ended.pace, open_ended.seats) == (None, None, None)
    assert run_on(ledger, "C1", "R2", date(2026, 2, 1)).seats == 12
    assert run_on(ledger, "C1", "R9") is None
    assert run_on(ledger, "C2", "R1").course == "C2"


def test_an_outcome_without_words_no_longer_holds(ledger):
    assert [one.outcome for one in outcomes_of(ledger, "C1", date(2026, 2, 1))] == [1, 2]
    assert [one.outcome for one in outcomes_of(ledger, "C1", date(2026, 5, 1))] == [2]


def test_evidence_counts_for_a_course_by_its_id_and_by_wider_fields_on_its_days(ledger):
    course = course_on(ledger, "C1")

    def evidence(day):
        found = relevance_of(ledger, course, day)
        assert relevance_for(relevance_on(ledger, day), course) == found
        return [(one.about, one.ref) for one in found]

    assert evidence(date(2026, 2, 1)) == [("field:07", "")]
    assert evidence(date(2026, 4, 1)) == [("course:C1", "SV-1"), ("field:07", "")]
    assert evidence(date(2026, 5, 31)) == [("course:C1", "SV-2"), ("field:07", "")]
    assert evidence(date(2027, 1, 1)) == []
    assert abouts("C1", "0715") == ("course:C1", "field:07", "field:071", "field:0715")


def test_titles_are_read_and_written_alike():
    assert parse_titles("lt: Pagrindai | sv: Bas: ett") == {"sv": "Bas: ett", "lt": "Pagrindai"}
    assert format_titles({"sv": "Bas: ett", "lt": "Pagrindai", "de": ""}) == "lt: Pagrindai | sv: Bas: ett"
    assert parse_titles("") == {}


def test_an_amount_that_does_not_fit_its_unit_is_told_by_every_reader():
    bad = ledger_of({"courses.csv": "C1,2026-01-01,O3,training,X,,,,,,,,10.5,,EUR,,,,,,\n"})
    for read in (lambda: course_on(bad, "C1"), lambda: courses_on(bad)):
        with pytest.raises(BadInput) as caught:
            read()
        assert "10.5" in caught.value.findings[0].message


def test_a_register_with_two_key_columns_is_planned_by_both(ledger):
    book = Book(ledger, RUNS, whole=False)
    assert book.under("C1") == ["C1/R2", "C1/R1", "C1/R3"]
    assert Book(ledger, RUNS, whole=True).under("C1") == ["C1/R2", "C1/R1", "C1/R3"]
    planner = RowPlanner(RegisterPlan(), book)
    seats = RUNS.index("seats")
    assert planner.take("C1/R2", "2026-06-01", {seats: "10"}) == "known"
    assert planner.take("C1/R2", "2026-06-01", {seats: "8"}) == "changed"
    assert planner.take("C1/R7", "2026-06-01", {seats: "8"}) == "new"
    assert planner.plan.lines["runs.csv"][1].startswith("C1,R7,2026-06-01,")
    about = "field:06/list 2026/27"
    assert RELEVANCE.key_of(RELEVANCE.key_cells(about)) == about
