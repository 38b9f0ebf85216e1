"""What is paid in parts: each time every fund bears what its lots reserved, as the step said."""

from __future__ import annotations

from collections import Counter

import pytest

from ilactl.ledger.columns import ENROLMENTS, ENTITLEMENTS
from ilactl.rules import settling

from .payables import DAY

THIRDS = [
    ("333.33", "employer:O7", "employer"),
    ("333.33", "fund:state", "own"),
    ("333.34", "fund:esf", "own"),
    ("100.01", "own", "cash"),
]


@pytest.fixture(params=["few", "many"])
def settle_so(request, settle, monkeypatch):
    """The settlement, row by row and by the engine."""
    if request.param == "many":
        monkeypatch.setattr(settling, "_SMALL", -1)
    return settle


def paid(world) -> dict[str, str]:
    """What each lot paid so far."""
    sums: Counter[str] = Counter()
    for row in world.rows():
        if row["kind"] == "settle":
            sums[row["lot"]] += round(float(row["amount"]) * 100)
    return {lot: f"{sums[lot] / 100:.2f}" for lot in sorted(sums)}


def test_milestones_add_up_to_the_split_of_the_whole(world, settle_so):
    """25 %, then 54 % of 1,100.01: 594.01 by what was reserved, whatever the first payment rounded."""
    world.provider()
    world.enrolled("N9", "P1", THIRDS)
    world.due("N9", "P1", "275.01", step="started")
    settle_so("2026-09-30").ok()
    assert paid(world) == {"E1": "83.34", "E2": "83.33", "E3": "83.34", "E4": "25.00"}
    world.due("N9", "P1", "594.01", step="attended")
    settle_so("2026-10-30").ok()
    assert paid(world) == {"E1": "180.00", "E2": "180.00", "E3": "180.00", "E4": "54.01"}
    world.due("N9", "P1", "1100.01")
    settle_so("2026-11-30").ok()
    assert list(paid(world).values()) == ["333.33", "333.33", "333.34", "100.01"]


def test_what_one_funder_got_back_already_does_not_shift_its_part_to_others(world, settle_so):
    """70 % due; the employer's 30 % went back, the fund's stays held for the certificate."""
    world.provider()
    world.enrolled("N9", "P1", [("300.00", "employer:O7", "employer"), ("700.00", "fund:state", "own")])
    back = {"kind": "return", "lot": "E1", "amount": "90.00", "enrolment": "N9", "person": "P1"}
    row = world.entry(**back, from_="held:employer", to="employer:O7")
    step = world.step("N9", "P1", "completed", due="700.00")
    world.commit((ENTITLEMENTS, [row]), (ENROLMENTS, [step]), day=DAY)
    settle_so("2026-09-30").ok()
    assert paid(world) == {"E1": "210.00", "E2": "490.00"}
    world.due("N9", "P1", "910.00", step="certified")
    settle_so("2026-10-30").ok()
    assert paid(world) == {"E1": "210.00", "E2": "700.00"}


def test_what_completion_itself_brought_is_the_payees_whole(world, settle_so):
    """70 % of the wallet's 1,000.00 is due, and all of the 300.00 that completing brought."""
    world.provider()
    world.enrolled("N9", "P1", [("1000.00", "fund:state", "own")])
    usual = {"person": "P1", "amount": "300.00", "enrolment": "N9"}
    grant = world.entry(**usual, kind="grant", period="N9", from_="fund:esf", to="wallet:own")
    reserve = world.entry(**usual, kind="reserve", lot=grant["entry"], from_="wallet:own", to="held:own")
    step = world.step("N9", "P1", "completed", due="1000.00")
    world.commit((ENTITLEMENTS, [grant, reserve]), (ENROLMENTS, [step]), day=DAY)
    settle_so("2026-09-30").ok()
    assert paid(world) == {"E1": "700.00", "E3": "300.00"}


def test_what_a_move_gave_back_takes_no_part(world, settle_so):
    """A run at half the price: the first lot reserves 100.00 of 600.00 from then on."""
    world.provider()
    world.enrolled("N9", "P1", [("600.00", "fund:state", "own"), ("400.00", "fund:esf", "own")])
    back = {"kind": "release", "lot": "E1", "amount": "500.00", "enrolment": "N9", "person": "P1"}
    row = world.entry(**back, from_="held:own", to="wallet:own", of="E3")
    world.commit((ENTITLEMENTS, [row]), day=DAY)
    world.due("N9", "P1", "250.00", step="started")
    settle_so("2026-09-30").ok()
    assert paid(world) == {"E1": "50.00", "E2": "200.00"}
    world.due("N9", "P1", "375.00", step="attended")
    settle_so("2026-10-30").ok()
    assert paid(world) == {"E1": "75.00", "E2": "300.00"}
