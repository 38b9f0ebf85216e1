"""What is known of one enrolment on a day, and the value that each name of spending has by it.

Pure: whoever reads the registers and the wallet fills the record. A name costs nothing until an
expression uses it, so the calendar of holidays is imported only where working days are asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction

from msgspec import Struct, field

from ilactl.dates import age_on, parse_date
from ilactl.ledger.registers import parse_facts
from ilactl.money import parse_decimal
from ilactl.rules.expressions import misfit
from ilactl.rules.model import FactSpec
from ilactl.rules.names import NameSpec
from ilactl.rules.spending_names import SHARES, USABLE
from ilactl.rules.values import Value

__all__ = ["Circumstances", "circumstance"]


class Circumstances(Struct, frozen=True, kw_only=True):
    """One enrolment as an offer, or at a step. Amounts are in the smallest part of its unit.

    `course` and `run` are the rows in force, by column, as the registers have them. What is not
    known yet is left out: its name is unknown then.
    """

    day: date
    """The day facts are read on: of enrolling, or of the step."""
    country: str
    """The ledger's country, whose public holidays count."""
    scale: int
    """The decimals of the unit."""
    course: Mapping[str, str]
    run: Mapping[str, str] = field(default_factory=dict)
    price: int
    eligible: int | None = None
    """What of the price entitlement may pay; None: all of it."""
    net: int | None = None
    wallet: int | None = None
    usable: Mapping[str, int] = field(default_factory=dict)
    """What the lots of each class may pay; a class that is not there may pay nothing."""
    prepaid: int = 0
    in_demand: bool = False
    enrolled_on: date | None = None
    enrolments_open: int = 0
    enrolments_year: int = 0
    last_of_kind: date | None = None
    step: str = ""
    cancelled_by: str = ""
    force_majeure: bool = False
    new_date: bool = False
    attendance: Fraction | None = None
    result: str = ""
    certified: bool = False
    started: bool = False
    started_on: date | None = None
    paid_share: Fraction | None = None


def circumstance(of: Circumstances, spec: NameSpec, course_facts: Mapping[str, FactSpec]) -> Value | None:
    """The value of a name; None is unknown, as is what does not fit the name's type.

    Raises BadRules where working days are asked for in a country that has no calendar.
    """
    if spec.moment == USABLE:
        return Fraction(of.usable.get(spec.of, 0), 10**of.scale)
    if spec.moment == "fact":
        return _fact(of, course_facts[spec.of])
    value = _VALUES[spec.of](of)
    # An exact share, such as 1/3, is held by no number of decimals.
    exact = isinstance(value, Fraction) and spec.of in SHARES
    return None if value is None or (not exact and misfit(spec.type, value)) else value


def _fact(of: Circumstances, fact: FactSpec) -> Value | None:
    text = parse_facts(of.course.get("facts", "")).get(fact.name, "")
    return fact.parse(text) if text else fact.default


def _amount(name: str) -> Callable[[Circumstances], Value | None]:
    def value(of: Circumstances) -> Value | None:
        amount = getattr(of, name)
        return None if amount is None else Fraction(amount, 10**of.scale)

    return value


def _eligible(of: Circumstances) -> Value | None:
    return Fraction(of.price if of.eligible is None else of.eligible, 10**of.scale)


def _plain(name: str) -> Callable[[Circumstances], Value | None]:
    def value(of: Circumstances) -> Value | None:
        held = getattr(of, name)
        return Fraction(held) if type(held) is int else None if held == "" else held

    return value


def _cell(name: str, *, of_run: bool = False) -> Callable[[Circumstances], Value | None]:
    return lambda of: (of.run if of_run else of.course).get(name, "") or None


def _number(name: str) -> Callable[[Circumstances], Value | None]:
    return lambda of: parse_decimal(of.course.get(name, ""))


def _starts(of: Circumstances) -> date | None:
    return parse_date(of.run.get("starts", ""))


def _ends(of: Circumstances) -> date | None:
    return parse_date(of.run.get("ends", ""))


def _days(first: date | None, last: date | None) -> Value | None:
    """Days from the one to the other; negative where that lies before."""
    return Fraction((last - first).days) if first and last else None


def _working(of: Circumstances, first: date | None, last: date | None) -> Value | None:
    if first is None or last is None:
        return None
    from ilactl.rules.working_days import working_days

    return Fraction(working_days(first, last, of.country))


def _course_days(of: Circumstances) -> Value | None:
    starts, ends = _starts(of), _ends(of)
    return Fraction((ends - starts).days + 1) if starts and ends and starts <= ends else None


def _elapsed(of: Circumstances) -> Value | None:
    """The day itself counts: on the first of ten days a tenth has gone."""
    starts, days = _starts(of), _course_days(of)
    if starts is None or not isinstance(days, Fraction):
        return None
    return min(Fraction(1), max(Fraction(0), Fraction((of.day - starts).days + 1) / days))


def _years_since_last(of: Circumstances) -> Value | None:
    last = of.last_of_kind
    return Fraction(age_on(last, of.day)) if last and last <= of.day else None


_VALUES: Mapping[str, Callable[[Circumstances], Value | None]] = {
    **{name: _amount(name) for name in ("price", "net", "wallet", "prepaid")},
    "eligible": _eligible,
    "course": _cell("course"),
    "course_kind": _cell("kind"),
    "provider": _cell("provider"),
    **{name: _cell(name) for name in ("field", "cycle")},
    **{name: _cell(name, of_run=True) for name in ("mode", "time_of_day")},
    **{name: _number(name) for name in ("eqf_level", "ects", "hours")},
    "starts_on": _starts,
    "ends_on": _ends,
    "course_days": _course_days,
    "elapsed": _elapsed,
    "days_to_start": lambda of: _days(of.day, _starts(of)),
    "days_since_last": lambda of: _days(of.last_of_kind, of.day),
    "years_since_last": _years_since_last,
    "working_days_to_start": lambda of: _working(of, of.day, _starts(of)),
    "days_since_enrolled": lambda of: _days(of.enrolled_on, of.day),
    "working_days_since_enrolled": lambda of: _working(of, of.enrolled_on, of.day),
    **{
        name: _plain(name)
        for name in (
            *("in_demand", "enrolled_on", "enrolments_open", "enrolments_year", "last_of_kind"),
            *("step", "cancelled_by", "force_majeure", "new_date", "attendance", "result"),
            *("certified", "started", "paid_share"),
        )
    },
}
"""How each name of `spending_names.py` gets its value."""
