"""A small agency whose caseworkers enrol people: registers, a scheme with spending, money on wallets."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from ilactl.ledger.columns import COURSES, ENROLMENTS, ENTITLEMENTS, RELEVANCE, RUNS
from ilactl.ledger.commit import Append, Change, open_writer
from ilactl.ledger.grammar import Table
from tests.conftest import TODAY, Result, call_in_process
from tests.rules.books import ACTOR, NOW, row

SCHEME = """\
[[grant]]
id = "base"
class = "own"
fund = "fund:state"
unit = "EUR"
every = "year"
due = "06-15"
amount = "500.00"

[[contribution]]
id = "employer"
class = "employer"
unit = "EUR"
from = ["employer"]
earmarks = ["kind"]
use_by = "allowed"

[[contribution]]
id = "saved"
class = "own"
unit = "EUR"
from = ["own"]

[[spend]]
id = "training"
title = "Training accounts"
unit = "EUR"
classes = ["employer", "own"]
refuse = [{ when = "COALESCE(days_to_start > 200, FALSE)", why = "one can enrol 200 days ahead" }]
valid_from = "2026-01-01"

[[ending]]
id = "standard"
title = "Standard terms"
[[ending.row]]
on = "cancelled"
when = "force_majeure"
provider = "elapsed"
rest = "wallet"
rest_of = { employer = "funder" }
why = "force majeure: the part that was taught is paid"
[[ending.row]]
on = "cancelled"
when = "cancelled_by <> 'holder'"
provider = "0"
rest = "wallet"
why = "cancelled by the provider or the agency: all of it back"
[[ending.row]]
on = "cancelled"
when = "NOT started AND days_to_start > 14"
provider = "0"
rest = "wallet"
why = "free until 15 days before the start"
[[ending.row]]
on = "cancelled"
when = "TRUE"
provider = "0.05"
rest = "pool"
why = "late: the provider keeps 5 %, the rest is lost"
[[ending.row]]
on = "completed"
when = "attendance >= 0.8"
provider = "1"
rest = "wallet"
why = "attended enough: paid in full"
[[ending.row]]
on = "completed"
when = "TRUE"
provider = "attendance"
rest = "pool"
why = "attended less than 80 %: paid by attendance, the rest is lost"
"""

PEOPLE = """\
person,valid_from,name,birth_date
P1,2024-01-01,Ona Kazlauskienė,1980-05-01
P2,2024-01-01,Žygimantas Ąžuolas,1990-02-28
P3,2024-01-01,Rasa,1988-02-29
"""

REGISTERS: dict[Table, Sequence[Mapping[str, str]]] = {
    COURSES: (
        {"course": "C1", "valid_from": "2026-01-01", "provider": "O3", "kind": "training", "price": "600.00",
         "title": "Welding, the first steps", "unit": "EUR", "field": "0715", "hours": "40"},
        {"course": "C2", "valid_from": "2026-01-01", "provider": "O3", "kind": "guidance", "price": "90.00",
         "title": "Where to go from here", "unit": "EUR"},
        {"course": "C3", "valid_from": "2026-01-01", "provider": "O4", "kind": "training", "price": "100.00",
         "title": "Nobody vouches for this", "unit": "EUR", "field": "0715"},
    ),
    RUNS: (
        {"course": "C1", "run": "R1", "valid_from": "2026-01-01", "starts": "2027-01-12",
         "ends": "2027-03-12", "seats": "2", "apply_until": "2027-01-10"},
        {"course": "C1", "run": "R2", "valid_from": "2026-01-01", "starts": "2027-02-15",
         "ends": "2027-04-15", "price": "500.00", "unit": "EUR"},
        {"course": "C1", "run": "R3", "valid_from": "2026-01-01", "starts": "2027-02-20",
         "ends": "2027-04-20", "price": "650.00", "unit": "EUR", "seats": "1"},
    ),
    RELEVANCE: (
        {"about": "field:07", "evidence": "shortage list 2026", "valid_from": "2026-01-01"},
        {"about": "course:C2", "evidence": "guidance is for all", "valid_from": "2026-01-01"},
    ),
}  # fmt: skip


class Agency:
    """A ledger of the test's own, and ilactl run in it by a caseworker."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def __call__(self, *args: str, stdin: str | None = None, day: str = "") -> Result:
        """One command line; `day` is given as --on."""
        on = ("--on", day) if day else ()
        return call_in_process((*args, *on, "--ledger", self.root), stdin, None, self.root.parent, TODAY)

    def json(self, *args: str, day: str = "", stdin: str | None = None) -> dict[str, Any]:
        """The same with its JSON, of a run that ends well."""
        found: dict[str, Any] = json.loads(self(*args, "-O", "json", day=day, stdin=stdin).ok().out)
        return found

    def enrol(self, person: str = "P1", course: str = "C1/R1", day: str = "2026-12-01") -> str:
        """Enrol; the id."""
        args = ("enrol", person, course, "--yes", "--consent", "signed the form")
        return str(self.json(*args, day=day)["enrolment"])

    def append(self, table: Table, *rows: Mapping[str, str]) -> None:
        """Rows that no command makes yet."""
        text = "".join(row(table, cells) for cells in rows)
        with open_writer(self.root, actor=ACTOR, now=lambda: NOW, holder="test") as writer:
            writer.commit(Change("test", (Append(table.file, text.encode(), rows=len(rows)),)))

    def rows(self, table: Table) -> list[dict[str, str]]:
        """A file's rows by column."""
        with open(self.root / table.file, encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def moves(self, *kinds: str) -> list[tuple[str, str, str, str]]:
        """Kind, amount, from and to of the entries of these kinds."""
        return [
            (one["kind"], one["amount"], one["from"], one["to"])
            for one in self.rows(ENTITLEMENTS)
            if one["kind"] in kinds
        ]

    def steps(self) -> list[str]:
        """The steps recorded so far."""
        return [one["step"] for one in self.rows(ENROLMENTS)]

    def bytes(self) -> dict[str, bytes]:
        """Every file that is not deletable."""
        paths = sorted(p for p in self.root.rglob("*") if p.is_file() and ".ilactl" not in p.parts)
        return {str(p.relative_to(self.root)): p.read_bytes() for p in paths}


def made(root: Path) -> None:
    """Make the agency's ledger in that folder."""
    agency = Agency(root)
    call_in_process(("init", root), None, None, None, TODAY).ok()
    (root / "rules/scheme.toml").write_text(SCHEME)
    agency("person", "import", "-", day="2026-01-01", stdin=PEOPLE).ok()
    provider = ("organisation", "add", "--kind", "provider", "--from", "2026-01-01")
    label = ("--quality-label", "EQAVET", "--label-until", "2027-06-30")
    agency(*provider, "--id", "O3", "--name", "Open Academy", *label).ok()
    agency(*provider, "--id", "O4", "--name", "Somebody").ok()
    agency("organisation", "add", "--id", "O7", "--kind", "employer", "--name", "Baltic Timber").ok()
    for table, rows in REGISTERS.items():
        agency.append(table, *rows)
    agency("topup", "--yes", day="2026-06-15").ok()
    pay = ("contribution", "add", "P1", "300.00", "--from", "O7", "--ref", "PAY-1")
    agency(*pay, "--use-by", "2027-12-31", day="2026-07-01").ok()


@pytest.fixture(scope="session")
def _agency(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("enrolment") / "ledger"
    made(root)
    return root


@pytest.fixture
def agency(_agency: Path, tmp_path: Path) -> Agency:
    """A ledger of the test's own: P1 with 500.00 and 300.00 of an employer, P2 and P3 with 500.00."""
    return Agency(Path(shutil.copytree(_agency, tmp_path / "agency")))
