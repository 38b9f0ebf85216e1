"""`ilactl export`: the ledger as a double-entry journal, for other accounting programs."""

from __future__ import annotations

from pathlib import Path

import click

from ilactl.commands.face import Face, face_options
from ilactl.commands.parameters import FILE
from ilactl.errors import UsageError

__all__ = ["command"]


@click.command("export")
@click.option(
    "--format",
    "format_name",
    required=True,
    type=click.Choice(("hledger", "beancount")),
    metavar="hledger|beancount",
    help="Whose journal to write; Ledger reads that of hledger.",
)
@click.option(
    "-o", "--to", "target", type=FILE, metavar="FILE", help="Write it to FILE, a new one, not to stdout."
)
@face_options("on")
def command(face: Face, format_name: str, target: str | None) -> None:
    """Write all entries as a double-entry journal for hledger, Ledger or Beancount.

    One transaction for each entry, dated the day it was booked, the person its payee; its id, kind,
    lot, rule, period, commit and all else stand beside it. Each moves one amount from one account
    to another, so every transaction balances and the accounts of a unit add up to nothing.
    Accounts are those of the ledger, what is a person's below the person: wallet:P1:own is what is
    on the wallet and not reserved, held:P1:own what is reserved, own:P1 what they paid in,
    owed:P1 below zero what they owe. The others are fund:, employer:, service:, agency: and
    provider: with a name or id, pool, expired and conversion. Where two ids are one person, both count for
    the one that stands for them, as 'ilactl balance' has it; the other is told as booked_for.

    Beancount wants other names: Assets:Wallet:P1:Own, Income:Fund:State, HOUR for the unit hour (DAY.U
    where three letters would make a currency of it). For hledger every unit that is no currency
    stands in quotes, and percent signs, commas and brackets of a reference are written as in a web
    address (%2C). hledger needs a UTF-8 locale where references hold other letters than ASCII.

    Every row is tested first; where one is bad nothing is written. With --on the journal holds what was
    booked by the end of that day. FILE is readable by its owner alone, never inside the ledger, and
    replaces nothing. Names of people are not in it.

    \b
    Examples:
      $ ilactl export --format hledger -o agency.journal
      $ ilactl export --format beancount -o agency.beancount --on 2026-06-30
      $ ilactl export --format hledger | grep -c '^20'
      $ ilactl export --format hledger -o agency.journal   # exit 3
    """
    from ilactl.reports.journal import journal

    if face.output_format is not None:
        raise UsageError(
            reason="-O is for answers, and a journal is none",
            hint="leave -O out; --format says what to write",
        )
    place = _place(target) if target is not None else None
    snapshot = face.snapshot()
    pieces = journal(snapshot, format_name, face.given_on)
    if place is None:
        face.pass_on(pieces)
        return
    from ilactl.ledger.outside import write_outside

    with face.working("writing the journal"):
        write_outside(face.root(), place, (piece.encode() for piece in pieces))
    face.say(f"the journal is {place}")


def _place(text: str) -> Path | None:
    if not text or "\0" in text:
        raise UsageError(reason="--to needs a file's name", hint="name a new file, such as agency.journal")
    return None if text == "-" else Path(text)
