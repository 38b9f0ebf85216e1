"""Which occasions a run looks at, and which earlier ones were missed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from difflib import get_close_matches

from msgspec import Struct

from ilactl.errors import NotFound, Refused
from ilactl.rules.model import Grant, Scheme
from ilactl.rules.periods import Occasion, last_occasion, named_occasion, occasion_before, period_span

__all__ = ["Missed", "due_occasions", "missed_periods", "versions_of"]


class Missed(Struct, frozen=True):
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
    rule that is not there, Refused for a period that no rule has or that is not due yet, and for a
    rule of enrolments.
    """
    by_id = versions_of(scheme)
    for rule in rules:
        if rule not in by_id:
            near = get_close_matches(rule, by_id, 1)
            advice = f"did you mean {near[0]}?" if near else f"the rules are {', '.join(by_id)}"
            raise NotFound(what=f"the grant rule {rule}", hint=advice)
        if by_id[rule][0].every == "enrolment":
            raise Refused(
                reason=f"{rule} is given by enrolments, never by a run over due dates",
                hint="it comes with 'ilactl enrol'; 'ilactl rules try --set price=...' shows how much",
            )
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
        found = [occasion for versions in chosen for occasion in _newest(versions, on)]
    return sorted(found, key=lambda occasion: occasion.sort_key)


def _newest(versions: list[Grant], on: date) -> list[Occasion]:
    """The newest occasion; of a rule that trues up the one before it too, for what came in late."""
    newest = last_occasion(versions, on)
    if newest is None:
        return []
    before = occasion_before(versions, newest) if newest.grant.true_up else None
    return [before, newest] if before and before.grant.true_up else [newest]


def missed_periods(
    scheme: Scheme,
    on: date,
    occasions: Sequence[Occasion],
    booked: Mapping[str, Collection[str]],
    rules: Sequence[str] = (),
) -> list[Missed]:
    """Periods due by `on`, before each rule's occasion, that nobody was granted: oldest first.

    They are looked for from the version's first day, or from the first period ever booked under
    the rule; a rule with neither has missed nothing that could be told. A rule that has ended has
    no occasion any more, but may have missed its last periods.
    """
    by_id = versions_of(scheme)
    newest = {occasion.grant.id: occasion.span.first for occasion in occasions}
    looked_at = {(occasion.grant.id, occasion.period) for occasion in occasions}
    missed = []
    for rule in dict.fromkeys([*newest, *(rules or by_id)]):
        versions, known = by_id[rule], booked.get(rule, ())
        if versions[0].every not in ("year", "month"):
            continue
        starts = [grant.valid_from for grant in versions if grant.valid_from]
        firsts = [span.first for period in known if (span := period_span(versions[0], period))]
        if len(starts) == len(versions) or firsts:
            begin = min([*(starts if len(starts) == len(versions) else ()), *firsts])
            periods = _between(versions[0], begin, newest.get(rule, on))
            gone = [p for p in periods if p not in known and (rule, p) not in looked_at]
            missed += [Missed(rule, p) for p in gone if named_occasion(versions, p, on)]
    return missed


def _between(grant: Grant, begin: date, end: date) -> list[str]:
    """The names of the periods from the one that holds `begin` to the one before that of `end`."""
    if grant.every == "year":
        names = [f"{year:04}" for year in range(max(1, begin.year - 1), end.year + 1)]
        spans = [(name, span) for name in names if (span := period_span(grant, name))]
        return [name for name, span in spans if begin <= span.last < end]
    months = range(begin.year * 12 + begin.month - 1, end.year * 12 + end.month - 1)
    return [f"{month // 12:04}-{month % 12 + 1:02}" for month in months]
