"""Contributions as they are asked for: by a command line, or by the rows of an import."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from ilactl.findings import Finding, Kind, Place
from ilactl.ledger.grammar import Column, Grammar
from ilactl.ledger.intake import Intake, read_intake
from ilactl.ledger.lines import cell_starts

__all__ = ["IMPORT_COLUMNS", "ContributionRequest", "read_requests", "requests_of"]

IMPORT_COLUMNS = (
    Column("person", Grammar.ID, "who gets it", True),
    Column("amount", Grammar.AMOUNT, "how much, above zero", True),
    Column("ref", Grammar.TEXT, "the payment's own reference", True),
    Column("unit", Grammar.UNIT, "of what, where rules take several units"),
)
"""The columns of an import."""


@dataclass(frozen=True, slots=True)
class ContributionRequest:
    """One contribution asked for. `amount` is decimal text, `unit` empty where the rule says it.

    `place` is the row of an import, `columns` its columns in order.
    """

    person: str
    amount: str
    ref: str
    unit: str = ""
    place: Place = field(default_factory=lambda: Place("command line"))
    columns: tuple[str, ...] = ()

    def find(self, kind: Kind, column: str, message: str, remedy: str = "") -> Finding:
        """A finding at one of the request's cells."""
        at = cell_starts(self.place.text)[self.columns.index(column)] if column in self.columns else 0
        return kind.at(replace(self.place, column=at), message, remedy)


def read_requests(data: bytes, path: str) -> Intake:
    """An import's columns and rows, with every finding of form and grammar."""
    return read_intake(
        data, path, IMPORT_COLUMNS, [[column.name] for column in IMPORT_COLUMNS if column.required]
    )


def requests_of(intake: Intake) -> list[ContributionRequest]:
    """The rows of an import as requests, in the file's order."""
    at = {name: index for index, name in enumerate(intake.columns)}
    if not at.keys() >= {"person", "amount", "ref"}:
        return []
    person, amount, ref, unit = at["person"], at["amount"], at["ref"], at.get("unit")
    return [
        ContributionRequest(
            row.cells[person],
            row.cells[amount],
            row.cells[ref],
            row.cells[unit] if unit is not None else "",
            Place(intake.path, row.line, 0, row.text),
            intake.columns,
        )
        for row in intake.rows
    ]
