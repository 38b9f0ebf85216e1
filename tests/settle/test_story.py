"""From an enrolment to a paid provider by the commands alone, and back: the books stay sound."""

from __future__ import annotations

import csv
import json
import pwd
from types import SimpleNamespace

import pytest

from ilactl.ledger.snapshot import Snapshot

from .payables import IBAN

AGREED = ("--yes", "--consent", "signed the form")


@pytest.fixture
def agency(ledger, invoke, monkeypatch):
    """`agency(*words, user="ann")` in a new ledger with a course of 600.00 and two wallets of 800.00."""

    def call(*words: str, user: str = "ann", stdin: str | None = None):
        monkeypatch.setattr(pwd, "getpwuid", lambda _: SimpleNamespace(pw_name=user))
        return invoke("--ledger", ledger, *words, stdin=stdin)

    for person in ("P1", "P2"):
        call("person", "add", "--id", person, "--birth-date", "1990-05-17").ok()
    label = ("--quality-label", "EQAVET", "--iban", IBAN)
    call("organisation", "add", "--id", "O3", "--kind", "provider", "--name", "Academy", *label).ok()
    call("organisation", "add", "--id", "O1", "--kind", "employer", "--name", "Timber").ok()
    course = (
        "--provider",
        "O3",
        "--kind",
        "training",
        "--title",
        "Welding",
        "--price",
        "600.00",
        "--unit",
        "EUR",
    )
    call("course", "add", "--id", "C1", *course).ok()
    call("course", "run", "add", "C1", "--id", "R1", "--starts", "2026-12-01", "--ends", "2026-12-31").ok()
    call("course", "relevance", "add", "course:C1", "--evidence", "shortage list 2026").ok()
    for person in ("P1", "P2"):
        call("contribution", "add", person, "800.00", "--from", "O1", "--ref", f"PAY-{person}").ok()
        call("enrol", f"{person}", "C1/R1", *AGREED).ok()
    call("organisation", "confirm", "O3", "--iban", "--yes", user="bob").ok()
    return call


def paid(ledger) -> list[tuple[str, str]]:
    with (ledger / "entitlements.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    return [(r["kind"], r["amount"]) for r in rows if r["kind"] in ("settle", "reclaim", "correct")]


def test_a_completed_course_is_paid_once_and_by_its_attendance(agency, ledger):
    for person, share in (("P1", "1"), ("P2", "0.6")):
        agency("enrolment", "start", f"{person}/C1", "--on", "2026-12-01").ok()
        agency("enrolment", "complete", f"{person}/C1", "--attendance", share, "--on", "2026-12-31").ok()
    shown = json.loads(agency("settle", "--on", "2027-01-05", "-n", "-O", "json").ok().out)
    assert (shown["totals"], shown["held_back"]) == ({"EUR": "960.00"}, [])
    agency("settle", "--on", "2027-01-05", "--yes").ok()
    agency("settle", "--on", "2027-01-05", "--yes").ok()
    assert paid(ledger) == [("settle", "600.00"), ("settle", "360.00")]
    assert agency("check", "--full").code in (0, 1)
    assert "CHECK-" not in agency("check", "--full").err


def test_a_late_cancellation_pays_its_share(agency, ledger):
    words = ("--by", "holder", "--reason", "time", "--on", "2026-12-01", "--yes")
    agency("enrolment", "cancel", "P1/C1", *words).ok()
    agency("settle", "--on", "2027-01-05", "--yes").ok()
    assert paid(ledger) == [("settle", "30.00")]


def test_a_payment_comes_back_is_paid_anew_and_then_clawed_back(agency, ledger):
    agency("enrolment", "start", "P1/C1", "--on", "2026-12-01").ok()
    agency("enrolment", "complete", "P1/C1", "--attendance", "1", "--on", "2026-12-31").ok()
    agency("settle", "--on", "2027-01-05", "--yes").ok()
    seq = Snapshot.open(ledger).head.seq
    back = f"reference,reason\nS{seq}-O3,AC04\n"
    agency("settle", "--on", "2027-01-07", "--returned", "-", "--yes", stdin=back).ok()
    told = agency("explain", f"E{Snapshot.open(ledger).head.next_entry - 1}").ok().out
    assert "paid for N" in told
    assert "that payment came back" in told
    agency("settle", "--on", "2027-01-08", "--yes").ok()
    assert paid(ledger) == [("settle", "600.00"), ("reclaim", "600.00")]
    agency("organisation", "confirm", "O3", "--iban", "--yes", user="bob").ok()
    agency("settle", "--on", "2027-01-09", "--yes").ok()
    agency("enrolment", "reclaim", "P1/C1", "--amount", "240.00", "--ref", "CLAIM-1", "--yes").ok()
    agency("settle", "--on", "2027-02-09", "--yes").ok()
    assert paid(ledger) == [
        ("settle", "600.00"), ("reclaim", "600.00"), ("settle", "600.00"), ("reclaim", "240.00"),
    ]  # fmt: skip
    assert "CHECK-" not in agency("check", "--full").err


def test_a_settlement_that_was_undone_is_due_again(agency, ledger):
    agency("enrolment", "start", "P1/C1", "--on", "2026-12-01").ok()
    agency("enrolment", "complete", "P1/C1", "--attendance", "1", "--on", "2026-12-31").ok()
    agency("settle", "--on", "2027-01-05", "--yes").ok()
    seq = str(Snapshot.open(ledger).head.seq)
    agency("undo", seq, "--why", "wrong day", "--yes", "--on", "2027-01-06").ok()
    agency("settle", "--on", "2027-01-07", "--yes").ok()
    agency("settle", "--on", "2027-01-07", "--yes").ok()
    assert paid(ledger) == [("settle", "600.00"), ("correct", "600.00"), ("settle", "600.00")]
