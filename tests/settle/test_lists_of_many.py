"""What lists say of many enrolments comes from the engine, and is what single readers say."""

from __future__ import annotations

import pytest

from ilactl.ledger.columns import ENROLMENTS, ENTITLEMENTS
from ilactl.ledger.snapshot import Snapshot
from ilactl.reports import remittance_facts
from ilactl.reports.remittance_facts import about_enrolments, funders_of

from .payables import random_world


@pytest.fixture(params=[False, True], ids=["all", "up to a commit"])
def then(request, tmp_path):
    world = random_world(tmp_path, 11, enrolments=30)
    last = world.commit((ENROLMENTS, [world.step("N1000", "P1", "moved") | {"run": "R7"}]))
    hours = world.entry(person="P1", kind="grant", amount="10.00", from_="fund:state", to="wallet:own")
    out = world.entry(
        person="P1", kind="convert", lot=hours["entry"], amount="10.00", from_="wallet:own", to="conversion"
    )
    into = world.entry(
        person="P1", kind="convert", amount="10.00", from_="conversion", to="wallet:own", of=hours["entry"]
    )
    again = world.entry(
        person="P1", kind="convert", amount="10.00", from_="conversion", to="wallet:own", of=into["entry"]
    )
    world.commit((ENTITLEMENTS, [hours, out, into, again]), day="2026-09-01")
    snapshot = Snapshot.open(world.root)
    return snapshot, snapshot.at(last - 1).record.heads[ENROLMENTS.file] if request.param else None


def test_both_readers_say_the_same(then, monkeypatch):
    snapshot, head = then
    steps, entries = (
        [line.split(",") for line in snapshot.view(table.file)[:].decode().splitlines()[1:]]
        for table in (ENROLMENTS, ENTITLEMENTS)
    )
    wanted = dict.fromkeys(cells[0] for cells in steps)
    lots = dict.fromkeys(cells[0] for cells in entries if not cells[4])
    few = about_enrolments(snapshot, wanted, head), funders_of(snapshot, lots)
    monkeypatch.setattr(remittance_facts, "_SMALL", 0)
    assert (about_enrolments(snapshot, wanted, head), funders_of(snapshot, lots)) == few
    assert len(few[0]) > 16
    assert {"fund:state", "fund:esf", "own"} <= set(few[1].values())
    assert "conversion" not in few[1].values()
    monkeypatch.setattr(remittance_facts, "_NAMED", 0)
    assert (about_enrolments(snapshot, wanted, head), funders_of(snapshot, lots)) == few
