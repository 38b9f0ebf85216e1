"""The file in which one agency hands a person to another: written whole, read as hostile input.

JSON with every value a text, signed off by a SHA-256 over its canonical form (sorted keys, no blanks,
without the digest itself), of which two people can compare the first digits by telephone. Random salt
in it keeps the digest, which the receiver's log holds for ever, from saying who the person is. It holds
who the person is, what is known of them, what is on the wallet, and which grants were given, so that
the receiver neither grants the same period again nor forgets what a cap counts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from msgspec import Struct, field

from ilactl.findings import Finding, Kind, Place
from ilactl.ledger.columns import ENTITLEMENTS, FIGURES, IDENTITIES, PERSONS
from ilactl.ledger.grammar import Table, fault_of

__all__ = ["FORMAT", "GRANTED", "LOT", "TransferFile", "read_transfer", "write_transfer"]

FORMAT = "ilactl.transfer/1"
MOST_BYTES = 5_000_000
TRANSFER_FILE = Kind(
    "TRANSFER-FILE",
    "a transfer's file is not what an agency's ilactl wrote",
    "ask the sender for the file again; nothing was changed",
)

HEAD = ("id", "agency", "prefix", "to", "on", "at", "by", "why", "person", "salt")
LOT = ("lot", "class", "unit", "amount", "from", "rule", "period", "usable_from", "expires_on", "earmark")
GRANTED = ("rule", "period", "class", "unit", "amount")
_TABLES: dict[str, tuple[Table, tuple[str, ...]]] = {
    "states": (PERSONS, tuple(n for n in PERSONS.names if n not in ("person", "same_as"))),
    "figures": (FIGURES, FIGURES.names[1:]),
    "identities": (IDENTITIES, tuple(n for n in IDENTITIES.names if n not in ("person", "salt"))),
}
_COLUMNS = {"lot": "entry", "class": ""}
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


class TransferFile(Struct):
    """What the file says; rows are cells by name, "" where there is nothing."""

    head: dict[str, str]
    lots: list[dict[str, str]] = field(default_factory=list)
    granted: list[dict[str, str]] = field(default_factory=list)
    states: list[dict[str, str]] = field(default_factory=list)
    figures: list[dict[str, str]] = field(default_factory=list)
    identities: list[dict[str, str]] = field(default_factory=list)

    @property
    def digest(self) -> str:
        """The digest that signs it off."""
        return sha256(json.dumps(self.body(), sort_keys=True, separators=(",", ":")).encode()).hexdigest()

    @property
    def spoken(self) -> str:
        """The digest's beginning, in groups that can be read out."""
        return " ".join(self.digest[i : i + 4] for i in range(0, 16, 4))

    def body(self) -> dict[str, Any]:
        """The content without the digest, cells that say nothing left out."""
        rows = {"lots": self.lots, "granted": self.granted, "states": self.states}
        rows |= {"figures": self.figures, "identities": self.identities}
        return {"format": FORMAT, **self.head, **{k: [_filled(row) for row in v] for k, v in rows.items()}}


def _filled(row: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in row.items() if text}


def write_transfer(file: TransferFile) -> bytes:
    """The file's bytes: one line a row, the same for the same content."""
    body = file.body()
    lines = []
    for name, value in body.items():
        if isinstance(value, list):
            rows = ",\n".join(f"    {json.dumps(row, ensure_ascii=False)}" for row in value)
            lines.append(f"  {json.dumps(name)}: [\n{rows}\n  ]" if rows else f"  {json.dumps(name)}: []")
        else:
            lines.append(f"  {json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}")
    lines.append(f'  "digest": "{file.digest}"')
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode()


def read_transfer(data: bytes, path: str) -> tuple[TransferFile | None, list[Finding]]:
    """The file, or every finding about it."""
    reader = _Reader(data, path)
    raw = reader.parse()
    if raw is None:
        return None, reader.findings
    file = reader.file(raw)
    if not reader.findings and raw.get("digest") != file.digest:
        reader.find("digest", "the digest is not that of the content: it was changed, or cut short")
    return (None if reader.findings else file), reader.findings


