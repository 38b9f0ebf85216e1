"""Finding courses: which of them match words and wishes on a day, the best first.

Words are looked for in all titles without capitals and accents. A word that no title holds may be
misspelt: then the titles' words most like it count, below those that hold it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from ilactl.ledger.courses import (
    CourseRow,
    RelevanceRow,
    RunRow,
    courses_on,
    languages_of,
    price_of,
    relevance_for,
    relevance_on,
    runs_on,
)
from ilactl.ledger.organisations import OrganisationRow, Provider, organisation_rows, provider_of
from ilactl.nearest import folded
from ilactl.reports.courses import is_open

if TYPE_CHECKING:
    from ilactl.ledger.snapshot import Snapshot

__all__ = ["Hit", "Wish", "search"]

_ALIKE = 80
"""How alike, of 100, a title's word must be to one that no title holds."""

_SHORTEST = 4
"""A shorter word is not taken for a misspelt one."""

_WORD = re.compile(r"\w+")


class Wish(NamedTuple):
    """What is looked for; nothing where a part is empty. `max_price` in whole units, of `unit` if named."""

    words: tuple[str, ...] = ()
    field: str = ""
    levels: tuple[int, ...] = ()
    kinds: tuple[str, ...] = ()
    modes: tuple[str, ...] = ()
    times: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    provider: str = ""
    max_price: Fraction | None = None
    unit: str = ""
    starts_from: date | None = None
    starts_until: date | None = None
    in_demand: bool = False

    @property
    def of_runs(self) -> bool:
        """Whether only a run can answer it."""
        return bool(self.modes or self.times or self.starts_from or self.starts_until)


class Hit(NamedTuple):
    """A course that matches, with its runs that do, the first one first, and how well its titles match."""

    course: CourseRow
    runs: tuple[RunRow, ...]
    provider: Provider
    relevance: tuple[RelevanceRow, ...]
    score: int

    @property
    def run(self) -> RunRow | None:
        """The run that comes first."""
        return self.runs[0] if self.runs else None


def search(snapshot: Snapshot, wish: Wish, on: date) -> list[Hit]:
    """The courses offered on the day that match, the best first.

    A course that is withdrawn, or whose provider is suspended, is not offered; a run that is over or
    closed to applications is none.
    """
    scales = {name: unit.scale for name, unit in snapshot.manifest.units.items()}
    courses = [
        one for one in courses_on(snapshot, on).values() if not one.withdrawn and _of_course(one, wish)
    ]
    scores = _scores(courses, wish.words)
    runs, relevance, providers = runs_on(snapshot, on), relevance_on(snapshot, on), _providers(snapshot, on)
    hits = []
    for course in courses:
        provider = providers.get(course.provider) or Provider(course.provider)
        evidence = relevance_for(relevance, course)
        score = scores.get(course.course, 0)
        if provider.suspended or (wish.words and not score) or (wish.in_demand and not evidence):
            continue
        offered = [one for one in runs.get(course.course, ()) if is_open(one, on)]
        fitting = tuple(one for one in offered if _of_run(course, one, wish, scales))
        if not fitting and (wish.of_runs or not _without_run(course, wish, scales)):
            continue
        hits.append(Hit(course, fitting, provider, evidence, score))
    return sorted(hits, key=_rank)


def _rank(hit: Hit) -> tuple[object, ...]:
    starts = hit.run.starts if hit.run and hit.run.starts else date.max
    price, unit = price_of(hit.course, hit.run)
    return -hit.score, not hit.relevance, starts, unit, price is None, price or 0, hit.course.course


def _providers(snapshot: Snapshot, on: date) -> dict[str, Provider]:
    held: dict[str, OrganisationRow] = {}
    for row in organisation_rows(snapshot):
        before = held.get(row.organisation)
        if row.valid_from <= on and (before is None or row.valid_from >= before.valid_from):
            held[row.organisation] = row
    return {name: provider_of(row) for name, row in held.items()}


def _of_course(course: CourseRow, wish: Wish) -> bool:
    return (
        course.field.startswith(wish.field)
        and (not wish.levels or course.eqf_level in wish.levels)
        and (not wish.kinds or course.kind in wish.kinds)
        and (not wish.provider or course.provider == wish.provider)
    )


def _without_run(course: CourseRow, wish: Wish, scales: Mapping[str, int]) -> bool:
    return _languages(languages_of(course), wish) and _price(*price_of(course), wish, scales)


def _of_run(course: CourseRow, run: RunRow, wish: Wish, scales: Mapping[str, int]) -> bool:
    return (
        (not wish.modes or run.mode in wish.modes)
        and (not wish.times or run.time_of_day in wish.times)
        and (
            wish.starts_from is None
            or (run.starts is None and not run.ends)
            or _at_least(run, wish.starts_from)
        )
        and (wish.starts_until is None or run.starts is None or run.starts <= wish.starts_until)
        and _languages(languages_of(course, run), wish)
        and _price(*price_of(course, run), wish, scales)
    )


def _at_least(run: RunRow, day: date) -> bool:
    """A run without a first day can be begun at any time until its last."""
    last = run.starts or run.ends
    return last is not None and last >= day


def _languages(spoken: tuple[str, ...], wish: Wish) -> bool:
    return not wish.languages or any(language in wish.languages for language in spoken)


def _price(price: int | None, unit: str, wish: Wish, scales: Mapping[str, int]) -> bool:
    if wish.max_price is None:
        return not wish.unit or unit == wish.unit
    if price is None or (wish.unit and unit != wish.unit):
        return False
    return bool(price <= wish.max_price * 10 ** scales[unit])


def _scores(courses: Sequence[CourseRow], words: Iterable[str]) -> dict[str, int]:
    """How well each course's titles and id hold all the words; those that lack one are left out."""
    wanted = [token for word in words for token in _WORD.findall(folded(word))]
    if not wanted:
        return {}
    texts = {
        one.course: _WORD.findall(folded(" ".join((one.course, one.title, *one.titles.values()))))
        for one in courses
    }
    lengths = {one.course: len(one.title) for one in courses}
    vocabulary = {token for tokens in texts.values() for token in tokens}
    found: dict[str, int] = {}
    points = [dict(_points(word, vocabulary)) for word in wanted]
    for course, tokens in texts.items():
        best = [max((one.get(token, 0) for token in tokens), default=0) for one in points]
        if all(best):
            found[course] = sum(best) * 1000 - lengths[course]  # of equals the shorter title
    return found


def _points(word: str, vocabulary: Collection[str]) -> Iterator[tuple[str, int]]:
    """The titles' words that count for one asked for: itself, beginnings, parts; else those most alike."""
    held = False
    for token in vocabulary:
        if token == word:
            held = True
            yield token, 10
        elif token.startswith(word):
            held = True
            yield token, 8
        elif word in token and len(word) >= _SHORTEST - 1:
            held = True
            yield token, 6
    if not held and vocabulary and len(word) >= _SHORTEST:
        from rapidfuzz import fuzz, process

        for token, alike, _ in process.extract_iter(
            word, list(vocabulary), scorer=fuzz.ratio, score_cutoff=_ALIKE
        ):
            yield token, 4 if alike >= 90 else 3
