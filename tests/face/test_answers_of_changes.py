"""What a script reads of a change, and what it is told where the answer cannot be written."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Run

TOPUP = ("topup", "--on", "2027-01-01", "--yes")


def test_the_answer_is_printed_where_a_format_is_asked_for(run: Run, sample_ledger: Path) -> None:
    answer = json.loads(run("--ledger", sample_ledger, *TOPUP, "-O", "json").ok().out)
    assert answer["schema"] == "ilactl.topup/1"
    assert answer["entries"] > 0


def test_what_the_dry_run_says_is_what_is_booked(invoke: Run, sample_ledger: Path) -> None:
    shown, done = (
        json.loads(invoke("--ledger", sample_ledger, *TOPUP, *words, "-O", "json").ok().out)
        for words in (("-n",), ())
    )
    assert done.pop("booked")
    assert not shown.pop("booked")
    assert shown == done


def test_a_full_disk_under_the_answer_tells_of_the_commit(sample_ledger: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    words = [sys.executable, "-m", "ilactl", "--ledger", str(sample_ledger), *TOPUP, "-v"]
    with open("/dev/full", "wb") as full:
        done = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 75
    assert "booked as commit" in done.stderr


def test_a_full_disk_under_the_answer_of_init_does_not_deny_the_ledger(tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    words = [sys.executable, "-m", "ilactl", "init", str(tmp_path / "new"), "-v"]
    with open("/dev/full", "wb") as full:
        done = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 75
    assert (tmp_path / "new" / "ledger.toml").is_file()
