"""What a person is enrolled in at the moment, and what is reserved for it: for statements and balances."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from ilactl.ledger.courses import course_on
from ilactl.ledger.enrolments import enrolments_of
from ilactl.output import Cell, Col, Money

if TYPE_CHECKING:
    from ilactl.ledger.entries import Entry
    from ilactl.ledger.snapshot import Snapshot

__all__ = ["COLUMNS", "SHOWN", "Running", "reserved_sentences", "row_of_running", "running_of"]

COLUMNS = (
    Col("enrolment", "Enrolment"),
    Col("course", "Course"),
    Col("title", "Title"),
    Col("run", "Run"),
    Col("state", "State"),
    Col("since", "Since", "date"),
    Col("reserved", "Reserved", "amount"),
    Col("unit", "Unit"),
)
SHOWN = tuple(column for column in COLUMNS if column.name not in ("course", "run"))


class Running(NamedTuple):
    """An enrolment that is open, or for which something is still held, in the unit's smallest part."""

    enrolment: str
    course: str
    title: str
    run: str
    state: str
    since: date
    reserved: int
    unit: str


def running_of(snapshot: Snapshot, person: str, entries: Sequence[Entry]) -> list[Running]:
    """The person's, in the order they were made. `entries` are the person's."""
    held: dict[str, int] = {}
    for entry in entries:
        if entry.enrolment:
            into = entry.target.startswith("held:") - entry.source.startswith("held:")
            held[entry.enrolment] = held.get(entry.enrolment, 0) + into * entry.amount
    return [
        Running(
            one.id,
            one.course,
            course.title if (course := course_on(snapshot, one.course)) else "",
            one.run,
            one.state,
            one.last.on,
            held.get(one.id, 0),
            one.unit,
        )
        for one in enrolments_of(snapshot, person)
        if one.is_open or held.get(one.id)
    ]


def row_of_running(one: Running, snapshot: Snapshot) -> dict[str, Cell]:
    """The row by the names of `COLUMNS`."""
    unit = snapshot.manifest.units.get(one.unit)
    row: dict[str, Cell] = {**one._asdict()}
    row["reserved"] = Money(one.reserved, one.unit, unit.scale) if unit else None
    return row


def reserved_sentences(snapshot: Snapshot, person: str, entries: Sequence[Entry]) -> list[str]:
    """What is reserved for which of the person's enrolments, one sentence each."""
    found = (row_of_running(one, snapshot) for one in running_of(snapshot, person, entries) if one.reserved)
    return [
        f"{person}: {row['reserved']} reserved for {row['enrolment']}, {row['title'] or row['course']}"
        for row in found
    ]