class _Reader:
    """Finds everything that is wrong with the bytes."""

    def __init__(self, data: bytes, path: str) -> None:
        self.data = data
        self.path = path
        self.text = ""
        self.findings: list[Finding] = []

    def find(self, key: str, message: str, nth: int = -1) -> None:
        """A finding at a key of the file; with `nth` in that row of a list."""
        start = self.text.find(f'"{key}"')
        if start < 0:  # what stands there without quotes
            start = max(0, self.text.find(key))
        line = self.text.count("\n", 0, start) + 1 + (nth + 1 if nth >= 0 else 0)
        lines = self.text.split("\n")
        shown = lines[line - 1] if line <= len(lines) else ""
        column = start - (self.text.rfind("\n", 0, start) + 1) + 1 if nth < 0 else 0
        column = column or len(shown) - len(shown.lstrip()) + 1
        self.findings.append(TRANSFER_FILE.at(Place(self.path, line, column, shown), message))

    def parse(self) -> dict[str, Any] | None:
        if len(self.data) > MOST_BYTES:
            self.find("", f"it has {len(self.data)} bytes; a transfer has at most {MOST_BYTES}")
            return None
        try:
            self.text = self.data.decode("utf-8")
            raw = json.loads(
                self.text,
                object_pairs_hook=_pairs,
                parse_float=_number,
                parse_int=_number,
                parse_constant=_number,
            )
        except UnicodeDecodeError as error:
            self.find("", f"byte {error.start + 1} is not UTF-8")
        except json.JSONDecodeError as error:
            lines = self.text.split("\n")
            place = Place(self.path, error.lineno, error.colno, lines[error.lineno - 1][:200])
            message = f"it is not JSON: {error.msg[:1].lower()}{error.msg[1:]}"
            if error.pos >= len(self.text.rstrip()):
                message = "it ends too early: it was cut off, or is empty"
            self.findings.append(TRANSFER_FILE.at(place, message))
        except (_Bad, RecursionError) as error:
            self.find(str(error), f"{error} stands twice" if isinstance(error, _Twice) else _said(error))
        else:
            if isinstance(raw, dict):
                return raw
            self.find("", "it is no transfer: it holds no keys")
        return None

    def file(self, raw: dict[str, Any]) -> TransferFile:
        """The content, with findings for whatever is not as it must be."""
        wanted = {"format", *HEAD, "lots", "granted", *_TABLES, "digest"}
        for key in sorted(wanted - raw.keys()):
            self.find("", f"{key} is missing")
        for key in sorted(raw.keys() - wanted):
            self.find(key, f"{key[:40]} is not a key of a transfer")
        if raw.get("format") != FORMAT:
            self.find("format", f"the format is {str(raw.get('format'))[:40]!r}, not {FORMAT}")
        head = {key: self._cell(key, raw.get(key, "")) for key in HEAD}
        for key in ("id", "prefix", "to", "person"):
            if raw.get(key) is not None and (fault := fault_of(PERSONS.column("person"), head[key])):
                self.find(key, f"{key}: {fault}")
        if head["on"] and not _DAY.fullmatch(head["on"]):
            self.find("on", "on is no day")
        file = TransferFile(head)
        file.lots = self._rows(raw, "lots", LOT)
        file.granted = self._rows(raw, "granted", GRANTED)
        for name, (table, columns) in _TABLES.items():
            setattr(file, name, self._rows(raw, name, columns, table))
        return file

    def _rows(
        self, raw: dict[str, Any], key: str, columns: tuple[str, ...], table: Table = ENTITLEMENTS
    ) -> list[dict[str, str]]:
        rows = raw.get(key, [])
        if not isinstance(rows, list):
            self.find(key, f"{key} is no list")
            return []
        found = []
        for nth, row in enumerate(rows):
            if not isinstance(row, dict):
                self.find(key, f"{key}: row {nth + 1} holds no keys", nth)
                continue
            for name in sorted(row.keys() - set(columns)):
                self.find(key, f"{key}: {name[:40]} is not a column", nth)
            cells = {name: self._cell(key, row.get(name, ""), nth) for name in columns}
            for name, text in cells.items():
                if text and (fault := _fault(table, name, text)):
                    self.find(key, f"{key}: {name}: {fault}", nth)
            found.append(cells)
        return found

    def _cell(self, key: str, value: Any, nth: int = -1) -> str:
        if isinstance(value, str):
            return value
        self.find(key, f"{key}: {str(value)[:40]} is no text", nth)
        return ""


def _fault(table: Table, name: str, text: str) -> str:
    """Why a cell cannot be one of its column; an amount cannot be below zero."""
    if table is ENTITLEMENTS:
        if name == "class":
            return "" if _NAME.fullmatch(text) else "not a class's name"
        if name == "amount" and text.startswith("-"):
            return "below zero"
        name = _COLUMNS.get(name, name)
    return fault_of(table.column(name), text) or ""


class _Bad(ValueError):
    """What JSON allows and a transfer does not."""


class _Twice(_Bad):
    """A key that stands twice."""


def _said(error: Exception) -> str:
    return (
        "it is nested too deep"
        if isinstance(error, RecursionError)
        else f"{error} is a number without quotes"
    )


def _number(text: str) -> None:
    raise _Bad(text[:40])


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _Twice(key[:40])
        found[key] = value
    return found
