"""`ilactl topup` as cron runs it: silent, repeatable, the same everywhere, and honest when it cannot."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Run
from tests.stories.conftest import amounts, digests

TOPUP = ("topup", "--on", "2027-01-01", "--yes", "--ledger")
GRANTED = [
    ("P1", "base", "500.00"),
    ("P2", "base", "500.00"),
    ("P3", "base", "500.00"),
    ("P6", "base", "500.00"),
    ("P1", "supplement", "300.00"),
]
ILACTL = [sys.executable, "-m", "ilactl"]


def environment(**extra: str) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LANG": "C", **extra}


def test_cron_books_without_a_word_and_ends_with_0(agency: Path, run: Run) -> None:
    done = run(*TOPUP, agency, env={"LANG": "C", "HOME": ""})
    assert (done.code, done.out, done.err) == (0, "", "")
    assert amounts(agency) == GRANTED


def test_the_same_line_again_is_silent_and_changes_no_byte(agency: Path, run: Run) -> None:
    run(*TOPUP, agency).ok()
    before = digests(agency)
    done = run(*TOPUP, agency)
    assert (done.code, done.out, done.err) == (0, "", "")
    assert digests(agency) == before


def test_the_same_line_again_tells_with_v_that_all_was_there(agency: Path, invoke: Run) -> None:
    invoke(*TOPUP, agency).ok()
    before = digests(agency)
    done = invoke(*TOPUP, agency, "-v").ok()
    assert "already" in (done.out + done.err).lower()
    assert digests(agency) == before


def test_a_later_day_of_the_same_year_books_nothing_either(agency: Path, invoke: Run) -> None:
    invoke(*TOPUP, agency).ok()
    before = digests(agency)
    assert invoke("topup", "--on", "2027-07-03", "--yes", "--ledger", agency).ok().out == ""
    assert digests(agency) == before


def test_without_yes_and_without_a_terminal_it_refuses_and_names_the_flag(agency: Path, run: Run) -> None:
    before = digests(agency)
    done = run("topup", "--on", "2027-01-01", "--ledger", agency)
    assert done.code == 4
    assert "--yes" in done.err
    assert digests(agency) == before


def test_two_at_once_book_each_row_once(agency: Path) -> None:
    command = [*ILACTL, *TOPUP, str(agency)]
    both = [subprocess.Popen(command, env=environment(), stdin=subprocess.DEVNULL) for _ in range(2)]
    assert [process.wait(timeout=60) for process in both] == [0, 0]
    assert amounts(agency) == GRANTED


def test_the_one_who_does_not_wait_ends_with_75_and_names_the_holder(agency: Path, run: Run) -> None:
    from ilactl.ledger.commit import open_writer
    from tests.rules.books import ACTOR, NOW

    before = digests(agency)
    with open_writer(agency, actor=ACTOR, now=lambda: NOW, holder="ilactl import"):
        done = run(*TOPUP, agency, "--lock-wait", "0")
    assert done.code == 75
    assert "ilactl import" in done.err
    assert digests(agency) == before


@pytest.mark.parametrize(
    "extra",
    [
        {"TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "1", "LC_ALL": "C"},
        {"TZ": "America/Adak", "PYTHONHASHSEED": "2", "LC_ALL": "tr_TR.UTF-8", "COLUMNS": "20"},
        {"PYTHONHASHSEED": "3", "PYTHONUTF8": "0", "TERM": "dumb", "NO_COLOR": "1", "PYTHONOPTIMIZE": "1"},
    ],
)
def test_the_rows_depend_on_no_zone_seed_or_locale(
    agency: Path, run: Run, invoke: Run, tmp_path: Path, extra: dict[str, str]
) -> None:
    other = Path(shutil.copytree(agency, tmp_path / "other"))
    invoke(*TOPUP, agency).ok()
    run(*TOPUP, other, env=extra).ok()
    assert (other / "entitlements.csv").read_bytes() == (agency / "entitlements.csv").read_bytes()
    used = [{p.name: p.read_bytes() for p in (root / "rules/used").iterdir()} for root in (agency, other)]
    assert used[0] == used[1]


def test_without_on_the_day_is_the_ledgers_own_not_the_machines(agency: Path, invoke: Run) -> None:
    from datetime import UTC, datetime

    text = (agency / "ledger.toml").read_text("utf-8")
    zone = next(line for line in text.splitlines() if line.startswith("zone"))
    (agency / "ledger.toml").write_text(text.replace(zone, 'zone = "Europe/Vilnius"'), "utf-8")
    eve = datetime(2026, 12, 31, 22, 30, tzinfo=UTC)  # in Vilnius it is already 2027
    invoke("topup", "--yes", "--ledger", agency, now=eve, env={"TZ": "America/Adak"}).ok()
    assert {line.split(",")[1] for line in (agency / "entitlements.csv").read_text().splitlines()[1:]} == {
        "2027-01-01"
    }


def test_a_reader_that_closes_early_ends_it_with_141_and_no_word(agency: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [*ILACTL, "topup", "-n", "--on", "2027-01-01", "-O", "jsonl", "--ledger", str(agency)]
    try:
        done = subprocess.run(
            command,
            stdout=writing,
            stderr=subprocess.PIPE,
            env=environment(),
            stdin=subprocess.DEVNULL,
            check=False,
        )
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (141, b"")


def test_a_dry_run_onto_a_full_disk_ends_with_74_and_changes_nothing(agency: Path) -> None:
    before = digests(agency)
    command = [*ILACTL, "topup", "-n", "--on", "2027-01-01", "--ledger", str(agency)]
    with open("/dev/full", "wb") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, env=environment(), check=False)
    assert done.returncode == 74
    assert b"Traceback" not in done.stderr
    assert digests(agency) == before


def test_booked_but_not_told_onto_a_full_disk_ends_with_75_and_says_so(agency: Path) -> None:
    command = [*ILACTL, *TOPUP, str(agency), "-O", "json"]
    with open("/dev/full", "wb") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, env=environment(), check=False)
    assert done.returncode == 75
    assert b"booked as commit" in done.stderr
    assert amounts(agency) == GRANTED


def test_a_read_only_folder_ends_with_74_and_changes_nothing(agency: Path, run: Run) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    before = digests(agency)
    agency.chmod(0o500)
    try:
        done = run(*TOPUP, agency)
    finally:
        agency.chmod(0o700)
    assert done.code == 74
    assert digests(agency) == before


def test_the_dry_run_shows_what_is_then_booked(agency: Path, invoke: Run) -> None:
    shown = json.loads(invoke("topup", "-n", "--on", "2027-01-01", "-O", "json", "--ledger", agency).ok().out)
    assert amounts(agency) == []
    booked = json.loads(invoke(*TOPUP, agency, "-O", "json").ok().out)
    told = set(shown) ^ set(booked) | {name for name in shown if shown[name] != booked.get(name)}
    assert told <= {"booked", "commit", "seq", "dry_run"}, "apart from the commit they say the same"
    assert shown["rows"] == booked["rows"]
    assert amounts(agency) == GRANTED


@pytest.mark.parametrize("command", [("rules", "check"), TOPUP[:-1], ("topup", "-n"), ("rules", "list")])
def test_a_bad_rule_file_ends_with_78_names_the_place_and_changes_nothing(
    agency: Path, run: Run, command: tuple[str, ...]
) -> None:
    path = agency / "rules/scheme.toml"
    text = path.read_text("utf-8").replace(
        "contributed_period.employer / 2", "contributed_period.emploier / 2"
    )
    path.write_text(text, "utf-8")
    lines = text.split("\n")
    line = next(n for n, one in enumerate(lines, 1) if "emploier" in one)
    column = lines[line - 1].index("contributed_period.emploier") + 1
    before = digests(agency)
    done = run(*command, "--ledger", agency)
    assert done.code == 78
    assert done.err.startswith(f"rules/scheme.toml:{line}:{column}: EXPRESSION-NAME"), done.err
    assert "did you mean contributed_period.employer?" in done.err
    assert "Traceback" not in done.err
    assert done.out == ""
    assert digests(agency) == before


def test_under_json_the_findings_are_one_object_on_stderr(agency: Path, invoke: Run) -> None:
    path = agency / "rules/scheme.toml"
    path.write_text(path.read_text("utf-8").replace('amount = "300.00"', "amount = 300.00"), "utf-8")
    done = invoke("rules", "check", "-O", "json", "--ledger", agency)
    error = json.loads(done.err)
    assert (done.code, done.out) == (78, "")
    assert [finding["code"] for finding in error["findings"]] == ["UNQUOTED-NUMBER"]


def test_a_used_rule_that_was_changed_stops_the_next_run(agency: Path, run: Run) -> None:
    run(*TOPUP, agency).ok()
    path = agency / "rules/scheme.toml"
    path.write_text(path.read_text("utf-8").replace('amount = "500.00"', 'amount = "600.00"'), "utf-8")
    before = digests(agency)
    done = run("topup", "--on", "2028-01-01", "--yes", "--ledger", agency)
    assert done.code == 78
    assert "USED-RULE-CHANGED" in done.err
    assert digests(agency) == before


def test_a_bad_row_by_hand_stops_it_before_anything_is_written(agency: Path, run: Run) -> None:
    with (agency / "figures.csv").open("a") as file:
        file.write("P1,hours,2026-01-01,2026-12-31,1_000,\n")
    before = digests(agency)
    done = run(*TOPUP, agency)
    assert done.code in (3, 65)
    assert "Traceback" not in done.err
    assert digests(agency) == before


def test_guards_stop_it_whatever_yes_says_and_allow_large_passes_once(agency: Path, run: Run) -> None:
    with (agency / "ledger.toml").open("a") as file:
        file.write("max_persons = 3\n")
    before = digests(agency)
    assert run(*TOPUP, agency).code == 3
    assert run(*TOPUP, agency, "--allow-large", "4").code == 3
    assert digests(agency) == before
    run(*TOPUP, agency, "--allow-large", "5").ok()
    assert amounts(agency) == GRANTED


@pytest.mark.parametrize("day", ["0001-01-01", "0003-05-05", "9999-12-31"])
def test_days_at_the_edge_of_the_calendar_are_no_bug(agency: Path, invoke: Run, day: str) -> None:
    done = invoke("topup", "-n", "--on", day, "--ledger", agency)
    assert done.code in (0, 2, 3)


@pytest.mark.parametrize("empty", ["", "\n \n", "\ufeff"])
def test_an_empty_list_of_persons_is_nobody_and_not_everybody(agency: Path, invoke: Run, empty: str) -> None:
    before = digests(agency)
    done = invoke(*TOPUP, agency, "--person", "-", stdin=empty)
    assert (done.code, done.out, done.err) == (0, "", "")
    assert digests(agency) == before
    shown = invoke(*TOPUP, agency, "--person", "-", "-n", "-O", "json", stdin=empty).ok().out
    assert json.loads(shown)["entries"] == 0


def test_persons_of_a_list_are_named_one_a_line(agency: Path, invoke: Run) -> None:
    invoke(*TOPUP, agency, "--person", "-", stdin="\ufeffP1\r\nP6\n\nP1\n").ok()
    assert amounts(agency) == [
        ("P1", "base", "500.00"),
        ("P6", "base", "500.00"),
        ("P1", "supplement", "300.00"),
    ]
    twice = invoke(*TOPUP, agency, "--person", "-", "--person", "-", stdin="P2\n")
    assert twice.code == 2


def test_every_sum_of_a_summary_names_its_unit(agency: Path, invoke: Run) -> None:
    told = json.loads(invoke(*TOPUP, agency, "-n", "-O", "json").ok().out)
    assert {row["unit"] for row in told["rows"]} == {"EUR"}
    header, row, *_ = invoke(*TOPUP, agency, "-n", "-O", "csv").ok().out.splitlines()
    assert dict(zip(header.split(","), row.split(","), strict=True))["unit"] == "EUR"


def test_a_plan_for_a_day_that_cannot_be_booked_is_refused_like_the_run(agency: Path, invoke: Run) -> None:
    invoke(*TOPUP, agency, "--rule", "base").ok()
    early = ("topup", "--on", "2026-12-31", "--ledger", agency)
    for how in ("--yes", "-n"):
        refused = invoke(*early, how)
        assert (refused.code, "DATE-GOES-BACK" in refused.err, refused.out) == (3, True, "")
