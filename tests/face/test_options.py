"""Shared options: before or after the name, the nearer wins, never silently without effect."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ilactl.commands import reading
from tests.conftest import Run


def shown(probe: Run, *args: str, **settings: Any) -> dict[str, Any]:
    result = probe(*args, "-O", "json", **settings).ok()
    row: dict[str, Any] = json.loads(result.out)["rows"][0]
    return row


@pytest.mark.parametrize(
    "words",
    [
        "--on 2026-03-01 probe show",
        "probe --on 2026-03-01 show",
        "probe show --on 2026-03-01",
        "--on 2020-01-01 probe --on 2021-01-01 show --on 2026-03-01",
    ],
)
def test_a_shared_option_stands_anywhere_and_the_nearest_wins(probe: Run, words: str) -> None:
    assert shown(probe, *words.split())["on"] == "2026-03-01"


def test_an_option_before_a_command_that_does_not_take_it_is_refused(probe: Run) -> None:
    result = probe("--key", "k", "probe", "show")
    assert result.code == 2
    assert "--key stands before 'ilactl probe show', which does not take it" in result.err


@pytest.mark.parametrize("day", ["2026-02-30", "20260301", "2026-3-1", "tomorrow", "", "２０２６-03-01"])
def test_a_day_is_a_day_of_the_calendar(probe: Run, day: str) -> None:
    result = probe("probe", "show", "--on", day)
    assert result.code == 2
    assert "YYYY-MM-DD" in result.err


def test_quiet_and_verbose_exclude_one_another(probe: Run) -> None:
    assert probe("-q", "probe", "show", "-v").code == 2


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ILACTL_LOCK_WAIT", "soon"),
        ("ILACTL_LOCK_WAIT", "1e3"),
        ("ILACTL_LOCK_WAIT", "-1"),
        ("ILACTL_LOCK_WAIT", "nan"),
        ("ILACTL_OUTPUT_FORMAT", "xml"),
        ("ILACTL_OUTPUT_FORMAT", ""),
    ],
)
def test_a_bad_environment_is_an_error(probe: Run, name: str, value: str) -> None:
    result = probe("probe", "show", env={name: value})
    assert result.code == 2
    assert f"{name} in the environment" in result.err


def test_environment_serves_where_the_command_line_is_silent(probe: Run, tmp_path: Path) -> None:
    env = {"ILACTL_LOCK_WAIT": "2.5", "ILACTL_LEDGER": str(tmp_path)}
    row = shown(probe, "probe", "show", env=env)
    assert (row["wait"], row["ledger"]) == ("2.5", str(tmp_path))
    assert shown(probe, "--ledger", "elsewhere", "probe", "show", env=env)["ledger"] == "elsewhere"


def test_the_environment_names_the_usual_format(probe: Run) -> None:
    out = probe("probe", "answer", env={"ILACTL_OUTPUT_FORMAT": "csv"}).ok().out
    assert out.startswith("person,name,usable,since\n")


def test_today_is_told_by_the_ledgers_zone(probe: Run) -> None:
    late = datetime(2026, 12, 31, 22, 30, tzinfo=UTC)
    assert shown(probe, "probe", "show", now=late)["today"] == "2027-01-01"


def test_without_a_terminal_a_change_is_silent_unless_asked(probe: Run) -> None:
    assert probe("probe", "answer", "--change").ok().out == ""
    assert probe("probe", "answer", "--change", env={"ILACTL_OUTPUT_FORMAT": "json"}).ok().out == ""
    for words in (("-O", "plain"), ("-v",), ("-n",)):
        assert "P1" in probe("probe", "answer", "--change", *words).ok().out
    assert "P1" in probe("probe", "answer", "-q").ok().out


def test_without_a_terminal_talk_needs_v(probe: Run) -> None:
    assert probe("probe", "answer").err == ""
    assert probe("probe", "answer", "-v").err == "some talk\n"


def test_no_prompt_without_a_terminal(probe: Run) -> None:
    result = probe("probe", "ask")
    assert result.code == 4
    assert "--yes" in result.err
    assert probe("probe", "ask", "--yes").code == 0
    assert probe("probe", "ask", stdin="y\n").code == 4


def test_input_from_a_file_and_from_stdin(probe: Run, tmp_path: Path) -> None:
    file = tmp_path / "in.csv"
    file.write_bytes(b"abc")
    assert probe("probe", "read", file, "-O", "csv").ok().out == f"name,bytes\n{file},3\n"
    assert probe("probe", "read", "-", "-O", "csv", stdin="abcd").ok().out == "name,bytes\nstdin,4\n"


def test_an_input_that_is_missing_or_no_file_is_named(probe: Run, tmp_path: Path) -> None:
    missing = probe("probe", "read", tmp_path / "none.csv")
    assert (missing.code, missing.err.count("none.csv not found")) == (66, 1)
    folder = probe("probe", "read", tmp_path)
    assert (folder.code, "is a directory" in folder.err) == (74, True)


def test_an_input_that_is_too_large_is_refused(
    probe: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "INPUT_LIMIT", 1024 * 1024)
    file = tmp_path / "in.csv"
    file.write_bytes(b"x" * (1024 * 1024 + 1))
    for words in ((str(file),), ("-",)):
        result = probe("probe", "read", *words, stdin=file.read_bytes())
        assert result.code == 65
        assert "more than 1 MiB" in result.err


@pytest.mark.parametrize("key", ["", " a", "a\x1b", "a" * 201])
def test_a_key_can_be_shown(invoke: Run, key: str) -> None:
    assert invoke("--key", key, "help").code == 2


def test_the_choices_of_a_missing_option_stand_in_one_line(invoke: Run) -> None:
    said = invoke("credential", "export", "C1")
    assert (said.code, "Choose from: ob3, png, svg, html" in said.err) == (2, True), said.err


def test_a_warning_keeps_its_lines_and_loses_its_controls(probe: Run) -> None:
    assert probe("probe", "answer", "--booked", "-1").err == "warning: first\nsecond\\x1b[2J\n"


def test_a_table_in_a_pipe_is_as_wide_as_it_needs_or_as_columns_says(sample_ledger: Path, run: Run) -> None:
    def widest(env: dict[str, str]) -> int:
        out = (
            run("topup", "--ledger", sample_ledger, "--on", "2028-01-01", "-n", "-O", "table", env=env)
            .ok()
            .out
        )
        return max(map(len, out.splitlines()))

    assert widest({}) > 100
    assert widest({"COLUMNS": "60"}) <= 60
    assert widest({"COLUMNS": "wide"}) == widest({})
