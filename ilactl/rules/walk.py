"""One person's walk through the steps of a run: what each books, seeing what earlier ones booked.

Pure: the same wallet, facts and rules give the same rows. A row that a step books is counted at once,
so that the next step finds it as if booked; its entry number comes when the plan is appended.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct, field
from msgspec.structs import replace

from ilactl.ledger.entries import Entry
from ilactl.ledger.registers import PersonRecord
from ilactl.ledger.wallets import Lot, Wallet, wallet_of
from ilactl.rules.decision import Decision, Verdict, entry_of
from ilactl.rules.due import versions_of
from ilactl.rules.facts import Reading
from ilactl.rules.grants import Decider
from ilactl.rules.lots_by_law import (
    Moves,
    amend_lots,
    begin_ends,
    close_lots,
    convert_lots,
    end_lots,
    recover,
)
from ilactl.rules.model import Amend, Closing, Convert, Scheme
from ilactl.rules.passes import EXPIRE, GRANT, RECOVER, Place, Step, daily_steps, grant_step
from ilactl.rules.periods import Occasion, contribution_occasion
from ilactl.rules.sums import Sums, sums_of
from ilactl.rules.values import Value

if TYPE_CHECKING:
    from ilactl.rules.expressions import Checked, Outcome

__all__ = ["Booking", "Unmoved", "Walk", "Walker"]


class Booking(NamedTuple):
    """A row that a run books, with its place. Entry numbers of the run itself stand as `*1`, `*2`."""

    place: Place
    row: Entry


class Unmoved(NamedTuple):
    """A law or a closing that could not be decided for want of facts."""

    place: Place
    missing: tuple[str, ...]


class Walk(Struct):
    """What became of one person: decisions about grants, what was left undecided, the rows in order."""

    person: str
    decisions: list[Decision] = field(default_factory=list)
    unmoved: list[Unmoved] = field(default_factory=list)
    bookings: list[Booking] = field(default_factory=list)


class Walker:
    """Leads one person after another through a run's steps."""

    def __init__(
        self,
        scheme: Scheme,
        scales: Mapping[str, int],
        on: date,
        steps: tuple[Step, ...],
        *,
        rules: Sequence[str] = (),
        matching: bool = True,
        trace: bool = False,
    ) -> None:
        """`matching`: look for contributions to match, by these rules or any. `trace` explains."""
        self.scheme = scheme
        self.scales = scales
        self.on = on
        self.steps = steps
        self.decider = Decider(scheme, scales, trace=trace)
        self.laws = [law for law in scheme.laws if law.on <= on]
        by_id = versions_of(scheme).values() if matching else ()
        self.matching = [v for v in by_id if v[0].matches and (not rules or v[0].id in rules)]
        self.grants = tuple(step for step in steps if step.place.pass_ == GRANT)
        opening = [rule.terms for rule in scheme.grants]
        opening += [rule.terms for rule in scheme.contributions.values()]
        self.first_use = any(terms.first_use for terms in opening)
        self.moves_all = bool(self.laws or scheme.closings) or self.first_use
        self.grants_end = any(_may_end(step.what, on) for step in self.grants)

    def walk(
        self,
        record: PersonRecord,
        entries: list[Entry],
        *,
        assumed: Mapping[str, Value] | None = None,
        barred: frozenset[tuple[str, str]] = frozenset(),
    ) -> Walk:
        """The whole walk of one person. `barred` are keys (rule, period) that a budget refused."""
        sums = sums_of(entries)
        paid = {entry.entry: entry for entry in self._unmatched(entries)} if self.matching else {}
        state = _State(self, record, entries, sums, assumed)
        for step in self._steps(sums, paid):
            if step.place.pass_ != GRANT:
                state.move(step)
                continue
            assert isinstance(step.what, Occasion)
            if (step.place.rule, step.place.period) in barred:
                state.done.decisions.append(Decision(record.person, step.what, Verdict.REFUSED))
            else:
                state.grant(step.place, step.what, paid.get(step.place.period))
        return state.done

    def _steps(self, sums: Sums, paid: Mapping[str, Entry]) -> Iterable[Step]:
        """The steps that can matter to this person, those of their contributions among them."""
        own = [step for entry in paid.values() for step in self._matches(entry, sums)]
        ends = self.grants_end or (sums.ends is not None and sums.ends < self.on)
        if not (self.moves_all or ends or any(sums.owed.values())):
            steps = self.grants
        else:
            steps = self.steps
            days = {step.place.day for step in own} - {step.place.day for step in steps}
            own += [step for day in sorted(days) for step in daily_steps(self.laws, day)]
        return sorted((*steps, *own), key=lambda step: step.place) if own else steps

    def _unmatched(self, entries: Sequence[Entry]) -> Iterator[Entry]:
        """Contributions that stand."""
        back = {entry.of for entry in entries if entry.kind == "correct" and entry.due is None}
        for entry in entries:
            if entry.kind == "contribute" and entry.booked_on <= self.on and entry.entry not in back:
                yield entry

    def _matches(self, entry: Entry, sums: Sums) -> Iterator[Step]:
        """The occasions that a contribution gives and that are not granted yet."""
        for versions in self.matching:
            if entry.target[7:] in versions[0].matches:
                occasion = contribution_occasion(versions, entry.entry, entry.booked_on)
                if occasion and not sums.taken(occasion.grant.id, occasion.period):
                    yield grant_step(occasion)


