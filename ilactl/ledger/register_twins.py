"""Persons who look like one person: the same name and the same day of birth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ilactl.ledger.columns import IDENTITIES
from ilactl.ledger.scan import format_row, rows_with_id

if TYPE_CHECKING:
    from ilactl.ledger.snapshot import Snapshot

__all__ = ["twins_of"]


def twins_of(snapshot: Snapshot, name: str, birth_date: str) -> list[str]:
    """The ids of persons recorded under this very name and birth date, sorted; none where either is empty.

    Searches bytes, so it costs little in a large ledger.
    """
    if not name or not birth_date:
        return []
    view = snapshot.view(IDENTITIES.file)
    needle = ("," + format_row((name, birth_date))[:-1] + ",").encode("utf-8", "replace")
    if view.find(needle) < 0:
        return []
    rows, _ = rows_with_id(view, IDENTITIES, "name", name)
    birth = IDENTITIES.index("birth_date")
    return sorted({row.cells[0] for row in rows if row.cells[birth] == birth_date})
