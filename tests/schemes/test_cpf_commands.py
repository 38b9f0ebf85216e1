"""France's figures through the command line: import, top-up, balance, explain, try."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.conftest import Run
from tests.schemes.conftest import RULES

HOURS = {
    "FULL": ("1607", "500.00"),
    "THIRTY": ("482.1", "150.00"),
    "SIX": ("600", "186.69"),
    "UNDER": ("803", "249.85"),
    "HALF": ("803.5", "500.00"),
}
PEOPLE = "person,birth_date,low_qualified\n" + "".join(f"{p},1980-01-01,false\n" for p in HOURS)
FIGURES = "person,figure,from,to,value,source\n" + "".join(
    f"{p},hours_worked,2026-01-01,2026-12-31,{hours},DSN-1\n" for p, (hours, _) in HOURS.items()
)


@pytest.fixture
def france(ledger: Path, invoke: Run) -> Path:
    """A ledger with France's rules and nobody in it."""
    (ledger / "rules/scheme.toml").unlink()
    for name in ("cpf", "cpf_self_employed"):
        shutil.copy(RULES / f"{name}.toml", ledger / "rules")
    assert invoke("rules", "check", "--ledger", ledger).ok().err == ""
    return ledger


def rows(result: str) -> list[dict[str, str]]:
    return list(json.loads(result)["rows"])


def test_hours_of_a_years_file_become_the_printed_amounts(france: Path, invoke: Run) -> None:
    at = ("--ledger", france)
    invoke("person", "import", "-", "--on", "2026-01-01", *at, stdin=PEOPLE).ok()
    invoke("person", "import", "-", "--on", "2027-05-01", *at, stdin=FIGURES).ok()
    assert invoke("topup", "--on", "2027-06-15", "--yes", *at).ok().out == ""
    for person, (_, expected) in HOURS.items():
        [row] = rows(invoke("balance", person, "--on", "2027-06-15", "-O", "json", *at).ok().out)
        assert row["balance"] == expected, person


def test_the_eleventh_year_says_why_it_credits_0_00(france: Path, invoke: Run) -> None:
    at = ("--ledger", france)
    invoke("person", "add", "--id", "P1", "--on", "2015-01-01", *at).ok()
    for year in range(2015, 2026):
        span = ("--figure", "hours_worked=1607", "--span", str(year))
        invoke("person", "update", "P1", "--on", "2015-01-01", *span, *at).ok()
    for year in range(2016, 2027):
        invoke("topup", "--on", f"{year}-06-15", "--yes", *at).ok()
    [row] = rows(invoke("balance", "P1", "-O", "json", *at).ok().out)
    assert row["balance"] == "5000.00"
    told = invoke("explain", "E11", *at).ok().out
    assert "base 2025, 0.00 EUR" in told
    assert "500.00 due, the cap own leaves 0.00" in told
    assert "at most 5000.00 in own, 5000.00 there already, room for 0.00" in told


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (["hours_worked=1607"], {"base": "500.00"}),
        (["hours_worked=600"], {"base": "186.69"}),
        (["hours_worked=1607", "low_qualified=true"], {"base": "500.00", "supplement": "300.00"}),
        (["hours_worked=0", "months_self_employed=7"], {"self_employed": "291.67"}),
        (["hours_worked=1.76", "reference_hours=1600"], {"base": "0.55"}),
        (
            ["hours_worked=1607", "low_qualified=true", "balance.own=7800.00"],
            {"base": "200.00", "supplement": "0.00"},
        ),
    ],
)
def test_rules_try_tells_what_such_a_person_would_get(
    france: Path, invoke: Run, facts: list[str], expected: dict[str, str]
) -> None:
    given = [part for fact in facts for part in ("--set", fact)]
    out = invoke("rules", "try", *given, "--on", "2027-06-15", "-O", "json", "--ledger", france).ok().out
    assert {row["rule"]: row["credited"] for row in rows(out) if row["verdict"] == "granted"} == expected
