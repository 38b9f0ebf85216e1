"""The manual of rule files (`ilactl help rules`): prose here, keys and names from what the code declares."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ilactl.commands import rules_prose as prose
from ilactl.commands import spending_prose as spending
from ilactl.output import Answer, Block, Cell, Col, Grid, Heading, Lines

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ilactl.rules.spending_names import Described

__all__ = ["rules_manual"]

_NAMES = (Col("name"), Col("meaning"))


def rules_manual() -> Answer:
    """The whole language on one page."""
    names = _name_rows()
    columns = _NAMES
    blocks: list[Block] = [
        *_prose("Rule files", prose.BEGINNING),
        *_prose("A whole one", prose.EXAMPLE),
        *_tables(),
        *_prose("Expressions", prose.EXPRESSIONS),
        *_prose("Unknown facts", prose.UNKNOWN),
        Heading("Names"),
        Grid(columns, names),
        *_prose("Periods, due dates, and when facts are read", prose.PERIODS),
        *_prose("Caps", prose.CAPS),
        *_prose("Tiers", prose.TIERS),
        *_prose("Lots: from when, until when", prose.LOTS),
        *_prose("Matches", prose.MATCHES),
        *_prose("Contributions", prose.GIVING),
        *_prose("Laws that change lots", prose.LAWS),
        *_prose("Budgets", prose.BUDGETS),
        *_prose("Spending: what a wallet pays of a course", spending.SPENDING),
        *_prose("Endings: cancellation and settlement", spending.ENDINGS),
        *_prose("Grants for each enrolment", spending.BROUGHT),
        *_spending_names(),
        *_prose("Versions and dated values", prose.VERSIONS),
        *_prose("A run, and what comes after the fact", prose.RUN),
    ]
    return Answer("ilactl.help.rules/1", rows=[*names, *_spending_rows()], columns=columns, blocks=blocks)


def _prose(title: str, text: str) -> list[Block]:
    return [Heading(title), Lines(text.rstrip("\n").split("\n"))]


def _spending_names() -> list[Block]:
    """The names of an enrolment, by what they are of."""
    from ilactl.rules.spending_names import COURSE, ENDING, OFFER, USABLE, USABLE_OF

    blocks: list[Block] = _prose("Names of an enrolment", spending.WORKING_DAYS)
    parts = (
        ("Of the course", COURSE),
        ("Of the offer: [[spend]], and grants for each enrolment", {**OFFER, f"{USABLE}.CLASS": USABLE_OF}),
        ("Of the step: [[ending]], and grants at completion", ENDING),
    )
    for title, names in parts:
        blocks += [Heading(title), Grid(_NAMES, _described(names))]
    return blocks


def _spending_rows() -> list[dict[str, Cell]]:
    from ilactl.rules.spending_names import COURSE, ENDING, OFFER, USABLE, USABLE_OF

    return _described({**COURSE, **OFFER, f"{USABLE}.CLASS": USABLE_OF, **ENDING})


def _described(names: Mapping[str, Described]) -> list[dict[str, Cell]]:
    return [{"name": name, "meaning": one.meaning} for name, one in names.items()]


def _tables() -> list[Block]:
    from ilactl.rules.shapes import tables

    columns = (Col("key"), Col("default"), Col("meaning"))
    blocks: list[Block] = []
    for header, model in tables().items():
        rows: list[dict[str, Cell]] = []
        for name, field in model.model_fields.items():
            default = (
                "needed" if field.is_required() else _default(field.get_default(call_default_factory=True))
            )
            rows.append({"key": field.alias or name, "default": default, "meaning": field.description or ""})
        said = (model.__doc__ or "").partition(": ")[2].strip()
        blocks += [Heading(f"{header}: {said}"), Grid(columns, rows)]
    return blocks


def _default(value: object) -> str:
    if value is None or value in ("", [], {}):
        return ""
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _name_rows() -> list[dict[str, Cell]]:
    """Built-in names, and how the declared ones are written."""
    from datetime import date
    from fractions import Fraction

    from ilactl.rules.model import DatedValue, FactSpec
    from ilactl.rules.names import built_in_facts, catalogue
    from ilactl.rules.values import fact_type

    number, flag = fact_type("decimal(9,2)"), fact_type("bool")
    assert number is not None
    assert flag is not None
    declared = {
        "FIGURE": FactSpec("FIGURE", "figure", number, title="a figure that [facts] declares"),
        "STATE": FactSpec("STATE", "state", flag, title="a state that [facts] declares"),
    }
    values = {"NAME": DatedValue("NAME", ((date.min, Fraction(1)),))}
    specs = catalogue({**built_in_facts(), **declared}, values, {"CLASS": "unit"}, {"unit": 2})
    hidden = {f"{moment}.{name}" for name in built_in_facts() for moment in ("at_start", "at_end")}
    return [
        {"name": spec.name, "meaning": spec.meaning.removesuffix(" (unit)")}
        for spec in specs.values()
        if spec.name not in hidden
    ]
