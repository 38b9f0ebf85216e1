"""A move to a dearer run draws on what an offer would: no class kept out, no lot or wallet that is over."""

from __future__ import annotations

from ilactl.rules.moving import plan_move
from ilactl.rules.step_plan import StepPlan
from tests.spending.paper import Paper
from tests.spending.pieces import cents, codes, day, person_record, run_row
from tests.spending.plain_rules import FULL, SPEND, paper_of

RUNS = (
    run_row(run="R1", starts="2026-10-01"),
    run_row(run="R2", starts="2026-12-01", price=120000, unit="EUR"),
)
"""One at the course's 1000.00, one at 1200.00."""


def enrolled(rule: str, *texts: str, born: str = "1980-01-01", **terms: str) -> Paper:
    """A holder whose 1000.00 all went into R1, and who got 500.00 of an employer since."""
    paper = paper_of(rule, FULL, *texts, own="1000.00", runs=RUNS, persons=[person_record(born=day(born))])
    paper.enrol("N1", on="2026-09-01", run="R1")
    paper.lot("500.00", "employer", "employer:O7", "2026-09-02", rule="top_up", **terms)
    return paper


def move(paper: Paper, on: str = "2026-09-10") -> StepPlan:
    return plan_move(paper, paper.scheme, paper.state("N1"), "R2", day(on))


def drawn(plan: StepPlan) -> list[tuple[str, int]]:
    return [(row.lot, row.amount) for row in plan.rows if row.kind == "reserve"]


def test_the_difference_is_drawn_where_nothing_stands_against_it() -> None:
    paper = enrolled(SPEND)
    plan = move(paper)
    assert (codes(plan), plan.own) == ([], 0)
    assert [amount for _, amount in drawn(plan)] == [cents("200.00")]


def test_a_class_that_a_condition_keeps_out_pays_nothing_more() -> None:
    only = 'only = [{ classes = ["employer"], when = "price < 500.00" }]\n'
    plan = move(enrolled(SPEND + only))
    assert (codes(plan), drawn(plan), plan.own) == ([], [], cents("200.00"))


def test_a_condition_that_nobody_can_decide_is_told() -> None:
    only = 'only = [{ classes = ["employer"], when = "hours > 10" }]\n'
    paper = enrolled(SPEND + only)
    paper.courses["C1"] = paper.courses["C1"]._replace(hours=None)
    assert codes(move(paper)) == ["ENROL-UNDECIDED"]


def test_a_lot_that_ends_before_the_new_run_starts_pays_where_the_rule_looks_at_today_alone() -> None:
    ends = {"expires_on": "2026-11-30"}
    assert drawn(move(enrolled(SPEND, **ends)))
    plan = move(enrolled(SPEND + 'usable_at = "start"\n', **ends))
    assert (codes(plan), drawn(plan), plan.own) == ([], [], cents("200.00"))


def test_a_wallet_that_was_closed_since_pays_nothing_more() -> None:
    closing = '[[closing]]\nid = "retired"\nwhen = "age >= 65"\ndue = "11-01"\nunused = "pool"\n'
    paper = enrolled(SPEND, closing, born="1961-10-15")
    assert drawn(move(paper, "2026-10-20"))
    assert drawn(move(paper, "2026-11-02")) == []


def test_lots_alike_pay_together_where_the_rule_says_even() -> None:
    paper = enrolled(SPEND + 'order = ["class", "even"]\n')
    paper.lot("300.00", "employer", "employer:O8", "2026-09-03", rule="top_up")
    assert [amount for _, amount in drawn(move(paper))] == [cents("125.00"), cents("75.00")]


def test_a_wallet_that_cannot_bear_what_the_rule_takes_is_refused() -> None:
    paper = enrolled(SPEND + 'from_wallet = "net"\n', expires_on="2026-09-05")
    plan = move(paper)
    assert codes(plan) == ["ENROL-WALLET"]
    told = plan.objections[0].reason
    assert told == "the wallet can pay 1000.00 EUR of 1200.00 EUR; 200.00 EUR is missing"
