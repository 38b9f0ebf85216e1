"""What is looked up for one and what is read whole for many give the same plans, without an engine."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from ilactl.errors import NotFound
from ilactl.ledger.columns import COURSES, ENROLMENTS, ENTITLEMENTS, PERSONS, RELEVANCE, RUNS
from ilactl.ledger.enrolments import Step
from ilactl.ledger.grammar import Table
from ilactl.rules.ending import plan_step
from ilactl.rules.offer import Ask
from ilactl.rules.spending import plan_offer
from ilactl.rules.spending_source import Lookup, Registers, Whole
from ilactl.rules.step_plan import Happening
from tests.rules.books import Book, row

RULES = """
[[contribution]]
id = "rights"
class = "own"
unit = "EUR"
from = ["funder"]
[[spend]]
id = "training"
unit = "EUR"
classes = ["own"]
[[ending]]
id = "standard"
[[ending.row]]
on = ["completed", "cancelled"]
provider = "0.5"
rest = "pool"
"""
ON = date(2026, 9, 1)
MANY = 40


def _lines(table: Table, rows: list[dict[str, str]]) -> str:
    return "".join(row(table, cells) for cells in rows)


def book_of(folder: Path) -> Book:
    """Forty persons, one of them an alias of another, each with a lot; every second enrolled already."""
    people = [{"person": f"P{i}", "valid_from": "2000-01-01"} for i in range(1, MANY + 1)]
    people.append({"person": "P1", "valid_from": "2001-01-01", "same_as": "P2"})
    since = {"valid_from": "2000-01-01"}
    label = "O3,2000-01-01,provider,Skola,,,,Q,I,,,,,\n"
    course = {"course": "C1", **since, "provider": "O3", "kind": "training", "title": "Welding"}
    course |= {"field": "0715", "price": "100.00", "unit": "EUR"}
    lots, reserved, steps = [], [], []
    for i in range(1, MANY + 1):
        entry = {"entry": f"E{i}", "booked_on": "2026-01-01", "person": f"P{i}", "unit": "EUR"}
        paid_in = {"kind": "contribute", "from": "fund:state", "to": "wallet:own", "rule": "rights"}
        lots.append({**entry, **paid_in, "amount": "150.00", "ref": f"R{i}"})
        if i % 2 == 0:
            name = {"entry": f"E{MANY + i // 2}", "booked_on": "2026-02-01", "enrolment": f"N{i}"}
            held = {"kind": "reserve", "lot": f"E{i}", "from": "wallet:own", "to": "held:own"}
            reserved.append({**entry, **name, **held, "amount": "100.00"})
            step = {"enrolment": f"N{i}", "booked_on": "2026-02-01", "on": "2026-02-01", "person": f"P{i}"}
            step |= {"course": "C1", "run": "R1", "step": "enrolled", "rule": "training", "unit": "EUR"}
            steps.append({**step, "price": "100.00", "own": "0.00", "payee": "provider:O3"})
    return Book.make(
        folder,
        {"scheme.toml": RULES},
        persons=_lines(PERSONS, people),
        organisations=label,
        courses=_lines(COURSES, [course]),
        runs=_lines(RUNS, [{"course": "C1", "run": "R1", **since, "seats": str(MANY // 2 + 1)}]),
        relevance=_lines(RELEVANCE, [{"about": "field:07", **since, "evidence": "list"}]),
        entitlements=_lines(ENTITLEMENTS, [*lots, *reserved]),
        enrolments=_lines(ENROLMENTS, steps),
    )


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Book:
    return book_of(tmp_path_factory.mktemp("spending"))


def all_told(registers: Registers, book: Book) -> list[object]:
    """Every person's offer and step; each offer that can be booked is, so that seats run out."""
    scheme, told = book.scheme(), list[object]()
    for i in range(1, MANY + 1):
        offer = plan_offer(registers, scheme, Ask(f"P{i}", "C1", ON, run="R1"), look_ahead=False)
        told.append((offer.person, [one.reason for one in offer.objections], offer.parts, offer.seats_left))
        for one in registers.enrolments(registers.person(f"P{i}")):
            plan = plan_step(registers, scheme, one, Happening("cancelled", ON, by="holder"))
            told.append((plan.due, plan.fates, plan.rows))
        if offer.can_be_booked:
            name = f"N{100 + i}"
            step = Step(name, ON, offer.person, "C1", "R1", "enrolled", ON, "training", 10000, 0, None, "EUR")
            registers.book(offer.entries(name, 1000 + i), [step._replace(payee="provider:O3")])
    return told


def test_whole_registers_tell_the_same_as_lookups(book: Book) -> None:
    looked_up = all_told(Lookup(book.snapshot()), book)
    assert looked_up == all_told(Whole(book.snapshot()), book)
    persons = [f"P{i}" for i in range(1, MANY + 1)]
    assert looked_up == all_told(Whole(book.snapshot(), persons), book)
    assert looked_up == all_told(Whole(book.snapshot(), ["P1"]), book), "for few it looks up"
    reasons = [told[1] for told in looked_up if len(told) == 4]  # type: ignore[arg-type, index]
    assert sum(1 for one in reasons if not one) == 1, "one seat was left"
    assert ["each of the 21 seats of run R1 of C1 is taken"] in reasons


def test_whole_registers_know_an_alias_and_nobody_else(book: Book) -> None:
    whole = Whole(book.snapshot())
    assert whole.person("P1").person == "P2"
    assert [entry.entry for entry in whole.entries(whole.person("P1"))] == ["E1", "E2", "E41"]
    with pytest.raises(NotFound):
        whole.person("P99")


LONELY = """
import sys
from datetime import date
from pathlib import Path
from ilactl.ledger.snapshot import Snapshot
from ilactl.rules.ending import plan_step
from ilactl.rules.load import load_scheme
from ilactl.rules.offer import Ask
from ilactl.rules.spending import plan_offer
from ilactl.rules.spending_source import Lookup
from ilactl.rules.step_plan import Happening

snapshot = Snapshot.open(Path(sys.argv[1]))
scheme, registers = load_scheme(snapshot), Lookup(snapshot)
offer = plan_offer(registers, scheme, Ask("P3", "C1", date(2026, 9, 1), run="R1"))
assert offer.can_be_booked, offer.objections
one = registers.enrolments(registers.person("P4"))[0]
assert plan_step(registers, scheme, one, Happening("cancelled", date(2026, 9, 1), by="holder")).due == 5000
print([name for name in ("duckdb", "pydantic", "click", "rich", "holidays") if name in sys.modules])
"""


def test_one_person_is_planned_without_an_engine(book: Book) -> None:
    from ilactl.ledger.commit import open_writer
    from ilactl.rules.load import load_scheme
    from tests.rules.books import ACTOR, NOW

    with open_writer(book.root, actor=ACTOR, now=lambda: NOW) as writer:
        load_scheme(writer.snapshot, remember=True)  # the trees are known from now on
    done = subprocess.run(
        [sys.executable, "-c", LONELY, str(book.root)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "[]\n", "")
