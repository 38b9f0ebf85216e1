"""`ilactl enrolment cancel`, `move` and `reclaim`: before the end, to another run, after it was paid."""

from __future__ import annotations

import click

from ilactl.commands.face import Face, face_options
from ilactl.commands.parameters import ENROLMENT
from ilactl.errors import UsageError
from ilactl.ledger.words import PARTIES, REASONS

__all__ = ["cancel", "move", "reclaim"]


@click.command("cancel")
@click.argument("enrolment", type=ENROLMENT)
@click.option("--by", type=click.Choice(PARTIES), required=True, help="Who cancels.")
@click.option("--reason", metavar="CODE", type=click.Choice(REASONS), required=True, help="Why, as a code.")
@click.option("--force-majeure", is_flag=True, help="Something nobody could help, with proof.")
@click.option("--new-date", is_flag=True, help="The provider offered a new date.")
@click.option("--ref", metavar="TEXT", default="", help="A document, such as the letter or the proof.")
@face_options("on", "dry_run", "yes", "key", "lock_wait")
def cancel(
    face: Face, enrolment: str, by: str, reason: str, force_majeure: bool, new_date: bool, ref: str
) -> None:
    """Cancel ENROLMENT on --on: show what goes where, book it on a yes.

    ENROLMENT is an id such as N12, or PERSON/COURSE. The scheme's ending decides by who cancels,
    when, and why: what the payee keeps, and lot by lot whether the rest is released, forfeited or
    returned. Reasons are those of 'ilactl enrolment decline'; they stand in this step alone.

    \b
    Examples:
      $ ilactl enrolment cancel P1/C1 --by holder --reason time -n
      $ ilactl enrolment cancel P1/C1 --by provider --reason provider --new-date --yes
      $ ilactl enrolment cancel P2/C1 --by holder --reason health --force-majeure --ref NOTE-3 --yes
    """
    from ilactl.commands.stepping import take
    from ilactl.rules.step_requests import Said

    said = Said("cancelled", by=by, reason=reason, force_majeure=force_majeure, new_date=new_date, ref=ref)
    take(face, "enrolment cancel", enrolment, said, question="Cancel it?")


@click.command("move")
@click.argument("enrolment", type=ENROLMENT)
@click.argument("run")
@click.option("--ref", metavar="TEXT", default="", help="A document, such as the provider's offer.")
@face_options("on", "dry_run", "yes", "key", "lock_wait")
def move(face: Face, enrolment: str, run: str, ref: str) -> None:
    """Move ENROLMENT, which has not started, to another RUN of its course.

    ENROLMENT is an id such as N12, or PERSON/COURSE. Seats and window of the other run are looked
    at; where its price differs, what changes is shown first.

    \b
    Examples:
      $ ilactl enrolment move P1/C1 R2 -n
      $ ilactl enrolment move P1/C1 R2 --ref MAIL-2 --yes
    """
    from ilactl.commands.stepping import take
    from ilactl.rules.step_requests import Said

    if not run or "/" in run:
        hint = "give the run's id alone, such as R2; into another course one enrols, and cancels here"
        raise UsageError(reason=f"RUN {run!r} is no run of the enrolment's course", hint=hint)
    take(face, "enrolment move", enrolment, Said("moved", run=run, ref=ref), question="Move it?")


@click.command("reclaim")
@click.argument("enrolment", type=ENROLMENT)
@click.option("--amount", metavar="AMOUNT", help="How much. Default: all that was paid.")
@click.option("--ref", metavar="TEXT", required=True, help="The claim's own reference. Booked once.")
@face_options("on", "dry_run", "yes", "key", "lock_wait")
def reclaim(face: Face, enrolment: str, amount: str | None, ref: str) -> None:
    """Claim back what the payee of ENROLMENT was paid: show what goes where, book it on a yes.

    ENROLMENT is an id such as N12, or PERSON/COURSE. What comes back goes to the lots it came from;
    a lot that is over gives it back to its funder, and what the holder paid for this enrolment alone
    goes back to the holder. A claim is known by its reference: the same again is done already.
    What was never paid cannot be claimed back.

    \b
    Examples:
      $ ilactl enrolment reclaim P1/C1 --amount 400.00 --ref CLAIM-1 -n  # exit 3
      $ ilactl enrolment reclaim P1/C1 --ref CLAIM-1 --yes  # exit 3
    """
    from ilactl.commands.stepping import take
    from ilactl.rules.step_requests import Said

    if not ref:
        raise UsageError(reason="--ref is empty, and a claim is known by it", hint="give the claim's number")
    said = Said("reclaimed", ref=ref)
    take(face, "enrolment reclaim", enrolment, said, question="Claim it back?", amount=amount)
