"""A rule file while it is read: where its keys stand, and what was found at them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec import Struct, field

from ilactl.findings import Finding, Kind, Place
from ilactl.ledger.locate import locate, locate_value
from ilactl.ledger.toml import line_text
from ilactl.rules.model import Source

__all__ = ["RuleText", "first_at"]


class RuleText(Struct):
    """One rule file while it is read: its source, its tables, and what was found in it."""

    file: str
    text: str
    raw: dict[str, Any]
    findings: list[Finding] = field(default_factory=list)

    def find(
        self, kind: Kind, path: tuple[str | int, ...], message: str, remedy: str = "", into: int | None = None
    ) -> None:
        """Report a fault at a key, or `into` characters inside its string."""
        line, column = locate(self.text, path) if into is None else locate_value(self.text, path, into)
        self.findings.append(kind.at(self.place(line, column), message, remedy))

    def place(self, line: int, column: int) -> Place:
        """The position with its original line."""
        return Place(self.file, line, column, line_text(self.text, line))

    def source(self, path: tuple[str | int, ...]) -> Source:
        """The text of the table at `path`: from its header to the next."""
        line, _ = locate(self.text, path)
        lines = self.text.split("\n")
        end = line
        own_tiers = f"[[{path[0]}."
        while end < len(lines) and (not lines[end].startswith("[") or lines[end].startswith(own_tiers)):
            end += 1
        while end > line and (not lines[end - 1].strip() or lines[end - 1].startswith("#")):
            end -= 1
        return Source(self.file, line, "\n".join(lines[line - 1 : end]))


def first_at(files: Iterable[RuleText], kind: str, name: str) -> str:
    """Where the files first declare a fact, a value, or a table of that id: `rules/scheme.toml:12`."""
    for file in files:
        held = file.raw.get(kind, {})
        keys = [name] if name in held else [i for i, table in enumerate(held) if isinstance(table, dict)]
        for key in keys:
            if key == name or held[key].get("id") == name:
                return f"{file.file}:{locate(file.text, (kind, key))[0]}"
    raise LookupError(name)
