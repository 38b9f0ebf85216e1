"""What only shows across rules: versions that overlap, caps without an order, sums raised too late."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from ilactl.rules.kinds import BAD_RULE_VALUE, CAP_ORDER, LATER_SUM, OVERLAPPING_VERSIONS
from ilactl.rules.model import Grant
from ilactl.rules.names import NameSpec
from ilactl.rules.uses import own_names

if TYPE_CHECKING:
    from ilactl.rules.ruletext import RuleText

__all__ = ["Placed", "check_together", "check_versions"]

Placed = tuple["RuleText", tuple[str | int, ...], Any]
"""A rule with the file and key path of its table."""


def check_together(
    grants: Sequence[Placed], contributions: Sequence[Placed], names: Mapping[str, NameSpec]
) -> None:
    """Report what is wrong between rules, each of which is right by itself."""
    check_versions(grants)
    check_versions(contributions)
    _orders(grants)
    _sums(grants, names)


def check_versions(rules: Sequence[Placed]) -> None:
    """Versions of one id hold on different days and keep the rhythm their key depends on."""
    for i, (file, path, rule) in enumerate(rules):
        for _, _, earlier in rules[:i]:
            if earlier.id != rule.id:
                continue
            first = max(earlier.valid_from or date.min, rule.valid_from or date.min)
            end = min(earlier.valid_until or date.max, rule.valid_until or date.max)
            if first < end:
                since = "always" if first == date.min else f"on {first}"
                where = f"{earlier.source.file}:{earlier.source.line}"
                message = f"the version {rule.version} and the one at {where} both hold {since}"
                file.find(OVERLAPPING_VERSIONS, (*path, "id"), message)
            if isinstance(rule, Grant) and rule.every != earlier.every:
                message = f"{rule.id} was given every {earlier.every}; the key of a grant is its period"
                file.find(BAD_RULE_VALUE, (*path, "every"), message, "use a new id for another rhythm")


def _sums(grants: Sequence[Placed], names: Mapping[str, NameSpec]) -> None:
    """Warn where a rule's result can depend on what a later one gives. What enrolments bring is in no run."""
    runs = [placed for placed in grants if placed[2].every != "enrolment"]
    for file, path, grant in runs:
        named = sorted(name for name in own_names(grant) if name in names)
        for spec in (names[name] for name in named if names[name].family == "sum"):
            if not spec.moment.startswith(("balance", "granted")):
                continue
            raising = [other for _, _, other in runs if other.id != grant.id and other.class_ == spec.of]
            later = sorted({other.id for other in raising if _comes_after(other, grant)})
            if later:
                names_later = ", ".join(later)
                message = f"{grant.id} reads {spec.name}, which {names_later} may raise later in the same run"
                file.find(LATER_SUM, path, message)


def _orders(grants: Sequence[Placed]) -> None:
    """Warn where two grants share a cap and nothing says which takes its room first."""
    for i, (file, path, grant) in enumerate(grants):
        for _, _, other in grants[:i]:
            shared = set(grant.caps) & set(other.caps)
            unordered = grant.order is None or other.order in (None, grant.order)
            together = (grant.every == "enrolment") == (other.every == "enrolment")
            if grant.id != other.id and shared and unordered and together:
                cap = sorted(shared)[0]
                message = f"{other.id} and {grant.id} share the cap {cap} and no order says which is first"
                file.find(CAP_ORDER, path, message)


def _comes_after(other: Grant, grant: Grant) -> bool:
    """Whether a run may decide `other` after `grant`; rules of another rhythm may fall either way."""
    if other.every != grant.every:
        return True

    def place(rule: Grant) -> tuple[bool, str, float, str]:
        order = float("inf") if rule.order is None else rule.order
        return (rule.due.endswith(" next"), rule.due, order, rule.id)

    return place(other) > place(grant)
