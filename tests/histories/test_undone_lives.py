"""Undo, commit by commit, leads back: every balance, every lot's terms, every enrolment as it was."""

from __future__ import annotations

import json
import pwd
import shutil
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ilactl.ledger.enrolments import all_enrolments
from ilactl.ledger.entries import all_entries
from ilactl.ledger.snapshot import Snapshot
from ilactl.ledger.wallets import wallet_of
from tests.histories.test_random_spending import FAST, Walk
from tests.thorough import examples

BOOK = (
    "contribute",
    "enrol",
    "enrol",
    "start",
    "attend",
    "complete",
    "certify",
    "cancel",
    "move",
    "reclaim",
    "settle",
)


def told(walk: Walk) -> object:
    """What lots hold under which terms, and what enrolments are."""
    snapshot = Snapshot.open(walk.root)
    there = [lot for lot in wallet_of(all_entries(snapshot)).lots if lot.balance or lot.held]
    held = {lot.entry: {name: amount for name, amount in lot.held_for.items() if amount} for lot in there}
    lots = {lot.entry: (lot.balance, held[lot.entry], lot.expires_on, lot.earmark) for lot in there}
    lives = {
        one.id: (
            one.state,
            one.run,
            one.due,
            one.price,
            one.own,
            one.attendance,
            one.result,
            one.cancelled_by,
        )
        for one in all_enrolments(snapshot)
        if one.state != "void"
    }
    return lots, lives


def confirmed(walk: Walk) -> None:
    """Have somebody else confirm the provider's account."""
    real = pwd.getpwuid
    try:
        pwd.getpwuid = lambda _: SimpleNamespace(pw_name="somebody-else")  # type: ignore[assignment]
        walk("organisation", "confirm", "O3", "--iban", *walk.on()).ok()
    finally:
        pwd.getpwuid = real


@settings(
    max_examples=examples(6),
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(seed=st.integers(0, 2**32), length=st.integers(10, 30))
def test_undo_leads_back_the_way_that_was_come(seed: int, length: int) -> None:
    folder = Path(tempfile.mkdtemp(dir=FAST if FAST.is_dir() else None))
    try:
        walk = Walk(folder / "ledger", seed)
        confirmed(walk)
        way: list[tuple[int, object]] = []
        for _ in range(length):
            before, seq = told(walk), Snapshot.open(walk.root).head.seq
            walk.day = walk.day.fromordinal(walk.day.toordinal() + walk.rng.choice([0, 0, 1, 15]))
            getattr(walk, walk.rng.choice(BOOK))()
            if Snapshot.open(walk.root).head.seq > seq:
                way.append((seq + 1, before))
        for seq, before in reversed(way):
            done = walk("undo", seq, "--why", "back", "--yes", "--on", walk.day, "-O", "json")
            assert done.code == 0, done.err
            assert told(walk) == before, json.loads(done.out)
        checked = walk("check", "--full")
        assert (checked.code, checked.err) == (0, "")
    finally:
        shutil.rmtree(folder)


def test_a_credit_note_is_tied_to_its_enrolment_again(tmp_path: Path) -> None:
    """Event 4: cash that came back may buy anything; where the cancellation is undone, it may not."""
    walk = Walk(tmp_path / "ledger", 3)
    walk("enrol", "P1", "C1/R1", "--consent", "signed", *walk.on()).ok()
    before = told(walk)
    number = walk.rows("enrolments.csv")[0]["enrolment"]
    walk("enrolment", "cancel", number, "--by", "holder", "--reason", "time", *walk.on()).ok()
    rows = [row for row in walk.rows("entitlements.csv") if row["kind"] == "amend"]
    if not rows:
        pytest.skip("nothing was lifted")
    assert [row["earmark"] for row in rows] == ["any"]
    seq = Snapshot.open(walk.root).head.seq
    walk("undo", seq, "--why", "not this one", *walk.on()).ok()
    assert told(walk) == before
    last = [row for row in walk.rows("entitlements.csv") if row["kind"] == "amend"][-1]
    assert (last["earmark"], last["of"]) == (f"enrolment:{number}", rows[0]["entry"])
