"""`rules try` of an enrolment: what a wallet would pay, and what would become of it at a step."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Run

RULES = """\
[facts]
listed = { kind = "course", type = "bool", default = "false" }
[values]
copay = [{ from = "2024-05-02", value = "100.00" }, { from = "2025-01-01", value = "102.23" },
         { from = "2026-01-01", value = "103.20" }]
[[grant]]
id = "base"
class = "own"
fund = "fund:state"
unit = "EUR"
every = "year"
due = "01-01"
amount = "500.00"
[[grant]]
id = "midcareer"
class = "midcareer"
fund = "fund:state"
unit = "EUR"
every = "once"
due = "2024-05-01"
amount = "4000.00"
[[grant]]
id = "refund"
class = "refund"
fund = "fund:state"
unit = "EUR"
every = "enrolment"
at = "completed"
when = "attendance >= 0.75"
amount = "LEAST(2000.00, price * 0.3)"
round = "down"
[[contribution]]
id = "employer"
class = "employer"
unit = "EUR"
from = ["employer"]
[[spend]]
id = "included"
kinds = ["training"]
unit = "EUR"
classes = ["employer", "own"]
from_wallet = '''
CASE WHEN labour_status = 'unemployed' OR usable.employer > 0.00 THEN LEAST(net, wallet)
     ELSE LEAST(net - value.copay, wallet) END'''
