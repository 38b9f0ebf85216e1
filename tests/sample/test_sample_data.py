"""The sample ledger: built by the generator to the byte, without names in its log, showing what it should."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from ilactl.ledger.grammar import LABOUR_STATUSES
from tests.sample.making import AGENCY, digests, generate, rows


def test_the_generator_makes_the_same_bytes(tmp_path: Path) -> None:
    """Where this fails after a change that is meant: python sample-data/generate.py."""
    assert digests(generate(tmp_path / "sample")) == digests(AGENCY)


def test_the_log_says_of_nobody_who_they_are() -> None:
    log = (AGENCY / "commits.jsonl").read_text("utf-8")
    for row in rows(AGENCY, "identities.csv"):
        for column in ("name", "contact", "external_id", "salt"):
            assert not row[column] or row[column] not in log


def test_the_sample_holds_all_kinds_of_people() -> None:
    states = rows(AGENCY, "persons.csv")
    assert len({row["person"] for row in states}) == 300
    assert {row["isced_level"] for row in states} == {"", *"012345678"}
    assert {row["labour_status"] for row in states} == {"", *LABOUR_STATUSES}
    assert len({row["work_share"] for row in states if row["labour_status"] == "employed"}) > 5
    assert len({row["region"] for row in states}) > 3
    assert len({row["groups"] for row in states}) > 5
    assert sum(row["facts"] == "low_qualified=true" for row in states) > 3
    assert sum(row["same_as"] != "" for row in states) == 1
    assert len(states) > 320


def test_the_sample_knows_names_of_many_scripts() -> None:
    people = rows(AGENCY, "identities.csv")
    names = "".join(row["name"] for row in people)
    for sign in "Łßçñ'Ж山υשي":
        assert sign in names, sign
    assert sum(row["birth_date"] == "" for row in people) == 2
    assert any(row["birth_date"].endswith("-02-29") for row in people)
    years = [int(row["birth_date"][:4]) for row in people if row["birth_date"]]
    assert min(years) == 1956
    assert max(years) == 2010


def test_the_sample_has_givers_and_two_booked_years() -> None:
    kinds = {row["organisation"]: row["kinds"] for row in rows(AGENCY, "organisations.csv")}
    assert Counter(kinds.values()) >= Counter(employer=12, service=1, provider=1)
    entries = rows(AGENCY, "entitlements.csv")
    granted = {row["booked_on"] for row in entries if row["kind"] == "grant"}
    assert granted == {"2025-01-01", "2026-01-01"}
    paid = {row["booked_on"][:7] for row in entries if row["kind"] == "contribute"}
    assert len(paid) == 23
    came = [row["from"].partition(":")[0] for row in entries if row["kind"] in ("grant", "contribute")]
    assert {"fund", "employer", "service"} <= set(came) <= {"fund", "employer", "service", "own"}
    assert {row["from"] for row in entries if row["kind"] == "grant"} == {"fund:state", "fund:esf"}
    assert max(row["booked_on"] for row in entries) < "2026-11-20"


@pytest.mark.parametrize(("persons", "each"), [(1, 1), (150, 2), (2500, 5)])
def test_the_generator_makes_any_size(tmp_path: Path, persons: int, each: int, invoke) -> None:
    options = ("--persons", str(persons), "--entries-per-person", str(each), "--seed", "7")
    ledger = generate(tmp_path / "large", *options)
    assert len(rows(ledger, "entitlements.csv")) == persons * each
    assert len({row["person"] for row in rows(ledger, "persons.csv")}) == persons
    done = invoke("--ledger", ledger, "check").ok()
    assert done.out == done.err == ""
