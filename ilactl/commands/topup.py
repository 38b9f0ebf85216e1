"""`ilactl topup`: plan everything that is due, show it, and book it as one commit."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

import click

from ilactl.commands.face import Face, face_options
from ilactl.commands.guards import refuse_large
from ilactl.commands.naming import named_persons
from ilactl.errors import ChangedMeanwhile

if TYPE_CHECKING:
    from ilactl.ledger.commit import Writer
    from ilactl.ledger.snapshot import Snapshot
    from ilactl.rules.model import Scheme
    from ilactl.rules.plan import Plan, Request

__all__ = ["command"]


@click.command("topup")
@click.option("--rule", "rules", metavar="ID", multiple=True, help="Only this grant rule; may be repeated.")
@click.option(
    "--person",
    "persons",
    metavar="ID",
    multiple=True,
    help="Only this person; may be repeated; - reads ids from stdin.",
)
@click.option(
    "--period",
    "periods",
    metavar="PERIOD",
    multiple=True,
    help="This period (2026 or 2026-03) instead of the newest due.",
)
@click.option(
    "--allow-large", metavar="N", type=click.IntRange(1), help="Pass the guards of ledger.toml for N entries."
)
@face_options("on", "dry_run", "yes", "key", "lock_wait")
def command(
    face: Face,
    rules: tuple[str, ...],
    persons: tuple[str, ...],
    periods: tuple[str, ...],
    allow_large: int | None,
) -> None:
    """Book every grant that is due.

    Walks the rules' due dates up to --on, oldest first, and books for each person what the rules
    give and the caps leave: one entry for each rule and period, all in one commit. What is booked
    already is skipped, so running it again books nothing. Whoever lacks a fact that a rule needs
    is counted and named as undecided, and can still be granted later.

    \b
    Examples:
      $ ilactl topup --on 2027-01-01 -n
      $ ilactl topup --on 2027-01-01 --yes
      $ ilactl topup --on 2027-01-01 --rule base --yes -O json
    """
    from ilactl.rules.contributions import refuse_day
    from ilactl.rules.plan import Request

    snapshot = face.snapshot()
    request = Request(face.on(snapshot), rules, named_persons(face, persons) if persons else None, periods)
    shown = None
    if face.dry_run or not face.yes:
        shown = _plan(face, snapshot, request)
        if shown.plan.entries:
            refuse_day(snapshot, request.on)
        nothing = not face.dry_run and not shown.plan.entries
        _show(face, shown, change=nothing)
        if face.dry_run or nothing:
            return
        face.confirm(f"Book {shown.plan.spoken}?")
    with face.writer("ilactl topup") as writer:
        _book(face, writer, request, shown, allow_large)


@dataclass(frozen=True, slots=True)
class _Planned:
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
    from ilactl.reports.topup import topup_answer
    from ilactl.rules.plan import scales_of

    face.answer(topup_answer(planned.plan, scales_of(planned.snapshot), booked=booked), change=change)


def _book(
    face: Face, writer: Writer, request: Request, shown: _Planned | None, allow_large: int | None
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
        seq = _commit(writer, planned, key=face.key, content=content if face.key else "")
    _show(face, planned, booked=seq, change=True)


def _commit(writer: Writer, planned: _Planned, *, key: str, content: str) -> int:
    from ilactl.ledger.commit import Change
    from ilactl.rules.plan import scales_of
    from ilactl.rules.used import used_appends

    plan, snapshot = planned.plan, writer.snapshot
    on = plan.request.on
    rows = plan.rows.append(writer, snapshot.head.next_entry, on, scales_of(snapshot))
    change = Change(
        command="topup",
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
    refuse_large(
        snapshot.manifest,
        persons=max((part.persons for part in plan.totals), default=0),
        entries=plan.entries,
        totals=totals,
        allow_large=allow_large,
    )
