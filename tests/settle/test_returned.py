"""`settle --returned`: rejected payments are due again, once, and their account waits for a second look."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ilactl.ledger.columns import ENTITLEMENTS
from ilactl.ledger.snapshot import Snapshot

from .payables import OTHER_IBAN

PARTS = [("300.00", "fund:state", "own"), ("100.00", "fund:esf", "own")]


@pytest.fixture
def paid(world, settle) -> str:
    """Two enrolments paid to O3, one to O4; the reference of the payment to O3."""
    for org in ("O3", "O4"):
        world.provider(org)
    for number, payee in ((5, "provider:O3"), (6, "provider:O3"), (7, "provider:O4")):
        world.enrolled(f"N{number}", f"P{number}", PARTS, payee=payee)
        world.due(f"N{number}", f"P{number}", "200.00", ref=f"INV-{number}")
    settle("2026-09-30").ok()
    world.entries = len(world.rows())
    return f"S{Snapshot.open(world.root).head.seq}-O3"


@pytest.fixture
def returned(by):
    """`returned(text, *words)`: the file's text on stdin."""

    def call(text: str, *words: str):
        return by("payer", "settle", "--returned", "-", "--on", "2026-10-05", *words, stdin=text)

    return call


def booked(world, kind: str) -> list[tuple[str, str, str, str, str]]:
    return [
        (r["enrolment"], r["lot"], r["amount"], r["of"], r["ref"]) for r in world.rows() if r["kind"] == kind
    ]


def test_a_payment_comes_back_whole_and_is_due_again(world, paid, returned, by, settle):
    done = returned(f"reference,reason\n{paid},AC04\n").ok()
    assert (done.out, done.err) == ("", "")
    assert booked(world, "reclaim") == [
        ("N5", "E1", "150.00", "E13", f"{paid} AC04"),
        ("N5", "E2", "50.00", "E14", f"{paid} AC04"),
        ("N6", "E5", "150.00", "E15", f"{paid} AC04"),
        ("N6", "E6", "50.00", "E16", f"{paid} AC04"),
    ]
    back = [r for r in world.rows() if r["kind"] == "reclaim"]
    assert {(r["from"], r["to"], r["booked_on"]) for r in back} == {("provider:O3", "held:own", "2026-10-05")}
    assert "its account is not confirmed" in settle("2026-10-06", "-v").ok().out
    assert not booked(world, "settle")[6:]
    by("bob", "organisation", "confirm", "O3", "--iban", "--yes").ok()
    settle("2026-10-06").ok()
    assert [(n, amount) for n, _, amount, _, _ in booked(world, "settle")[6:]] == [
        ("N5", "150.00"), ("N5", "50.00"), ("N6", "150.00"), ("N6", "50.00"),
    ]  # fmt: skip


def test_a_changed_account_is_to_be_confirmed_by_somebody_else_as_well(world, paid, returned, by, settle):
    returned(f"reference,reason\n{paid},AC04\n").ok()
    by("bob", "organisation", "update", "O3", "--iban", OTHER_IBAN, "--from", "2026-10-01").ok()
    assert "its account is not confirmed" in settle("2026-10-06", "-v").ok().out
    assert by("bob", "organisation", "confirm", "O3", "--iban", "--yes").code == 3
    by("ann", "organisation", "confirm", "O3", "--iban", "--yes").ok()
    settle("2026-10-06").ok()
    assert len(booked(world, "settle")) == 10


def test_where_nobody_looks_a_warning_names_who_is_not_paid(paid, returned, by):
    returned(f"reference,reason\n{paid},AC04\n").ok()
    quiet = by("payer", "settle", "--on", "2026-10-06", "--yes").ok()
    assert quiet.out == ""
    assert quiet.err == (
        "warning: held back: provider:O3, its account is not confirmed; 'ilactl settle -n' shows how much\n"
    )
    assert by("payer", "settle", "--on", "2026-10-06", "--yes", "-O", "json").ok().err == ""


def test_an_account_that_was_changed_since_stays_confirmed(world, paid, returned, by, settle):
    by("bob", "organisation", "update", "O3", "--iban", OTHER_IBAN, "--from", "2026-10-01").ok()
    by("ann", "organisation", "confirm", "O3", "--iban", "--yes").ok()
    told = json.loads(returned(f"reference\n{paid}\n", "-O", "json").ok().out)
    assert told["held_back"] == []
    settle("2026-11-25").ok()
    assert len(booked(world, "settle")) == 10


@pytest.mark.parametrize(
    "text", ["reference,reason\n{paid},AC04\n", "enrolment,amount,reason\nN5,200.00,AC04\n"]
)
def test_the_same_file_again_changes_nothing_even_when_paid_again(world, paid, returned, by, settle, text):
    file = text.format(paid=paid)
    returned(file).ok()
    before = Snapshot.open(world.root).head
    assert returned(file).ok().out == ""
    assert Snapshot.open(world.root).head == before
    by("bob", "organisation", "confirm", "O3", "--iban", "--yes").ok()
    settle("2026-10-06").ok()
    before = Snapshot.open(world.root).head
    assert "done already" in by("payer", "settle", "--returned", "-", "-v", stdin=file).ok().out
    assert Snapshot.open(world.root).head == before


