"""The checked tree as SQL for a batch: integers, conditions, texts and dates over columns of facts.

Only generated text reaches the engine. Names and texts of a rule occur in it as what the tree
holds: names choose among the given columns, texts are quoted literals.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from ilactl.rules.expressions import ratio
from ilactl.rules.expressions.check import Checked
from ilactl.rules.expressions.ratio import Ratio
from ilactl.rules.expressions.types import Number
from ilactl.rules.expressions.whole import TooWide

__all__ = ["SqlColumn", "SqlNumber", "SqlValue", "compile_sql", "round_sql"]


class SqlColumn(Struct, frozen=True):
    """Where a fact stands in the batch's query; NULL is unknown.

    For a number `sql` gives integers of the smallest part: of a `decimal(9,2)` fact, hundredths
    with scale 2. Else it gives BOOLEAN, VARCHAR or DATE, and the scale is not looked at.
    """

    sql: str
    scale: int = 0


class SqlNumber(Struct, frozen=True):
    """A number as two integer expressions: `num / den`, den above zero; NULL in either is unknown.

    `unknown` is a condition that is TRUE where the number is unknown and FALSE elsewhere.
    """

    num: str
    den: str
    unknown: str
    _ratio: Ratio
    _columns: Mapping[str, str]
    _scale: int


class SqlValue(Struct, frozen=True):
    """A condition, text or date as SQL, NULL where unknown; `unknown` as in SqlNumber."""

    sql: str
    unknown: str


def compile_sql(checked: Checked, columns: Mapping[str, SqlColumn]) -> SqlNumber | SqlValue:
    """SQL with the meaning of `evaluate`, row by row, unknown included.

    Raises KeyError for a name without a column and ValueError for a column of another scale
    than its type: both are faults of the caller, never of a rule.
    """
    texts = {}
    for name, type_ in checked.types.items():
        column = columns[name]
        if isinstance(type_, Number) and column.scale != type_.scale:
            raise ValueError(f"{name} has scale {type_.scale}, its column {column.scale}")
        texts[name] = column.sql
    lowered = checked.lowered
    unknown = lowered.unknown.test().text(texts)
    if not isinstance(lowered, Ratio):
        return SqlValue(lowered.body.text(texts), unknown)
    num = lowered.num.scaled(lowered.factor.numerator).sql().text(texts)
    den = lowered.den.scaled(lowered.factor.denominator).sql().text(texts)
    return SqlNumber(num, den, unknown, lowered, texts, checked.scale)


def round_sql(number: SqlNumber, scale: int, mode: str) -> str:
    """BIGINT of the smallest part, exactly `money.round_to(value, scale, mode)`; NULL if unknown.

    Raises ValueError for a scale above the one that the expression was checked for.
    """
    if mode not in ("up", "down", "half_up"):
        raise ValueError(f"no rounding mode {mode!r}")
    try:
        if scale > number._scale:
            raise TooWide
        return ratio.rounded(number._ratio, scale, mode).text(number._columns)
    except TooWide:
        raise ValueError(f"the expression was checked for scale {number._scale}, not {scale}") from None
