"""Runs, learning outcomes and evidence: added, numbered, changed, imported, listed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .test_course_commands import rows

RUN = ("course", "run", "add", "C2", "--from", "2026-01-01")


def test_a_run_is_numbered_within_its_course(stocked, ledger: Path) -> None:
    stocked(*RUN, "--starts", "2028-01-10", "--ends", "2028-02-10", "--price", "950").ok()
    assert rows(ledger, "runs.csv")[-1] == "C2,R2,2026-01-01,2028-01-10,2028-02-10,,,,,,,,,950.00,EUR,"
    stocked("course", "run", "update", "C2/R2", "--from", "2026-06-01", "--seats", "9").ok()
    assert rows(ledger, "runs.csv")[-1] == "C2,R2,2026-06-01,2028-01-10,2028-02-10,,,,,,9,,,950.00,EUR,"
    stocked(*RUN, "--id", "X", "--language", "lt", "--pace", "0.25", "--place", "Kaunas").ok()
    assert rows(ledger, "runs.csv")[-1] == "C2,X,2026-01-01,,,0.25,,,Kaunas,lt,,,,,,"
    assert stocked("course", "run", "update", "C2/R7", "--seats", "9").code == 66
    assert stocked("course", "run", "update", "C2", "--seats", "9").code == 2
    assert stocked("course", "run", "add", "C2", "--id", "X", "--seats", "9").code == 3


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--starts", "2027-05-01", "--ends", "2027-04-01"), "ends 2027-04-01 lies before starts 2027-05-01"),
        (("--apply-from", "2027-05-01", "--apply-until", "2027-04-01"), "lies before apply_from"),
        (("--pace", "50"), "pace '50' is not a share"),
        (("--price", "9.999"), "is not an amount in EUR"),
        (("--seats", "-1"), "-1"),
        (("--id", "r 1"), "is not an id"),
    ],
)
def test_a_run_that_cannot_be_is_refused(stocked, ledger: Path, more, said: str) -> None:
    before = rows(ledger, "runs.csv")
    found = stocked(*RUN, *more)
    assert (found.code, said in found.err) == (2, True), found.err
    assert rows(ledger, "runs.csv") == before
    assert "course C77 is not in courses.csv" in stocked("course", "run", "add", "C77").err


def test_runs_are_listed_by_course_and_by_what_is_open(stocked) -> None:
    def listed(*more: str) -> list[str]:
        found = json.loads(stocked("course", "run", "list", *more, "-O", "json").ok().out)["rows"]
        return [f"{row['course']}/{row['run']}" for row in found]

    assert listed() == ["C1/R1", "C1/R2", "C1/R3", "C2/R1", "C4/R1", "C4/R2"]
    assert listed("C1") == ["C1/R1", "C1/R2", "C1/R3"]
    assert listed("--open") == ["C1/R2", "C1/R3", "C2/R1", "C4/R1"]
    assert listed("--open", "--on", "2027-01-16") == ["C1/R3", "C2/R1", "C4/R1"]
    assert stocked("course", "run", "list", "C9").code == 66
    table = stocked("course", "run", "list", "-O", "csv").ok().out
    assert (
        json.loads(stocked("course", "run", "import", "-", "-O", "json", stdin=table).ok().out)["known"] == 6
    )


def test_a_run_that_is_over_is_not_open_whenever_applications_end(stocked) -> None:
    run = (*RUN, "--starts", "2027-01-10", "--ends", "2027-02-10", "--apply-until", "2027-03-01")
    stocked(*run, "--id", "R9").ok()
    for day, there in (("2027-02-10", True), ("2027-02-11", False)):
        found = stocked("course", "run", "list", "C2", "--open", "--on", day, "-O", "csv").ok().out
        assert ("C2,R9" in found) is there
        shown = stocked("course", "show", "C2", "--on", day, "-O", "csv").ok().out
        assert ("R9" in shown) is there


def test_a_run_is_withdrawn_and_held_after_all(stocked) -> None:
    stocked("course", "run", "withdraw", "C2/R1", "--why", "fire").ok()
    assert stocked("course", "find", "databases", "--mode", "distance").code == 66
    stocked("course", "run", "withdraw", "C2/R1", "--lift").ok()
    assert stocked("course", "find", "databases", "--mode", "distance").code == 0


def test_outcomes_are_numbered_as_they_come_and_the_same_words_once(stocked, ledger: Path) -> None:
    add = ("course", "outcome", "add", "C1", "--from", "2026-01-01", "--kind", "skill")
    stocked(*add, "--text", "Writes a page").ok()
    stocked(*add, "--text", "Tests a page").ok()
    stocked(*add, "--text", "Writes a page").ok()
    assert rows(ledger, "outcomes.csv") == [
        "C1,1,2026-01-01,skill,Writes a page,",
        "C1,2,2026-01-01,skill,Tests a page,",
    ]
    text = "course,kind,text,uri\nC1,skill,Tests a page,\nC1,knowledge,Knows HTML,\n"
    text += "C2,competence,Answers for data,http://data.europa.eu/esco/skill/1\n"
    counts = json.loads(stocked("course", "outcome", "import", "-", "-O", "json", stdin=text).ok().out)
    assert (counts["new"], counts["known"]) == (2, 1)
    assert [row.split(",")[:2] for row in rows(ledger, "outcomes.csv")[2:]] == [["C1", "3"], ["C2", "1"]]
    stocked("course", "outcome", "add", "C1", "--outcome", "2", "--text", "").ok()
    listed = json.loads(stocked("course", "outcome", "list", "C1", "-O", "json").ok().out)["rows"]
    assert [row["outcome"] for row in listed] == ["1", "3"]
    assert "C2/2 has no kind" in stocked("course", "outcome", "add", "C2", "--text", "x").err
    assert "has no words" in stocked("course", "outcome", "add", "C2", "--kind", "skill").err
    assert "course C9 is not" in stocked(*add[:3], "C9", "--kind", "skill", "--text", "x").err
    bad = stocked("course", "outcome", "add", "C2", "--kind", "skill", "--text", "x", "--uri", "esco")
    assert bad.code == 2
    assert "web address" in bad.err


def test_a_list_of_what_is_in_demand_holds_for_its_days(stocked, ledger: Path) -> None:
    text = "about,evidence,valid_from,valid_until\nfield:061,list 2026,2026-01-01,2026-12-31\n"
    text += "course:C2,a survey,2026-06-01,\n"
    add = ("course", "relevance", "import", "-")
    stocked(*add, stdin=text).ok()
    counts = json.loads(stocked(*add, "-O", "json", stdin=text).ok().out)
    assert (counts["new"], counts["known"]) == (0, 2)

    def speak_for(course: str, on: str) -> list[str]:
        found = stocked("course", "relevance", "list", course, "--on", on, "-O", "json").ok().out
        return [row["evidence"] for row in json.loads(found)["rows"]]

    assert speak_for("C2", "2026-05-01") == ["list 2026"]
    assert sorted(speak_for("C2", "2026-07-01")) == ["a survey", "list 2026"]
    assert speak_for("C2", "2027-07-01") == ["a survey"]
    assert speak_for("C3", "2026-07-01") == []
    ended = ("course", "relevance", "add", "course:C2", "--evidence", "a survey", "--from", "2026-06-01")
    stocked(*ended, "--until", "2026-09-30").ok()
    assert speak_for("C2", "2027-07-01") == []
    bad = "about,evidence,valid_until\nfield:0618,x,\ncourse:C9,x,\nfield:06,x,2020-01-01\nC2,x,\n"
    found = stocked(*add, stdin=bad)
    assert found.code == 65
    assert found.err.count("IN-CELL") == 4
    assert "field 0618 is not one of ISCED-F" in found.err
    assert "lies before valid_from" in found.err
