"""The plan of a top-up for everybody at once, as generated SQL over the ledger's own files.

The same decisions as `ilactl/rules/grants.py`, row for row: one narrow read of each file into a
temporary table, one wide table of facts and sums, then one layer of columns per occasion, so that
each rule sees what earlier ones gave, as if booked. A property test holds the two together.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from ilactl.ledger.columns import ENTITLEMENTS, FIGURES, IDENTITIES, PERSONS
from ilactl.ledger.commit import Append
from ilactl.ledger.entries import entries_of
from ilactl.ledger.grammar_sql import identifier, literal
from ilactl.ledger.registers import person_record
from ilactl.ledger.tables import connect, read_sql, run_sql
from ilactl.rules.due import due_occasions, missed_periods
from ilactl.rules.expressions import Checked, SqlColumn, SqlNumber, compile_sql, names_in, round_sql
from ilactl.rules.fact_columns import FactColumns, day_sql
from ilactl.rules.grants import Decider, names_of_grant
from ilactl.rules.model import Cap, Scheme
from ilactl.rules.names import NameSpec, catalogue
from ilactl.rules.periods import Occasion
from ilactl.rules.plan import EXAMPLES, Example, Plan, Request, Totals, scales_of
from ilactl.rules.sums import sums_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from ilactl.ledger.commit import Writer
    from ilactl.ledger.snapshot import Snapshot

__all__ = ["plan_by_batch"]

_NOT_DUE, _GRANTED, _UNDECIDED, _TAKEN = 0, 1, 2, 3
_CONTRIBUTORS = "({0} = 'own' OR {0} LIKE 'employer:%' OR {0} LIKE 'service:%' OR {0} LIKE 'provider:%')"


def plan_by_batch(snapshot: Snapshot, scheme: Scheme, request: Request) -> Plan:
    """The plan for all persons. Raises BadInput where a file does not bear its declared types."""
    occasions = due_occasions(scheme, request.on, rules=request.rules, periods=request.periods)
    batch = _Batch(snapshot, scheme, occasions)
    batch.load()
    batch.decide()
    booked = batch.booked() if occasions and not request.periods else {}
    missed = missed_periods(scheme, occasions, booked) if booked or occasions and not request.periods else []
    return Plan(request, batch.totals(request), missed, _TableRows(batch.connection, occasions))


class _Batch:
    """One run's connection and the text of its statements."""

    def __init__(self, snapshot: Snapshot, scheme: Scheme, occasions: list[Occasion]) -> None:
        self.snapshot = snapshot
        self.scheme = scheme
        self.occasions = occasions
        self.scales = scales_of(snapshot)
        self.names: dict[str, NameSpec] = catalogue(scheme.facts, scheme.values, scheme.class_units, self.scales)
        self.facts = FactColumns(scheme)
        self.sums: dict[str, str] = {}
        self.connection: DuckDBPyConnection = connect()
        self.layers = [self._layer(i, occasion) for i, occasion in enumerate(occasions)]

    def run(self, sql: str) -> list[tuple[Any, ...]]:
        return run_sql(self.connection, sql)

    # Reading: each file once, only the columns that some rule asks for.

    def load(self) -> None:
        facts = [fact for fact in self.scheme.facts.values() if fact.kind == "state"]
        built_in = [f.name for f in facts if any(c.name == f.name for c in PERSONS.columns)]
        states = ["person", "valid_from", "same_as", *built_in, "facts"]
        self._numbered("states", read_sql(self.snapshot, PERSONS, states))
        self._numbered("identities", read_sql(self.snapshot, IDENTITIES, ["person", "valid_from", "birth_date", "facts"]))
        self.run(
            "CREATE TEMP TABLE births AS SELECT person, birth_date FROM identities"
            " JOIN (SELECT person, max(nth) AS nth FROM identities GROUP BY person) AS newest USING (person, nth)"
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
        leads = {str(a): str(b) for a, b in self.run("SELECT person, same_as FROM newest WHERE same_as IS NOT NULL")}
        known = {str(row[0]) for row in self.run(f"SELECT person FROM newest WHERE person IN ({_texts(leads.values())})")}
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
        self.run("CREATE TEMP TABLE people AS SELECT person FROM newest ANTI JOIN aliases ON aliases.alias = newest.person")

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

    # Deciding: one layer of columns for each occasion.

    def decide(self) -> None:
        sums = ", ".join(f"coalesce({sql}, 0) AS {name}" for sql, name in self.sums.items())
        self.run(
            "CREATE TEMP TABLE wallets AS SELECT person" + (f", {sums}" if sums else "") + " FROM moves GROUP BY person"
        )
        wide = ["people.person", *(f"{sql} AS {name}" for name, sql in self.facts.columns.items())]
        wide += [f"coalesce(wallets.{name}, 0) AS {name}" for name in self.sums.values()]
        joins = " ".join([*self.facts.joins(), "LEFT JOIN wallets ON wallets.person = people.person"])
        self.run(f"CREATE TEMP TABLE facts_wide AS SELECT {', '.join(wide)} FROM people {joins}")
        query = "SELECT * FROM facts_wide"
        for layer in self.layers:
            for columns in layer:
                query = f"SELECT *, {columns} FROM ({query})"
        kept = "".join(f", s{i}, c{i}, d{i}" for i in range(len(self.occasions)))
        self.run(f"CREATE TEMP TABLE decided AS SELECT person{kept} FROM ({query})")

    def _layer(self, i: int, occasion: Occasion) -> list[str]:
        """Columns in three steps: parts, verdict `s` and due `d`, then the credit `c`."""
        grant, scale = occasion.grant, self.scales[occasion.grant.unit]
        columns = {
            name: self._column(occasion, self.names[name], i) for name in sorted(names_of_grant(grant, self.scheme))
        }
        when = self._compile(grant.when, columns)
        cases = []
        for tier in grant.tiers:
            holds = self._compile(tier.when, columns)
            amount = self._compile(tier.amount, columns)
            assert isinstance(amount, SqlNumber)
            rounded = round_sql(amount, scale, grant.round)
            cases.append(f"WHEN ({_bool(holds)}) IS NULL THEN NULL WHEN ({_bool(holds)}) THEN {rounded}")
        due = f"CASE {' '.join(cases)} ELSE -1 END"
        room = self._room([self.scheme.caps[cap] for cap in grant.caps], columns, i)
        taken = self._sum(_key_sum(grant.id, occasion.period))
        taken += "".join(
            f" + CAST(s{j} = {_GRANTED} AS BIGINT)"
            for j, o in enumerate(self.occasions[:i])
            if (o.grant.id, o.period) == (grant.id, occasion.period)
        )
        verdict = (
            f"CASE WHEN {taken} > 0 THEN {_TAKEN} WHEN w{i} IS NULL THEN {_UNDECIDED} WHEN NOT w{i} THEN {_NOT_DUE}"
            f" WHEN d{i} IS NULL THEN {_UNDECIDED} WHEN d{i} = -1 THEN {_NOT_DUE} WHEN r{i} IS NULL THEN {_UNDECIDED}"
            f" WHEN d{i} = 0 THEN {_NOT_DUE} ELSE {_GRANTED} END"
        )
        return [
            f"({_bool(when)}) AS w{i}, {due} AS d{i}, {room} AS r{i}",
            f"{verdict} AS s{i}",
            f"CASE WHEN s{i} = {_GRANTED} THEN least(d{i}, r{i}) ELSE 0 END AS c{i}",
        ]

    def _compile(self, checked: Checked, columns: dict[str, SqlColumn]) -> Any:
        return compile_sql(checked, {name: columns[name] for name in names_in(checked.node)})

    def _room(self, caps: list[Cap], columns: dict[str, SqlColumn], i: int) -> str:
        """The least room of all caps; NULL where a limit is unknown; without caps there is no end to it."""
        rooms = []
        for cap in caps:
            limit = self._compile(cap.limit, columns)
            assert isinstance(limit, SqlNumber)
            rounded = round_sql(limit, self.scales[cap.unit], "down")
            used = [self._running("balance", class_, "", i) for class_ in cap.over]
            if cap.counts_reserved:
                used += [self._running("held", class_, "", i) for class_ in cap.over]
            left = f"greatest(0, greatest(0, {rounded}) - ({' + '.join(used)}))"
            rooms.append(f"CASE WHEN ({rounded}) IS NULL THEN NULL ELSE {left} END")
        if not rooms:
            return "CAST(9223372036854775807 AS BIGINT)"
        unknown = " OR ".join(f"({room}) IS NULL" for room in rooms)
        return rooms[0] if len(rooms) == 1 else f"CASE WHEN {unknown} THEN NULL ELSE least({', '.join(rooms)}) END"

    def _column(self, occasion: Occasion, spec: NameSpec, i: int) -> SqlColumn:
        if spec.family == "sum":
            return SqlColumn(self._running(spec.moment, spec.of, occasion.period, i), spec.scale)
        return SqlColumn(self.facts.column_for(occasion, spec), spec.scale)

    def _running(self, family: str, class_: str, period: str, i: int) -> str:
        """A sum of the ledger with what earlier occasions of the run gave, as if booked."""
        span = self.occasions[i].span
        total = self._sum(_class_sum(family, class_, period, span.first, span.last))
        earlier = [
            f"c{j}"
            for j, o in enumerate(self.occasions[:i])
            if o.grant.class_ == class_
            and (family in ("balance", "granted_ever") or (family == "granted_period" and o.period == period))
        ]
        return f"({' + '.join([total, *earlier])})"

    def _sum(self, sql: str) -> str:
        return self.sums.setdefault(f"CAST({sql} AS BIGINT)", f"m{len(self.sums)}")

    # Telling: the figures of the summary, and who is named in it.

    def totals(self, request: Request) -> list[Totals]:
        totals = []
        for i, occasion in enumerate(self.occasions):
            count = f"count(*) FILTER (WHERE s{i} = "
            row = self.run(
                f"SELECT {count}{_GRANTED}), coalesce(sum(c{i}), 0), coalesce(sum(d{i}) FILTER (WHERE s{i} = {_GRANTED}), 0),"
                f" count(*) FILTER (WHERE s{i} = {_GRANTED} AND c{i} < d{i}), {count}{_TAKEN}), {count}{_UNDECIDED})"
                " FROM decided"
            )[0]
            persons, credited, due, cut, taken, undecided = map(int, row)
            total = Totals(occasion, persons, credited, due, cut, taken, undecided)
            if cut:
                total.cut_examples = [Example(str(p), "", int(d), int(c)) for p, d, c in self._some(i, "cut")]
            if undecided:
                total.missing, total.undecided_examples = self._reasons(i)
            totals.append(total)
        return totals

    def _some(self, i: int, which: str) -> list[tuple[Any, ...]]:
        where = f"s{i} = {_GRANTED} AND c{i} < d{i}" if which == "cut" else f"s{i} = {_UNDECIDED}"
        return self.run(f"SELECT person, d{i}, c{i} FROM decided WHERE {where} ORDER BY person LIMIT {EXAMPLES}")

    def _reasons(self, i: int) -> tuple[Counter[str], list[Example]]:
        """How many lack each fact, and the reason of the first few, as the interpreter gives it."""
        grant = self.occasions[i].grant
        specs = [self.names[name] for name in sorted(names_of_grant(grant, self.scheme))]
        asked = [spec for spec in specs if spec.family != "sum"]
        counts: Counter[str] = Counter()
        if asked:
            nulls = ", ".join(
                f"count(*) FILTER (WHERE {self.facts.column_for(self.occasions[i], spec)} IS NULL)" for spec in asked
            )
            row = self.run(f"SELECT {nulls} FROM facts_wide SEMI JOIN decided ON decided.person = facts_wide.person AND s{i} = {_UNDECIDED}")
            counts.update({spec.name: int(n) for spec, n in zip(asked, row[0], strict=True) if n})
        decider = Decider(self.scheme, self.scales)
        examples = []
        for person, *_ in self._some(i, "undecided"):
            record = person_record(self.snapshot, str(person))
            sums = sums_of(entries_of(self.snapshot, str(person)))
            decision = list(decider.decide_all(record, sums, self.occasions[: i + 1]))[-1]
            reasons = decision.notes or decision.missing
            examples.append(Example(str(person), ", ".join(reasons)))
            for note in decision.notes:
                counts[note] += 0
        return counts, examples


@dataclass(slots=True)
class _TableRows:
    """Rows that stay in the engine until they are staged for the commit."""

    connection: DuckDBPyConnection
    occasions: list[Occasion]

    def fingerprint(self) -> str:
        parts = [
            f"SELECT count(*) AS n, bit_xor(hash(person, {i}, c{i}, d{i})) AS h FROM decided WHERE s{i} = {_GRANTED}"
            for i in range(len(self.occasions))
        ]
        rows = run_sql(self.connection, " UNION ALL ".join(parts)) if parts else []
        return " ".join(f"{n}:{h}" for n, h in rows)

    def append(self, writer: Writer, first_entry: int, on: date, scales: dict[str, int]) -> Append:
        path = writer.stage_path(ENTITLEMENTS.file)
        parts = [
            f"SELECT {i} AS k, person, c{i} AS c, d{i} AS d FROM decided WHERE s{i} = {_GRANTED}"
            for i in range(len(self.occasions))
        ]
        union = " UNION ALL ".join(parts)
        cells = ", ".join(f"{sql} AS {identifier(name)}" for name, sql in self._cells(first_entry, on, scales).items())
        query = f"SELECT {cells} FROM (SELECT *, row_number() OVER (ORDER BY k, person) AS n FROM ({union})) ORDER BY n"
        run_sql(self.connection, f"COPY ({query}) TO {literal(str(path))} (FORMAT csv, HEADER false)")
        count = sum(int(str(run_sql(self.connection, f"SELECT count(*) FROM ({part})")[0][0])) for part in parts)
        return Append(ENTITLEMENTS.file, staged=path, rows=count)

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
            "due": "CASE WHEN c <> d THEN " + _by_rule([_amount("d", scales[grant.unit]) for grant in grants]) + " END",
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


def _bool(sql: Any) -> str:
    return str(getattr(sql, "sql", sql))


def _texts(texts: Any) -> str:
    return ", ".join(literal(text) for text in texts) or "NULL"


def _key_sum(rule: str, period: str) -> str:
    where = f"rule = {literal(rule)} AND period = {literal(period)}"
    return (
        f"count(*) FILTER (WHERE kind = 'grant' AND {where})"
        f" - count(*) FILTER (WHERE kind = 'correct' AND due IS NULL AND {where})"
    )


def _class_sum(family: str, class_: str, period: str, first: date, last: date) -> str:
    """One of the sums of `names.SUMS` for a class; the meaning of `sums.py`, in SQL."""
    wallet, held = literal(f"wallet:{class_}"), literal(f"held:{class_}")
    into, out_of = ('"to"', '"from"')
    if family in ("balance", "held"):
        account = wallet if family == "balance" else held
        return _difference(f"{into} = {account}", f"{out_of} = {account}")
    if family.startswith("granted"):
        where = "kind IN ('grant', 'correct')"
        where += f" AND period = {literal(period)}" if family == "granted_period" else ""
        other_in, other_out = f"{out_of} LIKE 'fund:%'", f"{into} LIKE 'fund:%'"
    else:
        where = "kind IN ('contribute', 'correct')"
        if family == "contributed_period":
            where += f" AND booked_on BETWEEN {day_sql(first)} AND {day_sql(last)}"
        other_in, other_out = _CONTRIBUTORS.format(out_of), _CONTRIBUTORS.format(into)
    return _difference(
        f"{where} AND {into} = {wallet} AND {other_in}", f"{where} AND {out_of} = {wallet} AND {other_out}"
    )


def _difference(plus: str, minus: str) -> str:
    return f"coalesce(sum(amount) FILTER (WHERE {plus}), 0) - coalesce(sum(amount) FILTER (WHERE {minus}), 0)"
