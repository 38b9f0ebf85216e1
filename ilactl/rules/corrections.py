"""What would come out differently today: a wallet replayed with today's facts, and the rows to correct it.

The person's entries are walked in the order they were booked. Contributions and spending stay as they
were; each grant is decided anew at its place, with that period's rules and the caps as they then had
room, so that a smaller grant in one year gives back what a cap cut in another. Periods that others
were granted and this person was not come in on their due dates. The differences are booked on the
lots they belong to; what a lot cannot bear becomes owed, and is recovered from what is left.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction

from msgspec import Struct, field
from msgspec.structs import replace

from ilactl.ledger.entries import Entry, lot_of
from ilactl.ledger.registers import PersonRecord
from ilactl.rules.correction_rows import CorrectionRows, Difference
from ilactl.rules.decision import Decision, Verdict, entry_of
from ilactl.rules.due import versions_of
from ilactl.rules.facts import Reading
from ilactl.rules.grants import Decider
from ilactl.rules.lots_by_law import end_lots, recover
from ilactl.rules.model import Scheme
from ilactl.rules.periods import Occasion, contribution_occasion, last_occasion, named_occasion
from ilactl.rules.sums import Sums

__all__ = ["Corrector", "Difference", "Review"]


class Review(Struct):
    """A person's differences, what could not be decided again, and the rows that put it right."""

    person: str
    differences: list[Difference] = field(default_factory=list)
    undecided: list[Decision] = field(default_factory=list)
    rows: list[Entry] = field(default_factory=list)


class Corrector:
    """Replays one person after another."""

    def __init__(
        self,
        scheme: Scheme,
        scales: Mapping[str, int],
        on: date,
        granted: Mapping[str, Iterable[str]],
        *,
        trace: bool = False,
    ) -> None:
        """`granted` are the periods under which each rule was ever granted to anybody."""
        self.scheme = scheme
        self.on = on
        self.decider = Decider(scheme, scales, trace=trace)
        self.versions = versions_of(scheme)
        newest = [last_occasion(versions, on) for versions in self.versions.values()]
        skipped = {(o.grant.id, o.period) for o in newest if o}
        occasions = [
            occasion
            for rule, versions in self.versions.items()
            for period in sorted(granted.get(rule, ()))
            if (rule, period) not in skipped and not versions[0].true_up
            if (occasion := named_occasion(versions, period, on))
        ]
        self.older = sorted(occasions, key=lambda occasion: occasion.sort_key)

    def review(self, record: PersonRecord, entries: Sequence[Entry]) -> Review:
        """What is different, and the rows that correct it, numbered `*1`, `*2` in their order."""
        replay = _Replay(self, record, entries)
        review = Review(record.person, replay.differences(), replay.undecided)
        if review.differences:
            review.rows = self.rows(entries, review.differences)
        return review

    def occasion(self, grant: Entry, paid: Mapping[str, Entry]) -> Occasion | None:
        """The occasion a booked grant has under today's rules."""
        versions = self.versions.get(grant.rule.partition("@")[0])
        if versions and versions[0].every == "contribution":
            contribution = paid.get(grant.period)
            return (
                contribution_occasion(versions, grant.period, contribution.booked_on)
                if contribution
                else None
            )
        return named_occasion(versions, grant.period, self.on) if versions else None

    def decides(self, rule: str) -> bool:
        """Whether the scheme has the rule and can decide it again; what an enrolment brought stays."""
        versions = self.versions.get(rule.partition("@")[0])
        return versions is not None and versions[0].every != "enrolment"

    def rows(self, entries: Sequence[Entry], differences: Sequence[Difference]) -> list[Entry]:
        """The rows that book these differences, numbered `*1`, `*2` in their order."""
        book = CorrectionRows(self.on, entries)
        for difference in differences:
            if not difference.entry:
                assert difference.decision is not None
                book.add(entry_of(difference.decision, self.on))
            elif difference.credited > difference.booked:
                book.give(difference)
            else:
                book.take_back(difference)
        for row in end_lots(self.on, self.on, book.lots, self.scheme):
            book.add(row)
        for row in recover(self.on, book.lots, book.owed):
            book.add(row)
        return book.rows


