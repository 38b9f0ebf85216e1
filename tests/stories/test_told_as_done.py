"""What is told as done already is on disk: a crash may have left it in the log alone."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

import pytest

from tests.conftest import Run
from tests.faults.oracle import faults, read_log
from tests.storage.faults import disk, killing
from tests.storage.support import in_child

ON = ("--on", "2027-01-01")
LATER = ("--on", "2027-01-02")
CASES = {
    "topup": ("topup", *ON),
    "undo": ("undo", "3", "--why", "wrong file", *LATER),
    "merge": ("person", "merge", "P2", "--into", "P1", "--why", "one person", *LATER),
}


def cut_off(agency: Path, words: tuple[str, ...], invoke: Run) -> Path:
    """A copy of the ledger whose last commit is decided, and not in its files."""
    for nth in range(1, 20):
        ledger = Path(shutil.copytree(agency, agency.with_name(f"cut{nth}")))

        def act(ledger: Path = ledger, nth: int = nth) -> None:
            with disk(killing, nth, ("pwrite",)):
                invoke(*words, "--yes", "--ledger", ledger)

        assert os.WTERMSIG(in_child(act)) == signal.SIGKILL
        if len(read_log(ledger)[0]) > len(read_log(agency)[0]) and faults(ledger):
            return ledger
    raise AssertionError("no write comes between the decision and the files")


@pytest.mark.parametrize("name", CASES)
def test_what_is_told_as_done_already_is_complete(agency: Path, invoke: Run, name: str) -> None:
    if name != "topup":
        invoke("topup", *ON, "--yes", "--ledger", agency).ok()
    ledger = cut_off(agency, CASES[name], invoke)
    commits = read_log(ledger)[0]
    invoke(*CASES[name], "--ledger", ledger).ok()
    assert faults(ledger) == []
    assert read_log(ledger)[0] == commits
