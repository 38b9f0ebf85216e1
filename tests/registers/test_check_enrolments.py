"""Enrolments, courses and accounts: what is wrong is found in its place, what is right is not."""

from __future__ import annotations

from typing import Any

import pytest

from ilactl.ledger.columns import COURSES, ENROLMENTS, ORGANISATIONS, RUNS
from ilactl.ledger.grammar import Table

from .test_check import entry, found, grant

PERSONS = "P1,2026-01-01,,,,,,,,\nP2,2026-01-01,,,,,,,,\n"
IBAN = "LT121000011101001000"


def row(table: Table, **cells: str) -> str:
    return ",".join((dict.fromkeys(table.names, "") | cells).values()) + "\n"


def provider(name: str = "O3", **cells: str) -> str:
    given = {"organisation": name, "valid_from": "2026-01-01", "kinds": "provider", "name": name}
    return row(ORGANISATIONS, **(given | cells))


def course(name: str = "C1", **cells: str) -> str:
    given = {"course": name, "valid_from": "2026-01-01", "provider": "O3", "kind": "training", "title": name}
    return row(COURSES, **(given | cells))


def run(name: str = "R1", **cells: str) -> str:
    return row(RUNS, **({"course": "C1", "run": name, "valid_from": "2026-01-01"} | cells))


def step(name: str, what: str, day: str = "2026-06-15", **cells: str) -> str:
    given = {"enrolment": name, "booked_on": day, "person": "P1", "course": "C1", "step": what, "on": day}
    if what == "enrolled":
        given |= {"price": "300.00", "own": "0.00", "unit": "EUR", "payee": "provider:O3"}
    return row(ENROLMENTS, **(given | cells))


def due(name: str, what: str, amount: str, day: str = "2026-07-15", **cells: str) -> str:
    return step(name, what, day, **({"due": amount, "unit": "EUR"} | cells))


def move(number: int, kind: str, source: str, target: str, amount: str = "300.00", **cells: str) -> str:
    accounts = {"from": source, "to": target}
    given = {"kind": kind, "lot": "E1", "enrolment": "N1", "booked_on": "2026-07-20", "amount": amount}
    return entry(number, **(given | accounts | cells))


def reserve(number: int = 2, amount: str = "300.00", **cells: str) -> str:
    given = {"booked_on": "2026-06-15", "amount": amount}
    return move(number, "reserve", "wallet:own", "held:own", **(given | cells))


HELD, PAYEE = "held:own", "provider:O3"
ENROLLED = step("N1", "enrolled")
STARTED = ENROLLED + step("N1", "started", "2026-07-01")
COMPLETED = STARTED + due("N1", "completed", "300.00")


def faults(**files: Any) -> list[tuple[str, int, str]]:
    """What is found in a ledger with a provider and a course of its."""
    rows = {"persons": PERSONS, "organisations": provider(), "courses": course(), "runs": run()}
    return found(**(rows | files))


