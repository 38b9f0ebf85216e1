"""A run's plan as an answer: counts and sums by rule and fund, and who was left out, by name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from ilactl.money import format_amount
from ilactl.output import Answer, Block, Cell, Col, Grid, Heading, Lines, Money
from ilactl.rules.plan import EXAMPLES, Plan, Totals

__all__ = ["expire_answer", "topup_answer"]

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
    Col("refused", kind="int"),
)
_SHOWN = tuple(column for column in _COLUMNS if column.name not in ("due_on", "unit", "due", "refused"))
"""What fits a terminal of 80 columns; versions, due dates and sums before caps are in the other formats."""

_MOVED = (
    Col("what"),
    Col("rule"),
    Col("from"),
    Col("to"),
    Col("persons", kind="int"),
    Col("entries", kind="int"),
    Col("amount", kind="amount"),
    Col("unit"),
)


def topup_answer(
    plan: Plan, scales: Mapping[str, int], *, booked: int | None = None, key_done: bool = False
) -> Answer:
    """The summary. `booked` is the commit that booked it; None for a plan that is only shown."""
    rows = [_row(totals, scales) for totals in plan.totals]
    shown = [{**row, "rule": str(row["rule"]).partition("@")[0]} for row in rows]
    blocks: list[Block] = [
        Heading(_title("Top-up", plan, booked)),
        Grid(_SHOWN, shown, "no rule is due"),
        *_moved_blocks(plan, scales),
    ]
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
            "refused": [_people(t, "refused") for t in plan.totals if t.refused],
            **_moved_data(plan, scales),
            "missed": [{"rule": missed.rule, "period": missed.period} for missed in plan.missed],
        },
        notes=[*notes, *_sums(plan, scales)],
    )


def expire_answer(plan: Plan, scales: Mapping[str, int], *, booked: int | None = None) -> Answer:
    """What time and laws do to lots: the part of a top-up that grants nothing."""
    rows = _moved_rows(plan, scales)
    blocks: list[Block] = [Heading(_title("Expiry", plan, booked)), *_moved_blocks(plan, scales)]
    data = {"on": plan.request.on, "booked": booked, "entries": plan.entries}
    return Answer("ilactl.expire/1", rows, _MOVED, blocks, data | _moved_data(plan, scales, rows=False))


def _moved_rows(plan: Plan, scales: Mapping[str, int]) -> list[dict[str, Cell]]:
    return [
        {
            "what": moved.kind,
            "rule": moved.rule,
            "from": moved.source,
            "to": moved.target,
            "persons": moved.persons,
            "entries": moved.entries,
            "amount": Money(moved.amount, moved.unit, scales[moved.unit]),
            "unit": moved.unit,
        }
        for moved in plan.moved
    ]


def _moved_blocks(plan: Plan, scales: Mapping[str, int]) -> list[Block]:
    rows = _moved_rows(plan, scales)
    shown = [{**row, "rule": str(row["rule"]).partition("@")[0]} for row in rows]
    blocks: list[Block] = [Grid(_MOVED, shown)] if rows else []
    lines = [
        f"{undecided.rule}: {undecided.persons} undecided for want of "
        + ", ".join(f"{reason} ({n})" for reason, n in by_number(undecided.missing))
        + f": {', '.join(undecided.examples)}{_more(undecided.persons)}; their lots stay as they are"
        for undecided in plan.undecided
    ]
    return [*blocks, Lines(lines)] if lines else blocks


def _moved_data(plan: Plan, scales: Mapping[str, int], *, rows: bool = True) -> dict[str, object]:
    laws = [
        {"rule": one.rule, "count": one.persons, "persons": one.examples, "missing": dict(one.missing)}
        for one in plan.undecided
    ]
    return {**({"moved": _moved_rows(plan, scales)} if rows else {}), "undecided_lots": laws}


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


def _title(what: str, plan: Plan, booked: int | None) -> str:
    if not plan.entries:
        return f"{what} on {plan.request.on}: nothing to book"
    done = f"booked as commit {booked}" if booked else "to book"
    return f"{what} on {plan.request.on}: {plan.spoken} {done}"


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
        "refused": totals.refused,
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
    if totals.refused:
        who = ", ".join(example.person for example in totals.refused_examples)
        told = f"{grant.id}: {totals.refused} refused, the budget {grant.budget} is spent: {who}"
        lines.append(f"{told}{_more(totals.refused)}; no key was taken")
    return lines


def by_number(counts: Counter[str]) -> list[tuple[str, int]]:
    """The most frequent first, equals by name."""
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def _more(count: int) -> str:
    return f" and {count - EXAMPLES} more" if count > EXAMPLES else ""


def _people(totals: Totals, which: str) -> dict[str, object]:
    examples = {
        "undecided": totals.undecided_examples,
        "cut": totals.cut_examples,
        "refused": totals.refused_examples,
    }[which]
    unit = totals.occasion.grant.unit
    told: dict[str, object] = {
        "rule": totals.occasion.grant.version,
        "period": totals.occasion.period,
        "count": {"undecided": totals.undecided, "cut": totals.cut, "refused": totals.refused}[which],
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
