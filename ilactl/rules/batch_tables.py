"""The ledger's files as temporary tables of one batch run.

`states`, `identities`, `figures` and `births` are the registers, `people` every person once,
`moves` the entries under the id that stands for their person.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ilactl.ledger.columns import ENTITLEMENTS, FIGURES, IDENTITIES, PERSONS
from ilactl.ledger.grammar_sql import literal
from ilactl.ledger.tables import connect, read_sql, run_sql
from ilactl.rules.model import Scheme

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from ilactl.ledger.snapshot import Snapshot

__all__ = ["BatchTables"]


class BatchTables:
    """One run's connection, and the tables it reads the ledger into."""

    def __init__(self, snapshot: Snapshot, scheme: Scheme, *, figures: bool) -> None:
        """`figures` tells whether any rule asks for one; else the file is not read."""
        self.snapshot = snapshot
        self.scheme = scheme
        self.wants_figures = figures
        self.aliased = False
        self.connection: DuckDBPyConnection = connect()

    def run(self, sql: str) -> list[tuple[Any, ...]]:
        """Run one generated statement."""
        return run_sql(self.connection, sql)

    def load(self) -> None:
        """Read each file once, only the columns that some rule asks for."""
        facts = [fact for fact in self.scheme.facts.values() if fact.kind == "state"]
        built_in = [f.name for f in facts if any(c.name == f.name for c in PERSONS.columns)]
        states = ["person", "valid_from", "same_as", *built_in, "facts"]
        self._numbered("states", read_sql(self.snapshot, PERSONS, states))
        self._numbered(
            "identities", read_sql(self.snapshot, IDENTITIES, ["person", "valid_from", "birth_date", "facts"])
        )
        self.run(
            "CREATE TEMP TABLE births AS SELECT person, birth_date FROM identities"
            " JOIN (SELECT person, max(nth) AS nth FROM identities GROUP BY person) AS t USING (person, nth)"
        )
        self._aliases()
        self._figures()
        self._moves()

    def _numbered(self, name: str, source: str) -> None:
        """`nth` orders rows by valid_from, of equals the later in the file."""
        order = "CAST(epoch(valid_from) / 86400 AS BIGINT) * 4294967296 + row_number() OVER () AS nth"
        self.run(f"CREATE TEMP TABLE {name} AS SELECT *, {order} FROM {source}")

    def _aliases(self) -> None:
        """Ids that turned out to be another person's lead to the one that stands for both."""
        self.run(
            "CREATE TEMP TABLE newest AS SELECT person, same_as FROM states"
            " JOIN (SELECT person, max(nth) AS nth FROM states GROUP BY person) AS top USING (person, nth)"
        )
        leads = {
            str(a): str(b)
            for a, b in self.run("SELECT person, same_as FROM newest WHERE same_as IS NOT NULL")
        }
        named = ", ".join(literal(lead) for lead in leads.values()) or "NULL"
        known = {str(row[0]) for row in self.run(f"SELECT person FROM newest WHERE person IN ({named})")}
        canonical: dict[str, str] = {}
        for person in leads:
            at, seen = person, {person}
            while (after := leads.get(at, "")) in known and after not in seen:
                seen.add(after)
                at = after
            if at != person:
                canonical[person] = at
        self.run("CREATE TEMP TABLE aliases (alias VARCHAR, person VARCHAR)")
        for alias, person in canonical.items():
            self.run(f"INSERT INTO aliases VALUES ({literal(alias)}, {literal(person)})")
        self.aliased = bool(canonical)
        self.run(
            "CREATE TEMP TABLE people AS SELECT person FROM newest"
            " ANTI JOIN aliases ON aliases.alias = newest.person"
        )

    def _people_of(self, source: str, columns: str) -> str:
        """The rows of a source under the id that stands for their person."""
        if not self.aliased:
            return f"(SELECT person, {columns} FROM {source})"
        return (
            f"(SELECT coalesce(aliases.person, source.person) AS person, {columns} FROM {source} AS source"
            " LEFT JOIN aliases ON aliases.alias = source.person)"
        )

    def _figures(self) -> None:
        """A later row for the same person, figure, span and source replaces the earlier."""
        if not self.wants_figures:
            return
        source = read_sql(self.snapshot, FIGURES, ["person", "figure", "from", "to", "value", "source"])
        self.run(f"CREATE TEMP TABLE figure_rows AS SELECT *, row_number() OVER () AS nth FROM {source}")
        key = 'person, figure, "from", "to", coalesce(source, \'\')'
        newest = f"SELECT max(nth) AS nth FROM figure_rows GROUP BY {key}"
        rows = f"(SELECT * FROM figure_rows SEMI JOIN ({newest}) AS newest USING (nth))"
        columns = 'figure, "from" AS first, "to" AS last, value'
        self.run(f"CREATE TEMP TABLE figures AS SELECT * FROM {self._people_of(rows, columns)}")

    def _moves(self) -> None:
        columns = ["booked_on", "person", "kind", "amount", "unit", "from", "to", "rule", "period", "due"]
        source = read_sql(self.snapshot, ENTITLEMENTS, columns)
        plain = 'booked_on, kind, amount, "from", "to", split_part(rule, \'@\', 1) AS rule, period, due'
        self.run(f"CREATE TEMP TABLE moves AS SELECT * FROM {self._people_of(source, plain)}")

    def booked(self) -> dict[str, set[str]]:
        """The periods under which each rule has ever granted anything."""
        found: dict[str, set[str]] = {}
        where = "kind IN ('grant', 'correct') AND rule <> '' AND period IS NOT NULL"
        for rule, period in self.run(f"SELECT DISTINCT rule, period FROM moves WHERE {where}"):
            found.setdefault(str(rule), set()).add(str(period))
        return found
