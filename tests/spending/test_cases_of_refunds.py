"""Edge cases 13 to 16 of real schemes, as the research numbers them: refunds, ends, fees that change."""

from __future__ import annotations

import pytest

from tests.spending.paper import Paper
from tests.spending.pieces import cents, codes, course_row, day, run_row, scheme_of
from tests.spending.plain_rules import CLASSES, FULL, SPEND, paper_of

# ---- 13, 14, 15 -----------------------------------------------------------------------------------


def test_case_13_a_refund_mirrors_consumption_and_the_cents_sum() -> None:
    third = FULL.replace('on = "cancelled"\nprovider = "0"', 'on = "cancelled"\nprovider = "0.3333"')
    paper = paper_of(SPEND, third, own="33.34", courses=[course_row(price="100.01")])
    paper.lot("33.34", "employer", "employer:O7", "2026-01-01", rule="top_up")
    paper.lot("33.33", "own", "fund:esf", "2026-01-02", rule="rights")
    paper.enrol("N1", on="2026-02-20")
    plan = paper.step("cancelled", "2026-03-20", "N1", by="holder")
    assert plan.due == 3333, "100.01 at 0.3333 is 33.333333, rounded once on the whole"
    assert [(fate.lot, fate.pays, fate.amount) for fate in plan.fates] == [
        ("E2", 1111, 2223),
        ("E1", 1111, 2223),
        ("E3", 1111, 2222),
    ]


BY_CLASS = """
[[ending]]
id = "standard"
round = "up"
[[ending.row]]
on = "cancelled"
provider = "0.0333"
provider_of = { employer = "0" }
rest = "pool"
rest_of = { employer = "funder" }
[[ending.row]]
on = "completed"
provider = "1"
"""


def test_case_13_a_late_fee_may_fall_on_rights_alone() -> None:
    paper = paper_of(SPEND, BY_CLASS, own="250.00", courses=[course_row(price="600.00")])
    paper.lot("300.00", "employer", "employer:O7", "2026-01-01", rule="top_up")
    paper.lot("50.00", "own", "conversion", "2026-01-02", rule="rights")
    paper.enrol("N1", on="2026-02-20")
    plan = paper.step("cancelled", "2026-03-20", "N1", by="holder")
    assert (plan.share, plan.due) == (None, 999), "3.33 % of 300.00, rounded up once"
    assert [(fate.lot, fate.pays, fate.kind, fate.account) for fate in plan.fates] == [
        ("E2", 0, "return", "employer:O7"),
        ("E1", 833, "forfeit", "pool"),
        ("E3", 166, "forfeit", "pool"),
    ]


def test_what_no_funder_can_be_told_of_goes_to_the_pool() -> None:
    back = FULL.replace(
        'on = "cancelled"\nprovider = "0"', 'on = "cancelled"\nprovider = "0"\nrest = "funder"'
    )
    paper = paper_of(SPEND, back, own="")
    paper.lot("100.00", "own", "conversion", "2026-01-02", rule="rights")
    paper.enrol("N1", on="2026-02-20")
    plan = paper.step("cancelled", "2026-03-20", "N1", by="holder")
    assert [(fate.kind, fate.account) for fate in plan.fates] == [("forfeit", "pool")]


TERMS = CLASSES.replace('from = ["funder"]\n', 'from = ["funder"]\nexpires = "2026-06-30"\n')


@pytest.mark.parametrize(
    ("grace", "kinds", "left"),
    [("", ["release", "expire"], "0.00"), ('grace = "30 days"\n', ["release", "amend"], "100.00")],
    ids=["expires at once", "lives on for 30 days"],
)
def test_case_14_a_refund_to_an_expired_lot(grace: str, kinds: list[str], left: str) -> None:
    ending = FULL.replace('id = "standard"\n', f'id = "standard"\n{grace}')
    paper = Paper(scheme_of(TERMS, SPEND, ending), courses=[course_row(price="100.00")])
    paper.lot("150.00", "own", "fund:cdc", "2026-01-01", rule="rights", expires_on="2026-06-30")
    paper.enrol("N1", on="2026-06-30")
    plan = paper.step("cancelled", "2026-07-10", "N1", by="holder")
    got = [row.kind for row in plan.entries(1)]
    assert [kind for kind in got if kind != "expire" or not grace] == kinds
    balance = paper.balances()["E1"]
    assert balance == (left if grace else "50.00", "0.00"), "what was left before is gone, grace or not"
    after = paper.offer(on="2026-08-09").wallet
    assert after == (cents(left) if grace else 0)
    assert paper.offer(on="2026-08-10").wallet == 0


