"""Bounds, widths and nearest names: what the check knows before any fact is read."""

from __future__ import annotations

from fractions import Fraction

import pytest

from ilactl.findings import Place
from ilactl.rules.expressions import (
    ExpressionFault,
    Text,
    check_expression,
    compile_sql,
    decimal,
    digest,
    integer,
    misfit,
    parse_expression,
)
from ilactl.rules.expressions.rope import MAX_SQL
from ilactl.rules.expressions.types import Bool, Date
from tests.expressions.engine import columns_of
from tests.expressions.scheme import CPF, NAMES, checked, refused


@pytest.mark.parametrize(
    "text",
    [
        CPF,
        "300.00",
        "GREATEST(0.00, 5000 - balance.own)",
        "LEAST(price, hours_worked) * value.rate",
        "CASE WHEN ever.low_qualified THEN 8000.00 ELSE 5000.00 END",
        "COALESCE(price, 0) / 3",
        "-margin * 0",
        "GREATEST(margin, 0) / reference_hours",
        "1 - LEAST(1, price)",
    ],
)
def test_amounts_that_cannot_be_negative_pass(text):
    assert refused(text, lower_bound=True) == ()


@pytest.mark.parametrize(
    "text",
    [
        "500.00 - balance.own",
        "margin",
        "-price",
        "LEAST(price, margin)",
        "COALESCE(price, -1)",
        "margin / price",
    ],
)
def test_amounts_that_could_be_negative_are_refused_with_the_remedy(text):
    (found,) = refused(text, lower_bound=True)
    assert (found.code, found.position, found.length) == ("EXPRESSION-NEGATIVE", 0, len(text))
    assert "GREATEST(0.00, …)" in found.remedy
    assert refused(text) == ()


def test_unknown_names_offer_the_nearest():
    found = refused("hours_wroked > 1 AND ever.low_qualifed AND in_group('x') AND zzz", "bool")
    assert [fault.message for fault in found] == [
        "nothing is called hours_wroked; did you mean hours_worked?",
        "nothing is called ever.low_qualifed; did you mean ever.low_qualified?",
        "nothing is called zzz",
    ]


def test_in_group_needs_the_fact_groups():
    tree = parse_expression("in_group('carer')")
    for names, code in (({}, "NAME"), ({"groups": Bool()}, "TYPE"), ({"groups": Text(("carers",))}, "VALUE")):
        with pytest.raises(ExpressionFault) as caught:
            check_expression(tree, names, want="bool")
        assert [fault.code for fault in caught.value.faults] == [f"EXPRESSION-{code}"]


def test_a_text_outside_the_closed_list_is_refused_with_the_nearest():
    found = refused("labour_status = 'unemploied' OR labour_status IN ('employed', 'studnet')", "bool")
    assert [fault.code for fault in found] == ["EXPRESSION-VALUE"] * 2
    assert "did you mean unemployed?" in found[0].message
    assert "did you mean student?" in found[1].message
    assert refused("region = 'anything'", "bool") == ()


def test_wanted_types():
    assert [fault.code for fault in refused("price", "bool")] == ["EXPRESSION-TYPE"]
    assert [fault.code for fault in refused("price > 1", "number")] == ["EXPRESSION-TYPE"]
    assert refused("birth_date", "date") == refused("region", "text") == ()


def test_a_fault_inside_causes_no_second_one():
    assert len(refused("nosuch + 1 > 2 AND low_qualified", "bool")) == 1
    assert len(refused("CASE WHEN nosuch THEN nosuch ELSE 1 END + TRUE")) == 3  # two places, one type


def test_what_passes_the_check_can_be_compiled():
    deep = "price"
    for _ in range(12):
        deep = f"LEAST({deep}, CASE WHEN {deep} > 1 THEN {deep} ELSE 2 END)"
        if len(deep) > 7000:
            break
    found = refused(deep)
    assert not found or {fault.code for fault in found} <= {"EXPRESSION-LIMIT", "EXPRESSION-WIDE"}
    for text in (CPF, "LEAST(price / hours_worked, margin / reference_hours, 3)"):
        made = compile_sql(checked(text), columns_of(NAMES))
        assert len(made.num) + len(made.den) < MAX_SQL


def test_text_that_would_explode_is_refused_before_it_is_written():
    text = "price / hours_worked"
    for _ in range(6):
        text = f"CASE WHEN {text} > 1 THEN 1 / ({text}) ELSE price END"
    found = refused(text)
    assert {fault.code for fault in found} <= {"EXPRESSION-LIMIT", "EXPRESSION-WIDE"}
    assert found


def test_a_digest_is_of_the_meaning():
    same = ["price*2+1.0", " price * 2\n + 1.00", "(price * 2) + 1"]
    assert len({digest(parse_expression(text)) for text in same}) == 1
    assert digest(parse_expression("price * (2 + 1)")) != digest(parse_expression(same[0]))


def test_facts_are_tested_against_their_types():
    assert misfit(decimal(9, 2, lo=0), Fraction("1.25")) is None
    assert misfit(decimal(9, 2, lo=0), Fraction(-1)) == "is too small"
    assert misfit(decimal(3, 2), Fraction(10)) == "is too large"
    assert misfit(decimal(9, 2), Fraction(1, 3)) == "has more than 2 decimals"
    assert misfit(integer(0, 8), True) == "is no number"
    assert misfit(Bool(), True) is misfit(Text(("a",)), "a") is None
    assert misfit(Text(("a", "b")), "c") == "is none of a, b"
    assert misfit(Date(), "2026-01-01") == "is no date"


def test_a_fault_becomes_a_finding():
    (fault,) = refused("nosuch", "bool")
    finding = fault.at(Place("rules/base.toml", 7, 10, 'when = "nosuch"'))
    assert finding.format().startswith("rules/base.toml:7:10: EXPRESSION-NAME nothing is called nosuch")
