"""The same balances for a large ledger: one scan into a narrow table, sums by lot, then by group."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ilactl.errors import BadInput
from ilactl.ledger.columns import ENTITLEMENTS, PERSONS
from ilactl.ledger.grammar_sql import identifier, literal
from ilactl.ledger.registers import stands_for
from ilactl.ledger.tables import connect, load, read_sql, run_sql
from ilactl.ledger.wallets import Standing
from ilactl.reports.balances_lines import OF_LOTS, OF_STATES, BalanceRequest, Sums, balances_by_python

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from ilactl.ledger.snapshot import Snapshot

__all__ = ["balances_by_engine"]

_COLUMNS = ("entry", "booked_on", "person", "kind", "lot", "amount", "unit", "from", "to")
_TERMS = ("usable_from", "expires_on", "rule", "of")


def balances_by_engine(snapshot: Snapshot, request: BalanceRequest) -> Sums:
    """Sums by group and unit. Raises BadInput where rows cannot be read or draw on no lot."""
    try:
        sums = _by_engine(snapshot, request)
    except BadInput:
        sums = None
    # The line reader names each fault, and keeps to the snapshot though a commit appends meanwhile.
    if sums is None or not snapshot.still_current():
        return balances_by_python(snapshot, request)
    return sums


def _by_engine(snapshot: Snapshot, request: BalanceRequest) -> Sums | None:
    """The sums, or None where an entry draws on no lot or two bear one number."""
    paths = [snapshot.engine_path(table.file) for table in (ENTITLEMENTS, PERSONS)]
    connection = connect(paths=paths)
    try:
        run_sql(connection, _movements(snapshot, request))
        strays = run_sql(
            connection,
            "SELECT count(*) FROM moves ANTI JOIN (SELECT entry, unit FROM moves WHERE opens) o"
            " ON o.entry = moves.lot AND o.unit = moves.unit WHERE tied",
        )
        if strays[0][0]:
            return None
        run_sql(connection, _lots(request))
        lots, ids = run_sql(connection, "SELECT count(*), count(DISTINCT lot) FROM lots")[0]
        if lots != ids:
            return None
        if request.by == "fund":
            _lead_back(connection)
        _alias(connection, snapshot, request)
        group = _group(connection, snapshot, request)
        return _sums(connection, request, group)
    finally:
        connection.close()


def _movements(snapshot: Snapshot, request: BalanceRequest) -> str:
    """Every entry as what it does: to what is free, held and owed, and the terms it sets."""
    source = read_sql(snapshot, ENTITLEMENTS, [*_COLUMNS, *_TERMS])
    until = f"WHERE booked_on <= DATE {literal(request.until.isoformat())}" if request.until else ""
    opens = "lot IS NULL AND starts_with(coalesce(\"to\", ''), 'wallet:')"

    def flow(account: str) -> str:
        hit = "= 'owed'" if account == "owed" else f"LIKE '{account}:%'"
        reached, left = (f"coalesce({identifier(end)} {hit}, FALSE)::BIGINT" for end in ("to", "from"))
        return f"amount * ({left} - {reached})" if account == "owed" else f"amount * ({reached} - {left})"

    touches = " OR ".join(
        f"coalesce({identifier(end)} LIKE '{account}:%', FALSE)"
        for end in ("from", "to")
        for account in ("wallet", "held")
    )
    return f"""CREATE TEMP TABLE moves AS
        SELECT entry, coalesce(lot, entry) AS lot, person, unit, {opens} AS opens, kind = 'amend' AS amends,
               lot IS NOT NULL OR {touches} OR kind = 'amend' AS tied,
               {flow("wallet")} AS free, {flow("held")} AS held, {flow("owed")} AS owed,
               CASE WHEN {opens} OR kind = 'amend' THEN usable_from END AS usable_from,
               CASE WHEN {opens} OR kind = 'amend' THEN expires_on END AS expires_on,
               CASE WHEN {opens} THEN "from" END AS source,
               CASE WHEN {opens} THEN split_part("to", ':', 2) END AS class,
               CASE WHEN {opens} THEN split_part(rule, '@', 1) END AS rule,
               CASE WHEN {opens} AND "from" = 'conversion' THEN "of" END AS stem
        FROM {source} {until}"""


def _lots(request: BalanceRequest) -> str:
    """One row a lot with its sums; of amendments the last one that says something holds."""
    day = f"DATE {literal(request.day.isoformat())}"
    last = "arg_max({0}, rowid) FILTER (WHERE amends AND {0} IS NOT NULL)"
    return f"""CREATE TEMP TABLE lots AS
        WITH o AS (SELECT * FROM moves WHERE opens),
             s AS (SELECT lot, unit, sum(free) AS free, sum(held) AS held FROM moves GROUP BY lot, unit),
             a AS (SELECT lot, {last.format("usable_from")} AS usable_from,
                          {last.format("expires_on")} AS expires_on
                   FROM moves WHERE amends GROUP BY lot)
        SELECT o.entry AS lot, o.person, o.unit, o.source AS fund, o.class, o.rule, o.stem, s.free, s.held,
               coalesce(coalesce(a.usable_from, o.usable_from) <= {day}, TRUE)
               AND coalesce({day} <= TRY_CAST(coalesce(a.expires_on, o.expires_on) AS DATE), TRUE) AS in_time
        FROM o JOIN s ON s.lot = o.entry AND s.unit = o.unit LEFT JOIN a ON a.lot = o.entry"""


def _lead_back(connection: DuckDBPyConnection) -> None:
    """Give each converted lot the fund of the lot it stems from, over as many conversions as there were."""
    run_sql(
        connection,
        "CREATE TEMP TABLE stems AS SELECT l.lot, m.lot AS stem FROM lots l JOIN moves m ON m.entry = l.stem",
    )
    while True:
        changed = run_sql(
            connection,
            "UPDATE lots SET fund = origin.fund FROM stems JOIN lots origin ON origin.lot = stems.stem"
            " WHERE stems.lot = lots.lot AND lots.fund = 'conversion' AND origin.fund <> 'conversion'",
        )
        if not changed[0][0]:
            return


def _alias(connection: DuckDBPyConnection, snapshot: Snapshot, request: BalanceRequest) -> None:
    """The table `alias`: ids that stand for another person's, and whose. Aliases are few."""
    run_sql(connection, "CREATE TEMP TABLE alias (person VARCHAR, canonical VARCHAR)")
    if not (request.persons or request.by == "person" or request.by in OF_STATES):
        return
    load(connection, snapshot, PERSONS, ["person", "valid_from", "same_as"], "ids")
    newest = run_sql(
        connection,
        "SELECT person, arg_max(coalesce(same_as, ''), (valid_from, rowid)) AS other FROM ids"
        " GROUP BY person HAVING other <> '' AND other IN (SELECT person FROM ids)",
    )
    next_of = {str(person): str(other) for person, other in newest}
    for person in next_of:
        other = stands_for(person, lambda at: next_of.get(at, ""))
        if other != person:
            run_sql(connection, f"INSERT INTO alias VALUES ({literal(person)}, {literal(other)})")


