"""`ilactl contribution`: what employers, employment services and others add to a wallet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ilactl.commands.face import Face, face_options
from ilactl.commands.importing import expect_rows_option, map_option, read_upload
from ilactl.commands.parameters import CONTRIBUTION_RULE, GIVER, PERSON, UNIT
from ilactl.errors import UsageError

if TYPE_CHECKING:
    from ilactl.ledger.entries import Entry
    from ilactl.ledger.snapshot import Snapshot

__all__ = ["command"]

_FROM = "An organisation's id, fund:NAME of ledger.toml, or own for the holder's own money."
_RULE = "The contribution rule, where several fit."


@click.group("contribution")
def command() -> None:
    """Add to wallets what employers, employment services and others pay in.

    \b
    Examples:
      $ ilactl contribution list
    """


@command.command("add")
@click.argument("person", type=PERSON)
@click.argument("amount")
@click.option("--from", "giver", metavar="ORG", type=GIVER, required=True, help=_FROM)
@click.option(
    "--ref", metavar="TEXT", required=True, help="The payment's own reference. Booked once for a person."
)
@click.option("--unit", metavar="UNIT", type=UNIT, default="", help="The unit, where rules take several.")
@click.option("--rule", metavar="ID", type=CONTRIBUTION_RULE, default="", help=_RULE)
@click.option(
    "--earmark", metavar="WHAT", default="", help="What alone it may buy: kind:NAME, course:ID or field:CODE."
)
@click.option("--use-by", metavar="DATE", default="", help="The last day to use it.")
@face_options("on", "dry_run", "yes", "key", "lock_wait")
def add(
    face: Face,
    person: str,
    amount: str,
    giver: str,
    ref: str,
    unit: str,
    rule: str,
    earmark: str,
    use_by: str,
) -> None:
    """Book one contribution of AMOUNT to PERSON's wallet.

    Who gives, under which reference and for whom, makes a contribution what it is: booked once,
    the same again writes nothing, and another amount under the same reference is refused. The
    amount is plain, such as 800 or 125.50; it is never rounded. Where the rule allows it, --earmark
    ties it to a kind of training, a course or a field, and --use-by sets its last day; what is left
    then goes where the rule says, with the next top-up or 'ilactl expire'.

    \b
    Examples:
      $ ilactl contribution add P1 800.00 --from O1 --ref PAY-101
      $ ilactl contribution add P1 125.50 --from O1 --ref PAY-102 -n
    """
    from ilactl.commands.contributing import Wish, book
    from ilactl.ledger.columns import ENTITLEMENTS
    from ilactl.ledger.grammar import fault_of
    from ilactl.rules.contribution_requests import ContributionRequest

    fault = fault_of(ENTITLEMENTS.column("ref"), ref) if ref else "ref is empty"
    if fault:
        raise UsageError(reason=f"--ref: {fault}", hint="give the reference that the payment bears")
    mark = fault_of(ENTITLEMENTS.column("earmark"), earmark) if earmark else ""
    if mark:
        raise UsageError(reason=f"--earmark: {mark}", hint="write it as kind:training or course:C12")
    request = ContributionRequest(person, amount, ref, unit, earmark=earmark, use_by=use_by)
    book(face, "contribution add", Wish(giver, rule, one=request))


@command.command("import")
@click.argument("file", type=click.Path(allow_dash=True))
@click.option("--from", "giver", metavar="ORG", type=GIVER, required=True, help=_FROM)
@click.option("--rule", metavar="ID", type=CONTRIBUTION_RULE, default="", help=_RULE)
@map_option
@expect_rows_option
@click.option(
    "--expect-total", metavar='"AMOUNT[ UNIT]"', help="Refuse the file unless its rows add up to this."
)
@click.option(
    "--allow-large", metavar="N", type=click.IntRange(1), help="Pass the guards of ledger.toml for N entries."
)
@face_options("on", "dry_run", "yes", "key", "lock_wait")
def import_(
    face: Face,
    file: str,
    giver: str,
    rule: str,
    map_file: str | None,
    expect_rows: int | None,
    expect_total: str | None,
    allow_large: int | None,
) -> None:
    """Book one giver's contributions from FILE, or from stdin for -.

    The first line names the columns, in any order: person, amount, ref and, where rules take
    several units, unit; where the rule allows them, earmark and use_by. All rows are booked in one
    commit, or none. What is booked already is counted and not booked again, so the same file again
    writes nothing.

    A payroll's own file, with staff numbers and decimal commas, comes in as it is with --map;
    FILE may be a spreadsheet (XLSX). --expect-rows and --expect-total are the sender's control
    figures over all rows of the file: where one differs, nothing is booked.

    \b
    Examples:
      $ printf 'person,amount,ref\\nP1,800.00,PAY-1\\n' | ilactl contribution import - --from O1
      $ ilactl contribution import sample-data/mappings/pay.csv --map sample-data/mappings/pay.toml --from O4
    """
    from ilactl.commands.contributing import Wish, book

    wish = Wish(
        giver,
        rule,
        upload=read_upload(face, file, map_file),
        allow_large=allow_large,
        expect_rows=expect_rows,
        expect_total=expect_total,
    )
    book(face, "contribution import", wish)


@command.command("list")
@click.option(
    "--from", "giver", metavar="ORG", type=GIVER, help="Only what this organisation, fund:NAME or own gave."
)
@click.option("--person", metavar="ID", type=PERSON, help="Only what this person got.")
@face_options()
def list_(face: Face, giver: str | None, person: str | None) -> None:
    """List the contributions booked, oldest first.

    \b
    Examples:
      $ ilactl contribution list
      $ ilactl contribution list --from O1 -O csv
      $ ilactl contribution list --person P1
    """
    from ilactl.output import Answer, Cell, Col, Grid, Money
    from ilactl.rules.contributions import reversed_amounts

    snapshot = face.snapshot()
    entries = _booked(snapshot, giver, person)
    units = snapshot.manifest.units
    given = [entry for entry in entries if entry.kind == "contribute" and not entry.lot]
    if giver:
        given = [e for e in given if e.source == giver or e.source.endswith(f":{giver}")]
    back = reversed_amounts(entries)
    columns = [Col("entry"), Col("booked_on", kind="date"), Col("person"), Col("amount", kind="amount")]
    columns += [
        Col("unit"),
        Col("from"),
        Col("class"),
        Col("rule"),
        Col("ref"),
        Col("reversed", kind="amount"),
    ]
    rows: list[dict[str, Cell]] = []
    for entry in given:
        scale = units[entry.unit].scale
        taken = back.get(entry.entry)
        rows.append({
            "entry": entry.entry,
            "booked_on": entry.booked_on,
            "person": entry.person,
            "amount": Money(entry.amount, entry.unit, scale),
            "unit": entry.unit,
            "from": entry.source,
            "class": entry.target.partition(":")[2],
            "rule": entry.rule,
            "ref": entry.ref,
            "reversed": Money(taken, entry.unit, scale) if taken else None,
        })  # fmt: skip
    shown = columns if any(row["reversed"] for row in rows) else columns[:-1]
    block = Grid(shown, rows, empty="no contributions")
    face.answer(Answer("ilactl.contribution_list/1", rows=rows, columns=columns, blocks=[block]))


def _booked(snapshot: Snapshot, giver: str | None, person: str | None) -> list[Entry]:
    """Contributions and corrections, read by as few lines as the options allow."""
    from ilactl.ledger.entries import entries_of, entries_with
    from ilactl.ledger.holders import ids_of

    if person:
        return entries_of(snapshot, ids_of(snapshot, [person])[person][0])
    found = [entry for kind in ("contribute", "correct") for entry in entries_with(snapshot, "kind", kind)]
    if giver:
        from ilactl.rules.givers import giver_of

        giver_of(snapshot, giver, None)
    return sorted(found, key=lambda entry: entry.offset)
