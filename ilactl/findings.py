"""Findings: what is wrong with data, where exactly, and what to do about it.

A finding is a value, not an exception: readers return all of them. Every kind of finding is
declared once, with its meaning and its remedy, beside the code that makes it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ilactl.printable import printable

__all__ = ["Finding", "Kind", "Place", "count_text", "kinds"]

_KINDS: dict[str, Kind] = {}
_EXCERPT = 200


class Kind:
    """One entry of the error catalogue."""

    def __init__(self, code: str, meaning: str, remedy: str, warning: bool = False) -> None:
        """Register the kind; a code stands for one thing only, or it is a ValueError."""
        self.code = code
        self.meaning = meaning
        self.remedy = remedy
        self.warning = warning
        if _KINDS.setdefault(code, self) is not self:
            raise ValueError(f"finding code {code} is declared twice")

    def at(self, place: Place, message: str, remedy: str = "") -> Finding:
        """A finding of this kind; `remedy` replaces the general one where more is known."""
        return Finding(self.code, place, message, remedy or self.remedy, self.warning)


class Place(NamedTuple):
    """A position in a file: line and column count from 1, column in characters; 0 is unknown.

    `text` is the original line as it stands in the file, decoded as far as it can be.
    """

    path: str
    line: int = 0
    column: int = 0
    text: str = ""


class Finding(NamedTuple):
    """One fault in data. `format()` gives `file:line:column: CODE message`, the line, the remedy."""

    code: str
    place: Place
    message: str
    remedy: str
    warning: bool = False

    def format(self) -> str:
        """The text form: position first, so that editors can jump to it."""
        where = self.place
        position = ":".join([printable(where.path), *(str(n) for n in (where.line, where.column) if n)])
        lines = [f"{position}: {self.code} {_shown(self.message)}"]
        if where.text:
            shown = _shown(where.text)
            lines.append("    " + (shown if len(shown) <= _EXCERPT else shown[:_EXCERPT] + " …"))
        if self.remedy:
            lines.append(f"    {printable(self.remedy)}")
        return "\n".join(lines)

    def as_dict(self) -> dict[str, object]:
        """The JSON form: the same facts under stable names."""
        return {
            "code": self.code,
            "file": self.place.path,
            "line": self.place.line or None,
            "column": self.place.column or None,
            "message": self.message,
            "text": self.place.text or None,
            "remedy": self.remedy,
            "warning": self.warning,
        }


def _shown(text: str) -> str:
    """Text that can be shown, and in which no other space looks like the usual one: it may be the fault."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in printable(text))


def kinds() -> Iterable[Kind]:
    """Every declared kind whose module has been imported, by code."""
    return [_KINDS[code] for code in sorted(_KINDS)]


def count_text(findings: Iterable[Finding]) -> str:
    """`1 finding`, `12 findings`."""
    number = sum(1 for _ in findings)
    return f"{number} finding{'' if number == 1 else 's'}"
