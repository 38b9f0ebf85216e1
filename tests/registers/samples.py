"""A ledger in memory for tests of readers and checks: files as bytes, settings as text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ilactl.ledger.columns import TABLES
from ilactl.ledger.grammar import Table
from ilactl.ledger.manifest import Manifest, Unit, load_manifest

MANIFEST = b"""format = 1
country = "LT"
zone = "Europe/Vilnius"

[agency]
name = "Agency"
prefix = "LT"

[units.EUR]
scale = 2

[units.hour]
scale = 0

[funds.state]
title = "State budget"
"""


class MemoryLedger:
    """As much of a snapshot as readers use."""

    log = b""
    hint = None

    class folder:
        """It has no documents."""

        @staticmethod
        def names(folder: str) -> list[str]:
            return []

    @property
    def starts(self) -> dict[tuple[str, str, str], tuple[int, ...]]:
        """Nothing is remembered: the files change."""
        return {}

    def __init__(self, rows: Mapping[str, str] | None = None, manifest: bytes = MANIFEST) -> None:
        self.files = {table.file: table.header.encode() + b"\n" for table in TABLES}
        for file, text in (rows or {}).items():
            self.files[file] += text.encode()
        self._manifest = manifest
        self.units: Mapping[str, Unit] | None = None

    def view(self, file: str) -> bytes:
        return self.files.get(file, b"")

    @property
    def manifest(self) -> Manifest:
        manifest = load_manifest(self._manifest)
        return manifest if self.units is None else manifest._replace(units=self.units)

    def records(self) -> Iterator[Any]:
        return iter(())


def ledger_of(rows: Mapping[str, str] | None = None) -> Any:
    return MemoryLedger(rows)


def file_of(table: Table, *rows: str) -> bytes:
    return (table.header + "\n" + "".join(row + "\n" for row in rows)).encode()
