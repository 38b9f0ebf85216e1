"""A step's plan as an answer: what the payee may have by now, and lot by lot where the rest goes."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from ilactl.output import Answer, Block, Cell, Col, Grid, Heading, Lines, Money, Pairs
from ilactl.reports.enrolments import without_units
from ilactl.reports.offers import told_of_cuts

if TYPE_CHECKING:
    from ilactl.ledger.enrolments import Step
    from ilactl.rules.step_plan import Fate, StepPlan

__all__ = ["percent", "step_answer"]

_COLUMNS = (
    Col("lot"),
    Col("class"),
    Col("held", kind="amount"),
    Col("pays", "for the payee", "amount"),
    Col("stays", "still held", "amount"),
    Col("moves", kind="amount"),
    Col("where"),
    Col("to"),
    Col("then"),
    Col("unit"),
)
_WHERE = {
    "release": "back to the lot",
    "forfeit": "to the pool",
    "return": "to {account}",
    "reserve": "reserved, too",
    "": "",
}


def step_answer(
    schema: str,
    plan: StepPlan,
    step: Step,
    *,
    commit: int | None = None,
    dry_run: bool = False,
    done: bool = False,
) -> Answer:
    """What the step decides, or with the commit's number what it did; `done`: it was recorded before."""

    def money(amount: int) -> Money:
        return Money(amount, plan.unit, plan.scale)

    rows = [_fate(fate, plan) for fate in plan.fates]
    what = _sentence(step)
    blocks: list[Block] = [Heading(f"{step.enrolment}: {step.person} in {step.course}, {what}")]
    pairs = _pairs(plan) if plan.unit else []
    if pairs:
        blocks.append(Pairs(pairs))
    shown = [column for column in _COLUMNS if column.name not in ("unit", "to") and _used(column, rows)]
    if any(row["moves"] or row["pays"] for row in rows) and not done:
        blocks += [Heading(f"Where the money goes, in {plan.unit}"), Grid(shown, without_units(rows))]
    if done:
        blocks.append(Lines([f"done already: {what}; nothing was written"]))
    elif commit is not None:
        blocks.append(Lines([f"recorded (commit {commit})"]))
    elif dry_run and plan.can_be_booked:
        blocks.append(Lines(["dry run, nothing was written"]))
    data: dict[str, Any] = {
        "enrolment": step.enrolment,
        "person": step.person,
        "course": step.course,
        "run": step.run or None,
        "step": step.step,
        "on": step.on,
        "booked_on": step.booked_on,
        "rule": plan.rule or None,
        "why": plan.why or None,
        "law": plan.law or None,
        "share": percent(plan.share) if plan.share is not None else None,
        "payee": plan.payee or None,
        "unit": plan.unit or None,
        "reserved": money(plan.reserved),
        "paid": money(plan.paid),
        "due": money(plan.due) if plan.due is not None else None,
        "unpaid": money(plan.unpaid),
        "overpaid": money(plan.overpaid),
        "granted": [
            {"rule": one.rule, "fund": one.fund, "amount": money(one.amount), "due": money(one.due)}
            for one in plan.grants
        ],
        "price": money(plan.price) if plan.price is not None else None,
        "own": money(plan.own) if plan.own is not None else None,
        "objections": [
            {"code": one.code, "reason": one.reason, "remedy": one.remedy or None} for one in plan.objections
        ],
        "commit": commit,
        "dry_run": dry_run,
        "done_already": done,
    }
    return Answer(schema, rows, _COLUMNS, blocks, data, _notes(plan))


def _sentence(step: Step) -> str:
    said = f"{step.step} on {step.on}"
    if step.step == "moved":
        said = f"moved to run {step.run} on {step.on}"
    if step.share is not None:
        said += f", attendance {percent(step.share)}"
    if step.by:
        said += f" by the {step.by} ({step.reason})"
    return said + (f", {step.result}" if step.result else "")


def percent(share: Fraction) -> str:
    """`60 %`, `33.33 %`: a share to two decimals of a per cent, cut off."""
    hundredths = int(share * 10_000)
    text = f"{hundredths // 100}.{hundredths % 100:02}".rstrip("0").rstrip(".")
    return f"{text} %"


def _pairs(plan: StepPlan) -> list[tuple[str, Cell]]:
    def money(amount: int) -> Money:
        return Money(amount, plan.unit, plan.scale)

    pairs: list[tuple[str, Cell]] = []
    if plan.rule:
        pairs.append(("rule", plan.rule + (f": {plan.title}" if plan.title else "")))
    if plan.why:
        pairs.append(("because", plan.why))
    if plan.law:
        pairs.append(("law", plan.law))
    if plan.due is not None:
        share = ""
        if plan.share is not None and plan.reserved:
            granted = ", and what is granted now" if plan.grants else ""
            share = f" ({percent(plan.share)} of {money(plan.reserved)}{granted})"
        pairs.append((f"due to {plan.payee} by now", f"{money(plan.due)}{share}"))
    if plan.paid:
        pairs.append(("paid already", money(plan.paid)))
    if plan.price is not None:
        pairs.append(("new price", money(plan.price)))
    if plan.own is not None:
        pairs.append(("from the holder now", money(plan.own)))
    pairs += [(f"granted by {one.rule.partition('@')[0]}", money(one.amount)) for one in plan.grants]
    return pairs


def _used(column: Col, rows: list[dict[str, Cell]]) -> bool:
    cells = [row[column.name] for row in rows]
    return any(cell.minor if isinstance(cell, Money) else cell for cell in cells)


def _fate(fate: Fate, plan: StepPlan) -> dict[str, Cell]:
    def money(amount: int) -> Money:
        return Money(amount, plan.unit, plan.scale)

    then = []
    if fate.ends is not None:
        if fate.ends.until is not None:
            then.append(f"usable until {fate.ends.until}")
        else:
            then.append("expires" if fate.ends.account == "expired" else f"goes to {fate.ends.account}")
    if fate.lifted:
        then.append("may buy anything")
    return {
        "lot": fate.lot,
        "class": fate.class_,
        "held": money(fate.held),
        "pays": money(fate.pays),
        "stays": money(fate.stays),
        "moves": money(fate.amount),
        "where": _WHERE.get(fate.kind, fate.kind).format(account=fate.account) or None,
        "to": fate.account or None,
        "then": ", ".join(then) or None,
        "unit": plan.unit,
    }


def _notes(plan: StepPlan) -> list[str]:
    notes = told_of_cuts(plan.grants, plan.unit, plan.scale)
    if plan.overpaid:
        over = Money(plan.overpaid, plan.unit, plan.scale)
        hint = f"'ilactl enrolment reclaim {plan.enrolment}' claims it back"
        notes.append(f"{plan.payee} was paid {over} more than this leaves: {hint}.")
    return notes
