"""How a settlement runs: plan, show, ask, book as one commit under the lock, write the lists."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from ilactl.commands.done import done_already
from ilactl.commands.face import Face
from ilactl.commands.guards import refuse_large
from ilactl.commands.talk import counted
from ilactl.errors import BookedNotConfirmed, ChangedMeanwhile, IlactlError, NotFound

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ilactl.ledger.commit import Writer
    from ilactl.ledger.snapshot import Snapshot
    from ilactl.reports.remittance import Remittance
    from ilactl.rules.settling import SettlePlan, Settling

__all__ = ["make_again", "run"]

_NAMED = 5
"""How many payees a warning names."""


def run(face: Face, provider: str, folder: str | None, allow_large: int | None) -> None:
    """Settle what is due to the provider, to everybody where it is "".

    A plan that was shown is the plan that is booked, or nothing is.
    """
    from ilactl.rules.contributions import refuse_day
    from ilactl.rules.settling import Settling

    snapshot = face.snapshot()
    request = Settling(face.on(snapshot), provider)
    _refuse_folder(folder)
    shown = None
    if face.dry_run or not face.yes:
        shown = _plan(face, snapshot, request)
        if shown.entries_number:
            refuse_day(snapshot, request.on)
        nothing = not face.dry_run and not shown.entries_number
        if nothing:
            face.complete()
        _show(face, snapshot, shown, None, change=nothing)
        if face.dry_run or nothing:
            return
        sums = ", ".join(_money(snapshot, shown))
        face.confirm(f"Pay {sums} with {counted(shown.entries_number, 'entry')}?")
    with face.writer() as writer:
        _book(face, writer, request, shown, folder, allow_large)


def _plan(face: Face, snapshot: Snapshot, request: Settling) -> SettlePlan:
    from ilactl.rules.settling import plan_settlement

    with face.working("reading what is due") as tell:
        return plan_settlement(snapshot, request, tell)


def _book(
    face: Face,
    writer: Writer,
    request: Settling,
    shown: SettlePlan | None,
    folder: str | None,
    allow_large: int | None,
) -> None:
    """Plan under the lock and commit. Who is paid, and on which account, is part of what was shown."""
    from ilactl.ledger.commit import Change
    from ilactl.ledger.outside import refuse_place

    snapshot = writer.snapshot
    asked = json.dumps([str(request.on), request.provider])
    content = sha256(asked.encode()).hexdigest()
    if face.key and (record := writer.known(face.key, content)):
        face.answer(done_already("settle", record.seq), change=True)
        return
    plan = _plan(face, snapshot, request)
    if shown is not None and (
        shown.payments != plan.payments or shown.rows.fingerprint() != plan.rows.fingerprint()
    ):
        raise ChangedMeanwhile()
    if not plan.entries_number:
        _show(face, snapshot, plan, None, change=True)
        return
    refuse_large(
        snapshot.manifest,
        persons=plan.persons,
        entries=plan.entries_number,
        totals=plan.totals(),
        allow_large=allow_large,
    )
    lists: list[Remittance] = []
    files: list[tuple[Path, bytes]] = []
    if folder:  # what could fail is tried before anything is booked
        lists = _lists(snapshot, plan, snapshot.head.seq + 1)
        files = _files(snapshot, folder, lists)
        for place, data in files:
            refuse_place(snapshot.root, place, again=data)
    change = Change(
        command="settle",
        appends=(plan.rows.append(writer, snapshot.head.next_entry),),
        booked_on=request.on,
        entries=plan.entries_number,
        key=face.key,
        content=content if face.key else "",
        note={
            "entries": plan.entries_number,
            "payees": {one.payee: [one.standing.name, one.standing.iban] for one in plan.paid},
        },
    )
    seq = writer.commit(change).seq
    try:
        written = _write(snapshot, files)
    except (IlactlError, OSError) as fault:
        hint = f"'ilactl settle --again {seq} --to DIR' writes the lists"
        reason = f"its lists are not written: {fault}"
        raise BookedNotConfirmed(seq=seq, reason=reason, hint=hint) from fault
    _show(face, snapshot, plan, seq, change=True, lists=lists or None, written=written)


def make_again(face: Face, seq: int, folder: str | None) -> None:
    """Show the lists of a settlement that is booked, and write them where a folder is given."""
    from ilactl.ledger.booked import booked_by
    from ilactl.ledger.columns import ENROLMENTS
    from ilactl.ledger.history import record_at
    from ilactl.reports.remittance import remittances
    from ilactl.reports.settlement import again_answer
    from ilactl.rules.plan import scales_of

    snapshot = face.snapshot()
    _refuse_folder(folder)
    record = record_at(snapshot.log, seq)[0] if 0 < seq <= snapshot.head.seq else None
    if record is None or record.command != "settle" or record.booked_on is None:
        hint = "'ilactl log' lists all commits; a settlement's command is settle"
        raise NotFound(what=f"a settlement in commit {seq}", hint=hint)
    lists = remittances(
        snapshot,
        booked_by(snapshot, record),
        record.note.get("payees", {}),
        on=record.booked_on,
        seq=seq,
        then=record.heads.get(ENROLMENTS.file),
    )
    written = _write(snapshot, _files(snapshot, folder, lists)) if folder else []
    face.answer(again_answer(seq, lists, scales_of(snapshot), written))


def _show(
    face: Face,
    snapshot: Snapshot,
    plan: SettlePlan,
    booked: int | None,
    *,
    change: bool = False,
    lists: Sequence[Remittance] | None = None,
    written: Sequence[str] = (),
) -> None:
    if change and not face.hears():
        _warn_of_held(face, plan)
        return
    from ilactl.reports.settlement import settle_answer
    from ilactl.rules.plan import scales_of

    if lists is None:
        lists = _lists(snapshot, plan, booked)
    answer = settle_answer(plan, lists, scales_of(snapshot), booked=booked, written=written)
    face.answer(answer, change=change)


def _warn_of_held(face: Face, plan: SettlePlan) -> None:
    """Where nobody is shown the settlement: somebody has to do something before these are paid."""
    held = [f"{one.payee}, {one.standing.held_back}" for one in plan.held_back]
    if held:
        more = f" and {counted(len(held) - _NAMED, 'other')}" if len(held) > _NAMED else ""
        face.warn(f"held back: {'; '.join(held[:_NAMED])}{more}; 'ilactl settle -n' shows how much")


def _lists(snapshot: Snapshot, plan: SettlePlan, seq: int | None) -> list[Remittance]:
    from ilactl.reports.remittance import remittances

    payees = {one.payee: (one.standing.name, one.standing.iban) for one in plan.paid}
    return remittances(snapshot, plan.rows.entries(), payees, on=plan.on, seq=seq)


def _money(snapshot: Snapshot, plan: SettlePlan) -> list[str]:
    from ilactl.money import format_amount

    units = snapshot.manifest.units
    return [f"{format_amount(total, units[unit].scale)} {unit}" for unit, total in plan.totals().items()]


def _refuse_folder(folder: str | None) -> None:
    if folder is not None and not Path(folder).is_dir():
        raise NotFound(what=f"the folder {folder}", hint="make it first, or name one that is there")


def _files(snapshot: Snapshot, folder: str, lists: Sequence[Remittance]) -> list[tuple[Path, bytes]]:
    from ilactl.reports.remittance import remittance_csv
    from ilactl.rules.plan import scales_of

    scales = scales_of(snapshot)
    return [(Path(folder) / f"{one.title}.csv", remittance_csv(one, scales)) for one in lists]


def _write(snapshot: Snapshot, files: Sequence[tuple[Path, bytes]]) -> list[str]:
    from ilactl.ledger.outside import write_outside

    for place, data in files:
        write_outside(snapshot.root, place, data)
    return [str(place) for place, _ in files]
