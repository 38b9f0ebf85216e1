"""`settle`: what is due is paid once, out of what is held, to whom it may be paid."""

from __future__ import annotations

import json
from datetime import date

import pytest

from ilactl.commands import settling
from ilactl.ledger.columns import ENROLMENTS, ENTITLEMENTS, ORGANISATIONS
from ilactl.ledger.snapshot import Snapshot
from ilactl.rules.settling import Settling, plan_settlement

from .payables import IBAN, OTHER_IBAN

FOUR_LOTS = [
    ("300.00", "employer:O7", "employer"),
    ("500.00", "fund:cdc", "own"),
    ("100.00", "fund:esf", "own"),
    ("100.00", "own", "cash"),
]
ONE = [("100.00", "fund:state", "own")]


def paid(world) -> list[tuple[str, str, str]]:
    """Enrolment, lot and amount of every settle entry."""
    return [(r["enrolment"], r["lot"], r["amount"]) for r in world.rows() if r["kind"] == "settle"]


def test_sixty_percent_of_four_lots_is_paid_in_the_order_they_were_drawn(world, settle):
    """Money event 5 of the kernel: attendance 60 %, settled, with the invoice's number."""
    world.provider()
    world.enrolled("N9", "P1", FOUR_LOTS)
    world.due("N9", "P1", "600.00", ref="INV-31")
    done = settle("2026-12-20").ok()
    assert (done.out, done.err) == ("", "")
    rows = [r for r in world.rows() if r["kind"] == "settle"]
    assert [(r["lot"], r["amount"], r["from"]) for r in rows] == [
        ("E1", "180.00", "held:employer"),
        ("E2", "300.00", "held:own"),
        ("E3", "60.00", "held:own"),
        ("E4", "60.00", "held:cash"),
    ]
    assert {(r["person"], r["to"], r["ref"], r["booked_on"], r["rule"]) for r in rows} == {
        ("P1", "provider:O3", "INV-31", "2026-12-20", "")
    }


def test_milestones_are_paid_as_they_become_due(world, settle):
    """Money event 16: 70 % at the end, 30 % after the certificate."""
    world.provider("O4")
    world.enrolled("N6", "P1", [("1000.00", "fund:rrf", "own")], payee="provider:O4")
    world.due("N6", "P1", "700.00")
    settle("2026-09-30").ok()
    settle("2026-09-30").ok()
    world.due("N6", "P1", "1000.00", step="certified")
    settle("2026-10-30").ok()
    assert paid(world) == [("N6", "E1", "700.00"), ("N6", "E1", "300.00")]


def test_it_pays_nothing_twice_and_nothing_where_nothing_is_due(world, settle, by):
    world.provider()
    assert by("payer", "settle", "--on", "2026-09-30").ok().out == ""
    world.enrolled("N5", "P1", ONE)
    assert "nothing to pay" in settle("2026-09-30", "-v").ok().out
    world.due("N5", "P1", "100.00")
    settle("2026-09-30").ok()
    before = Snapshot.open(world.root).head
    assert settle("2026-09-30").ok().out == ""
    assert Snapshot.open(world.root).head == before


def test_a_cent_that_does_not_divide_goes_to_the_largest_remainder_then_the_first(world, settle):
    world.provider()
    thirds = [("0.01", "fund:state", "own"), ("0.01", "fund:esf", "own"), ("0.01", "fund:state", "own")]
    world.enrolled("N5", "P1", thirds)
    world.due("N5", "P1", "0.02")
    world.enrolled("N6", "P2", [("0.10", "fund:state", "own"), ("0.25", "fund:esf", "own")])
    world.due("N6", "P2", "0.01")
    settle("2026-09-30").ok()
    assert paid(world) == [("N5", "E1", "0.01"), ("N5", "E2", "0.01"), ("N6", "E8", "0.01")]


def test_enrolments_are_paid_by_provider_and_number(world, settle):
    world.provider("O3")
    world.provider("O4")
    for enrolment in ("N10", "N9", "N9-2", "N9-10"):
        for payee in ("provider:O4", "provider:O3"):
            name = enrolment.replace("N", "N1") if payee.endswith("4") else enrolment
            world.enrolled(name, "P1", ONE, payee=payee)
            world.due(name, "P1", "100.00")
    settle("2026-09-30").ok()
    assert [enrolment for enrolment, _, _ in paid(world)] == [
        "N9", "N9-2", "N9-10", "N10", "N19", "N19-2", "N19-10", "N110",
    ]  # fmt: skip


