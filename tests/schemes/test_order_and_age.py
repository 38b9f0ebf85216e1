"""Two grants in one cap by their order, and age by calendar: from rule files, in both gaits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from ilactl.ledger.columns import ENTITLEMENTS
from tests.rules.books import Book

MakeBook = Callable[..., Book]


def with_room_of_600(book: Book) -> Book:
    book.person()
    earlier = {
        "entry": "E1",
        "booked_on": "2025-12-01",
        "person": "P1",
        "kind": "contribute",
        "amount": "4400.00",
        "unit": "EUR",
        "from": "own",
        "to": "wallet:own",
        "ref": "PAY-1",
    }
    book.append(ENTITLEMENTS, [earlier])
    return book


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ("base_first", [("base", "500.00", ""), ("supplement", "100.00", "300.00")]),
        ("supplement_first", [("supplement", "300.00", ""), ("base", "300.00", "500.00")]),
    ],
)
def test_room_of_600_is_shared_in_the_written_order(
    make_book: MakeBook, rules: str, expected: list[tuple[str, str, str]]
) -> None:
    book = with_room_of_600(make_book(rules))
    rows = book.topup("2026-01-01")
    assert [(row["rule"], row["amount"], row["due"]) for row in rows] == expected


def test_what_is_cut_is_never_caught_up_when_room_comes(make_book: MakeBook) -> None:
    book = with_room_of_600(make_book("base_first"))
    book.topup("2026-01-01")
    spent = {
        "entry": "E4",
        "booked_on": "2026-02-01",
        "person": "P1",
        "kind": "return",
        "lot": "E1",
        "amount": "4400.00",
        "unit": "EUR",
        "from": "wallet:own",
        "to": "own",
    }
    book.append(ENTITLEMENTS, [spent], booked_on=date(2026, 2, 1))
    assert book.topup("2026-03-01") == []
    assert [row["amount"] for row in book.topup("2027-01-01")] == ["500.00", "300.00"]


def test_reserved_amounts_occupy_the_caps_room(make_book: MakeBook) -> None:
    book = with_room_of_600(make_book("base_first"))
    reserved = {
        "entry": "E2",
        "booked_on": "2025-12-02",
        "person": "P1",
        "kind": "reserve",
        "lot": "E1",
        "amount": "4000.00",
        "unit": "EUR",
        "from": "wallet:own",
        "to": "held:own",
        "enrolment": "N1",
    }
    book.append(ENTITLEMENTS, [reserved])
    assert [row["amount"] for row in book.topup("2026-01-01")] == ["500.00", "100.00"]


@pytest.mark.parametrize(
    ("born", "expected"),
    [
        ("2008-02-28", ["adult_february", "adult_march"]),
        ("2008-02-29", ["adult_march"]),
        ("2008-03-01", ["adult_march"]),
        ("2008-03-02", []),
    ],
)
def test_born_on_29_february_one_is_of_age_on_1_march(
    make_book: MakeBook, born: str, expected: list[str]
) -> None:
    book = make_book("adults")
    book.person(born=born)
    assert [row["rule"] for row in book.topup("2026-03-01")] == expected


def test_born_on_29_february_one_is_of_age_on_the_day_itself_in_a_leap_year(make_book: MakeBook) -> None:
    book = make_book("adults")
    book.person(born="2010-02-28")
    book.person("P2", born="2010-03-01")
    assert [(r["rule"], r["person"]) for r in book.topup("2028-02-29")] == [("adult_february", "P1")]


def test_without_a_birth_date_age_is_undecided_and_takes_no_key(make_book: MakeBook) -> None:
    book = make_book("adults")
    book.person(born="")
    plan, rows = book.plan("2026-03-01")
    assert rows == []
    assert [(totals.undecided, dict(totals.missing)) for totals in plan.totals] == [(1, {"age": 1})] * 2
