"""What happens to enrolments when persons are merged, moved, erased, asked about or die."""

from __future__ import annotations

import csv
import io

from ilactl.ledger.columns import ENROLMENTS, REASONS
from tests.enrolment.conftest import SCHEME, Agency
from tests.export.journals import by_hand, loaded


def test_a_merged_person_has_the_enrolments_of_both_ids(agency: Agency) -> None:
    one, other = agency.enrol("P1", "C1/R1"), agency.enrol("P2", "C1/R2")
    agency("enrolment", "decline", "P2", "C2", "--reason", "time").ok()
    agency("person", "merge", "P2", "--into", "P1", "--why", "one person", "--yes").ok()
    listed = agency.json("enrolment", "list", "--person", "P1")["rows"]
    assert [row["enrolment"] for row in listed] == [one, other]
    warned = agency("check", "--full").ok().err
    assert "CHECK-ENROLLED-TWICE P1 is enrolled in C1 twice" in warned
    done = agency(
        "enrolment", "cancel", other, "--by", "agency", "--reason", "other", "--yes", day="2026-12-02"
    )
    done.ok()
    assert agency("check", "--full").ok().err == ""
    agency("enrol", "P2", "C2", "--yes", "--consent", "x", day="2026-12-03").ok()
    assert agency.rows(ENROLMENTS)[-1]["person"] == "P1", "the id that stands for the person"
    held = agency.json("person", "export", "P1")["held"]
    files = [row["file"] for row in held]
    assert (files.count(ENROLMENTS.file), files.count(REASONS.file)) == (4, 1)


def test_somebody_who_is_enrolled_does_not_move_to_another_agency(agency: Agency) -> None:
    number = agency.enrol("P2", "C1/R1")
    send = ("person", "transfer", "out", "P2", "--to", "LV", "--why", "moved", "--yes")
    send += ("--file", str(agency.root.parent / "P2.json"))
    refused = agency(*send, day="2026-12-02")
    assert (refused.code, f"reserved for {number}" in refused.err) == (3, True)
    free = {"enrolment": "N900", "person": "P3", "course": "C2", "step": "enrolled", "payee": "provider:O3"}
    free |= {"booked_on": "2026-12-02", "on": "2026-12-02", "price": "90.00", "own": "90.00", "unit": "EUR"}
    agency.append(ENROLMENTS, free)
    send = tuple(word.replace("P2", "P3") for word in send)
    refused = agency(*send, day="2026-12-02")
    assert (refused.code, "P3 is still enrolled: N900" in refused.err) == (3, True)
    agency(
        "enrolment", "cancel", "N900", "--by", "agency", "--reason", "other", "--yes", day="2026-12-03"
    ).ok()
    agency(*send, day="2026-12-03").ok()
    assert agency.json("enrolment", "show", "N900")["state"] == "cancelled", "what has ended is history"


def test_what_is_told_of_a_person_names_enrolments_reasons_courses_and_payees(agency: Agency) -> None:
    number = agency.enrol("P1", "C1/R1")
    agency("enrolment", "decline", "P1", "C2", "--reason", "cost").ok()
    told = agency.json("person", "export", "P1")
    assert {row["file"] for row in told["held"]} >= {ENROLMENTS.file, REASONS.file}
    assert told["courses"] == {"C1": "Welding, the first steps", "C2": "Where to go from here"}
    assert told["organisations"]["O3"] == "Open Academy"
    assert number in agency("statement", "P1", "--on", "2026-12-02").ok().out


def test_a_name_in_consent_or_a_reason_is_told_as_a_trace(agency: Agency) -> None:
    agency("enrol", "P3", "C1/R1", "--yes", "--consent", "Rasa signed", day="2026-12-01").ok()
    number = agency.json("enrolment", "list", "--person", "P3")["rows"][0]["enrolment"]
    agency(
        "enrolment", "cancel", number, "--by", "holder", "--reason", "cost", "--yes", day="2026-12-01"
    ).ok()
    agency.append(REASONS, {"recorded_on": "2026-12-01", "reason": "time", "source": "letter of Rasa"})
    (agency.root / "ledger.toml").write_text(
        (agency.root / "ledger.toml").read_text().replace("years = 5", "years = 0")
    )
    agency("adopt", "--why", "test", "--yes").ok()
    told = agency("person", "erase", "P3", "--why", "request 1", "--leave-wallet", "--yes")
    assert "enrolments.csv:2: ERASE-TRACE consent holds the name" in told.ok().err
    assert "reasons.csv:2: ERASE-TRACE source holds the name" in told.err
    assert agency("check", "--full").ok().err == ""


CLOSING = """
[[closing]]
id = "pension"
due = "12-06"
classes = ["own", "employer"]
when = "labour_status = 'retired'"
unused = "pool"
"""


def test_a_wallet_that_closes_keeps_what_is_reserved(agency: Agency) -> None:
    """Edge cases 10 and 12: open reservations are honoured, what comes back is lost."""
    number = agency.enrol("P2", "C1/R2")
    (agency.root / "rules/scheme.toml").write_text(SCHEME + CLOSING)
    agency("adopt", "--why", "test", "--yes").ok()
    agency("person", "update", "P2", "--set", "labour_status=retired", day="2026-12-05").ok()
    agency("expire", "--yes", day="2026-12-06").ok()
    [row] = agency.json("balance", "P2")["rows"]
    assert (row["balance"], row["reserved"]) == ("0.00", "500.00")
    assert agency("enrol", "P2", "C1/R1", "--yes", "--consent", "x", day="2026-12-06").code == 3
    agency("enrolment", "start", number, day="2027-02-15").ok()
    agency("enrolment", "complete", number, "--attendance", "1", day="2027-04-15").ok()
    assert agency("check", "--full").ok().err == ""


def test_journals_hold_what_is_held_and_what_providers_got(agency: Agency) -> None:
    number = agency.enrol("P1", "C1/R1")
    agency("enrolment", "start", number, day="2027-01-12").ok()
    agency("enrolment", "complete", number, "--attendance", "0.5", day="2027-03-12").ok()
    text = agency("export", "--format", "beancount").ok().out
    assert loaded(text)
    assert "Held" in text
    assert agency("export", "--format", "hledger").ok().out
    held = {key: amount for key, amount in by_hand(agency.root).items() if key[0].startswith("held:")}
    assert sum(held.values()) == 300
    rows = list(csv.DictReader(io.StringIO((agency.root / "entitlements.csv").read_text())))
    assert {row["kind"] for row in rows} >= {"reserve", "forfeit"}
