"""One person as planning sees them: record, wallet as it stands on a day, and the value of expressions.

Spending never turns on whether a run has come: a lot whose end began with its first use ends, and
what a closing would take is closed, on the day itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ilactl.ledger.entries import Entry
from ilactl.ledger.wallets import Lot, wallet_of
from ilactl.rules.facts import Reading
from ilactl.rules.lots_by_law import begin_ends, close_lots, terms_of
from ilactl.rules.rhythm import newest_look
from ilactl.rules.spending_facts import evaluate_spending, values_of
from ilactl.rules.sums import sums_of

if TYPE_CHECKING:
    from ilactl.ledger.enrolments import Enrolment
    from ilactl.ledger.registers import PersonRecord
    from ilactl.rules.circumstances import Circumstances
    from ilactl.rules.expressions import Checked, Outcome
    from ilactl.rules.model import Closing, Scheme
    from ilactl.rules.spending_source import Registers
    from ilactl.rules.values import Value

__all__ = ["Holder"]


class Holder:
    """An account holder on a booking day."""

    def __init__(self, registers: Registers, scheme: Scheme, person: str, day: date) -> None:
        """Reads the record and the entries. Raises NotFound for a person who is not there."""
        self.registers = registers
        self.scheme = scheme
        self.day = day
        self.decider = registers.decider(scheme)
        self.record: PersonRecord = registers.person(person)
        self.entries: list[Entry] = registers.entries(self.record)
        self.enrolments: list[Enrolment] = registers.enrolments(self.record)
        self.reading = Reading(scheme, self.record, sums_of(self.entries), registers.scales)
        self.lots: tuple[Lot, ...] = self._lots()

    def _lots(self) -> tuple[Lot, ...]:
        lots = wallet_of(self.entries).lots
        used = [lot for lot in lots if terms_of(lot, self.scheme).first_use]
        begun = begin_ends(self.day, used, self.entries, self.scheme) if used else []
        return wallet_of([*self.entries, *begun]).lots if begun else lots

    @property
    def scales(self) -> Mapping[str, int]:
        """Decimals of each unit."""
        return self.registers.scales

    @property
    def born(self) -> date | None:
        """The holder's birth date, if it is known."""
        return self.record.birth_date

    def start_of(self, lot: Lot) -> date:
        """The day a lot fell due, or was booked where no rule tells."""
        return self.decider.days.of(lot.rule.partition("@")[0], lot.period, lot.booked_on)

    def ask(self, expression: Checked, day: date, lot: Lot | None = None) -> Outcome:
        """The expression's value with facts as they hold on the day."""
        return self.decider.ask(replace(self.reading, lot=lot), expression, day)

    def worth(self, expression: Checked, circumstances: Circumstances) -> Outcome:
        """The value of an expression of spending."""
        return evaluate_spending(self.reading, circumstances, expression)

    def told(self, circumstances: Circumstances, names: Iterable[str]) -> dict[str, Value | None]:
        """The values of these names, sorted, for explanations."""
        known = self.registers.names(self.scheme)
        return values_of(self.reading, circumstances, (known[name] for name in sorted(names)))

    def closing(self) -> Closing | None:
        """The closing that has closed the whole wallet and still would, if there is one."""
        for closing, day in self._closings():
            whole = not (closing.classes or closing.rules)
            if whole and all(self.ask(closing.when, on).value is True for on in {day, self.day}):
                return closing
        return None

    def closed(self, lots: Sequence[Lot]) -> dict[str, Entry]:
        """For each of these lots that a closing takes, the row by which it goes."""
        found: dict[str, Entry] = {}
        for closing, day in self._closings():
            left = [lot for lot in lots if lot.entry not in found]
            found |= {row.lot: row for row in close_lots(self.day, day, closing, left, self).rows}
        return found

    def _closings(self) -> list[tuple[Closing, date]]:
        """Every closing that has looked by the day, with the newest day on which it looked."""
        looks = ((closing, newest_look(closing.due, self.day)) for closing in self.scheme.closings)
        return [(closing, day) for closing, day in looks if day and closing.in_force(day)]
