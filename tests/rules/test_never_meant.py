"""Expressions that are well formed and cannot be meant: a percentage for a share, groups as one text."""

from __future__ import annotations

import pytest

from ilactl.ledger.manifest import load_manifest
from ilactl.rules.load import read_rules
from tests.rules.books import MANIFEST

RULES = """\
[facts]
listed = {{ kind = "course", type = "bool", default = "false" }}
pace = {{ kind = "state", type = "decimal(5,4)" }}
hours_worked = {{ kind = "figure", type = "decimal(9,2)" }}
[values]
fee = [{{ from = "2026-01-01", value = "5.50" }}]
[[grant]]
id = "base"
class = "own"
fund = "fund:state"
unit = "EUR"
every = "year"
due = "01-01"
when = "{when}"
amount = "500.00"
[[spend]]
id = "course"
unit = "EUR"
classes = ["own"]
[[ending]]
id = "end"
[[ending.row]]
on = ["completed", "cancelled"]
provider = "{provider}"
"""
GROUPS = "groups holds all of a person's groups, so it is rarely equal to one"


def found(when: str = "TRUE", provider: str = "1") -> list[tuple[str, int, str, str]]:
    """Code, column, message and remedy of everything that is found."""
    text = RULES.format(when=when, provider=provider)
    _, findings = read_rules({"rules/a.toml": text.encode()}, load_manifest(MANIFEST.encode()))
    return [(one.code, one.place.column, one.message, one.remedy) for one in findings]


@pytest.mark.parametrize(
    ("when", "column", "message"),
    [
        ("work_share >= 50", 23, "work_share is a share and never near 50"),
        ("pace BETWEEN 25 AND 75", 22, "pace is a share and never near 25"),
        ("80.00 <= work_share", 9, "work_share is a share and never near 80.00"),
    ],
)
def test_a_share_is_no_percentage(when: str, column: int, message: str) -> None:
    assert found(when)[0] == ("EXPRESSION-VALUE", column, message, "write 0.80 for 80 percent")


def test_attendance_is_a_share_too() -> None:
    [(code, _, message, _)] = found(provider="CASE WHEN attendance >= 80 THEN 1 ELSE 0.25 END")
    assert (code, message) == ("EXPRESSION-VALUE", "attendance is a share and never near 80")


@pytest.mark.parametrize(
    "when",
    [
        "work_share >= 0.5",
        "work_share * 100 >= 80",
        "hours_worked > 50",
        "value.fee > 20.00",
        "isced_level <= 8",
    ],
)
def test_what_can_be_meant_is_left_alone(when: str) -> None:
    assert found(when) == []


def test_the_holders_account_is_no_class() -> None:
    """rest = "own" pays out: of a class that funds and employers fill that is hardly meant."""
    cash = '[[contribution]]\nid = "cash"\nclass = "cash"\nunit = "EUR"\nfrom = ["own"]\n'
    text = (RULES.format(when="TRUE", provider="1") + 'rest = "own"\n').replace(
        '["own"]\n', '["own", "cash"]\n', 1
    )

    def said(rules: str) -> list[tuple[str, str]]:
        _, findings = read_rules({"rules/a.toml": rules.encode()}, load_manifest(MANIFEST.encode()))
        assert all(one.warning for one in findings)
        return [(one.code, one.message) for one in findings]

    told = [("REST-OWN", "row 1 of end pays the holder what others gave to the class own")]
    assert said(text + cash) == told
    assert said(text.replace('rest = "own"', 'rest_of = { own = "own" }') + cash) == told
    assert said(text.replace('rest = "own"', 'rest_of = { cash = "own" }') + cash) == []
    assert said(text + 'rest_of = { own = "wallet" }\n' + cash) == []


def test_groups_are_asked_one_by_one() -> None:
    remedy = "ask for one with in_group('name')"
    assert found("groups = 'carers'") == [("EXPRESSION-VALUE", 9, GROUPS, remedy)]
    assert found("groups IN ('carers', 'care')")[0] == ("EXPRESSION-VALUE", 9, GROUPS, remedy)
    assert found("in_group('carers') OR groups IS NULL") == []


def test_a_courses_fact_is_said_to_be_one() -> None:
    message = (
        "nothing is called listed here: it is a fact of courses, asked in [[spend]], [[ending]] and grants "
        'with every = "enrolment"'
    )
    remedy = "ask it where it is known, or leave it out: 'ilactl help facts' lists the names by place"
    assert found("listed") == [("EXPRESSION-NAME", 9, message, remedy)]
