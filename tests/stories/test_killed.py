"""A top-up killed before each of its writes in turn, from outside: old or new, and the next run completes it.

strace injects SIGKILL before the N-th call; the finished command line is run, never a part of it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.conftest import Run

CALLS = "write,pwrite64,fsync,fdatasync,rename,renameat,renameat2,ftruncate,unlink,unlinkat,mkdir,mkdirat"
ON = "2027-01-01"

pytestmark = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")


def traced(ledger: Path, options: list[str], log: Path) -> int:
    command = ["strace", "-f", *options, "-o", os.fspath(log)]
    topup = [sys.executable, "-m", "ilactl", "topup", "--ledger", os.fspath(ledger), "--on", ON, "--yes"]
    env = {"PATH": os.environ["PATH"], "HOME": os.fspath(ledger.parent), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [*command, *topup], env=env, stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    assert b"Traceback" not in done.stderr
    return done.returncode


def can_trace(tmp_path: Path) -> bool:
    probe = [
        "strace",
        "-f",
        "--seccomp-bpf",
        "-e",
        "trace=write",
        "-o",
        os.fspath(tmp_path / "probe"),
        "true",
    ]
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0


def data_files(ledger: Path) -> dict[str, bytes]:
    """Every file of the ledger but what may be deleted, and the log, whose lines carry the time."""
    files = [p for p in sorted(ledger.rglob("*")) if p.is_file() and ".ilactl" not in p.parts]
    return {p.relative_to(ledger).as_posix(): p.read_bytes() for p in files if p.name != "commits.jsonl"}


def test_topup_killed_before_each_write(sample_ledger: Path, tmp_path: Path, invoke: Run) -> None:
    if not can_trace(tmp_path):
        pytest.skip("strace may not trace here")
    old = data_files(sample_ledger)
    whole = tmp_path / "whole"
    shutil.copytree(sample_ledger, whole)
    assert traced(whole, ["-e", f"trace={CALLS}"], tmp_path / "calls") == 0
    new = data_files(whole)
    calls = Counter(re.findall(r"^[0-9]+ +([a-z0-9]+)\(", (tmp_path / "calls").read_text(), re.MULTILINE))
    assert new != old
    assert calls["fsync"] >= 3

    outcomes = set()
    for call, number in [(c, n + 1) for c, times in sorted(calls.items()) for n in range(times)]:
        ledger = tmp_path / f"{call}-{number}"
        shutil.copytree(sample_ledger, ledger)
        kill = ["-e", f"trace={call}", "-e", f"inject={call}:signal=SIGKILL:when={number}"]
        status = traced(ledger, kill, tmp_path / "log")
        assert status != 0, f"{call} {number} was never made"
        invoke("check", "--ledger", ledger).ok()
        seen = invoke("balance", "--ledger", ledger, "-O", "json").ok().out
        outcomes.add(seen)
        done = invoke("topup", "--ledger", ledger, "--on", ON, "--yes").ok()
        assert done.out == ""
        assert data_files(ledger) == new, f"killed before {call} {number}"
        invoke("check", "--ledger", ledger).ok()
        shutil.rmtree(ledger)
    assert len(outcomes) == 2, "a reader saw something that is neither old nor new"
