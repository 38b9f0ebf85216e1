"""`ilactl enrol`: what a wallet pays of a course, shown as an offer and booked on a yes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ilactl.commands.consenting import Consent, consent_options
from ilactl.commands.face import Face, face_options
from ilactl.commands.parameters import PERSON, RUN, SPEND_RULE
from ilactl.errors import UsageError

if TYPE_CHECKING:
    from datetime import date

    from ilactl.commands.recording import Booking
    from ilactl.ledger.snapshot import Snapshot
    from ilactl.output import Answer
    from ilactl.rules.model import Scheme

__all__ = ["command"]


@click.command("enrol")
@click.argument("person", type=PERSON)
@click.argument("course", type=RUN)
@consent_options
@click.option("--rule", metavar="ID", type=SPEND_RULE, default="", help="The spend rule, where several fit.")
@click.option("--prepaid", metavar="AMOUNT", help="What the holder has paid the provider already.")
@click.option("--ref", metavar="TEXT", default="", help="A document, such as the application or a payment.")
@face_options("on", "dry_run", "yes", "key", "lock_wait")
def command(
    face: Face, person: str, course: str, consent: Consent, rule: str, prepaid: str | None, ref: str
) -> None:
    """Enrol PERSON in COURSE: show the offer, book it on a yes.

    COURSE is an id such as C12, or with one of its runs C12/R1. The run may be left out where only
    one is open.

    The offer says what the course costs, what each lot of the wallet pays, what the holder adds and
    what stays. Quality, relevance, seats, windows and the scheme's own rules are looked at on the
    day; every reason against it is listed. What is booked reserves the money; nothing is paid yet.

    The holder's consent is recorded with it: on a terminal it is asked for; without one --consent
    and --yes are needed. A caseworker who agrees on the holder's behalf says so with --consent-by
    caseworker and names the --evidence.

    \b
    Examples:
      $ ilactl enrol P1 C1/R1 -n
      $ ilactl enrol P1 C1/R1 --yes --consent "signed the form" --ref FORM-7
      $ ilactl enrol P2 C1/R1 --yes --consent "agreed on the phone" --consent-by caseworker --evidence CALL-9
    """
    from ilactl.commands.recording import record
    from ilactl.commands.registering import refuse_cell
    from ilactl.ledger.columns import ENROLMENTS

    if prepaid == "":
        raise UsageError(reason="--prepaid is empty", hint="write a plain amount such as 125.50")
    course_id, _, run = course.partition("/")
    wish = {"person": person, "course": course_id, "run": run, "rule": rule, "ref": ref}
    wish["prepaid"] = prepaid or ""
    given = [consent]

    def make(snapshot: Snapshot, locked: bool) -> Booking:
        return _booking(face, snapshot, wish, given[0], remember=locked)

    def ask(_: Booking) -> None:
        given[0] = given[0].asked(face)
        face.confirm("Enrol?")

    def after(booking: Booking, seq: int) -> Answer:
        from ilactl.output import Answer, Lines

        step = booking.steps[0]
        data = {"enrolment": step.enrolment, "person": step.person, "course": step.course, "commit": seq}
        return Answer(
            "ilactl.enrol/1", blocks=[Lines([f"enrolled as {step.enrolment} (commit {seq})"])], data=data
        )

    consent.refuse()
    refuse_cell("--ref", ENROLMENTS.column("ref"), ref)
    if not face.dry_run and face.yes:
        given[0] = consent.asked(face)
    content = [*(f"{name}={text}" for name, text in wish.items()), given[0].text]
    record(face, "enrol", make, content=content, ask=ask, after=after)


def _booking(
    face: Face, snapshot: Snapshot, wish: dict[str, str], consent: Consent, *, remember: bool
) -> Booking:
    from ilactl.commands.recording import Booking, booking_day, refused
    from ilactl.reports.offers import offer_answer
    from ilactl.rules.load import load_scheme
    from ilactl.rules.offer import Ask
    from ilactl.rules.spending import plan_offer
    from ilactl.rules.spending_source import Lookup
    from ilactl.rules.step_requests import enrolled_row

    on = face.on(snapshot)
    booked_on = booking_day(snapshot, on)
    scheme = load_scheme(snapshot, remember=remember)
    registers = Lookup(snapshot)
    prepaid = _prepaid(wish["prepaid"], snapshot, scheme, wish["course"], on)
    ask = Ask(
        wish["person"],
        wish["course"],
        on,
        run=wish["run"],
        booked_on=booked_on,
        prepaid=prepaid,
        ref=wish["ref"],
        rule=wish["rule"],
    )
    offer = plan_offer(registers, scheme, ask)
    if prepaid > offer.price > 0:
        reason = f"--prepaid {wish['prepaid']} is more than the course costs"
        raise UsageError(reason=reason, hint="give what the holder has paid of the price")
    enrolment = f"N{snapshot.head.seq + 1}"
    step = enrolled_row(offer, enrolment, consent.text, wish["ref"])
    name = registers.person(offer.person).identity.get("name", "")

    def answer(seq: int | None) -> Answer:
        booked = enrolment if seq is not None else ""
        return offer_answer(offer, name=name, enrolment=booked, commit=seq, dry_run=face.dry_run)

    where = f"{wish['person']}/{wish['course']}" + (f"/{wish['run']}" if wish["run"] else "")
    what = f"{offer.person} cannot be enrolled in {offer.ask.course}"
    return Booking(
        plan=offer,
        booked_on=booked_on,
        answer=answer,
        entries=offer.entries(enrolment, snapshot.head.next_entry) if offer.can_be_booked else (),
        steps=(step,),
        versions=offer.versions,
        scheme=scheme,
        refusal=refused(what, where, offer.objections),
    )


def _prepaid(text: str, snapshot: Snapshot, scheme: Scheme, course: str, on: date) -> int:
    """--prepaid in the smallest part of the course's unit; 0 for none. Raises UsageError."""
    from ilactl.commands.recording import amount_of
    from ilactl.ledger.courses import course_on, price_of

    if not text:
        return 0
    row = course_on(snapshot, course, on)
    unit = price_of(row)[1] if row else ""
    unit = unit or next((spend.unit for spend in scheme.spends), "")
    return amount_of(snapshot, "--prepaid", text, unit)
