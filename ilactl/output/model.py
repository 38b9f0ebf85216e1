"""What a command answers: rows under columns, or blocks of text and grids. Values, no looks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal, NamedTuple, TypeAlias

from ilactl.money import format_amount

__all__ = ["Answer", "Block", "Cell", "Col", "Grid", "Heading", "Lines", "Money", "Pairs"]


class Money(NamedTuple):
    """An amount in the unit's smallest part, with its unit and scale."""

    minor: int
    unit: str
    scale: int

    @property
    def amount(self) -> str:
        """Canonical text without the unit: what every data format holds."""
        return format_amount(self.minor, self.scale)

    def __str__(self) -> str:
        """Amount and unit: what people read."""
        return f"{self.amount} {self.unit}"


Cell: TypeAlias = "str | int | bool | date | Money | None"


class Col(NamedTuple):
    """A column: the name that data formats use, the title that people read, what its cells are."""

    name: str
    title: str = ""
    kind: Literal["text", "amount", "date", "int"] = "text"

    @property
    def shown(self) -> str:
        """The title, or the name where there is none."""
        return self.title or self.name.replace("_", " ")

    @property
    def right(self) -> bool:
        """Whether cells stand to the right."""
        return self.kind in ("amount", "int")


class Heading(NamedTuple):
    """A line that says what follows."""

    text: str


class Pairs(NamedTuple):
    """Labels and values, one pair a line."""

    pairs: Sequence[tuple[str, Cell]]


class Grid(NamedTuple):
    """A table. `rows` hold a cell for each column's name."""

    columns: Sequence[Col]
    rows: Sequence[Mapping[str, Cell]]
    empty: str = ""


class Lines(NamedTuple):
    """Sentences, one a line."""

    lines: Sequence[str]


Block: TypeAlias = "Heading | Pairs | Grid | Lines"


class Answer(NamedTuple):
    """What a command has to say, in every format.

    `schema` names the JSON form and its version (`ilactl.balance/1`): a change that breaks a
    reader takes a new number. `rows` under `columns` are what csv, tsv, jsonl and markdown hold;
    people see `blocks`, or the rows as one grid where there are none. `data` stands beside the
    rows in JSON. `notes` are remarks for people and for JSON.
    """

    schema: str
    rows: Sequence[Mapping[str, Cell]] = ()
    columns: Sequence[Col] = ()
    blocks: Sequence[Block] = ()
    data: Mapping[str, Any] | None = None
    notes: Sequence[str] = ()

    def shown_blocks(self) -> Sequence[Block]:
        """The blocks that people see."""
        if self.blocks:
            return self.blocks
        return (Grid(self.columns, self.rows),) if self.columns else ()
