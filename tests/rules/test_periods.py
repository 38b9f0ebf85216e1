"""Which period is due on a day, which version gives it, and on which day its facts are read."""

from __future__ import annotations

from datetime import date

import pytest

from ilactl.errors import NotFound, Refused
from ilactl.ledger.manifest import load_manifest
from ilactl.rules.due import due_occasions, missed_periods
from ilactl.rules.load import read_rules
from ilactl.rules.model import Scheme
from tests.rules.books import MANIFEST


def scheme(*rules: str) -> Scheme:
    """Grants that differ in their terms alone."""
    terms = 'class = "own"\nfund = "fund:state"\nunit = "EUR"\namount = "1.00"\n'
    text = "".join(f'[[grant]]\nid = "r"\n{terms}{rule}\n' for rule in rules)
    found, findings = read_rules({"rules/a.toml": text.encode()}, load_manifest(MANIFEST.encode()))
    assert findings == []
    assert found is not None
    return found


def rule(every: str, due: str, **more: str) -> str:
    terms = {"every": every, "due": due, **more}
    return "".join(f'{key} = "{value}"\n' for key, value in terms.items())


def told(found: Scheme, on: str, **asked: list[str]) -> list[tuple[str, str, str, str]]:
    """Version, period, due date and day of facts of what is due on a day."""
    return [
        (o.grant.version, o.period, o.due_on.isoformat(), o.facts_on.isoformat())
        for o in due_occasions(found, date.fromisoformat(on), **asked)
    ]


@pytest.mark.parametrize(
    ("terms", "on", "expected"),
    [
        (("year", "06-15 next"), "2027-06-15", ("2026", "2027-06-15", "2026-12-31")),
        (("year", "06-15 next"), "2027-06-14", ("2025", "2026-06-15", "2025-12-31")),
        (("year", "01-01"), "2026-12-31", ("2026", "2026-01-01", "2026-01-01")),
        (("year", "12-31"), "2026-12-30", ("2025", "2025-12-31", "2025-12-31")),
        (("year", "01-01 next"), "2027-01-01", ("2026", "2027-01-01", "2026-12-31")),
        (("month", "28"), "2026-03-27", ("2026-02", "2026-02-28", "2026-02-28")),
        (("month", "05 next"), "2026-01-05", ("2025-12", "2026-01-05", "2025-12-31")),
        (("month", "05 next"), "2026-01-04", ("2025-11", "2025-12-05", "2025-11-30")),
        (("month", "01"), "2024-02-29", ("2024-02", "2024-02-01", "2024-02-01")),
        (("once", "2025-09-01"), "2030-01-01", ("ever", "2025-09-01", "2025-09-01")),
        (("once", "04-01"), "2026-03-31", ("ever", "2025-04-01", "2025-04-01")),
        (("once", "04-01"), "2026-04-01", ("ever", "2026-04-01", "2026-04-01")),
    ],
)
def test_the_newest_period_whose_due_date_has_come(
    terms: tuple[str, str], on: str, expected: tuple[str, str, str]
) -> None:
    assert told(scheme(rule(*terms)), on) == [("r", *expected)]


def test_once_on_a_date_is_not_due_before_it() -> None:
    assert told(scheme(rule("once", "2025-09-01")), "2025-08-31") == []


@pytest.mark.parametrize(
    ("every", "due", "facts_on", "on", "expected"),
    [
        ("year", "06-15 next", "period-start", "2027-07-01", "2026-01-01"),
        ("year", "01-01", "period-end", "2026-07-01", "2026-12-31"),
        ("year", "06-15 next", "due", "2027-07-01", "2027-06-15"),
        ("year", "06-15 next", "09-01", "2027-07-01", "2026-09-01"),
        ("month", "05 next", "period-start", "2026-01-05", "2025-12-01"),
        ("month", "05 next", "06-30", "2026-01-05", "2025-06-30"),
        ("once", "04-01", "due", "2026-05-01", "2026-04-01"),
        ("once", "04-01", "01-31", "2026-05-01", "2026-01-31"),
        ("once", "2025-09-01", "01-31", "2026-05-01", "2025-01-31"),
    ],
)
def test_the_day_on_which_facts_are_read(every: str, due: str, facts_on: str, on: str, expected: str) -> None:
    assert told(scheme(rule(every, due, facts_on=facts_on)), on)[0][3] == expected


