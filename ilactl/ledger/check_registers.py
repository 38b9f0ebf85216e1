"""Checks across files: that what one row names, another register knows."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ilactl.dates import age_on, parse_date
from ilactl.findings import Finding, Kind
from ilactl.ledger.checking import EntryWatch, Ground
from ilactl.ledger.columns import (
    COURSES,
    CREDENTIALS,
    ENROLMENTS,
    FIGURES,
    IDENTITIES,
    ORGANISATIONS,
    OUTCOMES,
    PERSONS,
    REASONS,
    RELEVANCE,
    RUNS,
)
from ilactl.ledger.cutting import Shift
from ilactl.ledger.erasures import erasures
from ilactl.ledger.registers import parse_facts
from ilactl.nearest import did_you_mean

if TYPE_CHECKING:
    from ilactl.ledger.entries import Entry

__all__ = [
    "EntryOrganisations",
    "EntryPersons",
    "aliases",
    "birth_dates",
    "doubled_rows",
    "employers_known",
    "erased_stay_erased",
    "facts_declared",
    "persons_known",
    "spans_overlap",
    "twins",
]

PERSON = Kind(
    "CHECK-PERSON",
    "a row names a person whom persons.csv does not know",
    "add the person, or restore the row",
)
ORGANISATION = Kind(
    "CHECK-ORGANISATION",
    "a row names an organisation that organisations.csv does not know",
    "add the organisation",
)
ALIAS = Kind(
    "CHECK-ALIAS", "same_as names nobody, or goes round in a ring", "record a row with the right same_as"
)
BIRTH = Kind("CHECK-BIRTH-DATE", "a birth date cannot be", "record the right one with 'ilactl person update'")
FACT = Kind(
    "CHECK-FACT", "a recorded fact is not declared, or not of its type", "declare the fact, or record it anew"
)
TWO_ROWS = Kind("CHECK-TWO-ROWS", "one commit holds two rows for the same id and day", "keep one of the two")
TWIN = Kind(
    "CHECK-TWIN",
    "two persons have the same name and birth date",
    "if they are one: 'ilactl person merge ID --into OTHER --why TEXT'",
    warning=True,
)
OVERLAP = Kind(
    "CHECK-FIGURE-OVERLAP",
    "two figures of one source overlap, so days may count twice",
    "record the figure for spans that do not overlap",
    warning=True,
)

ERASED = Kind(
    "CHECK-ERASED",
    "identities.csv says again who an erased person is",
    "erase the person again; if it is another person, give that one an id of its own",
)

_MAX_AGE = 120


class EntryPersons(EntryWatch):
    """Every entry's person is in persons.csv."""

    def see(self, entry: Entry) -> None:
        """One entry."""
        if entry.person not in self.ground.persons:
            place = self.ground.entry_place(entry, "person")
            self.found.append(PERSON.at(place, f"person {entry.person} is not in persons.csv"))


class EntryOrganisations(EntryWatch):
    """Every employer, service and provider that an entry names is in organisations.csv."""

    def __init__(self, ground: Ground) -> None:
        """No organisation was named."""
        super().__init__(ground)
        self._good: set[str] = set()

    def see(self, entry: Entry) -> None:
        """One entry."""
        for column, account in (("from", entry.source), ("to", entry.target)):
            if account in self._good:
                continue
            kind, _, name = account.partition(":")
            if kind not in ("employer", "service", "provider") or name in self.ground.organisations:
                self._good.add(account)
                continue
            place = self.ground.entry_place(entry, column)
            self.found.append(ORGANISATION.at(place, f"{kind} {name} is not in organisations.csv"))


def persons_known(ground: Ground) -> Iterator[Finding]:
    """Every person in the other registers is in persons.csv."""
    for table in (IDENTITIES, FIGURES, ENROLMENTS, REASONS, CREDENTIALS):
        index = table.index("person")
        for row in ground.rows(table):
            person = row.cells[index]
            if person and person not in ground.persons:
                place = ground.place(table.file, row.offset, "person")
                yield PERSON.at(place, f"person {person} is not in persons.csv")


def employers_known(ground: Ground) -> Iterator[Finding]:
    """Every employer in persons.csv is in organisations.csv."""
    index = PERSONS.index("employer")
    for row in ground.rows(PERSONS):
        employer = row.cells[index]
        if employer and employer not in ground.organisations:
            place = ground.place(PERSONS.file, row.offset, "employer")
            yield ORGANISATION.at(place, f"employer {employer} is not in organisations.csv")


def aliases(ground: Ground) -> Iterator[Finding]:
    """Every same_as names another person, and none goes round in a ring."""
    index = PERSONS.index("same_as")
    newest: dict[str, tuple[str, str, int]] = {}
    for row in ground.rows(PERSONS):
        if row.cells[1] >= newest.get(row.cells[0], ("",))[0]:
            newest[row.cells[0]] = (row.cells[1], row.cells[index], row.offset)
    for person, (_, target, offset) in newest.items():
        if not target:
            continue
        seen, at = {person}, target
        while at in newest and at not in seen:
            seen.add(at)
            at = newest[at][1]
        if target not in newest:
            yield ALIAS.at(ground.place(PERSONS.file, offset, "same_as"), f"same_as {target} is not a person")
        elif at == person and person == min(seen):  # a ring is told once
            place = ground.place(PERSONS.file, offset, "same_as")
            yield ALIAS.at(place, f"same_as of {' and '.join(sorted(seen))} goes round in a ring")


