"""Books in a process of its own: `driver ROOT N TOLD [FIRST]` commits N times and tells each in TOLD."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from .support import mixed, row, writer


def main(root: Path, times: int, told: Path, first: int = 1) -> None:
    for number in range(first, first + times):
        with writer(root, lock_wait=60.0) as held:
            held.commit(mixed(1) if number == 1 else row(number))
        with told.open("a") as out:
            out.write(f"{number}\n")
            out.flush()


if __name__ == "__main__":
    os.umask(0o022)
    main(Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]), *map(int, sys.argv[4:]))
