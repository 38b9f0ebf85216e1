"""A course on a day: what it is, its runs and outcomes, and the evidence that it is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from ilactl.ledger import courses
from ilactl.ledger.columns import COURSES
from ilactl.ledger.lookup import rows_of
from ilactl.ledger.organisations import Provider, provider_on
from ilactl.output import Answer, Block, Cell, Col, Grid, Heading, Pairs
from ilactl.reports.courses import is_open, run_cells, told_of

if TYPE_CHECKING:
    from ilactl.ledger.snapshot import Snapshot

__all__ = ["course_page"]

_RUN = (
    Col("run"), Col("starts", kind="date"), Col("ends", kind="date"), Col("time_of_day", "time"), Col("mode"),
    Col("place"), Col("pace"), Col("languages"), Col("seats", kind="int"), Col("apply_from", kind="date"),
    Col("apply_until", kind="date"), Col("price", kind="amount"), Col("withdrawn"),
)  # fmt: skip
_APART = ("pace", "languages", "apply_from")
"""Columns of a run that data formats hold, and a page of 80 columns has no room for."""

_OUTCOME = (Col("outcome", kind="int"), Col("kind"), Col("text"), Col("uri"))
_EVIDENCE = (
    Col("about"), Col("evidence"), Col("since", kind="date"), Col("until", kind="date"), Col("ref"),
)  # fmt: skip


def course_page(snapshot: Snapshot, course: courses.CourseRow, on: date, *, all_runs: bool) -> Answer:
    """The page of a course that holds on the day; runs that are over or closed only with `all_runs`."""
    units = snapshot.manifest.units
    provider = provider_on(snapshot, course.provider, on)
    runs = [
        one
        for one in courses.runs_of(snapshot, course.course, on)
        if all_runs or (is_open(one, on) and not course.withdrawn)
    ]
    run_rows = [run_cells(course, one, units) for one in runs]
    outcomes: list[dict[str, Cell]] = [
        {"outcome": one.outcome, "kind": one.kind, "text": one.text, "uri": one.uri}
        for one in courses.outcomes_of(snapshot, course.course, on)
    ]
    evidence: list[dict[str, Cell]] = [
        {
            "about": one.about,
            "evidence": one.evidence,
            "since": one.valid_from,
            "until": one.valid_until,
            "ref": one.ref,
        }
        for one in courses.relevance_of(snapshot, course, on)
    ]
    parts = _parts(snapshot, course.course, on)
    pairs = told_of(course, provider.name, units)
    pairs.append(("quality label", _label(provider, on)))
    pairs += [("made of", " ".join(parts))] if parts else []
    apart = {*_APART, *(() if any(one.price is not None for one in runs) else ("price",))}
    blocks: list[Block] = [Pairs(pairs)]
    blocks += _grid("Runs" if all_runs else "Runs one may still enrol in", _RUN, run_rows, apart)
    blocks += _grid("Learning outcomes", _OUTCOME, outcomes)
    blocks += _grid("What the labour market asks for", _EVIDENCE, evidence)
    data = {
        "course": course.course,
        "on": on,
        "since": course.valid_from,
        "holds": {label.replace(" ", "_").lower(): cell for label, cell in pairs},
        "parts": parts,
        "outcomes": outcomes,
        "relevance": evidence,
    }
    return Answer("ilactl.course/1", rows=run_rows, columns=_RUN, blocks=blocks, data=data)


def _parts(snapshot: Snapshot, course: str, on: date) -> list[str]:
    """The courses that count towards this one's award on the day."""
    named = {row.cells[0] for row in rows_of(snapshot, COURSES, "part_of", course)[0]}
    held = {one: courses.course_on(snapshot, one, on) for one in sorted(named)}
    return [one for one, row in held.items() if row is not None and row.part_of == course]


def _label(provider: Provider, on: date) -> str:
    if provider.suspended:
        return f"the provider is suspended: {provider.suspended}"
    if not provider.labelled_on(on):
        return f"none in force on {on}"
    until = f" until {provider.label_until}" if provider.label_until else ""
    return f"{provider.label}{until}"


def _grid(
    title: str, columns: Sequence[Col], rows: Sequence[Mapping[str, Cell]], apart: set[str] | None = None
) -> list[Block]:
    """The rows under those columns that hold anything; nothing where there is no row."""
    shown = [
        column
        for column in columns
        if column.name not in (apart or ()) and any(row[column.name] not in (None, "") for row in rows)
    ]
    return [Heading(title), Grid(shown, rows)] if rows else []
