"""Remittance lists: what a payee is told of a payment, and files that are the same when made again."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from ilactl.ledger.columns import ENROLMENTS, ORGANISATIONS, RUNS
from ilactl.ledger.snapshot import Snapshot

from .payables import IBAN

TWO_FUNDS = [("500.00", "fund:state", "own"), ("250.00", "fund:esf", "own"), ("250.00", "fund:state", "own")]


@pytest.fixture
def paid(world, settle, tmp_path) -> Path:
    """Lists of a settlement of two providers, an employer and a holder; the folder they are in."""
    world.provider("O7", kinds="employer", iban="")
    world.provider("O3")
    world.provider("O4", name="Verkstadsskolan, Göteborg")
    world.enrolled("N5", "P1", TWO_FUNDS)
    world.due("N5", "P1", "100.01", ref='"INV" 31, part 1')
    world.enrolled("N6", "P2", TWO_FUNDS)
    world.due("N6", "P2", "1000.00")
    for number, payee in enumerate(("provider:O4", "employer:O7", "own"), 7):
        world.enrolled(f"N{number}", "P3", TWO_FUNDS, payee=payee)
        world.due(f"N{number}", "P3", "40.00")
    folder = tmp_path / "lists"
    folder.mkdir()
    settle("2026-09-30", "--to", str(folder)).ok()
    return folder


def rows(file: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(file.read_text().splitlines()))


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_each_payee_has_a_file_of_its_own(world, paid):
    seq = Snapshot.open(world.root).head.seq
    assert list(files(paid)) == [f"S{seq}-O3.csv", f"S{seq}-O4.csv", f"S{seq}E-O7.csv", f"S{seq}H.csv"]
    first = rows(paid / f"S{seq}-O3.csv")
    assert first[0] == {
        "reference": f"S{seq}-O3",
        "value_date": "2026-09-30",
        "payee": "provider:O3",
        "name": "School O3",
        "iban": IBAN,
        "enrolment": "N5",
        "course": "C1",
        "run": "R1",
        "person": "P1",
        "invoice": '"INV" 31, part 1',
        "amount": "75.01",
        "unit": "EUR",
        "fund": "fund:state",
    }
    assert [(r["enrolment"], r["fund"], r["amount"]) for r in first[1:]] == [
        ("N5", "fund:esf", "25.00"),
        ("N6", "fund:state", "750.00"),
        ("N6", "fund:esf", "250.00"),
    ]
    assert rows(paid / f"S{seq}H.csv")[0]["reference"] == f"S{seq}H-N9"


def test_made_again_years_later_they_have_the_same_bytes(world, paid, settle, by, tmp_path):
    seq = Snapshot.open(world.root).head.seq
    world.provider("O3", iban="DE89370400440532013000", name="Another name")
    world.commit((ENROLMENTS, [world.step("N5", "P1", "moved") | {"run": "R2"}]))
    world.commit((RUNS, [{"course": "C1", "run": "R1", "valid_from": "2021-01-01", "withdrawn": "closed"}]))
    again = tmp_path / "again"
    again.mkdir()
    told = by("other", "settle", "--again", str(seq), "--to", str(again), "-O", "json").ok()
    assert files(again) == files(paid)
    assert sorted(json.loads(told.out)["files"]) == [str(again / name) for name in files(paid)]
    by("other", "settle", "--again", str(seq), "--to", str(again)).ok()  # they are there already


def test_a_register_that_was_edited_and_adopted_since_changes_no_list(world, paid, by, tmp_path):
    seq = Snapshot.open(world.root).head.seq
    register = world.root / "organisations.csv"
    *rows, last = register.read_text().splitlines(keepends=True)
    register.write_text("".join(rows) + last.replace("Verkstadsskolan", "Renamed"))
    by("ann", "adopt", "--why", "a new name", "--yes").ok()
    again = tmp_path / "again"
    again.mkdir()
    by("other", "settle", "--again", str(seq), "--to", str(again)).ok()
    assert files(again) == files(paid)
    back = f"reference\nS{seq}-O3\n"
    by("payer", "settle", "--returned", "-", "--on", "2026-10-05", stdin=back).ok()


def test_a_file_with_another_content_is_never_overwritten(world, settle, tmp_path):
    world.provider("O3")
    world.enrolled("N5", "P1", TWO_FUNDS)
    world.due("N5", "P1", "100.00")
    head = Snapshot.open(world.root).head
    there = tmp_path / f"S{head.seq + 1}-O3.csv"
    there.write_text("mine")
    refused = settle("2026-09-30", "--to", str(tmp_path))
    assert (refused.code, there.read_text()) == (3, "mine")
    assert Snapshot.open(world.root).head == head
    assert settle("2026-09-30", "--to", str(world.root)).code == 3
    assert settle("2026-09-30", "--to", str(tmp_path / "nowhere")).code == 66
    assert Snapshot.open(world.root).head == head


def test_lists_that_could_not_be_written_can_be_made_again(world, settle, by, tmp_path, monkeypatch):
    world.provider("O3")
    world.enrolled("N5", "P1", TWO_FUNDS)
    world.due("N5", "P1", "100.00")
    with monkeypatch.context() as patch:

        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        patch.setattr("ilactl.ledger.outside.os.link", full)
        done = settle("2026-09-30", "--to", str(tmp_path))
    seq = Snapshot.open(world.root).head.seq
    assert done.code == 75
    assert f"settle --again {seq} --to DIR" in done.err
    by("payer", "settle", "--again", str(seq), "--to", str(tmp_path)).ok()
    assert (tmp_path / f"S{seq}-O3.csv").exists()


def test_only_a_settlement_has_lists(world, by):
    world.commit((ORGANISATIONS, []))
    for seq in ("1", "99"):
        refused = by("payer", "settle", "--again", seq)
        assert refused.code == 66
        assert f"a settlement in commit {seq}" in refused.err
    assert by("payer", "settle", "--again", "1", "--returned", "x.csv").code == 2


def test_people_see_a_list_a_payee_and_sums_by_fund(world, settle):
    world.provider("O3")
    world.enrolled("N5", "P1", TWO_FUNDS)
    world.due("N5", "P1", "100.01", ref="INV-7")
    out = settle("2026-09-30", "-v").ok().out
    seq = Snapshot.open(world.root).head.seq
    assert f"S{seq}-O3, School O3, LT12 1000 0111 0100 1000: 100.01 EUR" in out
    assert "N5         C1/R1   P1      INV-7    fund:state  75.01 EUR" in out
    assert "fund:esf pays 25.00 EUR\nfund:state pays 75.01 EUR" in out
    assert max(map(len, out.splitlines())) <= 80
