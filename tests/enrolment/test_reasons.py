"""Why people decline or cancel: recorded once, imported from surveys, ranked."""

from __future__ import annotations

import pytest

from ilactl.ledger.columns import REASONS
from tests.enrolment.conftest import Agency

SURVEY = "ref,reason,person\n1,cost time,P2\n2,care,\n3,cost,\n"


def test_who_declines_leaves_a_reason_once_a_day(agency: Agency) -> None:
    for _ in range(2):
        agency("enrolment", "decline", "P2", "C1", "--reason", "time", day="2026-12-01").ok()
    agency("enrolment", "decline", "P2", "--reason", "cost", "--ref", "NOTE-1", day="2026-12-02").ok()
    rows = [tuple(row.values()) for row in agency.rows(REASONS)]
    assert rows == [
        ("2026-12-01", "P2", "C1", "time", "declined", ""),
        ("2026-12-02", "P2", "", "cost", "declined", "NOTE-1"),
    ]


def test_an_unknown_person_course_or_code_is_refused(agency: Agency) -> None:
    before = agency.bytes()
    assert agency("enrolment", "decline", "P9", "--reason", "time").code == 66
    assert agency("enrolment", "decline", "P1", "C9", "--reason", "time").code == 66
    assert agency("enrolment", "decline", "P1", "--reason", "tired").code == 2
    assert agency.bytes() == before


def test_a_survey_comes_in_once_and_whole(agency: Agency) -> None:
    args = ("enrolment", "survey", "-", "--name", "panel")
    first = agency.json(*args, stdin=SURVEY, day="2026-12-01")
    assert (first["new"], first["known"]) == (3, 0)
    before = agency.bytes()
    again = agency.json(*args, stdin=SURVEY, day="2026-12-09")
    assert (again["new"], again["known"]) == (0, 3)
    assert agency.bytes() == before
    assert [row["reason"] for row in agency.rows(REASONS)] == ["cost", "time", "care", "cost"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ref,reason\n1,cost\n1,time\n", "stands on line 2 already"),
        ("ref,reason\n1,costs\n", "did you mean cost"),
        ("ref,reason,person\n1,cost,P99\n", "P99 is not known"),
        ("ref,reason,course\n9,cost,C11\n", "course C11 is not in courses.csv"),
        ("ref,reason\n2,time\n", "recorded otherwise: care"),
    ],
)
def test_a_survey_with_a_fault_writes_nothing(agency: Agency, text: str, said: str) -> None:
    args = ("enrolment", "survey", "-", "--name", "panel")
    agency(*args, stdin=SURVEY, day="2026-12-01").ok()
    before = agency.bytes()
    done = agency(*args, stdin=text, day="2026-12-01")
    assert done.code == 65
    assert said in done.err, done.err
    assert agency.bytes() == before


def test_a_survey_may_not_pass_for_those_who_declined(agency: Agency) -> None:
    done = agency("enrolment", "survey", "-", "--name", "declined", stdin=SURVEY)
    assert done.code == 2


def test_the_barriers_are_ranked_from_all_three_sources(agency: Agency) -> None:
    agency("enrolment", "survey", "-", "--name", "panel", stdin=SURVEY, day="2026-12-01").ok()
    agency("enrolment", "decline", "P2", "C1", "--reason", "cost", day="2026-12-01").ok()
    number = agency.enrol(day="2026-12-01")
    cancel = ("enrolment", "cancel", number, "--by", "holder", "--reason", "time", "--yes")
    agency(*cancel, day="2026-12-02").ok()
    found = agency.json("enrolment", "reasons")
    ranked = [(r["reason"], r["declined"], r["cancelled"], r["survey"], r["all"]) for r in found["rows"]]
    assert ranked == [("cost", 1, 0, 2, 3), ("time", 0, 1, 1, 2), ("care", 0, 0, 1, 1)]
    assert [r["share"] for r in found["rows"]] == ["50.0 %", "33.3 %", "16.7 %"]
    only = agency.json("enrolment", "reasons", "--course", "C1", "--from", "2026-12-02")
    assert [(r["reason"], r["all"]) for r in only["rows"]] == [("time", 1)]
