"""TOML source to plain values, with every way it can fail turned into file:line:column.

Used for ledger.toml and for rule files. Numbers with a point are kept out of money: TOML's are
binary, so an amount is a quoted string, and readers refuse the other.
"""

from __future__ import annotations

import re
import tomllib
from typing import Any

from ilactl.findings import Finding, Kind, Place

__all__ = ["line_text", "read_toml"]

MAX_BYTES = 1_000_000
_BOM = b"\xef\xbb\xbf"
_WHERE = re.compile(r"(.*?) \(at line ([0-9]+), column ([0-9]+)\)", re.DOTALL)
_LONG_NUMBER = re.compile(r"[0-9][0-9_]{3999,}")
_DEEP = 60

BOM = Kind("TOML-BOM", "a TOML file starts with a byte-order mark", "save the file as UTF-8 without a mark")
ENCODING = Kind("TOML-ENCODING", "a byte of a TOML file is not UTF-8", "save the file as UTF-8")
CRLF = Kind("TOML-LINE-END", "a line of a TOML file ends in CR LF", "save the file with Unix line ends (LF)")
SYNTAX = Kind(
    "TOML-SYNTAX", "a TOML file is not TOML", "correct the line; strings stand in quotes, tables in brackets"
)
SIZE = Kind("TOML-SIZE", f"a TOML file is larger than {MAX_BYTES} bytes (MAX_BYTES)", "split the file")


def line_text(text: str, line: int) -> str:
    """The line of that number, from 1."""
    lines = text.split("\n")
    return lines[line - 1].rstrip("\r") if 1 <= line <= len(lines) else ""


def read_toml(data: bytes, path: str) -> tuple[dict[str, Any] | None, str, list[Finding]]:
    """The document (None where it cannot be read), its text, and what is wrong with it as TOML."""
    if len(data) > MAX_BYTES:
        return None, "", [SIZE.at(Place(path), f"the file has {len(data)} bytes, more than {MAX_BYTES}")]
    findings = []
    if data.startswith(_BOM):
        data = data[len(_BOM) :]
        findings.append(BOM.at(Place(path, 1, 1), "the file starts with a byte-order mark"))
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8")
        line = before.count("\n") + 1
        column = len(before) - (before.rfind("\n") + 1) + 1
        shown = line_text(data.decode("utf-8", "backslashreplace"), line)
        message = f"byte 0x{data[error.start]:02x} is not UTF-8"
        return None, "", [*findings, ENCODING.at(Place(path, line, column, shown), message)]
    if "\r\n" in text:
        line = text.count("\n", 0, text.index("\r\n")) + 1
        shown = line_text(text, line)
        findings.append(CRLF.at(Place(path, line, len(shown) + 1, shown), "the line ends in CR LF"))
    document, fault = _parse(text)
    if fault:
        message, line, column = fault
        findings.append(SYNTAX.at(Place(path, line, column, line_text(text, line)), message))
    return document, text, findings


def _parse(text: str) -> tuple[dict[str, Any] | None, tuple[str, int, int] | None]:
    try:
        return tomllib.loads(text), None
    except tomllib.TOMLDecodeError as error:
        match = _WHERE.fullmatch(str(error))
        if match:
            return None, _in_words(match[1], int(match[2]), int(match[3]), text)
        lines = text.rstrip("\n").split("\n")
        return None, (_sentence(str(error).split(" (at ")[0]), len(lines), len(lines[-1]) + 1)
    except RecursionError:
        line, column = _position(text, _deep_at(text))
        return None, ("brackets are nested too deeply", line, column)
    except ValueError as error:  # int() refuses numbers of more than 4300 digits
        long = _LONG_NUMBER.search(text)
        line, column = _position(text, long.start() if long else 0)
        return None, ("the number has too many digits" if long else str(error), line, column)


def _in_words(reason: str, line: int, column: int, text: str) -> tuple[str, int, int]:
    """The parser's reason as a user would say it, at the place that is to be mended."""
    shown = line_text(text, line)
    start = len(shown) - len(shown.lstrip()) + 1
    if reason == "Cannot overwrite a value":
        return f"the key {shown.partition('=')[0].strip()} stands twice in its table", line, start
    if re.fullmatch(r"Cannot declare \(.*\) twice", reason):
        return f"{shown.strip()} stands twice", line, start
    if reason == "Illegal character '\\n'":
        return "the quote that opens on this line is not closed on it", line, column
    return _sentence(reason), line, column


def _sentence(text: str) -> str:
    return text[:1].lower() + text[1:]


def _deep_at(text: str) -> int:
    depth = 0
    for offset, c in enumerate(text):
        depth += (c in "[{") - (c in "]}")
        if depth > _DEEP:
            return offset
    return 0


def _position(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, offset - (text.rfind("\n", 0, offset) + 1) + 1
