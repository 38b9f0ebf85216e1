"""The one renderer: an `Answer` in, text on stdout out.

Formats: table (a terminal), plain (a pipe), csv, tsv, json, jsonl, markdown. Nothing else in
ilactl prints an answer, and no other module imports rich or tabulate.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable

from ilactl.output.model import Answer, Block, Cell, Col, Grid, Heading, Lines, Money, Pairs

__all__ = [
    "Answer",
    "Block",
    "Cell",
    "Col",
    "Grid",
    "Heading",
    "Lines",
    "Money",
    "Pairs",
    "render",
    "text_of",
    "write_pieces",
]


def text_of(answer: Answer, format_name: str) -> str:
    """The answer as text in any format but table, each line ended by a line feed."""
    if format_name == "plain":
        from ilactl.output.plain import plain_text

        return plain_text(answer)
    from ilactl.output import data

    return data.WRITERS[format_name](answer)


def render(answer: Answer, format_name: str | None = None) -> None:
    """Print the answer to stdout: as asked, else a table on a terminal and plain lines elsewhere.

    Raises OSError where stdout cannot take it, BrokenPipeError where nobody reads it.
    """
    name = format_name or ("table" if sys.stdout.isatty() else "plain")
    if name == "table":
        from ilactl.output.table import print_table

        print_table(answer)
    else:
        sys.stdout.write(text_of(answer, name))
    sys.stdout.flush()


def write_pieces(pieces: Iterable[str]) -> None:
    """Print an answer that is a file for another program, piece by piece as it is made.

    Raises OSError where stdout cannot take it, BrokenPipeError where nobody reads it.
    """
    for piece in pieces:
        sys.stdout.write(piece)
    sys.stdout.flush()
