"""Upper Austria tests a person's status on the first course day, and pays when the course is completed."""

from __future__ import annotations

from ilactl.ledger.enrolments import Step
from ilactl.ledger.registers import PersonRecord, StateRow
from ilactl.output import text_of
from ilactl.reports.steps import step_answer
from ilactl.rules.load import read_rules
from ilactl.rules.step_plan import StepPlan
from tests.spending.paper import Paper
from tests.spending.pieces import MANIFEST, cents, course_row, day, scheme_of

BILDUNGSKONTO = """
[facts]
target_group = { kind = "state", type = "bool", default = "false" }
[values]
share = [{ from = "2026-01-01", value = "0.30" }, { from = "2026-11-01", value = "0.40" }]
[[cap]]
id = "funding_period"
over = ["refund"]
measure = "granted"
window = [{ from = "2023-01-01", to = "2026-12-31" }]
unit = "EUR"
limit = "CASE WHEN target_group THEN 2400.00 ELSE 2000.00 END"
[[grant]]
id = "refund"
class = "refund"
fund = "fund:ooe"
unit = "EUR"
every = "enrolment"
at = "completed"
facts_on = "started"
when = "price >= 100.00 AND attendance >= 0.75"
amount = "price * CASE WHEN target_group THEN 0.60 ELSE value.share END"
round = "down"
caps = ["funding_period"]
[[spend]]
id = "course"
unit = "EUR"
classes = ["refund"]
payee = "own"
[[ending]]
id = "standard"
[[ending.row]]
on = ["completed", "cancelled"]
provider = "1"
"""


def completed(price: str, rules: str = BILDUNGSKONTO, *, member: str, attendance: str = "0.75") -> int:
    """What is due then."""
    return completion(price, rules, member=member, attendance=attendance).due or 0


def completion(price: str, rules: str = BILDUNGSKONTO, *, member: str, attendance: str = "0.75") -> StepPlan:
    """What comes back of a course from 15 September on; a member from that day to 15 September alone."""
    since = [("2000-01-01", "false"), (member, "true"), ("2026-09-16", "false")]
    states = tuple(StateRow(day(on), {}, {"target_group": is_}, -1, "persons.csv") for on, is_ in since)
    person = PersonRecord("P1", states, birth_date=day("1980-05-01"), ids=("P1",))
    paper = Paper(scheme_of(rules), persons=[person], courses=[course_row(price=price)])
    paper.enrol("N9", on="2026-09-01")
    paper.step("started", "2026-09-15")
    return paper.step("completed", "2026-12-01", attendance=attendance)


def test_upper_austria_pays_60_percent_to_who_was_of_the_target_group_on_the_first_day() -> None:
    assert completed("1500.00", member="2026-09-14") == cents("900.00")
    assert completed("1500.00", member="2026-09-16") == cents("450.00"), "30 %, the share of that day, too"


def test_upper_austria_ends_at_2400_or_2000_by_the_status_of_the_first_day() -> None:
    assert completed("7000.00", member="2026-09-14") == cents("2400.00")
    assert completed("7000.00", member="2026-09-16") == cents("2000.00")
    assert completed("7000.00", member="2026-09-14", attendance="0.7499") == 0
    assert completed("99.99", member="2026-09-14") == 0


def test_what_the_funding_period_leaves_is_told() -> None:
    plan = completion("7000.00", member="2026-09-14")
    answer = step_answer(
        "t/1", plan, Step("N9", day("2026-12-01"), "P1", "C1", "", "completed", day("2026-12-01"))
    )
    assert answer.notes == ["refund gives 2400.00 EUR of 4200.00 EUR: the cap funding_period leaves no more."]
    text = text_of(answer, "plain")
    assert "due to own by now  2400.00 EUR\n" in text, "a share of nothing reserved is not told"


def test_without_it_facts_are_of_the_day_of_completion() -> None:
    rules = BILDUNGSKONTO.replace('facts_on = "started"\n', "")
    assert completed("1500.00", rules, member="2026-09-14") == cents("600.00")


def messages(rules: str) -> list[str]:
    rules = rules.replace("price >= 100.00 AND attendance >= 0.75", "TRUE").replace("price *", "1500.00 *")
    return [finding.message for finding in read_rules({"rules/r.toml": rules.encode()}, MANIFEST)[1]]


def test_the_first_day_is_asked_only_where_it_has_been() -> None:
    on_enrolling = BILDUNGSKONTO.replace('at = "completed"\n', "")
    assert messages(on_enrolling) == ["what is given on enrolling cannot look at the day the course began"]
    due = BILDUNGSKONTO.replace('facts_on = "started"', 'facts_on = "due"')
    assert messages(due) == ["facts_on 'due' is a moment of a run's period"]
    yearly = BILDUNGSKONTO.replace('every = "enrolment"\nat = "completed"', 'every = "year"\ndue = "01-01"')
    assert messages(yearly) == ["facts_on 'started' is not a moment of the period"]
