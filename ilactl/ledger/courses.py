"""The registers of opportunities read: courses, their runs and outcomes, and what the labour market asks for.

A row is whole and holds from its valid_from until the next one of its key; of rows with the same
valid_from the later one in the file holds. Amounts count the unit's smallest part. Every reader
raises BadInput with all findings where a row it needs is bad.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING

from ilactl.errors import NotFound
from ilactl.ledger.columns import COURSES, OUTCOMES, RELEVANCE, RUNS
from ilactl.ledger.course_rows import (
    CourseRow,
    OutcomeRow,
    RelevanceRow,
    RunRow,
    course_row,
    outcome_row,
    relevance_row,
    run_row,
)
from ilactl.ledger.entries import amount_findings, usable_rows
from ilactl.ledger.grammar import Table
from ilactl.ledger.lookup import rows_of
from ilactl.ledger.scan import Row, read_table

if TYPE_CHECKING:
    from ilactl.findings import Finding
    from ilactl.ledger.snapshot import Snapshot

__all__ = [
    "CourseRow",
    "OutcomeRow",
    "RelevanceRow",
    "RunRow",
    "abouts",
    "course_on",
    "courses_on",
    "languages_of",
    "missing_course",
    "outcomes_of",
    "price_of",
    "relevance_for",
    "relevance_of",
    "relevance_on",
    "run_on",
    "runs_of",
    "runs_on",
]

_LAST = "9999-12-31"


def _held(rows: Iterable[Row], table: Table, on: date | None) -> Iterator[Row]:
    """Of each key the row that holds on the day, or its newest, in the order the keys were recorded."""
    day, at = on.isoformat() if on else _LAST, table.keys
    held: dict[str, Row] = {}
    for row in rows:
        since = row.cells[at]
        if since > day:
            continue
        key = table.key_of(row.cells)
        if key not in held or since >= held[key].cells[at]:
            held[key] = row
    return iter(held.values())


def _found(snapshot: Snapshot, table: Table, wanted: str) -> list[Row]:
    """The rows about the id, their amounts tested by the manifest's units."""
    rows, findings = rows_of(snapshot, table, table.names[0], wanted)
    return _tested(snapshot, table, rows, findings)


def _all(snapshot: Snapshot, table: Table) -> list[Row]:
    rows, findings = read_table(snapshot.view(table.file), table)
    return _tested(snapshot, table, rows, findings)


def _tested(snapshot: Snapshot, table: Table, rows: list[Row], findings: list[Finding]) -> list[Row]:
    if "unit" in table.names:
        view, units, at = snapshot.view(table.file), snapshot.manifest.units, table.index("unit")
        good: set[tuple[str, ...]] = set()
        amounts = [table.index(name) for name in ("price", "eligible") if name in table.names]
        for row in rows:
            key = (row.cells[at], *(row.cells[i] for i in amounts))
            if key not in good:
                found = amount_findings(view, table, row, units)
                findings.extend(found)
                if not found:
                    good.add(key)
    return usable_rows(rows, findings, table)


def course_on(snapshot: Snapshot, course: str, on: date | None = None) -> CourseRow | None:
    """The course as it holds on the day, or as its newest row says; None where there is none."""
    units = snapshot.manifest.units
    return next(
        (course_row(row, units) for row in _held(_found(snapshot, COURSES, course), COURSES, on)), None
    )


def missing_course(course: str) -> NotFound:
    """The error for a course that the register does not have, with the way to find the one that is meant."""
    return NotFound(what=f"course {course}", hint="'ilactl course find WORDS' looks for one")


def run_on(snapshot: Snapshot, course: str, run: str, on: date | None = None) -> RunRow | None:
    """The run of the course as it holds on the day, or as its newest row says; None where there is none."""
    return next((one for one in runs_of(snapshot, course, on) if one.run == run), None)


def runs_of(snapshot: Snapshot, course: str, on: date | None = None) -> tuple[RunRow, ...]:
    """The course's runs as they hold on the day, withdrawn ones too, by first day; undated ones last."""
    units = snapshot.manifest.units
    return _ordered(run_row(row, units) for row in _held(_found(snapshot, RUNS, course), RUNS, on))


def _ordered(runs: Iterable[RunRow]) -> tuple[RunRow, ...]:
    return tuple(sorted(runs, key=lambda one: (one.starts or date.max, one.run)))


def outcomes_of(snapshot: Snapshot, course: str, on: date | None = None) -> tuple[OutcomeRow, ...]:
    """The course's learning outcomes that hold on the day, by their number."""
    found = (outcome_row(row) for row in _held(_found(snapshot, OUTCOMES, course), OUTCOMES, on))
    return tuple(sorted((one for one in found if one.text), key=lambda one: one.outcome))


def abouts(course: str, field: str) -> tuple[str, ...]:
    """What evidence may be about to count for the course: itself, its field, the wider fields."""
    return (f"course:{course}", *(f"field:{field[:size]}" for size in range(2, len(field) + 1)))


def relevance_of(snapshot: Snapshot, course: CourseRow, on: date) -> tuple[RelevanceRow, ...]:
    """The evidence in force on the day about the course, its field or a wider field."""
    names = abouts(course.course, course.field)
    return tuple(_in_force((row for name in names for row in _found(snapshot, RELEVANCE, name)), on))


def _in_force(rows: Iterable[Row], on: date) -> Iterator[RelevanceRow]:
    for row in _held(rows, RELEVANCE, on):
        one = relevance_row(row)
        if one.valid_until is None or on <= one.valid_until:
            yield one


def courses_on(snapshot: Snapshot, on: date | None = None) -> dict[str, CourseRow]:
    """Every course by id as it holds on the day, or as its newest row says."""
    units = snapshot.manifest.units
    rows = _held(_all(snapshot, COURSES), COURSES, on)
    return {row.cells[0]: course_row(row, units) for row in rows}


def runs_on(snapshot: Snapshot, on: date | None = None) -> dict[str, tuple[RunRow, ...]]:
    """Every run as it holds on the day, or as its newest row says, by course, then as `runs_of` has them."""
    units = snapshot.manifest.units
    found: dict[str, list[RunRow]] = {}
    for row in _held(_all(snapshot, RUNS), RUNS, on):
        found.setdefault(row.cells[0], []).append(run_row(row, units))
    return {course: _ordered(runs) for course, runs in found.items()}


def relevance_on(snapshot: Snapshot, on: date) -> dict[str, tuple[RelevanceRow, ...]]:
    """All evidence in force on the day by what it is about; `relevance_for` picks a course's."""
    found: dict[str, list[RelevanceRow]] = {}
    for one in _in_force(_all(snapshot, RELEVANCE), on):
        found.setdefault(one.about, []).append(one)
    return {about: tuple(rows) for about, rows in found.items()}


def relevance_for(
    relevance: Mapping[str, tuple[RelevanceRow, ...]], course: CourseRow
) -> tuple[RelevanceRow, ...]:
    """The evidence about the course, its field or a wider field, of all that is in force."""
    return tuple(one for about in abouts(course.course, course.field) for one in relevance.get(about, ()))


def price_of(course: CourseRow, run: RunRow | None = None) -> tuple[int | None, str]:
    """Price and unit: the run's where it has one, else the course's; None where nobody says."""
    return (run.price, run.unit) if run and run.price is not None else (course.price, course.unit)


def languages_of(course: CourseRow, run: RunRow | None = None) -> tuple[str, ...]:
    """The languages it is held in: the run's where it names any, else the course's."""
    return run.languages if run and run.languages else course.languages
