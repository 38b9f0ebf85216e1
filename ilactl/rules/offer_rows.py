"""The rows that book an offer: grants, the holder's own money, then what is reserved, lot by lot."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from ilactl.ledger.entries import Entry
from ilactl.rules.enrolment_grants import row_of_grant

if TYPE_CHECKING:
    from ilactl.rules.offer import Given, Offer

__all__ = ["row_of_end", "row_of_own", "row_of_reserve", "rows_of_offer"]


def rows_of_offer(offer: Offer, enrolment: str, first_entry: int) -> list[Entry]:
    """The rows, numbered from E`first_entry`."""
    opening = list(_opening(offer, enrolment))
    opened = [row._replace(entry=f"E{first_entry + i}") for i, row in enumerate(opening)]
    rows, at = list(opened), first_entry + len(opened)
    rules = {part.lot: part.rule for part in offer.parts}
    for lot, person, class_, amount in _reserved(offer, opened):
        if amount > 0:
            row = row_of_reserve(lot, person, class_, amount, offer.unit, enrolment, offer.ask.booking_day)
            row = row._replace(entry=f"E{at}")
            began = (
                [row_of_end(row, rules[lot], offer.lot_ends[lot], f"E{at + 1}")]
                if lot in offer.lot_ends
                else []
            )
            rows += [row, *began]
            at += 1 + len(began)
    return rows


def _booked(offer: Offer) -> list[Given]:
    return [one for one in offer.grants if not one.refused]


def _opening(offer: Offer, enrolment: str) -> Iterator[Entry]:
    """The rows that open a lot for this enrolment: each grant, then what the holder pays in."""
    on = offer.ask.booking_day
    for given in _booked(offer):
        yield row_of_grant(given, offer.person, enrolment, offer.unit, "", on)
    if offer.own_booked:
        own = offer.person, offer.own_class, offer.own_rule, offer.own_booked
        yield row_of_own(*own, offer.unit, enrolment, offer.ask.ref, on)


def _reserved(offer: Offer, opened: list[Entry]) -> Iterator[tuple[str, str, str, int]]:
    """Lot, its person and class, and the amount: grants first, the holder's own money last."""
    number = len(_booked(offer))
    grants, own = opened[:number], opened[number:]
    for row in grants:
        yield row.entry, row.person, row.target[7:], row.amount
    for part in offer.parts:
        yield part.lot, part.person, part.class_, part.pays
    for row in own:
        yield row.entry, row.person, row.target[7:], row.amount


def row_of_own(
    person: str, class_: str, rule: str, amount: int, unit: str, enrolment: str, ref: str, on: date
) -> Entry:
    """What the holder pays in for this enrolment alone."""
    accounts = "own", f"wallet:{class_}"
    row = Entry("", on, person, "contribute", "", amount, unit, *accounts, earmark=f"enrolment:{enrolment}")
    return row._replace(enrolment=enrolment, rule=rule, ref=ref)


def row_of_reserve(
    lot: str, person: str, class_: str, amount: int, unit: str, enrolment: str, on: date
) -> Entry:
    """What one lot holds for the payee from now on."""
    accounts = f"wallet:{class_}", f"held:{class_}"
    return Entry("", on, person, "reserve", lot, amount, unit, *accounts, enrolment=enrolment)


def row_of_end(reserve: Entry, rule: str, ends: date, entry: str) -> Entry:
    """The end of a lot whose time runs from its first use, which is this reservation."""
    row = Entry(entry, reserve.booked_on, reserve.person, "amend", reserve.lot, 0, reserve.unit, "", "")
    return row._replace(expires_on=ends, rule=rule, of=reserve.entry)
