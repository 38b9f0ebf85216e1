"""`ilactl enrolment show`, `list` and `find`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ilactl.commands.face import Face, face_options
from ilactl.commands.parameters import COURSE, ENROLMENT, PERSON
from ilactl.commands.registering import refuse_unknown_course
from ilactl.errors import NotFound
from ilactl.ledger.words import ENROLMENT_STATES

if TYPE_CHECKING:
    from ilactl.ledger.enrolments import Enrolment
    from ilactl.ledger.snapshot import Snapshot

__all__ = ["find", "list_", "show"]


@click.command("show")
@click.argument("enrolment", metavar="ENROLMENT", type=ENROLMENT)
@face_options()
def show(face: Face, enrolment: str) -> None:
    """Show an enrolment: its steps, its money lot by lot, and what can be recorded next.

    ENROLMENT is an id such as N12, or PERSON/COURSE.

    \b
    Examples:
      $ ilactl enrolment show P1/C1
      $ ilactl enrolment show P1/C1 -O json
    """
    from ilactl.ledger.enrolments import resolve
    from ilactl.ledger.entries import entries_of
    from ilactl.reports.enrolments import show_answer

    snapshot = face.snapshot()
    one = resolve(snapshot, enrolment)
    face.answer(show_answer(snapshot, one, entries_of(snapshot, one.person), _titles(snapshot, one)))


def _titles(snapshot: Snapshot, one: Enrolment) -> dict[str, str]:
    """Person, course, run and provider with what they are called."""
    from ilactl.ledger.columns import IDENTITIES
    from ilactl.ledger.courses import course_on, run_on
    from ilactl.ledger.lookup import rows_of
    from ilactl.ledger.organisations import organisation

    known = rows_of(snapshot, IDENTITIES, "person", one.person)[0]
    at, since = IDENTITIES.index("name"), IDENTITIES.index("valid_from")
    name = max(known, key=lambda row: row.cells[since]).cells[at] if known else ""
    course = course_on(snapshot, one.course)
    run = run_on(snapshot, one.course, one.run) if one.run else None
    provider = organisation(snapshot, course.provider) if course else None
    days = f"{run.starts or '?'} to {run.ends or '?'}" if run and (run.starts or run.ends) else ""
    return {
        "person": ", ".join(filter(None, (one.person, name))),
        "course": ", ".join(filter(None, (one.course, course.title if course else ""))),
        "run": ", ".join(filter(None, (one.run, days))),
        "provider": f"{provider.organisation}, {provider.name}" if provider else "",
    }


@click.command("list")
@click.option("--person", metavar="ID", type=PERSON, help="Only this person's.")
@click.option("--course", metavar="ID", type=COURSE, help="Only those in this course.")
@click.option("--run", metavar="RUN", help="Only those in this run; with --course.")
@click.option("--state", type=click.Choice(ENROLMENT_STATES), help="Only those in this state.")
@click.option("--open", "still", is_flag=True, help="Only those that go on or are still to come.")
@face_options()
def list_(
    face: Face, person: str | None, course: str | None, run: str | None, state: str | None, still: bool
) -> None:
    """List enrolments with what each is now, in the order they were made.

    Void ones, whose enrolment itself was undone, are listed only with --state void.

    \b
    Examples:
      $ ilactl enrolment list
      $ ilactl enrolment list --person P1 --open
      $ ilactl enrolment list --course C1 --run R1
      $ ilactl enrolment list --state completed -O csv
    """
    from ilactl.ledger.enrolments import all_enrolments, enrolments_in, enrolments_of
    from ilactl.ledger.holders import ids_of
    from ilactl.reports.enrolments import list_answer

    snapshot = face.snapshot()
    refuse_unknown_course(snapshot, course)
    if person is not None:
        ids_of(snapshot, [person])
        found = enrolments_of(snapshot, person)
    else:
        found = enrolments_in(snapshot, course) if course is not None else all_enrolments(snapshot)
    kept = [
        one
        for one in found
        if (course is None or one.course == course)
        and (run is None or one.run == run)
        and (one.state == state if state else one.state != "void")
        and (one.is_open or not still)
    ]
    face.answer(list_answer("ilactl.enrolment_list/1", kept, snapshot, "no enrolment"))


@click.command("find")
@click.argument("words", nargs=-1, required=True)
@face_options()
def find(face: Face, words: tuple[str, ...]) -> None:
    """Find enrolments by words of ids, the person's name, the course's title, run or state.

    All WORDS must be there, in any order; capitals and accents make no difference. Exit status 66
    where none is found.

    \b
    Examples:
      $ ilactl enrolment find enrolled
      $ ilactl enrolment find P1 welding
    """
    from ilactl.ledger.columns import IDENTITIES
    from ilactl.ledger.courses import courses_on
    from ilactl.ledger.enrolments import all_enrolments
    from ilactl.ledger.register_plan import Book
    from ilactl.nearest import finder
    from ilactl.reports.enrolments import list_answer

    snapshot = face.snapshot()
    holds = finder(words)
    courses = courses_on(snapshot)
    identities, at = Book(snapshot, IDENTITIES, whole=True), IDENTITIES.index("name")

    def meant(one: Enrolment) -> bool:
        who = identities.newest(one.person)
        course = courses.get(one.course)
        titles = (course.title, *course.titles.values()) if course else ()
        return holds(one.id, one.person, who[at] if who else "", one.course, *titles, one.run, one.state)

    hits = [one for one in all_enrolments(snapshot) if one.state != "void" and meant(one)]
    if not hits:
        raise NotFound(what="an enrolment with these words", hint="use fewer or shorter words")
    face.answer(list_answer("ilactl.enrolment_find/1", hits, snapshot, ""))
