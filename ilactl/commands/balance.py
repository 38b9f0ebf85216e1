"""`ilactl balance`: what is on wallets, what is reserved, what may be used on a day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ilactl.commands.face import Face, face_options
from ilactl.commands.naming import named_persons
from ilactl.commands.parameters import PERSON

if TYPE_CHECKING:
    from ilactl.ledger.snapshot import Snapshot
    from ilactl.reports.balances import BalanceRow

__all__ = ["command"]

BY = ("unit", "person", "fund", "class", "rule", "region", "employer", "labour_status", "isced_level")


@click.command("balance")
@click.argument("persons", metavar="[PERSON|-]...", type=PERSON, nargs=-1)
@click.option(
    "--by",
    type=click.Choice(BY),
    metavar="WHAT",
    help=f"Group by {', '.join(BY[:-1])} or {BY[-1]}. Default: person where persons are named, else unit.",
)
@face_options("on")
def command(face: Face, persons: tuple[str, ...], by: str | None) -> None:
    """Tell balance, reserved, usable and owed of each PERSON, or of all together.

    The balance is what is on the wallet and not reserved; reserved is held for enrolments, which are
    named for a few persons;
    usable is the part of the balance that has begun and not expired on the day; owed is what the
    person has to give back. Units are never added together. Ids may come from stdin with -,
    one a line.

    With --on the ledger is read as it was booked by the end of that day.

    \b
    Examples:
      $ ilactl balance P1
      $ ilactl balance P1 P2 --on 2027-01-01
      $ echo P1 | ilactl balance -
      $ ilactl balance --by fund
      $ ilactl balance --by labour_status -O csv
    """
    from ilactl.ledger.erasures import day_of, erasures_of
    from ilactl.output import Answer, Cell, Col, Grid, Money
    from ilactl.reports.balances import balances
    from ilactl.reports.balances_lines import BalanceRequest
    from ilactl.reports.erasure import erased_notes

    snapshot = face.snapshot()
    named = named_persons(face, persons)
    by = by or ("person" if persons else "unit")
    day = face.on(snapshot)
    found = balances(snapshot, BalanceRequest(day, by, named, face.given_on)) if named or not persons else []
    units = snapshot.manifest.units
    columns = [Col(by)] if by != "unit" else []
    columns += [
        Col("unit"),
        Col("balance", kind="amount"),
        Col("reserved", kind="amount"),
        Col("usable", f"usable on {day.isoformat()}", "amount"),
        Col("owed", kind="amount"),
    ]
    rows: list[dict[str, Cell]] = []
    names = ("balance", "reserved", "usable", "owed")
    for group, unit, standing in found:
        scale = units[unit].scale
        cells: dict[str, Cell] = {} if by == "unit" else {by: group}
        cells["unit"] = unit
        for name, amount in zip(names, standing, strict=True):
            cells[name] = Money(amount, unit, scale)
        rows.append(cells)
    gone = erasures_of(snapshot, named) if named else {}
    reserved = _reserved_notes(snapshot, found) if named and by == "person" else []
    # People see the column of debts only where somebody owes; data formats always have it.
    shown = columns if any(row.standing.owed for row in found) else columns[:-1]
    face.answer(
        Answer(
            "ilactl.balance/1",
            rows=rows,
            columns=columns,
            blocks=[Grid(shown, rows, empty="no entries")],
            data={
                "by": by,
                "usable_on": day,
                "booked_until": face.given_on,
                **(
                    {"erased_on": {one: day_of(snapshot, done) for one, done in gone.items()}} if gone else {}
                ),
            },
            notes=[*reserved, *erased_notes(snapshot, gone)],
        )
    )


def _reserved_notes(snapshot: Snapshot, found: list[BalanceRow]) -> list[str]:
    """For a few persons, what is reserved for which enrolment."""
    from ilactl.ledger.holders import FEW

    holding = dict.fromkeys(row.group for row in found if row.group and row.standing.reserved)
    if not holding or len(holding) > FEW:
        return []
    from ilactl.ledger.entries import entries_of
    from ilactl.reports.reserved_for import reserved_sentences

    return [line for one in holding for line in reserved_sentences(snapshot, one, entries_of(snapshot, one))]
