"""An import of enrolments and steps as an answer: how many are new and known, and what money moves."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from ilactl.output import Answer, Block, Cell, Col, Grid, Lines, Money

if TYPE_CHECKING:
    from ilactl.ledger.snapshot import Snapshot
    from ilactl.rules.step_batch import BatchPlan

__all__ = ["batch_answer"]

_COLUMNS = (
    Col("enrolment"),
    Col("person"),
    Col("course"),
    Col("run"),
    Col("step"),
    Col("on", kind="date"),
    Col("due", kind="amount"),
    Col("unit"),
    Col("outcome"),
)
_MOVES = {
    "reserve": "reserved",
    "release": "released",
    "forfeit": "forfeited",
    "return": "returned",
    "grant": "granted",
}


def batch_answer(
    plan: BatchPlan, snapshot: Snapshot, *, commit: int | None = None, dry_run: bool = False
) -> Answer:
    """Counts by step, sums by what happens to the money, each row in the data formats."""
    units = snapshot.manifest.units
    rows: list[dict[str, Cell]] = [
        {
            "enrolment": step.enrolment,
            "person": step.person,
            "course": step.course,
            "run": step.run or None,
            "step": step.step,
            "on": step.on,
            "due": Money(step.due, step.unit, units[step.unit].scale) if step.due is not None else None,
            "unit": step.unit or None,
            "outcome": outcome,
        }
        for outcome, steps in (("new", plan.steps), ("known", plan.known))
        for step in steps
    ]
    new, known = Counter(s.step for s in plan.steps), Counter(s.step for s in plan.known)
    counts: list[dict[str, Cell]] = [
        {"step": step, "new": new[step], "known": known[step]} for step in dict.fromkeys([*new, *known])
    ]
    sums = {
        word: {unit: Money(total, unit, units[unit].scale) for unit, total in plan.totals(kind).items()}
        for kind, word in _MOVES.items()
    }
    total = len(plan.steps) + len(plan.known)
    nothing = "dry run, nothing was written" if dry_run and plan.steps else "nothing to write"
    line = f"{total} row{'' if total == 1 else 's'}: {len(plan.steps)} new, {len(plan.known)} known"
    lines = [f"{line} ({f'commit {commit}' if commit else nothing})"]
    moved = [f"{word} {money}" for word, by_unit in sums.items() for money in by_unit.values()]
    lines += [", ".join(moved)] if moved else []
    blocks: list[Block] = [
        Grid([Col("step"), Col("new", kind="int"), Col("known", kind="int")], counts),
        Lines(lines),
    ]
    data = {
        "new": len(plan.steps),
        "known": len(plan.known),
        "sums": sums,
        "commit": commit,
        "dry_run": dry_run,
    }
    return Answer("ilactl.enrolment_import/1", rows, _COLUMNS, blocks, data)
