"""What one person's entries add up to, by class of lots: balances, grants, keys taken.

A balance is a sum, never stored. `ilactl/rules/batch.py` says the same in SQL; a property test
holds the two together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date

from msgspec import Struct, field

from ilactl.dates import Span
from ilactl.ledger.entries import Entry

__all__ = ["Sums", "sums_of"]


class Sums(Struct):
    """Running sums of one person, in smallest parts. A plan adds its rows to them as if booked."""

    balance: Counter[str] = field(default_factory=Counter)
    held: Counter[str] = field(default_factory=Counter)
    granted: Counter[tuple[str, str]] = field(default_factory=Counter)
    given: list[tuple[str, str, str, date, int]] = field(default_factory=list)
    """Every grant and what was taken back of it: class, rule, period, booked on, amount."""
    contributed: list[tuple[str, date, int]] = field(default_factory=list)
    keys: Counter[tuple[str, str]] = field(default_factory=Counter)
    owed: Counter[str] = field(default_factory=Counter)
    """What the holder owes, by unit."""
    dues: Dues = field(default_factory=lambda: Dues())
    ends: date | None = None
    """The first day on which some lot may have to expire; amendments are not looked into."""
    _days: dict[str, date] = field(default_factory=dict)
    _lots: dict[str, tuple[str, str]] = field(default_factory=dict)
    _left: Counter[str] = field(default_factory=Counter)
    _drawn: dict[str, date] = field(default_factory=dict)
    _moved_in: dict[str, tuple[str, str, str, int]] = field(default_factory=dict)

    def granted_ever(self, class_: str) -> int:
        """All grants to the class less what was taken back."""
        return sum(amount for (c, _), amount in self.granted.items() if c == class_)

    def contributed_in(self, class_: str, span: Span | None) -> int:
        """Contributions to the class booked in the span, or ever."""
        return sum(n for c, day, n in self.contributed if c == class_ and (span is None or day in span))

    def taken(self, rule: str, period: str) -> bool:
        """Whether the grant's key is taken: grants minus reversals is one."""
        return self.keys[rule, period] > 0

    def taken_after(self, rule: str, day: date) -> bool:
        """Whether the rule, whose periods are days, has granted for a later day than this."""
        since = day.isoformat()
        return any(n > 0 and r == rule and period > since for (r, period), n in self.keys.items())

    def exhausted_on(self, rule: str) -> date | None:
        """The day on which the last cent that the rule ever granted was gone; None while some is left."""
        return self._drawn.get(rule) if self._left[rule] == 0 else None

    def add(self, entry: Entry) -> None:
        """Count one more entry, booked or planned."""
        into, out_of = _wallet(entry.target), _wallet(entry.source)
        if into:
            self.balance[into] += entry.amount
        if out_of:
            self.balance[out_of] -= entry.amount
        if entry.target.startswith("held:"):
            self.held[entry.target[5:]] += entry.amount
        if entry.source.startswith("held:"):
            self.held[entry.source[5:]] -= entry.amount
        if entry.source == "owed":
            self.owed[entry.unit] += entry.amount
        elif entry.target == "owed":
            self.owed[entry.unit] -= entry.amount
        if entry.expires_on and (self.ends is None or entry.expires_on < self.ends):
            self.ends = entry.expires_on
        if entry.kind in ("grant", "correct"):
            self._add_grant(entry, into, out_of)
        if entry.period and entry.kind in ("return", "correct"):
            self._add_returned(entry)
        if (lot := entry.lot or entry.entry) in self._lots:
            self._draw(entry, self._lots[lot][0], into, out_of)
        if entry.kind in ("contribute", "correct"):
            self._add_paid(entry, into, out_of)
        if entry.source.startswith("agency:") or entry.target.startswith("agency:"):
            self._add_moved_in(entry)

    def _add_moved_in(self, entry: Entry) -> None:
        """A lot that another agency granted takes its key here, unless it was granted here before.

        What was granted there counts, whatever of it is left.
        """
        rule, back = entry.rule.partition("@")[0], self._moved_in.get(entry.of)
        if entry.kind == "transfer" and entry.period and entry.target.startswith("wallet:"):
            if self.keys[rule, entry.period] > 0:
                return
            amount = entry.amount if entry.due is None else entry.due
            self._moved_in[entry.entry] = entry.target[7:], rule, entry.period, amount
            self._take(entry.target[7:], rule, entry, amount, 1)
        elif entry.kind == "correct" and back is not None:
            self._moved_in.pop(entry.of)
            self._take(back[0], back[1], entry, -back[3], -1)

    def _take(self, class_: str, rule: str, entry: Entry, amount: int, keys: int) -> None:
        self.keys[rule, entry.period] += keys
        self.granted[class_, entry.period] += amount
        self.given.append((class_, rule, entry.period, entry.booked_on, amount))

    def _add_returned(self, entry: Entry) -> None:
        """An enrolment's own grant that went back to its fund out of what was held was never given.

        Such a return alone bears the grant's period. What takes the return back counts again.
        """
        rule = entry.rule.partition("@")[0]
        if entry.source.startswith("held:") and entry.target.startswith("fund:"):
            class_, amount = entry.source[5:], -entry.amount
        elif entry.source.startswith("fund:") and entry.target.startswith("held:"):
            class_, amount = entry.target[5:], entry.amount
        else:
            return
        self.granted[class_, entry.period] += amount
        self.given.append((class_, rule, entry.period, entry.booked_on, amount))

    def _add_paid(self, entry: Entry, into: str, out_of: str) -> None:
        """Contributions by day. What takes one back counts on its day: a year's sum is right again."""
        paid_in = into and _contributor(entry.source)
        if not paid_in and not (out_of and _contributor(entry.target)):
            return
        day = entry.booked_on
        if entry.kind == "contribute":
            self._days[entry.entry] = day
        elif entry.of in self._days:
            self._days[entry.entry] = day = self._days[entry.of]
        self.contributed.append((into, day, entry.amount) if paid_in else (out_of, day, -entry.amount))

    def _draw(self, entry: Entry, rule: str, into: str, out_of: str) -> None:
        """What is left of all that a rule gave, reserved or not, and when some of it last went."""
        into = into or ("held" if entry.target.startswith("held:") else "")
        out_of = out_of or ("held" if entry.source.startswith("held:") else "")
        if bool(into) != bool(out_of):
            self._left[rule] += entry.amount if into else -entry.amount
            self._drawn[rule] = entry.booked_on

    def _add_grant(self, entry: Entry, into: str, out_of: str) -> None:
        rule = entry.rule.partition("@")[0]
        given = into and entry.source.startswith("fund:")
        taken_back = out_of and entry.target.startswith("fund:")
        if entry.kind == "grant":
            self.keys[rule, entry.period] += 1
            self._lots[entry.entry] = rule, into
        elif "owed" in (entry.source, entry.target) and entry.lot in self._lots:
            # What the wallet could not bear was taken back all the same.
            given, taken_back = entry.target == "owed", entry.source == "owed"
            into = out_of = self._lots[entry.lot][1]
        if entry.kind == "correct" and entry.due is None and rule:
            # The reversal of a whole grant frees its key, and the reversal of that takes it again.
            self.keys[rule, entry.period] += 1 if given else -1 if taken_back else 0
        # A fund's contribution has no period and is no grant, nor is what takes it back.
        if entry.kind == "grant" or entry.period:
            class_ = into if given else out_of if taken_back else ""
            if class_:
                amount = entry.amount if given else -entry.amount
                self.granted[class_, entry.period] += amount
                self.given.append((class_, rule, entry.period, entry.booked_on, amount))
            self.dues.add(entry, rule)


