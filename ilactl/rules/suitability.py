"""Whether a course, its run and its provider are fit on a day: looked at when one enrols and at the start."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from typing import TYPE_CHECKING

from ilactl.rules.objections import LABEL, PROVIDER, RELEVANCE, RUN, SEATS, WINDOW, WITHDRAWN
from ilactl.rules.offer import Objection

if TYPE_CHECKING:
    from ilactl.ledger.courses import CourseRow, RunRow
    from ilactl.ledger.organisations import Provider
    from ilactl.rules.spending_source import Registers

__all__ = ["course_objections", "only_run", "run_objections", "seats_left", "unnamed_objections"]


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
    if reason := _not_open(run, day):
        yield Objection(WINDOW, reason)
    left = seats_left(registers, run)
    if left is not None and left <= 0:
        taken = "the only seat" if run.seats == 1 else f"each of the {run.seats} seats"
        yield Objection(SEATS, f"{taken} of {_name(run)} is taken")


def _not_open(run: RunRow, day: date) -> str:
    """Why one cannot enrol in the run on the day, whatever seats it has; empty where one can."""
    name = _name(run)
    if run.ends and run.ends < day:
        return f"{name} ended on {run.ends}"
    if run.apply_from and day < run.apply_from:
        return f"one can enrol in {name} from {run.apply_from} on"
    if run.apply_until and run.apply_until < day:
        return f"one could enrol in {name} until {run.apply_until}"
    return ""


def _name(run: RunRow) -> str:
    return f"run {run.run} of {run.course}"


def only_run(registers: Registers, course: str, day: date) -> RunRow | None:
    """The run that is meant where none is named: the only one that one may enrol in; None where more are."""
    open_ = _open_runs(registers, course, day)
    return open_[0] if len(open_) == 1 else None


def unnamed_objections(registers: Registers, course: str, day: date) -> Iterator[Objection]:
    """What speaks against naming no run: that there are several to choose from, or none left."""
    open_ = _open_runs(registers, course, day)
    if open_:
        listed = ", ".join(f"{run.run} from {run.starts}" if run.starts else run.run for run in open_)
        yield Objection(RUN, f"{course} is held in several runs: {listed}")
    elif registers.runs_in(course, day):
        yield Objection(RUN, f"one can enrol in no run of {course} on {day}")


def _open_runs(registers: Registers, course: str, day: date) -> list[RunRow]:
    """The runs that are held and that one may enrol in on the day, full ones too."""
    runs = registers.runs_in(course, day)
    return [run for run in runs if not run.withdrawn and not _not_open(run, day)]


def seats_left(registers: Registers, run: RunRow) -> int | None:
    """How many seats are free; None where there is no limit."""
    return None if run.seats is None else run.seats - registers.seats_taken(run.course, run.run)
