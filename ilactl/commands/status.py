"""`ilactl status`: the ledger at a glance, and what waits to be done."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import click

from ilactl.commands.face import Face, face_options
from ilactl.errors import BadRules

if TYPE_CHECKING:
    from ilactl.ledger.snapshot import Snapshot
    from ilactl.output import Block, Cell, Money
    from ilactl.rules.plan import Moved, Plan

__all__ = ["command"]

SOON = 90
"""Days ahead that `status` looks for what expires."""


@click.command("status")
@face_options("on")
def command(face: Face) -> None:
    """Show the ledger at a glance: its last commit, sums, enrolments, grants due, what expires soon.

    Nothing is written. Grants that are due are those that 'ilactl topup' would book on the same
    day; what expires soon are amounts whose last day to reserve lies within 90 days. Files that
    were changed outside ilactl are named.

    \b
    Examples:
      $ ilactl status
      $ ilactl status --on 2027-01-01
      $ ilactl status -O json
    """
    from ilactl.output import Answer, Col
    from ilactl.reports.overview import changed_outside

    snapshot = face.snapshot()
    on = face.on(snapshot)
    facts = _facts(snapshot, on)
    sums = _sums(snapshot, on)
    states = _states(snapshot)
    plan, fault = _plan(snapshot, on)
    due = _due(plan, snapshot)
    soon = _soon(snapshot, on)
    changed = changed_outside(snapshot)
    advice = ["run 'ilactl check' to see what differs"] if changed else []
    notes = [*changed, *advice, *([fault] if fault else [])]
    notes += [*_missed(plan), *_moved(plan, snapshot)]
    columns = [
        Col(name) for name in ("ledger", "agency", "on", "commit", "at", "booked_through", "closed_until")
    ]
    face.answer(
        Answer(
            "ilactl.status/1",
            rows=[facts],
            columns=[*columns, Col("persons", kind="int"), Col("entries", kind="int")],
            blocks=_blocks(facts, sums, states, due, soon),
            data={
                "sums": sums,
                "enrolments": states,
                "due": due,
                "expiring": soon,
                "changed_outside": changed,
            },
            notes=notes,
        )
    )


def _facts(snapshot: Snapshot, on: date) -> dict[str, Cell]:
    from ilactl.ledger.columns import ENTITLEMENTS
    from ilactl.reports.overview import persons_in

    return {
        "ledger": str(snapshot.root),
        "agency": snapshot.manifest.agency,
        "on": on,
        "commit": snapshot.head.seq,
        "at": snapshot.record.at,
        "command": snapshot.record.command,
        "booked_through": snapshot.head.booked_through,
        "closed_until": snapshot.manifest.closed_until,
        "persons": persons_in(snapshot),
        "entries": snapshot.head.rows.get(ENTITLEMENTS.file, 0),
    }


def _sums(snapshot: Snapshot, on: date) -> list[dict[str, Cell]]:
    from ilactl.output import Money
    from ilactl.reports.balances import balances
    from ilactl.reports.balances_lines import BalanceRequest

    rows: list[dict[str, Cell]] = []
    for row in balances(snapshot, BalanceRequest(day=on)):
        scale = snapshot.manifest.units[row.unit].scale
        figures = {
            "balance": row.standing.balance,
            "reserved": row.standing.reserved,
            "usable": row.standing.usable,
            "owed": row.standing.owed,
        }
        rows.append({"unit": row.unit, **{name: Money(n, row.unit, scale) for name, n in figures.items()}})
    return rows


def _states(snapshot: Snapshot) -> dict[str, int]:
    """How many enrolments are in which state; those that go on or are to come first."""
    from collections import Counter

    from ilactl.ledger.enrolments import all_enrolments
    from ilactl.ledger.words import ENROLMENT_STATES

    found = Counter(one.state for one in all_enrolments(snapshot))
    return {state: found[state] for state in ENROLMENT_STATES if found[state]}


def _plan(snapshot: Snapshot, on: date) -> tuple[Plan | None, str]:
    """What a top-up would book on that day, or why that cannot be told."""
    from ilactl.rules.load import load_scheme
    from ilactl.rules.plan import Request
    from ilactl.rules.planner import make_plan

    try:
        return make_plan(snapshot, load_scheme(snapshot), Request(on)), ""
    except BadRules as error:
        return None, f"{error.text.partition(';')[0]}: 'ilactl rules check' says where"


def _due(plan: Plan | None, snapshot: Snapshot) -> list[dict[str, Cell]]:
    from ilactl.output import Money

    rows: list[dict[str, Cell]] = []
    for totals in plan.totals if plan else ():
        grant = totals.occasion.grant
        if totals.persons or totals.undecided:
            rows.append(
                {
                    "rule": grant.version,
                    "period": totals.occasion.period,
                    "due_on": totals.occasion.due_on,
                    "persons": totals.persons,
                    "amount": Money(totals.credited, grant.unit, snapshot.manifest.units[grant.unit].scale),
                    "undecided": totals.undecided,
                }
            )
    return rows


def _soon(snapshot: Snapshot, on: date) -> list[dict[str, Cell]]:
    from ilactl.output import Money
    from ilactl.reports.overview import expiring

    return [
        {
            "unit": part.unit,
            "lots": part.lots,
            "amount": Money(part.amount, part.unit, snapshot.manifest.units[part.unit].scale),
            "first": part.first,
        }
        for part in expiring(snapshot, on, on + min(timedelta(days=SOON), date.max - on))
    ]


def _missed(plan: Plan | None) -> list[str]:
    periods: dict[str, list[str]] = {}
    for missed in plan.missed if plan else ():
        periods.setdefault(missed.rule, []).append(missed.period)
    return [
        f"{rule}: never booked for {', '.join(some)}; 'ilactl topup --period' would"
        for rule, some in periods.items()
    ]


def _moved(plan: Plan | None, snapshot: Snapshot) -> list[str]:
    """What time and laws would do to lots."""
    return [
        f"{moved.entries} to {moved.kind}, {_money(moved, snapshot)} from {moved.source} to {moved.target}:"
        " the next top-up books it, or 'ilactl expire'"
        for moved in (plan.moved if plan else ())
        if moved.source
    ]


def _money(moved: Moved, snapshot: Snapshot) -> Money:
    from ilactl.output import Money

    return Money(moved.amount, moved.unit, snapshot.manifest.units[moved.unit].scale)


def _blocks(
    facts: dict[str, Cell],
    sums: list[dict[str, Cell]],
    states: dict[str, int],
    due: list[dict[str, Cell]],
    soon: list[dict[str, Cell]],
) -> list[Block]:
    from ilactl.output import Col, Grid, Heading, Pairs

    figures = [Col(name, kind="amount") for name in ("balance", "reserved", "usable", "owed")]
    return [
        Heading(f"{facts['agency']} on {facts['on']}"),
        Pairs(
            [
                ("ledger", facts["ledger"]),
                ("last commit", f"{facts['commit']}: {facts['command']}, {facts['at']}"),
                ("booked through", facts["booked_through"] or "nothing booked yet"),
                ("closed until", facts["closed_until"] or "not closed"),
                ("persons", facts["persons"]),
                ("entries", facts["entries"]),
                ("enrolments", ", ".join(f"{n} {state}" for state, n in states.items()) or "none"),
            ]
        ),
        Heading("On the wallets"),
        Grid([Col("unit"), *figures], sums),
        Heading("Grants that are due"),
        Grid(
            [
                Col("rule"),
                Col("period"),
                Col("due_on", "due on", "date"),
                Col("persons", kind="int"),
                Col("amount", kind="amount"),
                Col("undecided", kind="int"),
            ],
            due,
            empty="none",
        ),
        Heading(f"Expires within {SOON} days"),
        Grid(
            [
                Col("unit"),
                Col("lots", kind="int"),
                Col("amount", kind="amount"),
                Col("first", "first on", "date"),
            ],
            soon,
            empty="nothing",
        ),
    ]
