"""ilactl-ledger(5): every file of a ledger, from the declared columns and keys and the words beside them."""

from __future__ import annotations

from collections.abc import Iterator

from ilactl.ledger.columns import ENTITLEMENTS, TABLES
from ilactl.ledger.grammar import Column, Table
from ilactl.ledger.manifest import FORMAT, KEYS, Key
from tools.pages import book_words as book
from tools.pages import ledger_words as words
from tools.roff import as_it_stands, escaped, paragraphs, see_also, term, title

__all__ = ["page"]


def page() -> Iterator[str]:
    """The lines of the page."""
    yield from title("ilactl-ledger", 5, "File Formats")
    yield ".SH NAME"
    yield "ilactl\\-ledger \\- the files of a ledger"
    yield ".SH DESCRIPTION"
    yield from paragraphs(words.ABOUT)
    yield ".SH FILES"
    for table in TABLES:
        yield from _table(table)
    yield ".SH TYPES OF CELLS"
    for name, meaning in words.VALUES.items():
        yield from term(name, _sentence(meaning))
    yield ".SH ACCOUNTS"
    yield "Every entry moves one amount of one unit from one account to another, so the books balance."
    for name, meaning in book.ACCOUNTS.items():
        yield from term(name, _sentence(meaning))
    yield ".SH KINDS OF ENTRIES"
    yield "The rows below are one person's book; the header of the file stands above them in the file alone:"
    yield from as_it_stands(["", f"  {ENTITLEMENTS.header}"])
    for kind, (meaning, rows) in book.KINDS.items():
        yield from term(kind, meaning)
        yield from as_it_stands(rows)
    yield ".SH LOTS"
    yield from paragraphs(book.LOTS)
    yield ".SH LEDGER.TOML"
    yield escaped("The settings. A key that is not listed here is refused. In a name, * is one of your own.")
    for key in KEYS:
        yield from term(key.name, _key(key))
    yield ".SH COMMITS.JSONL"
    yield from paragraphs(
        """The log: one JSON object a line, one line a commit, in the order they were made. Each line holds
        the digest of the line before it, so that none can be changed or taken out unseen. A commit is
        there when its line is: what its files lack then, the next command that writes completes from it."""
    )
    yield from (line for name, meaning in words.MEMBERS.items() for line in term(name, _sentence(meaning)))
    yield ".SS Members of an act in files"
    yield from (line for name, meaning in words.ACTS.items() for line in term(name, _sentence(meaning)))
    yield ".SH FOLDERS"
    for name, meaning in words.BESIDE.items():
        yield from term(name, meaning)
    yield ".SH FORMAT"
    yield escaped(
        f"This is format {FORMAT}. An ilactl that knows a newer one still reads it; an older ilactl refuses "
        "a newer ledger with status 78 and writes nothing. What may change without a new number stands in "
        "the project's page on upgrades."
    )
    yield from see_also("ilactl-ledger.5")


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + "."


def _table(table: Table) -> Iterator[str]:
    yield f".SS {escaped(table.file)}"
    yield escaped(table.meaning)
    yield ".PP"
    yield escaped(words.FILES[table.file])
    for column in table.columns:
        yield from term(column.name, _column(table, column))
    yield ".PP"
    yield "For example:"
    cells = words.CELLS[table.file]
    yield from as_it_stands(["", f"  {table.header}", f"  {example_row(table, cells)}"])


def example_row(table: Table, cells: dict[str, tuple[str, str]]) -> str:
    """The file's example cells as a row: needed ones, and the first of those that may be empty."""
    alone = {"same_as", "lot", "enrolment", "of", "expires_on", "usable_from", "earmark", "ref"}
    return ",".join(
        cells[column.name][0] if column.required or column.name not in alone else ""
        for column in table.columns
    )


def _column(table: Table, column: Column) -> str:
    example, empty = words.CELLS[table.file][column.name]
    rest = f"Empty: {empty}." if empty else "Never empty."
    meaning = column.meaning.partition("; empty")[0]
    meaning = meaning[:1].upper() + meaning[1:]
    return f"{meaning}. Type: {column.grammar.value}. {rest} Example: {example}"


def _key(key: Key) -> str:
    meaning = key.meaning[:1].upper() + key.meaning[1:]
    if key.required:
        rest = "Needed."
    elif key.default in (None, ""):
        rest = "None where it is not given."
    else:
        rest = f"Default: {str(key.default).lower()}."
    return f"{meaning}. Type: {key.wants}. {rest} Example: {words.EXAMPLE_KEYS[key.name]}"
