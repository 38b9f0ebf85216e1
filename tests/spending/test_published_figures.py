"""Figures that schemes publish: subsidies before the wallet, shares, co-payments and their combinations."""

from __future__ import annotations

from fractions import Fraction

import pytest

from ilactl.rules.due import due_occasions
from ilactl.rules.passes import steps_of
from ilactl.rules.walk import Walker
from tests.spending.paper import Paper
from tests.spending.pieces import cents, codes, course_row, day, person_record, run_row, scheme_of

ENDING = """
[[ending]]
id = "standard"
[[ending.row]]
on = ["completed", "cancelled"]
provider = "1"
"""

SKILLSFUTURE = '''
[facts]
midcareer_listed = { kind = "course", type = "bool", default = "false" }
pme = { kind = "state", type = "bool", default = "true" }
[[contribution]]
id = "credits"
class = "base"
unit = "SGD"
from = ["funder"]
[[contribution]]
id = "topups"
class = "topup"
unit = "SGD"
from = ["funder"]
[[contribution]]
id = "mid"
class = "midcareer"
unit = "SGD"
from = ["funder"]
[[spend]]
id = "skillsfuture"
unit = "SGD"
classes = ["topup", "midcareer", "base"]
order = ["expiry", "restriction", "age"]
only = [{ classes = ["midcareer"], when = "midcareer_listed" }]
net = """
price - CASE WHEN period_year - birth_year >= 40
THEN LEAST(price * 0.90, CASE WHEN pme THEN 50.00 ELSE 25.00 END * hours) ELSE 0 END"""
round = "half_up"
refuse = [
  { when = "days_to_start > 60", why = "claims open 60 days before the start" },
  { when = "prepaid >= net", why = "the course was paid in full already" },
]
'''


def singapore(fee: str = "900.00", hours: int = 40, listed: str = "true") -> Paper:
    facts = {"midcareer_listed": listed}
    course = course_row(price=fee, unit="SGD", hours=Fraction(hours), facts=facts)
    runs = [run_row(run="R1", starts="2025-06-20"), run_row(run="R2", starts="2026-01-20")]
    paper = Paper(scheme_of(SKILLSFUTURE, ENDING), courses=[course], runs=runs)
    paper.lot("500.00", "base", "fund:ssg", "2016-01-01", "SGD", rule="credits")
    paper.lot("4000.00", "midcareer", "fund:ssg", "2024-05-01", "SGD", rule="mid")
    terms = {"usable_from": "2020-10-01", "expires_on": "2025-12-31"}
    paper.lot("500.00", "topup", "fund:ssg", "2020-12-31", "SGD", rule="topups", **terms)
    return paper


def test_skillsfuture_fee_900_at_90_percent_is_subsidy_810_and_net_90() -> None:
    offer = singapore().offer(on="2025-06-01", run="R1")
    assert offer.can_be_booked
    assert (offer.price, offer.outside, offer.net) == (cents("900.00"), cents("810.00"), cents("90.00"))
    assert [(part.class_, part.pays) for part in offer.parts][:1] == [("topup", cents("90.00"))]
    assert offer.own == 0


def test_skillsfuture_subsidy_is_capped_by_hours_and_by_status() -> None:
    offer = singapore(hours=10).offer(on="2025-06-01", run="R1")
    assert offer.outside == cents("500.00"), "50.00 an hour for professionals"
    paper = singapore(hours=10)
    paper.persons = {"P1": person_record(pme="false")}
    assert paper.offer(on="2025-06-01", run="R1").outside == cents("250.00"), "25.00 an hour for others"


def test_skillsfuture_draws_the_expiring_top_up_then_the_restricted_credit_then_the_base() -> None:
    offer = singapore("9000.00", hours=1).offer(on="2025-06-01", run="R1")
    drawn = [(part.class_, part.pays) for part in offer.parts]
    assert drawn == [("topup", 50000), ("midcareer", 400000), ("base", 50000)]
    late = singapore("9000.00", hours=1).offer(on="2026-01-01")
    assert [part.class_ for part in late.parts] == ["midcareer", "base"], "the top-up ended on 31 December"
    other = singapore("9000.00", hours=1, listed="false").offer(on="2025-06-01")
    assert [part.class_ for part in other.parts] == ["topup", "base"]
    assert [part.class_ for part in other.passed] == ["midcareer"]


def test_skillsfuture_refuses_what_is_too_early_and_what_was_paid_already() -> None:
    paper = singapore()
    assert codes(paper.offer(on="2025-04-20", run="R1")) == ["ENROL-REFUSED"], "61 days before the start"
    assert codes(paper.offer(on="2025-04-21", run="R1")) == [], "60 days before the start"
    assert codes(paper.offer(on="2025-06-01", run="R1", prepaid="89.99")) == []
    paid = paper.offer(on="2025-06-01", run="R1", prepaid="90.00")
    assert [one.reason for one in paid.objections] == ["the course was paid in full already"]
    both = paper.offer(on="2025-04-20", run="R1", prepaid="90.00")
    assert codes(both) == ["ENROL-REFUSED", "ENROL-REFUSED"], "every reason is told"
    undated = paper.offer(on="2025-06-01")
    assert codes(undated) == ["ENROL-UNDECIDED"], "without a run nobody knows when it starts"


CANADA = """
[[cap]]
id = "lifetime"
over = ["ctc"]
measure = "granted"
window = "ever"
unit = "CAD"
limit = "5000.00"
[[grant]]
id = "ctc_year"
class = "ctc"
fund = "fund:state"
unit = "CAD"
every = "year"
due = "12-31"
when = "period_year - birth_year >= 25 AND period_year - birth_year < 65"
amount = "250.00"
caps = ["lifetime"]
expires = "age 65 year-end"
[[spend]]
id = "credit"
unit = "CAD"
classes = ["ctc"]
payee = "own"
from_wallet = "LEAST(eligible / 2, wallet)"
round = "down"
requires = []
"""


