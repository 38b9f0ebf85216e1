"""What a rule file may hold: the tables and keys, as strict models. Nothing else is read.

The manual's key tables come from the descriptions below; `files.py` tells what does not fit.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field, StringConstraints

from ilactl.rules.shape_parts import Day, Expression, Listed, Name, RuleTable, Text
from ilactl.rules.shapes_spending import EndingRowTable, EndingTable, OnlyTable, RefuseTable, SpendTable

__all__ = ["RuleFile", "model_at", "tables"]

Path = tuple[str | int, ...]


def _windows(value: Any) -> Any:
    """A window said in words has no steps; the words are tested in `build.py`."""
    return [] if isinstance(value, str) else value


Fund = Annotated[str, StringConstraints(pattern=r"^fund:[a-z][a-z0-9_]{0,39}$")]
Ends = Annotated[list[str], Listed]
Unused = Literal["expired", "funder", "pool"]

_USABLE = "the first day its lots may be used: a date, MM-DD [next], or a length such as 3 months"
_EXPIRES = (
    "the last day its lots may be reserved: a date, MM-DD [next], a length such as 14 months, "
    "'24 months after first use', 'age 65', 'age 65 year-end', never; of a list the earliest"
)
_UNUSED = "where what is left at the end goes: expired, funder (back to who paid it) or pool"


class SchemeTable(RuleTable):
    """[scheme]: what the rules are."""

    title: Text = Field("", description="the scheme's name")
    law: Text = Field("", description="the law or decision it carries out")


class FactTable(RuleTable):
    """[facts]: a fact of a person or of an opportunity that expressions may name."""

    kind: Literal["state", "figure", "course"] = Field(
        description="state: holds until the next row; figure: belongs to a span and adds up; "
        "course: of an opportunity, in the facts of courses.csv"
    )
    type: str = Field(description="bool, integer, decimal(9,2), text or date; a figure is integer or decimal")
    default: str | None = Field(
        None, description="the value where none is recorded; without it the fact is unknown"
    )
    min: str | None = Field(None, description="the smallest number allowed; 0 where not given")
    values: list[str] = Field(default_factory=list, description="the only texts allowed")
    sensitive: bool = Field(False, description="kept in identities.csv, and gone with the person's erasure")
    title: Text = Field("", description="what the fact means")


class ValueStep(RuleTable):
    """[values]: one step of a dated constant."""

    from_: Day = Field(alias="from", description="the first day on which it holds")
    value: str = Field(description="the number, quoted")


class WindowStep(RuleTable):
    """[[cap]] window: one stretch of days that a cap counts by itself."""

    from_: Day = Field(alias="from", description="its first day")
    to: Day = Field(description="its last day")


class CapTable(RuleTable):
    """[[cap]]: a limit that several grants may share."""

    id: Name = Field(description="the cap's name")
    title: Text = Field("", description="what it is called in explanations")
    over: list[Name] = Field(min_length=1, description="the classes of lots it counts")
    measure: Literal["balance", "granted"] = Field(
        "balance", description="balance: what the classes hold now; granted: what was ever granted to them"
    )
    window: Annotated[list[WindowStep], BeforeValidator(_windows)] = Field(
        default_factory=list,
        description="of granted: ever, period (the grant's own), year (the calendar year it is for), "
        "a length such as 3 years that ends on the due date, or a list of { from, to }",
    )
    unit: str = Field(description="the unit it is in")
    limit: Expression = Field(description="expression: the most they may hold together")
    counts_reserved: bool = Field(True, description="whether reserved amounts occupy room")
    law: Text = Field("", description="where the law says so")


class TierTable(RuleTable):
    """[[grant.tier]]: one alternative; the first that holds gives the amount."""

    when: Expression = Field("TRUE", description="expression: when this tier holds")
    amount: Expression = Field(description="expression: the amount it gives")


class GrantTable(RuleTable):
    """[[grant]]: one version of a rule that gives an entitlement."""

    id: Name = Field(description="the rule's name; its versions share it")
    title: Text = Field("", description="what it is called on a statement")
    class_: Name = Field(alias="class", description="the class of lots it opens")
    fund: Fund = Field(description="who pays: fund:NAME")
    unit: str = Field(description="the unit of the amount")
    every: str = Field(
        description="how often it is given: once, year, month, a length such as 6 years, "
        "'exhausted + 5 years', contribution, enrolment; the period is part of its key"
    )
    at: Literal["enrolled", "completed"] | None = Field(
        None,
        description="with every = enrolment: the step that gives it, enrolled or completed; "
        "enrolled where not given",
    )
    starts: str = Field("", description="MM-DD on which its years begin; 01-01 where not given")
    due: str = Field(
        "",
        description="MM-DD of the period's year, or 'MM-DD next' in arrears; DD for a month; "
        "a date for once; nothing for a contribution or an enrolment, which is due on its day",
    )
    facts_on: str = Field(
        "",
        description="period-start, period-end, due or MM-DD; else due date or period end, if earlier; "
        "with at = completed: started, the day the course began for the person",
    )
    when: Expression = Field("TRUE", description="expression: who gets it")
    amount: Expression | None = Field(None, description="expression: how much")
    tier: list[TierTable] = Field(default_factory=list, description="alternatives instead of amount")
    round: Literal["up", "down", "half_up"] | None = Field(
        None, description="how the amount is rounded to the unit"
    )
    true_up: bool = Field(
        False,
        description="the period's amount may grow: a run books what is due by now less what was due before",
    )
    matches: list[Name] = Field(
        default_factory=list,
        description="with every = contribution: the classes whose contributions it matches",
    )
    caps: list[Name] = Field(default_factory=list, description="the caps that cut it")
    budget: Name | None = Field(None, description="the budget that it spends, and that can run out")
    usable: str | None = Field(None, description=_USABLE)
    expires: Ends = Field(default_factory=list, description=_EXPIRES)
    unused: Unused = Field("expired", description=_UNUSED)
    order: int | None = Field(None, description="its place among grants due on the same day")
    valid_from: Day | None = Field(None, description="the version's first day")
    valid_until: Day | None = Field(None, description="the first day on which it no longer holds")
    law: Text = Field("", description="where the law says so")


class ContributionTable(RuleTable):
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
    earmarks: list[Literal["kind", "course", "field"]] = Field(
        default_factory=list, description="what a contributor may tie it to: kind, course or field of study"
    )
    use_by: Literal["no", "allowed", "required"] = Field(
        "no",
        description="whether a contributor sets the last day to use it: no, allowed or required",
    )
    usable: str | None = Field(None, description=_USABLE)
    expires: Ends = Field(default_factory=list, description=_EXPIRES)
    unused: Unused = Field("expired", description=_UNUSED)
    valid_from: Day | None = Field(None, description="the version's first day")
    valid_until: Day | None = Field(None, description="the first day on which it no longer holds")
    law: Text = Field("", description="where the law says so")


class _LotsTable(RuleTable):
    """What an amendment, a conversion and a closing have in common: whose lots, and which."""

    id: Name = Field(description="the rule's name, which its entries bear")
    title: Text = Field("", description="what it is called on a statement")
    classes: list[Name] = Field(default_factory=list, description="only lots of these classes")
    rules: list[Name] = Field(default_factory=list, description="only lots that these rules opened")
    when: Expression = Field("TRUE", description="expression: for whom, and with lot.NAME for which lot")
    law: Text = Field("", description="where the law says so")


class AmendTable(_LotsTable):
    """[[amend]]: a law gives lots that are there new terms."""

    on: Day = Field(description="the day from which the new terms hold; facts are read on it")
    usable: str | None = Field(None, description=_USABLE + ", from the day of the law")
    expires: Ends = Field(
        default_factory=list, description=_EXPIRES + "; a length runs from the day of the law"
    )
    revive: bool = Field(False, description="bring back what has expired of these lots before")


class ConvertTable(_LotsTable):
    """[[convert]]: a law turns lots into another unit or class."""

    on: Day = Field(description="the day of the conversion; facts are read on it")
    rate: Expression = Field("1", description="expression: how much of the new unit for one of the old")
    class_: Name = Field(alias="class", description="the class of the new lots")
    unit: str = Field(description="their unit")
    round: Literal["up", "down", "half_up"] | None = Field(None, description="how their sum is rounded")
    usable: str | None = Field(None, description=_USABLE + "; as before where not given")
    expires: Ends = Field(default_factory=list, description=_EXPIRES + "; as before where not given")
    unused: Unused = Field("expired", description=_UNUSED)


class ClosingTable(_LotsTable):
    """[[closing]]: when a wallet is closed, and where what is left on it goes."""

    due: str = Field(description="the day it is looked at: MM-DD of every year, or a date")
    unused: Unused = Field("expired", description=_UNUSED)


class BudgetStep(RuleTable):
    """[[budget]] window: how much there is for the grants that fall due in it."""

    from_: Day = Field(alias="from", description="its first day")
    to: Day = Field(description="its last day")
    amount: str = Field(description="the number, quoted")


class BudgetTable(RuleTable):
    """[[budget]]: money that can run out, shared by the grants that name it."""

    id: Name = Field(description="the budget's name")
    title: Text = Field("", description="what it is called in explanations")
    unit: str = Field(description="the unit it is in")
    window: list[BudgetStep] = Field(min_length=1, description="its windows: { from, to, amount }")
    order: Literal["first-come", "lottery"] = Field(
        "first-come",
        description="who comes first where it cannot reach for all: first-come or lottery",
    )
    by: Name | None = Field(
        None, description="with first-come: the date fact that tells since when one waits"
    )
    seed: Text = Field("", description="with lottery: the published text that decides the draw")
    law: Text = Field("", description="where the law says so")


class UsedTable(RuleTable):
    """[used]: stands only in rules/used/, written by ilactl."""

    version: str = Field(description="the version kept")
    digest: str = Field(description="digest of its checked trees")
    values: dict[Name, dict[Day, str]] = Field(default_factory=dict, description="the dated values it knew")
    classes: dict[Name, str] = Field(default_factory=dict, description="the units of all classes there were")


class RuleFile(RuleTable):
    """A file of rules/."""

    scheme: SchemeTable = Field(default_factory=lambda: SchemeTable(title="", law=""))
    facts: dict[Name, FactTable] = Field(default_factory=dict)
    values: dict[Name, list[ValueStep]] = Field(default_factory=dict)
    cap: list[CapTable] = Field(default_factory=list)
    grant: list[GrantTable] = Field(default_factory=list)
    contribution: list[ContributionTable] = Field(default_factory=list)
    amend: list[AmendTable] = Field(default_factory=list)
    convert: list[ConvertTable] = Field(default_factory=list)
    closing: list[ClosingTable] = Field(default_factory=list)
    budget: list[BudgetTable] = Field(default_factory=list)
    spend: list[SpendTable] = Field(default_factory=list)
    ending: list[EndingTable] = Field(default_factory=list)
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
        "[[amend]]": AmendTable,
        "[[convert]]": ConvertTable,
        "[[closing]]": ClosingTable,
        "[[budget]]": BudgetTable,
        "[[spend]]": SpendTable,
        "[[spend.only]]": OnlyTable,
        "[[spend.refuse]]": RefuseTable,
        "[[ending]]": EndingTable,
        "[[ending.row]]": EndingRowTable,
    }


def model_at(path: Path) -> type[BaseModel] | None:
    """The model of the table at a path of keys; None where there is no such table."""
    if not path:
        return RuleFile
    inner: dict[str, type[BaseModel]] = {
        "facts": FactTable,
        "values": ValueStep,
        "cap": WindowStep if "window" in path else CapTable,
        "contribution": ContributionTable,
        "grant": TierTable if "tier" in path else GrantTable,
        "amend": AmendTable,
        "convert": ConvertTable,
        "closing": ClosingTable,
        "budget": BudgetStep if "window" in path else BudgetTable,
        "spend": OnlyTable if "only" in path else RefuseTable if "refuse" in path else SpendTable,
        "ending": EndingRowTable if "row" in path else EndingTable,
    }
    outer: dict[str, type[BaseModel]] = {"scheme": SchemeTable, "used": UsedTable}
    return (inner if len(path) > 1 else outer).get(str(path[0]))
