"""The registers of persons read: who a person is, what is true of them and since when, what adds up.

A row is whole and holds from its valid_from until the next one; of rows with the same
valid_from the later one in the file holds, because files only grow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from ilactl.dates import Span, known_date, parse_date
from ilactl.errors import NotFound
from ilactl.ledger.columns import FIGURES, IDENTITIES, PERSONS
from ilactl.ledger.entries import usable_rows
from ilactl.ledger.grammar import Table
from ilactl.ledger.lookup import rows_of
from ilactl.ledger.scan import Row, iter_table, read_table
from ilactl.money import parse_decimal

if TYPE_CHECKING:
    from fractions import Fraction

    from ilactl.findings import Finding
    from ilactl.ledger.snapshot import Snapshot

__all__ = [
    "FigureRow",
    "PersonRecord",
    "StateRow",
    "all_persons",
    "canonical_ids",
    "format_facts",
    "other_ids",
    "parse_facts",
    "person_ids",
    "person_record",
    "same_person",
    "stands_for",
    "states_of",
]

_EMPTY: Mapping[str, str] = {}


class StateRow(NamedTuple):
    """One row of persons.csv or identities.csv: all cells by column, the `facts` cell also by name."""

    valid_from: date
    cells: Mapping[str, str]
    facts: Mapping[str, str]
    offset: int
    file: str


class FigureRow(NamedTuple):
    """One figure over a span, as the newest row for it says."""

    figure: str
    span: Span
    value: Fraction
    source: str
    offset: int


class PersonRecord(NamedTuple):
    """All that the registers say of one person.

    `states` and `identity_states` are sorted by valid_from, of equals only the last row;
    `identity` holds the cells of the newest identities row ({} without one); `ids` are all
    ids of the same person, its own first.
    """

    person: str
    states: tuple[StateRow, ...]
    identity_states: tuple[StateRow, ...] = ()
    identity: Mapping[str, str] = _EMPTY
    birth_date: date | None = None
    figures: tuple[FigureRow, ...] = ()
    ids: tuple[str, ...] = ()

    def state_on(self, day: date) -> StateRow | None:
        """The row of persons.csv that holds on the day."""
        return _in_force(self.states, day)

    def identity_on(self, day: date) -> StateRow | None:
        """The row of identities.csv that holds on the day."""
        return _in_force(self.identity_states, day)


def parse_facts(cell: str) -> dict[str, str]:
    """The `facts` cell by name."""
    if not cell:
        return {}
    facts: dict[str, str] = {}
    for pair in cell.split(";"):
        name, _, value = pair.partition("=")
        facts.setdefault(name, value)  # of a name written twice the first holds, as in a batch
    return facts


def format_facts(facts: Mapping[str, str]) -> str:
    """The `facts` cell, names in order, unset ones left out."""
    return ";".join(f"{name}={facts[name]}" for name in sorted(facts) if facts[name] != "")


def _in_force(rows: tuple[StateRow, ...], day: date) -> StateRow | None:
    held = None
    for row in rows:
        if row.valid_from > day:
            break
        held = row
    return held


def _found(snapshot: Snapshot, table: Table, column: str, wanted: str) -> list[Row]:
    return usable_rows(*rows_of(snapshot, table, column, wanted), table)


def _all(snapshot: Snapshot, table: Table) -> list[Row]:
    return usable_rows(*read_table(snapshot.view(table.file), table), table)


def _iter(snapshot: Snapshot, table: Table) -> Iterator[Row]:
    """Every row in file order, with bounded memory; BadInput with all findings behind the last one."""
    findings: list[Finding] = []
    yield from iter_table(snapshot.view(table.file), table, findings)
    usable_rows([], findings, table)


def _states(rows: Iterable[Row], table: Table) -> tuple[StateRow, ...]:
    """Rows in file order to rows by valid_from, of equals only the last."""
    at, facts_at = table.index("valid_from"), table.index("facts")
    by_day: dict[str, Row] = {}
    for row in rows:
        by_day[row.cells[at]] = row
    return tuple(
        StateRow(
            known_date(day),
            dict(zip(table.names, by_day[day].cells, strict=True)),
            parse_facts(by_day[day].cells[facts_at]),
            by_day[day].offset,
            table.file,
        )
        for day in sorted(by_day)
    )


def _figures(rows: Iterable[Row]) -> tuple[FigureRow, ...]:
    """Figures in file order; a row for the same person, figure, span and source replaces the earlier."""
    kept: dict[tuple[str, ...], Row] = {}
    for row in rows:
        person, figure, first, last, _, source = row.cells
        key = (person, figure, first, last, source)
        kept.pop(key, None)
        kept[key] = row
    figures = []
    for row in kept.values():
        _, figure, first, last, text, source = row.cells
        value = parse_decimal(text)
        assert value is not None, "the scanner lets no other text through"
        figures.append(
            FigureRow(figure, Span(known_date(first), known_date(last)), value, source, row.offset)
        )
    return tuple(sorted(figures, key=lambda f: f.offset))


def _record(
    ids: tuple[str, ...], states: list[Row], identities: list[Row], figures: list[Row]
) -> PersonRecord:
    identity_states = _states(identities, IDENTITIES)
    identity = identity_states[-1].cells if identity_states else _EMPTY
    return PersonRecord(
        person=ids[0],
        states=_states(states, PERSONS),
        identity_states=identity_states,
        identity=identity,
        birth_date=parse_date(identity.get("birth_date", "")),
        figures=_figures(figures),
        ids=ids,
    )


def same_person(snapshot: Snapshot, person: str) -> tuple[str, ...]:
    """All ids of the person behind an id, the id that stands for them first.

    A person's newest row decides whether it is an alias, so an alias can be undone. Costs one
    search of persons.csv where there are no aliases.
    """
    canonical = stands_for(person, lambda one: _alias(snapshot, one))
    ids, waiting = [canonical], [canonical]
    while waiting:
        target = waiting.pop()
        for row in _found(snapshot, PERSONS, "same_as", target):
            other = row.cells[0]
            if other not in ids and stands_for(other, lambda one: _alias(snapshot, one)) == canonical:
                ids.append(other)
                waiting.append(other)
    return (canonical, *sorted(ids[1:]))


def stands_for(person: str, lead: Callable[[str], str]) -> str:
    """The id that stands for the person: where the aliases lead, step by step.

    `lead` gives the person that an id's newest row names, "" where it names none who exists.
    A way that ends in a ring leads nowhere: each id then stands for itself.
    """
    at, seen = person, {person}
    while after := lead(at):
        if after in seen:
            return person
        seen.add(after)
        at = after
    return at


def states_of(snapshot: Snapshot, person: str) -> tuple[StateRow, ...]:
    """The rows of persons.csv under one id alone, by valid_from."""
    return _states(_found(snapshot, PERSONS, "person", person), PERSONS)


def _alias(snapshot: Snapshot, person: str) -> str:
    """The person that the id's newest row names, if there is such a person."""
    states = states_of(snapshot, person)
    named = states[-1].cells["same_as"] if states else ""
    return named if named and _found(snapshot, PERSONS, "person", named) else ""


