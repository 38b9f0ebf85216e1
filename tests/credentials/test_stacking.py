"""Modules that make a larger award: what is there, what is missing, what the wallet pays, and its issue."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from ilactl.credentials.told import elements_told
from tests.credentials.conftest import Agency

LATER = datetime(2027, 3, 27, 9, 0, tzinfo=UTC)
AWARD = "ICTSUP"


@pytest.fixture
def person(issued: Agency) -> str:
    rows = json.loads(issued("credential", "list", "-O", "json").ok().out)["rows"]
    return str(rows[0]["person"])


def stack(agency: Agency, person: str, *more: str, at: Any = LATER) -> dict[str, Any]:
    found = agency("credential", "stack", person, *more, "-O", "json", at=at).ok()
    return dict(json.loads(found.out))


def test_what_is_missing_and_what_the_wallet_can_pay_are_shown(issued: Agency, person: str) -> None:
    answer = stack(issued, person, at=datetime(2026, 11, 23, tzinfo=UTC))
    assert answer["awards"] == [
        {"award": AWARD, "complete": False, "modules": 2, "missing": ["SEC1"], "credential": None}
    ]
    held, missing = answer["rows"]
    assert (held["module"], held["state"]) == ("NET1", "certified")
    assert (missing["module"], missing["state"]) == ("SEC1", "missing")
    assert missing["price"] == "160.00"
    assert missing["wallet_pays"] is not None
    told = issued("credential", "stack", person).ok().out
    assert "1 of 2 modules are certified" in told


def test_who_has_begun_nothing_is_told_so_and_an_award_without_modules_is_none(issued: Agency) -> None:
    rows = json.loads(issued("person", "list", "-O", "json").ok().out)["rows"]
    someone = rows[-1]["person"]
    assert issued("credential", "stack", someone).code == 0
    assert issued("credential", "stack", someone, "NET1").code == 66
    assert issued("credential", "stack", "NOBODY").code == 66


def test_the_award_is_issued_once_where_every_module_is_certified(issued: Agency, person: str) -> None:
    award = ("credential", "issue", person, "--award", AWARD, "--sign-with", issued.pem)
    early = issued(*award, at=LATER)
    assert early.code == 3
    assert "CREDENTIAL-STACK SEC1" in early.err
    consent = ("--yes", "--consent", "signed the form", "--ref", "F-1")
    issued("enrol", person, "SEC1/FEB27", *consent).ok()
    issued("enrolment", "start", f"{person}/SEC1", "--on", "2027-02-01").ok()
    issued("enrolment", "complete", f"{person}/SEC1", "--on", "2027-03-26", "--result", "passed").ok()
    assert "a credential is due" in issued("credential", "stack", person, at=LATER).ok().out
    issued("credential", "issue", f"{person}/SEC1", "--sign-with", issued.pem, at=LATER).ok()
    assert stack(issued, person)["awards"][0]["complete"] is True
    issued(*award, at=LATER).ok()
    known = stack(issued, person)["awards"][0]["credential"]
    assert known
    told = elements_told(issued.document(known))
    assert told.title == "User support, award of two modules"
    assert len(told.outcomes) > 2
    assert told.participation.label == "Blended"
    assert told.stacks_to is None
    verified = issued.outside("credential", "verify", issued.path(known), "--trust", issued.did, at=LATER)
    assert verified.code == 0
    again = issued(*award, at=LATER)
    assert again.code == 3
    assert "CREDENTIAL-ISSUED" in again.err
    assert issued("check").code == 0


def test_award_takes_one_person(issued: Agency, person: str) -> None:
    for words in ((), (person, person), ("--all-due",)):
        found = issued("credential", "issue", *words, "--award", AWARD, "--sign-with", issued.pem)
        assert found.code == 2
