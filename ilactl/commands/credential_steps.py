"""`ilactl credential suspend`, `reinstate` and `revoke`: what becomes of a credential."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ilactl.commands.face import Face, face_options
from ilactl.commands.parameters import CREDENTIAL
from ilactl.errors import ChangedMeanwhile, Refused, UsageError

if TYPE_CHECKING:
    from ilactl.ledger.credentials import Credential
    from ilactl.ledger.snapshot import Snapshot

__all__ = ["reinstate", "revoke", "suspend"]

_FROM = {"suspended": ("valid",), "reinstated": ("suspended",), "revoked": ("valid", "suspended")}
_AFTER = {"suspended": "suspended", "reinstated": "valid", "revoked": "revoked"}


@click.command("revoke")
@click.argument("credential", type=CREDENTIAL)
@click.option("--reason", metavar="TEXT", required=True, help="Why; it names nobody.")
@click.option("--ref", metavar="TEXT", default="", help="A document, such as the decision.")
@face_options("on", "dry_run", "yes", "lock_wait")
def revoke(face: Face, credential: str, reason: str, ref: str) -> None:
    """Revoke CREDENTIAL for good: nothing follows it, but a new one can be issued.

    CREDENTIAL is an id such as C12, or PERSON/COURSE. Verifiers see it with the next status list:
    run 'ilactl credential publish' afterwards.

    \b
    Examples:
      $ ilactl credential revoke P1/C1 --reason "issued to the wrong person" -n
      $ ilactl credential revoke P1/C1 --reason "issued to the wrong person" --ref D-12 --yes
    """
    _take(face, credential, "revoked", reason, ref)


@click.command("suspend")
@click.argument("credential", type=CREDENTIAL)
@click.option("--reason", metavar="TEXT", required=True, help="Why; it names nobody.")
@click.option("--ref", metavar="TEXT", default="", help="A document, such as the complaint.")
@face_options("on", "dry_run", "yes", "lock_wait")
def suspend(face: Face, credential: str, reason: str, ref: str) -> None:
    """Suspend CREDENTIAL until it is reinstated or revoked.

    CREDENTIAL is an id such as C12, or PERSON/COURSE. In the status list a suspended one looks like
    a revoked one: others are not told which.

    \b
    Examples:
      $ ilactl credential suspend P1/C1 --reason "result under appeal" --ref A-3 --yes
    """
    _take(face, credential, "suspended", reason, ref)


@click.command("reinstate")
@click.argument("credential", type=CREDENTIAL)
@click.option("--reason", metavar="TEXT", required=True, help="Why; it names nobody.")
@click.option("--ref", metavar="TEXT", default="", help="A document, such as the decision.")
@face_options("on", "dry_run", "yes", "lock_wait")
def reinstate(face: Face, credential: str, reason: str, ref: str) -> None:
    """Reinstate CREDENTIAL, which is suspended.

    CREDENTIAL is an id such as C12, or PERSON/COURSE.

    \b
    Examples:
      $ ilactl credential suspend P1/C1 --reason "result under appeal" --yes
      $ ilactl credential reinstate P1/C1 --reason "appeal dismissed" --ref A-3 --yes
    """
    _take(face, credential, "reinstated", reason, ref)


def _take(face: Face, wanted: str, step: str, reason: str, ref: str) -> None:
    from ilactl.commands.recording import booking_day
    from ilactl.ledger.columns import CREDENTIALS
    from ilactl.ledger.commit import Append, Change
    from ilactl.ledger.credentials import cells_of_credential, later_step
    from ilactl.ledger.grammar import fault_of
    from ilactl.ledger.scan import format_row
    from ilactl.output import Answer, Lines

    for name, text in (("reason", reason), ("ref", ref)):
        fault = fault_of(CREDENTIALS.column(name), text) if text else "reason is empty" * (name == "reason")
        if fault:
            raise UsageError(reason=f"--{name}: {fault}")
    verb = {"revoked": "revoke", "suspended": "suspend", "reinstated": "reinstate"}[step]

    def told(one: Credential, seq: int | None, done: str) -> Answer:
        data = {"credential": one.id, "step": step, "state": _AFTER[step], "commit": seq}
        line = f"{one.id} of {one.person} is {_AFTER[step]}: {done}"
        return Answer(f"ilactl.credential_{verb}/1", blocks=[Lines([line])], data=data)

    snapshot = face.snapshot()
    one, known = _one(snapshot, wanted, step)
    again = "recorded already, nothing to write"
    if face.dry_run:
        face.answer(told(one, None, again if known else "dry run, nothing was written"), change=known)
        return
    if not known:
        face.confirm(f"{verb.capitalize()} {one.id} of {one.person}?")
    with face.writer(f"ilactl credential {verb}") as writer:  # a crash may have left what is known half done
        one, done = _one(writer.snapshot, wanted, step)
        if known and not done:
            raise ChangedMeanwhile()
        seq = None
        if not done:
            on = face.on(writer.snapshot)
            booked = booking_day(writer.snapshot, on)
            row = later_step(one, step, on=on, booked_on=booked, reason=reason, ref=ref)
            data = format_row(cells_of_credential(row)).encode()
            change = Change(
                f"credential {verb}", (Append(CREDENTIALS.file, data, rows=1),), booked_on=row.booked_on
            )
            seq = writer.commit(change).seq
    face.answer(told(one, seq, f"commit {seq}" if seq else again), change=True)


def _one(snapshot: Snapshot, wanted: str, step: str) -> tuple[Credential, bool]:
    """The credential, and whether it is so already. Raises NotFound, Refused."""
    from ilactl.ledger.credentials import resolve_credential

    one = resolve_credential(snapshot, wanted)
    if one.imported:
        raise Refused(
            reason=f"{one.id} was issued by somebody else, {one.issuer}",
            hint="only its issuer can change its status",
        )
    if one.state == _AFTER[step] and (step != "reinstated" or one.steps[-1].step == "reinstated"):
        return one, True
    if one.state not in _FROM[step]:
        hint = "nothing follows a revocation: issue a new one" if one.state == "revoked" else "it is valid"
        raise Refused(reason=f"{one.id} is {one.state} and cannot be {step}", hint=hint)
    return one, False
