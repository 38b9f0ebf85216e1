"""What an enrolment brings is never given by a run, and no correction takes it back; both gaits agree."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from ilactl.errors import Refused
from ilactl.ledger.columns import ENTITLEMENTS
from ilactl.ledger.entries import entries_of
from ilactl.ledger.manifest import load_manifest
from ilactl.ledger.registers import person_record
from ilactl.rules.contribution_rules import ContributionRules
from ilactl.rules.corrections import Corrector
from ilactl.rules.load import load_contributions, read_rules
from ilactl.rules.plan import scales_of
from tests.rules.books import MANIFEST, Book

RULES = """\
[[cap]]
id = "all"
over = ["own", "voucher"]
unit = "EUR"
limit = "900.00"
[[grant]]
id = "base"
class = "own"
fund = "fund:state"
unit = "EUR"
every = "year"
due = "01-01"
when = "balance.voucher < 5000.00"
amount = "500.00"
caps = ["all"]
[[grant]]
id = "voucher"
class = "voucher"
fund = "fund:esf"
unit = "EUR"
every = "enrolment"
when = "price > 100.00"
amount = "LEAST(price / 2, 450.00)"
round = "down"
caps = ["all"]
[[contribution]]
id = "employer"
class = "employer"
unit = "EUR"
from = ["employer"]
[[spend]]
id = "courses"
unit = "EUR"
classes = ["voucher", "own"]
own_class = "cash"
[[ending]]
id = "standard"
[[ending.row]]
on = ["cancelled", "completed"]
provider = "1"
"""
BROUGHT = {
    "entry": "E1",
    "booked_on": "2026-02-01",
    "person": "P1",
    "kind": "grant",
    "amount": "450.00",
    "unit": "EUR",
    "from": "fund:esf",
    "to": "wallet:voucher",
    "earmark": "enrolment:N7",
    "enrolment": "N7",
    "rule": "voucher",
    "period": "N7",
}


@pytest.fixture
def book(tmp_path: Path) -> Book:
    made = Book.make(tmp_path, {"scheme.toml": RULES})
    made.person()
    return made


def test_no_run_gives_what_an_enrolment_brings(book: Book) -> None:
    assert [row["rule"] for row in book.topup("2026-05-01")] == ["base"]
    assert book.topup("2026-05-01") == []


def test_a_run_of_that_rule_alone_is_refused(book: Book) -> None:
    with pytest.raises(Refused) as caught:
        book.plan("2026-05-01", rules=["voucher"])
    assert "voucher is given by enrolments" in str(caught.value)


def test_what_was_brought_takes_room_under_a_cap_and_stays_as_it_was(book: Book) -> None:
    book.append(ENTITLEMENTS, [BROUGHT])
    [base] = book.topup("2026-05-01")
    assert (base["amount"], base["due"]) == ("450.00", "500.00")
    snapshot, scheme = book.snapshot(), book.scheme()
    entries = entries_of(snapshot, "P1")
    corrector = Corrector(
        scheme, scales_of(snapshot), date(2026, 5, 1), {"base": ["2026"], "voucher": ["N7"]}
    )
    review = corrector.review(person_record(snapshot, "P1"), entries)
    assert (review.differences, review.undecided) == ([], [])


def test_no_warning_is_given_of_sums_and_caps_that_no_run_meets(book: Book) -> None:
    assert read_rules({"rules/a.toml": RULES.encode()}, load_manifest(MANIFEST.encode()))[1] == []


def test_a_payment_is_taken_without_reading_what_is_spent(book: Book) -> None:
    """Rules that passed every test are read for their contributions alone; others are tested whole."""
    assert not isinstance(load_contributions(book.snapshot(), remember=True), ContributionRules)
    rules = load_contributions(book.snapshot())
    assert isinstance(rules, ContributionRules)
    assert list(rules.contributions) == ["employer"]
