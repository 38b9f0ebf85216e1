"""Made-up account holders: who they are, what is true of them, and what changes over the years.

What the sample must show (a person without a birth date, one whose ceiling falls, one entered
twice ...) is dealt out by a person's number, so that every size of ledger has its share of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sampling.draw import Draw
from sampling.names import PEOPLE, QUOTED

__all__ = ["JOB_SERVICE", "Person", "make_people"]

JOB_SERVICE = "S1"

_REGIONS = ("Capital", "Coast", "Highlands", "Lakes", "North", "Old Town", "Ōtepää Valley")
_GROUPS = ("care_duties", "disability", "lone_parent", "migrant", "rural", "shift_work")
_ISCED = ((0, 2), (1, 6), (2, 16), (3, 32), (4, 7), (5, 8), (6, 16), (7, 10), (8, 3))
_STATUS = (("employed", 60), ("self_employed", 9), ("unemployed", 16), ("inactive", 15))
_SHARES = (
    ("1", 58),
    ("0.8", 12),
    ("0.75", 6),
    ("0.6", 6),
    ("0.5", 8),
    ("0.4", 4),
    ("0.3333", 3),
    ("0.25", 3),
)

REGISTERED = "2024-11-12"
JOINED = "2025-09-02"
CHANGES = ("2025-04-07", "2025-10-06", "2026-05-04", "2026-09-07")
"""The days on which changed states came in, as one list each."""


@dataclass(slots=True)
class State:
    """One row of persons.csv, without the id."""

    valid_from: str
    isced: str
    status: str
    share: str = ""
    employer: str = ""
    region: str = ""
    groups: str = ""
    same_as: str = ""
    facts: str = ""

    def line(self, person: str) -> str:
        """The row."""
        return (
            f"{person},{self.valid_from},{self.isced},{self.status},{self.share},{self.employer},"
            f"{self.region},{self.groups},{self.same_as},{self.facts}\n"
        )

    def but(self, valid_from: str, **changes: str) -> State:
        """A new whole row from a later day on."""
        cells = {name: getattr(self, name) for name in self.__slots__}
        return State(**{**cells, "valid_from": valid_from, **changes})


@dataclass(slots=True)
class Person:
    """An account holder. `states` holds (day it came in, row), `identities` the same with whole lines."""

    id: str
    number: int
    joined: str
    states: list[tuple[str, State]] = field(default_factory=list)
    identities: list[tuple[str, str]] = field(default_factory=list)

    def on(self, day: str) -> State | None:
        """What was known and true on a day."""
        held = [state for came, state in self.states if came <= day and state.valid_from <= day]
        return held[-1] if held else None


def make_people(count: int, employers: Sequence[str], draw: Draw, prefix: str) -> list[Person]:
    """The holders in the order they came in; the ids of two stand for one person here and there."""
    people: list[Person] = []
    taken: set[str] = set()
    for number in range(count):
        identifier = draw.identifier(prefix)
        while identifier in taken:
            identifier = draw.identifier(prefix)
        taken.add(identifier)
        person = Person(identifier, number, JOINED if number % 11 == 10 else REGISTERED)
        _describe(person, employers, draw)
        _change(person, employers, draw)
        if number % 2000 == 149:  # entered twice: once more under an id of its own
            twin = people[number // 2]
            last = person.states[-1][1]
            person.states.append((CHANGES[2], last.but(CHANGES[2], same_as=twin.id)))
        people.append(person)
    return people


def _describe(person: Person, employers: Sequence[str], draw: Draw) -> None:
    """The first row of each register."""
    number = person.number
    born = _born(number, draw)
    year = int(born[:4]) if born else 1980
    isced = str(min(draw.weighted(_ISCED), max(1, (2026 - year - 8) // 4)))
    if number % 75 == 31:
        isced = ""
    elif number % 100 in (41, 66):
        isced = "2"  # they will qualify: see _change
    status = _status(number, year, draw)
    first = (
        "2025-08-25" if person.joined == JOINED else f"2024-{1 + draw.below(10):02}-{1 + draw.below(28):02}"
    )
    state = State(first, isced, status, region=draw.pick(_REGIONS))
    if status == "employed":
        state.share, state.employer = draw.weighted(_SHARES), draw.pick(employers)
    if draw.chance(0.3):
        state.groups = " ".join(sorted({draw.pick(_GROUPS), draw.pick(_GROUPS)}))
    if number % 45 == 13:
        state.facts = "low_qualified=true"
    person.states.append((person.joined, state))
    person.identities.append((person.joined, _identity(person, first, _name(number, draw), born, draw)))


def _born(number: int, draw: Draw) -> str:
    """Between 16 and 70 years old in 2026; two of three hundred without a date."""
    if number % 150 == 77:
        return ""
    if number % 300 == 200:
        return "2008-02-29"
    year = 2026 - 70 + draw.below(55)
    return f"{year}-{1 + draw.below(12):02}-{1 + draw.below(28):02}"


def _status(number: int, year: int, draw: Draw) -> str:
    if number % 100 in (41, 66):
        return "employed"
    if number % 120 == 101:
        return ""
    if year > 2003 and draw.chance(0.6):
        return "student"
    if year < 1962 and draw.chance(0.7):
        return "retired"
    return draw.weighted(_STATUS)


def _name(number: int, draw: Draw) -> str:
    if number % 150 == 60:
        return f'"{QUOTED[number // 150 % 2]}"'.replace('"Dudu"', '""Dudu""').replace('"Líza"', '""Líza""')
    given, family, turned = PEOPLE[(number * 5 + draw.below(3)) % len(PEOPLE)]
    first, last = draw.pick(given), draw.pick(family)
    return f"{last} {first}" if turned else f"{first} {last}"


def _identity(person: Person, valid_from: str, name: str, born: str, draw: Draw) -> str:
    contact = f"holder{person.number + 1}@example.org" if draw.chance(0.6) else ""
    external = f"HR-{person.number + 1:06}" if draw.chance(0.8) else ""
    return f"{person.id},{valid_from},{name},{born},{contact},{external},,{draw.salt()}\n"


def _change(person: Person, employers: Sequence[str], draw: Draw) -> None:
    """What became different: a qualification, a job, the hours, a name."""
    state = person.states[0][1]
    if person.number % 100 in (41, 66):
        person.states.append((CHANGES[3], state.but("2026-06-30", isced="3")))
        return
    if not draw.chance(0.07):
        return
    day = CHANGES[2 + draw.below(2)] if person.joined == JOINED else draw.pick(CHANGES)
    since = f"{day[:7]}-01"
    if state.status == "employed":
        kind = draw.below(3)
        if kind == 0:
            changed = state.but(since, status="unemployed", share="", employer="")
        elif kind == 1:
            changed = state.but(since, share=draw.weighted(_SHARES))
        else:
            changed = state.but(since, employer=draw.pick(employers))
    elif state.status == "unemployed":
        changed = state.but(
            since, status="employed", share=draw.weighted(_SHARES), employer=draw.pick(employers)
        )
    else:
        changed = state.but(since, region=draw.pick(_REGIONS))
    person.states.append((day, changed))
    if draw.chance(0.15) and '"' not in person.identities[0][1]:
        cells = person.identities[0][1].rstrip("\n").split(",")
        cells[1:3] = since, _married(cells[2])
        cells[-1] = draw.salt()
        person.identities.append((day, ",".join(cells) + "\n"))


def _married(name: str) -> str:
    """The name with another family name of its language."""
    for _, families, _ in PEOPLE:
        for family, other in zip(families, families[1:] + families[:1], strict=True):
            if family in name:
                return name.replace(family, other)
    return name
