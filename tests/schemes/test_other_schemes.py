"""Other countries' schemes from rule files alone: what goes into a wallet, year by year, in both gaits."""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from pathlib import Path

from ilactl.ledger.columns import ENTITLEMENTS
from ilactl.ledger.entries import entries_of
from ilactl.ledger.wallets import standing_of, wallet_of
from tests.rules.books import Book, Row
from tests.schemes import many


def book_of(folder: Path, rules: str) -> Book:
    return Book.make(folder, {"scheme.toml": rules}, many.MANIFEST)


def pay_in(book: Book, on: str, amount: str, source: str, class_: str, unit: str, **cells: str) -> str:
    """Book a contribution; its entry id."""
    entry = f"E{book.snapshot().head.next_entry}"
    row = {"entry": entry, "booked_on": on, "person": "P1", "kind": "contribute", "amount": amount}
    row |= {"unit": unit, "from": source, "to": f"wallet:{class_}", "rule": class_, **cells}
    book.append(ENTITLEMENTS, [row], date.fromisoformat(on))
    return entry


def draw(book: Book, on: str, lot: str, amount: str, kind: str = "reserve") -> None:
    """Reserve, settle or release an amount of a lot."""
    opened = next(row for row in book.entitlements() if row["entry"] == lot)
    wallet, held = opened["to"], opened["to"].replace("wallet:", "held:")
    ends = {"reserve": (wallet, held), "settle": (held, "provider:O3"), "release": (held, wallet)}
    cells = {"entry": f"E{book.snapshot().head.next_entry}", "booked_on": on, "person": "P1", "kind": kind}
    cells |= {"lot": lot, "amount": amount, "unit": opened["unit"], "enrolment": "N1"}
    cells |= dict(zip(("from", "to"), ends[kind], strict=True))
    book.append(ENTITLEMENTS, [cells], date.fromisoformat(on))


def amounts(rows: list[Row]) -> list[tuple[str, str, str]]:
    return [(row["kind"], row["rule"].partition("@")[0], row["amount"]) for row in rows]


def balance(book: Book, unit: str, on: str = "2040-01-01") -> int:
    wallet = wallet_of(entries_of(book.snapshot(), "P1"))
    return standing_of(wallet, date.fromisoformat(on))[unit].balance


def test_illinois_800_paid_in_gives_400_and_1200_gives_500(tmp_path: Path) -> None:
    book = book_of(tmp_path, many.ILLINOIS)
    book.person()
    pay_in(book, "2026-02-01", "800.00", "employer:O7", "paid_in", "USD")
    [first] = book.topup("2026-03-01")
    assert (first["amount"], first["due"], first["period"]) == ("400.00", "", "2026")
    assert book.topup("2026-03-02") == []
    pay_in(book, "2026-09-01", "400.00", "own", "paid_in", "USD")
    [second] = book.topup("2026-12-31")
    assert (second["amount"], second["due"], second["of"]) == ("100.00", "200.00", first["entry"])
    assert book.topup("2026-12-31") == [], "what the cap cut is never caught up"
    pay_in(book, "2026-12-31", "100.00", "own", "paid_in", "USD")
    [late] = book.topup("2027-01-05")
    assert (late["amount"], late["due"], late["period"]) == ("0.00", "50.00", "2026")


def test_canada_accrues_250_a_year_to_5000_ever_whatever_was_spent(tmp_path: Path) -> None:
    book = book_of(tmp_path, many.CANADA.replace("2026-01-01", "2000-01-01"))
    book.person(born="1980-07-01")
    for year in range(2005, 2027):
        book.figure("income", "50000", year)
        rows = book.topup(f"{year + 1}-04-30")
        expected = "250.00" if year < 2025 else "0.00"
        assert amounts(rows) == [("grant", "accrual", expected)], year
        assert rows[0]["expires_on"] == "2045-12-31"
        if year == 2010:
            draw(book, "2011-06-01", "E1", "250.00")
            draw(book, "2011-06-01", "E1", "250.00", "settle")
    assert balance(book, "CAD") == 4_750_00


