"""A top-up killed before its writes, from outside: old or new, and the next run completes it."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.conftest import Run
from tests.killing import killed_run, kills, needs_strace, whole_run

TOPUP = ("topup", "--on", "2027-01-01", "--yes")


def data_files(ledger: Path) -> dict[str, bytes]:
    """Every file of the ledger but what may be deleted, and the log, whose lines carry the time."""
    files = [p for p in sorted(ledger.rglob("*")) if p.is_file() and ".ilactl" not in p.parts]
    return {p.relative_to(ledger).as_posix(): p.read_bytes() for p in files if p.name != "commits.jsonl"}


@needs_strace
def test_topup_killed_before_its_writes(sample_ledger: Path, tmp_path: Path, invoke: Run) -> None:
    old = data_files(sample_ledger)
    whole = tmp_path / "whole"
    shutil.copytree(sample_ledger, whole)
    calls = whole_run(TOPUP, whole, tmp_path / "calls")
    new = data_files(whole)
    assert new != old
    assert calls["fsync"] >= 3

    outcomes = set()
    for kill in kills(calls):
        ledger = tmp_path / str(kill)
        shutil.copytree(sample_ledger, ledger)
        killed_run(TOPUP, ledger, kill)
        invoke("check", "--ledger", ledger).ok()
        seen = invoke("balance", "--ledger", ledger, "-O", "json").ok().out
        outcomes.add(seen)
        done = invoke(*TOPUP, "--ledger", ledger).ok()
        assert done.out == ""
        assert data_files(ledger) == new, f"killed before {kill}"
        invoke("check", "--ledger", ledger).ok()
        shutil.rmtree(ledger)
    assert len(outcomes) == 2, "a reader saw something that is neither old nor new"
