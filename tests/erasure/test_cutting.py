"""Rows taken out of a file of private rows: digests, offsets and the past stay right for those that stay."""

from __future__ import annotations

import hashlib
import random
import shutil
from collections import Counter
from pathlib import Path

import pytest

from ilactl.errors import ChangedOutside, StartOver
from ilactl.ledger.as_it_stands import AsItStands
from ilactl.ledger.backup import Backup
from ilactl.ledger.columns import IDENTITIES, PERSONS
from ilactl.ledger.commit import Adopt, Append, Change, Cut, Writer
from ilactl.ledger.cutting import Shift, cut_rows
from ilactl.ledger.edits import differences, recall
from ilactl.ledger.log import LOG, Record
from ilactl.ledger.record import Cuts
from ilactl.ledger.scan import find_ids
from ilactl.ledger.snapshot import Snapshot
from ilactl.ledger.verify import Ranges, verify_all
from tests.storage.support import MANIFEST, identity, make, person, row, writer

FILE = IDENTITIES.file


def add(held: Writer, *numbers: int) -> Record:
    """Persons in one commit."""
    return held.commit(
        Change(
            "person import",
            (
                Append(FILE, b"".join(map(identity, numbers)), rows=len(numbers)),
                Append(PERSONS.file, b"".join(map(person, numbers)), rows=len(numbers)),
            ),
        )
    )


def erase(held: Writer, *numbers: int) -> Record:
    """Take the rows of these persons out."""
    view = held.snapshot.view(FILE)
    offsets = [at for number in numbers for at in find_ids(view, IDENTITIES, "person", f"P{number:05}")]
    return held.commit(Change("person erase", cuts=(Cut(FILE, cut_rows(FILE, view, offsets)),), why="x"))


def offset_of(snapshot: Snapshot, number: int) -> int:
    return next(iter(find_ids(snapshot.view(FILE), IDENTITIES, "person", f"P{number:05}")))


def numbers_in(snapshot: Snapshot) -> list[int]:
    return [int(line[1:6]) for line in bytes(snapshot.view(FILE)).splitlines()[1:]]


@pytest.fixture
def start(tmp_path: Path) -> Path:
    """Commits 2 to 5: persons 1 to 3, 4, 5 and 6, 7."""
    root = make(tmp_path / "ledger")
    for numbers in ((1, 2, 3), (4,), (5, 6), (7,)):
        with writer(root) as held:
            add(held, *numbers)
    return root


def test_offsets_are_led_over_rows_that_went() -> None:
    lot = random.Random(7)
    for _ in range(300):
        lines = [b"%d" % i * lot.randint(1, 9) + b"\n" for i in range(lot.randint(1, 12))]
        gone = [i for i in range(len(lines)) if lot.random() < 0.4]
        starts = [sum(map(len, lines[:i])) for i in range(len(lines) + 1)]
        shift = Shift(Cuts(starts[-1], "", tuple((starts[i], len(lines[i])) for i in gone)))
        now = 0
        for i, line in enumerate(lines):
            assert shift.forward(starts[i]) == now
            if i not in gone:
                assert [shift.back(now + k) for k in range(len(line))] == [
                    starts[i] + k for k in range(len(line))
                ]
                now += len(line)
        assert shift.forward(starts[-1]) == now
        a, b = sorted(lot.choices(range(len(lines) + 1), k=2))
        assert shift.rows_in(starts[a], starts[b]) == sum(a <= i < b for i in gone)


def test_the_row_is_gone_and_the_others_stand(start: Path) -> None:
    before = (start / FILE).read_bytes()
    with writer(start) as held:
        record = erase(held, 2)
    assert (start / FILE).read_bytes() == before.replace(identity(2), b"")
    assert verify_all(Snapshot.open(start)) == []
    assert list((start / "commits").iterdir()) == []
    cuts = record.cuts(FILE)
    assert cuts is not None
    assert (cuts.size, cuts.sha256) == (len(before), hashlib.sha256(before).hexdigest())
    assert "Jon" not in (start / LOG).read_text(), "the log holds no content"
    assert Snapshot.open(start).head.rows[FILE] == 6


def test_commit_of_is_right_for_the_rows_that_stay(start: Path) -> None:
    with writer(start) as held:
        erase(held, 2, 4)
        add(held, 8)
        erase(held, 5)
        add(held, 9)
    seqs = {1: 2, 3: 2, 6: 4, 7: 5, 8: 7, 9: 9}
    snapshot = Snapshot.open(start)
    assert numbers_in(snapshot) == sorted(seqs)
    assert {n: snapshot.commit_of(FILE, offset_of(snapshot, n)).seq for n in seqs} == seqs
    assert verify_all(snapshot) == []


