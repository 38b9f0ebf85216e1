"""The passes of a run: which due dates it walks, oldest first, and what happens at each.

At each due date amendments and conversions by law come first, then expiry, grants in their order,
recovery of debts, closings. At the end, on the run's own day, laws, expiry and recovery come once
more, so that a second run finds nothing to do. The order is one for everybody: the rows of a run
stand by step and then by person.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from ilactl.rules.model import Amend, Closing, Convert, Scheme
from ilactl.rules.periods import Occasion
from ilactl.rules.rhythm import newest_look

__all__ = [
    "AMEND",
    "CLOSE",
    "CONVERT",
    "EXPIRE",
    "GRANT",
    "RECOVER",
    "Place",
    "Step",
    "daily_steps",
    "grant_step",
    "steps_of",
]

AMEND, CONVERT, EXPIRE, GRANT, RECOVER, CLOSE = range(6)
_AGAIN = 6
"""Added to a pass that comes once more at the end."""


class Place(NamedTuple):
    """Where a step stands in a run: sorted by day, pass, the rule's order, its id and its period."""

    day: date
    pass_: int
    order: int = 0
    rule: str = ""
    period: str = ""

    @property
    def kind(self) -> int:
        """Which of the passes it is."""
        return self.pass_ % _AGAIN


class Step(Struct, frozen=True):
    """One step: a law, an expiry, an occasion to grant, a recovery or a closing."""

    place: Place
    what: Occasion | Amend | Convert | Closing | None = None


def grant_step(occasion: Occasion) -> Step:
    """The step of an occasion."""
    due_on, order, rule = occasion.sort_key
    return Step(Place(due_on, GRANT, order, rule, occasion.period), occasion)


def steps_of(scheme: Scheme, on: date, occasions: Iterable[Occasion]) -> tuple[Step, ...]:
    """Every step of a run that is the same for all, in order."""
    grants = [grant_step(occasion) for occasion in occasions]
    closings = [(day, c) for c in scheme.closings if (day := newest_look(c.due, on))]
    laws = [law for law in scheme.laws if law.on <= on]
    days = {on, *(step.place.day for step in grants), *(day for day, _ in closings)}
    days |= {law.on for law in laws}
    steps = [*grants, *(Step(Place(day, CLOSE, 0, closing.id), closing) for day, closing in closings)]
    for day in days:
        steps += daily_steps(laws, day)
    steps += [
        replace(step, place=step.place._replace(pass_=step.place.pass_ + _AGAIN))
        for step in daily_steps(laws, on)
    ]
    return tuple(sorted(steps, key=lambda step: step.place))


def daily_steps(laws: Sequence[Amend | Convert], day: date) -> list[Step]:
    """What happens at every due date beside its grants."""
    steps = [
        Step(Place(day, AMEND if isinstance(law, Amend) else CONVERT, 0, law.id), law)
        for law in laws
        if law.on <= day
    ]
    return [*steps, Step(Place(day, EXPIRE)), Step(Place(day, RECOVER))]
