"""Undo and the keys of grants: sums, engine and check count alike, whatever is undone how often."""

from __future__ import annotations

import shutil
import tempfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ilactl.errors import Refused
from ilactl.ledger.check_entries import GrantKeys, Refs
from ilactl.ledger.columns import ENTITLEMENTS
from ilactl.ledger.entries import all_entries
from ilactl.rules.sums import sums_of
from ilactl.rules.undo import UndoPlan, plan_undo
from tests.rules.books import Book
from tests.rules.test_parity import FAST, quick
from tests.undo.support import book_undo

RULES = """\
[[cap]]
id = "all"
over = ["own"]
unit = "EUR"
limit = "900.00"
[[grant]]
id = "base"
class = "own"
fund = "fund:state"
unit = "EUR"
every = "month"
due = "01"
amount = "100.00 + granted_ever.own / 1000"
round = "down"
caps = ["all"]
valid_from = "2026-01-01"
[[grant]]
id = "match"
class = "own"
fund = "fund:esf"
unit = "EUR"
every = "year"
due = "01-01 next"
amount = "contributed_period.paid + 1.00"
valid_from = "2025-01-01"
[[contribution]]
id = "paid"
class = "paid"
unit = "EUR"
from = ["employer", "own"]
"""
STEPS = st.lists(
    st.tuples(st.sampled_from(["topup", "undo", "undo", "pay", "reserve"]), st.integers(0, 30)),
    min_size=3,
    max_size=9,
)


def _step(book: Book, kind: str, pick: int, day: date) -> None:
    entries = all_entries(book.snapshot())
    if kind == "topup":
        book.topup(day.isoformat())
    elif kind == "pay":
        cells = {"entry": f"E{len(entries) + 1}", "booked_on": f"{day}", "person": "P1", "unit": "EUR"}
        cells |= {"kind": "contribute", "amount": f"{pick}.00", "from": "own", "to": "wallet:paid"}
        book.append(ENTITLEMENTS, [{**cells, "rule": "paid", "ref": f"R{len(entries)}"}], day)
    elif kind == "reserve":
        lots = [entry for entry in entries if not entry.lot and entry.amount]
        taken = {entry.lot for entry in entries if entry.lot}
        lot = next((entry for entry in lots[pick:] if entry.entry not in taken), None)
        if lot:
            cells = {"entry": f"E{len(entries) + 1}", "booked_on": f"{day}", "person": lot.person}
            cells |= {"kind": "reserve", "lot": lot.entry, "amount": "0.01", "unit": "EUR"}
            cells |= {"from": lot.target, "to": lot.target.replace("wallet", "held"), "enrolment": "N1"}
            book.append(ENTITLEMENTS, [cells], day)
    else:
        seq = 1 + pick % book.snapshot().head.seq
        try:
            plan = plan_undo(book.snapshot(), seq, day)
        except Refused:
            return
        book_undo(book, plan)


def _agree(book: Book) -> None:
    """The sums, the check and the undo's own idea of what stands are one."""
    ground: Any = None
    keys, refs = GrantKeys(ground), Refs(ground)
    entries = all_entries(book.snapshot())
    for entry in entries:
        keys.see(entry)
        refs.see(entry)
    assert not keys.found
    assert not refs.found
    for person in ("P1", "P2"):
        sums = sums_of(entry for entry in entries if entry.person == person)
        for (rule, period), count in sums.keys.items():
            if period:
                assert count == keys._keys[rule, period, person] in (0, 1)
    fallen: set[str] = set()
    for entry in reversed(entries):
        if entry.kind == "correct" and entry.entry not in fallen:
            fallen.add(entry.of)
    standing = [e for e in entries if e.entry not in fallen and e.kind in ("grant", "contribute")]
    sums = sums_of(entries)
    assert sums.granted_ever("own") == sum(e.amount for e in standing if e.kind == "grant")
    for year in (2026, 2027):
        paid = sum(e.amount for e in standing if e.kind == "contribute" and e.booked_on.year == year)
        assert sum(n for _, day, n in sums.contributed if day.year == year) == paid


@quick(25)
@given(steps=STEPS)
def test_whatever_is_undone_the_keys_and_sums_agree(steps: list[tuple[str, int]]) -> None:
    folder = Path(tempfile.mkdtemp(dir=FAST if FAST.is_dir() else None))
    try:
        book = Book.make(folder, {"scheme.toml": RULES})
        book.person("P1")
        book.person("P2")
        day = date(2026, 10, 15)
        for kind, pick in [("topup", 0), *steps, ("topup", 0)]:
            day += timedelta(days=pick)
            _step(book, kind, pick, day)  # a top-up is planned in both gaits, which must be one
            _agree(book)
        assert book.plan(day.isoformat())[1] == []
    finally:
        shutil.rmtree(folder)


def test_a_contribution_taken_back_a_year_later_is_missing_in_its_own_year(tmp_path: Path) -> None:
    book = Book.make(tmp_path, {"scheme.toml": RULES})
    book.person("P1")
    _step(book, "pay", 30, date(2026, 12, 20))
    _step(book, "pay", 12, date(2026, 12, 21))
    seq = book.snapshot().head.seq
    plan: UndoPlan = plan_undo(book.snapshot(), seq, date(2027, 1, 3))
    book_undo(book, plan)
    rows = book.topup("2027-01-03", rules=["match"])
    assert [(row["period"], row["amount"]) for row in rows] == [("2026", "31.00")]
    book.topup("2027-02-01")
    assert [row["amount"] for row in book.topup("2028-01-01", rules=["match"])] == ["1.00"]
