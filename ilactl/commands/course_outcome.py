"""`ilactl course outcome`: what somebody who completed a course knows and can do."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import click

from ilactl.commands.face import Face, face_options
from ilactl.commands.parameters import COURSE
from ilactl.commands.register_rows import (
    Asked,
    book_import,
    book_row,
    columns_of,
    from_option,
    import_options,
    register_answer,
    rows_in_force,
)
from ilactl.ledger.words import OUTCOME_KINDS

if TYPE_CHECKING:
    from ilactl.ledger.register_intake import RegisterPlanner
    from ilactl.ledger.run_plan import OutcomePlanner
    from ilactl.ledger.snapshot import Snapshot

__all__ = ["command"]


@click.group("outcome")
def command() -> None:
    """What somebody who completed a course knows, can do, or is able to answer for.

    \b
    Examples:
      $ ilactl organisation add --id O3 --kind provider --name "Open Academy"
      $ ilactl course add --id C1 --provider O3 --kind training --title Welding
      $ ilactl course outcome add C1 --kind skill --text "Welds a fillet seam by hand"
    """


@command.command("add")
@click.argument("course", type=COURSE)
@click.option("--kind", type=click.Choice(OUTCOME_KINDS), help="What it is.")
@click.option("--text", metavar="TEXT", help="The outcome in words; empty: it no longer holds.")
@click.option("--uri", metavar="URI", help="The skill's address in ESCO.")
@click.option(
    "--outcome", "number", type=click.IntRange(1), metavar="N", help="Its number. Default: the next one."
)
@from_option
@face_options("on", "dry_run", "key", "lock_wait")
def add(
    face: Face,
    course: str,
    kind: str | None,
    text: str | None,
    uri: str | None,
    number: int | None,
    valid_from: date | None,
) -> None:
    """Add a learning outcome to a course, or say one anew by its number.

    The same words again write nothing.

    \b
    Examples:
      $ ilactl organisation add --id O3 --kind provider --name "Open Academy"
      $ ilactl course add --id C1 --provider O3 --kind training --title Welding
      $ ilactl course outcome add C1 --kind knowledge --text "Knows the properties of common steels"
      $ ilactl course outcome add C1 --outcome 1 --text "Knows how common steels behave under heat"
    """
    cells = {"kind": kind, "text": text, "uri": uri}
    given = {name: cell for name, cell in cells.items() if cell is not None}

    def name_it(_: Snapshot, planner: RegisterPlanner) -> str:
        return planner.key({"course": course, "outcome": str(number or ""), **given})

    def plan_with(snapshot: Snapshot) -> OutcomePlanner:
        from ilactl.ledger.run_plan import OutcomePlanner

        return OutcomePlanner(snapshot, whole=False)

    about = f"{course}/{number or ''}"
    book_row(face, "course outcome add", plan_with, name_it, given, valid_from, about=about, new=None)


@command.command("import")
@import_options
def import_(face: Face, asked: Asked) -> None:
    """Import learning outcomes from FILE, or from stdin for -.

    The first line names the columns, in any order: course, kind and text, then any of outcome (its
    number within the course; without it outcomes are numbered as they come), uri and valid_from. All
    rows are taken, or none. The same file again writes nothing. --map takes a file with other columns.

    \b
    Examples:
      $ ilactl organisation add --id O3 --kind provider --name "Open Academy"
      $ ilactl course add --id C1 --provider O3 --kind training --title Welding
      $ printf 'course,kind,text\\nC1,skill,Welds a seam\\n' | ilactl course outcome import -
    """
    from ilactl.ledger.run_plan import OutcomePlanner, read_outcomes

    book_import(
        face,
        "course outcome import",
        asked,
        lambda _: read_outcomes(asked.upload),
        lambda snapshot: OutcomePlanner(snapshot, whole=True),
    )


@command.command("list")
@click.argument("course", type=COURSE, required=False)
@face_options("on")
def list_(face: Face, course: str | None) -> None:
    """List the learning outcomes of a course, or of all, that hold on the day.

    \b
    Examples:
      $ ilactl course outcome list
      $ ilactl course outcome list -O csv
    """
    from ilactl.ledger.columns import OUTCOMES

    snapshot = face.snapshot()
    day = face.on(snapshot).isoformat()
    rows = [row for row in rows_in_force(snapshot, OUTCOMES, day, course) if row["text"]]
    rows.sort(key=lambda row: (str(row["course"]), int(str(row["outcome"]))))
    shown, empty = ("course", "outcome", "kind", "text", "uri"), "no outcome is in the register on this day"
    columns = columns_of(OUTCOMES)
    face.answer(register_answer("ilactl.course_outcome_list/1", rows, columns, day, shown, empty))
