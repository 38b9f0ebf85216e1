"""Contribution rules alone, for a scheme that passed every test before: one payment needs no grants."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from ilactl.dates import parse_date
from ilactl.rules.model import ContributionRule
from ilactl.rules.terms import lot_terms

if TYPE_CHECKING:
    from ilactl.rules.ruletext import RuleText

__all__ = ["ContributionRules", "contribution_rule"]


class ContributionRules(NamedTuple):
    """Every version of every contribution rule, by its name."""

    contributions: Mapping[str, ContributionRule]

    @classmethod
    def of(cls, files: Iterable[RuleText]) -> ContributionRules:
        """The contribution rules of files that were tested."""
        rules = [
            contribution_rule(file, ("contribution", i), raw)
            for file in files
            for i, raw in enumerate(file.raw.get("contribution", []))
        ]
        return cls({rule.version: rule for rule in rules})


def contribution_rule(
    file: RuleText, path: tuple[str | int, ...], raw: Mapping[str, Any]
) -> ContributionRule:
    """The rule of a table of the right shape."""
    return ContributionRule(
        id=raw["id"],
        title=raw.get("title", ""),
        class_=raw["class"],
        unit=raw["unit"],
        kinds=tuple(raw["from"]),
        valid_from=parse_date(raw.get("valid_from", "")),
        valid_until=parse_date(raw.get("valid_until", "")),
        source=file.source(path),
        earmarks=tuple(raw.get("earmarks", ())),
        use_by=raw.get("use_by", "no"),
        terms=lot_terms(raw),
    )
