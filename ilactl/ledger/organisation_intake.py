"""Imports and changes of organisations: the columns they may name, and the rows they come to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ilactl.ledger.columns import ORGANISATIONS
from ilactl.ledger.grammar import Grammar, fault_of
from ilactl.ledger.iban import compact_iban, iban_fault
from ilactl.ledger.intake import CELL, Intake
from ilactl.ledger.register_plan import Book, Problem, RegisterPlan, RowPlanner

if TYPE_CHECKING:
    from ilactl.ledger.snapshot import Snapshot
    from ilactl.ledger.upload import Upload

__all__ = ["OrganisationPlanner", "plan_organisations", "read_organisations"]


class OrganisationPlanner:
    """Plans rows of organisations.csv."""

    def __init__(self, snapshot: Snapshot, *, whole: bool) -> None:
        """`whole` reads the register once; otherwise ids are looked for one by one."""
        self.plan = RegisterPlan()
        self.book = Book(snapshot, ORGANISATIONS, whole=whole)
        self._rows = RowPlanner(self.plan, self.book)
        self._seen: set[tuple[str, str]] = set()

    def problems(self, organisation: str, day: str, given: Mapping[str, str]) -> list[Problem]:
        """What speaks against the request; cells are of their grammar already."""
        found = []
        if (organisation, day) in self._seen:
            message = f"{organisation} stands here twice with valid_from {day}"
            found.append(Problem("organisation", message, "keep one of the rows, or give each a valid_from"))
        self._seen.add((organisation, day))
        held = self._held(organisation, day)
        cells = {**held, **given}
        for column in ("kinds", "name"):
            if not cells.get(column):
                found.append(Problem(column, f"organisation {organisation} has no {column}"))
        first, last = cells.get("label_from", ""), cells.get("label_until", "")
        if first and last and first > last:
            found.append(Problem("label_until", f"label_until {last} lies before label_from {first}"))
        return [*found, *_account_problems(held, cells)]

    def _held(self, organisation: str, day: str) -> dict[str, str]:
        base = self.book.in_force(organisation, day)
        return dict(zip(ORGANISATIONS.names, base, strict=True)) if base else {}

    def take(self, organisation: str, day: str, given: Mapping[str, str]) -> str:
        """Plan the request: `new`, `known` or `changed`. A changed account is confirmed no more."""
        if "iban" in given:
            iban, held = compact_iban(given["iban"]), self._held(organisation, day)
            given = {**given, "iban": iban}
            if iban != held.get("iban", ""):
                given |= {"iban_confirmed": ""}
        cells = {ORGANISATIONS.index(name): text for name, text in given.items()}
        outcome = self._rows.take(organisation, day, cells)
        self.plan.outcomes.append((organisation, outcome, day))
        return outcome


def _account_problems(held: Mapping[str, str], cells: Mapping[str, str]) -> list[Problem]:
    """What is wrong with the account of a row: its number, or a confirmation that nobody gave."""
    iban = compact_iban(cells.get("iban", ""))
    changed = iban and iban != held.get("iban", "")
    fault = changed and (iban_fault(iban) or fault_of(ORGANISATIONS.column("iban"), iban))
    if fault:
        remedy = "copy it again from the organisation's own letter or invoice"
        return [Problem("iban", f"iban {iban}: {fault}", remedy)]
    confirmed = compact_iban(cells.get("iban_confirmed", ""))
    if confirmed and confirmed != held.get("iban_confirmed", ""):
        remedy = "leave it empty; 'ilactl organisation confirm ORG --iban' is how somebody else confirms it"
        return [Problem("iban_confirmed", "an account cannot be confirmed along with other changes", remedy)]
    return []


def read_organisations(upload: Upload) -> Intake:
    """Read the import. What a row leaves out may be known already, so only the id is needed."""
    columns = [
        column._replace(
            required=column.name == "organisation",
            grammar=Grammar.TEXT if column.grammar is Grammar.IBAN else column.grammar,
        )
        for column in ORGANISATIONS.columns
    ]
    return upload.read(columns, (("organisation",),))


def plan_organisations(intake: Intake, planner: OrganisationPlanner, *, day: str) -> RegisterPlan:
    """The rows the import comes to; faults are added to its findings. `day` is the usual valid_from."""
    at = {name: index for index, name in enumerate(intake.columns)}
    names = [(name, index) for name, index in at.items() if name not in ("organisation", "valid_from")]
    for row in intake.rows:
        organisation = row.cells[at["organisation"]]
        valid_from = (row.cells[at["valid_from"]] if "valid_from" in at else "") or day
        given = {name: row.cells[index] for name, index in names}
        problems = planner.problems(organisation, valid_from, given)
        for problem in problems:
            intake.find(CELL, row, problem.column, problem.message, problem.remedy)
        if not problems:
            planner.take(organisation, valid_from, given)
    return planner.plan
