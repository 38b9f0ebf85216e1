"""A damaged end of the log: moved aside and told, refused where it was good once, and one way on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Run

GRANT = ("contribution", "add", "P1", "10.00", "--from", "own", "--on", "2026-06-01")
SCHEME = '[[contribution]]\nid = "paid"\nclass = "paid"\nunit = "EUR"\nfrom = ["own"]\n'


@pytest.fixture
def booked(ledger: Path, invoke: Run) -> Path:
    """A ledger with one contribution."""
    (ledger / "rules/scheme.toml").write_text(SCHEME, "utf-8")
    at = ("--ledger", ledger)
    invoke("person", "add", "--id", "P1", "--set", "isced_level=2", *at).ok()
    invoke(*GRANT, "--ref", "A", *at).ok()
    return ledger


def log_of(ledger: Path) -> Path:
    return ledger / "commits.jsonl"


TORN = [b'{"format":1,"seq":5', b"\0" * 700, b"garbage\n", b'{"seq": 5}\n', b"\xff\xfe\n"]


@pytest.mark.parametrize("tail", TORN)
def test_a_line_that_was_never_finished_is_kept_aside_told_and_gone(
    booked: Path, invoke: Run, tail: bytes
) -> None:
    log = log_of(booked)
    good = log.read_bytes()
    log.write_bytes(good + tail)
    at = ("--ledger", booked)
    invoke("balance", "P1", *at).ok()
    done = invoke(*GRANT, "--ref", "B", *at).ok()
    name = f"set-aside/commits.jsonl.{len(good)}-{len(good) + len(tail)}"
    assert f"was moved to {name}" in done.err
    assert (booked / name).read_bytes() == tail
    assert log.read_bytes().startswith(good)
    assert [json.loads(line)["seq"] for line in log.read_bytes().splitlines()] == [1, 2, 3, 4]
    invoke("check", "--full", *at).ok()
    assert "moved" not in invoke(*GRANT, "--ref", "C", *at).ok().err


def damage_last_line(ledger: Path) -> bytes:
    """Change one byte of the last line, as a failing disk does."""
    log = log_of(ledger)
    data = bytearray(log.read_bytes())
    data[-40] ^= 1
    log.write_bytes(data)
    return bytes(data)


def test_a_line_that_was_good_once_is_refused_until_somebody_says_so_and_why(
    booked: Path, invoke: Run
) -> None:
    at = ("--ledger", booked)
    damaged = damage_last_line(booked)
    files = {p.name: p.read_bytes() for p in booked.glob("*.csv")}
    refused = invoke(*GRANT, "--ref", "B", *at)
    assert (refused.code, refused.out) == (3, "")
    assert "ilactl restore --why" in refused.err
    assert log_of(booked).read_bytes() == damaged
    assert {p.name: p.read_bytes() for p in booked.glob("*.csv")} == files
    done = invoke("restore", "--why", "the disk failed", *at).ok()
    assert "set-aside/commits.jsonl" in done.err
    [kept] = booked.glob("set-aside/commits.jsonl.*")
    assert damaged.endswith(kept.read_bytes())
    assert "A" in (booked / "set-aside").joinpath(
        next(p.name for p in booked.glob("set-aside/*entitlements.csv"))
    ).read_text("utf-8")
    assert "the disk failed" in invoke("log", *at).ok().out
    invoke("check", "--full", *at).ok()
    invoke(*GRANT, "--ref", "A", *at).ok()


@pytest.mark.parametrize("tail", [b'{"format":1,"seq":4,"prev":"77', b"\0" * 300])
def test_an_adoption_whose_line_was_torn_can_be_made_again(booked: Path, invoke: Run, tail: bytes) -> None:
    """The edited register is longer than recorded, as if the torn line's rows stood in it."""
    at = ("--ledger", booked)
    rows = booked / "persons.csv"
    rows.write_bytes(rows.read_bytes() + b"P2,2026-01-01,3,,,,,,,\n")
    with log_of(booked).open("ab") as log:
        log.write(tail)
    refused = invoke(*GRANT, "--ref", "B", *at)
    assert (refused.code, "persons.csv was changed outside" in refused.err) == (3, True)
    with log_of(booked).open("ab") as log:
        log.write(tail)
    done = invoke("adopt", "--why", "a person more", "--yes", *at).ok()
    assert "set-aside/commits.jsonl" in done.err
    invoke("check", "--full", *at).ok()


def test_a_good_line_that_lost_its_end_is_not_taken_for_a_torn_one(booked: Path, invoke: Run) -> None:
    at = ("--ledger", booked)
    short = log_of(booked).read_bytes()[:-9]
    log_of(booked).write_bytes(short)
    assert invoke(*GRANT, "--ref", "B", *at).code == 3
    (booked / ".ilactl/clean").unlink()
    assert invoke(*GRANT, "--ref", "B", *at).code == 3
    assert log_of(booked).read_bytes() == short


@pytest.mark.parametrize("line", [0, 1])
def test_a_damaged_line_in_the_middle_is_named_by_check_and_nothing_is_cut(
    booked: Path, invoke: Run, line: int
) -> None:
    log = log_of(booked)
    lines = log.read_bytes().splitlines(keepends=True)
    lines[line] = lines[line].replace(b'"user"', b'"usex"')
    log.write_bytes(b"".join(lines))
    checked = invoke("check", "--full", "--ledger", booked)
    assert checked.code == 1
    assert f"line {line + 1}" in checked.out + checked.err or "commits.jsonl" in checked.out + checked.err
    assert log.read_bytes() == b"".join(lines)


def test_a_line_twice_at_the_end_is_no_commit(booked: Path, invoke: Run) -> None:
    log = log_of(booked)
    lines = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join([*lines, lines[-1]]))
    checked = invoke("check", "--full", "--ledger", booked)
    assert checked.code in (1, 3)
