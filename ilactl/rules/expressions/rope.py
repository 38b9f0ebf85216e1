"""SQL text as a rope: pieces that are shared, not copied, until the length is known to be bearable."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TypeAlias

from msgspec import Struct

__all__ = ["MAX_SQL", "NEVER", "Rope", "Slot", "Unknown", "alternatives", "commas", "rope", "unknown_of"]

MAX_SQL = 100_000
"""Characters the SQL of one expression may have. Strict branches repeat conditions, so it can grow fast."""

_SLOT_SIZE = 24
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)?", re.ASCII)


class Slot(Struct, frozen=True):
    """Where the SQL of a fact's column will stand."""

    name: str


class Rope(Struct, frozen=True, eq=False):
    """Pieces in order. `size` is the length of the whole text, columns counted as of usual length."""

    pieces: tuple[Piece, ...]
    size: int

    def text(self, columns: Mapping[str, str]) -> str:
        """The SQL, with every column's own SQL in its place. Raises KeyError for a missing column."""
        out: list[str] = []
        waiting: list[Piece] = [self]
        while waiting:
            piece = waiting.pop()
            if isinstance(piece, str):
                out.append(piece)
            elif isinstance(piece, Slot):
                sql = columns[piece.name]
                out.append(sql if _PLAIN.fullmatch(sql) else f"({sql})")
            else:
                waiting.extend(reversed(piece.pieces))
        return "".join(out)


Piece: TypeAlias = "str | Slot | Rope"


def rope(*pieces: Piece) -> Rope:
    """One rope out of texts, slots and ropes."""
    return Rope(pieces, sum(map(_size, pieces)))


def _size(piece: Piece) -> int:
    if isinstance(piece, str):
        return len(piece)
    return piece.size if isinstance(piece, Rope) else _SLOT_SIZE


def commas(parts: Iterable[Rope], between: str = ", ") -> Rope:
    """The parts with commas, or what is given, between them."""
    pieces: list[Piece] = []
    for part in parts:
        pieces += [between, part] if pieces else [part]
    return rope(*pieces)


class Unknown(Struct, frozen=True):
    """When a value is unknown: one of these facts is, or one of these tests holds.

    The tests come out TRUE or FALSE, or NULL where one of the facts beside them is unknown; so
    the disjunction of all is never NULL, and it is far shorter than `(the whole text) IS NULL`.
    """

    facts: frozenset[str] = frozenset()
    tests: tuple[Rope, ...] = ()

    def __or__(self, other: Unknown) -> Unknown:
        """Unknown as soon as one of both is."""
        return Unknown(self.facts | other.facts, tuple(dict.fromkeys((*self.tests, *other.tests))))

    def __bool__(self) -> bool:
        """Whether it can be unknown at all."""
        return bool(self.facts or self.tests)

    def test(self) -> Rope:
        """SQL that is TRUE where the value is unknown, FALSE where it is known."""
        parts = [rope(Slot(name), " IS NULL") for name in sorted(self.facts)] + list(self.tests)
        return rope("(", commas(parts, " OR "), ")") if parts else rope("FALSE")


NEVER = Unknown()


def unknown_of(text: Rope) -> Unknown:
    """Unknown exactly where the text is NULL."""
    return Unknown(tests=(rope("(", text, " IS NULL)"),))


def alternatives(operands: Iterable[Unknown]) -> Unknown:
    """Unknown only where all of the operands are: what COALESCE leaves."""
    each = list(operands)
    if not all(each):
        return NEVER
    return Unknown(tests=(rope("(", commas((one.test() for one in each), " AND "), ")"),))
