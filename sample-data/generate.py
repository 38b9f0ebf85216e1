"""Makes sample ledgers by ilactl's own commits.

    python sample-data/generate.py                      # rebuilds sample-data/agency
    python sample-data/generate.py DIR                  # the sample, built in a new folder
    python sample-data/generate.py DIR --persons 100000 --entries-per-person 5 --seed 1

The same arguments give the same bytes. ledger.toml and rules/scheme.toml of sample-data/agency are
written by hand and taken from there.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

from sampling.build import SAMPLE, build_large, build_sample


def _rebuild() -> None:
    """Build beside the sample, then put the new files in its place."""
    with tempfile.TemporaryDirectory(dir=SAMPLE.parent) as folder:
        fresh = Path(folder) / "agency"
        build_sample(fresh)
        shutil.rmtree(fresh / ".ilactl", ignore_errors=True)  # derived, and no part of what is kept
        (fresh / "commits").rmdir()  # empty, so version control would not keep it
        old = Path(folder) / "old"
        os.rename(SAMPLE, old)
        os.rename(fresh, SAMPLE)
    SAMPLE.chmod(0o755)
    for path in SAMPLE.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)


def main() -> None:
    """Read the arguments and build."""
    parser = argparse.ArgumentParser(description="Make a sample ledger.")
    parser.add_argument("folder", nargs="?", type=Path, help="a new folder; without it the sample is rebuilt")
    parser.add_argument("--persons", type=int, default=0, help="a large ledger of so many persons")
    parser.add_argument(
        "--entries-per-person", type=int, default=5, help="how many entries each has, on average"
    )
    parser.add_argument("--seed", type=int, default=1, help="another seed gives another ledger")
    options = parser.parse_args()
    if options.folder is None:
        _rebuild()
    elif options.folder.exists():
        sys.exit(f"{options.folder} is there already")
    elif options.persons:
        build_large(options.folder, options.persons, options.entries_per_person, options.seed)
    else:
        build_sample(options.folder)


if __name__ == "__main__":
    main()
