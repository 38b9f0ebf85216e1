"""What is said about a wrong cell is what was probably meant, and never another wrong cell."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ilactl.ledger.advice import advice_on
from ilactl.ledger.columns import TABLES
from ilactl.ledger.grammar import Column, Grammar, fault_of


def column(grammar: Grammar) -> Column:
    return Column("it", grammar, "", required=True)


@pytest.mark.parametrize(
    ("grammar", "cell", "meant"),
    [
        (Grammar.AMOUNT, "1,000.00", "1000.00"),
        (Grammar.AMOUNT, "1'234'567.50", "1234567.50"),
        (Grammar.AMOUNT, "1.234,50", "1234.50"),
        (Grammar.AMOUNT, "12,5", "12.5"),
        (Grammar.AMOUNT, "+50", "50"),
        (Grammar.AMOUNT, "€ 100.00", "100.00"),
        (Grammar.AMOUNT, "100.00 EUR", "100.00"),
        (Grammar.AMOUNT, "007.00", "7.00"),
        (Grammar.AMOUNT, "٥٠٠", "500"),
        (Grammar.DATE, "30.01.1979", "1979-01-30"),
        (Grammar.DATE, "1979-1-30", "1979-01-30"),
        (Grammar.DATE, "1/31/2026", "2026-01-31"),
        (Grammar.ID, "p3", "P3"),
        (Grammar.LABOUR_STATUS, "employd", "employed"),
    ],
)
def test_what_was_meant_is_offered(grammar: Grammar, cell: str, meant: str) -> None:
    assert fault_of(column(grammar), meant) is None
    assert meant in advice_on(column(grammar), cell)


@pytest.mark.parametrize(
    ("grammar", "cell"),
    [
        (Grammar.AMOUNT, "NaN"),
        (Grammar.AMOUNT, "x"),
        (Grammar.INTEGER, "few"),
        (Grammar.AMOUNT, "1,00,000.00"),
        (Grammar.DATE, "30.02.1979"),
        (Grammar.DATE, "tomorrow"),
        (Grammar.ID, "Ada Kask"),
    ],
)
def test_nothing_is_offered_where_it_is_not_clear(grammar: Grammar, cell: str) -> None:
    assert advice_on(column(grammar), cell) == ""


@settings(deadline=None)
@given(st.sampled_from([c for table in TABLES for c in table.columns]), st.text(max_size=20))
def test_what_is_offered_is_acceptable(column: Column, cell: str) -> None:
    advice = advice_on(column, cell, mapped=True)
    if advice.startswith("write "):
        assert fault_of(column, advice.removeprefix("write ").split(",")[0]) is None, advice
