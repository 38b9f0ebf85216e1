"""Money events 13 and 15 to 17 as rows: clawbacks, ex post, milestones, vouchers of two halves.

The rows stand as `test_money_events.py` has them.
"""

from __future__ import annotations

from fractions import Fraction

from tests.spending.paper import Paper
from tests.spending.pieces import GOOD, as_kernel, course_row, scheme_of

NUMBER, DAY, REF = {"entry": 0}, {"booked_on": 1}, {"ref": 17}

CLAWBACK = """
[[grant]]
id = "base"
class = "own"
fund = "fund:cdc"
unit = "EUR"
every = "year"
due = "06-15 next"
amount = "600.00"
[[grant]]
id = "uplift"
class = "uplift"
fund = "fund:esf"
unit = "EUR"
every = "year"
due = "06-15 next"
amount = "400.00"
[[spend]]
id = "training"
unit = "EUR"
classes = ["own", "uplift"]
[[ending]]
id = "standard"
[[ending.row]]
on = ["completed", "cancelled"]
provider = "1"
"""


def clawback() -> Paper:
    paper = Paper(scheme_of(CLAWBACK))
    paper.lot("600.00", "own", "fund:cdc", "2025-06-15", rule="base", period="2024")
    paper.lot(
        "400.00", "uplift", "fund:esf", "2025-06-15", rule="uplift", period="2024", expires_on="2026-06-30"
    )
    paper.enrol("N7", on="2026-03-01")
    paper.step("started", "2026-03-02", "N7")
    paper.step("completed", "2026-04-01", "N7")
    paper.settle("2026-04-01", "N7", ref="INV-5")
    return paper


def test_event_13_a_clawback_of_400_goes_to_the_lot_in_time_and_to_the_fund_of_the_one_that_is_over() -> None:
    paper = clawback()
    plan = paper.reclaim("400.00", "2026-09-01", "N7", ref="CLAIM-1")
    assert plan.due == 60000
    assert as_kernel(paper.booked.entries) == [
        "1,2025-06-15,P1,grant,,600.00,EUR,fund:cdc,wallet,,,,,base,2024,,,",
        "2,2025-06-15,P1,grant,,400.00,EUR,fund:esf,wallet,,2026-06-30,,,uplift,2024,,,",
        "3,2026-03-01,P1,reserve,1,600.00,EUR,wallet,held,,,,N7,,,,,",
        "4,2026-03-01,P1,reserve,2,400.00,EUR,wallet,held,,,,N7,,,,,",
        "5,2026-04-01,P1,settle,1,600.00,EUR,held,provider:O3,,,,N7,,,,,INV-5",
        "6,2026-04-01,P1,settle,2,400.00,EUR,held,provider:O3,,,,N7,,,,,INV-5",
        "7,2026-09-01,P1,reclaim,1,240.00,EUR,provider:O3,held,,,,N7,,,,5,CLAIM-1",
        "8,2026-09-01,P1,reclaim,2,160.00,EUR,provider:O3,held,,,,N7,,,,6,CLAIM-1",
        "9,2026-09-01,P1,release,1,240.00,EUR,held,wallet,,,,N7,,,,,",
        "10,2026-09-01,P1,return,2,160.00,EUR,held,fund:esf,,,,N7,,,,,",
    ]
    assert paper.settle("2026-09-02", "N7") == 0, "nothing of it is paid a second time"


EX_POST = """
[[grant]]
id = "refund"
class = "account"
fund = "fund:ooe"
unit = "EUR"
every = "enrolment"
at = "completed"
when = "attendance >= 0.75"
amount = "LEAST(net * 0.60, 2400.00)"
round = "down"
[[spend]]
id = "bildungskonto"
unit = "EUR"
classes = ["account"]
payee = "own"
[[ending]]
id = "none"
[[ending.row]]
on = ["completed", "cancelled"]
provider = "1"
"""


def test_event_15_ex_post_60_percent_of_1500_come_back_to_the_holder_who_paid() -> None:
    paper = Paper(scheme_of(EX_POST), courses=[course_row(price="1500.00")])
    offer = paper.offer(on="2026-05-01")
    assert (offer.own, offer.reserved, offer.payee) == (150000, 0, "own")
    paper.enrol("N3", on="2026-05-01")
    paper.step("started", "2026-05-02", "N3")
    plan = paper.step("completed", "2026-07-01", "N3", attendance="0.75")
    assert plan.due == 90000
    paper.settle("2026-07-01", "N3", ref="SEPA-4")
    assert as_kernel(paper.booked.entries) == [
        "1,2026-07-01,P1,grant,,900.00,EUR,fund:ooe,wallet,,,enrolment:N3,N3,refund,N3,,,",
        "2,2026-07-01,P1,reserve,1,900.00,EUR,wallet,held,,,,N3,,,,,",
        "3,2026-07-01,P1,settle,1,900.00,EUR,held,own,,,,N3,,,,,SEPA-4",
    ]


