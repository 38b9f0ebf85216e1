"""What the commands of registers share: one row from options, many from a file, a list."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from ilactl.commands.face import Day, Face, face_options
from ilactl.commands.importing import expect_rows_option, map_option, read_upload
from ilactl.commands.registering import (
    book,
    digest_of,
    input_of,
    refuse_input,
    refuse_options,
    summary,
    tell_remarks,
    warn_of_later,
)
from ilactl.errors import AlreadyThere, NotFound

if TYPE_CHECKING:
    from ilactl.ledger.grammar import Table
    from ilactl.ledger.intake import Intake
    from ilactl.ledger.register_intake import RegisterPlanner
    from ilactl.ledger.register_plan import RegisterPlan
    from ilactl.ledger.snapshot import Snapshot
    from ilactl.ledger.upload import Upload
    from ilactl.output import Answer, Cell, Col

__all__ = [
    "Asked",
    "book_import",
    "book_row",
    "columns_of",
    "declare",
    "from_option",
    "import_options",
    "lift_given",
    "register_answer",
    "rows_in_force",
]

from_option: Callable[..., Any] = click.option(
    "--from", "valid_from", type=Day(), metavar="DATE", help="The first day it is true. Default: --on."
)
_rows_from_option: Callable[..., Any] = click.option(
    "--from",
    "valid_from",
    type=Day(),
    metavar="DATE",
    help="The first day rows without valid_from are true. Default: --on.",
)


def declare(
    options: Iterable[tuple[tuple[str, ...], dict[str, Any]]],
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a command these options, in this order in its help."""
    listed = list(options)

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        for flags, extra in reversed(listed):
            function = click.option(*flags, **extra)(function)
        return function

    return decorate


class Asked(NamedTuple):
    """What an import is asked for: the file as it was handed in, and two options.

    `valid_from` is the first day of rows that name none, `expect_rows` how many the sender says there are.
    """

    upload: Upload
    valid_from: date | None
    expect_rows: int | None


def import_options(function: Callable[[Face, Asked], None]) -> Callable[..., None]:
    """Give the import of a register its FILE and its options, shared ones too."""

    @functools.wraps(function)
    def call(
        face: Face, file: str, valid_from: date | None, map_file: str | None, expect_rows: int | None
    ) -> None:
        function(face, Asked(read_upload(face, file, map_file), valid_from, expect_rows))

    given: Callable[..., None] = face_options("on", "dry_run", "key", "lock_wait")(call)
    file = click.argument("file", type=click.Path(allow_dash=True))
    for option in (
        expect_rows_option,
        map_option,
        _rows_from_option,
        file,
    ):  # the last stands first in the help
        given = option(given)
    return given


def lift_given(why: str | None, lift: bool) -> dict[str, str]:
    """The cell of a withdrawal, or of its end. Raises UsageError where it is not clear which is meant."""
    from ilactl.errors import UsageError

    if bool(why) == lift:
        raise UsageError(reason="a withdrawal needs --why, its end --lift", hint="give one of the two")
    return {"withdrawn": why or ""}


def book_row(
    face: Face,
    command: str,
    plan_with: Callable[[Snapshot], RegisterPlanner],
    name_it: Callable[[Snapshot, RegisterPlanner], str],
    given: Mapping[str, str],
    valid_from: date | None,
    *,
    about: str = "",
    new: bool | None,
    onward: bool = False,
) -> None:
    """Plan and book one row from options. `new` says whether it must be new or known; None: either.

    `about` is what the command line names, so that a caller's key stands for it. `onward` says it in
    rows that hold from later days, too. Raises UsageError for values that cannot be, AlreadyThere,
    NotFound.
    """
    from ilactl.ledger.grammar import fault_of
    from ilactl.ledger.register_plan import Problem

    subject = command.rpartition(" ")[0].rpartition(" ")[2]

    def make(snapshot: Snapshot) -> RegisterPlan:
        planner = plan_with(snapshot)
        table = planner.table
        key = name_it(snapshot, planner)
        cells = {**dict(zip(table.names, table.key_cells(key), strict=False)), **given}
        tested = ((n, text) for n, text in cells.items() if n in table.names and n not in planner.own_form)
        faults = [(name, fault_of(table.column(name), text)) for name, text in tested]
        refuse_options([Problem(column, fault) for column, fault in faults if fault])
        known = key in planner.book
        if new is False and not known:
            group = command.rpartition(" ")[0]
            raise NotFound(what=f"{subject} {key}", hint=f"'ilactl {group} list' shows all of them")
        day = (valid_from or face.on(snapshot)).isoformat()
        refuse_options(planner.problems(key, day, given))
        outcome = planner.take(key, day, given)
        for each in planner.book.days_after(key, day) if onward else ():
            planner.take(key, each, given)
        if new and known and planner.plan.lines:
            hint = f"'ilactl {command.rpartition(' ')[0]} update {key}' changes it; nothing was written"
            raise AlreadyThere(what=f"{subject} {key}", hint=hint)
        if outcome != "known":
            warn_of_later(face, planner.book, key, day, given)
        return planner.plan

    def show(plan: RegisterPlan, seq: int | None) -> Answer:
        return summary(command, subject, plan, seq, dry_run=face.dry_run)

    def content(_: Snapshot) -> str:
        cells = (f"{name}={text}" for name, text in sorted(given.items()))
        return digest_of([command, about, str(valid_from or ""), *cells])

    book(face, command, make, show, content=content)


