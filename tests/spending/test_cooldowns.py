"""Refusals that turn on what the person did before: cooldowns, one a year, exclusions; each says why."""

from __future__ import annotations

import pytest

from tests.spending.paper import Paper
from tests.spending.pieces import course_row, person_record, scheme_of

RULES = """
[facts]
excluded_until = { kind = "state", type = "date" }
[[contribution]]
id = "rights"
class = "own"
unit = "EUR"
from = ["funder"]
[[spend]]
id = "courses"
unit = "EUR"
classes = ["own"]
refuse = [
  { when = "course_kind = 'guidance' AND COALESCE(years_since_last < 5, FALSE)", why = "guidance: 5 years" },
  { when = "course_kind = 'exam' AND COALESCE(days_since_last < 30, FALSE)", why = "30 days between exams" },
  { when = "enrolments_open >= 2", why = "two enrolments are open already" },
  { when = "COALESCE(excluded_until >= enrolled_on, FALSE)", why = "excluded after a false claim" },
]
[[ending]]
id = "standard"
[[ending.row]]
on = ["cancelled", "completed"]
provider = "1"
"""
COURSES = [
    course_row("G1", kind="guidance"),
    course_row("G2", kind="guidance"),
    course_row("X1", kind="exam"),
    course_row("X2", kind="exam"),
]


def paper_of(**facts: str) -> Paper:
    paper = Paper(scheme_of(RULES), persons=[person_record(**facts)], courses=COURSES)
    paper.lot("5000.00", "own", "fund:cdc", "2020-01-01", rule="rights")
    return paper


def refused(paper: Paper, course: str, on: str) -> list[str]:
    return [one.reason for one in paper.offer(course=course, on=on).objections]


@pytest.mark.parametrize(
    ("on", "why"),
    [("2030-12-31", ["guidance: 5 years"]), ("2031-01-01", []), ("2031-06-01", [])],
)
def test_a_cooldown_of_years_ends_on_the_day_by_calendar(on: str, why: list[str]) -> None:
    paper = paper_of()
    paper.enrol("N1", course="G1", on="2026-01-01")
    paper.step("completed", "2026-02-01", "N1")
    assert refused(paper, "G2", on) == why


def test_another_kind_of_course_and_a_cancelled_one_do_not_count() -> None:
    paper = paper_of()
    paper.enrol("N1", course="X1", on="2026-01-01")
    paper.step("completed", "2026-01-05", "N1")
    assert refused(paper, "G1", "2026-01-10") == []
    assert refused(paper, "X2", "2026-01-30") == ["30 days between exams"]
    assert refused(paper, "X2", "2026-01-31") == []


def test_open_enrolments_are_counted() -> None:
    paper = paper_of()
    paper.enrol("N1", course="X1", on="2026-01-01")
    paper.enrol("N2", course="G1", on="2026-01-02")
    assert refused(paper, "X2", "2026-06-01") == ["two enrolments are open already"]


def test_a_sanction_is_a_fact_of_the_person() -> None:
    paper = paper_of(excluded_until="2027-12-31")
    assert refused(paper, "X1", "2027-12-31") == ["excluded after a false claim"]
    assert refused(paper, "X1", "2028-01-01") == []
