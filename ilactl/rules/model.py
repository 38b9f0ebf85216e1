"""The scheme as checked: facts, dated values, caps, grants and contributions. Immutable.

`ilactl/rules/files.py` says what a rule file may hold, `load.py` turns files into this.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct, field

from ilactl.dates import Span
from ilactl.rules.terms import NO_TERMS, LotTerms
from ilactl.rules.values import FactType, Value

if TYPE_CHECKING:
    from ilactl.rules.expressions import Checked
    from ilactl.rules.spending_model import Ending, Spend

__all__ = [
    "EVER_WINDOW",
    "Amend",
    "Budget",
    "Cap",
    "Chosen",
    "Closing",
    "ContributionRule",
    "Convert",
    "DatedValue",
    "FactSpec",
    "Grant",
    "Rule",
    "Scheme",
    "Source",
    "Tier",
    "Version",
    "Window",
]


class Source(Struct, frozen=True):
    """Where a table of a rule file stands: file, first line, and its own text."""

    file: str
    line: int
    text: str


class FactSpec(Struct, frozen=True):
    """A fact: a state (holds until the next row), a figure (of a span, adds up), or one of a course."""

    name: str
    kind: str
    type: FactType
    default: Value | None = None
    sensitive: bool = False
    title: str = ""

    def parse(self, text: str) -> Value | None:
        """The value of a cell, or None where it is not of the fact's type."""
        return self.type.parse(text)


class DatedValue(Struct, frozen=True):
    """A constant that changes by date: pairs of first day and value, oldest first."""

    name: str
    steps: tuple[tuple[date, Value], ...]

    def on(self, day: date) -> Value | None:
        """The value that holds on the day; None before the first."""
        held = [value for first, value in self.steps if first <= day]
        return held[-1] if held else None


class Window(Struct, frozen=True):
    """Which grants a cap on what was granted counts.

    `kind` is ever, period, year, length (`months` that end on the due date) or spans.
    """

    kind: str = "ever"
    months: int = 0
    spans: tuple[Span, ...] = ()


EVER_WINDOW = Window()


class Cap(Struct, frozen=True):
    """A shared limit on what classes of lots may hold together."""

    id: str
    over: tuple[str, ...]
    unit: str
    limit: Checked
    measure: str
    counts_reserved: bool
    source: Source
    window: Window = EVER_WINDOW


class Tier(Struct, frozen=True):
    """One alternative of a grant: the first that holds gives the amount."""

    when: Checked
    amount: Checked


class Version:
    """One version of a rule: what an entry calls it, and when it holds."""

    __slots__ = ()

    id: str
    valid_from: date | None
    valid_until: date | None

    @property
    def version(self) -> str:
        """How an entry names the version: `base@2026-01-01`, or `base` where it has no first day."""
        return f"{self.id}@{self.valid_from.isoformat()}" if self.valid_from else self.id

    def in_force(self, day: date) -> bool:
        """Whether the version holds on the day; `valid_until` is the first day it no longer does."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day < self.valid_until
        )


class Grant(Struct, Version, frozen=True):
    """One version of a grant rule.

    `due` and `facts_on` are texts of the rule file, read by `ilactl/rules/periods.py`;
    `tiers` has exactly one element where the rule names a plain `amount`.
    """

    id: str
    title: str
    class_: str
    fund: str
    unit: str
    every: str
    due: str
    facts_on: str
    when: Checked
    tiers: tuple[Tier, ...]
    round: str
    caps: tuple[str, ...]
    order: int | None
    valid_from: date | None
    valid_until: date | None
    law: str
    source: Source
    digest: str = ""
    starts: str = ""
    true_up: bool = False
    matches: tuple[str, ...] = ()
    budget: str = ""
    terms: LotTerms = NO_TERMS
    at: str = "enrolled"
    """For every = enrolment: the step that it is given at, enrolled or completed."""


class ContributionRule(Struct, Version, frozen=True):
    """Who may add to a wallet, and into which class of lots."""

    id: str
    title: str
    class_: str
    unit: str
    kinds: tuple[str, ...]
    valid_from: date | None
    valid_until: date | None
    source: Source
    earmarks: tuple[str, ...] = ()
    use_by: str = "no"
    terms: LotTerms = NO_TERMS


class Chosen(Struct, Version, frozen=True):
    """Which lots a law or a closing is about: of these classes, of these rules, for whom it holds."""

    id: str
    title: str
    classes: tuple[str, ...]
    rules: tuple[str, ...]
    when: Checked
    law: str
    source: Source
    valid_from: date | None = None
    valid_until: date | None = None


class Amend(Chosen, frozen=True):
    """A law that gives lots new terms from a day on."""

    on: date = date.min
    terms: LotTerms = NO_TERMS
    revive: bool = False


class Convert(Chosen, frozen=True):
    """A law that turns lots into another unit or class on a day."""

    on: date = date.min
    rate: Checked | None = None
    class_: str = ""
    unit: str = ""
    round: str = "half_up"
    terms: LotTerms = NO_TERMS


class Closing(Chosen, frozen=True):
    """When a wallet is closed; what is left on it goes where `unused` says."""

    due: str = ""
    unused: str = "expired"


class Budget(Struct, frozen=True):
    """Money that can run out: an amount for each window, in the unit's smallest part."""

    id: str
    title: str
    unit: str
    windows: tuple[tuple[Span, int], ...]
    order: str
    by: str
    seed: str
    source: Source

    def window_on(self, day: date) -> tuple[Span, int] | None:
        """The window that holds the day, with its amount."""
        return next(((span, amount) for span, amount in self.windows if day in span), None)


Rule: TypeAlias = "Grant | ContributionRule | Amend | Convert | Closing | Spend | Ending"


class Scheme(Struct, frozen=True):
    """All rules of a ledger, checked. `contributions` holds the versions of every id, by version name.

    `facts` are of persons, `course_facts` of opportunities: they stand in courses.csv.
    """

    facts: Mapping[str, FactSpec]
    values: Mapping[str, DatedValue]
    caps: Mapping[str, Cap]
    grants: tuple[Grant, ...]
    contributions: Mapping[str, ContributionRule]
    class_units: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    amends: tuple[Amend, ...] = ()
    converts: tuple[Convert, ...] = ()
    closings: tuple[Closing, ...] = ()
    budgets: Mapping[str, Budget] = field(default_factory=dict)
    spends: tuple[Spend, ...] = ()
    endings: tuple[Ending, ...] = ()
    course_facts: Mapping[str, FactSpec] = field(default_factory=dict)

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every version of every rule."""
        giving: tuple[Rule, ...] = (*self.grants, *self.contributions.values())
        return (*giving, *self.laws, *self.closings, *self.spends, *self.endings)

    @property
    def laws(self) -> tuple[Amend | Convert, ...]:
        """Amendments and conversions of lots that are there."""
        return (*self.amends, *self.converts)

    def rule(self, version: str) -> Rule | None:
        """The rule of that version name, or None."""
        return next((rule for rule in self.rules if rule.version == version), None)

    def grant(self, version: str) -> Grant | None:
        """The grant of that version name, or None."""
        return next((grant for grant in self.grants if grant.version == version), None)
