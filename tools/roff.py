"""The few words of roff that the manual is written in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from inspect import cleandoc

from ilactl import __version__

__all__ = ["MADE", "escaped", "paragraphs", "term", "title"]

MADE = '.\\" Made by `make man` from what the code declares. Do not edit.'


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


def term(name: str, meaning: str) -> Iterator[str]:
    """One line of a list of terms."""
    yield ".TP"
    yield f".B {escaped(name)}"
    yield escaped(meaning)
