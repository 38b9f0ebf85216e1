"""The French account's conditions of use as one table: phases of a cancellation, bands, an advance."""

from __future__ import annotations

import pytest

from ilactl.commands.spending_prose import ENDINGS
from tests.spending.paper import Paper
from tests.spending.pieces import cents, course_row, run_row, scheme_of

RULES = """
[[contribution]]
id = "rights"
class = "own"
unit = "EUR"
from = ["funder"]
[[contribution]]
id = "top_up"
class = "employer"
unit = "EUR"
from = ["employer"]
[[contribution]]
id = "own_cash"
class = "cash"
unit = "EUR"
from = ["own"]
[[spend]]
id = "training"
unit = "EUR"
classes = ["employer", "own"]
own_class = "cash"
"""


def table() -> str:
    """The table of the manual: its indented lines from the first bracket on."""
    lines = ENDINGS.splitlines()
    first = next(i for i, line in enumerate(lines) if line.strip() == "[[ending]]")
    last = next(i for i, line in enumerate(lines) if line.startswith("Milestones"))
    return "\n".join(line.strip() for line in lines[first:last])


def enrolled(starts: str = "2026-06-15", ends: str = "2026-07-14") -> Paper:
    """700.00 of rights, 200.00 of the employer's and 100.00 of the holder's for 1,000.00."""
    runs = [run_row(starts=starts, ends=ends)]
    paper = Paper(scheme_of(RULES, table()), courses=[course_row(price="1000.00")], runs=runs)
    paper.lot("700.00", "own", "fund:cdc", "2026-01-01", rule="rights")
    paper.lot("200.00", "employer", "employer:O7", "2026-01-01", rule="top_up")
    paper.enrol("N1", on="2026-05-04", run="R1")
    return paper


def cancelled(paper: Paper, on: str, **said: object) -> dict[str, str]:
    """Where the money went, once it is settled."""
    paper.step("cancelled", on, "N1", **said)
    paper.settle(on, "N1")
    there = paper.totals()
    there["wallet"] = " ".join(f"{lot}:{balance}" for lot, (balance, _) in paper.balances().items())
    assert all(held == "0.00" for _, held in paper.balances().values())
    return there


def test_withdrawal_within_14_working_days_costs_nothing() -> None:
    """From 4 May on: 8 May, 14 May and 25 May are holidays in 2026, so the 14th working day is 26 May."""
    gone = cancelled(enrolled("2026-05-27"), "2026-05-26", by="holder")
    assert gone == {"own": "100.00", "wallet": "E1:700.00 E2:200.00 E3:0.00"}


def test_free_until_more_than_7_working_days_before_the_start() -> None:
    gone = cancelled(enrolled(), "2026-06-03", by="holder")
    assert gone == {"own": "100.00", "wallet": "E1:700.00 E2:200.00 E3:0.00"}


def test_late_5_percent_go_to_the_provider_and_cash_becomes_a_credit() -> None:
    paper = enrolled()
    gone = cancelled(paper, "2026-06-04", by="holder")
    assert gone == {"provider:O3": "50.00", "pool": "855.00", "wallet": "E1:0.00 E2:0.00 E3:95.00"}


@pytest.mark.parametrize(
    ("attendance", "paid"),
    [
        ("0", "250.00"),
        ("0.2499", "250.00"),
        ("0.25", "250.00"),
        ("0.5", "500.00"),
        ("0.7999", "799.90"),
        ("0.8", "1000.00"),
        ("1", "1000.00"),
    ],
)
def test_attendance_bands(attendance: str, paid: str) -> None:
    paper = enrolled()
    paper.step("started", "2026-06-15", "N1")
    plan = paper.step("completed", "2026-07-14", "N1", attendance=attendance)
    assert plan.due == cents(paid)
    paper.settle("2026-07-15", "N1")
    assert paper.totals().get("pool", "0.00") == f"{(100000 - cents(paid)) / 100:.2f}"


