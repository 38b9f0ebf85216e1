"""The doctor sees what surrounds a ledger, also a broken one, and touches nothing."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ilactl.ledger.commit import Append, Change
from tests.conftest import TODAY, Run
from tests.docs.test_layers import HEAVY, imported_by
from tests.storage.support import identity, make, row, writer

from .examining import NOW, signs, states


def frozen(root: Path) -> dict[str, tuple[int, int, bytes]]:
    return {
        str(path): (
            path.lstat().st_mtime_ns,
            path.lstat().st_mode,
            path.read_bytes() if path.is_file() else b"",
        )
        for path in [root, *sorted(root.rglob("*"))]
    }


def test_all_is_well_with_a_new_ledger(ledger: Path, invoke: Run) -> None:
    result = invoke("doctor", env={"ILACTL_LEDGER": str(ledger)}).ok()
    assert re.search(r"^ok +ledger +.*, named by ILACTL_LEDGER$", result.out, re.MULTILINE)
    assert re.search(r"^ok +log +format 1, 1 commit in an unbroken chain", result.out, re.MULTILINE)
    assert re.search(r"^ok +lock +(free|cannot be told)", result.out, re.MULTILINE)
    assert "duckdb " in result.out
    assert "ilactl completion bash" in result.out
    assert not re.search(r"^(fault|look) +(?! |room|file system)", result.out, re.MULTILINE)
    assert result.err == ""


def test_it_says_how_the_ledger_was_found(ledger: Path, invoke: Run) -> None:
    assert ", named with --ledger" in invoke("doctor", "--ledger", ledger).ok().out
    assert ", the nearest from here upward" in invoke("doctor", cwd=ledger / "rules").ok().out
    assert invoke("doctor", "--ledger", ledger / "rules").code == 66


def test_it_says_where_settings_come_from(ledger: Path, invoke: Run) -> None:
    env = {"ILACTL_LOCK_WAIT": "3", "ILACTL_ACTOR": "night shift", "ILACTL_OUTPUT_FORMAT": "plain"}
    said = invoke("doctor", env={**env, "ILACTL_LEDGER": str(ledger)}).ok().out
    assert "waits 3 s for the lock, from ILACTL_LOCK_WAIT" in said
    assert "plain from ILACTL_OUTPUT_FORMAT" in said
    assert "ILACTL_ACTOR night shift" in said


def test_json_has_every_sign_and_the_status_tells_of_faults(ledger: Path, invoke: Run) -> None:
    told = json.loads(invoke("--ledger", ledger, "doctor", "-O", "json").ok().out)
    assert told["schema"] == "ilactl.doctor/1"
    assert told["faults"] == 0
    assert {"topic", "state", "text", "remedy"} == set(told["rows"][0])
    ledger.chmod(0o777)
    result = invoke("--ledger", ledger, "doctor", "-O", "json")
    assert (result.code, json.loads(result.out)["faults"]) == (1, 1)
    assert json.loads(result.err)["code"] == "FINDINGS"


def test_nothing_heavy_is_imported(ledger: Path) -> None:
    assert not imported_by("doctor", cwd=ledger) & HEAVY


def spoil(root: Path, name: str, change: Callable[[bytes], bytes]) -> None:
    (root / name).write_bytes(change((root / name).read_bytes()))


BROKEN: dict[str, tuple[Callable[[Path], object], str]] = {
    "no log": (lambda r: (r / "commits.jsonl").unlink(), "log"),
    "an empty log": (lambda r: (r / "commits.jsonl").write_bytes(b""), "log"),
    "no line of a log": (lambda r: (r / "commits.jsonl").write_bytes(b"x\ny\n\xff\n"), "log"),
    "a log that is a folder": (
        lambda r: ((r / "commits.jsonl").unlink(), (r / "commits.jsonl").mkdir()),
        "log",
    ),
    "a changed line in the middle": (
        lambda r: spoil(r, "commits.jsonl", lambda b: b.replace(b"P00001", b"P00009", 1)),
        "log",
    ),
    "a newer log": (
        lambda r: spoil(r, "commits.jsonl", lambda b: b.replace(b'{"format":1', b'{"format":2')),
        "log",
    ),
    "no manifest": (lambda r: (r / "ledger.toml").unlink(), "settings"),
    "a manifest that is no TOML": (lambda r: (r / "ledger.toml").write_bytes(b"=\xff"), "settings"),
    "an unknown key": (lambda r: spoil(r, "ledger.toml", lambda b: b"colour = 1\n" + b), "settings"),
    "a newer format": (
        lambda r: spoil(r, "ledger.toml", lambda b: b.replace(b"format = 1", b"format = 9")),
        "settings",
    ),
    "a file gone": (lambda r: (r / "persons.csv").unlink(), "files"),
    "a row gone": (lambda r: spoil(r, "persons.csv", lambda b: b[:-10]), "files"),
    "a row added": (lambda r: spoil(r, "figures.csv", lambda b: b + b"x\n"), "files"),
    "a link": (
        lambda r: (
            (r / "courses.csv").rename(r.parent / "c"),
            (r / "courses.csv").symlink_to(r.parent / "c"),
        ),
        "files",
    ),
    "a hard link": (lambda r: os.link(r / "courses.csv", r.parent / "c"), "files"),
    "init cut off": (lambda r: (r / ".ilactl" / "creating").touch(), "log"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_ledger_is_examined(books: Path, invoke: Run, name: str) -> None:
    with writer(books) as held:
        held.commit(row(3))  # so that what the last commit holds cannot mend it
    act, topic = BROKEN[name]
    act(books)
    before = frozen(books)
    found = signs(books)
    assert "fault" in {sign.state for sign in found if sign.topic == topic}, found
    assert all(sign.remedy for sign in found if sign.state != "ok")
    assert {"lock", "modes", "git", "sync", "room"} <= {sign.topic for sign in found}
    result = invoke("--ledger", books, "doctor")
    assert result.code == 1, result.err
    assert "Traceback" not in result.err
    assert frozen(books) == before


def test_it_writes_nothing_and_takes_no_lock(books: Path, invoke: Run) -> None:
    shutil.rmtree(books / ".ilactl")
    before = frozen(books)
    invoke("--ledger", books, "doctor", now=TODAY).ok()
    assert frozen(books) == before


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lists its locks")
def test_a_held_lock_is_seen_with_its_holder(books: Path) -> None:
    assert "free" in signs(books, "lock")[0].text
    with writer(books, holder="ilactl topup"):
        (sign,) = signs(books, "lock")
        assert sign.text.startswith(f"held by 'ilactl topup' (process {os.getpid()} on ")
        assert "is writing" in signs(books, "crash")[0].text
    assert "free" in signs(books, "lock")[0].text


def test_a_torn_line_is_told_from_a_rotten_one(books: Path) -> None:
    with (books / "commits.jsonl").open("ab") as log:
        log.write(b'{"format":1,"seq":4')
    (sign,) = signs(books, "crash")
    assert (sign.state, "19 bytes of a line" in sign.text) == ("look", True)
    assert "cuts it off" in sign.remedy
    spoil(books, "persons.csv", lambda rows: rows + b"P00003,2026-01-01,,,,,,,,\n")
    assert states(books, "log") == {"ok"}, "the hint names the line before: the file was edited by hand"
    (books / ".ilactl/clean").unlink()
    assert states(books, "log") == {"fault"}


def test_a_decided_commit_is_told(books: Path) -> None:
    private = b"".join(identity(number) for number in range(9))
    with writer(books) as held:
        record = held.commit(Change("person add", (Append("identities.csv", private, rows=9),)))
    (act,) = record.files
    assert act.staged
    (books / act.staged).write_bytes((books / "identities.csv").read_bytes()[act.base :])
    os.truncate(books / "identities.csv", act.base)
    (books / ".ilactl" / "clean").unlink()
    (sign,) = signs(books, "crash")
    assert sign.text == "commit 4 is decided and not yet in identities.csv"
    assert (sign.state, states(books, "files")) == ("look", {"ok"})
    with writer(books):
        pass
    assert states(books, "crash") == {"ok"}


def test_staged_rows_of_no_commit_are_told_from_others(books: Path) -> None:
    (books / "commits" / "4.persons.csv").write_bytes(b"x\n")
    (books / "commits" / "notes.txt").write_bytes(b"x\n")
    one, other = signs(books, "crash")
    assert "4.persons.csv" in one.text
    assert "removes" in one.remedy
    assert "notes.txt" in other.text


def test_a_spreadsheet_is_seen(books: Path) -> None:
    (books / ".~lock.persons.csv#").write_text("Ona,ona,desk,1.1.2026;")
    (sign,) = signs(books, "open elsewhere")
    assert (sign.state, "LibreOffice" in sign.text) == ("look", True)


@pytest.mark.parametrize(
    ("ahead", "state"), [(timedelta(0), "ok"), (timedelta(hours=1), "look"), (timedelta(days=3), "fault")]
)
def test_the_clock_is_compared_with_the_last_commit(books: Path, ahead: timedelta, state: str) -> None:
    made_at = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    assert states(books, "clock", made_at - ahead) == {state}


def test_booked_ahead_is_told(tmp_path: Path) -> None:
    root = make(tmp_path / "ledger")
    with writer(root) as held:
        held.commit(row(1, booked_on=NOW.date() + timedelta(days=9)))
    (sign,) = signs(root, "clock")
    assert (sign.state, "2026-03-10" in sign.text) == ("look", True)
