"""The scheme that a new ledger starts with pays for courses and ends them, in any unit."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Run


@pytest.mark.parametrize("unit", ["EUR", "JPY:0", "hour:2"])
def test_a_new_ledgers_rules_are_right(tmp_path: Path, invoke: Run, unit: str) -> None:
    ledger = tmp_path / "new"
    invoke("init", ledger, "--unit", unit).ok()
    assert invoke("rules", "check", "--ledger", ledger).ok().err == ""
    asked = ("--set", "price=1500", "--set", "balance.own=500", "--set", "balance.employer=300")
    [told] = json.loads(invoke("rules", "try", *asked, "-O", "json", "--ledger", ledger).ok().out)["spends"]
    assert (float(told["wallet"]), float(told["own"]), told["because"]) == (800, 700, "")


@pytest.mark.parametrize(
    ("names", "share", "rest"),
    [
        (["step=cancelled", "cancelled_by=provider"], "0", "wallet"),
        (["step=cancelled", "cancelled_by=provider", "new_date=true", "attendance=0.4"], "0.4", "wallet"),
        (["step=cancelled", "cancelled_by=holder", "force_majeure=true", "started=true"], "0.5", "wallet"),
        (["step=cancelled", "cancelled_by=holder", "starts_on=2026-03-07"], "0", "wallet"),
        (["step=cancelled", "cancelled_by=holder"], "0.05", "pool"),
        (["step=cancelled", "cancelled_by=holder", "started=true"], "0.25", "pool"),
        (["step=cancelled", "cancelled_by=holder", "started=true", "attendance=0.5"], "0.5", "pool"),
        (["step=completed"], "1", "pool"),
        (["step=completed", "attendance=0.1"], "0.25", "pool"),
        (["step=completed", "attendance=0.79"], "0.79", "pool"),
        (["step=completed", "attendance=0.8"], "1", "pool"),
    ],
)
def test_each_way_to_end_has_its_share(
    ledger: Path, invoke: Run, names: list[str], share: str, rest: str
) -> None:
    """On 6 March, the third of six days where the course has no other start."""
    run = [] if any(name.startswith("starts_on") for name in names) else ["starts_on=2026-03-04"]
    given = [word for name in [*names, *run, "ends_on=2026-03-09"] for word in ("--set", name)]
    asked = ("rules", "try", *given, "--on", "2026-03-06", "-O", "json", "--ledger", ledger)
    [told] = json.loads(invoke(*asked).ok().out)["endings"]
    assert (told["share"], told["rest"], told["missing"]) == (share, rest, [])
