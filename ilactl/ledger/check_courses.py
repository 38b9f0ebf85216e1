"""Checks of the registers of opportunities: what they name is there, and their days are in order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ilactl.findings import Finding, Kind
from ilactl.ledger.columns import (
    COURSES,
    ENROLMENTS,
    ORGANISATIONS,
    OUTCOMES,
    REASONS,
    RELEVANCE,
    RUNS,
)

if TYPE_CHECKING:
    from ilactl.ledger.checking import Ground
    from ilactl.ledger.grammar import Table

__all__ = ["courses_known", "days_in_order", "fields_known", "runs_known"]

COURSE = Kind(
    "CHECK-COURSE",
    "a row names a course or a run that the registers do not know",
    "add the course or the run, or record the row anew with the right id",
)
FIELD = Kind(
    "CHECK-FIELD", "a field is none of ISCED-F 2013", "record the right one; 'ilactl help files' says where"
)
DAYS = Kind(
    "CHECK-DAYS", "a row's last day lies before its first one", "record the row anew with its days in order"
)

_SPANS: tuple[tuple[Table, tuple[tuple[str, str], ...]], ...] = (
    (ORGANISATIONS, (("label_from", "label_until"),)),
    (RUNS, (("starts", "ends"), ("apply_from", "apply_until"), ("apply_from", "ends"))),
    (RELEVANCE, (("valid_from", "valid_until"),)),
)


def courses_known(ground: Ground) -> Iterator[Finding]:
    """Every course that another row names is in courses.csv: a run, an outcome, an enrolment, a reason."""
    for table, column in (
        (COURSES, "part_of"),
        (RUNS, "course"),
        (OUTCOMES, "course"),
        (RELEVANCE, "about"),
        (ENROLMENTS, "course"),
        (REASONS, "course"),
    ):
        at = table.index(column)
        said: set[str] = set()
        for row in ground.rows(table):
            course = row.cells[at].removeprefix("course:")
            if not course or course.startswith("field:") or course in said or course in ground.courses:
                continue
            said.add(course)
            place = ground.place(table.file, row.offset, column)
            yield COURSE.at(place, f"course {course} is not in courses.csv")


def runs_known(ground: Ground) -> Iterator[Finding]:
    """Every run that an enrolment names is in runs.csv."""
    wanted = [(one.course, run, one.offset) for one in ground.enrolments.values() for run in one.runs if run]
    if not wanted:
        return
    known = {(row.cells[0], row.cells[1]) for row in ground.rows(RUNS)}
    if not ground.is_whole(RUNS):
        return
    for course, run, offset in wanted:
        if (course, run) not in known:
            known.add((course, run))
            place = ground.place(ENROLMENTS.file, offset, "run")
            yield COURSE.at(place, f"run {run} of course {course} is not in runs.csv")


def fields_known(ground: Ground) -> Iterator[Finding]:
    """Every field of courses and of evidence is one of ISCED-F 2013."""
    from ilactl.ledger.isced_fields import field_remedy, fields

    for table, column in ((COURSES, "field"), (RELEVANCE, "about")):
        at = table.index(column)
        for row in ground.rows(table):
            code = row.cells[at].removeprefix("field:")
            if not code or code.startswith("course:") or code in fields():
                continue
            place = ground.place(table.file, row.offset, column)
            yield FIELD.at(place, f"{code} is no field of ISCED-F 2013", field_remedy(code))


def days_in_order(ground: Ground) -> Iterator[Finding]:
    """Labels, runs, windows of application and evidence end after they begin."""
    for table, spans in _SPANS:
        places = [(table.index(first), table.index(last), first, last) for first, last in spans]
        for row in ground.rows(table):
            for first_at, last_at, first, last in places:
                begins, ends = row.cells[first_at], row.cells[last_at]
                if begins and ends and ends < begins:
                    place = ground.place(table.file, row.offset, last)
                    yield DAYS.at(place, f"{last} {ends} lies before {first} {begins}")
                    break
