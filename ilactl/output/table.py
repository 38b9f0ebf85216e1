"""Tables on a terminal, by rich: fitted to its width, amounts to the right, notes dim.

Colour and weight never carry meaning alone; rich itself honours NO_COLOR and TERM=dumb.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Literal

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ilactl.findings import printable
from ilactl.output.model import Answer, Block, Grid, Heading, Lines, Pairs
from ilactl.output.plain import cell_text, names_a_unit, width_of

__all__ = ["fitted", "print_table"]

GAP = 2
"""Spaces between columns."""

SHORTEST = 12
"""A column of text is never folded to less, unless it is shorter by nature."""


def _grid(grid: Grid, width: int) -> RenderableType | None:
    """A table no wider than the terminal; where that cannot be, one short list for each row."""
    if not grid.rows:
        return Text(printable(grid.empty), style="dim") if grid.empty else None
    with_unit = not names_a_unit(grid.columns)
    heads = [printable(column.shown) for column in grid.columns]
    rows = [[cell_text(row.get(c.name), with_unit=with_unit) for c in grid.columns] for row in grid.rows]
    bodies = [max(map(width_of, cells)) for cells in zip(*rows, strict=True)]
    room = width - GAP * (len(heads) - 1)
    if sum(map(max, bodies, map(width_of, heads))) > room:
        heads = [head.replace(" ", "\n") for head in heads]
    head_widths = [max(map(width_of, head.split("\n"))) for head in heads]
    widths = fitted(
        [max(pair) for pair in zip(bodies, head_widths, strict=True)],
        [
            max(head, SHORTEST) if c.kind == "text" else 0
            for head, c in zip(head_widths, grid.columns, strict=True)
        ],
        room,
    )
    if widths is None:
        return _records(heads, rows)
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, GAP - 1, 0, 0))
    for column, head, columns in zip(grid.columns, heads, widths, strict=True):
        justify: Literal["right", "left"] = "right" if column.right else "left"
        title = Text(head, style="bold")
        table.add_column(title, justify=justify, width=columns, overflow="fold", vertical="top")
    for cells in rows:
        table.add_row(*map(Text, cells))
    return table


def fitted(natural: Sequence[int], least: Sequence[int], room: int) -> list[int] | None:
    """Column widths that fit into `room`: the widest that may shrink does so first, down to its least.

    A column whose least is 0 keeps its natural width. None where it cannot be done.
    """
    widths = list(natural)
    while sum(widths) > room:
        loose = [i for i, low in enumerate(least) if low and widths[i] > low]
        if not loose:
            return None
        widest = max(loose, key=lambda i: widths[i])
        widths[widest] -= 1
    return widths


def _records(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> RenderableType:
    """Each row as a list of its cells, for tables that no terminal of this width can hold."""
    lists: list[RenderableType] = []
    for cells in rows:
        table = Table.grid(padding=(0, GAP))
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold")
        for head, cell in zip(heads, cells, strict=True):
            if cell:
                table.add_row(Text(head.replace("\n", " "), style="dim"), Text(cell))
        lists += [Text(""), table] if lists else [table]
    return Group(*lists)


def _pairs(pairs: Pairs) -> RenderableType | None:
    if not pairs.pairs:
        return None
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for label, value in pairs.pairs:
        table.add_row(Text(printable(label), style="dim"), Text(cell_text(value)))
    return table


def _block(block: Block, width: int) -> RenderableType | None:
    if isinstance(block, Heading):
        return Text(printable(block.text), style="bold")
    if isinstance(block, Lines):
        return Text("\n".join(printable(line) for line in block.lines)) if block.lines else None
    return _pairs(block) if isinstance(block, Pairs) else _grid(block, width)


def print_table(answer: Answer) -> None:
    """Print to stdout what people see; an empty line keeps blocks apart."""
    # a forced -O table in a pipe is never cut: it gets as wide as it needs
    width = None if sys.stdout.isatty() else 10_000
    console = Console(file=sys.stdout, width=width, markup=False, highlight=False, emoji=False)
    headed = True
    for block in answer.shown_blocks():
        shown = _block(block, console.width)
        if shown is None:
            continue
        if not headed:
            console.print()
        console.print(shown)
        headed = isinstance(block, Heading)
    if answer.notes:
        console.print(Padding(Text("\n".join(map(printable, answer.notes)), style="dim"), (1, 0, 0, 0)))
