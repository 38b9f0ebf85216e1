"""A book kept by hand: makes entries that are possible, in any order, and knows what must come out."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from ilactl.ledger.entries import Entry

FIRST = date(2026, 1, 1)
COMMANDS = ["grant", "contribute", "convert", "reserve", "reserve", "reserve", "release", "settle", "forfeit"]
COMMANDS += ["return", "expire", "amend", "reclaim", "correct", "recover", "owe", "transfer"]
STEP = st.tuples(
    st.sampled_from(COMMANDS),
    st.integers(0, 30),
    st.integers(0, 2000),
)


@dataclass
class Book:
    """A ledger that takes only entries that are possible."""

    entries: list[Entry] = field(default_factory=list)
    free: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    held: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    paid: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    unit: dict[str, str] = field(default_factory=dict)
    persons: tuple[str, ...] = ("P1",)
    owner: dict[str, str] = field(default_factory=dict)

    class_of: dict[str, str] = field(default_factory=dict)

    def add(
        self,
        kind: str,
        lot: str,
        amount: int,
        unit: str,
        source: str,
        target: str,
        enrolment: str = "",
        **terms: Any,
    ) -> str:
        number = f"E{len(self.entries) + 1}"
        day = FIRST + timedelta(days=len(self.entries))
        if lot:
            class_ = self.class_of[lot]
            source, target = (a.replace(":own", f":{class_}") for a in (source, target))
        terms.setdefault("person", self.owner.get(lot, ""))
        entry = Entry(
            number, day, kind=kind, lot=lot, amount=amount, unit=unit, source=source, target=target,
            enrolment=enrolment, **terms,
        )  # fmt: skip
        self.entries.append(entry)
        return number

    def open(self, kind: str, pick: int, amount: int) -> None:
        unit, class_ = ("EUR", "hour")[pick % 2], ("own", "extra")[pick % 3 % 2]
        source = {"grant": "fund:state", "contribute": "employer:O7", "convert": "conversion"}[kind]
        day = FIRST + timedelta(days=len(self.entries))
        person = self.persons[pick % len(self.persons)]
        mine = [entry.entry for entry in self.entries if entry.person == person]
        lot = self.add(
            kind, "", amount, unit, source, f"wallet:{class_}",
            person=person,
            rule=("", "base@2026-01-01", "base@2027-01-01", "more")[pick % 4],
            expires_on=day + timedelta(days=amount % 40) if amount % 3 == 0 else None,
            usable_from=day + timedelta(days=amount % 9) if amount % 4 == 0 else None,
            never=amount % 3 == 1 and amount % 2 == 0,
            of=mine[pick % len(mine)] if kind == "convert" and mine else "",
        )  # fmt: skip
        self.free[lot], self.unit[lot], self.class_of[lot] = amount, unit, class_
        self.owner[lot] = self.entries[-1].person

    def step(self, kind: str, pick: int, amount: int) -> None:
        if kind in ("grant", "contribute", "convert"):
            self.open(kind, pick, amount)
            return
        lots = list(self.unit)
        if not lots:
            return
        lot, enrolment = lots[pick % len(lots)], f"N{pick % 3}"
        unit, key = self.unit[lot], (lot, enrolment)
        part = lambda room: amount % (room + 1)  # noqa: E731
        if kind == "amend":
            ends = None if amount % 3 == 0 else FIRST + timedelta(days=amount % 60)
            begins = FIRST + timedelta(days=amount % 50) if amount % 5 == 0 else None
            self.add(
                "amend", lot, 0, unit, "", "", expires_on=ends, never=amount % 6 == 0, usable_from=begins
            )
        elif kind == "owe":
            self.add("correct", lot, amount, unit, "owed", "fund:state")
        elif kind in ("reserve", "expire", "correct", "recover", "transfer"):
            size = part(self.free[lot])
            target = {"reserve": "held:own", "expire": "expired", "correct": "fund:state", "recover": "owed",
                      "transfer": "agency:LV"}[kind]  # fmt: skip
            self.add(kind, lot, size, unit, "wallet:own", target, enrolment if kind == "reserve" else "")
            self.free[lot] -= size
            if kind == "reserve":
                self.held[key] += size
        elif kind == "reclaim":
            size = part(self.paid[key])
            self.add(kind, lot, size, unit, "provider:O3", "held:own", enrolment)
            self.paid[key] -= size
            self.held[key] += size
        else:
            size = part(self.held[key])
            target = {
                "release": "wallet:own",
                "settle": "provider:O3",
                "forfeit": "pool",
                "return": "employer:O7",
            }[kind]
            self.add(kind, lot, size, unit, "held:own", target, enrolment)
            self.held[key] -= size
            self.free[lot] += size if kind == "release" else 0
            self.paid[key] += size if kind == "settle" else 0


def book_of(steps: list[tuple[str, int, int]], persons: tuple[str, ...] = ("P1",)) -> Book:
    book = Book(persons=persons)
    for kind, pick, amount in steps:
        book.step(kind, pick, amount)
    return book
