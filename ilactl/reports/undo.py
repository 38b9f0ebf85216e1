"""An undo's plan as an answer: what goes back, counted, and what stays, by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from ilactl.findings import Finding, Kind
from ilactl.ledger.columns import ENROLMENTS, ENTITLEMENTS
from ilactl.ledger.enrolment_rows import Step
from ilactl.ledger.lines import place_of
from ilactl.output import Answer, Block, Cell, Col, Grid, Heading, Lines, Money

if TYPE_CHECKING:
    from ilactl.ledger.entries import Entry
    from ilactl.ledger.snapshot import Snapshot
    from ilactl.rules.undo import UndoPlan
    from ilactl.rules.undo_steps import Because

__all__ = ["UNDO_DEPENDS", "hindrances", "undo_answer"]

UNDO_DEPENDS = Kind(
    "UNDO-DEPENDS",
    "an entry that is to be undone is needed by a later one",
    "undo the later commit first, or leave the entry in place with --except-spent",
)

NAMED = 20
"""How many entries that stay are named to people; JSON names all."""

_Sort = tuple[str, str, str, str, str]
"""Rule, period, from, to and unit of rows that are shown as one."""

_COLUMNS = (
    Col("rule"),
    Col("period"),
    Col("from"),
    Col("to"),
    Col("entries", kind="int"),
    Col("persons", kind="int"),
    Col("amount", kind="amount"),
    Col("unit"),
)


def hindrances(plan: UndoPlan, snapshot: Snapshot) -> list[Finding]:
    """The later entries that keep others in place, each where it stands; the first of many."""
    scales = _scales(snapshot)
    found: dict[str, Finding] = {}
    for stay in plan.stays:
        for row, why in stay.because:
            if len(found) == NAMED:
                return list(found.values())
            table, column = (ENROLMENTS, "step") if isinstance(row, Step) else (ENTITLEMENTS, "entry")
            place = place_of(snapshot.view(table.file), table.file, row.offset, column)
            found.setdefault(called(row), UNDO_DEPENDS.at(place, f"{_named(row, scales)} {why}"))
    return list(found.values())


def called(row: Entry | Step) -> str:
    """An entry's id, or the step of an enrolment."""
    return f"{row.enrolment} {row.step}" if isinstance(row, Step) else row.entry


def undo_answer(
    plan: UndoPlan, snapshot: Snapshot, *, booked: int | None = None, dry_run: bool = False
) -> Answer:
    """The summary. `booked` is the commit that booked it; None for a plan that is only shown."""
    scales = _scales(snapshot)
    rows = list(_rows(plan.rows, scales))
    blocks: list[Block] = [Heading(_title(plan, snapshot, booked))]
    if rows:
        shown = [{**row, "rule": str(row["rule"]).partition("@")[0]} for row in rows]
        blocks.append(Grid(_COLUMNS, shown))
    taken = [f"{_named(step, scales)} is taken back" for step in plan.steps[:NAMED]]
    if len(plan.steps) > NAMED:
        taken.append(f"and {len(plan.steps) - NAMED} steps more; -O json names all")
    if taken:
        blocks.append(Lines(taken))
    if plan.alias:
        blocks.append(Lines([f"{plan.alias[0]} stands for itself again"]))
    if plan.undone and plan.rows:
        blocks.append(Lines([f"{_entries(len(plan.undone))} undone before"]))
    stays: list[tuple[Entry | Step, tuple[Because, ...]]] = []
    for stay in plan.stays:
        stays += [(entry, stay.because) for entry in stay.entries]
        stays += [(step, stay.because) for step in stay.steps]
    if stays:
        blocks.append(Lines(_stay_lines(stays, scales)))
    return Answer(
        schema="ilactl.undo/1",
        rows=rows,
        columns=_COLUMNS,
        blocks=blocks,
        data={
            "commit": plan.record.seq,
            "on": plan.on,
            "booked": booked,
            "dry_run": dry_run,
            "entries": len(plan.rows),
            "steps": [_data_of(step, scales) for step in plan.steps],
            "steps_undone_before": plan.steps_undone,
            "alias_ended": plan.alias[0] if plan.alias else None,
            "undone_before": len(plan.undone),
            "totals": {unit: Money(n, unit, scales[unit]) for unit, n in sorted(plan.totals().items())},
            "stays": [
                {
                    **_data_of(row, scales),
                    "because": [{**_name_of(other), "reason": why} for other, why in because],
                }
                for row, because in stays
            ],
        },
    )


