"""Which occasions a run looks at, and which earlier ones were missed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches

from ilactl.dates import parse_period
from ilactl.errors import NotFound, Refused
from ilactl.rules.model import Grant, Scheme
from ilactl.rules.periods import EVER, Occasion, last_occasion, named_occasion

__all__ = ["Missed", "due_occasions", "missed_periods", "versions_of"]


@dataclass(frozen=True, slots=True)
class Missed:
    """A period that fell due before the last one and that nobody was granted."""

    rule: str
    period: str


def versions_of(scheme: Scheme) -> dict[str, list[Grant]]:
    """The versions of every grant rule by id, oldest first."""
    by_id: dict[str, list[Grant]] = {}
    for grant in sorted(scheme.grants, key=lambda grant: (grant.id, grant.valid_from or date.min)):
        by_id.setdefault(grant.id, []).append(grant)
    return by_id


def due_occasions(
    scheme: Scheme, on: date, *, rules: Sequence[str] = (), periods: Sequence[str] = ()
) -> list[Occasion]:
    """The occasions of a run on a day, in the order in which they are decided.

    Without `periods`: each rule's newest period whose due date has come. Raises NotFound for a
    rule that is not there, Refused for a period that no rule has or that is not due yet.
    """
    by_id = versions_of(scheme)
    for rule in rules:
        if rule not in by_id:
            near = get_close_matches(rule, by_id, 1)
            advice = f"did you mean {near[0]}?" if near else f"the rules are {', '.join(by_id)}"
            raise NotFound(what=f"the grant rule {rule}", hint=advice)
    chosen = [versions for rule, versions in by_id.items() if not rules or rule in rules]
    if periods:
        found = [o for versions in chosen for p in periods if (o := named_occasion(versions, p, on))]
        for period in periods:
            if not any(occasion.period == period for occasion in found):
                raise Refused(
                    reason=f"no rule has a period {period} that is due on {on}",
                    hint="give a year (2026) or a month (2026-03) whose due date has come, or a later --on",
                )
    else:
        found = [occasion for versions in chosen if (occasion := last_occasion(versions, on))]
    return sorted(found, key=lambda occasion: occasion.sort_key)


def missed_periods(
    scheme: Scheme, occasions: Sequence[Occasion], booked: Mapping[str, Collection[str]]
) -> list[Missed]:
    """Periods before each rule's occasion that nobody was granted, oldest first.

    They are looked for from the version's first day, or from the first period ever booked under
    the rule; a rule with neither has missed nothing that could be told.
    """
    by_id = versions_of(scheme)
    missed = []
    for occasion in occasions:
        if occasion.period == EVER:
            continue
        versions, known = by_id[occasion.grant.id], booked.get(occasion.grant.id, ())
        starts = [grant.valid_from for grant in versions if grant.valid_from]
        firsts = [span.first for period in known if (span := parse_period(period))]
        if len(starts) == len(versions) or firsts:
            begin = min([*(starts if len(starts) == len(versions) else ()), *firsts])
            missed += [Missed(occasion.grant.id, p) for p in _between(begin, occasion) if p not in known]
    return [m for m in missed if named_occasion(by_id[m.rule], m.period, _end(occasions))]


def _end(occasions: Sequence[Occasion]) -> date:
    return max(occasion.due_on for occasion in occasions)


def _between(begin: date, occasion: Occasion) -> list[str]:
    """The names of the rule's periods from the one holding `begin` to the one before the occasion."""
    last = occasion.span.first
    if occasion.grant.every == "year":
        return [f"{year:04}" for year in range(begin.year, last.year)]
    months = range(begin.year * 12 + begin.month - 1, last.year * 12 + last.month - 1)
    return [f"{month // 12:04}-{month % 12 + 1:02}" for month in months]
