"""How returned payments are taken back: read the file, plan, show, ask, book as one commit."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from ilactl.commands.done import done_already
from ilactl.commands.face import Face
from ilactl.commands.guards import refuse_large
from ilactl.commands.importing import read_upload
from ilactl.commands.registering import appends_of, can_ask, input_of, refuse_input
from ilactl.commands.talk import counted
from ilactl.errors import ChangedMeanwhile, UsageError

if TYPE_CHECKING:
    from ilactl.ledger.commit import Writer
    from ilactl.ledger.snapshot import Snapshot
    from ilactl.ledger.upload import Upload
    from ilactl.rules.returned import ReturnPlan

__all__ = ["run"]


def run(face: Face, file: str, map_file: str | None, allow_large: int | None) -> None:
    """Take back what the file names. A plan that was shown is the plan that is booked, or nothing is."""
    if face.key:
        hint = "leave it out: a file that was taken in once is known by its content"
        raise UsageError(reason="--key does not go with --returned", hint=hint)
    upload = read_upload(face, file, map_file)
    shown = None
    if face.dry_run or (face.terminal and can_ask() and not face.yes):
        snapshot = face.snapshot()
        shown = _plan(face, snapshot, upload)
        nothing = not face.dry_run and not shown.entries
        if nothing:
            face.complete()
        _show(face, snapshot, shown, change=nothing)
        if face.dry_run or nothing:
            return
        face.confirm(f"Take back {counted(len(shown.entries), 'entry')}?")
    with face.writer() as writer:
        _book(face, writer, upload, shown, allow_large)


def _plan(face: Face, snapshot: Snapshot, upload: Upload) -> ReturnPlan:
    from ilactl.rules.contributions import refuse_day
    from ilactl.rules.returned import COLUMNS, plan_returned

    intake = upload.read(COLUMNS, (("reference", "enrolment"),))
    input_of(face, intake, None)
    plan = plan_returned(snapshot, intake, face.on(snapshot))
    refuse_input(intake)
    if plan.entries:
        refuse_day(snapshot, plan.on)
    return plan


def _book(
    face: Face, writer: Writer, upload: Upload, shown: ReturnPlan | None, allow_large: int | None
) -> None:
    from ilactl.ledger.columns import ENTITLEMENTS
    from ilactl.ledger.commit import Append, Change
    from ilactl.ledger.entries import row_of
    from ilactl.ledger.scan import format_row
    from ilactl.rules.payees import RETURNED
    from ilactl.rules.returned import was_undone

    mapping = upload.mapping.source.encode() if upload.mapping else b""
    digest = hashlib.sha256(upload.data + mapping).hexdigest()
    key = f"returned:{digest}"
    while (record := writer.known(key, digest)) is not None:
        if not was_undone(writer.snapshot, record):
            face.answer(done_already("settle returned", record.seq), change=True)
            return
        key = f"returned:{digest}:after:{record.seq}"
    snapshot = writer.snapshot
    plan = _plan(face, snapshot, upload)
    if shown is not None and not shown.same_as(plan):
        raise ChangedMeanwhile()
    if not plan.entries:
        _show(face, snapshot, plan, change=True)
        return
    refuse_large(
        snapshot.manifest,
        persons=len({row.person for row in plan.entries}),
        entries=len(plan.entries),
        totals=plan.totals(),
        allow_large=allow_large,
    )
    units = snapshot.manifest.units
    text = "".join(format_row(row_of(row, units)) for row in plan.entries)
    change = Change(
        command=RETURNED,
        appends=(
            Append(ENTITLEMENTS.file, text.encode(), rows=len(plan.entries)),
            *appends_of(plan.accounts),
        ),
        booked_on=plan.on,
        entries=len(plan.entries),
        key=key,
        content=digest,
        note={"entries": len(plan.entries), "references": [one.reference for one in plan.payouts]},
    )
    _show(face, snapshot, plan, booked=writer.commit(change).seq, change=True)


def _show(
    face: Face, snapshot: Snapshot, plan: ReturnPlan, *, booked: int | None = None, change: bool = False
) -> None:
    from ilactl.reports.returned import returned_answer
    from ilactl.rules.plan import scales_of

    face.answer(returned_answer(plan, scales_of(snapshot), booked=booked), change=change)
