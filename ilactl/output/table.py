"""Tables on a terminal, by rich: fitted to its width, amounts to the right, notes dim.

Colour and weight never carry meaning alone; rich itself honours NO_COLOR and TERM=dumb.
"""

from __future__ import annotations

import sys

from rich import box
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ilactl.findings import printable
from ilactl.output.model import Answer, Block, Col, Grid, Heading, Lines, Pairs
from ilactl.output.plain import cell_text, names_a_unit

__all__ = ["print_table"]


def _grid(grid: Grid) -> RenderableType | None:
    if not grid.rows:
        return Text(printable(grid.empty), style="dim") if grid.empty else None
    # amounts under one another by their point: the unit is a column's matter where it has one
    with_unit = not names_a_unit(grid.columns)
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="bold")
    for column in grid.columns:
        whole = column.kind != "text"
        table.add_column(
            Text(printable(column.shown)),
            justify="right" if column.right else "left",
            no_wrap=whole,
            overflow="fold",
        )
    for row in grid.rows:
        table.add_row(*(_cell(row.get(c.name), c, with_unit) for c in grid.columns))
    return table


def _cell(cell: object, column: Col, with_unit: bool) -> Text:
    return Text(cell_text(cell, with_unit=with_unit))  # type: ignore[arg-type]


def _pairs(pairs: Pairs) -> RenderableType | None:
    if not pairs.pairs:
        return None
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for label, value in pairs.pairs:
        table.add_row(Text(printable(label), style="dim"), Text(cell_text(value)))
    return table


def _block(block: Block) -> RenderableType | None:
    if isinstance(block, Heading):
        return Text(printable(block.text), style="bold")
    if isinstance(block, Lines):
        return Text("\n".join(printable(line) for line in block.lines)) if block.lines else None
    return _pairs(block) if isinstance(block, Pairs) else _grid(block)


def print_table(answer: Answer) -> None:
    """Print to stdout what people see; an empty line keeps blocks apart."""
    # a forced -O table in a pipe is never cut: it gets as wide as it needs
    width = None if sys.stdout.isatty() else 10_000
    console = Console(file=sys.stdout, width=width, markup=False, highlight=False, emoji=False)
    headed = True
    for block in answer.shown_blocks():
        shown = _block(block)
        if shown is None:
            continue
        if not headed:
            console.print()
        console.print(shown)
        headed = isinstance(block, Heading)
    if answer.notes:
        console.print(Padding(Text("\n".join(map(printable, answer.notes)), style="dim"), (1, 0, 0, 0)))
