"""Pieces that tests of spending are made of: rules, courses, runs, people, rows as the research has them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from ilactl.ledger.courses import CourseRow, RunRow
from ilactl.ledger.entries import Entry, cells_of
from ilactl.ledger.manifest import load_manifest
from ilactl.ledger.organisations import Provider
from ilactl.ledger.registers import PersonRecord, StateRow
from ilactl.rules.load import read_rules
from ilactl.rules.model import Scheme
from ilactl.rules.offer import Offer
from ilactl.rules.step_plan import StepPlan

MANIFEST = load_manifest(
    b"""format = 1
country = "FR"
zone = "Europe/Paris"
[agency]
name = "A"
prefix = "A"
[units.EUR]
scale = 2
[units.SGD]
scale = 2
[units.USD]
scale = 2
[units.CAD]
scale = 2
[units.hour]
scale = 0
[funds.cdc]
[funds.esf]
[funds.ssg]
[funds.ooe]
[funds.rrf]
[funds.state]
[funds.vlaanderen]
"""
)
"""France's calendar of holidays; the units and funds of kernel.md."""

BORN = date(1980, 5, 1)


def day(text: str) -> date:
    return date.fromisoformat(text)


def scheme_of(*texts: str, warned: bool = False) -> Scheme:
    """The scheme of these rule texts, which have no fault."""
    files = {f"rules/r{i}.toml": text.encode() for i, text in enumerate(texts)}
    scheme, findings = read_rules(files, MANIFEST)
    assert scheme is not None, [finding.format() for finding in findings]
    bad = [finding.format() for finding in findings if not (warned or finding.warning)]
    assert not bad, "\n".join(bad)
    return scheme


def cents(amount: str, scale: int = 2) -> int:
    return int(Fraction(amount) * 10**scale)


def course_row(course: str = "C1", price: str | None = "1000.00", **said: Any) -> CourseRow:
    cells: dict[str, Any] = {
        "valid_from": day("2000-01-01"),
        "provider": "O3",
        "kind": "training",
        "title": "Welding",
        "titles": {},
        "languages": (),
        "eqf_level": None,
        "cycle": "",
        "field": "0715",
        "ects": None,
        "hours": None,
        "eligible": None,
        "unit": "EUR",
        "assessment": "",
        "quality_assurance": "",
        "prerequisites": "",
        "part_of": "",
        "withdrawn": "",
        "facts": {},
        "offset": -1,
        **said,
    }
    return CourseRow(course=course, price=None if price is None else cents(price), **cells)


def run_row(course: str = "C1", run: str = "R1", starts: str = "", ends: str = "", **said: Any) -> RunRow:
    cells: dict[str, Any] = {
        "valid_from": day("2000-01-01"),
        "starts": day(starts) if starts else None,
        "ends": day(ends) if ends else None,
        "pace": None,
        "time_of_day": "",
        "mode": "",
        "place": "",
        "languages": (),
        "seats": None,
        "apply_from": None,
        "apply_until": None,
        "price": None,
        "unit": "",
        "withdrawn": "",
        "offset": -1,
        **said,
    }
    return RunRow(course=course, run=run, **cells)


GOOD = Provider("O3", True, True, "Skola", label="Q", label_issuer="I")


def person_record(person: str = "P1", born: date | None = BORN, **facts: str) -> PersonRecord:
    """One person with one state since always; names of built-in columns go into the cells."""
    own = {"employer", "labour_status", "isced_level", "region", "groups", "work_share"}
    cells = {"person": person, "employer": "", **{k: v for k, v in facts.items() if k in own}}
    rest = {name: value for name, value in facts.items() if name not in own}
    state = StateRow(day("2000-01-01"), cells, rest, -1, "persons.csv")
    return PersonRecord(person, (state,), birth_date=born, ids=(person,))


def codes(plan: Offer | StepPlan) -> list[str]:
    return [objection.code for objection in plan.objections]


def as_kernel(rows: Iterable[Entry]) -> list[str]:
    """Rows as kernel.md writes them: numbers for entries, accounts of the wallet without their class."""
    return [",".join(_short(cell) for cell in cells_of(row, MANIFEST.units[row.unit].scale)) for row in rows]


def _short(cell: str) -> str:
    if cell.startswith(("wallet:", "held:")):
        return cell.partition(":")[0]
    return cell[1:] if cell[:1] == "E" and cell[1:].isdigit() else cell


def alike(rows: Iterable[str], without: Mapping[str, int]) -> list[str]:
    """Kernel lines without some cells (by their place), sorted: what is booked, in whatever order."""
    places = sorted(without.values(), reverse=True)
    found = []
    for line in rows:
        cells = line.split(",")
        for place in places:
            cells[place] = "-"
        found.append(",".join(cells))
    return sorted(found)
