"""Ledgers in which people can enrol: a provider, a course with a run, and who is next."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

from bench.ledgers import Ledgers, ilactl
from bench.measure import Command

__all__ = ["next_enrolments"]

_SETTING = (
    "organisation add --id BENCH-O --kind provider --name Bench --quality-label Bench",
    "course add --id BENCH-C --provider BENCH-O --kind training --title Bench --price 50.00 --unit EUR",
    "course run add BENCH-C --id R1 --starts 2030-01-07 --seats 1000000",
    "course relevance add course:BENCH-C --evidence Bench",
)
_ENROL = ("BENCH-C/R1", "--yes", "--consent", "signed")


def next_enrolments(ledgers: Ledgers, size: int) -> Iterator[Command]:
    """One person after the other from the middle of persons.csv, each enrolled once."""
    ledger = _ready(ledgers, size)
    place = ("--ledger", str(ledger))
    with (ledgers.master(size) / "persons.csv").open("rb") as file:
        file.seek(file.seek(0, os.SEEK_END) // 2)
        file.readline()
        seen = {ledgers.somebody(size)}
        for line in file:
            person = line.partition(b",")[0].decode("ascii")
            if person not in seen:
                seen.add(person)
                yield ilactl(*place, "enrol", person, *_ENROL)


def _ready(ledgers: Ledgers, size: int) -> Path:
    """The busy copy of that size, with a course; one enrolment is made, untimed, so that it is in use."""
    ledger = ledgers.busy(size)
    if b"BENCH-C" not in (ledger / "courses.csv").read_bytes():
        first = ["enrol", ledgers.somebody(size), *_ENROL]
        for words in (*(line.split(" ") for line in _SETTING), first):
            subprocess.run(ilactl("--ledger", str(ledger), *words), check=True, stdin=subprocess.DEVNULL)
        os.sync()
    return ledger
