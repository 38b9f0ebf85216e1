"""Checks of enrolments: that each step could follow, that nobody is enrolled twice, that seats suffice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ilactl.findings import Finding, Kind
from ilactl.ledger.checking import Ground
from ilactl.ledger.columns import ENROLMENTS, RUNS
from ilactl.ledger.enrolments import OPEN, SEATED

__all__ = ["one_enrolment", "seats", "steps_follow"]

STEP = Kind(
    "CHECK-STEP",
    "a step of an enrolment could not follow the one before",
    "take the row out with 'ilactl restore', and record what happened with 'ilactl enrolment'",
)
TWICE = Kind(
    "CHECK-ENROLLED-TWICE",
    "one person holds two open enrolments in one course",
    "cancel one: 'ilactl enrolment cancel ID --by agency'",
    warning=True,
)
SEATS = Kind(
    "CHECK-SEATS",
    "more people hold a seat in a run than it has seats",
    "move or cancel some, or record how many seats there are",
    warning=True,
)


def steps_follow(ground: Ground) -> Iterator[Finding]:
    """Every step of an enrolment could follow the one before, by its person, in its course."""
    _ = ground.enrolments
    for offset, column, message in ground.step_faults:
        yield STEP.at(ground.place(ENROLMENTS.file, offset, column), message)


def one_enrolment(ground: Ground) -> Iterator[Finding]:
    """Nobody holds two open enrolments in one course, under whichever ids."""
    from ilactl.errors import IlactlError
    from ilactl.ledger.registers import other_ids

    still = [(name, one) for name, one in ground.enrolments.items() if one.state in OPEN]
    try:
        stand_for = other_ids(ground.snapshot) if still else {}
    except IlactlError:
        stand_for = {}  # what is wrong with persons.csv other checks tell
    first: dict[tuple[str, str], str] = {}
    for name, one in still:
        key = (stand_for.get(one.person, one.person), one.course)
        if first.setdefault(key, name) != name:
            place = ground.place(ENROLMENTS.file, one.offset, "course")
            yield TWICE.at(place, f"{key[0]} is enrolled in {one.course} twice: {first[key]} and {name}")


def seats(ground: Ground) -> Iterator[Finding]:
    """No run has more people enrolled than seats."""
    taken: Counter[tuple[str, str]] = Counter()
    for one in ground.enrolments.values():
        if one.run and one.state in SEATED:
            taken[one.course, one.run] += 1
    if not taken:
        return
    seats_at = RUNS.index("seats")
    newest: dict[tuple[str, str], tuple[str, str, int]] = {}
    for row in ground.rows(RUNS):
        key, since = (row.cells[0], row.cells[1]), row.cells[2]
        if key in taken and since >= newest.get(key, ("",))[0]:
            newest[key] = (since, row.cells[seats_at], row.offset)
    for (course, run), (_, number, offset) in newest.items():
        if number and taken[course, run] > int(number):
            place = ground.place(RUNS.file, offset, "seats")
            yield SEATS.at(
                place, f"{taken[course, run]} hold a seat in {course}/{run}, which has {int(number)}"
            )
