"""The keys of a mapping, each declared once: where it stands, what it wants, what it means.

Reading a mapping, the offer of the nearest name and the help topic `imports` come from this table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from ilactl.ledger.column_forms import CLEANING, factor_of
from ilactl.ledger.grammar import MAX_TEXT
from ilactl.ledger.number_marks import DAY_FORMAT, DECIMAL_MARKS, THOUSANDS_MARKS, day_format_fault

__all__ = ["DELIMITERS", "ENCODINGS", "FAULTS", "KEYS", "MATCHES", "MapKey"]

DELIMITERS = {",": ",", ";": ";", "|": "|", "tab": "\t", "\t": "\t"}
"""What may stand between the cells of a line, by the word a mapping uses."""

ENCODINGS = {
    "utf-8": "utf-8",
    "utf-8-sig": "utf-8",
    "latin-1": "latin-1",
    "cp1252": "cp1252",
    "utf-16": "utf-16",
}
"""Encodings by the word a mapping uses; UTF-8 takes a byte-order mark, UTF-16 needs one."""

MATCHES = ("person", "external_id")
"""What the column `person` may hold: our id, or the number that the sender uses."""

MAX_SKIP = 1000


class MapKey(Struct, frozen=True):
    """One key: its path (`*` is a name of the user's), what it wants, its meaning."""

    path: tuple[str, ...]
    wants: str
    meaning: str

    @property
    def name(self) -> str:
        """The key as one writes it: `file.delimiter`."""
        return ".".join(self.path)


KEYS = (
    MapKey(("file", "delimiter"), "delimiter", "what stands between cells: , (usual) ; | or tab"),
    MapKey(("file", "encoding"), "encoding", f"{', '.join(ENCODINGS)}; utf-8 is usual"),
    MapKey(("file", "decimal"), "decimal", "the mark before decimals, . (usual) or ,"),
    MapKey(
        ("file", "thousands"),
        "thousands",
        "the mark between groups of three digits: none (usual) . , ' space, no-break space or narrow "
        "no-break space",
    ),
    MapKey(
        ("file", "dates"),
        "dates",
        f"one format of days or a list of them, such as DD.MM.YYYY; {DAY_FORMAT} is usual",
    ),
    MapKey(("file", "skip"), "skip", "lines before the one that names the columns; 0 is usual"),
    MapKey(("file", "sheet"), "text", "the sheet of a spreadsheet (XLSX); needed where there are several"),
    MapKey(
        ("file", "clean"),
        "cleaning",
        f"what to repair in every cell that is taken, a list of {', '.join(CLEANING)}",
    ),
    MapKey(("file", "repeated"), "flag", "true: rows that say the same in all columns taken come in once"),
    MapKey(
        ("columns", "*"),
        "column",
        'our column = "their header", or a table of the keys below: { value = "the same for every row" }',
    ),
    MapKey(("columns", "*", "value"), "text", "the same text for every row, in place of a header"),
    MapKey(("columns", "*", "header"), "header", "their header, where more is said of the column"),
    MapKey(
        ("columns", "*", "digest_of"),
        "header",
        "their header, where ids are to be made: always the same one of the same text, by a digest",
    ),
    MapKey(("columns", "*", "prefix"), "text", "what to put before the cell, unless it is empty"),
    MapKey(("columns", "*", "empty"), "headers", "their texts that mean nothing is known, a list"),
    MapKey(
        ("columns", "*", "units", "*"),
        "factor",
        'the text beside a number = what to multiply it by: "%" = "0.01", weeks = "40", "" = "1" for none',
    ),
    MapKey(("only", "*"), "headers", "their header = cells of the rows to take, a list; others are left out"),
    MapKey(("ignore",), "headers", "their headers that are left out on purpose"),
    MapKey(("values", "*", "*"), "text", "our column, then their code = ours; every code must be named"),
    MapKey(
        ("match", "person"),
        "match",
        "what the column person holds: person, our id (usual), or external_id, the sender's number",
    ),
)
"""Every key of a mapping."""


def _one_of(names: Mapping[str, str] | tuple[str, ...]) -> Callable[[Any], str | None]:
    offered = ", ".join(repr(name) for name in names if name.strip())

    def fault(value: Any) -> str | None:
        return None if isinstance(value, str) and value in names else f"{value!r} is not one of {offered}"

    return fault


def _text(value: Any) -> str | None:
    if not isinstance(value, str):
        return "it is not a text in quotes"
    return f"it is longer than {MAX_TEXT} characters" if len(value) > MAX_TEXT else None


def _dates(value: Any) -> str | None:
    if isinstance(value, list) and not value:
        return "the list is empty"
    return next(filter(None, map(day_format_fault, value if isinstance(value, list) else [value])), None)


def _skip(value: Any) -> str | None:
    good = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_SKIP
    return None if good else f"it is not a whole number from 0 to {MAX_SKIP} (MAX_SKIP)"


def _column(value: Any) -> str | None:
    if isinstance(value, list):
        return "it is a list; ignore stands at the top of the file, before the first [table]"
    return "it is empty: leave the column out" if value == "" else _text(value)


def _headers(value: Any) -> str | None:
    if not isinstance(value, list):
        return "it is not a list of texts"
    return next(filter(None, map(_text, value)), None)


def _header(value: Any) -> str | None:
    return "it is empty: name their header" if value == "" else _text(value)


def _cleaning(value: Any) -> str | None:
    if not isinstance(value, list):
        return "it is not a list of texts"
    return next(filter(None, map(_one_of(CLEANING), value)), None)


def _flag(value: Any) -> str | None:
    return None if isinstance(value, bool) else "it is neither true nor false"


def _factor(value: Any) -> str | None:
    return None if factor_of(value) else f'{value!r} is not a number above zero in quotes, such as "0.01"'


FAULTS: dict[str, Callable[[Any], str | None]] = {
    "delimiter": _one_of(DELIMITERS),
    "encoding": _one_of(ENCODINGS),
    "decimal": _one_of(DECIMAL_MARKS),
    "thousands": _one_of(THOUSANDS_MARKS),
    "dates": _dates,
    "skip": _skip,
    "text": _text,
    "column": _column,
    "header": _header,
    "cleaning": _cleaning,
    "flag": _flag,
    "factor": _factor,
    "headers": _headers,
    "match": _one_of(MATCHES),
}
"""Why a value is not what its key wants, by that; None where it is."""
