"""Command lines killed from outside: strace sends SIGKILL before the N-th call of a kind.

A quick run kills before the first, the last and every third call of each kind; with ILACTL_KILLS=all,
as `make faults` sets it, before each of them.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

CALLS = "write,pwrite64,fsync,fdatasync,rename,renameat,renameat2,ftruncate,unlink,unlinkat,mkdir,mkdirat"
"""The system calls that change what is on disk."""

EVERY = 1 if os.environ.get("ILACTL_KILLS") == "all" else 3
"""How many calls of a kind lie between two kills."""


def _may_trace() -> bool:
    probe = ["strace", "-f", "--seccomp-bpf", "-e", "trace=write", "-o", os.devnull, "true"]
    return (
        shutil.which("strace") is not None
        and subprocess.run(probe, capture_output=True, check=False).returncode == 0
    )


needs_strace = pytest.mark.skipif(not _may_trace(), reason="strace is not installed, or may not trace here")


@dataclass(frozen=True)
class Kill:
    """Before which call the command is killed."""

    call: str
    number: int

    def __str__(self) -> str:
        return f"{self.call}-{self.number}"


def whole_run(words: Sequence[str], ledger: Path, log: Path) -> Counter[str]:
    """Run a command line to its end; how often it makes each call that changes the disk."""
    assert _traced(words, ledger, ["-e", f"trace={CALLS}"], log) == 0
    return Counter(re.findall(r"^[0-9]+ +([a-z0-9]+)\(", log.read_text(), re.MULTILINE))


def kills(calls: Counter[str]) -> Iterator[Kill]:
    """The kills to try for a command that makes these calls."""
    for call, times in sorted(calls.items()):
        yield from (Kill(call, number) for number in sorted({*range(1, times + 1, EVERY), times}))


def killed_run(words: Sequence[str], ledger: Path, kill: Kill) -> None:
    """Run a command line that is killed on the way; fails the test where it came to its end."""
    options = ["-e", f"trace={kill.call}", "-e", f"inject={kill.call}:signal=SIGKILL:when={kill.number}"]
    assert _traced(words, ledger, options, Path(os.devnull)) != 0, f"{kill} was never made"


def _traced(words: Sequence[str], ledger: Path, options: Sequence[str], log: Path) -> int:
    done = subprocess.run(
        ["strace", "-f", *options, "-o", log, sys.executable, "-m", "ilactl", *words, "--ledger", ledger],
        env={"PATH": os.environ["PATH"], "HOME": os.fspath(ledger.parent), "PYTHONDONTWRITEBYTECODE": "1"},
        cwd=ledger,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    assert b"Traceback" not in done.stderr
    return done.returncode
