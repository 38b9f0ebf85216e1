"""The one renderer, format by format."""

from __future__ import annotations

import csv
import io
import json
from datetime import date

import pytest

from ilactl.commands.talk import counted
from ilactl.output import Answer, Col, Grid, Heading, Lines, Money, Pairs, text_of
from tests.face.probe import ANSWER

NASTY = "a\x1b[31mb\u202ec\nd\udc80"


def one(text: str, kind: str = "text") -> Answer:
    return Answer("t/1", rows=[{"x": text}], columns=[Col("x", kind=kind)])  # type: ignore[arg-type]


def test_plain_is_aligned_and_carries_units() -> None:
    assert text_of(ANSWER, "plain") == (
        "Person  Name                Usable  Since\n"
        "P1      Ona Petraitytė  500.00 EUR  2026-01-01\n"
        "P2      =HYPERLINK(1)    -0.05 EUR\n"
        "\n"
        "2 persons\n"
    )


def test_plain_is_never_wrapped_or_cut() -> None:
    long = "x" * 500
    assert long in text_of(one(long), "plain")


def test_plain_aligns_wide_and_combining_letters() -> None:
    rows = [{"a": "日本", "b": "1"}, {"a": "e\u0301", "b": "2"}, {"a": "abcd", "b": "3"}]
    lines = text_of(Answer("t/1", rows=rows, columns=[Col("a"), Col("b")]), "plain").splitlines()
    assert lines[1:] == ["日本  1", "e\u0301     2", "abcd  3"]


def test_blocks_stand_apart_but_not_from_their_heading() -> None:
    answer = Answer(
        "t/1",
        blocks=[
            Heading("Person P1"),
            Pairs([("born", date(2000, 1, 1)), ("usable", Money(5, "hour", 1))]),
            Grid([Col("x")], [], empty="no entries"),
            Grid([Col("x")], []),
            Lines(["said"]),
        ],
    )
    assert (
        text_of(answer, "plain") == "Person P1\nborn    2000-01-01\nusable  0.5 hour\n\nno entries\n\nsaid\n"
    )


def test_a_unit_column_takes_the_unit_out_of_the_amounts() -> None:
    answer = Answer(
        "t/1", rows=[{"amount": Money(150, "EUR", 2), "unit": "EUR"}], columns=[Col("amount"), Col("unit")]
    )
    assert text_of(answer, "plain").splitlines()[1] == "1.50    EUR"


@pytest.mark.parametrize("name", ["plain", "csv", "tsv", "json", "jsonl", "markdown"])
def test_no_format_lets_a_control_character_through(name: str) -> None:
    text = text_of(one(NASTY), name)
    assert not {"\x1b", "\u202e", "\udc80"} & set(text)
    assert text.encode()


def test_json_escapes_can_be_undone() -> None:
    assert json.loads(text_of(one(NASTY), "json"))["rows"] == [{"x": NASTY}]
    assert json.loads(text_of(one(NASTY), "jsonl"))["x"] == NASTY


def test_json_names_its_schema_and_holds_money_as_text() -> None:
    answer = Answer(
        "t/1", rows=ANSWER.rows, data={"total": {"EUR": Money(49995, "EUR", 2)}, "on": date(2026, 1, 2)}
    )
    body = json.loads(text_of(answer, "json"))
    assert list(body) == sorted(body)
    assert body["schema"] == "t/1"
    assert body["total"] == {"EUR": "499.95"}
    assert body["on"] == "2026-01-02"
    assert body["rows"][1] == {"name": "=HYPERLINK(1)", "person": "P2", "since": None, "usable": "-0.05"}


def test_nothing_found_is_an_empty_list_or_a_header() -> None:
    empty = Answer("t/1", columns=[Col("x"), Col("y")])
    assert json.loads(text_of(empty, "json")) == {"rows": [], "schema": "t/1"}
    assert text_of(empty, "jsonl") == ""
    assert text_of(empty, "csv") == "x,y\n"


def test_csv_defuses_formulas_in_text_and_leaves_numbers() -> None:
    rows = list(csv.reader(io.StringIO(text_of(ANSWER, "csv"))))
    assert rows == [
        ["person", "name", "usable", "since"],
        ["P1", "Ona Petraitytė", "500.00", "2026-01-01"],
        ["P2", "'=HYPERLINK(1)", "-0.05", ""],
    ]


@pytest.mark.parametrize("start", "=+-@")
def test_every_formula_start_is_defused(start: str) -> None:
    assert text_of(one(f"{start}1"), "csv") == f"x\n'{start}1\n"


def test_csv_quotes_and_tsv_does_not() -> None:
    assert text_of(one('a "b", c'), "csv") == 'x\n"a ""b"", c"\n'
    assert text_of(one('a "b"\tc'), "tsv") == 'x\na "b"\\tc\n'


@pytest.mark.parametrize("text", ["125.50", "42924e28", "10e2", "007", "1_000", "nan", "True"])
def test_markdown_does_not_read_numbers_into_text(text: str) -> None:
    assert f"| {text}" in text_of(one(text), "markdown")


def test_markdown_keeps_a_cell_a_cell() -> None:
    assert "a\\|b &lt;i>" in text_of(one("a|b <i>"), "markdown")
    assert text_of(Answer("t/1", columns=[Col("x")]), "markdown").startswith("| x")


def test_one_of_a_thing_is_no_plural() -> None:
    told = [counted(number, word) for word in ("entry", "step") for number in (0, 1, 2)]
    assert told == ["0 entries", "1 entry", "2 entries", "0 steps", "1 step", "2 steps"]
