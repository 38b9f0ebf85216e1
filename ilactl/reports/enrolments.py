"""Enrolments as answers: what each is now, its steps, and what became of every amount reserved for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ilactl.ledger.enrolment_rows import share_text
from ilactl.ledger.enrolments import Enrolment, Step, possible_steps
from ilactl.ledger.wallets import wallet_of
from ilactl.output import Answer, Block, Cell, Col, Grid, Heading, Lines, Money, Pairs

if TYPE_CHECKING:
    from ilactl.ledger.entries import Entry
    from ilactl.ledger.snapshot import Snapshot

__all__ = ["COLUMNS", "MoneyOf", "enrolment_row", "list_answer", "show_answer", "without_units"]

COLUMNS = (
    Col("enrolment"),
    Col("person"),
    Col("course"),
    Col("run"),
    Col("state"),
    Col("enrolled_on", kind="date"),
    Col("since", kind="date"),
    Col("attendance"),
    Col("result"),
    Col("price", kind="amount"),
    Col("own", kind="amount"),
    Col("due", kind="amount"),
    Col("unit"),
    Col("payee"),
    Col("rule"),
    Col("reason"),
)
_LISTED = (
    Col("enrolment"),
    Col("person"),
    Col("course"),
    Col("run"),
    Col("state"),
    Col("since", "since", "date"),
    Col("price", kind="amount"),
    Col("unit"),
)
_STEPS = (
    Col("step"),
    Col("on", kind="date"),
    Col("booked_on", "recorded", "date"),
    Col("run"),
    Col("share"),
    Col("due", "due so far", "amount"),
    Col("rule"),
    Col("what"),
)
_FATES = (
    Col("lot"),
    Col("class"),
    Col("reserved", kind="amount"),
    Col("settled", kind="amount"),
    Col("released", kind="amount"),
    Col("forfeited", kind="amount"),
    Col("returned", kind="amount"),
    Col("held", kind="amount"),
    Col("unit"),
)


class MoneyOf:
    """Amounts of a snapshot's units as they are shown."""

    def __init__(self, snapshot: Snapshot) -> None:
        """The units' scales are read once."""
        self._scales = {unit: one.scale for unit, one in snapshot.manifest.units.items()}

    def __call__(self, amount: int | None, unit: str) -> Money | None:
        """The amount; None where there is none."""
        return None if amount is None or not unit else Money(amount, unit, self._scales[unit])


def without_units(rows: Sequence[Mapping[str, Cell]]) -> list[dict[str, Cell]]:
    """The rows for a grid whose heading names the unit: amounts bare."""
    return [
        {name: cell.amount if isinstance(cell, Money) else cell for name, cell in row.items()} for row in rows
    ]


def enrolment_row(one: Enrolment, money: MoneyOf) -> dict[str, Cell]:
    """An enrolment in one row, by the names of `COLUMNS`."""
    return {
        "enrolment": one.id,
        "person": one.person,
        "course": one.course,
        "run": one.run or None,
        "state": one.state,
        "enrolled_on": one.enrolled_on,
        "since": one.since,
        "attendance": share_text(one.attendance) or None,
        "result": one.result or None,
        "price": money(one.price, one.unit),
        "own": money(one.own, one.unit),
        "due": money(one.due, one.unit),
        "unit": one.unit or None,
        "payee": one.payee or None,
        "rule": one.rule or None,
        "reason": one.reason or None,
    }


def list_answer(schema: str, found: Iterable[Enrolment], snapshot: Snapshot, empty: str) -> Answer:
    """Many enrolments, one a row."""
    money = MoneyOf(snapshot)
    rows = [enrolment_row(one, money) for one in found]
    return Answer(schema, rows, COLUMNS, [Grid(_LISTED, rows, empty)], {"enrolments": len(rows)})


