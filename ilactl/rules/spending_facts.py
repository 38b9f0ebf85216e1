"""One person's value of an expression of spending: by the person's facts and the enrolment's together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from ilactl.rules.circumstances import Circumstances
from ilactl.rules.expressions import Checked, Outcome, evaluate
from ilactl.rules.facts import Reading, read_names
from ilactl.rules.model import Scheme
from ilactl.rules.names import NameSpec, catalogue
from ilactl.rules.periods import setting_on
from ilactl.rules.spending_names import any_names
from ilactl.rules.values import Value

__all__ = ["evaluate_spending", "spending_names", "values_of"]

_READY = "names of spending"


def spending_names(scheme: Scheme, scales: Mapping[str, int]) -> dict[str, NameSpec]:
    """Every name that an expression of spending may use, a person's and an enrolment's."""
    names = catalogue(scheme.facts, scheme.values, scheme.class_units, scales)
    return names | any_names(scales, scheme.class_units, scheme.course_facts)


def values_of(
    reading: Reading, circumstances: Circumstances, wanted: Iterable[NameSpec]
) -> dict[str, Value | None]:
    """The values of these names as expressions find them; None for what is unknown."""
    asked = replace(reading, circumstances=circumstances)
    return dict(read_names(asked, setting_on(circumstances.day), wanted))


def evaluate_spending(
    reading: Reading, circumstances: Circumstances, checked: Checked, *, trace: bool = False
) -> Outcome:
    """The value with what decided it; None where a fact it turns on is unknown.

    Facts are read as they hold on the day of the circumstances; sums are those of the reading.
    Raises BadRules where working days are asked for in a country that has no calendar.
    """
    specs = checked.ready.get(_READY)
    if not isinstance(specs, list):
        names = spending_names(reading.scheme, reading.scales)
        specs = checked.ready[_READY] = [names[name] for name in checked.names]
    asked = replace(reading, circumstances=circumstances)
    values = read_names(asked, setting_on(circumstances.day), specs)
    return evaluate(checked, values, trace=trace)
