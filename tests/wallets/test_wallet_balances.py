"""Balances: one person, all together, by group; plain Python and the engine give the same figures."""

from __future__ import annotations

import tempfile
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from ilactl.errors import BadInput, NotFound
from ilactl.ledger.columns import PERSONS
from ilactl.ledger.wallets import Standing, standing_of, wallet_of
from ilactl.reports.balances import balances
from ilactl.reports.balances_batch import balances_by_engine
from ilactl.reports.balances_lines import BY, BalanceRequest, balances_by_python
from tests.thorough import examples
from tests.wallets.book import FIRST, STEP, book_of
from tests.wallets.loose_files import Files

STATES = [
    "P1,2025-01-01,3,employed,,O7,North,,,",
    "P1,2026-02-01,4,unemployed,,,North,,,",
    "P2,2025-01-01,,,,,South,,,",
    "P2,2025-01-01,2,inactive,,,,,,",
    "P3,2025-01-01,5,student,,,South,,,",
    "P3,2026-01-15,5,student,,,South,,P1,",
    "P4,2025-01-01,,,,,,,P1,",
    "P4,2026-06-01,,,,,East,,,",
]
PERSON_IDS = ("P1", "P2", "P3", "P4")


def prepared(folder: Path, steps: list[tuple[str, int, int]]) -> Files:
    return Files(folder).write(PERSONS, *STATES).book(book_of(steps, PERSON_IDS).entries)


