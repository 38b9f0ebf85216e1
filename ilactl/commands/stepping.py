"""What the steps of an enrolment share: which one is meant, what may follow, the plan, the row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from ilactl.commands.done import schema_of
from ilactl.commands.face import Face
from ilactl.commands.registering import refuse_cell
from ilactl.errors import Refused, UsageError

if TYPE_CHECKING:
    from datetime import date
    from fractions import Fraction

    from ilactl.commands.recording import Booking
    from ilactl.ledger.enrolments import Enrolment, Step
    from ilactl.ledger.snapshot import Snapshot
    from ilactl.output import Answer
    from ilactl.rules.step_plan import StepPlan
    from ilactl.rules.step_requests import Said

__all__ = ["share_of_text", "take"]

_HELD = ("started", "attended", "completed", "certified")
"""Steps of a run that is held."""


def take(
    face: Face,
    command: str,
    text: str,
    said: Said,
    *,
    question: str = "",
    amount: str | None = None,
) -> None:
    """Record a step of the enrolment meant by `text`; with a question, only on a yes.

    `amount` is what a claim takes back, as text in the enrolment's unit.
    """
    from ilactl.commands.recording import record

    _refuse_cells(said)

    def make(snapshot: Snapshot, locked: bool) -> Booking:
        return _booking(face, command, snapshot, text, said, amount, remember=locked)

    def ask(_: Booking) -> None:
        face.confirm(question)

    def after(booking: Booking, seq: int) -> Answer:
        from ilactl.output import Answer, Lines

        step = booking.steps[0]
        line = f"{step.enrolment}: {step.step} on {step.on} (commit {seq})"
        data = {"enrolment": step.enrolment, "step": step.step, "on": step.on, "commit": seq}
        return Answer(schema_of(command), blocks=[Lines([line])], data=data)

    content = [text, str(face.given_on or ""), *said.parts, amount or ""]
    record(face, command, make, content=content, ask=ask if question else None, after=after)


def _booking(
    face: Face,
    command: str,
    snapshot: Snapshot,
    text: str,
    said: Said,
    amount: str | None,
    *,
    remember: bool,
) -> Booking:
    from ilactl.commands.recording import Booking, amount_of, booking_day, refused
    from ilactl.ledger.enrolments import resolve
    from ilactl.reports.steps import step_answer
    from ilactl.rules.load import load_scheme
    from ilactl.rules.spending_source import Lookup
    from ilactl.rules.step_requests import plan_said, recorded, refuse_order, row_of_step

    one = resolve(snapshot, text)
    if amount is not None:
        said = replace(said, amount=amount_of(snapshot, "--amount", amount, one.unit))
    on = face.on(snapshot)
    schema = schema_of(command)
    known = recorded(one, said, face.given_on)
    if known is not None:
        if said.amount is not None:
            _refuse_other_amount(snapshot, one, said, said.amount)
        plan = _nothing(snapshot, one, said, known)

        def told(_: int | None) -> Answer:
            return step_answer(schema, plan, known, done=True)

        return Booking(plan=plan, booked_on=known.booked_on, answer=told, done=True)
    refuse_order(one, said, on)
    booked_on = booking_day(snapshot, on)
    scheme = load_scheme(snapshot, remember=remember)
    plan = plan_said(Lookup(snapshot), scheme, one, said, on, booked_on)
    step = row_of_step(one, plan, said)
    if not plan.objections and (remember or face.dry_run):
        _warn_before_the_run(face, snapshot, one, said, on)

    def answer(seq: int | None) -> Answer:
        return step_answer(schema, plan, step, commit=seq, dry_run=face.dry_run)

    what = f"{one.id} cannot be {said.step}"
    return Booking(
        plan=plan,
        booked_on=booked_on,
        answer=answer,
        entries=plan.entries(snapshot.head.next_entry),
        steps=(step,),
        versions=plan.versions,
        scheme=scheme,
        refusal=refused(what, one.id, plan.objections),
    )


def _warn_before_the_run(face: Face, snapshot: Snapshot, one: Enrolment, said: Said, on: date) -> None:
    """Nobody attends what has not begun: the day may be mistyped, or the run began earlier than planned."""
    from ilactl.ledger.courses import run_on

    run = run_on(snapshot, one.course, one.run, on) if one.run else None
    if said.step in _HELD and run is not None and run.starts is not None and on < run.starts:
        face.warn(
            f"{one.id} is {said.step} on {on}, before its run's first day, {run.starts}; where that day is "
            f"wrong, 'ilactl course run update {one.course}/{one.run} --starts DATE' puts it right"
        )


def _refuse_other_amount(snapshot: Snapshot, one: Enrolment, said: Said, amount: int) -> None:
    """Raise Refused where another amount was claimed back under the same reference."""
    from ilactl.ledger.entries import entries_of
    from ilactl.money import format_amount

    rows = [entry for entry in entries_of(snapshot, one.person) if entry.enrolment == one.id]
    undone = {entry.of for entry in rows if entry.kind == "correct"}
    claimed = (e for e in rows if e.kind == "reclaim" and e.ref == said.ref and e.entry not in undone)
    there = sum(entry.amount for entry in claimed)
    if there != amount:
        scale = snapshot.manifest.units[one.unit].scale
        shown, asked = (f"{format_amount(n, scale)} {one.unit}" for n in (there, amount))
        reason = f"{said.ref} claimed {shown} back for {one.id}, not {asked}"
        raise Refused(reason=reason, hint="give another --ref if it is another claim")


def _nothing(snapshot: Snapshot, one: Enrolment, said: Said, known: Step) -> StepPlan:
    """A plan that books nothing, for what is recorded already."""
    from ilactl.rules.step_plan import Happening, StepPlan

    unit = snapshot.manifest.units.get(one.unit)
    return StepPlan(
        enrolment=one.id,
        person=one.person,
        happening=Happening(said.step, known.on, booked_on=known.booked_on),
        unit=one.unit,
        scale=unit.scale if unit else 0,
        payee=one.payee,
        reserved=0,
        paid=0,
    )


def share_of_text(text: str | None, option: str) -> Fraction | None:
    """A share given on a command line; None for none. Raises UsageError for one over 1, or no share.

    An empty text is no share: a variable that a script never set must not stand for "nobody knows".
    """
    from ilactl.ledger.columns import ENROLMENTS
    from ilactl.ledger.grammar import fault_of
    from ilactl.money import parse_decimal

    if text is None:
        return None
    if not text:
        raise UsageError(reason=f"{option} is empty", hint="write a share such as 0.6")
    share = parse_decimal(text)
    if share is not None and share > 1:
        hint = "attendance is a share: 0.6 stands for 60 %, and nobody attends more than all of it, 1"
        raise UsageError(reason=f"{option}: attendance {text} is over 1", hint=hint)
    fault = fault_of(ENROLMENTS.column("share"), text)
    if fault or share is None:
        raise UsageError(reason=f"{option}: {fault}", hint="write a share such as 0.6")
    return share


def _refuse_cells(said: Said) -> None:
    """Raise UsageError for what cannot stand in a cell."""
    from ilactl.ledger.columns import ENROLMENTS

    for name, text in (("--result", said.result), ("--ref", said.ref), ("RUN", said.run)):
        refuse_cell(name, ENROLMENTS.column(name.strip("-").lower()), text)
