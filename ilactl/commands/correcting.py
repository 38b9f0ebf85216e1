"""What `topup --review` and `topup --correct` share: replay wallets, show what differs, book it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from hashlib import sha256
from typing import TYPE_CHECKING

from ilactl.commands.face import Face
from ilactl.commands.guards import refuse_large
from ilactl.errors import ChangedMeanwhile, UsageError

if TYPE_CHECKING:
    from ilactl.ledger.commit import Writer
    from ilactl.ledger.snapshot import Snapshot
    from ilactl.rules.model import Scheme
    from ilactl.rules.review import CorrectionPlan

__all__ = ["refuse_both", "run_correction"]


def refuse_both(*, review: bool, correct: bool, why: str, others: bool) -> None:
    """Options that cannot stand together, and a correction without a reason."""
    if review and correct:
        raise UsageError(
            reason="--review and --correct exclude each other", hint="review first, then correct"
        )
    if others:
        hint = "leave --rule and --period out; --person names whose wallets"
        raise UsageError(reason="a wallet is replayed as a whole", hint=hint)
    if correct and not why.strip():
        raise UsageError(reason="a correction needs a reason", hint="add --why TEXT; the log keeps it")
    if review and why:
        raise UsageError(reason="--why is for --correct", hint="leave it out, or correct")


def run_correction(
    face: Face,
    on: date,
    persons: Sequence[str] | None,
    why: str,
    *,
    book: bool,
    allow_large: int | None,
) -> None:
    """Show what would come out differently; with `book` ask, and book it as one commit."""
    from ilactl.rules.contributions import refuse_day

    snapshot = face.snapshot()
    shown = None
    if not book or face.dry_run or not face.yes:
        _, shown = _plan(face, snapshot, on, persons)
        if book and shown.entries:
            refuse_day(snapshot, on)
        nothing = book and not face.dry_run and not shown.entries
        if nothing:
            face.complete()
        _show(face, snapshot, shown, change=nothing)
        if not book or face.dry_run or nothing:
            return
        face.confirm(f"Book {shown.spoken}?")
    with face.writer("ilactl topup --correct") as writer:
        _book(face, writer, on, persons, why, shown, allow_large)


def _plan(
    face: Face, snapshot: Snapshot, on: date, persons: Sequence[str] | None, *, remember: bool = False
) -> tuple[Scheme, CorrectionPlan]:
    from ilactl.rules.load import load_scheme
    from ilactl.rules.review import plan_correction

    with face.working("replaying the wallets"):
        scheme = load_scheme(snapshot, remember=remember)
        return scheme, plan_correction(snapshot, scheme, on, persons)


def _show(
    face: Face, snapshot: Snapshot, plan: CorrectionPlan, *, booked: int | None = None, change: bool = False
) -> None:
    from ilactl.reports.correction import correction_answer
    from ilactl.rules.plan import scales_of

    face.answer(correction_answer(plan, scales_of(snapshot), booked=booked), change=change)


def _book(
    face: Face,
    writer: Writer,
    on: date,
    persons: Sequence[str] | None,
    why: str,
    shown: CorrectionPlan | None,
    allow_large: int | None,
) -> None:
    from ilactl.ledger.commit import Change
    from ilactl.rules.plan import scales_of
    from ilactl.rules.used import used_appends

    snapshot = writer.snapshot
    scheme, plan = _plan(face, snapshot, on, persons, remember=True)
    if shown is not None and shown.rows.fingerprint() != plan.rows.fingerprint():
        raise ChangedMeanwhile()
    content = sha256(json.dumps(["correct", str(on), persons, why]).encode()).hexdigest()
    if writer.known(face.key, content) or not plan.entries:
        _show(face, snapshot, plan, change=True)
        return
    refuse_large(
        snapshot.manifest,
        persons=len(plan.persons),
        entries=plan.entries,
        totals=plan.totals(),
        allow_large=allow_large,
    )
    rows = plan.rows.append(writer, snapshot.head.next_entry, on, scales_of(snapshot))
    change = Change(
        command="topup --correct",
        appends=(rows, *used_appends(snapshot, scheme, plan.versions)),
        booked_on=on,
        entries=plan.entries,
        why=why,
        key=face.key,
        content=content if face.key else "",
        note={"entries": plan.entries, "persons": len(plan.persons)},
    )
    _show(face, snapshot, plan, booked=writer.commit(change).seq, change=True)
