"""Facts that change after the fact: wallets replayed year by year through the caps, and corrected."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from ilactl.ledger.columns import ENTITLEMENTS
from ilactl.ledger.commit import Change, open_writer
from ilactl.ledger.entries import all_entries, entries_of
from ilactl.ledger.registers import person_record
from ilactl.ledger.wallets import standing_of, wallet_of
from ilactl.rules.corrections import Corrector, Review
from ilactl.rules.passes import Place
from ilactl.rules.plan import scales_of
from ilactl.rules.plan_rows import ListedRows
from ilactl.rules.walk import Booking
from tests.rules.books import ACTOR, NOW, Book, Row, parse_rows

FULL_TIME = "1607"


def review(book: Book, on: str, person: str = "P1") -> Review:
    snapshot = book.snapshot()
    granted: dict[str, set[str]] = {}
    for entry in all_entries(snapshot):
        if entry.kind == "grant":
            granted.setdefault(entry.rule.partition("@")[0], set()).add(entry.period)
    corrector = Corrector(book.scheme(), scales_of(snapshot), date.fromisoformat(on), granted)
    return corrector.review(person_record(snapshot, person), entries_of(snapshot, person))


def correct(book: Book, on: str, person: str = "P1") -> list[Row]:
    """Book what a review finds, and give the rows."""
    rows = review(book, on, person).rows
    day = date.fromisoformat(on)
    listed = ListedRows([(person, Booking(Place(day, 0), row)) for row in rows])
    with open_writer(book.root, actor=ACTOR, now=lambda: NOW) as writer:
        scales = scales_of(writer.snapshot)
        append = listed.append(writer, writer.snapshot.head.next_entry, day, scales)
        if rows:
            writer.commit(Change("topup", (append,), booked_on=day, entries=len(rows), why="test"))
    assert not review(book, on, person).rows, "a second correction finds nothing"
    return parse_rows(append.data)


def told(rows: list[Row]) -> list[tuple[str, str, str, str]]:
    """What each row moves: kind, amount, from, to."""
    return [(row["kind"], row["amount"], row["from"], row["to"]) for row in rows]


def spend(book: Book, on: str, amount: int) -> None:
    """Reserve and settle an amount in cents, drawn from the oldest lots."""
    lots = wallet_of(entries_of(book.snapshot(), "P1")).lots
    number = book.snapshot().head.next_entry
    rows = []
    for lot in lots:
        part = min(amount, lot.balance)
        if part:
            amount -= part
            text = f"{part // 100}.{part % 100:02}"
            cells = {"booked_on": on, "person": "P1", "lot": lot.entry, "amount": text, "unit": lot.unit}
            held = {"from": f"wallet:{lot.class_}", "to": f"held:{lot.class_}", "kind": "reserve"}
            paid = {"from": f"held:{lot.class_}", "to": "provider:O3", "kind": "settle"}
            for way in (held, paid):
                rows.append({**cells, **way, "entry": f"E{number + len(rows)}", "enrolment": "N1"})
    assert amount == 0
    book.append(ENTITLEMENTS, rows, date.fromisoformat(on))


def balance(book: Book) -> tuple[int, int]:
    standing = standing_of(wallet_of(entries_of(book.snapshot(), "P1")), date(2040, 1, 1))["EUR"]
    return standing.balance, standing.owed


def work(book: Book, years: range, hours: str = FULL_TIME) -> None:
    for year in years:
        book.figure("hours_worked", hours, year)
        book.topup(f"{year + 1}-06-15")


def test_hours_of_2021_corrected_to_600_take_313_31_there_and_give_it_back_in_the_capped_year(
    cpf: Book,
) -> None:
    """Edge case 5: recomputed year by year through the cap."""
    work(cpf, range(2019, 2030))
    assert balance(cpf) == (5_000_00, 0)
    cpf.figure("hours_worked", "600", 2021)
    found = review(cpf, "2030-07-01").differences
    assert [(d.period, d.credited - d.booked, d.due) for d in found] == [
        ("2021", -313_31, 186_69),
        ("2029", 313_31, 500_00),
    ]
    rows = correct(cpf, "2030-07-01")
    assert told(rows) == [
        ("correct", "313.31", "wallet:own", "fund:state"),
        ("correct", "313.31", "fund:state", "wallet:own"),
    ]
    assert [(row["lot"], row["of"], row["due"]) for row in rows] == [
        ("E3", "E3", "186.69"),
        ("E11", "E11", "500.00"),
    ]
    assert balance(cpf) == (5_000_00, 0), "the year corrected alone would have left 4,686.69"


def test_false_tier_with_7000_spent_comes_to_3300_less_of_which_the_wallet_bears_1800(cpf: Book) -> None:
    cpf.state("2001-01-01", low_qualified="true")
    work(cpf, range(2015, 2025))
    spend(cpf, "2025-07-01", 7_000_00)
    work(cpf, range(2025, 2026))
    assert balance(cpf) == (1_800_00, 0)
    cpf.state("2001-01-01", low_qualified="false")
    found = review(cpf, "2026-09-01").differences
    assert sum(d.credited - d.booked for d in found) == -3_300_00
    rows = correct(cpf, "2026-09-01")
    assert balance(cpf) == (0, 1_500_00)
    assert sum(row["kind"] == "recover" for row in rows) > 0


def test_what_is_owed_is_recovered_from_the_next_grants(cpf: Book) -> None:
    cpf.state("2001-01-01", low_qualified="true")
    work(cpf, range(2015, 2025))
    spend(cpf, "2025-07-01", 7_000_00)
    cpf.state("2001-01-01", low_qualified="false")
    correct(cpf, "2025-09-01")
    assert balance(cpf) == (0, 2_000_00)
    cpf.figure("hours_worked", FULL_TIME, 2025)
    rows = cpf.topup("2026-06-15")
    assert told(rows) == [
        ("grant", "500.00", "fund:state", "wallet:own"),
        ("recover", "500.00", "wallet:own", "owed"),
    ]
    assert balance(cpf) == (0, 1_500_00)


def test_late_hours_bring_the_period_that_others_were_granted(cpf: Book) -> None:
    cpf.person("P2")
    for year in (2021, 2022):
        cpf.figure("hours_worked", FULL_TIME, year, "P2")
        if year == 2022:
            cpf.figure("hours_worked", FULL_TIME, year)
        cpf.topup(f"{year + 1}-06-15")
    cpf.figure("hours_worked", "600", 2021)
    [row] = correct(cpf, "2023-07-01")
    assert (row["kind"], row["period"], row["amount"], row["booked_on"]) == (
        "grant",
        "2021",
        "186.69",
        "2023-07-01",
    )


def test_a_qualification_declared_from_today_on_changes_no_year_that_is_booked(cpf: Book) -> None:
    """Edge case 4: declaring after the year's posting does not reopen it."""
    work(cpf, range(2021, 2024))
    cpf.state("2024-11-20", low_qualified="true")
    assert not review(cpf, "2024-12-01").differences


def test_an_expired_lot_gives_back_what_expired_before_anything_is_owed(tmp_path: Path) -> None:
    rules = """\
[facts]
amount_due = { kind = "state", type = "decimal(9,2)" }
[[grant]]
id = "yearly"
class = "own"
fund = "fund:state"
unit = "EUR"
every = "year"
due = "01-01"
amount = "amount_due"
expires = "12-31"
"""
    book = Book.make(tmp_path, {"scheme.toml": rules})
    book.person(amount_due="500.00")
    book.topup("2025-01-01")
    spend(book, "2025-03-01", 100_00)
    book.topup("2026-01-01")
    book.state("2001-01-01", amount_due="50.00")
    rows = correct(book, "2026-02-01")
    assert told(rows)[:3] == [
        ("correct", "400.00", "expired", "wallet:own"),
        ("correct", "400.00", "wallet:own", "fund:state"),
        ("correct", "50.00", "owed", "fund:state"),
    ]
    assert balance(book) == (0, 0), "the grant of 2026 is corrected to 50.00, which pays the debt"
