"""Every check finds what it is for, in its place, and nothing in a ledger that is in order."""

from __future__ import annotations

import json
import shutil
import subprocess
from datetime import date
from pathlib import Path

import pytest

from ilactl.commands.check import checks
from ilactl.findings import Finding
from ilactl.ledger.checks import TIERS, Ground, chosen, run_checks
from ilactl.ledger.columns import ENTITLEMENTS
from ilactl.ledger.lines import cell_starts, table_of
from tests.wallets.money_events import UNITS, Event, csv_of, events

from .samples import ledger_of

ON = date(2026, 11, 23)
NOT_DATA = ("log", "modes", "private-in-git", "rules", "open-elsewhere")
DATA_CHECKS = [
    check
    for check in checks()
    if check.name not in ("log", "modes", "private-in-git", "rules", "open-elsewhere")
]
REST = ",,,,0123456789abcdef\n"
PERSONS = "P1,2026-01-01,,,,O1,,,,\nP2,2026-01-01,,,,,,,,\n"
ORGANISATIONS = "O1,2026-01-01,employer,A,,,,,,,,,,\nO3,2026-01-01,provider,B,,,,,,,,,,\n"


def entry(number: int, **cells: str) -> str:
    row = dict.fromkeys(ENTITLEMENTS.names, "")
    row |= {"entry": f"E{number}", "booked_on": "2026-06-15", "person": "P1", "unit": "EUR"} | cells
    return ",".join(row.values()) + "\n"


def grant(number: int, amount: str = "500.00", **cells: str) -> str:
    given = {"kind": "grant", "amount": amount, "from": "fund:state", "to": "wallet:own", "rule": "base"}
    return entry(number, **(given | {"period": "2026"} | cells))


def found(names: tuple[str, ...] = (), **files: str) -> list[tuple[str, int, str]]:
    """Code, line and the name of the column pointed at, of every finding."""
    rows = {"persons.csv": PERSONS, "organisations.csv": ORGANISATIONS}
    rows |= {f"{name}.csv": text for name, text in files.items()}
    ground = Ground(ledger_of(rows), on=ON, facts={})
    results = run_checks(chosen(DATA_CHECKS, names, "all"), ground)
    return [(f.code, f.place.line, pointed_at(f)) for _, some in results for f in some]


def pointed_at(finding: Finding) -> str:
    table = table_of(finding.place.path)
    starts = cell_starts(finding.place.text)
    return table.names[starts.index(finding.place.column)] if table else ""


RESERVE = {"kind": "reserve", "lot": "E1", "from": "wallet:own", "to": "held:own", "enrolment": "N1"}
PAID = {"kind": "contribute", "from": "employer:O1", "to": "wallet:own"}
SETTLE = {"kind": "settle", "lot": "E1", "from": "held:own", "to": "provider:O3", "enrolment": "N1"}
OTHER_SETTLE = SETTLE | {"enrolment": "N2"}


