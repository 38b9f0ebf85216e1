"""France's CPF from a rule file alone: every published or computed figure, in both gaits, booked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import pairwise

import pytest

from ilactl.dates import age_on
from ilactl.ledger.entries import entries_of
from ilactl.ledger.registers import person_record
from ilactl.rules.decision import Verdict
from ilactl.rules.due import due_occasions
from ilactl.rules.grants import Decider
from ilactl.rules.plan import scales_of
from ilactl.rules.sums import sums_of
from tests.rules.books import Book, Row

FULL_TIME = "1607"
MakeBook = Callable[..., Book]


def credits(rows: list[Row]) -> list[tuple[str, str]]:
    """Rule and amount of each booked row."""
    return [(row["rule"], row["amount"]) for row in rows]


def balance(book: Book) -> int:
    return sums_of(entries_of(book.snapshot(), "P1")).balance["own"]


def year_by_year(book: Book, years: range) -> list[int]:
    """The balance in cents after each year's top-up, with full-time work in every year."""
    balances = []
    for year in years:
        book.figure("hours_worked", FULL_TIME, year)
        book.topup(f"{year + 1}-06-15")
        balances.append(balance(book))
    return balances


def granted_for(book: Book, hours: str) -> str:
    book.figure("hours_worked", hours, 2026)
    rows = book.topup("2027-06-15")
    assert [row["rule"] for row in rows] == ["base"]
    return rows[0]["amount"]


def test_full_time_gives_500_a_year_up_to_5000_after_ten_years(cpf: Book) -> None:
    assert year_by_year(cpf, range(2015, 2025)) == [500_00 * n for n in range(1, 11)]


def test_eleventh_year_credits_0_00_and_the_entry_keeps_what_was_due(cpf: Book) -> None:
    """Edge case 1: the cap is reached within a grant; the cut is recorded and never comes back."""
    year_by_year(cpf, range(2015, 2025))
    cpf.figure("hours_worked", FULL_TIME, 2025)
    [row] = cpf.topup("2026-06-15")
    assert (row["amount"], row["due"], row["period"]) == ("0.00", "500.00", "2025")
    assert balance(cpf) == 5_000_00
    assert cpf.topup("2026-06-16") == [], "a credit of 0.00 takes the key, so that it is never caught up"


def test_eleventh_year_is_explained_by_the_cap_its_limit_and_what_is_held(cpf: Book) -> None:
    year_by_year(cpf, range(2015, 2025))
    cpf.figure("hours_worked", FULL_TIME, 2025)
    snapshot, scheme = cpf.snapshot(), cpf.scheme()
    decider = Decider(scheme, scales_of(snapshot), trace=True)
    sums = sums_of(entries_of(snapshot, "P1"))
    occasions = due_occasions(scheme, date(2026, 6, 15))
    base = next(iter(decider.decide_all(person_record(snapshot, "P1"), sums, occasions)))
    assert base.verdict is Verdict.GRANTED
    assert base.cut
    [room] = base.caps
    assert (room.cap.id, room.limit, room.used, room.room) == ("own", 5_000_00, 5_000_00, 0)
    assert any("5000.00" in step.text for step in room.outcome.trace)


def test_low_qualified_gets_base_500_and_supplement_300_from_another_fund(cpf: Book) -> None:
    cpf.state("2020-01-01", low_qualified="true")
    cpf.figure("hours_worked", FULL_TIME, 2026)
    rows = cpf.topup("2027-06-15")
    assert [(r["rule"], r["from"], r["amount"]) for r in rows] == [
        ("base", "fund:state", "500.00"),
        ("supplement", "fund:esf", "300.00"),
    ]


def test_low_qualified_reaches_8000_after_ten_years_and_stays_there(cpf: Book) -> None:
    cpf.state("2010-01-01", low_qualified="true")
    balances = year_by_year(cpf, range(2015, 2026))
    assert balances == [min(800_00 * n, 8_000_00) for n in range(1, 12)]
    last = cpf.entitlements()[-2:]
    assert [(r["amount"], r["due"]) for r in last] == [("0.00", "500.00"), ("0.00", "300.00")]


