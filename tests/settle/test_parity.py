"""Both makers of a settlement give the same plan and the same bytes, whatever happened before."""

from __future__ import annotations

import shutil
from datetime import date

import pytest

from ilactl.ledger.entries import all_entries
from ilactl.ledger.snapshot import Snapshot
from ilactl.rules import settling, settling_batch
from ilactl.rules.settling import Settling
from ilactl.rules.settling_batch import settle_batch
from ilactl.rules.settling_few import reserved_in, settle_few
from tests.rules.books import Stage

from .payables import random_world

ON = date(2026, 9, 30)


@pytest.mark.parametrize("seed", range(6))
def test_both_makers_give_the_same_rows(tmp_path, seed):
    world = random_world(tmp_path, seed)
    snapshot = Snapshot.open(world.root)
    for provider in ("", "O3"):
        request = Settling(ON, provider)
        few, batch = settle_few(snapshot, request), settle_batch(snapshot, request)
        assert (few.payments, few.persons) == (batch.payments, batch.persons)
        assert few.rows.entries() == batch.rows.entries()
        assert few.payments or provider
        stage = Stage(tmp_path)
        one, other = few.rows.append(stage, 77), batch.rows.append(stage, 77)
        assert one.rows == other.rows == few.entries_number
        if one.rows:
            assert one.data == other.staged.read_bytes()


@pytest.mark.parametrize("bounds", [(1, 10**12), (1, 1)])
def test_wide_amounts_are_split_alike(tmp_path, monkeypatch, bounds):
    """In 128 bits, and where those do not suffice either."""
    world = random_world(tmp_path, 7, 60)
    snapshot = Snapshot.open(world.root)
    few = settle_few(snapshot, Settling(ON)).rows.entries()
    for name, bound in zip(("_THIRD", "_THIRD_WIDE"), bounds, strict=True):
        monkeypatch.setattr(settling_batch, name, bound)
    assert few
    assert settle_batch(snapshot, Settling(ON)).rows.entries() == few


def test_a_large_ledger_is_settled_by_the_engine_to_the_same_bytes(tmp_path, invoke, monkeypatch):
    world = random_world(tmp_path, 3)
    other = shutil.copytree(world.root, tmp_path / "other")
    words = ("settle", "--on", str(ON), "--yes")
    shown = [invoke(*words[:-1], "-n", "-O", "json", "--ledger", world.root).ok().out]
    invoke(*words, "--ledger", world.root).ok()
    monkeypatch.setattr(settling, "_SMALL", -1)
    shown.append(invoke(*words[:-1], "-n", "-O", "json", "--ledger", other).ok().out)
    invoke(*words, "--ledger", other).ok()
    assert shown[0] == shown[1]
    rows = [(root / "entitlements.csv").read_bytes() for root in (world.root, other)]
    assert rows[0] == rows[1]
    assert b",settle," in rows[0]
    after = Snapshot.open(world.root)
    for one, reserved in reserved_in(all_entries(after)).items():
        assert min(reserved.held.values()) >= 0, one
        assert reserved.paid >= 0, one
    assert not any(not one.standing.held_back for one in settle_few(after, Settling(ON)).payments)
    before = [(root / "commits.jsonl").read_bytes() for root in (world.root, other)]
    for root in (world.root, other):
        invoke(*words, "--ledger", root).ok()
    assert [(root / "commits.jsonl").read_bytes() for root in (world.root, other)] == before
