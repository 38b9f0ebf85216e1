"""Whatever is typed, ilactl ends with a status of its contract, in words, and never as a bug."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from tests.conftest import Run
from tests.docs.walk import all_commands

LEAVES = {words: c for words, c in all_commands().items() if not isinstance(c, click.Group)}
CONTRACT = {0, 1, 2, 3, 4, 65, 66, 74, 75, 78}
NASTY = (
    "",
    "-",
    "--",
    "P1",
    "p1",
    "E1",
    "E99999999999999999999",
    "../../x",
    "\udcff",
    "Ωmega\u202e",
    "9" * 5000,
    "x" * 100_000,
    "1e3",
    "=1+1",
    "%s{}{0}",
    "never",
    "2026-02-30",
    "'; DROP TABLE x; --",
)
DAYS = ("0001-01-01", "1900-02-28", "2024-02-29", "9999-12-31")


@pytest.mark.parametrize("words", LEAVES)
def test_nasty_arguments_end_in_words(words: str, invoke: Run, sample_ledger: Path, tmp_path: Path) -> None:
    wanted = max(
        1, sum(isinstance(param, click.Argument) and param.required for param in LEAVES[words].params)
    )
    for nasty in NASTY:
        for given in ([nasty] * wanted, [*["P1"] * (wanted - 1), nasty]):
            args = [*words.split()[1:], *given]
            _ends_well(invoke, args, sample_ledger, tmp_path)


@pytest.mark.parametrize("words", LEAVES)
def test_nasty_option_values_end_in_words(
    words: str, invoke: Run, sample_ledger: Path, tmp_path: Path
) -> None:
    command = LEAVES[words]
    needed = sum(isinstance(param, click.Argument) and param.required for param in command.params)
    for param in command.params:
        if not isinstance(param, click.Option) or param.is_flag or param.name == "ledger":
            continue
        for nasty in NASTY[:-1:2]:
            args = [*words.split()[1:], *["P1"] * needed, f"{param.opts[-1]}={nasty}"]
            _ends_well(invoke, args, sample_ledger, tmp_path)


@pytest.mark.parametrize("words", [w for w, c in LEAVES.items() if any(p.name == "on" for p in c.params)])
@pytest.mark.parametrize("day", DAYS)
def test_the_ends_of_the_calendar_are_days_like_any_other(
    words: str, day: str, invoke: Run, sample_ledger: Path, tmp_path: Path
) -> None:
    person = (sample_ledger / "persons.csv").read_text().splitlines()[1].split(",")[0]
    needed = sum(isinstance(param, click.Argument) and param.required for param in LEAVES[words].params)
    args = [*words.split()[1:], *[person] * needed, "--on", day]
    _ends_well(invoke, args, sample_ledger, tmp_path)


def _ends_well(invoke: Run, args: list[str], ledger: Path, cwd: Path) -> None:
    result = invoke(*args, env={"ILACTL_LEDGER": str(ledger)}, cwd=cwd)
    assert result.code in CONTRACT, (args, result.code, result.err[-500:])
    assert "Traceback" not in result.err
    assert result.code in (0, 1) or "error: " in result.err, (args, result)
    if result.code > 1:
        assert "hint: " in result.err or result.code in (4, 65), (args, result.err[-300:])
