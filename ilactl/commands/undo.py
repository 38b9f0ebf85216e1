"""`ilactl undo`: take back what a commit booked, by entries that say so."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import click

from ilactl.commands.done import done_already
from ilactl.commands.face import Face, face_options
from ilactl.commands.guards import refuse_large
from ilactl.commands.parameters import COMMIT
from ilactl.commands.talk import counted
from ilactl.errors import ChangedMeanwhile, Refused
from ilactl.printable import printable

if TYPE_CHECKING:
    from ilactl.ledger.commit import Append, Writer
    from ilactl.ledger.snapshot import Snapshot
    from ilactl.rules.undo import UndoPlan

__all__ = ["command"]

LONGEST = 500
"""Characters a reason may have."""


class _Reason(click.ParamType[str]):
    """Why a change is made: one line that can be shown."""

    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The reason, or a usage error that says why it cannot be one."""
        text = str(value).strip()
        if not text or len(text) > LONGEST or printable(text) != text:
            self.fail(f"a reason has 1 to {LONGEST} characters, none invisible", param, ctx)
        return text


@click.command("undo")
@click.argument("commit", type=COMMIT)
@click.option("--why", metavar="TEXT", type=_Reason(), required=True, help="The reason, for the log.")
@click.option("--except-spent", is_flag=True, help="Leave in place what later entries need; undo the rest.")
@click.option(
    "--allow-large", metavar="N", type=click.IntRange(1), help="Pass the guards of ledger.toml for N entries."
)
@face_options("on", "dry_run", "yes", "key", "lock_wait")
def command(face: Face, commit: int, why: str, except_spent: bool, allow_large: int | None) -> None:
    """Take back what a COMMIT booked.

    Books the reverse of each of its entries, dated today; nothing is edited or removed. 'ilactl
    log' lists the commits by number. What was granted can be granted again afterwards, and what
    was paid in can be paid in again under the same reference. Where later entries need what the
    commit booked (reserved, settled, expired, corrected), nothing is written and they are named.
    The steps of enrolments that it recorded are taken back with their money, where each is the last
    of its enrolment. The undo of a merge ends the alias, too. An undo can be undone, but for that of
    a merge or a step; undoing the same commit twice writes nothing. Registers are put right by a
    newer row.

    \b
    Examples:
      $ ilactl undo 149 --why "the file of another month" -n
      $ ilactl undo 149 --why "the file of another month" --yes
      $ ilactl undo 149 --why "the file of another month" --yes
      $ ilactl undo 36 --why "wrong year" --except-spent --yes -O json
      $ ilactl undo 163 --why "not cancelled after all" --yes
      $ ilactl undo 3 --why "wrong file" --yes  # exit 3
    """
    snapshot = face.snapshot()
    shown = None
    if face.dry_run or not face.yes:
        shown = _plan(face, snapshot, commit, except_spent)
        nothing = not face.dry_run and shown.empty
        if nothing:
            face.complete()
        _show(face, snapshot, shown, change=nothing)
        if face.dry_run or nothing:
            return
        face.confirm(_question(shown))
    with face.writer("ilactl undo") as writer:
        _book(face, writer, shown, commit, why, except_spent, allow_large)


def _plan(face: Face, snapshot: Snapshot, commit: int, except_spent: bool) -> UndoPlan:
    """The plan; Refused where something stays and was not to be left in place."""
    from ilactl.reports.undo import NAMED, called, hindrances
    from ilactl.rules.undo import plan_undo

    with face.working(f"looking at commit {commit}"):
        plan = plan_undo(snapshot, commit, face.on(snapshot))
    if plan.stays and (not except_spent or plan.alias):
        later = len({called(row) for stay in plan.stays for row, _ in stay.because})
        first = f", the first {NAMED} of them above" if later > NAMED else ""
        raise Refused(
            findings=hindrances(plan, snapshot),
            reason=f"{_kept(plan)} cannot be undone because of {later} later"
            f" entr{'y' if later == 1 else 'ies'}{first}",
            hint=_way_on(plan),
        )
    return plan


