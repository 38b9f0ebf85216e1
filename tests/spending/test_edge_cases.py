"""Edge cases of real schemes, named as the research numbers them: 9 to 16, 19, 22, 23, 25.

Case 17 stands in `test_published_figures.py`; 24, a provider that claims without the holder, is a matter
of consent at enrolling and of `check`.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from ilactl.ledger.organisations import Provider
from ilactl.ledger.registers import StateRow
from ilactl.rules.due import due_occasions
from ilactl.rules.passes import steps_of
from ilactl.rules.walk import Walker
from tests.spending.paper import GOOD, Paper, cents, codes, course_row, day, person_record, run_row, scheme_of

CLASSES = """
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
"""
SPEND = """
[[spend]]
id = "training"
unit = "EUR"
classes = ["employer", "own"]
"""
FULL = """
[[ending]]
id = "standard"
[[ending.row]]
on = "completed"
provider = "1"
[[ending.row]]
on = "cancelled"
provider = "0"
"""


def paper_of(*texts: str, own: str = "5000.00", **registers: Any) -> Paper:
    paper = Paper(scheme_of(CLASSES, *texts), **registers)
    if own:
        paper.lot(own, "own", "fund:cdc", "2020-01-01", rule="rights")
    return paper


def with_states(born: date | None, *states: tuple[str, dict[str, str]]) -> Any:
    """A person whose facts change: first day and declared facts of each state."""
    record = person_record(born=born)
    rows = [
        StateRow(day(since), {"person": "P1", **facts}, facts, -1, "persons.csv") for since, facts in states
    ]
    return record._replace(states=tuple(rows))


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
id = "second"
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
        ("second", cents("300.00"), cents("700.00"), "price"),
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
