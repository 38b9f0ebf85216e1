"""A small agency, and the finished command line as cron runs it: little environment, no terminal."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.conftest import Result
from tests.stories.conftest import _agency, agency, digests

__all__ = [
    "ADD",
    "ENTRIES",
    "ILACTL",
    "SILENT",
    "TOPUP",
    "_agency",
    "added",
    "agency",
    "bare",
    "cron",
    "digests",
    "entries",
    "shell",
]

_SCRIPT = Path(sys.executable).with_name("ilactl")
ILACTL = [str(_SCRIPT)] if _SCRIPT.exists() else [sys.executable, "-m", "ilactl"]
TOPUP = ("topup", "--on", "2027-01-01", "--yes")
ENTRIES = 5
"""What a top-up books in the agency."""
ADD = ("person", "add", "--id", "P9", "--birth-date", "1980-05-01", "--key", "desk-9")
"""A small change that may run again: it is one commit of two files, one of them private."""
SILENT = Result(0, "", "")


def bare(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """What cron gives: hardly anything."""
    return {
        "PATH": "/usr/bin:/bin",
        "SHELL": "/bin/sh",
        "HOME": "",
        "LANG": "C",
        "LC_ALL": "C",
        **(extra or {}),
    }


def cron(*words: str | os.PathLike[str], env: Mapping[str, str] | None = None, **settings: Any) -> Result:
    """One line of cron: stdin is nothing, stdout and stderr are what a mail would hold."""
    settings = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | settings
    command = [*ILACTL, *map(str, words)]
    given = bare() if env is None else dict(env)
    done = subprocess.run(
        command, env=given, cwd=settings.pop("cwd", "/"), timeout=60, check=False, **settings
    )
    return Result(done.returncode, (done.stdout or b"").decode(), (done.stderr or b"").decode())


def shell(line: str, *words: str | os.PathLike[str], **settings: Any) -> Result:
    """A line of bash in which "$@" is ilactl with these words."""
    command = ["bash", "-c", line, "bash", *ILACTL, *map(str, words)]
    settings = {"stdin": subprocess.DEVNULL, "cwd": "/", "env": bare()} | settings
    done = subprocess.run(command, capture_output=True, timeout=60, check=False, **settings)
    return Result(done.returncode, done.stdout.decode(), done.stderr.decode())


def entries(ledger: Path) -> int:
    """How many entries are booked, read without ilactl."""
    return len((ledger / "entitlements.csv").read_bytes().splitlines()) - 1


def added(ledger: Path) -> bool:
    """Whether P9 is there, once and in both files, read without ilactl."""
    there = [(ledger / name).read_text("utf-8").count("\nP9,") for name in ("persons.csv", "identities.csv")]
    assert there in ([0, 0], [1, 1]), there
    return bool(there[0])
