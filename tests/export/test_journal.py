"""`export`: what a journal looks like, what stands beside each transaction, where it may be written."""

from __future__ import annotations

import csv
import re
import stat
import subprocess
from datetime import date
from pathlib import Path
from urllib.parse import unquote

import pytest

from bench.peers import PEERS
from ilactl.ledger.columns import ENTITLEMENTS
from ilactl.ledger.commit import Adopt, Change, open_writer
from ilactl.ledger.entries import all_entries
from ilactl.ledger.grammar import Grammar, pattern_of
from ilactl.ledger.snapshot import Snapshot
from ilactl.reports.journal_beancount import beancount_account
from ilactl.reports.journal_hledger import hledger_account
from tests.adoption.test_books import correction
from tests.conftest import TODAY, Run, call_in_process
from tests.export.journals import aliases_of, by_beancount, by_hand, export, opened, transactions
from tests.rules.books import ACTOR, MANIFEST, NOW, Book

GRANT = {
    "entry": "E1", "booked_on": "2026-01-01", "person": "P1", "kind": "grant", "amount": "300.00",
    "unit": "EUR", "from": "fund:state", "to": "wallet:low_paid", "expires_on": "2027-12-31",
    "rule": "base@2025-01-01", "period": "2025", "due": "500.00",
}  # fmt: skip
HOURS = {
    "entry": "E2", "booked_on": "2026-01-02", "person": "P2", "kind": "contribute", "amount": "8",
    "unit": "hour", "from": "employer:O7", "to": "wallet:leave", "rule": "paid@2025-01-01",
    "ref": 'No. 7, "x" [2001-01-01] \\ 50%',
}  # fmt: skip
AMEND = {
    "entry": "E3", "booked_on": "2026-01-03", "person": "P1", "kind": "amend", "lot": "E1", "amount": "0.00",
    "unit": "EUR", "expires_on": "never",
}  # fmt: skip
NOTHING = {**GRANT, "entry": "E4", "booked_on": "2026-01-03", "amount": "0.00", "period": "2024"}
PERSONS = "P1,2026-01-01,,,,,,,,\nP2,2026-01-01,,,,,,,P1,\n"


@pytest.fixture
def small(tmp_path: Path) -> Path:
    book = Book.make(tmp_path / "small", {}, MANIFEST, persons=PERSONS)
    book.append(ENTITLEMENTS, [GRANT, HOURS], date(2026, 1, 2))
    book.append(ENTITLEMENTS, [AMEND, NOTHING], date(2026, 1, 3))
    return book.root


def test_hledgers_journal(small: Path) -> None:
    head, _, body = export(small, "hledger").partition("\n\n")
    assert head == "; ilactl: the ledger as of commit 3 (2040-01-01T00:00:00Z)"
    units, _, body = body.partition("account wallet\n")
    assert units == 'commodity EUR\n    format 1000.00 EUR\ncommodity "hour"\n'
    assert (
        body.partition("\n\n")[2]
        == """\
2026-01-01 * (E1) P1 | grant base 2025
    ; kind: grant
    ; rule: base@2025-01-01
    ; period: 2025
    ; commit: 2
    ; due: 500.00
    ; expires_on: 2027-12-31
    fund:state  -300.00 EUR
    wallet:P1:low_paid  300.00 EUR

2026-01-02 * (E2) P1 | contribute paid
    ; kind: contribute
    ; rule: paid@2025-01-01
    ; commit: 2
    ; ref: No. 7%2C "x" %5B2001-01-01%5D \\ 50%25
    ; booked_for: P2
    employer:O7  -8 "hour"
    wallet:P1:leave  8 "hour"

2026-01-03 * (E3) P1 | amend
    ; kind: amend
    ; commit: 3
    ; lot: E1
    ; expires_on: never

2026-01-03 * (E4) P1 | grant base 2024
    ; kind: grant
    ; rule: base@2025-01-01
    ; period: 2024
    ; commit: 3
    ; due: 500.00
    ; expires_on: 2027-12-31
    fund:state  0.00 EUR
    wallet:P1:low_paid  0.00 EUR

"""
    )


