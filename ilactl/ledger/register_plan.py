"""Planning rows of the registers whose rows are whole.

A row is carried over from the row in force on its first day, except for what a request names. A
request that would repeat the row in force adds nothing, so that the same import twice, or an
export imported again, writes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct, field

from ilactl.ledger.entries import usable_rows
from ilactl.ledger.grammar import Table
from ilactl.ledger.lookup import rows_of
from ilactl.ledger.scan import format_row, read_table

if TYPE_CHECKING:
    from ilactl.ledger.snapshot import Snapshot

__all__ = ["Book", "Cells", "Problem", "RegisterPlan", "RowPlanner"]

Cells = tuple[str, ...]
_UNCOMPARED = ("salt",)
_LAST = "9999-12-31"


class Problem(Struct, frozen=True):
    """Why a request cannot be taken: the column, the reason, what to do."""

    column: str
    message: str
    remedy: str = ""


class RegisterPlan(Struct):
    """Lines to append, file by file, and what became of each request."""

    lines: dict[str, list[str]] = field(default_factory=dict)
    outcomes: list[tuple[str, str, str]] = field(default_factory=list)

    def add(self, table: Table, cells: Sequence[str]) -> None:
        """One more row."""
        self.lines.setdefault(table.file, []).append(format_row(cells))

    @property
    def counts(self) -> dict[str, int]:
        """How many requests were `new`, `known` and `changed`."""
        found = Counter(outcome for _, outcome, _ in self.outcomes)
        return {name: found[name] for name in ("new", "known", "changed")}


class Book:
    """The rows of one register by what they are about, those planned so far included.

    Of a register with one column as key that is the id, of one with several `Table.key_of` says it.

    `whole` reads the file once; otherwise each id is looked for when it is asked for, which
    suits one person in a large ledger. Raises BadInput where a row it needs is bad.
    """

    def __init__(self, snapshot: Snapshot, table: Table, *, whole: bool) -> None:
        """Nothing is read before it is needed, except with `whole`."""
        self.table = table
        self._snapshot = snapshot
        self._whole = whole
        self._rows: dict[str, list[Cells]] = {}
        self._owners: dict[str, dict[str, str]] = {}
        if whole:
            for row in usable_rows(*read_table(snapshot.view(table.file), table), table):
                self._rows.setdefault(table.key_of(row.cells), []).append(row.cells)

    def rows(self, identifier: str) -> list[Cells]:
        """All rows of the id in the order they were recorded."""
        if not self._whole and identifier not in self._rows:
            first = self.table.key_cells(identifier)[0]
            found = usable_rows(*rows_of(self._snapshot, self.table, self.table.names[0], first), self.table)
            self._rows[identifier] = [r.cells for r in found if self.table.key_of(r.cells) == identifier]
        return self._rows.get(identifier, [])

    def under(self, first: str) -> list[str]:
        """Every key whose first column is that, in the order they were recorded: the runs of a course."""
        if not self._whole:
            found = usable_rows(*rows_of(self._snapshot, self.table, self.table.names[0], first), self.table)
            for key in dict.fromkeys(self.table.key_of(row.cells) for row in found):
                self.rows(key)
        return [key for key in self._rows if self.table.key_cells(key)[0] == first and self._rows[key]]

    def ids(self) -> list[str]:
        """Every id read so far: all of them in a whole book."""
        return list(self._rows)

    def __contains__(self, identifier: object) -> bool:
        """Whether the register has a row for the id."""
        return isinstance(identifier, str) and bool(self.rows(identifier))

    def in_force(self, identifier: str, day: str) -> Cells | None:
        """The row that holds on the day, YYYY-MM-DD; of equals the later one."""
        held: Cells | None = None
        at = self.table.keys
        for cells in self.rows(identifier):
            if cells[at] <= day and (held is None or cells[at] >= held[at]):
                held = cells
        return held

    def newest(self, identifier: str) -> Cells | None:
        """The row of the latest day, whether or not that has come; of equals the later one."""
        return self.in_force(identifier, _LAST)

    def days_after(self, identifier: str, day: str) -> list[str]:
        """The first days of the rows that come to hold after the day, in their order."""
        at = self.table.keys
        return sorted({cells[at] for cells in self.rows(identifier) if cells[at] > day})

    def otherwise(self, identifier: str, day: str, names: Iterable[str]) -> tuple[str, list[str]] | None:
        """The first later day whose row says something else in these columns than the day's, and in which."""
        places = {name: self.table.index(name) for name in names if name in self.table.names}
        now = self.in_force(identifier, day)
        for later in self.days_after(identifier, day):
            then = self.in_force(identifier, later)
            if now and then and (other := [name for name, at in places.items() if now[at] != then[at]]):
                return later, other
        return None

    def too_early(self, identifier: str, day: str) -> str:
        """What to do about a day on which nothing holds yet, where something does later; "" otherwise."""
        first = min((cells[self.table.keys] for cells in self.rows(identifier)), default="")
        return f"its first row holds from {first}: give a day from then on" if first > day else ""

    def add(self, cells: Cells) -> None:
        """A planned row: later requests see it."""
        key = self.table.key_of(cells)
        self.rows(key)
        self._rows.setdefault(key, []).append(cells)
        for column, owners in self._owners.items():
            owners[cells[self.table.index(column)]] = key

    def owner(self, column: str, text: str) -> str | None:
        """The id whose newest row holds the text in that column, or None."""
        index = self.table.index(column)
        if self._whole:
            if column not in self._owners:
                self._owners[column] = {
                    newest[index]: identifier
                    for identifier in self._rows
                    if (newest := self.newest(identifier)) and newest[index]
                }
            return self._owners[column].get(text)
        key_of = self.table.key_of
        candidates = {key_of(cells) for rows in self._rows.values() for cells in rows if cells[index] == text}
        candidates |= {key_of(row.cells) for row in rows_of(self._snapshot, self.table, column, text)[0]}
        for identifier in sorted(candidates):
            newest = self.newest(identifier)
            if newest and newest[index] == text:
                return identifier
        return None


class RowPlanner:
    """Plans rows of one register whose rows are whole: its key, valid_from, further columns."""

    def __init__(self, plan: RegisterPlan, book: Book) -> None:
        """Rows go to the plan and into the book."""
        self.plan = plan
        self.book = book
        table = book.table
        self._compared = [
            i for i, name in enumerate(table.names) if i > table.keys and name not in _UNCOMPARED
        ]

    def take(self, identifier: str, valid_from: str, given: Mapping[int, str]) -> str:
        """`new`, `known` or `changed`: plan a row for the cells given by index, carrying over the others."""
        table = self.book.table
        base = self.book.in_force(identifier, valid_from)
        cells = list(base) if base else [""] * len(table.columns)
        cells[: table.keys] = table.key_cells(identifier)
        cells[table.keys] = valid_from
        for index, text in given.items():
            cells[index] = text
        if base and all(cells[i] == base[i] for i in self._compared):
            return "known"
        outcome = "changed" if self.book.rows(identifier) else "new"
        row = tuple(cells)
        self.plan.add(table, row)
        self.book.add(row)
        return outcome
