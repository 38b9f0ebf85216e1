"""Rule files through the command line: what a changed file does to a ledger that has booked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Run
from tests.stories.conftest import digests

SCHEME = """\
[[grant]]
id = "base"
class = "own"
fund = "fund:state"
unit = "EUR"
every = "year"
due = "01-01"
amount = "100.00"
"""


@pytest.fixture
def booked(ledger: Path, invoke: Run) -> Path:
    """A ledger whose one rule has booked 2026 for one person."""
    (ledger / "rules/scheme.toml").write_text(SCHEME, "utf-8")
    at = ("--ledger", ledger)
    invoke("person", "add", "--id", "P1", "--on", "2026-01-01", *at).ok()
    invoke("topup", "--on", "2026-01-01", "--yes", *at).ok()
    return ledger


def test_a_grant_is_explained_whatever_end_its_rule_was_given_since(booked: Path, invoke: Run) -> None:
    (booked / "rules/scheme.toml").write_text(SCHEME + 'valid_until = "2025-01-01"\n', "utf-8")
    told = invoke("explain", "E1", "--ledger", booked).ok().out
    assert "credited 100.00 EUR" in told


@pytest.mark.parametrize("text", ["", SCHEME.replace('"base"', '"bass"'), SCHEME.replace("100", "101")])
def test_a_used_rule_lost_renamed_or_changed_books_nothing(booked: Path, invoke: Run, text: str) -> None:
    (booked / "rules/scheme.toml").write_text(text, "utf-8")
    before = digests(booked)
    for command in (("topup", "--on", "2027-01-01", "--yes"), ("rules", "check")):
        refused = invoke(*command, "--ledger", booked)
        assert refused.code == 78
        assert "USED-RULE-CHANGED" in refused.err
    assert digests(booked) == before


def test_warnings_beside_faults_are_called_so(ledger: Path, invoke: Run) -> None:
    second = SCHEME.replace('"base"', '"more"')
    cap = '[[cap]]\nid = "c"\nover = ["own"]\nunit = "EUR"\nlimit = "500.00"\n'
    text = (SCHEME + second).replace('amount = "100.00"', 'amount = "100.00"\ncaps = ["c"]') + cap
    (ledger / "rules/scheme.toml").write_text(text + "[oops]\n", "utf-8")
    assert "warning" not in invoke("rules", "check", "--ledger", ledger).err
    (ledger / "rules/scheme.toml").write_text(text.replace("fund:state", "fund:stat", 1), "utf-8")
    told = invoke("rules", "check", "--ledger", ledger).err
    assert "UNKNOWN-NAME there is no fund fund:stat" in told
    (ledger / "rules/scheme.toml").write_text(text.replace("500.00", "x"), "utf-8")
    lines = invoke("rules", "check", "--ledger", ledger).err.splitlines()
    assert [line.partition(" ")[0] for line in lines if "scheme.toml" in line] == [
        "warning:",
        "rules/scheme.toml:23:10:",
    ]


def test_rules_check_answers_in_the_format_asked_for(booked: Path, invoke: Run) -> None:
    """With -O an answer always comes, be there warnings or none."""
    at = ("--ledger", booked)
    header = "code,file,line,column,message,remedy,warning\n"
    assert invoke("rules", "check", "-O", "csv", *at).ok().out == header
    cap = '[[cap]]\nid = "c"\nover = ["own"]\nunit = "EUR"\nlimit = "500.00"\n'
    grant = SCHEME.replace('amount = "100.00"', 'amount = "100.00"\ncaps = ["c"]')
    two = grant.replace('"base"', '"two"') + grant.replace('"base"', '"three"')
    (booked / "rules/more.toml").write_text(two + cap, "utf-8")
    told = invoke("rules", "check", "-O", "csv", *at).ok()
    assert (told.out.startswith(header + "CAP-ORDER,rules/more.toml,"), told.err) == (True, "")
    assert invoke("rules", "check", *at).ok().err.startswith("warning: rules/more.toml:")


def test_due_of_an_entry_is_a_question_about_a_person(booked: Path, invoke: Run) -> None:
    asked = invoke("explain", "E1", "--due", "--ledger", booked)
    assert (asked.code, "'ilactl explain E1'" in asked.err) == (2, True)


def test_an_entry_is_explained_by_who_was_one_person_then(ledger: Path, invoke: Run) -> None:
    """Two ids turn out to be one person: what each was granted before is still explained as decided."""
    capped = SCHEME.replace('amount = "100.00"', 'amount = "300.00"\ncaps = ["c"]')
    cap = '[[cap]]\nid = "c"\nover = ["own"]\nunit = "EUR"\nlimit = "400.00"\n'
    (ledger / "rules/scheme.toml").write_text(capped + cap, "utf-8")
    at = ("--ledger", ledger)
    for person in ("P1", "P2"):
        invoke("person", "add", "--id", person, "--on", "2026-01-01", *at).ok()
    invoke("topup", "--on", "2026-01-01", "--yes", *at).ok()
    invoke("person", "update", "P2", "--set", "same_as=P1", "--on", "2026-02-01", *at).ok()
    for entry in ("E1", "E2"):
        told = invoke("explain", entry, *at).ok().out
        assert "credited 300.00 EUR" in told
        assert "0.00 there already" in told
        assert "differs" not in told
    whole = invoke("explain", "P1", *at).ok().out
    assert [line.endswith("booked for P2") for line in whole.splitlines() if line.startswith("E")] == [
        False,
        True,
    ]


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("isced_level=9", "0 to 8"),
        ("work_share=1.5", "between 0 and 1"),
        ("birth_date=1980-02-30", "a day, YYYY-MM-DD"),
        ("age=-5", "from 0 to 200"),
        ("balance.own=1.001", "at most 2 decimals"),
        ("employer=x", "not an id"),
    ],
)
def test_a_trial_takes_only_what_a_register_would(ledger: Path, invoke: Run, given: str, wanted: str) -> None:
    refused = invoke("rules", "try", "--set", given, "--ledger", ledger)
    assert (refused.code, refused.out, wanted in refused.err) == (2, "", True)


@pytest.mark.parametrize(
    ("part", "text"),
    [
        ("amount", SCHEME.replace('"100.00"', '"100.00 * work_share"') + 'round = "up"\n'),
        (
            "limit of c",
            SCHEME
            + 'caps = ["c"]\n[[cap]]\nid = "c"\nover = ["own"]\nunit = "EUR"\nlimit = "900 * work_share"\n',
        ),
        (
            "tier 1",
            SCHEME.replace('amount = "100.00"', '[[grant.tier]]\nwhen = "work_share > 0"\namount = "1"'),
        ),
    ],
)
def test_what_is_undecided_is_shown_where_it_is(ledger: Path, invoke: Run, part: str, text: str) -> None:
    (ledger / "rules/scheme.toml").write_text(text, "utf-8")
    at = ("--ledger", ledger)
    invoke("person", "add", "--id", "P1", "--on", "2026-01-01", *at).ok()
    told = invoke("explain", "P1", "--due", "-O", "json", *at).ok().out
    [decision] = json.loads(told)["decisions"]
    assert (decision["verdict"], decision["missing"]) == ("undecided", ["work_share"])
    assert decision["steps"][-1]["part"] == part
    assert decision["steps"][-1]["value"] == "unknown"
