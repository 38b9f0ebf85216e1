"""Running whole processes in turn and dividing their times: on a busy machine only ratios are firm."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

__all__ = ["Command", "Gates", "Pairs", "Run", "run", "run_pairs"]

Command = Sequence[str]


@dataclass(frozen=True, slots=True)
class Run:
    """One process: wall and processor time in seconds, most memory in MiB."""

    wall: float
    cpu: float
    peak: float


@dataclass(frozen=True, slots=True)
class Gates:
    """What must hold: the ratio at most, A's median wall seconds, A's most memory in MiB."""

    ratio: float | None = None
    seconds: float | None = None
    peak: float | None = None


@dataclass(slots=True)
class Pairs:
    """A and B run in turn, each time both. `each` is how many persons A is about, for a cost per person."""

    name: str
    against: str
    gates: Gates = field(default_factory=Gates)
    a: list[Run] = field(default_factory=list)
    b: list[Run] = field(default_factory=list)
    each: int | None = None

    def ratios(self, what: str) -> list[float]:
        """The ratio of each pair, in order of size."""
        return sorted(getattr(a, what) / getattr(b, what) for a, b in zip(self.a, self.b, strict=True))

    @property
    def ratio(self) -> float:
        """The median of the pairs' wall ratios."""
        return statistics.median(self.ratios("wall"))

    @property
    def seconds(self) -> float:
        """The median of A's wall seconds."""
        return median_of(self.a, "wall")

    @property
    def peak(self) -> float:
        """The most memory that A took, in MiB."""
        return max(run.peak for run in self.a)

    @property
    def missed(self) -> list[str]:
        """The gates that do not hold, in words."""
        figures = {"ratio": self.ratio, "seconds": self.seconds, "peak": self.peak}
        asked = {name: getattr(self.gates, name) for name in figures}
        return [
            f"{name} {figures[name]:.2f} is over {most:g}"
            for name, most in asked.items()
            if most is not None and figures[name] > most
        ]

    def report(self) -> dict[str, Any]:
        """All figures, for a file."""
        wall = self.ratios("wall")
        return {
            "name": self.name,
            "against": self.against,
            "pairs": len(self.a),
            "wall_ratio": {"median": self.ratio, "min": wall[0], "max": wall[-1]},
            "cpu_ratio": {"median": statistics.median(self.ratios("cpu"))},
            "gates": asdict(self.gates),
            "missed": self.missed,
            "persons": self.each,
            "seconds": {"a": self.seconds, "b": median_of(self.b, "wall")},
            "peak_mib": {"a": self.peak, "b": max(r.peak for r in self.b)},
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
    gates: Gates | None = None,
) -> Pairs:
    """Run A and B in turn, `count` times each, every other time B first; one uncounted run of each before.

    `a` and `b` make ready what the process changes, untimed, and say what to run.
    """
    pairs = Pairs(name, against, gates or Gates())
    for turn in range(-1, count):
        first_b = turn % 2 == 1
        done = {}
        for which, make in (("b", b), ("a", a)) if first_b else (("a", a), ("b", b)):
            done[which] = run(make())
        if turn >= 0:
            pairs.a.append(done["a"])
            pairs.b.append(done["b"])
    return pairs
