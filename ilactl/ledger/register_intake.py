"""Imports and changes of registers whose rows are whole: what they may name, and the rows they come to.

What is special about a register is a `RegisterPlanner` of its own: what speaks against a row as it
would stand there. `read_register` and `plan_register` are the same for all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from ilactl.ledger.grammar import Column, Grammar, Table
from ilactl.ledger.intake import CELL, InRow, Intake
from ilactl.ledger.register_plan import Book, Problem, RegisterPlan, RowPlanner
from ilactl.money import format_amount, parse_decimal
from ilactl.nearest import did_you_mean

if TYPE_CHECKING:
    from ilactl.ledger.snapshot import Snapshot
    from ilactl.ledger.upload import Upload

__all__ = ["RegisterPlanner", "plan_register", "read_register"]


class RegisterPlanner:
    """Plans rows of one register. Cells come by name and are of their grammar already."""

    table: Table
    required: tuple[str, ...] = ()
    """Columns that a row of the register cannot do without."""
    own_form: tuple[str, ...] = ()
    """Columns whose cells `problems` tests itself, since it can say more of them than their grammar."""

    def __init__(self, snapshot: Snapshot, *, whole: bool) -> None:
        """`whole` reads the registers once; otherwise ids are looked for one by one."""
        self.snapshot = snapshot
        self.whole = whole
        self.plan = RegisterPlan()
        self.book = Book(snapshot, self.table, whole=whole)
        self._rows = RowPlanner(self.plan, self.book)
        self._seen: set[tuple[str, str]] = set()
        self._amounts: dict[tuple[str, str, str], tuple[str, Problem | None]] = {}

    def expect(self, keys: Iterable[str]) -> None:
        """These rows are going to be asked for: rows may name each other in any order."""

    def key(self, cells: Mapping[str, str]) -> str:
        """What a row is about, from its cells by name."""
        return self.table.key_of([cells[name] for name in self.table.names[: self.table.keys]])

    def held(self, key: str, day: str) -> dict[str, str]:
        """The cells that hold on the day, by name; none where nothing does."""
        base = self.book.in_force(key, day)
        return dict(zip(self.table.names, base, strict=True)) if base else {}

    def completed(self, key: str, day: str, given: Mapping[str, str]) -> dict[str, str]:
        """The cells to be written, put into the register's form; what cannot be stays as it is."""
        return dict(given)

    def problems(self, key: str, day: str, given: Mapping[str, str]) -> list[Problem]:
        """What speaks against the request."""
        found = self.twice(key, day)
        held = self.held(key, day)
        given = self.completed(key, day, given)
        cells = {**held, **given}
        if lacking := [name for name in self.required if not cells.get(name)]:
            remedy = self.book.too_early(key, day)
            found += [Problem(name, f"{key} has no {name}", remedy) for name in lacking]
        return found or self.faults(key, day, cells, given)

    def faults(self, key: str, day: str, cells: Mapping[str, str], given: Mapping[str, str]) -> list[Problem]:
        """What is wrong with the row as it would stand there; `given` are the cells that are asked for."""
        return []

    def doubts(self, key: str, day: str, given: Mapping[str, str]) -> list[Problem]:
        """What is hardly meant and yet can be so."""
        return []

    def take(self, key: str, day: str, given: Mapping[str, str]) -> str:
        """Plan the request: `new`, `known` or `changed`."""
        given = self.completed(key, day, given)
        cells = {self.table.index(name): text for name, text in given.items()}
        outcome = self._rows.take(key, day, cells)
        self.plan.outcomes.append((key, outcome, day))
        return outcome

    # ---- what several registers share ------------------------------------------------------

    def twice(self, key: str, day: str) -> list[Problem]:
        """That the same was asked for before; this request is remembered."""
        if (key, day) in self._seen:
            message = f"{key} stands here twice with valid_from {day}"
            remedy = "keep one of the rows, or give each a valid_from"
            return [Problem(self.table.names[0], message, remedy)]
        self._seen.add((key, day))
        return []

    def amount_in(self, name: str, text: str, unit: str) -> tuple[str, Problem | None]:
        """The amount with all decimals of its unit, and what is wrong with it or with the unit."""
        if not text:
            return "", None
        asked = name, text, unit
        if asked not in self._amounts:  # a catalogue's prices are often the same
            self._amounts[asked] = self._read_amount(*asked)
        return self._amounts[asked]

    def _read_amount(self, name: str, text: str, unit: str) -> tuple[str, Problem | None]:
        units = self.snapshot.manifest.units
        if unit not in units:
            what = f"unit {unit} is not declared in ledger.toml" if unit else f"{name} stands without a unit"
            return text, Problem("unit", what, did_you_mean(unit, units))
        value = parse_decimal(text)
        scaled = None if value is None else value * 10 ** units[unit].scale
        if scaled is None or scaled < 0 or scaled.denominator != 1:
            decimals = units[unit].scale
            message = f"{name} {text!r} is not an amount in {unit}, which has {decimals} decimals and no sign"
            return text, Problem(name, message)
        return format_amount(scaled.numerator, units[unit].scale), None

    def unit_of(self, cells: Mapping[str, str], *amounts: str) -> str:
        """The unit that is told, or the only one there is where an amount stands without."""
        units = self.snapshot.manifest.units
        if cells.get("unit") or not any(cells.get(name) for name in amounts):
            return cells.get("unit", "")
        return next(iter(units)) if len(units) == 1 else ""

    def with_amounts(self, cells: dict[str, str], given: dict[str, str], *names: str) -> dict[str, str]:
        """What is given, its amounts with all decimals; `cells` are all that the row will hold."""
        unit = self.unit_of(cells, *names)
        if unit and unit != cells.get("unit", ""):
            given["unit"] = unit
        for name in names:
            if given.get(name):
                given[name] = self.amount_in(name, given[name], unit)[0]
        return given

    def amount_faults(self, cells: Mapping[str, str], *names: str) -> list[Problem]:
        """What is wrong with the row's amounts and their unit, each thing once."""
        unit = self.unit_of(cells, *names)
        found = [self.amount_in(name, cells.get(name, ""), unit)[1] for name in names]
        if unit and unit not in self.snapshot.manifest.units and not any(found):
            found = [self.amount_in("price", "0", unit)[1]]
        return list({problem.message: problem for problem in found if problem}.values())

    @staticmethod
    def order_fault(cells: Mapping[str, str], first: str, last: str) -> list[Problem]:
        """A span that ends before it begins."""
        begin, end = cells.get(first, ""), cells.get(last, "")
        if not (begin and end and end < begin):
            return []
        return [Problem(last, f"{last} {end} lies before {first} {begin}")]


