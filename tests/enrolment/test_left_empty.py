"""What was left empty, as by a variable that a script never set, stands for nothing and for nobody."""

from __future__ import annotations

import pytest

from tests.enrolment.conftest import Agency


@pytest.mark.parametrize(
    "words",
    [
        ("enrolment", "attend", "P1/C1", "--share", ""),
        ("enrolment", "complete", "P1/C1", "--attendance", ""),
        ("enrolment", "reclaim", "P1/C1", "--ref", "CLAIM-1", "--amount", "", "--yes"),
        ("enrolment", "reclaim", "P1/C1", "--ref", "", "--yes"),
        ("enrol", "P2", "C1/R2", "--prepaid", "", "--yes", "--consent", "signed"),
        ("settle", "--provider", "", "--yes"),
        ("settle", "--to", "", "--yes"),
    ],
)
def test_an_option_left_empty_is_refused(agency: Agency, words: tuple[str, ...]) -> None:
    agency.enrol()
    agency("enrolment", "start", "P1/C1", day="2027-01-12").ok()
    before = agency.bytes()
    done = agency(*words, day="2027-03-12")
    assert (done.code, agency.bytes()) == (2, before), done.err


@pytest.mark.parametrize(
    "words",
    [
        ("enrol", "P1", "", "-n"),
        ("enrol", "", "C1/R1", "-n"),
        ("enrol", "P1", "/R1", "-n"),
        ("course", "show", ""),
        ("course", "run", "list", ""),
        ("enrolment", "show", ""),
        ("enrolment", "decline", "P1", "", "--reason", "time"),
        ("enrolment", "list", "--course", ""),
        ("enrolment", "list", "--course", "C99"),
        ("enrolment", "reasons", "--course", ""),
        ("enrolment", "reasons", "--course", "C99"),
        ("organisation", "show", ""),
        ("organisation", "confirm", "", "--iban"),
    ],
)
def test_an_id_left_empty_is_nobodys(agency: Agency, words: tuple[str, ...]) -> None:
    done = agency(*words)
    assert done.code == 66, done.err
    assert "not found" in done.err


@pytest.mark.parametrize("run", ["", "C1/R2"])
def test_a_move_names_a_run_and_nothing_else(agency: Agency, run: str) -> None:
    agency.enrol()
    agency("enrolment", "move", "P1/C1", "R3", "--yes", day="2026-12-02").ok()
    before = agency.bytes()
    done = agency("enrolment", "move", "P1/C1", run, "--yes", day="2026-12-03")
    assert (done.code, agency.bytes()) == (2, before)
    assert "RUN" in done.err


def test_the_choices_of_a_missing_option_stand_on_one_line(agency: Agency) -> None:
    done = agency("enrolment", "cancel", "P1/C1", "--by", "holder")
    assert done.code == 2
    assert done.err.startswith("error: USAGE missing option '--reason'. Choose from: cost, time, income, ")


def test_lists_are_made_again_for_all_payees_or_not_at_all(agency: Agency) -> None:
    done = agency("settle", "--again", "9", "--provider", "O3")
    assert done.code == 2
    assert "--again" in done.err
