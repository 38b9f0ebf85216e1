"""What is said again: a claim known by its reference, a step of an older list, a step that may come twice."""

from __future__ import annotations

import pwd
from types import SimpleNamespace

import pytest

from tests.enrolment.conftest import Agency
from tests.settle.payables import IBAN

LIST = """\
step,person,course,on,attendance
started,P1,C1,2027-01-12,
attended,P1,C1,2027-01-29,0.3
attended,P1,C1,2027-02-12,0.6
"""


@pytest.fixture
def paid(agency: Agency, monkeypatch: pytest.MonkeyPatch) -> str:
    """An enrolment whose provider has had 600.00."""
    number = agency.enrol()
    agency("enrolment", "start", number, day="2027-01-12").ok()
    agency("enrolment", "complete", number, "--attendance", "1", day="2027-03-12").ok()
    agency("organisation", "update", "O3", "--iban", IBAN).ok()
    monkeypatch.setattr(pwd, "getpwuid", lambda _: SimpleNamespace(pw_name="a colleague"))
    agency("organisation", "confirm", "O3", "--iban", "--yes").ok()
    agency("settle", "--yes", day="2027-03-15").ok()
    return number


def claim(agency: Agency, number: str, ref: str, *args: str, day: str = "2027-04-01") -> dict[str, object]:
    return agency.json("enrolment", "reclaim", number, "--ref", ref, *args, "--yes", day=day)


def test_a_claim_is_booked_once_whatever_was_claimed_since(agency: Agency, paid: str) -> None:
    claim(agency, paid, "CLAIM-1", "--amount", "200.00")
    claim(agency, paid, "CLAIM-2", "--amount", "100.00")
    before = agency.bytes()
    again = claim(agency, paid, "CLAIM-1", "--amount", "200.00", day="2027-04-20")
    assert (again["done_already"], again["on"]) == (True, "2027-04-01")
    assert agency.bytes() == before
    other = ("enrolment", "reclaim", paid, "--ref", "CLAIM-1", "--amount", "100.00", "--yes")
    done = agency(*other, day="2027-04-20")
    assert done.code == 3
    assert "claimed 200.00 EUR back" in done.err


def test_a_claim_that_was_undone_can_be_made_again_once(agency: Agency, paid: str) -> None:
    first = claim(agency, paid, "CLAIM-1", "--amount", "200.00")
    agency("undo", str(first["commit"]), "--why", "wrong", "--yes", day="2027-04-02").ok()
    assert not claim(agency, paid, "CLAIM-1", "--amount", "200.00", day="2027-04-03")["done_already"]
    before = agency.bytes()
    assert claim(agency, paid, "CLAIM-1", "--amount", "200.00", day="2027-04-03")["done_already"]
    assert agency.bytes() == before


def test_a_claim_needs_a_reference(agency: Agency, paid: str) -> None:
    before = agency.bytes()
    done = agency("enrolment", "reclaim", paid, "--ref", "", "--yes", day="2027-04-01")
    assert (done.code, agency.bytes()) == (2, before)


def test_an_older_list_is_known_after_a_newer_one(agency: Agency) -> None:
    agency.enrol()
    older = LIST.rsplit("\n", 2)[0] + "\n"
    for text in (older, LIST):
        agency("enrolment", "import", "-", stdin=text, day="2027-03-01").ok()
    before = agency.bytes()
    for text, rows in ((older, 2), (LIST, 3)):
        again = agency.json("enrolment", "import", "-", stdin=text, day="2027-03-01")
        assert (again["new"], again["known"]) == (0, rows)
    assert agency.json("enrolment", "attend", "P1/C1", "--share", "0.3", day="2027-01-29")["done_already"]
    assert agency.bytes() == before


def test_less_attendance_than_before_is_a_new_record(agency: Agency) -> None:
    agency.enrol()
    agency("enrolment", "import", "-", stdin=LIST, day="2027-03-01").ok()
    again = agency.json("enrolment", "attend", "P1/C1", "--share", "0.3", day="2027-03-01")
    assert not again["done_already"]
    assert agency.json("enrolment", "show", "P1/C1")["attendance"] == "0.3"


@pytest.mark.parametrize("step", [("attend", "P1/C1", "--share", "0.5"), ("move", "P1/C1", "R2", "--yes")])
def test_a_step_that_can_come_no_more_is_told_why(agency: Agency, step: tuple[str, ...]) -> None:
    agency.enrol(course="C1/R1")
    agency("enrolment", "move", "P1/C1", "R3", "--yes", day="2026-12-02").ok()
    agency("enrolment", "start", "P1/C1", day="2027-01-12").ok()
    agency("enrolment", "attend", "P1/C1", "--share", "0.2", day="2027-01-20").ok()
    agency("enrolment", "complete", "P1/C1", "--attendance", "0.9", day="2027-03-12").ok()
    done = agency("enrolment", *step, day="2027-03-20")
    assert done.code == 3
    assert "is completed since 2027-03-12" in done.err


def test_a_state_is_as_old_as_the_step_that_made_it(agency: Agency) -> None:
    agency.enrol()
    agency("enrolment", "import", "-", stdin=LIST, day="2027-03-01").ok()
    (row,) = agency.json("enrolment", "list")["rows"]
    assert (row["state"], row["since"]) == ("started", "2027-01-12")
    assert "started since 2027-01-12" in agency("enrolment", "show", "P1/C1").ok().out


def test_a_list_that_names_no_run_is_known_again_and_so_is_one_after_a_move(agency: Agency) -> None:
    agency("course", "run", "withdraw", "C1/R2", "--why", "no teacher", "--from", "2026-11-01").ok()
    agency("course", "run", "withdraw", "C1/R3", "--why", "no teacher", "--from", "2026-11-01").ok()
    unnamed = "step,person,course,consent\nenrolled,P1,C1,form 7\n"
    named = "step,person,course,run,consent\nenrolled,P2,C1,R1,form 8\n"
    for text in (unnamed, named):
        agency("enrolment", "import", "-", stdin=text, day="2026-12-01").ok()
    agency("course", "run", "add", "C1", "--id", "R4", "--starts", "2027-02-01", "--from", "2026-12-01").ok()
    agency("enrolment", "move", "P2/C1", "R4", "--yes", day="2026-12-02").ok()
    before = agency.bytes()
    for text in (unnamed, named):
        again = agency.json("enrolment", "import", "-", stdin=text, day="2026-12-03")
        assert (again["new"], again["known"]) == (0, 1)
    assert agency.bytes() == before
