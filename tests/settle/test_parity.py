"""Both makers of a settlement give the same plan and the same bytes, whatever happened before."""

from __future__ import annotations

from datetime import date

import pytest

from ilactl.ledger.snapshot import Snapshot
from ilactl.rules.settling import Settling
from ilactl.rules.settling_batch import settle_batch
from ilactl.rules.settling_few import settle_few
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
