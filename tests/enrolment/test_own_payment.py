"""What the holder pays in besides: one document brings in one payment, by enrolling, a move or a list."""

from __future__ import annotations

import pytest

from ilactl.ledger.columns import ENTITLEMENTS
from tests.enrolment.conftest import SCHEME, Agency

BOOKED = SCHEME.replace('classes = ["employer", "own"]', 'classes = ["employer", "own"]\nown_class = "cash"')
YES = ("--yes", "--consent", "signed the form")
LIST = "step,person,course,run,consent,ref\n"


@pytest.fixture
def booking(agency: Agency) -> Agency:
    """The agency whose scheme books the holder's own share; P2 is in C1/R1 and paid 100.00 with CARD-1."""
    cash = '\n[[contribution]]\nid = "cash"\nclass = "cash"\nunit = "EUR"\nfrom = ["own"]\n'
    (agency.root / "rules/scheme.toml").write_text(BOOKED + cash)
    agency("course", "add", "--id", "C4", "--provider", "O3", "--kind", "training", "--title", "Milling",
           "--field", "0715", "--price", "90.00", "--unit", "EUR", "--from", "2026-01-01").ok()  # fmt: skip
    agency("enrol", "P2", "C1/R1", *YES, "--ref", "CARD-1", day="2026-12-01").ok()
    return agency


def paid_in(agency: Agency) -> list[tuple[str, str]]:
    rows = [row for row in agency.rows(ENTITLEMENTS) if row["from"] == "own" and row["kind"] == "contribute"]
    return [(row["amount"], row["ref"]) for row in rows]


@pytest.mark.parametrize(
    "words",
    [
        ("enrol", "P2", "C4", *YES, "--ref", "CARD-1"),
        ("enrolment", "move", "P2/C1", "R3", "--yes", "--ref", "CARD-1"),
    ],
)
def test_a_document_that_brought_in_a_payment_brings_in_no_other(
    booking: Agency, words: tuple[str, ...]
) -> None:
    before = booking.bytes()
    done = booking(*words, day="2026-12-02")
    assert (done.code, booking.bytes()) == (3, before)
    assert "ENROL-REF CARD-1 is the reference of the payment" in done.err
    booking(*words[:-1], "CARD-2", day="2026-12-02").ok()
    assert [ref for _, ref in paid_in(booking)] == ["CARD-1", "CARD-2"]
    assert booking("check", "--full").code == 0


def test_a_list_names_no_document_twice_for_a_payment_of_one_person(booking: Agency) -> None:
    rows = "enrolled,P3,C1,R1,form 7,LIST-1\nenrolled,P3,C4,,form 7,LIST-1\n"
    done = booking("enrolment", "import", "-", stdin=LIST + rows, day="2026-12-02")
    assert done.code == 65
    assert "stdin:3:1: ENROL-REF LIST-1" in done.err
    assert [ref for _, ref in paid_in(booking)] == ["CARD-1"]


def test_what_brings_in_no_payment_may_name_a_document_again(booking: Agency) -> None:
    booking("enrol", "P1", "C4", *YES, "--ref", "CARD-1", day="2026-12-02").ok()
    booking("enrolment", "move", "P2/C1", "R2", "--yes", "--ref", "CARD-1", day="2026-12-02").ok()
    assert booking("check", "--full").code == 0


def test_an_undone_payment_frees_its_document(booking: Agency) -> None:
    number = booking.json("enrolment", "show", "P2/C1")["enrolment"]
    booking("undo", number[1:], "--why", "wrong course", "--yes", day="2026-12-02").ok()
    booking("enrol", "P2", "C1/R1", *YES, "--ref", "CARD-1", day="2026-12-02").ok()
    assert booking("check", "--full").code == 0


def test_nobody_has_paid_more_than_the_course_costs(agency: Agency) -> None:
    words = ("enrol", "P1", "C1/R1", "--yes", "--consent", "signed", "--prepaid")
    before = agency.bytes()
    refused = agency(*words, "600.01")
    assert (refused.code, agency.bytes()) == (2, before)
    assert "--prepaid 600.01 is more than the course costs" in refused.err
    agency(*words, "600.00").ok()