def test_beancounts_file(small: Path) -> None:
    head, _, body = export(small, "beancount").partition("\n\n")
    assert head == ";; ilactl: the ledger as of commit 3 (2040-01-01T00:00:00Z)"
    assert body.startswith('option "operating_currency" "EUR"\n')
    assert '1970-01-01 commodity HOUR\n  unit: "hour"\n' in body
    assert (
        body.partition("\n\n")[2]
        == """\
2026-01-01 open Income:Fund:State
2026-01-01 open Assets:Wallet:P1:Low-paid
2026-01-01 * "P1" "grant base 2025"
  entry: "E1"
  kind: "grant"
  rule: "base@2025-01-01"
  period: "2025"
  commit: "2"
  due: "500.00"
  expires_on: "2027-12-31"
  Income:Fund:State  -300.00 EUR
  Assets:Wallet:P1:Low-paid  300.00 EUR

2026-01-02 open Income:Employer:O7
2026-01-02 open Assets:Wallet:P1:Leave
2026-01-02 * "P1" "contribute paid"
  entry: "E2"
  kind: "contribute"
  rule: "paid@2025-01-01"
  commit: "2"
  ref: "No. 7, \\"x\\" [2001-01-01] \\\\ 50%"
  booked_for: "P2"
  Income:Employer:O7  -8 HOUR
  Assets:Wallet:P1:Leave  8 HOUR

2026-01-03 * "P1" "amend"
  entry: "E3"
  kind: "amend"
  commit: "3"
  lot: "E1"
  expires_on: "never"

2026-01-03 * "P1" "grant base 2024"
  entry: "E4"
  kind: "grant"
  rule: "base@2025-01-01"
  period: "2024"
  commit: "3"
  due: "500.00"
  expires_on: "2027-12-31"
  Income:Fund:State  0.00 EUR
  Assets:Wallet:P1:Low-paid  0.00 EUR

"""
    )