def test_canada_needs_an_income_in_the_band_and_an_age_from_25_to_64(tmp_path: Path) -> None:
    for born, income, credited in (
        ("2001-12-31", "12058", ["250.00"]),
        ("2002-01-01", "12058", []),
        ("1961-12-31", "20000", []),
        ("1962-01-01", "20000", ["250.00"]),
        ("1980-01-01", "12057.99", []),
        ("1980-01-01", "177882.01", []),
    ):
        book = book_of(tmp_path / f"{born}-{income}", many.CANADA)
        book.person(born=born)
        book.figure("income", income, 2026)
        assert [row["amount"] for row in book.topup("2027-04-30")] == credited, (born, income)


def test_france_counted_24_hours_a_year_to_120_then_12_to_150_and_made_15_euro_of_each(
    tmp_path: Path,
) -> None:
    book = book_of(tmp_path, many.FRANCE_HOURS.replace("2015-01-01", "2008-01-01"))
    book.person()
    held = []
    for year in range(2008, 2018):
        book.figure("worked", "1", year)
        book.topup(f"{year + 1}-06-15")
        held.append(balance(book, "hour"))
    assert held == [24, 48, 72, 96, 120, 132, 144, 150, 150, 150]
    book.topup("2019-01-01")
    assert (balance(book, "hour"), balance(book, "EUR")) == (0, 2_250_00)
    assert book.topup("2019-01-02") == []
    assert book.topup("2020-06-15") == []


def test_france_gave_the_low_qualified_48_hours_to_400(tmp_path: Path) -> None:
    book = book_of(tmp_path, many.FRANCE_HOURS.replace("2015-01-01", "2008-01-01"))
    book.person(low_qualified="true")
    for year in range(2008, 2018):
        book.figure("worked", "1", year)
        book.topup(f"{year + 1}-06-15")
    assert balance(book, "hour") == 400


def test_the_last_hours_earned_before_a_conversion_become_money_in_the_same_run(tmp_path: Path) -> None:
    book = book_of(tmp_path, many.FRANCE_HOURS)
    book.person()
    book.figure("worked", "0.5", 2018)
    rows = book.topup("2019-06-15")
    assert book.topup("2019-06-15") == []
    assert [(row["kind"], row["amount"], row["unit"]) for row in rows] == [
        ("grant", "12", "hour"),
        ("convert", "12", "hour"),
        ("convert", "180.00", "EUR"),
    ]
    assert [(row["lot"], row["of"]) for row in rows[1:]] == [(rows[0]["entry"], ""), ("", rows[0]["entry"])]


def test_singapore_by_year_of_birth_with_a_cohort_that_ends_and_a_merged_support(tmp_path: Path) -> None:
    """Edge case 9 and 18: the year of birth counts; a law folds one credit into another."""
    book = book_of(tmp_path, many.SINGAPORE)
    book.person(born="1980-12-31")
    rows = book.topup("2020-12-31")
    assert amounts(rows) == [
        ("grant", "opening", "500.00"),
        ("grant", "support2020", "500.00"),
        ("grant", "topup2020", "500.00"),
    ]
    assert (rows[2]["usable_from"], rows[2]["expires_on"]) == ("2020-10-01", "2025-12-31")
    draw(book, "2023-03-01", rows[1]["entry"], "300.00")
    draw(book, "2023-04-01", rows[1]["entry"], "300.00", "settle")
    rows = book.topup("2024-05-01")
    assert amounts(rows) == [
        ("convert", "merge_support", "200.00"),
        ("convert", "merge_support", "200.00"),
        ("grant", "midcareer", "4000.00"),
    ]
    assert rows[1]["expires_on"] == "never"
    assert amounts(book.topup("2026-01-01")) == [("expire", "", "500.00")]
    assert balance(book, "SGD") == 4_700_00
    assert book.topup("2026-01-01") == []


