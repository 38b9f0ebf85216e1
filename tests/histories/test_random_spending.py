"""A walk at random over all that spending is made of: whatever is asked for, the books hold.

Registers change, people enrol, start, give up and complete, money comes in, ends, is paid and comes
back, and any of it is undone. After so many commands `check --full` finds nothing, no account of a
lot is below zero, and every figure that is told is the sum of rows, added up here by hand.
"""

from __future__ import annotations

import csv
import json
import pwd
import shutil
import tempfile
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest

from tests.conftest import TODAY, Result, call_in_process
from tests.thorough import LONG

FAST = Path("/dev/shm")
STEPS = 10_000 if LONG else 250
IBAN = "LT121000011101001000"
COURSES = ("C1", "C2", "C3")
PERSONS = tuple(f"P{number}" for number in range(1, 9))
SCHEME = """\
[[cap]]
id = "most"
over = ["own"]
unit = "EUR"
limit = "1200.00"
[[grant]]
id = "base"
class = "own"
fund = "fund:state"
unit = "EUR"
every = "year"
due = "01-01"
amount = "500.00"
caps = ["most"]
expires = "20 months"
[[grant]]
id = "voucher"
class = "voucher"
fund = "fund:esf"
unit = "EUR"
every = "enrolment"
when = "course_kind = 'guidance'"
amount = "LEAST(net * 0.3333, 60.00)"
round = "down"
[[contribution]]
id = "employer"
class = "employer"
unit = "EUR"
from = ["employer"]
earmarks = ["kind", "field"]
use_by = "allowed"
expires = "10 months"
unused = "funder"
[[contribution]]
id = "cash"
class = "cash"
unit = "EUR"
from = ["own"]
[[spend]]
id = "training"
unit = "EUR"
kinds = ["training"]
classes = ["employer", "own"]
from_wallet = "LEAST(net - 10.00, wallet)"
own_class = "cash"
refuse = [{ when = "enrolments_open >= 4", why = "four enrolments are open" }]
[[spend]]
id = "guidance"
unit = "EUR"
kinds = ["guidance"]
classes = ["voucher", "own"]
order = ["expiry", "age"]
payee = "own"
[[ending]]
id = "standard"
grace = "30 days"
spends = ["training"]
[[ending.row]]
on = "started"
when = "hours > 100"
provider = "0.3"
rest = "held"
[[ending.row]]
on = "cancelled"
when = "force_majeure"
provider = "elapsed"
rest = "wallet"
rest_of = { employer = "funder", cash = "own" }
[[ending.row]]
on = "cancelled"
when = "NOT started AND cancelled_by <> 'provider' AND days_to_start <= 14"
provider = "0.05"
rest = "pool"
rest_of = { cash = "wallet" }
[[ending.row]]
on = "cancelled"
when = "NOT started OR cancelled_by = 'provider'"
provider = "0"
rest = "wallet"
[[ending.row]]
on = "cancelled"
provider = "GREATEST(0.3, COALESCE(attendance, 0))"
rest = "pool"
[[ending.row]]
on = "completed"
when = "COALESCE(attendance, 1) >= 0.8"
provider = "0.7"
rest = "held"
[[ending.row]]
on = "completed"
provider = "GREATEST(0.3, attendance)"
rest = "wallet"
[[ending.row]]
on = "certified"
provider = "1"
rest = "pool"
[[ending]]
id = "plain"
spends = ["guidance"]
[[ending.row]]
on = "cancelled"
provider = "0"
rest = "wallet"
[[ending.row]]
on = "completed"
provider = "COALESCE(attendance, 1)"
rest = "funder"
"""
WALK = {
    "contribute": 6, "topup": 2, "expire": 3, "course": 2, "run": 4, "provider": 1, "enrol": 16, "start": 9,
    "attend": 6, "complete": 9, "certify": 4, "cancel": 8, "move": 4, "reclaim": 2, "decline": 2, "settle": 4,
    "undo": 7, "undo the rest": 3, "merge": 1, "part": 1, "correct": 1,
}  # fmt: skip
"""The commands, each with how often it comes."""
REFUSED = (0, 2, 3, 65, 66)
"""What a command may end with that asks for what cannot be."""


