"""Where and as whom cron runs it decides nothing: zone, seed, locale, home, folder, limits, variables."""

from __future__ import annotations

import resource
import stat
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.cron.conftest import ADD, ENTRIES, SILENT, TOPUP, added, bare, cron, digests, entries, shell

AHEAD, BEHIND = "Pacific/Kiritimati", "Pacific/Pago_Pago"
"""25 hours apart: at any hour the one has a later day than the other."""


@pytest.mark.parametrize("on", [("--on", "2027-01-01"), ()], ids=["on a day", "today"])
def test_two_zones_on_both_sides_of_midnight_give_the_same_bytes(agency: Path, on: tuple[str, ...]) -> None:
    """Without --on the day is that of the ledger's own zone."""
    assert datetime.now(ZoneInfo(AHEAD)).date() > datetime.now(ZoneInfo(BEHIND)).date()
    told = [
        cron("topup", "-n", "-O", "json", *on, "--ledger", agency, env=bare({"TZ": zone})).ok().out
        for zone in (AHEAD, BEHIND)
    ]
    assert told[0] == told[1]
    assert '"on": "2' in told[0]


def test_two_hash_seeds_tell_the_same_bytes(sample_ledger: Path) -> None:
    for words in (("balance", "--by", "region", "-O", "csv"), ("export", "--format", "hledger")):
        told = [
            cron(*words, "--ledger", sample_ledger, env=bare({"PYTHONHASHSEED": seed})).ok().out
            for seed in ("0", "4294967295")
        ]
        assert told[0] == told[1]
        assert len(told[0].splitlines()) > 5


def test_nothing_of_the_environment_is_needed(agency: Path) -> None:
    assert cron(*TOPUP, "--ledger", agency, env={}) == SILENT
    assert entries(agency) == ENTRIES


@pytest.mark.parametrize(
    "env",
    [
        {"PATH": "/usr/bin:/bin"},
        {"LC_ALL": "lt_LT.ISO-8859-13", "LANGUAGE": "de", "HOME": "/nonexistent", "TMPDIR": "/proc/nowhere"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "TZ": "No/Where", "COLUMNS": "x"},
    ],
    ids=["no home", "home and temporary folder are not there", "locale, zone and columns are odd"],
)
def test_an_odd_environment_changes_nothing(agency: Path, env: dict[str, str]) -> None:
    assert cron(*ADD, "--ledger", agency, env=env) == SILENT
    assert added(agency)


@pytest.mark.parametrize(
    ("name", "value", "status"),
    [
        ("ILACTL_OUTPUT_FORMAT", "xml", 2),
        ("ILACTL_OUTPUT_FORMAT", "", 2),
        ("ILACTL_LOCK_WAIT", "soon", 2),
        ("ILACTL_LOCK_WAIT", "-1", 2),
        ("ILACTL_ACTOR", "a\nb", 2),
        ("ILACTL_ACTOR", "x" * 101, 2),
        ("ILACTL_LEDGER", "/nonexistent", 66),
        ("ILACTL_LEDGER", "", 66),
    ],
)
def test_a_variable_that_makes_no_sense_is_named_and_nothing_is_booked(
    agency: Path, name: str, value: str, status: int
) -> None:
    before = digests(agency)
    env = bare({"ILACTL_LEDGER": str(agency), name: value})
    done = cron(*TOPUP, env=env)
    assert (done.code, done.out) == (status, "")
    assert name in done.err or (value and value in done.err)
    assert "Traceback" not in done.err
    assert digests(agency) == before


def test_files_stay_private_whatever_the_umask(tmp_path: Path) -> None:
    root = tmp_path / "ledger"
    assert shell('umask 000; "$@"', "init", root).code == 0
    for words in (
        ADD,
        TOPUP,
        ("export", "--format", "hledger", "-o", tmp_path / "j"),
        ("backup", tmp_path / "b"),
    ):
        assert shell('umask 000; "$@"', *words, "--ledger", root) == SILENT
    for path in (root, *root.rglob("*"), tmp_path / "j", tmp_path / "b", *(tmp_path / "b").rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_the_folder_it_runs_in_is_gone(agency: Path, tmp_path: Path) -> None:
    before = digests(agency)
    (tmp_path / "gone").mkdir()
    done = shell(f'cd {tmp_path}/gone && rmdir {tmp_path}/gone && "$@"', *TOPUP, "--ledger", agency)
    assert (done.code, done.out) == (66, "")
    assert "the folder this runs in not found" in done.err
    assert digests(agency) == before


def test_the_folder_it_runs_in_may_not_be_read(agency: Path, tmp_path: Path) -> None:
    (tmp_path / "shut").mkdir()
    done = shell(f'cd {tmp_path}/shut && chmod 0 . && "$@"', *ADD, "--ledger", agency)
    (tmp_path / "shut").chmod(0o700)
    assert done == SILENT
    assert added(agency)


@pytest.mark.parametrize("limit", [6, 7, 8, 9, 16])
def test_few_files_may_be_open(agency: Path, limit: int) -> None:
    """Python itself needs about five. Too few is told as what it is, before the commit or after it."""
    before = digests(agency)
    done = shell(f'ulimit -n {limit} && "$@"', *ADD, "--ledger", agency)
    assert done.code in (0, 74, 75)
    assert "Traceback" not in done.err
    if done.code:
        assert "too many open files" in done.err, "and nothing else"
    if done.code == 74:
        assert digests(agency) == before
    assert limit < 16 or done == SILENT
    assert cron(*ADD, "--ledger", agency) == SILENT
    assert added(agency)


@pytest.mark.parametrize("room", [0, 300])
def test_the_ledgers_disk_takes_no_more(agency: Path, room: int) -> None:
    """A limit on the size of files stands for the disk: the log meets it first."""
    log = (agency / "commits.jsonl").stat().st_size
    assert log + room > max(path.stat().st_size for path in agency.glob("*.csv")) + 300
    before = digests(agency)

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (log + room, log + room))

    done = cron(*ADD, "--ledger", agency, preexec_fn=limit)
    assert (done.code, done.out) == (74, "")
    assert "nothing was changed" in done.err
    assert digests(agency) == before
    assert cron(*ADD, "--ledger", agency) == SILENT
    assert added(agency)
