"""`ilactl person merge`: two ids that are one person, and who may be."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING

import click

from ilactl.commands.face import Face, face_options
from ilactl.commands.parameters import PERSON
from ilactl.errors import ChangedMeanwhile, UsageError

if TYPE_CHECKING:
    from ilactl.ledger.commit import Writer
    from ilactl.ledger.snapshot import Snapshot
    from ilactl.rules.joining import Join
    from ilactl.rules.model import Scheme

__all__ = ["merge"]


@click.command("merge")
@click.argument("duplicate", type=PERSON, required=False)
@click.option("--into", "person", metavar="ID", type=PERSON, help="The id that stands for both from now on.")
@click.option("--end", is_flag=True, help="End the alias: DUPLICATE stands for itself again.")
@click.option("--candidates", is_flag=True, help="List pairs that may be one person; merge nobody.")
@click.option(
    "--at-least", metavar="POINTS", type=click.IntRange(1, 40), help="With --candidates: how much must agree."
)
@click.option("--why", metavar="TEXT", default="", help="The reason, for the log.")
@face_options("on", "dry_run", "yes", "key", "lock_wait")
def merge(
    face: Face,
    duplicate: str | None,
    person: str | None,
    end: bool,
    candidates: bool,
    at_least: int | None,
    why: str,
) -> None:
    """Take two ids for one person, or look for such.

    DUPLICATE becomes an alias of the person that --into names. No entry moves: both wallets are read
    as one, and facts, names and figures are those of --into (figures of both count). What the two
    were granted is tested again together: of two grants for one period the later is corrected to
    0.00, and caps are applied year by year. 'ilactl undo COMMIT' takes it all back; once later
    entries stand in its way, --end ends the alias and 'topup --review' shows what then differs.

    --candidates compares names, birth dates, contacts and external ids: equal, in another order,
    with a letter or digit wrong or swapped, with day and month swapped. Each agreement gives points
    and each contradiction takes some; pairs with 8 or more are listed, best first, with the reasons.

    \b
    Examples:
      $ ilactl person merge --candidates
      $ ilactl person add --id P1 --set isced_level=2
      $ ilactl person add --id P2 --set isced_level=2
      $ ilactl person merge P2 --into P1 --why "same person, seen twice" -n
      $ ilactl person merge P2 --into P1 --why "same person, seen twice" --yes
      $ ilactl person merge P2 --end --why "two persons after all" --yes
    """
    if candidates:
        if duplicate or person or end or why:
            raise UsageError(reason="--candidates only lists", hint="leave out what is to be merged")
        _list(face, at_least)
        return
    if at_least is not None:
        raise UsageError(reason="--at-least is for --candidates", hint="leave it out")
    if not duplicate or bool(person) == end:
        hint = "ilactl person merge DUPLICATE --into PERSON --why TEXT, or DUPLICATE --end --why TEXT"
        raise UsageError(reason="a merge needs two ids, the end of one needs one", hint=hint)
    if not why.strip():
        raise UsageError(reason="a merge needs a reason", hint="add --why TEXT; the log keeps it")
    _merge(face, duplicate, person or "", why)


def _list(face: Face, at_least: int | None) -> None:
    from ilactl.ledger.likeness import LIKELY, candidates, identities_of
    from ilactl.reports.merging import candidates_answer

    snapshot = face.snapshot()
    with face.working("comparing names and birth dates"):
        pairs = candidates(identities_of(snapshot), at_least or LIKELY)
    face.answer(candidates_answer(pairs))


def _merge(face: Face, duplicate: str, person: str, why: str) -> None:
    from ilactl.rules.contributions import refuse_day

    snapshot = face.snapshot()
    shown = None
    if face.dry_run or not face.yes:
        _, shown = _plan(face, snapshot, duplicate, person)
        if shown.rows.bookings:
            refuse_day(snapshot, shown.on)
        nothing = not face.dry_run and not shown.alias
        if nothing:
            face.complete()
        _show(face, snapshot, shown, change=nothing)
        if face.dry_run or nothing:
            return
        face.confirm("Take them for one person?" if person else "End the alias?")
    with face.writer("ilactl person merge") as writer:
        _book(face, writer, duplicate, person, why, shown)


def _plan(
    face: Face, snapshot: Snapshot, duplicate: str, person: str, *, remember: bool = False
) -> tuple[Scheme, Join]:
    from ilactl.rules.joining import plan_join, plan_parting
    from ilactl.rules.load import load_scheme

    scheme, on = load_scheme(snapshot, remember=remember), face.on(snapshot)
    if not person:
        return scheme, plan_parting(snapshot, duplicate, on)
    return scheme, plan_join(snapshot, scheme, duplicate, person, on)


def _show(
    face: Face, snapshot: Snapshot, join: Join, *, booked: int | None = None, change: bool = False
) -> None:
    from ilactl.reports.merging import join_answer
    from ilactl.rules.plan import scales_of

    face.answer(join_answer(join, scales_of(snapshot), booked=booked), change=change)


def _book(face: Face, writer: Writer, duplicate: str, person: str, why: str, shown: Join | None) -> None:
    from ilactl.ledger.columns import PERSONS
    from ilactl.ledger.commit import Append, Change
    from ilactl.ledger.scan import format_row
    from ilactl.rules.plan import scales_of
    from ilactl.rules.used import used_appends

    snapshot = writer.snapshot
    scheme, join = _plan(face, snapshot, duplicate, person, remember=True)
    if shown is not None and not join.same_as(shown):
        raise ChangedMeanwhile()
    content = sha256(json.dumps([duplicate, person, why]).encode()).hexdigest()
    if writer.known(face.key, content) or not join.alias:
        _show(face, snapshot, join, change=True)
        return
    entries = len(join.rows.bookings)
    rows = join.rows.append(writer, snapshot.head.next_entry, join.on, scales_of(snapshot))
    versions = [row.rule for _, (_, row) in join.rows.bookings if row.rule]
    change = Change(
        command="person merge",
        appends=(
            Append(PERSONS.file, format_row(join.alias).encode(), rows=1),
            rows,
            *used_appends(snapshot, scheme, versions),
        ),
        booked_on=join.on if entries else None,
        entries=entries,
        why=why,
        key=face.key,
        content=content if face.key else "",
        note={"alias": duplicate, "person": person, "entries": entries},
    )
    _show(face, snapshot, join, booked=writer.commit(change).seq, change=True)
