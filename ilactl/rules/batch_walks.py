"""Of a batch, those who must be led through every step by the interpreter: their lots move by themselves.

SQL decides grants for everybody else. Here is who has a lot past its end, a debt, a lot that a law
speaks of, a contribution to match, or came from another agency; and their entries, read by the engine.
It may name too many.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

from ilactl.ledger.columns import ENTITLEMENTS
from ilactl.ledger.entries import Entry
from ilactl.ledger.grammar_sql import literal
from ilactl.ledger.holders import FEW
from ilactl.ledger.registers import PersonRecord, all_persons, person_record
from ilactl.ledger.tables import read_sql
from ilactl.rules.batch_tables import BatchTables
from ilactl.rules.batch_wallets import Wallets
from ilactl.rules.fact_columns import day_sql
from ilactl.rules.model import Amend, Convert
from ilactl.rules.periods import Occasion
from ilactl.rules.rhythm import interval_of
from ilactl.rules.sum_columns import held_in

if TYPE_CHECKING:
    from ilactl.ledger.snapshot import Snapshot
    from ilactl.rules.walk import Walker

__all__ = ["everybody_walks", "marks_of", "moving_persons", "sums_of_laws", "wallets_of"]


def everybody_walks(walker: Walker) -> bool:
    """Whether a run has a part that SQL does not know."""
    if walker.first_use or walker.scheme.closings or walker.grants_end:
        return True
    for step in walker.grants:
        assert isinstance(step.what, Occasion)
        grant = step.what.grant
        interval = interval_of(grant.every)
        if grant.true_up or grant.budget or grant.terms.of_birth or (interval and interval.exhausted):
            return True
        if any(_speaks_of(law, step.what) for law in walker.laws):
            return True
    return False


def _speaks_of(law: Amend | Convert, occasion: Occasion) -> bool:
    """Whether a law may act on the very lots that an occasion of the run opens."""
    grant = occasion.grant
    if (law.classes and grant.class_ not in law.classes) or (law.rules and grant.id not in law.rules):
        return False
    return isinstance(law, Convert) or occasion.due_on <= law.on


def marks_of(walker: Walker) -> dict[str, str]:
    """Conditions by name that an entry of somebody whose lots move meets."""
    return {
        "owes": "\"from\" = 'owed' OR \"to\" = 'owed' OR kind = 'transfer'",
        "ends": _ends(walker.on),
        **{
            f"revived{i}": f"kind = 'expire' AND \"from\" IN ({_wallets_under(law, walker)})"
            for i, law in enumerate(walker.laws)
            if getattr(law, "revive", False)
        },
    }


def sums_of_laws(walker: Walker) -> dict[str, str]:
    """For each law, what its classes hold, reserved or not."""
    return {
        f"law{i}": f"CAST({held_in(_wallets_under(law, walker))} AS BIGINT)"
        for i, law in enumerate(walker.laws)
    }


def _wallets_under(law: Amend | Convert, walker: Walker) -> str:
    classes = law.classes or tuple(walker.scheme.class_units)
    return ", ".join(literal(f"{kind}:{name}") for name in classes for kind in ("wallet", "held"))


def moving_persons(wallets: Wallets, walker: Walker) -> set[str]:
    """Whom the interpreter must lead, under the ids that stand for them."""
    found = wallets.marked("owes", *(name for name in wallets.marks if name.startswith("revived")))
    found |= _ended(wallets, walker.on)
    if walker.laws:
        held = " OR ".join(f"law{i} > 0" for i in range(len(walker.laws)))
        found |= _ids(wallets.tables, f"SELECT person FROM wallets WHERE {held}")
    if walker.matching:
        found |= _unmatched(wallets.tables, walker)
    return wallets.tables.canonical(found)


def _ids(tables: BatchTables, sql: str) -> set[str]:
    return {str(row[0]) for row in tables.run(sql)}


def _ends(on: date) -> str:
    return f"TRY_CAST(expires_on AS DATE) < {day_sql(on)}"


def _ended(wallets: Wallets, on: date) -> set[str]:
    """Those with something left on a lot that some row gave a last day before the run's."""
    if not wallets.tables.run("SELECT 1 FROM wallets WHERE ends LIMIT 1"):
        return set()
    columns = ["entry", "person", "lot", "amount", "unit", "from", "to", "expires_on"]
    into, out_of = (f"sum(amount) FILTER (WHERE \"{end}\" LIKE 'wallet:%')" for end in ("to", "from"))
    ended = "SELECT person FROM wallets WHERE ends"
    aliases = f"SELECT alias FROM aliases WHERE person IN ({ended})"
    return _ids(
        wallets.tables,
        f"SELECT DISTINCT any_value(person) FROM {read_sql(wallets.tables.snapshot, ENTITLEMENTS, columns)}"
        f" WHERE person IN ({ended}) OR person IN ({aliases}) GROUP BY coalesce(lot, entry)"
        f" HAVING bool_or({_ends(on)}) AND coalesce({into}, 0) > coalesce({out_of}, 0)",
    )


