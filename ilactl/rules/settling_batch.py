"""The plan of a settlement by the engine, for a large ledger: the same rows as `settling_few.py`.

One narrow read of each file into a temporary table; what is due and held is added up there, and the
rows stay there until they are staged. Few are led by what leads single enrolments: those of which a step
was taken back, and those where a lot holds less than its part.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING

from msgspec import Struct

from ilactl.ledger.columns import ENROLMENTS, ENTITLEMENTS
from ilactl.ledger.commit import Append
from ilactl.ledger.entries import Entry
from ilactl.ledger.grammar_sql import identifier, literal
from ilactl.ledger.tables import amount_sql, connect, read_sql, run_sql
from ilactl.rules.plan import scales_of
from ilactl.rules.settling import Due, SettlePlan, Settling, payments_of
from ilactl.rules.shares import Borne, borne_by

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from ilactl.ledger.commit import Writer
    from ilactl.ledger.snapshot import Snapshot

__all__ = ["TableSettlement", "settle_batch"]

_THIRD, _THIRD_WIDE = 2_000_000, 5_000_000_000_000
"""Below these three amounts can be multiplied in 64 bits, and in 128."""

_SAID = """
CREATE TEMP TABLE said AS
SELECT enrolment, any_value(payee) AS payee, any_value(first_unit) AS unit,
       arg_max(due, nth) AS due, arg_max(struct_pack(ref := ref), nth) FILTER (due IS NOT NULL).ref AS ref
FROM (SELECT *, rowid AS nth, CASE step WHEN 'enrolled' THEN unit END AS first_unit FROM steps)
WHERE enrolment NOT IN (SELECT enrolment FROM steps WHERE step = 'undone')
GROUP BY enrolment HAVING count(due) > 0
"""
"""The newest amount that a step said, with its document; arg_max passes over rows without one."""

_ROOTS = """
CREATE TEMP TABLE roots AS
WITH RECURSIVE back AS (
  SELECT entry, "of" FROM moves WHERE kind = 'correct'
  UNION ALL
  SELECT back.entry, moves."of" FROM back JOIN moves ON moves.entry = back."of" WHERE moves.kind = 'correct')
SELECT back.entry, moves.kind, moves."of" AS named
FROM back JOIN moves ON moves.entry = back."of" WHERE moves.kind <> 'correct'
"""
"""Of each entry that takes one back, what it takes back in the end."""

_GIVEN = """
CREATE TEMP TABLE given AS
SELECT entry AS lot FROM moves
JOIN (SELECT enrolment, min(rowid) AS first_ FROM moves WHERE kind <> 'grant' GROUP BY enrolment)
  USING (enrolment)
WHERE kind = 'grant' AND moves.rowid > first_
"""
"""Lots that completion brought: a grant opened them after the first reservation."""

_LOTS = """
CREATE TEMP TABLE lots AS
SELECT enrolment, lot, min(nth) AS drawn, CAST(sum(signed) AS BIGINT) AS held,
       CAST(sum(CASE WHEN does IN ('settle', 'reclaim') THEN -signed ELSE 0 END) AS BIGINT) AS had,
       CAST(sum(CASE WHEN does = 'reserve' OR {smaller} THEN signed ELSE 0 END) AS BIGINT) AS taken,
       {given} AS given, arg_min(person, nth) AS person,
       arg_min(account, nth) AS account, arg_min(unit, nth) AS unit
FROM (SELECT moves.*, moves.rowid AS nth, CASE WHEN intake THEN amount ELSE -amount END AS signed,
             CASE WHEN intake THEN "to" ELSE "from" END AS account, {root} AS does, {named} AS named
      FROM moves {roots} WHERE moves.kind <> 'grant')
