"""A ledger with enrolments that have something to pay: rows as `enrol` and its steps leave them."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from ilactl.ledger.change import Actor
from ilactl.ledger.columns import COURSES, ENROLMENTS, ENTITLEMENTS, ORGANISATIONS, PERSONS, RUNS
from ilactl.ledger.commit import Append, Change, open_writer
from ilactl.ledger.grammar import Table
from tests.rules.books import MANIFEST, NOW, Book, Row, parse_rows, row

IBAN = "LT121000011101001000"
OTHER_IBAN = "DE89370400440532013000"
DAY = "2026-09-01"


@dataclass
class Payables:
    """A ledger in the making; entries are numbered as they come."""

    root: Path
    user: str = "clerk"
    entries: int = 0
    wallets: dict[str, str] = field(default_factory=dict)

    @classmethod
    def make(cls, folder: Path, manifest: str = MANIFEST) -> Payables:
        world = cls(Book.make(folder, {}, manifest).root)
        course = {
            "course": "C1",
            "valid_from": "2020-01-01",
            "provider": "O3",
            "kind": "training",
            "title": "Welding",
        }
        run = {"course": "C1", "run": "R1", "valid_from": "2020-01-01"}
        world.commit((COURSES, [course]), (RUNS, [run]))
        return world

    def commit(self, *tables: tuple[Table, list[Row]], user: str = "", day: str = "") -> int:
        """Rows into tables, as one commit; its number."""
        with open_writer(self.root, actor=Actor(user or self.user, "test"), now=lambda: NOW) as writer:
            appends, entries = [], 0
            for table, rows in tables:
                if table is ENTITLEMENTS:
                    entries = len(rows)
                data = "".join(row(table, cells) for cells in rows).encode()
                appends.append(Append(table.file, data, rows=len(rows)))
            booked_on = date.fromisoformat(day) if day else None
            return writer.commit(Change("test", tuple(appends), booked_on=booked_on, entries=entries)).seq

    def entry(self, **cells: str) -> Row:
        """An entry with the next number."""
        self.entries += 1
        usual = {"entry": f"E{self.entries}", "booked_on": DAY, "unit": "EUR"}
        return usual | {name.rstrip("_"): text for name, text in cells.items()}

    def provider(self, org: str = "O3", *, iban: str = IBAN, confirm: bool = True, **cells: str) -> None:
        """A provider whose account one user puts in and another confirms."""
        usual = {
            "organisation": org,
            "valid_from": "2020-01-01",
            "kinds": "provider",
            "name": f"School {org}",
        }
        rows = usual | {"iban": iban} | cells
        self.commit((ORGANISATIONS, [rows]), user="ann")
        if confirm and iban:
            self.commit((ORGANISATIONS, [rows | {"iban_confirmed": iban}]), user="bob")

    def lot(
        self, person: str, amount: str, source: str = "fund:state", class_: str = "own"
    ) -> tuple[str, Row]:
        """A lot: its id, and the entry that opens it."""
        if person not in self.wallets:
            self.wallets[person] = person
            self.commit((PERSONS, [{"person": person, "valid_from": "2020-01-01"}]))
        kind = "grant" if source.startswith("fund:") else "contribute"
        period = str(2000 + self.entries) if kind == "grant" else ""  # each is its own: none is granted twice
        accounts = {"from_": source, "to": f"wallet:{class_}"}
        opened = self.entry(person=person, kind=kind, amount=amount, period=period, **accounts)
        return opened["entry"], opened

    def enrolled(
        self,
        enrolment: str,
        person: str,
        parts: Iterable[tuple[str, str, str]],
        *,
        payee: str = "provider:O3",
        price: str = "1000.00",
    ) -> list[str]:
        """An enrolment that reserves these (amount, source, class) of lots of their own; the lots."""
        lots, opened, reserved = [], [], []
        given = list(parts)
        for amount, source, class_ in given:
            lot, opens = self.lot(person, amount, source, class_)
            lots.append(lot)
            opened.append(opens)
        for lot, (amount, _, class_) in zip(lots, given, strict=True):
            accounts = {"from_": f"wallet:{class_}", "to": f"held:{class_}"}
            reserved.append(
                self.entry(
                    person=person, kind="reserve", lot=lot, amount=amount, enrolment=enrolment, **accounts
                )
            )
        steps = [
            self.step(enrolment, person, "enrolled", payee=payee, price=price),
            self.step(enrolment, person, "started"),
        ]
        self.commit((ENTITLEMENTS, opened + reserved), (ENROLMENTS, steps), day=DAY)
        return lots

    def step(self, enrolment: str, person: str, step: str, **cells: str) -> Row:
        usual = {"enrolment": enrolment, "booked_on": DAY, "person": person, "course": "C1", "run": "R1"}
        return usual | {"step": step, "on": DAY, "unit": "EUR"} | cells

    def due(self, enrolment: str, person: str, due: str, *, step: str = "completed", ref: str = "") -> None:
        """A step that says what the payee may have so far."""
        self.commit((ENROLMENTS, [self.step(enrolment, person, step, due=due, ref=ref)]))

    def rows(self) -> list[Row]:
        """Every entry booked."""
        return parse_rows((self.root / ENTITLEMENTS.file).read_bytes())[1:]


def random_world(folder: Path, seed: int, enrolments: int = 25) -> Payables:
    """Enrolments in many states: part paid, taken back, corrected, undone, of several payees."""
    chance = random.Random(seed)
    world = Payables.make(folder)
    for name in ("O3", "O4", "O5"):
        world.provider(name, confirm=chance.random() < 0.8)
    for number in range(enrolments):
        enrolment = f"N{chance.choice((number + 2, 1000 + number))}" + chance.choice(("", "", "-2"))
        person = f"P{chance.randrange(12)}"
        payee = chance.choice(("provider:O3", "provider:O4", "provider:O5", "own", "employer:O3"))
        sources = ("fund:state", "fund:esf", "employer:O7", "own")
        parts = [
            (
                f"{chance.randrange(1, 90_000) / 100:.2f}",
                chance.choice(sources),
                chance.choice(("own", "cash")),
            )
            for _ in range(chance.randrange(1, 5))
        ]
        try:
            lots = world.enrolled(enrolment, person, parts, payee=payee)
        except AssertionError:
            continue
        _live(world, chance, enrolment, person, payee, dict(zip(lots, parts, strict=True)))
    return world


def _live(
    world: Payables,
    chance: random.Random,
    enrolment: str,
    person: str,
    payee: str,
    parts: dict[str, tuple[str, str, str]],
) -> None:
    """Steps and entries of one enrolment, at random and never below zero."""
    held = {lot: round(float(amount) * 100) for lot, (amount, _, _) in parts.items()}
    whole = sum(held.values())
    settled: list[tuple[str, str, int, str]] = []
    for _ in range(chance.randrange(0, 5)):
        what = chance.choice(("due", "due", "settle", "release", "reclaim", "correct", "undone", "return"))
        lot = chance.choice(list(held))
        class_ = parts[lot][2]
        common = {"person": person, "lot": lot, "enrolment": enrolment}
        some = chance.randrange(0, held[lot] + 1)
        amount = f"{some / 100:.2f}"
        if what == "due":
            ref = chance.choice(("", f"INV-{chance.randrange(99)}", 'says "paid", so'))
            world.due(enrolment, person, f"{chance.randrange(0, whole + 1) / 100:.2f}", ref=ref)
        elif what == "undone":
            world.commit((ENROLMENTS, [world.step(enrolment, person, "undone")]))
        elif what in ("settle", "release", "return") and some:
            to = {"settle": payee, "release": f"wallet:{class_}", "return": "own"}[what]
            one = world.entry(**common, kind=what, amount=amount, from_=f"held:{class_}", to=to)
            world.commit((ENTITLEMENTS, [one]), day=DAY)
            held[lot] -= some
            if what == "settle":
                settled.append((one["entry"], lot, some, class_))
        elif what in ("reclaim", "correct") and settled:
            entry, lot, some, class_ = settled.pop()
            common["lot"] = lot
            accounts = {"from_": payee, "to": f"held:{class_}", "of": entry}
            one = world.entry(**common, kind=what, amount=f"{some / 100:.2f}", **accounts)
            world.commit((ENTITLEMENTS, [one]), day=DAY)
            held[lot] += some
            if what == "correct" and chance.random() < 0.5:
                accounts = {"from_": f"held:{class_}", "to": payee, "of": one["entry"]}
                again = world.entry(**common, kind="correct", amount=f"{some / 100:.2f}", **accounts)
                world.commit((ENTITLEMENTS, [again]), day=DAY)
                held[lot] -= some