def canada() -> Paper:
    paper = Paper(scheme_of(CANADA, ENDING), courses=[course_row(price="1500.00", unit="CAD")])
    for year in range(2021, 2025):
        terms = {"rule": "ctc_year", "period": str(year), "expires_on": "2045-12-31"}
        paper.lot("250.00", "ctc", "fund:state", f"{year}-12-31", "CAD", **terms)
    return paper


def test_canada_limit_1000_tuition_1500_gives_credit_750_and_next_limit_500() -> None:
    paper = canada()
    offer = paper.offer(on="2025-06-01")
    assert (offer.wallet, offer.from_wallet, offer.own) == (100000, 75000, 75000)
    paper.enrol("N1", on="2025-06-01")
    paper.step("started", "2025-06-02", "N1")
    paper.step("completed", "2025-12-20", "N1")
    assert paper.settle("2025-12-20", "N1") == 75000
    assert paper.totals() == {"own": "750.00"}
    run = day("2025-12-31")
    steps = steps_of(paper.scheme, run, due_occasions(paper.scheme, run))
    walk = Walker(paper.scheme, paper.scales, run, steps).walk(paper.person("P1"), paper.booked.entries)
    assert [row.amount for _, row in walk.bookings] == [25000]
    paper.add([row._replace(entry=f"E{paper.next_entry}") for _, row in walk.bookings])
    assert paper.offer(on="2026-01-01").wallet == 50000


CPF = """
[facts]
audit = { kind = "course", type = "bool", default = "false" }
prevention = { kind = "state", type = "bool", default = "false" }
accident_rate = { kind = "state", type = "integer", default = "0" }
[values]
copay = [
  { from = "2000-01-01", value = "0.00" },
  { from = "2024-05-02", value = "100.00" },
  { from = "2025-01-01", value = "102.23" },
  { from = "2026-01-01", value = "103.20" },
]
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
[[spend]]
id = "cpf"
unit = "EUR"
classes = ["employer", "own"]
from_wallet = "FROM_WALLET"
"""
WAIVED = "labour_status = 'unemployed' OR usable.employer > 0 OR prevention OR accident_rate >= 10"
COPAY = f"CASE WHEN {WAIVED} THEN 0 ELSE value.copay END"
KIND = "CASE WHEN audit THEN 1600.00 ELSE net END"
MAX = CPF.replace("FROM_WALLET", f"LEAST(net - {COPAY}, {KIND}, wallet)")
SUM = CPF.replace("FROM_WALLET", f"LEAST(net, {KIND}, wallet) - {COPAY}")


def french(text: str, price: str, **course: str) -> Paper:
    row = course_row(price=price, facts=course)
    paper = Paper(scheme_of(text, ENDING), courses=[row], persons=[person_record(labour_status="employed")])
    paper.lot("5000.00", "own", "fund:cdc", "2020-01-01", rule="rights")
    return paper


@pytest.mark.parametrize("text", [MAX, SUM], ids=["max", "sum"])
@pytest.mark.parametrize(
    ("on", "own"),
    [
        ("2024-05-01", "0.00"),
        ("2024-05-02", "100.00"),
        ("2024-12-31", "100.00"),
        ("2025-01-01", "102.23"),
        ("2026-01-01", "103.20"),
    ],
)
def test_cpf_copayment_by_year(text: str, on: str, own: str) -> None:
    offer = french(text, "1000.00").offer(on=on)
    assert (offer.own, offer.from_wallet) == (cents(own), cents("1000.00") - cents(own))


@pytest.mark.parametrize("text", [MAX, SUM], ids=["max", "sum"])
@pytest.mark.parametrize(
    "facts",
    [{"labour_status": "unemployed"}, {"prevention": "true"}, {"accident_rate": "10"}],
    ids=["jobseeker", "prevention account", "work accident of 10 percent"],
)
def test_cpf_copayment_is_waived(text: str, facts: dict[str, str]) -> None:
    paper = french(text, "1000.00")
    paper.persons = {"P1": person_record(**{"labour_status": "employed", **facts})}
    assert paper.offer(on="2026-03-01").own == 0


@pytest.mark.parametrize("text", [MAX, SUM], ids=["max", "sum"])
def test_cpf_copayment_is_waived_where_the_employer_tops_up(text: str) -> None:
    paper = french(text, "1000.00")
    paper.lot("50.00", "employer", "employer:O7", "2026-01-02", rule="top_up", earmark="course:C2")
    assert paper.offer(on="2026-03-01").own == cents("103.20"), "what is for another course waives nothing"
    paper.lot("50.00", "employer", "employer:O7", "2026-01-02", rule="top_up", earmark="course:C1")
    offer = paper.offer(on="2026-03-01")
    assert (offer.own, [part.pays for part in offer.parts]) == (0, [5000, 95000])


def test_case_17_copayment_and_shortfall_by_max_own_400_rights_1600() -> None:
    offer = french(MAX, "2000.00", audit="true").offer(on="2026-03-01")
    assert (offer.own, offer.from_wallet) == (cents("400.00"), cents("1600.00"))


def test_case_17_copayment_and_shortfall_by_sum_own_503_20_rights_1496_80() -> None:
    offer = french(SUM, "2000.00", audit="true").offer(on="2026-03-01")
    assert (offer.own, offer.from_wallet) == (cents("503.20"), cents("1496.80"))
