"""Where a key or a value stands in TOML source. tomllib keeps no positions, so errors look them up here.

Only used when something is reported: the text is scanned again, and what the scan does not
understand simply has no position of its own (the nearest enclosing table's is given).
"""

from __future__ import annotations

import re
from contextlib import suppress
from functools import lru_cache

from msgspec import Struct

__all__ = ["Position", "Positions", "locate", "locate_value", "positions"]

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_SPACE = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BLANK = re.compile(r"[ \t]*")
_SCALAR = re.compile(r"[^,\]}\n#]*")
_JOINED = re.compile(r"\\[ \t]*\n[ \t\n]*")
"""A backslash at a line's end: it and the space up to the next word are no part of the string."""
_ESCAPES = {"u": 6, "U": 10}
"""Source characters of an escape that is longer than two."""

Path = tuple[str | int, ...]


class Position(Struct, frozen=True):
    """Offsets in characters: of the key, and of the first character of its value."""

    key: int
    value: int


Positions = dict[Path, Position]


@lru_cache(maxsize=8)
def positions(text: str) -> Positions:
    """Every key path of the source with its offsets; array elements count from 0. To be read only."""
    scanner = _Scanner(text)
    with suppress(IndexError, RecursionError):  # not TOML: what was found so far is still right
        scanner.document()
    return scanner.found


def locate(text: str, path: Path) -> tuple[int, int]:
    """Line and column (from 1) of the key, or of the nearest table around it."""
    return _line_and_column(text, _nearest(text, path, value=False))


def locate_value(text: str, path: Path, into: int = 0) -> tuple[int, int]:
    """Line and column of the value; for a string `into` counts characters from its first, escapes read."""
    offset = _nearest(text, path, value=True)
    if into >= 0 and text[offset : offset + 1] in ('"', "'"):
        quote = text[offset]
        triple = text[offset : offset + 3] == quote * 3
        start = offset + (3 if triple else 1)
        if triple and text[start : start + 1] == "\n":
            start += 1
        offset = start + into if quote == "'" else _after(text, start, into)
    return _line_and_column(text, offset)


def _after(text: str, start: int, characters: int) -> int:
    """The offset in the source after so many characters of a basic string, each escape being one."""
    at = start
    while characters > 0 and at < len(text):
        joined = _JOINED.match(text, at)
        if joined:
            at = joined.end()
            continue
        at += _ESCAPES.get(text[at + 1 : at + 2], 2) if text[at] == "\\" else 1
        characters -= 1
    joined = _JOINED.match(text, at)
    return joined.end() if joined else at


def _nearest(text: str, path: Path, *, value: bool) -> int:
    found = positions(text)
    for length in range(len(path), 0, -1):
        if (position := found.get(path[:length])) is not None:
            return position.value if value and length == len(path) else position.key
    return 0


def _line_and_column(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, offset - (text.rfind("\n", 0, offset) + 1) + 1


class _Scanner:
    """One pass over the source; raises IndexError where it ends in the middle of something."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.found: Positions = {}
        self.counts: dict[Path, int] = {}

    def document(self) -> None:
        table: Path = ()
        while True:
            self.skip(_SPACE)
            if self.at >= len(self.text):
                return
            start = self.at
            if self.text.startswith("[[", self.at):
                self.at += 2
                path = self.resolve(self.keys())
                number = self.counts.get(path, -1) + 1
                self.counts[path] = number
                table = (*path, number)
                self.around(path, start)
                self.found[table] = Position(start, start)
                self.line_end()
            elif self.text[self.at] == "[":
                self.at += 1
                table = self.resolve(self.keys())
                self.around(table, start)
                self.line_end()
            else:
                self.pair(table)
                self.line_end()

    def resolve(self, keys: list[str]) -> Path:
        """A header's path: inside an array of tables it means the last element."""
        path: Path = ()
        for i, key in enumerate(keys):
            path = (*path, key)
            if i < len(keys) - 1 and path in self.counts:
                path = (*path, self.counts[path])
        return path

    def pair(self, table: Path) -> None:
        start = self.at
        keys = self.keys()
        self.at += 1  # the equals sign
        self.skip(_BLANK)
        path: Path = (*table, *keys)
        self.around(path[:-1], start)
        self.found.setdefault(path, Position(start, self.at))
        self.value(path)

    def around(self, path: Path, start: int) -> None:
        """A header or dotted key opens the tables around it, too, where nothing did before."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.found:
                return
            self.found[path[:length]] = Position(start, start)

    def keys(self) -> list[str]:
        keys = []
        while True:
            self.skip(_BLANK)
            if self.text[self.at] in "\"'":
                keys.append(self.string())
            else:
                match = _BARE.match(self.text, self.at)
                if not match:
                    raise IndexError
                keys.append(match[0])
                self.at = match.end()
            self.skip(_BLANK)
            if self.text[self.at] != ".":
                return keys
            self.at += 1

    def value(self, path: Path) -> None:
        first = self.text[self.at]
        if first in "\"'":
            self.string()
        elif first == "[":
            self.items(path, "]")
        elif first == "{":
            self.items(path, "}")
        else:
            self.skip(_SCALAR)

    def items(self, path: Path, closing: str) -> None:
        self.at += 1
        number = 0
        while True:
            self.skip(_SPACE)
            if self.text[self.at] == closing:
                self.at += 1
                return
            if self.text[self.at] == ",":
                self.at += 1
            elif closing == "}":
                self.pair(path)
            else:
                self.found[(*path, number)] = Position(self.at, self.at)
                self.value((*path, number))
                number += 1

    def string(self) -> str:
        quote = self.text[self.at]
        long = self.text.startswith(quote * 3, self.at)
        start = self.at + (3 if long else 1)
        at = start
        while not self.text.startswith(quote * 3 if long else quote, at):
            at += 2 if quote == '"' and self.text[at] == "\\" else 1
            if at >= len(self.text):
                raise IndexError
        self.at = at + (3 if long else 1)
        return self.text[start:at]

    def skip(self, pattern: re.Pattern[str]) -> None:
        match = pattern.match(self.text, self.at)
        assert match
        self.at = match.end()

    def line_end(self) -> None:
        end = self.text.find("\n", self.at)
        self.at = len(self.text) if end < 0 else end + 1
