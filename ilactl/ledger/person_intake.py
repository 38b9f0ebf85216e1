"""Imports of persons and of their figures: which columns they may name, and the rows they come to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

from ilactl.ledger.columns import FIGURES, IDENTITIES, PERSONS
from ilactl.ledger.grammar import Column, Grammar
from ilactl.ledger.intake import CELL, InRow, Intake
from ilactl.ledger.person_plan import (
    IDENTITY_COLUMNS,
    STATE_COLUMNS,
    Fact,
    FigurePlanner,
    PersonPlanner,
    fact_column,
)
from ilactl.ledger.register_plan import Problem, RegisterPlan
from ilactl.money import parse_decimal

if TYPE_CHECKING:
    from ilactl.ledger.snapshot import Snapshot
    from ilactl.ledger.upload import Upload

__all__ = [
    "holds_figures",
    "plan_figures",
    "plan_persons",
    "public_cells",
    "read_persons",
    "total_of",
]

_PERSON = Column("person", Grammar.ID, "the account holder's id")
_EXTERNAL = IDENTITIES.column("external_id")
_VALID_FROM = Column("valid_from", Grammar.DATE, "the first day on which the row holds")
_WHO = ("person", "external_id")


def holds_figures(upload: Upload) -> bool:
    """Whether the import holds figures and not states."""
    return "figure" in upload.names


def read_persons(upload: Upload, facts: Mapping[str, Fact]) -> Intake:
    """Read the import by the columns that its kind may name."""
    rename = {"person": "external_id"} if upload.by_external_id else {}
    if holds_figures(upload):
        figures = [column for column in FIGURES.columns if column.name != "person"]
        needed = [(column.name,) for column in figures if column.required]
        return upload.read((_PERSON, _EXTERNAL, *figures), (_WHO, *needed), rename=rename)
    offered = (
        _PERSON,
        _VALID_FROM,
        *(IDENTITIES.column(name) for name in IDENTITY_COLUMNS),
        *(PERSONS.column(name) for name in STATE_COLUMNS),
        *(fact_column(name, fact) for name, fact in facts.items() if fact.kind == "state"),
    )
    return upload.read(offered, (_WHO,), rename=rename)


def total_of(intake: Intake) -> Fraction:
    """The sum of an import's figures: the sender's control figure."""
    index = intake.columns.index("value")
    return sum((parse_decimal(row.cells[index]) or Fraction(0) for row in intake.rows), Fraction(0))


def public_cells(intake: Intake) -> list[str]:
    """The import without what says who a person is: all that may enter a digest."""
    keep = [i for i, name in enumerate(intake.columns) if name not in IDENTITY_COLUMNS]
    return ["\x1e".join(row.cells[i] for i in keep) for row in intake.rows]


class _Persons:
    """Finds the person of a row by id or by external id."""

    def __init__(self, intake: Intake, planner: PersonPlanner, new_id: Callable[[], str] | None) -> None:
        self.intake = intake
        self.planner = planner
        self.new_id = new_id
        self.at = {name: index for index, name in enumerate(intake.columns)}
        self.made: dict[str, str] = {}

    def of(self, row: InRow) -> str | None:
        """The id, or None after a finding."""
        person = row.cells[self.at["person"]] if "person" in self.at else ""
        external = row.cells[self.at["external_id"]] if "external_id" in self.at else ""
        if person:
            if self.new_id is None and not self.planner.persons.rows(person):
                self.intake.find(CELL, row, "person", f"person {person} is not known", "add the person first")
                return None
            return person
        if not external:
            self.intake.find(CELL, row, next(n for n in _WHO if n in self.at), "the row names no person")
            return None
        known = self.made.get(external) or self.planner.identities.owner("external_id", external)
        if known:
            return known
        if self.new_id is None:
            message = f"external_id {external} is not known"
            self.intake.find(CELL, row, "external_id", message, "add the person first")
            return None
        self.made[external] = self.new_id()
        return self.made[external]


def _report(intake: Intake, row: InRow, person: str, problems: list[Problem]) -> bool:
    """Add the problems to the findings; one about a random id names the external id instead."""
    for problem in problems:
        column, message = problem.column, problem.message
        if column == "person" and not (column in intake.columns and row.cells[intake.columns.index(column)]):
            external = row.cells[intake.columns.index("external_id")]
            column, message = "external_id", message.replace(person, external, 1)
        intake.find(CELL, row, column, message, problem.remedy)
    return bool(problems)


def plan_persons(
    intake: Intake, planner: PersonPlanner, *, day: str, new_id: Callable[[], str]
) -> RegisterPlan:
    """The rows the import comes to; faults are added to its findings.

    `day` is the valid_from of rows that give none; `new_id` makes an id nobody has.
    """
    persons = _Persons(intake, planner, new_id)
    owners: dict[str, str] = {}
    from_at = persons.at.get("valid_from")
    columns = [(name, index) for name, index in persons.at.items() if name not in ("person", "valid_from")]
    for row in intake.rows:
        person = persons.of(row)
        if person is None:
            continue
        valid_from = (row.cells[from_at] if from_at is not None else "") or day
        given = {name: row.cells[index] for name, index in columns}
        problems = planner.problems(person, valid_from, given)
        external = given.get("external_id", "")
        doubled = external and owners.setdefault(external, person) != person
        if doubled and not any(problem.column == "external_id" for problem in problems):
            problems.append(Problem("external_id", f"external_id {external} stands here for two persons"))
        if not _report(intake, row, person, problems):
            planner.take(person, valid_from, given)
    return planner.plan


def plan_figures(
    snapshot: Snapshot, intake: Intake, planner: PersonPlanner, facts: Mapping[str, Fact]
) -> RegisterPlan:
    """The figures the import comes to; faults are added to its findings."""
    figures = FigurePlanner(snapshot, planner.plan, facts=facts, whole=True)
    persons = _Persons(intake, planner, None)
    order = [persons.at.get(name) for name in FIGURES.names[1:]]
    for row in intake.rows:
        person = persons.of(row)
        if person is None:
            continue
        cells = (person, *("" if index is None else row.cells[index] for index in order))
        if not _report(intake, row, person, figures.problems(cells)):
            figures.take(cells)
    return planner.plan
