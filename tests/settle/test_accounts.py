"""Accounts of organisations: checked where they come in, paid only where somebody else confirmed them."""

from __future__ import annotations

from datetime import date

import pytest

from ilactl.ledger.columns import ORGANISATIONS
from ilactl.ledger.iban import compact_iban, iban_fault, spaced_iban
from ilactl.ledger.organisations import provider_on
from ilactl.ledger.snapshot import Snapshot

from .payables import IBAN, OTHER_IBAN

ADD = ("organisation", "add", "--id", "O8", "--kind", "provider", "--name", "Night School")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("LT12 1000 0111 0100 1000", ""),
        ("de89370400440532013000", ""),
        ("NO93 8601 1117 947", ""),
        ("BE68 5390 0754 7034", ""),  # of a bank that no list need know
        ("LT12 1000 0111 0100 1001", "its check digits do not fit"),
        ("LT21 1000 0111 0100 1000", "its check digits do not fit"),
        ("LT12 1000 0111 0100 100", "it has 19 characters, one of Lithuania has 20"),
        ("GB82 WE5T 1234 5698 7654 32", "'WE5T' in place 5 to 8 holds more than capital letters"),
        ("XX12 1000", "no country with the code XX has IBANs"),
        ("1000 0111", "it does not begin with a country's two letters and two digits"),
        ("LT12-1000-0111-0100-1000", "'-' is neither a letter nor a digit"),
        ("", "it does not begin"),
    ],
)
def test_what_is_wrong_with_an_iban_is_said(text, fault):
    assert iban_fault(compact_iban(text)).startswith(fault)
    assert bool(iban_fault(compact_iban(text))) is bool(fault)


def test_one_wrong_digit_and_two_that_changed_places_are_seen():
    for at in range(2, len(IBAN)):
        other = str((int(IBAN[at]) + 1) % 10)
        assert iban_fault(IBAN[:at] + other + IBAN[at + 1 :])
        swapped = IBAN[:at] + IBAN[at + 1 : at + 2] + IBAN[at] + IBAN[at + 2 :]
        assert swapped == IBAN or iban_fault(swapped)


def test_an_iban_is_shown_as_it_stands_on_paper():
    assert spaced_iban(IBAN) == "LT12 1000 0111 0100 1000"


def cells(world) -> list[dict[str, str]]:
    lines = (world.root / "organisations.csv").read_text().splitlines()
    return [dict(zip(ORGANISATIONS.names, line.split(","), strict=True)) for line in lines[1:]]


def test_an_account_is_taken_without_its_spaces_and_a_wrong_one_is_refused(world, by):
    wrong = by("ann", *ADD, "--iban", "LT12 1000 0111 0100 1001")
    assert (wrong.code, "check digits do not fit" in wrong.err) == (2, True)
    by("ann", *ADD, "--iban", "LT12 1000 0111 0100 1000", "--label-issuer", "Council").ok()
    assert (cells(world)[-1]["iban"], cells(world)[-1]["label_issuer"]) == (IBAN, "Council")
    by("ann", "organisation", "update", "O8", "--suspend", "audit").ok()
    assert cells(world)[-1]["suspended"] == "audit"
    by("ann", "organisation", "update", "O8", "--lift-suspension").ok()
    assert (cells(world)[-1]["suspended"], cells(world)[-1]["iban"]) == ("", IBAN)
    assert by("ann", "organisation", "update", "O8", "--suspend", "x", "--lift-suspension").code == 2


def test_who_put_an_account_in_cannot_confirm_it(world, by):
    by("ann", *ADD, "--iban", IBAN).ok()
    assert by("ann", "organisation", "confirm", "O8", "--iban", "--yes").code == 3
    by("ann", "organisation", "update", "O8", "--contact", "a@school.example").ok()
    assert by("ann", "organisation", "confirm", "O8", "--iban", "--yes").code == 3
    assert by("bob", "organisation", "confirm", "O8", "--iban").code == 4
    assert by("bob", "organisation", "confirm", "O8").code == 2
    by("bob", "organisation", "confirm", "O8", "--iban", "--yes").ok()
    assert cells(world)[-1]["iban_confirmed"] == IBAN
    before = cells(world)
    assert "confirmed already" in by("cat", "organisation", "confirm", "O8", "--iban", "-n").ok().out
    by("cat", "organisation", "confirm", "O8", "--iban", "--yes").ok()
    assert cells(world) == before