def _group(connection: DuckDBPyConnection, snapshot: Snapshot, request: BalanceRequest) -> str:
    """SQL for a lot's group; for a state, the table `states` is made."""
    by = request.by
    if by == "person":
        return "coalesce(alias.canonical, lots.person)"
    if by in OF_LOTS:
        return f"lots.{identifier(by)}"
    if by not in OF_STATES:
        return "NULL"
    load(connection, snapshot, PERSONS, ["person", "valid_from", by], "rows")
    day = literal(request.day.isoformat())
    run_sql(
        connection,
        f"CREATE TEMP TABLE states AS SELECT person, CAST({identifier(by)} AS VARCHAR) AS state FROM rows"
        f" WHERE valid_from <= DATE {day}"
        " QUALIFY row_number() OVER (PARTITION BY person ORDER BY valid_from DESC, rowid DESC) = 1",
    )
    return "states.state"


def _sums(connection: DuckDBPyConnection, request: BalanceRequest, group: str) -> Sums:
    states = ""
    if request.by in OF_STATES:
        states = "LEFT JOIN states ON states.person = coalesce(alias.canonical, lots.person)"
    chosen = ""
    if request.persons:
        names = ", ".join(f"({literal(person)})" for person in request.persons)
        run_sql(
            connection,
            "CREATE TEMP TABLE chosen AS SELECT DISTINCT coalesce(alias.canonical, given.person) AS person"
            f" FROM (VALUES {names}) given(person) LEFT JOIN alias ON alias.person = given.person",
        )
        chosen = "WHERE coalesce(alias.canonical, lots.person) IN (SELECT person FROM chosen)"
    joined = f"LEFT JOIN alias ON alias.person = lots.person {states} {chosen}"
    sums: Sums = {}
    for name, unit, free, held, usable in run_sql(
        connection,
        f"SELECT {group} AS g, lots.unit, sum(lots.free)::BIGINT, sum(lots.held)::BIGINT,"
        " coalesce(sum(lots.free) FILTER (WHERE lots.in_time), 0)::BIGINT"
        f" FROM lots {joined} GROUP BY g, lots.unit",
    ):
        assert isinstance(free, int)
        assert isinstance(held, int)
        assert isinstance(usable, int)
        sums[_text(name), str(unit)] = Standing(free, held, usable)
    if request.by in OF_LOTS:
        return sums
    for name, unit, owed in run_sql(
        connection,
        f"SELECT {group} AS g, lots.unit, sum(lots.owed)::BIGINT"
        f" FROM (SELECT person, unit, owed FROM moves WHERE owed <> 0) lots {joined} GROUP BY g, lots.unit",
    ):
        assert isinstance(owed, int)
        key = (_text(name), str(unit))
        sums[key] = sums.get(key, Standing()) + Standing(owed=owed)
    return sums


def _text(value: object) -> str | None:
    return None if value is None else str(value)