def _name_of(row: Entry | Step) -> dict[str, Cell]:
    if isinstance(row, Step):
        return {"enrolment": row.enrolment, "step": row.step}
    return {"entry": row.entry}


def _data_of(row: Entry | Step, scales: Mapping[str, int]) -> dict[str, Cell]:
    if isinstance(row, Step):
        return {**_name_of(row), "person": row.person}
    amount = Money(row.amount, row.unit, scales[row.unit])
    return {**_name_of(row), "person": row.person, "amount": amount, "unit": row.unit}


def _scales(snapshot: Snapshot) -> dict[str, int]:
    return {name: unit.scale for name, unit in snapshot.manifest.units.items()}


def _title(plan: UndoPlan, snapshot: Snapshot, booked: int | None) -> str:
    what = f"Undo of commit {plan.record.seq} ({plan.record.command})"
    if not plan.empty:
        done = f"booked as commit {booked}" if booked else "to book"
        steps = f" and {len(plan.steps)} step{'' if len(plan.steps) == 1 else 's'}" if plan.steps else ""
        return f"{what} on {plan.on}: {_entries(len(plan.rows))}{steps} {done}"
    if plan.steps_undone and not plan.by and not plan.stays:
        return f"{what}: done already; nothing was written"
    if not plan.by or plan.stays:
        return f"{what}: nothing to undo"
    commits = {snapshot.commit_of(ENTITLEMENTS.file, plan.by[at].offset).seq for at in (0, -1)}
    return f"{what}: done already as commit {' and '.join(map(str, sorted(commits)))}; nothing was written"


def _entries(count: int) -> str:
    return f"{count} entr{'y' if count == 1 else 'ies'}"


def _rows(entries: Sequence[Entry], scales: Mapping[str, int]) -> Iterator[dict[str, Cell]]:
    sums: dict[_Sort, int] = {}
    counts: dict[_Sort, int] = {}
    persons: dict[_Sort, set[str]] = {}
    for row in entries:
        key = (row.rule, row.period, row.source, row.target, row.unit)
        sums[key] = sums.get(key, 0) + row.amount
        counts[key] = counts.get(key, 0) + 1
        persons.setdefault(key, set()).add(row.person)
    for key in sorted(sums):
        rule, period, source, target, unit = key
        yield {
            "rule": rule,
            "period": period,
            "from": source,
            "to": target,
            "entries": counts[key],
            "persons": len(persons[key]),
            "amount": Money(sums[key], unit, scales[unit]),
            "unit": unit,
        }


def _stay_lines(
    stays: Sequence[tuple[Entry | Step, tuple[Because, ...]]], scales: Mapping[str, int]
) -> list[str]:
    lines = [
        f"{_named(row, scales)} stays: {called(because[0][0])} {because[0][1]}"
        + (f" and {len(because) - 1} more" if len(because) > 1 else "")
        for row, because in stays[:NAMED]
    ]
    if len(stays) > NAMED:
        lines.append(f"{len(stays) - NAMED} more stay; -O json names all")
    return lines


def _named(entry: Entry | Step, scales: Mapping[str, int]) -> str:
    if isinstance(entry, Step):
        return f"{called(entry)} of {entry.on} ({entry.person})"
    amount = Money(entry.amount, entry.unit, scales[entry.unit])
    return f"{entry.entry} ({entry.kind} of {amount}, {entry.person})"