def test_flanders_adds_to_each_voucher_what_the_holder_pays_and_125_a_year_at_most(tmp_path: Path) -> None:
    book = book_of(tmp_path, many.FLANDERS)
    book.person()
    own = pay_in(book, "2024-01-15", "100.00", "own", "own_half", "EUR", expires_on="2025-03-15")
    rows = [row for row in book.topup("2024-01-20") if row["rule"] == "state_half"]
    assert [(row["amount"], row["expires_on"], row["of"], row["period"]) for row in rows] == [
        ("100.00", "2025-03-15", own, own)
    ]
    pay_in(book, "2024-06-01", "50.00", "own", "own_half", "EUR", expires_on="2025-08-01")
    pay_in(book, "2025-01-02", "50.00", "own", "own_half", "EUR", expires_on="2026-03-02")
    rows = [row for row in book.topup("2025-01-02") if row["rule"] == "state_half"]
    assert [(row["amount"], row["due"]) for row in rows] == [("25.00", "50.00"), ("50.00", "")]
    assert not [row for row in book.topup("2025-01-03") if row["kind"] == "grant"]
    ended = [row for row in book.topup("2025-03-16") if row["kind"] == "expire"]
    assert [row["amount"] for row in ended] == ["100.00", "100.00"]


def test_guidance_comes_again_after_six_years(tmp_path: Path) -> None:
    book = book_of(tmp_path, many.FLANDERS)
    book.person()
    [first] = book.topup("2020-02-20")
    assert (first["period"], first["amount"]) == ("2020-02-01", "4")
    assert book.topup("2026-01-31") == []
    [again] = book.topup("2026-02-01")
    assert again["period"] == "2026-02-01"


def test_lithuania_fills_the_basket_five_years_after_the_last_cent(tmp_path: Path) -> None:
    book = book_of(tmp_path, many.LITHUANIA)
    book.person(born="1980-01-01", labour_status="employed")
    [first] = book.topup("2020-01-10")
    draw(book, "2020-03-01", first["entry"], "400.00")
    draw(book, "2020-04-01", first["entry"], "400.00", "settle")
    assert book.topup("2026-01-01") == [], "a remainder stays, and nothing is added"
    draw(book, "2026-03-10", first["entry"], "100.00")
    draw(book, "2026-03-20", first["entry"], "100.00", "settle")
    assert book.topup("2031-03-19") == []
    [second] = book.topup("2031-04-01")
    assert (second["amount"], second["period"]) == ("500.00", "2031-04-01")
    assert book.topup("2031-05-01") == []


def test_netherlands_first_come_first_served_until_the_round_is_spent(tmp_path: Path) -> None:
    """Edge case 19: who gets the last of a budget is the same in every run."""
    book = book_of(tmp_path, many.NETHERLANDS)
    for person, day in (("P1", "2022-02-03"), ("P2", "2022-02-01"), ("P3", "2022-02-02"), ("P4", "")):
        book.person(person, **({"applied_on": day} if day else {}))
    rows = book.topup("2022-03-01")
    assert [row["person"] for row in rows] == ["P2", "P3"], "2,500 reaches for two of 1,000"
    plan, again = book.plan("2022-03-02")
    assert again == []
    assert (plan.totals[0].refused, plan.totals[0].refused_examples[0].person) == (1, "P1")


def test_a_lottery_is_drawn_by_the_published_seed_whoever_was_added_first(tmp_path: Path) -> None:
    rules = many.NETHERLANDS.replace('by = "applied_on"', 'order = "lottery"\nseed = "round 1, 2022"')
    book = book_of(tmp_path, rules)
    for person in ("P1", "P2", "P3", "P4", "P5"):
        book.person(person, applied_on="2022-02-01")
    drawn = sorted(
        ("P1", "P2", "P3", "P4", "P5"), key=lambda p: sha256(f"round 1, 2022\n{p}".encode()).hexdigest()
    )
    assert [row["person"] for row in book.topup("2022-03-01")] == sorted(drawn[:2])


def test_tuscany_ends_24_months_after_the_first_use_and_never_later_than_a_day(tmp_path: Path) -> None:
    book = book_of(tmp_path, many.TUSCANY)
    book.person()
    [card] = book.topup("2026-01-10")
    assert card["expires_on"] == "2030-12-31"
    draw(book, "2026-05-31", card["entry"], "100.00")
    [amended] = book.topup("2026-06-01")
    assert (amended["kind"], amended["expires_on"]) == ("amend", "2028-05-31")
    assert book.topup("2028-05-31") == []
    [ended] = book.topup("2028-06-01")
    assert (ended["kind"], ended["amount"]) == ("expire", "400.00")


