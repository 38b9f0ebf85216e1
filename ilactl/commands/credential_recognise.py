"""`ilactl credential recognise`: an employer or an institution says what a credential counts for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ilactl.commands.face import Face, face_options
from ilactl.commands.parameters import CREDENTIAL, ORGANISATION
from ilactl.errors import NotFound, Refused, UsageError

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
    from ilactl.ledger.columns import CREDENTIALS
    from ilactl.ledger.commit import Append, Change
    from ilactl.ledger.credentials import cells_of_credential
    from ilactl.ledger.grammar import fault_of
    from ilactl.ledger.scan import format_row

    for option, column, value in (("--as", "reason", text), ("--note", "ref", note)):
        fault = fault_of(CREDENTIALS.column(column), value) if value else "it is empty" * (option == "--as")
        if fault:
            raise UsageError(reason=f"{option}: {fault}")
    snapshot = face.snapshot()
    step, done = _step(face, snapshot, credential, by, text, note)
    again = "recorded already, nothing to write"
    if face.dry_run:
        said = again if done else "dry run, nothing was written"
        face.answer(_answer(snapshot, step, None, said), change=done)
        return
    with face.writer("ilactl credential recognise") as writer:  # also finishes what a crash left half done
        step, done = _step(face, writer.snapshot, credential, by, text, note)
        seq = None
        if not done:
            append = Append(CREDENTIALS.file, format_row(cells_of_credential(step)).encode(), rows=1)
            change = Change("credential recognise", (append,), booked_on=step.booked_on)
            seq = writer.commit(change).seq
    face.answer(_answer(snapshot, step, seq, f"commit {seq}" if seq else again), change=True)


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
