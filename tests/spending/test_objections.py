"""What speaks against an enrolment: each reason by its code, all of them at once, and nothing without one."""

from __future__ import annotations

from typing import Any

import pytest

from ilactl.errors import NotFound
from ilactl.ledger.organisations import Provider
from ilactl.output import text_of
from ilactl.reports.offers import offer_answer
from tests.spending.paper import Paper
from tests.spending.pieces import GOOD, cents, codes, course_row, day, person_record, run_row, scheme_of

RULES = """
[[contribution]]
id = "rights"
class = "own"
unit = "EUR"
from = ["funder"]
[[spend]]
id = "training"
unit = "EUR"
kinds = ["training", "guidance"]
classes = ["own"]
"""
ENDING = """
[[ending]]
id = "standard"
[[ending.row]]
on = "completed"
when = "attendance >= 0.5"
provider = "1"
why = "attended at least half"
[[ending.row]]
on = "cancelled"
when = "cancelled_by = 'holder'"
provider = "0"
"""


def paper_of(**registers: Any) -> Paper:
    paper = Paper(scheme_of(RULES, ENDING), **registers)
    paper.lot("5000.00", "own", "fund:cdc", "2020-01-01", rule="rights")
    return paper


@pytest.mark.parametrize(
    ("course", "code"),
    [
        ({"kind": "exam"}, "ENROL-RULE"),
        ({"unit": "SGD"}, "ENROL-UNIT"),
        ({"price": None, "unit": ""}, "ENROL-PRICE"),
        ({"withdrawn": "no teacher"}, "ENROL-WITHDRAWN"),
        ({"provider": "O9"}, "ENROL-PROVIDER"),
    ],
)
def test_a_course_that_cannot_be_paid(course: dict[str, Any], code: str) -> None:
    paper = paper_of(courses=[course_row(**course)])
    assert codes(paper.offer()) == [code]


@pytest.mark.parametrize("course", [{"kind": "exam"}, {"unit": "SGD"}, {"price": None, "unit": ""}])
def test_where_no_rule_pays_nobody_is_said_to_pay(course: dict[str, Any]) -> None:
    offer = paper_of(courses=[course_row(**course)]).offer()
    assert (offer.outside, offer.from_wallet) == (0, 0)
    text = text_of(offer_answer(offer), "plain")
    assert not [who for who in ("others first", "from the wallet", "from the holder") if who in text]


@pytest.mark.parametrize(
    ("run", "code", "reason"),
    [
        ({"withdrawn": "too few"}, "ENROL-WITHDRAWN", "run R1 of C1 is not held: too few"),
        (
            {"apply_from": day("2026-09-02")},
            "ENROL-WINDOW",
            "one can enrol in run R1 of C1 from 2026-09-02 on",
        ),
        (
            {"apply_until": day("2026-08-31")},
            "ENROL-WINDOW",
            "one could enrol in run R1 of C1 until 2026-08-31",
        ),
        ({"ends": "2026-08-31"}, "ENROL-WINDOW", "run R1 of C1 ended on 2026-08-31"),
        ({"seats": 0}, "ENROL-SEATS", "each of the 0 seats of run R1 of C1 is taken"),
    ],
)
def test_a_run_one_cannot_enrol_in(run: dict[str, Any], code: str, reason: str) -> None:
    offer = paper_of(runs=[run_row(**run)]).offer(run="R1")
    assert [(one.code, one.reason) for one in offer.objections] == [(code, reason)]


@pytest.mark.parametrize(
    ("provider", "code"),
    [
        (GOOD._replace(suspended="fraud"), "ENROL-PROVIDER"),
        (GOOD._replace(provides=False), "ENROL-PROVIDER"),
        (GOOD._replace(label=""), "ENROL-LABEL"),
        (GOOD._replace(label_until=day("2026-08-31")), "ENROL-LABEL"),
        (GOOD._replace(label_from=day("2026-09-02")), "ENROL-LABEL"),
    ],
)
def test_a_provider_that_may_get_nothing(provider: Provider, code: str) -> None:
    assert codes(paper_of(providers=[provider]).offer()) == [code]


def test_the_bounds_of_a_label_belong_to_it() -> None:
    label = GOOD._replace(label_from=day("2026-09-01"), label_until=day("2026-09-01"))
    assert codes(paper_of(providers=[label]).offer(on="2026-09-01")) == []


def test_nobody_asks_for_it_on_the_labour_market() -> None:
    assert codes(paper_of(demand=False).offer()) == ["ENROL-RELEVANCE"]