@pytest.mark.parametrize("text", ["reference,reason\n{paid},AC04\n", "enrolment,amount\nN5,200.00\n"])
def test_a_file_whose_taking_back_was_undone_can_be_taken_again_once(world, paid, returned, by, text):
    file = text.format(paid=paid)
    for _ in range(2):
        returned(file).ok()
        assert "done already" in returned(file, "-v").ok().out
        commit = str(Snapshot.open(world.root).head.seq)
        by("payer", "undo", commit, "--why", "wrong file", "--yes", "--on", "2026-10-05").ok()
    before = len(booked(world, "reclaim"))
    told = json.loads(returned(file, "-O", "json").ok().out)
    assert [row["outcome"] for row in told["rows"]] == ["returned"]
    assert len(booked(world, "reclaim")) == before * 3 // 2
    assert "done already" in returned(file, "-v").ok().out


def test_a_longer_list_takes_back_only_what_is_new(world, paid, returned):
    returned(f"reference,enrolment\n{paid},N5\n").ok()
    told = returned(f"reference\n{paid}\n{paid.replace('O3', 'O4')}\n", "-O", "json").ok()
    assert [(r["reference"], r["outcome"], r["amount"]) for r in json.loads(told.out)["rows"]] == [
        (paid, "returned", "200.00"),
        (paid.replace("O3", "O4"), "returned", "200.00"),
    ]
    assert len(booked(world, "reclaim")) == 6
    told = returned(f"reference,reason\n{paid},again\n", "-O", "json").ok()
    assert [r["outcome"] for r in json.loads(told.out)["rows"]] == ["known"]


def test_a_payment_returned_twice_was_paid_twice(world, paid, returned, by, settle):
    returned("enrolment,amount\nN5,200.00\n").ok()
    by("bob", "organisation", "confirm", "O3", "--iban", "--yes").ok()
    settle("2026-10-06").ok()
    again = f"S{Snapshot.open(world.root).head.seq}-O3"
    returned(f"reference,reason\n{again},AC04\n", "--on", "2026-10-08").ok()
    assert [ref for *_, ref in booked(world, "reclaim")] == [paid, paid, f"{again} AC04", f"{again} AC04"]


def test_what_was_clawed_back_does_not_come_back_again(world, paid, returned):
    one = world.entry(
        person="P5", kind="reclaim", lot="E1", amount="100.00", enrolment="N5",
        from_="provider:O3", to="held:own", of="E13", ref="CLAIM-1",
    )  # fmt: skip
    two = one | {
        "entry": "E20",
        "kind": "release",
        "from": "held:own",
        "to": "wallet:own",
        "of": "",
        "ref": "",
    }
    rows = [row | {"booked_on": "2026-10-01"} for row in (one, two)]
    world.commit((ENTITLEMENTS, rows), day="2026-10-01")
    returned(f"reference,enrolment\n{paid},N5\n").ok()
    assert [amount for _, _, amount, *_ in booked(world, "reclaim")] == ["100.00", "50.00", "50.00"]


def test_every_fault_of_a_file_is_told_and_nothing_is_booked(world, paid, returned):
    before = Snapshot.open(world.root).head
    text = "reference,enrolment,amount,reason\n"
    text += f"{paid},,,\nS99-O3,,,AC01\n{paid},N7,,\nX,,,\n,N5,199.00,\n,N99,1.00,\n,N5,,\n{paid},N5,,\n"
    refused = returned(text)
    assert refused.code == 65
    told = [line.split(" ", 2)[:2] for line in refused.err.splitlines() if line.startswith("stdin:")]
    assert told == [
        ["stdin:3:1:", "RETURNED-UNKNOWN"],
        ["stdin:4:1:", "RETURNED-UNKNOWN"],
        ["stdin:5:1:", "RETURNED-UNKNOWN"],
        ["stdin:6:5:", "RETURNED-AMOUNT"],
        ["stdin:7:2:", "RETURNED-UNKNOWN"],
        ["stdin:8:", "IN-CELL"],
        ["stdin:9:1:", "RETURNED-TWICE"],
    ]
    assert Snapshot.open(world.root).head == before


def test_a_reason_too_long_for_its_cell_is_a_fault(world, paid, returned, by):
    done = returned(f"reference,reason\n{paid},{'late ' * 39}late\n")
    assert (done.code, "stdin:2:" in done.err, "longer than 200 characters" in done.err) == (65, True, True)
    assert len(world.rows()) == world.entries
    assert by("ann", "check").ok().out == ""


def test_what_does_not_go_together_is_refused(paid, by):
    for words in (("--provider", "O3"), ("--to", "."), ("--key", "K")):
        assert by("payer", "settle", "--returned", "-", *words, stdin=f"reference\n{paid}\n").code == 2
    assert by("payer", "settle", "--returned", "nowhere.csv").code == 66


def test_a_banks_own_list_comes_in_by_a_mapping(paid, returned):
    mapping = Path("sample-data/mappings/returns.toml").resolve()
    text = f"Datum;Verwendungszweck;Grund;Betrag\n05.10.2026;{paid};AC04;400,00\n"
    told = json.loads(returned(text, "--map", mapping, "-O", "json").ok().out)
    assert [(row["reference"], row["outcome"], row["amount"]) for row in told["rows"]] == [
        (paid, "returned", "400.00")
    ]
    assert "done already" in returned(text, "--map", mapping, "-v").ok().out
    wrong = returned(text.replace("400,00", "2.000,00"), "--map", mapping)
    assert (wrong.code, "RETURNED-AMOUNT" in wrong.err, "stdin:2:" in wrong.err) == (65, True, True)


def test_a_mapping_has_no_meaning_without_a_file(paid, by):
    refused = by("payer", "settle", "--map", "x.toml", "--yes")
    assert (refused.code, "--map goes with --returned" in refused.err) == (2, True)
