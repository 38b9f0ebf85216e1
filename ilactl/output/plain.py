"""Plain lines for pipes: columns two spaces apart, nothing wrapped, cut or coloured."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from datetime import date

from ilactl.output.model import Answer, Block, Cell, Col, Grid, Heading, Lines, Money, Pairs
from ilactl.printable import printable

__all__ = ["cell_text", "names_a_unit", "plain_text", "width_of"]


def names_a_unit(columns: Sequence[Col]) -> bool:
    """Whether the unit has a column of its own, so that amounts need not repeat it."""
    return any(column.name == "unit" for column in columns)


def cell_text(cell: Cell, *, with_unit: bool = True) -> str:
    """What people read: nothing for None, yes and no, the amount with its unit, controls escaped."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, Money):
        return str(cell) if with_unit else cell.amount
    if isinstance(cell, date):
        return cell.isoformat()
    return printable(str(cell))


def width_of(text: str) -> int:
    """Columns the text takes on a terminal: wide characters count twice, combining ones not at all."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text
    )


def _padded(text: str, width: int, right: bool) -> str:
    space = " " * (width - width_of(text))
    return space + text if right else text + space


def _grid(grid: Grid) -> Iterator[str]:
    if not grid.rows:
        if grid.empty:
            yield printable(grid.empty)
        return
    with_unit = not names_a_unit(grid.columns)
    table = [[printable(column.shown) for column in grid.columns]]
    for row in grid.rows:
        table.append([cell_text(row.get(c.name), with_unit=with_unit) for c in grid.columns])
    widths = [max(map(width_of, cells)) for cells in zip(*table, strict=True)]
    for cells in table:
        padded = (
            _padded(text, width, column.right)
            for text, width, column in zip(cells, widths, grid.columns, strict=True)
        )
        yield "  ".join(padded).rstrip()


def _pairs(pairs: Pairs) -> Iterator[str]:
    width = max((width_of(label) for label, _ in pairs.pairs), default=0)
    for label, value in pairs.pairs:
        yield f"{_padded(printable(label), width, False)}  {cell_text(value)}".rstrip()


def _block_lines(block: Block) -> list[str]:
    if isinstance(block, Heading):
        return [printable(block.text)]
    if isinstance(block, Lines):
        return [printable(line) for line in block.lines]
    return list(_pairs(block) if isinstance(block, Pairs) else _grid(block))


def plain_text(answer: Answer) -> str:
    """The whole answer; an empty line keeps blocks apart, but not a heading from what it heads."""
    blocks = list(answer.shown_blocks())
    if answer.notes:
        blocks.append(Lines(answer.notes))
    text: list[str] = []
    headed = True
    for block in blocks:
        lines = _block_lines(block)
        if not lines:
            continue
        if not headed:
            text.append("")
        text.extend(lines)
        headed = isinstance(block, Heading)
    return "".join(line + "\n" for line in text)
