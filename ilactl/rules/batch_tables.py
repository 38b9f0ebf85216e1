"""The ledger's files as temporary tables of one batch run.

`states`, `identities`, `figures` and `births` are the registers, `people` every person once,
`moves` the entries under the id that stands for their person.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any

from ilactl.ledger.columns import ENTITLEMENTS, FIGURES, IDENTITIES, PERSONS
from ilactl.ledger.grammar_sql import identifier, literal
from ilactl.ledger.registers import stands_for
from ilactl.ledger.tables import connect, read_sql, run_sql
from ilactl.rules.fact_columns import FactColumns, day_sql
from ilactl.rules.sum_columns import paid_sql

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from ilactl.ledger.snapshot import Snapshot
    from ilactl.rules.windows import DueDays

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
        tell(f"reading {ENTITLEMENTS.file}")
        self._moves()

    def _numbered(self, name: str, source: str) -> None:
        """`nth` orders rows by valid_from, of equals the later in the file: rowid counts its rows."""
        order = "CAST(epoch(valid_from) / 86400 AS BIGINT) * 4294967296 + rowid AS nth"
        self.run(f"CREATE TEMP TABLE {name}_read AS SELECT * FROM {source}")
        self.run(f"CREATE TEMP VIEW {name} AS SELECT *, {order} FROM {name}_read")

    def _identities(self) -> None:
        """Birth dates, from each person's newest row; sensitive facts beside them."""
        sensitive = self.facts.cells_read("identities")
        if self.facts.births or sensitive:
            wanted = ["person", "valid_from", "birth_date", *sensitive]
            self._numbered("identities", read_sql(self.snapshot, IDENTITIES, wanted))
        if self.facts.births:
            newest = "arg_max(struct_pack(birth_date := birth_date), nth).birth_date AS birth_date"
            self.run(f"CREATE TEMP TABLE births AS SELECT person, {newest} FROM identities GROUP BY person")

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
            self.run(f"DELETE FROM people WHERE person IN ({ids})")

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
        if not self.facts.figures:
            return
        source = read_sql(self.snapshot, FIGURES, ["person", "figure", "from", "to", "value", "source"])
        self.run(f"CREATE TEMP TABLE figure_rows AS SELECT * FROM {source}")
        key = 'person, figure, "from", "to", coalesce(source, \'\')'
        newest = f"SELECT max(rowid) AS nth FROM figure_rows GROUP BY {key}"
        rows = f"(SELECT * FROM figure_rows SEMI JOIN ({newest}) AS newest ON newest.nth = figure_rows.rowid)"
        columns = 'figure, "from" AS first, "to" AS last, value'
        self.run(f"CREATE TEMP TABLE figures AS SELECT * FROM {self._people_of(rows, columns)}")

    def _moves(self) -> None:
        columns = ["booked_on", "person", "kind", "amount", "unit", "from", "to"]
        columns += ["expires_on", "rule", "period", "due"]
        source = read_sql(self.snapshot, ENTITLEMENTS, columns)
        kept = ", ".join(identifier(name) for name in columns if name != "unit")
        self.run(f"CREATE TEMP TABLE moves AS SELECT {kept} FROM {source}")
        taken_back = f"kind = 'correct' AND ({paid_sql()})"
        if self.run(f"SELECT 1 FROM moves WHERE {taken_back} LIMIT 1"):
            self._date_back(columns, kept, taken_back)

    def _date_back(self, columns: list[str], kept: str, taken_back: str) -> None:
        """Count what takes a contribution back on the contribution's own day, as `sums.py` does."""
        source = read_sql(self.snapshot, ENTITLEMENTS, ["entry", *columns, "of"])
        where = f"kind IN ('contribute', 'correct') AND ({paid_sql()})"
        self.run(f"CREATE TEMP TABLE paid AS SELECT * FROM {source} WHERE {where}")
        days = (
            "WITH RECURSIVE days(entry, day) AS (SELECT entry, booked_on FROM paid WHERE kind = 'contribute'"
            " AND entry IN (SELECT \"of\" FROM paid WHERE kind = 'correct') UNION ALL"
            ' SELECT paid.entry, days.day FROM paid JOIN days ON paid."of" = days.entry'
            " WHERE paid.kind = 'correct')"
        )
        replaced = kept.replace('"booked_on"', 'coalesce(days.day, booked_on) AS "booked_on"', 1)
        self.run(f"DELETE FROM moves WHERE {taken_back}")
        self.run(
            f"INSERT INTO moves {days} SELECT {replaced} FROM paid LEFT JOIN days USING (entry)"
            " WHERE kind = 'correct'"
        )
        self.run("DROP TABLE paid")

    def date_grants(self, days: DueDays) -> None:
        """Give `moves` the day on which each grant fell due: what windows of caps look at."""
        pairs = self.run(
            "SELECT DISTINCT rule, period FROM moves WHERE rule IS NOT NULL AND period IS NOT NULL"
        )
        known = [
            f"({literal(str(rule))}, {literal(str(period))}, {day_sql(day)})"
            for rule, period in pairs
            if (day := days.known(str(rule).partition("@")[0], str(period)))
        ]
        self.run("CREATE TEMP TABLE due_days (rule VARCHAR, period VARCHAR, day DATE)")
        if known:
            self.run(f"INSERT INTO due_days VALUES {', '.join(known)}")
        self.run("ALTER TABLE moves RENAME TO moves_read")
        self.run(
            "CREATE TEMP VIEW moves AS SELECT moves_read.*, coalesce(due_days.day, booked_on) AS due_on"
            " FROM moves_read LEFT JOIN due_days USING (rule, period)"
        )

    def sum_up(self, sums: Mapping[str, str]) -> None:
        """Make `wallets`: the named sums of `moves` by person, an alias' entries under whom it stands for."""
        named = "".join(f", {sql} AS {name}" for name, sql in sums.items())
        by_id = f"SELECT person{named} FROM moves GROUP BY person"
        if self.aliased:
            added = "".join(f", CAST(sum({name}) AS BIGINT) AS {name}" for name in sums)
            under = self._people_of(f"({by_id})", ", ".join(sums) or "1")
            by_id = f"SELECT person{added} FROM {under} GROUP BY person"
        self.run(f"CREATE TEMP TABLE wallets AS {by_id}")

    def booked(self) -> dict[str, set[str]]:
        """The periods under which each rule has ever granted anything."""
        found: dict[str, set[str]] = {}
        where = "kind IN ('grant', 'correct') AND rule IS NOT NULL AND period IS NOT NULL"
        for version, period in self.run(f"SELECT DISTINCT rule, period FROM moves WHERE {where}"):
            found.setdefault(str(version).partition("@")[0], set()).add(str(period))
        return found
