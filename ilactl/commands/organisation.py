"""`ilactl organisation`: employers, employment services, training providers, funders."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from ilactl.commands.face import Day, Face, face_options
from ilactl.commands.importing import expect_rows_option, map_option, read_upload
from ilactl.commands.parameters import ORGANISATION
from ilactl.commands.registering import (
    book,
    digest_of,
    fresh_id,
    input_of,
    refuse_input,
    refuse_options,
    summary,
)
from ilactl.errors import AlreadyThere, NotFound, UsageError
from ilactl.ledger.columns import ORGANISATIONS
from ilactl.ledger.iban import compact_iban
from ilactl.ledger.words import ORGANISATION_KINDS

if TYPE_CHECKING:
    from ilactl.ledger.register_plan import RegisterPlan
    from ilactl.ledger.snapshot import Snapshot
    from ilactl.output import Answer

__all__ = ["command"]


@click.group("organisation")
def command() -> None:
    """Employers, employment services, training providers and funders.

    \b
    Examples:
      $ ilactl organisation add --id O1 --kind employer --name "Baltic Timber"
      $ ilactl organisation list
    """


def _options(function: Callable[..., Any]) -> Callable[..., Any]:
    for flags, extra in (
        (
            ("--from", "valid_from"),
            {"type": Day(), "metavar": "DATE", "help": "The first day it is true. Default: --on."},
        ),
        (
            ("--iban",),
            {"metavar": "IBAN", "help": "The account it is paid on; somebody else must confirm it."},
        ),
        (("--lift-suspension",), {"is_flag": True, "help": "It may get something again."}),
        (
            ("--suspend",),
            {"metavar": "WHY", "help": "It gets nothing until that is lifted: no enrolment, no payment."},
        ),
        (("--label-until",), {"type": Day(), "metavar": "DATE", "help": "The label's last day."}),
        (("--label-from",), {"type": Day(), "metavar": "DATE", "help": "The label's first day."}),
        (("--label-issuer",), {"metavar": "TEXT", "help": "Who gave the label."}),
        (("--quality-label",), {"metavar": "TEXT", "help": "The quality label it holds."}),
        (("--contact",), {"metavar": "TEXT", "help": "An e-mail address or telephone number."}),
        (("--register-no",), {"metavar": "TEXT", "help": "Its number in the public register."}),
        (("--country",), {"metavar": "CC", "help": "Its country's code."}),
        (("--name",), {"metavar": "TEXT", "help": "Its name."}),
        (
            ("--kind", "kinds"),
            {
                "multiple": True,
                "type": click.Choice(ORGANISATION_KINDS),
                "help": "What it is to the scheme; may be given several times.",
            },
        ),
    ):
        function = click.option(*flags, **extra)(function)
    return function


def _given(options: Mapping[str, Any]) -> dict[str, str]:
    """The cells given on the command line, by column."""
    cells = {"kinds": " ".join(dict.fromkeys(options["kinds"]))} if options["kinds"] else {}
    for name in ORGANISATIONS.names:
        value = options.get(name)
        if value is not None and name not in ("valid_from", "kinds"):
            cells[name] = value.isoformat() if isinstance(value, date) else value
    why = options["suspend"]
    if why is not None and (options["lift_suspension"] or not why):
        hint = "give --suspend with the reason, or --lift-suspension alone"
        raise UsageError(reason="--suspend says why, and does not go with --lift-suspension", hint=hint)
    if why or options["lift_suspension"]:
        cells["suspended"] = why or ""
    if "iban" in cells:
        cells["iban"] = compact_iban(cells["iban"])
    return cells


@command.command("add")
@click.option("--id", "identifier", metavar="ID", help="The organisation's id. Default: a random one.")
@_options
@face_options("on", "dry_run", "key", "lock_wait")
def add(face: Face, /, identifier: str | None, **options: Any) -> None:
    """Add an organisation. Adding the same one under the same id again writes nothing.

    \b
    Examples:
      $ ilactl organisation add --id O1 --kind employer --name "Baltic Timber" --country LT
      $ ilactl organisation add --id O2 --kind provider --name "Open Academy" --quality-label EQAVET
      $ ilactl organisation add --kind provider --name "Night School" --iban "LT12 1000 0111 0100 1000"
    """
    if not options["kinds"] or not options["name"]:
        raise UsageError(reason="an organisation needs --kind and --name")
    given = _given(options)

    def name_it(snapshot: Snapshot, taken: Callable[[str], object]) -> str:
        return identifier or fresh_id(snapshot.manifest.prefix, taken)

    _book(face, "organisation add", name_it, given, options["valid_from"], about=identifier or "", new=True)


@command.command("update")
@click.argument("organisation", type=ORGANISATION)
@_options
@face_options("on", "dry_run", "key", "lock_wait")
def update(face: Face, /, organisation: str, **options: Any) -> None:
    """Record what is true of an organisation from a day on.

    What is not named stays as it was on that day. The same update again writes nothing. A new or
    changed account is paid nothing before somebody else confirms it.

    \b
    Examples:
      $ ilactl organisation add --id O1 --kind employer --name "Baltic Timber"
      $ ilactl organisation update O1 --from 2026-12-01 --contact training@timber.example
      $ ilactl organisation update O1 --suspend "audit of March" --label-issuer "Quality Council"
      $ ilactl organisation update O1 --lift-suspension
    """
    given = _given(options)
    _book(
        face,
        "organisation update",
        lambda *_: organisation,
        given,
        options["valid_from"],
        about=organisation,
        new=False,
    )


def _book(
    face: Face,
    name: str,
    name_it: Callable[[Snapshot, Callable[[str], object]], str],
    given: dict[str, str],
    valid_from: date | None,
    *,
    about: str,
    new: bool,
) -> None:
    from ilactl.ledger.grammar import fault_of
    from ilactl.ledger.organisation_intake import OrganisationPlanner
    from ilactl.ledger.register_plan import Problem

    def make(snapshot: Snapshot) -> RegisterPlan:
        planner = OrganisationPlanner(snapshot, whole=False)
        identifier = name_it(snapshot, planner.book.rows)
        known = identifier in planner.book
        if not new and not known:
            raise NotFound(
                what=f"organisation {identifier}", hint="'ilactl organisation list' shows all of them"
            )
        day = (valid_from or face.on(snapshot)).isoformat()
        cells = {"organisation": identifier, **given}
        faults = [
            (n, fault_of(ORGANISATIONS.column(n), text)) for n, text in cells.items() if n != "iban"
        ]  # the planner says more of an account
        problems = [Problem(column, fault) for column, fault in faults if fault]
        refuse_options(problems or planner.problems(identifier, day, given))
        planner.take(identifier, day, given)
        if new and known and planner.plan.lines:
            hint = f"'ilactl organisation update {identifier}' changes it; nothing was written"
            raise AlreadyThere(what=f"organisation {identifier}", hint=hint)
        return planner.plan

    def show(plan: RegisterPlan, seq: int | None) -> Answer:
        return summary(name, "organisation", plan, seq, dry_run=face.dry_run)

    def content(_: Snapshot) -> str:
        cells = (f"{column}={text}" for column, text in sorted(given.items()))
        return digest_of([name, about, str(valid_from or ""), *cells])

    book(face, name, make, show, content=content)


@command.command("import")
@click.argument("file", type=click.Path(allow_dash=True))
@click.option(
    "--from",
    "valid_from",
    type=Day(),
    metavar="DATE",
    help="The first day rows without valid_from are true. Default: --on.",
)
@map_option
@expect_rows_option
@face_options("on", "dry_run", "key", "lock_wait")
def import_(
    face: Face, file: str, valid_from: date | None, map_file: str | None, expect_rows: int | None
) -> None:
    """Import organisations from FILE, or from stdin for -.

    The first line names the columns, in any order: organisation, then any of valid_from, kinds,
    name, country, register_no, contact, quality_label, label_issuer, label_from, label_until,
    suspended, iban, iban_confirmed. A column that is there is taken as it stands; a column left out
    keeps what is known. iban_confirmed may only repeat what is known: an import confirms nothing.
    All rows are taken, or none. The same file again writes nothing. --map takes a file with other
    columns, marks or codes as it is; FILE may be a spreadsheet (XLSX).

    \b
    Examples:
      $ printf 'organisation,kinds,name\\nO1,employer,Baltic Timber\\n' | ilactl organisation import -
      $ ilactl organisation list -O csv | ilactl organisation import -
      $ printf 'Nr|Firma|Art\\nO7|Brot AG|AG\\n' > firms.txt
      $ ilactl organisation import firms.txt --map sample-data/mappings/firms.toml --expect-rows 1
    """
    from ilactl.ledger.organisation_intake import OrganisationPlanner, plan_organisations, read_organisations

    upload = read_upload(face, file, map_file)

    def make(snapshot: Snapshot) -> RegisterPlan:
        intake = read_organisations(upload)
        input_of(face, intake, expect_rows)
        planner = OrganisationPlanner(snapshot, whole=True)
        plan = plan_organisations(intake, planner, day=(valid_from or face.on(snapshot)).isoformat())
        refuse_input(intake)
        return plan

    def show(plan: RegisterPlan, seq: int | None) -> Answer:
        return summary("organisation import", "organisation", plan, seq, dry_run=face.dry_run, many=True)

    def content(_: Snapshot) -> str:
        intake = read_organisations(upload)
        refuse_input(intake)
        cells = ["\x1e".join(row.cells) for row in intake.rows]
        return digest_of(["organisation import", str(valid_from or ""), *intake.columns, *cells])

    book(face, "organisation import", make, show, content=content)


def _register() -> None:
    """Join the commands of the neighbouring files to the group."""
    from ilactl.commands import organisation_confirm, organisation_views

    views = (organisation_views.show, organisation_views.list_, organisation_views.find)
    for inner in (organisation_confirm.confirm, *views):
        command.add_command(inner)


_register()
