"""The rows of a batch's plan: they stay in the engine until they are staged for the commit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from ilactl.ledger.columns import ENTITLEMENTS
from ilactl.ledger.commit import Append
from ilactl.ledger.grammar_sql import identifier, literal
from ilactl.ledger.tables import run_sql
from ilactl.rules.periods import Occasion

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from ilactl.ledger.commit import Writer

__all__ = ["GRANTED", "NOT_DUE", "TAKEN", "UNDECIDED", "TableRows"]

NOT_DUE, GRANTED, UNDECIDED, TAKEN = 0, 1, 2, 3
"""Verdicts as the engine holds them, in the columns s0, s1 … of the table `decided`."""


@dataclass(slots=True)
class TableRows:
    """The granted rows of the table `decided`: per occasion i a verdict si, a credit ci, what was due di."""

    connection: DuckDBPyConnection
    occasions: list[Occasion]
    count: int

    def fingerprint(self) -> str:
        """A digest of what would be booked."""
        parts = [
            f"SELECT count(*) AS n, bit_xor(hash(person, {i}, c{i}, d{i})) AS h"
            f" FROM decided WHERE s{i} = {GRANTED}"
            for i in range(len(self.occasions))
        ]
        rows = run_sql(self.connection, " UNION ALL ".join(parts)) if parts else []
        return " ".join(f"{n}:{h}" for n, h in rows)

    def append(self, writer: Writer, first_entry: int, on: date, scales: dict[str, int]) -> Append:
        """Write the rows with their entry ids to the stage, in the order of a run."""
        if not self.count:
            return Append(ENTITLEMENTS.file)
        path = writer.stage_path(ENTITLEMENTS.file)
        parts = [
            f"SELECT {i} AS k, person, c{i} AS c, d{i} AS d FROM decided WHERE s{i} = {GRANTED}"
            for i in range(len(self.occasions))
        ]
        union = " UNION ALL ".join(parts)
        cells = ", ".join(
            f"{sql} AS {identifier(name)}" for name, sql in self._cells(first_entry, on, scales).items()
        )
        numbered = f"SELECT *, row_number() OVER (ORDER BY k, person) AS n FROM ({union})"
        query = f"SELECT {cells} FROM ({numbered}) ORDER BY n"
        run_sql(self.connection, f"COPY ({query}) TO {literal(str(path))} (FORMAT csv, HEADER false)")
        return Append(ENTITLEMENTS.file, staged=path, rows=self.count)

    def _cells(self, first_entry: int, on: date, scales: dict[str, int]) -> dict[str, str]:
        grants = [occasion.grant for occasion in self.occasions]
        nothing = "NULL"
        return {
            "entry": f"concat('E', CAST(n + {first_entry - 1} AS VARCHAR))",
            "booked_on": literal(on.isoformat()),
            "person": "person",
            "kind": "'grant'",
            "lot": nothing,
            "amount": _by_rule([_amount("c", scales[grant.unit]) for grant in grants]),
            "unit": _by_rule([literal(grant.unit) for grant in grants]),
            "from": _by_rule([literal(grant.fund) for grant in grants]),
            "to": _by_rule([literal(f"wallet:{grant.class_}") for grant in grants]),
            "usable_from": nothing,
            "expires_on": nothing,
            "earmark": nothing,
            "enrolment": nothing,
            "rule": _by_rule([literal(grant.version) for grant in grants]),
            "period": _by_rule([literal(occasion.period) for occasion in self.occasions]),
            "due": "CASE WHEN c <> d THEN "
            + _by_rule([_amount("d", scales[grant.unit]) for grant in grants])
            + " END",
            "of": nothing,
            "ref": nothing,
        }


def _by_rule(texts: list[str]) -> str:
    if len(set(texts)) == 1:
        return texts[0]
    return "CASE k" + "".join(f" WHEN {i} THEN {text}" for i, text in enumerate(texts)) + " END"


def _amount(column: str, scale: int) -> str:
    """Canonical text of an amount, made exactly."""
    if scale == 0:
        return f"CAST({column} AS VARCHAR)"
    one = "0." + "1".rjust(scale, "0")
    return f"CAST(CAST({column} AS DECIMAL(18,0)) * CAST('{one}' AS DECIMAL({scale + 1},{scale})) AS VARCHAR)"
