"""`person add`, `update`, `show`, `list`, `find`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

FROM = ("--from", "2026-01-01")


def text(ledger: Path, file: str) -> str:
    return (ledger / file).read_text("utf-8")


def commits(ledger: Path) -> int:
    return text(ledger, "commits.jsonl").count("\n")


def test_a_person_is_added_once(ledger, invoke):
    args = (
        "--ledger",
        ledger,
        "person",
        "add",
        "--id",
        "P1",
        *FROM,
        "--set",
        "region=Vilnius",
        "--name",
        "Zoë Š",
    )
    assert invoke(*args).ok().out == ""
    assert text(ledger, "persons.csv").endswith("P1,2026-01-01,,,,,Vilnius,,,\n")
    before = commits(ledger)
    invoke(*args).ok()
    assert commits(ledger) == before


def test_who_a_person_is_stands_in_identities_alone(ledger, invoke):
    invoke(
        "--ledger", ledger, "person", "add", "--id", "P1", "--name", "Zoë", "--birth-date", "1990-03-14"
    ).ok()
    assert "Zoë,1990-03-14,,,," in text(ledger, "identities.csv")
    for file in ("persons.csv", "commits.jsonl"):
        assert "Zo" not in text(ledger, file)
        assert "1990-03" not in text(ledger, file)  # 1990 alone may stand in a digest


def test_an_existing_id_with_other_facts_is_refused(ledger, invoke):
    invoke("--ledger", ledger, "person", "add", "--id", "P1").ok()
    result = invoke("--ledger", ledger, "person", "add", "--id", "P1", "--set", "region=Vilnius")
    assert result.code == 3
    assert "person update P1" in result.err


def test_a_random_id_has_the_prefix(ledger, invoke):
    result = invoke("--ledger", ledger, "person", "add", "--set", "isced_level=2", "-O", "json").ok()
    person = json.loads(result.out)["rows"][0]["person"]
    assert person.startswith("ILA-")
    assert len(person) == 12


def test_a_name_can_come_from_stdin(ledger, invoke):
    invoke("--ledger", ledger, "person", "add", "--id", "P1", "--name", "-", stdin="Jonas É\nmore\n").ok()
    assert ",Jonas É," in text(ledger, "identities.csv")
    for words in (("add", "--id", "P2"), ("update", "P1")):
        result = invoke("--ledger", ledger, "person", *words, "--name", "-", stdin="")
        assert (result.code, "no name came on stdin" in result.err) == (2, True)
    result = invoke("--ledger", ledger, "person", "add", "--id", "P2", "--name", "-", stdin=b"Jonas \xe9\n")
    assert result.code == 2
    assert "UTF-8" in result.err


def test_an_update_carries_over_and_is_written_once(ledger, invoke):
    invoke("--ledger", ledger, "person", "add", "--id", "P1", *FROM, "--set", "region=Vilnius").ok()
    update = ("--ledger", ledger, "person", "update", "P1", "--from", "2026-06-01", "--set", "isced_level=3")
    invoke(*update).ok()
    assert text(ledger, "persons.csv").endswith("P1,2026-06-01,3,,,,Vilnius,,,\n")
    before = commits(ledger)
    assert "nothing to write" in invoke(*update, "-v").ok().out
    assert commits(ledger) == before


def test_a_declared_state_is_set_and_unset(ledger, invoke):
    base = ("--ledger", ledger, "person", "update", "P1")
    invoke("--ledger", ledger, "person", "add", "--id", "P1", *FROM, "--set", "low_qualified=true").ok()
    assert text(ledger, "persons.csv").endswith(",low_qualified=true\n")
    invoke(*base, "--from", "2026-02-01", "--set", "low_qualified=").ok()
    assert text(ledger, "persons.csv").endswith("P1,2026-02-01,,,,,,,,\n")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--set", "regio=x"), "did you mean region?"),
        (("--set", "isced_level=9"), "ISCED"),
        (("--set", "low_qualified=yes"), "low_qualified"),
        (("--set", "employer=O9"), "organisation add"),
        (("--set", "region"), "name=value"),
        (("--set", "region=a", "--set", "region=b"), "twice"),
        (("--set", "region==1+1"), "formula"),
        (("--set", "same_as=P1"), "same_as"),
        (("--birth-date", "2026-11-24"), "lies after 2026-11-23"),
        (("--birth-date", "1990-02-30"), "not a day"),
        (("--name", "a\x1b[31mb"), "control"),
        (("--figure", "hours=3"), "--span"),
        (("--span", "2026"), "--figure"),
        (("--figure", "hours=3", "--span", "2026-13"), "stretch of days"),
        (("--figure", "hours=3", "--span", "2026"), "not a figure"),
        (("--id", "p1"), "--id"),
        (("--from", "2026-02-30"), "not a day"),
    ],
)
def test_what_cannot_be_is_refused_and_writes_nothing(ledger, invoke, options, said):
    before = commits(ledger)
    args = options if "--id" in options else ("--id", "P1", *options)
    result = invoke("--ledger", ledger, "person", "add", *args)
    assert result.code == 2
    assert said in result.err
    assert "\x1b" not in result.err
    assert commits(ledger) == before


def test_an_unknown_person_cannot_be_updated(ledger, invoke):
    result = invoke("--ledger", ledger, "person", "update", "P9", "--set", "region=x")
    assert result.code == 66


def declare(ledger: Path, *lines: str) -> None:
    rules = ledger / "rules" / "scheme.toml"
    rules.write_text(
        rules.read_text("utf-8").replace("[facts]\n", "\n".join(["[facts]", *lines, ""])), "utf-8"
    )


def test_figures_and_sensitive_facts_go_where_they_belong(ledger, invoke):
    declare(
        ledger,
        'hours_worked = { kind = "figure", type = "decimal(9,2)" }',
        'disability = { kind = "state", type = "bool", sensitive = true }',
    )
    add = ("--ledger", ledger, "person", "add", "--id", "P1", *FROM, "--set", "disability=true")
    figure = ("--figure", "hours_worked=803.50", "--span", "2026-01", "--source", "PAYROLL")
    invoke(*add, *figure).ok()
    assert text(ledger, "figures.csv").endswith("P1,hours_worked,2026-01-01,2026-01-31,803.50,PAYROLL\n")
    assert "disability" not in text(ledger, "persons.csv")
    assert ",disability=true," in text(ledger, "identities.csv")
    before = commits(ledger)
    invoke(*add, *figure).ok()
    assert commits(ledger) == before
    shown = invoke("--ledger", ledger, "person", "show", "P1").ok().out
    assert "803.5" in shown
    assert "disability" in shown


def test_a_dry_run_writes_nothing(ledger, invoke):
    before = commits(ledger)
    assert "dry run" in invoke("--ledger", ledger, "person", "add", "--id", "P1", "-n").ok().out
    assert commits(ledger) == before


def test_a_key_stands_for_one_content(ledger, invoke):
    args = ("--ledger", ledger, "person", "add", "--key", "HR-1")
    invoke(*args, "--set", "region=a").ok()
    before = commits(ledger)
    assert "done already" in invoke(*args, "--set", "region=a", "-v").ok().out
    assert commits(ledger) == before
    assert invoke(*args, "--set", "region=b").code == 3


def test_the_same_name_and_birth_date_is_said(ledger, invoke):
    who = ("--name", "Ann, Lee", "--birth-date", "1990-01-02")
    invoke("--ledger", ledger, "person", "add", "--id", "P1", *who).ok()
    assert "P1 has the same name" in invoke("--ledger", ledger, "person", "add", "--id", "P2", *who).ok().err


def test_an_external_id_belongs_to_one(ledger, invoke):
    invoke("--ledger", ledger, "person", "add", "--id", "P1", "--external-id", "HR,7").ok()
    result = invoke("--ledger", ledger, "person", "add", "--id", "P2", "--external-id", "HR,7")
    assert (result.code, "belongs to P1" in result.err) == (2, True)


def test_show_tells_what_holds_on_a_day(ledger, invoke):
    invoke(
        "--ledger",
        ledger,
        "person",
        "add",
        "--id",
        "P1",
        *FROM,
        "--set",
        "region=A",
        "--birth-date",
        "2000-02-29",
    ).ok()
    invoke("--ledger", ledger, "person", "update", "P1", "--from", "2026-06-01", "--set", "region=B").ok()
    data = json.loads(
        invoke("--ledger", ledger, "person", "show", "P1", "--on", "2026-02-28", "-O", "json").ok().out
    )
    assert data["holds"] == {"region": "A"}
    assert data["age"] == 25
    assert [row["valid_from"] for row in data["rows"]] == ["2026-01-01", "2026-06-01"]
    assert "yet" in invoke("--ledger", ledger, "person", "show", "P1", "--on", "2025-01-01").ok().out
    assert invoke("--ledger", ledger, "person", "show", "P9").code == 66


def test_two_ids_of_one_person_are_shown_as_one(ledger, invoke):
    for person in ("P1", "P2"):
        invoke("--ledger", ledger, "person", "add", "--id", person, *FROM).ok()
    invoke("--ledger", ledger, "person", "update", "P2", "--from", "2026-02-01", "--set", "same_as=P1").ok()
    assert "also    P2" in invoke("--ledger", ledger, "person", "show", "P2").ok().out
    rows = json.loads(invoke("--ledger", ledger, "person", "list", "-O", "json").ok().out)["rows"]
    assert [row["person"] for row in rows] == ["P1"]


def test_list_chooses_and_hides_names(ledger, invoke):
    invoke(
        "--ledger", ledger, "organisation", "add", "--id", "O1", "--kind", "employer", "--name", "Org"
    ).ok()
    for person, facts in (("P1", ("region=A", "groups=young rural")), ("P2", ("region=B", "employer=O1"))):
        sets = [word for fact in facts for word in ("--set", fact)]
        invoke(
            "--ledger", ledger, "person", "add", "--id", person, "--name", f"Name {person}", *FROM, *sets
        ).ok()

    def ids(*options: str) -> list[str]:
        out = invoke("--ledger", ledger, "person", "list", "-O", "json", *options).ok().out
        return [row["person"] for row in json.loads(out)["rows"]]

    assert ids() == ["P1", "P2"]
    assert ids("--region", "A") == ["P1"]
    assert ids("--group", "rural") == ["P1"]
    assert ids("--employer", "O1") == ["P2"]
    assert ids("--on", "2025-12-31") == []
    assert "Name" not in invoke("--ledger", ledger, "person", "list", "-O", "csv").ok().out
    assert "Name P1" in invoke("--ledger", ledger, "person", "list", "--names").ok().out


def test_find_minds_neither_capitals_nor_accents(ledger, invoke):
    invoke(
        "--ledger",
        ledger,
        "person",
        "add",
        "--id",
        "P1",
        "--name",
        "Žydrė Ąžuolė",
        "--contact",
        "zydre@example.org",
    ).ok()
    invoke("--ledger", ledger, "person", "add", "--id", "P2", "--name", "Łukasz Nowak").ok()
    assert "P1" in invoke("--ledger", ledger, "person", "find", "AZUOLE", "zyd").ok().out
    assert "P1" in invoke("--ledger", ledger, "person", "find", "example.org").ok().out
    assert "P2" in invoke("--ledger", ledger, "person", "find", "lukasz").ok().out
    assert invoke("--ledger", ledger, "person", "find", "nobody").code == 66


def test_somebody_of_whom_nothing_is_told_is_not_added(ledger, invoke):
    before = commits(ledger)
    refused = invoke("--ledger", ledger, "person", "add")
    assert (refused.code, refused.out) == (2, "")
    assert "nothing is told" in refused.err
    assert commits(ledger) == before
