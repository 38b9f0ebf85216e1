"""python bench/payable.py LEDGER COUNT SEED: a ledger with so many enrolments that have something to pay.

Each has a person of its own with two lots, reserves of both, and the steps up to a completion. Of some
a part was paid before, of some only a part is due, so that shares are split and cents do not divide.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from ilactl.ledger.change import Actor
from ilactl.ledger.columns import ENROLMENTS, ENTITLEMENTS, ORGANISATIONS, PERSONS, TABLES
from ilactl.ledger.commit import Append, Change, open_writer
from ilactl.ledger.create import create_ledger

_MANIFEST = b"""\
format = 1
country = "LT"
zone = "Europe/Vilnius"
[agency]
name = "Agency"
prefix = "B"
[units.EUR]
scale = 2
[funds.state]
[funds.esf]
"""
_NOW = datetime(2026, 12, 1, tzinfo=UTC)
_IBAN = "LT121000011101001000"
_PROVIDERS = 200


def make(root: Path, count: int, seed: int) -> None:
    """The ledger, of three commits: the books, and accounts that one user put in and another confirmed."""
    chance = random.Random(seed)
    entries, steps = ENTITLEMENTS.header, ENROLMENTS.header
    made = [_enrolment(number, chance) for number in range(1, count + 1)]
    numbers = iter(range(1, sys.maxsize))
    entitlements = "\n".join([entries, *(row for one in made for row in _entries(one, numbers))])
    enrolments = "\n".join([steps, *(row for one in made for row in one[1])])
    persons = "\n".join([PERSONS.header, *(f"P{n},2020-01-01,,,,,,,," for n in range(1, count + 1))])
    files = {table.file: f"{table.header}\n".encode() for table in TABLES}
    files |= {"ledger.toml": _MANIFEST}
    create_ledger(root, files, actor=Actor("maker", "bench"), now=lambda: _NOW)
    accounts = [f"O{n},2020-01-01,provider,School {n},,,,,,,,,{_IBAN}," for n in range(_PROVIDERS)]
    _append(root, "maker", (ORGANISATIONS.file, accounts))
    _append(root, "checker", (ORGANISATIONS.file, [f"{row}{_IBAN}" for row in accounts]))
    books = [
        (PERSONS.file, persons.split("\n")[1:]),
        (ENTITLEMENTS.file, entitlements.split("\n")[1:]),
        (ENROLMENTS.file, enrolments.split("\n")[1:]),
    ]
    _append(root, "maker", *books)


def _append(root: Path, user: str, *files: tuple[str, list[str]]) -> None:
    with open_writer(root, actor=Actor(user, "bench"), now=lambda: _NOW) as writer:
        appends, entries = [], 0
        for file, rows in files:
            entries += len(rows) if file == ENTITLEMENTS.file else 0
            appends.append(Append(file, "".join(f"{row}\n" for row in rows).encode(), rows=len(rows)))
        day = _NOW.date() if entries else None
        writer.commit(Change("bench", tuple(appends), booked_on=day, entries=entries))


def _enrolment(number: int, chance: random.Random) -> tuple[str, list[str], list[str], str]:
    """Its id, its steps, its entries without their numbers, and what lots they draw on by place."""
    name, person = f"N{number}", f"P{number}"
    payee = f"provider:O{chance.randrange(_PROVIDERS)}"
    first, second = chance.randrange(10_000, 60_000), chance.randrange(1_000, 40_000)
    whole = first + second
    due = whole if chance.random() < 0.6 else chance.randrange(1, whole)
    day, cells = "2026-09-01", f"{name},2026-09-01,{person},C{number % 500},R1"
    steps = [
        f"{cells},enrolled,{day},training@2026-01-01,{_money(whole)},0.00,,EUR,{payee},,,,,by phone,",
        f"{cells},started,{day},,,,,,,,,,,,",
        f"{cells},completed,2026-11-30,usual@2026-01-01,,,{_money(due)},EUR,,,,,,,INV-{number}",
    ]
    lots = [("fund:state", first), ("fund:esf", second)]
    opened = [
        f"{day},{person},grant,,{_money(amount)},EUR,{fund},wallet:own,,,,,base@2025-01-01,2026,,,"
        for fund, amount in lots
    ]
    moved = [
        f"{day},{person},reserve,{{{at}}},{_money(amount)},EUR,wallet:own,held:own,,,,{name},,,,,"
        for at, (_, amount) in enumerate(lots)
    ]
    if due > 100 and chance.random() < 0.2:
        moved.append(f"{day},{person},settle,{{0}},1.00,EUR,held:own,{payee},,,,{name},,,,,")
    return name, steps, [*opened, *moved], person


def _entries(made: tuple[str, list[str], list[str], str], numbers: Iterator[int]) -> Iterator[str]:
    lots: list[str] = []
    for row in made[2]:
        entry = f"E{next(numbers)}"
        if len(lots) < 2:
            lots.append(entry)
        yield f"{entry},{row.format(*lots) if '{' in row else row}"


def _money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"


if __name__ == "__main__":
    make(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