def test_every_reason_is_told() -> None:
    paper = paper_of(
        courses=[course_row(withdrawn="old")],
        providers=[GOOD._replace(suspended="fraud", label="")],
        runs=[run_row(seats=0, apply_until=day("2026-01-01"))],
        demand=False,
    )
    found = codes(paper.offer(run="R1"))
    assert found == [
        "ENROL-WITHDRAWN",
        "ENROL-PROVIDER",
        "ENROL-LABEL",
        "ENROL-RELEVANCE",
        "ENROL-WINDOW",
        "ENROL-SEATS",
    ]


def test_the_last_seat_goes_to_the_first_of_an_import() -> None:
    people = [person_record("P1"), person_record("P2")]
    paper = paper_of(persons=people, runs=[run_row(seats=1)])
    assert paper.offer(run="R1").seats_left == 1
    paper.enrol("N1", run="R1")
    assert codes(paper.offer(person="P2", run="R1")) == ["ENROL-SEATS"]
    paper.step("cancelled", "2026-09-02", "N1", by="holder")
    assert codes(paper.offer(person="P2", run="R1", on="2026-09-02")) == []


def test_one_is_in_a_course_once_at_a_time() -> None:
    paper = paper_of()
    paper.enrol("N1")
    again = paper.offer()
    assert [one.reason for one in again.objections] == ["P1 is in C1 already, as N1"]
    paper.step("cancelled", "2026-09-02", "N1", by="holder")
    assert codes(paper.offer(on="2026-09-02")) == []


def test_what_is_not_there_is_not_found() -> None:
    paper = paper_of()
    for asked in ({"person": "P9"}, {"course": "C9"}, {"run": "R9"}):
        with pytest.raises(NotFound):
            paper.offer(**asked)


EMPLOYER = RULES + 'payee = "employer"\n'


def test_an_employer_who_is_not_recorded_cannot_be_paid() -> None:
    paper = Paper(scheme_of(EMPLOYER, ENDING))
    assert codes(paper.offer()) == ["ENROL-PAYEE"]
    paper.persons = {"P1": person_record(employer="O7")}
    offer = paper.offer()
    assert (offer.payee, offer.own, codes(offer)) == ("employer:O7", 0, [])


# ---- an overdrawn wallet --------------------------------------------------------------------------

YEARLY = """
[[cap]]
id = "own"
over = ["own"]
measure = "balance"
unit = "EUR"
limit = "5000.00"
[[grant]]
id = "base"
class = "own"
fund = "fund:cdc"
unit = "EUR"
every = "year"
due = "06-15 next"
amount = "500.00"
caps = ["own"]
[[spend]]
id = "training"
unit = "EUR"
classes = ["own"]
from_wallet = "net"
"""


def test_an_overdrawn_wallet_says_what_is_missing_and_when_a_rule_will_have_brought_it() -> None:
    paper = Paper(scheme_of(YEARLY, ENDING))
    paper.lot("300.00", "own", "fund:cdc", "2026-06-15", rule="base", period="2025")
    offer = paper.offer(on="2026-09-01")
    assert codes(offer) == ["ENROL-WALLET"]
    (against,) = offer.objections
    assert against.reason == "the wallet can pay 300.00 EUR of 1000.00 EUR; 700.00 EUR is missing"
    assert offer.missing == cents("700.00")
    assert offer.comes is not None
    assert (offer.comes.on, offer.comes.rules) == (day("2028-06-15"), ("base",))
    assert against.remedy == "wait until 2028-06-15: base will have brought it"
    assert paper.offer(on="2026-09-01", look_ahead=False).comes is None


def test_what_is_due_already_and_was_not_run_comes_today() -> None:
    paper = Paper(scheme_of(YEARLY, ENDING), courses=[course_row(price="500.00")])
    offer = paper.offer(on="2026-09-01")
    assert offer.comes is not None
    assert (offer.comes.on, offer.comes.amount) == (day("2026-09-01"), cents("500.00"))


LIFTED = """
[[amend]]
id = "lifted"
on = "2026-08-01"
classes = ["own"]
expires = "never"
revive = true
"""


def test_what_a_law_gives_back_is_told_where_no_run_has_booked_it() -> None:
    paper = Paper(scheme_of(YEARLY, LIFTED, ENDING), courses=[course_row(price="300.00")])
    terms = {"rule": "base", "period": "2025", "expires_on": "2026-06-30"}
    paper.lot("300.00", "own", "fund:cdc", "2026-06-15", **terms)
    offer = paper.offer(on="2026-09-01")
    assert offer.comes is not None
    assert (offer.comes.on, offer.comes.rules[0]) == (day("2026-09-01"), "lifted")


