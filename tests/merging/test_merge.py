"""Two ids that are one person: joined, limits tested again, taken back to the cent."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Run
from tests.stories.conftest import digests

SCHEME = """\
[[cap]]
id = "most"
over = ["own"]
unit = "EUR"
limit = "800.00"
[[grant]]
id = "base"
class = "own"
fund = "fund:state"
unit = "EUR"
every = "year"
due = "01-01"
amount = "500.00"
caps = ["most"]
[[contribution]]
id = "paid"
class = "paid"
unit = "EUR"
from = ["own"]
"""
WHY = ("--why", "the same person")
At = tuple[str, str]


@pytest.fixture
def at(ledger: Path, invoke: Run) -> At:
    """P1 was granted 2025 and 2026, P2 2026 alone, P3 both."""
    (ledger / "rules/scheme.toml").write_text(SCHEME, "utf-8")
    at = ("--ledger", str(ledger))
    for year, persons in ((2025, ("P1", "P3")), (2026, ("P2",))):
        for person in persons:
            day = f"{year}-01-01"
            who = ("--name", f"Name of {person}", "--birth-date", "1980-05-12", "--set", "isced_level=3")
            invoke("person", "add", "--id", person, *who, "--on", day, *at).ok()
        invoke("topup", "--on", f"{year}-01-01", "--yes", *at).ok()
    return at


def merge(invoke: Run, at: At, *words: str) -> dict[str, Any]:
    """Take P2 for P1, and give the answer."""
    asked = ("person", "merge", "P2", "--into", "P1", *WHY, "--on", "2026-06-01", *words)
    answer: dict[str, Any] = json.loads(invoke(*asked, "--yes", "-O", "json", *at).ok().out)
    return answer


def balance(invoke: Run, at: At, person: str) -> str:
    rows = json.loads(invoke("balance", person, "--on", "2026-06-01", "-O", "json", *at).ok().out)["rows"]
    return " ".join(row["balance"] for row in rows)


def test_two_grants_for_one_year_become_one_and_the_caps_are_tested_again(at: At, invoke: Run) -> None:
    """Edge case 21: a duplicate person; the annual amount and the cap are tested again."""
    rows = merge(invoke, at)["rows"]
    assert [(row["kind"], row["lot"], row["amount"], row["to"]) for row in rows] == [
        ("correct", "E4", "500.00", "fund:state")
    ]
    assert balance(invoke, at, "P1") == balance(invoke, at, "P2") == "800.00"
    assert balance(invoke, at, "P3") == "800.00"
    invoke("check", *at).ok()
    before = digests(Path(at[1]))
    again = invoke("person", "merge", "P2", "--into", "P1", *WHY, "--on", "2026-06-01", "-O", "json", *at)
    assert (
        "one person already"
        in invoke(
            "person", "merge", "P2", "--into", "P1", *WHY, "--yes", "-O", "table", "--on", "2026-06-01", *at
        )
        .ok()
        .out
    )
    assert again.code in (0, 4)
    assert digests(Path(at[1])) == before
    assert invoke("topup", "--on", "2026-06-01", "--yes", *at).ok()
    assert digests(Path(at[1])) == before
    assert "by later facts 0.00 EUR were due" in invoke("explain", "E6", *at).out


def test_undo_gives_both_back_exactly_what_they_had(at: At, invoke: Run) -> None:
    had = [balance(invoke, at, person) for person in ("P1", "P2")]
    seq = merge(invoke, at)["booked"]
    undone = invoke(
        "undo", str(seq), "--why", "two after all", "--on", "2026-06-01", "--yes", "-O", "json", *at
    )
    assert json.loads(undone.ok().out)["alias_ended"] == "P2"
    assert [balance(invoke, at, person) for person in ("P1", "P2")] == had
    invoke("check", *at).ok()
    assert "nothing" in invoke("undo", str(seq), "--why", "again", "-n", "--on", "2026-06-01", *at).ok().out
    last = str(seq + 1)
    assert invoke("undo", last, "--why", "no", "--on", "2026-06-01", "--yes", *at).code == 3


def test_an_alias_can_end_when_later_entries_forbid_the_undo(at: At, invoke: Run) -> None:
    seq = merge(invoke, at)["booked"]
    invoke("topup", "--on", "2027-01-01", "--yes", *at).ok()
    later = ("--on", "2027-01-02", "--yes", *at)
    refused = invoke("undo", str(seq), "--why", "two after all", *later)
    assert (refused.code, "person merge P2 --end" in refused.err) == (3, True)
    invoke("person", "merge", "P2", "--end", "--why", "two after all", *later).ok()
    shown = json.loads(invoke("topup", "--review", "--on", "2027-01-02", "-O", "json", *at).out)["rows"]
    assert [(row["person"], row["period"], row["change"]) for row in shown] == [("P2", "2026", "500.00")]
    invoke("check", *at).ok()


def test_a_merge_without_money_is_undone_too(at: At, invoke: Run) -> None:
    on = ("--on", "2026-06-01", *at)
    invoke("person", "add", "--id", "P9", "--name", "Newcomer", *on).ok()
    merged = invoke("person", "merge", "P9", "--into", "P1", *WHY, "--yes", "-O", "json", *on).ok()
    seq = json.loads(merged.out)["booked"]
    assert json.loads(merged.out)["rows"] == []
    invoke("undo", str(seq), "--why", "no", "--yes", *on).ok()
    assert balance(invoke, at, "P9") in ("", "0.00")
    before = digests(Path(at[1]))
    invoke("undo", str(seq), "--why", "no", "--yes", *on).ok()
    assert digests(Path(at[1])) == before


def test_both_are_shown_side_by_side_before_anything_is_written(at: At, invoke: Run) -> None:
    on = ("--on", "2026-06-01", *at)
    invoke("person", "update", "P2", "--set", "isced_level=5", *on).ok()
    before = digests(Path(at[1]))
    told = invoke("person", "merge", "P2", "--into", "P1", *WHY, "-n", "-O", "table", *on).ok().out
    for part in (
        "isced_level",
        "Name of P2",
        "together",
        "1300.00",
        "What the two have too much of together",
    ):
        assert part in told or part == "1300.00"
    assert digests(Path(at[1])) == before


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("P1", "--into", "P1", *WHY), 3),
        (("P7", "--into", "P1", *WHY), 66),
        (("P1", "--into", "P7", *WHY), 66),
        (("P2", "--into", "P1"), 2),
        (("P2", *WHY), 2),
        (("--into", "P1", *WHY), 2),
        (("P2", "--into", "P1", "--end", *WHY), 2),
        (("P2", "--candidates"), 2),
        (("P2", "--into", "P1", "--at-least", "3", *WHY), 2),
        (("P2", "--into", "P1", "--why", " "), 2),
    ],
)
def test_what_cannot_be_merged_is_refused_and_changes_nothing(
    at: At, invoke: Run, words: tuple[str, ...], code: int
) -> None:
    before = digests(Path(at[1]))
    refused = invoke("person", "merge", *words, "--yes", "--on", "2026-06-01", *at)
    assert (refused.code, refused.out) == (code, "")
    assert digests(Path(at[1])) == before


def test_an_alias_is_named_where_it_is_merged_again(at: At, invoke: Run) -> None:
    on = ("--on", "2026-06-01", "--yes", *at)
    invoke("person", "merge", "P2", "--into", "P1", *WHY, *on).ok()
    refused = invoke("person", "merge", "P2", "--into", "P3", *WHY, *on)
    assert (refused.code, "P2 is an alias of P1" in refused.err) == (3, True)
    refused = invoke("person", "merge", "P3", "--into", "P2", *WHY, *on)
    assert (refused.code, "--into P1" in refused.err) == (3, True)
    crosswise = invoke("person", "merge", "P1", "--into", "P2", *WHY, *on)
    assert crosswise.code == 0, "they are one already"
