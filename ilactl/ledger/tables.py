"""Tables for batches: the ledger's files in DuckDB, with declared types and exact amounts.

The engine's sniffer is never used (it makes amounts floats) and the typed read is never a check
(it takes 12.345 as 12.35 and 2026/01/05 as a day): `strict_faults` is the check. Amounts come out
as BIGINT in the smallest part of their row's unit. duckdb is imported only when a function needs it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ilactl.errors import BadInput, IoFailed
from ilactl.ledger.columns import ENTITLEMENTS
from ilactl.ledger.grammar import Column, Grammar, Table
from ilactl.ledger.grammar_sql import fault_sql, identifier, literal
from ilactl.ledger.scan import MAX_LINE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from duckdb import DuckDBPyConnection

    from ilactl.ledger.lines import Buffer
    from ilactl.ledger.snapshot import Snapshot

__all__ = ["amount_sql", "connect", "load", "minor_sql", "read_sql", "run_sql", "strict_faults"]

_CHUNK = 1 << 24


def connect(
    threads: int | None = None,
    memory_limit: str | None = None,
    *,
    paths: Iterable[str | Path] | None = None,
    spill: Path | None = None,
) -> DuckDBPyConnection:
    """An engine in memory that installs and loads nothing.

    `paths`, where given, are the only files it can open, for reading or writing; its settings are
    then locked. `spill` is a folder for what does not fit the memory limit; without one nothing is
    ever written but what a statement says, so that readers leave no trace.
    """
    import duckdb

    options: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "allow_community_extensions": False,
        "temp_directory": str(spill) if spill else "",
    }
    if threads is not None:
        options["threads"] = threads
    if memory_limit is not None:
        options["memory_limit"] = memory_limit
    connection = duckdb.connect(":memory:", config=options)
    # A name that is no table must never be looked up among Python's variables.
    connection.execute("SET python_enable_replacements = false")
    if paths is not None:
        named = ", ".join(literal(str(path)) for path in paths)
        connection.execute(f"SET allowed_paths = [{named}]")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
    return connection


def run_sql(connection: DuckDBPyConnection, sql: str) -> list[tuple[object, ...]]:
    """Run one generated statement and fetch its rows.

    Raises BadInput where the files do not bear the declared types, IoFailed where the disk or the
    memory limit refuses: never an engine's own error.
    """
    import duckdb

    try:
        return connection.execute(sql).fetchall()
    except (duckdb.IOException, duckdb.OutOfMemoryException) as error:
        raise IoFailed(path="the ledger", reason=_first_line(error)) from error
    except (duckdb.InvalidInputException, duckdb.ConversionException, duckdb.OutOfRangeException) as error:
        hint = "run 'ilactl check': it names every line that cannot be read"
        raise BadInput(what="the ledger's tables", count=_first_line(error), hint=hint) from error


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]


def read_sql(snapshot: Snapshot, table: Table, columns: Sequence[str]) -> str:
    """A FROM item that gives these columns of a file as of the snapshot, in file order.

    Types are those of `columns.py` but for amounts: BIGINT, in the smallest part of the row's unit
    (a unit that ledger.toml does not name ends the statement). Empty cells are NULL; `expires_on`
    stays text, as it may say `never`.
    """
    wanted = [table.column(name) for name in columns]
    if len(snapshot.view(table.file)) == 0:
        nothing = ", ".join(f"CAST(NULL AS {_type_out(c)}) AS {identifier(c.name)}" for c in wanted)
        return f"(SELECT {nothing} WHERE FALSE)"
    scales = {name: unit.scale for name, unit in snapshot.manifest.units.items()}
    items = [
        f"{_minor_cell(c, scales)} AS {identifier(c.name)}"
        if c.grammar is Grammar.AMOUNT
        else identifier(c.name)
        for c in wanted
    ]
    types = {c.name: c.engine_type for c in table.columns}
    return f"(SELECT {', '.join(items)} FROM {_read_csv(snapshot.engine_path(table.file), types)})"


def load(
    connection: DuckDBPyConnection, snapshot: Snapshot, table: Table, columns: Sequence[str], name: str
) -> None:
    """Read these columns into the temporary table `name`; its rowid counts rows from 0 in file order."""
    source = read_sql(snapshot, table, columns)
    run_sql(connection, f"CREATE TEMP TABLE {identifier(name)} AS SELECT * FROM {source}")


def minor_sql(amount: str, scales: Mapping[str, int], unit: str = '"unit"') -> str:
    """SQL for a decimal amount as BIGINT in the smallest part of the unit that stands beside it."""
    cases = "".join(f" WHEN {literal(name)} THEN {10**scale}" for name, scale in sorted(scales.items()))
    unknown = f"error('unit ' || coalesce({unit}, '') || ' is not in ledger.toml')"
    return f"CAST({amount} * CASE {unit}{cases} ELSE CAST({unknown} AS INTEGER) END AS BIGINT)"


def _minor_cell(column: Column, scales: Mapping[str, int]) -> str:
    """A column of amounts; a row that may leave its amount out may leave out the unit as well."""
    amount = identifier(column.name)
    minor = minor_sql(amount, scales)
    return minor if column.required else f"CASE WHEN {amount} IS NOT NULL THEN {minor} END"


def amount_sql(amount: str, scale: int) -> str:
    """SQL for the canonical text of an amount in smallest parts, made exactly."""
    if scale == 0:
        return f"CAST({amount} AS VARCHAR)"
    one = "0." + "1".rjust(scale, "0")
    return f"CAST(CAST({amount} AS DECIMAL(18,0)) * CAST('{one}' AS DECIMAL({scale + 1},{scale})) AS VARCHAR)"


def _type_out(column: Column) -> str:
    return "BIGINT" if column.grammar is Grammar.AMOUNT else column.engine_type


def _read_csv(path: str, types: Mapping[str, str]) -> str:
    columns = ", ".join(f"{literal(name)}: {literal(kind)}" for name, kind in types.items())
    return (
        f"read_csv({literal(path)}, header = true, columns = {{{columns}}}, auto_detect = false,"
        " delim = ',', quote = '\"', escape = '\"', new_line = '\\n', comment = '', strict_mode = true,"
        " null_padding = false, ignore_errors = false, nullstr = '', allow_quoted_nulls = false)"
    )


def strict_faults(snapshot: Snapshot, table: Table, connection: DuckDBPyConnection | None = None) -> int:
    """How many faults a strict reading of the file would find; 0 means that a typed read can be trusted.

    Every cell is held against its column's grammar, amounts against the scale of their unit, and
    the bytes against our dialect (header, line ends, quotes only where needed, one line a row). A
    number above 0 says that there are faults, not which: `scan.read_table` names each. An engine
    that can open the file is used where given.
    """
    view = snapshot.view(table.file)
    if len(view) == 0:
        return 0
    header = table.header.encode() + b"\n"
    if view[: len(header)] != header or view[len(view) - 1 : len(view)] != b"\n":
        return 1
    rows = _count(view, b"\n") - 1
    if _count(view, b"\r") or _count(view, b"\0"):
        return 1
    if rows == 0:
        return 0
    path = snapshot.engine_path(table.file)
    engine = connection if connection is not None else connect(paths=[path])
    try:
        found, size, faults = run_sql(engine, _strict_sql(snapshot, table, path))[0]
    except BadInput:
        return 1  # too few or too many cells, or bytes that are no UTF-8
    finally:
        if connection is None:
            engine.close()
    assert isinstance(faults, int)
    # Quotes that are not needed, text behind them, blank lines: all of them change these sums.
    return faults + (found != rows or size != len(view) - len(header))


def _strict_sql(snapshot: Snapshot, table: Table, path: str) -> str:
    cells = {column.name: identifier(column.name) for column in table.columns}
    faults = [f"count(*) FILTER (WHERE {fault_sql(column, cells[column.name])})" for column in table.columns]
    scales = {name: unit.scale for name, unit in snapshot.manifest.units.items()}
    faults += [f"count(*) FILTER (WHERE {wrong})" for wrong in _amount_faults(table, scales)]
    widths = [
        f"coalesce(strlen({cell}) + CASE WHEN contains({cell}, ',') OR contains({cell}, '\"')"
        f" THEN 2 + strlen({cell}) - strlen(replace({cell}, '\"', '')) ELSE 0 END, 0)"
        for cell in cells.values()
    ]
    width = f"({' + '.join(widths)} + {len(widths)})"
    faults.append(f"count(*) FILTER (WHERE {width} > {MAX_LINE + 1})")
    if table is ENTITLEMENTS:
        faults.append(f"count(*) - count(DISTINCT {cells['entry']})")
    source = _read_csv(path, dict.fromkeys(cells, "VARCHAR"))
    return f"SELECT count(*), CAST(sum({width}) AS BIGINT), {' + '.join(faults)} FROM {source}"


def _amount_faults(table: Table, scales: Mapping[str, int]) -> list[str]:
    """Conditions for what only ledger.toml can tell: unknown units, and amounts with other decimals."""
    amounts = [column for column in table.columns if column.grammar is Grammar.AMOUNT]
    if not amounts:
        return []
    unit = identifier("unit")
    known = ", ".join(literal(name) for name in sorted(scales))
    faults = [f"{unit} IS NOT NULL AND {unit} NOT IN ({known})" if known else f"{unit} IS NOT NULL"]
    cases = "".join(f" WHEN {literal(name)} THEN {scale}" for name, scale in sorted(scales.items()))
    wanted = f"(CASE {unit}{cases} ELSE -1 END)" if cases else "-1"
    for column in amounts:
        cell = identifier(column.name)
        decimals = f"(CASE WHEN contains({cell}, '.') THEN length(split_part({cell}, '.', 2)) ELSE 0 END)"
        sign = r"'-0(\.0+)?'" if column.name == "due" else "'-.*'"
        faults.append(f"{cell} IS NOT NULL AND ({decimals} <> {wanted} OR regexp_full_match({cell}, {sign}))")
    return faults


def _count(view: Buffer, byte: bytes) -> int:
    """How often a byte occurs, without copying a large file at once."""
    return sum(view[at : at + _CHUNK].count(byte) for at in range(0, len(view), _CHUNK))