LEAVE = """
[[grant]]
id = "leave"
class = "leave"
fund = "fund:state"
unit = "hour"
every = "year"
due = "01-01"
amount = "40"
"""


def test_only_what_may_pay_is_told_to_come() -> None:
    """Flanders: a voucher that ends before the start never pays, and hours of leave pay no euro."""
    vouchers = YEARLY.replace('"own"]\nfrom_wallet', '"own"]\nusable_at = "start"\nfrom_wallet')
    run = run_row(starts="2027-03-16")
    paper = Paper(scheme_of(vouchers, LEAVE, ENDING), courses=[course_row(price="400.00")], runs=[run])
    terms = {"rule": "base", "period": "2025", "expires_on": "2027-03-15"}
    paper.lot("500.00", "own", "fund:cdc", "2026-06-15", **terms)
    offer = paper.offer(on="2026-09-01", run="R1")
    assert offer.missing == cents("400.00")
    assert offer.comes is not None
    assert (offer.comes.on, offer.comes.rules) == (day("2027-06-15"), ("base",))


def test_what_no_rule_brings_in_five_years_is_not_promised() -> None:
    paper = Paper(scheme_of(YEARLY, ENDING), courses=[course_row(price="5000.01")])
    offer = paper.offer(on="2026-09-01")
    assert offer.comes is None
    assert offer.objections[0].remedy == ""


def test_a_shortfall_that_the_holder_bears_is_told_too_and_bars_nothing() -> None:
    text = YEARLY.replace('from_wallet = "net"\n', "")
    paper = Paper(scheme_of(text, ENDING))
    paper.lot("300.00", "own", "fund:cdc", "2026-06-15", rule="base", period="2025")
    offer = paper.offer(on="2026-09-01")
    assert (codes(offer), offer.own, offer.missing) == ([], cents("700.00"), cents("700.00"))
    assert offer.comes is not None
    assert offer.comes.on == day("2028-06-15")


# ---- unknown facts --------------------------------------------------------------------------------


def test_an_unknown_fact_that_a_rule_turns_on_is_named() -> None:
    rule = RULES + 'refuse = [{ when = "isced_level >= 6", why = "not with a degree" }]\n'
    paper = Paper(scheme_of(rule, ENDING))
    (against,) = paper.offer().objections
    assert against.code == "ENROL-UNDECIDED"
    assert against.reason == "whether not with a degree cannot be decided, unknown: isced_level"


def test_a_step_whose_row_turns_on_an_unknown_fact_is_not_decided() -> None:
    paper = paper_of()
    paper.enrol("N1")
    paper.step("started", "2026-09-02", "N1")
    plan = paper.plan("completed", "2026-12-01", "N1")
    assert [one.reason for one in plan.objections] == [
        "whether attended at least half holds cannot be decided, unknown: attendance"
    ]
    assert (plan.rows, plan.due) == ((), None)


def test_a_step_that_no_row_speaks_of_is_not_recorded() -> None:
    paper = paper_of()
    paper.enrol("N1")
    plan = paper.plan("cancelled", "2026-09-02", "N1", by="provider")
    assert [one.code for one in plan.objections] == ["ENROL-ENDING"]
    paper.step("started", "2026-09-02", "N1")
    plan = paper.plan("completed", "2026-12-01", "N1", attendance="0.4")
    assert [one.code for one in plan.objections] == ["ENROL-ENDING"]


def test_more_than_was_paid_cannot_be_taken_back() -> None:
    from ilactl.rules.reclaim import plan_reclaim

    paper = paper_of()
    paper.enrol("N1")
    paper.step("started", "2026-09-02", "N1")
    plan = plan_reclaim(paper, paper.scheme, paper.state("N1"), None, day("2026-10-01"))
    assert codes(plan) == ["ENROL-RECLAIM"]
    paper.step("completed", "2026-12-01", "N1", attendance="1")
    paper.settle("2026-12-02", "N1")
    plan = plan_reclaim(paper, paper.scheme, paper.state("N1"), 100001, day("2026-12-03"))
    told = "N1 was paid 1000.00 EUR so far, so 1000.01 EUR cannot be taken back"
    assert [one.reason for one in plan.objections] == [told]
