"""The names that rules of spending may use besides all of a person's: of the course, the offer, the ending.

Declared here once: for the check of rule files, for evaluation, `rules show` and the manual. What
gives their values for one enrolment is `ilactl/rules/circumstances.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import NamedTuple

from ilactl.ledger.words import COURSE_KINDS, CYCLES, MODES, PARTIES, TIMES_OF_DAY
from ilactl.rules.expressions import Bool, Date, Number, Text, Type, integer
from ilactl.rules.model import FactSpec
from ilactl.rules.names import MOST_MINOR, NameSpec, type_of

__all__ = [
    "AMOUNTS",
    "ASKED_ELSEWHERE",
    "COURSE",
    "COURSE_FACT",
    "ENDING",
    "ENDING_STEPS",
    "FAMILIES",
    "LAST_OF_KIND",
    "OFFER",
    "SHARES",
    "SPENDING",
    "USABLE",
    "USABLE_OF",
    "WALLET",
    "WORKING_DAYS",
    "Described",
    "any_names",
    "ending_names",
    "known_where",
    "offer_names",
]

FAMILIES = ("course", "offer", "step")
"""The families of these names: their values come from one enrolment."""

USABLE = "usable"
"""Before a class: what its lots may pay for this course on the day."""

ENDING_STEPS = ("started", "attended", "completed", "certified", "cancelled")
"""The steps that ask an ending."""

_MANY = 10**6
_DAYS = integer(-_MANY, _MANY)
_COUNT = integer(0, _MANY)
_QUANTITY = Number(Fraction(0), Fraction(_MANY), 6)
_PART = Number(Fraction(0), Fraction(1), 9)


class Described(NamedTuple):
    """A name's type and meaning; no type stands for an amount in the rule's unit."""

    type: Type | None
    meaning: str


COURSE: Mapping[str, Described] = {
    "price": Described(None, "the price of the course, or of its run where that has its own"),
    "eligible": Described(None, "what of the price entitlement may pay; the price where not said"),
    "course": Described(Text(), "the course's id"),
    "course_kind": Described(Text(COURSE_KINDS), "what the course is"),
    "provider": Described(Text(), "the provider's id"),
    "eqf_level": Described(integer(1, 8), "the course's EQF level"),
    "ects": Described(_QUANTITY, "its ECTS credits"),
    "hours": Described(_QUANTITY, "its workload in hours"),
    "field": Described(Text(), "its ISCED-F field, as the register has it"),
    "cycle": Described(Text(CYCLES), "its cycle of the European Higher Education Area"),
    "mode": Described(Text(MODES), "how the run is held"),
    "time_of_day": Described(Text(TIMES_OF_DAY), "when in the day or week the run is held"),
    "starts_on": Described(Date(), "the run's first day"),
    "ends_on": Described(Date(), "the run's last day"),
    "course_days": Described(integer(1, _MANY), "days from the run's first to its last, both counted"),
    "in_demand": Described(Bool(), "whether evidence of the labour market holds for the course or its field"),
}
"""Of the course and its run: for spend rules, endings and grants for each enrolment."""

OFFER: Mapping[str, Described] = {
    "net": Described(None, "the price after what others pay before the wallet"),
    "wallet": Described(None, "what the lots that may pay for this course hold together"),
    "prepaid": Described(None, "what the holder has paid the provider already; 0 where nothing is said"),
    "enrolled_on": Described(Date(), "the day of enrolling"),
    "days_to_start": Described(_DAYS, "days to the run's first day, negative after it"),
    "working_days_to_start": Described(_DAYS, "working days to the run's first day, negative after it"),
    "enrolments_open": Described(_COUNT, "the person's other enrolments that have not ended"),
    "enrolments_year": Described(
        _COUNT, "the person's other enrolments of the calendar year, cancelled ones, too"
    ),
    "last_of_kind": Described(
        Date(), "the day of the person's newest other enrolment in this kind of course, but cancelled ones"
    ),
    "days_since_last": Described(_DAYS, "days since last_of_kind"),
    "years_since_last": Described(_COUNT, "whole years by calendar since last_of_kind"),
}
"""Of what is offered: for spend rules, and grants for each enrolment."""

ENDING: Mapping[str, Described] = {
    "step": Described(Text(ENDING_STEPS), "the step that is booked"),
    "cancelled_by": Described(Text(PARTIES), "who cancelled"),
    "force_majeure": Described(Bool(), "whether what nobody could help is behind it"),
    "new_date": Described(Bool(), "whether the provider offered another date"),
    "attendance": Described(
        Number(Fraction(0), Fraction(1), 4), "attendance so far, 0 to 1; unknown where none is recorded"
    ),
    "elapsed": Described(_PART, "share of the course's days gone, that of the step included, 0 to 1"),
    "result": Described(Text(), "the assessment's result"),
    "certified": Described(Bool(), "whether the certificate was awarded"),
    "started": Described(Bool(), "whether the person has started"),
    "enrolled_on": OFFER["enrolled_on"],
    "days_since_enrolled": Described(_DAYS, "days since the day of enrolling"),
    "working_days_since_enrolled": Described(_DAYS, "working days since the day of enrolling"),
    "days_to_start": OFFER["days_to_start"],
    "working_days_to_start": OFFER["working_days_to_start"],
    "paid_share": Described(_PART, "what the payee was paid so far, as a share of what was reserved"),
}
"""Of a step: for endings, and for grants that are given at completion."""

WORKING_DAYS = frozenset(name for name in (*OFFER, *ENDING) if name.startswith("working_days"))
"""Names that ask the calendar of public holidays."""

LAST_OF_KIND = frozenset(("last_of_kind", "days_since_last", "years_since_last"))
"""Names that ask for the person's earlier enrolments in the same kind of course."""