def test_what_was_clawed_back_is_not_due_again(world, settle):
    """Money event 13: after a reclaim the step says what the payee may still have."""
    world.provider()
    world.enrolled("N7", "P1", [("600.00", "fund:cdc", "own"), ("400.00", "fund:esf", "own")])
    world.due("N7", "P1", "1000.00")
    settle("2026-09-30").ok()
    common = {"person": "P1", "enrolment": "N7", "from_": "provider:O3", "to": "held:own", "ref": "CLAIM-1"}
    world.entries = len(world.rows())
    back = [
        world.entry(**common, kind="reclaim", lot="E1", amount="240.00", of="E5"),
        world.entry(**common, kind="reclaim", lot="E2", amount="160.00", of="E6"),
    ]
    for row in back:
        row["booked_on"] = "2026-10-01"
    freed = [
        back[0]
        | {"entry": "E9", "kind": "release", "from": "held:own", "to": "wallet:own", "of": "", "ref": ""},
        back[1]
        | {"entry": "E10", "kind": "return", "from": "held:own", "to": "fund:esf", "of": "", "ref": ""},
    ]
    step = world.step("N7", "P1", "reclaimed", due="600.00")
    world.commit((ENTITLEMENTS, back + freed), (ENROLMENTS, [step]), day="2026-10-01")
    assert "nothing to pay" in settle("2026-10-02", "-v").ok().out


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"suspended": "audit of March"}, "it is suspended: audit of March"),
        ({"iban": ""}, "the register has no account (IBAN) of it"),
        ({"confirm": False}, "its account is not confirmed"),
        ({"confirm": False, "iban_confirmed": IBAN}, "its account was confirmed by whoever put it in"),
        ({"confirm": False, "iban_confirmed": OTHER_IBAN}, "its account is not confirmed"),
        ({"valid_from": "2027-01-01"}, "it is not in the register of organisations on this day"),
    ],
)
def test_a_provider_that_cannot_be_paid_is_held_back_with_the_reason(world, settle, cells, reason):
    world.provider(**cells)
    world.provider("O4")
    world.enrolled("N5", "P1", ONE)
    world.due("N5", "P1", "100.00")
    told = settle("2026-09-30", "-O", "json").ok()
    answer = json.loads(told.out)
    assert answer["held_back"] == [
        {
            "payee": "provider:O3",
            "name": answer["held_back"][0]["name"],
            "enrolments": 1,
            "amount": "100.00",
            "unit": "EUR",
            "reason": reason,
        }
    ]
    assert not paid(world)


def test_an_employer_that_is_suspended_gets_nothing_back_either(world, settle):
    world.provider("O7", kinds="employer", suspended="audit of March", confirm=False)
    world.enrolled("N4", "P2", ONE, payee="employer:O7")
    world.due("N4", "P2", "100.00")
    answer = json.loads(settle("2026-09-30", "-O", "json").ok().out)
    assert [one["reason"] for one in answer["held_back"]] == ["it is suspended: audit of March"]
    assert not paid(world)


def test_a_confirmation_taken_in_by_hand_counts_only_from_another_user(world, by, settle):
    world.provider(confirm=False)
    world.enrolled("N5", "P1", ONE)
    world.due("N5", "P1", "100.00")
    last = (world.root / "organisations.csv").read_text().splitlines()[-1]
    with (world.root / "organisations.csv").open("a") as file:
        file.write(last.replace("2020-01-01", "2020-01-02") + f"{IBAN}\n")
    by("ann", "adopt", "--why", "confirmed on the phone", "--yes").ok()
    assert "confirmed by whoever put it in" in settle("2026-09-30", "-v").ok().out
    by("bob", "organisation", "confirm", "O3", "--iban", "--yes").ok()
    settle("2026-09-30").ok()
    assert paid(world) == [("N5", "E1", "100.00")]


def test_holders_and_employers_who_paid_are_paid_back_without_an_account_of_ours(world, settle):
    """Money event 15: the holder paid 1,500.00 himself; 60 % comes back."""
    world.enrolled("N3", "P1", [("900.00", "fund:ooe", "own")], payee="own")
    world.due("N3", "P1", "900.00", ref="SEPA-4")
    world.enrolled("N4", "P2", ONE, payee="employer:O7")
    world.due("N4", "P2", "100.00")
    out = settle("2026-09-30", "-v").ok().out
    assert "Paid back to those who paid the provider themselves" in out
    assert [(r["to"], r["ref"]) for r in world.rows() if r["kind"] == "settle"] == [
        ("employer:O7", ""),
        ("own", "SEPA-4"),
    ]


def test_one_provider_can_be_paid_alone(world, settle):
    world.provider("O3")
    world.provider("O4")
    for number, payee in enumerate(("provider:O3", "provider:O4"), 5):
        world.enrolled(f"N{number}", "P1", ONE, payee=payee)
        world.due(f"N{number}", "P1", "100.00")
    settle("2026-09-30", "--provider", "O4").ok()
    assert [one[0] for one in paid(world)] == ["N6"]
    assert settle("2026-09-30", "--provider", "O9").code == 66


