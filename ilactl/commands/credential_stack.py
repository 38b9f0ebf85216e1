"""`ilactl credential stack`: larger awards, what a person has of them, what is missing and what it costs."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import click

from ilactl.commands.face import Face, face_options
from ilactl.commands.parameters import COURSE, PERSON
from ilactl.errors import IlactlError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from ilactl.credentials.stacking import Stack
    from ilactl.ledger.snapshot import Snapshot
    from ilactl.output import Block, Cell
    from ilactl.rules.offer import Offer

__all__ = ["stack"]

_SAID = {
    "certified": "certified",
    "completed": "completed, a credential is due",
    "under_way": "under way",
    "missing": "missing",
}


@click.command("stack")
@click.argument("person", type=PERSON)
@click.argument("award", type=COURSE, required=False)
@face_options("on")
def stack(face: Face, person: str, award: str | None) -> None:
    """Show which larger awards PERSON's modules make, what is missing, and what the wallet can pay of it.

    A course counts towards a larger award by its part_of. Without AWARD all are shown that the
    person has begun. For what is missing the wallet is asked course by course, as 'ilactl enrol -n'
    does: two that it can pay one at a time it may not be able to pay together. What a wallet may not
    pay says why. A complete award is issued with 'ilactl credential issue PERSON --award AWARD'.

    \b
    Examples:
      $ ilactl credential stack P1
      $ ilactl credential stack P1 PROG1 -O json  # exit 66
    """
    from ilactl.credentials.stacking import stack_of, stacks_of
    from ilactl.output import Answer, Col, Grid, Heading, Lines

    snapshot = face.snapshot()
    day = face.on(snapshot)
    named = award is not None
    found = [stack_of(snapshot, person, day, award)] if award else stacks_of(snapshot, person, day)
    offer = _offers(snapshot, day)
    columns = [Col("award"), Col("module"), Col("title"), Col("state"), Col("credential")]
    columns += [Col(name, kind="amount") for name in ("price", "wallet_pays", "own")]
    columns += [Col("unit"), Col("why_not")]
    shown = [one for one in columns if one.name not in ("award", "unit", "why_not")]
    rows: list[dict[str, Cell]] = []
    blocks: list[Block] = []
    for one in found:
        mine, why = _modules(one, offer)
        rows += mine
        blocks += [
            Heading(f"{one.award.title} ({one.award.course})"),
            Grid(shown, mine),
            Lines([*why, _end(one)]),
        ]
    if not found and not named:
        blocks = [Lines([f"{person} has begun no larger award"])]
    data = {
        "person": person,
        "awards": [
            {
                "award": one.award.course,
                "complete": one.is_complete,
                "modules": len(one.modules),
                "missing": [module.course.course for module in one.missing],
                "credential": one.credential.id if one.credential else None,
            }
            for one in found
        ],
    }
    face.answer(Answer("ilactl.credential_stack/1", rows, columns, blocks, data))


def _modules(
    one: Stack, offer: Callable[[str, str], Offer | None]
) -> tuple[list[dict[str, Cell]], list[str]]:
    """A row for each module, and a line for each that the wallet may not pay."""
    from ilactl.output import Money

    rows: list[dict[str, Cell]] = []
    why: list[str] = []
    for module in one.modules:
        asked = offer(one.person, module.course.course) if module.state == "missing" else None
        reasons = "; ".join(objection.reason for objection in asked.objections) if asked else ""
        if reasons:
            why.append(f"{module.course.course} cannot be paid today: {reasons}")

        def money(amount: int, asked: Offer | None = asked) -> Cell:
            return Money(amount, asked.unit, asked.scale) if asked else None

        rows.append(
            {
                "award": one.award.course,
                "module": module.course.course,
                "title": module.course.title,
                "state": _SAID[module.state],
                "credential": module.credential.id if module.credential else None,
                "price": money(asked.price if asked else 0),
                "wallet_pays": money(asked.from_wallet if asked else 0),
                "own": money(asked.own if asked else 0),
                "unit": asked.unit if asked else None,
                "why_not": reasons or None,
            }
        )
    return rows, why


def _offers(snapshot: Snapshot, day: date) -> Callable[[str, str], Offer | None]:
    """What asks the wallet for a course; nothing is asked where there are no rules to say what it pays."""
    from ilactl.rules.load import load_scheme
    from ilactl.rules.offer import Ask
    from ilactl.rules.spending import plan_offer
    from ilactl.rules.spending_source import Lookup

    registers = Lookup(snapshot)
    scheme = cache(lambda: load_scheme(snapshot))  # not read where nothing is missing

    def ask(person: str, course: str) -> Offer | None:
        try:
            return plan_offer(registers, scheme(), Ask(person, course, day), look_ahead=False)
        except IlactlError:
            return None

    return ask


def _end(one: Stack) -> str:
    done, all_ = len(one.modules) - len(one.missing), len(one.modules)
    if one.credential is not None:
        return f"the award is certified by {one.credential.id}"
    if one.is_complete:
        return f"all {all_} modules are certified: the award can be issued"
    return f"{done} of {all_} modules are certified"
