"""`ilactl enrolment import`: many enrolments and steps from a provider's list, all or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ilactl.commands.face import Face, face_options
from ilactl.commands.importing import expect_rows_option, map_option, read_upload

if TYPE_CHECKING:
    from ilactl.commands.recording import Booking
    from ilactl.ledger.snapshot import Snapshot
    from ilactl.ledger.upload import Upload
    from ilactl.output import Answer

__all__ = ["import_"]


@click.command("import")
@click.argument("file", type=click.Path(allow_dash=True))
@map_option
@expect_rows_option
@click.option(
    "--allow-large", metavar="N", type=click.IntRange(1), help="Pass the guards of ledger.toml for N entries."
)
@face_options("on", "dry_run", "key", "lock_wait")
def import_(
    face: Face, file: str, map_file: str | None, expect_rows: int | None, allow_large: int | None
) -> None:
    """Take enrolments and their steps from FILE, or from stdin for -: attendance lists, completions.

    The first line names the columns, in any order: step (enrolled, started, attended, completed,
    certified or cancelled), and enrolment, or person and course; then any of run, on, attendance,
    result, by, reason, force_majeure, new_date, consent, ref. Who is enrolled needs consent. Rows are
    taken in the file's order, in one commit, or none is; what is recorded already is counted and
    not recorded again. So that a list can come twice, a row without a day is taken for what is there:
    who is to be enrolled again in a run where they were once needs a day in the column on. --map takes
    a provider's own list as it is; FILE may be a spreadsheet (XLSX).

    \b
    Examples:
      $ printf 'step,person,course,run,consent\\nenrolled,P1,C1,R1,form 7\\n' > list.csv
      $ ilactl enrolment import list.csv -n
      $ ilactl enrolment import list.csv --expect-rows 1
      $ printf 'step,person,course\\nstarted,P1,C1\\n' | ilactl enrolment import - --allow-large 10
      $ printf 'Nr;Kurs;Anteil\\nP1;C1;0,8\\n' > presence.csv
      $ ilactl enrolment import presence.csv --map sample-data/mappings/presence.toml
    """
    import hashlib

    from ilactl.commands.recording import record

    upload = read_upload(face, file, map_file)

    def make(snapshot: Snapshot, locked: bool) -> Booking:
        return _booking(face, snapshot, upload, expect_rows, allow_large, remember=locked)

    digest = hashlib.sha256(upload.data).hexdigest()
    mapping = hashlib.sha256(upload.mapping.source.encode()).hexdigest() if upload.mapping else ""
    record(face, "enrolment import", make, content=[digest, mapping, str(face.given_on or "")])


def _booking(
    face: Face,
    snapshot: Snapshot,
    upload: Upload,
    expect_rows: int | None,
    allow_large: int | None,
    *,
    remember: bool,
) -> Booking:
    from ilactl.commands.guards import refuse_large
    from ilactl.commands.recording import Booking, booking_day
    from ilactl.commands.registering import input_of, refuse_input
    from ilactl.dates import parse_date
    from ilactl.ledger.enrolment_intake import cells_of, read_steps
    from ilactl.reports.step_batch import batch_answer
    from ilactl.rules.load import load_scheme
    from ilactl.rules.spending_source import Whole
    from ilactl.rules.step_batch import plan_steps

    intake = read_steps(upload)
    input_of(face, intake, expect_rows)
    on = face.on(snapshot)
    rows = cells_of(snapshot, intake, by_external_id=upload.by_external_id)
    latest = max([on, *(day for cells in rows if (day := parse_date(cells["on"])))])
    if latest > on:
        for cells in rows:
            if cells["on"] and cells["on"] > on.isoformat():
                cells.fault("on", f"{cells['on']} is still to come on {on}", "give --on with the later day")
        refuse_input(intake)
    booked_on = booking_day(snapshot, on)
    scheme = load_scheme(snapshot, remember=remember)
    named = None if "enrolment" in intake.columns else {cells.person() for cells in rows}
    plan = plan_steps(snapshot, Whole(snapshot, named), scheme, rows, on, booked_on)
    refuse_input(intake)
    refuse_large(
        snapshot.manifest,
        persons=len({step.person for step in plan.steps}),
        entries=len(plan.entries),
        totals=plan.totals("reserve"),
        allow_large=allow_large,
    )

    def answer(seq: int | None) -> Answer:
        return batch_answer(plan, snapshot, commit=seq, dry_run=face.dry_run)

    return Booking(
        plan=plan,
        booked_on=booked_on,
        answer=answer,
        entries=plan.entries,
        steps=plan.steps,
        versions=tuple(plan.versions),
        scheme=scheme,
        done=not plan.steps,
    )
