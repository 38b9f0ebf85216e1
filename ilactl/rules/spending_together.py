"""What only shows across rules of spending: two that decide the same, one that never ends, a row in vain."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from ilactl.rules.expressions.tree import Literal
from ilactl.rules.kinds import AMBIGUOUS_RULE, NO_ENDING, REST_OWN, UNREACHED_ROW
from ilactl.rules.model import Version
from ilactl.rules.spending_model import Ending, Spend
from ilactl.rules.together import Placed, check_versions

__all__ = ["check_spending"]

_LEFT = {"cancelled": ("cancelled",), "completed": ("completed", "certified")}
"""What an ending must say something about, by the steps at which it can."""


def check_spending(
    spends: Sequence[Placed], endings: Sequence[Placed], holders: Collection[str], *, whole: bool
) -> None:
    """Report what is wrong between rules, each right by itself.

    `holders` are the classes that may hold what holders paid in. `whole`: these are all endings.
    """
    check_versions(spends)
    check_versions(endings)
    for rules in (spends, endings):
        _ambiguous(rules)
    if whole:
        _covered(spends, [ending for _, _, ending in endings])
    for file, path, ending in endings:
        _missing_steps((file, path, ending))
        _unreached((file, path, ending))
        _paid_out((file, path, ending), [spend for _, _, spend in spends], holders)


def _ambiguous(rules: Sequence[Placed]) -> None:
    """Two rules of different ids that would decide the same enrolment."""
    for i, (file, path, rule) in enumerate(rules):
        for _, _, other in rules[:i]:
            days = _shared_days(rule, other)
            shared = _shared(rule, other)
            if rule.id != other.id and days and shared:
                since = "" if days == date.min else f" from {days} on"
                where = f"{other.source.file}:{other.source.line}"
                message = f"{rule.version} and {other.version} ({where}) both decide {shared}{since}"
                file.find(AMBIGUOUS_RULE, (*path, "id"), message)


def _shared_days(rule: Version, other: Version) -> date | None:
    """The first day on which both hold, or None."""
    first = max(rule.valid_from or date.min, other.valid_from or date.min)
    return first if first < min(rule.valid_until or date.max, other.valid_until or date.max) else None


def _shared(rule: Spend | Ending, other: Spend | Ending) -> str:
    """What both decide, in words; empty where nothing."""
    if isinstance(rule, Spend) and isinstance(other, Spend):
        if rule.unit != other.unit:
            return ""
        return _both(rule.kinds, other.kinds, f"every enrolment in {rule.unit}", "enrolments in")
    assert isinstance(rule, Ending)
    assert isinstance(other, Ending)
    return _both(rule.spends, other.spends, "how every enrolment ends", "how enrolments end under")


def _both(one: Sequence[str], other: Sequence[str], every: str, some: str) -> str:
    """What two lists have in common; an empty one holds everything."""
    if not one and not other:
        return every
    shared = one if not other else other if not one else [name for name in one if name in other]
    return f"{some} {' and '.join(shared)}" if shared else ""


def _covered(spends: Sequence[Placed], endings: Sequence[Ending]) -> None:
    """On every day on which one may enrol, an ending says how that ends."""
    for file, path, spend in spends:
        day, end = spend.valid_from or date.min, spend.valid_until or date.max
        own = [ending for ending in endings if not ending.spends or spend.id in ending.spends]
        while day < end:
            held = [ending for ending in own if ending.in_force(day)]
            if not held:
                since = "" if day == date.min else f" from {day} on"
                message = f"no ending says how enrolments under {spend.version} end{since}"
                file.find(NO_ENDING, (*path, "id"), message)
                break
            day = max(ending.valid_until or date.max for ending in held)


def _missing_steps(placed: Placed) -> None:
    file, path, ending = placed
    steps = {step for row in ending.rows for step in row.on}
    for step, asked in _LEFT.items():
        if not steps & set(asked):
            message = f"the ending {ending.id} has no row for {' or '.join(asked)}"
            advice = f'write [[ending.row]] with on = ["{step}"]: what is reserved would stay so'
            file.find(NO_ENDING, (*path, "id"), message, advice)


def _unreached(placed: Placed) -> None:
    """Warn of rows behind one that always holds for the same steps."""
    file, path, ending = placed
    always: dict[str, int] = {}
    for i, row in enumerate(ending.rows):
        if all(step in always for step in row.on):
            first = max(always[step] for step in row.on)
            steps = " and ".join(row.on)
            message = f"row {i + 1} of {ending.id} is never reached: row {first + 1} always holds for {steps}"
            file.find(UNREACHED_ROW, (*path, "row", i), message)
        if isinstance(row.when.node, Literal) and row.when.node.value is True:
            for step in row.on:
                always.setdefault(step, i)


def _paid_out(placed: Placed, spends: Sequence[Spend], holders: Collection[str]) -> None:
    """Warn of rows that pay the holder the rest of what somebody else gave: `own` is no class."""
    file, path, ending = placed
    ended = [spend for spend in spends if not ending.spends or spend.id in ending.spends]
    given = dict.fromkeys(class_ for spend in ended for class_ in spend.classes if class_ not in holders)
    for i, row in enumerate(ending.rows):
        for class_ in given:
            if row.rest_of.get(class_, row.rest) == "own":
                key = ("rest_of", class_) if class_ in row.rest_of else ("rest",)
                message = f"row {i + 1} of {ending.id} pays the holder what others gave to the class {class_}"
                file.find(REST_OWN, (*path, "row", i, *key), message)
