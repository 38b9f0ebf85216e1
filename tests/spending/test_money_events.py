"""The money events of spending come out as the rows that the research on ten schemes checked by hand.

Each event's rows stand as that table has them: entry, booked_on, person, kind, lot, amount, unit, from,
to, usable_from, expires_on, earmark, enrolment, rule, period, due, of, ref.
"""

from __future__ import annotations

from tests.spending.paper import Paper
from tests.spending.pieces import alike, as_kernel, course_row, scheme_of

NUMBER, DAY, REF = {"entry": 0}, {"booked_on": 1}, {"ref": 17}

FRANCE = """
[[grant]]
id = "base"
class = "own"
fund = "fund:cdc"
unit = "EUR"
every = "year"
due = "06-15 next"
amount = "500.00"
[[grant]]
id = "uplift"
class = "uplift"
fund = "fund:esf"
unit = "EUR"
every = "year"
due = "06-15 next"
amount = "300.00"
[[contribution]]
id = "employer"
class = "employer"
unit = "EUR"
from = ["employer"]
use_by = "allowed"
earmarks = ["kind"]
[[contribution]]
id = "own_cash"
class = "cash"
unit = "EUR"
from = ["own"]
[[spend]]
id = "training"
unit = "EUR"
classes = ["employer", "own", "uplift"]
own_class = "cash"
"""

TABLE = """
[[ending]]
id = "standard"
[[ending.row]]
on = "cancelled"
when = "cancelled_by = 'holder' AND force_majeure = FALSE"
provider = "0.05"
rest = "pool"
rest_of = { cash = "wallet" }
why = "cancelled late: 5 % for the provider, rights are lost, cash is kept as a credit note"
[[ending.row]]
on = "cancelled"
when = "force_majeure"
provider = "0.4"
rest = "wallet"
rest_of = { employer = "funder", cash = "own" }
why = "force majeure at 40 %"
[[ending.row]]
on = "completed"
provider = "attendance"
rest = "pool"
why = "paid by attendance"
"""


def french() -> Paper:
    """Event 3: three lots and the holder's cash for a price of 1,000.00."""
    paper = Paper(scheme_of(FRANCE, TABLE))
    paper.lot("500.00", "own", "fund:cdc", "2026-06-15", rule="base", period="2025")
    paper.lot(
        "300.00",
        "employer",
        "employer:O7",
        "2026-07-01",
        expires_on="2027-12-31",
        earmark="kind:training",
        rule="employer",
        ref="PAY-7",
    )
    paper.lot("100.00", "uplift", "fund:esf", "2026-06-15", rule="uplift", period="2025", due=30000)
    paper.enrol("N9", on="2026-09-01", ref="CARD-55")
    return paper


def test_event_3_reserves_over_three_lots_and_the_holders_cash() -> None:
    assert as_kernel(french().booked.entries) == [
        "1,2026-06-15,P1,grant,,500.00,EUR,fund:cdc,wallet,,,,,base,2025,,,",
        "2,2026-07-01,P1,contribute,,300.00,EUR,employer:O7,wallet,,2027-12-31,kind:training,,employer,,,,PAY-7",
        "3,2026-06-15,P1,grant,,100.00,EUR,fund:esf,wallet,,,,,uplift,2025,300.00,,",
        "4,2026-09-01,P1,contribute,,100.00,EUR,own,wallet,,,enrolment:N9,N9,own_cash,,,,CARD-55",
        "5,2026-09-01,P1,reserve,2,300.00,EUR,wallet,held,,,,N9,,,,,",
        "6,2026-09-01,P1,reserve,1,500.00,EUR,wallet,held,,,,N9,,,,,",
        "7,2026-09-01,P1,reserve,3,100.00,EUR,wallet,held,,,,N9,,,,,",
        "8,2026-09-01,P1,reserve,4,100.00,EUR,wallet,held,,,,N9,,,,,",
    ]


def test_event_4_late_cancellation_pays_5_percent_and_keeps_the_cash_as_a_credit_note() -> None:
    paper = french()
    plan = paper.step("cancelled", "2026-09-20", by="holder")
    paper.settle("2026-09-20")
    assert plan.due == 5000
    assert alike(as_kernel(paper.booked.entries[8:]), NUMBER) == alike(
        [
            "9,2026-09-20,P1,settle,2,15.00,EUR,held,provider:O3,,,,N9,,,,,",
            "10,2026-09-20,P1,settle,1,25.00,EUR,held,provider:O3,,,,N9,,,,,",
            "11,2026-09-20,P1,settle,3,5.00,EUR,held,provider:O3,,,,N9,,,,,",
            "12,2026-09-20,P1,settle,4,5.00,EUR,held,provider:O3,,,,N9,,,,,",
            "13,2026-09-20,P1,forfeit,2,285.00,EUR,held,pool,,,,N9,,,,,",
            "14,2026-09-20,P1,forfeit,1,475.00,EUR,held,pool,,,,N9,,,,,",
            "15,2026-09-20,P1,forfeit,3,95.00,EUR,held,pool,,,,N9,,,,,",
            "16,2026-09-20,P1,release,4,95.00,EUR,held,wallet,,,,N9,,,,,",
            "17,2026-09-20,P1,amend,4,0.00,EUR,,,,,any,N9,,,,,",
        ],
        NUMBER,
    )
    assert paper.balances()["E4"] == ("95.00", "0.00")
    assert paper.offer("C1", "2026-10-01").parts == (), "cash is no class that the rule draws"


