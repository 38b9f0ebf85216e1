"""`probe`: a command of the tests' own behind the real face, in its own process or in this one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ilactl import cli
from tests.conftest import Result, Run

SCRIPT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "tests.face.probe"]


@pytest.fixture
def probe(invoke: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """`probe(*args, …)`: as `invoke`, with the probe's commands there."""
    monkeypatch.setitem(cli.COMMANDS, "probe", "tests.face.probe")
    return invoke


def start(*args: str, env: dict[str, str] | None = None, **settings: Any) -> subprocess.Popen[bytes]:
    """The probe in a process of its own, streams as `settings` say."""
    settings.setdefault("stdin", subprocess.DEVNULL)
    settings.setdefault("stdout", subprocess.PIPE)
    settings.setdefault("stderr", subprocess.PIPE)
    full = {"PATH": os.environ["PATH"], "LANG": "C", "PYTHONPATH": str(SCRIPT), **(env or {})}
    return subprocess.Popen([*COMMAND, *args], env=full, cwd=SCRIPT, **settings)


def finish(process: subprocess.Popen[bytes]) -> Result:
    """What the process left behind."""
    out, err = process.communicate(timeout=60)
    return Result(process.returncode, (out or b"").decode(), (err or b"").decode())
