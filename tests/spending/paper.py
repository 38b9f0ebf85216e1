"""A ledger on paper: registers and rows as values, planned and booked in memory, for tests of spending."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

from ilactl.errors import NotFound
from ilactl.ledger.courses import CourseRow, RunRow
from ilactl.ledger.enrolments import Enrolment, Step
from ilactl.ledger.entries import Entry
from ilactl.ledger.organisations import Provider
from ilactl.ledger.registers import PersonRecord
from ilactl.ledger.wallets import Lot, wallet_of
from ilactl.rules.budgets import Spending
from ilactl.rules.ending import plan_step
from ilactl.rules.held import held_of
from ilactl.rules.model import Scheme
from ilactl.rules.moving import plan_move
from ilactl.rules.offer import Ask, Offer
from ilactl.rules.reclaim import plan_reclaim
from ilactl.rules.shares import Borne, borne_by
from ilactl.rules.spending import plan_offer
from ilactl.rules.spending_source import Registers
from ilactl.rules.step_plan import Happening, StepPlan
from tests.spending.pieces import GOOD, MANIFEST, cents, course_row, day, person_record


@dataclass
class Booked:
    """What a test booked, for looking at afterwards."""

    entries: list[Entry]
    steps: list[Step]


class Paper(Registers):
    """Registers of values. Everything that is `book`ed is the ledger."""

    def __init__(
        self,
        scheme: Scheme,
        *,
        persons: Iterable[PersonRecord] = (),
        courses: Iterable[CourseRow] = (),
        runs: Iterable[RunRow] = (),
        providers: Iterable[Provider] = (),
        demand: bool = True,
    ) -> None:
        super().__init__(SimpleNamespace(manifest=MANIFEST))  # type: ignore[arg-type]
        self.scheme = scheme
        self.persons = {one.person: one for one in persons or [person_record()]}
        self.courses = {one.course: one for one in courses or [course_row()]}
        self.runs = {(one.course, one.run): one for one in runs}
        self.providers = {one.organisation: one for one in providers or [GOOD]}
        self.demand = demand
        self._spent = Spending()
        self.booked = Booked([], [])

    # ---- the registers --------------------------------------------------------------------------

    def person(self, person: str) -> PersonRecord:
        if person not in self.persons:
            raise NotFound(what=f"person {person}")
        return self.persons[person]

    def course(self, course: str, on: date) -> CourseRow:
        if course not in self.courses:
            raise NotFound(what=f"course {course}")
        return self.courses[course]

    def run(self, course: str, run: str, on: date) -> RunRow:
        if (course, run) not in self.runs:
            raise NotFound(what=f"run {run}")
        return self.runs[course, run]

    def runs_in(self, course: str, on: date) -> tuple[RunRow, ...]:
        return tuple(run for (of, _), run in self.runs.items() if of == course)

    def provider(self, organisation: str, on: date) -> Provider:
        return self.providers.get(organisation, Provider(organisation))

    def in_demand(self, course: CourseRow, on: date) -> bool:
        return self.demand

    def seats_taken(self, course: str, run: str) -> int:
        there = [one for record in self.persons.values() for one in self.enrolments(record)]
        return sum(
            1 for e in there if (e.course, e.run) == (course, run) and e.state not in ("cancelled", "void")
        )

    def _read_entries(self, record: PersonRecord) -> Sequence[Entry]:
        return []

    def _read_enrolments(self, record: PersonRecord) -> Sequence[Enrolment]:
        return []

    # ---- what happens -----------------------------------------------------------------------------

    @property
    def next_entry(self) -> int:
        return len(self.booked.entries) + 1

    def add(self, entries: Iterable[Entry], steps: Iterable[Step] = ()) -> None:
        """Book rows."""
        rows, done = list(entries), list(steps)
        self.booked.entries += rows
        self.booked.steps += done
        self.book(rows, done)

    def lot(
        self,
        amount: str,
        class_: str = "own",
        source: str = "fund:cdc",
        on: str = "2026-06-15",
        unit: str = "EUR",
        person: str = "P1",
        **terms: Any,
    ) -> str:
        """A lot that came in; its entry."""
        name = f"E{self.next_entry}"
        kind = "grant" if source.startswith("fund:") else "contribute"
        for key in ("expires_on", "usable_from"):
            if isinstance(terms.get(key), str):
                terms[key] = day(terms[key])
        scale = MANIFEST.units[unit].scale
        amount_ = cents(amount, scale)
        row = Entry(name, day(on), person, kind, "", amount_, unit, source, f"wallet:{class_}", **terms)
        self.add([row])
        return name

    def offer(self, course: str = "C1", on: str = "2026-09-01", person: str = "P1", **said: Any) -> Offer:
        if isinstance(said.get("prepaid"), str):
            said["prepaid"] = cents(said["prepaid"])
        look_ahead = said.pop("look_ahead", True)
        return plan_offer(self, self.scheme, Ask(person, course, day(on), **said), look_ahead=look_ahead)

    def enrol(self, name: str = "N9", **asked: Any) -> Enrolment:
        """Enrol; nothing speaks against it."""
        offer = self.offer(**asked)
        assert offer.can_be_booked, offer.objections
        return self.take(offer, name)

    def take(self, offer: Offer, name: str) -> Enrolment:
        """Book an offer."""
        step = Step(
            enrolment=name,
            booked_on=offer.ask.booking_day,
            person=offer.person,
            course=offer.ask.course,
            run=offer.ask.run,
            step="enrolled",
            on=offer.ask.on,
            rule=offer.rule,
            price=offer.price,
            own=offer.own,
            unit=offer.unit,
            payee=offer.payee,
        )
        self.add(offer.entries(name, self.next_entry), [step])
        return self.state(name)

    def state(self, name: str = "N9") -> Enrolment:
        there = [one for record in self.persons.values() for one in self.enrolments(record)]
        return next(one for one in there if one.id == name)

    def plan(self, step: str, on: str, name: str = "N9", **said: Any) -> StepPlan:
        if isinstance(said.get("attendance"), str):
            said["attendance"] = Fraction(said["attendance"])
        return plan_step(self, self.scheme, self.state(name), Happening(step, day(on), **said))

    def step(self, step: str, on: str, name: str = "N9", **said: Any) -> StepPlan:
        """Record a step; nothing speaks against it."""
        plan = self.plan(step, on, name, **said)
        assert plan.can_be_booked, plan.objections
        return self.record(plan)

    def record(self, plan: StepPlan, run: str = "") -> StepPlan:
        """Book a step's plan."""
        one, happening = self.state(plan.enrolment), plan.happening
        step = Step(
            enrolment=one.id,
            booked_on=happening.booking_day,
            person=one.person,
            course=one.course,
            run=run or one.run,
            step=happening.step,
            on=happening.on,
            rule=plan.rule,
            price=plan.price,
            own=plan.own,
            due=plan.due,
            unit=one.unit,
            share=happening.attendance,
            by=happening.by,
        )
        self.add(plan.entries(self.next_entry), [step])
        return plan

    def move(self, run: str, on: str, name: str = "N9") -> StepPlan:
        plan = plan_move(self, self.scheme, self.state(name), run, day(on))
        assert plan.can_be_booked, plan.objections
        return self.record(plan, run)

    def settle(self, on: str, name: str = "N9", ref: str = "") -> int:
        """Pay what is due and was not paid, split over the lots as a settlement does."""
        one = self.state(name)
        lots = wallet_of(self.booked.entries).lots
        parts = held_of(self.booked.entries, lots, name)
        paid = sum(part.paid for part in parts)
        left = (one.due or 0) - paid
        if left <= 0:
            return 0
        rows = []
        lots_ = [Borne(part.reserved, part.paid, part.held, self._given(part.lot)) for part in parts]
        for part, pays in zip(parts, borne_by(paid + left, lots_), strict=True):
            if pays:
                lot, at = part.lot, f"E{self.next_entry + len(rows)}"
                moved = f"held:{lot.class_}", one.payee
                row = Entry(at, day(on), lot.person, "settle", lot.entry, pays, lot.unit, *moved)
                rows.append(row._replace(enrolment=name, ref=ref))
        self.add(rows)
        return left

    def _given(self, lot: Lot) -> bool:
        grant = self.scheme.grant(lot.rule) if lot.enrolment else None
        return grant is not None and grant.at == "completed"

    def reclaim(self, amount: str | None, on: str, name: str = "N9", ref: str = "") -> StepPlan:
        wanted = None if amount is None else cents(amount)
        plan = plan_reclaim(self, self.scheme, self.state(name), wanted, day(on), ref=ref)
        assert plan.can_be_booked, plan.objections
        return self.record(plan)

    # ---- what is there ----------------------------------------------------------------------------

    def balances(self) -> dict[str, tuple[str, str]]:
        """Balance and held of each lot, as text."""
        lots = wallet_of(self.booked.entries).lots
        return {lot.entry: (_text(lot.balance), _text(lot.held)) for lot in lots}

    def totals(self) -> dict[str, str]:
        """What went to each account that is none of the wallet's, less what came back from it."""
        sums: dict[str, int] = {}
        for row in self.booked.entries:
            if row.target and not row.target.startswith(("wallet:", "held:")):
                sums[row.target] = sums.get(row.target, 0) + row.amount
            if row.kind == "reclaim":
                sums[row.source] = sums.get(row.source, 0) - row.amount
        return {account: _text(amount) for account, amount in sums.items()}


def _text(amount: int) -> str:
    return f"{amount // 100}.{amount % 100:02}"
