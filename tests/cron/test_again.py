"""The same line while another writes, shown before, cut short: each entry is there once.

`tests/stories/test_cron_topup.py` runs it twice and two at once.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.cron.conftest import ADD, ILACTL, SILENT, TOPUP, added, bare, cron, digests, entries


def test_who_does_not_wait_ends_with_75_and_names_the_holder(agency: Path) -> None:
    """The holder is a process of its own, told to end when the other has."""
    held = (
        "import sys; from datetime import UTC, datetime; from pathlib import Path\n"
        "from ilactl.ledger.commit import Actor, open_writer\n"
        "with open_writer(Path(sys.argv[1]), actor=Actor('a', 'b'), now=lambda: datetime.now(UTC),"
        " holder='ilactl person import'):\n"
        "    print(flush=True); sys.stdin.read()\n"
    )
    before = digests(agency)
    command = [
        str(Path(ILACTL[0]).with_name("python")) if len(ILACTL) == 1 else ILACTL[0],
        "-c",
        held,
        str(agency),
    ]
    holder = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd="/")
    assert holder.stdin is not None
    assert holder.stdout is not None
    try:
        holder.stdout.readline()
        done = cron(*ADD, "--lock-wait", "0", "--ledger", agency)
        assert (done.code, done.out) == (75, "")
        assert f"'ilactl person import' (process {holder.pid} on " in done.err
        assert digests(agency) == before
    finally:
        holder.communicate()
    assert cron(*ADD, "--lock-wait", "0", "--ledger", agency) == SILENT
    assert added(agency)


def test_a_dry_run_in_json_is_what_is_then_booked(sample_ledger: Path) -> None:
    before = digests(sample_ledger)
    there = entries(sample_ledger)
    words = ("--ledger", sample_ledger, "-O", "json")
    shown = json.loads(cron("topup", "--on", "2027-01-01", "-n", *words).ok().out)
    assert digests(sample_ledger) == before
    told = json.loads(cron(*TOPUP, *words).ok().out)
    assert {name for name in shown if shown[name] != told.get(name)} <= {"booked", "commit", "dry_run"}
    with (sample_ledger / "entitlements.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))[there:]
    assert shown["entries"] == len(rows) > 400
    for total in shown["rows"]:
        mine = [r for r in rows if r["rule"] == total["rule"] and r["period"] == total["period"]]
        assert total["persons"] == len({r["person"] for r in mine})
        cents = sum(int(r["amount"].replace(".", "")) for r in mine)
        assert total["credited"].replace(".", "").lstrip("0") == str(cents)


@pytest.mark.parametrize(
    ("number", "status", "part"),
    [(signal.SIGTERM, 143, 0.5), (signal.SIGINT, 130, 0.7), (signal.SIGTERM, 143, 0.95)],
)
def test_a_signal_leaves_old_or_new(
    agency: Path, tmp_path: Path, number: int, status: int, part: float
) -> None:
    """At some moment of the run; what comes too late finds it done."""
    whole = Path(shutil.copytree(agency, tmp_path / "whole"))
    before = digests(agency)
    log = (agency / "commits.jsonl").read_bytes().count(b"\n")
    began = time.monotonic()
    cron(*TOPUP, "--ledger", whole).ok()
    long = time.monotonic() - began
    command = [*ILACTL, *TOPUP, "--ledger", os.fspath(agency)]
    process = subprocess.Popen(command, env=bare(), cwd="/", stderr=subprocess.PIPE, stdout=subprocess.PIPE)
    time.sleep(long * part)
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    code = process.returncode if process.returncode >= 0 else 128 - process.returncode  # as a shell tells it
    assert out == b""
    if code == 75:  # it came between the commit and the last of its files
        assert err.startswith(b"error: BOOKED booked as commit")
    else:
        assert (code in (status, 0), err) == (True, b"")
    if code and (agency / "commits.jsonl").read_bytes().count(b"\n") == log:
        left = {name: text for name, text in digests(agency).items() if not name.startswith("commits/")}
        assert left == before
    assert cron(*TOPUP, "--ledger", agency) == SILENT
    assert (agency / "entitlements.csv").read_bytes() == (whole / "entitlements.csv").read_bytes()
