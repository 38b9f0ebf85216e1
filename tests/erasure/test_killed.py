"""`person erase` killed before its writes, from outside; and readers that meet it half-way."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import pytest

from ilactl.ledger.snapshot import Snapshot
from tests.conftest import Run, call_in_process
from tests.killing import killed_run, kills, needs_strace, whole_run

from .agency import LATER, Call, files_of, left_of

ERASE = ("person", "erase", "P1", "--why", "request 12", "--leave-wallet", "--yes")


@needs_strace
def test_killed_before_its_writes_it_is_old_or_new(asked: Path, tmp_path: Path, call: Call) -> None:
    manifest = asked / "ledger.toml"
    manifest.write_text(manifest.read_text().replace("years = 5", "years = 0"))
    call("adopt", "--why", "the clock outside is what it is", "--yes").ok()
    (asked / "set-aside").mkdir(exist_ok=True)
    (asked / "set-aside/1.identities.csv").write_bytes((asked / "identities.csv").read_bytes())
    old, size = files_of(asked), len(left_of(asked))
    whole = Path(shutil.copytree(asked, tmp_path / "whole"))
    calls = whole_run(ERASE, whole, tmp_path / "calls")
    new = files_of(whole)
    assert calls["fsync"] >= 5
    assert calls["rename"] + calls["renameat"] + calls["renameat2"] == 1
    outcomes = set()
    for kill in kills(calls):
        ledger = Path(shutil.copytree(asked, tmp_path / str(kill)))
        killed_run(ERASE, ledger, kill)
        where = ("--ledger", ledger)
        call_in_process(("check", *where), None, None, None, LATER).ok()
        shown = call_in_process(("person", "show", "P1", *where), None, None, None, LATER).ok().out
        outcomes.add("Kazlausk" in shown)
        call_in_process((*ERASE, *where), None, None, None, LATER).ok()
        now = files_of(ledger)
        assert left_of(ledger) == [], f"killed before {kill}"
        assert {name: now[name] for name in now if name != "commits.jsonl"} == {
            name: new[name] for name in new if name != "commits.jsonl"
        }
        assert now["commits.jsonl"].count(b"\n") == old["commits.jsonl"].count(b"\n") + 1
        call_in_process(("check", *where), None, None, None, LATER).ok()
        shutil.rmtree(ledger)
    assert outcomes == {True, False}
    assert size == 2


@contextmanager
def erased_at_first_sight(ledger: Path, *persons: str) -> Iterator[list[str]]:
    """Somebody else erases one each time between a reader's look at the log and at identities.csv."""
    told: list[str] = []
    load = Snapshot._load

    def meanwhile(self: Snapshot, file: str) -> object:
        if file == "identities.csv" and len(told) < len(persons):
            told.append(persons[len(told)])
            with patch.object(Snapshot, "_load", load):
                words = ("person", "erase", told[-1], *ERASE[3:], "--ledger", ledger)
                call_in_process(words, None, None, None, LATER).ok()
        return load(self, file)

    with patch.object(Snapshot, "_load", meanwhile):
        yield told


@pytest.mark.parametrize(
    "command", ["person show P2", "person list --names", "check", "explain P2 --due", "backup COPY", "status"]
)
def test_a_reader_that_meets_an_erasure_starts_over(
    asked: Path, tmp_path: Path, call: Call, invoke: Run, command: str
) -> None:
    words = command.replace("COPY", os.fspath(tmp_path / "copy")).split()
    with erased_at_first_sight(asked, "P1") as told:
        seen = call(*words).ok()
    assert told in (["P1"], [])
    if told:
        assert "Kazlausk" not in seen.out
        again = call(*words)
        assert command.startswith("backup") or seen.out == again.ok().out


def test_a_reader_that_never_comes_to_its_end_says_that_again_is_safe(asked: Path, call: Call) -> None:
    many = [f"X{number}" for number in range(6)]
    for person in many:
        call("person", "add", "--id", person, "--name", "Somebody").ok()
    with erased_at_first_sight(asked, *many) as told:
        result = call("person", "show", "P2")
    assert (result.code, "CHANGED-MEANWHILE" in result.err) == (75, True)
    assert len(told) == 5
