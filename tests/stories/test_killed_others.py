"""Commands that change more than one thing, killed before their writes: old or new, never between.

After the kill the ledger checks clean, and the same line again completes it to the same bytes.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Run
from tests.killing import killed_run, kills, needs_strace, whole_run

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


@needs_strace
@pytest.mark.parametrize("name", CASES)
def test_a_command_killed_before_its_writes(agency: Path, tmp_path: Path, invoke: Run, name: str) -> None:
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
    calls = whole_run(words, whole, tmp_path / "calls")
    new = state(whole)
    assert new != old or name in ("adopt", "erase")
    for kill in kills(calls):
        ledger = copy(str(kill))
        killed_run(words, ledger, kill)
        if name != "adopt":
            invoke("check", "--ledger", ledger).ok()
        again = invoke(*words, "--ledger", ledger, cwd=ledger)
        assert again.code == 0, f"{kill}: {again.err}"
        assert state(ledger) == new, f"killed before {kill}"
        assert commits(ledger) == commits(whole)
        assert identities(ledger) == identities(whole)
        assert handed(ledger) == handed(whole)
        invoke("check", "--ledger", ledger).ok()
        shutil.rmtree(ledger.parent)
