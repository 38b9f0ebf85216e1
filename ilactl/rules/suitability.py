"""Whether a course, its run and its provider are fit on a day: looked at when one enrols and at the start."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from typing import TYPE_CHECKING

from ilactl.rules.objections import LABEL, PROVIDER, RELEVANCE, SEATS, WINDOW, WITHDRAWN
from ilactl.rules.offer import Objection

if TYPE_CHECKING:
    from ilactl.ledger.courses import CourseRow, RunRow
    from ilactl.ledger.organisations import Provider
    from ilactl.rules.spending_source import Registers

__all__ = ["course_objections", "run_objections", "seats_left"]


def course_objections(
    registers: Registers, course: CourseRow, run: RunRow | None, requires: Collection[str], day: date
) -> Iterator[Objection]:
    """What speaks against the course, its run and its provider on the day, whoever wants to go there."""
    if course.withdrawn:
        yield Objection(WITHDRAWN, f"{course.course} was withdrawn: {course.withdrawn}")
    if run and run.withdrawn:
        yield Objection(WITHDRAWN, f"run {run.run} of {course.course} is not held: {run.withdrawn}")
    provider = registers.provider(course.provider, day)
    yield from _provider_objections(provider, "quality" in requires, day)
    if "relevance" in requires and not registers.in_demand(course, day):
        where = f"{course.course} or its field {course.field}" if course.field else course.course
        yield Objection(RELEVANCE, f"no evidence that the labour market asks for {where} holds on {day}")


def _provider_objections(provider: Provider, quality: bool, day: date) -> Iterator[Objection]:
    name = provider.organisation
    if not provider.known:
        yield Objection(PROVIDER, f"organisations.csv has no {name} on {day}")
        return
    if not provider.provides:
        yield Objection(PROVIDER, f"{name} is not recorded as a provider on {day}")
    if provider.suspended:
        yield Objection(PROVIDER, f"{name} is suspended: {provider.suspended}")
    if quality and not provider.labelled_on(day):
        yield Objection(LABEL, f"{name} {_no_label(provider, day)}")


def _no_label(provider: Provider, day: date) -> str:
    if not provider.label:
        return "has no quality label"
    if provider.label_from and day < provider.label_from:
        return f"has the label {provider.label} from {provider.label_from} on only"
    return f"had the label {provider.label} until {provider.label_until}"


def run_objections(registers: Registers, run: RunRow, day: date) -> Iterator[Objection]:
    """What speaks against taking a seat in the run on the day."""
    name = f"run {run.run} of {run.course}"
    if run.ends and run.ends < day:
        yield Objection(WINDOW, f"{name} ended on {run.ends}")
    elif run.apply_from and day < run.apply_from:
        yield Objection(WINDOW, f"one can enrol in {name} from {run.apply_from} on")
    elif run.apply_until and run.apply_until < day:
        yield Objection(WINDOW, f"one could enrol in {name} until {run.apply_until}")
    left = seats_left(registers, run)
    if left is not None and left <= 0:
        taken = "the only seat" if run.seats == 1 else f"each of the {run.seats} seats"
        yield Objection(SEATS, f"{taken} of {name} is taken")


def seats_left(registers: Registers, run: RunRow) -> int | None:
    """How many seats are free; None where there is no limit."""
    return None if run.seats is None else run.seats - registers.seats_taken(run.course, run.run)
