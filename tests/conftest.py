"""Fixtures for every test: a fresh ledger, and ilactl run in its own process or in this one."""

from __future__ import annotations

import gc
import io
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ilactl import cli
from ilactl.commands.face import Session

TODAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
"""The moment the in-process runs take place, unless a test says otherwise."""


# Thousands of small tests leave few rings of garbage: as in a command, they are looked for rarely.
gc.set_threshold(100_000, 50, 100)


@dataclass(frozen=True)
class Result:
    """What a run left: exit status, stdout and stderr."""

    code: int
    out: str
    err: str

    def ok(self) -> Result:
        """The same result; fails the test where the run did not end well."""
        assert self.code == 0, f"exit {self.code}\n{self.out}\n{self.err}"
        return self


Run = Callable[..., Result]


def _environment(home: Path, extra: Mapping[str, str] | None) -> dict[str, str]:
    """A small, settled environment: nothing of the developer's leaks in."""
    return {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C", "TZ": "UTC", **(extra or {})}


@pytest.fixture
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """`run(*args, stdin=None, env=None, cwd=None)` in a process of its own, with no terminal."""
    home = tmp_path_factory.mktemp("home")

    def call(
        *args: str | os.PathLike[str],
        stdin: bytes | str | None = None,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> Result:
        data = stdin.encode() if isinstance(stdin, str) else stdin
        done = subprocess.run(
            [sys.executable, "-m", "ilactl", *map(str, args)],
            input=data,
            stdin=subprocess.DEVNULL if data is None else None,
            capture_output=True,
            env=_environment(home, env),
            cwd=cwd or home,
            timeout=120,
            check=False,
        )
        return Result(done.returncode, done.stdout.decode(), done.stderr.decode())

    return call


def _stream(data: bytes = b"") -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(data), encoding="utf-8", errors="backslashreplace", newline="")


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    buffer: Any = stream.buffer
    return str(buffer.getvalue().decode())


def call_in_process(
    args: tuple[str | os.PathLike[str], ...],
    stdin: bytes | str | None,
    env: Mapping[str, str] | None,
    cwd: Path | None,
    now: datetime,
) -> Result:
    """One command line in this process, its streams caught and its environment settled."""
    data = stdin.encode() if isinstance(stdin, str) else stdin or b""
    out, err = _stream(), _stream()
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("ILACTL_") or name == "NO_COLOR"]:
            patch.delenv(name)
        for name, value in (env or {}).items():
            patch.setenv(name, value)
        if cwd is not None:
            patch.chdir(cwd)
        patch.setattr(sys, "stdin", _stream(data))
        patch.setattr(sys, "stdout", out)
        patch.setattr(sys, "stderr", err)
        code = cli.main([str(arg) for arg in args], Session(now=lambda: now))
        return Result(code, _text(out), _text(err))


@pytest.fixture
def invoke() -> Run:
    """`invoke(*args, stdin=None, env=None, cwd=None, now=TODAY)`: the same in this process, quickly."""

    def call(
        *args: str | os.PathLike[str],
        stdin: bytes | str | None = None,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        now: datetime = TODAY,
    ) -> Result:
        return call_in_process(args, stdin, env, cwd, now)

    return call


def _made(tmp_path_factory: pytest.TempPathFactory, name: str, *options: str) -> Path:
    folder = tmp_path_factory.mktemp(name) / "ledger"
    call_in_process(("init", folder, *options), None, None, None, TODAY).ok()
    return folder


@pytest.fixture(scope="session")
def _empty_ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _made(tmp_path_factory, "empty")


@pytest.fixture(scope="session")
def _sample_ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _made(tmp_path_factory, "sample", "--sample")


@pytest.fixture
def ledger(_empty_ledger: Path, tmp_path: Path) -> Path:
    """A fresh ledger of the test's own, as `ilactl init DIR` makes it."""
    return Path(shutil.copytree(_empty_ledger, tmp_path / "ledger"))


@pytest.fixture
def sample_ledger(_sample_ledger: Path, tmp_path: Path) -> Path:
    """A fresh ledger with the sample data, as `ilactl init DIR --sample` makes it."""
    return Path(shutil.copytree(_sample_ledger, tmp_path / "sample"))