GROUP BY enrolment, lot
"""
_SMALLER = """
(does IN ('release', 'return') AND named IN (SELECT entry FROM moves WHERE kind = 'reserve'))"""
"""What a move to another run gave back: it names the reservation, and is not in it."""

_DIGITS = "'^N([0-9]{1,18})(-([0-9]{1,18}))?$'"
_NUMBER = f"""
CASE WHEN starts_with(enrolment, 'N') AND strlen(enrolment) BETWEEN 2 AND 19
       AND ltrim(enrolment, 'N0123456789') = '' AND NOT contains(substr(enrolment, 2), 'N')
  THEN CAST(substr(enrolment, 2) AS BIGINT)
  ELSE TRY_CAST(regexp_extract(enrolment, {_DIGITS}, 1) AS BIGINT) END"""
_AGAIN = f"""
CASE WHEN contains(enrolment, '-')
  THEN coalesce(TRY_CAST(regexp_extract(enrolment, {_DIGITS}, 3) AS BIGINT), 0) ELSE 0 END"""
"""An enrolment's two numbers; most have one, and need no pattern."""

_DUES = f"""
CREATE TEMP TABLE dues AS
SELECT *, row_number() OVER (ORDER BY payee, {_NUMBER} NULLS LAST, {_AGAIN}, enrolment) AS place
FROM (SELECT enrolment, payee, unit, ref, held, had, whole, given,
             least(due - had, held) AS amount
      FROM (SELECT enrolment, CAST(sum(greatest(held, 0)) AS BIGINT) AS held,
                   CAST(sum(had) AS BIGINT) AS had, arg_min(unit, drawn) AS reserved,
                   greatest(1, CAST(sum(CASE WHEN given THEN 0 ELSE taken END) AS BIGINT)) AS whole,
                   CAST(sum(CASE WHEN given THEN taken ELSE 0 END) AS BIGINT) AS given
            FROM lots GROUP BY enrolment)
      JOIN said USING (enrolment)
      WHERE reserved = unit AND payee IS NOT NULL AND least(due - had, held) > 0)
"""

_PARTS = """
CREATE TEMP TABLE parts AS
SELECT *, floor_ + CASE WHEN nth_remainder <= amount - floors THEN 1 ELSE 0 END AS part
FROM (SELECT *, CAST(sum(floor_) OVER (PARTITION BY enrolment) AS BIGINT) AS floors,
             row_number() OVER (PARTITION BY enrolment ORDER BY remainder DESC, drawn) AS nth_remainder
      FROM (SELECT *, CAST(CAST(amount AS {width}) * weight // nullif(weights, 0) AS BIGINT) AS floor_,
                   CAST(amount AS {width}) * weight % nullif(weights, 0) AS remainder
            FROM (SELECT *, sum(weight) OVER (PARTITION BY enrolment) AS weights
                  FROM (SELECT enrolment, lot, drawn, person, account, payee, dues.unit, ref, place, amount,
                               taken, lots.had, greatest(lots.held, 0) AS there, lots.given,
                               dues.held AS whole_held,
                               greatest(0, {weight}) AS weight
                        FROM dues JOIN lots USING (enrolment) WHERE amount < dues.held)))
      UNION ALL
      SELECT enrolment, lot, drawn, person, account, payee, dues.unit, ref, place, lots.held,
             taken, lots.had, lots.held, lots.given, lots.held, 0, 1, lots.held, 0, lots.held, 1
      FROM dues JOIN lots USING (enrolment) WHERE amount = dues.held)
"""
"""What is due of each lot, as `borne_by` says it: largest remainder, ties to the lot drawn first."""

_WEIGHT = """
CASE WHEN lots.given THEN CAST(taken - lots.had AS {width}) * whole
  ELSE CAST(greatest(0, dues.had + amount - dues.given) AS {width}) * taken - lots.had * whole END"""


_ROW = "rowid + 1, person, lot, part, unit, account, payee, enrolment, ref"