def test_who_changed_something_else_put_no_account_in(world, by):
    by("ann", *ADD, "--iban", IBAN).ok()
    by("bob", "organisation", "update", "O8", "--contact", "a@school.example").ok()
    by("bob", "organisation", "confirm", "O8", "--iban", "--yes").ok()
    assert by("cat", "organisation", "show", "O8").ok().out.count(IBAN) >= 2


def test_a_changed_account_is_confirmed_no_more(world, by):
    by("ann", *ADD, "--iban", IBAN).ok()
    by("bob", "organisation", "confirm", "O8", "--iban", "--yes").ok()
    by("bob", "organisation", "update", "O8", "--contact", "a@school.example").ok()
    assert cells(world)[-1]["iban_confirmed"] == IBAN
    by("bob", "organisation", "update", "O8", "--iban", OTHER_IBAN).ok()
    assert cells(world)[-1]["iban_confirmed"] == ""
    by("ann", "organisation", "update", "O8", "--iban", IBAN).ok()
    assert cells(world)[-1]["iban_confirmed"] == ""
    assert by("ann", "organisation", "confirm", "O8", "--iban", "--yes").code == 3


def test_a_confirmation_holds_for_rows_that_begin_later(world, by):
    by("ann", *ADD, "--iban", IBAN, "--from", "2026-01-01").ok()
    by("ann", "organisation", "update", "O8", "--from", "2027-01-01", "--name", "Evening School").ok()
    by("bob", "organisation", "confirm", "O8", "--iban", "--yes").ok()
    confirmed = [(one["valid_from"], one["name"]) for one in cells(world) if one["iban_confirmed"]]
    assert confirmed == [("2026-01-01", "Night School"), ("2027-01-01", "Evening School")]


def test_an_import_confirms_nothing_and_takes_its_own_export(world, by):
    by("ann", *ADD, "--iban", IBAN).ok()
    text = f"organisation,iban,iban_confirmed\nO8,{IBAN},{IBAN}\n"
    refused = by("bob", "organisation", "import", "-", stdin=text)
    assert (refused.code, "stdin:2:25: IN-CELL" in refused.err) == (65, True)
    by("bob", "organisation", "confirm", "O8", "--iban", "--yes").ok()
    export = by("ann", "organisation", "list", "-O", "csv").ok().out
    before = cells(world)
    by("ann", "organisation", "import", "-", stdin=export).ok()
    assert cells(world) == before
    on_paper = export.replace(IBAN, spaced_iban(IBAN))
    by("ann", "organisation", "import", "-", stdin=on_paper).ok()
    assert cells(world) == before
    wrong = by("ann", "organisation", "import", "-", stdin="organisation,iban\nO8,LT12 3\n")
    assert (wrong.code, "stdin:2:4: IN-CELL" in wrong.err) == (65, True)
    by("ann", "organisation", "import", "-", stdin=f"organisation,iban\nO8,{spaced_iban(OTHER_IBAN)}\n").ok()
    assert (cells(world)[-1]["iban"], cells(world)[-1]["iban_confirmed"]) == (OTHER_IBAN, "")


def test_there_must_be_an_account_to_confirm(world, by):
    by("ann", *ADD).ok()
    assert by("bob", "organisation", "confirm", "O8", "--iban", "--yes").code == 3
    assert by("bob", "organisation", "confirm", "O9", "--iban", "--yes").code == 66


