"""A ledger with persons, numbers and a giver; mapping files written where a test needs them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

Call = Callable[..., object]


@pytest.fixture
def cli(ledger: Path, invoke):
    """Run a command on a ledger where P1 to P3 have the numbers S1 to S3, and O1 may give."""

    def call(*args: str | Path, stdin: bytes | str | None = None):
        return invoke(*args, stdin=stdin, env={"ILACTL_LEDGER": str(ledger)})

    people = "person,external_id,region\nP1,S1,A\nP2,S2,B\nP3,S3,C\n"
    call("person", "import", "-", stdin=people).ok()
    call("organisation", "add", "--id", "O1", "--name", "O1", "--kind", "employer").ok()
    return call


@pytest.fixture
def mapped(tmp_path: Path):
    """Write a mapping and say where it is."""

    def write(text: str | bytes, name: str = "map.toml") -> Path:
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    return write


def places(err: str, name: str) -> list[str]:
    """`line:column: CODE` of every finding in that file."""
    lines = [line for line in err.splitlines() if line.split(":")[0].endswith(name)]
    return [" ".join(line.split(name, 1)[1].lstrip(": ").split(" ")[:2]) for line in lines]


def entries(ledger: Path) -> list[list[str]]:
    return [line.split(",") for line in (ledger / "entitlements.csv").read_text().splitlines()[1:]]
