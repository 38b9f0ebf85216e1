"""A decision in words: the verdict, the expressions with every intermediate value, caps, rounding."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from ilactl.money import format_amount, round_to
from ilactl.output import Block, Cell, Col, Grid, Heading, Lines, Money, Pairs
from ilactl.rules.decision import Decision, Verdict
from ilactl.rules.expressions import Outcome, text_of
from ilactl.rules.model import Cap
from ilactl.rules.rhythm import interval_of
from ilactl.rules.values import show_value
from ilactl.rules.windows import window_span

__all__ = ["decision_blocks", "decision_data", "filled_steps", "reason_of", "step_rows", "steps_grid"]

_STEPS = (Col("part"), Col("expression"), Col("value"))
_MODES = {"up": "up to the next", "down": "down to the last", "half_up": "to the nearest"}


def reason_of(decision: Decision, scales: Mapping[str, int]) -> str:
    """One line: why the verdict is what it is."""
    grant = decision.occasion.grant
    unit, scale = grant.unit, scales[grant.unit]
    if decision.verdict is Verdict.REFUSED:
        return f"the budget {grant.budget} is spent"
    if decision.verdict is Verdict.TAKEN and decision.booked:
        booked = Money(decision.booked, unit, scale)
        return f"nothing more: {booked} were due for {decision.occasion.period} before"
    interval = interval_of(grant.every)
    if decision.verdict is Verdict.TAKEN and interval:
        length = grant.every.removeprefix("exhausted + ")
        if interval.exhausted:
            return f"what {grant.id} gave is not used up, or was less than {length} ago"
        return f"{grant.id} was granted less than {length} ago"
    if decision.verdict is Verdict.TAKEN:
        return f"{grant.id} was already granted for {decision.occasion.period}"
    if decision.verdict is Verdict.UNDECIDED:
        if decision.notes:
            return f"cannot be computed: {', '.join(decision.notes)}"
        return f"unknown: {', '.join(decision.missing)}"
    if decision.verdict is Verdict.NOT_DUE:
        if decision.when is not None and decision.when.value is False:
            return f"{text_of(grant.when.node)} does not hold"
        return "no tier holds" if decision.tier is None else "the amount comes to nothing"
    if decision.cut:
        cap = min(decision.caps, key=lambda room: room.room)
        room = Money(cap.room, unit, scale).amount
        return f"{Money(decision.due, unit, scale).amount} due, the cap {cap.cap.id} leaves {room}"
    return f"{Money(decision.due, unit, scale)} due"


def decision_blocks(decision: Decision, scales: Mapping[str, int]) -> list[Block]:
    """The whole computation, top to bottom."""
    occasion, grant = decision.occasion, decision.occasion.grant
    title = f" ({grant.title})" if grant.title else ""
    told = f"{grant.version}{title}, period {occasion.period}: {decision.verdict}"
    if decision.verdict is Verdict.GRANTED:
        told += f", {Money(decision.credited, grant.unit, scales[grant.unit])}"
    blocks: list[Block] = [
        Heading(told),
        Pairs(
            [
                ("due on", occasion.due_on),
                ("facts read on", occasion.facts_on),
                ("because", reason_of(decision, scales)),
            ]
        ),
    ]
    steps = _steps(decision)
    if steps:
        blocks.append(Grid(_STEPS, steps))
    if decision.tier is not None and decision.amount is not None:
        blocks.append(Lines(_money_lines(decision, scales)))
    return blocks


def steps_grid(steps: list[dict[str, Cell]]) -> Grid:
    """Steps as a table."""
    return Grid(_STEPS, steps)


def _steps(decision: Decision) -> list[dict[str, Cell]]:
    rows: list[dict[str, Cell]] = []
    rows += step_rows("when", decision.when)
    several = len(decision.occasion.grant.tiers) > 1
    for number, outcome in enumerate(decision.tier_outcomes, 1):
        if several or outcome.value is None:
            rows += step_rows(f"tier {number}", outcome)
    rows += step_rows("amount", decision.amount)
    for room in decision.caps:
        rows += step_rows(f"limit of {room.cap.id}", room.outcome)
    if decision.open_limit is not None:
        rows += step_rows(f"limit of {decision.open_limit[0]}", decision.open_limit[1])
    return rows


def step_rows(name: str, outcome: Outcome | None) -> list[dict[str, Cell]]:
    """Every intermediate value of one expression; `name` is the part of the rule it is."""
    if outcome is None:
        return []
    steps = outcome.trace
    return [
        {
            "part": name if i == 0 else "",
            "expression": step.text,
            "value": show_value(step.value) + (f" ({step.note})" if step.note else ""),
        }
        for i, step in enumerate(steps)
    ]


def _money_lines(decision: Decision, scales: Mapping[str, int]) -> list[str]:
    """From the exact amount by rounding and caps to what was credited."""
    grant = decision.occasion.grant
    unit, scale = grant.unit, scales[grant.unit]
    assert decision.amount is not None
    whole = decision.due + decision.booked
    due, exact = Money(whole, unit, scale), decision.amount.value
    assert isinstance(exact, Fraction)
    if exact == Fraction(whole, 10**scale):
        lines = [f"amount {due}, exact"]
    else:
        told = f"{show_value(exact)}, about {_about(exact, scale)}"
        lines = [f"amount {told}, rounded {_MODES[grant.round]} {Money(1, unit, scale)}: {due} due"]
    if decision.booked:
        due = Money(decision.due, unit, scale)
        lines.append(f"{Money(decision.booked, unit, scale)} were due before: {due} more")
    for room in decision.caps:
        limit, used, left = (Money(n, unit, scale).amount for n in (room.limit, room.used, room.room))
        over, there = " and ".join(room.cap.over), _counted(room.cap, decision.occasion.due_on)
        lines.append(f"cap {room.cap.id}: at most {limit} in {over}, {used} {there}, room for {left}")
    lines.append(f"credited {Money(decision.credited, unit, scale)}")
    if decision.cut:
        lines[-1] += f" of {due}: the cap cut {Money(decision.due - decision.credited, unit, scale)}"
    if decision.usable_from:
        lines[-1] += f", usable from {decision.usable_from}"
    if decision.expires_on:
        lines[-1] += f", until {decision.expires_on}"
    return lines


def _counted(cap: Cap, due_on: date) -> str:
    """What a cap's figure is of."""
    if cap.measure == "balance":
        return "there already"
    kinds = {"ever": "ever", "period": "for the period", "year": "for the year"}
    if cap.window.kind in kinds:
        return f"granted {kinds[cap.window.kind]} already"
    span = window_span(cap, due_on)
    return f"granted from {span.first} to {span.last} already" if span else "granted already"


