"""What one person's entries add up to, by class of lots: balances, grants, keys taken.

A balance is a sum, never stored. `ilactl/rules/batch.py` says the same in SQL; a property test
holds the two together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from ilactl.dates import Span
from ilactl.ledger.entries import Entry

__all__ = ["Sums", "sums_of"]


@dataclass(slots=True)
class Sums:
    """Running sums of one person, in smallest parts. A plan adds to them as if booked."""

    balance: Counter[str] = field(default_factory=Counter)
    held: Counter[str] = field(default_factory=Counter)
    granted: Counter[tuple[str, str]] = field(default_factory=Counter)
    contributed: list[tuple[str, date, int]] = field(default_factory=list)
    keys: Counter[tuple[str, str]] = field(default_factory=Counter)

    def granted_ever(self, class_: str) -> int:
        """All grants to the class less what was taken back."""
        return sum(amount for (c, _), amount in self.granted.items() if c == class_)

    def contributed_in(self, class_: str, span: Span | None) -> int:
        """Contributions to the class booked in the span, or ever."""
        return sum(n for c, day, n in self.contributed if c == class_ and (span is None or day in span))

    def taken(self, rule: str, period: str) -> bool:
        """Whether the grant's key is taken: grants minus reversals is one."""
        return self.keys[rule, period] > 0

    def add_grant(self, rule: str, class_: str, period: str, amount: int) -> None:
        """Count a planned grant as if it were booked."""
        self.balance[class_] += amount
        self.granted[class_, period] += amount
        self.keys[rule, period] += 1


def sums_of(entries: Iterable[Entry]) -> Sums:
    """The sums of one person's entries."""
    sums = Sums()
    days: dict[str, date] = {}
    for entry in entries:
        into, out_of = _wallet(entry.target), _wallet(entry.source)
        if into:
            sums.balance[into] += entry.amount
        if out_of:
            sums.balance[out_of] -= entry.amount
        if entry.target.startswith("held:"):
            sums.held[entry.target[5:]] += entry.amount
        if entry.source.startswith("held:"):
            sums.held[entry.source[5:]] -= entry.amount
        _count(sums, entry, into, out_of)
        if entry.kind in ("contribute", "correct"):
            _count_paid(sums, entry, into, out_of, days)
    return sums


def _count_paid(sums: Sums, entry: Entry, into: str, out_of: str, days: dict[str, date]) -> None:
    """Contributions by day. What takes one back counts on its day, so that a year's sum is right again."""
    paid_in = into and _contributor(entry.source)
    if not paid_in and not (out_of and _contributor(entry.target)):
        return
    day = entry.booked_on
    if entry.kind == "contribute":
        days[entry.entry] = day
    elif entry.of in days:
        days[entry.entry] = day = days[entry.of]
    sums.contributed.append((into, day, entry.amount) if paid_in else (out_of, day, -entry.amount))


def _count(sums: Sums, entry: Entry, into: str, out_of: str) -> None:
    if entry.kind in ("grant", "correct"):
        rule = entry.rule.partition("@")[0]
        given = into and entry.source.startswith("fund:")
        taken_back = out_of and entry.target.startswith("fund:")
        if entry.kind == "grant":
            sums.keys[rule, entry.period] += 1
        elif entry.due is None and rule:
            # The reversal of a whole grant frees its key, and the reversal of that takes it again.
            sums.keys[rule, entry.period] += 1 if given else -1 if taken_back else 0
        # A fund's contribution has no period and is no grant, nor is what takes it back.
        if given and (entry.kind == "grant" or entry.period):
            sums.granted[into, entry.period] += entry.amount
        elif taken_back and (entry.kind == "grant" or entry.period):
            sums.granted[out_of, entry.period] -= entry.amount


def _wallet(account: str) -> str:
    return account[7:] if account.startswith("wallet:") else ""


def _contributor(account: str) -> bool:
    return account == "own" or account.startswith(("employer:", "service:", "provider:"))
