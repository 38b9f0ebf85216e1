"""How a file differs from its log: every row told, none guessed, whatever was done to it."""

from __future__ import annotations

import hashlib

from hypothesis import given, settings
from hypothesis import strategies as st

from ilactl.ledger.edits import differences, first_difference, recall
from ilactl.ledger.record import FileAct

HEADER = b"person,note\n"
ROWS = st.lists(st.sampled_from([f"P{n},x\n".encode() for n in range(9)]), max_size=12)


def acts_of(parts: list[tuple[bytes, bool]]) -> list[tuple[int, FileAct]]:
    """Commits that wrote these bytes; the flag says whether the log holds them."""
    acts, base = [], 0
    for seq, (data, held) in enumerate(parts, 1):
        rows = data.count(b"\n") - (base == 0)
        digest = hashlib.sha256(data).hexdigest()
        acts.append((seq, FileAct("x.csv", base, len(data), rows, digest, data if held else None)))
        base += len(data)
    return acts


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[tuple[bytes, bool]], bytes]:
    """What commits wrote, and the file as somebody left it."""
    parts = [(HEADER, True)]
    for rows in draw(st.lists(ROWS.filter(bool), max_size=5)):
        parts.append((b"".join(rows), draw(st.booleans())))
    lines = b"".join(data for data, _ in parts).splitlines(keepends=True)
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(lines)))
        match draw(st.sampled_from("aicd")):
            case "a":
                lines.append(b"N1,new\n")
            case "i":
                lines.insert(at, b"N2,new\n")
            case "c" if at < len(lines):
                lines[at] = b"N3,changed\n"
            case "d" if at < len(lines):
                del lines[at]
    return parts, b"".join(lines)


@settings(deadline=None)
@given(histories())
def test_what_is_known_was_recorded_and_what_is_told_is_so(
    history: tuple[list[tuple[bytes, bool]], bytes],
) -> None:
    parts, now = history
    pieces = recall("x.csv", acts_of(parts), now)
    for piece, (data, held) in zip(pieces, parts, strict=True):
        assert piece.data == data or (piece.data is None and not held)
    found = differences("x.csv", pieces, now)
    before = b"".join(data for data, _ in parts)
    assert (found == []) == (now == before)
    base = first_difference(pieces, now)
    assert now[:base] == before[:base]
    assert (base == len(before)) == now.startswith(before)
    lines = now.splitlines(keepends=True)
    for row in found:
        if row.new is not None:
            assert lines[row.line - 1] == row.new.encode() + b"\n"
        if row.old is not None:
            assert row.old.encode() + b"\n" in before.splitlines(keepends=True)
        if row.change == "unknown":
            assert any(piece.data is None for piece in pieces)


@settings(deadline=None)
@given(histories())
def test_the_rows_told_make_the_old_file_out_of_the_new(
    history: tuple[list[tuple[bytes, bool]], bytes],
) -> None:
    """Where every piece is known, taking the added rows out and putting the removed ones in is enough."""
    parts, now = history
    parts = [(data, True) for data, _ in parts]
    before = b"".join(data for data, _ in parts).splitlines(keepends=True)
    found = differences("x.csv", recall("x.csv", acts_of(parts), now), now)
    new = [row.line for row in found if row.new is not None]
    rest = [line for number, line in enumerate(now.splitlines(keepends=True), 1) if number not in new]
    old = [row.old.encode() + b"\n" for row in found if row.old is not None]
    assert sorted(rest + old) == sorted(before)


def test_a_large_file_put_into_another_order_is_told_row_by_row() -> None:
    rows = [f"P{n:06},x\n".encode() for n in range(6000)]
    acts = acts_of([(HEADER, True), (b"".join(rows), True)])
    now = HEADER + b"".join(reversed(rows[1:])) + b"N1,new\n"
    found = differences("x.csv", recall("x.csv", acts, now), now)
    assert [(row.change, row.line) for row in found] == [("removed", 2), ("added", 6001)]


def test_a_batch_that_moved_is_known_by_its_digest() -> None:
    batch = b"".join(f"P{n},x\n".encode() for n in range(50))
    acts = acts_of([(HEADER, True), (b"A,x\nB,x\n", True), (batch, False)])
    now = HEADER + b"A,x\n" + b"new,x\n" * 3 + batch
    pieces = recall("x.csv", acts, now)
    assert [piece.data is None for piece in pieces] == [False, False, False]
    told = [(row.change, row.line) for row in differences("x.csv", pieces, now)]
    assert told == [("changed", 3), ("added", 4), ("added", 5)]
