"""The facts that the tests of single expressions read, and a short way from text to a result."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from ilactl.ledger.grammar import LABOUR_STATUSES
from ilactl.rules.expressions import (
    Bool,
    Checked,
    Date,
    ExpressionFault,
    Fault,
    Text,
    Type,
    Want,
    check_expression,
    decimal,
    integer,
    parse_expression,
)

NAMES: dict[str, Type] = {
    "age": integer(0, 200),
    "balance.own": decimal(12, 2, lo=0),
    "birth_date": Date(),
    "ever.low_qualified": Bool(),
    "granted_period.base": decimal(12, 2, lo=0),
    "groups": Text(),
    "hours_worked": decimal(9, 2, lo=0),
    "isced_level": integer(0, 8),
    "labour_status": Text(LABOUR_STATUSES),
    "low_qualified": Bool(),
    "margin": decimal(9, 2),
    "price": decimal(9, 2, lo=0),
    "reference_hours": decimal(9, 2, lo=0),
    "region": Text(),
    "value.rate": decimal(6, 4, lo=0),
}

CPF = (
    "CASE WHEN 2 * hours_worked >= reference_hours THEN 500.00 "
    "ELSE 500.00 * hours_worked / reference_hours END"
)


def checked(text: str, want: Want = "number", *, lower_bound: bool = False, scale: int = 2) -> Checked:
    """The expression over NAMES."""
    return check_expression(parse_expression(text), NAMES, want=want, lower_bound=lower_bound, scale=scale)


def refused(text: str, want: Want = "number", *, lower_bound: bool = False) -> tuple[Fault, ...]:
    """The faults for which the expression is refused; none where it is not."""
    try:
        checked(text, want, lower_bound=lower_bound)
    except ExpressionFault as found:
        return found.faults
    return ()


def facts(**given: Any) -> Mapping[str, Any]:
    """Facts by name, numbers from text; `balance__own` stands for balance.own."""
    return {
        name.replace("__", "."): Fraction(value) if _is_number(name.replace("__", ".")) else value
        for name, value in given.items()
    }


def _is_number(name: str) -> bool:
    return type(NAMES[name]).__name__ == "Number"
