"""python -m bench: makes ledgers in a temporary folder, measures, and says whether the gates hold."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from itertools import pairwise
from pathlib import Path

from bench.cases import LARGEST, Bench
from bench.measure import Pairs

FLAT = 1.1
"""A larger ledger's cost per person may be this much of a smaller one's: falling, but for the noise."""


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _line(pairs: Pairs) -> str:
    wall = pairs.ratios("wall")
    figures = pairs.report()
    gates = ", ".join(
        f"{name} at most {most:g}" for name, most in figures["gates"].items() if most is not None
    )
    gate = f"  {'MISSED: ' + '; '.join(pairs.missed) if pairs.missed else 'ok'} ({gates})" if gates else ""
    each = f"  {pairs.seconds / pairs.each * 1e6:.1f} µs a person" if pairs.each else ""
    return (
        f"{pairs.name} / {pairs.against}{gate}\n"
        f"    wall {pairs.ratio:.2f} ({wall[0]:.2f}-{wall[-1]:.2f})  cpu {figures['cpu_ratio']['median']:.2f}"
        f"  {figures['seconds']['a']:.3f} s / {figures['seconds']['b']:.3f} s"
        f"  peak {figures['peak_mib']['a']:.0f} / {figures['peak_mib']['b']:.0f} MiB  n {len(wall)}{each}"
    )


def _growth(done: list[Pairs]) -> list[str]:
    """Where a larger ledger costs more for each person than a smaller one, from 10,000 persons up."""
    runs = sorted(
        (p for p in done if p.each and p.each >= 10_000 and "copy" not in p.name), key=lambda p: p.each or 0
    )
    found = []
    for small, large in pairwise(runs):
        ratio = (large.seconds / (large.each or 1)) / (small.seconds / (small.each or 1))
        if ratio > FLAT:
            found.append(f"{large.name} costs {ratio:.2f} times as much for each person as {small.name}")
    return found


def _machine() -> dict[str, object]:
    names = [
        line.partition(":")[2].strip()
        for line in (Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else "").splitlines()
        if line.startswith("model name")
    ]
    return {
        "python": platform.python_version(),
        "system": platform.platform(),
        "processor": names[0] if names else platform.processor(),
        "cores": os.cpu_count(),
    }


def main() -> int:
    """Measure everything; 1 where a gate was missed."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure ilactl as ratios.")
    parser.add_argument(
        "--pairs", type=int, default=5, help="pairs of the large cases; small ones run more often"
    )
    parser.add_argument("--largest", type=int, default=LARGEST, help="leave ledgers of more persons out")
    parser.add_argument("--only", default="", help="only cases whose name holds this text")
    parser.add_argument("--json", type=Path, help="also write all figures to this file")
    parser.add_argument("--folder", type=Path, help="where to put the ledgers; default: a temporary folder")
    options = parser.parse_args()
    done = []
    with tempfile.TemporaryDirectory(prefix="ilactl-bench-", dir=options.folder) as folder:
        bench = Bench(Path(folder), options.pairs, options.only, _say, options.largest)
        print("whole processes in turn: median of the pairs' ratios (least-greatest)", flush=True)
        for pairs in bench.cases():
            print(_line(pairs), flush=True)
            done.append(pairs)
    grown = _growth(done)
    for line in grown:
        print(f"MISSED: {line}")
    if options.json:
        report = {
            "schema": "ilactl.bench/2",
            **_machine(),
            "cases": [p.report() for p in done],
            "growth": grown,
        }
        options.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    return 1 if grown or any(pairs.missed for pairs in done) else 0


if __name__ == "__main__":
    sys.exit(main())