def test_a_ledger_in_order_has_no_finding():
    entries = grant(1) + entry(2, amount="300.00", **RESERVE) + entry(3, amount="300.00", **SETTLE)
    steps = f"N1,2026-06-15,P1,C1,,enrolled,2026-06-15,,300.00,,300.00,EUR,provider:O3{',' * 6}\n"
    courses = f"C1,2026-01-01,O3,training,Title{',' * 16}\n"
    assert found(entitlements=entries, enrolments=steps, courses=courses) == []


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (grant(1, person="P9"), ("CHECK-PERSON", 2, "person")),
        (grant(1, **{"from": "fund:esf"}), ("CHECK-FUND", 2, "from")),
        (entry(1, amount="1.00", **PAID | {"from": "employer:O9"}), ("CHECK-ORGANISATION", 2, "from")),
        (grant(1) + grant(2, booked_on="2026-06-14", period="2025"), ("CHECK-ORDER", 3, "booked_on")),
        (grant(1) + grant(2), ("CHECK-GRANT-TWICE", 3, "rule")),
        (grant(1, to="pool"), ("CHECK-ACCOUNTS", 2, "to")),
        (grant(1) + entry(2, amount="600.00", **RESERVE), ("CHECK-LOT-BELOW-ZERO", 3, "amount")),
        (grant(1) + entry(2, amount="1.00", **RESERVE | {"lot": "E9"}), ("CHECK-LOT", 3, "lot")),
        (grant(1) + entry(2, amount="1.00", **RESERVE | {"person": "P2"}), ("CHECK-LOT", 3, "lot")),
        (
            grant(1) + entry(2, amount="1.00", **RESERVE | {"from": "wallet:other", "to": "held:other"}),
            ("CHECK-LOT", 3, "lot"),
        ),
        (grant(1) + entry(2, amount="1", **RESERVE | {"unit": "hour"}), ("CHECK-LOT", 3, "lot")),
        (
            grant(1) + entry(2, amount="10.00", **RESERVE) + entry(3, amount="10.01", **SETTLE),
            ("CHECK-HELD", 4, "amount"),
        ),
        (
            grant(1) + entry(2, amount="9.00", **RESERVE) + entry(3, amount="9.00", **OTHER_SETTLE),
            ("CHECK-HELD", 4, "amount"),
        ),
        (entry(1, kind="amend", amount="1.00", lot="E1"), ("CHECK-ACCOUNTS", 2, "amount")),
        (grant(1, "500.0"), ("AMOUNT", 2, "amount")),
        (grant(1, unit="SGD"), ("UNIT", 2, "unit")),
    ],
)  # fmt: skip
def test_a_faulty_entry_is_found_in_its_place(rows, expected):
    assert expected in found(entitlements=rows)


@pytest.mark.parametrize("event", events(), ids=lambda event: event.title)
def test_what_real_schemes_book_is_in_order(event: Event):
    """The accounts, lots and held amounts of every money event, whose funds and persons are not ours."""
    ledger = ledger_of({"persons.csv": "P2,2026-01-01,,,,,,,P1,\nP2,2026-12-01,,,,,,,,\n"})
    ledger.files["entitlements.csv"] = csv_of(event)
    ledger.units = UNITS
    ground = Ground(ledger, on=ON, facts={})
    results = run_checks(chosen(DATA_CHECKS, ("rows", "accounts", "lots", "held", "refs"), "all"), ground)
    assert [f.format() for _, some in results for f in some] == []


def test_a_reversed_grant_may_be_given_again():
    reversal = entry(2, kind="correct", lot="E1", amount="500.00", rule="base", period="2026", of="E1",
                     **{"from": "wallet:own", "to": "fund:state"})  # fmt: skip
    assert found(entitlements=grant(1) + reversal + grant(3)) == []
    assert found(entitlements=grant(1) + reversal + grant(3) + grant(4)) == [("CHECK-GRANT-TWICE", 5, "rule")]


def test_a_grant_that_trues_up_is_no_second_one():
    assert found(entitlements=grant(1) + grant(2, of="E1")) == []


