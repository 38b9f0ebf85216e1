"""What decided a result: the facts that were missing, the notes, the steps that `explain` shows."""

from __future__ import annotations

import json
import subprocess
import sys
from fractions import Fraction

import pytest

from ilactl.rules.expressions import Step, evaluate, parse_expression, to_json
from tests.expressions.scheme import CPF, checked, facts


def test_steps_in_order_of_evaluation_each_once():
    outcome = evaluate(checked(CPF), facts(hours_worked="600", reference_hours="1607"), trace=True)
    share = Fraction(300000, 1607)
    assert outcome.trace == (
        Step("hours_worked", Fraction(600)),
        Step("2 * hours_worked", Fraction(1200)),
        Step("reference_hours", Fraction(1607)),
        Step("2 * hours_worked >= reference_hours", False),
        Step("500.00 * hours_worked", Fraction(300000)),
        Step("500.00 * hours_worked / reference_hours", share),
        Step(CPF, share),
    )
    assert outcome.value == share
    assert evaluate(checked(CPF), facts(hours_worked="600", reference_hours="1607")).trace == ()


def test_steps_leave_out_what_was_not_met():
    outcome = evaluate(checked(CPF), facts(hours_worked="1600", reference_hours="1607"), trace=True)
    assert "500.00 * hours_worked" not in [step.text for step in outcome.trace]


def test_a_guarded_divisor_is_noted_at_its_step():
    outcome = evaluate(checked("COALESCE(price / margin, 1)"), facts(price="2", margin="-0.5"), trace=True)
    assert outcome.value == 1
    assert outcome.notes == ()
    assert Step("price / margin", None, "divisor margin is -0.5") in outcome.trace


@pytest.mark.parametrize(
    ("text", "want", "given", "missing"),
    [
        ("price + margin", "number", {}, ("price", "margin")),
        ("price + margin", "number", {"price": "1"}, ("margin",)),
        ("low_qualified AND age > 3", "bool", {"age": "4"}, ("low_qualified",)),
        ("low_qualified AND age > 3", "bool", {}, ("low_qualified", "age")),
        ("low_qualified OR age > 3", "bool", {"age": "1"}, ("low_qualified",)),
        ("CASE WHEN low_qualified THEN price ELSE margin END", "number", {}, ("low_qualified",)),
        ("CASE WHEN low_qualified THEN price ELSE margin END", "number", {"low_qualified": True}, ("price",)),
        (
            "CASE WHEN age > 3 THEN 1 WHEN low_qualified THEN 2 ELSE 3 END",
            "number",
            {"age": "1"},
            ("low_qualified",),
        ),
        ("GREATEST(0, price - balance.own)", "number", {"price": "1"}, ("balance.own",)),
        ("COALESCE(price, margin)", "number", {}, ("price", "margin")),
        ("in_group('carers')", "bool", {}, ("groups",)),
        ("age BETWEEN 1 AND isced_level", "bool", {"age": "5"}, ("isced_level",)),
        ("NOT low_qualified", "bool", {}, ("low_qualified",)),
        ("region IN ('a', 'b')", "bool", {}, ("region",)),
    ],
)
def test_missing_names_are_those_that_decided(text, want, given, missing):
    outcome = evaluate(checked(text, want), facts(**given))
    assert (outcome.value, outcome.missing) == (None, missing)


@pytest.mark.parametrize(
    ("text", "given", "value"),
    [
        ("age BETWEEN 9 AND isced_level", {"age": "5"}, False),
        ("low_qualified AND age > 3", {"age": "1"}, False),
        ("low_qualified IS NULL", {}, True),
        ("price / margin IS NULL", {"price": "1", "margin": "0"}, True),
        ("region IS NOT NULL", {"region": ""}, True),
        ("in_group('carers')", {"groups": "low_paid carers"}, True),
        ("in_group('carers')", {"groups": "carers_abroad"}, False),
        ("in_group('carers')", {"groups": ""}, False),
        ("age IN (1, 2.0)", {"age": "2"}, True),
        ("region NOT IN ('a')", {"region": "b"}, True),
        (
            "CASE labour_status WHEN 'employed' THEN 1 WHEN 'student' THEN 2 ELSE 3 END = 2",
            {"labour_status": "student"},
            True,
        ),
    ],
)
def test_decided_values(text, given, value):
    outcome = evaluate(checked(text, "bool"), facts(**given))
    assert (outcome.value, outcome.missing, outcome.notes) == (value, (), ())


def test_notes_beside_missing_names():
    outcome = evaluate(checked("price / margin"), facts(margin="0"))
    assert outcome.missing == ("price",)
    assert outcome.notes == ("divisor margin is 0",)


def test_a_cached_tree_is_checked_and_evaluated_without_the_engine():
    program = """
import json, sys
from fractions import Fraction
from ilactl.rules.expressions import check_expression, decimal, evaluate, from_json
tree = from_json(json.loads(sys.stdin.read()))
hours = decimal(9, 2, lo=0)
checked = check_expression(tree, {"hours_worked": hours, "reference_hours": hours}, want="number")
print(evaluate(checked, {"hours_worked": Fraction(600), "reference_hours": Fraction(1607)}).value)
print(sorted({"duckdb", "pydantic", "click", "rich"} & set(sys.modules)))
"""
    tree = json.dumps(to_json(parse_expression(CPF)))
    done = subprocess.run(
        [sys.executable, "-c", program], input=tree, capture_output=True, text=True, check=True
    )
    assert done.stdout.split("\n")[:2] == ["300000/1607", "[]"]
