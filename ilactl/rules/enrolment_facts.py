"""What expressions may ask of an enrolment, filled from the registers: for an offer, and at a step."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

from ilactl.ledger.courses import CourseRow, RunRow, price_of
from ilactl.ledger.registers import format_facts
from ilactl.rules.circumstances import Circumstances
from ilactl.rules.spending_names import LAST_OF_KIND
from ilactl.rules.values import show_value

if TYPE_CHECKING:
    from ilactl.ledger.enrolments import Enrolment
    from ilactl.rules.holder import Holder
    from ilactl.rules.spending_source import Registers
    from ilactl.rules.step_plan import Happening

__all__ = ["course_cells", "of_offer", "of_step", "run_cells"]


def course_cells(course: CourseRow) -> dict[str, str]:
    """The cells of a course that expressions read, by column."""
    return {
        "course": course.course,
        "kind": course.kind,
        "provider": course.provider,
        "field": course.field,
        "cycle": course.cycle,
        "eqf_level": str(course.eqf_level) if course.eqf_level is not None else "",
        "ects": show_value(course.ects) if course.ects is not None else "",
        "hours": show_value(course.hours) if course.hours is not None else "",
        "facts": format_facts(course.facts),
    }


def run_cells(run: RunRow | None) -> dict[str, str]:
    """The cells of a run that expressions read, by column."""
    if run is None:
        return {}
    return {
        "mode": run.mode,
        "time_of_day": run.time_of_day,
        "starts": run.starts.isoformat() if run.starts else "",
        "ends": run.ends.isoformat() if run.ends else "",
    }


def of_offer(
    holder: Holder,
    course: CourseRow,
    run: RunRow | None,
    on: date,
    names: Collection[str],
    *,
    prepaid: int = 0,
    but: str = "",
) -> Circumstances:
    """What is known before it is clear which lots may pay. `but` is an enrolment that does not count.

    `names` are those that expressions use: what none of them asks for is not looked up.
    """
    price, unit = price_of(course, run)
    others = [one for one in holder.enrolments if one.id != but and one.state != "void"]
    asks_of_last = not LAST_OF_KIND.isdisjoint(names)
    return Circumstances(
        day=on,
        country=holder.registers.snapshot.manifest.country,
        scale=holder.scales.get(unit, 2),
        course=course_cells(course),
        run=run_cells(run),
        price=price or 0,
        eligible=course.eligible,
        prepaid=prepaid,
        in_demand="in_demand" in names and holder.registers.in_demand(course, on),
        enrolled_on=on,
        enrolments_open=sum(1 for one in others if one.is_open),
        enrolments_year=sum(1 for one in others if one.enrolled_on.year == on.year),
        last_of_kind=_last_of_kind(holder.registers, others, course) if asks_of_last else None,
    )


def _last_of_kind(registers: Registers, others: Collection[Enrolment], course: CourseRow) -> date | None:
    """The day of the newest other enrolment in the same kind of course; what was cancelled used none."""
    days = [
        one.enrolled_on
        for one in others
        if one.state != "cancelled" and registers.course(one.course, one.enrolled_on).kind == course.kind
    ]
    return max(days, default=None)


def of_step(
    registers: Registers,
    enrolment: Enrolment,
    happening: Happening,
    names: Collection[str],
    *,
    net: int | None = None,
    usable: Mapping[str, int] | None = None,
    paid_share: Fraction | None = None,
) -> Circumstances:
    """What is known of an enrolment at a step, the step's own words before those of earlier ones."""
    course = registers.course(enrolment.course, happening.on)
    run = registers.run(enrolment.course, enrolment.run, happening.on) if enrolment.run else None
    step = happening.step
    return Circumstances(
        day=happening.on,
        country=registers.snapshot.manifest.country,
        scale=registers.scales.get(enrolment.unit, 2),
        course=course_cells(course),
        run=run_cells(run),
        price=enrolment.price,
        eligible=course.eligible,
        net=net,
        wallet=None if usable is None else sum(usable.values()),
        usable=usable or {},
        in_demand="in_demand" in names and registers.in_demand(course, happening.on),
        enrolled_on=enrolment.enrolled_on,
        step=step,
        cancelled_by=happening.by,
        force_majeure=happening.force_majeure,
        new_date=happening.new_date,
        attendance=enrolment.attendance if happening.attendance is None else happening.attendance,
        result=happening.result or enrolment.result,
        certified=step == "certified" or enrolment.certified,
        started=step == "started" or enrolment.started_on is not None,
        started_on=enrolment.started_on,
        paid_share=paid_share,
    )