def test_beancount_gives_every_cell_of_every_row_back(sample_ledger: Path) -> None:
    found = transactions(export(sample_ledger, "beancount"))
    with (sample_ledger / "entitlements.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(found) == len(rows) > 1000
    for one, row in zip(found, rows, strict=True):
        assert str(one.date) == row["booked_on"]
        assert one.meta["entry"] == row["entry"]
        person = one.meta.get("booked_for", one.payee)
        assert person == row["person"]
        names = (
            "kind",
            "lot",
            "rule",
            "period",
            "due",
            "usable_from",
            "expires_on",
            "earmark",
            "enrolment",
            "of",
        )
        for name in (*names, "ref"):
            assert one.meta.get(name, "") == row[name]


def test_a_reference_can_do_nothing_in_hledger_or_ledger(small: Path, tmp_path: Path) -> None:
    text = export(small, "hledger")
    [shown] = re.findall(r"; ref: (.*)", text)
    assert unquote(shown) == HOURS["ref"]
    journal = tmp_path / "journal"
    journal.write_text(text, "utf-8")
    asked = {"hledger": ("register", "-O", "csv"), "ledger": ("csv",)}
    for name in ("hledger", "ledger"):
        program = PEERS[name].found()
        if program is None:
            continue
        told = subprocess.run(
            [program, "-f", journal, *asked[name]], capture_output=True, text=True, check=True, timeout=60
        ).stdout.replace("/", "-")
        days = {cell for row in csv.reader(told.splitlines()) for cell in row[:2] if cell[:2] == "20"}
        assert {"2026-01-01"} <= days <= {"2026-01-01", "2026-01-02", "2026-01-03"}
        query = ("tag:ref=50%25",) if name == "hledger" else ("%ref=/50%25/",)
        told = subprocess.run(
            [program, "-f", journal, "register", *query],
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        ).stdout
        assert "wallet:P1:leave" in told
        assert "low_paid" not in told


def test_each_transaction_names_the_commit_that_booked_it(sample_ledger: Path) -> None:
    with (sample_ledger / "entitlements.csv").open("a", encoding="utf-8") as file:
        file.write(correction(sample_ledger))
    adopt = ("adopt", "--why", "letter", "--yes", "--ledger", sample_ledger)
    call_in_process(adopt, None, None, None, TODAY).ok()
    topup = ("topup", "--on", "2027-01-01", "--yes", "--ledger", sample_ledger)
    call_in_process(topup, None, None, None, TODAY).ok()
    snapshot = Snapshot.open(sample_ledger)
    wanted = {
        e.entry: str(snapshot.commit_of(ENTITLEMENTS.file, e.offset).seq) for e in all_entries(snapshot)
    }
    found = {
        one.meta["entry"]: one.meta["commit"] for one in transactions(export(sample_ledger, "beancount"))
    }
    assert found == wanted
    assert len(set(found.values())) > 10


def test_an_adoption_answers_for_all_from_the_first_commit_it_touches(small: Path) -> None:
    path = small / "entitlements.csv"
    base = path.read_bytes().index(b"E4,")
    path.write_bytes(path.read_bytes().replace(b",2024,", b",2023,"))
    with open_writer(small, actor=ACTOR, now=lambda: NOW, adopting=True) as writer:
        writer.commit(Change("adopt", why="a test", adopts=(Adopt(path.name, base, 4),)))
    found = {one.meta["entry"]: one.meta["commit"] for one in transactions(export(small, "beancount"))}
    assert found == {"E1": "2", "E2": "2", "E3": "4", "E4": "4"}


def test_with_on_it_holds_what_was_booked_by_then(sample_ledger: Path) -> None:
    with (sample_ledger / "entitlements.csv").open(encoding="utf-8", newline="") as file:
        days = [row["booked_on"] for row in csv.DictReader(file)]
    day = days[len(days) // 2]
    text = export(sample_ledger, "beancount", "--on", day)
    assert f"entries booked up to {day}" in text.splitlines()[0]
    assert max(str(one.date) for one in transactions(text)) == day
    aliases = aliases_of(sample_ledger)
    assert by_beancount(text) == by_hand(sample_ledger, aliases, until=day)
    assert by_beancount(text) != by_beancount(export(sample_ledger, "beancount"))


def test_an_account_is_opened_once_and_ids_alone_say_who_people_are(sample_ledger: Path) -> None:
    text = export(sample_ledger, "beancount")
    accounts = opened(text)
    assert len(accounts) == len(set(accounts))
    with (sample_ledger / "identities.csv").open(encoding="utf-8", newline="") as file:
        names = {row["name"] for row in csv.DictReader(file)} - {""}
    assert len(names) > 100
    both = text + export(sample_ledger, "hledger")
    assert not [name for name in names if name in both]


def test_every_account_a_ledger_may_have_has_one_of_its_own() -> None:
    pattern = pattern_of(Grammar.ACCOUNT) or ""
    kinds = set(re.findall(r"[a-z]{3,}", pattern))
    named = {
        "fund": "a_b",
        "employer": "O-7",
        "service": "O7",
        "provider": "7",
        "agency": "LV",
        "wallet": "a",
        "held": "a",
    }
    accounts = [f"{kind}:{named[kind]}" if kind in named else kind for kind in sorted(kinds)]
    assert all(re.fullmatch(pattern, account) for account in accounts)
    assert {"own", "owed", "pool", "expired", "conversion"} < set(accounts)
    for rename in (beancount_account, hledger_account):
        assert len({rename(account, person) for account in accounts for person in ("P1", "9-X")}) >= 16
    for account in accounts:
        parts = beancount_account(account, "9-X").split(":")
        assert parts[0] in ("Assets", "Liabilities", "Equity", "Income", "Expenses")
        assert all(re.fullmatch(r"[A-Z0-9][A-Za-z0-9-]*", part) for part in parts[1:])


@pytest.mark.parametrize("format_name", ["hledger", "beancount"])
def test_a_file_is_whole_private_and_the_same_as_stdout(
    sample_ledger: Path, tmp_path: Path, run: Run, format_name: str
) -> None:
    place = tmp_path / "out"
    command = ("export", "--format", format_name, "--ledger", sample_ledger)
    first = run(*command, "-o", place)
    assert (first.code, first.out, first.err) == (0, "", "")
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert place.read_text("utf-8") == run(*command, "-o", "-").ok().out
    again = run(*command, "-o", place)
    assert (again.code, again.out) == (3, "")
    assert "ALREADY-THERE" in again.err
    inside = run(*command, "-o", sample_ledger / "out")
    assert (inside.code, "UNSAFE-PATH" in inside.err) == (3, True)
    assert not (sample_ledger / "out").exists()


@pytest.mark.parametrize(
    "spoilt",
    [
        "300.00,EUR,fund:state,", "3.0,EUR,fund:state,wallet:low_paid",
        "300.00,XXX,fund:state,wallet:low_paid",
        "-300.00,EUR,fund:state,wallet:low_paid", "300.00,EUR,fund:state,wallet:low paid",
        '300.00,EUR,"fund:state\t; x",wallet:low_paid',
    ],
)  # fmt: skip
def test_where_a_row_is_bad_nothing_is_written(tmp_path: Path, invoke: Run, spoilt: str) -> None:
    rows = ",".join(GRANT.get(name, "") for name in ENTITLEMENTS.names)
    bad = rows.replace("300.00,EUR,fund:state,wallet:low_paid", spoilt)
    assert bad != rows
    book = Book.make(tmp_path / "bad", {}, MANIFEST, persons=PERSONS, entitlements=f"{rows}\n{bad}\n")
    for options in ((), ("-o", tmp_path / "out")):
        done = invoke("export", "--format", "hledger", "--ledger", book.root, *options)
        assert (done.code, done.out) == (65, "")
        assert "entitlements.csv:3:" in done.err
    assert [path.name for path in tmp_path.iterdir()] == ["bad"]


def test_what_is_no_answer_takes_no_format_of_answers(small: Path, invoke: Run) -> None:
    done = invoke("export", "--format", "hledger", "-O", "json", "--ledger", small)
    assert (done.code, done.out) == (2, "")
    assert invoke("export", "--format", "hledger", "-o", "", "--ledger", small).code == 2
    assert invoke("export", "--ledger", small).code == 2
