"""What a top-up and an expiry share: plan, show, ask, book as one commit under the lock."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING

from msgspec import Struct

from ilactl.commands.face import Face
from ilactl.commands.guards import refuse_large
from ilactl.errors import ChangedMeanwhile

if TYPE_CHECKING:
    from ilactl.ledger.commit import Writer
    from ilactl.ledger.snapshot import Snapshot
    from ilactl.rules.model import Scheme
    from ilactl.rules.plan import Plan, Request

__all__ = ["run"]


def run(face: Face, command: str, request: Request, allow_large: int | None) -> None:
    """Plan, show and book a run. A plan that was shown is the plan that is booked, or nothing is."""
    from ilactl.rules.contributions import refuse_day

    snapshot = face.snapshot()
    shown = None
    if face.dry_run or not face.yes:
        shown = _plan(face, snapshot, request)
        if shown.plan.entries:
            refuse_day(snapshot, request.on)
        nothing = not face.dry_run and not shown.plan.entries
        if nothing:
            face.complete()
        _show(face, shown, change=nothing)
        if face.dry_run or nothing:
            return
        face.confirm(f"Book {shown.plan.spoken}?")
    with face.writer(f"ilactl {command}") as writer:
        _book(face, writer, command, request, shown, allow_large)


class _Planned(Struct, frozen=True):
    """A plan with the rules and the ledger it was made from."""

    snapshot: Snapshot
    scheme: Scheme
    plan: Plan

    def holds_for(self, snapshot: Snapshot) -> bool:
        """Whether nothing that the plan was made from has changed."""
        return self.snapshot.head.sha == snapshot.head.sha and self.snapshot.inputs() == snapshot.inputs()


def _plan(face: Face, snapshot: Snapshot, request: Request, *, remember: bool = False) -> _Planned:
    from ilactl.rules.load import load_scheme
    from ilactl.rules.planner import make_plan

    with face.working("reading the rules") as tell:
        scheme = load_scheme(snapshot, remember=remember)
        return _Planned(snapshot, scheme, make_plan(snapshot, scheme, request, tell))


def _show(face: Face, planned: _Planned, *, booked: int | None = None, change: bool = False) -> None:
    from ilactl.reports.topup import expire_answer, topup_answer
    from ilactl.rules.plan import scales_of

    answer = topup_answer if planned.plan.request.grants else expire_answer
    face.answer(answer(planned.plan, scales_of(planned.snapshot), booked=booked), change=change)


def _book(
    face: Face,
    writer: Writer,
    command: str,
    request: Request,
    shown: _Planned | None,
    allow_large: int | None,
) -> None:
    """Plan under the lock and commit. A plan that was shown must be the plan that is booked."""
    planned = shown
    if planned is None or not planned.holds_for(writer.snapshot):
        planned = _plan(face, writer.snapshot, request, remember=True)
        if shown is not None and shown.plan.rows.fingerprint() != planned.plan.rows.fingerprint():
            raise ChangedMeanwhile()
    asked = json.dumps([str(request.on), request.rules, request.persons, request.periods])
    content = sha256(asked.encode()).hexdigest()
    if writer.known(face.key, content) or not planned.plan.entries:
        _show(face, planned, change=True)
        return
    _guard(planned.plan, writer.snapshot, allow_large)
    with face.working(f"booking {planned.plan.spoken}"):
        seq = _commit(writer, command, planned, key=face.key, content=content if face.key else "")
    _show(face, planned, booked=seq, change=True)


def _commit(writer: Writer, command: str, planned: _Planned, *, key: str, content: str) -> int:
    from ilactl.ledger.commit import Change
    from ilactl.rules.plan import scales_of
    from ilactl.rules.used import used_appends

    plan, snapshot = planned.plan, writer.snapshot
    on = plan.request.on
    rows = plan.rows.append(writer, snapshot.head.next_entry, on, scales_of(snapshot))
    change = Change(
        command=command,
        appends=(rows, *used_appends(snapshot, planned.scheme, plan.grants_used)),
        booked_on=on,
        entries=plan.entries,
        key=key,
        content=content,
        note={"entries": plan.entries, "rules": plan.grants_used},
    )
    return writer.commit(change).seq


def _guard(plan: Plan, snapshot: Snapshot, allow_large: int | None) -> None:
    """Limits of one batch that no --yes passes."""
    totals: dict[str, int] = {}
    for part in plan.totals:
        unit = part.occasion.grant.unit
        totals[unit] = totals.get(unit, 0) + part.credited
    for moved in plan.moved:
        totals[moved.unit] = totals.get(moved.unit, 0) + moved.amount
    persons = [*(part.persons for part in plan.totals), *(moved.persons for moved in plan.moved)]
    refuse_large(
        snapshot.manifest,
        persons=max(persons, default=0),
        entries=plan.entries,
        totals=totals,
        allow_large=allow_large,
    )
