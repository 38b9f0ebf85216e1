"""`ilactl topup`: everything that is due, or what would be due differently today."""

from __future__ import annotations

import click

from ilactl.commands.face import Face, face_options
from ilactl.commands.naming import named_persons
from ilactl.commands.parameters import GRANT_RULE, PERSON
from ilactl.errors import UsageError

__all__ = ["command"]


@click.command("topup")
@click.option(
    "--rule",
    "rules",
    metavar="ID",
    type=GRANT_RULE,
    multiple=True,
    help="Only this grant rule; may be repeated.",
)
@click.option(
    "--person",
    "persons",
    metavar="ID",
    type=PERSON,
    multiple=True,
    help="Only this person; may be repeated; - reads ids from stdin.",
)
@click.option(
    "--period",
    "periods",
    metavar="PERIOD",
    multiple=True,
    help="This period (2026 or 2026-03) instead of the newest due.",
)
@click.option("--review", is_flag=True, help="Show what would come out differently today; book nothing.")
@click.option("--correct", is_flag=True, help="Book what --review shows, with --why.")
@click.option("--why", metavar="TEXT", default="", help="Why a correction is made.")
@click.option(
    "--allow-large", metavar="N", type=click.IntRange(1), help="Pass the guards of ledger.toml for N entries."
)
@face_options("on", "dry_run", "yes", "key", "lock_wait")
def command(
    face: Face,
    rules: tuple[str, ...],
    persons: tuple[str, ...],
    periods: tuple[str, ...],
    review: bool,
    correct: bool,
    why: str,
    allow_large: int | None,
) -> None:
    """Book every grant that is due.

    Walks the rules' due dates up to --on, oldest first, and books for each person what the rules
    give and the caps leave: one entry for each rule and period, all in one commit. What is booked
    already is skipped, so running it again books nothing. Whoever lacks a fact that a rule needs
    is counted and named as undecided, and can still be granted later. At each due date lots that
    have ended expire first, laws that change lots are carried out, and debts are recovered from
    what was granted.

    Facts that come in late and rules that were corrected change no year that is booked. --review
    replays each wallet year by year with today's facts, its spending as it was, through the caps,
    and shows what would come out differently; --correct books the differences. What a wallet
    cannot bear is owed, and is recovered from later grants.

    \b
    Examples:
      $ ilactl topup --on 2027-01-01 -n
      $ ilactl topup --on 2027-01-01 --yes
      $ ilactl topup --on 2027-01-01 --rule base --yes -O json
      $ ilactl topup --review --person P1
      $ ilactl topup --correct --person P1 --why "hours came in late" --yes
    """
    from ilactl.commands.correcting import refuse_both, run_correction
    from ilactl.commands.running import run
    from ilactl.rules.plan import Request

    on = face.on(face.snapshot())
    named = named_persons(face, persons) if persons else None
    if review or correct:
        refuse_both(review=review, correct=correct, why=why, others=bool(rules or periods))
        run_correction(face, on, named, why, book=correct, allow_large=allow_large)
        return
    if why:
        raise UsageError(reason="--why is for --correct", hint="leave it out, or add --correct")
    run(face, "topup", Request(on, rules, named, periods), allow_large)
