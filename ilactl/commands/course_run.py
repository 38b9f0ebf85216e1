"""`ilactl course run`: when, where and how courses are held."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from ilactl.commands.face import Day, Face, face_options
from ilactl.commands.parameters import COURSE, RUN, UNIT
from ilactl.commands.register_rows import (
    Asked,
    book_import,
    book_row,
    columns_of,
    declare,
    from_option,
    import_options,
    lift_given,
    register_answer,
    rows_in_force,
)
from ilactl.errors import UsageError
from ilactl.ledger.words import MODES, TIMES_OF_DAY

if TYPE_CHECKING:
    from ilactl.ledger.register_intake import RegisterPlanner
    from ilactl.ledger.run_plan import RunPlanner
    from ilactl.ledger.snapshot import Snapshot

__all__ = ["command"]


@click.group("run")
def command() -> None:
    """When, where and how courses are held.

    A run is named within its course; on the command line C1/R2 is run R2 of course C1.

    \b
    Examples:
      $ ilactl organisation add --id O3 --kind provider --name "Open Academy"
      $ ilactl course add --id C1 --provider O3 --kind training --title Welding
      $ ilactl course run add C1 --starts 2027-02-01 --ends 2027-03-26 --mode distance
      $ ilactl course run list C1
    """


_run_options = declare(
    (
        (("--starts",), {"type": Day(), "metavar": "DATE", "help": "Its first day."}),
        (("--ends",), {"type": Day(), "metavar": "DATE", "help": "Its last day."}),
        (("--pace",), {"metavar": "SHARE", "help": "Share of full-time study, 0 to 1."}),
        (("--time-of-day",), {"type": click.Choice(TIMES_OF_DAY), "help": "When in the day or week."}),
        (("--mode",), {"type": click.Choice(MODES), "help": "How it is held."}),
        (("--place",), {"metavar": "TEXT", "help": "Where."}),
        (
            ("--language", "languages"),
            {"metavar": "LL", "multiple": True, "help": "A language, where it differs from the course's."},
        ),
        (("--seats",), {"type": click.IntRange(0), "metavar": "N", "help": "How many can enrol."}),
        (("--apply-from",), {"type": Day(), "metavar": "DATE", "help": "The first day one may enrol."}),
        (("--apply-until",), {"type": Day(), "metavar": "DATE", "help": "The last day one may enrol."}),
        (("--price",), {"metavar": "AMOUNT", "help": "The price, where it differs from the course's."}),
        (("--unit",), {"metavar": "UNIT", "type": UNIT, "help": "Unit of the price. Default: the course's."}),
    )
)


def _given(options: Mapping[str, Any]) -> dict[str, str]:
    cells = {name: str(value) for name, value in options.items() if value is not None and name != "languages"}
    if options["languages"]:
        cells["languages"] = " ".join(dict.fromkeys(options["languages"]))
    return cells


def _planner(snapshot: Snapshot) -> RunPlanner:
    from ilactl.ledger.run_plan import RunPlanner

    return RunPlanner(snapshot, whole=False)


@command.command("add")
@click.argument("course", type=COURSE)
@click.option("--id", "identifier", metavar="ID", help="The run's id. Default: R and the next number.")
@_run_options
@from_option
@face_options("on", "dry_run", "key", "lock_wait")
def add(face: Face, /, course: str, identifier: str | None, valid_from: date | None, **options: Any) -> None:
    """Add a run of a course. Adding the same one under the same id again writes nothing.

    \b
    Examples:
      $ ilactl organisation add --id O3 --kind provider --name "Open Academy"
      $ ilactl course add --id C1 --provider O3 --kind training --title Welding
      $ ilactl course run add C1 --id R1 --starts 2027-02-01 --ends 2027-03-26 --mode on_site --seats 12
      $ ilactl course run add C1 --starts 2027-02-01 --ends 2027-06-30 --mode distance --pace 0.25
    """

    def name_it(_: Snapshot, planner: RegisterPlanner) -> str:
        if identifier:
            return f"{course}/{identifier}"
        taken = {key.rpartition("/")[2] for key in planner.book.under(course)}
        return f"{course}/" + next(name for n in range(1, len(taken) + 2) if (name := f"R{n}") not in taken)

    about = f"{course}/{identifier or ''}"
    book_row(face, "course run add", _planner, name_it, _given(options), valid_from, about=about, new=True)


@command.command("update")
@click.argument("run", metavar="COURSE/RUN", type=RUN)
@_run_options
@from_option
@face_options("on", "dry_run", "key", "lock_wait")
def update(face: Face, /, run: str, valid_from: date | None, **options: Any) -> None:
    """Record what is true of the run COURSE/RUN from a day on.

    What is not named stays as it was on that day.

    \b
    Examples:
      $ ilactl organisation add --id O3 --kind provider --name "Open Academy"
      $ ilactl course add --id C1 --provider O3 --kind training --title Welding
      $ ilactl course run add C1 --starts 2027-02-01 --ends 2027-03-26
      $ ilactl course run update C1/R1 --seats 10 --apply-until 2027-01-15
    """
    _refuse_no_run(run)
    given = _given(options)
    book_row(face, "course run update", _planner, lambda *_: run, given, valid_from, about=run, new=False)


@command.command("withdraw")
@click.argument("run", metavar="COURSE/RUN", type=RUN)
@click.option("--why", metavar="TEXT", help="Why it is not held.")
@click.option("--lift", is_flag=True, help="It is held after all.")
@from_option
@face_options("on", "dry_run", "key", "lock_wait")
def withdraw(face: Face, run: str, why: str | None, lift: bool, valid_from: date | None) -> None:
    """Say that the run COURSE/RUN is not held. 'ilactl enrolment list' tells who is enrolled in it.

    \b
    Examples:
      $ ilactl organisation add --id O3 --kind provider --name "Open Academy"
      $ ilactl course add --id C1 --provider O3 --kind training --title Welding
      $ ilactl course run add C1 --starts 2027-02-01
      $ ilactl course run withdraw C1/R1 --why "too few applied" --from 2027-01-20
      $ ilactl course run withdraw C1/R1 --lift --from 2027-01-25
    """
    _refuse_no_run(run)
    given = lift_given(why, lift)
    book_row(
        face,
        "course run withdraw",
        _planner,
        lambda *_: run,
        given,
        valid_from,
        about=run,
        new=False,
        onward=True,
    )


def _refuse_no_run(run: str) -> None:
    if not all(run.partition("/")):
        raise UsageError(
            reason=f"{run!r} names no run", hint="write course and run with a slash between: C1/R2"
        )


@command.command("import")
@import_options
def import_(face: Face, asked: Asked) -> None:
    """Import runs from FILE, or from stdin for -.

    The first line names the columns, in any order: course and run, then any of valid_from, starts,
    ends, pace, time_of_day, mode, place, languages, seats, apply_from, apply_until, price, unit and
    withdrawn. A column left out keeps what is known. All rows are taken, or none. The same file again
    writes nothing. --map takes a catalogue as it is; FILE may be a spreadsheet (XLSX). What is doubtful
    or was repaired is told row by row with -v.

    \b
    Examples:
      $ ilactl organisation add --id O3 --kind provider --name "Open Academy"
      $ ilactl course add --id C1 --provider O3 --kind training --title Welding
      $ printf 'course,run,starts,mode\\nC1,R1,2027-02-01,distance\\n' | ilactl course run import -
    """
    from ilactl.ledger.run_plan import RunPlanner, read_runs

    book_import(
        face,
        "course run import",
        asked,
        lambda _: read_runs(asked.upload),
        lambda snapshot: RunPlanner(snapshot, whole=True),
    )


@command.command("list")
@click.argument("course", type=COURSE, required=False)
@click.option("--open", "only_open", is_flag=True, help="Only runs that one may still enrol in, or soon.")
@face_options("on")
def list_(face: Face, course: str | None, only_open: bool) -> None:
    """List the runs of a course, or of all, as they hold on the day.

    What `-O csv` writes can be imported again.

    \b
    Examples:
      $ ilactl organisation add --id O3 --kind provider --name "Open Academy"
      $ ilactl course add --id C1 --provider O3 --kind training --title Welding
      $ ilactl course run add C1 --starts 2027-02-01
      $ ilactl course run list C1
      $ ilactl course run list --open -O csv
    """
    from ilactl.ledger.columns import COURSES, RUNS
    from ilactl.ledger.courses import missing_course, runs_of, runs_on
    from ilactl.ledger.register_plan import Book
    from ilactl.reports.courses import is_open

    snapshot = face.snapshot()
    on = face.on(snapshot)
    day = on.isoformat()
    if course is not None and course not in Book(snapshot, COURSES, whole=False):
        raise missing_course(course)
    rows = rows_in_force(snapshot, RUNS, day, course)
    if only_open:
        by_course = runs_on(snapshot, on) if course is None else {course: runs_of(snapshot, course, on)}
        open_ = {(run.course, run.run) for runs in by_course.values() for run in runs if is_open(run, on)}
        rows = [row for row in rows if (row["course"], row["run"]) in open_]
    rows.sort(key=lambda row: (str(row["course"]), str(row["starts"] or "9999"), str(row["run"])))
    empty = "no run is in the register on this day"
    columns = columns_of(RUNS)
    face.answer(register_answer("ilactl.course_run_list/1", rows, columns, day, _SHOWN, empty))


_SHOWN = (
    "course",
    "run",
    "starts",
    "ends",
    "time_of_day",
    "mode",
    "place",
    "seats",
    "apply_until",
    "withdrawn",
)
"""The columns that people see; data formats hold all."""