class _Replay:
    """One wallet walked again. Grants are decided anew, everything else happens as it did."""

    def __init__(self, corrector: Corrector, record: PersonRecord, entries: Sequence[Entry]) -> None:
        self.corrector = corrector
        self.sums = Sums()
        self.reading = Reading(corrector.scheme, record, self.sums, corrector.decider.scales)
        self.found: list[Difference] = []
        self.undecided: list[Decision] = []
        self.grants = {entry.entry: entry for entry in entries if entry.kind == "grant"}
        self.net, self.keys = _as_booked(entries, self.grants)
        self.paid = {entry.entry: entry for entry in entries if entry.kind == "contribute"}
        self.left: Counter[str] = Counter()
        self.seen = {(g.rule.partition("@")[0], g.period) for g in self.grants.values()}
        older = [o for o in corrector.older if (o.grant.id, o.period) not in self.seen]
        for entry in entries:
            while older and older[0].due_on < entry.booked_on:
                self._missing(older.pop(0))
            self._event(entry)
        for occasion in older:
            self._missing(occasion)

    def differences(self) -> list[Difference]:
        """What came out otherwise, in the order of the walk."""
        return self.found

    def _event(self, entry: Entry) -> None:
        if entry.entry in self.grants:
            if self.keys[entry.entry] > 0:
                self._grant(entry)
            return
        adjusts = entry.kind == "correct" and entry.period and entry.lot in self.grants
        if adjusts or entry.kind == "recover":
            return  # an earlier correction: what it did is decided anew
        if entry.kind == "expire" and entry.lot in self.grants:
            entry = entry._replace(amount=max(0, self.left[entry.lot]))
        self._count(entry)

    def _grant(self, entry: Entry) -> None:
        """A booked grant at its place: decided anew, or left alone where it cannot be."""
        booked, rule = self.net[entry.entry], entry.rule
        occasion = self.corrector.occasion(entry, self.paid)
        if occasion is None and not self.corrector.decides(rule):
            self._count(entry._replace(amount=booked))
            return
        decision = self._decide(occasion, entry) if occasion else None
        if decision and decision.verdict is Verdict.UNDECIDED:
            self.undecided.append(decision)
            self._count(entry._replace(amount=booked))
            return
        granted = decision is not None and decision.verdict is Verdict.GRANTED
        credited, due = (decision.credited, decision.due) if decision and granted else (0, 0)
        if granted and occasion:
            rule = occasion.grant.version
        if credited != booked:
            difference = Difference(
                self.reading.record.person,
                rule,
                entry.period,
                entry.unit,
                entry.entry,
                booked,
                credited,
                due,
                decision,
            )
            self.found.append(difference)
        if granted:
            self._count(entry._replace(amount=credited, due=due if due != credited else None))

    def _missing(self, occasion: Occasion) -> None:
        """A period that others were granted: due to this person too, as facts are known today.

        Only somebody of whom the register says something on that day can have missed it.
        """
        if not any(row.valid_from <= occasion.facts_on for row in self.reading.record.states):
            return
        decision = self._decide(occasion, None)
        if decision.verdict is not Verdict.GRANTED:
            return
        grant = occasion.grant
        self.found.append(
            Difference(
                decision.person,
                grant.version,
                occasion.period,
                grant.unit,
                "",
                0,
                decision.credited,
                decision.due,
                decision,
            )
        )
        self._count(entry_of(decision, occasion.due_on, f"*{grant.id}/{occasion.period}"))

    def _decide(self, occasion: Occasion, entry: Entry | None) -> Decision:
        reading = self.reading
        if entry is not None and occasion.grant.matches:
            contribution = self.paid[entry.period]
            scale = self.corrector.decider.scales[contribution.unit]
            reading = replace(reading, paid=Fraction(contribution.amount, 10**scale))
        return self.corrector.decider.decide(reading, occasion)

    def _count(self, entry: Entry) -> None:
        self.sums.add(entry)
        lot = lot_of(entry)
        if entry.target.startswith("wallet:"):
            self.left[lot] += entry.amount
        if entry.source.startswith("wallet:"):
            self.left[lot] -= entry.amount


def _as_booked(entries: Sequence[Entry], grants: Mapping[str, Entry]) -> tuple[Counter[str], Counter[str]]:
    """What each grant comes to with its corrections, and whether its key is taken (1) or free (0)."""
    net, keys = Counter[str](), Counter[str]()
    for entry in entries:
        if entry.entry in grants:
            net[entry.entry] += entry.amount
            keys[entry.entry] += 1
        elif entry.kind == "correct" and entry.lot in grants and entry.period:
            sign = 1 if entry.source.startswith("fund:") else -1 if entry.target.startswith("fund:") else 0
            net[entry.lot] += sign * entry.amount
            keys[entry.lot] += sign if entry.due is None else 0
    return net, keys
