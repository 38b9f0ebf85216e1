"""The plan of a top-up for everybody at once, as generated SQL over the ledger's own files.

The same decisions as `ilactl/rules/grants.py`, row for row: one narrow read of each file into a
temporary table, one row of facts and sums a person, then one layer of columns per occasion, so that
each rule sees what earlier ones gave, as if booked. A property test holds the two together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from ilactl.dates import add_months
from ilactl.ledger.columns import ENTITLEMENTS
from ilactl.ledger.grammar_sql import literal
from ilactl.ledger.holders import ids_of
from ilactl.rules.batch_rows import GRANTED, NOT_DUE, TAKEN, UNDECIDED, TableRows
from ilactl.rules.batch_tables import BatchTables
from ilactl.rules.batch_walks import everybody_walks, marks_of, moving_persons, sums_of_laws, wallets_of
from ilactl.rules.batch_wallets import Wallets
from ilactl.rules.by_person import Tally, plan_by_person, walker_of
from ilactl.rules.due import missed_periods
from ilactl.rules.expressions import Checked, SqlColumn, SqlNumber, compile_sql, names_in, round_sql
from ilactl.rules.fact_columns import FactColumns
from ilactl.rules.grants import Decider
from ilactl.rules.model import Cap, Scheme
from ilactl.rules.names import NameSpec, catalogue
from ilactl.rules.passes import grant_step
from ilactl.rules.periods import Occasion
from ilactl.rules.plan import EXAMPLES, Example, Plan, Request, Totals, scales_of, together
from ilactl.rules.rhythm import interval_of
from ilactl.rules.sum_columns import class_sum, held_in, key_since, key_sum, window_sum
from ilactl.rules.uses import names_of_grant
from ilactl.rules.values import Value
from ilactl.rules.windows import counts_in, window_span

if TYPE_CHECKING:
    from ilactl.ledger.snapshot import Snapshot
    from ilactl.rules.walk import Walker

__all__ = ["plan_by_batch"]

_NO_TIER = -1
"""Stands in `d` where no tier holds; no amount is ever below zero."""

_ASKED = 5000
"""Up to so many undecided persons who differ are asked why; of more only unknown facts are counted."""


def plan_by_batch(
    snapshot: Snapshot, scheme: Scheme, request: Request, tell: Callable[[str], None] = lambda _: None
) -> Plan:
    """The plan for all persons, or those named. Raises NotFound for a name that is nobody's.

    Raises BadInput where a file does not bear its declared types.

    `tell` hears what is being done.
    """
    occasions, walker = walker_of(snapshot, scheme, request)
    if everybody_walks(walker):
        return plan_by_person(snapshot, scheme, request)
    batch = _Batch(snapshot, scheme, occasions)
    named = {ids[0] for ids in ids_of(snapshot, request.persons or ()).values()}
    batch.tables.load(tell, named)
    tell(f"reading {ENTITLEMENTS.file}")
    wallets = batch.wallets(walker)
    looks_back = request.grants and not request.periods and request.persons is None
    booked = wallets.load(tell_booked=looks_back)
    tell("adding up the wallets")
    walked = Tally(occasions)
    moving = moving_persons(wallets, walker)
    for record, entries in wallets_of(batch.tables, moving):
        walked.add(walker.walk(record, entries), ())
    batch.tables.leave_out(moving)
    batch.decide()
    missed = missed_periods(scheme, request.on, occasions, booked, request.rules) if looks_back else []
    tell("counting what would be booked")
    plan = walked.plan(request, missed)
    plan.totals = together(batch.totals(), plan.totals)
    places = [grant_step(occasion).place for occasion in occasions]
    plan.rows = TableRows(batch.tables.connection, occasions, places, plan.entries, walked.bookings())
    return plan


class _Batch:
    """One run's connection and the text of its statements."""

    def __init__(self, snapshot: Snapshot, scheme: Scheme, occasions: list[Occasion]) -> None:
        self.snapshot = snapshot
        self.scheme = scheme
        self.occasions = occasions
        self.scales = scales_of(snapshot)
        self.names: dict[str, NameSpec] = catalogue(
            scheme.facts, scheme.values, scheme.class_units, self.scales
        )
        self.facts = FactColumns(scheme)
        self.sums: dict[str, str] = {}
        self.layers = [self._layer(i, occasion) for i, occasion in enumerate(occasions)]
        self.tables = BatchTables(snapshot, self.facts)
        self.run = self.tables.run

    # Deciding: one layer of columns for each occasion.

    def wallets(self, walker: Walker) -> Wallets:
        """What entries add up to, ready to be loaded."""
        sums = {name: sql for sql, name in self.sums.items()} | sums_of_laws(walker)
        wallets = Wallets(self.tables, sums, marks_of(walker))
        if any(cap.window.kind in ("year", "length", "spans") for cap in self.scheme.caps.values()):
            wallets.date_grants(walker.decider.days)
        return wallets

    def decide(self) -> None:
        """Decide every occasion for everybody, persons in order: their rows are booked so."""
        sums = "".join(f", coalesce(wallets.{name}, 0) AS {name}" for name in self.sums.values())
        self.run(
            f"CREATE TEMP VIEW known AS SELECT facts_wide.*{sums}"
            " FROM facts_wide LEFT JOIN wallets ON wallets.person = facts_wide.person"
        )
        query = "SELECT * FROM known"
        for layer in self.layers:
            for columns in layer:
                query = f"SELECT *, {columns} FROM ({query})"
        kept = "".join(f", s{i}, c{i}, d{i}" for i in range(len(self.occasions)))
        self.run(f"CREATE TEMP TABLE decided AS SELECT person{kept} FROM ({query}) ORDER BY person")

    def _layer(self, i: int, occasion: Occasion) -> list[str]:
        """Columns in three steps: parts, verdict `s` and due `d`, then the credit `c`."""
        grant, scale = occasion.grant, self.scales[occasion.grant.unit]
        columns = {
            name: self._column(occasion, self.names[name], i)
            for name in sorted(names_of_grant(grant, self.scheme))
        }
        when = self._compile(grant.when, columns)
        cases = []
        for tier in grant.tiers:
            holds = self._compile(tier.when, columns)
            amount = self._compile(tier.amount, columns)
            assert isinstance(amount, SqlNumber)
            rounded = round_sql(amount, scale, grant.round)
            cases.append(f"WHEN ({_bool(holds)}) IS NULL THEN NULL WHEN ({_bool(holds)}) THEN {rounded}")
        due = f"CASE {' '.join(cases)} ELSE {_NO_TIER} END"
        room = self._room([self.scheme.caps[cap] for cap in grant.caps], columns, i)
        interval = interval_of(grant.every)
        since = add_months(occasion.due_on, -interval.months) if interval else None
        key = key_since(grant.id, since) if since else key_sum(grant.id, occasion.period)
        taken = self._sum(key)
        taken += "".join(
            f" + CAST(s{j} = {GRANTED} AS BIGINT)"
            for j, o in enumerate(self.occasions[:i])
            if (o.grant.id, o.period) == (grant.id, occasion.period)
        )
        verdict = (
            f"CASE WHEN {taken} > 0 THEN {TAKEN}"
            f" WHEN w{i} IS NULL THEN {UNDECIDED} WHEN NOT w{i} THEN {NOT_DUE}"
            f" WHEN d{i} IS NULL THEN {UNDECIDED} WHEN d{i} = {_NO_TIER} THEN {NOT_DUE}"
            f" WHEN r{i} IS NULL THEN {UNDECIDED} WHEN d{i} = 0 THEN {NOT_DUE} ELSE {GRANTED} END"
        )
        return [
            f"({_bool(when)}) AS w{i}, {due} AS d{i}, {room} AS r{i}",
            f"{verdict} AS s{i}",
            f"CASE WHEN s{i} = {GRANTED} THEN least(d{i}, r{i}) ELSE 0 END AS c{i}",
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
            used = self._used(cap, i)
            left = f"greatest(0, greatest(0, {rounded}) - ({' + '.join(used)}))"
            open_ = cap.window.kind in ("length", "spans") and not window_span(cap, self.occasions[i].due_on)
            unknown = "TRUE" if open_ else f"({rounded}) IS NULL"
            rooms.append(f"CASE WHEN {unknown} THEN NULL ELSE {left} END")
        if not rooms:
            return "CAST(9223372036854775807 AS BIGINT)"
        unknown = " OR ".join(f"({room}) IS NULL" for room in rooms)
        return (
            rooms[0]
            if len(rooms) == 1
            else f"CASE WHEN {unknown} THEN NULL ELSE least({', '.join(rooms)}) END"
        )

    def _used(self, cap: Cap, i: int) -> list[str]:
        """What occupies a cap's room, as `windows.used_of_cap` says it, with what earlier occasions gave."""
        if cap.measure == "balance":
            kinds = ("wallet", "held") if cap.counts_reserved else ("wallet",)
            accounts = ", ".join(literal(f"{kind}:{class_}") for kind in kinds for class_ in cap.over)
            given = [f"c{j}" for j, o in enumerate(self.occasions[:i]) if o.grant.class_ in cap.over]
            return [self._sum(held_in(accounts)), *given]
        occasion = self.occasions[i]
        earlier = [
            f"c{j}"
            for j, o in enumerate(self.occasions[:i])
            if o.grant.class_ in cap.over and counts_in(cap, occasion, o)
        ]
        return [self._sum(window_sum(cap, occasion)), *earlier]

    def _column(self, occasion: Occasion, spec: NameSpec, i: int) -> SqlColumn:
        if spec.family == "sum":
            return SqlColumn(self._running(spec.moment, spec.of, occasion.period, i), spec.scale)
        return SqlColumn(self.facts.column_for(occasion, spec), spec.scale)

    def _running(self, family: str, class_: str, period: str, i: int) -> str:
        """A sum of the ledger with what earlier occasions of the run gave, as if booked."""
        span = self.occasions[i].span
        total = self._sum(class_sum(family, class_, period, span.first, span.last))
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

    def totals(self) -> list[Totals]:
        parts = []
        for i in range(len(self.occasions)):
            granted, others = f"FILTER (WHERE s{i} = {GRANTED})", f"count(*) FILTER (WHERE s{i} ="
            parts.append(
                f"count(*) {granted}, coalesce(sum(c{i}), 0), coalesce(sum(d{i}) {granted}, 0),"
                f" {others} {GRANTED} AND c{i} < d{i}), {others} {TAKEN}), {others} {UNDECIDED})"
            )
        figures = [int(n) for n in self.run(f"SELECT {', '.join(parts)} FROM decided")[0]] if parts else []
        totals = []
        for i, occasion in enumerate(self.occasions):
            persons, credited, due, cut, taken, undecided = figures[6 * i : 6 * i + 6]
            total = Totals(occasion, persons, credited, due, cut, taken, undecided)
            if cut:
                total.cut_examples = self._cut(i)
            if undecided:
                total.missing, total.undecided_examples = self._undecided(i)
            totals.append(total)
        return totals

    def _cut(self, i: int) -> list[Example]:
        where = f"s{i} = {GRANTED} AND c{i} < d{i}"
        rows = self.run(
            f"SELECT person, d{i}, c{i} FROM decided WHERE {where} ORDER BY person LIMIT {EXAMPLES}"
        )
        return [Example(str(person), "", int(due), int(credited)) for person, due, credited in rows]

    def _undecided(self, i: int) -> tuple[Counter[str], list[Example]]:
        """How many lack each fact, and the first few by name, for the reasons that the interpreter gives.

        Persons of whom the rule reads the same are asked once, in the order of their first.
        """
        occasion = self.occasions[i]
        specs = [self.names[name] for name in sorted(names_of_grant(occasion.grant, self.scheme))]
        columns = "".join(f", {self._column(occasion, spec, i).sql} AS a{n}" for n, spec in enumerate(specs))
        asked = (
            f"SELECT decided.person{columns} FROM decided JOIN known USING (person) WHERE s{i} = {UNDECIDED}"
        )
        decider = Decider(self.scheme, self.scales)

        def reasons(person: str, cells: Sequence[Any]) -> tuple[str, ...]:
            facts = {spec.name: _value(spec, cell) for spec, cell in zip(specs, cells, strict=True)}
            decision = decider.decide_facts(person, occasion, facts)
            return decision.notes or decision.missing

        examples = [
            Example(str(person), ", ".join(reasons(str(person), cells)))
            for person, *cells in self.run(f"{asked} ORDER BY decided.person LIMIT {EXAMPLES}")
        ]
        alike = self.run(
            f"SELECT min(person), count(*) AS n, * EXCLUDE (person) FROM ({asked})"
            f" GROUP BY ALL ORDER BY 1 LIMIT {_ASKED + 1}"
        )
        if len(alike) > _ASKED:
            return self._unknown(i, specs), examples
        counts: Counter[str] = Counter()
        for person, number, *cells in alike:
            counts.update(dict.fromkeys(reasons(str(person), cells), int(number)))
        return counts, examples

    def _unknown(self, i: int, specs: list[NameSpec]) -> Counter[str]:
        """How many of the undecided lack each fact the rule reads, whether or not it alone decided."""
        asked = [spec for spec in specs if spec.family != "sum"]
        nulls = "".join(
            f", count(*) FILTER (WHERE {self._column(self.occasions[i], spec, i).sql} IS NULL)"
            for spec in asked
        )
        row = self.run(
            f"SELECT count(*){nulls} FROM decided JOIN known USING (person) WHERE s{i} = {UNDECIDED}"
        )[0]
        return Counter({spec.name: int(n) for spec, n in zip(asked, row[1:], strict=True) if n})


def _value(spec: NameSpec, cell: Any) -> Value | None:
    """A cell of the engine as the interpreter knows it."""
    if cell is None or isinstance(cell, (bool, str, date)):
        return cell
    return Fraction(int(cell), 10**spec.scale)


def _bool(sql: Any) -> str:
    return str(getattr(sql, "sql", sql))
