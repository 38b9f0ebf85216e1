"""What a top-up costs at least: the sample scheme's arithmetic as a plain DuckDB script.

    python bench/bare_topup.py LEDGER

It books what `ilactl topup --on 2027-01-01 --yes` books, on the same files: declared types, one
narrow read of each file into a temporary table, what is booked already, aliases, states as of both
days, caps, the rows in the same order, a synced stage, a synced append. It has the scheme's
numbers in its SQL, no log, no lock, no digests, no summary, and it checks nothing. Entry ids
start with B instead of E.
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

_STATES = """
CREATE TEMP TABLE states AS
SELECT person, epoch_days * 1000000000 + row_number() OVER () AS nth, epoch_days <= 20818 AS at_end,
       isced_level <= 2 AS basic, CAST(work_share * 10000 AS BIGINT) AS share,
       contains(coalesce(facts, ''), 'low_qualified=true') AS low, same_as
FROM (SELECT *, valid_from - DATE '1970-01-01' AS epoch_days
      FROM read_csv('{root}/persons.csv', {csv}, columns = {{
        'person': 'VARCHAR', 'valid_from': 'DATE', 'isced_level': 'TINYINT', 'labour_status': 'VARCHAR',
        'work_share': 'DECIMAL(5,4)', 'employer': 'VARCHAR', 'region': 'VARCHAR', 'groups': 'VARCHAR',
        'same_as': 'VARCHAR', 'facts': 'VARCHAR'}}))
WHERE epoch_days <= 20819
"""
"""Days count from 1970: 20818 is 2026-12-31, 20819 is 2027-01-01."""

_NEWEST = """
CREATE TEMP TABLE newest AS
SELECT person, max(nth) AS nth, max(nth) FILTER (WHERE at_end) AS nth_end FROM states GROUP BY person
"""

_PEOPLE = """
CREATE TEMP TABLE people AS
SELECT newest.person, now.share, now.same_as, now.basic, now.low, past.basic AS basic_end, past.low AS low_end
FROM newest JOIN states AS now ON now.nth = newest.nth LEFT JOIN states AS past ON past.nth = newest.nth_end
"""

_BIRTHS = """
CREATE TEMP TABLE births AS
WITH rows AS (
  SELECT person, birth_date, (valid_from - DATE '1970-01-01') * 1000000000 + row_number() OVER () AS nth
  FROM read_csv('{root}/identities.csv', {csv}, columns = {{
    'person': 'VARCHAR', 'valid_from': 'DATE', 'name': 'VARCHAR', 'birth_date': 'DATE', 'contact': 'VARCHAR',
    'external_id': 'VARCHAR', 'facts': 'VARCHAR', 'salt': 'VARCHAR'}}))
SELECT person, arg_max_null(birth_date, nth) AS born FROM rows GROUP BY person
"""

_WALLETS = """
CREATE TEMP TABLE wallets AS
SELECT person, count(*) AS entries,
  coalesce(sum(amount) FILTER (
    WHERE "to" IN ('wallet:own', 'held:own', 'wallet:matched', 'held:matched')), 0)
  - coalesce(sum(amount) FILTER (
    WHERE "from" IN ('wallet:own', 'held:own', 'wallet:matched', 'held:matched')), 0) AS used,
  coalesce(sum(amount) FILTER (WHERE "to" = 'wallet:employer' AND kind IN ('contribute', 'correct')
    AND booked_on BETWEEN DATE '2026-01-01' AND DATE '2026-12-31'), 0)
  - coalesce(sum(amount) FILTER (WHERE "from" = 'wallet:employer' AND kind = 'correct'
    AND booked_on BETWEEN DATE '2026-01-01' AND DATE '2026-12-31'), 0) AS paid,
  coalesce(sum(sign) FILTER (WHERE period = '2027' AND rule LIKE 'base@%'), 0) AS base_taken,
  coalesce(sum(sign) FILTER (WHERE period = '2027' AND rule LIKE 'supplement@%'), 0) AS supplement_taken,
  coalesce(sum(sign) FILTER (WHERE period = '2026' AND rule LIKE 'match@%'), 0) AS match_taken
FROM (SELECT *,
             CASE kind WHEN 'grant' THEN 1 WHEN 'correct' THEN CASE WHEN due IS NULL THEN -1 END END AS sign
      FROM read_csv('{root}/entitlements.csv', {csv}, columns = {{
        'entry': 'VARCHAR', 'booked_on': 'DATE', 'person': 'VARCHAR', 'kind': 'VARCHAR', 'lot': 'VARCHAR',
        'amount': 'DECIMAL(14,2)', 'unit': 'VARCHAR', 'from': 'VARCHAR', 'to': 'VARCHAR',
        'usable_from': 'DATE', 'expires_on': 'VARCHAR', 'earmark': 'VARCHAR', 'enrolment': 'VARCHAR',
        'rule': 'VARCHAR', 'period': 'VARCHAR', 'due': 'DECIMAL(14,2)', 'of': 'VARCHAR', 'ref': 'VARCHAR'}}))
