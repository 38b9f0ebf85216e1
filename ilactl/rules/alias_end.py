"""The row that ends an alias when the merge that began it is undone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ilactl.errors import Refused
from ilactl.ledger.columns import PERSONS
from ilactl.ledger.registers import states_of

if TYPE_CHECKING:
    from ilactl.ledger.record import Record
    from ilactl.ledger.snapshot import Snapshot

__all__ = ["alias_end"]


def alias_end(snapshot: Snapshot, record: Record) -> tuple[str, ...]:
    """The row of persons.csv that ends the alias; () where the commit began none, or it has ended.

    Raises Refused where the id's facts were changed since, and for the undo of a merge itself.
    """
    alias = str(record.note.get("alias", ""))
    if not alias:
        return ()
    if record.command == "undo":
        hint = f"merge them again: ilactl person merge {alias} --into ID --why TEXT"
        raise Refused(reason=f"commit {record.seq} undid a merge", hint=hint)
    newest = states_of(snapshot, alias)[-1]
    if not newest.cells["same_as"]:
        return ()
    own = [act for act in record.files if act.path == PERSONS.file]
    if not any(act.base <= newest.offset < act.base + act.size for act in own):
        hint = f"end the alias instead: ilactl person merge {alias} --end --why TEXT"
        raise Refused(reason=f"what is recorded of {alias} was changed since commit {record.seq}", hint=hint)
    cells = {**newest.cells, "same_as": ""}
    return tuple(cells[name] for name in PERSONS.names)
