"""Twenty money events, row by row: every one comes out of lots and accounts alone."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

import pytest

from ilactl.errors import BadInput
from ilactl.ledger.entries import Entry
from ilactl.ledger.wallets import Lot, fates_of, lots_of, standing_of, wallet_of
from tests.wallets.money_events import Event, entries_of_event, events

EVENTS = {event.title.split(" ")[0]: event for event in events()}
OPEN_AT_THE_END = {"3", "17"}
"""Events that stop while something is still reserved."""


def by_number(number: str) -> list[Entry]:
    return entries_of_event(EVENTS[number])


def lot(entries: list[Entry], name: str) -> Lot:
    return next(one for one in lots_of(entries) if one.entry == name)


@pytest.mark.parametrize("event", EVENTS.values(), ids=lambda e: e.title[:40])
def test_every_event_keeps_the_books(event: Event) -> None:
    entries = entries_of_event(event)
    for upto in range(1, len(entries) + 1):
        for one in lots_of(entries[:upto]):
            assert one.balance >= 0, (upto, one)
            assert one.held >= 0, (upto, one)
            assert all(held >= 0 for held in one.held_for.values()), (upto, one)
    held = sum(one.held for one in lots_of(entries))
    assert (held > 0) == (event.title.split(" ")[0] in OPEN_AT_THE_END)


@pytest.mark.parametrize("event", EVENTS.values(), ids=lambda e: e.title[:40])
def test_each_held_cent_has_one_fate(event: Event) -> None:
    entries = entries_of_event(event)
    held = {
        (one.entry, enrolment): amount
        for one in lots_of(entries)
        for enrolment, amount in one.held_for.items()
    }
    fates = fates_of(entries)
    assert set(fates) == set(held)
    for key, fate in fates.items():
        ended = fate.settled + fate.released + fate.forfeited + fate.returned
        assert fate.reserved + fate.reclaimed == ended + held[key]
        assert fate.held == held[key]


@pytest.mark.parametrize("event", EVENTS.values(), ids=lambda e: e.title[:40])
def test_balances_are_sums_of_the_rows(event: Event) -> None:
    entries = entries_of_event(event)
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for entry in entries:
        sums[entry.source.split(":")[0], entry.unit] -= entry.amount
        sums[entry.target.split(":")[0], entry.unit] += entry.amount
    for unit, standing in standing_of(wallet_of(entries), date(2035, 1, 1)).items():
        assert standing.balance == sums["wallet", unit]
        assert standing.reserved == sums["held", unit]
        assert standing.owed == -sums["owed", unit]


def test_a_grant_cut_to_nothing_is_a_lot_of_nothing() -> None:
    lots = lots_of(by_number("1"))
    assert [one.balance for one in lots] == [31331, 0]


def test_late_cancellation_frees_the_cash_of_its_earmark() -> None:
    cash = lot(by_number("4"), "E4")
    assert (cash.balance, cash.held, cash.earmark) == (9500, 0, "")


def test_what_is_released_after_expiry_is_not_usable() -> None:
    released = lot(by_number("7")[:3], "E1")
    assert released.balance == 50000
    assert released.usable_on(date(2026, 1, 10)) == 0
    assert released.usable_on(date(2025, 12, 31)) == 50000
    assert released.usable_on(date(2020, 9, 30)) == 0


def test_grace_makes_it_usable_until_its_last_day() -> None:
    graced = lot(by_number("7b"), "E1")
    assert graced.usable_on(date(2026, 2, 9)) == 50000
    assert graced.usable_on(date(2026, 2, 10)) == 0


def test_expiry_lifted_by_law_never_ends() -> None:
    lifted = lot(by_number("12"), "E1")
    assert (lifted.expires_on, lifted.balance, lifted.usable_on(date(2099, 1, 1))) == (None, 50000, 50000)


def test_a_converted_lot_leads_back_to_its_funder() -> None:
    hours, euros = lots_of(by_number("9"))
    assert (hours.unit, hours.balance) == ("hour", 0)
    assert (euros.unit, euros.balance, euros.source, euros.funder) == (
        "EUR",
        225000,
        "conversion",
        "fund:cdc",
    )
    assert [one.funder for one in lots_of(by_number("12b"))] == ["fund:ssg", "fund:ssg", "fund:ssg"]


def test_a_debt_is_recovered_from_the_next_grant() -> None:
    entries = by_number("10")
    assert wallet_of(entries[:9]).owed == {"EUR": 50000}
    assert standing_of(wallet_of(entries[:9]), date(2027, 1, 10))["EUR"].balance == 0
    assert wallet_of(entries).owed == {"EUR": 0}


def test_two_persons_who_are_one_add_up() -> None:
    entries = by_number("18")
    assert {entry.person for entry in entries} == {"P1", "P2"}
    assert standing_of(wallet_of(entries), date(2026, 9, 1))["EUR"].balance == 50000


def test_an_entry_without_its_lot_is_a_finding() -> None:
    entries = by_number("3")
    with pytest.raises(BadInput) as caught:
        lots_of([entry for entry in entries if entry.entry != "E2"])
    assert [finding.code for finding in caught.value.findings] == ["STRAY-ENTRY"]
    assert "E5 draws on E2" in caught.value.findings[0].message
