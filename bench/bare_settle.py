"""What a settlement costs at least: its arithmetic as a plain DuckDB script.

    python bench/bare_settle.py LEDGER

It books what `ilactl settle --on 2027-01-01 --yes` books, on the same files: declared types, one
narrow read of each file into a temporary table, what each enrolment's payee may have and has, what its
lots reserved, still hold and paid before, shares split by largest remainder, providers whose account
is confirmed, the rows in the same order, a synced stage, a synced append. It has no log, no lock, no
digests, no summary, no step that was taken back, and it checks nothing. Entry ids start with B instead of E.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import duckdb

_CSV = """
  header = true, auto_detect = false, delim = ',', quote = '"', escape = '"', nullstr = '', new_line = '\\n'
"""

_PROVIDERS = """
CREATE TEMP TABLE payable AS
SELECT 'provider:' || organisation AS payee FROM (
  SELECT organisation, arg_max(struct_pack(s := suspended, i := iban, c := iban_confirmed), nth) AS held
  FROM (SELECT *, (valid_from - DATE '1970-01-01') * 1000000000 + row_number() OVER () AS nth
        FROM read_csv('{root}/organisations.csv', {csv}, columns = {{
          'organisation': 'VARCHAR', 'valid_from': 'DATE', 'kinds': 'VARCHAR', 'name': 'VARCHAR',
          'country': 'VARCHAR', 'register_no': 'VARCHAR', 'contact': 'VARCHAR', 'quality_label': 'VARCHAR',
          'label_issuer': 'VARCHAR', 'label_from': 'DATE', 'label_until': 'DATE', 'suspended': 'VARCHAR',
          'iban': 'VARCHAR', 'iban_confirmed': 'VARCHAR'}})
        WHERE valid_from <= DATE '2027-01-01')
  GROUP BY organisation) WHERE held.s IS NULL AND held.i = held.c
"""

_SAID = """
CREATE TEMP TABLE said AS
SELECT enrolment, any_value(payee) AS payee, arg_max(due, nth) AS due,
       arg_max(struct_pack(ref := ref), nth) FILTER (due IS NOT NULL).ref AS ref
FROM (SELECT *, row_number() OVER () AS nth
      FROM read_csv('{root}/enrolments.csv', {csv}, columns = {{
        'enrolment': 'VARCHAR', 'booked_on': 'DATE', 'person': 'VARCHAR', 'course': 'VARCHAR',
        'run': 'VARCHAR', 'step': 'VARCHAR', 'on': 'DATE', 'rule': 'VARCHAR', 'price': 'DECIMAL(14,2)',
        'own': 'DECIMAL(14,2)', 'due': 'DECIMAL(14,2)', 'unit': 'VARCHAR', 'payee': 'VARCHAR',
        'share': 'DECIMAL(5,4)', 'result': 'VARCHAR', 'by': 'VARCHAR', 'reason': 'VARCHAR',
        'consent': 'VARCHAR', 'ref': 'VARCHAR'}}))
GROUP BY enrolment HAVING count(due) > 0
"""

_ENTRIES = """
CREATE TEMP TABLE entries AS
SELECT entry, person, kind, lot, CAST(amount * 100 AS BIGINT) AS amount, "from", "to", enrolment
FROM read_csv('{root}/entitlements.csv', {csv}, columns = {{
  'entry': 'VARCHAR', 'booked_on': 'DATE', 'person': 'VARCHAR', 'kind': 'VARCHAR', 'lot': 'VARCHAR',
  'amount': 'DECIMAL(14,2)', 'unit': 'VARCHAR', 'from': 'VARCHAR', 'to': 'VARCHAR',
  'usable_from': 'DATE', 'expires_on': 'VARCHAR', 'earmark': 'VARCHAR', 'enrolment': 'VARCHAR',
  'rule': 'VARCHAR', 'period': 'VARCHAR', 'due': 'DECIMAL(14,2)', 'of': 'VARCHAR', 'ref': 'VARCHAR'}})
"""

_LOTS = """
CREATE TEMP TABLE lots AS
SELECT enrolment, lot, min(rowid) AS drawn, arg_min(person, rowid) AS person, arg_min("to", rowid) AS account,
       sum(CASE WHEN starts_with("to", 'held:') THEN amount ELSE -amount END) AS held,
       sum(CASE kind WHEN 'settle' THEN amount WHEN 'reclaim' THEN -amount ELSE 0 END) AS had,
       sum(CASE kind WHEN 'reserve' THEN amount ELSE 0 END) AS taken
FROM entries
WHERE enrolment IS NOT NULL AND (starts_with("to", 'held:') OR starts_with("from", 'held:'))
GROUP BY enrolment, lot
"""

_DUES = """
CREATE TEMP TABLE dues AS
SELECT enrolment, payee, ref, held, had, whole, least(CAST(due * 100 AS BIGINT) - had, held) AS amount
FROM (SELECT enrolment, CAST(sum(held) AS BIGINT) AS held, CAST(sum(had) AS BIGINT) AS had,
             CAST(sum(taken) AS BIGINT) AS whole
      FROM lots GROUP BY enrolment)
JOIN said USING (enrolment) SEMI JOIN payable USING (payee)
WHERE least(CAST(due * 100 AS BIGINT) - had, held) > 0
"""

_ROWS = """
COPY (
  WITH weighed AS (
    SELECT *, sum(weight) OVER (PARTITION BY enrolment) AS weights
    FROM (SELECT enrolment, lot, drawn, person, account, payee, ref, amount,
                 greatest(0, CAST((dues.had + amount) * taken - lots.had * whole AS BIGINT)) AS weight
          FROM dues JOIN lots USING (enrolment))),
  floors AS (
    SELECT *, CAST(amount * weight // weights AS BIGINT) AS part, amount * weight % weights AS remainder
    FROM weighed),
  ranked AS (
    SELECT *, amount - sum(part) OVER (PARTITION BY enrolment) AS over,
           row_number() OVER (PARTITION BY enrolment ORDER BY remainder DESC, drawn) AS nth FROM floors),
  parts AS (SELECT *, part + CASE WHEN nth <= over THEN 1 ELSE 0 END AS paid FROM ranked),
  numbered AS (
    SELECT *, row_number() OVER (ORDER BY payee, CAST(substr(enrolment, 2) AS BIGINT), drawn)
              + (SELECT count(*) FROM entries) AS n
    FROM parts WHERE paid > 0)
  SELECT 'B' || n, '2027-01-01', person, 'settle', lot, CAST(paid AS DECIMAL(14,0)) * 0.01, 'EUR', account,
         payee, NULL, NULL, NULL, enrolment, NULL, NULL, NULL, NULL, ref
  FROM numbered ORDER BY n
) TO '{root}/staged.csv' (FORMAT csv, HEADER false)
"""


def main(root: Path) -> None:
    """Book the settlement."""
    connection = duckdb.connect()
    for statement in (_PROVIDERS, _SAID, _ENTRIES, _LOTS, _DUES, _ROWS):
        connection.execute(statement.format(root=root, csv=_CSV))
    staged = root / "staged.csv"
    with staged.open("rb") as rows, (root / "entitlements.csv").open("ab") as entitlements:
        os.fsync(rows.fileno())
        shutil.copyfileobj(rows, entitlements, 1 << 20)
        entitlements.flush()
        os.fsync(entitlements.fileno())
    staged.unlink()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
