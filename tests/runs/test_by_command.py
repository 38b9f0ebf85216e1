"""Expiry, matches, corrections and terms of contributions, by the command line, and their explanation."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Run
from tests.stories.conftest import digests

SCHEME = """\
[facts]
hours = { kind = "figure", type = "decimal(9,2)" }
[[cap]]
id = "most"
over = ["own"]
unit = "EUR"
limit = "900.00"
[[cap]]
id = "lifetime"
over = ["own"]
measure = "granted"
window = "3 years"
unit = "EUR"
limit = "950.00"
[[grant]]
id = "base"
title = "yearly entitlement"
class = "own"
fund = "fund:state"
unit = "EUR"
every = "year"
due = "06-15 next"
amount = "LEAST(500.00, hours / 2)"
round = "up"
caps = ["most", "lifetime"]
expires = "3 years"
[[grant]]
id = "match"
class = "matched"
fund = "fund:state"
unit = "EUR"
every = "contribution"
matches = ["paid"]
amount = "contribution / 2"
round = "down"
[[contribution]]
id = "paid"
class = "paid"
unit = "EUR"
from = ["own"]
earmarks = ["course"]
use_by = "allowed"
unused = "funder"
"""


@pytest.fixture
def at(ledger: Path, invoke: Run) -> tuple[str, str]:
    """A ledger whose rules have granted 2021 and 2022 to one person."""
    (ledger / "rules/scheme.toml").write_text(SCHEME, "utf-8")
    at = ("--ledger", str(ledger))
    invoke("person", "add", "--id", "P1", "--on", "2022-06-15", *at).ok()
    for year in (2021, 2022):
        on = ("--on", f"{year + 1}-06-15", *at)
        invoke("person", "update", "P1", "--figure", "hours=1000", "--span", str(year), *on).ok()
        invoke("topup", "--yes", *on).ok()
    return at


def rows(at: tuple[str, str]) -> list[list[str]]:
    lines = (Path(at[1]) / "entitlements.csv").read_text("utf-8").splitlines()[1:]
    return [line.split(",") for line in lines]


def test_a_grant_near_two_caps_is_explained_by_both(at: tuple[str, str], invoke: Run) -> None:
    assert [row[5] for row in rows(at)] == ["500.00", "400.00"]
    told = invoke("explain", "E2", *at).ok().out
    assert "cap most: at most 900.00 in own, 500.00 there already, room for 400.00" in told
    assert "cap lifetime: at most 950.00 in own, 500.00 granted from 2020-06-16 to 2023-06-15 already" in told
    assert "until 2026-06-15" in told


def test_expire_books_lot_by_lot_and_nothing_twice(at: tuple[str, str], invoke: Run) -> None:
    shown = json.loads(invoke("expire", "--on", "2025-06-16", "-n", "-O", "json", *at).ok().out)
    assert [(row["what"], row["amount"], row["to"]) for row in shown["rows"]] == [
        ("expire", "500.00", "expired")
    ]
    assert invoke("expire", "--on", "2025-06-16", "--yes", *at).ok().out == "", "success is silent"
    before = digests(Path(at[1]))
    invoke("expire", "--on", "2025-06-16", "--yes", *at).ok()
    assert digests(Path(at[1])) == before
    told = invoke("explain", "E3", *at).ok().out
    assert "what was left of lot E1 expired: its last day was 2025-06-15" in told


def test_late_hours_are_reviewed_corrected_with_a_reason_and_explained(
    at: tuple[str, str], invoke: Run
) -> None:
    late = ("--on", "2023-07-01", *at)
    invoke("person", "update", "P1", "--figure", "hours=700", "--span", "2021", *late).ok()
    before = digests(Path(at[1]))
    shown = json.loads(invoke("topup", "--review", "-O", "json", *late).ok().out)
    assert [(r["period"], r["booked"], r["today"]) for r in shown["rows"]] == [
        ("2021", "500.00", "350.00"),
        ("2022", "400.00", "500.00"),
    ]
    assert digests(Path(at[1])) == before
    assert invoke("topup", "--correct", "--yes", *late).code == 2
    invoke("topup", "--correct", "--why", "hours came late", "--yes", *late).ok()
    assert [row[3:9] for row in rows(at)[2:]] == [
        ["correct", "E1", "150.00", "EUR", "wallet:own", "fund:state"],
        ["correct", "E2", "100.00", "EUR", "fund:state", "wallet:own"],
    ]
    assert (
        "by later facts 350.00 EUR were due for 2021: 150.00 EUR go back" in invoke("explain", "E3", *at).out
    )
    assert "hours came late" in invoke("log", *at).out
    assert json.loads(invoke("topup", "--review", "-O", "json", *late).out)["rows"] == []
    invoke("check", "--full", *at).ok()
    invoke("undo", "8", "--yes", "--why", "wrong paper", *late).ok()
    again = json.loads(invoke("topup", "--review", "-O", "json", *late).out)["rows"]
    assert [row["period"] for row in again] == ["2021", "2022"], "what was undone differs again"


def test_options_of_a_review_that_cannot_stand_together_are_refused(at: tuple[str, str], invoke: Run) -> None:
    for wrong in (
        ("--review", "--correct", "--why", "x"),
        ("--review", "--why", "x"),
        ("--review", "--rule", "base"),
        ("--correct", "--why", "x", "--period", "2021"),
        ("--why", "x"),
        ("--correct", "--why", " "),
    ):
        refused = invoke("topup", *wrong, *at)
        assert (refused.code, refused.out) == (2, "")


def test_a_contribution_is_tied_and_ended_as_its_rule_allows_and_matched(
    at: tuple[str, str], invoke: Run
) -> None:
    add = ("contribution", "add", "P1", "200.00", "--from", "own", "--on", "2023-07-01", *at)
    assert invoke(*add, "--ref", "C1", "--earmark", "kind:training").code == 2
    assert invoke(*add, "--ref", "C1", "--use-by", "2023-06-30").code == 2
    assert invoke(*add, "--ref", "C1", "--use-by", "2023-02-30").code == 2
    terms = ("--earmark", "course:C12", "--use-by", "2023-12-31")
    invoke(*add, "--ref", "C1", *terms).ok()
    invoke(*add, "--ref", "C1", *terms).ok()
    assert invoke(*add, "--ref", "C1", "--earmark", "course:C13").code == 3
    assert len(rows(at)) == 3
    invoke("topup", "--on", "2023-07-01", "--yes", *at).ok()
    invoke("topup", "--on", "2024-01-01", "--yes", *at).ok()
    kinds = [(row[3], row[5], row[8], row[16]) for row in rows(at)[3:]]
    assert kinds == [("grant", "100.00", "wallet:matched", "E3"), ("expire", "200.00", "own", "")]
    assert "matches the contribution E3: 200.00 EUR from own" in invoke("explain", "E4", *at).out
    assert "returned to own: its last day was 2023-12-31" in invoke("explain", "E5", *at).out


def test_an_import_says_what_its_rows_are_tied_to(at: tuple[str, str], invoke: Run, tmp_path: Path) -> None:
    file = tmp_path / "pay.csv"
    file.write_text("person,amount,ref,earmark,use_by\nP1,10.00,A,kind:x,\nP1,10.00,B,,2023-02-30\n", "utf-8")
    refused = invoke("contribution", "import", file, "--from", "own", "--on", "2023-07-01", *at)
    assert refused.code == 65
    assert "CONTRIBUTION-EARMARK" in refused.err or "pay.csv:3" in refused.err
    file.write_text(
        "person,amount,ref,earmark,use_by\nP1,10.00,A,course:C1,\nP1,10.00,B,,2024-02-28\n", "utf-8"
    )
    invoke("contribution", "import", file, "--from", "own", "--on", "2023-07-01", *at).ok()
    assert [(row[10], row[11]) for row in rows(at)[2:]] == [("", "course:C1"), ("2024-02-28", "")]