def test_five_qualified_years_then_low_qualified_make_7300_after_eleven_and_8000_after_twelve(
    cpf: Book,
) -> None:
    qualified = year_by_year(cpf, range(2015, 2020))
    assert qualified[-1] == 2_500_00
    cpf.state("2020-11-03", low_qualified="true")
    low = year_by_year(cpf, range(2020, 2027))
    assert low[0] == 3_300_00, "declared in November, it holds for the whole year of the declaration"
    assert low[5] == 7_300_00
    assert low[6] == 8_000_00
    assert [(r["rule"], r["amount"], r["due"]) for r in cpf.entitlements()[-2:]] == [
        ("base", "500.00", ""),
        ("supplement", "200.00", "300.00"),
    ]


def test_loss_of_the_tier_takes_nothing_away_and_gives_nothing_above_5000(cpf: Book) -> None:
    """Edge case 3: the balance stands above the lower cap."""
    cpf.state("2010-01-01", low_qualified="true")
    assert year_by_year(cpf, range(2015, 2022))[-1] == 5_600_00
    cpf.state("2022-01-01", low_qualified="false")
    assert year_by_year(cpf, range(2022, 2024)) == [5_600_00, 5_600_00]


def test_30_percent_of_the_years_reference_time_gives_150_00(cpf: Book) -> None:
    assert granted_for(cpf, "482.1") == "150.00"


def test_600_of_1607_hours_give_186_69_rounded_up(cpf: Book) -> None:
    """Edge case 7: the proportional part alone is rounded, once, up to the cent."""
    assert granted_for(cpf, "600") == "186.69"


def test_803_hours_give_249_85(cpf: Book) -> None:
    assert granted_for(cpf, "803") == "249.85"


def test_803_5_hours_are_half_the_time_and_give_500_00(cpf: Book) -> None:
    """Edge case 6: the cliff at half of the time, compared as exact fractions."""
    assert granted_for(cpf, "803.5") == "500.00"


@pytest.mark.parametrize(
    ("hours", "reference", "expected"),
    [("1.76", "1600.00", "0.55"), ("7.84", "1600.00", "2.45"), ("7.85", "1600.00", "2.46")],
)
def test_500_times_hours_by_1600_is_rounded_up_from_the_exact_fraction(
    cpf: Book, hours: str, reference: str, expected: str
) -> None:
    cpf.state("2026-01-01", reference_hours=reference)
    assert granted_for(cpf, hours) == expected


def test_hours_of_several_employers_are_summed_before_the_cliff(cpf: Book) -> None:
    cpf.figure("hours_worked", "400", 2026, source="O1")
    cpf.figure("hours_worked", "403.5", 2026, source="O2")
    assert credits(cpf.topup("2027-06-15")) == [("base", "500.00")]


def test_a_later_figure_for_the_same_span_and_source_replaces_the_earlier(cpf: Book) -> None:
    cpf.figure("hours_worked", "1607", 2026, source="O1")
    cpf.figure("hours_worked", "600", 2026, source="O1")
    assert credits(cpf.topup("2027-06-15")) == [("base", "186.69")]


def test_self_employed_from_june_to_december_gives_291_67(make_book: MakeBook) -> None:
    book = make_book("cpf", "cpf_self_employed")
    book.person()
    book.figure("hours_worked", "0", 2026)
    book.figure("months_self_employed", "7", 2026)
    assert credits(book.topup("2027-06-15")) == [("self_employed", "291.67")]


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        ("300", [("base", "93.35"), ("self_employed", "291.67")]),
        ("803", [("base", "249.85"), ("self_employed", "250.15")]),
        ("1607", [("base", "500.00")]),
    ],
)
def test_employee_then_self_employed_in_one_year_shares_one_annual_amount(
    make_book: MakeBook, hours: str, expected: list[tuple[str, str]]
) -> None:
    """Edge case 8: two prorations, one annual ceiling."""
    book = make_book("cpf", "cpf_self_employed")
    book.person()
    book.figure("hours_worked", hours, 2026)
    book.figure("months_self_employed", "7", 2026)
    assert credits(book.topup("2027-06-15")) == expected