def person_record(snapshot: Snapshot, person: str) -> PersonRecord:
    """All the registers say of the person behind the id.

    Raises NotFound where persons.csv has no row for it, BadInput where a row is bad.
    """
    ids = same_person(snapshot, person)
    states = _found(snapshot, PERSONS, "person", ids[0])
    if not states:
        raise NotFound(what=f"person {person}", hint="'ilactl person find WORDS' looks for a name or number")
    identities = _found(snapshot, IDENTITIES, "person", ids[0])
    figures = [row for one in ids for row in _found(snapshot, FIGURES, "person", one)]
    return _record(ids, states, identities, sorted(figures))


def all_persons(snapshot: Snapshot) -> Iterator[PersonRecord]:
    """Every person, by id; those whose id is an alias come under the id that stands for them."""
    states = _by_person(_all(snapshot, PERSONS))
    identities = _by_person(_all(snapshot, IDENTITIES))
    figures = _by_person(_all(snapshot, FIGURES))
    groups: dict[str, list[str]] = {}
    for person, canonical in _canonical(states).items():
        groups.setdefault(canonical, []).append(person)
    for canonical in sorted(groups):
        ids = (canonical, *sorted(p for p in groups[canonical] if p != canonical))
        added = [row for one in ids for row in figures.get(one, [])]
        yield _record(ids, states[canonical], identities.get(canonical, []), sorted(added))


def canonical_ids(snapshot: Snapshot) -> dict[str, str]:
    """For every id in persons.csv the id that stands for its person: itself, but for an alias."""
    newest = _newest_aliases(_iter(snapshot, PERSONS))
    return {person: person for person in newest} | _led(newest)


def other_ids(snapshot: Snapshot) -> dict[str, str]:
    """For each alias the id that stands for its person; ids that stand for themselves are left out."""
    return _led(_newest_aliases(_iter(snapshot, PERSONS)))


def person_ids(snapshot: Snapshot) -> list[str]:
    """Every person's id, sorted; aliases are left out."""
    states = _by_person(_all(snapshot, PERSONS))
    return sorted(person for person, canonical in _canonical(states).items() if person == canonical)


def _by_person(rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.cells[0], []).append(row)
    return found


def _canonical(states: Mapping[str, list[Row]]) -> dict[str, str]:
    """For each id the id that stands for its person."""
    newest = _newest_aliases(row for rows in states.values() for row in rows)
    return {person: person for person in newest} | _led(newest)


def _newest_aliases(rows: Iterable[Row]) -> dict[str, str]:
    """What `same_as` of each id's newest row says; of equals the later one holds."""
    from_at, alias_at = PERSONS.index("valid_from"), PERSONS.index("same_as")
    since: dict[str, str] = {}
    newest: dict[str, str] = {}
    for _, cells in rows:
        person, valid_from = cells[0], cells[from_at]
        if valid_from >= since.get(person, ""):
            since[person], newest[person] = valid_from, cells[alias_at]
    return newest


def _led(newest: Mapping[str, str]) -> dict[str, str]:
    """Each alias with the id it leads to."""

    def lead(person: str) -> str:
        return after if (after := newest[person]) in newest else ""

    found = {person: stands_for(person, lead) for person, alias in newest.items() if alias}
    return {person: other for person, other in found.items() if other != person}
