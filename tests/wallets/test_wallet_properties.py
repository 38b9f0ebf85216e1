"""Whatever commands come in whatever order: balances are sums, and each held cent has one fate."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from ilactl.ledger.wallets import fates_of, lots_of, standing_of, wallet_of
from tests.wallets.book import FIRST, STEP, book_of


@settings(max_examples=150, deadline=None)
@given(st.lists(STEP, max_size=40))
def test_lots_are_what_a_book_kept_by_hand_says(steps: list[tuple[str, int, int]]) -> None:
    book = book_of(steps)
    lots = lots_of(book.entries)
    assert [lot.entry for lot in lots] == list(book.unit)
    for lot in lots:
        assert lot.balance == book.free[lot.entry] >= 0
        assert {n: h for n, h in lot.held_for.items() if h} == {
            n: h for (name, n), h in book.held.items() if name == lot.entry and h
        }
        assert sum(lot.held_for.values()) == lot.held


@settings(max_examples=150, deadline=None)
@given(st.lists(STEP, max_size=40), st.integers(0, 60))
def test_balance_is_the_sum_of_entries(steps: list[tuple[str, int, int]], days: int) -> None:
    entries = book_of(steps).entries
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for entry in entries:
        sums[entry.source.split(":")[0], entry.unit] -= entry.amount
        sums[entry.target.split(":")[0], entry.unit] += entry.amount
    day = FIRST + timedelta(days=days)
    for unit, standing in standing_of(wallet_of(entries), day).items():
        assert standing.balance == sums["wallet", unit]
        assert standing.reserved == sums["held", unit]
        assert standing.owed == -sums["owed", unit]
        assert 0 <= standing.usable <= standing.balance


@settings(max_examples=100, deadline=None)
@given(st.lists(STEP, max_size=30), st.randoms(use_true_random=False))
def test_the_order_of_entries_changes_no_figure(steps: list[tuple[str, int, int]], random: object) -> None:
    entries = book_of(steps).entries
    shuffled = list(entries)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    amendments = iter([entry for entry in entries if entry.kind == "amend"])
    shuffled = [next(amendments) if entry.kind == "amend" else entry for entry in shuffled]
    one = {lot.entry: (lot.balance, lot.held, lot.expires_on) for lot in lots_of(entries)}
    other = {lot.entry: (lot.balance, lot.held, lot.expires_on) for lot in lots_of(shuffled)}
    assert one == other


@settings(max_examples=150, deadline=None)
@given(st.lists(STEP, max_size=40))
def test_each_held_cent_has_exactly_one_fate(steps: list[tuple[str, int, int]]) -> None:
    book = book_of(steps)
    for key, fate in fates_of(book.entries).items():
        ended = fate.settled + fate.released + fate.forfeited + fate.returned
        assert fate.reserved + fate.reclaimed == ended + book.held[key]
        assert fate.held == book.held[key]
