"""Planning rows of runs.csv, outcomes.csv and relevance.csv: what belongs to a course, and speaks for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ilactl.ledger.columns import COURSES, OUTCOMES, RELEVANCE, RUNS
from ilactl.ledger.isced_fields import field_label, field_remedy
from ilactl.ledger.register_intake import RegisterPlanner, read_register
from ilactl.ledger.register_plan import Book, Problem
from ilactl.nearest import did_you_mean

if TYPE_CHECKING:
    from ilactl.ledger.intake import Intake
    from ilactl.ledger.snapshot import Snapshot
    from ilactl.ledger.upload import Upload

__all__ = ["OutcomePlanner", "RelevancePlanner", "RunPlanner", "read_outcomes", "read_relevance", "read_runs"]


class _OfCourses(RegisterPlanner):
    """Rows that name a course."""

    def __init__(self, snapshot: Snapshot, *, whole: bool) -> None:
        """Courses are read as the register itself is."""
        super().__init__(snapshot, whole=whole)
        self.courses = Book(snapshot, COURSES, whole=whole)

    def course_fault(self, column: str, course: str) -> list[Problem]:
        """A course that is not there, with the nearest."""
        if course in self.courses:
            return []
        ids = (self.courses if self.whole else Book(self.snapshot, COURSES, whole=True)).ids()
        return [Problem(column, f"course {course} is not in courses.csv", did_you_mean(course, ids))]


def read_runs(upload: Upload) -> Intake:
    """Read an import of runs."""
    return read_register(upload, RUNS)


class RunPlanner(_OfCourses):
    """Plans rows of runs.csv."""

    table = RUNS

    def completed(self, key: str, day: str, given: Mapping[str, str]) -> dict[str, str]:
        """The price with all decimals of its unit, the course's where none is told."""
        given = {name: text for name, text in given.items() if name not in ("course", "run")}
        cells = {**self.held(key, day), **given}
        if given.get("price") and not cells.get("unit"):
            course = self.courses.newest(self.table.key_cells(key)[0])
            unit = course[COURSES.index("unit")] if course else ""
            given |= {"unit": unit} if unit else {}
        return self.with_amounts({**cells, **given}, given, "price")

    def faults(self, key: str, day: str, cells: Mapping[str, str], given: Mapping[str, str]) -> list[Problem]:
        """What is wrong with the run as it would stand there."""
        return [
            *self.course_fault("course", self.table.key_cells(key)[0]),
            *self.order_fault(cells, "starts", "ends"),
            *self.order_fault(cells, "apply_from", "apply_until"),
            *self.order_fault(cells, "apply_from", "ends"),
            *self.amount_faults(cells, "price"),
        ]

    def doubts(self, key: str, day: str, given: Mapping[str, str]) -> list[Problem]:
        """A price of nothing, and applications that end after the run."""
        found = []
        if given.get("price") and not given["price"].strip("0."):
            found.append(Problem("price", "price is 0: is it free, or not known?"))
        ends, until = given.get("ends", ""), given.get("apply_until", "")
        if ends and until > ends:
            found.append(Problem("apply_until", f"apply_until {until} lies after the run's end, {ends}"))
        return found


def read_outcomes(upload: Upload) -> Intake:
    """Read an import of learning outcomes; without the column outcome they are numbered as they come."""
    return read_register(upload, OUTCOMES, needed=(("course",),))


class OutcomePlanner(_OfCourses):
    """Plans rows of outcomes.csv."""

    table = OUTCOMES
    required = ("kind",)

    def __init__(self, snapshot: Snapshot, *, whole: bool) -> None:
        """No outcome was numbered yet."""
        super().__init__(snapshot, whole=whole)
        self._numbers: dict[str, dict[str, int]] = {}

    def key(self, cells: Mapping[str, str]) -> str:
        """Course and number. Without one: that of the same words, else the next."""
        course, number = cells["course"], cells.get("outcome", "")
        if number:
            return f"{course}/{number}"
        if course not in self._numbers:
            text = OUTCOMES.index("text")
            held = {key: self.book.newest(key) for key in self.book.under(course)}
            self._numbers[course] = {
                row[text] or f"/{key}": int(key.rpartition("/")[2]) for key, row in held.items() if row
            }
        known = self._numbers[course]
        taken = known.setdefault(cells.get("text", ""), max(known.values(), default=0) + 1)
        return f"{course}/{taken}"

    def faults(self, key: str, day: str, cells: Mapping[str, str], given: Mapping[str, str]) -> list[Problem]:
        """What is wrong with the outcome as it would stand there."""
        course, number = self.table.key_cells(key)
        found = self.course_fault("course", course)
        if number == "0":
            found.append(Problem("outcome", "outcomes are numbered from 1"))
        if not cells.get("text") and key not in self.book:
            found.append(Problem("text", f"outcome {key} has no words"))
        return found


def read_relevance(upload: Upload) -> Intake:
    """Read an import of evidence, such as a list of what is in demand."""
    return read_register(upload, RELEVANCE)


class RelevancePlanner(_OfCourses):
    """Plans rows of relevance.csv."""

    table = RELEVANCE

    def faults(self, key: str, day: str, cells: Mapping[str, str], given: Mapping[str, str]) -> list[Problem]:
        """What is wrong with the evidence as it would stand there."""
        kind, _, what = self.table.key_cells(key)[0].partition(":")
        found = self.course_fault("about", what) if kind == "course" else []
        if kind == "field" and not field_label(what):
            found.append(Problem("about", f"field {what} is not one of ISCED-F 2013", field_remedy(what)))
        until = cells.get("valid_until", "")
        if until and until < day:
            found.append(Problem("valid_until", f"valid_until {until} lies before valid_from {day}"))
        return found
