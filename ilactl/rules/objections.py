"""What can speak against an enrolment or one of its steps: every kind with its meaning and remedy.

All that apply are told at once. Nothing is written where there is one.
"""

from __future__ import annotations

from collections.abc import Iterable

from ilactl.findings import Kind
from ilactl.money import format_amount
from ilactl.rules.offer import Objection

__all__ = [
    "CLOSED",
    "DOUBLE",
    "LABEL",
    "NO_ROW",
    "NO_RULE",
    "OVERDRAWN",
    "PAYEE",
    "PRICE",
    "PROVIDER",
    "RECLAIM",
    "REFUSED",
    "REF_USED",
    "RELEVANCE",
    "RUN",
    "SEATS",
    "UNDECIDED",
    "UNIT",
    "WINDOW",
    "WITHDRAWN",
    "overdrawn",
    "undecided",
]

NO_RULE = Kind(
    "ENROL-RULE",
    "no spend rule in force lets a wallet pay for the opportunity",
    "'ilactl rules list' shows which kinds may be paid and when",
)
UNIT = Kind(
    "ENROL-UNIT",
    "the price is in another unit than the rules spend",
    "correct the price's unit; nothing is ever converted at booking",
)
PRICE = Kind("ENROL-PRICE", "the course has no price", "record one with 'ilactl course update'; 0 is one")
PAYEE = Kind(
    "ENROL-PAYEE",
    "the one to be paid is not known",
    "record the person's employer with 'ilactl person update'",
)
WITHDRAWN = Kind(
    "ENROL-WITHDRAWN", "the course or its run was withdrawn", "'ilactl course find' looks for another"
)
PROVIDER = Kind(
    "ENROL-PROVIDER",
    "the provider is suspended, or is none",
    "'ilactl organisation show' says what is recorded of it",
)
LABEL = Kind(
    "ENROL-LABEL",
    "the provider has no quality label in force that day",
    "record the label with 'ilactl organisation update' once it is renewed",
)
RELEVANCE = Kind(
    "ENROL-RELEVANCE",
    "no evidence of the labour market is in force that day",
    "import the list that says so, or choose a course in demand",
)
WINDOW = Kind(
    "ENROL-WINDOW", "one cannot enrol in the run on that day", "'ilactl course show' lists the other runs"
)
RUN = Kind("ENROL-RUN", "the course is held in runs, and none is named", "name the run, as in C12/R1")
SEATS = Kind("ENROL-SEATS", "every seat of the run is taken", "'ilactl course show' lists the other runs")
DOUBLE = Kind(
    "ENROL-OPEN",
    "the person is enrolled in the course already",
    "move that enrolment to another run, or cancel it first",
)
CLOSED = Kind("ENROL-CLOSED", "the wallet is closed", "'ilactl statement' shows when and by which rule")
OVERDRAWN = Kind(
    "ENROL-WALLET",
    "the wallet holds less than the rules take from it",
    "wait for the next grant, choose a cheaper course, or add a contribution",
)
REFUSED = Kind("ENROL-REFUSED", "a rule refuses the enrolment", "the reason is the rule's own")
UNDECIDED = Kind(
    "ENROL-UNDECIDED",
    "a fact is unknown that a rule turns on",
    "record the fact, then try again",
)
NO_ROW = Kind(
    "ENROL-ENDING",
    "no row of the ending says what becomes of the money",
    "add a row to the ending in the rule files",
)
RECLAIM = Kind(
    "ENROL-RECLAIM",
    "more is taken back than was paid",
    "'ilactl enrolment show' says what was paid",
)

REF_USED = Kind(
    "ENROL-REF",
    "a payment of the holder's own is booked under the reference already",
    "give this payment a reference of its own, or leave it out",
)


def undecided(what: str, missing: Iterable[str], notes: Iterable[str] = ()) -> Objection:
    """That something cannot be decided, with the facts that are missing and what else stands against it."""
    reasons = list(dict.fromkeys((*missing, *notes)))
    told = f"unknown: {', '.join(reasons)}" if reasons else "it has no value"
    return Objection(UNDECIDED, f"{what} cannot be decided, {told}")


def overdrawn(has: int, needs: int, unit: str, scale: int, remedy: str = "") -> Objection:
    """That the wallet holds less than the rules take from it, and how much less."""
    held, wanted, missing = (format_amount(amount, scale) for amount in (has, needs, needs - has))
    told = f"the wallet can pay {held} {unit} of {wanted} {unit}; {missing} {unit} is missing"
    return Objection(OVERDRAWN, told, remedy)