def test_the_past_is_there_but_for_the_rows_that_went(start: Path) -> None:
    with writer(start) as held:
        erase(held, 2, 4)
        add(held, 8)
        erase(held, 5)
    snapshot = Snapshot.open(start)
    past = {2: [1, 3], 3: [1, 3], 4: [1, 3, 6], 5: [1, 3, 6, 7], 6: [1, 3, 6, 7], 7: [1, 3, 6, 7, 8]}
    for seq, numbers in past.items():
        then = snapshot.at(seq)
        assert numbers_in(then) == numbers
        assert then.head.rows[FILE] == len(numbers)
        for number in numbers:
            now = snapshot.commit_of(FILE, offset_of(snapshot, number))
            assert then.commit_of(FILE, offset_of(then, number)).sha == now.sha
        assert then.at(2).head.rows[FILE] == 2
    assert bytes(snapshot.at(4).view(PERSONS.file)).count(b"\n") == 7, "other files are as they were"


def test_a_large_file_has_its_past_too(tmp_path: Path) -> None:
    root = make(tmp_path / "ledger")
    with writer(root) as held:
        add(held, *range(1, 30_001))
        add(held, 30_001)
        erase(held, 7, 29_999)
    snapshot = Snapshot.open(root)
    assert len(snapshot.view(FILE)) > 1 << 20
    then = snapshot.at(2)
    assert numbers_in(then) == [n for n in range(1, 30_001) if n not in (7, 29_999)]
    assert Path(then.engine_path(FILE)).read_bytes() == then.view(FILE)[:]


def test_ranges_that_lost_rows_have_a_digest_of_the_rest(start: Path) -> None:
    with writer(start) as held:
        erase(held, 2, 4)
    snapshot = Snapshot.open(start)
    view = snapshot.view(FILE)
    acts = Ranges(snapshot.records()).acts[FILE]
    assert [(seq, act.rows) for seq, act in acts] == [(1, 0), (2, 2), (4, 2), (5, 1)]
    end = 0
    for _, act in acts:
        assert act.base == end
        end += act.size
        assert hashlib.sha256(view[act.base : end]).hexdigest() == act.sha256
    assert end == len(view)


def test_a_byte_changed_afterwards_is_met_and_shown_row_by_row(start: Path) -> None:
    with writer(start) as held:
        erase(held, 2)
    path = start / FILE
    path.write_bytes(path.read_bytes().replace(identity(6), identity(6).replace(b",,,,", b",2000-01-01,,,")))
    faults = verify_all(Snapshot.open(start))
    assert [(file, line) for file, _, line in faults] == [(FILE, 5)]
    snapshot = Snapshot.open(start)
    edited = AsItStands(snapshot)
    pieces = recall(FILE, Ranges(snapshot.records()).acts[FILE], edited.view(FILE))
    assert [piece.seq for piece in pieces if piece.data is None] == [4]
    assert {d.line for d in differences(FILE, pieces, edited.view(FILE))} == {5}


def test_an_adoption_after_an_erasure_and_an_erasure_after_an_adoption(start: Path) -> None:
    with writer(start) as held:
        erase(held, 2)
    path = start / FILE
    path.write_bytes(path.read_bytes().replace(b"Jon\xc4\x97 \xc4\x8c. 7", b"Jonas 7"))
    with writer(start, adopting=True) as held:
        base = offset_of(AsItStands(held.snapshot), 7)
        held.commit(Change("adopt", adopts=(Adopt(FILE, base, 6),)))
    snapshot = Snapshot.open(start)
    assert [snapshot.commit_of(FILE, offset_of(snapshot, n)).seq for n in (1, 4, 6, 7)] == [2, 3, 4, 7]
    with writer(start) as held:
        add(held, 8)
        erase(held, 4, 8)
    snapshot = Snapshot.open(start)
    assert verify_all(snapshot) == []
    assert [snapshot.commit_of(FILE, offset_of(snapshot, n)).seq for n in (1, 3, 6, 7)] == [2, 2, 4, 7]
    assert snapshot.commit_of(FILE, offset_of(snapshot, 7)).adopted(FILE)
    with pytest.raises(ChangedOutside, match="replaced by the adoption in commit 7"):
        snapshot.at(5)
    assert numbers_in(snapshot.at(7)) == [1, 3, 5, 6, 7]


def test_every_row_can_go_and_new_ones_come(start: Path) -> None:
    with writer(start) as held:
        erase(held, *range(1, 8))
    assert (start / FILE).read_text() == IDENTITIES.header + "\n"
    with writer(start) as held:
        add(held, 8)
    snapshot = Snapshot.open(start)
    assert (numbers_in(snapshot), verify_all(snapshot)) == ([8], [])
    assert numbers_in(snapshot.at(5)) == []


def test_a_reader_of_a_file_that_lost_rows_meanwhile_is_told_to_start_over(start: Path) -> None:
    early, late = Snapshot.open(start), Snapshot.open(start)
    held_view = bytes(early.view(FILE))
    with writer(start) as held:
        erase(held, 1)
        add(held, *range(10, 20))  # now the file is longer than it was
    with pytest.raises(StartOver):
        late.view(FILE)
    assert bytes(early.view(FILE)) == held_view, "what was opened stays as it was"
    assert not early.is_newest()


