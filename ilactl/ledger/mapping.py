"""Mapping files of imports: how somebody else's columns, marks, codes and numbers become ours.

Every key is declared once in `KEYS`; reading, the offer of the nearest name and the help topic
`imports` come from that table. `ledger/mapped_intake.py` reads a file by the mapping.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct, field

from ilactl.errors import BadInput
from ilactl.findings import Finding, Kind, Place, count_text
from ilactl.ledger.grammar import MAX_TEXT, is_name
from ilactl.ledger.number_marks import DAY_FORMAT, DECIMAL_MARKS, THOUSANDS_MARKS, day_format_fault
from ilactl.ledger.toml import line_text, read_toml
from ilactl.nearest import did_you_mean

__all__ = ["DELIMITERS", "ENCODINGS", "KEYS", "MATCHES", "VALUE", "ColumnMap", "MapKey", "load_mapping"]

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

KEY = Kind("MAP-KEY", "a mapping holds a key that does not exist", "correct or remove the key")
VALUE = Kind("MAP-VALUE", "a value of a mapping is not what its key wants", "correct the value")
MISSING = Kind("MAP-MISSING", "a mapping lacks what it needs", "add it")


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
        ("columns", "*"), "column", 'our column = "their header", or { value = "the same for every row" }'
    ),
    MapKey(("ignore",), "headers", "their headers that are left out on purpose"),
    MapKey(("values", "*", "*"), "text", "our column, then their code = ours; every code must be named"),
    MapKey(
        ("match", "person"),
        "match",
        "what the column person holds: person, our id (usual), or external_id, the sender's number",
    ),
)
"""Every key of a mapping."""


class ColumnMap(Struct, frozen=True):
    """A mapping as checked. `columns` gives their header, `constants` a fixed text, by our column."""

    path: str
    source: str
    delimiter: str = ","
    encoding: str = "utf-8"
    decimal: str = "."
    thousands: str = ""
    dates: tuple[str, ...] = (DAY_FORMAT,)
    skip: int = 0
    sheet: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    ignore: tuple[str, ...] = ()
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    match: str = "person"

    def place(self, *keys: str | int, value: bool = False) -> Place:
        """Where the key, or its value, stands in the mapping."""
        return _place(self.path, self.source, keys, value=value)


def _place(path: str, text: str, keys: tuple[str | int, ...], *, value: bool = False) -> Place:
    from ilactl.ledger.locate import locate, locate_value

    line, column = (locate_value if value else locate)(text, keys)
    return Place(path, line, column, line_text(text, line))


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
    if isinstance(value, dict):
        if set(value) != {"value"}:
            return 'a constant is written { value = "…" }'
        value = value["value"]
    elif value == "":
        return "it is empty: leave the column out"
    elif isinstance(value, list):
        return "it is a list; ignore stands at the top of the file, before the first [table]"
    return _text(value)


def _headers(value: Any) -> str | None:
    if not isinstance(value, list):
        return "it is not a list of texts"
    return next(filter(None, map(_text, value)), None)


_FAULTS: dict[str, Callable[[Any], str | None]] = {
    "delimiter": _one_of(DELIMITERS),
    "encoding": _one_of(ENCODINGS),
    "decimal": _one_of(DECIMAL_MARKS),
    "thousands": _one_of(THOUSANDS_MARKS),
    "dates": _dates,
    "skip": _skip,
    "text": _text,
    "column": _column,
    "headers": _headers,
    "match": _one_of(MATCHES),
}


def _matches(pattern: tuple[str, ...], path: tuple[str, ...]) -> bool:
    return len(path) <= len(pattern) and all(p in ("*", k) for p, k in zip(pattern, path, strict=False))


def _walk(node: Mapping[str, Any], at: tuple[str, ...], path: str, text: str, found: list[Finding]) -> None:
    """Unknown keys with the nearest there is, tables that are none, values that will not do."""
    for name, value in node.items():
        here = (*at, name)
        keys = [key for key in KEYS if _matches(key.path, here)]
        shown = ".".join(here)
        if not keys:
            offered = {
                key.path[len(at)] for key in KEYS if _matches(key.path, at) and len(key.path) > len(at)
            }
            message = f"{shown} is not a key of a mapping"
            found.append(KEY.at(_place(path, text, here), message, did_you_mean(name, offered)))
        elif len(keys[0].path) > len(here):
            if isinstance(value, dict):
                _walk(value, here, path, text, found)
            else:
                found.append(VALUE.at(_place(path, text, here), f"{shown} is not a table"))
        else:
            fault = _FAULTS[keys[0].wants](value)
            if fault:
                found.append(VALUE.at(_place(path, text, here, value=True), f"{shown}: {fault}"))


def _together(document: Mapping[str, Any], path: str, text: str, found: list[Finding]) -> None:
    """What is wrong between keys that are well by themselves."""
    file, columns = document.get("file", {}), document.get("columns", {})
    decimal, thousands = file.get("decimal", "."), THOUSANDS_MARKS[file.get("thousands", "none")]
    if decimal == thousands:
        key = "thousands" if "thousands" in file else "decimal"
        message = f"the mark of thousands and that of decimals are both {decimal!r}: 1{decimal}234 is unclear"
        place = _place(path, text, ("file", key), value=True)
        found.append(VALUE.at(place, message, "declare the other of the two, or thousands = 'none'"))
    if not columns:
        found.append(
            MISSING.at(Place(path), "no column is named", 'add [columns] with person = "their header"')
        )
    for name in columns:
        if not is_name(name):
            place = _place(path, text, ("columns", name))
            found.append(KEY.at(place, f"columns.{name}: {name!r} is no name of a column"))
    named = {header for header in columns.values() if isinstance(header, str)}
    for number, header in enumerate(document.get("ignore", [])):
        if header in named:
            place = _place(path, text, ("ignore", number))
            found.append(VALUE.at(place, f"{header!r} is ignored and stands for a column as well", "choose"))
    for name in document.get("values", {}):
        if name not in columns:
            remedy = did_you_mean(name, columns)
            found.append(KEY.at(_place(path, text, ("values", name)), f"{name} is not in [columns]", remedy))
    if "person" in document.get("match", {}) and "person" not in columns:
        message = "match says what the column person holds, and [columns] names none"
        found.append(MISSING.at(_place(path, text, ("match", "person")), message, "name it in [columns]"))
    if document.get("match", {}).get("person") == "external_id" and "external_id" in columns:
        message = "person is matched by external_id, and external_id is a column of its own"
        place = _place(path, text, ("columns", "external_id"))
        found.append(VALUE.at(place, message, "name the header for person alone, or leave match out"))


def load_mapping(data: bytes, path: str) -> ColumnMap:
    """The mapping from the bytes of its file. Raises BadInput with all findings."""
    document, text, findings = read_toml(data, path)
    if document is not None:
        walked: list[Finding] = []
        _walk(document, (), path, text, walked)
        if not walked:
            _together(document, path, text, walked)
        findings += walked
    if findings or document is None:
        raise BadInput(findings=findings, what=path, count=count_text(findings))
    file, columns = document.get("file", {}), document["columns"]
    dates = file.get("dates", DAY_FORMAT)
    return ColumnMap(
        path=path,
        source=text,
        delimiter=DELIMITERS[file.get("delimiter", ",")],
        encoding=ENCODINGS[file.get("encoding", "utf-8")],
        decimal=file.get("decimal", "."),
        thousands=THOUSANDS_MARKS[file.get("thousands", "none")],
        dates=tuple(dates) if isinstance(dates, list) else (dates,),
        skip=file.get("skip", 0),
        sheet=file.get("sheet"),
        columns={name: header for name, header in columns.items() if isinstance(header, str)},
        constants={name: given["value"] for name, given in columns.items() if isinstance(given, dict)},
        ignore=tuple(document.get("ignore", ())),
        values=document.get("values", {}),
        match=document.get("match", {}).get("person", "person"),
    )