def test_a_document_brings_in_one_contribution():
    paid = {"kind": "contribute", "amount": "5.00", "from": "employer:O1", "to": "wallet:own", "ref": "PAY-7"}
    assert found(entitlements=entry(1, **paid) + entry(2, **paid, person="P2")) == []
    assert [code for code, *_ in found(entitlements=entry(1, **paid) + entry(2, **paid))] == [
        "CHECK-REF-TWICE"
    ]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"figures": "P9,hours,2026-01-01,2026-12-31,1,\n"}, ("CHECK-PERSON", 2, "person")),
        ({"identities": "P9,2026-01-01,Ann,,,,,0123456789abcdef\n"}, ("CHECK-PERSON", 2, "person")),
        ({"identities": f"P1,2026-01-01,Ann,2026-11-24{REST}"}, ("CHECK-BIRTH-DATE", 2, "birth_date")),
        ({"identities": f"P1,2026-01-01,Ann,1890-01-01{REST}"}, ("CHECK-BIRTH-DATE", 2, "birth_date")),
        ({"persons": "P1,2026-01-01,,,,O9,,,,\n"}, ("CHECK-ORGANISATION", 2, "employer")),
        ({"persons": "P1,2026-01-01,,,,,,,P9,\n"}, ("CHECK-ALIAS", 2, "same_as")),
        ({"persons": "P1,2026-01-01,,,,,,,P2,\nP2,2026-01-01,,,,,,,P1,\n"}, ("CHECK-ALIAS", 2, "same_as")),
        ({"persons": "P1,2026-01-01,,,,,,,,x=1\n"}, ("CHECK-FACT", 2, "facts")),
        ({"figures": "P1,hours,2026-01-01,2026-12-31,1,\n"}, ("CHECK-FACT", 2, "figure")),
        ({"persons": "P1,2026-01-01,,,,,,,,\nP1,2026-01-01,,,,,,,,\n"}, ("CHECK-TWO-ROWS", 3, "valid_from")),
        ({"courses": f"C1,2026-01-01,O9,training,Title{',' * 16}\n"}, ("CHECK-ORGANISATION", 2, "provider")),
        ({"courses": "C1,2026-01-01,O3,training,Title,,,,,,,,1.5,,EUR,,,,,,\n"}, ("AMOUNT", 2, "price")),
        ({"courses": "C1,2026-01-01,O3,training,Title,,,,,,,,1.50,,,,,,,,\n"}, ("AMOUNT", 2, "price")),
        (
            {"identities": f"P1,2026-01-01,Ann,1990-01-01{REST}P2,2026-01-01,Ann,1990-01-01{REST}"},
            ("CHECK-TWIN", 3, "name"),
        ),
        (
            {"figures": "P1,hours,2026-01-01,2026-12-31,1,O1\nP1,hours,2026-03-01,2026-03-31,1,O1\n"},
            ("CHECK-FIGURE-OVERLAP", 3, "from"),
        ),
        (
            {"enrolments": f"N1,2026-01-01,P9,C1,,enrolled,2026-01-01{',' * 12}\n"},
            ("CHECK-PERSON", 2, "person"),
        ),
    ],
)  # fmt: skip
def test_a_faulty_register_is_found_in_its_place(files, expected):
    assert expected in found(**files)


def test_checks_can_be_chosen():
    assert [check.name for check in chosen(checks(), ["held", "lots"], "always")] == ["lots", "held"]
    assert all(check.tier == "always" for check in chosen(checks(), [], "always"))
    assert len(chosen(checks(), [], "all")) == len(checks())
    assert {check.tier for check in checks()} == set(TIERS)


def test_every_check_says_what_must_hold_and_has_its_name_alone():
    names = [check.name for check in checks()]
    assert len(set(names)) == len(names)
    assert all(check.meaning for check in checks())


# ---- the command ----------------------------------------------------------------------------


def test_a_clean_ledger_is_silent(ledger, invoke):
    result = invoke("--ledger", ledger, "check", "--tier", "all")
    assert (result.code, result.out, result.err) == (0, "", "")


def test_an_unknown_check_is_a_usage_error(ledger, invoke):
    result = invoke("--ledger", ledger, "check", "lotts")
    assert (result.code, "lots" in result.err) == (2, True)


def test_a_hand_edit_is_found(ledger, invoke):
    invoke("--ledger", ledger, "person", "add", "--id", "P1", "--set", "region=Vilnius").ok()
    path = ledger / "persons.csv"
    path.write_text(path.read_text().replace("Vilnius", "Kaunas "))
    result = invoke("--ledger", ledger, "check")
    assert result.code == 1
    assert "persons.csv:2: CHECK-LOG" in result.err


def test_findings_as_json(ledger, invoke):
    invoke("--ledger", ledger, "person", "add", "--id", "P1", "--set", "region=Vilnius").ok()
    path = ledger / "persons.csv"
    path.write_text(path.read_text().replace("Vilnius", "Kaunas "))
    result = invoke("--ledger", ledger, "check", "log", "-O", "json")
    assert result.code == 1
    data = json.loads(result.out)
    assert data["schema"] == "ilactl.check/1"
    assert [(row["check"], row["file"], row["line"]) for row in data["rows"]] == [("log", "persons.csv", 2)]


def damage_last_log_line(ledger: Path) -> None:
    path = ledger / "commits.jsonl"
    path.write_bytes(path.read_bytes()[:-20] + b"0123456789012345678\n")


def lose_a_file(ledger: Path) -> None:
    (ledger / "persons.csv").unlink()


def cut_a_file(ledger: Path) -> None:
    path = ledger / "persons.csv"
    path.write_bytes(path.read_bytes()[:-5])


def add_by_hand(ledger: Path) -> None:
    path = ledger / "persons.csv"
    path.write_bytes(path.read_bytes() + b"P2,2026-01-01,,,,,,,,\n")


