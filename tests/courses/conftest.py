"""A ledger with a provider, a few courses and their runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

Call = Callable[..., object]

COURSES = """\
course,provider,kind,title,title_sv,field,eqf_level,hours,price,unit,languages
C1,O3,training,Web programming,Webbprogrammering,0613,4,60,450.00,EUR,en sv
C2,O3,training,Databases,,0612,5,120,900.00,EUR,en
C3,O3,guidance,Choosing a trade,,,,2,0,EUR,lt
C4,O4,training,Programming for all,,0613,3,30,90.00,EUR,en
C5,O3,training,Łódź żagle,,1013,,,,,lt
"""
RUNS = """\
course,run,starts,ends,mode,time_of_day,apply_until,seats,withdrawn
C1,R1,2026-03-01,2026-05-01,distance,evening,,,
C1,R2,2027-02-01,2027-04-01,distance,evening,2027-01-15,12,
C1,R3,2027-03-01,2027-05-01,on_site,day,,,
C2,R1,2027-09-01,2027-12-01,distance,own_pace,,,
C4,R1,2027-01-10,2027-01-20,blended,weekend,,,
C4,R2,2027-02-10,2027-02-20,distance,day,,,too few
"""


@pytest.fixture
def cli(ledger: Path, invoke):
    """Run a command on a ledger with two providers, of which one has a label, and an employer."""

    def call(*args: str | Path, stdin: bytes | str | None = None):
        return invoke(*args, stdin=stdin, env={"ILACTL_LEDGER": str(ledger)})

    since = ("--from", "2026-01-01")
    call("organisation", "add", "--id", "O1", "--kind", "employer", "--name", "Timber", *since).ok()
    add = ("organisation", "add", "--kind", "provider", *since)
    call(*add, "--id", "O3", "--name", "Open Academy", "--quality-label", "EQAVET").ok()
    call(*add, "--id", "O4", "--name", "Night School").ok()
    return call


@pytest.fixture
def stocked(cli):
    """The same with courses and runs."""
    cli("course", "import", "-", "--from", "2026-01-01", stdin=COURSES).ok()
    cli("course", "run", "import", "-", "--from", "2026-01-01", stdin=RUNS).ok()
    return cli
