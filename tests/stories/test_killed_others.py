"""Commands that change more than one thing, killed before each of their writes: old or new, never between.

After the kill the ledger checks clean, and the same line again completes it to the same bytes.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Run
from tests.stories.test_killed import CALLS, can_trace

pytestmark = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
ON = ("--on", "2027-01-02")
MOVED = ("--why", "moved", "--yes")


def granted(ledger: Path, invoke: Run) -> None:
    invoke("topup", "--on", "2027-01-01", "--yes", "--ledger", ledger).ok()


def edited(ledger: Path, invoke: Run) -> None:
    granted(ledger, invoke)
    with (ledger / "persons.csv").open("a", encoding="utf-8") as file:
        file.write("P6,2027-01-01,4,,,,,,,\n")


def handed_over(ledger: Path, invoke: Run) -> None:
    """A file that another agency wrote: this ledger's own copy under another prefix."""
    granted(ledger, invoke)
    other = ledger.parent / "other"
    shutil.copytree(ledger, other)
    for root, prefix in ((other, "OTHER"), (ledger, "HERE")):
        text = re.sub(
            r'(?m)^prefix = ".*"$', f'prefix = "{prefix}"', (root / "ledger.toml").read_text("utf-8")
        )
        (root / "ledger.toml").write_text(text, "utf-8")
        invoke("adopt", "--why", "set up", "--yes", "--ledger", root).ok()
    words = ("P1", "--to", "HERE", "--file", ledger.parent / "in.json", "--why", "moved", "--yes")
    invoke("person", "transfer", "out", *words, *ON, "--ledger", other).ok()


CASES: dict[str, tuple[Callable[[Path, Run], None], tuple[str, ...]]] = {
    "adopt": (edited, ("adopt", "--why", "level came late", "--yes")),
    "undo": (granted, ("undo", "3", "--why", "wrong file", "--yes", *ON)),
    "merge": (granted, ("person", "merge", "P2", "--into", "P1", "--why", "one person", "--yes", *ON)),
    "transfer out": (
        granted,
        (
            "person",
            "transfer",
            "out",
            "P1",
            "--to",
            "XX",
            "--file",
            "../P1.json",
            "--why",
            "moved",
            "--yes",
            *ON,
        ),
    ),
    "transfer in": (
        handed_over,
        ("person", "transfer", "in", "../in.json", "--as", "X1", "--why", "moved", "--yes", *ON),
    ),
    "erase": (granted, ("person", "erase", "P5", "--why", "asked for it", "--yes")),
}


def state(root: Path) -> dict[str, bytes]:
    """Every file but what may be deleted, the log with its times, and rows that bear random salt."""
    files = [p for p in sorted(root.rglob("*")) if p.is_file() and ".ilactl" not in p.parts]
    apart = ("commits.jsonl", "identities.csv")
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in files if p.name not in apart}


def commits(ledger: Path) -> list[str]:
    """The commands of the log's commits."""
    lines = (ledger / "commits.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line)["command"] for line in lines]


def identities(ledger: Path) -> list[list[str]]:
    """Who is known, without the salt."""
    lines = (ledger / "identities.csv").read_text("utf-8").splitlines()
    return [line.split(",")[:-1] for line in lines]


def handed(ledger: Path) -> list[object]:
    """The files beside a ledger, without what tells when they were written."""
    files = [json.loads(path.read_text("utf-8")) for path in sorted(ledger.parent.glob("*.json"))]
    return [{k: v for k, v in file.items() if k not in ("at", "digest", "by", "salt")} for file in files]


def traced(ledger: Path, words: tuple[str, ...], options: list[str], log: Path) -> int:
    command = [sys.executable, "-m", "ilactl", *words, "--ledger", os.fspath(ledger)]
    done = subprocess.run(
        ["strace", "-f", *options, "-o", os.fspath(log), *command],
        env={"PATH": os.environ["PATH"], "HOME": os.fspath(ledger.parent), "PYTHONDONTWRITEBYTECODE": "1"},
        cwd=ledger,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    assert b"Traceback" not in done.stderr
    return done.returncode


@pytest.mark.parametrize("name", CASES)
def test_a_command_killed_before_each_write(agency: Path, tmp_path: Path, invoke: Run, name: str) -> None:
    if not can_trace(tmp_path):
        pytest.skip("strace may not trace here")
    prepare, words = CASES[name]
    prepare(agency, invoke)
    beside = list(tmp_path.glob("*.json"))

    def copy(called: str) -> Path:
        folder = tmp_path / called
        folder.mkdir()
        for path in beside:
            shutil.copy(path, folder)
        return Path(shutil.copytree(agency, folder / "ledger"))

    old, whole = state(agency), copy("whole")
    assert traced(whole, words, ["-e", f"trace={CALLS}"], tmp_path / "calls") == 0
    new = state(whole)
    assert new != old or name in ("adopt", "erase")
    calls = Counter(re.findall(r"^[0-9]+ +([a-z0-9]+)\(", (tmp_path / "calls").read_text(), re.MULTILINE))
    for call, number in [(c, n + 1) for c, times in sorted(calls.items()) for n in range(times)]:
        ledger = copy(f"{call}-{number}")
        kill = ["-e", f"trace={call}", "-e", f"inject={call}:signal=SIGKILL:when={number}"]
        assert traced(ledger, words, kill, tmp_path / "log") != 0, f"{call} {number} was never made"
        if name != "adopt":
            invoke("check", "--ledger", ledger).ok()
        again = invoke(*words, "--ledger", ledger, cwd=ledger)
        assert again.code == 0, f"{call} {number}: {again.err}"
        assert state(ledger) == new, f"killed before {call} {number}"
        assert commits(ledger) == commits(whole)
        assert identities(ledger) == identities(whole)
        assert handed(ledger) == handed(whole)
        invoke("check", "--ledger", ledger).ok()
        shutil.rmtree(ledger.parent)
