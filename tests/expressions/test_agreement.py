"""The interpreter and the generated SQL give the same, unknown included, for whatever rules may say."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ilactl.rules.expressions import (
    Checked,
    ExpressionFault,
    Node,
    Want,
    check_expression,
    digest,
    from_json,
    parse_expression,
    text_of,
    to_json,
)
from tests.expressions.engine import disagreements
from tests.expressions.trees import NAMES, ROWS, conditions, dates, numbers, texts
from tests.thorough import examples

_EXPECTED = {"EXPRESSION-WIDE", "EXPRESSION-DIVISOR", "EXPRESSION-VALUE", "EXPRESSION-LIMIT"}


def _checked(node: Node, want: Want) -> Checked | None:
    """The checked tree, None where the check rightly refuses what chance put together."""
    try:
        return check_expression(node, NAMES, want=want)
    except ExpressionFault as refused:
        if {fault.code for fault in refused.faults} <= _EXPECTED:
            return None
        raise


_SETTINGS = settings(
    max_examples=examples(80),
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # a failure names its tree; shrinking takes minutes
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
_EIGHT_ROWS = st.lists(ROWS, min_size=8, max_size=8)


@_SETTINGS
@given(st.lists(numbers(3), min_size=8, max_size=8), _EIGHT_ROWS)
def test_numbers_agree_in_every_rounding_mode(nodes, rows):
    checked = [one for node in nodes if (one := _checked(node, "number"))]
    if checked:
        assert disagreements(checked, NAMES, rows)[:1] == []


@_SETTINGS
@given(st.lists(conditions(3), min_size=8, max_size=8), _EIGHT_ROWS)
def test_conditions_agree(nodes, rows):
    checked = [one for node in nodes if (one := _checked(node, "bool"))]
    if checked:
        assert disagreements(checked, NAMES, rows)[:1] == []


@settings(_SETTINGS, max_examples=examples(25))
@given(st.lists(texts(2), min_size=6, max_size=6), st.lists(dates(2), min_size=6, max_size=6), _EIGHT_ROWS)
def test_texts_and_dates_agree(some_texts, some_dates, rows):
    checked = [one for node in some_texts if (one := _checked(node, "text"))]
    checked += [one for node in some_dates if (one := _checked(node, "date"))]
    assert disagreements(checked, NAMES, rows) == []


@settings(_SETTINGS, max_examples=examples(100))
@given(st.one_of(numbers(3), conditions(3)))
def test_canonical_text_parses_to_the_same_tree(node):
    parsed = parse_expression(text_of(node))
    assert parsed == node
    assert text_of(parsed) == text_of(node)
    assert digest(parsed) == digest(node)
    assert to_json(from_json(to_json(parsed))) == to_json(parsed)
