"""What a remittance list says besides amounts: each enrolment's course and person, each lot's fund."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import TYPE_CHECKING, NamedTuple

from ilactl.ledger.columns import ENROLMENTS, ENTITLEMENTS
from ilactl.ledger.entries import entry_by_id, lot_of, usable_rows
from ilactl.ledger.grammar_sql import literal
from ilactl.ledger.holders import FEW

if TYPE_CHECKING:
    from ilactl.ledger.enrolments import Enrolment
    from ilactl.ledger.record import FileHead
    from ilactl.ledger.snapshot import Snapshot

__all__ = ["About", "about_enrolments", "funders_of"]

_SMALL = 1_500_000
"""Bytes of a file up to which reading it row by row beats importing an engine."""

_NAMED = 1000
"""Up to so many ids are named in a query; beyond, everything is read."""


class About(NamedTuple):
    """The course, its run and the person of an enrolment."""

    course: str
    run: str
    person: str


def about_enrolments(
    snapshot: Snapshot, wanted: Collection[str], then: FileHead | None = None
) -> dict[str, About]:
    """What the enrolments are about, by what stood in enrolments.csv `then`, or stands there now."""
    if len(wanted) > FEW and snapshot.head.sizes.get(ENROLMENTS.file, 0) > _SMALL:
        return _about_by_engine(snapshot, wanted, then)
    found = {}
    for one in _replayed(snapshot, wanted, then):
        found[one.id] = About(one.course, one.run, one.person)
    return found


def _replayed(snapshot: Snapshot, wanted: Collection[str], then: FileHead | None) -> Iterable[Enrolment]:
    from ilactl.ledger.enrolment_rows import Step, steps_of_rows
    from ilactl.ledger.enrolments import replay
    from ilactl.ledger.lookup import rows_of
    from ilactl.ledger.scan import read_table

    view = snapshot.view(ENROLMENTS.file)
    if len(wanted) <= FEW:
        found = [rows_of(snapshot, ENROLMENTS, "enrolment", one) for one in wanted]
    else:
        found = [read_table(view, ENROLMENTS)]
    groups: dict[str, list[Step]] = {}
    for rows, findings in found:
        for step in steps_of_rows(view, rows, snapshot.manifest.units, findings):
            if then is None or step.offset < then.size:
                groups.setdefault(step.enrolment, []).append(step)
        usable_rows(rows, findings, ENROLMENTS)
    return (replay(steps) for one, steps in groups.items() if one in wanted)


def _about_by_engine(snapshot: Snapshot, wanted: Collection[str], then: FileHead | None) -> dict[str, About]:
    from ilactl.ledger.tables import read_sql

    run = _engine()
    source = read_sql(snapshot, ENROLMENTS, ["enrolment", "person", "course", "run", "step"])
    run(f"CREATE TEMP TABLE steps AS SELECT * FROM {source}")
    if then is not None:
        run(f"DELETE FROM steps WHERE rowid >= {then.rows}")
    rows = run(
        "SELECT enrolment, arg_min(course, rowid), arg_max(struct_pack(run := run), rowid).run,"
        " arg_min(person, rowid), bool_or(step = 'undone') FROM steps"
        f"{_named('enrolment', wanted)} GROUP BY enrolment"
    )
    found = {str(one): About(str(c), str(r or ""), str(p)) for one, c, r, p, _ in rows if one in wanted}
    undone = [str(one) for one, *_, back in rows if back and one in wanted]
    for at in range(0, len(undone), FEW):
        for one in _replayed(snapshot, undone[at : at + FEW], then):
            found[one.id] = About(one.course, one.run, one.person)
    return found


def funders_of(snapshot: Snapshot, lots: Collection[str]) -> dict[str, str]:
    """The account that each lot first came from; a converted lot leads back to the one it stems from."""
    few = len(lots) <= FEW or snapshot.head.sizes.get(ENTITLEMENTS.file, 0) <= _SMALL
    look = _openers_few if few else _openers_by_engine
    found: dict[str, str] = {}
    stems = {lot: lot for lot in lots}  # what is looked at now, by the lot that is asked for
    while stems:
        openers = look(snapshot, dict.fromkeys(stems.values()))
        going: dict[str, str] = {}
        for asked, entry in stems.items():
            lot, source, of = openers.get(entry, (entry, "", ""))  # `check` tells of a lot nobody opened
            if lot != entry:
                going[asked] = lot
            elif source == "conversion" and of:
                going[asked] = of
            else:
                found[asked] = source
        stems = going
    return found


_Opener = tuple[str, str, str]


def _openers_few(snapshot: Snapshot, wanted: Collection[str]) -> dict[str, _Opener]:
    """The lot, the source and what it stems from, of each of these entries."""
    from ilactl.ledger.entries import all_entries

    if len(wanted) <= FEW:
        read = [entry_by_id(snapshot, one) for one in wanted]
    else:
        read = [entry for entry in all_entries(snapshot) if entry.entry in wanted]
    return {entry.entry: (lot_of(entry), entry.source, entry.of) for entry in read}


def _openers_by_engine(snapshot: Snapshot, wanted: Collection[str]) -> dict[str, _Opener]:
    if len(wanted) <= FEW:
        return _openers_few(snapshot, wanted)
    from ilactl.ledger.tables import read_sql

    source = read_sql(snapshot, ENTITLEMENTS, ["entry", "lot", "from", "of"])
    where = _named("entry", wanted)
    rows = _engine()(f'SELECT entry, coalesce(lot, entry), "from", "of" FROM {source}{where}')
    return {str(e): (str(lot), str(f), str(of or "")) for e, lot, f, of in rows if e in wanted}


def _engine() -> Callable[[str], list[tuple[object, ...]]]:
    from ilactl.ledger.tables import connect, run_sql

    connection = connect()
    return lambda sql: run_sql(connection, sql)


def _named(column: str, wanted: Collection[str]) -> str:
    """A condition that keeps to these, where they are few enough to be named."""
    return f" WHERE {column} IN ({', '.join(map(literal, wanted))})" if len(wanted) <= _NAMED else ""
