"""Imports of enrolments and their steps: which columns a provider's list may name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ilactl.ledger.external_ids import owners_of
from ilactl.ledger.grammar import Column, Grammar
from ilactl.ledger.intake import CELL, InRow, Intake

if TYPE_CHECKING:
    from ilactl.ledger.snapshot import Snapshot
    from ilactl.ledger.upload import Upload

__all__ = ["IMPORT_COLUMNS", "IMPORT_STEPS", "Cells", "cells_of", "read_steps"]

IMPORT_STEPS = ("enrolled", "started", "attended", "completed", "certified", "cancelled")
"""Steps that an import may take; a move and a claim are looked at one by one."""

IMPORT_COLUMNS = (
    Column("step", Grammar.STEP, "what happened", True),
    Column("enrolment", Grammar.ID, "the enrolment's id, or person and course instead"),
    Column("person", Grammar.ID, "the account holder's id"),
    Column("course", Grammar.ID, "the opportunity's id"),
    Column("run", Grammar.ID, "the course run's id, for one who is enrolled"),
    Column("on", Grammar.DATE, "the day it happened; usually --on"),
    Column("attendance", Grammar.SHARE, "attendance so far, 0 to 1"),
    Column("result", Grammar.TEXT, "the assessment's result"),
    Column("by", Grammar.PARTY, "who cancelled"),
    Column("reason", Grammar.REASON, "why it was cancelled"),
    Column("force_majeure", Grammar.TEXT, "yes where nobody could help it"),
    Column("new_date", Grammar.TEXT, "yes where the provider offered a new date"),
    Column("consent", Grammar.TEXT, "how the holder agreed, for one who is enrolled"),
    Column("ref", Grammar.TEXT, "a document"),
)
"""The columns of an import."""


class Cells:
    """The cells of an import's row by column, and where to report what is wrong with them."""

    def __init__(self, intake: Intake, row: InRow, owners: Mapping[str, list[str]] | None) -> None:
        """`owners` are our ids for the sender's numbers, where the column person holds those."""
        self.intake, self.row, self.owners = intake, row, owners
        self._at = {name: index for index, name in enumerate(intake.columns)}
        self.faults = 0
        self._person: str | None = None

    def __getitem__(self, column: str) -> str:
        """The cell; "" where the import has no such column."""
        return self.row.cells[self._at[column]] if column in self._at else ""

    def fault(self, column: str, message: str, remedy: str = "") -> None:
        """Report a fault of the row at that column."""
        self.faults += 1
        self.intake.find(CELL, self.row, column, message, remedy)

    def person(self) -> str:
        """Our id of the person named; "" after a fault, which is told once, or where none is named."""
        if self._person is None:
            self._person = self._found()
        return self._person

    def _found(self) -> str:
        named = self["person"]
        if not named or self.owners is None:
            return named
        found = self.owners.get(named, [])
        if len(found) == 1:
            return found[0]
        what = f"is that of {' and '.join(found)}" if found else "is not known"
        self.fault("person", f"external_id {named} {what}", "correct the number, or record it")
        return ""

    def flag(self, column: str) -> bool:
        """Whether the cell says yes; anything but yes, no and nothing is a fault."""
        if self[column] not in ("", "yes", "no"):
            self.fault(column, f"{column} {self[column]!r} is not yes or no", "write yes, no or nothing")
        return self[column] == "yes"


def read_steps(upload: Upload) -> Intake:
    """The list's columns and rows, with every finding of form and grammar."""
    offered: tuple[Column, ...] = IMPORT_COLUMNS
    if upload.by_external_id:
        offered = tuple(c._replace(grammar=Grammar.TEXT) if c.name == "person" else c for c in offered)
    return upload.read(offered, (("step",), ("enrolment", "person")))


def cells_of(snapshot: Snapshot, intake: Intake, *, by_external_id: bool) -> list[Cells]:
    """The rows, in the file's order."""
    owners = None
    if by_external_id and "person" in intake.columns:
        at = intake.columns.index("person")
        owners = owners_of(snapshot, {row.cells[at] for row in intake.rows})
    return [Cells(intake, row, owners) for row in intake.rows]