def _kept(plan: UndoPlan) -> str:
    """How much of the commit stays, of how much: its entries, or its steps where no entry stays."""
    entries = sum(len(stay.entries) for stay in plan.stays)
    if entries:
        of, what = entries + len(plan.rows) + len(plan.undone), "entries"
    else:
        entries = sum(len(stay.steps) for stay in plan.stays)
        of, what = entries + len(plan.steps) + plan.steps_undone, "steps"
    return f"{entries} of commit {plan.record.seq}'s {of} {what}"


def _question(plan: UndoPlan) -> str:
    if plan.rows:
        return f"Book {counted(len(plan.rows), 'entry')}?"
    return f"Take {counted(len(plan.steps), 'step')} back?" if plan.steps else "End the alias?"


def _show(
    face: Face, snapshot: Snapshot, plan: UndoPlan, *, booked: int | None = None, change: bool = False
) -> None:
    from ilactl.reports.undo import undo_answer

    face.answer(undo_answer(plan, snapshot, booked=booked, dry_run=face.dry_run), change=change)


def _book(
    face: Face,
    writer: Writer,
    shown: UndoPlan | None,
    commit: int,
    why: str,
    except_spent: bool,
    allow_large: int | None,
) -> None:
    """Plan under the lock and commit. A plan that was shown must be the plan that is booked."""
    from ilactl.ledger.commit import Change

    snapshot = writer.snapshot
    content = sha256(json.dumps([commit, except_spent, why]).encode()).hexdigest()
    if done := writer.known(face.key, content):
        face.answer(done_already("undo", done.seq, commit=commit, booked=done.seq), change=True)
        return
    plan = _plan(face, snapshot, commit, except_spent)
    if shown is not None and not shown.same_as(plan):
        raise ChangedMeanwhile()
    if plan.empty:
        _show(face, snapshot, plan, change=True)
        return
    refuse_large(
        snapshot.manifest,
        persons=len({row.person for row in plan.rows} | {step.person for step in plan.steps}),
        entries=len(plan.rows),
        totals=plan.totals(),
        allow_large=allow_large,
    )
    with face.working(f"booking {len(plan.rows)} entries"):
        change = Change(
            command="undo",
            appends=_appends(snapshot, plan),
            booked_on=plan.on if plan.rows or plan.steps else None,
            entries=len(plan.rows),
            why=why,
            key=face.key,
            content=content if face.key else "",
            note={
                "undoes": commit,
                "entries": len(plan.rows),
                **({"steps": len(plan.steps)} if plan.steps else {}),
                **({"alias": plan.alias[0]} if plan.alias else {}),
            },
        )
        record = writer.commit(change)
    _show(face, snapshot, plan, booked=record.seq, change=True)


def _way_on(plan: UndoPlan) -> str:
    if plan.alias:
        return f"end the alias instead: ilactl person merge {plan.alias[0]} --end --why TEXT"
    return "undo what depends on them first, or leave them in place with --except-spent"


def _appends(snapshot: Snapshot, plan: UndoPlan) -> tuple[Append, ...]:
    from ilactl.ledger.columns import ENROLMENTS, ENTITLEMENTS, PERSONS
    from ilactl.ledger.commit import Append
    from ilactl.ledger.enrolments import cells_of_step
    from ilactl.ledger.entries import row_of
    from ilactl.ledger.scan import format_row

    units = snapshot.manifest.units
    text = "".join(format_row(row_of(row, units)) for row in plan.rows)
    ended = format_row(plan.alias) if plan.alias else ""
    steps = "".join(format_row(cells_of_step(step, 0)) for step in plan.step_rows)
    return (
        Append(ENTITLEMENTS.file, text.encode(), rows=len(plan.rows)),
        Append(ENROLMENTS.file, steps.encode(), rows=len(plan.steps)),
        Append(PERSONS.file, ended.encode(), rows=1 if ended else 0),
    )
