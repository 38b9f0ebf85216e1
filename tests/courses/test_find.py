"""`course find`: words, wishes, rank, and what a wallet can pay by a day."""

from __future__ import annotations

import json
import time
from datetime import date

import pytest

from ilactl.ledger.columns import COURSES, ORGANISATIONS, RUNS
from ilactl.reports.course_search import Wish, search
from tests.registers.samples import ledger_of


def found(cli, *args: str) -> list[str]:
    done = cli("course", "find", *args, "-O", "json")
    return [row["course"] for row in json.loads(done.out)["rows"]] if done.code == 0 else []


@pytest.mark.parametrize(
    ("args", "courses"),
    [
        (("programming",), ["C4", "C1"]),
        (("web", "programming"), ["C1"]),
        (("WEBBPROGRAMMERING",), ["C1"]),
        (("programing",), ["C4", "C1"]),
        (("databses",), ["C2"]),
        (("lodz", "zagle"), ["C5"]),
        (("c2",), ["C2"]),
        (("welding",), []),
        (("web", "databases"), []),
        (("--field", "061"), ["C4", "C1", "C2"]),
        (("--field", "0612"), ["C2"]),
        (("--mode", "distance"), ["C1", "C2"]),
        (("--mode", "distance", "--time-of-day", "own_pace"), ["C2"]),
        (("--mode", "distance", "--time-of-day", "day"), []),
        (("--mode", "on_site", "--mode", "blended"), ["C4", "C1"]),
        (("--time-of-day", "weekend"), ["C4"]),
        (("--level", "3", "--level", "5"), ["C4", "C2"]),
        (("--kind", "guidance"), ["C3"]),
        (("--language", "sv"), ["C1"]),
        (("--language", "lt"), ["C3", "C5"]),
        (("--max-price", "450"), ["C4", "C1", "C3"]),
        (("--max-price", "449.99 EUR"), ["C4", "C3"]),
        (("--starts-from", "2027-02-15", "--starts-until", "2027-10-01"), ["C1", "C2"]),
        (("--starts-until", "2027-01-31"), ["C4"]),
        (("--provider", "O4"), ["C4"]),
        (("--in-demand",), []),
    ],
)
def test_wishes_are_met(stocked, args: tuple[str, ...], courses: list[str]) -> None:
    assert sorted(found(stocked, *args)) == sorted(courses)


def test_the_first_run_that_fits_is_named_and_what_is_in_demand_comes_first(stocked) -> None:
    rows = json.loads(stocked("course", "find", "web", "--mode", "on_site", "-O", "json").ok().out)["rows"]
    assert [(row["run"], row["starts"], row["price"]) for row in rows] == [("R3", "2027-03-01", "450.00")]
    assert found(stocked, "--field", "061") == ["C4", "C1", "C2"]
    stocked("course", "relevance", "add", "field:0612", "--evidence", "list", "--from", "2026-01-01").ok()
    assert found(stocked, "--field", "061") == ["C2", "C4", "C1"]
    assert found(stocked, "--in-demand") == ["C2"]
    assert "C1/R2" in stocked("course", "find", "web", "programming").ok().out


def test_a_suspended_provider_offers_nothing(stocked) -> None:
    stocked("organisation", "update", "O4", "--suspend", "an audit").ok()
    assert found(stocked, "programming") == ["C1"]


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (("--field", "0618"), 2, "field 0618 is not one of ISCED-F"),
        (("--language", "english"), 2, "'english' is not a code of two small letters"),
        (("--language", "sv", "--language", "EN"), 2, "'EN' is not a code"),
        (("--provider", "O9"), 66, "organisation O9 not found"),
        (("--max-price", "dear"), 2, "is not an amount"),
        (("--max-price", "5 USD"), 2, "unit USD is not declared"),
        (("--starts-from", "2027-02-01", "--starts-until", "2027-01-01"), 2, "lies before"),
        (("--affordable-by", "2027-01-01"), 2, "go together"),
        (("--person", "P1"), 2, "go together"),
        (("--affordable-by", "2020-01-01", "--person", "P1"), 2, "lies before"),
        (("--affordable-by", "2027-01-01", "--person", "P9"), 66, "person P9"),
        (("nowhere",), 66, "a course like this"),
    ],
)
def test_what_cannot_be_meant_is_told(stocked, args: tuple[str, ...], code: int, said: str) -> None:
    done = stocked("course", "find", *args)
    assert done.code == code
    assert said in done.err


def test_a_list_tells_of_a_field_that_is_none(stocked) -> None:
    done = stocked("course", "list", "--field", "0618")
    assert (done.code, "field 0618 is not one of ISCED-F" in done.err) == (2, True)


def test_what_a_wallet_can_pay_by_a_day_counts_what_rules_bring_until_one_must_enrol(stocked) -> None:
    born = ("--birth-date", "1990-03-14", "--from", "2026-01-01")
    stocked("person", "add", "--id", "P1", *born, "--set", "isced_level=5").ok()
    stocked("course", "relevance", "add", "field:06", "--evidence", "list", "--from", "2026-01-01").ok()
    stocked("topup", "--on", "2026-11-23", "--yes").ok()
    query = ("course", "find", "--field", "061", "--mode", "distance", "--person", "P1", "--on", "2026-11-23")

    def payable(by: str) -> list[tuple[str, str, str, str]]:
        done = stocked(*query, "--affordable-by", by, "-O", "json")
        rows = json.loads(done.out)["rows"] if done.code == 0 else []
        return [(row["course"], row["run"], row["wallet_pays"], row["own_share"]) for row in rows]

    web, data = ("C1", "R2", "450.00", "0.00"), ("C2", "R1", "900.00", "0.00")
    assert payable("2026-12-01") == [web]
    assert payable("2027-06-30") == [web, data]
    # a second year's grant comes after the last day of applications
    stocked("course", "update", "C1", "--price", "1400", "--from", "2026-02-01").ok()
    assert payable("2029-06-30") == [data]
    told = (
        stocked(*query[:2], "--person", "P1", "--affordable-by", "2027-06-30", "--on", "2026-11-23").ok().out
    )
    assert "left out: the provider has no quality label" in told
    nothing = stocked(*query[:2], "databases", *query[6:], "--affordable-by", "2026-12-01")
    assert nothing.code == 66
    assert "1 match otherwise" in nothing.err


def test_five_thousand_courses_are_searched_quickly() -> None:
    empty = "," * (len(COURSES.columns) - 8)
    words = ("web", "data", "welding", "care", "law", "cloud", "garden", "tax")
    courses = "".join(
        f"C{n},2026-01-01,O3,training,{words[n % 8]} {words[n // 8 % 8]} part{n},,en,{empty}\n"
        for n in range(5000)
    )
    runs = "".join(
        f"C{n},R1,2026-01-01,2027-01-01,2027-03-01,,evening,distance" + "," * (len(RUNS.columns) - 8) + "\n"
        for n in range(5000)
    )
    provider = "O3,2026-01-01,provider,X" + "," * (len(ORGANISATIONS.columns) - 4) + "\n"
    ledger = ledger_of({"courses.csv": courses, "runs.csv": runs, "organisations.csv": provider})
    begun = time.process_time()
    hits = search(ledger, Wish(words=("wedling",), modes=("distance",)), date(2026, 11, 23))
    taken = time.process_time() - begun
    assert len(hits) == 1171
    assert taken < 2.0
