"""The page on facts (`ilactl help facts`, ilactl-facts(7)): every name an expression may use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ilactl.commands import facts_prose as prose
from ilactl.output import Answer, Block, Cell, Col, Grid, Heading, Lines

if TYPE_CHECKING:
    from ilactl.rules.names import NameSpec

__all__ = ["EXAMPLE_FACTS", "facts_manual", "specs"]

EXAMPLE_FACTS = """\
[facts]
hours_worked  = { kind = "figure", type = "decimal(9,2)", title = "hours worked for an employer" }
low_qualified = { kind = "state", type = "bool", default = "false" }
applied_on    = { kind = "state", type = "date" }
sector        = { kind = "state", type = "text", values = ["care", "metal"] }
balance_2024  = { kind = "state", type = "decimal(9,2)", min = "-500.00" }
listed        = { kind = "course", type = "bool", default = "false" }
disability    = { kind = "state", type = "bool", sensitive = true }

[values]
yearly = [{ from = "2025-01-01", value = "500.00" }, { from = "2027-01-01", value = "520.00" }]
"""
"""Declarations as a rule file has them; the page's examples read these."""

_OWN = "own"


def specs() -> dict[str, NameSpec]:
    """Every name: of built-in facts, those in `EXAMPLE_FACTS`, a class, a lot and a contribution."""
    import tomllib
    from datetime import date

    from ilactl.money import parse_decimal
    from ilactl.rules.model import DatedValue, FactSpec
    from ilactl.rules.names import built_in_facts, catalogue, contribution_names, lot_names
    from ilactl.rules.spending_names import any_names
    from ilactl.rules.values import fact_type

    raw = tomllib.loads(EXAMPLE_FACTS)
    facts, course_facts = built_in_facts(), dict[str, FactSpec]()
    for name, fact in raw["facts"].items():
        low = parse_decimal(fact["min"]) if "min" in fact else None
        kind = fact_type(fact["type"], low, tuple(fact.get("values", ())))
        assert kind is not None
        kept = course_facts if fact["kind"] == "course" else facts
        kept[name] = FactSpec(name, fact["kind"], kind, None, fact.get("sensitive", False))
    steps = [
        (date.fromisoformat(step["from"]), parse_decimal(step["value"])) for step in raw["values"]["yearly"]
    ]
    values = {
        "yearly": DatedValue("yearly", tuple((day, value) for day, value in steps if value is not None))
    }
    units, scales = {_OWN: "EUR"}, {"EUR": 2}
    return {
        **catalogue(facts, values, units, scales),
        **lot_names(units, (), scales),
        **contribution_names("EUR", scales),
        **any_names(scales, units, course_facts),
    }


def facts_manual() -> Answer:
    """Names by where their value comes from, then how facts are declared and given."""
    columns = (Col("name"), Col("type"), Col("meaning"), Col("example"))
    rows: list[dict[str, Cell]] = []
    blocks: list[Block] = [*_said("Facts", prose.BEGINNING)]
    for family, (heading, text) in prose.FAMILIES.items():
        own = list(_rows(family))
        rows += own
        blocks += [Heading(heading), Grid(columns, own), Lines(text.splitlines())]
    blocks += _said("When a fact is read", prose.WHEN)
    blocks += _said("What makes a fact unknown", prose.UNKNOWN)
    blocks += _said("Declaring facts", prose.DECLARING)
    blocks += [Lines([f"  {line}".rstrip() for line in EXAMPLE_FACTS.splitlines()])]
    blocks += _said("Giving facts", prose.GIVING)
    blocks += _said("Sensitive facts", prose.SENSITIVE)
    return Answer("ilactl.help.facts/1", rows=rows, columns=columns, blocks=blocks)


def _said(title: str, text: str) -> list[Block]:
    return [Heading(title), Lines(text.rstrip("\n").split("\n"))]


def _rows(family: str) -> Iterator[dict[str, Cell]]:
    """The names of a family: those that prose gives an example, in its order."""
    there = specs()
    for name, example in prose.EXAMPLES.items():
        spec = there[name]
        if spec.family == family:
            meaning = prose.MEANINGS.get(name, spec.meaning)
            yield {"name": name, "type": _type(spec), "meaning": meaning, "example": example}


def _type(spec: NameSpec) -> str:
    from ilactl.rules.expressions import Bool, Date, Text
    from ilactl.rules.spending_names import AMOUNTS, SHARES, USABLE

    if isinstance(spec.type, Bool):
        return "bool"
    if isinstance(spec.type, Date):
        return "date"
    if isinstance(spec.type, Text):
        return "text"
    if spec.family in ("sum", "lot", "paid") or spec.name in AMOUNTS or spec.moment == USABLE:
        return "amount"
    if spec.name in SHARES:
        return "share, 0 to 1"
    return f"number, {spec.scale} decimals" if spec.scale else "whole number"