def test_force_majeure_pays_what_was_held_and_gives_each_funder_the_rest() -> None:
    paper = enrolled()
    paper.step("started", "2026-06-15", "N1")
    gone = cancelled(paper, "2026-06-26", by="holder", force_majeure=True)  # 12 of 30 days
    assert gone == {
        "provider:O3": "400.00",
        "employer:O7": "120.00",
        "own": "60.00",
        "wallet": "E1:420.00 E2:0.00 E3:0.00",
    }


def test_a_provider_who_stops_gets_pro_rata_only_where_another_date_was_offered() -> None:
    no_date, new_date = enrolled(), enrolled()
    for paper in (no_date, new_date):
        paper.step("started", "2026-06-15", "N1")
    gone = cancelled(no_date, "2026-06-26", by="provider")
    assert gone == {"employer:O7": "200.00", "own": "100.00", "wallet": "E1:700.00 E2:0.00 E3:0.00"}
    assert cancelled(new_date, "2026-06-26", by="provider", new_date=True)["provider:O3"] == "400.00"


def test_an_advance_of_a_long_course_is_counted_in_what_is_paid_in_the_end() -> None:
    paper = enrolled("2026-06-15", "2026-09-30")
    plan = paper.step("started", "2026-06-15", "N1")
    assert (plan.due, plan.why) == (cents("250.00"), "an advance for courses of more than three months")
    assert [(fate.pays, fate.stays, fate.amount) for fate in plan.fates] == [
        (5000, 15000, 0),
        (17500, 52500, 0),
        (2500, 7500, 0),
    ]
    assert paper.settle("2026-06-20", "N1") == 25000
    assert paper.settle("2026-06-21", "N1") == 0
    plan = paper.step("completed", "2026-09-30", "N1", attendance="0.5")
    assert (plan.paid, plan.due, plan.unpaid, plan.overpaid) == (25000, 50000, 25000, 0)
    assert paper.settle("2026-10-01", "N1") == 25000
    assert paper.totals() == {"provider:O3": "500.00", "pool": "500.00"}


def test_an_advance_above_the_final_share_is_told_and_reclaimed() -> None:
    paper = enrolled("2026-06-15", "2026-09-30")
    paper.step("started", "2026-06-15", "N1")
    paper.settle("2026-06-20", "N1")
    plan = paper.step("cancelled", "2026-06-26", "N1", by="provider")
    assert (plan.due, plan.overpaid, plan.unpaid) == (25000, 25000, 0), "what was paid stays paid by a step"
    paper.reclaim(None, "2026-07-01", "N1", ref="CLAIM-2")
    assert paper.totals() == {"provider:O3": "0.00", "employer:O7": "150.00", "own": "100.00"}
    assert paper.balances() == {"E1": ("700.00", "0.00"), "E2": ("50.00", "0.00"), "E3": ("0.00", "0.00")}
    assert paper.state("N1").due == 0


def test_a_credit_pays_for_another_course_where_the_rule_draws_the_holders_class() -> None:
    rules = RULES.replace('classes = ["employer", "own"]', 'classes = ["employer", "own", "cash"]')
    runs = [run_row(starts="2026-06-15", ends="2026-07-14")]
    courses = [course_row(price="1000.00"), course_row("C2", "150.00")]
    paper = Paper(scheme_of(rules, table()), courses=courses, runs=runs)
    paper.lot("900.00", "own", "fund:cdc", "2026-01-01", rule="rights")
    paper.enrol("N1", on="2026-05-04", run="R1")
    paper.step("cancelled", "2026-06-04", "N1", by="holder")
    offer = paper.offer("C2", on="2026-06-05")
    assert ([part.pays for part in offer.parts], offer.own) == ([cents("95.00")], cents("55.00"))
    rows = [(row.kind, row.lot, row.amount) for row in offer.entries("N2", 1)]
    assert rows == [("contribute", "", 5500), ("reserve", "E2", 9500), ("reserve", "E1", 5500)]
