"""What a commit writes, refuses, and answers when it is asked twice."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import stat
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from ilactl.errors import AlreadyThere, Closed, DateGoesBack, KeyTaken, NoLedger
from ilactl.ledger.commit import INLINE, Actor, Append, Change, open_writer
from ilactl.ledger.log import GENESIS
from ilactl.ledger.snapshot import Snapshot

from .faults import Disk, disk
from .support import (
    ACTOR,
    DAY,
    MANIFEST,
    assert_sound,
    assert_tidy,
    book_large,
    identity,
    make,
    mixed,
    now,
    person,
    persons_in,
    row,
    writer,
)


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    return make(tmp_path / "ledger")


def test_a_commit_records_who_when_why_and_where(ledger: Path) -> None:
    with open_writer(ledger, actor=Actor("clerk", "desk", "Rasa"), now=now) as held:
        record = held.commit(row(1, why="letter of 1 March", booked_on=DAY, note={"persons": 1}))
    assert (record.seq, record.command, record.why) == (2, "person add", "letter of 1 March")
    assert (record.user, record.host, record.actor, record.at) == (
        "clerk",
        "desk",
        "Rasa",
        "2026-03-01T12:00:00Z",
    )
    assert (record.booked_on, record.booked_through, record.note) == (DAY, DAY, {"persons": 1})
    [act] = record.files
    size = len((ledger / "persons.csv").read_bytes())
    assert (act.path, act.base + act.size, act.rows, act.data) == ("persons.csv", size, 1, person(1))
    assert record.heads["persons.csv"].rows == 1
    assert set(record.inputs) == {"ledger.toml", "rules/scheme.toml"}
    assert record.inputs["ledger.toml"] == hashlib.sha256(MANIFEST).hexdigest()
    assert list(Snapshot.open(ledger).records())[-1] == record


def test_every_line_is_json_and_vouches_for_the_one_before(ledger: Path) -> None:
    with writer(ledger) as held:
        held.commit(row(1))
        held.commit(mixed(1))
    prev = GENESIS
    for number, line in enumerate((ledger / "commits.jsonl").read_bytes().splitlines(), 1):
        raw = json.loads(line)
        assert (raw["seq"], raw["prev"], list(raw)[-1]) == (number, prev, "sha256")
        prev = hashlib.sha256(line[: line.rindex(b',"sha256"')]).hexdigest()
        assert raw["sha256"] == prev


def test_private_rows_never_enter_the_log(ledger: Path) -> None:
    with writer(ledger) as held:
        held.commit(mixed(3))
    assert identity(3) in (ledger / "identities.csv").read_bytes()
    assert "Jonė".encode() not in (ledger / "commits.jsonl").read_bytes()
    assert_tidy(ledger)


@pytest.mark.parametrize("data", [b"x" * (INLINE + 1) + b"\n", b"\xff\n"])
def test_what_is_long_or_no_text_is_staged(ledger: Path, data: bytes) -> None:
    with writer(ledger) as held:
        record = held.commit(Change("x", (Append("courses.csv", data, rows=1),)))
    assert record.files[0].data is None
    assert (ledger / "courses.csv").read_bytes().endswith(data)
    assert_sound(ledger)


def test_a_batch_is_one_commit_and_leaves_no_stage(ledger: Path) -> None:
    with writer(ledger) as held:
        record = book_large(held, 1, rows=3000)
    assert record.next_entry == 3001
    assert Snapshot.open(ledger).head.rows["entitlements.csv"] == 3000
    assert_sound(ledger)


def test_staged_rows_that_no_commit_takes_are_removed(ledger: Path) -> None:
    with writer(ledger) as held:
        held.stage_path("entitlements.csv").write_bytes(b"x\n")
    assert list((ledger / "commits").iterdir()) == []
    with contextlib.suppress(ZeroDivisionError), writer(ledger) as held:
        held.stage_path("entitlements.csv").write_bytes(b"x\n")
        raise ZeroDivisionError
    assert list((ledger / "commits").iterdir()) == []


def test_a_key_is_done_once(ledger: Path) -> None:
    with writer(ledger) as held:
        first = held.commit(row(1, key='import "7"\n', content="abc"))
    with writer(ledger) as held:
        held.commit(row(2, note={"key": "other"}))
        assert held.known('import "7"\n', "abc") == first
        assert held.commit(row(3, key='import "7"\n', content="abc")) == first
        assert held.known("other", "abc") is None
        assert held.known("", "") is None
        with pytest.raises(KeyTaken, match="commit 2") as caught:
            held.commit(row(3, key='import "7"\n', content="xyz"))
        assert caught.value.exit_status == 3
    assert persons_in(Snapshot.open(ledger)) == [1, 2]


def test_booked_on_never_goes_back(ledger: Path) -> None:
    with writer(ledger) as held:
        held.commit(row(1, booked_on=DAY))
        held.commit(row(2))
        with pytest.raises(DateGoesBack, match="booked through 2026-03-01"):
            held.commit(row(3, booked_on=date(2026, 2, 28)))
        assert held.commit(row(3, booked_on=DAY)).seq == 4
    assert Snapshot.open(ledger).head.booked_through == DAY


def test_closed_books_stay_closed(tmp_path: Path) -> None:
    ledger = make(
        tmp_path / "ledger",
        **{"ledger.toml": MANIFEST.replace(b"[agency]", b"closed_until = 2026-03-01\n[agency]")},
    )
    with writer(ledger) as held:
        with pytest.raises(Closed, match="closed until 2026-03-01"):
            held.commit(row(1, booked_on=DAY))
        held.commit(row(1, booked_on=date(2026, 3, 2)))


def test_a_clock_set_back_does_not_reorder_the_log(ledger: Path) -> None:
    with open_writer(ledger, actor=ACTOR, now=lambda: datetime(2025, 1, 1, tzinfo=UTC)) as held:
        assert held.commit(row(1)).at == "2026-03-01T12:00:00Z"


def test_bytes_the_system_could_not_read_are_spelled_out(ledger: Path) -> None:
    with open_writer(ledger, actor=Actor("\udcffx", "desk", "a\nb"), now=now) as held:
        record = held.commit(row(1, why="\udce9t\u2028é"))
    assert (record.user, record.why) == ("\\udcffx", "\\udce9t\u2028é")
    assert_sound(ledger)


@pytest.mark.parametrize("change", [
    Change("x", (Append("persons.csv", b"no line feed", rows=0),)),
    Change("x", (Append("persons.csv", b'P9,2026-01-01,"two\nlines",,,,,,,\n', rows=1),)),
    Change("x", (Append("persons.csv", person(1)), Append("persons.csv", person(2)))),
    Change("x", (Append("persons.csv", staged=Path("/etc/passwd")),)),
])  # fmt: skip
def test_a_change_that_is_no_change_is_a_bug(ledger: Path, change: Change) -> None:
    with writer(ledger) as held, pytest.raises(ValueError, match=r"line feed|2 lines|twice|stage path"):
        held.commit(change)
    assert assert_sound(ledger)[0] == 1


def test_a_new_file_never_takes_the_place_of_another(ledger: Path) -> None:
    (ledger / "rules" / "used").mkdir(mode=0o700)
    (ledger / "rules" / "used" / "base@2026.toml").write_bytes(b"mine\n")
    with writer(ledger) as held, pytest.raises(AlreadyThere, match="base@2026"):
        held.commit(mixed(1))
    assert (ledger / "rules" / "used" / "base@2026.toml").read_bytes() == b"mine\n"


@pytest.fixture(params=[0o000, 0o077, 0o777])
def mask(request: pytest.FixtureRequest) -> Iterator[int]:
    old = os.umask(request.param)
    yield request.param
    os.umask(old)


def test_modes_are_private_whatever_the_umask(tmp_path: Path, mask: int) -> None:
    ledger = make(tmp_path / "ledger")
    with writer(ledger) as held:
        held.commit(mixed(1))
        book_large(held, 2)
    assert_tidy(ledger)


def test_a_shared_ledger_is_the_groups(tmp_path: Path, mask: int) -> None:
    ledger = make(tmp_path / "ledger", **{"ledger.toml": b"shared = true\n" + MANIFEST})
    with writer(ledger) as held:
        held.commit(mixed(1))
        book_large(held, 2)
    for path in [ledger, *ledger.rglob("*")]:
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o2770 if path.is_dir() else 0o660), path


def test_one_row_costs_two_syncs(ledger: Path) -> None:
    with writer(ledger) as held:
        held.commit(row(1))
        faulty: Disk
        with disk(lambda real, *args: real(*args), 10**9, ("fsync",)) as faulty:
            held.commit(row(2))
    assert faulty.count == 2


def test_no_ledger(tmp_path: Path) -> None:
    for where in (tmp_path, tmp_path / "nowhere", Path(__file__)):
        with pytest.raises(NoLedger), writer(where):
            pass