def test_unknown_hours_leave_no_key_and_once_known_the_year_is_granted(cpf: Book) -> None:
    plan, rows = cpf.plan("2027-06-15")
    assert rows == []
    base = plan.totals[0]
    assert (base.undecided, base.missing["hours_worked"]) == (1, 1)
    assert base.undecided_examples[0].reason == "hours_worked"
    assert cpf.topup("2027-06-15") == []
    cpf.figure("hours_worked", FULL_TIME, 2026)
    assert credits(cpf.topup("2027-09-01")) == [("base", "500.00")]


def test_a_span_that_crosses_the_year_leaves_the_figure_unknown(cpf: Book) -> None:
    from ilactl.ledger.columns import FIGURES

    span = {"from": "2025-12-01", "to": "2026-11-30", "value": "1607"}
    cpf.append(FIGURES, [{"person": "P1", "figure": "hours_worked", **span}])
    plan, rows = cpf.plan("2027-06-15")
    assert rows == []
    assert plan.totals[0].undecided == 1


def test_run_on_15_june_and_on_3_july_differ_in_booked_on_alone(make_book: MakeBook) -> None:
    book = make_book("cpf")
    book.person()
    book.person("P2", labour_status="employed")
    book.state("2026-12-31", "P2", low_qualified="true")
    book.state("2027-06-20", "P1", low_qualified="true")
    for person in ("P1", "P2"):
        book.figure("hours_worked", "900", 2026, person)
    early, late = (book.plan(day)[1] for day in ("2027-06-15", "2027-07-03"))
    assert len(early) == 3
    assert [{**row, "booked_on": ""} for row in early] == [{**row, "booked_on": ""} for row in late]
    assert {row["booked_on"] for row in early} == {"2027-06-15"}
    assert {row["booked_on"] for row in late} == {"2027-07-03"}


def test_the_day_before_the_due_date_the_year_is_not_due(cpf: Book) -> None:
    cpf.figure("hours_worked", FULL_TIME, 2026)
    assert cpf.plan("2027-06-14")[1] == []


def test_periods_before_the_last_are_named_as_missed_and_booked_only_when_asked_for(cpf: Book) -> None:
    for year in range(2022, 2027):
        cpf.figure("hours_worked", FULL_TIME, year)
    cpf.topup("2023-06-15")
    plan, rows = cpf.plan("2027-06-15")
    assert [row["period"] for row in rows] == ["2026"]
    assert [(m.rule, m.period) for m in plan.missed if m.rule == "base"] == [
        ("base", "2023"),
        ("base", "2024"),
        ("base", "2025"),
    ]
    late = cpf.topup("2027-06-15", periods=["2024"])
    assert [(row["period"], row["booked_on"], row["amount"]) for row in late] == [
        ("2024", "2027-06-15", "500.00")
    ]


def test_born_on_29_february_is_17_on_28_february_and_18_on_1_march() -> None:
    born = date(2008, 2, 29)
    assert (age_on(born, date(2026, 2, 28)), age_on(born, date(2026, 3, 1))) == (17, 18)
    assert (age_on(born, date(2028, 2, 28)), age_on(born, date(2028, 2, 29))) == (19, 20)


def test_years_of_balances_only_ever_grow_while_nothing_is_spent(cpf: Book) -> None:
    balances = year_by_year(cpf, range(2018, 2022))
    assert all(before <= after for before, after in pairwise(balances))
