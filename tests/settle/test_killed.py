"""A settlement, and payments that come back, killed before their writes: old or new, then done."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.killing import killed_run, kills, needs_strace, whole_run
from tests.stories.test_killed_others import commits, state

from .payables import Payables

pytestmark = needs_strace
SETTLE = ("settle", "--on", "2026-09-30", "--yes", "--to", "../lists")
RETURNED = ("settle", "--on", "2026-10-01", "--yes", "--returned", "../returned.csv")


@pytest.fixture
def due(world: Payables, tmp_path: Path) -> Path:
    world.provider()
    world.enrolled("N5", "P1", [("300.00", "fund:state", "own"), ("100.00", "fund:esf", "own")])
    world.due("N5", "P1", "200.01")
    return world.root


def all_killed(ledger: Path, words: tuple[str, ...], folder: Path) -> Iterator[tuple[Path, dict[str, bytes]]]:
    """A copy for each kill, with what the whole run comes to; that one comes first."""

    def copy(called: str) -> Path:
        (folder / called / "lists").mkdir(parents=True)
        for path in ledger.parent.glob("*.csv"):
            shutil.copy(path, folder / called)
        return Path(shutil.copytree(ledger, folder / called / "ledger"))

    whole = copy("whole")
    calls = whole_run(words, whole, folder / "calls")
    new = state(whole)
    yield whole, new
    for kill in kills(calls):
        killed = copy(str(kill))
        killed_run(words, killed, kill)
        yield killed, new


def lists(ledger: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (ledger.parent / "lists").glob("*.csv")}


def test_a_settlement_killed_before_its_writes_pays_once(due, tmp_path, invoke):
    runs = all_killed(due, SETTLE, tmp_path / "runs")
    whole, new = next(runs)
    written, seq = lists(whole), str(len(commits(whole)))
    assert len(written) == 1
    outcomes = set()
    for killed, _ in runs:
        outcomes.add(invoke("settle", "--ledger", killed, "--on", "2026-09-30", "-n", "-O", "json").ok().out)
        invoke(*SETTLE, "--ledger", killed, cwd=killed).ok()
        assert state(killed) == new, killed.parent.name
        assert commits(killed) == commits(whole)
        invoke("settle", "--again", seq, "--to", "../lists", "--ledger", killed, cwd=killed).ok()
        assert lists(killed) == written
    assert len(outcomes) == 2, "a reader saw something that is neither old nor new"


def test_returned_payments_killed_before_their_writes_come_back_once(due, tmp_path, invoke):
    invoke("settle", "--on", "2026-09-30", "--yes", "--ledger", due).ok()
    (due.parent / "returned.csv").write_text(f"reference,reason\nS{len(commits(due))}-O3,AC04\n")
    runs = all_killed(due, RETURNED, tmp_path / "runs")
    whole, new = next(runs)
    for killed, _ in runs:
        invoke(*RETURNED, "--ledger", killed, cwd=killed).ok()
        assert state(killed) == new, killed.parent.name
        assert commits(killed) == commits(whole)
