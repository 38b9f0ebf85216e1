"""Generated SQL run in the engine beside the interpreter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cache
from typing import Any

import duckdb

from ilactl.money import ROUNDING, round_to
from ilactl.rules.expressions import (
    Checked,
    SqlColumn,
    SqlNumber,
    Type,
    compile_sql,
    evaluate,
    round_sql,
    value_of,
)
from ilactl.rules.expressions.types import Bool, Date, Number


@cache
def connection() -> duckdb.DuckDBPyConnection:
    """One engine for all tests of a process."""
    return duckdb.connect(":memory:", config={"threads": 1})


def columns_of(names: Mapping[str, Type]) -> dict[str, SqlColumn]:
    """A column for every name, `balance.own` as balance_own."""
    return {
        name: SqlColumn(name.replace(".", "_"), type_.scale if isinstance(type_, Number) else 0)
        for name, type_ in names.items()
    }


def load(names: Mapping[str, Type], rows: Sequence[Mapping[str, object]]) -> None:
    """The rows as table `facts`, numbers as BIGINT of their smallest part."""
    kinds = [
        f"{name.replace('.', '_')} "
        + (
            "BIGINT"
            if isinstance(t, Number)
            else "BOOLEAN"
            if isinstance(t, Bool)
            else "DATE"
            if isinstance(t, Date)
            else "VARCHAR"
        )
        for name, t in names.items()
    ]
    connection().execute(f"CREATE OR REPLACE TABLE facts (row_no INTEGER, {', '.join(kinds)})")
    marks = ", ".join("?" for _ in range(len(names) + 1))
    values = []
    for i, row in enumerate(rows):
        cells: list[Any] = [i]
        for name, type_ in names.items():
            value = row.get(name)
            cells.append(
                int(value * 10**type_.scale) if isinstance(type_, Number) and value is not None else value
            )
        values.append(cells)
    connection().executemany(f"INSERT INTO facts VALUES ({marks})", values)


def query(columns: Sequence[str]) -> list[tuple[Any, ...]]:
    """The columns over table `facts`, in the order of its rows."""
    return connection().execute(f"SELECT {', '.join(columns)} FROM facts ORDER BY row_no").fetchall()


def disagreements(
    checked: Sequence[Checked], names: Mapping[str, Type], rows: Sequence[Mapping[str, Any]]
) -> list[str]:
    """Where the interpreter, its tracing walk and the SQL differ, over all rows in one query."""
    columns = columns_of(names)
    wanted: list[str] = []
    spans: list[tuple[int, int]] = []
    for one in checked:
        made = compile_sql(one, columns)
        parts = [made.unknown]
        if isinstance(made, SqlNumber):
            parts += [made.num, made.den, *(round_sql(made, 2, mode) for mode in ROUNDING)]
        else:
            parts += [made.sql]
        spans.append((len(wanted), len(parts)))
        wanted += parts
    load(names, rows)
    found = []
    for row, got in zip(rows, query(wanted), strict=True):
        for one, (start, length) in zip(checked, spans, strict=True):
            problem = _differs(one, row, got[start : start + length])
            if problem:
                found.append(problem)
    return found


def _differs(one: Checked, row: Mapping[str, Any], got: Sequence[Any]) -> str:
    value, outcome = value_of(one, row), evaluate(one, row, trace=True)
    expected: list[Any] = [value is None]
    unknown, *rest = got
    if one.want == "number":
        num, den, *rounded = rest
        exact = None if num is None or den is None else Fraction(num, den)
        rest = [exact, *rounded]
        expected += [value, *(None if value is None else round_to(value, 2, mode) for mode in ROUNDING)]
    else:
        expected += [value]
    if [unknown, *rest] != expected or outcome.value != value:
        return f"{one.node} on {row}: SQL {[unknown, *rest]}, interpreter {expected}, trace {outcome.value}"
    if value is None and not (outcome.missing or outcome.notes):
        return f"{one.node} on {row}: unknown without a reason"
    if any(row.get(name) is not None for name in outcome.missing):
        return f"{one.node} on {row}: {outcome.missing} are known"
    return ""
