"""The manual page of errors and findings, from what is declared and the catalogue's smallest cases."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ilactl.commands.topics import TOPICS, exit_rows
from tests.errors.catalogue import FOLDER, case_of
from tests.errors.transcript import Case
from tools.roff import escaped, paragraphs, see_also, title

__all__ = ["page"]

_LITERAL = {"'": "\\(aq", "`": "\\(ga", "^": "\\(ha", "~": "\\(ti"}
"""Characters that roff would make typographical ones of; in an example they stay what one types."""


def page() -> Iterator[str]:
    """The lines of the page."""
    yield from title("ilactl-errors", 7, "Miscellaneous Information")
    yield ".SH NAME"
    yield "ilactl\\-errors \\- every error and every finding of ilactl, with an input that causes it"
    yield ".SH DESCRIPTION"
    yield from paragraphs(
        """What cannot be done ends with one line on stderr, error: CODE and what happened, mostly with
        a hint: line that says what to do, and with the exit status of that code. What is wrong with
        data is a list of findings, all of them: file, line and column where they are known, the
        code, what is wrong; below it the line as it stands in the file, with what cannot be shown
        escaped; below that what to do. Line and column count from 1, columns in characters; in a
        spreadsheet they are row and column of the cell.

        With -O json stderr holds one object instead: schema, code, message, hint, exit_status, and
        findings, a list of objects with code, file, line, column, message, text, remedy and
        warning. Where a command answers with the findings themselves, as ilactl check does, they
        are the rows of its answer on stdout.

        The examples begin with a tiny ledger of two persons, P1 and P2, one employer, O1, and a
        scheme of one grant. == names a file that is there: the whole of it, lines that were added
        to it, or lines of it that were changed. Standard output is marked with a bar, an exit
        status other than 0 stands last. They are run as tests."""
    )
    yield ".SH ERRORS"
    for row in exit_rows():
        if row["code"]:
            yield f".SS {escaped(str(row['code']))}"
            yield from _said(f"Status {row['status']}: {row['meaning']}.", str(row["remedy"] or ""))
            yield from _example(str(row["code"]))
    yield ".SH FINDINGS"
    for row in TOPICS["findings"][1]().rows:
        code, meaning = str(row["code"]), str(row["meaning"]).rstrip(".")
        yield f".SS {escaped(code)}"
        yield from _said(f"{_sentence(meaning)}. {_company(code)}.", str(row["remedy"]))
        yield from _example(code)
    yield from see_also("ilactl-errors.7")


def _said(meaning: str, remedy: str) -> Iterator[str]:
    remedy = (
        re.sub(r"\{(\w+)\}", lambda match: match[1].upper(), remedy) or "what its hint says, which differs"
    )
    yield escaped(meaning)
    yield ".PP"
    yield f"\\fBWhat to do:\\fR {escaped(remedy)}."


def _sentence(text: str) -> str:
    """The text with a capital letter, unless it begins with the name of a file or column."""
    first = text.split(" ", 1)[0]
    return text if "." in first or "_" in first else f"{text[:1].upper()}{text[1:]}"


def _company(code: str) -> str:
    """With which errors a finding comes, or that it is a mere warning: read off its cases."""
    with_errors, warns = set(), False
    for case in _cases(code):
        last = case.steps[-1].printed
        with_errors |= set(re.findall(r"^error: ([A-Z-]+) ", last, re.MULTILINE))
        warns = warns or bool(re.search(rf"^warning: .* {code} ", last, re.MULTILINE))
    parts = [f"Comes with {' or '.join(sorted(with_errors))}"] if with_errors else []
    return ", or ".join([*parts, *(["as a warning" if parts else "A warning"] if warns else [])])


def _cases(code: str) -> list[Case]:
    return [case_of(path) for path in sorted((FOLDER / code).glob("*.txt"))]


def _example(code: str) -> Iterator[str]:
    """The smallest case of the code as it stands in the catalogue."""
    text = min((case.text() for case in _cases(code)), key=lambda text: (not text.isascii(), len(text)))
    about, _, rest = text.partition("\n\n")
    yield ".PP"
    yield escaped(about)
    yield ".PP"
    yield ".nf"
    for line in rest.rstrip("\n").split("\n"):
        shown = escaped(line)
        for character, word in _LITERAL.items():
            shown = shown.replace(character, word)
        yield shown or "\\&"
    yield ".fi"
