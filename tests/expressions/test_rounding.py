"""Rounding once, at the end, by both ways: every rate on every amount, and below zero."""

from __future__ import annotations

from fractions import Fraction

import pytest

from ilactl.money import ROUNDING, round_to
from ilactl.rules.expressions import (
    SqlColumn,
    check_expression,
    compile_sql,
    decimal,
    integer,
    parse_expression,
    round_sql,
    value_of,
)
from tests.expressions.engine import connection

NAMES = {"amount": decimal(6, 2), "percent": integer(1, 99)}
COLUMNS = {"amount": SqlColumn("amount", 2), "percent": SqlColumn("percent", 0)}

# What each mode must give for n/d, in plain integer arithmetic of the engine; n is never below zero.
EXACT = {
    "up": "(amount * percent + 99) // 100",
    "down": "(amount * percent) // 100",
    "half_up": "(amount * percent + 50) // 100",
}


@pytest.mark.parametrize("mode", ROUNDING)
def test_every_rate_on_every_amount_to_two_thousand(mode):
    one = check_expression(parse_expression("amount * percent / 100"), NAMES, want="number")
    sql = round_sql(compile_sql(one, COLUMNS), 2, mode)
    wrong = (
        connection()
        .execute(
            f"""
        WITH pairs AS (
            SELECT a.range AS amount, p.range AS percent FROM range(200001) a, range(1, 100) p
        )
        SELECT count(*), count(*) FILTER (WHERE {sql} IS DISTINCT FROM {EXACT[mode]}) FROM pairs
        """
        )
        .fetchone()
    )
    assert wrong == (200001 * 99, 0)


@pytest.mark.parametrize("mode", ROUNDING)
def test_the_interpreters_rounding_is_the_same(mode):
    one = check_expression(parse_expression("amount * percent / 100"), NAMES, want="number")
    for percent in range(1, 100):
        for cents in range(percent, 200001, 4999):
            value = value_of(one, {"amount": Fraction(cents, 100), "percent": percent})
            n, d = cents * percent, 100
            expected = {"up": -(-n // d), "down": n // d, "half_up": (2 * n + d) // (2 * d)}[mode]
            assert round_to(value, 2, mode) == expected


@pytest.mark.parametrize("mode", ROUNDING)
@pytest.mark.parametrize(
    "text", ["amount / 3", "-amount / 7", "amount / percent", "(amount - 1) / (percent + 0.5)"]
)
@pytest.mark.parametrize("scale", [0, 2, 3])
def test_below_zero_away_from_and_towards_zero(text, mode, scale):
    one = check_expression(parse_expression(text), NAMES, want="number", scale=scale)
    sql = round_sql(compile_sql(one, COLUMNS), scale, mode)
    rows = (
        connection()
        .execute(
            f"""
        WITH pairs AS (
            SELECT a.range - 400 AS amount, p.range * 7 + 1 AS percent FROM range(801) a, range(14) p
        )
        SELECT amount, percent, {sql} FROM pairs
        """
        )
        .fetchall()
    )
    for amount, percent, got in rows:
        value = value_of(one, {"amount": Fraction(amount, 100), "percent": percent})
        assert got == round_to(value, scale, mode), (amount, percent)
