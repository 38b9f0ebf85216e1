"""Where in the ledger's folder it still says who a person is, besides the rows of identities.csv.

Name and contact are looked for as bytes, as `grep` would find them: as they are written, in small
and in capital letters, without accents, the other way round, in UTF-8, UTF-16 and Latin-1. A birth
date or an outside number may well be another person's, so these count in free text alone.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING

from ilactl.errors import IlactlError
from ilactl.findings import Finding, Kind, Place
from ilactl.ledger.columns import PRIVATE, TABLES
from ilactl.ledger.disk import Stamp
from ilactl.ledger.grammar import Grammar, Table
from ilactl.ledger.lines import LineFault, split_line
from ilactl.ledger.log import LOG, View, map_file
from ilactl.ledger.record import Record, parse
from ilactl.ledger.recovery import STAGED
from ilactl.ledger.restoring import SET_ASIDE

if TYPE_CHECKING:
    from ilactl.ledger.files import Folder
    from ilactl.ledger.snapshot import Snapshot

__all__ = ["Marks", "copies_that_name", "traces"]

TRACE = Kind(
    "ERASE-TRACE",
    "something besides identities.csv says who an erased person was",
    "no command rewrites it; a file that is not the ledger's can be removed by hand",
    warning=True,
)
_LOG_REMEDY = "the log is a chain of digests and is never rewritten; write reasons without names"
_ROW_REMEDY = "rows are kept as they were booked; record what is right without naming the person"
_FILE_REMEDY = "edit it, or remove it: it is no file that ilactl rewrites"

_SHORTEST = 4
_OWN = ".ilactl"
_CACHE = ".ilactl/cache"
_FREE = (Grammar.TEXT, Grammar.FACTS)
_ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "latin-1")


class Marks:
    """What tells who a person is, gathered from all that was recorded under their ids."""

    def __init__(self, identities: Iterable[dict[str, str]]) -> None:
        """`identities` are rows of identities.csv by column."""
        rows = list(identities)
        self.names = _distinct(row["name"] for row in rows)
        self.contacts = _distinct(row["contact"] for row in rows)
        self.numbers = _distinct(row["external_id"] for row in rows)
        self.births = _distinct(row["birth_date"] for row in rows)

    def named_by(self, text: str) -> str:
        """Which of them a text holds, in a word; "" for none. One word of a name is enough."""
        words = _words(text)
        for name in self.names:
            if any(len(word) > 2 and word in words for word in _words(name)):
                return "name"
        return self.in_text(text)

    def in_text(self, text: str) -> str:
        """The same where only the whole name counts, in any order of its words."""
        words, bare = _words(text), _bare(text)
        for name in self.names:
            parts = _words(name)
            if parts and (all(part in words for part in parts) or _bare(name) in bare):
                return "name"
        if any(len(contact) >= _SHORTEST and _bare(contact) in bare for contact in self.contacts):
            return "contact"
        digits = "".join(c for c in text if c.isdigit())
        if any(_digits(contact) and _digits(contact) in digits for contact in self.contacts):
            return "contact"
        if any(form in text for birth in self.births for form in _dates(birth)):
            return "birth date"
        return "outside number" if any(number in _runs(text) for number in self.numbers) else ""

    @cached_property
    def _needles(self) -> list[bytes]:
        """Name and contact as bytes, in every spelling and encoding that is looked for."""
        found: dict[bytes, None] = {}
        for text in _spellings(self.names, self.contacts):
            for encoding in _ENCODINGS:
                with suppress(UnicodeEncodeError):
                    found[text.encode(encoding)] = None
            found[json.dumps(text)[1:-1].encode()] = None
        return list(found)

    @cached_property
    def text_needles(self) -> list[bytes]:
        """What is looked for in the ledger's own files, where a hit is then looked at."""
        texts = [*_spellings(self.names, self.contacts), *self.numbers]
        texts += [form for birth in self.births for form in _dates(birth)]
        return [text.encode() for text in dict.fromkeys(texts) if len(text) >= _SHORTEST]

    def stand_in(self, view: View) -> bool:
        """Whether a file's bytes hold the name or the contact."""
        return any(view.find(needle) >= 0 for needle in self._needles)


def _distinct(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(text for text in texts if text))


