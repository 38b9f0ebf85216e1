"""A reader sees the ledger as of one commit, whatever happens meanwhile, and writes nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from ilactl.errors import BadManifest, BookedNotConfirmed, ChangedMeanwhile, ChangedOutside, NotFound
from ilactl.ledger.commit import Append, Change
from ilactl.ledger.snapshot import Snapshot, find
from ilactl.ledger.verify import verify_all

from .faults import CHANGING, disk, failing
from .support import DAY, MANIFEST, book_large, make, mixed, person, persons_in, row, state_of, writer


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    root = make(tmp_path / "ledger")
    with writer(root) as held:
        for number in range(1, 30):
            held.commit(mixed(number) if number == 1 else row(number))
    return root


def test_the_head_says_where_the_ledger_stands(ledger: Path) -> None:
    head = Snapshot.open(ledger).head
    assert (head.seq, head.next_entry, head.booked_through) == (30, 1, DAY)
    assert head.rows["persons.csv"] == 29
    assert head.sizes["persons.csv"] == (ledger / "persons.csv").stat().st_size
    assert head.sizes["rules/used/base@2026.toml"] == 10
    assert "credentials/C1.json" not in head.sizes, "there may be very many of them"


def test_a_reader_changes_nothing(ledger: Path) -> None:
    def refuse(real: object, *args: object, **kwargs: object) -> None:
        raise AssertionError("a reader called for a change")

    before = {path: path.stat() for path in ledger.rglob("*")}
    with disk(refuse, 1, CHANGING, lasting=True):
        snapshot = Snapshot.open(ledger)
        state_of(snapshot)
        assert snapshot.manifest.prefix == "LT"
        assert verify_all(snapshot) == []
        assert snapshot.at(5).head.seq == 5
    assert [path.stat().st_mtime_ns for path in before] == [found.st_mtime_ns for found in before.values()]


def test_later_commits_are_not_seen(ledger: Path) -> None:
    snapshot = Snapshot.open(ledger)
    lazily = Snapshot.open(ledger)
    seen = state_of(snapshot)
    with writer(ledger) as held:
        held.commit(row(50))
    assert state_of(snapshot) == seen
    assert state_of(lazily) == seen
    assert not snapshot.still_current()
    assert Snapshot.open(ledger).still_current()


def test_an_engine_reads_exactly_the_view(ledger: Path) -> None:
    snapshot = Snapshot.open(ledger)
    assert snapshot.engine_path("persons.csv") == str(ledger / "persons.csv")
    older = snapshot.at(10)
    path = older.engine_path("persons.csv")
    assert path != str(ledger / "persons.csv")
    assert Path(path).read_bytes() == bytes(older.view("persons.csv"))
    assert older.engine_path("persons.csv") == path
    before = len(os.listdir("/proc/self/fd")) if sys.platform == "linux" else 0
    del older
    if sys.platform == "linux":
        assert len(os.listdir("/proc/self/fd")) < before


def test_the_past_is_as_it_was(ledger: Path) -> None:
    snapshot = Snapshot.open(ledger)
    for seq in range(2, 31):
        past = snapshot.at(seq)
        assert persons_in(past) == list(range(1, seq))
        assert [record.seq for record in past.records()] == list(range(1, seq + 1))
    assert snapshot.at(1).head.booked_through is None
    assert bytes(snapshot.at(1).view("rules/used/base@2026.toml")) == b""
    for wrong in (0, -1, 31):
        with pytest.raises(NotFound):
            snapshot.at(wrong)


def test_every_byte_knows_its_commit(ledger: Path) -> None:
    snapshot = Snapshot.open(ledger)
    view = snapshot.view("persons.csv")
    for number in range(1, 30):
        at = find(view, f"P{number:05}".encode())
        assert snapshot.commit_of("persons.csv", at).seq == number + 1
        assert snapshot.commit_of("persons.csv", at + 25).seq == number + 1
    assert snapshot.commit_of("persons.csv", 0).seq == 1
    for file, wrong in (("persons.csv", len(view)), ("persons.csv", -1), ("nothing.csv", 0)):
        with pytest.raises(NotFound):
            snapshot.commit_of(file, wrong)


@pytest.mark.parametrize("calls", [("pwrite",), ("fsync",)])
def test_a_decided_batch_is_laid_over_its_file(ledger: Path, calls: tuple[str, ...]) -> None:
    """Cut off before the rows reach their file, at 2 MiB: larger than what is simply read."""
    whole = Change("x", (Append("courses.csv", b"C,2026-01-01,row\n" * 130_000, rows=130_000),))
    with writer(ledger) as held, disk(failing(5), 4, calls), pytest.raises(BookedNotConfirmed):
        held.commit(whole)
    snapshot = Snapshot.open(ledger)
    assert bytes(snapshot.view("courses.csv")).endswith(whole.appends[0].data)
    assert Path(snapshot.engine_path("courses.csv")).read_bytes() == bytes(snapshot.view("courses.csv"))
    with writer(ledger) as held:
        held.commit(row(40))
    assert (ledger / "courses.csv").read_bytes() == bytes(snapshot.view("courses.csv"))


def test_a_large_file_is_mapped_and_found_in(ledger: Path) -> None:
    with writer(ledger) as held:
        book_large(held, 1, rows=30_000)
    view = Snapshot.open(ledger).view("entitlements.csv")
    assert len(view) > 1 << 20
    assert view[find(view, b"E1") :][:3] == b"E1,"
    assert find(view, b"nowhere") == -1


def test_small_files_are_read_once(ledger: Path) -> None:
    snapshot = Snapshot.open(ledger)
    assert snapshot.rule_files() == ["rules/scheme.toml"]
    assert snapshot.read_text("ledger.toml") == MANIFEST
    (ledger / "ledger.toml").write_bytes(b"broken")
    assert snapshot.read_text("ledger.toml") == MANIFEST
    assert not snapshot.still_current(), "what a plan read has changed"
    with pytest.raises(BadManifest):
        _ = Snapshot.open(ledger).manifest
    with pytest.raises(NotFound):
        snapshot.read_text("rules/none.toml")


def test_a_file_rewritten_by_a_later_commit_asks_to_start_over(ledger: Path) -> None:
    snapshot = Snapshot.open(ledger)
    data = (ledger / "persons.csv").read_bytes()
    (ledger / "persons.csv").write_bytes(data[:-26])
    with pytest.raises(ChangedOutside):
        Snapshot.open(ledger).view("persons.csv")
    (ledger / "persons.csv").write_bytes(data)
    with writer(ledger) as held:
        held.commit(row(30))
    (ledger / "persons.csv").write_bytes(data[:-26])
    with pytest.raises(ChangedMeanwhile):
        snapshot.view("persons.csv")


def test_reading_is_light() -> None:
    """One person's balance must not pay for engines."""
    heavy = ("duckdb", "pydantic", "rich", "click", "tomlkit", "tabulate")
    code = f"import sys, ilactl.ledger.snapshot; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_opening_costs_the_same_in_a_long_history(tmp_path: Path) -> None:
    """The log is read from its end: the bytes read do not grow with it."""
    root = make(tmp_path / "ledger")
    read = []

    def note(real: object, fd: int, size: int, offset: int) -> bytes:
        read.append(size)
        return real(fd, size, offset)  # type: ignore[operator, no-any-return]

    def cost() -> int:
        read.clear()
        with disk(note, 1, ("pread",), lasting=True):
            Snapshot.open(root)
        return sum(read)

    first = cost()
    with writer(root) as held:
        for number in range(200):
            held.commit(
                Change("x", (Append("persons.csv", person(number), rows=1),), booked_on=date(2026, 1, 1))
            )
    assert (root / "commits.jsonl").stat().st_size > 200_000
    assert cost() < first + 20_000
