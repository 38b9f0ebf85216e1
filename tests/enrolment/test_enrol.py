"""`ilactl enrol`: the offer, what it books, and everything it refuses."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from ilactl.ledger.columns import ENROLMENTS
from tests.enrolment.conftest import Agency

YES = ("--yes", "--consent", "signed the form")


def test_the_offer_tells_who_pays_what_and_writes_nothing(agency: Agency) -> None:
    before = agency.bytes()
    offer = agency.json("enrol", "P1", "C1/R1", "-n", day="2026-12-01")
    assert (offer["price"], offer["from_wallet"], offer["own"]) == ("600.00", "600.00", "0.00")
    assert [(part["class"], part["pays"], part["stays"]) for part in offer["rows"]] == [
        ("employer", "300.00", "0.00"),
        ("own", "300.00", "200.00"),
    ]
    assert offer["usable_after"] == "200.00"
    assert agency.bytes() == before


def test_the_offer_shown_is_the_offer_booked(agency: Agency) -> None:
    shown = agency.json("enrol", "P1", "C1/R1", "-n", day="2026-12-01")
    booked = agency.json("enrol", "P1", "C1/R1", *YES, day="2026-12-01")
    told = {name for name in shown if shown[name] != booked[name]}
    assert told == {"commit", "enrolment", "dry_run"}
    assert agency.moves("reserve") == [
        ("reserve", "300.00", "wallet:employer", "held:employer"),
        ("reserve", "300.00", "wallet:own", "held:own"),
    ]
    step = agency.rows(ENROLMENTS)[0]
    assert step["enrolment"] == booked["enrolment"] == f"N{booked['commit']}"
    assert (step["step"], step["rule"], step["payee"]) == ("enrolled", "training@2026-01-01", "provider:O3")
    assert step["consent"] == "holder: signed the form"


def test_what_the_wallet_does_not_pay_is_the_holders_own(agency: Agency) -> None:
    booked = agency.json("enrol", "P2", "C1/R1", *YES, day="2026-12-01")
    assert (booked["from_wallet"], booked["own"], booked["missing"]) == ("500.00", "100.00", "100.00")
    assert agency.rows(ENROLMENTS)[0]["own"] == "100.00"


def test_a_caseworker_on_behalf_needs_evidence_and_it_is_recorded(agency: Agency) -> None:
    by = ("--yes", "--consent", "agreed on the phone", "--consent-by", "caseworker", "--channel", "phone")
    done = agency("enrol", "P1", "C1/R1", *by, day="2026-12-01")
    assert done.code == 2
    assert "evidence" in done.err
    agency("enrol", "P1", "C1/R1", *by, "--evidence", "CALL-9", day="2026-12-01").ok()
    consent = agency.rows(ENROLMENTS)[0]["consent"]
    assert consent == "caseworker (phone): agreed on the phone; evidence: CALL-9"


@pytest.mark.parametrize("given", [(), ("--yes",), ("--consent", "signed")])
def test_without_a_terminal_yes_and_consent_are_both_needed(agency: Agency, given: tuple[str, ...]) -> None:
    before = agency.bytes()
    done = agency("enrol", "P1", "C1/R1", *given, day="2026-12-01")
    assert done.code == 4
    assert agency.bytes() == before


def test_all_that_speaks_against_it_is_listed_at_once(agency: Agency) -> None:
    before = agency.bytes()
    done = agency("enrol", "P1", "C3", *YES, day="2026-12-01")
    assert done.code == 3
    assert "label" in done.err
    agency("organisation", "update", "O3", "--from", "2026-12-01", "--label-until", "2026-11-30").ok()
    before = agency.bytes()
    done = agency("enrol", "P1", "C1/R1", *YES, day="2027-02-01")
    assert done.code == 3
    assert "2 reasons" in done.err, done.err
    assert agency.bytes() == before


def test_the_second_of_two_on_the_last_seat_gets_a_clear_refusal(agency: Agency) -> None:
    agency.enrol("P1")
    agency.enrol("P2")
    before = agency.bytes()
    done = agency("enrol", "P3", "C1/R1", *YES, day="2026-12-01")
    assert done.code == 3
    assert "seat" in done.err
    assert agency.bytes() == before


def test_a_second_open_enrolment_in_the_same_course_is_refused(agency: Agency) -> None:
    agency.enrol("P1")
    assert agency("enrol", "P1", "C1/R2", *YES, day="2026-12-01").code == 3


def test_a_key_books_once(agency: Agency) -> None:
    args = ("enrol", "P1", "C1/R1", *YES, "--key", "app-7")
    agency(*args, day="2026-12-01").ok()
    before = agency.bytes()
    again = agency.json(*args, day="2026-12-01")
    assert again["done_already"] is True
    assert agency.bytes() == before
    other = agency("enrol", "P2", "C1/R1", *YES, "--key", "app-7", day="2026-12-01")
    assert other.code == 3


def test_an_unknown_person_course_or_run_is_not_found(agency: Agency) -> None:
    for person, course in (("P9", "C1"), ("P1", "C9"), ("P1", "C1/R9")):
        assert agency("enrol", person, course, *YES, day="2026-12-01").code == 66


@pytest.mark.parametrize("ref", ["FORM\n7", "=FORM(7)", "FORM\t7"])
def test_a_reference_that_cannot_stand_in_a_cell_is_refused(agency: Agency, ref: str) -> None:
    before = agency.bytes()
    done = agency("enrol", "P1", "C1/R1", *YES, "--ref", ref, day="2026-12-01")
    assert (done.code, "--ref: ref" in done.err) == (2, True)
    assert agency.bytes() == before


def test_success_is_silent_without_a_terminal(agency: Agency) -> None:
    done = agency("enrol", "P1", "C1/R1", *YES, day="2026-12-01")
    assert (done.code, done.out, done.err) == (0, "", "")


def test_two_at_once_want_the_last_seat_and_one_gets_it(agency: Agency) -> None:
    def started(person: str) -> subprocess.Popen[bytes]:
        words = ("enrol", person, "C1/R3", *YES, "--on", "2026-12-01", "--ledger", str(agency.root))
        env = {"PATH": os.environ["PATH"], "HOME": "/nonexistent"}
        return subprocess.Popen([sys.executable, "-m", "ilactl", *words], env=env, stderr=subprocess.PIPE)

    both = [started("P1"), started("P2")]
    said = [process.communicate(timeout=60)[1].decode() for process in both]
    assert sorted(process.returncode for process in both) == [0, 3], said
    assert "ENROL-SEATS" in "".join(said)
    assert agency.steps() == ["enrolled"]


def test_enrolling_imports_no_engine_and_no_parser(agency: Agency) -> None:
    agency.enrol("P2")
    code = (
        "import sys; from ilactl import cli; status = cli.main(sys.argv[1:]);"
        "heavy = {'duckdb', 'pydantic', 'rich', 'holidays', 'openpyxl'} & set(sys.modules);"
        "sys.exit(f'{status} {heavy}' if status or heavy else 0)"
    )
    words = ("enrol", "P1", "C1/R1", *YES, "--on", "2026-12-01", "--ledger", str(agency.root))
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def rewritten(agency: Agency, old: str, new: str, more: str = "") -> None:
    """The scheme with one text replaced by another, and more at its end."""
    path = agency.root / "rules/scheme.toml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1) + more)


def refused(agency: Agency, course: str = "C1/R1", person: str = "P1") -> str:
    """What a refusal says; nothing was written."""
    before = agency.bytes()
    done = agency("enrol", person, course, *YES, day="2026-12-01")
    assert done.code == 3, done.err
    assert agency.bytes() == before
    return done.err


def test_a_suspended_person_is_refused_with_the_rules_own_words(agency: Agency) -> None:
    rewritten(
        agency,
        "refuse = [",
        'refuse = [{ when = "barred", why = "barred until it is repaid" }, ',
        '\n[facts]\nbarred = { kind = "state", type = "bool", default = "false" }\n',
    )
    agency("person", "update", "P1", "--set", "barred=true", "--from", "2026-11-01").ok()
    assert "barred until it is repaid" in refused(agency)
    agency("enrol", "P2", "C1/R1", *YES, day="2026-12-01").ok()


def test_a_closed_wallet_enrols_nobody(agency: Agency) -> None:
    closing = '\n[[closing]]\nid = "retired"\nwhen = "age >= 45"\ndue = "11-01"\nunused = "expired"\n'
    rewritten(agency, 'title = "Training accounts"', 'title = "Training accounts"', closing)
    assert "closed by the rule retired" in refused(agency)
    agency("enrol", "P2", "C1/R1", *YES, day="2026-12-01").ok()


def test_an_overdrawn_wallet_says_what_is_missing_and_when_it_will_be_there(agency: Agency) -> None:
    rewritten(agency, 'title = "Training accounts"', 'from_wallet = "net"')
    said = refused(agency, person="P2")
    assert "100.00 EUR is missing" in said
    assert "2027-06-15" in said
    assert "base" in said


def test_a_course_in_another_currency_is_refused(agency: Agency) -> None:
    path = agency.root / "ledger.toml"
    path.write_text(path.read_text() + "\n[units.SEK]\nscale = 2\n")
    agency("course", "update", "C1", "--price", "900.00", "--unit", "SEK", "--from", "2026-11-01").ok()
    assert "SEK" in refused(agency, course="C1")


def test_only_rules_whose_lots_pay_are_said_to_bring_what_is_missing(agency: Agency) -> None:
    other = '\n[[grant]]\nid = "talks"\nclass = "talk"\nfund = "fund:esf"\nunit = "EUR"\nevery = "year"\n'
    more = other + 'due = "06-15"\namount = "90.00"\n'
    rewritten(agency, 'title = "Training accounts"', 'from_wallet = "net"', more)
    assert "wait until 2027-06-15: base will have brought it" in refused(agency, person="P2")


def test_an_offer_that_no_rule_decides_says_nothing_of_who_pays(agency: Agency) -> None:
    rewritten(agency, 'title = "Training accounts"', 'kinds = ["exam"]')
    done = agency("enrol", "P1", "C1/R1", "-n", day="2026-12-01")
    assert done.code == 3
    assert "ENROL-RULE" in done.err
    assert "price       600.00 EUR" in done.out
    assert "Who pays" not in done.out
    assert "paid by others" not in done.out