def test_only_private_rows_can_be_taken_out(start: Path) -> None:
    view = Snapshot.open(start).view(PERSONS.file)
    bad = [
        Change("x", cuts=(Cut(PERSONS.file, cut_rows(PERSONS.file, view, [view.find(b"P00001")])),)),
        Change("x", cuts=(Cut(FILE, ((3, 10),)),)),
        Change("x", cuts=(Cut(FILE, ((0, len(IDENTITIES.header) + 1),)),)),
        Change("x", removes=(FILE,)),
        Change("x", removes=("set-aside/../commits.jsonl",)),
    ]
    before = {p.name: p.read_bytes() for p in start.iterdir() if p.is_file()}
    for change in bad:
        with writer(start) as held, pytest.raises(ValueError, match=r"row|file"):
            held.commit(change)
    assert {p.name: p.read_bytes() for p in start.iterdir() if p.is_file()} == before


def test_a_signed_document_never_enters_the_log_and_can_go(start: Path) -> None:
    document = "credentials/C1.json"
    with writer(start) as held:
        held.commit(Change("credential issue", (Append(document, b'{"name": "Ona"}\n'),)))
    assert b"Ona" not in (start / LOG).read_bytes()
    assert verify_all(Snapshot.open(start)) == []
    with writer(start) as held:
        held.commit(Change("person erase", removes=(document,)))
    assert not (start / document).exists()
    assert verify_all(Snapshot.open(start)) == []
    assert document not in Backup(start).sizes


def test_a_backup_holds_no_row_that_went(start: Path) -> None:
    with writer(start) as held:
        erase(held, 3)
    backup = Backup(start)
    assert identity(3) not in backup.view(FILE)[:]
    assert {name: len(backup.view(name)) for name in backup.sizes} == backup.sizes


def test_a_damaged_line_of_an_erasure_that_was_applied_is_never_cut_off(start: Path) -> None:
    with writer(start) as held:
        erase(held, 3)
    shutil.rmtree(start / ".ilactl")
    log = start / LOG
    log.write_bytes(log.read_bytes().replace(b'"person erase"', b'"person erasE"'))
    size = log.stat().st_size
    with pytest.raises(ChangedOutside), writer(start):
        pass
    assert log.stat().st_size >= size


def test_what_a_later_row_says_is_not_lost(start: Path) -> None:
    with writer(start) as held:
        erase(held, 7)
        held.commit(row(9))
    assert verify_all(Snapshot.open(start)) == []


@pytest.mark.parametrize("seed", range(4))
def test_any_history_tells_each_row_its_commit_and_each_past_its_rows(tmp_path: Path, seed: int) -> None:
    lot, root = random.Random(seed), make(tmp_path / "ledger")
    came: dict[int, int] = {}
    past: dict[int, list[int]] = {}
    number = 0
    with writer(root) as held:
        for _ in range(25):
            if came and lot.random() < 0.4:
                gone = lot.sample(sorted(came), min(len(came), lot.randint(1, 3)))
                seq = erase(held, *gone).seq
                for one in gone:
                    del came[one]
                past = {then: [n for n in there if n not in gone] for then, there in past.items()}
            else:
                new = range(number + 1, number + 1 + lot.randint(1, 4))
                number, seq = new[-1], add(held, *new).seq
                came |= dict.fromkeys(new, seq)
            past[seq] = sorted(came)
    snapshot = Snapshot.open(root)
    assert verify_all(snapshot) == []
    assert {n: snapshot.commit_of(FILE, offset_of(snapshot, n)).seq for n in came} == came
    for seq, there in past.items():
        then = snapshot.at(seq)
        assert numbers_in(then) == there
        assert [then.commit_of(FILE, offset_of(then, n)).seq for n in there] == [came[n] for n in there]
    told = {seq: Counter(came.values())[seq] for seq in set(came.values())}
    kept: dict[int, int] = {}
    for record in snapshot.records():
        for act in record.files:
            if act.path == FILE and not act.cuts and record.seq > 1:
                fate = snapshot.fate_of(FILE, record.seq, act.base, act.size)
                kept[record.seq] = act.rows - fate.erased
    assert {seq: rows for seq, rows in kept.items() if rows} == told


@pytest.mark.parametrize("mode", [0o600, 0o660, 0o640])
def test_the_new_file_has_no_right_that_the_old_one_had_not(tmp_path: Path, mode: int) -> None:
    shared = MANIFEST.replace(b"country", b"shared = true\ncountry", 1)
    root = make(tmp_path / "ledger", **{"ledger.toml": shared})
    with writer(root) as held:
        add(held, 1, 2)
    (root / FILE).chmod(mode)
    with writer(root) as held:
        erase(held, 1)
    assert (root / FILE).stat().st_mode & 0o777 == mode & 0o660