class TableSettlement(Struct):
    """The rows as the table `ordered` of the engine, which keeps them in order."""

    connection: DuckDBPyConnection
    on: date
    count: int
    scales: dict[str, int]

    def fingerprint(self) -> str:
        """A digest of what would be booked."""
        rows = run_sql(self.connection, f"SELECT count(*), bit_xor(hash({_ROW})) FROM ordered")
        return f"{rows[0][0]}:{rows[0][1]}"

    def entries(self) -> Sequence[Entry]:
        """The rows as they would be booked, numbered from 1."""
        return [
            Entry(
                entry=f"E{n}",
                booked_on=self.on,
                person=str(person),
                kind="settle",
                lot=str(lot),
                amount=int(str(part)),
                unit=str(unit),
                source=str(account),
                target=str(payee),
                enrolment=str(enrolment),
                ref=str(ref or ""),
            )
            for n, person, lot, part, unit, account, payee, enrolment, ref in run_sql(
                self.connection, f"SELECT {_ROW} FROM ordered"
            )
        ]

    def append(self, writer: Writer, first_entry: int) -> Append:
        """Write the rows with their entry ids to the stage."""
        if not self.count:
            return Append(ENTITLEMENTS.file)
        path = writer.stage_path(ENTITLEMENTS.file)
        texts = [f" WHEN {literal(u)} THEN {amount_sql('part', n)}" for u, n in sorted(self.scales.items())]
        cells = dict.fromkeys(ENTITLEMENTS.names, "NULL") | {
            "entry": f"concat('E', rowid + {first_entry})",
            "booked_on": literal(self.on.isoformat()),
            "person": "person",
            "kind": "'settle'",
            "lot": "lot",
            "amount": f"CASE unit{''.join(texts)} END",
            "unit": "unit",
            "from": "account",
            "to": "payee",
            "enrolment": "enrolment",
            "ref": "ref",
        }
        named = ", ".join(f"{sql} AS {identifier(name)}" for name, sql in cells.items())
        query = f"SELECT {named} FROM ordered"  # in the order it was made in
        run_sql(self.connection, f"COPY ({query}) TO {literal(str(path))} (FORMAT csv, HEADER false)")
        return Append(ENTITLEMENTS.file, staged=path, rows=self.count)


def settle_batch(snapshot: Snapshot, request: Settling) -> SettlePlan:
    """The plan. Raises BadInput where a file does not bear its declared types."""
    connection = connect()

    def run(sql: str) -> list[tuple[object, ...]]:
        return run_sql(connection, sql)

    steps = read_sql(snapshot, ENROLMENTS, ["enrolment", "step", "due", "unit", "payee", "ref"])
    run(f"CREATE TEMP TABLE steps AS SELECT * FROM {steps}")
    run(_SAID)
    _replayed(snapshot, connection)
    wanted = ["entry", "person", "kind", "lot", "amount", "unit", "from", "to", "enrolment", "of"]
    held = "starts_with(\"to\", 'held:') OR starts_with(\"from\", 'held:') OR kind = 'grant'"
    run(
        "CREATE TEMP TABLE moves AS SELECT *, starts_with(\"to\", 'held:') AS intake"
        f" FROM {read_sql(snapshot, ENTITLEMENTS, wanted)} WHERE enrolment IS NOT NULL AND ({held})"
    )
    corrected = run("SELECT 1 FROM moves WHERE kind = 'correct' LIMIT 1")
    if corrected:
        run(_ROOTS)
    run(_GIVEN)
    named = run("SELECT 1 FROM moves WHERE kind IN ('release', 'return') AND \"of\" IS NOT NULL LIMIT 1")
    brought = run("SELECT 1 FROM given LIMIT 1")
    run(
        _LOTS.format(
            root="coalesce(roots.kind, moves.kind)" if corrected else "moves.kind",
            named='CASE WHEN roots.kind IS NULL THEN moves."of" ELSE roots.named END'
            if corrected
            else '"of"',
            roots="LEFT JOIN roots USING (entry)" if corrected else "",
            smaller=_SMALLER if named else "false",
            given="lot IN (SELECT lot FROM given)" if brought else "false",
        )
    )
    run(_DUES)
    _split(connection)
    asked = f" AND payee = {literal(request.payee)}" if request.payee else ""
    found = run(
        "SELECT payee, unit, count(DISTINCT enrolment), count(*), sum(part)::BIGINT FROM parts"
        f" WHERE part > 0{asked} GROUP BY payee, unit"
    )
    dues = [Due(str(p), str(u), int(str(e)), int(str(n)), int(str(a))) for p, u, e, n, a in found]
    payments = payments_of(snapshot, request, dues)
    payable = ", ".join(literal(one.payee) for one in payments if not one.standing.held_back)
    run(
        "CREATE TEMP TABLE ordered AS SELECT person, lot, part, unit, account, payee, enrolment, ref"
        f" FROM parts WHERE part > 0 AND payee IN ({payable or 'NULL'}) ORDER BY place, drawn"
    )
    count, persons = run("SELECT count(*), count(DISTINCT person) FROM ordered")[0]
    rows = TableSettlement(connection, request.on, int(str(count)), scales_of(snapshot))
    return SettlePlan(request.on, payments, rows, int(str(persons)))


