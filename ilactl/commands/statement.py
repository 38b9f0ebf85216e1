"""`ilactl statement`: what happened on a person's wallet, in words."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import click

from ilactl.commands.face import Day, Face, face_options
from ilactl.commands.parameters import PERSON
from ilactl.errors import UsageError

if TYPE_CHECKING:
    from ilactl.output import Block, Cell
    from ilactl.reports.statement import Statement

__all__ = ["command"]


@click.command("statement")
@click.argument("person", type=PERSON)
@click.option("--from", "first", type=Day(), metavar="DATE", help="The first day. Default: the beginning.")
@click.option("--until", type=Day(), metavar="DATE", help="The last day. Default: all that is booked.")
@face_options("on")
def command(face: Face, person: str, first: date | None, until: date | None) -> None:
    """Tell what happened on PERSON's wallet, movement by movement, and where it stands.

    Opening balance, every movement in words with the balance after it, what is reserved, what
    ends when, what the person is enrolled in, and what may be used: today, on --on, or on the last
    day of the statement.

    \b
    Examples:
      $ ilactl statement P1
      $ ilactl statement P1 --from 2026-01-01 --until 2026-12-31
      $ ilactl statement P1 -O csv
    """
    from ilactl.ledger.erasures import erasures_of
    from ilactl.output import Answer, Col, Grid, Heading, Money
    from ilactl.reports.erasure import erased_notes
    from ilactl.reports.reserved_for import SHOWN, row_of_running
    from ilactl.reports.statement import statement

    if first and until and first > until:
        raise UsageError(reason=f"--from {first} is later than --until {until}")
    snapshot = face.snapshot()
    day = face.given_on or until or face.on(snapshot)
    found = statement(snapshot, person, day, first=first, until=until)
    scales = {unit: one.scale for unit, one in snapshot.manifest.units.items()}

    def money(minor: int, unit: str) -> Money:
        return Money(minor, unit, scales[unit])

    rows: list[dict[str, Cell]] = [
        {
            "booked_on": movement.entry.booked_on,
            "entry": movement.entry.entry,
            "kind": movement.entry.kind,
            "what": movement.text + (" (taken in from an edited file)" if movement.adopted else ""),
            "unit": movement.entry.unit,
            "amount": money(movement.entry.amount, movement.entry.unit),
            "change": money(movement.change, movement.entry.unit),
            "balance": money(movement.balance, movement.entry.unit),
            "reserved": money(movement.reserved, movement.entry.unit),
            "lot": movement.entry.lot or movement.entry.entry,
            "rule": movement.entry.rule or None,
            "period": movement.entry.period or None,
            "enrolment": movement.entry.enrolment or None,
            "ref": movement.entry.ref or None,
            "adopted": movement.adopted,
        }
        for movement in found.movements
    ]
    amounts = ("amount", "change", "balance", "reserved")
    columns = [Col(name, kind="amount" if name in amounts else "text") for name in _COLUMNS]
    lots: list[dict[str, Cell]] = [
        {
            "lot": lot.entry,
            "unit": lot.unit,
            "balance": money(lot.balance, lot.unit),
            "reserved": money(lot.held, lot.unit),
            "usable_from": lot.usable_from,
            "usable_until": lot.expires_on,
            "only_for": lot.earmark or None,
        }
        for lot in found.lots
    ]
    standing: list[dict[str, Cell]] = [
        {
            "unit": unit,
            "opening": money(found.opening[unit].balance, unit),
            "opening_reserved": money(found.opening[unit].reserved, unit),
            "balance": money(now.balance, unit),
            "reserved": money(now.reserved, unit),
            "usable": money(now.usable, unit),
            "owed": money(now.owed, unit),
        }
        for unit, now in found.standing.items()
    ]
    data: dict[str, Any] = {
        "person": found.person,
        "ids": list(found.ids),
        "name": found.name or None,
        "from": found.first,
        "until": found.until,
        "usable_on": found.day,
        "units": standing,
        "lots": lots,
        "enrolments": [row_of_running(one, snapshot) for one in found.running],
    }
    blocks = _blocks(found, rows, standing, lots)
    if found.running:
        blocks += [Heading("What you are enrolled in"), Grid(SHOWN, data["enrolments"])]
    notes = erased_notes(snapshot, erasures_of(snapshot, [person]))
    face.answer(Answer("ilactl.statement/1", rows, columns, blocks, data, notes))


_COLUMNS = (
    "booked_on", "entry", "kind", "what", "unit", "amount", "change", "balance", "reserved",
    "lot", "rule", "period", "enrolment", "ref", "adopted",
)  # fmt: skip


def _blocks(
    found: Statement,
    rows: list[dict[str, Cell]],
    standing: list[dict[str, Cell]],
    lots: list[dict[str, Cell]],
) -> list[Block]:
    """What people see: who and when, the movements, where it stands, what ends when."""
    from ilactl.output import Col, Grid, Heading

    who = f"{found.name} ({found.person})" if found.name else found.person
    others = [one for one in found.ids if one != found.person]
    also = f", also known as {', '.join(others)}" if others else ""
    span = (f" from {found.first}" if found.first else "") + (f" until {found.until}" if found.until else "")
    opened: list[dict[str, Cell]] = [
        {
            "booked_on": found.first,
            "what": "Opening balance",
            "unit": row["unit"],
            "balance": row["opening"],
            "reserved": row["opening_reserved"],
        }
        for row in standing
        if found.first
    ]
    movements = [
        Col("booked_on", "Date", "date"),
        Col("what", "What happened"),
        Col("unit", "Unit"),
        Col("change", "In or out", "amount"),
        Col("balance", "Balance", "amount"),
        Col("reserved", "Reserved", "amount"),
        Col("entry", "Entry"),
    ]
    totals = [
        Col("unit", "Unit"),
        Col("balance", "Closing balance", "amount"),
        Col("reserved", "Reserved", "amount"),
        Col("usable", f"Usable on {found.day}", "amount"),
    ]
    if any(now.owed for now in found.standing.values()):
        totals.append(Col("owed", "You owe", "amount"))
    ends = [
        Col("usable_until", "Usable until", "date"),
        Col("usable_from", "Usable from", "date"),
        Col("balance", "Balance", "amount"),
        Col("reserved", "Reserved", "amount"),
        Col("unit", "Unit"),
        Col("only_for", "Only for"),
    ]
    blocks: list[Block] = [
        Heading(f"Statement of {who}{also}{span}"),
        Grid(movements, [*opened, *rows], empty="no movements"),
        Heading("Where the wallet stands"),
        Grid(totals, standing),
    ]
    if lots:
        blocks += [Heading("What ends when"), Grid(ends, _by_terms(lots))]
    return blocks


def _by_terms(lots: list[dict[str, Cell]]) -> list[dict[str, Cell]]:
    """Lots with the same terms as one line, in the order in which they end."""
    from ilactl.output import Money

    lines: dict[tuple[Cell, ...], dict[str, Cell]] = {}
    for lot in lots:
        terms = tuple(lot[name] for name in ("usable_until", "usable_from", "unit", "only_for"))
        line = lines.setdefault(terms, {**lot, "balance": None, "reserved": None})
        for name in ("balance", "reserved"):
            one, sum_ = lot[name], line[name]
            assert isinstance(one, Money)
            line[name] = Money(
                one.minor + (sum_.minor if isinstance(sum_, Money) else 0), one.unit, one.scale
            )
        line["usable_until"] = line["usable_until"] or "no end"
    return list(lines.values())
