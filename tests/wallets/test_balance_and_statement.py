"""`balance` and `statement` on the command line: figures, formats, statuses, speed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ilactl.ledger.columns import ENTITLEMENTS
from ilactl.ledger.entries import entries_of
from ilactl.ledger.snapshot import Snapshot
from ilactl.reports import balances as report
from ilactl.reports.words import words_of
from tests.wallets.money_events import Event, entries_of_event, events


@pytest.fixture
def cli(ledger: Path, invoke):
    def call(*args: str, stdin: str | None = None):
        return invoke(*args, stdin=stdin, env={"ILACTL_LEDGER": str(ledger)})

    people = "person,region,isced_level\nP1,North,3\nP2,South,\nP3,North,5\n"
    call("person", "import", "-", "--from", "2026-01-01", stdin=people).ok()
    call("organisation", "add", "--id", "O1", "--name", "Baltic Timber", "--kind", "employer").ok()
    call("organisation", "add", "--id", "O2", "--name", "Job Centre", "--kind", "service").ok()
    for person, amount, giver, day in (
        ("P1", "800", "O1", "2026-11-20"),
        ("P1", "0.05", "O2", "2026-11-22"),
        ("P2", "100", "O1", "2026-11-22"),
    ):
        words = ("--from", giver, "--ref", f"PAY-{amount}", "--on", day)
        call("contribution", "add", person, amount, *words).ok()
    return call


def rows(result) -> list[dict[str, str]]:
    return json.loads(result.ok().out)["rows"]


def figures(result) -> list[str]:
    return [row["balance"] for row in rows(result)]


def test_a_person_has_a_row_for_each_unit(cli) -> None:
    assert rows(cli("balance", "P3", "-O", "json")) == [
        {
            "person": "P3",
            "unit": "EUR",
            "balance": "0.00",
            "reserved": "0.00",
            "usable": "0.00",
            "owed": "0.00",
        }
    ]
    assert [row["balance"] for row in rows(cli("balance", "P1", "P2", "P1", "-O", "json"))] == [
        "800.05",
        "100.00",
    ]
    assert cli("balance", "-", "P2", "-O", "csv", stdin="P1\n\nP3\n").ok().out.splitlines()[1:] == [
        "P1,EUR,800.05,0.00,800.05,0.00",
        "P2,EUR,100.00,0.00,100.00,0.00",
        "P3,EUR,0.00,0.00,0.00,0.00",
    ]


def test_on_reads_the_ledger_as_it_was_booked_by_then(cli) -> None:
    assert figures(cli("balance", "P1", "--on", "2026-11-21", "-O", "json")) == ["800.00"]
    assert figures(cli("balance", "P1", "--on", "2026-11-19", "-O", "json")) == ["0.00"]


def test_missing_persons_are_all_named(cli) -> None:
    missing = cli("balance", "P1", "X1", "X2")
    assert (missing.code, missing.out) == (66, "")
    assert "persons X1, X2 not found" in missing.err


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("unit", {None: "900.05"}),
        ("person", {"P1": "800.05", "P2": "100.00"}),
        ("fund", {"employer:O1": "900.00", "service:O2": "0.05"}),
        ("class", {"employer": "900.00", "service": "0.05"}),
        ("rule", {"employer": "900.00", "service": "0.05"}),
        ("region", {"North": "800.05", "South": "100.00"}),
        ("isced_level", {"3": "800.05", None: "100.00"}),
        ("employer", {None: "900.05"}),
    ],
)
@pytest.mark.parametrize("large", [0, 1 << 40], ids=["engine", "lines"])
def test_groups(cli, by: str, expected: dict, large: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "LARGE", large)
    found = rows(cli("balance", "--by", by, "-O", "json"))
    assert {row.get(by) if by != "unit" else None: row["balance"] for row in found} == expected


def test_the_engine_reads_a_ledger_named_by_a_relative_path(cli, ledger: Path, invoke, monkeypatch) -> None:
    monkeypatch.setattr(report, "LARGE", 0)
    answer = invoke("balance", "--ledger", ledger.name, "--by", "region", "-O", "csv", cwd=ledger.parent).ok()
    assert answer.out.splitlines()[1] == "North,EUR,800.05,0.00,800.05,0.00"


def test_a_statement_tells_each_movement_in_words(cli) -> None:
    text = cli("statement", "P1").ok().out
    assert "Paid in by Baltic Timber (O1), reference PAY-800" in text
    assert "800.05" in text.splitlines()[3]
    assert "Usable on 2026-11-23" in text
    assert "no end" in text


def test_a_statement_opens_and_closes(cli) -> None:
    answer = json.loads(cli("statement", "P1", "--from", "2026-11-21", "-O", "json").ok().out)
    assert answer["units"][0]["opening"] == "800.00"
    assert answer["units"][0]["balance"] == "800.05"
    assert [(row["change"], row["balance"]) for row in answer["rows"]] == [("0.05", "800.05")]
    until = json.loads(cli("statement", "P1", "--until", "2026-11-21", "-O", "json").ok().out)
    assert (until["units"][0]["balance"], until["usable_on"]) == ("800.00", "2026-11-21")
    nobody = json.loads(cli("statement", "P3", "-O", "json").ok().out)
    assert (nobody["rows"], nobody["lots"], nobody["units"][0]["balance"]) == ([], [], "0.00")
    assert cli("statement", "X").code == 66
    assert cli("statement", "P1", "--from", "2026-11-21", "--until", "2026-11-20").code == 2
    header, *lines = cli("statement", "P1", "-O", "csv").ok().out.splitlines()
    assert header.startswith("booked_on,entry,kind,what,unit,amount,change,balance,reserved")
    assert len(lines) == 2


def test_running_balances_end_where_the_balance_is(cli, ledger: Path) -> None:
    for person in ("P1", "P2"):
        moved = rows(cli("statement", person, "-O", "json"))
        assert moved[-1]["balance"] == figures(cli("balance", person, "-O", "json"))[0]
        assert len(entries_of(Snapshot.open(ledger), person)) == len(moved)


@pytest.mark.parametrize("event", events(), ids=lambda e: e.title[:40])
def test_every_kind_of_movement_has_words(event: Event) -> None:
    for entry in entries_of_event(event):
        text = words_of(entry, str)
        assert text[0].isupper()
        assert "wallet:" not in text
        assert "held:" not in text


def test_one_person_needs_no_heavy_import(cli, ledger: Path) -> None:
    heavy = "('duckdb', 'pydantic', 'rich', 'tabulate', 'tomlkit')"
    for words in (
        ["balance", "P1"],
        ["statement", "P1"],
        ["contribution", "add", "P1", "1", "--from", "O1", "--ref", "Z"],
        ["contribution", "list"],
    ):
        code = (
            "import sys; from ilactl import cli; status = cli.main(sys.argv[1:]);"
            f"print([m for m in {heavy} if m in sys.modules], status, file=sys.stderr)"
        )
        command = [sys.executable, "-c", code, "--ledger", str(ledger), *words]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        assert done.stderr.strip() == "[] 0", words


def test_an_interrupted_row_is_not_read(cli, ledger: Path) -> None:
    with (ledger / ENTITLEMENTS.file).open("ab") as file:
        file.write(b"E9,2026-11-23,P1,contribute,,5.00,E")
    assert rows(cli("balance", "P1", "-O", "json"))[0]["balance"] == "800.05"
