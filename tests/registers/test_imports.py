"""`person import` and `organisation import`: all or nothing, once, and every fault in its place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .test_person import commits, declare, text


@pytest.fixture
def take(ledger, invoke):
    """Import bytes or text as persons; `fail=True` where it must be refused."""

    def call(data: bytes | str, *options: str, fail: bool = False, what: str = "person"):
        before = commits(ledger)
        result = invoke("--ledger", ledger, what, "import", "-", "-v", *options, stdin=data)
        if fail:
            assert result.code == 65, (result.out, result.err)
            assert commits(ledger) == before
        else:
            result.ok()
        return result

    return call


def places(result) -> list[str]:
    lines = [line for line in result.err.splitlines() if line.startswith("stdin:")]
    return [" ".join(line.split(" ")[:2]) for line in lines]


def test_a_file_is_taken_once(take, ledger):
    header = "person,valid_from,name,birth_date,region,low_qualified\n"
    data = header + "P1,2026-01-01,Ann,1990-01-02,A,true\nP2,2026-01-01,,,B,\n"
    assert "2 new, 0 known, 0 changed" in take(data).out
    assert text(ledger, "persons.csv").endswith(
        "P1,2026-01-01,,,,,A,,,low_qualified=true\nP2,2026-01-01,,,,,B,,,\n"
    )
    assert text(ledger, "identities.csv").count("\n") == 2
    before = commits(ledger)
    assert "0 new, 2 known, 0 changed (nothing to write)" in take(data).out
    assert commits(ledger) == before


def test_changes_are_counted_and_other_cells_carried_over(take, ledger):
    take("person,valid_from,region,isced_level\nP1,2026-01-01,A,2\nP2,2026-01-01,B,3\n")
    result = take("person,valid_from,region\nP1,2026-03-01,C\nP2,2026-03-01,B\nP3,2026-03-01,D\n")
    assert "1 new, 1 known, 1 changed" in result.out
    assert "P1,2026-03-01,2,,,,C,,,\n" in text(ledger, "persons.csv")


def test_a_different_row_for_the_same_day_is_a_change(take, ledger):
    take("person,valid_from,region\nP1,2026-01-01,A\n")
    assert "1 changed" in take("person,valid_from,region\nP1,2026-01-01,B\n").out
    assert text(ledger, "persons.csv").endswith("P1,2026-01-01,,,,,A,,,\nP1,2026-01-01,,,,,B,,,\n")


def test_an_external_id_of_somebody_else_is_one_finding(take):
    result = take("person,external_id\nP1,HR-1\nP2,HR-1\n", fail=True)
    assert places(result) == ["stdin:3:4: IN-CELL"]


def test_a_truth_is_true_or_false(take):
    result = take("person,low_qualified\nP1,TRUE\nP2,yes\nP3,1\nP4,=1\n", fail=True)
    assert places(result) == [f"stdin:{line}:4: IN-CELL" for line in (2, 3, 4, 5)]
    assert result.err.count("write true or false") == 3


@pytest.mark.parametrize("mark", ["\u00ad", "\u061c", "\u180e", "\u2060", "\ufff9", "\U000e0041", "\u2066"])
def test_no_invisible_mark_comes_in(take, mark):
    result = take(f"person,name\nP1,An{mark}n\n", fail=True)
    assert places(result) == ["stdin:2:4: IN-CELL"]
    assert mark not in result.err


def test_a_history_in_one_file_carries_over_from_row_to_row(take, ledger):
    take("person,valid_from,region\nP1,2026-01-01,A\nP1,2026-02-01,A\nP1,2026-03-01,B\n")
    assert text(ledger, "persons.csv").count("\nP1,") == 2


def test_what_list_writes_is_known(take, ledger, invoke):
    declare(ledger, 'points = { kind = "state", type = "decimal(5,1)", min = "-10" }')
    take('person,region,groups,points\nP1,"A, north",x y,-2.5\nP2,,,\n')
    exported = invoke("--ledger", ledger, "person", "list", "-O", "csv").ok().out
    assert "'-2.5" in exported
    assert "0 new, 2 known, 0 changed (nothing to write)" in take(exported).out


def test_persons_are_matched_by_external_id(take, ledger, invoke):
    take("person,external_id\nP1,HR-7\n")
    result = take("external_id,region\nHR-7,A\nHR-8,B\n", "-O", "json")
    outcomes = {row["outcome"]: row["person"] for row in json.loads(result.out)["rows"]}
    assert outcomes["changed"] == "P1"
    assert outcomes["new"].startswith("ILA-")
    assert "0 new, 2 known" in take("external_id,region\nHR-7,A\nHR-8,B\n").out


def test_faults_are_all_found_with_line_and_column(take):
    data = (
        "person,valid_from,birth_date,work_share,employer,name\n"
        "P1,2026-01-01,2026-02-30,NaN,,Ann\n"
        "P2,2026-01-01,2026/01/05,inf,,\n"
        "P3,2026-01-01,,1_000,,\n"
        "P4,2026-01-01,,\uff10.5,,\n"
        "P5,2026-01-01,,,,=1+1\n"
        "P6,2026-01-01,,,,\x1b[31mred\n"
        "P7,2026-01-01,2026-11-24,,O9,\n"
        "P8,2026-01-01\n"
        "P9,2026-01-01,,,,,,\n"
        'P10,2026-01-01,,,,"open\n'
        "P11,2026-01-01,,,,\n"
        "P11,2026-01-01,,,,\n"
        "\n"
        "p12,2026-13-01,,,,\n"
        ",2026-01-01,,,,x\n"
    )
    assert places(take(data, fail=True)) == [
        "stdin:2:15: IN-CELL",
        "stdin:2:26: IN-CELL",
        "stdin:3:15: IN-CELL",
        "stdin:3:26: IN-CELL",
        "stdin:4:16: IN-CELL",
        "stdin:5:16: IN-CELL",
        "stdin:6:18: IN-CELL",
        "stdin:7:18: IN-CELL",
        "stdin:8:15: IN-CELL",
        "stdin:8:27: IN-CELL",
        "stdin:9:14: IN-WIDTH",
        "stdin:10:19: IN-WIDTH",
        "stdin:11:19: IN-QUOTES",
        "stdin:13:1: IN-CELL",
        "stdin:14: IN-BLANK-LINE",
        "stdin:15:1: IN-CELL",
        "stdin:15:5: IN-CELL",
        "stdin:16:1: IN-CELL",
    ]


@pytest.mark.parametrize(
    ("data", "place", "said"),
    [
        (b"person;region\nP1;A\n", "stdin:1:7: IN-DELIMITER", "semicolons"),
        (b"person\tregion\nP1\tA\n", "stdin:1:7: IN-DELIMITER", "tabs"),
        (b"person,regio\nP1,A\n", "stdin:1:8: IN-COLUMN", "did you mean region?"),
        (b"Person,region\nP1,A\n", "stdin:1:1: IN-COLUMN", "did you mean person?"),
        (b"\n\n", "stdin:1: IN-BLANK-LINE", "names the columns"),
        (b",,\nP1,A,B\n", "stdin:1: IN-BLANK-LINE", "names the columns"),
        (b"person,region\rP1,A\r", "stdin:1:14: IN-CONTROL", "do the lines end in it?"),
        (b"person," + b"x" * 200_000 + b"\n", "stdin:1: IN-LONG-LINE", "more than 16384"),
        (b"person,region,region\nP1,A,B\n", "stdin:1:15: IN-COLUMN-TWICE", "region"),
        (b"region\nA\n", "stdin:1: IN-COLUMN-MISSING", "person or external_id"),
        (b"person,region\nP1,\xc5iauliai\n", "stdin:2:4: IN-ENCODING", "Latin-1"),
        ("person,region\nP1,A\n".encode("utf-16"), "stdin:1:1: IN-ENCODING", "UTF-16"),
        ("person,region\nP1,A\n".encode("utf-16-le"), "stdin:1:1: IN-ENCODING", "UTF-16"),
        (b"", "stdin: IN-EMPTY", "empty"),
        (b"person,region\nP1,A\0\n", "stdin:2:5: IN-CONTROL", "NUL"),
        (b"external_id,region\nX1,A\nX1,B\n", "stdin:3:1: IN-CELL", "X1 stands here twice"),
        (b"person,external_id\nP1,X1\nP2,X1\n", "stdin:3:4: IN-CELL", "X1"),
        (b"person,facts\nP1,a=b\n", "stdin:1:8: IN-COLUMN", "facts"),
    ],
)
def test_what_can_be_read_in_two_ways_is_refused(take, data, place, said):
    result = take(data, fail=True)
    assert place in places(result)
    assert said in result.err


def test_what_spreadsheets_write_is_taken(take, ledger):
    result = take(b'\xef\xbb\xbf"person","region"\r\n"P1","Vilnius"\r\n"P2","A ""q"", B"\r\n')
    assert "byte-order mark" in result.err
    assert 'P1,2026-11-23,,,,,Vilnius,,,\nP2,2026-11-23,,,,,"A ""q"", B",,,\n' in text(ledger, "persons.csv")


def test_a_file_that_may_be_cut_off_is_said(take):
    assert "no line feed" in take("person,region\nP1,A").err


def test_the_senders_control_figures_hold(take):
    take("person\nP1\nP2\n", "--expect-rows", "2")
    assert "2 rows instead of the 3" in take("person\nP1\nP2\n", "--expect-rows", "3", fail=True).err


def test_a_key_leaves_no_names_in_the_log(take, ledger):
    take("person,name\nP1,Ann\n", "--key", "HR-2026")
    assert "done already" in take("person,name\nP1,Ann\n", "--key", "HR-2026").out
    assert "Ann" not in text(ledger, "commits.jsonl")


def test_figures_replace_those_of_the_same_source(take, ledger):
    declare(ledger, 'hours_worked = { kind = "figure", type = "decimal(9,2)" }')
    take("person,external_id\nP1,X1\n")
    data = "person,figure,from,to,value,source\nP1,hours_worked,2026-01-01,2026-12-31,1607.00,O1\n"
    assert "1 new" in take(data, "--expect-total", "1607").out
    assert "1 known" in take(data.replace("1607.00", "1607")).out
    assert "1 changed" in take(data.replace("1607.00", "803.5")).out
    assert "1 new" in take("external_id,figure,from,to,value\nX1,hours_worked,2026-01-01,2026-01-31,8\n").out
    refused = take(data, "--expect-total", "1608", fail=True).err
    assert "the rows add up to 1607 instead of the 1608 expected" in refused


def test_options_without_effect_are_refused(take, ledger, invoke):
    figures = "person,figure,from,to,value\n"
    base = ("--ledger", ledger, "person", "import", "-")
    assert invoke(*base, "--from", "2026-01-01", stdin=figures).code == 2
    assert invoke(*base, "--expect-total", "1", stdin="person\nP1\n").code == 2
    assert invoke(*base, "--expect-total", "1e3", stdin=figures).code == 2


def test_faults_of_figures(take, ledger):
    declare(ledger, 'hours_worked = { kind = "figure", type = "decimal(9,2)" }')
    take("person\nP1\n")
    data = (
        "person,figure,from,to,value\n"
        "P1,hours,2026-01-01,2026-12-31,1\n"
        "P1,hours_worked,2026-01-01,2025-12-31,1\n"
        "P1,hours_worked,2026-01-01,2026-12-31,1.005\n"
        "P9,hours_worked,2026-01-01,2026-12-31,1\n"
        "P1,hours_worked,2026-02-01,2026-12-31,1\n"
        "P1,hours_worked,2026-02-01,2026-12-31,2\n"
        "P1,low_qualified,2026-02-01,2026-12-31,2\n"
        "P1,hours_worked,2026-02-01,2026-12-31,1e3\n"
    )
    assert places(take(data, fail=True)) == [
        "stdin:2:4: IN-CELL",
        "stdin:3:28: IN-CELL",
        "stdin:4:39: IN-CELL",
        "stdin:5:1: IN-CELL",
        "stdin:7:4: IN-CELL",
        "stdin:8:4: IN-CELL",
        "stdin:9:39: IN-CELL",
    ]


def test_many_persons_take_seconds(take, ledger):
    import time

    rows = [f"P{i},2026-01-01,Name {i},1990-01-{1 + i % 31:02},A" for i in range(20_000)]
    data = "person,valid_from,name,birth_date,region\n" + "\n".join(rows) + "\n"
    start = time.process_time()
    take(data)
    assert time.process_time() - start < 5
    assert text(ledger, "persons.csv").count("\n") == 20_001


# ---- organisations --------------------------------------------------------------------------


def test_organisations_are_taken_once(take, ledger, invoke):
    data = "organisation,kinds,name,country\n"
    data += 'O1,employer provider,"Baltic, ""Timber""",LT\nO2,service,Job centre,\n'
    assert "2 new" in take(data, what="organisation").out
    assert "2 known" in take(data, what="organisation").out
    assert "1 changed" in take("organisation,contact\nO1,a@example.org\n", what="organisation").out
    exported = invoke("--ledger", ledger, "organisation", "list", "-O", "csv").ok().out
    assert "2 known" in take(exported, what="organisation").out


