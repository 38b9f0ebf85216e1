"""What adding one contribution and importing many share: plan, show, ask, book under the lock."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING

from msgspec import Struct

from ilactl.commands.done import done_already, schema_of
from ilactl.commands.face import Face
from ilactl.commands.guards import refuse_large
from ilactl.commands.importing import refuse_sums
from ilactl.commands.registering import can_ask, input_of, refuse_input
from ilactl.errors import ChangedMeanwhile, ContentDiffers, UsageError

if TYPE_CHECKING:
    from ilactl.ledger.commit import Append, Writer
    from ilactl.ledger.entries import Entry
    from ilactl.ledger.log import Record
    from ilactl.ledger.snapshot import Snapshot
    from ilactl.ledger.upload import Upload
    from ilactl.output import Answer
    from ilactl.rules.contribution_requests import ContributionRequest
    from ilactl.rules.contributions import ContributionPlan

__all__ = ["Wish", "book"]


class Wish(Struct, frozen=True):
    """What the command line asks for: `one` contribution, or those of an import."""

    giver: str
    rule: str
    one: ContributionRequest | None = None
    upload: Upload | None = None
    allow_large: int | None = None
    expect_rows: int | None = None
    expect_total: str | None = None

    def content(self) -> str:
        """The digest that a caller's key stands for."""
        one, upload = self.one, self.upload
        asked = [one.person, one.amount, one.ref, one.unit] if one else []
        asked += [one.earmark, one.use_by] if one and (one.earmark or one.use_by) else []
        if upload:
            asked.append(hashlib.sha256(upload.data).hexdigest())
            if upload.mapping:
                asked.append(hashlib.sha256(upload.mapping.source.encode()).hexdigest())
        return hashlib.sha256("\x1f".join([self.giver, self.rule, *asked]).encode()).hexdigest()


def book(face: Face, command: str, wish: Wish) -> None:
    """Plan, then show (--dry-run) or commit and answer.

    On a terminal the plan is shown first and a yes asked for; the plan booked is then the plan
    shown, or nothing is. Without a terminal the plan is made once, under the lock.
    """
    if face.dry_run:
        snapshot = face.snapshot()
        plan = _plan(face, snapshot, wish)
        face.answer(_answer(command, snapshot, wish, plan, None, dry_run=True))
        return
    shown = None
    if face.terminal and can_ask() and not face.yes:
        snapshot = face.snapshot()
        shown = _plan(face, snapshot, wish)
        if shown.entries:
            face.say(_sentence(snapshot, wish, shown, "to be booked"))
            face.confirm("Book it?")
    with face.writer() as writer:
        answer = _commit(face, writer, command, wish, shown)
    face.answer(answer, change=True)


def _commit(face: Face, writer: Writer, command: str, wish: Wish, shown: ContributionPlan | None) -> Answer:
    from ilactl.ledger.commit import Change

    snapshot = writer.snapshot
    content = wish.content()
    done = writer.known(face.key, content) if face.key else None
    if done is not None:
        return done_already(command, done.seq)
    plan = _plan(face, snapshot, wish, remember=True)
    if shown is not None and not shown.same_as(plan):
        raise ChangedMeanwhile()
    if not plan.entries:
        return _answer(command, snapshot, wish, plan, None)
    refuse_large(
        snapshot.manifest,
        persons=len({entry.person for entry in plan.entries}),
        entries=len(plan.entries),
        totals=plan.totals(),
        allow_large=wish.allow_large,
    )
    change = Change(
        command=command,
        appends=(_rows(snapshot, plan.entries), *_kept(snapshot, plan)),
        booked_on=plan.entries[0].booked_on,
        entries=len(plan.entries),
        key=face.key,
        content=content if face.key else "",
    )
    record = writer.commit(change)
    return _answer(command, snapshot, wish, plan, record)


def _kept(snapshot: Snapshot, plan: ContributionPlan) -> tuple[Append, ...]:
    """The texts of the versions that book for the first time."""
    from ilactl.rules.kept import new_versions

    if not new_versions(snapshot, plan.versions):
        return ()
    from ilactl.rules.load import load_scheme
    from ilactl.rules.used import used_appends

    return used_appends(snapshot, load_scheme(snapshot), plan.versions)