@settings(max_examples=examples(20), deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(
    st.lists(STEP, min_size=5, max_size=60),
    st.integers(0, 70),
    st.sampled_from([None, 10, 40]),
    st.sampled_from([(), ("P1",), ("P3", "P2")]),
)
def test_both_gaits_give_the_same_figures(
    steps: list[tuple[str, int, int]], day: int, until: int | None, persons: tuple[str, ...]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        files = prepared(Path(folder), steps)
        for by in BY:
            last = None if until is None else FIRST + timedelta(days=until)
            request = BalanceRequest(FIRST + timedelta(days=day), by, persons, last)
            assert balances_by_engine(files, request) == balances_by_python(files, request), by


def test_aliases_in_a_ring_lead_nowhere_in_either_gait(tmp_path: Path) -> None:
    files = Files(tmp_path).write(
        PERSONS,
        *(
            f"{person},2025-01-01,,,,,,,{other},"
            for person, other in (("P1", "P2"), ("P2", "P1"), ("P3", "P1"))
        ),
    )
    files.book(book_of([("grant", pick, 100) for pick in range(12)], ("P1", "P2", "P3")).entries)
    request = BalanceRequest(FIRST, "person")
    together = balances_by_engine(files, request)
    assert {person for person, _ in together} == {"P1", "P2", "P3"}
    assert together == balances_by_python(files, request)


@settings(max_examples=examples(40), deadline=None)
@given(st.lists(STEP, max_size=60), st.integers(0, 70))
def test_persons_add_up_to_all_and_units_stay_apart(steps: list[tuple[str, int, int]], day: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        files = prepared(Path(folder), steps)
        on = FIRST + timedelta(days=day)
        total = {row.unit: row.standing for row in balances(files, BalanceRequest(on))}
        assert set(total) == {"EUR", "SGD", "USD", "hour"}
        for by in ("person", "region", "employer", "labour_status", "isced_level"):
            parts: dict[str, Standing] = dict.fromkeys(total, Standing())
            for row in balances(files, BalanceRequest(on, by)):
                parts[row.unit] += row.standing
            assert parts == total
        each = balances(files, BalanceRequest(on, "person", PERSON_IDS))
        assert {row.group for row in each} == {"P1", "P2", "P4"}
        for row in each:
            family = {"P1": ("P1", "P3"), "P2": ("P2",), "P4": ("P4",)}[row.group or ""]
            mine = [entry for entry in book_of(steps, PERSON_IDS).entries if entry.person in family]
            assert row.standing == standing_of(wallet_of(mine), on).get(row.unit, Standing())


def test_a_person_without_entries_has_zeros(tmp_path: Path) -> None:
    rows = balances(prepared(tmp_path, []), BalanceRequest(FIRST, "person", ("P2",)))
    assert [(row.group, row.unit, row.standing) for row in rows] == [
        ("P2", unit, Standing()) for unit in ("EUR", "SGD", "USD", "hour")
    ]


def test_every_missing_person_is_named(tmp_path: Path) -> None:
    files = prepared(tmp_path, [])
    with pytest.raises(NotFound, match="persons X1, nobody not found"):
        balances(files, BalanceRequest(FIRST, "person", ("P1", "X1", "nobody")))
    with pytest.raises(NotFound, match="person X1 not found"):
        balances(files, BalanceRequest(FIRST, "person", (*PERSON_IDS * 10, "X1")))
    many = tuple(f"X{n}" for n in range(40))
    with pytest.raises(NotFound, match="X19 and 20 more not found"):
        balances(files, BalanceRequest(FIRST, "person", many))


def test_usable_knows_the_day(tmp_path: Path) -> None:
    files = Files(tmp_path).write(PERSONS, "P1,2025-01-01,,,,,,,,")
    files.book(book_of([("grant", 0, 1212)]).entries)  # ends after 12 days, begins after 6
    expected = {0: 0, 5: 0, 6: 1212, 12: 1212, 13: 0}
    for days, usable in expected.items():
        row = balances(files, BalanceRequest(FIRST + timedelta(days=days), "person", ("P1",)))[0]
        assert (row.standing.balance, row.standing.usable) == (1212, usable), days


def test_until_counts_entries_booked_by_then(tmp_path: Path) -> None:
    files = prepared(tmp_path, [("grant", 0, 1000), ("reserve", 0, 400)])
    before, after = (
        balances(files, BalanceRequest(date(2027, 1, 1), "person", ("P1",), FIRST + timedelta(days=days)))[0]
        for days in (0, 1)
    )
    assert (before.standing.balance, before.standing.reserved) == (1000, 0)
    assert (after.standing.balance, after.standing.reserved) == (600, 400)


def test_an_entry_on_an_unknown_lot_is_named_by_both_gaits(tmp_path: Path) -> None:
    entries = book_of([("grant", 0, 1000), ("reserve", 0, 400)]).entries
    files = Files(tmp_path).write(PERSONS, "P1,2025-01-01,,,,,,,,").book(entries[1:])
    for gait in (balances_by_python, balances_by_engine):
        with pytest.raises(BadInput) as caught:
            gait(files, BalanceRequest(FIRST))
        place = caught.value.findings[0].place
        assert (place.path, place.line) == ("entitlements.csv", 2)


def test_a_ledger_that_moved_under_the_engine_is_read_by_lines(tmp_path: Path) -> None:
    expected = balances_by_python(prepared(tmp_path, [("grant", 0, 1000)]), BalanceRequest(FIRST))
    path = tmp_path / "entitlements.csv"
    seen = path.read_bytes()

    class Moving(Files):
        def view(self, file: str) -> bytes:
            return seen if file == path.name else super().view(file)

        def still_current(self) -> bool:
            return False

    path.write_bytes(seen + seen.splitlines(keepends=True)[1].replace(b"E1,", b"E9,"))
    assert balances_by_engine(Moving(tmp_path), BalanceRequest(FIRST)) == expected


def test_two_entries_of_one_number_are_never_summed(tmp_path: Path) -> None:
    entries = book_of([("grant", 0, 1000)]).entries
    files = Files(tmp_path).write(PERSONS, "P1,2025-01-01,,,,,,,,").book([*entries, *entries])
    for gait in (balances_by_python, balances_by_engine):
        with pytest.raises(BadInput):
            gait(files, BalanceRequest(FIRST))
