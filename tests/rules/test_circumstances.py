"""What the names of spending come to for one enrolment, alone and beside a person's facts."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from msgspec.structs import replace

from ilactl.dates import Span
from ilactl.ledger.manifest import load_manifest
from ilactl.ledger.registers import PersonRecord, StateRow
from ilactl.money import round_to
from ilactl.rules.circumstances import Circumstances
from ilactl.rules.expressions import Checked, check_expression, parse_expression
from ilactl.rules.facts import Reading
from ilactl.rules.grants import Decider
from ilactl.rules.load import read_rules
from ilactl.rules.model import Scheme
from ilactl.rules.periods import Occasion
from ilactl.rules.spending_facts import evaluate_spending, spending_names
from ilactl.rules.spending_names import FAMILIES
from ilactl.rules.sums import Sums
from ilactl.rules.values import Value, show_value
from tests.rules.books import MANIFEST
from tests.rules.test_bad_spending import RULES

SCALES = {"EUR": 2, "hour": 0}
COURSE = {
    "course": "C1",
    "provider": "O3",
    "kind": "training",
    "eqf_level": "4",
    "field": "0613",
    "ects": "7.5",
    "hours": "12.25",
    "facts": "licence=true",
}
RUN = {
    "run": "2026",
    "starts": "2026-03-16",
    "ends": "2026-03-25",
    "mode": "distance",
    "time_of_day": "evening",
}
OFFERED = Circumstances(
    day=date(2026, 3, 5),
    country="LT",
    scale=2,
    course=COURSE,
    run=RUN,
    price=150000,
    eligible=100000,
    net=69000,
    wallet=50000,
    usable={"own": 50000},
    prepaid=2500,
    in_demand=True,
    enrolled_on=date(2026, 3, 5),
    enrolments_open=1,
    enrolments_year=2,
    last_of_kind=date(2021, 3, 4),
)
GONE = replace(
    OFFERED,
    day=date(2026, 3, 18),
    step="cancelled",
    cancelled_by="holder",
    force_majeure=True,
    attendance=Fraction("0.6"),
    result="passed",
    started=True,
    paid_share=Fraction(1, 3),
)
BARE = Circumstances(day=date(2026, 3, 5), country="LT", scale=2, course={"course": "C2"}, price=100)


@pytest.fixture(scope="module")
def scheme() -> Scheme:
    found, findings = read_rules({"rules/a.toml": RULES.encode()}, load_manifest(MANIFEST.encode()))
    assert not findings
    assert found is not None
    return found


def reading(scheme: Scheme, **states: str) -> Reading:
    row = StateRow(
        date(2020, 1, 1), {"labour_status": states.pop("labour_status", "")}, states, 0, "persons.csv"
    )
    return Reading(scheme, PersonRecord("P1", (row,), birth_date=date(1990, 1, 1)), Sums(), SCALES)


def checked(scheme: Scheme, text: str, want: Any = "bool") -> Checked:
    types = {name: spec.type for name, spec in spending_names(scheme, SCALES).items()}
    return check_expression(parse_expression(text), types, want=want)


def value(scheme: Scheme, of: Circumstances, text: str, want: Any = "number", **states: str) -> Value | None:
    return evaluate_spending(reading(scheme, **states), of, checked(scheme, text, want)).value


@pytest.mark.parametrize(
    ("name", "offered", "gone", "bare"),
    [
        ("price", "1500", "1500", "1"),
        ("eligible", "1000", "1000", "1"),
        ("net", "690", "690", "unknown"),
        ("wallet", "500", "500", "unknown"),
        ("usable.own", "500", "500", "0"),
        ("usable.voucher", "0", "0", "0"),
        ("prepaid", "25", "25", "0"),
        ("course", "C1", "C1", "C2"),
        ("course_kind", "training", "training", "unknown"),
        ("provider", "O3", "O3", "unknown"),
        ("eqf_level", "4", "4", "unknown"),
        ("ects", "7.5", "7.5", "unknown"),
        ("hours", "12.25", "12.25", "unknown"),
        ("field", "0613", "0613", "unknown"),
        ("cycle", "unknown", "unknown", "unknown"),
        ("mode", "distance", "distance", "unknown"),
        ("time_of_day", "evening", "evening", "unknown"),
        ("starts_on", "2026-03-16", "2026-03-16", "unknown"),
        ("ends_on", "2026-03-25", "2026-03-25", "unknown"),
        ("course_days", "10", "10", "unknown"),
        ("in_demand", "true", "true", "false"),
        ("licence", "true", "true", "false"),
        ("enrolled_on", "2026-03-05", "2026-03-05", "unknown"),
        ("days_to_start", "11", "-2", "unknown"),
        ("working_days_to_start", "6", "-2", "unknown"),
        ("days_since_enrolled", "0", "13", "unknown"),
        ("working_days_since_enrolled", "0", "8", "unknown"),
        ("enrolments_open", "1", "1", "0"),
        ("enrolments_year", "2", "2", "0"),
        ("last_of_kind", "2021-03-04", "2021-03-04", "unknown"),
        ("days_since_last", "1827", "1840", "unknown"),
        ("years_since_last", "5", "5", "unknown"),
        ("step", "unknown", "cancelled", "unknown"),
        ("cancelled_by", "unknown", "holder", "unknown"),
        ("force_majeure", "false", "true", "false"),
        ("new_date", "false", "false", "false"),
        ("attendance", "unknown", "0.6", "unknown"),
        ("elapsed", "0", "0.3", "unknown"),
        ("result", "unknown", "passed", "unknown"),
        ("certified", "false", "false", "false"),
        ("started", "false", "true", "false"),
        ("paid_share", "unknown", "1/3", "unknown"),
    ],
)
def test_each_name_has_its_value(scheme: Scheme, name: str, offered: str, gone: str, bare: str) -> None:
    spec = spending_names(scheme, SCALES)[name]
    want = {"Number": "number", "Bool": "bool", "Text": "text", "Date": "date"}[type(spec.type).__name__]
    found = [show_value(value(scheme, of, name, want)) for of in (OFFERED, GONE, BARE)]
    assert found == [offered, gone, bare]


def test_every_name_has_a_test(scheme: Scheme) -> None:
    """A name that is declared and has no value would be found by nobody."""
    cases = test_each_name_has_its_value.pytestmark[0].args[1]  # type: ignore[attr-defined]
    mine = {name for name, spec in spending_names(scheme, SCALES).items() if spec.family in FAMILIES}
    assert mine - {name for name, *_ in cases} <= {"usable.cash", "usable.leave"}


def test_a_persons_facts_and_an_enrolments_meet_in_one_expression(scheme: Scheme) -> None:
    text = (
        "LEAST(net - CASE WHEN labour_status = 'unemployed' THEN 0.00 ELSE value.copay END, wallet + 500.00)"
    )
    assert value(scheme, OFFERED, text, labour_status="unemployed") == 690
    assert value(scheme, OFFERED, text, labour_status="employed") == Fraction("586.80")
    early = replace(OFFERED, day=date(2025, 6, 1))
    assert value(scheme, early, text, labour_status="employed") == 590
    unknown = evaluate_spending(reading(scheme), OFFERED, checked(scheme, text, "number"))
    assert (unknown.value, unknown.missing) == (None, ("labour_status",))


def test_what_is_unknown_of_a_course_is_named(scheme: Scheme) -> None:
    outcome = evaluate_spending(reading(scheme), BARE, checked(scheme, "days_to_start > 60"))
    assert (outcome.value, outcome.missing) == (None, ("days_to_start",))
    assert value(scheme, BARE, "COALESCE(days_to_start > 60, FALSE)", "bool") is False


@pytest.mark.parametrize(("day", "share"), [(15, "0"), (16, "0.1"), (18, "0.3"), (25, "1"), (31, "1")])
def test_elapsed_counts_the_day_itself(scheme: Scheme, day: int, share: str) -> None:
    assert value(scheme, replace(OFFERED, day=date(2026, 3, day)), "elapsed") == Fraction(share)


def test_skillsfuture_pays_what_the_subsidy_leaves(scheme: Scheme) -> None:
    """Fee 900, 90 percent: a subsidy of 810, net 90 (schemes.md section 4, case 8d)."""
    of = replace(OFFERED, price=90000)
    assert value(scheme, of, "price * 0.90") == 810
    assert value(scheme, of, "price - price * 0.90") == 90


def test_a_grant_for_each_enrolment_is_decided_with_the_enrolment_beside_it(scheme: Scheme) -> None:
    [grant] = [one for one in scheme.grants if one.every == "enrolment"]
    day = OFFERED.day
    occasion = Occasion(grant, "N17", Span(day, day), day, day)
    asked = replace(reading(scheme), circumstances=OFFERED)
    decision = Decider(scheme, SCALES).decide(asked, occasion)
    assert (str(decision.verdict), decision.credited) == ("granted", 40000)
    cheap = replace(reading(scheme), circumstances=replace(OFFERED, price=15001, net=15001))
    assert Decider(scheme, SCALES).decide(cheap, occasion).credited == round_to(Fraction("75.005"), 2, "down")
    alone = Decider(scheme, SCALES).decide(reading(scheme), occasion)
    assert (str(alone.verdict), alone.missing) == ("undecided", ("course_kind", "net"))
