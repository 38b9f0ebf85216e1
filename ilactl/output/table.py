"""Tables on a terminal, by rich: fitted to its width, amounts to the right, notes dim.

Colour and weight never carry meaning alone; rich itself honours NO_COLOR and TERM=dumb.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from textwrap import wrap
from typing import Literal

from msgspec import Struct
from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ilactl.output.model import Answer, Block, Grid, Heading, Lines, Pairs
from ilactl.output.plain import cell_text, names_a_unit, width_of
from ilactl.printable import printable

__all__ = ["fitted", "print_table"]

GAP = 2
"""Spaces between columns."""

SHORTEST = 12
"""A column of text is never folded to less, unless it is shorter by nature."""

LONGEST = 24
"""Words up to this long, ids above all, are never cut in two."""


class _Column(Struct):
    """A column as it will stand: its title, its cells, whether they may be folded and stand to the right."""

    head: str
    cells: list[str]
    foldable: bool
    right: bool

    @property
    def body(self) -> int:
        return max(map(width_of, self.cells))

    @property
    def natural(self) -> int:
        return max(self.body, *map(width_of, self.head.split("\n")))

    @property
    def least(self) -> int:
        """The narrowest it can get without cutting an id in two; 0 where it stays as it is."""
        if not self.foldable:
            return 0
        return max(min(max(map(_longest_word, (self.head, *self.cells))), LONGEST), SHORTEST)

    def fold_head(self) -> None:
        """Set the title on several lines, as narrow as the cells below as far as its words allow."""
        width = max(self.body, _longest_word(self.head))
        self.head = "\n".join(wrap(self.head, width, break_long_words=False)) or self.head


def _longest_word(text: str) -> int:
    return max(map(width_of, text.split()), default=0)


def _columns(grid: Grid) -> list[_Column]:
    with_unit = not names_a_unit(grid.columns)
    return [
        _Column(
            printable(column.shown),
            [cell_text(row.get(column.name), with_unit=with_unit) for row in grid.rows],
            column.kind == "text",
            column.right,
        )
        for column in grid.columns
    ]


def _grid(grid: Grid, width: int) -> RenderableType | None:
    """A table no wider than the terminal.

    Where it does not fit as it is, titles are folded, columns that hold nothing are left out and
    text is folded; where that is not enough, each row becomes a short list.
    """
    if not grid.rows:
        return Text(printable(grid.empty), style="dim") if grid.empty else None
    columns = _columns(grid)
    if sum(column.natural for column in columns) > width - GAP * (len(columns) - 1):
        columns = [column for column in columns if column.body]
        for column in columns:
            column.fold_head()
    room = width - GAP * (len(columns) - 1)
    widths = fitted([column.natural for column in columns], [column.least for column in columns], room)
    if widths is None:
        return _records(columns)
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, GAP - 1, 0, 0))
    for column, cells_wide in zip(columns, widths, strict=True):
        justify: Literal["right", "left"] = "right" if column.right else "left"
        title = Text(column.head, style="bold")
        table.add_column(title, justify=justify, width=cells_wide, overflow="fold", vertical="top")
    for cells in zip(*(column.cells for column in columns), strict=True):
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


def _records(columns: Sequence[_Column]) -> RenderableType:
    """Each row as a list of its cells, for tables that no terminal of this width can hold."""
    lists: list[RenderableType] = []
    for cells in zip(*(column.cells for column in columns), strict=True):
        table = Table.grid(padding=(0, GAP))
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold")
        for column, cell in zip(columns, cells, strict=True):
            if cell:
                table.add_row(Text(column.head.replace("\n", " "), style="dim"), Text(cell))
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


def _width() -> int | None:
    """None: the terminal knows. A forced -O table in a pipe is as wide as COLUMNS says, or as it needs."""
    if sys.stdout.isatty():
        return None
    asked = os.environ.get("COLUMNS", "")
    return int(asked) if asked.isdecimal() and 20 <= int(asked) <= 10_000 else 10_000


def print_table(answer: Answer) -> None:
    """Print to stdout what people see; an empty line keeps blocks apart."""
    console = Console(file=sys.stdout, width=_width(), markup=False, highlight=False, emoji=False)
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
