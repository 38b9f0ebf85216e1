"""Talk: what goes to stderr, for people. It may be lost without harm, the answer on stdout may not."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ilactl.printable import printable

__all__ = ["ask", "counted", "talk", "working"]

PATIENCE = 0.7
"""Seconds after which somebody at a terminal wants to know what takes so long."""


def talk(text: str, *, whole: bool = False) -> None:
    """Lines on stderr, controls escaped; on a terminal broken between words unless they are to stay whole."""
    for line in text.split("\n"):
        shown = printable(line)
        _write((shown if whole else _broken(shown)) + "\n")


def counted(number: int, word: str) -> str:
    """`1 entry`, `2 entries`; `1 step`, `2 steps`."""
    if number == 1:
        return f"1 {word}"
    return f"{number} {word[:-1]}ies" if word.endswith("y") else f"{number} {word}s"


def ask(question: str) -> None:
    """A question on stderr; the cursor stays behind it."""
    _write(f"{_broken(printable(question))} ")


@contextmanager
def working(label: str, *, shown: bool) -> Iterator[Callable[[str], None]]:
    """Say what a long run is at and for how long, on one line that goes again; give a way to change it.

    Nothing shows in the first moments, nor where `shown` is false.
    """
    if not shown:
        yield lambda _: None
        return
    at, over, begun = [label], threading.Event(), time.monotonic()

    def tell() -> None:
        wait = PATIENCE
        while not over.wait(wait):
            line = f"{at[0]} … {time.monotonic() - begun:.0f} s"
            _write(f"\r\x1b[K{line[: _width() - 1]}")
            wait = 0.2

    teller = threading.Thread(target=tell, daemon=True)
    teller.start()
    try:
        yield lambda text: at.__setitem__(0, text)
    finally:
        over.set()
        teller.join()
        if time.monotonic() - begun > PATIENCE:
            _write("\r\x1b[K")


def _broken(line: str) -> str:
    """The line in pieces that fit the terminal; as it is where stderr is none."""
    if sys.stderr is None or not sys.stderr.isatty():
        return line
    width = _width()
    if len(line) <= width:
        return line
    from textwrap import fill

    indent = " " * (len(line) - len(line.lstrip()) + 2)
    return fill(line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def _width() -> int:
    """Columns of the terminal; COLUMNS, where it is set, knows better."""
    try:
        return int(os.environ.get("COLUMNS", "")) or 80
    except ValueError:
        pass
    try:
        return os.get_terminal_size(sys.__stderr__.fileno() if sys.__stderr__ else 2).columns or 80
    except (OSError, ValueError):
        return 80


def _write(text: str) -> None:
    try:
        if sys.stderr is not None:
            sys.stderr.write(text)
            sys.stderr.flush()
    except (OSError, ValueError):
        pass  # nobody is there to read it
