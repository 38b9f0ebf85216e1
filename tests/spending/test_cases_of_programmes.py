"""Edge cases 1, 19, 22, 23 and 25 of real schemes: caps, budgets, two programmes, providers, working days."""

from __future__ import annotations

import pytest

from ilactl.ledger.organisations import Provider
from ilactl.reports.offers import offer_answer
from ilactl.rules.due import due_occasions
from ilactl.rules.passes import steps_of
from ilactl.rules.walk import Walker
from tests.spending.paper import Paper
from tests.spending.pieces import GOOD, cents, codes, course_row, day, person_record, run_row, scheme_of
from tests.spending.plain_rules import FULL, SPEND, paper_of

# ---- 19, 22 ---------------------------------------------------------------------------------------

BUDGET = """
[[budget]]
id = "round"
unit = "EUR"
order = "first-come"
window = [{ from = "2026-01-01", to = "2026-12-31", amount = "2500.00" }]
[[grant]]
id = "stap"
class = "stap"
fund = "fund:state"
unit = "EUR"
every = "enrolment"
amount = "LEAST(net, 1000.00)"
budget = "round"
[[spend]]
id = "training"
unit = "EUR"
classes = ["stap"]
"""


def test_case_19_a_budget_that_is_exhausted_in_the_middle_of_a_batch() -> None:
    def batch() -> list[tuple[int, int, str]]:
        people = [person_record(f"P{i}") for i in range(1, 6)]
        paper = Paper(scheme_of(BUDGET, FULL, warned=True), persons=people)
        given = []
        for i, record in enumerate(people):
            offer = paper.offer(person=record.person, on="2026-02-20")
            paper.take(offer, f"N{i}")
            given.append((offer.from_wallet, offer.own, offer.grants[0].cut))
        assert sum(1 for row in paper.booked.entries if row.kind == "grant") == 2, "a refusal takes no key"
        return given

    first = batch()
    assert first == [(100000, 0, ""), (100000, 0, ""), *[(0, 100000, "round")] * 3]
    assert batch() == first, "the same result when run again"


def test_what_held_a_grant_back_is_told_in_the_offer() -> None:
    """Czechia's rolling cap, and a round that is spent: the caseworker sees why the wallet pays less."""
    capped = BUDGET.replace('budget = "round"', 'caps = ["most"]')
    cap = '[[cap]]\nid = "most"\nover = ["stap"]\nmeasure = "granted"\nunit = "EUR"\nlimit = "600.00"\n'
    spent = BUDGET.replace("2500.00", "999.99")
    for rules, told in (
        (spent, "stap gives nothing: the budget round is spent."),
        (capped + cap, "stap gives 600.00 EUR of 1000.00 EUR: the cap most leaves no more."),
    ):
        offer = Paper(scheme_of(rules, FULL, warned=True)).offer(on="2026-02-20")
        assert offer_answer(offer).notes[0] == told
    paid = Paper(scheme_of(BUDGET, FULL, warned=True)).offer(on="2026-02-20")
    assert offer_answer(paid).notes == []


SISTERS = """
[facts]
sister_programme = { kind = "state", type = "bool", default = "false" }
[[grant]]
id = "first"
class = "first"
fund = "fund:state"
unit = "EUR"
every = "enrolment"
amount = "700.00"
order = 1
[[grant]]
id = "a_second"
class = "second"
fund = "fund:esf"
unit = "EUR"
every = "enrolment"
amount = "700.00"
order = 2
[[spend]]
id = "training"
unit = "EUR"
classes = ["first", "second"]
refuse = [{ when = "sister_programme", why = "a sister programme paid already" }]
"""


def test_case_22_two_programmes_never_pay_more_than_the_price() -> None:
    paper = Paper(scheme_of(SISTERS, FULL))
    offer = paper.offer(on="2026-02-20")
    assert [(one.rule, one.amount, one.due, one.cut) for one in offer.grants] == [
        ("first", cents("700.00"), cents("700.00"), ""),
        ("a_second", cents("300.00"), cents("700.00"), "price"),
    ]
    assert (offer.from_wallet, offer.own) == (cents("1000.00"), 0)
    rows = offer.entries("N1", 1)
    assert [(row.kind, row.amount, row.due) for row in rows] == [
        ("grant", cents("700.00"), None),
        ("grant", cents("300.00"), cents("700.00")),
        ("reserve", cents("700.00"), None),
        ("reserve", cents("300.00"), None),
    ]


def test_case_22_a_sister_programme_bars_the_other() -> None:
    paper = Paper(scheme_of(SISTERS, FULL), persons=[person_record(sister_programme="true")])
    assert codes(paper.offer(on="2026-02-20")) == ["ENROL-REFUSED"]


# ---- 23, 25 ---------------------------------------------------------------------------------------

BY_PROVIDER = """
[[ending]]
id = "standard"
[[ending.row]]
on = "cancelled"
when = "cancelled_by = 'provider' AND NOT new_date"
provider = "0"
why = "the provider stopped it: no debit"
[[ending.row]]
on = "cancelled"
when = "cancelled_by = 'holder' AND NOT started AND working_days_to_start > 7"
provider = "0"
why = "free until 7 working days before the start"
[[ending.row]]
on = "cancelled"
when = "cancelled_by = 'holder' AND working_days_since_enrolled <= 11"
provider = "0"
why = "withdrawn in time"
[[ending.row]]
on = "cancelled"
provider = "0.05"
rest = "pool"
why = "cancelled late"
[[ending.row]]
on = "completed"
provider = "1"
"""