def _bare(text: str) -> str:
    """Text in small letters without accents."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in apart if not unicodedata.combining(c))


def _words(text: str) -> list[str]:
    return "".join(c if c.isalnum() else " " for c in _bare(text)).split()


def _runs(text: str) -> list[str]:
    """What stands between spaces and marks, as it is written."""
    return "".join(c if c.isalnum() or c in "-_./" else " " for c in text).split()


def _digits(contact: str) -> str:
    """The digits of a telephone number, however it is spaced; "" for what is none."""
    digits = "".join(c for c in contact if c.isdigit())
    return digits if len(digits) > 6 and "@" not in contact else ""


def _dates(birth: str) -> list[str]:
    """A day as people write it."""
    year, month, day = birth.split("-")
    forms = [birth, f"{year}{month}{day}"]
    return forms + [mark.join((day, month, year)) for mark in (".", "/", "-")]


def _spellings(names: Iterable[str], contacts: Iterable[str]) -> list[str]:
    found: dict[str, None] = {}
    for text in (*names, *contacts):
        found[text] = None
    for name in names:
        first, _, rest = name.partition(" ")
        head, _, last = name.rpartition(" ")
        if rest:
            found |= dict.fromkeys(
                f"{family}{mark} {given}"
                for family, given in ((rest, first), (last, head))
                for mark in ("", ",")
            )
    for text in list(found):
        plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
        forms = (text, plain, unicodedata.normalize("NFD", text))
        found |= dict.fromkeys(shape for form in forms for shape in (form, form.lower(), form.upper()))
    return [text for text in found if len(text) >= _SHORTEST]


def copies_that_name(folder: Folder, marks: Marks, ids: Iterable[str]) -> list[str]:
    """Copies that no commit recorded and that name the person: in set-aside/ and among the caches."""
    heads = [f"\n{one},".encode() for one in ids]
    found = []
    for place in (SET_ASIDE, _CACHE):
        for name in folder.names(place):
            path = f"{place}/{name}"
            view = _bytes_of(folder, path)
            if view is None:
                continue  # `traces` tells of it
            own_row = name.endswith(tuple(PRIVATE)) and any(view.find(head) >= 0 for head in heads)
            if own_row or marks.stand_in(view):
                found.append(path)
    return found


def _bytes_of(folder: Folder, path: str) -> View | None:
    """A file's bytes; None where it is no plain file, has two names or may not be read."""
    try:
        with folder.reading(path) as fd:
            return map_file(fd, Stamp.of(fd).size, path)
    except FileNotFoundError:
        return b""
    except IlactlError:
        return None


def traces(snapshot: Snapshot, marks: Marks, gone: Iterable[str]) -> list[Finding]:
    """What else names the person: in the log, in rows that stay, in other files; `gone` are to be removed.

    No finding repeats what it found.
    """
    tables = {table.file: table for table in TABLES}
    known = {LOG, *PRIVATE, *gone}
    found = list(_in_log(snapshot.log, marks))
    for file, table in tables.items():
        if file not in PRIVATE:
            found += _in_rows(snapshot.view(file), table, marks)
    for path in _files(snapshot.folder):
        if path in known or path in tables:
            continue
        view = _bytes_of(snapshot.folder, path)
        if view is None:
            found.append(
                TRACE.at(Place(path), "what it holds cannot be told: it is no plain file", _FILE_REMEDY)
            )
        elif marks.stand_in(view):
            found.append(TRACE.at(Place(path), "the file names the person", _FILE_REMEDY))
    return found


def _in_log(log: View, marks: Marks) -> Iterator[Finding]:
    for start in _lines_with(log, marks.text_needles):
        end = log.find(b"\n", start)
        record = parse(log[start : end if end >= 0 else len(log)])
        for what, kind in _texts(record, marks):
            message = f"commit {record.seq}: {what} holds the {kind}"
            yield TRACE.at(Place(LOG, record.seq), message, _LOG_REMEDY)


def _texts(record: Record, marks: Marks) -> Iterator[tuple[str, str]]:
    """What of a record holds something of the person, and which."""
    notes = json.dumps(dict(record.note), ensure_ascii=False)
    for what, text in (("the reason", record.why), ("the key", record.key), ("a note", notes)):
        if kind := marks.in_text(text):
            yield what, kind
    for act in record.files:
        if act.data is not None and marks.stand_in(act.data):
            yield f"a row for {act.path}", "name or contact"


def _in_rows(view: View, table: Table, marks: Marks) -> Iterator[Finding]:
    line, at = 1, 0
    for start in _lines_with(view, marks.text_needles):
        line += view[at:start].count(b"\n")
        at = start
        end = view.find(b"\n", start)
        try:
            cells = split_line(view[start : end if end >= 0 else len(view)].decode("utf-8", "replace"))
        except LineFault:
            continue
        for column, cell in zip(table.columns, cells, strict=False):
            if column.grammar in _FREE and (kind := marks.in_text(cell)):
                message = f"{column.name} holds the {kind}"
                yield TRACE.at(Place(table.file, line), message, _ROW_REMEDY)


def _lines_with(view: View, needles: Iterable[bytes]) -> list[int]:
    """Where the lines begin that hold one of the needles, in order."""
    found = set()
    for needle in needles:
        at = view.find(needle)
        while at >= 0:
            found.add(view.rfind(b"\n", 0, at) + 1)
            at = view.find(b"\n", at)
            at = view.find(needle, at) if at >= 0 else -1
    return sorted(found)


def _files(folder: Folder, above: str = "") -> Iterator[str]:
    """Every file below the ledger's folder but git's, the lock's folder and staged rows of others."""
    prefix = f"{above}/" if above else ""
    for name in folder.names(above):
        path = f"{prefix}{name}"
        if path in (".git", _OWN):
            continue
        if _is_folder(folder, path):
            yield from _files(folder, path)
        elif not (above == STAGED and name[:1].isdigit()):
            yield path


def _is_folder(folder: Folder, path: str) -> bool:
    try:
        folder.names(path)
    except IlactlError:
        return False
    return True
