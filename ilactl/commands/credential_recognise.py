"""`ilactl credential recognise`: an employer or an institution says what a credential counts for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ilactl.commands.face import Face, face_options
from ilactl.commands.parameters import CREDENTIAL, ORGANISATION
from ilactl.errors import NotFound, Refused

if TYPE_CHECKING:
    from ilactl.ledger.credentials import CredentialStep
    from ilactl.ledger.snapshot import Snapshot
    from ilactl.output import Answer

__all__ = ["recognise"]


@click.command("recognise")
@click.argument("credential", type=CREDENTIAL)
@click.option("--by", metavar="ORGANISATION", type=ORGANISATION, required=True, help="Who recognises it.")
@click.option("--as", "text", metavar="TEXT", required=True, help="What it counts for; it names nobody.")
@click.option("--note", metavar="TEXT", default="", help="A document, such as the decision or the letter.")
@face_options("on", "dry_run", "lock_wait")
def recognise(face: Face, credential: str, by: str, text: str, note: str) -> None:
    """Record that an employer or institution recognises CREDENTIAL, and as what.

    CREDENTIAL is an id such as C12, or PERSON/COURSE. What is recorded stands on the certificates
    made from then on and in 'ilactl credential show', and 'ilactl credential list --recognised'
    counts it. The signed document stays as it is. One that is revoked, suspended or expired cannot
    be recognised. The same again writes nothing.

    \b
    Examples:
      $ ilactl credential recognise P1/C1 --by O3 --as "first module of the welder's training"
      $ ilactl credential recognise P1/C1 --by O3 --as "2.5 ECTS" --note LETTER-7 -n
    """
    from ilactl.commands.credential_rows import record_row, refuse_text

    refuse_text("--as", "reason", text, empty="it is empty")
    refuse_text("--note", "ref", note)

    def plan(snapshot: Snapshot) -> tuple[CredentialStep, bool]:
        return _step(face, snapshot, credential, by, text, note)

    record_row(face, "credential recognise", plan, _answer)


def _step(
    face: Face, snapshot: Snapshot, wanted: str, by: str, text: str, note: str
) -> tuple[CredentialStep, bool]:
    """The row, and whether the ledger has it already. Raises NotFound, Refused."""
    from ilactl.commands.recording import booking_day
    from ilactl.ledger.credentials import later_step, resolve_credential
    from ilactl.ledger.organisations import organisation

    one, day = resolve_credential(snapshot, wanted), face.on(snapshot)
    if organisation(snapshot, by) is None:
        raise NotFound(what=f"organisation {by}", hint="'ilactl organisation list' shows all of them")
    state = one.state_on(day)
    if state != "valid":
        hint = f"'ilactl credential show {one.id}' tells why"
        raise Refused(reason=f"{one.id} is {state} on {day}: there is nothing to recognise", hint=hint)
    for known in one.recognised:
        if (known.by, known.reason) == (by, text):
            return known, True
    booked = booking_day(snapshot, day)
    return later_step(one, "recognised", on=day, booked_on=booked, by=by, reason=text, ref=note), False


def _answer(snapshot: Snapshot, step: CredentialStep, seq: int | None, said: str) -> Answer:
    from ilactl.ledger.organisations import organisation
    from ilactl.output import Answer, Lines

    row = organisation(snapshot, step.by)
    name = row.name if row else step.by
    data = {
        "credential": step.credential,
        "by": step.by,
        "as": step.reason,
        "note": step.ref or None,
        "on": step.on,
        "commit": seq,
    }
    line = f"{step.credential} is recognised by {name} as {step.reason}: {said}"
    return Answer("ilactl.credential_recognise/1", blocks=[Lines([line])], data=data)
