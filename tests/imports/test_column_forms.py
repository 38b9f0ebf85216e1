"""What a mapping says of single columns: prefixes, ids by digest, empty marks, units; and of rows to take."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ilactl.ledger.column_forms import CLEANING, cleaned, digest_id, measured
from ilactl.ledger.grammar import MAX_TEXT, Column, Grammar, fault_of, is_id

TEXT = Column("title", Grammar.TEXT, "a text")
UNITS = {"": Fraction(1), "h": Fraction(1), "Wochen": Fraction(40), "%": Fraction(1, 100), "€": Fraction(1)}


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("12", "12"),
        ("12 h", "12"),
        ("12h", "12"),
        ("2 Wochen", "80"),
        ("0,5 Wochen", "20"),
        ("7,5 %", "0.075"),
        ("€ 1.234,50", "1234.5"),
        ("€1.234", "1234"),
        ("-3 h", "-3"),
        ("0,0001%", "0.000001"),
    ],
)
def test_a_number_is_multiplied_by_what_its_unit_stands_for(text: str, read: str) -> None:
    assert measured(text, UNITS, ",", ".") == (read, "")


@pytest.mark.parametrize(
    "text", ["12 Tage", "h", "", "12 h h", "€ 12 h", "12.5 h", "1 000 h", "0,00001%", "zwei h"]
)
def test_what_no_unit_explains_is_a_fault(text: str) -> None:
    read, fault = measured(text, UNITS, ",", ".")
    assert read == ""
    assert fault


def test_the_product_is_exact_or_refused() -> None:
    assert measured("1", {"": Fraction(1, 3)}, ".", "")[0] == ""
    assert measured("3", {"": Fraction(1, 3)}, ".", "") == ("1", "")


@given(st.text())
def test_a_digest_is_an_id_and_always_the_same(text: str) -> None:
    assert is_id(digest_id(text))
    assert digest_id(text) == digest_id(text)


def test_a_digest_is_what_it_was() -> None:
    """Ids that a ledger holds come of these: they may never change."""
    assert digest_id("Eastwick College") == "8F6KK4CZ8E"
    assert digest_id("Open Academy") != digest_id("Open academy")


@given(st.text(min_size=1, max_size=400))
def test_what_is_cleaned_of_all_is_a_text_or_nothing(text: str) -> None:
    found = cleaned(text, CLEANING, Grammar.TEXT)
    assert fault_of(TEXT, found) is None
    assert cleaned(found, CLEANING, Grammar.TEXT) == found


def test_each_cleaning_does_its_own(cli, mapped) -> None:
    assert cleaned("a\u00adb", ["invisible"], Grammar.TEXT) == "ab"
    assert cleaned(" a\u00a0 b\u2009c ", ["spaces"], Grammar.TEXT) == "a b c"
    assert cleaned("=-SUM", ["formula"], Grammar.TEXT) == "SUM"
    assert cleaned("-5", ["formula"], Grammar.DECIMAL) == "-5"
    long = cleaned("word " * 60, ["long", "spaces"], Grammar.TEXT)
    assert len(long) <= MAX_TEXT
    assert long.endswith("word…")
    assert cleaned("a\u00adb", [], Grammar.TEXT) == "a\u00adb"


MAP = """\
ignore = ["Ort"]
[file]
delimiter = ";"
clean = ["spaces"]
repeated = true
[only]
Art = ["Schule", "Akademie"]
[columns]
organisation = { digest_of = "Name", prefix = "S-" }
name = "Name"
kinds = { value = "provider" }
contact = { header = "Post", empty = ["-"] }
"""
SENT = """\
Name;Art;Ort;Post
Abend  Schule;Schule;Wien;a@example.org
Werft;Betrieb;Graz;b@example.org
Abend Schule;Schule;Linz;a@example.org
Akademie;Akademie;Linz;-
"""


def test_rows_are_chosen_and_repeated_ones_taken_once(cli, mapped) -> None:
    args = ("organisation", "import", "-", "--map", mapped(MAP))
    done = cli(*args, "--expect-rows", "4", "-v", stdin=SENT).ok()
    assert "1 row was left out, as [only] of the mapping says" in done.err
    assert "1 row repeats another one" in done.err
    assert "warning: stdin:2:1: IN-REPAIRED name: 'Abend  Schule' was cleaned" in done.err
    rows = json.loads(cli("organisation", "find", "schule", "-O", "json").ok().out)["rows"]
    assert [(row["organisation"], row["name"]) for row in rows] == [
        (f"S-{digest_id('Abend Schule')}", "Abend Schule")
    ]
    assert (
        json.loads(cli("organisation", "find", "akademie", "-O", "json").ok().out)["rows"][0]["contact"] == ""
    )
    assert json.loads(cli(*args, "-O", "json", stdin=SENT).ok().out)["known"] == 2
    assert cli(*args, "--expect-rows", "2", stdin=SENT).code == 65
    twice = SENT.replace("Linz;a@", "Linz;c@")
    assert "stands here twice" in cli(*args, stdin=twice).err  # what differs is not the same


def test_rows_are_chosen_by_a_header_that_is_there(cli, mapped) -> None:
    done = cli("organisation", "import", "-", "--map", mapped(MAP), stdin=SENT.replace(";Art;", ";Arts;"))
    assert done.code == 65
    assert "the header lacks 'Art', by which the mapping chooses rows" in done.err