def test_upper_austria_caps_each_funding_period_by_itself(tmp_path: Path) -> None:
    book = book_of(tmp_path, many.UPPER_AUSTRIA)
    book.person(target_group="true")
    given = []
    for year, paid in ((2021, "3000"), (2022, "3000"), (2023, "3000"), (2024, "99"), (2025, "2000")):
        book.figure("paid", paid, year)
        given += [(row["period"], row["amount"], row["due"]) for row in book.topup(f"{year}-12-31")]
    assert given == [
        ("2021", "1800.00", ""),
        ("2022", "600.00", "1800.00"),
        ("2023", "1800.00", ""),
        ("2025", "600.00", "1200.00"),
    ]


def test_outside_every_funding_period_nothing_is_booked_and_no_key_is_taken(tmp_path: Path) -> None:
    book = book_of(tmp_path, many.UPPER_AUSTRIA)
    book.person()
    book.figure("paid", "1000", 2027)
    plan, rows = book.plan("2027-12-31")
    assert rows == []
    assert plan.totals[0].undecided == 1
    assert "no window of the cap funding_period" in plan.totals[0].undecided_examples[0].reason


def test_czechia_pays_82_then_77_percent_and_50000_in_any_three_years(tmp_path: Path) -> None:
    book = book_of(tmp_path, many.CZECHIA)
    book.person()
    given = []
    for year, price in ((2023, "40000"), (2024, "20000"), (2025, "20000"), (2026, "30000")):
        book.figure("price", price, year)
        given += [(row["amount"], row["due"]) for row in book.topup(f"{year}-12-31")]
    assert given == [
        ("32800.00", ""),
        ("16400.00", ""),
        ("800.00", "16400.00"),
        ("23100.00", ""),
    ]


def test_what_the_contributor_s_deadline_leaves_returns_to_them(tmp_path: Path) -> None:
    rules = """\
[[contribution]]
id = "employer"
class = "employer"
unit = "EUR"
from = ["employer"]
earmarks = ["course"]
use_by = "allowed"
unused = "funder"
"""
    book = book_of(tmp_path, rules)
    book.person()
    terms = {"expires_on": "2026-06-30", "earmark": "course:C12"}
    lot = pay_in(book, "2026-01-05", "300.00", "employer:O7", "employer", "EUR", **terms)
    draw(book, "2026-03-01", lot, "180.00")
    draw(book, "2026-05-01", lot, "180.00", "settle")
    assert book.topup("2026-06-30") == []
    [left] = book.topup("2026-07-01")
    assert (left["kind"], left["amount"], left["from"], left["to"]) == (
        "expire",
        "120.00",
        "wallet:employer",
        "employer:O7",
    )


def test_what_is_reserved_does_not_expire(tmp_path: Path) -> None:
    """Edge case 10: an order placed before the account closes stays valid."""
    rules = """\
[[grant]]
id = "yearly"
class = "own"
fund = "fund:state"
unit = "EUR"
every = "year"
due = "01-01"
when = "labour_status <> 'retired'"
amount = "500.00"
expires = "age 67"
[[closing]]
id = "closed"
due = "01-01"
when = "labour_status = 'retired' AND age >= 64"
unused = "pool"
"""
    book = book_of(tmp_path, rules)
    book.person(born="1960-05-01", labour_status="employed")
    [lot] = book.topup("2024-01-01")
    draw(book, "2024-11-01", lot["entry"], "200.00")
    book.state("2024-12-01", labour_status="retired")
    [closed] = book.topup("2025-01-01")
    assert (closed["kind"], closed["amount"], closed["to"], closed["rule"]) == (
        "expire",
        "300.00",
        "pool",
        "closed",
    )
    book.state("2025-06-01", labour_status="employed")
    [reopened] = book.topup("2026-01-01")
    assert reopened["kind"] == "grant", "work after the pension reopens the account"
    draw(book, "2026-02-01", lot["entry"], "200.00", "settle")


