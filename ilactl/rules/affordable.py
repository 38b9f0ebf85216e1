"""What a wallet can pay by a day: with what lies in it, and what grant rules will have brought by then."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ilactl.ledger.courses import CourseRow, RunRow
    from ilactl.ledger.snapshot import Snapshot
    from ilactl.rules.model import Scheme

__all__ = ["Payment", "Purse", "purse_of"]


class Payment(NamedTuple):
    """What the wallet would pay of a course in a run, and what the person would add."""

    run: RunRow | None
    wallet: int
    own: int
    unit: str


class Purse:
    """A person's wallet on a day to come."""

    person: str
    by: date
    notes: list[str]

    def payment(self, course: CourseRow, run: RunRow | None) -> Payment | None:
        """What it pays, or None where it cannot pay all that the rules let it pay."""
        raise NotImplementedError


def purse_of(snapshot: Snapshot, scheme: Scheme, person: str, on: date, by: date) -> Purse:
    """The wallet by that day, facts as they are. Raises NotFound."""
    raise NotImplementedError
