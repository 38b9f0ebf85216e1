"""Working days: Monday to Friday less the public holidays of the country."""

from __future__ import annotations

import subprocess
import sys
from datetime import date

import pytest

from ilactl.errors import BadRules
from ilactl.rules.working_days import has_calendar, is_working_day, working_days


@pytest.mark.parametrize(
    ("first", "last", "country", "days"),
    [
        ("2026-03-05", "2026-03-05", "LT", 0),
        ("2026-03-05", "2026-03-06", "LT", 1),
        ("2026-03-06", "2026-03-08", "LT", 0),  # a weekend
        ("2026-03-06", "2026-03-09", "LT", 1),
        ("2026-03-09", "2026-03-16", "LT", 4),  # 11 March: restoration of independence
        ("2026-03-09", "2026-03-16", "SE", 5),
        ("2026-03-16", "2026-03-09", "LT", -4),
        ("2025-12-23", "2026-01-02", "LT", 4),  # 24 to 26 December, 1 January
        ("2026-04-02", "2026-04-07", "FR", 2),  # Good Friday is worked, Easter Monday is not
        ("2026-07-13", "2026-07-15", "FR", 1),
        ("2026-07-13", "2026-07-15", "EU", 2),
        ("2026-04-02", "2026-04-07", "EU", 1),  # TARGET is closed on Good Friday, too
    ],
)
def test_the_days_after_the_first_up_to_the_last_are_counted(
    first: str, last: str, country: str, days: int
) -> None:
    assert working_days(date.fromisoformat(first), date.fromisoformat(last), country) == days


def test_a_holiday_is_no_working_day() -> None:
    assert not is_working_day(date(2026, 2, 16), "LT")
    assert is_working_day(date(2026, 2, 17), "LT")


def test_a_country_without_a_calendar_is_told_so() -> None:
    assert has_calendar("LT")
    assert not has_calendar("ZZ")
    with pytest.raises(BadRules) as caught:
        working_days(date(2026, 1, 1), date(2026, 1, 9), "ZZ")
    [found] = caught.value.findings
    assert (found.code, found.place.path) == ("NO-CALENDAR", "ledger.toml")


def test_the_calendar_is_imported_only_where_it_is_asked() -> None:
    program = (
        "import sys, ilactl.rules.circumstances, ilactl.rules.spending_facts, ilactl.rules.build;"
        "print('holidays' in sys.modules, 'duckdb' in sys.modules, 'pydantic' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout == "False False False\n"
