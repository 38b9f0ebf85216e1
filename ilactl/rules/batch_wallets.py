"""What the entries add up to, for everybody at once: one read of the file, one row a person.

`wallets` holds the sums that rules ask for and marks whom the interpreter must lead. The entries
themselves are not kept, so that memory grows with the persons alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ilactl.ledger.columns import ENTITLEMENTS
from ilactl.ledger.grammar_sql import identifier, literal
from ilactl.ledger.tables import read_sql
from ilactl.rules.fact_columns import day_sql
from ilactl.rules.sum_columns import paid_sql

if TYPE_CHECKING:
    from ilactl.rules.batch_tables import BatchTables
    from ilactl.rules.windows import DueDays

__all__ = ["Wallets"]

_READ = ["booked_on", "person", "kind", "amount", "unit", "from", "to", "expires_on", "rule", "period", "due"]


class Wallets:
    """The table `wallets` of one run: a person, what the sums come to, and whether a mark was met."""

    def __init__(self, tables: BatchTables, sums: Mapping[str, str], marks: Mapping[str, str]) -> None:
        """`sums` are aggregates in smallest parts; `marks` conditions that some entry meets."""
        self.tables = tables
        self.sums = list(sums)
        self.marks = {**marks, "takes_back": f"kind = 'correct' AND ({paid_sql()})"}
        met = {name: f"coalesce(bool_or({sql}), FALSE)" for name, sql in self.marks.items()}
        self._named = ", ".join(f"{sql} AS {name}" for name, sql in {**sums, **met}.items())
        self._dated = False

    def load(self, *, tell_booked: bool) -> dict[str, set[str]]:
        """Add everybody up, an alias' entries under whom it stands for.

        `tell_booked`: give the periods under which each rule ever granted anything, from the same read.
        """
        keys, groups = ["person"], "person"
        if tell_booked:
            keys, groups = (
                ["person", "rule", "period", "kind"],
                "GROUPING SETS ((person), (rule, period, kind))",
            )
        source = self._dated_rows(read_sql(self.tables.snapshot, ENTITLEMENTS, _READ))
        named = f"{', '.join(keys)}, {self._named}"
        self.tables.run(f"CREATE TEMP TABLE wallets AS SELECT {named} FROM {source} GROUP BY {groups}")
        booked = self._booked() if tell_booked else {}
        self._add_what_was_taken_back()
        self._join_aliases()
        return booked

    def marked(self, *names: str) -> set[str]:
        """The persons with an entry that meets one of these marks."""
        rows = self.tables.run(f"SELECT person FROM wallets WHERE {' OR '.join(names)}")
        return {str(row[0]) for row in rows}

    def date_grants(self, days: DueDays) -> None:
        """Give each entry, as `due_on`, the day on which its grant fell due: windows of caps look at it."""
        keys = read_sql(self.tables.snapshot, ENTITLEMENTS, ["rule", "period"])
        pairs = self.tables.run(
            f"SELECT DISTINCT rule, period FROM {keys} WHERE rule IS NOT NULL AND period IS NOT NULL"
        )
        known = [
            f"({literal(str(rule))}, {literal(str(period))}, {day_sql(day)})"
            for rule, period in pairs
            if (day := days.known(str(rule).partition("@")[0], str(period)))
        ]
        self.tables.run("CREATE TEMP TABLE due_days (rule VARCHAR, period VARCHAR, day DATE)")
        if known:
            self.tables.run(f"INSERT INTO due_days VALUES {', '.join(known)}")
        self._dated = True

    def _dated_rows(self, source: str) -> str:
        if not self._dated:
            return source
        return (
            "(SELECT source.*, coalesce(due_days.day, source.booked_on) AS due_on"
            f" FROM {source} AS source LEFT JOIN due_days USING (rule, period))"
        )

    def _booked(self) -> dict[str, set[str]]:
        """Take the rows that stand for a rule and a period out of `wallets` again."""
        found: dict[str, set[str]] = {}
        where = "kind IN ('grant', 'correct') AND rule IS NOT NULL AND period IS NOT NULL"
        for version, period in self.tables.run(f"SELECT DISTINCT rule, period FROM wallets WHERE {where}"):
            found.setdefault(str(version).partition("@")[0], set()).add(str(period))
        self.tables.run("DELETE FROM wallets WHERE person IS NULL")
        for name in ("rule", "period", "kind"):
            self.tables.run(f"ALTER TABLE wallets DROP COLUMN {name}")
        return found

    def _add_what_was_taken_back(self) -> None:
        """Add those up anew of whom a contribution was taken back: that counts on the contribution's day."""
        takers = ", ".join(literal(person) for person in sorted(self.marked("takes_back")))
        if not takers:
            return
        source = read_sql(self.tables.snapshot, ENTITLEMENTS, ["entry", *_READ, "of"])
        self.tables.run(f"CREATE TEMP TABLE taken AS SELECT * FROM {source} WHERE person IN ({takers})")
        days = (
            "WITH RECURSIVE days(entry, day) AS (SELECT entry, booked_on FROM taken WHERE kind = 'contribute'"
            ' UNION ALL SELECT taken.entry, days.day FROM taken JOIN days ON taken."of" = days.entry'
            f" WHERE {self.marks['takes_back']})"
        )
        kept = ", ".join(identifier(name) for name in _READ if name != "booked_on")
        dated = (
            f"SELECT coalesce(days.day, booked_on) AS booked_on, {kept}"
            " FROM taken LEFT JOIN days USING (entry)"
        )
        self.tables.run(f"DELETE FROM wallets WHERE person IN ({takers})")
        self.tables.run(
            f"INSERT INTO wallets {days} SELECT person, {self._named}"
            f" FROM {self._dated_rows(f'({dated})')} GROUP BY person"
        )
        self.tables.run("DROP TABLE taken")

    def _join_aliases(self) -> None:
        if not self.tables.aliased:
            return
        sums = [f"CAST(sum({name}) AS BIGINT)" for name in self.sums]
        met = [f"bool_or({name})" for name in self.marks]
        families = "(SELECT alias AS id, person FROM aliases UNION SELECT person, person FROM aliases)"
        self.tables.run(
            f"CREATE TEMP TABLE joined AS SELECT {', '.join(['families.person', *sums, *met])} FROM wallets"
            f" JOIN {families} AS families ON families.id = wallets.person GROUP BY families.person"
        )
        self.tables.run(f"DELETE FROM wallets WHERE person IN (SELECT id FROM {families})")
        self.tables.run("INSERT INTO wallets SELECT * FROM joined")
