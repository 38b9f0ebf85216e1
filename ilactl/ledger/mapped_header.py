"""The line of an import that names its columns, and which of ours a mapping takes from where."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from msgspec import Struct, field

from ilactl.findings import Place
from ilactl.ledger.column_forms import PLAIN, Form
from ilactl.ledger.grammar import Column, fault_of
from ilactl.ledger.intake import (
    BLANK,
    COLUMN,
    CONTROL,
    DELIMITER,
    ENCODING,
    LACKS,
    LONG,
    MAX_LINE,
    QUOTES,
    TWICE,
    Intake,
    decode_utf8,
)
from ilactl.ledger.lines import LineFault, split_line
from ilactl.ledger.mapping import KEY, MISSING, VALUE, ColumnMap
from ilactl.ledger.mapping_keys import DELIMITERS
from ilactl.nearest import did_you_mean, nearest

__all__ = ["Header", "Read", "Take", "chosen_by", "decode", "header_cells", "takes_of"]


class Header(NamedTuple):
    """The line that names the columns."""

    line: int
    cells: Sequence[str]
    text: str


class Read(NamedTuple):
    """A cell as read: our text, what is wrong with it, what the mapping had repaired in it."""

    text: str
    fault: str = ""
    repair: str = ""


class Take(Struct):
    """One of our columns: the cell it comes from (-1: a constant), their codes, what was read before."""

    column: Column
    name: str
    source: int
    constant: str = ""
    codes: Mapping[str, str] | None = None
    form: Form = PLAIN
    seen: dict[str, Read] = field(default_factory=dict)


def decode(data: bytes, encoding: str, intake: Intake) -> str | None:
    """The text by the declared encoding; None after a finding."""
    if encoding == "utf-8":
        return decode_utf8(data, intake)
    if encoding == "utf-16" and data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        message = "the mapping says UTF-16, and the input starts with no byte-order mark"
        intake.findings.append(ENCODING.at(Place(intake.path, 1, 1), message, "correct file.encoding"))
        return None
    if encoding in ("latin-1", "cp1252") and (at := _mark_of_utf8(data)) is not None:
        before = data[:at].decode("ascii")
        place = Place(intake.path, before.count("\n") + 1, len(before) - before.rfind("\n"))
        message = f"the mapping says {encoding}, and all of the input reads as UTF-8"
        remedy = 'correct file.encoding: without it, or with encoding = "utf-8", ä stays ä'
        intake.findings.append(ENCODING.at(place, message, remedy))
        return None
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        before = data[: error.start].decode(encoding, "replace")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        message = (
            f"byte 0x{data[error.start]:02x} is not of {encoding}, the encoding that the mapping declares"
        )
        place = Place(intake.path, line, column)
        intake.findings.append(ENCODING.at(place, message, "correct file.encoding, or save the file again"))
        return None


def _mark_of_utf8(data: bytes) -> int | None:
    """Where the first character that is not ASCII stands, if all of it is UTF-8.

    A code page takes any byte, and so would take every ä for two signs. Its own text is never UTF-8
    throughout by chance.
    """
    found = re.search(rb"[\x80-\xff]", data)
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return found.start() if found else None


def header_cells(line: str, mapping: ColumnMap, intake: Intake) -> tuple[str, ...] | None:
    """The names of the columns as they stand there; None after a finding."""
    number = mapping.skip + 1

    def place(at: int) -> Place:
        return Place(intake.path, number, at, line[:1000])

    if len(line) > MAX_LINE:
        message = f"the line has {len(line)} characters, more than {MAX_LINE} (MAX_LINE)"
        intake.findings.append(LONG.at(place(0), message))
        return None
    for mark in "\0\r":
        if mark in line:
            message = "the line that names the columns holds a control character: do the lines end in CR?"
            intake.findings.append(CONTROL.at(place(line.index(mark) + 1), message))
            return None
    if not line.strip(f"{mapping.delimiter} "):
        remedy = "say with file.skip how many lines stand before it"
        intake.findings.append(BLANK.at(place(0), "the line that names the columns is empty", remedy))
        return None
    try:
        names = split_line(line, lenient=True, delimiter=mapping.delimiter)
    except LineFault as fault:
        intake.findings.append(QUOTES.at(place(fault.column), fault.reason))
        return None
    for mark in DELIMITERS.values():
        if len(names) == 1 and mark in line and names[0] not in mapping.columns.values():
            message = f"the columns seem to be separated by {mark!r}, not {mapping.delimiter!r}"
            word = "tab" if mark == "\t" else mark
            remedy = f'if so, say [file] delimiter = "{word}"'
            intake.findings.append(DELIMITER.at(place(line.index(mark) + 1), message, remedy))
            return None
    return names


def takes_of(
    intake: Intake,
    mapping: ColumnMap,
    header: Header,
    offered: Sequence[Column],
    required: Collection[Collection[str]],
    rename: Mapping[str, str],
    *,
    plain: bool = False,
) -> list[Take]:
    """Our columns with where each comes from; every header is named, ignored, or a finding."""
    known = {column.name: column for column in offered}
    starts = intake.starts(header.text)
    takes: list[Take] = []
    told: set[str | None] = set()
    """Headers that were offered for one that is lacking: what was renamed is not unknown as well."""

    def at_header(index: int) -> Place:
        return Place(intake.path, header.line, starts[index] if index >= 0 else 0, header.text[:1000])

    for name in (*mapping.columns, *mapping.constants):
        ours = rename.get(name, name)
        if ours not in known:
            where = at_header(list(header.cells).index(name)) if plain else mapping.place("columns", name)
            kind, message = (COLUMN, f"column {name!r} is not known") if plain else (
                KEY, f"{name} is not a column of this import")  # fmt: skip
            intake.findings.append(kind.at(where, message, did_you_mean(name, known, limit=30)))
            continue
        take = Take(known[ours], name, -1, mapping.constants.get(name, ""), mapping.values.get(name))
        take.form = mapping.forms.get(name, PLAIN)
        if name in mapping.columns:
            their = mapping.columns[name]
            found = [index for index, cell in enumerate(header.cells) if cell == their]
            if not found:
                message = f"the header lacks {their!r}, which the mapping takes for {name}"
                cells = [cell for cell in header.cells if cell]
                remedy = did_you_mean(their, cells, limit=30)
                told.add(nearest(their, cells))
                intake.findings.append(LACKS.at(at_header(-1), message, remedy))
                continue
            if len(found) > 1:
                intake.findings.append(TWICE.at(at_header(found[1]), f"column {their!r} is named twice"))
            take.source = found[0]
        else:
            fault = fault_of(take.column, take.constant)
            if fault:
                intake.findings.append(VALUE.at(mapping.place("columns", name), fault))
        for code, text in (take.codes or {}).items():
            fault = fault_of(take.column, text)
            if fault:
                intake.findings.append(VALUE.at(mapping.place("values", name, code, value=True), fault))
        takes.append(take)
    for their in mapping.only:
        if their not in header.cells:
            message = f"the header lacks {their!r}, by which the mapping chooses rows"
            told.add(nearest(their, [cell for cell in header.cells if cell]))
            intake.findings.append(LACKS.at(at_header(-1), message, did_you_mean(their, header.cells)))
    named = {*mapping.columns.values(), *mapping.ignore, *mapping.only}
    for index, cell in enumerate(header.cells):
        if cell not in named and cell not in told:
            message = f"column {cell!r} is not in the mapping" if cell else "a column has no name"
            remedy = (
                "remove the column, or name it" if plain else "name it in [columns], or list it in ignore"
            )
            intake.findings.append(COLUMN.at(at_header(index), message, remedy))
    given = {rename.get(name, name) for name in (*mapping.columns, *mapping.constants)}
    for group in required:
        if not given & set(group):
            missing = " or ".join(group)
            if plain:
                intake.findings.append(LACKS.at(at_header(-1), f"the header lacks {missing}"))
            else:
                message = f"the mapping names no {missing}"
                intake.findings.append(MISSING.at(Place(mapping.path), message, "name it in [columns]"))
    intake.columns = tuple(take.column.name for take in takes)
    intake.sources = tuple(take.source for take in takes)
    return takes


def chosen_by(mapping: ColumnMap, header: Header) -> list[tuple[int, tuple[str, ...]]]:
    """By which cells of a line the mapping chooses it, and what they may be."""
    return [(list(header.cells).index(their), cells) for their, cells in mapping.only.items()]