def _about(exact: Fraction, scale: int) -> str:
    """Three decimals more than the unit has, cut off: enough to see why it rounds as it does."""
    return format_amount(round_to(exact, scale + 3, "down"), scale + 3)


def decision_data(decision: Decision, scales: Mapping[str, int]) -> dict[str, Any]:
    """The same for scripts; money and exact numbers are strings."""
    occasion, grant = decision.occasion, decision.occasion.grant
    unit, scale = grant.unit, scales[grant.unit]
    return {
        "rule": grant.version,
        "title": grant.title,
        "period": occasion.period,
        "due_on": occasion.due_on,
        "facts_on": occasion.facts_on,
        "verdict": str(decision.verdict),
        "reason": reason_of(decision, scales),
        "unit": unit,
        "due": Money(decision.due, unit, scale),
        "credited": Money(decision.credited, unit, scale),
        "due_before": Money(decision.booked, unit, scale),
        "usable_from": decision.usable_from,
        "expires_on": decision.expires_on,
        "round": grant.round,
        "missing": list(decision.missing),
        "notes": list(decision.notes),
        "facts": {
            name: None if value is None else show_value(value)
            for name, value in (decision.facts or {}).items()
        },
        "steps": filled_steps(_steps(decision)),
        "caps": [
            {
                "cap": room.cap.id,
                "over": list(room.cap.over),
                "limit": Money(room.limit, unit, scale),
                "used": Money(room.used, unit, scale),
                "room": Money(room.room, unit, scale),
            }
            for room in decision.caps
        ],
    }


def filled_steps(steps: list[dict[str, Cell]]) -> list[dict[str, Cell]]:
    """Every step names its part, which people see only once."""
    part: Cell = ""
    filled = []
    for step in steps:
        part = step["part"] or part
        filled.append({**step, "part": part})
    return filled
