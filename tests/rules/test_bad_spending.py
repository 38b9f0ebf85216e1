"""Bad rules of spending: each fault is one finding with its code, at its line and column, and what to do.

The mark ‸ stands where the finding must point; it is taken out before the text is read.
"""

from __future__ import annotations

import pytest

from ilactl.ledger.manifest import load_manifest
from ilactl.rules.load import read_rules
from tests.rules.books import MANIFEST
from tests.rules.test_bad_rules import MARK, findings_of

RULES = """\
[facts]
licence = { kind = "course", type = "bool", default = "false" }
care = { kind = "state", type = "bool", default = "false" }
[values]
copay = [{ from = "2024-05-02", value = "100.00" }, { from = "2026-01-01", value = "103.20" }]
[[grant]]
id = "base"
class = "own"
fund = "fund:state"
unit = "EUR"
every = "year"
due = "01-01"
amount = "500.00"
[[grant]]
id = "voucher"
class = "voucher"
fund = "fund:esf"
unit = "EUR"
every = "enrolment"
when = "course_kind = 'training' AND net > 100.00"
amount = "LEAST(price / 2, 400.00)"
round = "down"
[[contribution]]
id = "leave"
class = "leave"
unit = "hour"
from = ["employer"]
[[spend]]
id = "training"
kinds = ["training"]
unit = "EUR"
classes = ["voucher", "own"]
order = ["class", "expiry"]
only = [{ classes = ["voucher"], when = "licence" }]
net = "price - LEAST(price * 0.9, 50.00 * hours)"
from_wallet = "LEAST(net - value.copay, wallet, usable.own + 5.00)"
round = "down"
refuse = [{ when = "days_to_start > 60", why = "not before 60 days" }]
requires = ["quality"]
own_class = "cash"
valid_from = "2024-01-01"
[[spend]]
id = "time"
unit = "hour"
classes = ["leave"]
[[ending]]
id = "standard"
spends = ["training", "time"]
grace = "30 days"
[[ending.row]]
on = ["cancelled"]
when = "cancelled_by = 'holder' AND NOT started AND working_days_to_start > 7"
provider = "0"
rest_of = { cash = "own" }
[[ending.row]]
on = "cancelled"
provider = "0.05"
provider_of = { cash = "1" }
rest = "pool"
[[ending.row]]
on = ["completed", "attended"]
when = "attendance IS NOT NULL"
provider = "CASE WHEN attendance >= 0.8 THEN 1 ELSE attendance END"
rest = "pool"
[[ending.row]]
on = "completed"
provider = "1"
"""


def with_(old: str, new: str) -> str:
    """The good file with one thing changed, where it first stands."""
    assert old in RULES, old
    return RULES.replace(old, new, 1)


def test_the_good_file_is_good() -> None:
    assert [one.format() for one in findings_of(RULES.encode())] == []