GROUP BY person
"""

_ALIASES = """
UPDATE wallets SET person = people.same_as FROM people
WHERE people.person = wallets.person AND people.same_as IS NOT NULL
"""

_DECIDED = """
CREATE TEMP TABLE decided AS
WITH summed AS (
  SELECT person, sum(used) AS used, sum(paid) AS paid, sum(base_taken) AS base_taken,
         sum(supplement_taken) AS supplement_taken, sum(match_taken) AS match_taken
  FROM wallets GROUP BY person),
facts AS (
  SELECT people.person, share, low, basic,
         CASE WHEN low OR coalesce(basic, FALSE) THEN 2800.00 ELSE 1800.00 END AS ceiling,
         CASE WHEN low_end OR coalesce(basic_end, FALSE) THEN 2800.00 ELSE 1800.00 END AS ceiling_end,
         2027 - year(born) - CASE WHEN month(born) * 100 + day(born) > 101 THEN 1 ELSE 0 END AS age,
         coalesce(used, 0) AS used,
         least(250.00, CAST(CAST(coalesce(paid, 0) * 100 AS BIGINT) // 2 AS DECIMAL(14,0)) * 0.01)
           AS match_due,
         coalesce(base_taken, 0) AS base_taken, coalesce(supplement_taken, 0) AS supplement_taken,
         coalesce(match_taken, 0) AS match_taken
  FROM people LEFT JOIN births USING (person) LEFT JOIN summed USING (person) WHERE people.same_as IS NULL),
base AS (
  SELECT *, base_taken <= 0 AND coalesce(age BETWEEN 18 AND 64, FALSE) AS gets_base,
         CASE WHEN coalesce(share, 10000) < 5000
         THEN CAST((50000 * 2 * share + 9999) // 10000 AS DECIMAL(14,0)) * 0.01
         ELSE 500 END AS base_due
  FROM facts),
base_given AS (
  SELECT *,
    CASE WHEN gets_base THEN least(base_due, greatest(0, ceiling - used)) ELSE 0 END AS base FROM base),
supplement AS (
  SELECT *,
    supplement_taken <= 0 AND coalesce(age BETWEEN 18 AND 64 AND (low OR basic), FALSE) AS gets_supplement
  FROM base_given),
supplement_given AS (
  SELECT *,
    CASE WHEN gets_supplement THEN least(300, greatest(0, ceiling - used - base)) ELSE 0 END AS supplement
  FROM supplement)
SELECT person, gets_base, gets_supplement, match_taken <= 0 AND match_due > 0 AS gets_match,
       CAST(base AS DECIMAL(14,2)) AS base, CAST(base_due AS DECIMAL(14,2)) AS base_due,
       CAST(supplement AS DECIMAL(14,2)) AS supplement, CAST(300 AS DECIMAL(14,2)) AS supplement_due,
       CAST(least(match_due, greatest(0, ceiling_end - used - base - supplement)) AS DECIMAL(14,2)) AS match,
       CAST(match_due AS DECIMAL(14,2)) AS match_due
FROM supplement_given
"""

_ROWS = """
COPY (
  WITH rows AS (
    SELECT 0 AS k, person, base AS amount, base_due AS due FROM decided WHERE gets_base UNION ALL
    SELECT 1, person, supplement, supplement_due FROM decided WHERE gets_supplement UNION ALL
    SELECT 2, person, match, match_due FROM decided WHERE gets_match),
  numbered AS (
    SELECT *, row_number() OVER (ORDER BY k, person) + (SELECT sum(entries) FROM wallets) AS n FROM rows)
  SELECT 'B' || CAST(n AS BIGINT), '2027-01-01', person, 'grant', NULL, amount, 'EUR',
         CASE k WHEN 1 THEN 'fund:esf' ELSE 'fund:state' END,
         CASE k WHEN 2 THEN 'wallet:matched' ELSE 'wallet:own' END, NULL, NULL, NULL, NULL,
         CASE k WHEN 0 THEN 'base' WHEN 1 THEN 'supplement' ELSE 'match' END || '@2025-01-01',
         CASE k WHEN 2 THEN '2026' ELSE '2027' END, CASE WHEN amount <> due THEN due END, NULL, NULL
  FROM numbered ORDER BY n
) TO '{root}/staged.csv' (FORMAT csv, HEADER false)
"""


def main(root: Path) -> None:
    """Book the top-up."""
    connection = duckdb.connect()
    for statement in (_STATES, _NEWEST, _PEOPLE, _BIRTHS, _WALLETS, _ALIASES, _DECIDED, _ROWS):
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
