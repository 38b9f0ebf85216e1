"""Streams as cron, pipes and full disks leave them: what was booked stays booked, and the status says so.

`tests/stories/test_cron_topup.py` holds the same of a top-up without a terminal and of a dry run.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.cron.conftest import ADD, SILENT, added, cron, digests, shell

needs_full = pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")


def test_stdin_is_closed(agency: Path) -> None:
    assert shell('"$@" <&-', *ADD, "--ledger", agency) == SILENT
    assert added(agency)
    before = digests(agency)
    for words in (("balance", "-"), ("person", "import", "-")):
        done = shell('"$@" <&-', *words, "--ledger", agency)
        assert (done.code, done.out) == (66, "")
        assert done.err.startswith("error: NOT-FOUND stdin")
    assert digests(agency) == before


def test_stdin_is_empty(agency: Path) -> None:
    assert shell('"$@" </dev/null', "balance", "-", "--ledger", agency).ok().err == ""


def test_stdout_is_closed(agency: Path) -> None:
    assert shell('"$@" >&-', *ADD, "--ledger", agency) == SILENT
    assert added(agency), "a change that says nothing needs no stdout"
    asked = shell('"$@" >&-', "balance", "--ledger", agency)
    assert (asked.code, asked.err) == (141, "")


def test_stderr_is_closed(agency: Path) -> None:
    assert json.loads(shell('"$@" 2>&-', *ADD, "-v", "-O", "json", "--ledger", agency).ok().out)
    assert added(agency)
    missing = shell('"$@" 2>&-', "balance", "NOBODY", "--ledger", agency)
    assert (missing.code, missing.out) == (66, "")


def test_all_three_are_closed(agency: Path) -> None:
    sizes = {path.name: path.stat().st_size for path in agency.iterdir() if path.suffix == ".toml"}
    assert shell('"$@" <&- >&- 2>&-', *ADD, "--ledger", agency) == SILENT
    assert added(agency)
    assert all((agency / name).stat().st_size == size for name, size in sizes.items()), (
        "no file became a stream"
    )


def test_head_takes_one_line_and_ends_it_with_141_without_a_word(sample_ledger: Path) -> None:
    line = '"$@" | head -n 1; exit ${PIPESTATUS[0]}'
    done = shell(line, "export", "--format", "hledger", "--ledger", sample_ledger)
    assert (done.code, done.err) == (141, "")
    assert len(done.out.splitlines()) == 1


def test_a_pipe_that_nobody_reads_any_more_after_a_commit(agency: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = cron(*ADD, "-O", "json", "--ledger", agency, stdout=writing)
    finally:
        os.close(writing)
    assert (done.code, json.loads(done.err)["code"]) == (75, "BOOKED")
    assert added(agency)
    assert cron(*ADD, "--ledger", agency) == SILENT
    assert added(agency)


@needs_full
def test_stdout_is_a_full_disk_before_anything_is_booked(agency: Path) -> None:
    before = digests(agency)
    for words in (("balance",), ("export", "--format", "beancount")):
        done = shell('"$@" >/dev/full', *words, "--ledger", agency)
        assert done.code == 74
        assert done.err.startswith("error: IO stdout: no space left on device")
    assert digests(agency) == before


@needs_full
def test_stdout_is_a_full_disk_after_the_commit(agency: Path) -> None:
    done = shell('"$@" >/dev/full', *ADD, "-O", "json", "--ledger", agency)
    assert done.code == 75
    told = json.loads(done.err)
    assert told["exit_status"] == 75
    assert "booked as commit" in told["message"]
    assert added(agency)
    assert cron(*ADD, "--ledger", agency) == SILENT, "what 75 says to do"
    assert added(agency)


@needs_full
def test_stdout_and_stderr_are_a_full_disk(agency: Path) -> None:
    assert shell('"$@" >/dev/full 2>&1', *ADD, "-O", "csv", "--ledger", agency).code == 75
    assert added(agency)