def birth_dates(ground: Ground) -> Iterator[Finding]:
    """Nobody is born after today, or older than 120 years."""
    index = IDENTITIES.index("birth_date")
    for row in ground.rows(IDENTITIES):
        born = parse_date(row.cells[index])
        if born is None:
            continue
        if born > ground.on:
            fault = f"a birth date after {ground.on}"
        elif age_on(born, ground.on) > _MAX_AGE:
            fault = f"a birth date more than {_MAX_AGE} years ago"
        else:
            continue
        yield BIRTH.at(ground.place(IDENTITIES.file, row.offset, "birth_date"), fault)


def facts_declared(ground: Ground) -> Iterator[Finding]:
    """Every recorded fact and figure is declared by the scheme, of its type, and in the right file."""
    facts = ground.facts
    if facts is None:
        return
    good: set[tuple[str, str, str]] = set()
    for table, kind, what in (
        (PERSONS, "state", "state"),
        (IDENTITIES, "state", "state"),
        (COURSES, "course", "fact of courses"),
    ):
        index = table.index("facts")
        sensitive = table is IDENTITIES
        for row in ground.rows(table):
            for name, text in parse_facts(row.cells[index]).items():
                if (table.file, name, text) in good:
                    continue
                fact = facts.get(name)
                if fact is None or fact.kind != kind:
                    alike = [one for one, other in facts.items() if other.kind == kind]
                    fault, remedy = f"{name} is not a {what} of this scheme", did_you_mean(name, alike)
                elif fact.parse(text) is None:
                    fault, remedy = f"{name} {text!r} is not {fact.type.describe()}", ""
                elif fact.sensitive != sensitive:
                    fault, remedy = f"{name} is {'' if fact.sensitive else 'not '}sensitive", ""
                else:
                    good.add((table.file, name, text))
                    continue
                yield FACT.at(ground.place(table.file, row.offset, "facts"), fault, remedy)
    for row in ground.rows(FIGURES):
        name, text = row.cells[1], row.cells[4]
        fact = facts.get(name)
        if fact is None or fact.kind != "figure":
            place = ground.place(FIGURES.file, row.offset, "figure")
            yield FACT.at(place, f"{name} is not a figure of this scheme", did_you_mean(name, facts))
        elif fact.parse(text) is None:
            place = ground.place(FIGURES.file, row.offset, "value")
            yield FACT.at(place, f"{name} {text!r} is not {fact.type.describe()}")
        elif row.cells[2] > row.cells[3]:
            yield FACT.at(ground.place(FIGURES.file, row.offset, "to"), "to lies before from")


def erased_stay_erased(ground: Ground) -> Iterator[Finding]:
    """No row says who an erased person is."""
    gone = erasures(ground.snapshot)
    for row in ground.rows(IDENTITIES) if gone else ():
        if row.cells[0] in gone:
            place = ground.place(IDENTITIES.file, row.offset, "person")
            yield ERASED.at(place, f"{row.cells[0]} was erased by commit {gone[row.cells[0]].seq}")


def doubled_rows(ground: Ground) -> Iterator[Finding]:
    """A commit holds one row for an id and a day, so that one of them holds."""
    bases: dict[str, list[int]] = {}
    for record in ground.snapshot.records():
        for act in record.files:
            if act.cuts:
                shift = Shift(act.cuts)
                bases[act.path] = [shift.forward(base) for base in bases[act.path]]
            elif not act.removed:
                bases.setdefault(act.path, []).append(act.base)
    for table in (PERSONS, IDENTITIES, ORGANISATIONS, COURSES, RUNS, OUTCOMES, RELEVANCE):
        starts = sorted(bases.get(table.file, []))
        seen: set[tuple[int, str, str]] = set()
        for row in ground.rows(table):
            about, since = table.key_of(row.cells), row.cells[table.keys]
            key = (bisect_right(starts, row.offset), about, since)
            if key in seen:
                message = f"{about} has two rows for {since} in one commit"
                yield TWO_ROWS.at(ground.place(table.file, row.offset, "valid_from"), message)
            seen.add(key)


def twins(ground: Ground) -> Iterator[Finding]:
    """No two persons have the same name and birth date."""
    name_at, birth_at = IDENTITIES.index("name"), IDENTITIES.index("birth_date")
    alias_at = PERSONS.index("same_as")
    merged = {row.cells[0] for row in ground.rows(PERSONS) if row.cells[alias_at]}
    first: dict[tuple[str, str], str] = {}
    for row in ground.rows(IDENTITIES):
        key = (row.cells[name_at], row.cells[birth_at])
        person = row.cells[0]
        if not all(key) or person in merged:
            continue
        other = first.setdefault(key, person)
        if other != person:
            place = ground.place(IDENTITIES.file, row.offset, "name")
            yield TWIN.at(place, f"{person} and {other} have the same name and birth date")


def spans_overlap(ground: Ground) -> Iterator[Finding]:
    """Figures of one person, name and source cover days once."""
    spans: dict[tuple[str, str, str], set[tuple[str, str]]] = {}
    for row in ground.rows(FIGURES):
        person, figure, first, last, _, source = row.cells
        known = spans.setdefault((person, figure, source), set())
        if (first, last) in known:
            continue
        if any(a <= last and first <= b for a, b in known):
            place = ground.place(FIGURES.file, row.offset, "from")
            yield OVERLAP.at(place, f"{figure} of {person} covers days that an earlier row covers")
        known.add((first, last))
