"""Why people do not enrol or do not go on: reasons.csv read, and the rows of somebody who declined.

A reason is a code of `words.REASONS`. It comes from a caseworker (`declined`), from a survey (its
name), or stands in the row that cancelled an enrolment; each stands in one place only.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from ilactl.dates import known_date
from ilactl.ledger.columns import ENROLMENTS, REASONS
from ilactl.ledger.entries import usable_rows
from ilactl.ledger.scan import Row, iter_table, read_table

if TYPE_CHECKING:
    from ilactl.findings import Finding
    from ilactl.ledger.snapshot import Snapshot

__all__ = ["DECLINED", "Reason", "all_reasons", "cells_of_reason", "counted"]

DECLINED = "declined"
"""The source of a reason that a caseworker recorded of somebody who did not enrol."""

CANCELLED = "cancelled"
SURVEY = "survey"


class Reason(NamedTuple):
    """One row of reasons.csv. `person` and `course` are empty where the answer names none."""

    recorded_on: date
    person: str
    course: str
    reason: str
    source: str
    ref: str = ""


def cells_of_reason(reason: Reason) -> tuple[str, ...]:
    """The row's cells in column order."""
    return (reason.recorded_on.isoformat(), *reason[1:])


def _reason(row: Row) -> Reason:
    return Reason(known_date(row.cells[0]), *row.cells[1:])


def all_reasons(snapshot: Snapshot) -> list[Reason]:
    """Every row of reasons.csv in file order. Raises BadInput with all findings where a row is bad."""
    rows, findings = read_table(snapshot.view(REASONS.file), REASONS)
    return [_reason(row) for row in usable_rows(rows, findings, REASONS)]


def counted(
    snapshot: Snapshot, *, first: date | None = None, last: date | None = None, course: str = ""
) -> dict[str, dict[str, int]]:
    """How often each reason was given: by reason, then by where it comes from.

    Those are `declined`, `cancelled` (steps that stand) and `survey`. `first` and `last` bound the day
    it was recorded, or it was cancelled on; `course` keeps to one course.
    """
    counts: dict[str, dict[str, int]] = {}

    def count(reason: str, source: str, day: date, about: str) -> None:
        early, late = first is not None and day < first, last is not None and day > last
        if early or late or course not in ("", about):
            return
        of = counts.setdefault(reason, {DECLINED: 0, CANCELLED: 0, SURVEY: 0})
        of[source] += 1

    for one in all_reasons(snapshot):
        source = DECLINED if one.source == DECLINED else SURVEY
        count(one.reason, source, one.recorded_on, one.course)
    for course_, on, reason in _cancelled(snapshot):
        count(reason, CANCELLED, on, course_)
    return counts


def _cancelled(snapshot: Snapshot) -> list[tuple[str, date, str]]:
    """Course, day and reason of every cancellation that stands: only those rows are taken apart."""
    at = {name: ENROLMENTS.index(name) for name in ("enrolment", "course", "step", "on", "reason")}
    findings: list[Finding] = []
    standing: dict[str, list[tuple[str, date, str]]] = {}
    for _, cells in iter_table(snapshot.view(ENROLMENTS.file), ENROLMENTS, findings):
        steps = standing.setdefault(cells[at["enrolment"]], [])
        if cells[at["step"]] == "undone":
            steps[-1:] = []
            continue
        reason = cells[at["reason"]] if cells[at["step"]] == CANCELLED else ""
        steps.append((cells[at["course"]], known_date(cells[at["on"]]), reason))
    usable_rows([], findings, ENROLMENTS)
    return [one for steps in standing.values() for one in steps if one[2]]
