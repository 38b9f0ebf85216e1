"""The names an expression may use: what each means, its type, and where its value comes from.

One catalogue serves the check of rule files, both gaits of evaluation, `rules try` and the manual.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from msgspec import Struct

from ilactl.ledger.columns import FIGURES, IDENTITIES, PERSONS
from ilactl.ledger.grammar import LABOUR_STATUSES
from ilactl.rules.expressions import Bool, Date, Number, Text, Type
from ilactl.rules.model import DatedValue, FactSpec
from ilactl.rules.values import FactType

__all__ = [
    "BUILT_IN",
    "LOT",
    "MOST_MINOR",
    "RESERVED",
    "NameSpec",
    "built_in_facts",
    "catalogue",
    "contribution_names",
    "lot_names",
    "type_of",
]

MOST_MINOR = 10**15
"""No wallet holds more than this many of a unit's smallest part; bounds how wide sums must compute."""

MOMENTS = ("at_start", "at_end", "ever")
SUMS = {
    "balance": "what the wallet holds in the class now, without what is reserved",
    "held": "what is reserved from the class and not yet settled",
    "granted_period": "granted to the class for this period",
    "granted_ever": "granted to the class since the beginning, less what was reversed",
    "contributed_period": "contributed to the class with a booking date in this period",
    "contributed_ever": "contributed to the class since the beginning",
}

BUILT_IN: Mapping[str, tuple[FactType, str]] = {
    "isced_level": (FactType("integer", 1, 0), "highest completed level of education, ISCED 2011, 0 to 8"),
    "labour_status": (FactType("text", words=LABOUR_STATUSES), "labour market status"),
    "work_share": (FactType("decimal", 5, 4), "share of full-time work, 0 to 1"),
    "employer": (FactType("text"), "the employer's id"),
    "region": (FactType("text"), "region of residence"),
    "groups": (FactType("text"), "target groups; ask in_group('name')"),
}
"""States that every ledger has, as columns of persons.csv."""

_OF_BIRTH = {
    "age": "whole years of age by calendar, on the day facts are read",
    "birth_year": "year of birth",
    "birth_date": "day of birth",
    "period_year": "the year of the period, or of the due date where there is no period",
}

LOT: Mapping[str, str] = {
    "amount": "what the lot has left, without what is reserved",
    "class": "the lot's class",
    "rule": "the id of the rule that opened it",
    "source": "the account it came from",
    "booked_on": "the day it was booked",
    "expires_on": "the last day it may be reserved; unknown where there is no end",
}
"""What the conditions of amendments, conversions and closings may ask of each lot."""

CONTRIBUTION = "contribution"
_OTHER = {*MOMENTS, "lot", CONTRIBUTION}

RESERVED = frozenset(
    {*_OF_BIRTH, *PERSONS.names, *IDENTITIES.names, *FIGURES.names, *SUMS, *_OTHER} - set(BUILT_IN)
)
"""Names that no fact may have: the kernel's own, and columns of the registers."""


class NameSpec(Struct, frozen=True):
    """One name. `family` says where the value comes from: state, figure, birth, value, sum, lot, paid."""

    name: str
    family: str
    type: Type
    meaning: str
    moment: str = ""
    of: str = ""
    scale: int = 0


def built_in_facts() -> dict[str, FactSpec]:
    """The built-in states as facts, so that they are set and shown like declared ones."""
    return {
        name: FactSpec(name, "state", kind, None, False, meaning)
        for name, (kind, meaning) in BUILT_IN.items()
    }


def type_of(fact: FactType) -> Type:
    """The expression type of a fact's values, with the bounds that keep arithmetic exact."""
    if fact.name == "bool":
        return Bool()
    if fact.name == "date":
        return Date()
    if fact.name == "text":
        return Text(fact.words or None)
    return Number(fact.low, fact.high, fact.scale)


def catalogue(
    facts: Mapping[str, FactSpec],
    values: Mapping[str, DatedValue],
    class_units: Mapping[str, str],
    scales: Mapping[str, int],
) -> dict[str, NameSpec]:
    """Every name the scheme's expressions may use, by its full name."""
    specs = [*_birth_names(), *_fact_names(facts), *_value_names(values), *_sum_names(class_units, scales)]
    return {spec.name: spec for spec in specs}


