"""A snapshot of loose files: what readers need of one, without a log."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ilactl.ledger.columns import ENTITLEMENTS
from ilactl.ledger.entries import Entry, row_of
from ilactl.ledger.grammar import Table
from ilactl.ledger.scan import format_row
from tests.wallets.money_events import UNITS


@dataclass
class _Manifest:
    units = UNITS


class Files:
    """A snapshot of loose files."""

    manifest = _Manifest()

    hint = None

    @property
    def starts(self) -> dict[tuple[str, str, str], tuple[int, ...]]:
        """Nothing is remembered: the files change."""
        return {}

    def __init__(self, root: Path) -> None:
        self.root = root

    def view(self, file: str) -> bytes:
        path = self.root / file
        return path.read_bytes() if path.exists() else b""

    def still_current(self) -> bool:
        return True

    def engine_path(self, file: str) -> str:
        return str(self.root / file)

    def write(self, table: Table, *lines: str) -> Files:
        (self.root / table.file).write_text("".join(f"{line}\n" for line in (table.header, *lines)))
        return self

    def book(self, entries: Iterable[Entry]) -> Files:
        rows = (format_row(row_of(entry, UNITS)).rstrip("\n") for entry in entries)
        return self.write(ENTITLEMENTS, *rows)
