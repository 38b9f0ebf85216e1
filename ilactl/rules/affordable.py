"""What a wallet can pay by a day: with what lies in it, and what grant rules will have brought by then.

Somebody who wants a place in a run enrols by its first day, or by the last day of applications: what the
rules bring later does not help. So each run is looked at on the last such day up to the one asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from ilactl.ledger.courses import relevance_for, relevance_on
from ilactl.rules.holder import Holder
from ilactl.rules.objections import OVERDRAWN, WINDOW
from ilactl.rules.offer import Ask
from ilactl.rules.outlook import brought_by
from ilactl.rules.spending import offer_of
from ilactl.rules.spending_source import Lookup

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ilactl.ledger.courses import CourseRow, RelevanceRow, RunRow
    from ilactl.ledger.entries import Entry
    from ilactl.ledger.registers import PersonRecord
    from ilactl.ledger.snapshot import Snapshot
    from ilactl.rules.model import Scheme

__all__ = ["Payment", "WalletAhead"]


class Payment(NamedTuple):
    """What the wallet would pay of a course in a run on a day, and what the person would add."""

    run: RunRow | None
    on: date
    wallet: int
    own: int
    unit: str


class _Registers(Lookup):
    """Reads the evidence of a day once for all courses, and counts what the rules will have brought."""

    def __init__(self, snapshot: Snapshot) -> None:
        super().__init__(snapshot)
        self.ahead: Sequence[Entry] = ()
        self._relevance: dict[date, Mapping[str, tuple[RelevanceRow, ...]]] = {}

    def entries(self, record: PersonRecord) -> list[Entry]:
        """The person's entries, and those ahead."""
        return [*super().entries(record), *self.ahead]

    def in_demand(self, course: CourseRow, on: date) -> bool:
        """Whether evidence holds on the day for the course or its field."""
        if on not in self._relevance:
            self._relevance[on] = relevance_on(self.snapshot, on)
        return bool(relevance_for(self._relevance[on], course))


class WalletAhead:
    """A person's wallet on days to come, facts as they are now."""

    def __init__(self, snapshot: Snapshot, scheme: Scheme, person: str, on: date, by: date) -> None:
        """Between the days `on` and `by`. Raises NotFound for a person who is not there."""
        self.scheme = scheme
        self.on, self.by = on, by
        self.refused: dict[str, set[str]] = {}
        """The courses that something but money speaks against, by what it is."""
        self._registers = _Registers(snapshot)
        self._now = Holder(self._registers, scheme, person, on)
        self._holders: dict[date, Holder] = {}
        self.person = self._now.record.person

    @cached_property
    def _ahead(self) -> list[Entry]:
        return brought_by(self._now, self.on, self.by)

    def payment(self, course: CourseRow, run: RunRow | None) -> Payment | None:
        """What it pays, or None where it cannot pay all that the rules let it pay."""
        day = self._day(run)
        ask = Ask(self.person, course.course, day, run=run.run if run else "")
        offer = offer_of(self._holder(day), ask, course, run)
        against = [one.kind for one in offer.objections if one.kind is not WINDOW]
        if any(kind is not OVERDRAWN for kind in against):
            for kind in against:
                if kind is not OVERDRAWN:
                    self.refused.setdefault(kind.meaning, set()).add(course.course)
            return None
        if against or offer.missing or (offer.price and not offer.from_wallet):
            return None
        return Payment(run, day, offer.from_wallet, offer.own, offer.unit)

    def _day(self, run: RunRow | None) -> date:
        """The last day up to the one asked for on which one can enrol in the run."""
        begun = run is not None and run.starts is not None and run.starts < self.on
        last = (run.apply_until or (run.ends if begun else run.starts or run.ends)) if run else None
        return max(self.on, min(self.by, last)) if last else self.by

    def _holder(self, day: date) -> Holder:
        if day not in self._holders:
            self._registers.ahead = [entry for entry in self._ahead if entry.booked_on <= day]
            self._holders[day] = Holder(self._registers, self.scheme, self.person, day)
        return self._holders[day]

    @property
    def notes(self) -> list[str]:
        """Why courses were left out for which money is not the reason."""
        return [f"{len(left)} left out: {why}" for why, left in sorted(self.refused.items())]
