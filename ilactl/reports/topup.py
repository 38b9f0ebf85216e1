"""A top-up's plan as an answer: counts and sums by rule and fund, and who was left out, by name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from ilactl.money import format_amount
from ilactl.output import Answer, Block, Cell, Col, Grid, Heading, Lines, Money
from ilactl.rules.plan import EXAMPLES, Plan, Totals

__all__ = ["topup_answer"]

_COLUMNS = (
    Col("rule"),
    Col("period"),
    Col("due_on", "due on", "date"),
    Col("fund"),
    Col("persons", kind="int"),
    Col("unit"),
    Col("credited", kind="amount"),
    Col("due", "before caps", "amount"),
    Col("cut", "cut", "int"),
    Col("undecided", kind="int"),
    Col("already", "already", "int"),
)
_SHOWN = tuple(column for column in _COLUMNS if column.name not in ("due_on", "unit", "due"))
"""What fits a terminal of 80 columns; versions, due dates and sums before caps are in the other formats."""


def topup_answer(
    plan: Plan, scales: Mapping[str, int], *, booked: int | None = None, key_done: bool = False
) -> Answer:
    """The summary. `booked` is the commit that booked it; None for a plan that is only shown."""
    rows = [_row(totals, scales) for totals in plan.totals]
    shown = [{**row, "rule": str(row["rule"]).partition("@")[0]} for row in rows]
    blocks: list[Block] = [Heading(_title(plan, booked)), Grid(_SHOWN, shown, "no rule is due")]
    for totals in plan.totals:
        lines = _named(totals, scales)
        if lines:
            blocks.append(Lines(lines))
    notes = _missed(plan)
    return Answer(
        schema="ilactl.topup/1",
        rows=rows,
        columns=_COLUMNS,
        blocks=blocks,
        data={
            "on": plan.request.on,
            "booked": booked,
            "entries": plan.entries,
            "sums": [
                {"fund": fund, "unit": unit, "credited": Money(amount, unit, scales[unit])}
                for (fund, unit), amount in sorted(_by_fund(plan).items())
            ],
            "undecided": [_people(t, "undecided") for t in plan.totals if t.undecided],
            "cut": [_people(t, "cut") for t in plan.totals if t.cut],
            "missed": [{"rule": missed.rule, "period": missed.period} for missed in plan.missed],
        },
        notes=[*notes, *_sums(plan, scales)],
    )


def _missed(plan: Plan) -> list[str]:
    """One remark for each rule that was never booked for a period that is not its newest."""
    by_rule: dict[str, list[str]] = {}
    for missed in plan.missed:
        by_rule.setdefault(missed.rule, []).append(missed.period)
    notes = []
    for rule, periods in by_rule.items():
        if len(periods) <= EXAMPLES:
            which = ", ".join(periods)
        else:
            which = f"{periods[0]} to {periods[-1]} ({len(periods)} periods)"
        notes.append(f"{rule}: never booked for {which}; book one with --period {periods[0]}")
    return notes


def _title(plan: Plan, booked: int | None) -> str:
    if not plan.entries:
        return f"Top-up on {plan.request.on}: nothing to book"
    return f"Top-up on {plan.request.on}: {plan.spoken} " + (
        f"booked as commit {booked}" if booked else "to book"
    )


def _row(totals: Totals, scales: Mapping[str, int]) -> dict[str, Cell]:
    occasion = totals.occasion
    unit = occasion.grant.unit
    return {
        "rule": occasion.grant.version,
        "period": occasion.period,
        "due_on": occasion.due_on,
        "fund": occasion.grant.fund,
        "persons": totals.persons,
        "unit": unit,
        "credited": Money(totals.credited, unit, scales[unit]),
        "due": Money(totals.due, unit, scales[unit]),
        "cut": totals.cut,
        "undecided": totals.undecided,
        "already": totals.taken,
    }


def _named(totals: Totals, scales: Mapping[str, int]) -> list[str]:
    grant = totals.occasion.grant
    lines = []
    if totals.undecided:
        why = ", ".join(f"{reason} ({n})" if n else reason for reason, n in by_number(totals.missing))
        who = ", ".join(example.person for example in totals.undecided_examples)
        more = _more(totals.undecided)
        lines.append(
            f"{grant.id}: {totals.undecided} undecided for want of {why}: {who}{more}; no key was taken"
        )
    if totals.cut:
        unit = grant.unit
        who = ", ".join(
            f"{e.person} {format_amount(e.credited, scales[unit])} of {format_amount(e.due, scales[unit])}"
            for e in totals.cut_examples
        )
        lines.append(
            f"{grant.id}: {totals.cut} cut by the cap {', '.join(grant.caps)}: {who}{_more(totals.cut)}"
        )
    return lines


def by_number(counts: Counter[str]) -> list[tuple[str, int]]:
    """The most frequent first, equals by name."""
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def _more(count: int) -> str:
    return f" and {count - EXAMPLES} more" if count > EXAMPLES else ""


def _people(totals: Totals, which: str) -> dict[str, object]:
    examples = totals.undecided_examples if which == "undecided" else totals.cut_examples
    unit = totals.occasion.grant.unit
    told: dict[str, object] = {
        "rule": totals.occasion.grant.version,
        "period": totals.occasion.period,
        "count": totals.undecided if which == "undecided" else totals.cut,
        "persons": [example.person for example in examples],
        "unit": unit,
    }
    if which == "undecided":
        told["missing"] = dict(sorted(totals.missing.items()))
    return told


def _by_fund(plan: Plan) -> dict[tuple[str, str], int]:
    sums: dict[tuple[str, str], int] = {}
    for totals in plan.totals:
        key = (totals.occasion.grant.fund, totals.occasion.grant.unit)
        sums[key] = sums.get(key, 0) + totals.credited
    return sums


def _sums(plan: Plan, scales: Mapping[str, int]) -> list[str]:
    return [
        f"{fund} pays {Money(n, unit, scales[unit])}"
        for (fund, unit), n in sorted(_by_fund(plan).items())
        if n
    ]
