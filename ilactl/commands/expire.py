"""`ilactl expire`: what time and laws do to lots, without any grant."""

from __future__ import annotations

import click

from ilactl.commands.face import Face, face_options
from ilactl.commands.naming import named_persons
from ilactl.commands.parameters import PERSON
from ilactl.commands.running import run

__all__ = ["command"]


@click.command("expire")
@click.option(
    "--person",
    "persons",
    metavar="ID",
    type=PERSON,
    multiple=True,
    help="Only this person; may be repeated; - reads ids from stdin.",
)
@click.option(
    "--allow-large", metavar="N", type=click.IntRange(1), help="Pass the guards of ledger.toml for N entries."
)
@face_options("on", "dry_run", "yes", "key", "lock_wait")
def command(face: Face, persons: tuple[str, ...], allow_large: int | None) -> None:
    """Book what has expired, lot by lot.

    What is left of a lot after its last day goes where its rule says: it expires, returns to who
    paid it, or goes to the pool. What is reserved does not expire. Laws that give lots new terms or
    another unit, closings of wallets and the recovery of debts are carried out too. A top-up does
    all this before it grants, so this command is for days without one. Running it again books
    nothing. Whether or not it has run, nobody can reserve from a lot that has ended.

    \b
    Examples:
      $ ilactl expire --on 2030-01-01 -n
      $ ilactl expire --yes
    """
    from ilactl.rules.plan import Request

    named = named_persons(face, persons) if persons else None
    run(face, "expire", Request(face.on(face.snapshot()), persons=named, grants=False), allow_large)
