"""Whatever commands come in whatever order: balances are sums, and each held cent has one fate."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from ilactl.ledger.entries import Entry
from ilactl.ledger.wallets import fates_of, lots_of, standing_of, wallet_of

FIRST = date(2026, 1, 1)
COMMANDS = ["grant", "contribute", "convert", "reserve", "reserve", "reserve", "release", "settle", "forfeit"]
COMMANDS += ["return", "expire", "amend", "reclaim", "correct", "recover", "owe", "transfer"]
STEP = st.tuples(
    st.sampled_from(COMMANDS),
    st.integers(0, 30),
    st.integers(0, 2000),
)


@dataclass
class Book:
    """A ledger of one person that takes only entries that are possible."""

    entries: list[Entry] = field(default_factory=list)
    free: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    held: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    paid: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    unit: dict[str, str] = field(default_factory=dict)

    def add(
        self, kind: str, lot: str, amount: int, unit: str, source: str, target: str, enrolment: str = ""
    ) -> str:
        number = f"E{len(self.entries) + 1}"
        day = FIRST + timedelta(days=len(self.entries))
        ends = day + timedelta(days=amount % 40) if kind == "amend" or (not lot and amount % 3 == 0) else None
        self.entries.append(
            Entry(number, day, "P1", kind, lot, 0 if kind == "amend" else amount, unit, source, target,
                  expires_on=ends, enrolment=enrolment)
        )  # fmt: skip
        return number

    def step(self, kind: str, pick: int, amount: int) -> None:
        if kind in ("grant", "contribute", "convert"):
            unit = ("EUR", "hour")[pick % 2]
            source = {"grant": "fund:state", "contribute": "employer:O7", "convert": "conversion"}[kind]
            lot = self.add(kind, "", amount, unit, source, "wallet:own")
            self.free[lot], self.unit[lot] = amount, unit
            return
        lots = list(self.unit)
        if not lots:
            return
        lot, enrolment = lots[pick % len(lots)], f"N{pick % 3}"
        unit, key = self.unit[lot], (lot, enrolment)
        part = lambda room: amount % (room + 1)  # noqa: E731
        if kind == "amend":
            self.add("amend", lot, amount, unit, "", "")
        elif kind == "owe":
            self.add("correct", lot, amount, unit, "owed", "fund:state")
        elif kind in ("reserve", "expire", "correct", "recover", "transfer"):
            size = part(self.free[lot])
            target = {"reserve": "held:own", "expire": "expired", "correct": "fund:state", "recover": "owed",
                      "transfer": "agency:LV"}[kind]  # fmt: skip
            self.add(kind, lot, size, unit, "wallet:own", target, enrolment if kind == "reserve" else "")
            self.free[lot] -= size
            if kind == "reserve":
                self.held[key] += size
        elif kind == "reclaim":
            size = part(self.paid[key])
            self.add(kind, lot, size, unit, "provider:O3", "held:own", enrolment)
            self.paid[key] -= size
            self.held[key] += size
        else:
            size = part(self.held[key])
            target = {
                "release": "wallet:own",
                "settle": "provider:O3",
                "forfeit": "pool",
                "return": "employer:O7",
            }[kind]
            self.add(kind, lot, size, unit, "held:own", target, enrolment)
            self.held[key] -= size
            self.free[lot] += size if kind == "release" else 0
            self.paid[key] += size if kind == "settle" else 0


def book_of(steps: list[tuple[str, int, int]]) -> Book:
    book = Book()
    for kind, pick, amount in steps:
        book.step(kind, pick, amount)
    return book


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
