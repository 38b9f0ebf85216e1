"""Golden trees: what the parser's JSON becomes. A new engine that shapes it otherwise fails here."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from ilactl.rules.expressions import ExpressionFault, from_json, names_in, parse_expression, text_of, to_json
from ilactl.rules.expressions.tree import (
    And,
    Arithmetic,
    Between,
    Case,
    Coalesce,
    Compare,
    Extreme,
    In,
    InGroup,
    IsNull,
    Literal,
    Name,
    Negate,
    Not,
    Or,
)
from ilactl.rules.expressions.words import SQL_WORDS


def n(text):
    return Literal(Fraction(text), text)


A, B, C = Name(None, "a"), Name(None, "b"), Name(None, "c")

GOLDEN = {
    "a": A,
    "ever.a": Name("ever", "a"),
    "at_end.end": Name("at_end", "end"),
    "500.00": n("500.00"),
    "-5": n("-5"),
    "- 5": n("-5"),
    "-(-5)": n("5"),
    "TRUE": Literal(True),
    "false": Literal(False),
    "'it''s é'": Literal("it's é"),
    "DATE '2026-02-28'": Literal(date(2026, 2, 28)),
    "a + b * c": Arithmetic("+", A, Arithmetic("*", B, C)),
    "(a + b) * c": Arithmetic("*", Arithmetic("+", A, B), C),
    "a - b - c": Arithmetic("-", Arithmetic("-", A, B), C),
    "a / b": Arithmetic("/", A, B),
    "a-5": Arithmetic("-", A, n("5")),
    "-a * b": Arithmetic("*", Negate(A), B),
    "NOT a AND b OR c": Or((And((Not(A), B)), C)),
    "a AND (b AND c)": And((A, B, C)),
    "NOT a = b": Not(Compare("=", A, B)),
    "a = b": Compare("=", A, B),
    "a == b": Compare("=", A, B),
    "a <> b": Compare("<>", A, B),
    "a != b": Compare("<>", A, B),
    "a < b": Compare("<", A, B),
    "a <= b": Compare("<=", A, B),
    "a > b": Compare(">", A, B),
    "a >= b": Compare(">=", A, B),
    "a IS NULL": IsNull(A, False),
    "a IS NOT NULL": IsNull(A, True),
    "a IN (1, 2)": In(A, (n("1"), n("2"))),
    "a NOT IN ('x')": Not(In(A, (Literal("x"),))),
    "a BETWEEN 1 AND 2": Between(A, n("1"), n("2")),
    "a NOT BETWEEN 1 AND 2": Not(Between(A, n("1"), n("2"))),
    "LEAST(a, b)": Extreme("LEAST", (A, B)),
    "greatest(a, b, c)": Extreme("GREATEST", (A, B, C)),
    "COALESCE(a, 0)": Coalesce((A, n("0"))),
    "in_group('carers')": InGroup("carers"),
    "CASE WHEN a THEN 1 WHEN b THEN 2 ELSE 3 END": Case(((A, n("1")), (B, n("2"))), n("3")),
    "case a when 1 then 2 else 3 end": Case(((Compare("=", A, n("1")), n("2")),), n("3")),
}


@pytest.mark.parametrize("text", GOLDEN)
def test_golden_tree(text):
    tree = parse_expression(text)
    assert tree == GOLDEN[text]
    assert parse_expression(text_of(tree)) == tree
    assert from_json(to_json(tree)) == tree
    assert to_json(from_json(to_json(tree))) == to_json(tree)


def test_every_node_knows_its_stretch_of_the_text():
    text = "'é' = region AND 2 * hours >= low"
    tree = parse_expression(text)
    pieces = [
        tree,
        *tree.operands,
        tree.operands[0].right,
        tree.operands[1].left,
        tree.operands[1].left.right,
    ]
    stretches = [text[piece.position : piece.position + piece.length] for piece in pieces]
    assert stretches == [text, "'é' = region", "2 * hours >= low", "region", "2 * hours", "hours"]


def test_names_of_an_expression():
    tree = parse_expression("in_group('carers') AND ever.low AND 2 * balance.own > balance.own")
    assert names_in(tree) == {"groups", "ever.low", "balance.own"}


def fault_of(text):
    with pytest.raises(ExpressionFault) as caught:
        parse_expression(text)
    return caught.value.faults


@pytest.mark.parametrize(
    ("text", "position", "word"),
    [
        ("a +", 2, "+"),
        ("a b c", 4, "c"),
        ("(a", 0, "never closed"),
        ("LEAST(a, (b)", 5, "never closed"),
        ("a) + (b", 1, "never opened"),
        ("CASE a + 1 WHEN 2 THEN 3 ELSE 4 END", 0, "CASE and WHEN"),
        ("CASE WHEN a THEN 1 ELSE", 19, "ELSE"),
        ("end.a", 0, "end.a"),
        ("a = b = c", 0, "Chained comparisons"),
        ("'é' = a AND = b", 12, "'='"),
        ("", 0, "empty"),
        ("   ", 0, "empty"),
    ],
)
def test_unreadable_text_says_where(text, position, word):
    (found,) = fault_of(text)
    assert (found.code, word in found.message) == ("EXPRESSION-SYNTAX", True), found
    assert found.position == position


def test_all_faults_of_a_text_are_told_at_once():
    found = fault_of("1e3 + FOO + nosuch(a) + CAST(a AS INTEGER) + CASE WHEN a THEN 1 END")
    assert [fault.code for fault in found] == [
        "EXPRESSION-NUMBER",
        "EXPRESSION-NAME",
        "EXPRESSION-FORBIDDEN",
        "EXPRESSION-FORBIDDEN",
        "EXPRESSION-UNDECIDED",
    ]
    assert [fault.position for fault in found] == sorted(fault.position for fault in found)
    assert found[1].remedy == "write foo"


@pytest.mark.parametrize(
    "damaged", [{}, {"is": "name"}, {"is": "compare", "op": "; x", "parts": [], "at": [0, 1]}, []]
)
def test_a_damaged_cache_is_no_tree(damaged):
    with pytest.raises(ValueError, match="no "):
        from_json(damaged)


def test_a_cached_tree_cannot_carry_text_into_the_sql():
    good = to_json(parse_expression("in_group('carers') AND a < 1"))
    good["parts"][0]["group"] = "x') OR read_csv('y"
    with pytest.raises(ValueError, match="no name"):
        from_json(good)


def test_every_word_that_cannot_be_a_name_is_known() -> None:
    """The engine's own list of words, each tried where a fact would stand."""
    import duckdb

    kept = set()
    for (word,) in duckdb.sql("SELECT DISTINCT keyword_name FROM duckdb_keywords()").fetchall():
        try:
            for text in (
                word,
                f"{word} > 1",
                f"1 + {word}",
                f"NOT {word}",
                f"CASE WHEN {word} THEN 1 ELSE 2 END",
            ):
                parse_expression(text)
        except ExpressionFault:
            kept.add(word)
        else:
            if not isinstance(parse_expression(word), Name):
                kept.add(word)
    assert kept <= SQL_WORDS