def _birth_names() -> Iterator[NameSpec]:
    year = Number(Fraction(1800), Fraction(9999), 0)
    age = Number(Fraction(0), Fraction(200), 0)
    types: dict[str, Type] = {"age": age, "birth_year": year, "birth_date": Date(), "period_year": year}
    for name, meaning in _OF_BIRTH.items():
        yield NameSpec(name, "birth", types[name], meaning, of=name)
    for moment, when in (("at_start", "first"), ("at_end", "last")):
        yield NameSpec(f"{moment}.age", "birth", age, f"age on the period's {when} day", moment, "age")


def _fact_names(facts: Mapping[str, FactSpec]) -> Iterator[NameSpec]:
    for fact in facts.values():
        kind = type_of(fact.type)
        scale = fact.type.scale
        meaning = fact.title or f"the {fact.kind} {fact.name}"
        if fact.kind == "figure":
            high = Fraction(MOST_MINOR, 10**scale)
            kind = Number(Fraction(0) if fact.type.low >= 0 else -high, high, scale)
            yield NameSpec(
                fact.name, "figure", kind, f"{meaning}, summed over the period", "", fact.name, scale
            )
            continue
        yield NameSpec(fact.name, "state", kind, meaning, "", fact.name, scale)
        yield NameSpec(
            f"at_start.{fact.name}",
            "state",
            kind,
            f"{meaning}, on the period's first day",
            "at_start",
            fact.name,
            scale,
        )
        yield NameSpec(
            f"at_end.{fact.name}",
            "state",
            kind,
            f"{meaning}, on the period's last day",
            "at_end",
            fact.name,
            scale,
        )
        if fact.type.name == "bool":
            yield NameSpec(
                f"ever.{fact.name}", "state", kind, f"{meaning}, on any day of the period", "ever", fact.name
            )


def _value_names(values: Mapping[str, DatedValue]) -> Iterator[NameSpec]:
    for value in values.values():
        numbers = [step for _, step in value.steps if isinstance(step, Fraction)]
        if not numbers:
            continue
        scale = max(_decimals(number) for number in numbers)
        kind = Number(min(numbers), max(numbers), scale)
        yield NameSpec(
            f"value.{value.name}", "value", kind, f"the dated value {value.name}", "", value.name, scale
        )


def _decimals(number: Fraction) -> int:
    scale = 0
    while (number * 10**scale).denominator != 1:
        scale += 1
    return scale


def _sum_names(class_units: Mapping[str, str], scales: Mapping[str, int]) -> Iterator[NameSpec]:
    for class_, unit in class_units.items():
        scale = scales.get(unit, 2)
        kind = Number(Fraction(0), Fraction(MOST_MINOR, 10**scale), scale)
        for family, meaning in SUMS.items():
            yield NameSpec(f"{family}.{class_}", "sum", kind, f"{meaning} ({unit})", family, class_, scale)


def lot_names(
    class_units: Mapping[str, str], classes: Sequence[str], scales: Mapping[str, int]
) -> dict[str, NameSpec]:
    """The names that ask something of a lot of these classes, or of any."""
    units = [class_units[name] for name in classes or class_units if name in class_units]
    scale = max((scales.get(unit, 2) for unit in units), default=2)
    amount = Number(Fraction(0), Fraction(MOST_MINOR), scale)
    types: dict[str, Type] = {"amount": amount, "booked_on": Date(), "expires_on": Date()}
    specs = [
        NameSpec(f"lot.{name}", "lot", types.get(name, Text()), meaning, "lot", name, scale)
        for name, meaning in LOT.items()
    ]
    return {spec.name: spec for spec in specs}


def contribution_names(unit: str, scales: Mapping[str, int]) -> dict[str, NameSpec]:
    """The name of the amount that a grant for each contribution matches."""
    scale = scales.get(unit, 2)
    kind = Number(Fraction(0), Fraction(MOST_MINOR, 10**scale), scale)
    meaning = f"the contribution that is matched ({unit})"
    return {CONTRIBUTION: NameSpec(CONTRIBUTION, "paid", kind, meaning, "", "", scale)}