@pytest.mark.parametrize(
    ("usable_at", "wallet"), [("enrolled", "500.00"), ("start", "0.00")], ids=["booking", "course start"]
)
def test_case_15_the_expiry_test_is_on_the_day_the_rule_names(usable_at: str, wallet: str) -> None:
    rule = SPEND + f'usable_at = "{usable_at}"\n'
    runs = [run_row(run="R1", starts="2026-07-01"), run_row(run="R2", starts="2026-06-30"), run_row(run="R3")]
    paper = Paper(scheme_of(CLASSES, rule, FULL), runs=runs)
    paper.lot("500.00", "own", "fund:cdc", "2026-01-01", rule="rights", expires_on="2026-06-30")
    assert paper.offer(on="2026-06-30", run="R1").wallet == cents(wallet)
    assert paper.offer(on="2026-06-30", run="R2").wallet == cents("500.00")
    undated = ["ENROL-UNDECIDED"] if usable_at == "start" else []
    assert codes(paper.offer(on="2026-06-30", run="R3")) == undated


def test_case_15_what_is_recorded_late_does_not_spend_a_lot_that_has_ended_meanwhile() -> None:
    paper = Paper(scheme_of(CLASSES, SPEND, FULL))
    paper.lot("500.00", "own", "fund:cdc", "2026-01-01", rule="rights", expires_on="2026-06-30")
    late = paper.offer(on="2026-06-30", booked_on=day("2026-07-02"))
    assert late.wallet == 0, "whether or not the lot was expired by a run in between"


# ---- 16 -----------------------------------------------------------------------------------------


def test_case_16_partial_approval_leaves_the_difference_to_the_person() -> None:
    rule = SPEND + 'from_wallet = "LEAST(net, eligible, wallet, 600.00)"\n'
    offer = paper_of(rule, FULL).offer(on="2026-02-20")
    assert (offer.from_wallet, offer.own) == (cents("600.00"), cents("400.00"))
    course = course_row(eligible=cents("850.00"))
    offer = paper_of(SPEND, FULL, courses=[course]).offer(on="2026-02-20")
    assert (offer.from_wallet, offer.own) == (cents("850.00"), cents("150.00")), "no ancillary fees"


def moved(price: str, text: str = SPEND, own: str = "600.00") -> Paper:
    runs = [run_row(run="R1"), run_row(run="R2", price=cents(price), unit="EUR")]
    paper = paper_of(text, FULL, own=own, runs=runs)
    paper.lot("300.00", "employer", "employer:O7", "2026-01-01", rule="top_up")
    paper.enrol("N1", on="2026-02-20", run="R1")
    return paper


def test_case_16_the_fee_falls_and_what_was_reserved_above_it_goes_back_to_its_lots() -> None:
    paper = moved("450.00")
    plan = paper.move("R2", "2026-02-25", "N1")
    assert (plan.price, plan.own) == (cents("450.00"), 0)
    assert [(fate.lot, fate.kind, fate.amount) for fate in plan.fates] == [
        ("E2", "release", cents("150.00")),
        ("E1", "release", cents("300.00")),
    ]
    paper.step("started", "2026-03-01", "N1")
    plan = paper.step("completed", "2026-04-01", "N1")
    assert (plan.reserved, plan.due) == (cents("450.00"), cents("450.00")), "a share is of what is reserved"
    assert paper.settle("2026-04-02", "N1") == cents("450.00")


def test_case_16_the_fee_rises_and_the_person_adds_the_difference() -> None:
    paper = moved("1250.00")
    plan = paper.move("R2", "2026-02-25", "N1")
    assert (plan.rows, plan.own) == ((), cents("350.00")), "100.00 before, and 250.00 more"


def test_case_16_booked_own_money_falls_and_rises_with_the_fee() -> None:
    text = SPEND + 'own_class = "cash"\n'
    falls = moved("950.00", text)
    plan = falls.move("R2", "2026-02-25", "N1")
    assert [(row.kind, row.amount, row.target) for row in plan.entries(1)] == [("return", 5000, "own")]
    rises = moved("1250.00", text)
    plan = rises.move("R2", "2026-02-25", "N1")
    assert [(row.kind, row.amount) for row in plan.entries(1)] == [("contribute", 25000), ("reserve", 25000)]
    rises.step("started", "2026-03-01", "N1")
    assert rises.step("completed", "2026-04-01", "N1").due == cents("1250.00")
