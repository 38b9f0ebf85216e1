"""`explain` of enrolments and of the entries that their steps booked; what other views tell of them."""

from __future__ import annotations

import pytest

from ilactl.ledger.columns import ENTITLEMENTS
from tests.enrolment.conftest import Agency


@pytest.fixture
def ended(agency: Agency) -> Agency:
    """P1 enrolled, started, completed with half the attendance."""
    number = agency.enrol()
    agency("enrolment", "start", number, day="2027-01-12").ok()
    agency("enrolment", "complete", number, "--attendance", "0.5", day="2027-03-12").ok()
    return agency


def entry(agency: Agency, kind: str) -> str:
    return next(row["entry"] for row in agency.rows(ENTITLEMENTS) if row["kind"] == kind)


def test_an_enrolment_is_explained_step_by_step_with_facts_and_rules(ended: Agency) -> None:
    told = ended.json("explain", "P1/C1")
    assert [(row["step"], row["rule"], row["because"]) for row in told["rows"]] == [
        ("enrolled", "training@2026-01-01", None),
        ("started", None, None),
        ("completed", "standard", "attended less than 80 %: paid by attendance, the rest is lost"),
    ]
    facts = {row["fact"]: row["value"] for row in told["facts"]}
    assert (facts["net"], facts["wallet"], facts["days_to_start"]) == ("600", "800", "42")
    assert [one["rule"] for one in told["rules"]] == ["training@2026-01-01", "standard"]
    assert ended.json("explain", told["enrolment"])["rows"] == told["rows"]


def test_a_reserve_says_by_which_rule_and_a_forfeit_by_which_row(ended: Agency) -> None:
    reserved = ended.json("explain", entry(ended, "reserve"))
    assert "P1 was enrolled in C1, run R1 on 2026-12-01, by training@2026-01-01" in reserved["because"]
    assert reserved["rule_text"].startswith("[[spend]]")
    lost = ended.json("explain", entry(ended, "forfeit"))
    assert "was completed on 2027-03-12: attended less than 80 %" in lost["because"]
    assert lost["rule_text"].startswith("[[ending]]")


def test_a_release_and_a_return_are_explained_by_the_cancellation(agency: Agency) -> None:
    number = agency.enrol()
    how = ("cancel", number, "--by", "holder", "--reason", "health", "--force-majeure", "--yes")
    agency("enrolment", *how, day="2027-01-05").ok()
    for kind in ("release", "return"):
        told = agency.json("explain", entry(agency, kind))
        assert "was cancelled on 2027-01-05 by the holder: force majeure" in told["because"], kind


def test_a_rule_that_changed_since_is_told_as_it_stood(ended: Agency) -> None:
    path = ended.root / "rules/scheme.toml"
    text = (
        path.read_text().replace('id = "training"', 'id = "other"').replace('valid_from = "2026-01-01"\n', "")
    )
    path.write_text(text)
    told = ended.json("explain", "P1/C1")
    assert told["rules"][0]["rule"] == "training@2026-01-01"
    assert 'id = "training"' in told["rules"][0]["text"]


def test_an_unknown_enrolment_is_not_found(agency: Agency) -> None:
    assert agency("explain", "N999").code == 66
    assert agency("explain", "P1/C2").code == 66


def test_statement_balance_person_and_status_tell_what_is_running(ended: Agency) -> None:
    ended.enrol("P2", day="2027-03-13", course="C2")
    running = ended.json("statement", "P1")["enrolments"]
    assert [(one["course"], one["state"], one["reserved"]) for one in running] == [
        ("C1", "completed", "300.00")
    ]
    assert "300.00 EUR reserved for" in ended("balance", "P1").ok().out
    shown = ended.json("person", "show", "P2")["enrolments"]
    assert [(one["title"], one["state"]) for one in shown] == [("Where to go from here", "enrolled")]
    assert ended.json("status")["enrolments"] == {"enrolled": 1, "completed": 1}


def test_a_statement_calls_the_course_by_its_title(ended: Agency) -> None:
    told = ended.json("statement", "P1")["rows"]
    number = ended.json("enrolment", "list", "--person", "P1")["rows"][0]["enrolment"]
    assert f"Reserved for Welding, the first steps ({number})" in [row["what"] for row in told]


def test_list_and_find_answer_by_person_course_run_state_and_words(ended: Agency) -> None:
    ended.enrol("P2", day="2027-03-13", course="C2")

    def found(*args: str) -> list[str]:
        return [str(row["person"]) for row in ended.json("enrolment", *args)["rows"]]

    assert found("list") == ["P1", "P2"]
    assert found("list", "--open") == found("list", "--person", "P2") == ["P2"]
    assert found("list", "--course", "C1", "--run", "R1") == found("list", "--state", "completed") == ["P1"]
    assert found("list", "--run", "R9") == []
    assert found("find", "welding") == found("find", "ona", "completed") == ["P1"]
    assert ended("enrolment", "find", "nothing").code == 66
