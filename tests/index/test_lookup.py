"""With the index or without it, every command says the same; what was touched is never believed."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ilactl.ledger import lookup, segment
from ilactl.ledger.columns import ENROLMENTS, ENTITLEMENTS, IDENTITIES, PERSONS
from ilactl.ledger.lines import line_number
from ilactl.ledger.scan import find_ids
from ilactl.ledger.snapshot import Snapshot
from ilactl.ledger.verify import read_hint
from tests.conftest import Run, call_in_process
from tests.storage.faults import disk, failing
from tests.storage.support import row, writer


@pytest.fixture(autouse=True)
def small_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sample has a few hundred kilobytes: let that be many segments."""
    monkeypatch.setattr(segment, "SEGMENT", 8192)


@pytest.fixture
def indexed(sample_ledger: Path, invoke: Run) -> Path:
    """The sample after a command that booked something, and so made the index."""
    given = ("contribution", "add", "RM-09PYRHTS", "800.00", "--from", "O12", "--ref", "PAY-1")
    invoke(*given, "--ledger", str(sample_ledger)).ok()
    return sample_ledger


def index_of(ledger: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((ledger / lookup.INDEX).iterdir())}


def answers(ledger: Path, invoke: Run) -> list[str]:
    """What one person's commands say."""
    told = []
    for words in (
        ("balance", "RM-09PYRHTS", "RM-Y920AC0H", "-O", "json"),
        ("statement", "RM-09PYRHTS", "-O", "json"),
        ("explain", "RM-09PYRHTS", "-O", "json"),
        ("explain", "E903", "-O", "json"),
        ("person", "show", "RM-Y920AC0H", "-O", "json"),
    ):
        told.append(invoke(*words, "--ledger", str(ledger)).ok().out)
    return told


def everybody(snapshot: Snapshot) -> Iterator[str]:
    yield from dict.fromkeys(
        line.split(b",")[0].decode() for line in bytes(snapshot.view("persons.csv")).split(b"\n")[1:-1]
    )


def assert_right(ledger: Path, persons: Sequence[str] = ()) -> None:
    """Each person's lines are found where a search finds them: everybody's, or those of a few."""
    snapshot = Snapshot.open(ledger)
    for person in [*(persons or everybody(snapshot)), "RM-0", "R", "NOBODY"]:
        for table, column in lookup.INDEXED:
            view = snapshot.view(table.file)
            assert list(lookup.starts_of(snapshot, table, column, person)) == list(
                find_ids(view, table, column, person)
            ), (table.file, column, person)


def searched(monkeypatch: pytest.MonkeyPatch, ledger: Path, person: str = "RM-09PYRHTS") -> int:
    """How many bytes of entitlements.csv are searched for a person."""
    snapshot, bytes_searched = Snapshot.open(ledger), 0
    real = lookup.find_ids

    def counting(view: object, table: object, column: str, wanted: str, *stretch: int) -> Iterator[int]:
        nonlocal bytes_searched
        first, last = (*stretch, len(view))[:2] if len(stretch) < 2 else stretch  # type: ignore[arg-type]
        bytes_searched += last - first
        return real(view, table, column, wanted, *stretch)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(lookup, "find_ids", counting)
        list(lookup.starts_of(snapshot, ENTITLEMENTS, "person", person))
    return bytes_searched


