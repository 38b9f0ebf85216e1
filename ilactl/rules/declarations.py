"""[facts] and [values] of rule files → what each name means. Every fault becomes a finding at its place."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from ilactl.dates import parse_date
from ilactl.money import parse_decimal
from ilactl.rules.expressions.words import SQL_WORDS
from ilactl.rules.kinds import BAD_RULE_VALUE, DOUBLED_RULE
from ilactl.rules.model import DatedValue, FactSpec
from ilactl.rules.names import BUILT_IN, RESERVED, built_in_facts
from ilactl.rules.ruletext import RuleText, first_at
from ilactl.rules.spending_names import SPENDING
from ilactl.rules.values import FactType, Value, fact_type

__all__ = ["Declarations", "read_declarations"]

Path = tuple[str | int, ...]


class Declarations(Struct):
    """Facts of persons and of courses, and dated values, by name.

    `broken` ones are declared with a fault: using one is no second.
    """

    facts: dict[str, FactSpec] = field(default_factory=built_in_facts)
    course_facts: dict[str, FactSpec] = field(default_factory=dict)
    values: dict[str, DatedValue] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)


def read_declarations(files: list[RuleText]) -> Declarations:
    """The declarations of well-shaped files. Faults are added to the files."""
    declared = Declarations()
    for file in files:
        for name, raw in file.raw.get("facts", {}).items():
            if _is_free(file, name, raw["kind"], declared, files):
                _fact(file, name, raw, declared)
        for name, raw in file.raw.get("values", {}).items():
            _value(file, name, raw, declared, files)
    return declared


def _is_free(file: RuleText, name: str, kind: str, declared: Declarations, files: list[RuleText]) -> bool:
    """Whether the fact may be called so. A person's may be called like a course's name: it came first."""
    path: Path = ("facts", name)
    if name in BUILT_IN:
        file.find(DOUBLED_RULE, path, f"{name} is a built-in fact", "use it as it is, or choose another name")
    elif name in RESERVED or (kind == "course" and name in SPENDING):
        declared.broken.add(name)
        message = f"{name} is a column of the registers or a name of the kernel"
        file.find(DOUBLED_RULE, path, message, "choose another name")
    elif name in SQL_WORDS:
        declared.broken.add(name)
        message = f"{name} is a word of SQL, so no expression can name it"
        file.find(BAD_RULE_VALUE, path, message, f"choose another name, such as the_{name}")
    elif name in declared.facts or name in declared.course_facts:
        where = first_at(files, "facts", name)
        file.find(DOUBLED_RULE, path, f"the fact {name} is declared at {where} already")
    else:
        return True
    return False


def _fact(file: RuleText, name: str, raw: dict[str, Any], declared: Declarations) -> None:
    good = len(file.findings)
    kind = _type(file, ("facts", name), raw)
    if kind is None:
        declared.broken.add(name)
        return
    default = _default(file, ("facts", name), raw, kind)
    sensitive = bool(raw.get("sensitive", False))
    if sensitive and raw["kind"] != "state":
        stands = "a figure stands in figures.csv" if raw["kind"] == "figure" else "courses.csv names nobody"
        message = f"{stands}, so it cannot be sensitive"
        advice = "make it a state, or leave sensitive out"
        file.find(BAD_RULE_VALUE, ("facts", name, "sensitive"), message, advice)
    if len(file.findings) > good:
        declared.broken.add(name)
    kept = declared.course_facts if raw["kind"] == "course" else declared.facts
    kept[name] = FactSpec(name, raw["kind"], kind, default, sensitive, raw.get("title", ""))


def _type(file: RuleText, path: Path, raw: dict[str, Any]) -> FactType | None:
    """The fact's type with its least value; None beside a finding."""
    low = parse_decimal(raw["min"]) if raw.get("min") is not None else None
    if raw.get("min") is not None and low is None:
        file.find(BAD_RULE_VALUE, (*path, "min"), f"min {raw['min']!r} is not a plain number")
        return None
    kind = fact_type(raw["type"], low, tuple(raw.get("values", ())))
    if kind is None:
        advice = "write bool, integer, text, date, or decimal(9,2): at most 15 digits, at most 6 decimals"
        file.find(BAD_RULE_VALUE, (*path, "type"), f"{raw['type']!r} is not a type", advice)
    elif raw["kind"] == "figure" and not kind.is_number:
        file.find(BAD_RULE_VALUE, (*path, "type"), "a figure adds up, so it is integer or decimal")
    elif low is not None and kind.is_number and not replace(kind, low=-kind.high).holds(low):
        bounds = replace(kind, low=-kind.high).describe()
        file.find(BAD_RULE_VALUE, (*path, "min"), f"min {raw['min']} is not {bounds}")
    else:
        return kind
    return None


def _default(file: RuleText, path: Path, raw: dict[str, Any], kind: FactType) -> Value | None:
    if raw.get("default") is None:
        return None
    default = kind.parse(raw["default"])
    if default is None:
        message = f"default {raw['default']!r} is not {kind.describe()}"
        file.find(BAD_RULE_VALUE, (*path, "default"), message)
    return default


def _value(
    file: RuleText, name: str, raw: list[dict[str, Any]], declared: Declarations, files: list[RuleText]
) -> None:
    path: Path = ("values", name)
    if name in declared.values:
        where = first_at(files, "values", name)
        file.find(DOUBLED_RULE, path, f"the value {name} is declared at {where} already")
        return
    good = len(file.findings)
    steps: list[tuple[date, Fraction]] = []
    for i, step in enumerate(raw):
        first, number = parse_date(step["from"]), parse_decimal(step["value"])
        if first is None:
            message = f"{step['from']!r} is not a day of the calendar"
            file.find(BAD_RULE_VALUE, (*path, i, "from"), message)
        elif number is None:
            file.find(BAD_RULE_VALUE, (*path, i, "value"), f"{step['value']!r} is not a plain number")
        elif any(first == earlier for earlier, _ in steps):
            file.find(DOUBLED_RULE, (*path, i), f"{name} has two values from {first}")
        else:
            steps.append((first, number))
    if not raw:
        advice = 'write [{ from = "2026-01-01", value = "1.00" }]'
        file.find(BAD_RULE_VALUE, path, f"{name} has no value", advice)
    if len(file.findings) > good:
        declared.broken.add(f"value.{name}")
    declared.values[name] = DatedValue(name, tuple(sorted(steps)))
