"""Contributions as they are asked for: by a command line, or by the rows of an import."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from ilactl.findings import Finding, Kind, Place
from ilactl.ledger.external_ids import owners_of
from ilactl.ledger.grammar import Column, Grammar
from ilactl.ledger.intake import InRow, Intake

if TYPE_CHECKING:
    from ilactl.ledger.snapshot import Snapshot
    from ilactl.ledger.upload import Upload

__all__ = ["IMPORT_COLUMNS", "ContributionRequest", "by_external_id", "read_requests", "requests_of"]

UNKNOWN_NUMBER = Kind(
    "CONTRIBUTION-NUMBER",
    "a contribution is for a sender's number that is not one person's external_id",
    "correct the number, or record it: ilactl person import with person and external_id",
)

IMPORT_COLUMNS = (
    Column("person", Grammar.ID, "who gets it", True),
    Column("amount", Grammar.AMOUNT, "how much, above zero", True),
    Column("ref", Grammar.TEXT, "the payment's own reference", True),
    Column("unit", Grammar.UNIT, "of what, where rules take several units"),
    Column("earmark", Grammar.EARMARK, "what alone it may buy, where the rule lets the giver say"),
    Column("use_by", Grammar.DATE, "the last day to use it, where the rule lets the giver say"),
)
"""The columns of an import."""


class ContributionRequest(Struct, frozen=True):
    """One contribution asked for. `amount` is decimal text, `unit` empty where the rule says it.

    `place` is the row of an import, `columns` its columns in order, `at` says where in the row's
    text a column stands. `called` is what the import calls the person, where that is not the id.
    """

    person: str
    amount: str
    ref: str
    unit: str = ""
    place: Place = field(default_factory=lambda: Place("command line"))
    columns: tuple[str, ...] = ()
    at: Callable[[str, str], int] | None = None
    called: str = ""
    earmark: str = ""
    use_by: str = ""

    @property
    def who(self) -> str:
        """The person by the word that the request uses."""
        return self.called or self.person

    def find(self, kind: Kind, column: str, message: str, remedy: str = "") -> Finding:
        """A finding at one of the request's cells."""
        at = self.at(self.place.text, column) if self.at else 0
        return kind.at(self.place._replace(column=at), message, remedy)


def read_requests(upload: Upload) -> Intake:
    """An import's columns and rows, with every finding of form and grammar."""
    offered = IMPORT_COLUMNS
    if upload.by_external_id:
        offered = (offered[0]._replace(grammar=Grammar.TEXT), *offered[1:])
    return upload.read(offered, [[column.name] for column in offered if column.required])


def requests_of(intake: Intake) -> list[ContributionRequest]:
    """The rows of an import as requests, in the file's order."""
    at = {name: index for index, name in enumerate(intake.columns)}
    if not at.keys() >= {"person", "amount", "ref"}:
        return []
    person, amount, ref = at["person"], at["amount"], at["ref"]
    where = intake.at

    def cell(row: InRow, name: str) -> str:
        return row.cells[at[name]] if name in at else ""

    return [
        ContributionRequest(
            row.cells[person],
            row.cells[amount],
            row.cells[ref],
            cell(row, "unit"),
            Place(intake.path, row.line, 0, row.text),
            intake.columns,
            where,
            earmark=cell(row, "earmark"),
            use_by=cell(row, "use_by"),
        )
        for row in intake.rows
    ]


def by_external_id(
    snapshot: Snapshot, requests: Sequence[ContributionRequest], findings: list[Finding]
) -> list[ContributionRequest]:
    """The requests with our ids for the senders' numbers; a number not of one person is a finding."""
    owners = owners_of(snapshot, {request.person for request in requests})
    resolved = []
    for request in requests:
        number = request.person
        persons = owners.get(number, [])
        if len(persons) == 1:
            resolved.append(replace(request, person=persons[0], called=number))
        elif persons:
            message = f"external_id {number} is that of {' and '.join(persons)}"
            findings.append(request.find(UNKNOWN_NUMBER, "person", message, "correct it for one of them"))
        else:
            message = f"external_id {number} is not known"
            findings.append(request.find(UNKNOWN_NUMBER, "person", message))
    return resolved