def mark_a_file(ledger: Path) -> None:
    path = ledger / "persons.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())


def link(name: str):
    def harm(ledger: Path) -> None:
        (ledger / name).rename(ledger.parent / "elsewhere")
        (ledger / name).symlink_to(ledger.parent / "elsewhere")

    return harm


@pytest.mark.parametrize(
    ("harm", "file"),
    [
        (damage_last_log_line, "commits.jsonl"),
        (lose_a_file, "persons.csv"),
        (cut_a_file, "persons.csv"),
        (add_by_hand, "persons.csv"),
        (mark_a_file, "persons.csv"),
        (link("persons.csv"), "persons.csv"),
        (link("commits.jsonl"), "commits.jsonl"),
        (link("rules"), "rules"),
    ],
)
def test_damage_is_a_finding_and_no_refusal(ledger: Path, invoke, harm, file: str):
    who = ("person", "add", "--id", "P1", "--name", "Ann", "--set", "region=Vilnius")
    invoke("--ledger", ledger, *who).ok()
    harm(ledger)
    result = invoke("--ledger", ledger, "check")
    assert result.code == 1, result.err
    assert result.err.startswith(file)
    assert "CHECK-LOG" in result.err
    assert "FINDINGS 1 finding\n" in result.err, "what follows from one fault is not reported again"


def test_a_bad_manifest_is_a_finding(ledger, invoke):
    path = ledger / "ledger.toml"
    path.write_text(path.read_text().replace("country", "cuntry"))
    result = invoke("--ledger", ledger, "check")
    assert result.code == 1
    assert "ledger.toml:5:1: MANIFEST-KEY" in result.err
    assert "did you mean country?" in result.err


def test_a_bad_rule_is_a_finding(ledger, invoke):
    path = ledger / "rules" / "scheme.toml"
    path.write_text(path.read_text().replace("isced_level", "isced_levl"))
    result = invoke("--ledger", ledger, "check", "rules")
    assert result.code == 1
    assert "rules/scheme.toml:" in result.err


def test_loose_modes_count_when_strict(ledger, invoke):
    """A copy or a clone has the umask's modes: that alone must not make a clean ledger talk."""
    (ledger / "persons.csv").chmod(0o644)
    assert invoke("--ledger", ledger, "check").ok().err == ""
    result = invoke("--ledger", ledger, "check", "--tier", "strict")
    assert result.code == 1
    assert "persons.csv: CHECK-MODE" in result.err


def test_a_spreadsheets_lock_file_is_found(ledger, invoke):
    (ledger / ".~lock.persons.csv#").touch()
    (ledger / "~$figures.csv").touch()
    result = invoke("--ledger", ledger, "check", "open-elsewhere", "--tier", "strict")
    assert result.code == 1
    assert result.err.count("CHECK-OPEN-ELSEWHERE") == 2


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
@pytest.mark.parametrize("above", [False, True])
def test_names_under_version_control_are_found(ledger: Path, invoke, above: bool):
    top = ledger.parent if above else ledger

    def git(*args: str) -> None:
        subprocess.run(["git", *args], cwd=top, check=True, capture_output=True)

    git("init", "-q")
    git("add", "-A")
    assert invoke("--ledger", ledger, "check", "private-in-git", "--tier", "strict").code == 0
    git("add", "-f", str(ledger / "identities.csv"))
    assert invoke("--ledger", ledger, "check", "private-in-git", "--tier", "strict").code == 1


def test_the_help_lists_every_check(invoke):
    text = invoke("check", "--help").ok().out
    assert all(check.name in text for check in checks())


def test_what_a_broken_row_hides_is_not_said_to_be_missing():
    assert [
        code for code, *_ in found(persons="P2,2026-02-30,,,,,,,,\n", entitlements=grant(1, person="P2"))
    ] == ["CSV-CELL"]


def test_a_check_by_name_says_that_it_could_not_read_a_file(invoke, sample_ledger):
    file = sample_ledger / "entitlements.csv"
    file.write_bytes(file.read_bytes()[:4000])
    result = invoke("check", "order", env={"ILACTL_LEDGER": str(sample_ledger)})
    assert (result.code, "CHECK-LOG" in result.err) == (1, True)
