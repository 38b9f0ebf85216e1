"""Running whole processes in turn and dividing their times: on a busy machine only ratios are firm."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Pairs", "Run", "run", "run_pairs"]

Command = Sequence[str]


@dataclass(frozen=True, slots=True)
class Run:
    """One process: wall and processor time in seconds, most memory in MiB."""

    wall: float
    cpu: float
    peak: float


@dataclass(slots=True)
class Pairs:
    """A and B run in turn, each time both."""

    name: str
    against: str
    a: list[Run] = field(default_factory=list)
    b: list[Run] = field(default_factory=list)
    gate: float | None = None

    def ratios(self, what: str) -> list[float]:
        """The ratio of each pair, in order of size."""
        return sorted(getattr(a, what) / getattr(b, what) for a, b in zip(self.a, self.b, strict=True))

    @property
    def ratio(self) -> float:
        """The median of the pairs' wall ratios."""
        return statistics.median(self.ratios("wall"))

    @property
    def missed(self) -> bool:
        """Whether there is a gate and the ratio passed it."""
        return self.gate is not None and self.ratio > self.gate

    def report(self) -> dict[str, Any]:
        """All figures, for a file."""
        wall = self.ratios("wall")
        return {
            "name": self.name,
            "against": self.against,
            "pairs": len(self.a),
            "wall_ratio": {"median": self.ratio, "min": wall[0], "max": wall[-1]},
            "cpu_ratio": {"median": statistics.median(self.ratios("cpu"))},
            "gate": self.gate,
            "passed": None if self.gate is None else not self.missed,
            "seconds": {"a": median_of(self.a, "wall"), "b": median_of(self.b, "wall")},
            "peak_mib": {"a": max(r.peak for r in self.a), "b": max(r.peak for r in self.b)},
        }


def median_of(runs: Sequence[Run], what: str) -> float:
    """The median of one figure over runs."""
    return float(statistics.median(getattr(run, what) for run in runs))


def run(command: Command, out: str | os.PathLike[str] = os.devnull) -> Run:
    """Run a process to its end, its answer to the file `out`; stops the benchmark where it fails."""
    with open(out, "wb") as answer:
        before = time.perf_counter()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=answer)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - before
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"exit {process.returncode}: {' '.join(command)}")
    unit = 1 if sys.platform == "darwin" else 1024
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit / (1 << 20))


def run_pairs(
    name: str,
    against: str,
    a: Callable[[], Command],
    b: Callable[[], Command],
    count: int,
    gate: float | None = None,
) -> Pairs:
    """Run A and B in turn, `count` times each, every other time B first; one uncounted run of each before.

    `a` and `b` make ready what the process changes, untimed, and say what to run.
    """
    pairs = Pairs(name, against, gate=gate)
    for turn in range(-1, count):
        first_b = turn % 2 == 1
        done = {}
        for which, make in (("b", b), ("a", a)) if first_b else (("a", a), ("b", b)):
            done[which] = run(make())
        if turn >= 0:
            pairs.a.append(done["a"])
            pairs.b.append(done["b"])
    return pairs
