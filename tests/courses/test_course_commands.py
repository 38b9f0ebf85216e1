"""`course add`, `update`, `withdraw`, `show`, `list`: what is recorded, carried over, refused and shown."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

ADD = ("course", "add", "--id", "C1", "--provider", "O3", "--kind", "training", "--title", "Welding")
FROM = ("--from", "2026-01-01")


def rows(ledger: Path, file: str = "courses.csv") -> list[str]:
    return (ledger / file).read_text("utf-8").splitlines()[1:]


def test_a_course_is_added_once_with_all_that_is_told(cli, ledger: Path) -> None:
    told = (
        *("--title-in", "sv=Svetsning", "--title-in", "lt=Suvirinimas", "--field", "0715", "--level", "4"),
        *("--ects", "2.5", "--hours", "60", "--price", "400", "--eligible", "350.5", "--unit", "EUR"),
        *("--language", "en", "--language", "sv", "--assessment", "a test piece", "--cycle", "short"),
        *("--quality-assurance", "EQAVET", "--prerequisites", "good eyes"),
    )
    assert cli(*ADD, *told, *FROM).ok().out == ""
    assert rows(ledger) == [
        "C1,2026-01-01,O3,training,Welding,lt: Suvirinimas | sv: Svetsning,en sv,4,short,0715,2.5,60,400.00,"
        "350.50,EUR,a test piece,EQAVET,good eyes,,,"
    ]
    cli(*ADD, *told, *FROM).ok()
    assert len(rows(ledger)) == 1
    other = cli(*ADD, *FROM, "--hours", "90")
    assert other.code == 3
    assert "ALREADY-THERE course C1" in other.err
    assert len(rows(ledger)) == 1


def test_an_update_carries_the_rest_over_and_titles_by_language(cli, ledger: Path) -> None:
    cli(*ADD, *FROM, "--title-in", "sv=Svets", "--price", "400").ok()
    cli("course", "update", "C1", "--from", "2027-01-01", "--price", "450", "--title-in", "lt=Virin").ok()
    assert (
        rows(ledger)[1] == "C1,2027-01-01,O3,training,Welding,lt: Virin | sv: Svets,,,,,,,450.00,,EUR,,,,,,"
    )
    cli("course", "update", "C1", "--from", "2027-01-01", "--title-in", "sv=").ok()
    assert "lt: Virin,,," in rows(ledger)[2]


def test_an_update_before_the_first_row_tells_when_that_begins(cli, ledger: Path) -> None:
    cli(*ADD, *FROM).ok()
    for what in (
        ("course", "update", "C1", "--hours", "9"),
        ("organisation", "update", "O3", "--contact", "x"),
    ):
        said = cli(*what, "--from", "2000-01-01")
        assert (said.code, "its first row holds from 20" in said.err) == (2, True), said.err
    assert len(rows(ledger)) == 1


def test_a_withdrawal_of_a_later_day_that_is_lifted_before_is_told_as_changed(cli, ledger: Path) -> None:
    cli(*ADD, *FROM).ok()
    cli("course", "withdraw", "C1", "--why", "ended", "--from", "2027-01-01").ok()
    said = cli("course", "withdraw", "C1", "--lift", "--from", "2026-12-01", "-v").ok().out
    assert "C1: changed, from 2027-01-01 (commit" in said
    assert rows(ledger)[-1].endswith(",,")
    again = cli("course", "withdraw", "C1", "--lift", "--from", "2026-12-01", "-v").ok().out
    assert "C1: known, from 2026-12-01 (nothing to write)" in again


def test_without_an_id_it_gets_a_random_one(cli, ledger: Path) -> None:
    cli(*ADD[:2], *ADD[4:]).ok()
    cli(*ADD[:2], *ADD[4:]).ok()
    ids = {row.split(",")[0] for row in rows(ledger)}
    assert len(ids) == 2
    assert all(one.startswith("ILA-") for one in ids)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--provider", "O33"), "provider O33 is not in organisations.csv"),
        (("--provider", "O1"), "O1 is no provider but employer"),
        (("--field", "0618"), "field 0618 is not one of ISCED-F 2013"),
        (("--level", "9"), "eqf_level '9' is not an EQF level"),
        (("--price", "400.005"), "price '400.005' is not an amount in EUR"),
        (("--price", "-4"), "price '-4' is not an amount"),
        (("--price", "400", "--unit", "USD"), "unit USD is not declared in ledger.toml"),
        (("--price", "400", "--eligible", "401"), "eligible 401.00 is more than the price, 400.00"),
        (("--eligible", "401"), "eligible 401.00 is more than the price, which is not told"),
        (("--hours", "-3"), "hours -3 is below zero"),
        (("--part-of", "C9"), "part_of C9 is not a course"),
        (("--part-of", "C1"), "C1 would count towards itself"),
        (("--title-in", "swe=Svets"), "no language code of two small letters"),
        (("--title-in", "sv=a | b"), "titles"),
        (("--set", "late=true"), "late is not a fact of courses in this scheme"),
        (("--set", "price=9"), "price is no fact that a scheme declares"),
        (("--title", "=Welding"), "starts like a spreadsheet formula"),
        (("--id", "c1"), "is not an id"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_written(cli, ledger: Path, more, said: str) -> None:
    found = cli(*ADD, *FROM, *more)
    assert (found.code, said in found.err) == (2, True), found.err
    assert rows(ledger) == []


def test_an_award_cannot_count_towards_itself_by_a_ring(cli, ledger: Path) -> None:
    text = (
        "course,provider,kind,title,part_of\nC1,O3,training,A,C2\nC2,O3,training,B,C3\nC3,O3,training,C,C1\n"
    )
    found = cli("course", "import", "-", stdin=text)
    assert found.code == 65
    assert "C3 would count towards itself by part_of C1" in found.err
    good = text.replace("C,C1", "C,")
    cli("course", "import", "-", stdin=good).ok()  # each names one that comes later
    assert cli("course", "show", "C3").ok().out.count("made of        C2") == 1


def test_facts_of_courses_are_those_the_scheme_declares(cli, ledger: Path) -> None:
    declared = '[facts]\ncar_licence = { kind = "course", type = "bool", default = "false" }\n'
    (ledger / "rules/courses.toml").write_text(declared, "utf-8")
    cli("adopt", "--why", "a fact", "--yes").ok()
    assert "is not of its type, bool" in cli(*ADD, *FROM, "--set", "car_licence=perhaps").err
    cli(*ADD, *FROM, "--set", "car_licence=true").ok()
    assert rows(ledger)[0].endswith(",car_licence=true")
    assert "car_licence" in cli("course", "list", "-O", "csv").ok().out.splitlines()[0]
    table = cli("course", "list", "-O", "csv").ok().out
    assert json.loads(cli("course", "import", "-", "-O", "json", stdin=table).ok().out)["known"] == 1
    cli("course", "update", "C1", "--set", "car_licence=", *FROM).ok()
    assert rows(ledger)[1].endswith(",")


def test_withdrawn_means_in_rows_of_later_days_too(cli, ledger: Path) -> None:
    cli(*ADD, *FROM, "--price", "400").ok()
    cli("course", "update", "C1", "--from", "2027-01-01", "--price", "450").ok()
    assert cli("course", "withdraw", "C1").code == 2
    assert cli("course", "withdraw", "C1", "--why", "x", "--lift").code == 2
    assert cli("course", "withdraw", "C9", "--why", "x").code == 66
    cli("course", "withdraw", "C1", "--why", "no teacher", "--from", "2026-12-01").ok()
    assert [row.split(",")[1] for row in rows(ledger) if "no teacher" in row] == ["2026-12-01", "2027-01-01"]
    assert cli("course", "find", "welding", "--on", "2027-02-01").code == 66
    assert cli("course", "list", "--on", "2027-02-01", "-O", "csv").ok().out.count("\n") == 1
    assert cli("course", "list", "--withdrawn", "--on", "2027-02-01", "-O", "csv").ok().out.count("\n") == 2
    cli("course", "withdraw", "C1", "--lift", "--from", "2027-01-15").ok()
    assert cli("course", "find", "welding", "--on", "2027-01-20").code == 0
    assert cli("course", "find", "welding", "--on", "2027-01-10").code == 66


def test_a_key_stands_for_one_course(cli, ledger: Path) -> None:
    cli(*ADD, *FROM, "--key", "form-7").ok()
    assert "done already" in cli(*ADD, *FROM, "--key", "form-7", "-v").ok().out
    assert cli(*ADD[:3], "C2", *ADD[4:], *FROM, "--key", "form-7").code == 3


def test_a_page_tells_all_of_a_course_on_80_columns(stocked) -> None:
    stocked("course", "outcome", "add", "C1", "--kind", "skill", "--text", "Writes a page").ok()
    stocked("course", "relevance", "add", "field:06", "--evidence", "shortage list").ok()
    page = stocked("course", "show", "C1").ok().out
    assert "field          0613 Software and applications development and analysis" in page
    assert "quality label  EQAVET" in page
    assert "title in sv    Webbprogrammering" in page
    assert "R1 " not in page
    assert "R2 " in page
    assert "Writes a page" in page
    assert "shortage list" in page
    assert max(map(len, page.splitlines())) <= 80
    assert "R1 " in stocked("course", "show", "C1", "--all-runs").ok().out
    found = json.loads(stocked("course", "show", "C1", "-O", "json").ok().out)
    assert found["holds"]["price"] == "450.00"
    assert [row["run"] for row in found["rows"]] == ["R2", "R3"]
    assert "none in force on" in stocked("course", "show", "C4").ok().out
    stocked("organisation", "update", "O4", "--suspend", "an audit").ok()
    assert "the provider is suspended: an audit" in stocked("course", "show", "C4").ok().out
    later = stocked("course", "show", "C1", "--on", "2025-01-01")
    assert later.code == 66
    assert "give --on 2026-01-01" in later.err
    assert stocked("course", "show", "C9").code == 66


def test_a_course_that_is_withdrawn_shows_no_run_to_enrol_in(cli, ledger: Path) -> None:
    cli(*ADD, *FROM).ok()
    cli("course", "run", "add", "C1", "--id", "R1", "--starts", "2027-06-01", *FROM).ok()
    show = ("course", "show", "C1", "--on", "2027-02-01")
    assert "Runs one may still enrol in" in cli(*show).ok().out
    cli("course", "withdraw", "C1", "--why", "no teacher", "--from", "2027-01-01").ok()
    assert "Runs" not in cli(*show).ok().out
    assert json.loads(cli(*show, "-O", "json").ok().out)["rows"] == []
    assert "R1" in cli(*show, "--all-runs").ok().out