def test_expiry_comes_before_the_grant_so_that_what_ended_takes_no_room(tmp_path: Path) -> None:
    """Edge case 20: expire and grant in one cron line; granting first would credit 0.00."""
    rules = """\
[[cap]]
id = "most"
over = ["own"]
unit = "EUR"
limit = "5000.00"
[[grant]]
id = "start"
class = "own"
fund = "fund:state"
unit = "EUR"
every = "once"
due = "2024-01-01"
amount = "5000.00"
expires = "2025-12-31"
[[grant]]
id = "yearly"
class = "own"
fund = "fund:state"
unit = "EUR"
every = "year"
due = "01-01"
amount = "500.00"
caps = ["most"]
valid_from = "2026-01-01"
"""
    book = book_of(tmp_path, rules)
    book.person()
    book.topup("2024-01-01")
    rows = book.topup("2026-01-01")
    assert amounts(rows) == [("expire", "", "5000.00"), ("grant", "yearly", "500.00")]
    assert balance(book, "EUR") == 500_00


def test_a_law_lifts_an_end_and_brings_back_what_had_expired(tmp_path: Path) -> None:
    """Edge case 18: the law changes the end of lots that are there."""
    rules = """\
[[grant]]
id = "support"
class = "own"
fund = "fund:state"
unit = "SGD"
every = "once"
due = "2020-12-31"
amount = "500.00"
expires = "2023-12-31"
"""
    book = book_of(tmp_path, rules)
    book.person()
    [lot] = book.topup("2020-12-31")
    [gone] = book.topup("2024-01-01")
    law = (
        '[[amend]]\nid = "no_end"\non = "2024-05-01"\nrules = ["support"]\nexpires = "never"\nrevive = true\n'
    )
    (book.root / "rules" / "law.toml").write_text(law)
    rows = book.topup("2024-05-01")
    assert [
        (r["kind"], r["lot"], r["amount"], r["from"], r["to"], r["expires_on"], r["of"]) for r in rows
    ] == [
        ("correct", lot["entry"], "500.00", "expired", "wallet:own", "", gone["entry"]),
        ("amend", lot["entry"], "0.00", "", "", "never", ""),
    ]
    assert book.topup("2030-01-01") == []
    assert balance(book, "SGD") == 500_00


def test_a_law_can_end_lots_at_an_age_and_leaves_those_of_unknown_age_alone(tmp_path: Path) -> None:
    rules = """\
[[grant]]
id = "base"
class = "own"
fund = "fund:state"
unit = "EUR"
every = "once"
due = "2024-01-01"
amount = "500.00"
[[amend]]
id = "at_67"
on = "2025-01-01"
classes = ["own"]
expires = "age 67"
"""
    book = book_of(tmp_path, rules)
    book.person("P1", born="1960-02-29")
    book.person("P2", born="")
    book.topup("2024-01-01")
    plan, _ = book.plan("2025-01-01")
    assert [(one.rule, one.persons, dict(one.missing)) for one in plan.undecided] == [
        ("at_67", 1, {"birth_date": 1})
    ]
    [amended] = book.topup("2025-01-01")
    assert (amended["person"], amended["expires_on"]) == ("P1", "2027-02-28")


def test_what_an_employer_adds_stands_above_the_cap_and_takes_no_room(tmp_path: Path) -> None:
    """Edge case 2: a balance of 5,000 own and 3,000 of the employer's is legal."""
    rules = """\
[[cap]]
id = "most"
over = ["own"]
unit = "EUR"
limit = "5000.00"
[[grant]]
id = "yearly"
class = "own"
fund = "fund:state"
unit = "EUR"
every = "year"
due = "01-01"
amount = "2600.00"
caps = ["most"]
[[contribution]]
id = "employer"
class = "employer"
unit = "EUR"
from = ["employer"]
"""
    book = book_of(tmp_path, rules)
    book.person()
    book.topup("2024-01-01")
    pay_in(book, "2024-02-01", "3000.00", "employer:O7", "employer", "EUR")
    [row] = book.topup("2025-01-01")
    assert (row["amount"], row["due"]) == ("2400.00", "2600.00")
    assert balance(book, "EUR") == 8_000_00
