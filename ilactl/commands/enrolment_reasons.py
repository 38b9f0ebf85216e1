"""`ilactl enrolment decline`, `survey` and `reasons`: why people do not enrol, or do not go on."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import click

from ilactl.commands.face import Day, Face, face_options
from ilactl.commands.importing import expect_rows_option, map_option, read_upload
from ilactl.commands.parameters import COURSE, PERSON
from ilactl.commands.registering import (
    book,
    digest_of,
    input_of,
    refuse_cell,
    refuse_input,
    refuse_unknown_course,
    summary,
)
from ilactl.errors import UsageError
from ilactl.ledger.words import REASONS

if TYPE_CHECKING:
    from ilactl.ledger.register_plan import RegisterPlan
    from ilactl.ledger.snapshot import Snapshot
    from ilactl.output import Answer, Block, Cell

__all__ = ["decline", "reasons", "survey"]


@click.command("decline")
@click.argument("person", type=PERSON)
@click.argument("course", type=COURSE, required=False)
@click.option("--reason", metavar="CODE", type=click.Choice(REASONS), required=True, help="Why, as a code.")
@click.option("--ref", metavar="TEXT", default="", help="A document, such as the note of the talk.")
@face_options("on", "dry_run", "key", "lock_wait")
def decline(face: Face, person: str, course: str | None, reason: str, ref: str) -> None:
    """Record why PERSON does not enrol, in COURSE or at all.

    Reasons are cost, time, income (lost while learning), awareness, recognition, health, care,
    work, unsuitable, full, provider and other. The same again on the same day writes nothing. Why somebody
    does not go on stands with 'ilactl enrolment cancel', and is not recorded here again.

    \b
    Examples:
      $ ilactl enrolment decline P1 --reason time
      $ ilactl enrolment decline P1 --reason cost --ref NOTE-7
    """
    from ilactl.ledger.columns import REASONS as TABLE
    from ilactl.ledger.holders import ids_of
    from ilactl.ledger.reasons import DECLINED, Reason, all_reasons, cells_of_reason
    from ilactl.ledger.register_plan import RegisterPlan

    refuse_cell("--ref", TABLE.column("ref"), ref)

    def make(snapshot: Snapshot) -> RegisterPlan:
        who = ids_of(snapshot, [person])[person][0]
        refuse_unknown_course(snapshot, course)
        row = Reason(face.on(snapshot), who, course or "", reason, DECLINED, ref)
        plan = RegisterPlan()
        known = row in all_reasons(snapshot)
        if not known:
            plan.add(TABLE, cells_of_reason(row))
        plan.outcomes.append((who, "known" if known else reason, row.recorded_on.isoformat()))
        return plan

    def show(plan: RegisterPlan, seq: int | None) -> Answer:
        return summary("enrolment decline", "person", plan, seq, dry_run=face.dry_run)

    def content(_: Snapshot) -> str:
        return digest_of(["enrolment decline", person, course or "", reason, ref])

    book(face, "enrolment decline", make, show, content=content)


@click.command("survey")
@click.argument("file", type=click.Path(allow_dash=True))
@click.option("--name", metavar="NAME", required=True, help="The survey's name, such as barriers-2026.")
@map_option
@expect_rows_option
@face_options("on", "dry_run", "key", "lock_wait")
def survey(face: Face, file: str, name: str, map_file: str | None, expect_rows: int | None) -> None:
    """Import a survey's answers to why people do not train from FILE, or from stdin for -.

    The first line names the columns, in any order: reason (a code, or several with one space
    between them), and any of ref (the answer's number), person, course, recorded_on. All answers
    are taken, or none. An answer is known by the survey's name and its number, or its row's number: the
    same file again writes nothing. --map takes a file with other columns or codes as it is.

    \b
    Examples:
      $ printf 'ref,reason\\n1,cost time\\n2,care\\n' | ilactl enrolment survey - --name barriers-2026
      $ printf 'Nr;Grund\\n1;Geld\\n' > answers.csv
      $ ilactl enrolment survey answers.csv --name panel --map sample-data/mappings/survey.toml
      $ printf 'reason\\nwork\\n' | ilactl enrolment survey - --name staff --expect-rows 1 -n
    """
    from ilactl.ledger.survey_intake import plan_survey, read_survey, survey_fault

    fault = survey_fault(name)
    if fault:
        raise UsageError(reason=f"--name: {fault}", hint="give the survey a short name of its own")
    upload = read_upload(face, file, map_file)

    def make(snapshot: Snapshot) -> RegisterPlan:
        intake = read_survey(upload)
        input_of(face, intake, expect_rows)
        by = upload.by_external_id
        plan = plan_survey(snapshot, intake, name=name, day=face.on(snapshot), by_external_id=by)
        refuse_input(intake)
        return plan

    def show(plan: RegisterPlan, seq: int | None) -> Answer:
        return summary("enrolment survey", "answer", plan, seq, dry_run=face.dry_run, many=True)

    def content(_: Snapshot) -> str:
        intake = read_survey(upload)
        refuse_input(intake)
        cells = ["\x1e".join(row.cells) for row in intake.rows]
        return digest_of(["enrolment survey", name, *intake.columns, *cells])

    book(face, "enrolment survey", make, show, content=content)


@click.command("reasons")
@click.option("--from", "first", type=Day(), metavar="DATE", help="The first day. Default: the beginning.")
@click.option("--until", type=Day(), metavar="DATE", help="The last day. Default: all that is recorded.")
@click.option("--course", metavar="ID", type=COURSE, help="Only what is about this course.")
@face_options()
def reasons(face: Face, first: date | None, until: date | None, course: str | None) -> None:
    """Rank the reasons why people do not enrol or do not go on.

    Counted are those who declined, those who cancelled, and the answers of surveys; the first
    five codes are the barriers that the Commission's survey of 2021 asked for.

    \b
    Examples:
      $ ilactl enrolment reasons
      $ ilactl enrolment reasons --from 2026-01-01 --until 2026-12-31 -O csv
      $ ilactl enrolment reasons --course C1
    """
    from ilactl.ledger.reasons import counted
    from ilactl.ledger.words import BARRIERS
    from ilactl.output import Answer, Col, Grid, Heading

    if first and until and first > until:
        raise UsageError(reason=f"--from {first} is later than --until {until}")
    snapshot = face.snapshot()
    refuse_unknown_course(snapshot, course)
    found = counted(snapshot, first=first, last=until, course=course or "")
    total = sum(sum(of.values()) for of in found.values())
    rows: list[dict[str, Cell]] = [
        {
            "reason": code,
            "barrier": code in BARRIERS,
            **found[code],
            "all": sum(found[code].values()),
            "share": _percent(sum(found[code].values()), total),
        }
        for code in sorted(found, key=lambda code: (-sum(found[code].values()), REASONS.index(code)))
    ]
    columns = [Col("reason"), Col("barrier"), Col("declined", kind="int"), Col("cancelled", kind="int")]
    columns += [Col("survey", kind="int"), Col("all", kind="int"), Col("share", kind="amount")]
    shown = [{**row, "barrier": "yes" if row["barrier"] else ""} for row in rows]
    span = (f" from {first}" if first else "") + (f" until {until}" if until else "")
    title = f"Why people do not enrol or do not go on{span}" + (f", {course}" if course else "")
    data = {"from": first, "until": until, "course": course, "total": total}
    blocks: list[Block] = [Heading(title), Grid(columns, shown, empty="no reason is recorded")]
    face.answer(Answer("ilactl.enrolment_reasons/1", rows, columns, blocks, data))


def _percent(part: int, whole: int) -> str:
    """A share in per cent with one decimal, half up, in whole numbers."""
    tenths = (2000 * part + whole) // (2 * whole)
    return f"{tenths // 10}.{tenths % 10} %"
