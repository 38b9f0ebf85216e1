"""The registers as temporary tables of one batch run.

`states`, `identities`, `figures` and `births` are the files, `people` every person once,
`facts_wide` what the rules read of each. What entries add up to is told by `batch_wallets.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any

from ilactl.ledger.columns import FIGURES, IDENTITIES, PERSONS
from ilactl.ledger.grammar_sql import literal
from ilactl.ledger.registers import stands_for
from ilactl.ledger.tables import connect, read_sql, run_sql
from ilactl.rules.fact_columns import FactColumns

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from ilactl.ledger.snapshot import Snapshot

__all__ = ["BatchTables"]

_LEADS = """
SELECT person, lead FROM (
    SELECT person, arg_max(struct_pack(lead := same_as), nth).lead AS lead
    FROM states SEMI JOIN (SELECT person FROM states_read WHERE same_as IS NOT NULL) AS aliased USING (person)
    GROUP BY person
) WHERE lead IS NOT NULL"""
"""Whose newest row names another person."""


class BatchTables:
    """One run's connection, and the tables it reads the ledger into."""

    def __init__(self, snapshot: Snapshot, facts: FactColumns) -> None:
        """`facts` knows which columns the run's rules ask for; nothing else is read."""
        self.snapshot = snapshot
        self.facts = facts
        self.aliased = False
        self._stands: dict[str, str] = {}
        self.connection: DuckDBPyConnection = connect()

    def run(self, sql: str) -> list[tuple[Any, ...]]:
        """Run one generated statement."""
        return run_sql(self.connection, sql)

    def load(self, tell: Callable[[str], None], persons: Collection[str]) -> None:
        """Read each file once, only the columns that some rule asks for; `tell` hears which.

        `persons`, where any are named, are the only ones to look at.
        """
        tell("reading the registers")
        wanted = ["person", "valid_from", "same_as", *self.facts.cells_read("states")]
        self._numbered("states", read_sql(self.snapshot, PERSONS, wanted))
        self._identities()
        self._aliases(persons)
        self._figures()
        self._facts_wide()

    def _numbered(self, name: str, source: str) -> None:
        """`nth` orders rows by valid_from, of equals the later in the file: rowid counts its rows."""
        order = "CAST(epoch(valid_from) / 86400 AS BIGINT) * 4294967296 + rowid AS nth"
        self.run(f"CREATE TEMP TABLE {name}_read AS SELECT * FROM {source}")
        self.run(f"CREATE TEMP VIEW {name} AS SELECT *, {order} FROM {name}_read")
        often = f"SELECT person FROM {name}_read GROUP BY person HAVING count(*) > 1"
        self.run(f"CREATE TEMP TABLE {name}_often AS {often}")

    def _drop(self, name: str) -> None:
        """Give back the memory of a numbered table."""
        self.run(f"DROP VIEW {name}")
        self.run(f"DROP TABLE {name}_read")

    def _identities(self) -> None:
        """Birth dates, from each person's newest row; sensitive facts beside them."""
        sensitive = self.facts.cells_read("identities")
        if self.facts.births or sensitive:
            wanted = ["person", "valid_from", "birth_date", *sensitive]
            self._numbered("identities", read_sql(self.snapshot, IDENTITIES, wanted))
        if self.facts.births:
            self.run(
                "CREATE TEMP TABLE births AS SELECT person, birth_date FROM identities"
                " ANTI JOIN identities_often USING (person) UNION ALL"
                " SELECT person, arg_max(struct_pack(birth_date := birth_date), nth).birth_date"
                " FROM identities SEMI JOIN identities_often USING (person) GROUP BY person"
            )
            if not sensitive:
                self._drop("identities")

    def _aliases(self, persons: Collection[str]) -> None:
        """Ids that turned out to be another person's lead to the one that stands for both."""
        leads = {str(alias): str(person) for alias, person in self.run(_LEADS)}
        named = ", ".join(literal(lead) for lead in leads.values()) or "NULL"
        known = {str(row[0]) for row in self.run(f"SELECT person FROM states_read WHERE person IN ({named})")}

        def lead(person: str) -> str:
            return after if (after := leads.get(person, "")) in known else ""

        stands = {person: stands_for(person, lead) for person in leads}
        canonical = {person: other for person, other in stands.items() if person != other}
        self.aliased, self._stands = bool(canonical), canonical
        self.run("CREATE TEMP TABLE aliases (alias VARCHAR, person VARCHAR)")
        pairs = ", ".join(f"({literal(alias)}, {literal(person)})" for alias, person in canonical.items())
        if pairs:
            self.run(f"INSERT INTO aliases VALUES {pairs}")
        self.run(
            "CREATE TEMP TABLE people AS SELECT DISTINCT person FROM states_read"
            " ANTI JOIN aliases ON aliases.alias = states_read.person"
            + (f" WHERE person IN ({', '.join(map(literal, sorted(persons)))})" if persons else "")
        )

    def canonical(self, persons: Collection[str]) -> set[str]:
        """The ids that stand for these, of those the run looks at."""
        named = {self._stands.get(person, person) for person in persons}
        return named & {str(row[0]) for row in self.run("SELECT person FROM people")} if named else named

    def leave_out(self, persons: Collection[str]) -> None:
        """Look no more at these."""
        if persons:
            ids = ", ".join(literal(person) for person in sorted(persons))
            self.run(f"DELETE FROM facts_wide WHERE person IN ({ids})")

    def people_of(self, source: str, columns: str) -> str:
        """The rows of a source under the id that stands for their person."""
        if not self.aliased:
            return f"(SELECT person, {columns} FROM {source})"
        return (
            f"(SELECT coalesce(aliases.person, source.person) AS person, {columns} FROM {source} AS source"
            " LEFT JOIN aliases ON aliases.alias = source.person)"
        )

    def _figures(self) -> None:
        """A later row for the same person, figure, span and source replaces the earlier."""
        if not self.facts.figures:
            return
        source = read_sql(self.snapshot, FIGURES, ["person", "figure", "from", "to", "value", "source"])
        self.run(f"CREATE TEMP TABLE figure_rows AS SELECT * FROM {source}")
        key = 'person, figure, "from", "to", coalesce(source, \'\')'
        newest = f"SELECT max(rowid) AS nth FROM figure_rows GROUP BY {key}"
        rows = f"(SELECT * FROM figure_rows SEMI JOIN ({newest}) AS newest ON newest.nth = figure_rows.rowid)"
        columns = 'figure, "from" AS first, "to" AS last, value'
        self.run(f"CREATE TEMP TABLE figures AS SELECT * FROM {self.people_of(rows, columns)}")

    def _facts_wide(self) -> None:
        """What the run's rules read of each person, in one row; the registers then give their memory back."""
        columns = "".join(f", {sql} AS {name}" for name, sql in self.facts.columns.items())
        joins = " ".join(self.facts.joins())
        self.run(f"CREATE TEMP TABLE facts_wide AS SELECT people.person{columns} FROM people {joins}")
        self._drop("states")
        for name in ("births",) if self.facts.births else ():
            self.run(f"DROP TABLE {name}")