def test_event_5_attendance_of_60_percent() -> None:
    paper = french()
    paper.step("started", "2026-10-01")
    paper.step("completed", "2026-12-20", attendance="0.6")
    paper.settle("2026-12-20", ref="INV-31")
    assert alike(as_kernel(paper.booked.entries[8:]), NUMBER) == alike(
        [
            "9,2026-12-20,P1,settle,2,180.00,EUR,held,provider:O3,,,,N9,,,,,INV-31",
            "10,2026-12-20,P1,settle,1,300.00,EUR,held,provider:O3,,,,N9,,,,,INV-31",
            "11,2026-12-20,P1,settle,3,60.00,EUR,held,provider:O3,,,,N9,,,,,INV-31",
            "12,2026-12-20,P1,settle,4,60.00,EUR,held,provider:O3,,,,N9,,,,,INV-31",
            "13,2026-12-20,P1,forfeit,2,120.00,EUR,held,pool,,,,N9,,,,,",
            "14,2026-12-20,P1,forfeit,1,200.00,EUR,held,pool,,,,N9,,,,,",
            "15,2026-12-20,P1,forfeit,3,40.00,EUR,held,pool,,,,N9,,,,,",
            "16,2026-12-20,P1,forfeit,4,40.00,EUR,held,pool,,,,N9,,,,,",
        ],
        NUMBER,
    )


def test_event_6_force_majeure_gives_each_funder_back_its_part() -> None:
    paper = french()
    paper.step("started", "2026-10-01")
    paper.step("cancelled", "2026-10-20", by="holder", force_majeure=True)
    paper.settle("2026-10-20", ref="INV-32")
    assert alike(as_kernel(paper.booked.entries[8:]), NUMBER) == alike(
        [
            "9,2026-10-20,P1,settle,2,120.00,EUR,held,provider:O3,,,,N9,,,,,INV-32",
            "10,2026-10-20,P1,settle,1,200.00,EUR,held,provider:O3,,,,N9,,,,,INV-32",
            "11,2026-10-20,P1,settle,3,40.00,EUR,held,provider:O3,,,,N9,,,,,INV-32",
            "12,2026-10-20,P1,settle,4,40.00,EUR,held,provider:O3,,,,N9,,,,,INV-32",
            "13,2026-10-20,P1,return,2,180.00,EUR,held,employer:O7,,,,N9,,,,,",
            "14,2026-10-20,P1,release,1,300.00,EUR,held,wallet,,,,N9,,,,,",
            "15,2026-10-20,P1,release,3,60.00,EUR,held,wallet,,,,N9,,,,,",
            "16,2026-10-20,P1,return,4,60.00,EUR,held,own,,,,N9,,,,,",
        ],
        NUMBER,
    )


SINGAPORE = """
[[grant]]
id = "topup2020"
class = "topup"
fund = "fund:ssg"
unit = "SGD"
every = "once"
due = "2020-12-31"
amount = "500.00"
usable = "2020-10-01"
expires = "2025-12-31"
[[spend]]
id = "credit"
unit = "SGD"
classes = ["topup"]
[[ending]]
id = "refund"
{grace}
[[ending.row]]
on = ["cancelled", "completed"]
provider = "0"
"""


def singapore(grace: str = "") -> Paper:
    course = course_row(price="500.00", unit="SGD")
    paper = Paper(scheme_of(SINGAPORE.format(grace=grace)), courses=[course])
    terms = {"usable_from": "2020-10-01", "expires_on": "2025-12-31"}
    paper.lot("500.00", "topup", "fund:ssg", "2020-12-31", "SGD", rule="topup2020", period="ever", **terms)
    paper.enrol("N4", on="2025-12-20")
    paper.step("cancelled", "2026-01-10", "N4", by="holder")
    return paper


def test_event_7_a_refund_into_a_lot_that_has_ended_expires_at_once() -> None:
    assert as_kernel(singapore().booked.entries) == [
        "1,2020-12-31,P1,grant,,500.00,SGD,fund:ssg,wallet,2020-10-01,2025-12-31,,,topup2020,ever,,,",
        "2,2025-12-20,P1,reserve,1,500.00,SGD,wallet,held,,,,N4,,,,,",
        "3,2026-01-10,P1,release,1,500.00,SGD,held,wallet,,,,N4,,,,,",
        "4,2026-01-10,P1,expire,1,500.00,SGD,wallet,expired,,,,,,,,3,",
    ]


def test_event_7b_or_lives_on_for_30_days_of_grace() -> None:
    assert as_kernel(singapore('grace = "30 days"').booked.entries)[2:] == [
        "3,2026-01-10,P1,release,1,500.00,SGD,held,wallet,,,,N4,,,,,",
        "4,2026-01-10,P1,amend,1,0.00,SGD,,,,2026-02-09,,,,,,3,",
    ]


def test_event_14_own_cash_is_refunded_in_time() -> None:
    late = 'provider = "0.05"\nrest = "pool"\nrest_of = { cash = "wallet" }'
    text = FRANCE + TABLE.replace(late, 'provider = "0"\nrest_of = { cash = "own" }')
    paper = Paper(scheme_of(text, warned=True), courses=[course_row(price="103.20")])
    paper.enrol("N9", on="2026-09-01", ref="CARD-9")
    paper.step("cancelled", "2026-09-05", by="holder")
    assert alike(as_kernel(paper.booked.entries), REF) == alike(
        [
            "1,2026-09-01,P1,contribute,,103.20,EUR,own,wallet,,,enrolment:N9,N9,own_cash,,,,CARD-9",
            "2,2026-09-01,P1,reserve,1,103.20,EUR,wallet,held,,,,N9,,,,,",
            "3,2026-09-05,P1,return,1,103.20,EUR,held,own,,,,N9,,,,,CARD-9R",
        ],
        REF,
    )
