"""A cron line that runs twice, late, at once with another, in any locale, with its output cut off."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Run

TOPUP = ("topup", "--on", "2027-01-01", "--yes")


def contents(ledger: Path) -> dict[str, bytes]:
    """Every file of the ledger by name, but for what may be deleted."""
    files = (path for path in sorted(ledger.rglob("*")) if path.is_file() and ".ilactl" not in path.parts)
    return {str(path.relative_to(ledger)): path.read_bytes() for path in files}


def test_a_cron_line_is_silent_and_may_run_twice(run: Run, sample_ledger: Path) -> None:
    env = {"LC_ALL": "C", "HOME": "", "ILACTL_LEDGER": str(sample_ledger)}
    first = run(*TOPUP, env=env)
    assert (first.code, first.out, first.err) == (0, "", "")
    after = contents(sample_ledger)
    second = run(*TOPUP, env=env)
    assert (second.code, second.out, second.err) == (0, "", "")
    assert contents(sample_ledger) == after
    told = run(*TOPUP, "-v", env=env).ok()
    assert "nothing to book" in told.out


def test_the_answer_is_printed_where_a_format_is_asked_for(run: Run, sample_ledger: Path) -> None:
    answer = json.loads(run("--ledger", sample_ledger, *TOPUP, "-O", "json").ok().out)
    assert answer["schema"] == "ilactl.topup/1"
    assert answer["entries"] > 0


def test_without_yes_and_without_a_terminal_nothing_is_booked(run: Run, sample_ledger: Path) -> None:
    before = contents(sample_ledger)
    result = run("--ledger", sample_ledger, *TOPUP[:-1])
    assert result.code == 4
    assert "--yes" in result.err
    assert contents(sample_ledger) == before


def test_two_at_once_book_each_entry_once(sample_ledger: Path) -> None:
    words = [sys.executable, "-m", "ilactl", "--ledger", str(sample_ledger), *TOPUP, "--lock-wait", "60"]
    both = [subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)]
    said = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    rows = (sample_ledger / "entitlements.csv").read_text().splitlines()[1:]
    grants = [tuple(row.split(",")[i] for i in (2, 13, 14)) for row in rows if ",grant," in row]
    assert len(grants) == len(set(grants))


@pytest.mark.parametrize(
    ("zone", "seed", "locale"), [("Asia/Tokyo", "1", "C"), ("America/Lima", "77", "C.UTF-8")]
)
def test_the_rows_depend_on_nothing_around(
    run: Run, invoke: Run, sample_ledger: Path, tmp_path: Path, zone: str, seed: str, locale: str
) -> None:
    other = tmp_path / "other"
    subprocess.run(["cp", "-a", sample_ledger, other], check=True)
    env = {"TZ": zone, "PYTHONHASHSEED": seed, "LC_ALL": locale}
    run("--ledger", sample_ledger, *TOPUP, env=env).ok()
    invoke("--ledger", other, *TOPUP).ok()
    name = "entitlements.csv"
    assert (sample_ledger / name).read_bytes() == (other / name).read_bytes()


def test_head_may_stop_reading(sample_ledger: Path) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    line = "ilactl person list | head -n 1; echo ${PIPESTATUS[0]}"
    env = {"PATH": path, "ILACTL_LEDGER": str(sample_ledger)}
    done = subprocess.run(["bash", "-c", line], env=env, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.stdout.splitlines()[-1] in ("0", "141")  # 0 where all of it fitted into the pipe


def test_what_the_dry_run_says_is_what_is_booked(invoke: Run, sample_ledger: Path) -> None:
    shown, done = (
        json.loads(invoke("--ledger", sample_ledger, *TOPUP, *words, "-O", "json").ok().out)
        for words in (("-n",), ())
    )
    assert done.pop("booked")
    assert not shown.pop("booked")
    assert shown == done


def test_a_full_disk_under_the_answer_tells_of_the_commit(sample_ledger: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    words = [sys.executable, "-m", "ilactl", "--ledger", str(sample_ledger), *TOPUP, "-v"]
    with open("/dev/full", "wb") as full:
        done = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 75
    assert "booked as commit" in done.stderr


def test_a_full_disk_under_the_answer_of_init_does_not_deny_the_ledger(tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    words = [sys.executable, "-m", "ilactl", "init", str(tmp_path / "new"), "-v"]
    with open("/dev/full", "wb") as full:
        done = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 75
    assert (tmp_path / "new" / "ledger.toml").is_file()