def test_faults_of_organisations(take):
    data = (
        "organisation,kinds,name,label_from,label_until\n"
        "O1,shop,A,,\n"
        "O2,employer,,,\n"
        "O3,,B,,\n"
        "O4,employer,C,2026-02-01,2026-01-01\n"
        "O5,employer employer,D,,\n"
    )
    assert places(take(data, what="organisation", fail=True)) == [
        "stdin:2:4: IN-CELL",
        "stdin:3:13: IN-CELL",
        "stdin:4:4: IN-CELL",
        "stdin:5:26: IN-CELL",
        "stdin:6:4: IN-CELL",
    ]


def test_an_organisation_by_hand(ledger, invoke):
    add = (
        "--ledger",
        ledger,
        "organisation",
        "add",
        "--id",
        "O1",
        "--kind",
        "employer",
        "--name",
        "Baltic Timber",
    )
    invoke(*add).ok()
    before = commits(ledger)
    invoke(*add).ok()
    assert commits(ledger) == before
    assert invoke(*add, "--country", "LT").code == 3
    update = ("--ledger", ledger, "organisation", "update", "O1", "--from", "2026-12-01", "--country", "LT")
    invoke(*update).ok()
    invoke(*update).ok()
    assert text(ledger, "organisations.csv").count("\nO1,") == 2
    assert "LT" not in invoke("--ledger", ledger, "organisation", "show", "O1").ok().out.split("Rows")[0]
    assert "O1" in invoke("--ledger", ledger, "organisation", "find", "TIMBER").ok().out
    assert invoke("--ledger", ledger, "organisation", "find", "stone").code == 66
    assert invoke("--ledger", ledger, "organisation", "show", "O9").code == 66
    assert invoke("--ledger", ledger, "organisation", "update", "O9").code == 66
    assert invoke("--ledger", ledger, "organisation", "add", "--id", "O2").code == 2
    assert (
        invoke("--ledger", ledger, "organisation", "list", "--kind", "provider", "-O", "csv")
        .ok()
        .out.count("\n")
        == 1
    )


def test_an_input_that_is_not_there(ledger: Path, invoke):
    assert invoke("--ledger", ledger, "person", "import", "nowhere.csv").code == 66


def test_a_key_stands_for_one_organisation(ledger, invoke):
    def organisation(*words: str):
        return invoke("--ledger", ledger, "organisation", *words)

    add = ("--kind", "provider", "--name", "Academy", "--from", "2026-01-01", "--key", "form-7")
    organisation("add", "--id", "O1", *add).ok()
    assert "done already" in organisation("add", "--id", "O1", *add, "-v").ok().out
    assert organisation("add", "--id", "O2", *add).code == 3
    organisation("add", "--id", "O2", *add[:-2]).ok()
    suspend = ("--suspend", "an audit", "--key", "letter-1")
    organisation("update", "O1", *suspend).ok()
    assert organisation("update", "O2", *suspend).code == 3