VERSIONS = (
    rule("year", "06-15 next", valid_until="2026-01-01"),
    rule("year", "03-01", valid_from="2026-01-01", valid_until="2028-01-01"),
)


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("2026-02-28", [("r", "2024", "2025-06-15")]),
        ("2026-03-01", [("r@2026-01-01", "2026", "2026-03-01")]),
        ("2027-02-28", [("r@2026-01-01", "2026", "2026-03-01")]),
        ("2027-12-31", [("r@2026-01-01", "2027", "2027-03-01")]),
        ("2028-03-01", []),
    ],
)
def test_the_version_in_force_for_the_period_gives_it(on: str, expected: list[tuple[str, str, str]]) -> None:
    assert [found[:3] for found in told(scheme(*VERSIONS), on)] == expected


def test_the_last_period_of_a_version_in_arrears_is_named_under_it() -> None:
    assert told(scheme(*VERSIONS), "2026-06-15", periods=["2025"]) == [
        ("r", "2025", "2026-06-15", "2025-12-31")
    ]


@pytest.mark.parametrize("period", ["2026", "2025-06", "ever", "25", "2025-13", "nonsense", ""])
def test_a_period_that_no_rule_has_or_that_is_not_due_is_refused(period: str) -> None:
    with pytest.raises(Refused):
        told(scheme(rule("year", "06-15 next")), "2026-12-31", periods=[period])


def test_an_unknown_rule_is_not_found_and_the_nearest_is_offered() -> None:
    with pytest.raises(NotFound) as caught:
        told(scheme(rule("year", "01-01").replace('id = "r"', "")), "2026-01-01", rules=["rr"])
    assert "did you mean r?" in caught.value.advice


def test_occasions_stand_by_due_date_then_order_then_id() -> None:
    texts = [
        rule("year", "06-15", order="X").replace('"X"', "1"),
        rule("year", "01-01"),
        rule("year", "06-15"),
        rule("year", "06-15", order="X").replace('"X"', "0"),
    ]
    terms = 'class = "own"\nfund = "fund:state"\nunit = "EUR"\namount = "1.00"\n'
    text = "".join(f'[[grant]]\nid = "{i}"\n{terms}{one}\n' for i, one in zip("badc", texts, strict=True))
    found, _ = read_rules({"rules/a.toml": text.encode()}, load_manifest(MANIFEST.encode()))
    assert found is not None
    assert [o.grant.id for o in due_occasions(found, date(2026, 12, 31))] == ["a", "c", "b", "d"]


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("2026-03-01", []),
        ("2026-06-14", []),
        ("2026-06-15", ["2025"]),
        ("2027-02-28", ["2025"]),
        ("2027-03-01", ["2025", "2026"]),
        ("2030-01-01", ["2025", "2026", "2027"]),
    ],
)
def test_a_due_period_that_is_no_longer_the_newest_is_told_as_missed(on: str, expected: list[str]) -> None:
    """When the law moves from arrears to advance, and after the rule has ended."""
    found, day = scheme(*VERSIONS), date.fromisoformat(on)
    missed = missed_periods(found, day, due_occasions(found, day), {"r": ["2023", "2024"]})
    assert [m.period for m in missed] == expected


def test_a_rule_without_a_first_day_that_never_booked_has_missed_nothing() -> None:
    found, day = scheme(rule("year", "01-01")), date(2026, 1, 1)
    assert missed_periods(found, day, due_occasions(found, day), {}) == []