def _plan(face: Face, snapshot: Snapshot, wish: Wish, *, remember: bool = False) -> ContributionPlan:
    """The plan without a fault. Raises what the faults call for."""
    from ilactl.rules.contribution_requests import by_external_id, read_requests, requests_of
    from ilactl.rules.contributions import plan_contributions
    from ilactl.rules.givers import giver_of
    from ilactl.rules.load import load_contributions

    rules = load_contributions(snapshot, remember=remember)
    on = face.on(snapshot)
    giver = giver_of(snapshot, wish.giver, on)
    if wish.one is not None:
        plan = plan_contributions(snapshot, rules, giver, [wish.one], on, rule=wish.rule)
        _refuse_one(plan)
        return plan
    assert wish.upload is not None
    intake = read_requests(wish.upload)
    requests = requests_of(intake)
    if wish.upload.by_external_id:
        requests = by_external_id(snapshot, requests, intake.findings)
    plan = plan_contributions(snapshot, rules, giver, requests, on, rule=wish.rule)
    if plan.differing and len(plan.differing) == len(plan.findings) and not intake.findings:
        first = plan.differing[0]
        what = f"{first.request.ref} for {first.request.who}"
        raise ContentDiffers(
            findings=plan.findings, what=what, entry=first.entry, booked=first.booked, asked=first.asked
        )
    intake.findings.extend(plan.findings)
    refuse_input(intake)
    input_of(face, intake, wish.expect_rows)
    sums = Counter[str]()
    for entry in (*plan.entries, *plan.known):
        sums[entry.unit] += entry.amount
    refuse_sums(intake.path, sums, wish.expect_total, snapshot.manifest.units)
    return plan


def _refuse_one(plan: ContributionPlan) -> None:
    """Turn the findings of a command line's own values into the error they are there."""
    from ilactl.ledger.holders import missing_holders
    from ilactl.rules.contributions import UNKNOWN_PERSON

    for one in plan.differing:
        what = f"{one.request.ref} for {one.request.person}"
        raise ContentDiffers(what=what, entry=one.entry, booked=one.booked, asked=one.asked)
    if plan.missing:
        raise missing_holders(plan.missing)
    for finding in plan.findings:
        assert finding.code != UNKNOWN_PERSON.code
        raise UsageError(reason=finding.message, hint=finding.remedy)


def _rows(snapshot: Snapshot, entries: list[Entry]) -> Append:
    from ilactl.ledger.columns import ENTITLEMENTS
    from ilactl.ledger.commit import Append
    from ilactl.ledger.entries import row_of
    from ilactl.ledger.scan import format_row

    units = snapshot.manifest.units
    text = "".join(format_row(row_of(entry, units)) for entry in entries)
    return Append(ENTITLEMENTS.file, text.encode(), rows=len(entries))


def _sentence(snapshot: Snapshot, wish: Wish, plan: ContributionPlan, done: str) -> str:
    from ilactl.money import format_amount

    units = snapshot.manifest.units
    if wish.one is not None:
        entry = (plan.entries or plan.known)[0]
        amount = f"{format_amount(entry.amount, units[entry.unit].scale)} {entry.unit}"
        alias = f" (for {wish.one.person})" if wish.one.person != entry.person else ""
        said = done if plan.entries else f"booked already as entry {entry.entry}, nothing was written"
        return f"{amount} from {entry.source} to {entry.person}{alias}, {entry.target}: {said}"
    sums = [
        f"{format_amount(total, units[unit].scale)} {unit}" for unit, total in sorted(plan.totals().items())
    ]
    total = f" ({', '.join(sums)})" if sums else ""
    said = done if plan.entries else "nothing to write"
    return f"{len(plan.entries)} new{total}, {len(plan.known)} known: {said}"


def _answer(
    command: str,
    snapshot: Snapshot,
    wish: Wish,
    plan: ContributionPlan,
    record: Record | None,
    *,
    dry_run: bool = False,
) -> Answer:
    """What was booked, or would be, and what is known. A dry run promises no entry numbers."""
    from ilactl.output import Answer, Cell, Col, Lines, Money

    units = snapshot.manifest.units
    rows: list[dict[str, Cell]] = [
        {
            "entry": None if dry_run and outcome == "new" else entry.entry,
            "booked_on": entry.booked_on,
            "person": entry.person,
            "amount": Money(entry.amount, entry.unit, units[entry.unit].scale),
            "unit": entry.unit,
            "from": entry.source,
            "to": entry.target,
            "rule": entry.rule,
            "ref": entry.ref,
            "earmark": entry.earmark,
            "expires_on": entry.expires_on,
            "outcome": outcome,
        }
        for outcome, group in (("new", plan.entries), ("known", plan.known))
        for entry in group
    ]
    columns = [Col("entry"), Col("booked_on", kind="date"), Col("person"), Col("amount", kind="amount")]
    columns += [Col(name) for name in ("unit", "from", "to", "rule", "ref")]
    columns += [Col("earmark"), Col("expires_on", kind="date"), Col("outcome")]
    done = "dry run, nothing was written"
    if record is not None:
        done = f"commit {record.seq}" + (f", entry {plan.entries[0].entry}" if wish.one else "")
    return Answer(
        schema_of(command),
        rows=rows,
        columns=columns,
        blocks=[Lines([_sentence(snapshot, wish, plan, done)])],
        data={
            "new": len(plan.entries),
            "known": len(plan.known),
            "totals": {u: Money(total, u, units[u].scale) for u, total in plan.totals().items()},
            "commit": record.seq if record else None,
            "dry_run": dry_run,
        },
    )
