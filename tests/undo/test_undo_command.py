"""`ilactl undo` from the command line: what it books, what it refuses, and that all is right afterwards."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Result, Run

RULES = """\
[facts]
low_qualified = { kind = "state", type = "bool", default = "false" }
[[cap]]
id = "own"
over = ["own"]
unit = "EUR"
limit = "1200.00"
[[grant]]
id = "base"
class = "own"
fund = "fund:state"
unit = "EUR"
every = "year"
due = "06-15 next"
amount = "CASE WHEN low_qualified THEN 800.00 ELSE 500.00 END"
caps = ["own"]
[[contribution]]
id = "paid_in"
class = "paid"
unit = "EUR"
from = ["own"]
"""
WHY = ("--why", "the wrong file")
Call = Callable[..., Result]


@pytest.fixture
def call(ledger: Path, invoke: Run) -> Call:
    """ilactl in a ledger with one yearly grant and the person P1, who is low-qualified by mistake."""
    (ledger / "rules/scheme.toml").write_text(RULES)

    def run(*words: str, **more: Any) -> Result:
        return invoke(*words, "--ledger", ledger, **more)

    run("person", "add", "--id", "P1", "--on", "2020-01-01", "--set", "low_qualified=true").ok()
    return run


@pytest.fixture
def rows(ledger: Path) -> Callable[[], list[dict[str, str]]]:
    """The rows of entitlements.csv."""
    return lambda: list(csv.DictReader(io.StringIO((ledger / "entitlements.csv").read_text())))


def found(result: Result) -> Any:
    return json.loads(result.ok().out)


def balance(call: Call, person: str = "P1") -> str:
    [row] = found(call("balance", person, "-O", "json"))["rows"]
    return str(row["balance"])


def commits(call: Call) -> int:
    return len(found(call("log", "-O", "json"))["rows"])


def reserve(ledger: Path, lot: str, amount: str, number: int, on: str = "2026-06-15") -> None:
    from datetime import date

    from ilactl.ledger.columns import ENTITLEMENTS
    from tests.rules.books import Book

    cells = {"entry": f"E{number}", "booked_on": on, "person": "P1", "kind": "reserve", "lot": lot}
    cells |= {"amount": amount, "unit": "EUR", "from": "wallet:own", "to": "held:own", "enrolment": "N1"}
    Book(ledger, ledger.parent).append(ENTITLEMENTS, [cells], date.fromisoformat(on))


def test_a_top_up_is_undone_and_the_right_one_booked(
    call: Call, rows: Callable[[], list[dict[str, str]]]
) -> None:
    """Event 11 of the kernel: 800.00 granted on a wrong fact, taken back, then 500.00."""
    call("topup", "--on", "2026-06-15", "--yes").ok()
    before = commits(call)
    assert call("undo", str(before), *WHY, "--on", "2026-06-16", "--yes").ok().out == ""
    assert balance(call) == "0.00"
    right = ("--on", "2020-01-01", "--set", "low_qualified=false")
    call("person", "update", "P1", *right).ok()
    call("topup", "--on", "2026-06-16", "--yes").ok()
    told = [{name: cell for name, cell in row.items() if cell} for row in rows()]
    grant = {"person": "P1", "unit": "EUR", "rule": told[0]["rule"], "period": "2025"}
    ways = {"from": "fund:state", "to": "wallet:own"}
    assert told == [
        {"entry": "E1", "booked_on": "2026-06-15", "kind": "grant", "amount": "800.00", **grant, **ways},
        {
            "entry": "E2", "booked_on": "2026-06-16", "kind": "correct", "lot": "E1", "amount": "800.00",
            **grant, "from": "wallet:own", "to": "fund:state", "of": "E1",
        },
        {"entry": "E3", "booked_on": "2026-06-16", "kind": "grant", "amount": "500.00", **grant, **ways},
    ]  # fmt: skip
    assert balance(call) == "500.00"
    assert call("check").ok().err == ""
    assert (
        call("topup", "--on", "2026-06-16", "--yes", "-v")
        .ok()
        .out.startswith("Top-up on 2026-06-16: nothing")
    )
    log = found(call("log", "-O", "json"))["rows"]
    assert [(row["command"], row["why"]) for row in log][before] == ("undo", "the wrong file")
    statement = call("statement", "P1").ok().out
    assert "Correction of entry E1: taken back to" in statement
    for entry in ("E1", "E2", "E3"):
        assert "differs from what was booked" not in call("explain", entry).ok().out
    lots = {row["entry"]: row["left"] for row in found(call("explain", "P1", "-O", "json"))["rows"]}
    assert lots == {"E1": "0.00", "E3": "500.00"}


def test_a_top_up_of_many_is_undone_and_run_again(invoke: Run, sample_ledger: Path) -> None:
    at = ("--ledger", sample_ledger)
    invoke("topup", "--on", "2027-01-01", "--yes", *at).ok()
    by_person = ("balance", "--by", "person", "-O", "json", *at)
    before = found(invoke(*by_person))["rows"]
    seq = str((sample_ledger / "commits.jsonl").read_bytes().count(b"\n"))
    undone = found(invoke("undo", seq, *WHY, "--on", "2027-01-01", "--yes", "-O", "json", *at))
    assert undone["booked"] == int(seq) + 1
    assert undone["entries"] == found(invoke("log", seq, "-O", "json", *at))["rows"][0]["rows"]
    assert invoke("check", *at).ok().err == ""
    assert found(invoke(*by_person))["rows"] != before
    invoke("topup", "--on", "2027-01-01", "--yes", *at).ok()
    assert found(invoke(*by_person))["rows"] == before
    assert invoke("check", *at).ok().err == ""
    again = found(invoke("topup", "--on", "2027-01-01", "--yes", "-O", "json", *at))
    assert (again["booked"], again["entries"]) == (None, 0)


def test_undoing_twice_writes_nothing(call: Call) -> None:
    call("topup", "--on", "2026-06-15", "--yes").ok()
    seq = str(commits(call))
    call("undo", seq, *WHY, "--yes").ok()
    there = commits(call)
    for words in (("--yes",), (), ("-n",), ("--except-spent",)):
        told = call("undo", seq, *WHY, *words, "-v").ok().out
        assert f"done already as commit {there}; nothing was written" in told
    assert commits(call) == there


def test_an_undo_is_undone_and_takes_the_key_again(call: Call) -> None:
    call("topup", "--on", "2026-06-15", "--yes").ok()
    seq = commits(call)
    call("undo", str(seq), *WHY, "--yes").ok()
    call("undo", str(seq + 1), "--why", "it was right", "--yes").ok()
    assert balance(call) == "800.00"
    assert found(call("topup", "--yes", "-O", "json", "--rule", "base", "--period", "2025"))["entries"] == 0
    call("undo", str(seq), *WHY, "--yes").ok()
    assert balance(call) == "0.00"
    assert found(call("topup", "-n", "-O", "json", "--rule", "base", "--period", "2025"))["entries"] == 1
    assert call("check").ok().err == ""


def test_an_undo_stays_where_the_grant_was_booked_again(call: Call) -> None:
    call("topup", "--on", "2026-06-15", "--yes").ok()
    seq = commits(call)
    call("undo", str(seq), *WHY, "--on", "2026-06-15", "--yes").ok()
    call("topup", "--on", "2026-06-15", "--yes").ok()
    refused = call("undo", str(seq + 1), *WHY, "--yes")
    assert refused.code == 3
    assert "E3 (grant of 800.00 EUR, P1) grants again what E2 took back" in refused.err
    assert balance(call) == "800.00"


def test_what_was_reserved_stays_and_is_named(call: Call, ledger: Path) -> None:
    call("person", "add", "--id", "P2", "--on", "2020-01-01").ok()
    call("topup", "--on", "2026-06-15", "--yes").ok()
    seq = commits(call)
    reserve(ledger, "E1", "300.00", 3)
    for words in ((), ("-n",), ("--yes",)):
        refused = call("undo", str(seq), *WHY, *words)
        assert refused.code == 3
        assert (
            "entitlements.csv:4:1: UNDO-DEPENDS E3 (reserve of 300.00 EUR, P1) draws on lot E1" in refused.err
        )
        assert "1 of commit" in refused.err
        assert "--except-spent" in refused.err
    assert commits(call) == seq + 1
    done = found(call("undo", str(seq), *WHY, "--except-spent", "--yes", "-O", "json"))
    assert [stay["entry"] for stay in done["stays"]] == ["E1"]
    assert done["stays"][0]["because"] == [{"entry": "E3", "reason": "draws on lot E1"}]
    assert (balance(call), balance(call, "P2")) == ("500.00", "0.00")
    told = call("undo", str(seq), *WHY, "--except-spent", "--yes", "-v").ok().out
    assert "nothing to undo" in told
    assert "E1 (grant of 800.00 EUR, P1) stays: E3 draws on lot E1" in told
    assert call("undo", str(seq), *WHY, "--yes").code == 3
    call("undo", str(seq + 1), "--why", "reserved by mistake", "--yes").ok()
    call("undo", str(seq), *WHY, "--yes").ok()
    assert balance(call) == "0.00"
    assert call("check", "log", "rows", "accounts", "lots", "held", "grant-keys").ok().err == ""


def test_a_contribution_taken_back_can_be_paid_in_again(call: Call) -> None:
    pay = ("contribution", "add", "P1", "--from", "own", "--ref", "PAY-1")
    call(*pay, "80.00").ok()
    seq = commits(call)
    call("undo", str(seq), *WHY, "--yes").ok()
    [listed] = found(call("contribution", "list", "-O", "json"))["rows"]
    assert (listed["amount"], listed["reversed"]) == ("80.00", "80.00")
    call(*pay, "90.00").ok()
    assert balance(call) == "90.00"
    refused = call("undo", str(seq + 1), "--why", "it was right", "--yes")
    assert (refused.code, "E3 (contribute of 90.00 EUR, P1) brings in again what E2" in refused.err) == (
        3,
        True,
    )
    call("undo", str(seq + 2), *WHY, "--yes").ok()
    call("undo", str(seq + 1), "--why", "it was right", "--yes").ok()
    assert balance(call) == "80.00"
    assert call(*pay, "90.00").code == 3
    assert found(call(*pay, "80.00", "-O", "json"))["known"] == 1
    assert call("check").ok().err == ""


@pytest.mark.parametrize(
    ("commit", "code", "said"),
    [
        ("1", 3, "(init) booked no entries to undo"),
        ("2", 3, "ilactl person update"),
        ("9", 66, "commit 9 not found"),
        ("0", 2, ""),
    ],
)
def test_what_cannot_be_undone(call: Call, commit: str, code: int, said: str) -> None:
    before = commits(call)
    result = call("undo", commit, *WHY, "--yes")
    assert (result.code, said in result.err) == (code, True)
    assert commits(call) == before


def test_a_reason_is_needed_and_a_yes(call: Call) -> None:
    call("topup", "--on", "2026-06-15", "--yes").ok()
    seq = str(commits(call))
    assert call("undo", seq, "--yes").code == 2
    assert call("undo", seq, "--why", " ", "--yes").code == 2
    assert call("undo", seq, *WHY).code == 4
    assert found(call("undo", seq, *WHY, "-n", "-O", "json"))["entries"] == 1
    assert call("undo", seq, *WHY, "--on", "2026-06-14", "-n").code == 3
    assert balance(call) == "800.00"


def test_a_key_makes_an_undo_happen_once(call: Call) -> None:
    call("topup", "--on", "2026-06-15", "--yes").ok()
    seq = commits(call)
    keyed = ("undo", str(seq), *WHY, "--yes", "--key", "K1")
    call(*keyed).ok()
    call("undo", str(seq + 1), "--why", "it was right", "--yes").ok()
    assert found(call(*keyed, "-O", "json"))["done_already"]
    assert balance(call) == "800.00"
    assert call("undo", str(seq), "--why", "another", "--yes", "--key", "K1").code == 3


def test_the_guards_hold_for_an_undo(call: Call, ledger: Path) -> None:
    call("topup", "--on", "2026-06-15", "--yes").ok()
    seq = str(commits(call))
    manifest = ledger / "ledger.toml"
    text = "\n".join(line for line in manifest.read_text().splitlines() if "max_total" not in line)
    assert "[guards]" in text
    manifest.write_text(text.replace("[guards]", '[guards]\nmax_total = "700.00"') + "\n")
    refused = call("undo", seq, *WHY, "--yes")
    assert (refused.code, "--allow-large 1" in refused.err) == (3, True)
    call("undo", seq, *WHY, "--yes", "--allow-large", "1").ok()
    assert balance(call) == "0.00"


def test_a_large_commit_is_undone_as_one(invoke: Run, tmp_path: Path) -> None:
    from ilactl.ledger.columns import PERSONS
    from tests.rules.books import Book, row

    cells = [{"person": f"P{n}", "valid_from": "2020-01-01"} for n in range(3000)]
    book = Book.make(tmp_path, {"scheme.toml": RULES}, persons="".join(row(PERSONS, one) for one in cells))
    at = ("--ledger", book.root)
    invoke("topup", "--on", "2040-06-15", "--yes", *at).ok()
    done = found(invoke("undo", "2", *WHY, "--yes", "-O", "json", *at))
    assert (done["entries"], done["totals"]) == (3000, {"EUR": "1500000.00"})
    assert list((book.root / "commits").iterdir()) == [], "rows that were staged are in their file"
    [row_] = [one for one in found(invoke("balance", "-O", "json", *at))["rows"] if one["unit"] == "EUR"]
    assert row_["balance"] == "0.00"
    assert invoke("check", *at).ok().err == ""