def _split(connection: DuckDBPyConnection) -> None:
    """Split what is due of each enrolment over its lots.

    Where a lot holds less than its part, or numbers are too wide, `borne_by` itself does it.
    """
    most = run_sql(connection, "SELECT max(greatest(CAST(held AS HUGEINT) + had, whole + given)) FROM dues")
    largest = int(str(most[0][0] or 0))
    width = "BIGINT" if largest < _THIRD else "HUGEINT"
    weight = _WEIGHT.format(width=width) if largest < _THIRD_WIDE else "1"
    run_sql(connection, _PARTS.format(width=width, weight=weight))
    wide = " OR amount < whole_held" if largest >= _THIRD_WIDE else ""
    tight = f"SELECT enrolment FROM parts WHERE part IS NULL OR part > there{wide}"
    found = run_sql(
        connection,
        "SELECT enrolment, lot, amount, taken, had, there, given FROM parts"
        f" WHERE enrolment IN ({tight}) ORDER BY enrolment, drawn",
    )
    rows = []
    for enrolment, group in groupby(found, key=lambda row: str(row[0])):
        lots = list(group)
        borne = [
            Borne(int(str(taken)), int(str(had)), int(str(there)), bool(given))
            for *_, taken, had, there, given in lots
        ]
        due = int(str(lots[0][2])) + sum(one.paid for one in borne)
        parts = zip(lots, borne_by(due, borne), strict=True)
        rows += [f"({literal(enrolment)}, {literal(str(lot[1]))}, {part})" for lot, part in parts]
    for at in range(0, len(rows), 1000):
        run_sql(
            connection,
            "UPDATE parts SET part = found.part"
            f" FROM (VALUES {', '.join(rows[at : at + 1000])}) AS found(enrolment, lot, part)"
            " WHERE parts.enrolment = found.enrolment AND parts.lot = found.lot",
        )


def _replayed(snapshot: Snapshot, connection: DuckDBPyConnection) -> None:
    """Add what the enrolments say of which a step was taken back."""
    from ilactl.ledger.enrolments import enrolment

    rows = []
    found = run_sql(connection, "SELECT DISTINCT enrolment FROM steps WHERE step = 'undone' ORDER BY ALL")
    for (one,) in found:
        known = enrolment(snapshot, str(one))
        said = next((step for step in reversed(known.steps) if step.due is not None), None)
        if said is not None and known.payee and known.state != "void":
            texts = [literal(known.id), literal(known.payee), literal(known.unit), str(said.due)]
            rows.append(f"({', '.join(texts)}, {literal(said.ref) if said.ref else 'NULL'})")
    for at in range(0, len(rows), 1000):
        run_sql(connection, f"INSERT INTO said VALUES {', '.join(rows[at : at + 1000])}")
