"""A person who is not in the register: facts set by hand, an empty wallet, the rules as they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from fractions import Fraction

from ilactl.dates import parse_date
from ilactl.errors import UsageError
from ilactl.ledger.columns import PERSONS
from ilactl.ledger.grammar import fault_of
from ilactl.ledger.registers import PersonRecord
from ilactl.money import parse_decimal
from ilactl.rules.decision import Decision
from ilactl.rules.expressions import Bool, Date, Number, Text, misfit
from ilactl.rules.grants import Decider
from ilactl.rules.model import Scheme
from ilactl.rules.names import BUILT_IN, NameSpec, catalogue
from ilactl.rules.periods import Occasion
from ilactl.rules.spending_facts import spending_names
from ilactl.rules.sums import Sums
from ilactl.rules.values import FactType, Value, show_value

__all__ = ["NOBODY", "assumed_facts", "assumed_sums", "try_person"]

NOBODY = "(somebody)"


def assumed_facts(
    scheme: Scheme, scales: Mapping[str, int], pairs: Iterable[tuple[str, str]]
) -> dict[str, Value]:
    """The values that names are set to. Raises UsageError for a name or value that cannot be."""
    own = catalogue(scheme.facts, scheme.values, scheme.class_units, scales)
    names = spending_names(scheme, scales) | own
    assumed: dict[str, Value] = {}
    for name, text in pairs:
        spec = names.get(name)
        if name == "groups" or (name in scheme.facts and scheme.facts[name].type.name == "text"):
            value: Value | None = scheme.facts[name].parse(text)
        elif spec is None:
            near = get_close_matches(name, names, 1)
            raise UsageError(
                reason=f"there is no fact {name}",
                hint=f"did you mean {near[0]}?" if near else "see 'ilactl rules show'",
            )
        else:
            value = _value(spec, text)
        column = PERSONS.column(name) if name in BUILT_IN else None
        fault = fault_of(column, text) if column and text else None
        if value is None or fault:
            wanted = scheme.facts[name].type.describe() if name in scheme.facts else _describe(spec)
            reason = fault or f"{name}={text}: the value is not {wanted}"
            raise UsageError(reason=reason, hint="write it as a register would")
        assumed[name] = value
    return assumed


def _describe(spec: NameSpec | None) -> str:
    """What a value of a name that no fact declares must look like."""
    if spec and isinstance(spec.type, Text):
        return f"one of {', '.join(spec.type.allowed)}" if spec.type.allowed else FactType("text").describe()
    if spec is None or not isinstance(spec.type, Number):
        return FactType("date" if spec and isinstance(spec.type, Date) else "bool").describe()
    bounds = f"a number from {show_value(Fraction(spec.type.lo))} to {show_value(Fraction(spec.type.hi))}"
    return bounds + (f" with at most {spec.type.scale} decimals" if spec.type.scale else ", a whole number")


def _value(spec: NameSpec, text: str) -> Value | None:
    if isinstance(spec.type, Bool):
        return {"true": True, "false": False}.get(text)
    value = (
        parse_date(text)
        if isinstance(spec.type, Date)
        else parse_decimal(text)
        if isinstance(spec.type, Number)
        else text
    )
    return None if value is None or misfit(spec.type, value) else value


def try_person(
    scheme: Scheme, scales: Mapping[str, int], occasions: Sequence[Occasion], assumed: Mapping[str, Value]
) -> list[Decision]:
    """What the occasions would give such a person, with every step of the computation."""
    sums, named = assumed_sums(scheme, scales, assumed)
    decider = Decider(scheme, scales, trace=True)
    return list(decider.decide_all(PersonRecord(NOBODY, ()), sums, occasions, named))


def assumed_sums(
    scheme: Scheme, scales: Mapping[str, int], assumed: Mapping[str, Value]
) -> tuple[Sums, dict[str, Value]]:
    """A wallet that holds what was set, and the other names."""
    sums = Sums()
    for name, value in assumed.items():
        family, dot, class_ = name.partition(".")
        if dot and isinstance(value, Fraction) and class_ in scheme.class_units:
            minor = int(value * 10 ** scales[scheme.class_units[class_]])
            if family == "balance":
                sums.balance[class_] = minor
            elif family == "held":
                sums.held[class_] = minor
    return sums, {n: value for n, value in assumed.items() if not n.startswith(("balance.", "held."))}
