"""Edge cases 9 to 12 of real schemes, as the research numbers them: ages, pensions, death."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from tests.spending.pieces import cents, codes, course_row, day, person_record, run_row
from tests.spending.plain_rules import FULL, SPEND, paper_of, with_states

# ---- 9 ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("basis", "first"),
    [("age >= 40", "2026-12-31"), ("period_year - birth_year >= 40", "2026-01-01")],
    ids=["by birthday", "by year of birth"],
)
def test_case_9_the_year_of_turning_40_by_the_basis_the_rule_names(basis: str, first: str) -> None:
    rule = SPEND + f'refuse = [{{ when = "NOT ({basis})", why = "from 40 on" }}]\n'
    paper = paper_of(rule, FULL, persons=[person_record(born=date(1986, 12, 31))])
    before = date.fromordinal(day(first).toordinal() - 1).isoformat()
    assert codes(paper.offer(on=before)) == ["ENROL-REFUSED"]
    assert codes(paper.offer(on=first)) == []


# ---- 10, 11, 12 -----------------------------------------------------------------------------------

RETIRED = """
[[closing]]
id = "pension"
due = "06-01"
when = "labour_status = 'retired'"
unused = "expired"
"""


def test_case_10_a_pension_that_starts_while_a_course_runs_honours_it_and_blocks_new_ones() -> None:
    states = [("2020-01-01", {"labour_status": "employed"}), ("2026-05-15", {"labour_status": "retired"})]
    courses = [course_row(), course_row("C2")]
    paper = paper_of(SPEND, FULL, RETIRED, persons=[with_states(date(1961, 1, 1), *states)], courses=courses)
    paper.enrol("N1", on="2026-05-14")
    paper.step("started", "2026-05-20", "N1")
    assert codes(paper.offer("C2", on="2026-05-20")) == [], "the closing looks on 1 June"
    closed = paper.offer("C2", on="2026-06-01")
    assert codes(closed) == ["ENROL-CLOSED"]
    assert closed.parts == (), "what the closing would take pays no more, whether or not it has run"
    plan = paper.step("completed", "2026-07-01", "N1")
    assert plan.due == cents("1000.00")
    assert paper.settle("2026-07-02", "N1") == cents("1000.00")


def test_case_10_what_is_released_after_the_pension_began_goes_where_the_closing_says() -> None:
    states = [("2020-01-01", {"labour_status": "employed"}), ("2026-05-15", {"labour_status": "retired"})]
    paper = paper_of(SPEND, FULL, RETIRED, own="1000.00", persons=[with_states(None, *states)])
    paper.enrol("N1", on="2026-05-14")
    plan = paper.step("cancelled", "2026-07-01", "N1", by="holder")
    assert [(row.kind, row.target, row.rule, row.of) for row in plan.entries(3)] == [
        ("release", "wallet:own", "", ""),
        ("expire", "expired", "pension", "E3"),
    ]
    assert paper.balances() == {"E1": ("0.00", "0.00")}


PENSIONS = """
[facts]
partial_disability = { kind = "state", type = "bool", default = "false" }
unpaid_survivor = { kind = "state", type = "bool", default = "false" }
"""


@pytest.mark.parametrize(
    ("facts", "open_"),
    [
        ({"labour_status": "employed"}, True),
        ({"labour_status": "retired"}, False),
        ({"labour_status": "retired", "partial_disability": "true"}, True),
        ({"labour_status": "retired", "unpaid_survivor": "true"}, True),
    ],
)
def test_case_11_a_pension_is_not_binary(facts: dict[str, str], open_: bool) -> None:
    unless = "labour_status = 'retired' AND NOT (partial_disability OR unpaid_survivor)"
    rule = SPEND + f'refuse = [{{ when = "{unless}", why = "not for pensioners" }}]\n'
    paper = paper_of(rule, FULL, PENSIONS, persons=[person_record(**facts)])
    assert codes(paper.offer(on="2026-03-01")) == ([] if open_ else ["ENROL-REFUSED"])


DEATH = """
[facts]
died = { kind = "state", type = "bool", default = "false" }
[[closing]]
id = "death_own"
due = "04-01"
when = "died"
classes = ["own"]
unused = "expired"
[[closing]]
id = "death_others"
due = "04-01"
when = "died"
classes = ["employer"]
unused = "funder"
[[ending]]
id = "standard"
[[ending.row]]
on = "cancelled"
when = "force_majeure AND started"
provider = "elapsed"
why = "pro rata of the days that were held"
[[ending.row]]
on = ["cancelled", "completed"]
provider = "1"
"""


def test_case_12_death_half_way_pays_pro_rata_returns_third_party_money_and_ends_own_rights() -> None:
    states = [("2020-01-01", {"died": "false"}), ("2026-03-20", {"died": "true"})]
    run = run_row(starts="2026-03-01", ends="2026-04-09")  # 40 days
    paper = paper_of(SPEND, DEATH, own="700.00", persons=[with_states(None, *states)], runs=[run])
    paper.lot("300.00", "employer", "employer:O7", "2026-01-01", rule="top_up")
    paper.enrol("N1", on="2026-02-20", run="R1")
    paper.step("started", "2026-03-01", "N1")
    plan = paper.step(
        "cancelled", "2026-03-20", "N1", booked_on=day("2026-04-02"), by="agency", force_majeure=True
    )
    assert plan.share == Fraction(1, 2)
    paper.settle("2026-04-03", "N1")
    assert paper.totals() == {"provider:O3": "500.00", "employer:O7": "150.00", "expired": "350.00"}
    assert set(paper.balances().values()) == {("0.00", "0.00")}, "nothing to heirs"