@pytest.mark.parametrize(
    ("steps", "entries"),
    [
        (ENROLLED, grant(1) + reserve()),
        (COMPLETED, grant(1) + reserve()),
        (COMPLETED, grant(1) + reserve() + move(3, "settle", HELD, PAYEE)),
        (
            ENROLLED + step("N1", "undone", "2026-07-20"),
            grant(1) + reserve() + move(3, "correct", HELD, "wallet:own", of="E2"),
        ),
        (
            COMPLETED
            + step("N1", "undone", "2026-07-20")
            + due("N1", "cancelled", "0.00", "2026-07-21", by="holder"),
            grant(1) + reserve() + move(3, "release", HELD, "wallet:own", booked_on="2026-07-21"),
        ),
        (
            STARTED + due("N1", "cancelled", "150.00", by="holder"),
            grant(1)
            + reserve()
            + move(3, "forfeit", HELD, "pool", "150.00", booked_on="2026-07-15")
            + move(4, "correct", "pool", HELD, "150.00", of="E3")
            + move(5, "correct", HELD, "pool", "150.00", of="E4"),
        ),
        (
            COMPLETED + due("N1", "reclaimed", "100.00", "2026-07-20"),
            grant(1)
            + reserve()
            + move(3, "settle", HELD, PAYEE)
            + move(4, "reclaim", PAYEE, HELD, "200.00", of="E3")
            + move(5, "release", HELD, "wallet:own", "200.00"),
        ),
        (
            ENROLLED
            + step("N1", "moved", "2026-06-20", run="R1", price="200.00", unit="EUR")
            + due("N1", "started", "200.00"),
            grant(1) + reserve() + move(3, "release", HELD, "wallet:own", "100.00", of="E2"),
        ),
    ],
)  # fmt: skip
def test_what_may_be_has_no_finding(steps: str, entries: str) -> None:
    assert faults(enrolments=steps, entitlements=entries) == []


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        (step("N1", "started"), ("CHECK-STEP", 2, "step")),
        (ENROLLED + ENROLLED, ("CHECK-STEP", 3, "step")),
        (ENROLLED + step("N1", "completed"), ("CHECK-STEP", 3, "step")),
        (COMPLETED + step("N1", "completed", "2026-07-16"), ("CHECK-STEP", 5, "step")),
        (COMPLETED + step("N1", "cancelled", "2026-07-16", by="holder"), ("CHECK-STEP", 5, "step")),
        (STARTED + step("N1", "moved", "2026-07-16", run="R1"), ("CHECK-STEP", 4, "step")),
        (ENROLLED + step("N1", "undone") * 2, ("CHECK-STEP", 4, "step")),
        (ENROLLED + step("N1", "undone") + step("N1", "started"), ("CHECK-STEP", 4, "step")),
        (ENROLLED + step("N1", "started", person="P2"), ("CHECK-STEP", 3, "person")),
        (ENROLLED + step("N1", "started", course="C2"), ("CHECK-STEP", 3, "course")),
        (ENROLLED + step("N1", "started", on="2026-06-14"), ("CHECK-STEP", 3, "on")),
        (ENROLLED + step("N1", "started", on="2026-06-16"), ("CHECK-STEP", 3, "on")),
        (ENROLLED + step("N1", "cancelled"), ("CHECK-STEP", 3, "by")),
        (STARTED + step("N1", "attended", "2026-07-02"), ("CHECK-STEP", 4, "share")),
        (STARTED + due("N1", "completed", "1", unit="hour"), ("CHECK-STEP", 4, "unit")),
        (STARTED + step("N2", "enrolled"), ("CHECK-STEP", 4, "booked_on")),
        (step("N1", "enrolled", course="C9"), ("CHECK-COURSE", 2, "course")),
        (step("N1", "enrolled", run="R9"), ("CHECK-COURSE", 2, "run")),
        (step("N1", "enrolled", unit=""), ("AMOUNT", 2, "price")),
        (step("N1", "enrolled", price="1.5"), ("AMOUNT", 2, "price")),
    ],
)  # fmt: skip
def test_a_step_that_cannot_be_is_found_in_its_place(steps: str, expected: object) -> None:
    assert expected in faults(enrolments=steps)


@pytest.mark.parametrize(
    ("steps", "entries", "expected"),
    [
        ("", reserve(), ("CHECK-ENROLMENT", 3, "enrolment")),
        (ENROLLED, reserve(enrolment=""), ("CHECK-ENROLMENT", 3, "enrolment")),
        (ENROLLED, reserve(enrolment="N2"), ("CHECK-ENROLMENT", 3, "enrolment")),
        (step("N1", "enrolled", person="P2"), reserve(), ("CHECK-ENROLMENT", 3, "person")),
        (step("N1", "enrolled", unit="hour", price="1", own=""), reserve(), ("CHECK-ENROLMENT", 3, "unit")),
        (COMPLETED, reserve() + move(3, "settle", HELD, "own"), ("CHECK-ENROLMENT", 4, "to")),
        (ENROLLED + step("N1", "undone"), reserve(), ("CHECK-ENROLMENT", 2, "enrolment")),
        (COMPLETED, reserve(amount="299.99"), ("CHECK-DUE", 4, "due")),
        (COMPLETED, reserve() + move(3, "release", HELD, "wallet:own", "0.01"), ("CHECK-DUE", 4, "due")),
        (
            COMPLETED,
            reserve()
            + move(3, "correct", HELD, "wallet:own", of="E2")
            + reserve(4, "1.00", booked_on="2026-07-21"),
            ("CHECK-DUE", 4, "due"),
        ),
        (STARTED, reserve() + move(3, "settle", HELD, PAYEE), ("CHECK-OVERPAID", 2, "due")),
    ],
)  # fmt: skip
def test_money_that_does_not_fit_is_found_in_its_place(steps: str, entries: str, expected: object) -> None:
    assert expected in faults(enrolments=steps, entitlements=grant(1) + entries)


