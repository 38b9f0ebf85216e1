"""`ilactl log` and `ilactl status`."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from ilactl.ledger.snapshot import Snapshot
from ilactl.reports.overview import changed_outside, expiring_by_engine, expiring_by_python
from tests.conftest import Run


def rows_of(invoke: Run, *args: str | Path, **settings: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(invoke(*args, "-O", "json", **settings).ok().out)["rows"]
    return rows


def test_log_lists_every_commit_newest_last(invoke: Run, ledger: Path) -> None:
    env = {"ILACTL_ACTOR": "desk 4"}
    invoke("--ledger", ledger, "person", "add", "--id", "P1", "--set", "region=Coast", env=env).ok()
    rows = rows_of(invoke, "--ledger", ledger, "log")
    assert [row["commit"] for row in rows] == [1, 2]
    assert rows[-1]["command"] == "person add"
    assert rows[-1]["actor"] == "desk 4"
    assert rows[-1]["at"] == "2026-11-23T09:00:00Z"
    assert "persons.csv" in rows[-1]["files"]
    last = rows_of(invoke, "--ledger", ledger, "log", "--limit", "1")
    assert [row["commit"] for row in last] == [2]


def test_log_shows_times_in_the_ledgers_zone(invoke: Run, ledger: Path) -> None:
    late = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    invoke("--ledger", ledger, "person", "add", "--id", "P1", "--set", "region=Coast", now=late).ok()
    assert "2027-01-01 00:30" in invoke("--ledger", ledger, "log").ok().out


def test_log_shows_one_commit_with_its_rows(invoke: Run, ledger: Path) -> None:
    invoke("--ledger", ledger, "person", "add", "--id", "P1", "--set", "region=Coast").ok()
    rows = {row["file"]: row for row in rows_of(invoke, "--ledger", ledger, "log", "2")}
    assert rows["persons.csv"]["first_line"] == 2
    assert rows["persons.csv"]["rows"] == 1
    shown = invoke("--ledger", ledger, "log", "2").ok().out
    assert "Coast" not in shown


@pytest.mark.parametrize(("commit", "status"), [("99", 66), ("0", 2), ("x", 2)])
def test_log_refuses_what_is_no_commit(invoke: Run, ledger: Path, commit: str, status: int) -> None:
    assert invoke("--ledger", ledger, "log", commit).code == status


def test_status_tells_what_a_top_up_would_book(invoke: Run, sample_ledger: Path) -> None:
    words = ("--ledger", sample_ledger, "--on", "2027-01-01")
    status = json.loads(invoke(*words, "status", "-O", "json").ok().out)
    plan = json.loads(invoke(*words, "topup", "-n", "-O", "json").ok().out)
    assert sum(row["persons"] for row in status["due"]) == plan["entries"]
    assert {row["amount"] for row in status["due"]} == {row["credited"] for row in plan["rows"]}
    invoke(*words, "topup", "--yes").ok()
    after = json.loads(invoke(*words, "status", "-O", "json").ok().out)
    assert sum(row["persons"] for row in after["due"]) == 0
    assert after["rows"][0]["booked_through"] == "2027-01-01"


def test_status_names_a_file_changed_by_hand_and_writes_nothing(invoke: Run, sample_ledger: Path) -> None:
    assert changed_outside(Snapshot.open(sample_ledger)) == []
    file = sample_ledger / "entitlements.csv"
    file.write_text(file.read_text().replace(",500.00,", ",900.00,", 1))
    before = {path: path.stat().st_mtime_ns for path in sample_ledger.rglob("*")}
    result = invoke("--ledger", sample_ledger, "status")
    assert result.code == 0
    assert "entitlements.csv was changed outside ilactl: " in result.out
    assert {path: path.stat().st_mtime_ns for path in sample_ledger.rglob("*")} == before


def test_status_says_that_rules_cannot_be_used(invoke: Run, ledger: Path) -> None:
    (ledger / "rules" / "scheme.toml").write_text("[[grant]]\nid = 5\n")
    result = invoke("--ledger", ledger, "status")
    assert result.code == 0
    assert "'ilactl rules check' says where" in result.out


@pytest.mark.parametrize("gait", [expiring_by_python, expiring_by_engine])
def test_what_expires_is_told_alike_in_both_gaits(ledger: Path, gait: Any, invoke: Run) -> None:
    rows = [
        "E1,2026-01-01,P1,contribute,,100.00,EUR,own,wallet:own,,2026-12-01,,,,,,,A",
        "E2,2026-01-01,P1,contribute,,50.00,EUR,own,wallet:own,,2027-12-01,,,,,,,B",
        "E3,2026-01-01,P2,contribute,,70.00,EUR,own,wallet:own,,2027-12-01,,,,,,,C",
        "E4,2026-01-02,P2,amend,E3,0.00,EUR,,,,2026-12-31,,,,,,,",
        "E5,2026-01-02,P1,reserve,E1,30.00,EUR,wallet:own,held:own,,,,N1,,,,,",
        "E6,2026-01-02,P3,contribute,,10.00,EUR,own,wallet:own,,2026-12-01,,,,,,,D",
        "E7,2026-01-03,P3,amend,E6,0.00,EUR,,,,never,,,,,,,",
        "E8,2026-01-03,P4,contribute,,9.00,EUR,own,wallet:own,,2026-12-01,,,,,,,E",
        "E9,2026-01-03,P4,expire,E8,9.00,EUR,wallet:own,expired,,,,,,,,,",
    ]
    snapshot = _with_rows(ledger, rows)
    found = gait(snapshot, date(2026, 11, 23), date(2027, 2, 21))
    assert [(part.unit, part.lots, part.amount, part.first) for part in found] == [
        ("EUR", 2, 14000, date(2026, 12, 1))
    ]


def _with_rows(ledger: Path, rows: list[str]) -> Snapshot:
    from ilactl.ledger.commit import Actor, Append, Change, open_writer

    data = "".join(f"{row}\n" for row in rows).encode()
    change = Change(
        command="test", appends=(Append("entitlements.csv", data, rows=len(rows)),), entries=len(rows)
    )
    actor = Actor(user="u", host="h", claimed="")
    with open_writer(ledger, actor=actor, now=lambda: datetime(2026, 11, 23, tzinfo=UTC)) as writer:
        writer.commit(change)
    return Snapshot.open(ledger)