refuse = [{ when = "days_to_start > 60", why = "claims open 60 days before the start" }]
[[spend]]
id = "added"
kinds = ["guidance"]
unit = "EUR"
classes = ["own"]
from_wallet = "LEAST(net, 1600.00, wallet) - value.copay"
[[spend]]
id = "subsidised"
kinds = ["exam"]
unit = "EUR"
classes = ["midcareer", "own"]
only = [{ classes = ["midcareer"], when = "listed" }]
net = "price - LEAST(price * 0.90, 50.00 * hours)"
round = "down"
[[ending]]
id = "standard"
[[ending.row]]
on = "cancelled"
when = "NOT started AND working_days_to_start > 7"
provider = "0"
why = "in time"
[[ending.row]]
on = ["cancelled", "completed"]
provider = "CASE WHEN attendance < 0.25 THEN 0.25 WHEN attendance < 0.80 THEN attendance ELSE 1 END"
rest = "pool"
rest_of = { employer = "funder" }
why = "by attendance"
"""


@pytest.fixture
def tried(ledger: Path, invoke: Run) -> Any:
    (ledger / "rules/scheme.toml").write_text(RULES, "utf-8")
    manifest = (ledger / "ledger.toml").read_text("utf-8")
    (ledger / "ledger.toml").write_text(manifest.replace('country = "EU"', 'country = "LT"'), "utf-8")

    def ask(*names: str, on: str = "2026-03-02", rule: str = "") -> dict[str, Any]:
        given = [word for name in names for word in ("--set", name)]
        asked = ["--rule", rule] if rule else []
        out = invoke("rules", "try", *given, *asked, "--on", on, "-O", "json", "--ledger", ledger).ok().out
        answer: dict[str, Any] = json.loads(out)
        return answer

    return ask


CPF = ("course_kind=training", "price=1600.00", "labour_status=employed", "days_to_start=30")


@pytest.mark.parametrize(
    ("on", "own"), [("2024-06-01", "100.00"), ("2025-06-01", "102.23"), ("2026-06-01", "103.20")]
)
def test_the_flat_co_payment_of_each_year(tried: Any, on: str, own: str) -> None:
    [one] = tried(*CPF, "balance.own=5000.00", on=on)["spends"]
    assert one["own"] == own


@pytest.mark.parametrize("waived", ["labour_status=unemployed", "balance.employer=10.00"])
def test_the_co_payment_is_waived_for_jobseekers_and_where_an_employer_pays(tried: Any, waived: str) -> None:
    [one] = tried(*CPF, waived, "balance.own=5000.00")["spends"]
    assert (one["wallet"], one["own"]) == ("1600.00", "0.00")


def test_a_shortfall_holds_the_co_payment_or_comes_on_top(tried: Any) -> None:
    """A skills audit of 2,000 with 1,600: own 400 where it is included, 503.20 where it is added."""
    [included] = tried(
        "course_kind=training",
        "price=2000.00",
        "labour_status=employed",
        "balance.own=1600.00",
        "days_to_start=30",
    )["spends"]
    [added] = tried("course_kind=guidance", "price=2000.00", "balance.own=5000.00")["spends"]
    assert (included["wallet"], included["own"]) == ("1600.00", "400.00")
    assert (added["wallet"], added["own"]) == ("1496.80", "503.20")


def test_a_subsidy_comes_before_the_wallet_and_mid_career_lots_pay_for_listed_courses(tried: Any) -> None:
    names = ("course_kind=exam", "price=900.00", "hours=40", "balance.own=30.00", "balance.midcareer=4000.00")
    [plain] = tried(*names)["spends"]
    [listed] = tried(*names, "listed=true")["spends"]
    assert (plain["net"], plain["wallet"], plain["own"]) == ("90.00", "30.00", "60.00")
    assert (listed["net"], listed["wallet"], listed["own"]) == ("90.00", "90.00", "0.00")
    assert plain["steps"][0] == {"part": "only", "expression": "listed", "value": "false"}


def test_a_refusal_says_why_and_what_is_unknown_is_named(tried: Any) -> None:
    [early] = tried(*CPF[:3], "days_to_start=61", "balance.own=5000.00")["spends"]
    [open_] = tried(*CPF[:2], "balance.own=5000.00")["spends"]
    assert early["because"] == "refused: claims open 60 days before the start"
    assert open_["missing"] == ["days_to_start", "labour_status"]
    assert (open_["wallet"], open_["own"]) == (None, None)


@pytest.mark.parametrize(
    ("attendance", "share"), [("0.1", "0.25"), ("0.25", "0.25"), ("0.6", "0.6"), ("0.8", "1")]
)
def test_attendance_bands(tried: Any, attendance: str, share: str) -> None:
    [one] = tried("step=completed", f"attendance={attendance}")["endings"]
    assert (one["row"], one["share"], one["rest"]) == ("2", share, "pool employer:funder")


def test_an_ending_counts_working_days_to_the_start(tried: Any) -> None:
    """11 March is a holiday in Lithuania: from 2 March eight working days are left to the 13th, not nine."""
    names = ("step=cancelled", "attendance=0")
    [early] = tried(*names, "starts_on=2026-03-13")["endings"]
    [late] = tried(*names, "starts_on=2026-03-12")["endings"]
    assert (early["row"], early["because"]) == ("1", "in time")
    assert (late["row"], late["because"]) == ("2", "by attendance")


def test_what_completion_brings_is_tried_at_completion(tried: Any) -> None:
    names = ("price=1500.00", "attendance=0.8")
    assert tried("course_kind=training", *names, rule="refund")["decisions"] == []
    [one] = tried("step=completed", *names, rule="refund")["decisions"]
    assert (one["verdict"], one["credited"]) == ("granted", "450.00")


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["hours=12"], "add --set price=1500.00"),
        (["price=1.001"], "with at most 2 decimals"),
        (["step=enrolled"], "one of started, attended, completed, certified, cancelled"),
        (["course_kind=trainning"], "one of training, guidance, validation, assessment, exam"),
        (["prise=5"], "did you mean price?"),
    ],
)
def test_a_trial_of_nonsense_says_what_is_wanted(
    tried: Any, ledger: Path, invoke: Run, names: list[str], told: str
) -> None:
    given = [word for name in names for word in ("--set", name)]
    answer = invoke("rules", "try", *given, "--ledger", ledger)
    assert answer.code == 2
    assert told in answer.err


def test_rules_are_listed_and_shown_with_the_names_they_read(tried: Any, ledger: Path, invoke: Run) -> None:
    rows = json.loads(invoke("rules", "list", "-O", "json", "--ledger", ledger).ok().out)["rows"]
    kinds = {row["rule"]: (row["kind"], row["class"], row["unit"]) for row in rows}
    assert kinds["subsidised"] == ("spend", "midcareer own", "EUR")
    assert kinds["standard"] == ("ending", "", "")
    shown = invoke("rules", "show", "standard", "--ledger", ledger).ok().out
    assert 'rest_of = { employer = "funder" }' in shown
    assert "working_days_to_start  working days to the run's first day" in shown
    shown = invoke("rules", "show", "refund", "--ledger", ledger).ok().out
    assert "attendance so far" in shown