class Dues(Struct):
    """What was due under each key before caps: of a grant, or of the correction that names it."""

    by_key: Counter[tuple[str, str]] = field(default_factory=Counter)
    first: dict[tuple[str, str], str] = field(default_factory=dict)
    """The entry that opened the first lot under each key."""
    _of: dict[str, int] = field(default_factory=dict)
    _grant: dict[str, tuple[str, int]] = field(default_factory=dict)

    def add(self, entry: Entry, rule: str) -> None:
        """A grant is due what it says; a correction with a `due` says it anew, a reversal ends it."""
        key = rule, entry.period
        if entry.kind == "grant":
            due = entry.amount if entry.due is None else entry.due
            self.first.setdefault(key, entry.entry)
            self._set(key, entry.entry, due)
        elif entry.of in self._of:
            self._grant[entry.entry] = entry.of, self._of[entry.of]
            self._set(key, entry.of, entry.due or 0)
        elif entry.of in self._grant:  # the correction itself is taken back
            grant, before = self._grant[entry.of]
            self._grant[entry.entry] = grant, self._of[grant]
            self._set(key, grant, before)

    def _set(self, key: tuple[str, str], entry: str, due: int) -> None:
        self.by_key[key] += due - self._of.get(entry, 0)
        self._of[entry] = due


def sums_of(entries: Iterable[Entry]) -> Sums:
    """The sums of one person's entries."""
    sums = Sums()
    for entry in entries:
        sums.add(entry)
    return sums


def _wallet(account: str) -> str:
    return account[7:] if account.startswith("wallet:") else ""


def _contributor(account: str) -> bool:
    return account == "own" or account.startswith(("employer:", "service:", "provider:"))
