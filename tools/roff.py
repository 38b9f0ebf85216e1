"""The few words of roff that the manual is written in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from inspect import cleandoc

from ilactl import __version__

__all__ = ["MADE", "NAMES", "as_it_stands", "escaped", "paragraphs", "prose", "see_also", "term", "title"]

MADE = '.\\" Made by `make man` from what the code declares. Do not edit.'


NAMES = {
    "ilactl.1": "every command",
    "ilactl-ledger.5": "the files of a ledger",
    "ilactl-rules.5": "the language of rule files",
    "ilactl-facts.7": "the names an expression may use",
    "ilactl-errors.7": "every error and every finding",
}
"""The pages of the manual with what each is about."""


def see_also(page: str) -> Iterator[str]:
    """The last part of a page: the others."""
    yield ".SH SEE ALSO"
    for name in NAMES:
        if name != page:
            words, _, section = name.partition(".")
            comma = "" if name == [other for other in NAMES if other != page][-1] else ","
            yield f".BR {escaped(words)} ({section}){comma}"


def title(name: str, section: int, subject: str) -> Iterator[str]:
    """The first two lines of a page: where it comes from, and its title."""
    yield MADE
    yield f'.TH {escaped(name.upper())} {section} "" "ilactl {__version__}" "{subject}"'


def escaped(text: str) -> str:
    """Text that roff takes literally."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\n".join(f"\\&{line}" if line[:1] in (".", "'") else line for line in text.split("\n"))


def paragraphs(text: str) -> Iterator[str]:
    """A help text: paragraphs are filled, blocks behind \\b stand as they are.

    Some Pythons leave a docstring's indentation in place and others take it away.
    """
    for number, part in enumerate(re.split(r"\n\s*\n", cleandoc(text))):
        if part.lstrip().startswith("\b"):
            lines = [line for line in part.split("\n") if line.strip() != "\b"]
            if number:
                yield ".PP"
            yield ".nf"
            yield from (escaped(line.rstrip()) for line in lines)
            yield ".fi"
        else:
            if number:
                yield ".PP"
            yield escaped(" ".join(part.split()))


def as_it_stands(lines: Iterable[str]) -> Iterator[str]:
    """Lines that are neither filled nor broken: a file, a table."""
    yield ".nf"
    yield from (escaped(line.rstrip()) for line in lines)
    yield ".fi"


def prose(text: str) -> Iterator[str]:
    """A page of `ilactl help`: sentences are filled, what is set in columns or lists stands as it is."""
    for part in re.split(r"\n[ ]*\n", text.strip("\n")):
        lines = part.split("\n")
        yield ".PP"
        if any(line.startswith((" ", "- ")) or "  " in line or line.endswith(("{", "}")) for line in lines):
            yield from as_it_stands(lines)
        else:
            yield escaped(" ".join(line.strip() for line in lines))


def term(name: str, meaning: str) -> Iterator[str]:
    """One line of a list of terms."""
    yield ".TP"
    yield f".B {escaped(name)}"
    yield escaped(meaning)
