"""The plan of a run: what it would book, whom it leaves out, and why.

One object is shown by a dry run, printed as JSON and committed by the real run. Two makers give
the same plan: `by_person.py` (for few) and `batch.py` (for many); `planner.py` chooses.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct, field

from ilactl.ledger.commit import Append
from ilactl.rules.decision import Decision, Verdict
from ilactl.rules.due import Missed
from ilactl.rules.periods import Occasion

if TYPE_CHECKING:
    from ilactl.ledger.commit import Writer
    from ilactl.ledger.snapshot import Snapshot
    from ilactl.rules.walk import Booking, Unmoved

__all__ = [
    "EACH",
    "EXAMPLES",
    "Example",
    "Moved",
    "Plan",
    "Request",
    "Rows",
    "Totals",
    "Undecided",
    "moved_of",
    "scales_of",
    "together",
    "undecided_of",
]

EXAMPLES = 5
"""How many undecided or cut persons a summary names."""

EACH = "each"
"""Stands for the period where every contribution is one."""


class Request(Struct, frozen=True):
    """What a run was asked for. `persons` None is everybody; an empty list of names is nobody.

    Without `grants` only what time and laws do to lots is done.
    """

    on: date
    rules: tuple[str, ...] = ()
    persons: tuple[str, ...] | None = None
    periods: tuple[str, ...] = ()
    grants: bool = True


class Example(Struct, frozen=True):
    """A person named in a summary: undecided for a reason, or cut from what was due to what was credited."""

    person: str
    reason: str = ""
    due: int = 0
    credited: int = 0


class Totals(Struct):
    """One occasion's figures over all persons, in smallest parts."""

    occasion: Occasion
    persons: int = 0
    credited: int = 0
    due: int = 0
    cut: int = 0
    taken: int = 0
    undecided: int = 0
    refused: int = 0
    missing: Counter[str] = field(default_factory=Counter)
    undecided_examples: list[Example] = field(default_factory=list)
    cut_examples: list[Example] = field(default_factory=list)
    refused_examples: list[Example] = field(default_factory=list)

    def add(self, decision: Decision) -> None:
        """Count one decision."""
        if decision.verdict is Verdict.GRANTED:
            self.persons += 1
            self.credited += decision.credited
            self.due += decision.due
            if decision.cut:
                self.cut += 1
                if len(self.cut_examples) < EXAMPLES:
                    self.cut_examples.append(Example(decision.person, "", decision.due, decision.credited))
        elif decision.verdict is Verdict.TAKEN:
            self.taken += 1
        elif decision.verdict is Verdict.REFUSED:
            self.refused += 1
            if len(self.refused_examples) < EXAMPLES:
                self.refused_examples.append(Example(decision.person))
        elif decision.verdict is Verdict.UNDECIDED:
            self.undecided += 1
            reasons = decision.notes or decision.missing
            self.missing.update(reasons)
            if len(self.undecided_examples) < EXAMPLES:
                self.undecided_examples.append(Example(decision.person, ", ".join(reasons)))

    def plus(self, other: Totals) -> Totals:
        """The same occasion's figures with those of other persons; examples by person id."""
        return Totals(
            self.occasion,
            self.persons + other.persons,
            self.credited + other.credited,
            self.due + other.due,
            self.cut + other.cut,
            self.taken + other.taken,
            self.undecided + other.undecided,
            self.refused + other.refused,
            self.missing + other.missing,
            _first(self.undecided_examples + other.undecided_examples),
            _first(self.cut_examples + other.cut_examples),
            _first(self.refused_examples + other.refused_examples),
        )


def _first(examples: list[Example]) -> list[Example]:
    return sorted(examples, key=lambda example: example.person)[:EXAMPLES]


class Moved(Struct):
    """What a run does to lots beside its grants, by kind, rule, unit and the accounts it moves between."""

    kind: str
    rule: str
    unit: str
    source: str
    target: str
    entries: int = 0
    amount: int = 0
    persons: int = 0


class Undecided(Struct):
    """A law or a closing that could not be decided for some, for want of facts."""

    rule: str
    persons: int = 0
    missing: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)


def together(first: Sequence[Totals], second: Sequence[Totals]) -> list[Totals]:
    """The figures of two groups of persons, added up; only the second may know more occasions."""
    added = [one.plus(other) for one, other in zip(first, second, strict=False)]
    return [*added, *second[len(first) :]]


class Rows(Protocol):
    """Where a plan's rows come from when they are booked."""

    def fingerprint(self) -> str:
        """A digest of what would be booked."""

    def append(self, writer: Writer, first_entry: int, on: date, scales: dict[str, int]) -> Append:
        """The rows with their entry ids, ready for the commit."""


class Plan(Struct):
    """What a run would book. `entries` counts the rows."""

    request: Request
    totals: list[Totals]
    missed: list[Missed]
    rows: Rows
    moved: list[Moved] = field(default_factory=list)
    undecided: list[Undecided] = field(default_factory=list)

    @property
    def entries(self) -> int:
        """How many rows would be booked."""
        return sum(totals.persons for totals in self.totals) + sum(moved.entries for moved in self.moved)

    @property
    def spoken(self) -> str:
        """`1 entry`, `412 entries`."""
        return f"{self.entries} entr{'y' if self.entries == 1 else 'ies'}"

    @property
    def grants_used(self) -> list[str]:
        """The versions that would book something."""
        granted = {totals.occasion.grant.version for totals in self.totals if totals.persons}
        return sorted(granted | {moved.rule for moved in self.moved if moved.rule})


def moved_of(bookings: Iterable[tuple[str, Booking]]) -> list[Moved]:
    """The rows of persons that are no grants, added up."""
    found: dict[tuple[str, str, str, str, str], Moved] = {}
    last: dict[int, str] = {}
    for person, (_, row) in bookings:
        if row.kind == "grant":
            continue
        key = row.kind, row.rule, row.unit, row.source, row.target
        moved = found.setdefault(key, Moved(*key))
        moved.entries += 1
        moved.amount += row.amount
        if last.get(id(moved)) != person:
            last[id(moved)] = person
            moved.persons += 1
    return [found[key] for key in sorted(found)]


def undecided_of(unmoved: Iterable[tuple[str, Unmoved]]) -> list[Undecided]:
    """Whom a law or a closing could not be decided for, by rule."""
    found: dict[str, Undecided] = {}
    for person, (place, missing) in unmoved:
        undecided = found.setdefault(place.rule, Undecided(place.rule))
        if person not in undecided.examples[-1:]:
            undecided.persons += 1
            undecided.missing.update(missing)
            if len(undecided.examples) < EXAMPLES:
                undecided.examples.append(person)
    return [found[rule] for rule in sorted(found)]


def scales_of(snapshot: Snapshot) -> dict[str, int]:
    """Decimals of each unit of the ledger."""
    return {name: unit.scale for name, unit in snapshot.manifest.units.items()}
