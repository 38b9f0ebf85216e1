"""What a rule file may hold: the tables and keys, as strict models. Nothing else is read.

Only shape and type are tested here (unknown and missing keys, a number without quotes);
meaning is tested in `load.py`. The manual's key tables come from the descriptions below.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from ilactl.findings import Kind
from ilactl.rules.kinds import BAD_RULE_VALUE, MISSING_KEY, UNKNOWN_KEY, UNQUOTED_NUMBER

__all__ = ["RuleFile", "Shape", "shape_faults", "tables"]

Path = tuple[str | int, ...]
Shape = tuple[Kind, Path, str, str]
"""A fault of shape: kind, key path, message, remedy ('' for the kind's own)."""

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Day = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
Text = Annotated[str, StringConstraints(max_length=500)]
Expression = Annotated[str, StringConstraints(min_length=1, max_length=20_000)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class SchemeTable(_Table):
    """[scheme]: what the rules are."""

    title: Text = Field("", description="the scheme's name")
    law: Text = Field("", description="the law or decision it carries out")


class FactTable(_Table):
    """[facts]: a fact of a person that expressions may name."""

    kind: Literal["state", "figure"] = Field(
        description="state: holds until the next row; figure: belongs to a span and adds up"
    )
    type: str = Field(description="bool, integer, decimal(9,2), text or date; a figure is integer or decimal")
    default: str | None = Field(
        None, description="the value where none is recorded; without it the fact is unknown"
    )
    min: str | None = Field(None, description="the smallest number allowed; 0 where not given")
    values: list[str] = Field(default_factory=list, description="the only texts allowed")
    sensitive: bool = Field(False, description="kept in identities.csv, and gone with the person's erasure")
    title: Text = Field("", description="what the fact means")


class ValueStep(_Table):
    """[values]: one step of a dated constant."""

    from_: Day = Field(alias="from", description="the first day on which it holds")
    value: str = Field(description="the number, quoted")


class CapTable(_Table):
    """[[cap]]: a limit that several grants may share."""

    id: Name = Field(description="the cap's name")
    title: Text = Field("", description="what it is called in explanations")
    over: list[Name] = Field(min_length=1, description="the classes of lots it counts")
    measure: Literal["balance"] = Field("balance", description="balance: what the classes hold now")
    unit: str = Field(description="the unit it is in")
    limit: Expression = Field(description="expression: the most they may hold together")
    counts_reserved: bool = Field(True, description="whether reserved amounts occupy room")
    law: Text = Field("", description="where the law says so")


class TierTable(_Table):
    """[[grant.tier]]: one alternative; the first that holds gives the amount."""

    when: Expression = Field("TRUE", description="expression: when this tier holds")
    amount: Expression = Field(description="expression: the amount it gives")


class GrantTable(_Table):
    """[[grant]]: one version of a rule that gives an entitlement."""

    id: Name = Field(description="the rule's name; its versions share it")
    title: Text = Field("", description="what it is called on a statement")
    class_: Name = Field(alias="class", description="the class of lots it opens")
    fund: Annotated[str, StringConstraints(pattern=r"^fund:[a-z][a-z0-9_]{0,39}$")] = Field(
        description="who pays: fund:NAME"
    )
    unit: str = Field(description="the unit of the amount")
    every: Literal["once", "year", "month"] = Field(
        description="how often it is given; the period is part of its key"
    )
    due: str = Field(
        description="MM-DD of the period's year, or 'MM-DD next' in arrears; DD for a month; a date for once"
    )
    facts_on: str = Field(
        "",
        description="period-start, period-end, due or MM-DD; else due date or period end, if earlier",
    )
    when: Expression = Field("TRUE", description="expression: who gets it")
    amount: Expression | None = Field(None, description="expression: how much")
    tier: list[TierTable] = Field(default_factory=list, description="alternatives instead of amount")
    round: Literal["up", "down", "half_up"] | None = Field(
        None, description="how the amount is rounded to the unit"
    )
    caps: list[Name] = Field(default_factory=list, description="the caps that cut it")
    order: int | None = Field(None, description="its place among grants due on the same day")
    valid_from: Day | None = Field(None, description="the version's first day")
    valid_until: Day | None = Field(None, description="the first day on which it no longer holds")
    law: Text = Field("", description="where the law says so")


class ContributionTable(_Table):
    """[[contribution]]: who may add to a wallet."""

    id: Name = Field(description="the rule's name")
    title: Text = Field("", description="what it is called on a statement")
    class_: Name = Field(alias="class", description="the class of lots it opens")
    unit: str = Field(description="the unit of the amount")
    from_: list[Literal["employer", "service", "provider", "funder", "own"]] = Field(
        alias="from",
        min_length=1,
        description="who may contribute: kinds of organisations, or own for the holder",
    )
    valid_from: Day | None = Field(None, description="the version's first day")
    valid_until: Day | None = Field(None, description="the first day on which it no longer holds")
    law: Text = Field("", description="where the law says so")


class UsedTable(_Table):
    """[used]: stands only in rules/used/, written by ilactl."""

    version: str = Field(description="the version kept")
    digest: str = Field(description="digest of its checked trees")
    values: dict[Name, dict[Day, str]] = Field(default_factory=dict, description="the dated values it knew")


class RuleFile(_Table):
    """A file of rules/."""

    scheme: SchemeTable = Field(default_factory=lambda: SchemeTable(title="", law=""))
    facts: dict[Name, FactTable] = Field(default_factory=dict)
    values: dict[Name, list[ValueStep]] = Field(default_factory=dict)
    cap: list[CapTable] = Field(default_factory=list)
    grant: list[GrantTable] = Field(default_factory=list)
    contribution: list[ContributionTable] = Field(default_factory=list)
    used: UsedTable | None = None


def tables() -> dict[str, type[BaseModel]]:
    """The tables of a rule file by the header they stand under: for the manual and its test."""
    return {
        "[scheme]": SchemeTable,
        "[facts]": FactTable,
        "[values]": ValueStep,
        "[[cap]]": CapTable,
        "[[grant]]": GrantTable,
        "[[grant.tier]]": TierTable,
        "[[contribution]]": ContributionTable,
    }


def shape_faults(raw: dict[str, Any]) -> list[Shape]:
    """Every fault of shape in a parsed rule file."""
    try:
        RuleFile.model_validate(raw)
    except ValidationError as error:
        return [_shape(fault, raw) for fault in error.errors(include_url=False)]
    return []


def _shape(fault: Any, raw: dict[str, Any]) -> Shape:
    path = tuple(part for part in fault["loc"] if part != "[key]")
    key = path[-1] if path else ""
    kind, given = fault["type"], fault.get("input")
    if kind == "extra_forbidden":
        near = get_close_matches(str(key), _keys_of(path[:-1]), 1)
        advice = f"write {near[0]}" if near else f"the keys here are {', '.join(_keys_of(path[:-1]))}"
        if "tier" in path and key in _keys_of(("grant", 0)):
            advice = f"{key} belongs to the grant: write it above the first [[grant.tier]]"
        return UNKNOWN_KEY, path, f"{_spell(path)} is not a key of {_header(path[:-1])}", advice
    if kind == "missing":
        return MISSING_KEY, path[:-1], f"{_header(path[:-1])} has no {key}", f"add {key}: {_meaning(path)}"
    if kind == "string_type" and isinstance(given, (int, float)) and not isinstance(given, bool):
        return UNQUOTED_NUMBER, path, f"{_spell(path)} is a number without quotes", ""
    if kind == "literal_error":
        return BAD_RULE_VALUE, path, f"{_spell(path)} {given!r} is not {fault['ctx']['expected']}", ""
    if kind == "string_pattern_mismatch":
        return (
            BAD_RULE_VALUE,
            path,
            f"{_spell(path)} {str(given)[:60]!r} is not written as it must be",
            _meaning(path),
        )
    return (
        BAD_RULE_VALUE,
        path,
        f"{_spell(path)}: {fault['msg'][:1].lower()}{fault['msg'][1:]}",
        _meaning(path),
    )


def _header(path: Path) -> str:
    words = [str(part) for part in path if isinstance(part, str)]
    if not words:
        return "a rule file"
    return f"[[{'.'.join(words)}]]" if isinstance(path[-1], int) else f"[{'.'.join(words)}]"


def _spell(path: Path) -> str:
    words = [str(part) for part in path if isinstance(part, str)]
    return words[-1] if words else "the file"


def _model_at(path: Path) -> type[BaseModel] | None:
    if not path:
        return RuleFile
    inner: dict[str, type[BaseModel]] = {
        "facts": FactTable,
        "values": ValueStep,
        "cap": CapTable,
        "contribution": ContributionTable,
        "grant": TierTable if "tier" in path else GrantTable,
    }
    outer: dict[str, type[BaseModel]] = {"scheme": SchemeTable, "used": UsedTable}
    return (inner if len(path) > 1 else outer).get(str(path[0]))


def _keys_of(path: Path) -> list[str]:
    model = _model_at(path)
    return [field.alias or name for name, field in model.model_fields.items()] if model else []


def _meaning(path: Path) -> str:
    model = _model_at(path[:-1])
    for name, field in model.model_fields.items() if model else ():
        if (field.alias or name) == path[-1]:
            return field.description or ""
    return ""
