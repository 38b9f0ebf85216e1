"""What every change of an enrolment shares: plan, show, ask, plan again under the lock, book as one commit.

The plan shown is the plan booked: one that differs under the lock is not booked, one that is refused
there says why.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol

from msgspec import Struct

from ilactl.commands.done import done_already
from ilactl.commands.face import Face
from ilactl.commands.registering import digest_of
from ilactl.errors import ChangedMeanwhile, IlactlError, Refused, UsageError

if TYPE_CHECKING:
    from ilactl.findings import Finding
    from ilactl.ledger.commit import Append, Writer
    from ilactl.ledger.enrolments import Step
    from ilactl.ledger.entries import Entry
    from ilactl.ledger.snapshot import Snapshot
    from ilactl.output import Answer
    from ilactl.rules.model import Scheme
    from ilactl.rules.offer import Objection

__all__ = ["Booking", "amount_of", "booking_day", "record", "refused"]


class Comparable(Protocol):
    """A plan that can be held against the one that was shown."""

    def same_as(self, other: Any) -> bool:
        """Whether both would book the same."""


class Booking(Struct, kw_only=True):
    """What would be booked and how it is told.

    `answer` gets the commit's number, None where nothing was written. `refusal` is what speaks against
    it; with `done` nothing is left to do.
    """

    plan: Comparable
    booked_on: date
    answer: Callable[[int | None], Answer]
    entries: Sequence[Entry] = ()
    steps: Sequence[Step] = ()
    versions: Sequence[str] = ()
    scheme: Scheme | None = None
    refusal: IlactlError | None = None
    done: bool = False


def booking_day(snapshot: Snapshot, on: date) -> date:
    """The day the rows bear: the day it happened, or the last one booked on where that is later.

    Raises Closed where the books are closed on it.
    """
    from ilactl.rules.contributions import refuse_day

    through = snapshot.head.booked_through
    day = on if through is None else max(on, through)
    refuse_day(snapshot, day)
    return day


def amount_of(snapshot: Snapshot, option: str, text: str, unit: str) -> int:
    """The option's amount in the unit's smallest part. Raises UsageError."""
    from ilactl.rules.contributions import amount_fault

    known = snapshot.manifest.units.get(unit)
    minor, fault = amount_fault(text, unit, known.scale if known else 0)
    if fault:
        raise UsageError(reason=f"{option}: {fault}", hint="write a plain amount such as 125.50")
    return minor


def refused(what: str, where: str, objections: Sequence[Objection]) -> Refused | None:
    """One refusal that lists every reason; None where there is none. `where` names what is refused."""
    from ilactl.findings import Place

    if not objections:
        return None
    findings: list[Finding] = [one.at(Place(where)) for one in objections]
    reasons = "1 reason" if len(findings) == 1 else f"{len(findings)} reasons"
    return Refused(
        findings=findings,
        reason=f"{what}: {reasons}; nothing was written",
        hint="each line above says why and what can be done",
    )


def record(
    face: Face,
    command: str,
    make: Callable[[Snapshot, bool], Booking],
    *,
    content: Sequence[str],
    ask: Callable[[Booking], None] | None = None,
    after: Callable[[Booking, int], Answer] | None = None,
) -> None:
    """Make the plan, then show it (--dry-run) or commit it, and answer.

    With `ask` the plan is shown first and a yes needed: on the terminal, or by --yes. `make` is told
    whether it is asked under the lock. `after` is the short answer where the plan was shown before.
    """
    if face.dry_run:
        booking = make(face.snapshot(), False)
        face.answer(booking.answer(None))
        _refuse(booking)
        return
    shown = None
    if ask is not None and not face.yes:
        shown = make(face.snapshot(), False)
        if shown.done:
            face.complete()
        face.answer(shown.answer(None), change=shown.done or shown.refusal is not None or not face.talks)
        _refuse(shown)
        if shown.done:
            return
        face.say("")
        ask(shown)
    digest = digest_of([command, *content]) if face.key else ""
    with face.writer() as writer:
        done = writer.known(face.key, digest) if face.key else None
        if done is not None:
            answer = done_already(command, done.seq)
        else:
            booking = make(writer.snapshot, True)
            if booking.refusal is not None:
                face.answer(booking.answer(None), change=True)
                raise booking.refusal
            if shown is not None and not shown.plan.same_as(booking.plan):
                raise ChangedMeanwhile()
            seq = None if booking.done else _commit(writer, command, booking, face.key, digest)
            answer = after(booking, seq) if shown and after and seq else booking.answer(seq)
    face.answer(answer, change=True)


def _refuse(booking: Booking) -> None:
    if booking.refusal is not None:
        raise booking.refusal


def _commit(writer: Writer, command: str, booking: Booking, key: str, digest: str) -> int:
    from ilactl.ledger.commit import Change

    snapshot = writer.snapshot
    change = Change(
        command=command,
        appends=(*_rows(snapshot, booking), *_kept(snapshot, booking)),
        booked_on=booking.booked_on,
        entries=len(booking.entries),
        key=key,
        content=digest,
    )
    return writer.commit(change).seq


def _rows(snapshot: Snapshot, booking: Booking) -> list[Append]:
    from ilactl.ledger.columns import ENROLMENTS, ENTITLEMENTS
    from ilactl.ledger.commit import Append
    from ilactl.ledger.enrolments import cells_of_step
    from ilactl.ledger.entries import row_of
    from ilactl.ledger.scan import format_row

    units = snapshot.manifest.units
    lines = {
        ENTITLEMENTS.file: [format_row(row_of(entry, units)) for entry in booking.entries],
        ENROLMENTS.file: [
            format_row(cells_of_step(step, units[step.unit].scale if step.unit else 0))
            for step in booking.steps
        ],
    }
    return [Append(file, "".join(rows).encode(), rows=len(rows)) for file, rows in lines.items() if rows]


def _kept(snapshot: Snapshot, booking: Booking) -> tuple[Append, ...]:
    """The texts of the versions that decide for the first time."""
    from ilactl.rules.kept import new_versions

    if booking.scheme is None or not new_versions(snapshot, booking.versions):
        return ()
    from ilactl.rules.used import used_appends

    return tuple(used_appends(snapshot, booking.scheme, booking.versions))