def read_register(
    upload: Upload,
    table: Table,
    *,
    extra: Iterable[Column] = (),
    without: Collection[str] = (),
    needed: Collection[Collection[str]] = (),
    own_form: Collection[str] = (),
) -> Intake:
    """Read an import of a register. What a row leaves out may be known already, so only its key is needed.

    `extra` are columns that the file does not have as such, `without` are columns of the file that
    cannot be given, `needed` replaces what is needed besides its key, `own_form` are columns whose
    cells the register's planner tests.
    """
    keys = table.names[: table.keys]
    offered = [
        column
        if column.name in keys
        else column._replace(
            required=False, grammar=Grammar.TEXT if column.name in own_form else column.grammar
        )
        for column in table.columns
        if column.name not in without
    ]
    return upload.read([*offered, *extra], needed or tuple((name,) for name in keys))


def plan_register(intake: Intake, planner: RegisterPlanner, *, day: str) -> RegisterPlan:
    """The rows the import comes to; faults are added to its findings. `day` is the usual valid_from."""
    at = {name: index for index, name in enumerate(intake.columns)}
    asked: list[tuple[InRow, str, str, dict[str, str]]] = []
    for row in intake.rows:
        cells = {name: row.cells[index] for name, index in at.items()}
        valid_from = cells.pop("valid_from", "") or day
        key = planner.key(cells)
        given = {
            name: text
            for name, text in cells.items()
            if name not in planner.table.names[: planner.table.keys]
        }
        asked.append((row, key, valid_from, given))
    planner.expect(key for _, key, _, _ in asked)
    for row, key, valid_from, given in asked:
        problems = planner.problems(key, valid_from, given)
        for problem in problems:
            intake.find(CELL, row, problem.column, problem.message, problem.remedy)
        if problems:
            continue
        for doubt in planner.doubts(key, valid_from, given):
            intake.remark(row, doubt.column, doubt.message, doubt.remedy)
        planner.take(key, valid_from, given)
    return planner.plan
