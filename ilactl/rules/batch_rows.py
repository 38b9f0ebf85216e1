"""The rows of a batch's plan: they stay in the engine until they are staged for the commit.

Grants that SQL decided stand in the table `decided`; rows of people that the interpreter led join
them as text. A step's rows stand together, by person, as in `plan_rows.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import TYPE_CHECKING

from ilactl.ledger.columns import ENTITLEMENTS
from ilactl.ledger.commit import Append
from ilactl.ledger.entries import cells_of
from ilactl.ledger.grammar_sql import identifier, literal
from ilactl.ledger.tables import run_sql
from ilactl.rules.passes import Place
from ilactl.rules.periods import Occasion
from ilactl.rules.walk import Booking

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from ilactl.ledger.commit import Writer

__all__ = ["GRANTED", "NOT_DUE", "TAKEN", "UNDECIDED", "TableRows"]

NOT_DUE, GRANTED, UNDECIDED, TAKEN = 0, 1, 2, 3
"""Verdicts as the engine holds them, in the columns s0, s1 … of the table `decided`."""


@dataclass(slots=True)
class TableRows:
    """The granted rows of `decided`: per occasion i a verdict si, a credit ci, what was due di.

    `places` are the occasions' places in the run; `walked` are the rows of those led by the interpreter.
    """

    connection: DuckDBPyConnection
    occasions: list[Occasion]
    places: list[Place]
    count: int
    walked: list[tuple[str, Booking]]

    def fingerprint(self) -> str:
        """A digest of what would be booked."""
        parts = [
            f"SELECT count(*) AS n, bit_xor(hash(person, {i}, c{i}, d{i})) AS h"
            f" FROM decided WHERE s{i} = {GRANTED}"
            for i in range(len(self.occasions))
        ]
        rows = run_sql(self.connection, " UNION ALL ".join(parts)) if parts else []
        led = sha256(repr(self.walked).encode()).hexdigest()
        return " ".join([*(f"{n}:{h}" for n, h in rows), led])

    def append(self, writer: Writer, first_entry: int, on: date, scales: dict[str, int]) -> Append:
        """Write the rows with their entry ids to the stage, in the order of a run."""
        if not self.count:
            return Append(ENTITLEMENTS.file)
        path = writer.stage_path(ENTITLEMENTS.file)
        places = sorted({*self.places, *(booking.place for _, booking in self.walked)})
        ranks = {place: k for k, place in enumerate(places)}
        walked = bool(self.walked)
        empty = "".join(f", NULL AS {identifier(name)}" for name in ENTITLEMENTS.names) if walked else ""
        parts = [
            f"SELECT {ranks[self.places[i]]} AS k, {i} AS i, person AS holder, 0 AS w, c{i} AS c, d{i} AS d"
            f"{empty} FROM decided WHERE s{i} = {GRANTED}"
            for i in range(len(self.occasions))
        ]
        cells = self._cells(on, scales)
        if walked:
            self._load_walked(ranks, scales)
            parts.append("SELECT * FROM walked")
            cells = {name: self._either(name, sql) for name, sql in cells.items()}
        named = ", ".join(f"{sql} AS {identifier(name)}" for name, sql in cells.items())
        order = "row_number() OVER (ORDER BY k, holder, w)"
        numbered = (
            f"SELECT *, {order} AS n, concat('E', CAST({order} + {first_entry - 1} AS VARCHAR)) AS id"
            f" FROM ({' UNION ALL '.join(parts)})"
        )
        joins = " ".join(_own_rows(name) for name in ("lot", "of")) if walked else ""
        query = f"WITH numbered AS ({numbered}) SELECT {named} FROM numbered AS r {joins} ORDER BY r.n"
        run_sql(self.connection, f"COPY ({query}) TO {literal(str(path))} (FORMAT csv, HEADER false)")
        return Append(ENTITLEMENTS.file, staged=path, rows=self.count)

    def _load_walked(self, ranks: dict[Place, int], scales: dict[str, int]) -> None:
        """The rows of those led by the interpreter, as a table of texts."""
        kinds = dict.fromkeys(("k", "i", "holder", "w", "c", "d"), "BIGINT") | {"holder": "VARCHAR"}
        kinds |= dict.fromkeys(ENTITLEMENTS.names, "VARCHAR")
        columns = ", ".join(f"{identifier(name)} {kind}" for name, kind in kinds.items())
        run_sql(self.connection, f"CREATE OR REPLACE TEMP TABLE walked ({columns})")
        rows = [
            f"({ranks[place]}, -1, {literal(person)}, {w}, NULL, NULL,"
            f" {', '.join(literal(cell) if cell else 'NULL' for cell in cells_of(row, scales[row.unit]))})"
            for w, (person, (place, row)) in enumerate(self.walked)
        ]
        for at in range(0, len(rows), 1000):
            run_sql(self.connection, f"INSERT INTO walked VALUES {', '.join(rows[at : at + 1000])}")

    def _either(self, name: str, granted: str) -> str:
        """A cell of a walked row as it is, its own rows by their new ids; else the grant's."""
        own = f"r.{identifier(name)}"
        if name == "entry":
            return "r.id"
        if name in ("lot", "of"):
            own = f"coalesce({identifier(name)}.id, {own})"
        return f"CASE WHEN r.i < 0 THEN {own} ELSE {granted} END"

    def _cells(self, on: date, scales: dict[str, int]) -> dict[str, str]:
        grants = [occasion.grant for occasion in self.occasions]
        nothing = "NULL"
        usable = [occasion.grant.terms.usable_from(occasion.due_on) for occasion in self.occasions]
        ends = [occasion.grant.terms.expires_on(occasion.due_on, None) for occasion in self.occasions]
        return {
            "entry": "r.id",
            "booked_on": literal(on.isoformat()),
            "person": "r.holder",
            "kind": "'grant'",
            "lot": nothing,
            "amount": _by_rule([_amount("r.c", scales[grant.unit]) for grant in grants]),
            "unit": _by_rule([literal(grant.unit) for grant in grants]),
            "from": _by_rule([literal(grant.fund) for grant in grants]),
            "to": _by_rule([literal(f"wallet:{grant.class_}") for grant in grants]),
            "usable_from": _by_rule([_day(day) for day in usable]),
            "expires_on": _by_rule([_day(day) for day in ends]),
            "earmark": nothing,
            "enrolment": nothing,
            "rule": _by_rule([literal(grant.version) for grant in grants]),
            "period": _by_rule([literal(occasion.period) for occasion in self.occasions]),
            "due": "CASE WHEN r.c <> r.d THEN "
            + _by_rule([_amount("r.d", scales[grant.unit]) for grant in grants])
            + " END",
            "of": nothing,
            "ref": nothing,
        }


def _own_rows(name: str) -> str:
    """A join that finds the row of the same plan which a walked row names."""
    column = identifier(name)
    return (
        f"LEFT JOIN numbered AS {column} ON {column}.holder = r.holder AND {column}.entry = r.{column}"
        f" AND starts_with(r.{column}, '*')"
    )


def _day(day: date | None) -> str:
    return literal(day.isoformat()) if day else "NULL"


def _by_rule(texts: list[str]) -> str:
    if not texts:
        return "NULL"
    if len(set(texts)) == 1:
        return texts[0]
    return "CASE r.i" + "".join(f" WHEN {i} THEN {text}" for i, text in enumerate(texts)) + " END"


def _amount(column: str, scale: int) -> str:
    """Canonical text of an amount, made exactly."""
    if scale == 0:
        return f"CAST({column} AS VARCHAR)"
    one = "0." + "1".rjust(scale, "0")
    return f"CAST(CAST({column} AS DECIMAL(18,0)) * CAST('{one}' AS DECIMAL({scale + 1},{scale})) AS VARCHAR)"
