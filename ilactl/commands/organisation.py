"""`ilactl organisation`: employers, employment services, training providers, funders."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from ilactl.commands.face import Day, Face, face_options
from ilactl.commands.parameters import ORGANISATION
from ilactl.commands.register_rows import Asked, book_import, book_row, declare, from_option, import_options
from ilactl.commands.registering import fresh_id
from ilactl.errors import NotFound, UsageError
from ilactl.ledger.columns import ORGANISATIONS
from ilactl.ledger.iban import compact_iban
from ilactl.ledger.words import ORGANISATION_KINDS

if TYPE_CHECKING:
    from ilactl.ledger.organisation_intake import OrganisationPlanner
    from ilactl.ledger.register_intake import RegisterPlanner
    from ilactl.ledger.snapshot import Snapshot

__all__ = ["command"]


@click.group("organisation")
def command() -> None:
    """Employers, employment services, training providers and funders.

    \b
    Examples:
      $ ilactl organisation add --id O1 --kind employer --name "Baltic Timber"
      $ ilactl organisation list
    """


_options = declare(
    (
        (
            ("--kind", "kinds"),
            {
                "multiple": True,
                "type": click.Choice(ORGANISATION_KINDS),
                "help": "What it is to the scheme; may be given several times.",
            },
        ),
        (("--name",), {"metavar": "TEXT", "help": "Its name."}),
        (("--country",), {"metavar": "CC", "help": "Its country's code."}),
        (("--register-no",), {"metavar": "TEXT", "help": "Its number in the public register."}),
        (("--contact",), {"metavar": "TEXT", "help": "An e-mail address or telephone number."}),
        (("--quality-label",), {"metavar": "TEXT", "help": "The quality label it holds."}),
        (("--label-issuer",), {"metavar": "TEXT", "help": "Who gave the label."}),
        (("--label-from",), {"type": Day(), "metavar": "DATE", "help": "The label's first day."}),
        (("--label-until",), {"type": Day(), "metavar": "DATE", "help": "The label's last day."}),
        (
            ("--suspend",),
            {"metavar": "WHY", "help": "It gets nothing until that is lifted: no enrolment, no payment."},
        ),
        (("--lift-suspension",), {"is_flag": True, "help": "It may get something again."}),
        (
            ("--iban",),
            {"metavar": "IBAN", "help": "The account it is paid on; somebody else must confirm it."},
        ),
    )
)


def _given(options: Mapping[str, Any]) -> dict[str, str]:
    """The cells given on the command line, by column."""
    cells = {"kinds": " ".join(dict.fromkeys(options["kinds"]))} if options["kinds"] else {}
    for name in ORGANISATIONS.names:
        value = options.get(name)
        if value is not None and name != "kinds":
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
@from_option
@face_options("on", "dry_run", "key", "lock_wait")
def add(face: Face, /, identifier: str | None, valid_from: date | None, **options: Any) -> None:
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

    book_row(
        face,
        "organisation add",
        _planner,
        lambda snapshot, planner: identifier or fresh_id(snapshot.manifest.prefix, planner.book.rows),
        given,
        valid_from,
        about=identifier or "",
        new=True,
    )


@command.command("update")
@click.argument("organisation", type=ORGANISATION)
@_options
@from_option
@face_options("on", "dry_run", "key", "lock_wait")
def update(face: Face, /, organisation: str, valid_from: date | None, **options: Any) -> None:
    """Record what is true of an organisation from a day on.

    What is not named stays as it was on that day. The same update again writes nothing. A new or
    changed account is paid nothing before somebody else confirms it. A suspension and an account hold
    until they are changed again, also beyond a day for which something else was recorded before; where
    that day's row says otherwise of what is named here, a warning tells it.

    \b
    Examples:
      $ ilactl organisation add --id O1 --kind employer --name "Baltic Timber"
      $ ilactl organisation update O1 --from 2026-12-01 --contact training@timber.example
      $ ilactl organisation update O1 --suspend "audit of March" --label-issuer "Quality Council"
      $ ilactl organisation update O1 --lift-suspension
    """
    given = _given(options)
    book_row(
        face,
        "organisation update",
        _planner,
        _named(organisation),
        given,
        valid_from,
        about=organisation,
        new=False,
    )


def _named(organisation: str) -> Callable[[Snapshot, RegisterPlanner], str]:
    """The organisation to be changed. What is not there is not found, whatever else is wrong."""

    def name_it(_: Snapshot, planner: RegisterPlanner) -> str:
        if organisation not in planner.book:
            raise NotFound(
                what=f"organisation {organisation}", hint="'ilactl organisation list' shows all of them"
            )
        return organisation

    return name_it


def _planner(snapshot: Snapshot, *, whole: bool = False) -> OrganisationPlanner:
    from ilactl.ledger.organisation_intake import OrganisationPlanner

    return OrganisationPlanner(snapshot, whole=whole)


@command.command("import")
@import_options
def import_(face: Face, asked: Asked) -> None:
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
    from ilactl.ledger.organisation_intake import read_organisations

    book_import(
        face,
        "organisation import",
        asked,
        lambda _: read_organisations(asked.upload),
        lambda snapshot: _planner(snapshot, whole=True),
    )


def _register() -> None:
    """Join the commands of the neighbouring files to the group."""
    from ilactl.commands import organisation_confirm, organisation_views

    views = (organisation_views.show, organisation_views.list_, organisation_views.find)
    for inner in (organisation_confirm.confirm, *views):
        command.add_command(inner)


_register()
