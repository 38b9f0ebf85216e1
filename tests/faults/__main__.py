"""`python -m tests.faults`: every fault at every place, from outside; a table of cases by mode.

Exit 1 where a case failed; each is told with the command that runs it alone.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from . import crowd, mutants, outside
from .cases import MODES, SEEDS, Case, Field, attempt
from .outside import Injection
from .running import Runner

_MEMORY = Path("/dev/shm")


def options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--workers", type=int, default=2, help="processes at work (2)")
    parser.add_argument(
        "--seeds", type=int, default=SEEDS, help=f"disks drawn for each moment of a power cut ({SEEDS})"
    )
    parser.add_argument(
        "--mode", action="append", metavar="MODE", help=f"only these: {', '.join(MODES)}, strace, crowd"
    )
    parser.add_argument("--operation", action="append", metavar="NAME", help="only these operations")
    parser.add_argument(
        "--case", action="append", metavar="ID", help="only these cases, as a failure names them"
    )
    parser.add_argument("--cold", action="store_true", help="load ilactl anew for each run, as a user does")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the table to FILE, too")
    parser.add_argument("--list", action="store_true", help="list the cases, and run none")
    parser.add_argument(
        "--self-test", action="store_true", help="break the protocol on purpose, and run only that"
    )
    parser.add_argument("--break", dest="only", action="append", metavar="NAME", help="only these breaks")
    parser.add_argument("--no-self-test", action="store_true", help="leave that out")
    return parser.parse_args()


_field: Field | None = None
_runner: Runner | None = None


def _begin(field: Field, cold: bool) -> None:
    global _field, _runner
    _field, _runner = field, Runner(cold=cold)


def _try(case: Case | Injection) -> tuple[str, str, str]:
    assert _field is not None
    assert _runner is not None
    box = _field.place / f"box-{os.getpid()}"
    if isinstance(case, Injection):
        return case.mode, str(case), outside.attempt(_field, case, _runner, box)
    return case.mode, str(case), attempt(_field, case, _runner, box)


def run_cases(given: argparse.Namespace, place: Path) -> Iterator[tuple[str, str, str]]:
    """Mode, name and fault of every case, as they end."""
    named = [Injection.of(text) if text.startswith("strace") else Case.of(text) for text in given.case or ()]
    runner = Runner()
    try:
        field = Field(place, runner, {case.scene for case in named} or set(given.operation or ()) or None)
        cases: list[Case | Injection] = [*named]
        if not named:
            cases += field.cases(set(given.mode) if given.mode else None, given.seeds)
            if (given.mode is None or "strace" in given.mode) and outside.can_trace():
                cases += outside.injections(field, runner)
    finally:
        runner.close()
    if given.list:
        print(*cases, sep="\n")
        return
    with ProcessPoolExecutor(given.workers, initializer=_begin, initargs=(field, given.cold)) as pool:
        for number, result in enumerate(pool.map(_try, cases, chunksize=4), 1):
            if sys.stderr.isatty():
                print(f"\r{number} of {len(cases)}", end="", file=sys.stderr, flush=True)
            yield result


def table(counts: Counter[str], passed: Counter[str], titles: dict[str, str]) -> Iterator[str]:
    """The lines of the table, for the README."""
    yield "| fault | cases | passed |"
    yield "|---|---:|---:|"
    for title in dict.fromkeys(titles.values()):
        modes = [mode for mode in titles if titles[mode] == title and counts[mode]]
        if modes:
            yield f"| {title} | {sum(counts[m] for m in modes)} | {sum(passed[m] for m in modes)} |"
    yield f"| all | {counts.total()} | {passed.total()} |"


def main() -> int:
    """Run what was asked for."""
    given = options()
    begun = time.monotonic()
    where = _MEMORY if os.access(_MEMORY, os.W_OK) else None
    place = Path(tempfile.mkdtemp(prefix="ilactl-faults-", dir=where))
    counts: Counter[str] = Counter()
    passed: Counter[str] = Counter()
    failed: list[str] = []
    titles = {name: mode.title for name, mode in MODES.items()} | outside.TITLES | crowd.TITLES
    try:
        if not (given.self_test or given.only):
            parts = [run_cases(given, place / "cases")]
            if not given.case and not given.list and not given.operation:
                parts.append(crowd.run(given.mode, place / "crowd"))
            for mode, name, fault in (one for part in parts for one in part):
                counts[mode] += 1
                passed[mode] += not fault
                if fault:
                    failed.append(name)
                    print(
                        f"FAILED {name}: {fault}\n  again: {sys.executable} -m tests.faults --case '{name}'",
                        flush=True,
                    )
        if not given.list and (
            given.self_test
            or given.only
            or not (given.no_self_test or given.case or given.mode or given.operation)
        ):
            for name, verdict, good in mutants.run(place / "mutants", given.workers, given.only):
                print(f"{'caught  ' if good else 'SURVIVED'} {name}: {verdict}", flush=True)
                if not good:
                    failed.append(name)
    finally:
        shutil.rmtree(place, ignore_errors=True)
    if counts:
        print(*table(counts, passed, titles), sep="\n")
    print(f"{len(failed)} failed, {time.monotonic() - begun:.0f} s", file=sys.stderr)
    if given.json:
        body = {"cases": dict(counts), "passed": dict(passed), "failed": failed}
        given.json.write_text(json.dumps(body, indent=1) + "\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