BAD: dict[str, tuple[str, str, str]] = {
    # name: the file, the code, a part of message or remedy
    "a key that no spend rule has": (
        with_('own_class = "cash"', '‸own_clas = "cash"'),
        "UNKNOWN-KEY",
        "write own_class",
    ),
    "a key of the ending below a row": (
        with_('provider = "1"\n', 'provider = "1"\n‸grace = "30 days"\n'),
        "UNKNOWN-KEY",
        "grace belongs to the ending: write it above the first [[ending.row]]",
    ),
    "a refusal that says nothing": (
        with_(', why = "not before 60 days"', "").replace('{ when = "days', '‸{ when = "days'),
        "MISSING-KEY",
        "add why",
    ),
    "an unknown class": (
        with_('classes = ["voucher", "own"]', 'classes = ["voucher", ‸"owm"]'),
        "UNKNOWN-NAME",
        "did you mean own?",
    ),
    "a class of another unit": (
        with_('classes = ["voucher", "own"]', 'classes = ["voucher", "own", ‸"leave"]'),
        "BAD-VALUE",
        "the class leave holds hour, the rule spends EUR",
    ),
    "a class twice": (
        with_('classes = ["voucher", "own"]', 'classes = ["voucher", "own", ‸"own"]'),
        "DOUBLED-RULE",
        "classes names own twice",
    ),
    "an order twice": (
        with_('order = ["class", "expiry"]', 'order = ["class", ‸"class"]'),
        "DOUBLED-RULE",
        "order names class twice",
    ),
    "an order that there is not": (
        with_('order = ["class", "expiry"]', 'order = ["class", ‸"age_of_lot"]'),
        "BAD-VALUE",
        "'restriction', 'age' or 'even'",
    ),
    "even before something else": (
        with_('order = ["class", "expiry"]', 'order = ["class", ‸"even", "expiry"]'),
        "BAD-VALUE",
        "what comes after even decides nothing",
    ),
    "a day for lots that there is not": (
        with_('own_class = "cash"', 'own_class = "cash"\n‸usable_at = "payment"'),
        "BAD-VALUE",
        "'enrolled' or 'start'",
    ),
    "a kind of course that there is not": (
        with_('kinds = ["training"]', 'kinds = [‸"trainings"]'),
        "BAD-VALUE",
        "'validation'",
    ),
    "an unknown unit": (
        with_('id = "time"\nunit = "hour"', 'id = "time"\n‸unit = "hours"'),
        "UNKNOWN-NAME",
        "did you mean hour?",
    ),
    "only of a class that may not pay": (
        with_('only = [{ classes = ["voucher"]', 'only = [{ classes = [‸"leave"]'),
        "UNKNOWN-NAME",
        "classes of this rule has voucher, own",
    ),
    "what lots hold is not known before it is clear which may pay": (
        with_('when = "licence"', 'when = "‸wallet > 5.00"'),
        "EXPRESSION-NAME",
        "nothing is called wallet",
    ),
    "net by itself": (with_('net = "price', 'net = "‸net'), "EXPRESSION-NAME", "nothing is called net"),
    "a name of endings in a spend rule": (
        with_('when = "days_to_start > 60"', 'when = "‸attendance > 0.5"'),
        "EXPRESSION-NAME",
        "nothing is called attendance",
    ),
    "a name of offers in an ending": (
        with_('provider = "0.05"', 'provider = "‸net / 100"'),
        "EXPRESSION-NAME",
        "nothing is called net",
    ),
    "a word that the name is never": (
        with_("cancelled_by = 'holder'", "cancelled_by = ‸'trainee'"),
        "EXPRESSION-VALUE",
        "it can be holder, provider, agency",
    ),
    "usable of a class in another unit": (
        with_("usable.own", "‸usable.leave"),
        "EXPRESSION-NAME",
        "nothing is called usable.leave",
    ),
    "an amount that must be rounded": (
        with_(
            'hours)"\nfrom_wallet = "LEAST(net - value.copay, wallet, usable.own + 5.00)"\nround = "down"\n',
            'hours)"\n',
        ).replace("\nnet =", "\n‸net ="),
        "ROUNDING-MISSING",
        "more than the 2 decimals of EUR",
    ),
    "own_class of another unit": (
        with_('classes = ["leave"]', 'classes = ["leave"]\n‸own_class = "own"'),
        "BAD-VALUE",
        "the class own holds EUR in another rule, and this rule spends hour",
    ),
    "a day that is none": (
        with_('valid_from = "2024-01-01"', '‸valid_from = "2024-02-30"'),
        "BAD-VALUE",
        "is not a day of the calendar",
    ),
    "an ending of a spend rule that is not there": (
        with_('spends = ["training", "time"]', 'spends = ["training", "time", ‸"tyme"]'),
        "UNKNOWN-NAME",
        "did you mean time?",
    ),
    "grace that is no length": (
        with_('grace = "30 days"', '‸grace = "never"'),
        "BAD-VALUE",
        "write a length such as 30 days",
    ),
    "a share above one": (
        with_('provider = "0.05"', 'provider = "‸5"'),
        "BAD-VALUE",
        "the share can be above 1",
    ),
    "a share below nothing": (
        with_('provider = "0.05"', 'provider = "‸attendance - 0.2"'),
        "BAD-VALUE",
        "the share can be below 0",
    ),
    "a share of a class above one": (
        with_('provider_of = { cash = "1" }', 'provider_of = { cash = "‸price" }'),
        "BAD-VALUE",
        "the share can be above 1",
    ),
    "a share of a class that is not there": (
        with_('provider_of = { cash = "1" }', 'provider_of = { ‸cahs = "1" }'),
        "UNKNOWN-NAME",
        "did you mean cash?",
    ),
    "a way of the rest that there is not": (
        with_('rest_of = { cash = "own" }', 'rest_of = { ‸cash = "holder" }'),
        "BAD-VALUE",
        "'wallet', 'pool', 'funder', 'own' or 'held'",
    ),
    "shares by class where the rest stays held": (
        with_('provider_of = { cash = "1" }\nrest = "pool"', '‸provider_of = { cash = "1" }\nrest = "held"'),
        "BAD-VALUE",
        "nothing of this row can stay held",
    ),
    "a step that no ending asks": (
        with_('on = ["cancelled"]', 'on = [‸"enrolled"]'),
        "BAD-VALUE",
        "'started', 'attended', 'completed', 'certified' or 'cancelled'",
    ),
    "a step of a grant for the year": (
        with_('due = "01-01"', 'due = "01-01"\n‸at = "completed"'),
        "BAD-VALUE",
        "this grant is for every year",
    ),
    "a grant for each enrolment with a due date": (
        with_('every = "enrolment"', 'every = "enrolment"\n‸due = "01-01"'),
        "BAD-VALUE",
        "leave due out",
    ),
    "a grant for each enrolment that reads facts on another day": (
        with_('every = "enrolment"', 'every = "enrolment"\n‸facts_on = "period-end"'),
        "BAD-VALUE",
        "reads facts on the day of the step",
    ),
    "a grant at enrolling that asks how it went": (
        with_("net > 100.00", "‸attendance > 0.5"),
        "EXPRESSION-NAME",
        "nothing is called attendance",
    ),
    "a fact of courses that is called like a name of the kernel": (
        with_("licence = {", "‸price = {").replace('when = "licence"', 'when = "care"'),
        "DOUBLED-RULE",
        "a name of the kernel",
    ),
    "a fact of persons that is called like what the rule asks of a course": (
        with_("care = {", 'hours = { kind = "figure", type = "integer" }\ncare = {').replace(
            "50.00 * hours", "50.00 * ‸hours"
        ),
        "DOUBLED-RULE",
        "give the fact another name",
    ),
    "a sensitive fact of a course": (
        with_('type = "bool", default = "false" }', 'type = "bool", default = "false", ‸sensitive = true }'),
        "BAD-VALUE",
        "courses.csv names nobody",
    ),
    "the id of a grant": (
        with_('[[spend]]\nid = "time"', '[[spend]]\n‸id = "base"').replace(
            '"training", "time"', '"training", "base"'
        ),
        "DOUBLED-RULE",
        "base is a spend rule here and a grant at rules/scheme.toml:6",
    ),
    "two rules for the same courses": (
        with_(
            'id = "time"\nunit = "hour"\nclasses = ["leave"]', '‸id = "time"\nunit = "EUR"\nclasses = ["own"]'
        ),
        "AMBIGUOUS-RULE",
        "training@2024-01-01 (rules/scheme.toml:28) both decide enrolments in training from 2024-01-01 on",
    ),
    "two endings for the same enrolments": (
        RULES
        + '[[ending]]\n‸id = "other"\n[[ending.row]]\non = ["cancelled", "completed"]\nprovider = "1"\n',
        "AMBIGUOUS-RULE",
        "both decide how enrolments end under training and time",
    ),
    "two versions on one day": (
        RULES + '[[spend]]\n‸id = "time"\nunit = "hour"\nclasses = ["leave"]\nvalid_from = "2030-01-01"\n',
        "OVERLAPPING-VERSIONS",
        "both hold on 2030-01-01",
    ),
    "a spend rule without an ending": (
        with_('spends = ["training", "time"]', 'spends = ["training"]').replace(
            'id = "time"', '‸id = "time"'
        ),
        "NO-ENDING",
        "no ending says how enrolments under time end",
    ),
    "a spend rule that outlives its ending": (
        with_('grace = "30 days"', 'grace = "30 days"\nvalid_until = "2030-01-01"')
        .replace('spends = ["training", "time"]', 'spends = ["training"]')
        .replace('[[spend]]\nid = "training"', '[[spend]]\n‸id = "training"')
        + '[[ending]]\nid = "t"\nspends = "time"\n[[ending.row]]\non = ["cancelled", "certified"]\n'
        + 'provider = "1"\n',
        "NO-ENDING",
        "under training@2024-01-01 end from 2030-01-01 on",
    ),
    "an ending that says nothing of a cancellation": (
        with_('on = ["cancelled"]', 'on = ["started"]')
        .replace('on = "cancelled"', 'on = "started"')
        .replace('id = "standard"', '‸id = "standard"'),
        "NO-ENDING",
        "has no row for cancelled",
    ),
    "a row behind one that always holds": (
        RULES + '‸[[ending.row]]\non = "completed"\nwhen = "attendance < 0.5"\nprovider = "0"\n',
        "UNREACHED-ROW",
        "row 5 of standard is never reached: row 4 always holds for completed",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_is_found_at_its_place(name: str) -> None:
    text, code, told = BAD[name]
    at = text.index(MARK)
    line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
    found = [
        one for one in findings_of(text.replace(MARK, "").encode()) if not one.warning or code == one.code
    ]
    assert [(one.code, one.place.line, one.place.column) for one in found] == [(code, line, column)], [
        one.format() for one in found
    ]
    assert told in f"{found[0].message} {found[0].remedy}", found[0].format()


def test_working_days_need_a_calendar_of_the_country() -> None:
    manifest = load_manifest(MANIFEST.replace('country = "LT"', 'country = "ZZ"').encode())
    _, findings = read_rules({"rules/a.toml": RULES.encode()}, manifest)
    line = RULES[: RULES.index("working_days_to_start")].count("\n") + 1
    assert [(one.code, one.place.line, one.place.column) for one in findings] == [("NO-CALENDAR", line, 53)]
    assert "ZZ" in findings[0].message


def test_a_rule_of_spending_cut_short_anywhere_gives_findings_or_a_scheme() -> None:
    data = RULES.encode()
    for end in range(RULES.index("[[spend]]"), len(data), 11):
        findings_of(data[:end])


def test_a_fact_of_persons_may_be_called_like_what_no_rule_asks_of_a_course() -> None:
    """Schemes that were there before spending keep the names of their facts."""
    facts = 'mode = { kind = "state", type = "text" }\nects = { kind = "figure", type = "integer" }\ncare = {'
    assert (
        findings_of(with_("care = {", facts).replace("due =", 'when = "ects > 1"\ndue =', 1).encode()) == []
    )


def test_versions_of_spending_that_follow_each_other_are_no_fault() -> None:
    later = '[[spend]]\nid = "time"\nunit = "hour"\nclasses = ["leave"]\nvalid_from = "2030-01-01"\n'
    text = with_('classes = ["leave"]', 'classes = ["leave"]\nvalid_until = "2030-01-01"') + later
    assert findings_of(text.encode()) == []


def test_courses_of_another_kind_or_unit_are_decided_by_rules_of_their_own() -> None:
    other = '[[spend]]\nid = "other"\nunit = "EUR"\nkinds = "exam"\nclasses = ["own"]\n'
    text = with_('spends = ["training", "time"]\n', "") + other
    assert findings_of(text.encode()) == []