def test_the_index_covers_all_but_the_last_stretch(indexed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hint = read_hint(Snapshot.open(indexed).folder)
    assert hint is not None
    size = (indexed / "entitlements.csv").stat().st_size
    assert hint.indexed["entitlements.csv"][0] == size // 8192
    assert searched(monkeypatch, indexed) < 8192
    assert_right(indexed)


def test_commands_say_the_same_with_and_without_it(indexed: Path, invoke: Run) -> None:
    told = answers(indexed, invoke)
    shutil.rmtree(indexed / ".ilactl")
    assert answers(indexed, invoke) == told


def test_the_index_grows_with_the_files_and_old_segments_stay(indexed: Path, invoke: Run) -> None:
    before = index_of(indexed)
    invoke("topup", "--on", "2027-01-01", "--yes", "--ledger", str(indexed)).ok()
    after = index_of(indexed)
    assert before.items() <= after.items()
    assert len(after) > len(before)
    assert_right(indexed)


def test_a_run_that_books_nothing_makes_no_index(sample_ledger: Path, invoke: Run) -> None:
    invoke("balance", "RM-09PYRHTS", "--ledger", str(sample_ledger)).ok()
    invoke("topup", "--on", "2026-12-01", "--yes", "--ledger", str(sample_ledger)).ok()
    assert not (sample_ledger / lookup.INDEX).exists()


@pytest.mark.parametrize("harm", ["gone", "empty", "cut", "zeros", "another"])
def test_a_harmed_segment_is_searched_instead(indexed: Path, harm: str, invoke: Run) -> None:
    told = answers(indexed, invoke)
    for number, path in enumerate(sorted((indexed / lookup.INDEX).iterdir())):
        if number % 3 == 0:
            data = path.read_bytes()
            if harm == "gone":
                path.unlink()
            elif harm == "another":
                path.write_bytes((indexed / lookup.INDEX / "entitlements.csv.person.00001").read_bytes())
            else:
                path.write_bytes(
                    {"empty": b"", "cut": data[: len(data) // 2], "zeros": bytes(len(data))}[harm]
                )
    assert answers(indexed, invoke) == told
    assert_right(indexed)


def test_the_next_writer_makes_harmed_segments_anew(indexed: Path, invoke: Run) -> None:
    whole = index_of(indexed)
    (indexed / lookup.INDEX / "entitlements.csv.person.00001").unlink()
    (indexed / lookup.INDEX / "entitlements.csv.person.00002").write_bytes(b"")
    (indexed / lookup.INDEX / "tmp").write_bytes(b"left by a kill")
    invoke("person", "add", "--id", "P1", "--birth-date", "1990-05-17", "--ledger", str(indexed)).ok()
    assert whole.items() <= index_of(indexed).items()
    assert "tmp" not in index_of(indexed)


def test_segments_of_another_length_are_made_anew(indexed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segment, "SEGMENT", 20_000)
    with writer(indexed) as held:
        held.commit(row(1))
    assert_right(indexed)
    assert searched(monkeypatch, indexed) < 20_000


def test_a_file_touched_by_others_is_searched(indexed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = indexed / "entitlements.csv"
    data = path.read_bytes()
    at = data.index(b",RM-09PYRHTS,")
    path.write_bytes(data[:at] + b",RM-Y920AC0H," + data[at + 13 :])
    assert searched(monkeypatch, indexed) == len(data)
    assert_right(indexed)


def test_a_copy_that_keeps_times_keeps_the_index_and_another_is_searched(
    indexed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, new = tmp_path / "kept", tmp_path / "new"
    shutil.copytree(indexed, kept)
    shutil.copytree(indexed, new, copy_function=shutil.copyfile)
    os.utime(new / "entitlements.csv", ns=(1, 1))
    assert searched(monkeypatch, kept) < 8192
    assert searched(monkeypatch, new) == (indexed / "entitlements.csv").stat().st_size


def test_adoption_drops_what_was_made_of_the_old_rows(indexed: Path, invoke: Run) -> None:
    path = indexed / "persons.csv"
    first, *rest = path.read_text().splitlines(keepends=True)
    path.write_text(first + rest[-1].replace("Coast", "North") + "".join(rest[:-1]))
    invoke("adopt", "--why", "sorted", "--yes", "--ledger", str(indexed)).ok()
    assert_right(indexed)
    invoke("person", "add", "--id", "P1", "--birth-date", "1990-05-17", "--ledger", str(indexed)).ok()
    assert_right(indexed)


def test_an_erasure_moves_rows_and_the_index_with_them(indexed: Path, invoke: Run) -> None:
    view = bytes(Snapshot.open(indexed).view("identities.csv"))
    person = view.split(b"\n")[3].split(b",")[0].decode()
    given = ("person", "erase", person, "--why", "asked", "--leave-wallet", "--yes", "--ledger", str(indexed))
    call_in_process(given, None, None, None, datetime(2040, 1, 1, 9, 0, tzinfo=UTC)).ok()
    snapshot = Snapshot.open(indexed)
    assert list(lookup.starts_of(snapshot, IDENTITIES, "person", person)) == []
    assert_right(indexed)


def test_the_files_of_another_history_are_searched(indexed: Path, tmp_path: Path, invoke: Run) -> None:
    """Files and log put back from an older copy, .ilactl/ left as it was."""
    older = tmp_path / "older"
    shutil.copytree(indexed, older, ignore=shutil.ignore_patterns(".ilactl"))
    invoke("topup", "--on", "2027-01-01", "--yes", "--ledger", str(indexed)).ok()
    for path in older.rglob("*"):
        if path.is_file():
            shutil.copyfile(path, indexed / path.relative_to(older))
    assert_right(indexed)
    given = ("contribution", "add", "RM-Y920AC0H", "10.00", "--from", "O12", "--ref", "PAY-2")
    invoke(*given, "--ledger", str(indexed)).ok()
    assert_right(indexed)


def test_the_past_is_found_by_the_index_too(indexed: Path, invoke: Run) -> None:
    invoke("topup", "--on", "2027-01-01", "--yes", "--ledger", str(indexed)).ok()
    now = Snapshot.open(indexed)
    past = now.at(now.head.seq - 2)
    view = past.view("entitlements.csv")
    for person in list(everybody(past))[:50]:
        assert list(lookup.starts_of(past, ENTITLEMENTS, "person", person)) == list(
            find_ids(view, ENTITLEMENTS, "person", person)
        )


def test_lines_are_counted_from_a_segment(indexed: Path) -> None:
    snapshot = Snapshot.open(indexed)
    for table in (ENTITLEMENTS, PERSONS):
        view = snapshot.view(table.file)
        for offset in range(0, len(view), 997):
            assert lookup.line_of(snapshot, table.file, offset) == line_number(view, offset)


def test_entries_are_found_by_halves(indexed: Path) -> None:
    snapshot = Snapshot.open(indexed)
    view = snapshot.view("entitlements.csv")
    ids = [line.split(b",")[0].decode() for line in bytes(view).split(b"\n")[1:-1]]
    for entry in [*ids[::13], ids[0], ids[-1]]:
        assert lookup.entry_start(snapshot, entry) == next(find_ids(view, ENTITLEMENTS, "entry", entry))
    for none in ("E0", "E999999", "E", "e1", "X1", "E01", "entry", ""):
        assert lookup.entry_start(snapshot, none) == next(find_ids(view, ENTITLEMENTS, "entry", none), None)


def test_a_group_that_shares_the_ledger_shares_its_index(indexed: Path, invoke: Run) -> None:
    shutil.rmtree(indexed / lookup.INDEX)
    text = (indexed / "ledger.toml").read_text()
    (indexed / "ledger.toml").write_text(text.replace("shared = false", "shared = true"))
    indexed.chmod(0o2770)
    invoke("person", "add", "--id", "P1", "--birth-date", "1990-05-17", "--ledger", str(indexed)).ok()
    modes = {path.stat().st_mode & 0o7777 for path in (indexed / lookup.INDEX).iterdir()}
    assert modes == {0o660}
    assert (indexed / lookup.INDEX).stat().st_mode & 0o7777 == 0o2770


def test_enrolments_are_found_by_person_by_id_and_by_course(
    sample_ledger: Path, invoke: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seats are counted by course, steps replayed by id: no more of the file is read than those lines."""
    monkeypatch.setattr(segment, "SEGMENT", 512)
    header, *lines = (sample_ledger / ENROLMENTS.file).read_text("utf-8").splitlines()
    names = {column: ENROLMENTS.names.index(column) for column in ("person", "enrolment", "course")}
    given = ("person", "add", "--id", "P900", "--ledger", str(sample_ledger))
    invoke(*given).ok()
    snapshot = Snapshot.open(sample_ledger)
    assert len(list((sample_ledger / lookup.INDEX).glob("enrolments.csv.*"))) >= 3
    for column, at in names.items():
        assert (ENROLMENTS, column) in lookup.INDEXED
        for wanted in [*dict.fromkeys(line.split(",")[at] for line in lines), "N", "NOBODY"]:
            found = list(lookup.starts_of(snapshot, ENROLMENTS, column, wanted))
            view = snapshot.view(ENROLMENTS.file)
            assert found == list(find_ids(view, ENROLMENTS, column, wanted)), (column, wanted)
            assert len(found) == sum(line.split(",")[at] == wanted for line in lines)
    assert header == ENROLMENTS.header


@pytest.mark.parametrize("lasting", [False, True], ids=["once", "from then on"])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EMFILE])
def test_an_index_that_cannot_be_made_is_no_failure(
    sample_ledger: Path, code: int, lasting: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each call that makes it fails in turn, after the commit: what was booked is booked, and found."""
    monkeypatch.setattr(segment, "SEGMENT", 60_000)
    for nth in range(1, 100):
        booking = writer(sample_ledger)
        booking.__enter__().commit(row(nth))
        shutil.rmtree(sample_ledger / lookup.INDEX, ignore_errors=True)
        with disk(failing(code), nth, lasting=lasting) as faulty:
            booking.__exit__(None, None, None)
        assert_right(sample_ledger, [f"P{nth:05}", "RM-09PYRHTS", "RM-Y920AC0H"])
        if not faulty.fired:
            break
    assert 4 < nth < 99
