"""The promise of docs/upgrades.md: old formats are read to the same balances, newer ones are refused."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from ilactl.ledger.manifest import FORMAT
from ilactl.ledger.record import parse, seal
from tests.completion.support import tree_of
from tests.conftest import Run

HERE = Path(__file__).parent
KEPT = sorted(path for path in HERE.iterdir() if path.is_dir() and path.name.startswith("format-"))
"""A ledger of each format, as `ilactl backup` copied it. None is ever made anew."""


def copied(kept: Path, to: Path) -> Path:
    """A copy with the modes a ledger has."""
    shutil.copytree(kept, to)
    for path in (to, *to.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)
    return to


def test_a_ledger_of_each_format_lies_here() -> None:
    assert [path.name for path in KEPT] == [f"format-{number}" for number in range(1, FORMAT + 1)]


@pytest.mark.parametrize("kept", KEPT, ids=lambda path: path.name)
def test_an_old_ledger_is_sound_and_has_the_same_balances(kept: Path, invoke: Run, tmp_path: Path) -> None:
    env = {"ILACTL_LEDGER": str(copied(kept, tmp_path / "ledger"))}
    assert invoke("check", "--tier", "strict", env=env).ok().out == ""
    said = invoke("balance", "P1", "P2", "P4", "--on", "2027-01-03", "-O", "csv", env=env).ok()
    assert said.out == (HERE / f"{kept.name}.balances.csv").read_text()


@pytest.mark.parametrize("kept", KEPT, ids=lambda path: path.name)
def test_an_old_ledger_can_be_gone_on_with(kept: Path, invoke: Run, tmp_path: Path) -> None:
    ledger = copied(kept, tmp_path / "ledger")
    env = {"ILACTL_LEDGER": str(ledger)}
    before = (ledger / "entitlements.csv").read_bytes()
    again = invoke("topup", "--on", "2027-01-02", "--yes", "-v", env=env).ok()
    assert "nothing to book" in again.out
    invoke("topup", "--on", "2028-01-02", "--yes", env=env).ok()
    now = (ledger / "entitlements.csv").read_bytes()
    assert now.startswith(before)
    assert len(now) > len(before)
    assert invoke("check", env=env).ok().out == ""


COMMANDS = """
status
check
log
balance
balance P1
statement P1
explain P1
person list
person show P1
rules list
topup --on 2028-01-02 --yes
expire --yes
undo 3 --why x --yes
adopt --why x --yes
restore --why x
contribution add P1 1.00 --from O1 --ref R
person add --id P9
"""


def newer_settings(ledger: Path) -> None:
    path = ledger / "ledger.toml"
    path.write_text(path.read_text().replace(f"format = {FORMAT}", f"format = {FORMAT + 1}"))


def newer_log(ledger: Path) -> None:
    """The log's last line as a newer ilactl would have sealed it."""
    path = ledger / "commits.jsonl"
    *lines, last = path.read_bytes().splitlines()
    members = json.loads(last)
    assert parse(seal({name: members[name] for name in members if name not in ("format", "sha256")})[:-1])
    text = last.decode().replace(f'{{"format":{FORMAT},', f'{{"format":{FORMAT + 1},"shape":[],', 1)
    path.write_bytes(b"\n".join([*lines, text.encode(), b""]))


@pytest.mark.parametrize("newer", [newer_settings, newer_log])
@pytest.mark.parametrize("line", COMMANDS.strip().splitlines())
def test_a_newer_format_is_refused_and_nothing_is_written(
    line: str, newer: object, invoke: Run, tmp_path: Path
) -> None:
    ledger = copied(KEPT[-1], tmp_path / "ledger")
    assert callable(newer)
    newer(ledger)
    before = tree_of(ledger)
    result = invoke(*line.split(), env={"ILACTL_LEDGER": str(ledger)})
    assert tree_of(ledger) == before
    if line == "check":  # it goes on as far as it can, and lists all that is wrong
        assert result.code in (1, 78)
        assert "newer" in result.out + result.err
        return
    assert result.code == 78
    known = f"format {FORMAT + 1} is newer than {FORMAT}, the newest this ilactl knows"
    assert "error: NEWER-FORMAT" in result.err
    assert known in result.err
    assert "hint: install a newer ilactl" in result.err
