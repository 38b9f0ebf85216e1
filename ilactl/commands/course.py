"""`ilactl course`: opportunities. This file changes them; its neighbours show, find and import them."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

import click

from ilactl.commands.course_options import course_facts, course_options, course_planner, given_cells
from ilactl.commands.face import Face, face_options
from ilactl.commands.parameters import COURSE
from ilactl.commands.register_rows import (
    Asked,
    book_import,
    book_row,
    from_option,
    import_options,
    lift_given,
)
from ilactl.commands.registering import fresh_id
from ilactl.errors import UsageError

if TYPE_CHECKING:
    from ilactl.ledger.person_plan import Fact
    from ilactl.ledger.snapshot import Snapshot

__all__ = ["command"]


@click.group("course")
def command() -> None:
    """Eligible opportunities: training, guidance, validation of prior learning, assessments, exams.

    A course says what is offered; its runs say when and where. Learning outcomes and evidence that
    the labour market asks for it stand beside.

    \b
    Examples:
      $ ilactl organisation add --id O3 --kind provider --name "Open Academy"
      $ ilactl course add --id C1 --provider O3 --kind training --title Welding --field 0715 --unit EUR
      $ ilactl course find welding
    """


@command.command("add")
@click.option("--id", "identifier", metavar="ID", help="The course's id. Default: a random one.")
@course_options
@face_options("on", "dry_run", "key", "lock_wait")
def add(face: Face, /, identifier: str | None, valid_from: date | None, **options: Any) -> None:
    """Add a course. Adding the same one under the same id again writes nothing.

    \b
    Examples:
      $ ilactl organisation add --id O3 --kind provider --name "Open Academy"
      $ ilactl course add --id C1 --provider O3 --kind training --title Welding --title-in sv=Svetsning
      $ ilactl course add --provider O3 --kind training --title SQL --level 4 --field 0612 --hours 60
      $ ilactl course add --provider O3 --kind exam --title "Welder's exam" --price 120.00 --unit EUR
    """
    if not (options["provider"] and options["kind"] and options["title"]):
        raise UsageError(reason="a course needs --provider, --kind and --title")
    given = given_cells(options)
    book_row(
        face,
        "course add",
        lambda snapshot: course_planner(snapshot, given),
        lambda snapshot, planner: identifier or fresh_id(snapshot.manifest.prefix, planner.book.rows),
        given,
        valid_from,
        about=identifier or "",
        new=True,
    )


@command.command("update")
@click.argument("course", type=COURSE)
@course_options
@face_options("on", "dry_run", "key", "lock_wait")
def update(face: Face, /, course: str, valid_from: date | None, **options: Any) -> None:
    """Record what is true of a course from a day on.

    What is not named stays as it was on that day. The same update again writes nothing. A price that
    changes holds for those who enrol from that day on: nobody's offer is changed afterwards.

    \b
    Examples:
      $ ilactl organisation add --id O3 --kind provider --name "Open Academy"
      $ ilactl course add --id C1 --provider O3 --kind training --title Welding --price 400.00 --unit EUR
      $ ilactl course update C1 --from 2027-01-01 --price 450.00
    """
    given = given_cells(options)
    book_row(
        face,
        "course update",
        lambda snapshot: course_planner(snapshot, given),
        lambda *_: course,
        given,
        valid_from,
        about=course,
        new=False,
    )


@command.command("withdraw")
@click.argument("course", type=COURSE)
@click.option("--why", metavar="TEXT", help="Why it is no longer offered.")
@click.option("--lift", is_flag=True, help="It is offered again.")
@from_option
@face_options("on", "dry_run", "key", "lock_wait")
def withdraw(face: Face, course: str, why: str | None, lift: bool, valid_from: date | None) -> None:
    """Say that a course is no longer offered from a day on: nobody can enrol in it or start it.

    Who has started goes on.

    \b
    Examples:
      $ ilactl organisation add --id O3 --kind provider --name "Open Academy"
      $ ilactl course add --id C1 --provider O3 --kind training --title Welding
      $ ilactl course withdraw C1 --why "the accreditation ended" --from 2027-01-01
      $ ilactl course withdraw C1 --lift --from 2027-06-01
    """
    given = lift_given(why, lift)
    book_row(
        face,
        "course withdraw",
        lambda snapshot: course_planner(snapshot, given),
        lambda *_: course,
        given,
        valid_from,
        about=course,
        new=False,
        onward=True,
    )


@command.command("import")
@import_options
def import_(face: Face, asked: Asked) -> None:
    """Import courses from FILE, or from stdin for -.

    The first line names the columns, in any order: course, then any of valid_from, provider, kind,
    title, titles, title_LL (the title in one more language), languages, eqf_level, cycle, field, ects,
    hours, price, eligible, unit, assessment, quality_assurance, prerequisites, part_of, withdrawn, and
    the facts of courses the scheme declares. A column that is there is taken as it stands; a column
    left out keeps what is known. All rows are taken, or none. The same file again writes nothing.

    --map takes a catalogue as it is; FILE may be a spreadsheet (XLSX). Providers must be there first:
    where a catalogue names them only, import the same file into 'ilactl organisation import' by a
    mapping that makes their ids of the names (digest_of), and let the courses' mapping do the same.
    What is doubtful or was repaired is told row by row with -v.

    \b
    Examples:
      $ ilactl organisation add --id O3 --kind provider --name "Open Academy"
      $ printf 'course,provider,kind,title\\nC1,O3,training,Welding\\n' | ilactl course import -
      $ ilactl course list -O csv | ilactl course import -
    """
    from ilactl.ledger.course_plan import CoursePlanner, read_courses

    upload = asked.upload

    @cache
    def facts(snapshot: Snapshot) -> dict[str, Fact]:
        return course_facts(snapshot, upload.names)

    book_import(
        face,
        "course import",
        asked,
        lambda snapshot: read_courses(upload, facts(snapshot)),
        lambda snapshot: CoursePlanner(snapshot, whole=True, facts=facts(snapshot)),
    )


def _register() -> None:
    """Join the commands of the neighbouring files to the group."""
    from ilactl.commands.course_find import find
    from ilactl.commands.course_outcome import command as outcome
    from ilactl.commands.course_relevance import command as relevance
    from ilactl.commands.course_run import command as run
    from ilactl.commands.course_views import list_, show

    for inner in (show, list_, find, run, outcome, relevance):
        command.add_command(inner)


_register()