def test_a_provider_is_what_its_row_of_the_day_says(world):
    label = {"quality_label": "EQAVET", "label_issuer": "Council", "label_from": "2026-01-01"}
    world.provider("O8", **label, label_until="2026-12-31")
    world.provider("O8", valid_from="2026-06-01", suspended="audit", kinds="employer", confirm=False)
    snapshot = Snapshot.open(world.root)
    early = provider_on(snapshot, "O8", date(2026, 5, 31))
    assert (early.known, early.provides, early.suspended, early.name) == (True, True, "", "School O8")
    assert (early.label, early.label_issuer) == ("EQAVET", "Council")
    days = (date(2025, 12, 31), date(2026, 1, 1), date(2026, 12, 31), date(2027, 1, 1))
    assert [early.labelled_on(day) for day in days] == [False, True, True, False]
    late = provider_on(snapshot, "O8", date(2026, 6, 1))
    assert (late.provides, late.suspended, late.labelled_on(date(2026, 6, 1))) == (False, "audit", False)
    assert not provider_on(snapshot, "O8", date(2019, 1, 1)).known
    assert not provider_on(snapshot, "O9", date(2026, 1, 1)).known


def held(world, day: str) -> dict[str, str]:
    """The row of O8 that holds on the day."""
    rows = [row for row in cells(world) if row["organisation"] == "O8" and row["valid_from"] <= day]
    return max(reversed(rows), key=lambda row: row["valid_from"])


def test_what_was_recorded_for_later_brings_back_no_suspension_lifted_and_lifts_none(world, by):
    by("ann", *ADD, "--quality-label", "EQAVET", "--from", "2026-01-01").ok()
    by("ann", "organisation", "update", "O8", "--label-until", "2031-12-31", "--from", "2027-06-01").ok()
    update = ("organisation", "update", "O8", "--from")
    done = by("ann", *update, "2027-03-01", "--suspend", "audit").ok()
    assert done.err == ""
    assert [held(world, day)["suspended"] for day in ("2027-02-28", "2027-03-01", "2027-06-01")] == [
        "",
        "audit",
        "audit",
    ]
    assert held(world, "2027-06-01")["label_until"] == "2031-12-31"
    by("ann", *update, "2027-04-01", "--lift-suspension").ok()
    assert (held(world, "2027-03-01")["suspended"], held(world, "2027-06-01")["suspended"]) == ("audit", "")
    before = cells(world)
    by("ann", *update, "2027-04-01", "--lift-suspension").ok()
    assert cells(world) == before


def test_a_changed_account_is_not_the_former_one_again_on_a_later_day(world, by):
    by("ann", *ADD, "--iban", IBAN, "--from", "2026-01-01").ok()
    by("bob", "organisation", "confirm", "O8", "--iban", "--yes").ok()
    later = ("organisation", "update", "O8", "--from", "2027-06-01", "--contact", "b@school.example")
    by("ann", *later).ok()
    by("ann", "organisation", "update", "O8", "--iban", OTHER_IBAN).ok()
    last = held(world, "2027-06-01")
    assert (last["iban"], last["iban_confirmed"]) == (OTHER_IBAN, "")
    assert last["contact"] == "b@school.example"
    by("bob", "organisation", "confirm", "O8", "--iban", "--yes").ok()
    assert provider_on(Snapshot.open(world.root), "O8", date(2027, 7, 1)).iban_confirmed == OTHER_IBAN


def test_another_account_that_was_recorded_for_later_stays(world, by):
    by("ann", *ADD, "--iban", IBAN, "--from", "2026-01-01").ok()
    by("ann", "organisation", "update", "O8", "--iban", OTHER_IBAN, "--from", "2027-06-01").ok()
    third = "BE68539007547034"
    done = by("ann", "organisation", "update", "O8", "--iban", third).ok()
    assert (held(world, "2026-12-31")["iban"], held(world, "2027-06-01")["iban"]) == (third, OTHER_IBAN)
    assert "a row that holds from 2027-06-01 on says otherwise of iban" in done.err


def test_a_row_that_is_to_hold_later_and_says_otherwise_is_told(world, by):
    by("ann", *ADD, "--contact", "a@school.example", "--from", "2026-01-01").ok()
    update = ("organisation", "update", "O8")
    by("ann", *update, "--country", "LT", "--from", "2027-06-01").ok()
    done = by("ann", *update, "--contact", "c@school.example").ok()
    assert "from 2027-06-01 on says otherwise of contact" in done.err
    assert by("ann", *update, "--contact", "c@school.example").ok().err == ""
    assert by("ann", *update, "--contact", "c@school.example", "--from", "2027-06-01").ok().err == ""