def _unmatched(tables: BatchTables, walker: Walker) -> set[str]:
    """Those with a contribution that no grant of a matching rule names as its period."""
    columns = ["entry", "person", "kind", "to", "rule", "period"]
    source = read_sql(tables.snapshot, ENTITLEMENTS, columns)
    found: set[str] = set()
    for versions in walker.matching:
        rule = versions[0].id
        wallets = ", ".join(literal(f"wallet:{name}") for name in versions[0].matches)
        found |= _ids(
            tables,
            f"WITH paid AS (SELECT * FROM {source} WHERE kind IN ('contribute', 'grant'))"
            f" SELECT DISTINCT person FROM paid WHERE kind = 'contribute' AND \"to\" IN ({wallets})"
            f" AND entry NOT IN (SELECT period FROM paid WHERE kind = 'grant' AND period IS NOT NULL"
            f" AND (rule = {literal(rule)} OR starts_with(rule, {literal(rule + '@')})))",
        )
    return found


def wallets_of(tables: BatchTables, persons: set[str]) -> Iterator[tuple[PersonRecord, list[Entry]]]:
    """Records with their entries, by person id."""
    if not persons:
        return
    entries = _entries(tables, persons)
    for record in _records(tables.snapshot, persons):
        rows = [entry for one in record.ids or (record.person,) for entry in entries.get(one, ())]
        yield record, sorted(rows, key=lambda entry: entry.offset)


def _records(snapshot: Snapshot, persons: set[str]) -> Iterator[PersonRecord]:
    if len(persons) <= FEW:
        yield from (person_record(snapshot, person) for person in sorted(persons))
    else:
        yield from (record for record in all_persons(snapshot) if record.person in persons)


def _entries(tables: BatchTables, persons: set[str]) -> dict[str, list[Entry]]:
    """The entries under each id; `offset` is the row's place in the file, not in bytes."""
    ids = ", ".join(literal(person) for person in sorted(persons))
    named = f"SELECT alias FROM aliases WHERE person IN ({ids})"
    source = read_sql(tables.snapshot, ENTITLEMENTS, ENTITLEMENTS.names)
    numbered = f"SELECT *, row_number() OVER () AS nth FROM {source}"
    found: dict[str, list[Entry]] = {}
    query = f"SELECT * FROM ({numbered}) WHERE person IN ({ids}) OR person IN ({named}) ORDER BY nth"
    for row in tables.run(query):
        entry = _entry(row)
        found.setdefault(entry.person, []).append(entry)
    return found


def _entry(row: tuple[Any, ...]) -> Entry:
    entry, booked_on, person, kind, lot, amount, unit, source, target, usable_from, expires_on, *rest = row
    earmark, enrolment, rule, period, due, of, ref, nth = rest
    return Entry(
        entry=entry,
        booked_on=booked_on,
        person=person,
        kind=kind,
        lot=lot or "",
        amount=amount,
        unit=unit,
        source=source or "",
        target=target or "",
        usable_from=usable_from,
        expires_on=date.fromisoformat(expires_on) if expires_on and expires_on != "never" else None,
        never=expires_on == "never",
        earmark=earmark or "",
        enrolment=enrolment or "",
        rule=rule or "",
        period=period or "",
        due=due,
        of=of or "",
        ref=ref or "",
        offset=nth,
    )
