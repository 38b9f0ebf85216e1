"""Contributions as they are asked for: by a command line, or by the rows of an import."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ilactl.findings import Finding, Kind, Place
from ilactl.ledger.columns import Column, Grammar
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

    `place` is the row of an import, `columns` the places of its cells by name.
    """

    person: str
    amount: str
    ref: str
    unit: str = ""
    place: Place = field(default_factory=lambda: Place("command line"))
    columns: Mapping[str, int] = field(default_factory=dict)

    def find(self, kind: Kind, column: str, message: str, remedy: str = "") -> Finding:
        """A finding at one of the request's cells."""
        return kind.at(replace(self.place, column=self.columns.get(column, 0)), message, remedy)


def read_requests(data: bytes, path: str) -> Intake:
    """An import's columns and rows, with every finding of form and grammar."""
    return read_intake(
        data, path, IMPORT_COLUMNS, [[column.name] for column in IMPORT_COLUMNS if column.required]
    )


def requests_of(intake: Intake) -> list[ContributionRequest]:
    """The rows of an import as requests, each with the places of its cells."""
    requests = []
    for row in intake.rows:
        cells = dict(zip(intake.columns, row.cells, strict=True))
        places = dict(zip(intake.columns, cell_starts(row.text), strict=True))
        place = Place(intake.path, row.line, 0, row.text)
        requests.append(
            ContributionRequest(
                cells["person"], cells["amount"], cells["ref"], cells.get("unit", ""), place, places
            )
        )
    return requests