def book_import(
    face: Face,
    command: str,
    asked: Asked,
    read: Callable[[Snapshot], Intake],
    plan_with: Callable[[Snapshot], RegisterPlanner],
) -> None:
    """Plan and book an import: all rows or none. Remarks are told with -v, counted otherwise."""
    from ilactl.ledger.register_intake import plan_register

    subject = command.rpartition(" ")[0].rpartition(" ")[2]
    remarks: list[Any] = []
    intake_of = functools.cache(read)  # with a caller's key both the content and the plan ask for it

    def make(snapshot: Snapshot) -> RegisterPlan:
        intake = intake_of(snapshot)
        input_of(face, intake, asked.expect_rows)
        repairs = len(intake.remarks)
        day = (asked.valid_from or face.on(snapshot)).isoformat()
        plan = plan_register(intake, plan_with(snapshot), day=day)
        refuse_input(intake)
        tell_remarks(face, intake.remarks[repairs:])
        remarks[:] = sorted(intake.remarks, key=lambda one: (one.place.line, one.place.column))
        return plan

    def show(plan: RegisterPlan, seq: int | None) -> Answer:
        return summary(
            command,
            subject,
            plan,
            seq,
            dry_run=face.dry_run,
            many=True,
            remarks=remarks,
            listed=face.verbose,
        )

    def content(snapshot: Snapshot) -> str:
        intake = intake_of(snapshot)
        refuse_input(intake)
        cells = ["\x1e".join(row.cells) for row in intake.rows]
        return digest_of([command, str(asked.valid_from or ""), *intake.columns, *cells])

    book(face, command, make, show, content=content)


_TITLES = {"time_of_day": "time", "eqf_level": "level"}
"""Shorter titles than the columns' names, for people."""


def columns_of(table: Table) -> list[Col]:
    """The register's columns as an answer has them."""
    from ilactl.ledger.grammar import Grammar
    from ilactl.output import Col

    return [
        Col(one.name, _TITLES.get(one.name, ""), "date" if one.grammar is Grammar.DATE else "text")
        for one in table.columns
    ]


def register_answer(
    schema: str,
    rows: list[dict[str, Cell]],
    columns: list[Col],
    day: str,
    shown: Collection[str],
    empty: str,
) -> Answer:
    """The rows for data formats; for people those of the columns `shown` that hold anything."""
    from ilactl.output import Answer, Grid

    for_people = [column for column in columns if column.name in shown]
    held = [column for column in for_people if any(row[column.name] for row in rows)]
    blocks = [Grid(held or for_people, rows, empty=empty)]
    return Answer(schema, rows=rows, columns=columns, blocks=blocks, data={"on": day})


def rows_in_force(
    snapshot: Snapshot, table: Table, day: str, under: str | None = None
) -> list[dict[str, Cell]]:
    """The cells that hold on the day by column: of the whole register, or of what stands under an id."""
    from ilactl.ledger.register_plan import Book

    book = Book(snapshot, table, whole=under is None)
    keys = sorted(book.ids()) if under is None else book.under(under)
    held = (book.in_force(key, day) for key in keys)
    return [dict(zip(table.names, cells, strict=True)) for cells in held if cells]
