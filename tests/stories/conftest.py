"""A small agency for stories: made by commands alone, as its users would."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest

from tests.conftest import TODAY, call_in_process

PEOPLE = """\
person,valid_from,name,birth_date,isced_level,labour_status,low_qualified
P1,2024-01-01,Ona Kazlauskienė,1980-05-01,2,employed,true
P2,2024-01-01,Žygimantas Ąžuolas,1990-02-28,6,employed,false
P3,2024-01-01,Rasa,2008-02-29,3,student,false
P4,2024-01-01,,,3,unemployed,false
P5,2024-01-01,Βασίλης,1950-01-01,8,retired,false
P6,2024-01-01,Jonas,1975-07-07,,employed,false
"""


@pytest.fixture(scope="session")
def _agency(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("agency") / "ledger"
    call_in_process(("init", folder), None, None, None, TODAY).ok()
    args = ("person", "import", "-", "--on", "2026-01-01", "--ledger", folder)
    call_in_process(args, PEOPLE, None, None, TODAY).ok()
    return folder


@pytest.fixture
def agency(_agency: Path, tmp_path: Path) -> Path:
    """A ledger of the test's own with six persons and the scheme that `init` writes."""
    return Path(shutil.copytree(_agency, tmp_path / "agency"))


def digests(ledger: Path) -> dict[str, str]:
    """What `sha256sum` says of every file but the deletable ones."""
    paths = sorted(p for p in ledger.rglob("*") if p.is_file() and ".ilactl" not in p.parts)
    return {str(p.relative_to(ledger)): hashlib.sha256(p.read_bytes()).hexdigest() for p in paths}


def amounts(ledger: Path) -> list[tuple[str, str, str]]:
    """Person, rule and amount of every booked row."""
    lines = (ledger / "entitlements.csv").read_text("utf-8").splitlines()[1:]
    return [
        (cells[2], cells[13].partition("@")[0], cells[5]) for cells in (line.split(",") for line in lines)
    ]
