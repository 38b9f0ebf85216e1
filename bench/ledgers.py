"""The ledgers that are measured: made from a seed, untimed, and copied for whatever changes one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from itertools import zip_longest
from pathlib import Path

from bench.measure import Command

__all__ = ["ENTRIES_PER_PERSON", "Ledgers", "ilactl"]

ENTRIES_PER_PERSON = 5

_ROOT = Path(__file__).resolve().parents[1]
_NOTHING_DUE = ("topup", "--on", "2026-12-01", "--yes")
_ONE_MORE = ("contribution", "add", "{person}", "1.00", "--from", "O1", "--ref", "BENCH-FIRST")


def ilactl(*arguments: str) -> Command:
    """The console script beside this Python, or else the module."""
    script = Path(sys.executable).with_name("ilactl")
    return (str(script), *arguments) if script.exists() else (sys.executable, "-m", "ilactl", *arguments)


class Ledgers:
    """Ledgers by their number of persons, in a folder of their own."""

    def __init__(self, folder: Path, say: Callable[[str], None]) -> None:
        """`folder` is to be empty; `say` tells what takes a while."""
        self.folder = folder
        self.say = say

    def master(self, size: int) -> Path:
        """The ledger of that size, made when first asked for. It is only read."""
        master = self.folder / f"{size}"
        if not master.exists():
            self.say(f"making a ledger of {size:,} persons and {size * ENTRIES_PER_PERSON:,} entries")
            options = (f"--persons={size}", f"--entries-per-person={ENTRIES_PER_PERSON}", "--seed=1")
            generator = _ROOT / "sample-data" / "generate.py"
            subprocess.run([sys.executable, str(generator), str(master), *options], check=True)
        return master

    def payable(self, count: int) -> Path:
        """A ledger with so many enrolments that have something to pay, in use; it is only read."""
        master = self.folder / f"payable-{count}"
        if not master.exists():
            self.say(f"making a ledger of {count:,} enrolments that have something to pay")
            script = Path(__file__).with_name("payable.py")
            subprocess.run([sys.executable, str(script), str(master), str(count), "1"], check=True)
            change = ("organisation", "update", "O1", "--contact", "bench@example.org")
            subprocess.run(ilactl("--ledger", str(master), *change), check=True, stdin=subprocess.DEVNULL)
        return master

    def copy(self, size: int, name: str) -> Path:
        """A fresh copy, written to the disk before anything is timed."""
        return self.copy_of(self.master(size), name)

    def copy_of(self, master: Path, name: str) -> Path:
        """The same of any ledger."""
        copy = self.folder / f"{master.name}-{name}"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(master, copy)
        os.sync()
        return copy

    def in_use(self, size: int, name: str) -> Path:
        """A copy that has seen a command before, as a ledger in daily use has."""
        copy = self.copy(size, name)
        subprocess.run(ilactl("--ledger", str(copy), *_NOTHING_DUE), check=True, stdin=subprocess.DEVNULL)
        os.sync()
        return copy

    def busy(self, size: int) -> Path:
        """One copy that caseworkers book in all day; the same at every call."""
        copy = self.folder / f"{size}-busy"
        if not copy.exists():
            self.copy(size, "busy")
            first = (word.format(person=self.somebody(size)) for word in _ONE_MORE)
            subprocess.run(ilactl("--ledger", str(copy), *first), check=True, stdin=subprocess.DEVNULL)
        return copy

    def drop(self, size: int, *names: str) -> None:
        """Remove copies that are not needed any more: large ones fill a disk."""
        for name in names:
            shutil.rmtree(self.folder / f"{size}-{name}", ignore_errors=True)

    def somebody(self, size: int) -> str:
        """A person from the middle of persons.csv."""
        with (self.master(size) / "persons.csv").open("rb") as file:
            file.seek(file.seek(0, os.SEEK_END) // 2)
            file.readline()
            return file.readline().partition(b",")[0].decode("ascii")

    def compare(self, master: Path) -> None:
        """Ours and the bare script must have booked the same rows; entry ids differ in their first letter."""
        before = (master / "entitlements.csv").stat().st_size
        with (
            (self.folder / f"{master.name}-ours" / "entitlements.csv").open("rb") as ours,
            (self.folder / f"{master.name}-bare" / "entitlements.csv").open("rb") as bare,
        ):
            ours.seek(before)
            bare.seek(before)
            rows = 0
            for one, other in zip_longest(ours, bare, fillvalue=b""):
                if one[:1] != b"E" or one[1:] != other[1:]:
                    sys.exit(f"in {master.name} ilactl booked {one!r}, the bare script {other!r}")
                rows += 1
        if not rows:
            sys.exit(f"in {master.name} nothing was booked")