class Walk:
    """A small ledger, a day that only goes on, and the dice."""

    def __init__(self, root: Path, seed: int) -> None:
        self.root = root
        self.rng = Random(seed)
        self.day = date(2026, 1, 2)
        self.seen: Counter[str] = Counter()
        self.number = 0
        self("init", root).ok()
        (root / "rules/scheme.toml").write_text(SCHEME)
        begun = ("--from", "2025-01-01")
        label = ("--quality-label", "EQAVET", "--iban", IBAN)
        self("organisation", "add", "--id", "O1", "--kind", "employer", "--name", "Works", *begun).ok()
        self(
            "organisation", "add", "--id", "O3", "--kind", "provider", "--name", "School", *label, *begun
        ).ok()
        kinds = ("training", "training", "guidance")
        for course, kind, price, hours in zip(COURSES, kinds, (400, 150, 90), (120, 40, 3), strict=True):
            what = ("--provider", "O3", "--kind", kind, "--title", course, "--field", "0715")
            worth = ("--price", f"{price}.01", "--hours", hours)
            self("course", "add", "--id", course, *what, *worth, *begun).ok()
        self("course", "relevance", "add", "field:07", "--evidence", "list", *begun).ok()
        for person in PERSONS:
            self("person", "add", "--id", person, "--birth-date", "1980-05-01", *begun).ok()
        for course in COURSES:
            self.run_in(course)
        self("topup", *self.on()).ok()

    def __call__(self, *words: object) -> Result:
        """One command line in the ledger."""
        ledger = () if words[0] == "init" else ("--ledger", str(self.root))
        return call_in_process(tuple(str(word) for word in (*words, *ledger)), None, None, None, TODAY)

    def on(self) -> tuple[object, ...]:
        return ("--on", self.day, "--yes")

    def next(self) -> int:
        self.number += 1
        return self.number

    def rows(self, file: str) -> list[dict[str, str]]:
        with (self.root / file).open(encoding="utf-8", newline="") as text:
            return list(csv.DictReader(text))

    def run_in(self, course: str) -> Result:
        """A run that begins soon."""
        starts = self.day + timedelta(days=self.rng.randrange(10, 60))
        when = ("--starts", starts, "--ends", starts + timedelta(days=self.rng.randrange(1, 90)))
        more = ("--seats", self.rng.randrange(1, 4)) if self.rng.random() < 0.5 else ()
        price = ("--price", f"{self.rng.randrange(50, 500)}.50") if self.rng.random() < 0.3 else ()
        return self(
            "course", "run", "add", course, "--id", f"R{self.next()}", *when, *more, *price, *self.on()[:2]
        )

    def step(self) -> None:
        """One command: it is done, or refused."""
        self.day += timedelta(days=self.rng.choice([0, 0, 0, 0, 0, 1, 2, 12]))
        name = self.rng.choices(list(WALK), list(WALK.values()))[0]
        done = getattr(self, name.replace(" ", "_"))()
        assert done.code in REFUSED, f"{name}: exit {done.code}\n{done.out}{done.err}"
        self.seen[f"{name} {done.code == 0}"] += 1

    # ---- money in and out by time ---------------------------------------------------------------

    def contribute(self) -> Result:
        amount, person = f"{self.rng.randrange(1, 30000) / 100:.2f}", self.rng.choice(PERSONS)
        earmark = self.rng.choice([(), (), ("--earmark", "kind:training"), ("--earmark", "field:07")])
        until = ("--use-by", self.day + timedelta(days=self.rng.randrange(1, 200)))
        more = (*earmark, *(until if self.rng.random() < 0.4 else ()))
        paid = (person, amount, "--from", "O1", "--ref", f"PAY-{self.next()}", *more)
        return self("contribution", "add", *paid, *self.on()[:2])

    def topup(self) -> Result:
        return self("topup", *self.on())

    def correct(self) -> Result:
        return self("topup", "--correct", "--why", "late facts", *self.on())

    def expire(self) -> Result:
        return self("expire", *self.on())

    def settle(self) -> Result:
        return self("settle", *self.on())

    # ---- registers ------------------------------------------------------------------------------

    def course(self) -> Result:
        course = self.rng.choice(COURSES)
        return self(
            "course", "update", course, "--price", f"{self.rng.randrange(20, 500)}.99", *self.on()[:2]
        )

    def run(self) -> Result:
        return self.run_in(self.rng.choice(COURSES))

    def provider(self) -> Result:
        what = ("--suspend", "an audit") if self.rng.random() < 0.2 else ("--lift-suspension",)
        return self("organisation", "update", "O3", *what, *self.on()[:2])

    def merge(self) -> Result:
        return self("person", "merge", "P8", "--into", "P7", "--why", "one person", *self.on())

    def part(self) -> Result:
        return self("person", "merge", "P8", "--end", "--why", "two persons", *self.on())

    # ---- enrolments -----------------------------------------------------------------------------

    def enrol(self) -> Result:
        course = self.rng.choice(COURSES)
        runs = [row for row in self.rows("runs.csv") if row["course"] == course]
        soon = [row for row in runs if row["starts"] > str(self.day)]
        what = f"{course}/{self.rng.choice(soon if soon and self.rng.random() < 0.9 else runs)['run']}"
        return self("enrol", self.rng.choice(PERSONS), what, "--consent", "signed", *self.on())

    def one(self, *last: str) -> str:
        """An enrolment, most often one whose last step is one of these."""
        standing: dict[str, list[str]] = {}
        for row in self.rows("enrolments.csv"):
            steps = standing.setdefault(row["enrolment"], [])
            if row["step"] == "undone":
                steps.pop()
            else:
                steps.append(row["step"])
        names = [name for name, steps in standing.items() if steps and steps[-1] in last]
        if names and self.rng.random() < 0.9:
            return self.rng.choice(names)
        return self.rng.choice(list(standing)[-30:] or ["N1"])

    def start(self) -> Result:
        return self("enrolment", "start", self.one("enrolled", "moved"), *self.on()[:2])

    def attend(self) -> Result:
        return self(
            "enrolment",
            "attend",
            self.one("started", "attended"),
            "--share",
            self.rng.choice((0.1, 0.5, 0.9)),
            *self.on()[:2],
        )

    def complete(self) -> Result:
        share = ("--attendance", self.rng.choice((0, 0.4, 0.85, 1))) if self.rng.random() < 0.7 else ()
        return self("enrolment", "complete", self.one("started", "attended"), *share, *self.on()[:2])

    def certify(self) -> Result:
        return self("enrolment", "certify", self.one("completed"), *self.on()[:2])

    def cancel(self) -> Result:
        by = ("--by", self.rng.choice(("holder", "provider", "agency")), "--reason", "other")
        more = ("--force-majeure",) if self.rng.random() < 0.3 else ()
        return self(
            "enrolment",
            "cancel",
            self.one("enrolled", "moved", "started", "attended"),
            *by,
            *more,
            *self.on(),
        )

    def move(self) -> Result:
        run = self.rng.choice(self.rows("runs.csv")[-6:])["run"]
        return self("enrolment", "move", self.one("enrolled"), run, *self.on())

    def reclaim(self) -> Result:
        amount = ("--amount", f"{self.rng.randrange(1, 9000) / 100:.2f}") if self.rng.random() < 0.5 else ()
        return self(
            "enrolment",
            "reclaim",
            self.one("completed", "certified"),
            *amount,
            "--ref",
            f"CLAIM-{self.next()}",
            *self.on(),
        )

    def decline(self) -> Result:
        return self("enrolment", "decline", self.rng.choice(PERSONS), "--reason", "time", *self.on()[:2])

    def undo(self, *more: str) -> Result:
        lines = enumerate((self.root / "commits.jsonl").read_bytes().splitlines(), 1)
        any_ = self.rng.random() < 0.1
        booked = [seq for seq, line in lines if any_ or b'"path":"en' in line]
        seq = booked[-1 - min(len(booked) - 1, int(self.rng.expovariate(0.3)))]
        return self("undo", seq, "--why", "a mistake", *more, *self.on())

    def undo_the_rest(self) -> Result:
        return self.undo("--except-spent")


