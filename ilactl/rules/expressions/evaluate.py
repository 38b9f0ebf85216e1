"""The meaning of a checked tree for one person, over exact fractions.

A tree becomes nested Python functions once; each takes the facts and gives the value, or None
where it is unknown. Which facts made it unknown is found by a second, slower walk (trace.py),
which `explain` takes at once.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any, TypeAlias, cast

from msgspec.structs import replace

from ilactl.money import MAX_DIGITS
from ilactl.rules.expressions.check import Checked
from ilactl.rules.expressions.trace import Outcome, traced
from ilactl.rules.expressions.tree import (
    GROUPS,
    And,
    Arithmetic,
    Between,
    Case,
    Coalesce,
    Compare,
    Extreme,
    In,
    InGroup,
    IsNull,
    Literal,
    Name,
    Negate,
    Node,
    Not,
    Or,
    Value,
)
from ilactl.rules.expressions.types import Number, Type

__all__ = ["Facts", "evaluate", "value_of"]

Facts: TypeAlias = Mapping[str, Value | int | None]
"""Facts by full name. A missing one and None both mean: unknown. Numbers are Fraction or int."""

_Run: TypeAlias = Callable[[Facts], Any]

_TOO_LARGE: int = 10**MAX_DIGITS  # compared as integers: each value of each person comes by here
_LARGE = f"the result has more than {MAX_DIGITS} digits before the point"

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_JOIN: dict[str, Callable[[Any, Any], Any]] = {"+": operator.add, "-": operator.sub, "*": operator.mul}


def evaluate(checked: Checked, facts: Facts, *, trace: bool = False) -> Outcome:
    """The value with what decided it. Raises TypeError for a fact that is not of its type.

    `trace` asks for the steps as well; without it they are empty.
    """
    if not trace:
        value = value_of(checked, facts)
        if value is not None:
            return Outcome(value)
    outcome = traced(checked.node, facts, steps=trace)
    return replace(outcome, value=None, notes=(_LARGE,)) if _too_large(outcome.value) else outcome


def value_of(checked: Checked, facts: Facts) -> Value | None:
    """The bare value, None where it is unknown. The quick way, for many persons in a loop."""
    run = checked.ready.get("run")
    if run is None:
        run = checked.ready["run"] = _prepared(checked.node, checked.types)
    value = cast(Value | None, cast(_Run, run)(facts))
    return None if _too_large(value) else value


def _too_large(value: Value | None) -> bool:
    """No amount may have that many digits, and the batch's integers could not hold it."""
    return isinstance(value, Fraction) and abs(value.numerator) >= _TOO_LARGE * value.denominator


def _prepared(node: Node, types: Mapping[str, Type]) -> _Run:
    def inner(part: Node) -> _Run:
        return _prepared(part, types)

    match node:
        case Literal(value):
            return lambda facts: value
        case Name():
            return _read(node.full, types[node.full])
        case InGroup(group):
            return lambda facts: (
                None if (words := facts.get(GROUPS)) is None else group in str(words).split(" ")
            )
        case Not(operand):
            return _not(inner(operand))
        case And(operands):
            return _junction([inner(part) for part in operands], False)
        case Or(operands):
            return _junction([inner(part) for part in operands], True)
        case Compare(op, left, right):
            return _strict(_COMPARE[op], inner(left), inner(right))
        case Between(operand, low, high):
            return _between(inner(operand), inner(low), inner(high))
        case In(operand, options):
            return _in(inner(operand), frozenset(option.value for option in options))
        case IsNull(operand, known):
            asked = inner(operand)
            return lambda facts: (asked(facts) is not None) is known
        case Negate(operand):
            turned = inner(operand)
            return lambda facts: None if (number := turned(facts)) is None else -number
        case Arithmetic(op, left, right):
            if op == "/":
                return _quotient(inner(left), inner(right))
            return _strict(_JOIN[op], inner(left), inner(right))
        case Extreme(op, operands):
            return _extreme(min if op == "LEAST" else max, [inner(part) for part in operands])
        case Coalesce(operands):
            return _coalesce([inner(part) for part in operands])
        case Case(branches, otherwise):
            return _case([(inner(when), inner(then)) for when, then in branches], inner(otherwise))


def _read(name: str, type_: Type) -> _Run:
    if not isinstance(type_, Number):
        wanted = {"Bool": bool, "Text": str, "Date": date}[type(type_).__name__]

        def read(facts: Facts) -> Any:
            value = facts.get(name)
            if value is not None and not isinstance(value, wanted):
                raise TypeError(f"{name} is {value!r}, no {wanted.__name__}")
            return value

        return read

    def number(facts: Facts) -> Fraction | None:
        value = facts.get(name)
        if value is None or type(value) is Fraction:
            return value
        if type(value) is int:
            return Fraction(value)
        raise TypeError(f"{name} is {value!r}, no exact number")

    return number


def _strict(join: Callable[[Any, Any], Any], left: _Run, right: _Run) -> _Run:
    def run(facts: Facts) -> Any:
        first = left(facts)
        if first is None:
            return None
        second = right(facts)
        return None if second is None else join(first, second)

    return run


def _quotient(left: _Run, right: _Run) -> _Run:
    def run(facts: Facts) -> Any:
        first, second = left(facts), right(facts)
        return None if first is None or second is None or second <= 0 else first / second

    return run


def _not(operand: _Run) -> _Run:
    def run(facts: Facts) -> bool | None:
        value = operand(facts)
        return None if value is None else not value

    return run


def _junction(operands: Sequence[_Run], deciding: bool) -> _Run:
    """AND and OR: one deciding operand decides, else one unknown one leaves it open."""

    def run(facts: Facts) -> bool | None:
        result: bool | None = not deciding
        for operand in operands:
            value = operand(facts)
            if value is deciding:
                return value is True
            if value is None:
                result = None
        return result

    return run


def _between(operand: _Run, low: _Run, high: _Run) -> _Run:
    def run(facts: Facts) -> bool | None:
        value, least, most = operand(facts), low(facts), high(facts)
        if value is None:
            return None
        if (least is not None and value < least) or (most is not None and value > most):
            return False
        return None if least is None or most is None else True

    return run


def _in(operand: _Run, options: frozenset[Value]) -> _Run:
    def run(facts: Facts) -> bool | None:
        value = operand(facts)
        return None if value is None else value in options

    return run


def _extreme(pick: Callable[[list[Any]], Any], operands: Sequence[_Run]) -> _Run:
    def run(facts: Facts) -> Any:
        values = [operand(facts) for operand in operands]
        return None if any(value is None for value in values) else pick(values)

    return run


def _coalesce(operands: Sequence[_Run]) -> _Run:
    def run(facts: Facts) -> Any:
        for operand in operands:
            value = operand(facts)
            if value is not None:
                return value
        return None

    return run


def _case(branches: Sequence[tuple[_Run, _Run]], otherwise: _Run) -> _Run:
    def run(facts: Facts) -> Any:
        for when, then in branches:
            holds = when(facts)
            if holds is None:
                return None
            if holds:
                return then(facts)
        return otherwise(facts)

    return run
