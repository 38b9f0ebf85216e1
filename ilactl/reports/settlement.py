"""The answer of a settlement: what each payee gets, what is held back and why, and the remittance lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ilactl.output import Answer, Block, Cell, Col, Grid, Heading, Lines, Money
from ilactl.reports.remittance import COLUMNS, Remittance, sums_by_fund
from ilactl.rules.payees import HOLDER, PROVIDER

if TYPE_CHECKING:
    from ilactl.rules.settling import Payment, SettlePlan

__all__ = ["again_answer", "done", "settle_answer"]

_LINES, _LISTS = 40, 12
"""Lines of a list, and lists, that people are shown; the other formats and the files have all."""

_ELSEWHERE = "-O csv has them all, and the files of --to"

_TYPES = {"value_date": "date", "amount": "amount"}
_COLUMNS = tuple(Col(name, kind=_TYPES.get(name, "text")) for name in COLUMNS)  # type: ignore[arg-type]
_PAYMENTS = (
    Col("payee"),
    Col("name"),
    Col("enrolments", kind="int"),
    Col("amount", kind="amount"),
)
_HELD = (*_PAYMENTS[:1], *_PAYMENTS[2:], Col("reason", "not paid, since"))
_SHOWN = (
    Col("enrolment"),
    Col("course"),
    Col("person"),
    Col("invoice"),
    Col("fund"),
    Col("amount", kind="amount"),
)


def settle_answer(
    plan: SettlePlan,
    lists: Sequence[Remittance],
    scales: Mapping[str, int],
    *,
    booked: int | None = None,
    written: Sequence[str] = (),
) -> Answer:
    """The whole answer. `booked` is the commit that paid it; None for a plan that is only shown."""
    number = plan.entries_number
    told = done(number, booked) if number else "nothing to pay"
    blocks: list[Block] = [Heading(f"Settlement on {plan.on}: {told}")]
    for heading, wanted in (("", True), ("Paid back to those who paid the provider themselves", False)):
        paid = [_payment(one, scales) for one in plan.paid if one.payee.startswith(PROVIDER) is wanted]
        if paid:
            blocks += [*([Heading(heading)] if heading else []), Grid(_PAYMENTS, paid)]
    if plan.held_back:
        rows = [{**_payment(one, scales), "reason": one.standing.held_back} for one in plan.held_back]
        blocks += [Heading("Held back"), Grid(_HELD, rows)]
    first = sorted(lists, key=lambda one: not one.payee.startswith(PROVIDER))
    blocks += _list_blocks(first, scales)
    return Answer(
        schema="ilactl.settle/1",
        rows=_rows(lists, scales),
        columns=_COLUMNS,
        blocks=blocks,
        data={
            "on": plan.on,
            "booked": booked,
            "entries": number,
            "totals": {u: Money(total, u, scales[u]) for u, total in plan.totals().items()},
            "payments": [{**_payment(one, scales), "iban": one.standing.iban} for one in plan.paid],
            "held_back": [
                {**_payment(one, scales), "reason": one.standing.held_back} for one in plan.held_back
            ],
            **_funds_data(lists, scales),
            "files": list(written),
        },
        notes=_funds(lists, scales),
    )


def done(entries: int, booked: int | None) -> str:
    """What became of so many entries: booked by which commit, or only shown."""
    counted = f"{entries} entr{'y' if entries == 1 else 'ies'}"
    return f"{counted} booked as commit {booked}" if booked else f"{counted} to book"


def again_answer(
    seq: int, lists: Sequence[Remittance], scales: Mapping[str, int], written: Sequence[str]
) -> Answer:
    """The lists of a settlement that was booked before."""
    return Answer(
        schema="ilactl.settle_again/1",
        rows=_rows(lists, scales),
        columns=_COLUMNS,
        blocks=[Heading(f"Settlement of commit {seq}"), *_list_blocks(lists, scales)],
        data={"commit": seq, **_funds_data(lists, scales), "files": list(written)},
        notes=_funds(lists, scales),
    )


def _payment(one: Payment, scales: Mapping[str, int]) -> dict[str, Cell]:
    return {
        "payee": one.payee,
        "name": one.standing.name,
        "enrolments": one.enrolments,
        "amount": Money(one.amount, one.unit, scales[one.unit]),
        "unit": one.unit,
    }


def _rows(lists: Sequence[Remittance], scales: Mapping[str, int]) -> list[dict[str, Cell]]:
    return [
        {
            "value_date": one.value_date,
            "payee": one.payee,
            "name": one.name,
            "iban": one.iban,
            **line._asdict(),
            "amount": Money(line.amount, line.unit, scales[line.unit]),
        }
        for one in lists
        for line in one.lines
    ]


def _list_blocks(lists: Sequence[Remittance], scales: Mapping[str, int]) -> list[Block]:
    """A list a payee, each under what a transfer needs: reference, name, account, sum."""
    from ilactl.ledger.iban import spaced_iban

    blocks: list[Block] = []
    for one in lists[:_LISTS]:
        sums = ", ".join(str(Money(n, unit, scales[unit])) for unit, n in sorted(one.totals().items()))
        name = "account holders" if one.payee == HOLDER else one.name or one.payee
        who = ", ".join(part for part in (one.title, name, spaced_iban(one.iban)) if part)
        blocks.append(Heading(f"{who}: {sums}"))
        shown: list[dict[str, Cell]] = [
            {
                **line._asdict(),
                "course": f"{line.course}/{line.run}" if line.run else line.course,
                "amount": Money(line.amount, line.unit, scales[line.unit]),
            }
            for line in one.lines[:_LINES]
        ]
        columns = [c for c in _SHOWN if c.name != "invoice" or any(row["invoice"] for row in shown)]
        blocks.append(Grid(columns, shown))
        if len(one.lines) > _LINES:
            more = len(one.lines) - _LINES
            blocks.append(Lines([f"and {more} more lines; {_ELSEWHERE}"]))
    if len(lists) > _LISTS:
        blocks.append(Lines([f"and {len(lists) - _LISTS} more lists; {_ELSEWHERE}"]))
    return blocks


def _funds_data(lists: Sequence[Remittance], scales: Mapping[str, int]) -> dict[str, object]:
    return {
        "funds": [
            {"fund": fund, "unit": unit, "amount": Money(amount, unit, scales[unit])}
            for (fund, unit), amount in sums_by_fund(lists).items()
        ]
    }


def _funds(lists: Sequence[Remittance], scales: Mapping[str, int]) -> list[str]:
    return [
        f"{fund} pays {Money(amount, unit, scales[unit])}"
        for (fund, unit), amount in sums_by_fund(lists).items()
    ]