MILESTONES = """
[[grant]]
id = "voucher"
class = "voucher"
fund = "fund:rrf"
unit = "EUR"
every = "enrolment"
amount = "LEAST(1000.00, 5.00 * hours)"
round = "down"
[[spend]]
id = "training"
unit = "EUR"
classes = ["voucher"]
[[ending]]
id = "result"
[[ending.row]]
on = "completed"
provider = "0.7"
rest = "held"
why = "70 % at the end, the rest with the certificate"
[[ending.row]]
on = "certified"
provider = "1"
[[ending.row]]
on = "cancelled"
provider = "0"
"""


def milestones() -> Paper:
    course = course_row(price="1000.00", hours=Fraction(200), provider="O4")

    return Paper(scheme_of(MILESTONES), courses=[course], providers=[GOOD._replace(organisation="O4")])


def test_event_16_milestones_70_percent_at_the_end_30_with_the_certificate() -> None:
    paper = milestones()
    paper.enrol("N6", on="2026-03-01")
    paper.step("started", "2026-03-01", "N6")
    paper.step("completed", "2026-06-30", "N6")
    paper.settle("2026-06-30", "N6")
    paper.step("certified", "2026-08-30", "N6")
    paper.settle("2026-08-30", "N6")
    assert as_kernel(paper.booked.entries) == [
        "1,2026-03-01,P1,grant,,1000.00,EUR,fund:rrf,wallet,,,enrolment:N6,N6,voucher,N6,,,",
        "2,2026-03-01,P1,reserve,1,1000.00,EUR,wallet,held,,,,N6,,,,,",
        "3,2026-06-30,P1,settle,1,700.00,EUR,held,provider:O4,,,,N6,,,,,",
        "4,2026-08-30,P1,settle,1,300.00,EUR,held,provider:O4,,,,N6,,,,,",
    ]


def test_a_clawback_of_milestones_names_the_newest_payments_first() -> None:
    paper = milestones()
    paper.enrol("N6", on="2026-03-01")
    paper.step("started", "2026-03-01", "N6")
    paper.step("completed", "2026-06-30", "N6")
    paper.settle("2026-06-30", "N6")
    paper.step("certified", "2026-08-30", "N6")
    paper.settle("2026-08-30", "N6")
    paper.reclaim("500.00", "2026-09-01", "N6", ref="CLAIM-3")
    assert as_kernel(paper.booked.entries)[4:] == [
        "5,2026-09-01,P1,reclaim,1,300.00,EUR,provider:O4,held,,,,N6,,,,4,CLAIM-3",
        "6,2026-09-01,P1,reclaim,1,200.00,EUR,provider:O4,held,,,,N6,,,,3,CLAIM-3",
        "7,2026-09-01,P1,return,1,500.00,EUR,held,fund:rrf,,,,N6,voucher,N6,,,",
    ]
    paper.reclaim(None, "2026-09-02", "N6")
    assert paper.totals() == {"provider:O4": "0.00", "fund:rrf": "1000.00"}


def test_an_enrolments_own_grant_goes_back_to_its_fund_when_it_is_cancelled() -> None:
    paper = milestones()
    paper.enrol("N6", on="2026-03-01")
    paper.step("cancelled", "2026-03-02", "N6", by="provider")
    assert as_kernel(paper.booked.entries)[2:] == [
        "3,2026-03-02,P1,return,1,1000.00,EUR,held,fund:rrf,,,,N6,voucher,N6,,,"
    ]


FLANDERS = """
[[contribution]]
id = "voucher_own"
class = "voucher_own"
unit = "EUR"
from = ["own"]
expires = "14 months"
[[grant]]
id = "voucher_state"
class = "voucher_state"
fund = "fund:vlaanderen"
unit = "EUR"
every = "contribution"
matches = ["voucher_own"]
amount = "contribution"
expires = "14 months"
[[spend]]
id = "voucher"
unit = "EUR"
classes = ["voucher_own", "voucher_state"]
order = ["expiry", "age", "even"]
[[ending]]
id = "standard"
[[ending.row]]
on = ["completed", "cancelled"]
provider = "1"
"""


def test_event_17_a_flemish_voucher_is_drawn_from_both_halves_together() -> None:
    paper = Paper(scheme_of(FLANDERS), courses=[course_row(price="100.00")])
    terms = {"expires_on": "2025-03-15", "on": "2024-01-15"}
    bought = {**terms, "rule": "voucher_own", "period": "2024", "ref": "BANK-1"}
    paper.lot("125.00", "voucher_own", "own", **bought)
    paper.lot("125.00", "voucher_state", "fund:vlaanderen", **terms, rule="voucher_state", of="E1")
    paper.enrol("N8", on="2024-02-01")
    assert as_kernel(paper.booked.entries)[2:] == [
        "3,2024-02-01,P1,reserve,1,50.00,EUR,wallet,held,,,,N8,,,,,",
        "4,2024-02-01,P1,reserve,2,50.00,EUR,wallet,held,,,,N8,,,,,",
    ]
