"""Random typed expressions and random rows of facts, for the tests that hold the two back ends together."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction

from hypothesis import strategies as st

from ilactl.money import format_amount
from ilactl.rules.expressions import Bool, Date, Node, Number, Text, Type, decimal, integer
from ilactl.rules.expressions.tree import (
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
    Not,
    Or,
)

STATUSES = ("employed", "unemployed", "student")
GROUPS = ("carers", "low_paid", "migrants")

NAMES: dict[str, Type] = {
    "price": decimal(9, 2),
    "hours": decimal(6, 2, lo=0),
    "balance.own": decimal(12, 2),
    "share": Number(Fraction(0), Fraction(1), 4),
    "level": integer(-3, 8),
    "low": Bool(),
    "ever.low": Bool(),
    "status": Text(STATUSES),
    "region": Text(),
    "groups": Text(),
    "birth": Date(),
    "start": Date(),
}
TEXTS = (*STATUSES, "Kaunas", "O'Hara é", "")

Draw = Callable[[st.SearchStrategy[object]], object]


def number(text: str) -> Literal:
    """A literal as the parser would make it."""
    return Literal(Fraction(text), text)


def _name(full: str) -> Name:
    qualifier, _, name = full.rpartition(".")
    return Name(qualifier or None, name)


_numbers = st.sampled_from(["price", "hours", "balance.own", "share", "level"]).map(_name)
_conditions = st.sampled_from(["low", "ever.low"]).map(_name)
_texts = st.sampled_from(["status", "region"]).map(_name)
_dates = st.sampled_from(["birth", "start"]).map(_name)
_number_literals = st.one_of(
    st.sampled_from(["0", "1", "2", "0.5", "500.00", "1607", "0.0001", "-1", "-0.01", "3.000"]).map(number),
    st.integers(-100000, 100000).map(lambda cents: number(format_amount(cents, 2))),
)
_days = st.integers(-400, 400).map(lambda n: Literal(date(2026, 1, 1) + timedelta(days=n)))
_EQUAL = st.sampled_from(["=", "<>"])
_ORDER = st.sampled_from(["=", "<>", "<", "<=", ">", ">="])


@st.composite
def numbers(draw: st.DrawFn, depth: int) -> Node:
    """A number; divisors may be anything, negative and zero included."""
    if depth <= 0:
        return draw(st.one_of(_numbers, _numbers, _number_literals))
    smaller = numbers(depth - 1)
    kind = draw(st.integers(0, 9))
    if kind <= 2:
        return Arithmetic(draw(st.sampled_from("+-*")), draw(smaller), draw(smaller))
    if kind <= 4:
        return Arithmetic("/", draw(smaller), draw(smaller))
    if kind == 5:
        return Negate(draw(_numbers))
    if kind == 6:
        parts = draw(st.lists(smaller, min_size=2, max_size=3))
        return Extreme(draw(st.sampled_from(["LEAST", "GREATEST"])), tuple(parts))
    if kind == 7:
        return Coalesce(tuple(draw(st.lists(smaller, min_size=2, max_size=3))))
    if kind == 8:
        return draw(_cases(smaller, depth))
    return draw(st.one_of(_numbers, _number_literals))


def _cases(result: st.SearchStrategy[Node], depth: int) -> st.SearchStrategy[Node]:
    branch = st.tuples(conditions(depth - 1), result)
    return st.builds(
        lambda branches, otherwise: Case(tuple(branches), otherwise),
        st.lists(branch, min_size=1, max_size=2),
        result,
    )


def texts(depth: int) -> st.SearchStrategy[Node]:
    """A text."""
    leaf = st.one_of(_texts, st.sampled_from(TEXTS).map(Literal))
    if depth <= 0:
        return leaf
    smaller = texts(depth - 1)
    coalesced = st.lists(smaller, min_size=2, max_size=3).map(lambda parts: Coalesce(tuple(parts)))
    return st.one_of(leaf, coalesced, _cases(smaller, depth))


def dates(depth: int) -> st.SearchStrategy[Node]:
    """A date."""
    leaf = st.one_of(_dates, _days)
    if depth <= 0:
        return leaf
    smaller = dates(depth - 1)
    several = st.lists(smaller, min_size=2, max_size=3).map(tuple)
    extreme = st.builds(Extreme, st.sampled_from(["LEAST", "GREATEST"]), several)
    return st.one_of(leaf, extreme, several.map(Coalesce), _cases(smaller, depth))


@st.composite
def conditions(draw: st.DrawFn, depth: int) -> Node:
    """A condition over anything."""
    if depth <= 0:
        leaf = st.one_of(_conditions, st.sampled_from([Literal(True), Literal(False)]))
        return draw(st.one_of(leaf, st.sampled_from(GROUPS).map(InGroup)))
    smaller, amounts = conditions(depth - 1), numbers(depth - 1)
    kind = draw(st.integers(0, 11))
    if kind <= 1:
        return Compare(draw(_ORDER), draw(amounts), draw(amounts))
    if kind == 2:
        return Compare(draw(_ORDER), draw(dates(depth - 1)), draw(dates(depth - 1)))
    if kind == 3:
        return Compare(draw(_EQUAL), draw(texts(depth - 1)), draw(texts(depth - 1)))
    if kind == 4:
        return Not(draw(smaller))
    if kind in (5, 6):
        # The parser joins A AND (B AND C) into one, so parts of the same kind do not occur.
        join, other = (And, Or) if kind == 5 else (Or, And)
        parts = draw(st.lists(smaller, min_size=2, max_size=3))
        flat = [Not(part) if isinstance(part, join) else part for part in parts]
        assert other is not join
        return join(tuple(flat))
    if kind == 7:
        return Between(draw(amounts), draw(amounts), draw(amounts))
    if kind == 8:
        options = draw(st.lists(_number_literals, min_size=1, max_size=3))
        return In(draw(amounts), tuple(options))
    if kind == 9:
        any_ = st.one_of(amounts, smaller, texts(depth - 1), dates(depth - 1))
        return IsNull(draw(any_), draw(st.booleans()))
    if kind == 10:
        return Coalesce((draw(smaller), draw(smaller)))
    return draw(_cases(smaller, depth))


def _maybe(values: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.one_of(values, values, values, st.none())


def _amounts(type_: Number) -> st.SearchStrategy[object]:
    part = 10**type_.scale
    lo, hi = int(type_.lo * part), int(type_.hi * part)
    small = st.integers(max(lo, -300), min(hi, 300))
    return st.one_of(small, st.integers(lo, hi), st.sampled_from([lo, hi, 0])).map(
        lambda n: Fraction(n, part)
    )


def _values(name: str, type_: Type) -> st.SearchStrategy[object]:
    if isinstance(type_, Number):
        return _amounts(type_)
    if isinstance(type_, Bool):
        return st.booleans()
    if isinstance(type_, Date):
        return _days.map(lambda literal: literal.value)
    if name == "groups":
        return st.lists(st.sampled_from([*GROUPS, "low", "paid"]), unique=True).map(" ".join)
    return st.sampled_from(type_.allowed or TEXTS)


ROWS = st.fixed_dictionaries({name: _maybe(_values(name, type_)) for name, type_ in NAMES.items()})
"""One person's facts; about a quarter of them unknown."""
