"""Made-up contributions: which organisation paid how much to whom, and when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sampling.draw import Draw
from sampling.people import JOB_SERVICE, Person

__all__ = ["Payment", "pay_days", "payments_by_employer", "spread_payments"]

_CENTS = (4000, 6000, 7500, 12000, 15050, 20000, 24999, 30000, 45000, 60000)
"""The odd ones show how a match is rounded."""


class Payment(NamedTuple):
    """One contribution: payer's account, its class of lots, person, cents, the payer's reference."""

    source: str
    class_: str
    person: str
    cents: int
    ref: str


def pay_days(year: int, months: int) -> list[str]:
    """One day in each of the year's first months."""
    return [f"{year}-{month:02}-{(5 * month + year) % 17 + 3:02}" for month in range(1, months + 1)]


def payments_by_employer(
    people: Sequence[Person], employers: Sequence[str], days: Sequence[str], draw: Draw
) -> Iterator[tuple[str, list[Payment]]]:
    """For each day a list of one or two employers, and every third time of the employment service."""
    for number, day in enumerate(days):
        payers = {employers[number % len(employers)], employers[(number * 5 + 7) % len(employers)]}
        known = [(person, person.on(day)) for person in people]
        for payer in sorted(payers):
            staff = [p for p, state in known if state and state.employer == payer and not state.same_as]
            paid = [
                _payment(p, f"employer:{payer}", "employer", day, draw) for p in staff if draw.chance(0.75)
            ]
            if paid:
                yield day, paid
        if number % 3 == 1:
            seekers = [p for p, state in known if state and state.status == "unemployed"]
            source = f"service:{JOB_SERVICE}"
            paid = [_payment(p, source, "service", day, draw) for p in seekers if draw.chance(0.3)]
            if paid:
                yield day, paid


def _payment(person: Person, source: str, class_: str, day: str, draw: Draw) -> Payment:
    cents = draw.pick(_CENTS)
    if person.number % 100 in (41, 66) and day < "2026":
        cents = 60000  # with the full match their ceiling is passed when it falls
    ref = f"PAY-{day[2:4]}{day[5:7]}-{person.number + 1:04}"
    return Payment(source, class_, person.id, cents, ref)


def spread_payments(
    people: Sequence[Person], employers: Sequence[str], days: Sequence[str], count: int, draw: Draw
) -> Iterator[tuple[str, list[Payment]]]:
    """`count` contributions to persons in turn, as evenly over the days as it goes: for large ledgers."""
    accounts = [f"employer:{employer}" for employer in employers]
    service = f"service:{JOB_SERVICE}"
    done = 0
    for number, day in enumerate(days):
        stop = count * (number + 1) // len(days)
        paid = []
        for turn in range(done, stop):
            person = people[turn * 7 % len(people)]
            to_service = turn % 9 == 4
            source = service if to_service else accounts[turn % len(accounts)]
            class_ = "service" if to_service else "employer"
            paid.append(Payment(source, class_, person.id, draw.pick(_CENTS), f"P{day[2:4]}-{turn}"))
        done = stop
        if paid:
            yield day, paid
