"""One person's value of every name an expression uses, for one occasion; None is unknown.

Facts are read as they hold on the occasion's days, never on the day of the run. The same is said
in SQL by `ilactl/rules/fact_columns.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction

from msgspec import Struct

from ilactl.dates import Span, age_on
from ilactl.ledger.registers import FigureRow, PersonRecord, StateRow
from ilactl.ledger.wallets import Lot
from ilactl.rules.circumstances import Circumstances, circumstance
from ilactl.rules.expressions import misfit
from ilactl.rules.model import FactSpec, Scheme
from ilactl.rules.names import BUILT_IN, NameSpec
from ilactl.rules.periods import Setting
from ilactl.rules.spending_names import FAMILIES
from ilactl.rules.sums import Sums
from ilactl.rules.values import Value

__all__ = ["Reading", "figure_rows", "read_names", "state_rows", "window_of"]


class Reading(Struct, frozen=True):
    """What an occasion needs to read facts: the scheme, whose facts, and the wallet's sums."""

    scheme: Scheme
    record: PersonRecord
    sums: Sums
    scales: Mapping[str, int]
    assumed: Mapping[str, Value | None] | None = None
    """Facts set by hand (`rules try`); they stand before the register's."""
    lot: Lot | None = None
    """The lot that a law asks about."""
    paid: Fraction | None = None
    """The contribution that a grant matches."""
    circumstances: Circumstances | None = None
    """The enrolment that a rule of spending asks about."""


def read_names(reading: Reading, occasion: Setting, names: Iterable[NameSpec]) -> dict[str, Value | None]:
    """The value of each name for the occasion."""
    return {spec.name: _read(reading, occasion, spec) for spec in names}


def window_of(occasion: Setting) -> Span:
    """The days of the period that `ever` and `at_end` look at: none after the due date."""
    return Span(occasion.span.first, max(occasion.span.first, min(occasion.span.last, occasion.due_on)))


def state_rows(record: PersonRecord, fact: FactSpec) -> tuple[StateRow, ...]:
    """The rows that carry the fact: sensitive ones stand beside the name."""
    return record.identity_states if fact.sensitive else record.states


def figure_rows(record: PersonRecord, name: str, span: Span) -> list[FigureRow]:
    """The person's rows of a figure that touch the span."""
    return [row for row in record.figures if row.figure == name and row.span.meets(span)]


def _read(reading: Reading, occasion: Setting, spec: NameSpec) -> Value | None:
    assumed = reading.assumed or {}
    if spec.name in assumed:
        return assumed[spec.name]
    if spec.family in ("state", "figure") and spec.of in assumed:
        return assumed[spec.of]
    if spec.family == "state":
        return _state(reading, occasion, spec)
    if spec.family == "figure":
        return _figure(reading, occasion, spec)
    if spec.family == "birth":
        return _birth(reading, occasion, spec)
    if spec.family == "value":
        return reading.scheme.values[spec.of].on(occasion.facts_on)
    if spec.family == "lot":
        return _lot(reading, spec)
    if spec.family in FAMILIES:
        found = reading.circumstances
        return circumstance(found, spec, reading.scheme.course_facts) if found else None
    return reading.paid if spec.family == "paid" else _sum(reading, occasion, spec)


def _state(reading: Reading, occasion: Setting, spec: NameSpec) -> Value | None:
    fact = reading.scheme.facts[spec.of]
    rows = state_rows(reading.record, fact)
    if spec.moment == "ever":
        return _ever(fact, rows, window_of(occasion))
    return _value_on(fact, rows, _day_of(occasion, spec.moment))


def _day_of(occasion: Setting, moment: str) -> date:
    if moment == "at_start":
        return occasion.span.first
    return window_of(occasion).last if moment == "at_end" else occasion.facts_on


def _value_on(fact: FactSpec, rows: tuple[StateRow, ...], day: date) -> Value | None:
    for row in reversed(rows):
        if row.valid_from <= day:
            return _cell(fact, row)
    return _cell(fact, None)


def _cell(fact: FactSpec, row: StateRow | None) -> Value | None:
    cells = {} if row is None else row.cells if fact.name in BUILT_IN else row.facts
    text = cells.get(fact.name, "")
    if text and fact.type.name == "text" and not fact.type.words:
        return text  # the scanner has tested it; a register's text may hold what a rule file's may not
    return fact.default if text == "" else fact.parse(text)


def _ever(fact: FactSpec, rows: tuple[StateRow, ...], window: Span) -> bool | None:
    """True on any day; else unknown if unknown on any; else false."""
    before = [row for row in rows if row.valid_from <= window.first]
    during = [row for row in rows if window.first < row.valid_from <= window.last]
    values = [_cell(fact, row) for row in ([before[-1]] if before else [None]) + during]
    if True in values:
        return True
    return None if None in values else False


def _figure(reading: Reading, occasion: Setting, spec: NameSpec) -> Value | None:
    """The sum over the period; unknown without a row, or where one crosses its edge or has another type."""
    fact = reading.scheme.facts[spec.of]
    rows = figure_rows(reading.record, spec.of, occasion.span)
    if not rows:
        return fact.default
    if any(not row.span.within(occasion.span) or not fact.type.holds(row.value) for row in rows):
        return None
    total = sum((row.value for row in rows), Fraction(0))
    return None if misfit(spec.type, total) else total


def _birth(reading: Reading, occasion: Setting, spec: NameSpec) -> Value | None:
    if spec.of == "period_year":
        return Fraction(occasion.due_on.year if occasion.period == "ever" else occasion.span.first.year)
    born = reading.record.birth_date
    if "birth_date" in (reading.assumed or {}):
        assumed = (reading.assumed or {})["birth_date"]
        born = assumed if isinstance(assumed, date) else born
    if born is None:
        return None
    if spec.of == "birth_date":
        return born
    if spec.of == "birth_year":
        return Fraction(born.year)
    return Fraction(max(0, age_on(born, _day_of(occasion, spec.moment))))


def _sum(reading: Reading, occasion: Setting, spec: NameSpec) -> Value:
    sums, class_ = reading.sums, spec.of
    amounts = {
        "balance": lambda: sums.balance[class_],
        "held": lambda: sums.held[class_],
        "granted_period": lambda: sums.granted[class_, occasion.period],
        "granted_ever": lambda: sums.granted_ever(class_),
        "contributed_period": lambda: sums.contributed_in(class_, occasion.span),
        "contributed_ever": lambda: sums.contributed_in(class_, None),
    }
    return Fraction(amounts[spec.moment](), 10**spec.scale)


def _lot(reading: Reading, spec: NameSpec) -> Value | None:
    lot = reading.lot
    if lot is None:
        return None
    if spec.of == "amount":
        return Fraction(lot.balance, 10 ** reading.scales[lot.unit])
    if spec.of == "rule":
        return lot.rule.partition("@")[0]
    values: dict[str, Value | None] = {
        "class": lot.class_,
        "source": lot.source,
        "booked_on": lot.booked_on,
        "expires_on": lot.expires_on,
    }
    return values[spec.of]
