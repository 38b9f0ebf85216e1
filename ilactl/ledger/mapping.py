"""Mapping files of imports: how somebody else's columns, marks, codes and numbers become ours.

Every key is declared once in `ledger/mapping_keys.py`; `ledger/mapped_intake.py` reads a file by the mapping.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field

from ilactl.errors import BadInput
from ilactl.findings import Finding, Kind, Place, count_text
from ilactl.ledger.column_forms import Form, factor_of
from ilactl.ledger.grammar import is_name
from ilactl.ledger.mapping_keys import DELIMITERS, ENCODINGS, FAULTS, KEYS
from ilactl.ledger.number_marks import DAY_FORMAT, THOUSANDS_MARKS
from ilactl.ledger.toml import line_text, read_toml
from ilactl.nearest import did_you_mean

__all__ = ["VALUE", "ColumnMap", "load_mapping"]

KEY = Kind("MAP-KEY", "a mapping holds a key that does not exist", "correct or remove the key")
VALUE = Kind("MAP-VALUE", "a value of a mapping is not what its key wants", "correct the value")
MISSING = Kind("MAP-MISSING", "a mapping lacks what it needs", "add it")


class ColumnMap(Struct, frozen=True):
    """A mapping as checked. `columns` gives their header, `constants` a fixed text, by our column.

    `forms` says how the cells of some columns are read, `only` by their header which rows are.
    """

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
    forms: Mapping[str, Form] = field(default_factory=dict)
    clean: tuple[str, ...] = ()
    repeated: bool = False
    only: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
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
        elif len(keys[-1].path) > len(here) and isinstance(value, dict):
            _walk(value, here, path, text, found)
        elif len(keys[0].path) > len(here):
            found.append(VALUE.at(_place(path, text, here), f"{shown} is not a table"))
        else:
            fault = FAULTS[keys[0].wants](value)
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
    for name, given in columns.items():
        fault = _form_fault(given) if isinstance(given, dict) else ""
        if fault:
            found.append(VALUE.at(_place(path, text, ("columns", name)), f"columns.{name}: {fault}"))
    named = {header for header in map(_header_of, columns.values()) if header}
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


_SOURCES = ("header", "digest_of", "value")


def _form_fault(given: Mapping[str, Any]) -> str:
    """What is wrong between the keys of one column."""
    sources = [key for key in _SOURCES if key in given]
    if len(sources) != 1:
        there = " and ".join(sources) or "none"
        return f"a column has one of header, digest_of and value, and here is {there}"
    if "value" in given and len(given) > 1:
        return 'a constant is written { value = "…" } and nothing else'
    if "digest_of" in given and "units" in given:
        return "units are for numbers, and digest_of makes an id"
    return ""


def _header_of(given: Any) -> str:
    """Their header that the column comes from; "" for a constant."""
    return given if isinstance(given, str) else str(given.get("header") or given.get("digest_of") or "")


def _form(given: Mapping[str, Any]) -> Form:
    return Form(
        prefix=given.get("prefix", ""),
        digest="digest_of" in given,
        empty=tuple(given.get("empty", ())),
        units={unit: found for unit, text in given.get("units", {}).items() if (found := factor_of(text))},
    )


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
        columns={name: _header_of(given) for name, given in columns.items() if _header_of(given)},
        constants={
            name: given["value"]
            for name, given in columns.items()
            if isinstance(given, dict) and "value" in given
        },
        forms={
            name: _form(given)
            for name, given in columns.items()
            if isinstance(given, dict) and "value" not in given
        },
        clean=tuple(file.get("clean", ())),
        repeated=file.get("repeated", False),
        only={header: tuple(cells) for header, cells in document.get("only", {}).items()},
        ignore=tuple(document.get("ignore", ())),
        values=document.get("values", {}),
        match=document.get("match", {}).get("person", "person"),
    )
