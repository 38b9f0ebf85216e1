"""Talk: what goes to stderr, for people. It may be lost without harm, the answer on stdout may not."""

from __future__ import annotations

import shutil
import sys
from textwrap import fill

from ilactl.findings import printable

__all__ = ["ask", "talk"]


def talk(text: str, *, whole: bool = False) -> None:
    """Lines on stderr, controls escaped; on a terminal broken between words unless they are to stay whole."""
    for line in text.split("\n"):
        shown = printable(line)
        _write((shown if whole else _broken(shown)) + "\n")


def ask(question: str) -> None:
    """A question on stderr; the cursor stays behind it."""
    _write(f"{_broken(printable(question))} ")


def _broken(line: str) -> str:
    """The line in pieces that fit the terminal; as it is where stderr is none."""
    if sys.stderr is None or not sys.stderr.isatty():
        return line
    width = shutil.get_terminal_size().columns
    if len(line) <= width:
        return line
    indent = " " * (len(line) - len(line.lstrip()) + 2)
    return fill(line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def _write(text: str) -> None:
    try:
        if sys.stderr is not None:
            sys.stderr.write(text)
            sys.stderr.flush()
    except (OSError, ValueError):
        pass  # nobody is there to read it
