"""Steps: the rows of enrolments.csv as values, amounts in the unit's smallest part, and back as cells."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from ilactl.dates import known_date
from ilactl.ledger.columns import ENROLMENTS
from ilactl.ledger.entries import amount_findings
from ilactl.ledger.scan import Row, iter_table
from ilactl.money import decimal_text, format_amount, parse_amount, parse_decimal

if TYPE_CHECKING:
    from fractions import Fraction

    from ilactl.findings import Finding
    from ilactl.ledger.lines import Buffer
    from ilactl.ledger.manifest import Unit

__all__ = ["Step", "cells_of_step", "iter_steps", "share_text", "steps_of_rows"]


class Step(NamedTuple):
    """One row of enrolments.csv. `share` is the attendance so far, `due` what the payee may have so far."""

    enrolment: str
    booked_on: date
    person: str
    course: str
    run: str
    step: str
    on: date
    rule: str = ""
    price: int | None = None
    own: int | None = None
    due: int | None = None
    unit: str = ""
    payee: str = ""
    share: Fraction | None = None
    result: str = ""
    by: str = ""
    reason: str = ""
    consent: str = ""
    ref: str = ""
    offset: int = -1


def cells_of_step(step: Step, scale: int) -> tuple[str, ...]:
    """The step's cells in column order, for a unit of so many decimals."""

    def money(amount: int | None) -> str:
        return "" if amount is None else format_amount(amount, scale)

    return (
        step.enrolment,
        step.booked_on.isoformat(),
        step.person,
        step.course,
        step.run,
        step.step,
        step.on.isoformat(),
        step.rule,
        money(step.price),
        money(step.own),
        money(step.due),
        step.unit,
        step.payee,
        share_text(step.share),
        step.result,
        step.by,
        step.reason,
        step.consent,
        step.ref,
    )


def share_text(share: Fraction | None) -> str:
    """`0.6`, `1`, `0.3333`: a share has at most four decimals, and one that was read has no more."""
    return "" if share is None else decimal_text(share, 4)


def _step(row: Row, units: Mapping[str, Unit]) -> Step | None:
    """The row as a step, or None where its unit or amounts do not fit."""
    c = row.cells
    unit = units.get(c[11]) if c[11] else None
    if unit is None and (c[11] or c[8] or c[9] or c[10]):
        return None
    scale = unit.scale if unit else 0
    amounts: list[int | None] = []
    for text in c[8:11]:
        amount = parse_amount(text, scale) if text else None
        if text and (amount is None or amount < 0):
            return None
        amounts.append(amount)
    return Step(
        enrolment=c[0],
        booked_on=known_date(c[1]),
        person=c[2],
        course=c[3],
        run=c[4],
        step=c[5],
        on=known_date(c[6]),
        rule=c[7],
        price=amounts[0],
        own=amounts[1],
        due=amounts[2],
        unit=c[11],
        payee=c[12],
        share=parse_decimal(c[13]) if c[13] else None,
        result=c[14],
        by=c[15],
        reason=c[16],
        consent=c[17],
        ref=c[18],
        offset=row.offset,
    )


def steps_of_rows(
    view: Buffer, rows: Iterable[Row], units: Mapping[str, Unit], found: list[Finding]
) -> list[Step]:
    """The usable steps of these rows; what is wrong with amounts and units is added to `found`."""
    steps = []
    for row in rows:
        step = _step(row, units)
        if step is None:
            found.extend(amount_findings(view, ENROLMENTS, row, units))
        else:
            steps.append(step)
    return steps


def iter_steps(view: Buffer, units: Mapping[str, Unit], findings: list[Finding]) -> Iterator[Step]:
    """Every usable step in file order, with bounded memory; faults are added to `findings`."""
    for row in iter_table(view, ENROLMENTS, findings):
        yield from steps_of_rows(view, (row,), units, findings)
