"""`ilactl credential suspend`, `reinstate` and `revoke`: what becomes of a credential."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ilactl.commands.face import Face, face_options
from ilactl.commands.parameters import CREDENTIAL
from ilactl.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from ilactl.ledger.credentials import Credential, CredentialStep
    from ilactl.ledger.snapshot import Snapshot
    from ilactl.output import Answer

__all__ = ["discard", "reinstate", "revoke", "suspend"]

_VERBS = {
    "suspended": "suspend",
    "reinstated": "reinstate",
    "revoked": "revoke",
    "discarded": "discard",
}
_FROM = {
    "suspended": ("valid",),
    "reinstated": ("suspended",),
    "revoked": ("valid", "suspended"),
    "discarded": ("valid",),
}
_AFTER = {**{step: step for step in _VERBS}, "reinstated": "valid"}


def _because(document: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command the credential and why: --reason, and with --ref a document such as the one named."""

    def decorate(function: Callable[..., None]) -> Callable[..., None]:
        called = face_options("on", "dry_run", "yes", "lock_wait")(function)
        ref = click.option("--ref", metavar="TEXT", default="", help=f"A document, such as {document}.")
        why = click.option("--reason", metavar="TEXT", required=True, help="Why; it names nobody.")
        return click.argument("credential", type=CREDENTIAL)(why(ref(called)))

    return decorate


@click.command("revoke")
@_because("the decision")
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
@_because("the complaint")
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
@_because("the decision")
def reinstate(face: Face, credential: str, reason: str, ref: str) -> None:
    """Reinstate CREDENTIAL, which is suspended.

    CREDENTIAL is an id such as C12, or PERSON/COURSE.

    \b
    Examples:
      $ ilactl credential suspend P1/C1 --reason "result under appeal" --yes
      $ ilactl credential reinstate P1/C1 --reason "appeal dismissed" --ref A-3 --yes
    """
    _take(face, credential, "reinstated", reason, ref)


@click.command("discard")
@_because("a letter")
def discard(face: Face, credential: str, reason: str, ref: str) -> None:
    """Discard CREDENTIAL, which somebody else issued and which was imported by mistake.

    CREDENTIAL is an id such as C12, or PERSON/COURSE. It counts for nobody here any more, and can be
    imported for the person whose it is; what its issuer says of it stays as it is. One's own is
    revoked instead.

    \b
    Examples:
      $ ilactl credential discard P1/C1 --reason "shown by somebody else" -n
      $ ilactl credential discard P1/C1 --reason "shown by somebody else" --ref L-4 --yes
    """
    _take(face, credential, "discarded", reason, ref)


def _take(face: Face, wanted: str, step: str, reason: str, ref: str) -> None:
    from ilactl.commands.credential_rows import record_row, refuse_text
    from ilactl.commands.recording import booking_day
    from ilactl.ledger.credentials import later_step, resolve_credential
    from ilactl.output import Answer, Lines

    refuse_text("--reason", "reason", reason, empty="reason is empty")
    refuse_text("--ref", "ref", ref)
    verb = _VERBS[step]

    def plan(snapshot: Snapshot) -> tuple[CredentialStep, bool]:
        one = resolve_credential(snapshot, wanted)
        if _is_so(one, step):
            return one.steps[-1], True
        on = face.on(snapshot)
        booked_on = booking_day(snapshot, on)
        return later_step(one, step, on=on, booked_on=booked_on, reason=reason, ref=ref), False

    def told(_: Snapshot, row: CredentialStep, seq: int | None, done: str) -> Answer:
        data = {"credential": row.credential, "step": step, "state": _AFTER[step], "commit": seq}
        line = f"{row.credential} of {row.person} is {_AFTER[step]}: {done}"
        return Answer(f"ilactl.credential_{verb}/1", blocks=[Lines([line])], data=data)

    def question(row: CredentialStep) -> str:
        return f"{verb.capitalize()} {row.credential} of {row.person}?"

    record_row(face, f"credential {verb}", plan, told, question=question)


def _is_so(one: Credential, step: str) -> bool:
    """Whether the credential is so already. Raises Refused where the step cannot follow."""
    if one.imported != (step == "discarded"):
        if one.imported:
            reason, hint = (
                f"was issued by somebody else, {one.issuer}",
                "only its issuer can change its status",
            )
            hint += "; 'ilactl credential discard' takes back that it was imported"
        else:
            reason, hint = "is the ledger's own", "'ilactl credential revoke' ends it"
        raise Refused(reason=f"{one.id} {reason}", hint=hint)
    if one.state == _AFTER[step] and (step != "reinstated" or one.steps[-1].step == "reinstated"):
        return True
    if one.state not in _FROM[step]:
        hint = "nothing follows a revocation: issue a new one" if one.ended else "it is valid"
        raise Refused(reason=f"{one.id} is {one.state} and cannot be {step}", hint=hint)
    return False
