"""`ilactl person import`: many account holders, or their figures, from a file."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import click

from ilactl.commands.face import Day, Face, face_options
from ilactl.commands.importing import expect_rows_option, map_option, read_upload, refuse_total
from ilactl.commands.registering import (
    book,
    digest_of,
    facts_of,
    fresh_id,
    fresh_salt,
    input_of,
    refuse_input,
    summary,
)
from ilactl.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ilactl.ledger.intake import Intake
    from ilactl.ledger.person_plan import Fact
    from ilactl.ledger.register_plan import RegisterPlan
    from ilactl.ledger.snapshot import Snapshot
    from ilactl.ledger.upload import Upload
    from ilactl.output import Answer

__all__ = ["command"]


@click.command("import")
@click.argument("file", type=click.Path(allow_dash=True))
@click.option(
    "--from", "valid_from", type=Day(), metavar="DATE",
    help="The first day rows without valid_from are true. Default: --on.",
)  # fmt: skip
@map_option
@expect_rows_option
@click.option(
    "--expect-total", metavar="NUMBER", help="Refuse a file of figures unless they add up to NUMBER."
)
@face_options("on", "dry_run", "key", "lock_wait")
def command(
    face: Face,
    file: str,
    valid_from: date | None,
    map_file: str | None,
    expect_rows: int | None,
    expect_total: str | None,
) -> None:
    """Import persons or figures from FILE, or from stdin for -.

    The first line names the columns, in any order: person or external_id, then any of
    valid_from, name, birth_date, contact, external_id, isced_level, labour_status, work_share,
    employer, region, groups, and the states the scheme declares. A column that is there is taken
    as it stands, an empty cell included; a column left out keeps what is known. Persons who are
    not known are added; without an id they get a random one.

    A file with the columns person (or external_id), figure, from, to, value and source holds
    figures. All rows are taken, or none. The same file again writes nothing.

    A file with other columns, marks or codes comes in as it is with --map; FILE may be a
    spreadsheet (XLSX). --expect-rows and --expect-total are the sender's control figures.

    \b
    Examples:
      $ printf 'person,region\\nP1,Vilnius\\nP2,Kaunas\\n' | ilactl person import -
      $ ilactl person list -O csv | ilactl person import -
      $ printf 'Personalnummer;Geburtsdatum;Status;Notiz\\nS7;17.05.1990;A;x\\n' > staff.csv
      $ ilactl person import staff.csv --map sample-data/mappings/staff.toml --expect-rows 1
    """
    from ilactl.ledger.person_intake import (
        holds_figures,
        plan_figures,
        plan_persons,
        public_cells,
        read_persons,
    )
    from ilactl.ledger.person_plan import PersonPlanner

    upload = read_upload(face, file, map_file)
    if valid_from and holds_figures(upload):
        raise UsageError(reason="--from does not go with figures, which say from when to when they are")

    def make(snapshot: Snapshot) -> RegisterPlan:
        facts = _facts_for(snapshot, upload)
        intake = read_persons(upload, facts)
        input_of(face, intake, expect_rows)
        _refuse_total(intake, expect_total)
        on = face.on(snapshot)
        planner = PersonPlanner(snapshot, facts=facts, on=on, new_salt=fresh_salt, whole=True)
        if holds_figures(upload):
            plan = plan_figures(snapshot, intake, planner, facts)
        else:
            prefix = snapshot.manifest.prefix
            plan = plan_persons(
                intake,
                planner,
                day=(valid_from or on).isoformat(),
                new_id=lambda: fresh_id(prefix, planner.persons.rows),
            )
        refuse_input(intake)
        return plan

    def show(plan: RegisterPlan, seq: int | None) -> Answer:
        return summary("person import", "person", plan, seq, dry_run=face.dry_run, many=True)

    def content(snapshot: Snapshot) -> str:
        intake = read_persons(upload, _facts_for(snapshot, upload))
        refuse_input(intake)
        return digest_of(["person import", str(valid_from or ""), *intake.columns, *public_cells(intake)])

    book(face, "person import", make, show, content=content)


def _refuse_total(intake: Intake, expected: str | None) -> None:
    """Refuse a file of figures that do not add up to the sender's control figure."""
    from ilactl.ledger.person_intake import total_of
    from ilactl.money import decimal_text, parse_decimal

    if expected is None or intake.findings:
        return
    wanted = parse_decimal(expected)
    if wanted is None:
        raise UsageError(reason=f"--expect-total {expected!r} is not a plain number such as 1607.50")
    if "value" not in intake.columns:
        raise UsageError(
            reason="--expect-total stands with an import that holds no figures", hint="leave it out"
        )
    total = total_of(intake)
    if total != wanted:
        refuse_total(intake.path, decimal_text(total), expected)  # figures have 6 decimals at most


def _facts_for(snapshot: Snapshot, upload: Upload) -> Mapping[str, Fact]:
    """The scheme's facts, unless the import names none but built-in columns."""
    from ilactl.ledger.person_intake import holds_figures
    from ilactl.ledger.person_plan import IDENTITY_COLUMNS, STATE_COLUMNS

    built_in = {"person", "valid_from", *IDENTITY_COLUMNS, *STATE_COLUMNS}
    return facts_of(snapshot) if holds_figures(upload) or set(upload.names) - built_in else {}