@pytest.fixture
def walk(monkeypatch: pytest.MonkeyPatch) -> Any:
    folder = Path(tempfile.mkdtemp(dir=FAST if FAST.is_dir() else None))
    found = Walk(folder / "ledger", 7)
    with monkeypatch.context() as other:  # nobody confirms an account of their own
        other.setattr(pwd, "getpwuid", lambda _: SimpleNamespace(pw_name="somebody-else"))
        found("organisation", "confirm", "O3", "--iban", *found.on()).ok()
    yield found
    shutil.rmtree(folder)


def by_hand(walk: Walk) -> tuple[Counter[tuple[str, str]], Counter[str]]:
    """What wallet and held of each lot come to, and what is held for each enrolment; none below zero."""
    sums: Counter[tuple[str, str]] = Counter()
    held: Counter[str] = Counter()
    for row in walk.rows("entitlements.csv"):
        for end, sign in (("from", -1), ("to", 1)):
            account, amount = row[end].partition(":")[0], int(Decimal(row["amount"]) * 100)
            if account in ("wallet", "held"):
                sums[row["lot"] or row["entry"], account] += sign * amount
                assert sums[row["lot"] or row["entry"], account] >= 0, row
            if account == "held":
                held[row["enrolment"]] += sign * amount
                assert held[row["enrolment"]] >= 0, row
    return sums, held


def look(walk: Walk) -> None:
    """All that must hold now."""
    checked = walk("check", "--full")
    assert checked.code == 0, checked.out + checked.err
    sums, held = by_hand(walk)
    told = json.loads(walk("balance", "--by", "unit", "-O", "json").ok().out)["rows"]
    [row] = [row for row in told if row["unit"] == "EUR"]
    for name, account in (("balance", "wallet"), ("reserved", "held")):
        assert int(Decimal(row[name]) * 100) == sum(n for (_, of), n in sums.items() if of == account)
    assert sum(held.values()) == sum(n for (_, of), n in sums.items() if of == "held")
    for enrolment, amount in list(held.items())[-20:]:
        shown = json.loads(walk("enrolment", "show", enrolment, "-O", "json").ok().out)
        assert int(sum(Decimal(lot["held"]) for lot in shown["lots"]) * 100) == amount, enrolment


def test_whatever_is_asked_for_the_books_hold(walk: Walk) -> None:
    for number in range(1, STEPS + 1):
        walk.step()
        if number % (STEPS // 5) == 0:
            look(walk)
    done = {name.rpartition(" ")[0] for name in walk.seen if name.endswith("True")}
    assert done >= {"enrol", "start", "complete", "cancel", "settle", "undo", "contribute", "run"}
    kinds = {row["kind"] for row in walk.rows("entitlements.csv")}
    assert kinds >= {"grant", "contribute", "reserve", "release", "settle", "forfeit", "correct"}
