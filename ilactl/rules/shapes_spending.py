"""What a rule file may say of spending: `[[spend]]` and `[[ending]]`, as strict models."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from ilactl.rules.shape_parts import Day, Expression, Listed, Name, RuleTable, Text

__all__ = ["EndingRowTable", "EndingTable", "OnlyTable", "RefuseTable", "SpendTable"]

Why = Annotated[str, StringConstraints(min_length=1, max_length=500)]
CourseKind = Literal["training", "guidance", "validation", "assessment", "exam"]
Drawn = Literal["class", "expiry", "restriction", "age", "even"]
Step = Literal["started", "attended", "completed", "certified", "cancelled"]
Rest = Literal["wallet", "pool", "funder", "own", "held"]

_REST = (
    "wallet (released to its lot), pool (forfeited), funder (back to who paid it), "
    "own (paid back to the holder) or held (kept for a later step)"
)


class OnlyTable(RuleTable):
    """[[spend]] only: classes that may pay only where a condition holds."""

    classes: Annotated[list[Name], Listed] = Field(min_length=1, description="the classes")
    when: Expression = Field(description="expression: when they may pay")


class RefuseTable(RuleTable):
    """[[spend]] refuse: when an enrolment is refused."""

    when: Expression = Field(description="expression: when it is refused")
    why: Why = Field(description="what the person is told")


class SpendTable(RuleTable):
    """[[spend]]: one version of a rule that says what a wallet may be spent on, and how."""

    id: Name = Field(description="the rule's name; its versions share it")
    title: Text = Field("", description="what it is called in an offer")
    kinds: Annotated[list[CourseKind], Listed] = Field(
        default_factory=list, description="the kinds of opportunities it is for; all where not given"
    )
    unit: str = Field(description="the unit of prices and lots")
    classes: list[Name] = Field(min_length=1, description="the classes that may pay, in their order")
    order: list[Drawn] = Field(
        ["class", "expiry", "restriction", "age"],
        min_length=1,
        description="how lots are drawn: class (their place in classes), expiry (the earlier end first), "
        "restriction (earmarked lots and those of only first), age (the older first), "
        "even (last: lots alike so far together, in proportion to what they hold)",
    )
    only: list[OnlyTable] = Field(
        default_factory=list, description="{ classes, when }: classes that may pay only where it holds"
    )
    net: Expression = Field(
        "price", description="expression: the price after what others pay before the wallet"
    )
    from_wallet: Expression = Field(
        "LEAST(net, eligible, wallet)", description="expression: how much the lots pay at most"
    )
    round: Literal["up", "down", "half_up"] | None = Field(
        None, description="how net and from_wallet are rounded to the unit"
    )
    refuse: list[RefuseTable] = Field(
        default_factory=list, description="{ when, why }: when an enrolment is refused, and what is said"
    )
    requires: list[Literal["quality", "relevance"]] = Field(
        ["quality", "relevance"],
        description="quality (the provider holds a label that day), relevance (evidence of the labour "
        "market that day): tested when one enrols and again at the start",
    )
    payee: Literal["provider", "own", "employer"] = Field(
        "provider", description="who is paid: provider, own (the holder who paid before) or employer"
    )
    usable_at: Literal["enrolled", "start"] = Field(
        "enrolled",
        description="enrolled: a lot must not have ended on the day of enrolling; start: nor when the "
        "course starts",
    )
    own_class: Name | None = Field(
        None,
        description=(
            "the class that takes the holder's own share where the provider is paid; "
            "else that share is paid elsewhere"
        ),
    )
    valid_from: Day | None = Field(None, description="the version's first day")
    valid_until: Day | None = Field(None, description="the first day on which it no longer holds")
    law: Text = Field("", description="where the law says so")


class EndingRowTable(RuleTable):
    """[[ending.row]]: at a step, if it holds, what the payee may have so far and where the rest goes."""

    on: Annotated[list[Step], Listed] = Field(
        min_length=1,
        description="the steps that ask this row: started, attended, completed, certified, cancelled",
    )
    when: Expression = Field("TRUE", description="expression: when the row holds; the first one does")
    provider: Expression = Field(
        description="expression: what the payee may have so far of what was reserved, 0 to 1"
    )
    rest: Rest = Field("wallet", description=f"where the rest goes: {_REST}")
    rest_of: dict[Name, Rest] = Field(
        default_factory=dict, description='the same for lots of one class: { cash = "own" }'
    )
    provider_of: dict[Name, Expression] = Field(
        default_factory=dict,
        description='the payee\'s part of lots of one class: { employer = "0" }; nothing stays held then',
    )
    why: Text = Field("", description="what the person is told")


class EndingTable(RuleTable):
    """[[ending]]: one version of the table for cancellation and settlement."""

    id: Name = Field(description="the rule's name; its versions share it")
    title: Text = Field("", description="what it is called in explanations")
    spends: Annotated[list[Name], Listed] = Field(
        default_factory=list, description="the spend rules it ends; all where not given"
    )
    row: list[EndingRowTable] = Field(min_length=1, description="its rows, first to last")
    grace: str | None = Field(
        None,
        description="how long a lot that has ended lives on where something is released to it, such as "
        "30 days; without it that expires at once",
    )
    round: Literal["up", "down", "half_up"] = Field(
        "half_up", description="how the payee's share is rounded to the unit, once on the whole"
    )
    valid_from: Day | None = Field(None, description="the version's first day")
    valid_until: Day | None = Field(None, description="the first day on which it no longer holds")
    law: Text = Field("", description="where the law says so")
