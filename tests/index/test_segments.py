"""A segment finds what a search finds, and is nothing where a byte of it is not as it was written."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ilactl.ledger import segment
from ilactl.ledger.columns import PERSONS
from ilactl.ledger.scan import find_ids, format_row

IDS = st.sampled_from([f"P{n}" for n in range(40)] + ["P1-A", "P", "Q1"])
TEXT = st.sampled_from(["", "Coast", "North, East", 'the "Lakes"', "P1", "Ōtepää"])


@st.composite
def tables(draw: st.DrawFn) -> bytes:
    """A persons.csv: ids anywhere, quoted cells, aliases."""
    rows = draw(st.lists(st.tuples(IDS, TEXT, TEXT, st.one_of(st.just(""), IDS)), max_size=60))
    lines = [format_row((one, "2026-01-01", "", "", "", a, b, "", alias, "")) for one, a, b, alias in rows]
    return f"{PERSONS.header}\n{''.join(lines)}".encode()


def opened(data: bytes, view: bytes, start: int, path: Path) -> segment.Segment | None:
    path.write_bytes(data)
    return segment.open_segment(os.open(path, os.O_RDONLY), view, start)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("segments") / "segment"


@given(view=tables(), wanted=IDS, column=st.sampled_from(["person", "same_as"]))
def test_a_segment_names_every_line_that_a_search_finds(
    place: Path, view: bytes, wanted: str, column: str
) -> None:
    data = segment.build(view, 0, PERSONS.index(column))
    assert data is not None
    found = opened(data, view, 0, place)
    assert found is not None
    assert found.lines == view.count(b"\n")
    assert found.offsets(wanted, view, PERSONS.index(column)) == list(find_ids(view, PERSONS, column, wanted))
    os.close(found.fd)


@settings(max_examples=60)
@given(view=tables(), at=st.floats(0, 1, exclude_max=True), flip=st.integers(1, 255))
def test_no_wrong_line_comes_out_of_a_damaged_segment(place: Path, view: bytes, at: float, flip: int) -> None:
    data = bytearray(segment.build(view, 0, 0) or b"")
    data[int(at * len(data))] ^= flip
    found = opened(bytes(data), view, 0, place)
    if found is not None:
        for wanted in ("P1", "P2", "P3"):
            assert found.offsets(wanted, view, 0) in (None, list(find_ids(view, PERSONS, "person", wanted)))
        assert any(found.offsets(f"P{n}", view, 0) is None for n in range(200)), (
            "the damage lies in no bucket"
        )
        os.close(found.fd)


@pytest.mark.parametrize("left", [0, 10, 60, 80])
def test_a_cut_segment_is_none(tmp_path: Path, left: int) -> None:
    view = f"{PERSONS.header}\n".encode() + b"".join(b"P%d,2026-01-01,,,,,,,,\n" % n for n in range(500))
    data = segment.build(view, 0, 0)
    assert data is not None
    assert opened(data[:left], view, 0, tmp_path / "segment") is None


def test_a_segment_of_another_stretch_or_file_is_none(tmp_path: Path) -> None:
    view = f"{PERSONS.header}\n".encode() + b"P1,2026-01-01,,,,,,,,\n" * 50
    data = segment.build(view, 0, 0)
    assert data is not None
    assert opened(data, view, 0, tmp_path / "segment") is not None
    assert opened(data, view, 22, tmp_path / "segment") is None
    assert opened(data, view.replace(b"P1", b"P2"), 0, tmp_path / "segment") is None
    assert opened(data, view[:-1], 0, tmp_path / "segment") is None


def test_a_line_without_the_cell_has_no_segment() -> None:
    view = b"person,valid_from\nP1,2026-01-01\nP2\n"
    assert segment.build(view, 0, 1) is None


def test_thousands_of_ids_are_spread_over_buckets(tmp_path: Path) -> None:
    view = f"{PERSONS.header}\n".encode() + b"".join(
        b"P%d,2026-01-01,,,,,,,,\n" % (n * 1913 % 3000) for n in range(3000)
    )
    data = segment.build(view, 0, 0)
    assert data is not None
    found = opened(data, view, 0, tmp_path / "segment")
    assert found is not None
    assert len(found.sums) > 16
    for number in range(0, 3000, 7):
        wanted = f"P{number}"
        assert found.offsets(wanted, view, 0) == list(find_ids(view, PERSONS, "person", wanted))


def test_rows_in_the_order_of_persons_need_no_entries(tmp_path: Path) -> None:
    """Two runs, as a batch books them: every id is found in both, and the segment is next to nothing."""
    ids = [f"P{n:05}" for n in range(0, 4000, 2)]
    rows = "".join(f"{one},2026-01-01,,,,,,,,\n" for one in (*ids, *ids[::3], ids[-1], ids[-1]))
    view = f"{PERSONS.header}\n{rows}".encode()
    data = segment.build(view, 0, 0)
    assert data is not None
    assert len(data) < 120
    found = opened(data, view, 0, tmp_path / "segment")
    assert found is not None
    for number in (*range(0, 4000, 37), 0, 3998, 3999):
        wanted = f"P{number:05}"
        assert found.offsets(wanted, view, 0) == list(find_ids(view, PERSONS, "person", wanted))
    assert found.offsets("A", view, 0) == found.offsets("Z", view, 0) == []
