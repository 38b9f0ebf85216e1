"""What is measured: the commands, what each is divided by, and the ledgers they run on."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import zip_longest
from pathlib import Path

from bench.measure import Command, Pairs, run_pairs

__all__ = ["SIZES", "Bench"]

SIZES = (1_000, 10_000, 100_000)
LARGEST = SIZES[-1]
ENTRIES_PER_PERSON = 5

_HERE = Path(__file__).resolve().parent
_TOPUP = ("topup", "--on", "2027-01-01", "--yes")
_NOTHING_DUE = ("topup", "--on", "2026-12-01", "--yes")
_BY_CLICK = "import click"
_CLICK = (sys.executable, "-c", "import click")


def _ilactl(*arguments: str) -> Command:
    """The console script beside this Python, or else the module."""
    script = Path(sys.executable).with_name("ilactl")
    return (str(script), *arguments) if script.exists() else (sys.executable, "-m", "ilactl", *arguments)


class Bench:
    """Ledgers in a folder of its own, and the pairs that run on copies of them."""

    def __init__(self, folder: Path, pairs: int, only: str, say: Callable[[str], None]) -> None:
        """`folder` is to be empty; `pairs` is how often large cases run, `only` a part of the names."""
        self.folder = folder
        self.pairs = pairs
        self.only = only
        self.say = say

    def make(self) -> None:
        """Make the ledgers, untimed."""
        generator = _HERE.parent / "sample-data" / "generate.py"
        for size in SIZES:
            self.say(f"making a ledger of {size:,} persons and {size * ENTRIES_PER_PERSON:,} entries")
            options = (f"--persons={size}", f"--entries-per-person={ENTRIES_PER_PERSON}", "--seed=1")
            subprocess.run([sys.executable, str(generator), str(self._master(size)), *options], check=True)

    def cases(self) -> Iterator[Pairs]:
        """Every case in turn that was asked for; those with a gate come first."""
        few, many = self.pairs, self.pairs * 2
        person = self._some_person(LARGEST)
        there = str(self._copy(LARGEST, "read"))
        offered: dict[str, Callable[[str], Pairs]] = {
            f"topup at {LARGEST:,}": lambda name: self._top_up(name, LARGEST, few, gate=2.0),
            f"balance of one person at {LARGEST:,}": lambda name: self._over_click(
                name, _ilactl("--ledger", there, "balance", person), many, gate=3.5
            ),
            f"topup at {LARGEST:,}, first command after a copy": lambda name: self._top_up(
                name, LARGEST, few, in_use=False, gate=2.0
            ),
            "topup at 10,000": lambda name: self._top_up(name, 10_000, few),
            "topup at 1,000": lambda name: self._top_up(name, 1_000, few),
            "topup at 1,000 persons": lambda name: run_pairs(
                name, _BY_CLICK, lambda: self._ready_top_up(1_000), lambda: _CLICK, few
            ),
            "--version": lambda name: self._over_click(name, _ilactl("--version"), many),
            f"explain of one person at {LARGEST:,}": lambda name: self._over_click(
                name, _ilactl("--ledger", there, "explain", person), many
            ),
            f"contribution add at {LARGEST:,}": lambda name: self._contribution(name, LARGEST, many),
        }
        for name, measure in offered.items():
            if self.only in name:
                yield measure(name)

    def _over_click(self, name: str, command: Command, count: int, gate: float | None = None) -> Pairs:
        return run_pairs(name, _BY_CLICK, lambda: command, lambda: _CLICK, count, gate)

    def _top_up(
        self, name: str, size: int, count: int, *, in_use: bool = True, gate: float | None = None
    ) -> Pairs:
        """Ours over the bare script. Both must have booked the same rows."""
        pairs = run_pairs(
            name,
            "bare DuckDB script",
            lambda: self._ready_top_up(size, in_use=in_use),
            lambda: (sys.executable, str(_HERE / "bare_topup.py"), str(self._copy(size, "bare"))),
            count,
            gate,
        )
        self._compare(size)
        return pairs

    def _ready_top_up(self, size: int, *, in_use: bool = True) -> Command:
        """A fresh copy. In use, it has seen a command before, as a ledger at New Year has."""
        copy = str(self._copy(size, "ours"))
        if in_use:
            subprocess.run(_ilactl("--ledger", copy, *_NOTHING_DUE), check=True, stdin=subprocess.DEVNULL)
            os.sync()
        return _ilactl("--ledger", copy, *_TOPUP)

    def _contribution(self, name: str, size: int, count: int) -> Pairs:
        copy = str(self._copy(size, "giving"))
        person, turn = self._some_person(size), iter(range(1_000_000))

        def add() -> Command:
            ref = f"BENCH-{next(turn)}"
            given = ("contribution", "add", person, "12.50", "--from", "O1", "--ref", ref)
            return _ilactl("--ledger", copy, *given)

        return run_pairs(name, _BY_CLICK, add, lambda: _CLICK, count)

    def _master(self, size: int) -> Path:
        return self.folder / f"{size}"

    def _copy(self, size: int, name: str) -> Path:
        """A fresh copy, written to the disk before anything is timed."""
        copy = self.folder / f"{size}-{name}"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(self._master(size), copy)
        os.sync()
        return copy

    def _some_person(self, size: int) -> str:
        """A person from the middle of persons.csv."""
        with (self._master(size) / "persons.csv").open("rb") as file:
            file.seek(file.seek(0, os.SEEK_END) // 2)
            file.readline()
            return file.readline().partition(b",")[0].decode("ascii")

    def _compare(self, size: int) -> None:
        """Both must have booked the same rows; only the entry ids start with another letter."""
        before = (self._master(size) / "entitlements.csv").stat().st_size
        with (
            (self.folder / f"{size}-ours" / "entitlements.csv").open("rb") as ours,
            (self.folder / f"{size}-bare" / "entitlements.csv").open("rb") as bare,
        ):
            ours.seek(before)
            bare.seek(before)
            rows = 0
            for one, other in zip_longest(ours, bare, fillvalue=b""):
                if one[:1] != b"E" or one[1:] != other[1:]:
                    sys.exit(f"at {size:,} persons ilactl booked {one!r}, the bare script {other!r}")
                rows += 1
        if not rows:
            sys.exit(f"at {size:,} persons nothing was booked")
