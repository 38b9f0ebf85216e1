"""Runs the generator as its users do, and reads what it made."""

from __future__ import annotations

import csv
import hashlib
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
AGENCY = REPOSITORY / "sample-data" / "agency"


def generate(folder: Path, *options: str) -> Path:
    """Run sample-data/generate.py into a new folder."""
    script = REPOSITORY / "sample-data" / "generate.py"
    subprocess.run(
        [sys.executable, str(script), str(folder), *options], check=True, timeout=120, cwd=REPOSITORY
    )
    return folder


def digests(root: Path) -> dict[str, str]:
    """Every file but what is derived, with its digest."""
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file() and ".ilactl" not in path.relative_to(root).parts
    }


def rows(root: Path, file: str) -> list[dict[str, str]]:
    """The rows of a file by column."""
    with (root / file).open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))
