"""`ilactl enrolment`: what happens to an enrolment, step by step."""

from __future__ import annotations

import click

from ilactl.commands.face import Face, face_options
from ilactl.commands.parameters import ENROLMENT

__all__ = ["command"]


@click.group("enrolment")
def command() -> None:
    """What happens to enrolments: start, attendance, end, cancellation; and why people decline.

    \b
    Examples:
      $ ilactl enrolment list
    """


@command.command("start")
@click.argument("enrolment", type=ENROLMENT)
@click.option("--ref", metavar="TEXT", default="", help="A document, such as the provider's list.")
@face_options("on", "dry_run", "key", "lock_wait")
def start(face: Face, enrolment: str, ref: str) -> None:
    """Record that ENROLMENT has started, on --on.

    ENROLMENT is an id such as N12, or PERSON/COURSE. Quality, relevance, suspensions and
    withdrawals are looked at again on that day. What is recorded already is done already.

    \b
    Examples:
      $ ilactl enrolment start P1/C1 --on 2027-01-12 --ref LIST-1 -n
      $ ilactl enrolment start P1/C1
    """
    from ilactl.commands.stepping import take
    from ilactl.rules.step_requests import Said

    take(face, "enrolment start", enrolment, Said("started", ref=ref))


@command.command("attend")
@click.argument("enrolment", type=ENROLMENT)
@click.option("--share", metavar="SHARE", required=True, help="Attendance so far, 0 to 1, such as 0.6.")
@click.option("--ref", metavar="TEXT", default="", help="A document, such as the attendance list.")
@face_options("on", "dry_run", "key", "lock_wait")
def attend(face: Face, enrolment: str, share: str, ref: str) -> None:
    """Record the attendance of ENROLMENT so far, as a share of the whole course.

    ENROLMENT is an id such as N12, or PERSON/COURSE. It must have started. Each record replaces
    the one before; where the scheme pays by attendance, it says what the payee may have by now.

    \b
    Examples:
      $ ilactl enrolment attend P1/C1 --share 0.6 --ref LIST-2
    """
    from ilactl.commands.stepping import share_of_text, take
    from ilactl.rules.step_requests import Said

    said = Said("attended", attendance=share_of_text(share, "--share"), ref=ref)
    take(face, "enrolment attend", enrolment, said)


@command.command("complete")
@click.argument("enrolment", type=ENROLMENT)
@click.option("--attendance", metavar="SHARE", help="Attendance in the end, 0 to 1.")
@click.option("--result", metavar="TEXT", default="", help="The assessment's result, such as pass.")
@click.option("--ref", metavar="TEXT", default="", help="A document, such as the provider's invoice.")
@face_options("on", "dry_run", "key", "lock_wait")
def complete(face: Face, enrolment: str, attendance: str | None, result: str, ref: str) -> None:
    """Record that ENROLMENT has been completed, on --on.

    ENROLMENT is an id such as N12, or PERSON/COURSE. The scheme's ending says what the payee may
    have and where the rest goes; the rest goes there at once, the payee is paid by 'ilactl settle'.
    The same again is done already; another content is refused.

    \b
    Examples:
      $ ilactl enrolment complete P1/C1 --attendance 1 -n
      $ ilactl enrolment complete P1/C1 --attendance 0.95 --result pass --ref INV-31
    """
    from ilactl.commands.stepping import share_of_text, take
    from ilactl.rules.step_requests import Said

    share = share_of_text(attendance, "--attendance")
    take(face, "enrolment complete", enrolment, Said("completed", attendance=share, result=result, ref=ref))


@command.command("certify")
@click.argument("enrolment", type=ENROLMENT)
@click.option("--result", metavar="TEXT", default="", help="The certificate's mark, where it has one.")
@click.option("--ref", metavar="TEXT", default="", help="The certificate's number.")
@face_options("on", "dry_run", "key", "lock_wait")
def certify(face: Face, enrolment: str, result: str, ref: str) -> None:
    """Record that a certificate was given for ENROLMENT, which is completed.

    ENROLMENT is an id such as N12, or PERSON/COURSE. Where the scheme pays a part only against the
    certificate, it becomes due.

    \b
    Examples:
      $ ilactl enrolment certify P1/C1 --ref CERT-9 --result B
    """
    from ilactl.commands.stepping import take
    from ilactl.rules.step_requests import Said

    take(face, "enrolment certify", enrolment, Said("certified", result=result, ref=ref))


def _register() -> None:
    """Join the commands of the neighbouring files to the group."""
    from ilactl.commands import enrolment_ends, enrolment_import, enrolment_reasons, enrolment_views

    for inner in (
        enrolment_ends.cancel,
        enrolment_ends.move,
        enrolment_ends.reclaim,
        enrolment_import.import_,
        enrolment_views.show,
        enrolment_views.list_,
        enrolment_views.find,
        enrolment_reasons.decline,
        enrolment_reasons.survey,
        enrolment_reasons.reasons,
    ):
        command.add_command(inner)


_register()
