"""`ilactl course show` and `list`."""

from __future__ import annotations

import click

from ilactl.commands.face import Face, face_options
from ilactl.commands.parameters import COURSE, FIELD, ORGANISATION
from ilactl.errors import NotFound
from ilactl.ledger.words import COURSE_KINDS

__all__ = ["list_", "show"]


@click.command("show")
@click.argument("course", type=COURSE)
@click.option("--all-runs", is_flag=True, help="Runs that are over, closed or withdrawn as well.")
@face_options("on")
def show(face: Face, course: str, all_runs: bool) -> None:
    """Show a course: what holds on the day, its runs and outcomes, and the evidence that it is asked for.

    \b
    Examples:
      $ ilactl organisation add --id O3 --kind provider --name "Open Academy" --quality-label EQAVET
      $ ilactl course add --id C1 --provider O3 --kind training --title Welding --field 0715
      $ ilactl course run add C1 --starts 2027-02-01 --mode on_site
      $ ilactl course show C1
      $ ilactl course show C1 --all-runs -O json
    """
    from ilactl.ledger.courses import course_on, missing_course
    from ilactl.reports.course_page import course_page

    snapshot = face.snapshot()
    on = face.on(snapshot)
    held = course_on(snapshot, course, on)
    if held is None:
        later = course_on(snapshot, course)
        if later:
            hint = f"its first row holds from a later day; give --on {later.valid_from}"
            raise NotFound(what=f"course {course} on {on}", hint=hint)
        raise missing_course(course)
    face.answer(course_page(snapshot, held, on, all_runs=all_runs))


_SHOWN = ("course", "title", "provider", "eqf_level", "field", "price", "unit")
"""The columns that people see; data formats hold all."""


@click.command("list")
@click.option("--provider", metavar="ID", type=ORGANISATION, help="Only courses of this provider.")
@click.option("--kind", type=click.Choice(COURSE_KINDS), help="Only courses of this kind.")
@click.option("--field", metavar="CODE", type=FIELD, help="Only courses in this ISCED-F field or below it.")
@click.option("--withdrawn", is_flag=True, help="Courses no longer offered as well.")
@face_options("on")
def list_(face: Face, provider: str | None, kind: str | None, field: str | None, withdrawn: bool) -> None:
    """List courses with what holds on the day. What `-O csv` writes can be imported again.

    \b
    Examples:
      $ ilactl course list
      $ ilactl course list --field 06 --kind training -O csv
      $ ilactl course list --provider O3 --withdrawn
    """
    from ilactl.commands.course_options import refuse_filters
    from ilactl.commands.register_rows import columns_of, register_answer, rows_in_force
    from ilactl.ledger.columns import COURSES
    from ilactl.ledger.registers import parse_facts
    from ilactl.output import Col

    snapshot = face.snapshot()
    refuse_filters(snapshot, field=field or "")
    day = face.on(snapshot).isoformat()
    rows = [
        row
        for row in rows_in_force(snapshot, COURSES, day)
        if (withdrawn or not row["withdrawn"])
        and (provider is None or row["provider"] == provider)
        and (kind is None or row["kind"] == kind)
        and (field is None or str(row["field"]).startswith(field))
    ]
    declared: set[str] = set()
    for row in rows:
        facts = parse_facts(str(row.pop("facts")))
        declared.update(facts)
        row.update(facts)
    columns = [column for column in columns_of(COURSES) if column.name != "facts"]
    columns += [Col(name) for name in sorted(declared)]
    whole = [{column.name: row.get(column.name, "") for column in columns} for row in rows]
    empty = "no course is in the register on this day"
    face.answer(register_answer("ilactl.course_list/1", whole, columns, day, _SHOWN, empty))
