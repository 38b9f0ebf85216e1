"""What was handed in for an import: a plain CSV, somebody else's file with its mapping, a spreadsheet."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from ilactl.ledger.grammar import Column
from ilactl.ledger.intake import Intake, read_intake

if TYPE_CHECKING:
    from ilactl.ledger.mapping import ColumnMap
    from ilactl.ledger.xlsx import Sheet

__all__ = ["Upload"]


class Upload(Struct, frozen=True, dict=True):
    """The bytes, the name to call them by, and the mapping where one is given."""

    data: bytes
    path: str
    mapping: ColumnMap | None = None

    @cached_property
    def sheet(self) -> Sheet | None:
        """The spreadsheet's rows, read once; None for text."""
        if self.data[:1] not in (b"P", b"\xd0"):  # keeps what reads sheets unimported
            return None
        from ilactl.ledger.xlsx import looks_like, read_sheet

        if not looks_like(self.data):
            return None
        mapping = self.mapping
        return read_sheet(
            self.data, self.path, mapping.sheet if mapping else None, mapping.skip if mapping else 0
        )

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Our columns that it names, read only to see what kind of import it is."""
        if self.mapping is not None:
            return (*self.mapping.columns, *self.mapping.constants)
        if self.sheet is not None:
            return tuple(cell.text for cell in self.sheet.rows[0].cells) if self.sheet.rows else ()
        first = self.data.split(b"\n", 1)[0].removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
        return tuple(name.strip(' "\r') for name in first.split(","))

    @property
    def by_external_id(self) -> bool:
        """Whether the column person holds the sender's number and not our id."""
        return self.mapping is not None and self.mapping.match == "external_id"

    def read(
        self,
        offered: Sequence[Column],
        required: Collection[Collection[str]] = (),
        *,
        rename: Mapping[str, str] | None = None,
    ) -> Intake:
        """The rows by our columns with every finding; see `read_intake`."""
        if self.sheet is not None:
            from ilactl.ledger.mapped_intake import read_mapped_sheet

            return read_mapped_sheet(self.sheet, self.path, self.mapping, offered, required, rename or {})
        if self.mapping is not None:
            from ilactl.ledger.mapped_intake import read_mapped_lines

            return read_mapped_lines(self.data, self.path, self.mapping, offered, required, rename or {})
        return read_intake(self.data, self.path, offered, required)