def test_case_23_a_provider_struck_off_after_enrolment_cannot_start_and_gets_nothing() -> None:
    paper = paper_of(SPEND, BY_PROVIDER, own="1000.00")
    paper.enrol("N1", on="2026-02-20")
    paper.providers["O3"] = GOOD._replace(suspended="fraud case 17")
    assert codes(paper.plan("started", "2026-03-01", "N1")) == ["ENROL-PROVIDER"]
    paper.providers["O3"] = GOOD._replace(label_until=day("2026-02-28"))
    assert codes(paper.plan("started", "2026-02-28", "N1")) == []
    assert codes(paper.plan("started", "2026-03-01", "N1")) == ["ENROL-LABEL"]
    paper.providers["O3"] = Provider("O3")
    assert codes(paper.plan("started", "2026-03-01", "N1")) == ["ENROL-PROVIDER"]
    plan = paper.step("cancelled", "2026-03-01", "N1", by="provider")
    assert (plan.why, plan.due) == ("the provider stopped it: no debit", 0)
    assert paper.balances() == {"E1": ("1000.00", "0.00")}


def test_a_course_that_is_withdrawn_or_no_longer_in_demand_cannot_start() -> None:
    paper = paper_of(SPEND, BY_PROVIDER)
    paper.enrol("N1", on="2026-02-20")
    paper.courses["C1"] = course_row(withdrawn="no teacher")
    paper.demand = False
    assert codes(paper.plan("started", "2026-03-01", "N1")) == ["ENROL-WITHDRAWN", "ENROL-RELEVANCE"]


@pytest.mark.parametrize(
    ("on", "why"),
    [
        ("2026-04-27", "free until 7 working days before the start"),
        ("2026-04-28", "cancelled late"),
        ("2026-05-11", "cancelled late"),
    ],
)
def test_case_25_working_days_skip_week_ends_and_the_countrys_holidays(on: str, why: str) -> None:
    """The course starts on 11 May 2026; 1 May (Labour Day) and 8 May (Victory Day) are holidays in France.

    From 28 April seven working days lead to the start: 29 and 30 April, 4 to 7 May, 11 May.
    """
    paper = paper_of(SPEND, BY_PROVIDER, runs=[run_row(starts="2026-05-11", ends="2026-06-11")])
    paper.enrol("N1", on="2026-02-20", run="R1")
    assert paper.plan("cancelled", on, "N1", by="holder").why == why


def test_case_25_withdrawal_within_11_working_days() -> None:
    paper = paper_of(SPEND, BY_PROVIDER, runs=[run_row(starts="2026-05-11", ends="2026-06-11")])
    paper.enrol("N1", on="2026-04-24", run="R1")
    in_time, late = (paper.plan("cancelled", on, "N1", by="holder") for on in ("2026-05-14", "2026-05-15"))
    assert in_time.why == "withdrawn in time", "14 May is Ascension Day, the eleventh was 13 May"
    assert late.why == "cancelled late"


# ---- caps -----------------------------------------------------------------------------------------

CAPPED = """
[[cap]]
id = "own"
over = ["own"]
measure = "balance"
unit = "EUR"
limit = "1000.00"
counts_reserved = COUNTS
[[grant]]
id = "base"
class = "own"
fund = "fund:cdc"
unit = "EUR"
every = "year"
due = "06-15"
amount = "500.00"
caps = ["own"]
[[spend]]
id = "training"
unit = "EUR"
classes = ["own"]
"""


@pytest.mark.parametrize(("counts", "credited"), [("true", 0), ("false", 50000)])
def test_case_1_a_reserved_amount_occupies_a_caps_room_where_the_cap_says_so(
    counts: str, credited: int
) -> None:
    paper = Paper(scheme_of(CAPPED.replace("COUNTS", counts), FULL))
    paper.lot("1000.00", "own", "fund:cdc", "2026-01-01", rule="base", period="2025")
    paper.enrol("N1", on="2026-02-01")
    run = day("2026-06-15")

    def granted() -> int:
        steps = steps_of(paper.scheme, run, due_occasions(paper.scheme, run))
        walk = Walker(paper.scheme, paper.scales, run, steps).walk(paper.person("P1"), paper.booked.entries)
        return sum(row.amount for _, row in walk.bookings if row.kind == "grant")

    assert granted() == credited
    paper.step("started", "2026-03-01", "N1")
    paper.step("completed", "2026-04-01", "N1")
    paper.settle("2026-04-02", "N1")
    assert granted() == 50000, "what was paid makes room"


PERIOD_CAP = """
[[cap]]
id = "funding_period"
over = ["account"]
measure = "granted"
window = [{ from = "2023-01-01", to = "2026-12-31" }]
unit = "EUR"
limit = "2400.00"
[[grant]]
id = "refund"
class = "account"
fund = "fund:ooe"
unit = "EUR"
every = "enrolment"
at = "completed"
amount = "net * 0.60"
round = "down"
caps = ["funding_period"]
[[spend]]
id = "bildungskonto"
unit = "EUR"
classes = ["account"]
payee = "own"
refuse = [{ when = "price < 100.00", why = "courses from 100.00 on" }]
"""


def test_a_grant_for_an_enrolment_passes_the_cap_of_a_funding_period() -> None:
    courses = [course_row(f"C{n}", "3000.00") for n in (1, 2)]
    paper = Paper(scheme_of(PERIOD_CAP, FULL), courses=courses)
    dues = []
    for n in (1, 2):
        paper.enrol(f"N{n}", course=f"C{n}", on="2026-02-01")
        paper.step("started", "2026-03-01", f"N{n}")
        plan = paper.step("completed", "2026-04-01", f"N{n}")
        dues.append((plan.due, plan.grants[0].due, plan.grants[0].cut))
        paper.settle("2026-04-01", f"N{n}")
    assert dues == [(180000, 180000, ""), (60000, 180000, "funding_period")]
    assert paper.totals() == {"own": "2400.00"}
