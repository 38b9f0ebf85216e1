"""Undo of steps: the money goes back, the step no longer stands, what came after keeps it."""

from __future__ import annotations

import json

import pytest

from ilactl.ledger.columns import ENROLMENTS, ORGANISATIONS
from ilactl.ledger.snapshot import Snapshot
from tests.conftest import Result
from tests.enrolment.conftest import Agency

IBAN = "LT121000011101001000"
WHY = ("--why", "the wrong person", "--yes")


def last(agency: Agency) -> int:
    return Snapshot.open(agency.root).head.seq


def undo(agency: Agency, seq: int, *more: str) -> Result:
    return agency("undo", str(seq), *WHY, *more)


def state(agency: Agency, number: str) -> dict[str, object]:
    shown = agency.json("enrolment", "show", number)
    return {name: shown[name] for name in ("state", "due", "attendance", "result") if name in shown}


def balances(agency: Agency) -> object:
    return agency.json("balance", "P1", "P2", "P3")["rows"]


STEPS = {
    "start": ("start",),
    "attend": ("attend", "--share", "0.6"),
    "complete": ("complete", "--attendance", "0.5"),
    "certify": ("certify",),
    "cancel": ("cancel", "--by", "holder", "--reason", "health", "--yes"),
}
WAYS = {
    "enrol": [],
    "start": ["start"],
    "attend": ["start", "attend"],
    "complete": ["start", "attend", "complete"],
    "certify": ["start", "attend", "complete", "certify"],
    "cancel": ["cancel"],
    "cancel late": ["start", "cancel"],
}


def take(agency: Agency, number: str, name: str) -> None:
    step, *how = STEPS[name]
    agency("enrolment", step, number, *how, day="2027-02-01").ok()


@pytest.mark.parametrize("way", WAYS)
def test_the_last_step_is_taken_back_with_its_money(agency: Agency, way: str) -> None:
    before = balances(agency)
    number = agency.enrol()
    known = {}
    for name in WAYS[way]:
        before, known = balances(agency), state(agency, number)
        take(agency, number, name)
    seq = last(agency)
    undo(agency, seq).ok()
    assert balances(agency) == before
    assert state(agency, number) == (known or {**state(agency, number), "state": "void"})
    assert agency.steps()[-1] == "undone"
    assert agency("check", "--full").ok().err == ""
    again = agency("undo", str(seq), *WHY, "-v").ok()
    assert "done already" in again.out
    assert agency.steps().count("undone") == 1


def test_a_step_on_top_of_it_keeps_it_and_is_named(agency: Agency) -> None:
    number = agency.enrol()
    seq = last(agency)
    take(agency, number, "start")
    before = agency.bytes()
    refused = undo(agency, seq)
    assert refused.code == 3
    assert "enrolments.csv:3:" in refused.err
    assert f"UNDO-DEPENDS {number} started of 2027-02-01 (P1) came after enrolled" in refused.err
    assert agency.bytes() == before
    told = json.loads(undo(agency, seq, "--except-spent", "-O", "json").ok().out)
    assert [stay.get("step") or stay["entry"] for stay in told["stays"]][-1] == "enrolled"
    assert agency.bytes() == before


def test_a_step_that_moved_no_money_is_kept_too(agency: Agency) -> None:
    number = agency.enrol()
    take(agency, number, "start")
    seq = last(agency)
    take(agency, number, "attend")
    refused = undo(agency, seq)
    assert refused.code == 3
    assert "1 of commit" in refused.err
    assert "1 steps" in refused.err
    undo(agency, last(agency)).ok()
    undo(agency, seq).ok()
    assert agency.steps() == ["enrolled", "started", "attended", "undone", "undone"]


def test_what_was_paid_since_keeps_the_step_that_made_it_due(agency: Agency) -> None:
    number = agency.enrol()
    take(agency, number, "start")
    agency("enrolment", "complete", number, "--attendance", "1", day="2027-03-12").ok()
    seq = last(agency)
    agency("organisation", "update", "O3", "--iban", IBAN, "--from", "2027-03-12").ok()
    agency.append(ORGANISATIONS, {**agency.rows(ORGANISATIONS)[-1], "iban_confirmed": IBAN})
    agency("settle", "--yes", day="2027-03-20").ok()
    assert agency.moves("settle")
    refused = undo(agency, seq)
    assert refused.code == 3
    assert f"pays what {number} made due" in refused.err
    undo(agency, last(agency)).ok()
    undo(agency, seq).ok()
    assert state(agency, number)["state"] == "started"
    assert agency("check").ok().err == ""


def test_a_cancellation_stays_where_the_person_enrolled_again(agency: Agency) -> None:
    number = agency.enrol()
    take(agency, number, "cancel")
    seq = last(agency)
    agency.enrol(course="C1/R2", day="2027-02-01")
    refused = undo(agency, seq)
    assert refused.code == 3
    assert "enrolled P1 in C1 again" in refused.err


def test_a_cancellation_stays_where_its_seat_was_taken(agency: Agency) -> None:
    number = agency.enrol("P2", "C1/R2")
    agency(
        "enrolment", "cancel", number, "--by", "provider", "--reason", "full", "--yes", day="2026-12-02"
    ).ok()
    assert last(agency)
    first = agency.enrol("P1", "C1/R1", day="2026-12-03")
    agency(
        "enrolment", "cancel", first, "--by", "provider", "--reason", "full", "--yes", day="2026-12-04"
    ).ok()
    seq = last(agency)
    agency.append(ENROLMENTS, *(
        {"enrolment": f"N9{i}", "booked_on": "2026-12-05", "person": f"P{i}", "course": "C1", "run": "R1",
         "step": "enrolled", "on": "2026-12-05", "price": "0.00", "own": "0.00", "unit": "EUR",
         "payee": "provider:O3"}
        for i in (2, 3)
    ))  # fmt: skip
    refused = undo(agency, seq)
    assert refused.code == 3
    assert "N93 enrolled of 2026-12-05 (P3) took the last seat of C1/R1" in refused.err


def test_a_step_that_was_taken_back_is_recorded_anew_and_not_by_undo(agency: Agency) -> None:
    number = agency.enrol()
    take(agency, number, "start")
    undo(agency, last(agency)).ok()
    refused = undo(agency, last(agency))
    assert refused.code == 3
    assert "record the step anew" in refused.err
    take(agency, number, "start")
    assert agency.steps() == ["enrolled", "started", "undone", "started"]


def test_a_dry_run_tells_the_steps_and_writes_nothing(agency: Agency) -> None:
    number = agency.enrol()
    before = agency.bytes()
    told = agency("undo", str(last(agency)), "--why", "x", "-n", "-O", "table").ok().out
    assert f"{number} enrolled of 2026-12-01 (P1) is taken back" in told
    assert agency.bytes() == before
