"""`ilactl course relevance`: evidence that the labour market asks for a course or a field."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import click

from ilactl.commands.face import Day, Face, face_options
from ilactl.commands.parameters import COURSE, RELEVANT
from ilactl.commands.register_rows import (
    Asked,
    book_import,
    book_row,
    columns_of,
    import_options,
    register_answer,
    rows_in_force,
)

if TYPE_CHECKING:
    from ilactl.ledger.run_plan import RelevancePlanner
    from ilactl.ledger.snapshot import Snapshot

__all__ = ["command"]


@click.group("relevance")
def command() -> None:
    """Evidence that the labour market asks for a course or a field, and for how long it holds.

    Evidence about a field holds for every field within it: field:06 for 0613, too.

    \b
    Examples:
      $ ilactl course relevance add field:06 --evidence "shortage list 2026" --until 2026-12-31
      $ ilactl course relevance list
    """


@command.command("add")
@click.argument("about", type=RELEVANT)
@click.option(
    "--evidence", required=True, metavar="TEXT", help="What says so: a list, a survey, an employer."
)
@click.option("--until", type=Day(), metavar="DATE", help="The last day it holds. Default: no end.")
@click.option("--ref", metavar="TEXT", help="The document.")
@click.option(
    "--from", "valid_from", type=Day(), metavar="DATE", help="The first day it holds. Default: --on."
)
@face_options("on", "dry_run", "key", "lock_wait")
def add(
    face: Face,
    about: str,
    evidence: str,
    until: date | None,
    ref: str | None,
    valid_from: date | None,
) -> None:
    """Record evidence about ABOUT: course: with an id, or field: with an ISCED-F field.

    The same evidence with another end replaces what was recorded before.

    \b
    Examples:
      $ ilactl course relevance add field:0715 --evidence "employers' survey 2026" --ref SV-26
      $ ilactl course relevance add field:06 --evidence "shortage list" --from 2026-01-01 --until 2026-12-31
    """
    cells = {"valid_until": until.isoformat() if until else None, "ref": ref}
    given = {name: cell for name, cell in cells.items() if cell is not None}
    key = f"{about}/{evidence}"

    def plan_with(snapshot: Snapshot) -> RelevancePlanner:
        from ilactl.ledger.run_plan import RelevancePlanner

        return RelevancePlanner(snapshot, whole=False)

    book_row(face, "course relevance add", plan_with, lambda *_: key, given, valid_from, about=key, new=None)


@command.command("import")
@import_options
def import_(face: Face, asked: Asked) -> None:
    """Import evidence, such as a list of what is in demand, from FILE, or from stdin for -.

    The first line names the columns, in any order: about (course:ID or field:CODE) and evidence, then
    any of valid_from, valid_until and ref. All rows are taken, or none. The same file again writes
    nothing. --map takes a list as it is: about from their column with a prefix, evidence the same for
    all, and [only] for a catalogue that marks what is in demand.

    \b
    Examples:
      $ printf 'about,evidence\\nfield:06,shortage list\\n' | ilactl course relevance import -
      $ ilactl course relevance list -O csv | ilactl course relevance import -
    """
    from ilactl.ledger.run_plan import RelevancePlanner, read_relevance

    book_import(
        face,
        "course relevance import",
        asked,
        lambda _: read_relevance(asked.upload),
        lambda snapshot: RelevancePlanner(snapshot, whole=True),
    )


@command.command("list")
@click.argument("course", type=COURSE, required=False)
@face_options("on")
def list_(face: Face, course: str | None) -> None:
    """List the evidence in force on the day: all of it, or what speaks for one course.

    \b
    Examples:
      $ ilactl organisation add --id O3 --kind provider --name "Open Academy"
      $ ilactl course add --id C1 --provider O3 --kind training --title Welding --field 0715
      $ ilactl course relevance add field:07 --evidence "shortage list"
      $ ilactl course relevance list C1
    """
    from ilactl.ledger.columns import RELEVANCE
    from ilactl.ledger.courses import abouts, course_on, missing_course

    snapshot = face.snapshot()
    day = face.on(snapshot)
    rows = rows_in_force(snapshot, RELEVANCE, day.isoformat())
    rows = [row for row in rows if not row["valid_until"] or str(row["valid_until"]) >= day.isoformat()]
    if course is not None:
        held = course_on(snapshot, course, day)
        if held is None:
            raise missing_course(course)
        names = abouts(held.course, held.field)
        rows = [row for row in rows if row["about"] in names]
    schema, empty = "ilactl.course_relevance_list/1", "no evidence is in force on this day"
    columns = columns_of(RELEVANCE)
    face.answer(register_answer(schema, rows, columns, day.isoformat(), RELEVANCE.names, empty))
