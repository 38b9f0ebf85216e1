"""A grant for an enrolment that went back to its fund was never given: caps and budgets count it no more."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from ilactl.ledger.columns import ENTITLEMENTS
from tests.rules.books import Book
from tests.spending.paper import Paper
from tests.spending.pieces import cents, codes, course_row, scheme_of

RULES = """
[[cap]]
id = "three_years"
over = ["state"]
measure = "granted"
window = "3 years"
unit = "EUR"
limit = "500.00"
[[grant]]
id = "share"
class = "state"
fund = "fund:state"
unit = "EUR"
every = "enrolment"
amount = "net * 0.82"
round = "down"
caps = ["three_years"]
[[spend]]
id = "courses"
unit = "EUR"
classes = ["state"]
[[ending]]
id = "standard"
[[ending.row]]
on = "cancelled"
when = "cancelled_by = 'provider'"
provider = "0"
[[ending.row]]
on = ["cancelled", "completed"]
provider = "1"
"""
YEARLY = """
[[grant]]
id = "yearly"
class = "state"
fund = "fund:state"
unit = "EUR"
every = "year"
due = "06-15"
when = "granted_ever.state < 1000.00"
amount = "400.00"
caps = ["three_years"]
"""


@pytest.mark.parametrize(("by", "second"), [("provider", "500.00"), ("holder", "0.00")])
def test_a_cancelled_grant_leaves_a_caps_room_to_the_next(by: str, second: str) -> None:
    courses = [course_row("C1", "1000.00"), course_row("C2", "1000.00")]
    paper = Paper(scheme_of(RULES), courses=courses)
    assert paper.offer("C1", on="2026-02-01").grants[0].amount == cents("500.00")
    paper.enrol("N1", course="C1", on="2026-02-01")
    assert paper.offer("C2", on="2026-02-02").grants[0].amount == 0
    paper.step("cancelled", "2026-02-03", "N1", by=by)
    offer = paper.offer("C2", on="2026-02-04")
    assert (offer.grants[0].amount, codes(offer)) == (cents(second), [])


@pytest.mark.parametrize(
    ("back", "credited"),
    [([], "200.00"), (["return"], "350.00"), (["return", "correct"], "200.00")],
    ids=["kept", "returned", "returned, and that undone"],
)
def test_both_gaits_count_it_alike(tmp_path: Path, back: list[str], credited: str) -> None:
    book = Book.make(tmp_path, {"scheme.toml": RULES + YEARLY})
    book.person()
    mine = {"person": "P1", "booked_on": "2026-02-01", "unit": "EUR", "enrolment": "N7"}
    rule = {"rule": "share", "period": "N7"}
    rows = [
        {**mine, **rule, "kind": "grant", "from": "fund:state", "to": "wallet:state", "amount": "300.00"},
        {
            **mine,
            "kind": "reserve",
            "lot": "E1",
            "from": "wallet:state",
            "to": "held:state",
            "amount": "300.00",
        },
    ]
    sides = {"return": ("held:state", "fund:state"), "correct": ("fund:state", "held:state")}
    for kind in back:
        source, target = sides[kind]
        moved = {"lot": "E1", "from": source, "to": target, "amount": "150.00"}
        rows.append({**mine, **rule, **moved, "kind": kind, "of": "E3" if kind == "correct" else ""})
    numbered = [{**row, "entry": f"E{i}"} for i, row in enumerate(rows, 1)]
    book.append(ENTITLEMENTS, numbered, booked_on=date(2026, 2, 1))
    _, planned = book.plan("2026-06-15")
    assert [(row["kind"], row["amount"]) for row in planned] == [("grant", credited)]