class _State:
    """The wallet while the walk goes on."""

    def __init__(
        self,
        walker: Walker,
        record: PersonRecord,
        entries: list[Entry],
        sums: Sums,
        assumed: Mapping[str, Value] | None,
    ) -> None:
        self.walker = walker
        self.entries = list(entries)
        self.wallet: Wallet | None = None
        self.reading = Reading(walker.scheme, record, sums, walker.scales, assumed)
        self.done = Walk(record.person)

    def grant(self, place: Place, occasion: Occasion, paid: Entry | None) -> None:
        """Decide an occasion, and book it where it is granted."""
        walker, reading = self.walker, self.reading
        if paid is not None:
            reading = replace(reading, paid=Fraction(paid.amount, 10 ** walker.scales[paid.unit]))
        decision = walker.decider.decide(reading, occasion)
        if paid is not None:
            decision = replace(decision, of=paid.entry)
        self.done.decisions.append(decision)
        if decision.verdict is Verdict.GRANTED:
            self._book(place, entry_of(decision, walker.on, self._next))

    def move(self, step: Step) -> None:
        """A law, an expiry, a recovery or a closing."""
        on, day, law = self.walker.on, step.place.day, step.what
        scheme, asker = self.walker.scheme, self
        moves = Moves([], [])
        if step.place.kind == RECOVER:
            moves = Moves(recover(on, self.lots, self.reading.sums.owed), [])
        elif step.place.kind == EXPIRE:
            self.book(step.place, begin_ends(on, self.lots, self.entries, scheme))
            moves = Moves(end_lots(on, day, self.lots, scheme), [])
        elif isinstance(law, Amend):
            moves = amend_lots(on, law, self.lots, self.entries, asker)
        elif isinstance(law, Convert):
            moves = convert_lots(on, law, self.lots, asker)
        elif isinstance(law, Closing):
            moves = close_lots(on, day, law, self.lots, asker)
        self.book(step.place, moves.rows)
        if moves.missing:
            self.done.unmoved.append(Unmoved(step.place, tuple(moves.missing)))

    @property
    def scales(self) -> Mapping[str, int]:
        """Decimals of each unit."""
        return self.walker.scales

    @property
    def born(self) -> date | None:
        """The holder's birth date, if it is known."""
        return self.reading.record.birth_date

    def start_of(self, lot: Lot) -> date:
        """The day a lot fell due, or was booked where no rule tells."""
        return self.walker.decider.days.of(lot.rule.partition("@")[0], lot.period, lot.booked_on)

    def ask(self, expression: Checked, day: date, lot: Lot | None = None) -> Outcome:
        """The expression's value with facts as they hold on the day."""
        return self.walker.decider.ask(replace(self.reading, lot=lot), expression, day)

    @property
    def lots(self) -> tuple[Lot, ...]:
        """The lots as they stand at this step."""
        if self.wallet is None:
            self.wallet = wallet_of(self.entries)
        return self.wallet.lots

    def book(self, place: Place, rows: Iterable[Entry]) -> None:
        """Count rows as if booked, each under a number of its own."""
        for row in rows:
            self._book(place, row._replace(entry=self._next))

    @property
    def _next(self) -> str:
        return f"*{len(self.done.bookings) + 1}"

    def _book(self, place: Place, row: Entry) -> None:
        self.entries.append(row)
        self.reading.sums.add(row)
        self.done.bookings.append(Booking(place, row))
        self.wallet = None


def _may_end(occasion: object, on: date) -> bool:
    """Whether a lot that the occasion gives may be past its end on the day of the run."""
    assert isinstance(occasion, Occasion)
    terms = occasion.grant.terms
    if not terms.expires:
        return False
    end = None if terms.of_birth else terms.expires_on(occasion.due_on, None)
    return terms.of_birth or (end is not None and end < on)
