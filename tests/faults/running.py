"""Runs command lines: warm, in a child of a server that has ilactl loaded; or cold, as a user would."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SOURCE = HERE.parents[1]
"""What holds the package ilactl that is put to the test, unless another is named."""


@dataclass(frozen=True)
class Done:
    """How a command line ended: its exit status (minus the signal, where one killed it), and its words."""

    status: int
    out: str
    err: str

    def ok(self) -> Done:
        """The same; raises where it did not end well."""
        if self.status:
            raise AssertionError(f"exit {self.status}: {self.err}")
        return self


def environment(box: Path, package: Path, more: dict[str, str] | None = None) -> dict[str, str]:
    """A small, settled environment: nothing of the developer's leaks in."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": os.fspath(box.parent),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONPATH": os.fspath(package),
        **(more or {}),
    }


class Runner:
    """Runs the ilactl of one package, each time as a process of its own."""

    def __init__(self, package: Path = SOURCE, *, cold: bool = False, suffix: str = "") -> None:
        """`suffix` tells apart the streams of several that work in one box."""
        self.suffix = suffix
        self.package = package
        self.cold = cold
        self._server: subprocess.Popen[str] | None = None

    def __call__(
        self,
        words: Sequence[str],
        box: Path,
        *,
        plan: dict[str, Any] | None = None,
        stdin: str = "",
        cold: bool = False,
        kill_after: float | None = None,
        under: Sequence[str] = (),
    ) -> Done:
        """Run `ilactl WORDS`; `box` is the folder that holds the ledger, its streams go beside it.

        A warm one is killed after so many seconds, whatever it is at. `under` is a program that runs a
        cold one.
        """
        paths = {
            name: box.with_name(f"{box.name}{self.suffix}.{name}") for name in ("stdin", "stdout", "stderr")
        }
        paths["stdin"].write_text(stdin)
        if self.cold or cold or under:
            status = self._cold(words, box, plan, paths, under)
        else:
            status = self._warm(words, box, plan, paths, kill_after)
        return Done(
            status, *(paths[name].read_text("utf-8", "backslashreplace") for name in ("stdout", "stderr"))
        )

    def _warm(
        self,
        words: Sequence[str],
        box: Path,
        plan: dict[str, Any] | None,
        paths: dict[str, Path],
        kill_after: float | None,
    ) -> int:
        if self._server is None:
            self._server = subprocess.Popen(
                [sys.executable, "-P", os.fspath(HERE / "server.py")],
                env=environment(box, self.package),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        request = {
            "argv": list(words),
            "env": environment(box, self.package),
            "cwd": os.fspath(box.parent),
            "plan": plan,
            "kill_after": kill_after,
            **{name: os.fspath(path) for name, path in paths.items()},
        }
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        self._server.stdin.write(json.dumps(request) + "\n")
        self._server.stdin.flush()
        answer = self._server.stdout.readline()
        if not answer:
            raise RuntimeError("the server of warm processes ended: see its traceback above")
        return int(json.loads(answer)["status"])

    def _cold(
        self,
        words: Sequence[str],
        box: Path,
        plan: dict[str, Any] | None,
        paths: dict[str, Path],
        under: Sequence[str],
    ) -> int:
        package = self.package
        more = {}
        if plan:
            more = {"FAULTS_PLAN": json.dumps(plan), "PYTHONPATH": f"{HERE / 'shim'}:{package}"}
        with (
            paths["stdin"].open("rb") as zero,
            paths["stdout"].open("wb") as one,
            paths["stderr"].open("wb") as two,
        ):
            return subprocess.run(
                [*under, sys.executable, "-P", "-m", "ilactl", *words],
                env=environment(box, package, more),
                cwd=box.parent,
                stdin=zero,
                stdout=one,
                stderr=two,
                timeout=60,
                check=False,
            ).returncode

    def unheard(self, words: Sequence[str], box: Path, how: str, *, stdin: str = "") -> Done:
        """Run it cold, with nobody to read what it prints: stdout is full, closed, or a broken pipe."""
        there, err = os.open(os.devnull, os.O_WRONLY), box.with_name(f"{box.name}.stderr")
        if how.startswith("full"):
            os.dup2(os.open("/dev/full", os.O_WRONLY | os.O_CLOEXEC), there)
        elif how == "broken":
            read_end, write_end = os.pipe()
            os.close(read_end)
            os.dup2(write_end, there)
            os.close(write_end)
        closes = "1>&-" if how.startswith("closed") else ""
        both = how.endswith("stderr too")
        quiet = ("2>&-" if closes else "2>&1") if both else ""
        script = f'exec "$@" {closes} {quiet}'
        with err.open("wb") as two:
            done = subprocess.run(
                ["sh", "-c", script, "sh", sys.executable, "-P", "-m", "ilactl", *words],
                cwd=box.parent,
                env=environment(box, self.package),
                input=stdin.encode(),
                stdout=there,
                stderr=two,
                timeout=60,
            )
        os.close(there)
        told = err.read_text("utf-8", "backslashreplace")
        return Done(done.returncode, "", told or ("BOOKED" if both and done.returncode == 75 else ""))

    def close(self) -> None:
        """End the server."""
        if self._server is not None:
            assert self._server.stdin is not None
            assert self._server.stdout is not None
            self._server.stdin.close()
            self._server.wait()
            self._server.stdout.close()
            self._server = None
