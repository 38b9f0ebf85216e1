"""`ilactl settle`: who is paid for what was attended, and what a bank sent back."""

from __future__ import annotations

import click

from ilactl.commands.face import Face, face_options
from ilactl.commands.importing import map_option
from ilactl.commands.parameters import COMMIT, FILE, FOLDER, ORGANISATION
from ilactl.errors import UsageError

__all__ = ["command"]


@click.command("settle")
@click.option("--provider", metavar="ORG", type=ORGANISATION, help="Only this provider.")
@click.option(
    "--to", "folder", metavar="DIR", type=FOLDER, help="Write a remittance list for each payee there."
)
@click.option(
    "--again", metavar="COMMIT", type=COMMIT, help="Make the remittance lists of that settlement again."
)
@click.option(
    "--returned",
    metavar="FILE",
    type=FILE,
    help="Take back the payments that FILE says came back; - reads stdin.",
)
@map_option
@click.option(
    "--allow-large", metavar="N", type=click.IntRange(1), help="Pass the guards of ledger.toml for N entries."
)
@face_options("on", "dry_run", "yes", "key", "lock_wait")
def command(
    face: Face,
    provider: str | None,
    folder: str | None,
    again: int | None,
    returned: str | None,
    map_file: str | None,
    allow_large: int | None,
) -> None:
    """Pay what is due of reserved entitlement: to providers, and to who paid a course before.

    The steps of enrolments say what is due: a completion, a cancellation that came late. All that
    is due and not yet paid is booked in one commit, and each payee gets a remittance list with the
    payment's reference, the enrolments and the funds that pay. What is paid is not due again, so
    running it again pays nothing.

    Held back, with the reason, is what is due to who is suspended, or to a provider whose account
    (IBAN) is missing or was not confirmed by somebody else than who put it in: see
    'ilactl organisation confirm'. A run that says nothing, as in cron, warns of it.

    --to DIR writes the lists as CSV files, one a payee, a line for each enrolment and fund:
    reference, value_date, payee, name, iban, enrolment, course, run, person, invoice, amount, unit,
    fund. Nothing is ever overwritten. --again COMMIT makes those of an earlier settlement again,
    with the same bytes.

    --returned FILE takes rejected payments back, so that they are due again: its columns are
    reference (S12-O3), or enrolment and amount, and the bank's reason, such as AC04; --map takes a
    bank's own list. What is due on the account is then held back until it is changed or confirmed
    anew. The same file again changes nothing.

    \b
    Examples:
      $ ilactl settle -n
      $ ilactl settle --on 2026-12-31 --provider O22 --yes -O json
      $ ilactl settle --on 2026-12-31 --yes
    """
    from ilactl.commands import returning, settling

    for option, text in (("--provider", provider), ("--to", folder)):
        if text == "":  # a variable that a script never set must not pay everybody
            raise UsageError(reason=f"{option} is empty", hint=f"name one, or leave {option} out")
    if again is not None and returned is not None:
        raise UsageError(reason="--again and --returned cannot both be meant", hint="give one of them")
    if map_file and returned is None:
        raise UsageError(reason="--map goes with --returned alone", hint="leave it out")
    if again is not None:
        if provider:
            hint = "leave it out: all lists of the settlement are made"
            raise UsageError(reason="--provider does not go with --again", hint=hint)
        settling.make_again(face, again, folder)
        return
    if returned is not None:
        if provider or folder:
            what = "--provider" if provider else "--to"
            raise UsageError(reason=f"{what} does not go with --returned", hint=f"leave {what} out")
        returning.run(face, returned, map_file, allow_large)
        return
    settling.run(face, provider or "", folder, allow_large)