WALLET = frozenset(("net", "wallet"))
"""Names that are known only once it is clear which lots may pay: not for `net` and `only`."""

AMOUNTS = frozenset(name for name, one in {**COURSE, **OFFER}.items() if one.type is None)
"""Names that are amounts in the rule's unit."""

SHARES = frozenset(("attendance", "elapsed", "paid_share"))
"""Names that are shares of a whole; elapsed and paid_share are exact, such as 1/3."""

SPENDING = frozenset((*COURSE, *OFFER, *ENDING, USABLE))
"""Names that no fact of courses may have, and that mean the enrolment in its rules."""


USABLE_OF = Described(None, "what the lots of the class may pay for this course on the day")


def offer_names(
    unit: str,
    scales: Mapping[str, int],
    class_units: Mapping[str, str],
    course_facts: Mapping[str, FactSpec],
    *,
    before: bool = False,
) -> dict[str, NameSpec]:
    """The names of a spend rule in that unit, and of a grant for each enrolment.

    `before`: those that are known before it is clear which lots may pay.
    """
    described = {name: one for name, one in {**COURSE, **OFFER}.items() if not (before and name in WALLET)}
    scale = scales.get(unit, 2)
    names = {**_specs(described, unit, scale), **_course_facts(course_facts)}
    if not before:
        for class_ in (name for name, held in class_units.items() if held == unit):
            full = f"{USABLE}.{class_}"
            names[full] = NameSpec(
                full, "offer", _amount(scale), f"{USABLE_OF.meaning} ({unit})", USABLE, class_, scale
            )
    return names


def any_names(
    scales: Mapping[str, int], class_units: Mapping[str, str], course_facts: Mapping[str, FactSpec]
) -> dict[str, NameSpec]:
    """The names of every rule of spending together: for reading values, and for showing rules.

    Where units differ, amounts have the type of the one with the most decimals: it holds them all.
    """
    units = sorted(set(class_units.values()), key=lambda unit: scales.get(unit, 2))
    names = {
        name: spec for unit in units for name, spec in offer_names(unit, scales, class_units, {}).items()
    }
    return names | ending_names(units, scales, course_facts)


def ending_names(
    units: Iterable[str], scales: Mapping[str, int], course_facts: Mapping[str, FactSpec]
) -> dict[str, NameSpec]:
    """The names of an ending for enrolments in these units."""
    several = list(dict.fromkeys(units))
    scale = max((scales.get(unit, 2) for unit in several), default=2)
    unit = several[0] if len(several) == 1 else ""
    return {**_specs({**COURSE, **ENDING}, unit, scale), **_course_facts(course_facts)}


def _amount(scale: int) -> Number:
    return Number(Fraction(0), Fraction(MOST_MINOR, 10**scale), scale)


ASKED_ELSEWHERE = "ask it where it is known, or leave it out: 'ilactl help facts' lists the names by place"


COURSE_FACT = 'it is a fact of courses, asked in [[spend]], [[ending]] and grants with every = "enrolment"'
"""Where facts of kind course are known."""


def known_where(name: str) -> str:
    """Where a name of an enrolment is known, for whoever asks it elsewhere; empty for other names."""
    if name in WALLET or name.startswith(f"{USABLE}."):
        return "it is known once it is clear which lots may pay, in from_wallet and refuse of [[spend]]"
    if name in COURSE:
        return 'it is asked of a course, in [[spend]], [[ending]] and grants with every = "enrolment"'
    if name in OFFER and name not in ENDING:
        return 'it is asked of an offer, in [[spend]] and grants with every = "enrolment"'
    if name in OFFER:
        return 'it is asked of an enrolment, in [[spend]], [[ending]] and grants with every = "enrolment"'
    return "it is asked of a step, in [[ending]] and grants at completion" if name in ENDING else ""


def _family(name: str) -> str:
    return "course" if name in COURSE else "offer" if name in OFFER else "step"


def _specs(described: Mapping[str, Described], unit: str, scale: int) -> dict[str, NameSpec]:
    specs = {}
    for name, (kind, meaning) in described.items():
        told = meaning if kind or not unit else f"{meaning} ({unit})"
        type_ = kind or _amount(scale)
        decimals = type_.scale if isinstance(type_, Number) else 0
        specs[name] = NameSpec(name, _family(name), type_, told, of=name, scale=decimals)
    return specs


def _course_facts(facts: Mapping[str, FactSpec]) -> dict[str, NameSpec]:
    return {
        name: NameSpec(
            name,
            "course",
            type_of(fact.type),
            fact.title or f"the course's {name}",
            "fact",
            name,
            fact.type.scale,
        )
        for name, fact in facts.items()
    }