def show_answer(
    snapshot: Snapshot,
    one: Enrolment,
    entries: Sequence[Entry],
    titles: Mapping[str, str],
) -> Answer:
    """One enrolment whole. `titles` says in words what `person`, `course`, `provider` and `run` are."""
    from ilactl.rules.held import sums_by_lot

    money = MoneyOf(snapshot)
    row = enrolment_row(one, money)
    steps = [_step_row(step, money) for step in one.steps]
    fates = sums_by_lot(entries, one.id)
    classes = {lot.entry: lot.class_ for lot in wallet_of(entries).lots}
    lots = [_fate_row(lot, classes.get(lot, ""), one.unit, of, money) for lot, of in fates.items()]
    names = [column.name for column in _STEPS]
    top: list[tuple[str, Cell]] = [(name, text) for name, text in titles.items() if text]
    top += [
        ("state", f"{one.state} since {one.since}"),
        ("enrolled on", one.enrolled_on),
        ("price", money(one.price, one.unit)),
    ]
    top += [("paid by the holder", money(one.own, one.unit))] if one.own else []
    top += [("payee", one.payee)] if one.payee else []
    top += [("due to the payee so far", money(one.due, one.unit))] if one.due is not None else []
    top += [("attendance", share_text(one.attendance))] if one.attendance is not None else []
    top += [("result", one.result)] if one.result else []
    top += [("cancelled by", f"{one.cancelled_by} ({one.reason})")] if one.cancelled_by else []
    consent = one.steps[0].consent
    top += [("consent", consent)] if consent else []
    blocks: list[Block] = [Heading(f"Enrolment {one.id}"), Pairs([p for p in top if p[1] is not None])]
    shown = [column for column in _STEPS if any(step[column.name] is not None for step in steps)]
    blocks += [Heading("Steps"), Grid([c for c in shown if c.name not in ("booked_on", "rule")], steps)]
    if lots:
        blocks += [Heading("What became of the money"), Grid(_used(lots), lots)]
    after = possible_steps(one.state)
    blocks.append(Lines([f"possible now: {', '.join(after)}" if after else "nothing can follow"]))
    data: dict[str, Any] = {
        **row,
        **{f"{name}_title": text or None for name, text in titles.items()},
        "consent": consent or None,
        "possible": list(after),
        "steps": [{name: step[name] for name in names} for step in steps],
        "lots": lots,
    }
    return Answer("ilactl.enrolment/1", steps, _STEPS, blocks, data)


def _used(lots: Sequence[Mapping[str, Cell]]) -> list[Col]:
    """The columns that hold more than zeros; what was reserved and is held always stands."""

    def zero(cell: Cell) -> bool:
        return cell is None or (isinstance(cell, Money) and cell.minor == 0)

    return [c for c in _FATES if c.name in ("reserved", "held") or not all(zero(lot[c.name]) for lot in lots)]


def _step_row(step: Step, money: MoneyOf) -> dict[str, Cell]:
    what = [step.result, step.ref]
    if step.by:
        what.insert(0, f"by the {step.by}: {step.reason}" if step.reason else f"by the {step.by}")
    return {
        "step": step.step,
        "on": step.on,
        "booked_on": step.booked_on,
        "run": step.run or None,
        "share": share_text(step.share) or None,
        "due": money(step.due, step.unit),
        "rule": step.rule or None,
        "what": ", ".join(filter(None, what)) or None,
    }


def _fate_row(lot: str, class_: str, unit: str, sums: Mapping[str, int], money: MoneyOf) -> dict[str, Cell]:
    ended = sums["settle"] + sums["release"] + sums["forfeit"] + sums["return"]
    return {
        "lot": lot,
        "class": class_ or None,
        "reserved": money(sums["reserve"], unit),
        "settled": money(sums["settle"] - sums["reclaim"], unit),
        "released": money(sums["release"], unit),
        "forfeited": money(sums["forfeit"], unit),
        "returned": money(sums["return"], unit),
        "held": money(sums["reserve"] + sums["reclaim"] - ended, unit),
        "unit": unit,
    }