def test_guards_stop_a_large_settlement_whatever_yes_says(tmp_path, world, by):
    world.provider()
    for number in range(3):
        world.enrolled(f"N{number + 5}", f"P{number}", ONE)
        world.due(f"N{number + 5}", f"P{number}", "100.00")
    manifest = world.root / "ledger.toml"
    manifest.write_text(manifest.read_text() + "[guards]\nmax_persons = 2\n")
    by("payer", "adopt", "--why", "guards", "--yes").ok()
    refused = by("payer", "settle", "--on", "2026-09-30", "--yes")
    assert refused.code == 3
    assert "max_persons" in refused.err
    assert by("payer", "settle", "--on", "2026-09-30", "--yes", "--allow-large", "2").code == 3
    by("payer", "settle", "--on", "2026-09-30", "--yes", "--allow-large", "3").ok()


def test_without_a_terminal_a_yes_is_needed(world, by):
    world.provider()
    world.enrolled("N5", "P1", ONE)
    world.due("N5", "P1", "100.00")
    refused = by("payer", "settle", "--on", "2026-09-30")
    assert (refused.code, "--yes" in refused.err) == (4, True)
    assert not paid(world)


def test_a_dry_run_shows_what_is_booked_then(world, by, settle):
    world.provider()
    world.enrolled("N9", "P1", FOUR_LOTS)
    world.due("N9", "P1", "600.00")
    shown = json.loads(by("payer", "settle", "--on", "2026-09-30", "-n", "-O", "json").ok().out)
    assert not paid(world)
    booked = json.loads(settle("2026-09-30", "-O", "json").ok().out)
    assert shown["booked"] is None
    assert booked["booked"] == Snapshot.open(world.root).head.seq
    for answer in (shown, booked):
        del answer["booked"]
        for row in answer["rows"]:
            row.pop("reference")
    assert shown == booked
    assert {(f["fund"], f["amount"]) for f in booked["funds"]} == {
        ("employer:O7", "180.00"),
        ("fund:cdc", "300.00"),
        ("fund:esf", "60.00"),
        ("own", "60.00"),
    }


def test_a_plan_that_was_shown_is_booked_or_nothing_is(world, by, monkeypatch):
    """The account changed, and was confirmed, between the plan and the commit: the rows are the same."""
    world.provider()
    world.enrolled("N5", "P1", ONE)
    world.due("N5", "P1", "100.00")

    def confirm(face, question: str) -> None:
        rows = {"organisation": "O3", "valid_from": "2020-01-01", "kinds": "provider", "name": "School O3"}
        world.commit((ORGANISATIONS, [rows | {"iban": OTHER_IBAN}]), user="ann")
        world.commit((ORGANISATIONS, [rows | {"iban": OTHER_IBAN, "iban_confirmed": OTHER_IBAN}]), user="bob")

    monkeypatch.setattr(settling.Face, "confirm", confirm)
    assert by("payer", "settle", "--on", "2026-09-30").code == 75
    assert not paid(world)


def test_a_step_taken_back_takes_what_it_said_with_it(world, settle):
    world.provider()
    world.enrolled("N5", "P1", ONE)
    world.due("N5", "P1", "40.00", step="attended")
    world.due("N5", "P1", "100.00")
    world.commit((ENROLMENTS, [world.step("N5", "P1", "undone")]))
    settle("2026-09-30").ok()
    assert paid(world) == [("N5", "E1", "40.00")]


def test_it_is_booked_on_its_day_and_never_before(world, settle):
    world.provider()
    world.enrolled("N5", "P1", ONE)
    world.due("N5", "P1", "100.00")
    assert settle("2026-08-31").code == 3
    plan = plan_settlement(Snapshot.open(world.root), Settling(date(2026, 9, 30)))
    assert plan.totals() == {"EUR": 10000}
    assert plan.persons == 1


def test_a_key_is_settled_once(world, by):
    world.provider()
    world.enrolled("N5", "P1", ONE)
    world.due("N5", "P1", "60.00")
    words = ("settle", "--on", "2026-09-30", "--yes", "--key", "september")
    by("payer", *words).ok()
    seq = Snapshot.open(world.root).head.seq
    world.due("N5", "P1", "100.00", step="certified")
    assert f"done already as commit {seq}" in by("payer", *words, "-v").ok().out
    assert by("payer", *words, "--provider", "O3").code == 3
    assert paid(world) == [("N5", "E1", "60.00")]


def test_many_lists_are_told_shortly_and_csv_has_them_all(world, settle, by):
    for number in range(14):
        world.provider(f"O{number}")
        world.enrolled(f"N{number}", "P1", ONE, payee=f"provider:O{number}")
        world.due(f"N{number}", "P1", "100.00")
    shown = by("payer", "settle", "--on", "2026-09-30", "-n").ok().out
    assert "and 2 more lists; -O csv has them all" in shown
    out = settle("2026-09-30", "-O", "csv").ok().out
    assert len(out.splitlines()) == 15
