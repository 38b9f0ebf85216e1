"""Rows of the registers of opportunities as values: courses, runs, outcomes, evidence of the labour market.

Amounts count the unit's smallest part.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from ilactl.dates import known_date, parse_date
from ilactl.ledger.registers import parse_facts
from ilactl.money import parse_amount, parse_decimal

if TYPE_CHECKING:
    from fractions import Fraction

    from ilactl.ledger.manifest import Unit
    from ilactl.ledger.scan import Row

__all__ = [
    "CourseRow",
    "OutcomeRow",
    "RelevanceRow",
    "RunRow",
    "course_row",
    "format_titles",
    "outcome_row",
    "parse_titles",
    "relevance_row",
    "run_row",
]


class CourseRow(NamedTuple):
    """One row of courses.csv, titles by language and facts by name; None and "" where nothing is said."""

    course: str
    valid_from: date
    provider: str
    kind: str
    title: str
    titles: Mapping[str, str]
    languages: tuple[str, ...]
    eqf_level: int | None
    cycle: str
    field: str
    ects: Fraction | None
    hours: Fraction | None
    price: int | None
    eligible: int | None
    unit: str
    assessment: str
    quality_assurance: str
    prerequisites: str
    part_of: str
    withdrawn: str
    facts: Mapping[str, str]
    offset: int


class RunRow(NamedTuple):
    """One row of runs.csv. `price` is None where the course's holds, `seats` where there is no limit."""

    course: str
    run: str
    valid_from: date
    starts: date | None
    ends: date | None
    pace: Fraction | None
    time_of_day: str
    mode: str
    place: str
    languages: tuple[str, ...]
    seats: int | None
    apply_from: date | None
    apply_until: date | None
    price: int | None
    unit: str
    withdrawn: str
    offset: int


class OutcomeRow(NamedTuple):
    """One row of outcomes.csv: what somebody who completed the course knows or can do."""

    course: str
    outcome: int
    valid_from: date
    kind: str
    text: str
    uri: str
    offset: int


class RelevanceRow(NamedTuple):
    """One row of relevance.csv: `about` is course:ID or field: with the beginning of ISCED-F fields."""

    about: str
    evidence: str
    valid_from: date
    valid_until: date | None
    ref: str
    offset: int


def parse_titles(cell: str) -> dict[str, str]:
    """The `titles` cell by language."""
    return {one[:2]: one[4:] for one in cell.split(" | ")} if cell else {}


def format_titles(titles: Mapping[str, str]) -> str:
    """The `titles` cell, languages in order, empty ones left out."""
    return " | ".join(f"{language}: {titles[language]}" for language in sorted(titles) if titles[language])


def _words(cell: str) -> tuple[str, ...]:
    return tuple(cell.split(" ")) if cell else ()


def _amount(text: str, unit: Unit | None) -> int | None:
    """The amount; None for none. `amount_findings` has seen that it fits."""
    return parse_amount(text, unit.scale) if text and unit else None


def course_row(row: Row, units: Mapping[str, Unit]) -> CourseRow:
    """The row as it stands in courses.csv, tested before."""
    c = row.cells
    unit = units.get(c[14])
    return CourseRow(
        course=c[0],
        valid_from=known_date(c[1]),
        provider=c[2],
        kind=c[3],
        title=c[4],
        titles=parse_titles(c[5]),
        languages=_words(c[6]),
        eqf_level=int(c[7]) if c[7] else None,
        cycle=c[8],
        field=c[9],
        ects=parse_decimal(c[10]),
        hours=parse_decimal(c[11]),
        price=_amount(c[12], unit),
        eligible=_amount(c[13], unit),
        unit=c[14],
        assessment=c[15],
        quality_assurance=c[16],
        prerequisites=c[17],
        part_of=c[18],
        withdrawn=c[19],
        facts=parse_facts(c[20]),
        offset=row.offset,
    )


def run_row(row: Row, units: Mapping[str, Unit]) -> RunRow:
    """The row as it stands in runs.csv, tested before."""
    c = row.cells
    return RunRow(
        course=c[0],
        run=c[1],
        valid_from=known_date(c[2]),
        starts=parse_date(c[3]),
        ends=parse_date(c[4]),
        pace=parse_decimal(c[5]),
        time_of_day=c[6],
        mode=c[7],
        place=c[8],
        languages=_words(c[9]),
        seats=int(c[10]) if c[10] else None,
        apply_from=parse_date(c[11]),
        apply_until=parse_date(c[12]),
        price=_amount(c[13], units.get(c[14])),
        unit=c[14],
        withdrawn=c[15],
        offset=row.offset,
    )


def outcome_row(row: Row) -> OutcomeRow:
    """The row as it stands in outcomes.csv, tested before."""
    course, outcome, valid_from, kind, text, uri = row.cells
    return OutcomeRow(course, int(outcome), known_date(valid_from), kind, text, uri, row.offset)


def relevance_row(row: Row) -> RelevanceRow:
    """The row as it stands in relevance.csv, tested before."""
    about, evidence, first, last, ref = row.cells
    return RelevanceRow(about, evidence, known_date(first), parse_date(last), ref, row.offset)
