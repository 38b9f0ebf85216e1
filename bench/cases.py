"""What is measured: the commands, what each is divided by, and the gates."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.enrolling import next_enrolments
from bench.ledgers import Ledgers, ilactl
from bench.measure import Command, Gates, Pairs, run_pairs
from bench.peers import peer_cases

__all__ = ["LARGEST", "Bench"]

LARGEST = 1_000_000
"""Persons of the largest ledger that is measured unless fewer are asked for."""

_HERE = Path(__file__).resolve().parent
_TOPUP = ("topup", "--on", "2027-01-01", "--yes")
_SETTLE = ("settle", "--on", "2027-01-01", "--yes")
_BY_CLICK = "import click"
_CLICK = (sys.executable, "-c", "import click")
_MIDDLE, _SMALL, _FEW = 100_000, 10_000, 1_000


class Bench:
    """The pairs that run on ledgers in a folder of their own."""

    def __init__(
        self, folder: Path, pairs: int, only: str, say: Callable[[str], None], largest: int = LARGEST
    ) -> None:
        """`pairs` is how often large cases run, `only` a part of the names, `largest` the most persons."""
        self.ledgers = Ledgers(folder, say)
        self.folder = folder
        self.pairs = pairs
        self.only = only
        self.say = say
        self.largest = largest
        self.enrolling: dict[int, Iterator[Command]] = {}

    def cases(self) -> Iterator[Pairs]:
        """Every case in turn that was asked for."""
        for offered in (self._topups(), self._settlements(), self._starts(), self._persons()):
            for name, measure in offered.items():
                if self.only in name:
                    yield measure(name)
        yield from peer_cases(self.ledgers.master, self.folder, self.only, self.say)

    def _topups(self) -> dict[str, Callable[[str], Pairs]]:
        """A year's run over the bare script, which does nothing but the arithmetic and the write."""
        few = self.pairs
        offered: dict[str, Callable[[str], Pairs]] = {}
        gates = {LARGEST: Gates(1.5, peak=700), _MIDDLE: Gates(1.5), _SMALL: Gates(), _FEW: Gates()}
        for size, gate in gates.items():
            if size <= self.largest:
                count = few if size < LARGEST else max(1, few // 2)
                offered[f"topup at {size:,}"] = lambda name, s=size, n=count, g=gate: self._top_up(
                    name, s, n, g
                )
        first = f"topup at {_MIDDLE:,}, first command after a copy"
        offered[first] = lambda name: self._top_up(name, _MIDDLE, few, Gates(2.0), in_use=False)
        offered[f"topup at {_FEW:,} persons"] = lambda name: run_pairs(
            name, _BY_CLICK, lambda: self._ready(_FEW), lambda: _CLICK, few * 2, Gates(8.0)
        )
        return offered

    def _settlements(self) -> dict[str, Callable[[str], Pairs]]:
        """Everything that is due paid in one commit, over the bare script of the same arithmetic."""
        gates = {_MIDDLE: Gates(2.0), _SMALL: Gates()}
        return {
            f"settle of {count:,}": lambda name, c=count, g=gate: self._settle(name, c, g)
            for count, gate in gates.items()
            if count <= self.largest
        }

    def _settle(self, name: str, count: int, gates: Gates) -> Pairs:
        """Ours over the bare script. Both must have booked the same rows."""
        master = self.ledgers.payable(count)

        def ours() -> Command:
            return ilactl("--ledger", str(self.ledgers.copy_of(master, "ours")), *_SETTLE)

        def bare() -> Command:
            copy = self.ledgers.copy_of(master, "bare")
            return (sys.executable, str(_HERE / "bare_settle.py"), str(copy))

        pairs = run_pairs(name, "bare DuckDB script", ours, bare, self.pairs, gates)
        self.ledgers.compare(master)
        return pairs

    def _starts(self) -> dict[str, Callable[[str], Pairs]]:
        """What a user waits for before anything is done, over importing click."""
        many = self.pairs * 3

        def over_click(command: Callable[[], Command], gate: float) -> Callable[[str], Pairs]:
            return lambda name: run_pairs(name, _BY_CLICK, command, lambda: _CLICK, many, Gates(gate))

        return {
            "--version": over_click(lambda: ilactl("--version"), 1.5),
            f"balance of one person at {_FEW:,}": over_click(self._balance, 2.5),
            f"completing an id at {_MIDDLE:,}": over_click(self._completion, 2.0),
        }

    def _balance(self) -> Command:
        return ilactl("--ledger", str(self.ledgers.master(_FEW)), "balance", self.ledgers.somebody(_FEW))

    def _completion(self) -> Command:
        """As bash asks when somebody presses the tab key after the first letters of an id."""
        words = f"ilactl\nbalance\n{self.ledgers.somebody(_MIDDLE)[:5]}"
        place = f"ILACTL_LEDGER={self.ledgers.master(_MIDDLE)}"
        return (
            "env",
            "_ILACTL_COMPLETE=bash_complete",
            f"COMP_WORDS={words}",
            "COMP_CWORD=2",
            place,
            *ilactl(),
        )

    def _persons(self) -> dict[str, Callable[[str], Pairs]]:
        """One person in a large ledger over one in a small ledger."""
        offered: dict[str, Callable[[str], Pairs]] = {}
        for size in (LARGEST, _MIDDLE):
            if size <= self.largest:
                offered[f"enrol of one person at {size:,}"] = lambda name, s=size: self._enrol(name, s)
        for words, seconds in {
            ("balance",): 0.3, ("statement",): 0.3, ("contribution", "add"): 0.3, ("explain",): 0.7,
        }.items():  # fmt: skip
            for size in (LARGEST, _MIDDLE):
                if size <= self.largest:
                    gate = Gates(2.0, seconds=seconds)
                    name = f"{' '.join(words)} of one person at {size:,}"
                    offered[name] = lambda name, w=words, s=size, g=gate: self._person(name, w, s, g)
        return offered

    def _enrol(self, name: str, size: int) -> Pairs:
        """An enrolment, booked, in a large ledger over one in a small ledger."""
        for one in (size, _SMALL):
            self.enrolling.setdefault(one, next_enrolments(self.ledgers, one))
        large, small = self.enrolling[size], self.enrolling[_SMALL]
        gates = Gates(2.0, seconds=0.7)
        return run_pairs(
            name, f"at {_SMALL:,}", lambda: next(large), lambda: next(small), self.pairs * 2, gates
        )

    def _person(self, name: str, words: tuple[str, ...], size: int, gates: Gates) -> Pairs:
        turn = iter(range(1_000_000))

        def ready(size: int) -> Callable[[], Command]:
            place = ("--ledger", str(self.ledgers.busy(size)))
            person = self.ledgers.somebody(size)
            if words != ("contribution", "add"):
                return lambda: ilactl(*place, *words, person)
            return lambda: ilactl(
                *place, *words, person, "12.50", "--from", "O1", "--ref", f"{name[-9:]}-{next(turn)}"
            )

        return run_pairs(name, f"at {_SMALL:,}", ready(size), ready(_SMALL), self.pairs * 2, gates)

    def _top_up(self, name: str, size: int, count: int, gates: Gates, *, in_use: bool = True) -> Pairs:
        """Ours over the bare script. Both must have booked the same rows."""
        pairs = run_pairs(
            name,
            "bare DuckDB script",
            lambda: self._ready(size, in_use=in_use),
            lambda: (sys.executable, str(_HERE / "bare_topup.py"), str(self.ledgers.copy(size, "bare"))),
            count,
            gates,
        )
        pairs.each = size
        self.ledgers.compare(self.ledgers.master(size))
        self.ledgers.drop(size, "ours", "bare")
        return pairs

    def _ready(self, size: int, *, in_use: bool = True) -> Command:
        copy = self.ledgers.in_use(size, "ours") if in_use else self.ledgers.copy(size, "ours")
        return ilactl("--ledger", str(copy), *_TOPUP)
