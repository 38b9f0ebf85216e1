"""The rows of a batch's plan: they stay in the engine until they are staged for the commit.

Grants that SQL decided stand in the table `decided`; rows of people that the interpreter led join
them as text. A step's rows stand together, by person, as in `plan_rows.py`.
"""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from typing import TYPE_CHECKING

from msgspec import Struct

from ilactl.ledger.columns import ENTITLEMENTS
from ilactl.ledger.commit import Append
from ilactl.ledger.entries import cells_of
from ilactl.ledger.grammar_sql import identifier, literal
from ilactl.ledger.tables import amount_sql, run_sql
from ilactl.rules.passes import Place
from ilactl.rules.periods import Occasion
from ilactl.rules.walk import Booking

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from ilactl.ledger.commit import Writer

__all__ = ["GRANTED", "NOT_DUE", "TAKEN", "UNDECIDED", "TableRows"]

NOT_DUE, GRANTED, UNDECIDED, TAKEN = 0, 1, 2, 3
"""Verdicts as the engine holds them, in the columns s0, s1 … of the table `decided`."""


class TableRows(Struct):
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
        cells = self._cells(on, scales)
        if self.walked:
            self._load_walked(scales, first_entry)
            cells = {name: self._either(name, sql) for name, sql in cells.items()}
        named = ", ".join(f"{sql} AS {identifier(name)}" for name, sql in cells.items())
        query = f"SELECT {named} FROM ({self._numbered(first_entry)}) AS r"
        run_sql(self.connection, f"COPY ({query}) TO {literal(str(path))} (FORMAT csv, HEADER false)")
        return Append(ENTITLEMENTS.file, staged=path, rows=self.count)

    def _numbered(self, first_entry: int) -> str:
        """A query that gives the rows in the order of a run, each with its entry's number `n`.

        `decided` stands in the persons' order, so that only steps with walked rows are sorted; the
        engine keeps the order of what it reads.
        """
        walked_at = {place for _, (place, _) in self.walked}
        empty = "".join(f", NULL AS {identifier(name)}" for name in ENTITLEMENTS.names) if self.walked else ""
        steps = []
        for k, place in enumerate(self._ranked()):
            parts = [
                f"SELECT {k} AS k, {i} AS i, person AS holder, 0 AS w, c{i} AS c, d{i} AS d{empty}"
                f" FROM decided WHERE s{i} = {GRANTED}"
                for i, own in enumerate(self.places)
                if own == place
            ]
            if place in walked_at:
                parts.append(f"SELECT * FROM walked WHERE k = {k}")
            step = f"SELECT * FROM ({' UNION ALL '.join(parts)})"
            steps.append(f"({step} ORDER BY holder, w)" if place in walked_at or len(parts) > 1 else step)
        rows = " UNION ALL ".join(steps)
        return f"SELECT *, row_number() OVER () + {first_entry - 1} AS n FROM ({rows})"

    def _ranked(self) -> list[Place]:
        """The places of a run that have rows, in its order."""
        return sorted({*self.places, *(booking.place for _, booking in self.walked)})

    def _load_walked(self, scales: dict[str, int], first_entry: int) -> None:
        """The rows of those led by the interpreter, as a table of texts, naming new lots by their ids."""
        ranks = {place: k for k, place in enumerate(self._ranked())}
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
        own = f"SELECT holder, entry, concat('E', n) AS id FROM ({self._numbered(first_entry)}) WHERE i < 0"
        run_sql(self.connection, f"CREATE OR REPLACE TEMP TABLE own_rows AS {own}")
        for name in ("lot", "of"):
            column = f"walked.{identifier(name)}"
            run_sql(
                self.connection,
                f"UPDATE walked SET {identifier(name)} = own_rows.id FROM own_rows"
                f" WHERE own_rows.holder = walked.holder AND own_rows.entry = {column}"
                f" AND starts_with({column}, '*')",
            )

    def _either(self, name: str, granted: str) -> str:
        """A cell of a walked row as it stands; else the grant's."""
        if name == "entry":
            return granted
        return f"CASE WHEN r.i < 0 THEN r.{identifier(name)} ELSE {granted} END"

    def _cells(self, on: date, scales: dict[str, int]) -> dict[str, str]:
        grants = [occasion.grant for occasion in self.occasions]
        nothing = "NULL"
        usable = [occasion.grant.terms.usable_from(occasion.due_on) for occasion in self.occasions]
        ends = [occasion.grant.terms.expires_on(occasion.due_on, None) for occasion in self.occasions]
        return {
            "entry": "concat('E', r.n)",
            "booked_on": literal(on.isoformat()),
            "person": "r.holder",
            "kind": "'grant'",
            "lot": nothing,
            "amount": _by_rule([amount_sql("r.c", scales[grant.unit]) for grant in grants]),
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
            + _by_rule([amount_sql("r.d", scales[grant.unit]) for grant in grants])
            + " END",
            "of": nothing,
            "ref": nothing,
        }


def _day(day: date | None) -> str:
    return literal(day.isoformat()) if day else "NULL"


def _by_rule(texts: list[str]) -> str:
    if not texts:
        return "NULL"
    if len(set(texts)) == 1:
        return texts[0]
    return "CASE r.i" + "".join(f" WHEN {i} THEN {text}" for i, text in enumerate(texts)) + " END"
