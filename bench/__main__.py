"""python -m bench: makes ledgers in a temporary folder, measures, and says whether the gates hold."""

from __future__ import annotations

import argparse
import json
import platform
import sys
import tempfile
from pathlib import Path

from bench.cases import Bench
from bench.measure import Pairs


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _line(pairs: Pairs) -> str:
    wall = pairs.ratios("wall")
    figures = pairs.report()
    gate = "" if pairs.gate is None else f"  {'MISSED' if pairs.missed else 'ok'}, at most {pairs.gate}"
    return (
        f"{pairs.name} / {pairs.against}\n"
        f"    wall {pairs.ratio:.2f} ({wall[0]:.2f}-{wall[-1]:.2f})  cpu {figures['cpu_ratio']['median']:.2f}"
        f"  {figures['seconds']['a']:.3f} s / {figures['seconds']['b']:.3f} s"
        f"  peak {figures['peak_mib']['a']:.0f} / {figures['peak_mib']['b']:.0f} MiB  n {len(wall)}{gate}"
    )


def main() -> int:
    """Measure everything; 1 where a gate was missed."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure ilactl as ratios.")
    parser.add_argument(
        "--pairs", type=int, default=5, help="pairs of the large cases; small ones run twice as many"
    )
    parser.add_argument("--only", default="", help="only cases whose name holds this text")
    parser.add_argument("--json", type=Path, help="also write all figures to this file")
    parser.add_argument("--folder", type=Path, help="where to put the ledgers; default: a temporary folder")
    options = parser.parse_args()
    done = []
    with tempfile.TemporaryDirectory(prefix="ilactl-bench-", dir=options.folder) as folder:
        bench = Bench(Path(folder), options.pairs, options.only, _say)
        bench.make()
        print("whole processes in turn: median of the pairs' ratios (least-greatest)", flush=True)
        for pairs in bench.cases():
            print(_line(pairs), flush=True)
            done.append(pairs)
    if options.json:
        about = {"python": platform.python_version(), "system": platform.platform()}
        report = {"schema": "ilactl.bench/1", **about, "cases": [pairs.report() for pairs in done]}
        options.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    return 1 if any(pairs.missed for pairs in done) else 0


if __name__ == "__main__":
    sys.exit(main())
