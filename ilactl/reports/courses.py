"""What the registers tell of an opportunity, as rows and lines: for `course show`, `list` and `find`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from ilactl.ledger.courses import CourseRow, RunRow, price_of
from ilactl.ledger.isced_fields import field_label
from ilactl.money import decimal_text
from ilactl.output import Money

if TYPE_CHECKING:
    from fractions import Fraction

    from ilactl.ledger.manifest import Unit
    from ilactl.output import Cell

__all__ = ["is_open", "money_of", "number_text", "run_cells", "told_of"]


def number_text(value: Fraction | None) -> str:
    """A number as the registers hold it; "" for none."""
    return "" if value is None else decimal_text(value)


def money_of(amount: int | None, unit: str, units: Mapping[str, Unit]) -> Money | None:
    """An amount for an answer; None for none."""
    return None if amount is None or unit not in units else Money(amount, unit, units[unit].scale)


def is_open(run: RunRow, day: date) -> bool:
    """Whether one may still enrol in the run, or will be able to: it is held, and neither over nor closed."""
    last = run.apply_until or run.ends or run.starts
    over = run.ends is not None and run.ends < day
    return not run.withdrawn and not over and (last is None or last >= day)


def run_cells(course: CourseRow, run: RunRow, units: Mapping[str, Unit]) -> dict[str, Cell]:
    """A run's row: what people ask first."""
    return {
        "run": run.run,
        "starts": run.starts,
        "ends": run.ends,
        "time_of_day": run.time_of_day,
        "mode": run.mode,
        "place": run.place,
        "pace": number_text(run.pace),
        "languages": " ".join(run.languages),
        "seats": run.seats,
        "apply_from": run.apply_from,
        "apply_until": run.apply_until,
        "price": money_of(*price_of(course, run), units),
        "withdrawn": run.withdrawn,
    }


def told_of(course: CourseRow, provider: str, units: Mapping[str, Unit]) -> list[tuple[str, Cell]]:
    """What is told of the course, label by label; `provider` is its name."""
    pairs: list[tuple[str, Cell]] = [
        ("course", course.course),
        ("title", course.title),
        *((f"title in {language}", text) for language, text in sorted(course.titles.items())),
        ("kind", course.kind),
        ("provider", f"{provider} ({course.provider})" if provider else course.provider),
        ("field", f"{course.field} {field_label(course.field)}".strip()),
        ("EQF level", course.eqf_level),
        ("cycle", course.cycle),
        ("ECTS", number_text(course.ects)),
        ("hours", number_text(course.hours)),
        ("price", money_of(course.price, course.unit, units)),
        ("eligible", money_of(course.eligible, course.unit, units)),
        ("languages", " ".join(course.languages)),
        ("assessment", course.assessment),
        ("quality assurance", course.quality_assurance),
        ("prerequisites", course.prerequisites),
        ("counts towards", course.part_of),
        ("withdrawn", course.withdrawn),
        *sorted(course.facts.items()),
    ]
    return [(label, cell) for label, cell in pairs if cell not in (None, "")]