def test_a_merged_person_may_be_enrolled_under_either_id() -> None:
    persons = PERSONS + "P2,2026-02-01,,,,,,,P1,\n"
    steps = step("N1", "enrolled", person="P2")
    assert faults(persons=persons, enrolments=steps, entitlements=grant(1) + reserve()) == []


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"courses": course(provider="O1"), "organisations": provider("O1", kinds="employer")},
         ("CHECK-ORGANISATION", 2, "provider")),
        ({"courses": course(part_of="C9")}, ("CHECK-COURSE", 2, "part_of")),
        ({"courses": course(field="0699")}, ("CHECK-FIELD", 2, "field")),
        ({"courses": course(facts="x=1")}, ("CHECK-FACT", 2, "facts")),
        ({"courses": course() * 2}, ("CHECK-TWO-ROWS", 3, "valid_from")),
        ({"runs": run() * 2}, ("CHECK-TWO-ROWS", 3, "valid_from")),
        ({"runs": run(course="C9")}, ("CHECK-COURSE", 2, "course")),
        ({"runs": run(starts="2026-09-02", ends="2026-09-01")}, ("CHECK-DAYS", 2, "ends")),
        ({"runs": run(apply_from="2026-09-02", apply_until="2026-09-01")}, ("CHECK-DAYS", 2, "apply_until")),
        ({"runs": run(price="1.5", unit="EUR")}, ("AMOUNT", 2, "price")),
        ({"outcomes": "C9,1,2026-01-01,skill,Welds,\n"}, ("CHECK-COURSE", 2, "course")),
        ({"relevance": "course:C9,a list,2026-01-01,,\n"}, ("CHECK-COURSE", 2, "about")),
        ({"relevance": "field:0699,a list,2026-01-01,,\n"}, ("CHECK-FIELD", 2, "about")),
        ({"relevance": "field:06,a list,2026-01-02,2026-01-01,\n"}, ("CHECK-DAYS", 2, "valid_until")),
        ({"reasons": "2026-01-01,P9,,cost,declined,\n"}, ("CHECK-PERSON", 2, "person")),
        ({"reasons": "2026-01-01,,C9,cost,declined,\n"}, ("CHECK-COURSE", 2, "course")),
        ({"credentials": "K1,2026-01-01,P1,N9,C1,issued,2026-01-01,did:key:z6Mk,,,,,,,\n"},
         ("CHECK-ENROLMENT", 2, "enrolment")),
        ({"organisations": provider(label_from="2026-02-01", label_until="2026-01-01")},
         ("CHECK-DAYS", 2, "label_until")),
        ({"organisations": provider(iban=IBAN[:-1] + "1")}, ("CHECK-IBAN", 2, "iban")),
        ({"organisations": provider(iban=IBAN) + provider("O4", iban=IBAN)},
         ("CHECK-SHARED-ACCOUNT", 3, "iban")),
    ],
)  # fmt: skip
def test_a_faulty_register_is_found_in_its_place(files: dict[str, str], expected: object) -> None:
    assert expected in faults(**files)


def test_one_account_of_a_provider_and_an_employer_is_no_finding() -> None:
    both = provider(iban=IBAN) + provider("O4", kinds="employer", iban=IBAN)
    assert faults(organisations=both) == []
    moved = provider(iban=IBAN) + provider("O4", iban=IBAN) + provider("O4", valid_from="2026-02-01")
    assert faults(organisations=moved) == []


def test_more_people_than_seats() -> None:
    steps = step("N1", "enrolled", run="R1") + step("N2", "enrolled", run="R1", person="P2")
    assert faults(runs=run(seats="1"), enrolments=steps) == [("CHECK-SEATS", 2, "seats")]
    assert faults(runs=run(seats="2"), enrolments=steps) == []
    left = steps + step("N2", "cancelled", "2026-06-16", run="R1", person="P2", by="holder")
    assert faults(runs=run(seats="1"), enrolments=left) == []


def crowd(number: int, spent: str = "500.00") -> dict[str, str]:
    """So many people, each with a wallet of 500.00 and a first enrolment."""
    persons = "".join(f"P{i},2026-01-01,,,,,,,,\n" for i in range(number))
    grants = "".join(grant(i + 1, person=f"P{i}", booked_on="2026-01-01") for i in range(number))
    steps = "".join(step(f"N{i}", "enrolled", person=f"P{i}") for i in range(number))
    reserves = "".join(
        reserve(number + i + 1, spent, person=f"P{i}", lot=f"E{i + 1}", enrolment=f"N{i}")
        for i in range(number)
    )
    return {"persons": persons, "entitlements": grants + reserves, "enrolments": steps}


def test_many_first_enrolments_that_empty_wallets_at_one_provider_on_a_day() -> None:
    """Edge case 24."""
    assert faults(**crowd(11)) == [("CHECK-FIRST-FULL", 2, "course")]
    assert faults(**crowd(10)) == []
    assert faults(**crowd(11, "499.99")) == []


def test_a_grant_for_the_enrolment_alone_empties_no_wallet() -> None:
    files = crowd(11)
    files["entitlements"] = "".join(
        line.replace(",,,base", ",enrolment:N1,,base") + "\n" for line in files["entitlements"].splitlines()
    )
    assert faults(**files) == []
