"""What a caller asks the writer for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from ilactl.ledger.disk import Stamp

__all__ = ["Actor", "Adopt", "Append", "Change", "Cut"]


class Append(Struct, frozen=True):
    """Whole lines for a file's end, given as bytes or as a file from `Writer.stage_path`.

    A file that is not recorded yet is made. `rows` counts the rows, without a header.
    """

    file: str
    data: bytes = b""
    staged: Path | None = None
    rows: int = 0


class Adopt(Struct, frozen=True):
    """Take a file in as it stands, from the byte `base` on; `rows` counts the whole file's rows then.

    With `stamp` the file must still be the one that was looked at.
    """

    file: str
    base: int
    rows: int
    stamp: Stamp | None = None


class Cut(Struct, frozen=True):
    """Take rows out of a file of private rows, each given as start and size of its line, in file order."""

    file: str
    rows: tuple[tuple[int, int], ...]


class Change(Struct, frozen=True):
    """What one commit does. `entries` is how many entry numbers it uses up.

    `key` is the caller's; `content` is a digest of what was asked for under it. `removes` names
    files that go: signed documents, and copies that no commit recorded.
    """

    command: str
    appends: tuple[Append, ...] = ()
    booked_on: date | None = None
    entries: int = 0
    why: str = ""
    key: str = ""
    content: str = ""
    note: Mapping[str, Any] = field(default_factory=dict)
    adopts: tuple[Adopt, ...] = ()
    cuts: tuple[Cut, ...] = ()
    removes: tuple[str, ...] = ()


class Actor(Struct, frozen=True):
    """Who: the account and machine as the system knows them, and the name the user claims."""

    user: str
    host: str
    claimed: str = ""
