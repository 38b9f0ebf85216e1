"""What happens to lots that are there: they end, a law gives them new terms or another unit, a wallet closes.

Each gives rows to book for one person, on the day of the run. `ask` evaluates a rule's expression for
that person and, where it speaks of a lot, for that lot; an unknown fact leaves the lot as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple, Protocol

from ilactl.ledger.entries import Entry
from ilactl.ledger.wallets import Lot
from ilactl.money import round_to, split
from ilactl.rules.terms import NO_TERMS, later_by

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ilactl.rules.expressions import Checked, Outcome
    from ilactl.rules.model import Amend, Chosen, Closing, Convert, Scheme
    from ilactl.rules.terms import LotTerms

__all__ = [
    "Asker",
    "Moves",
    "amend_lots",
    "begin_ends",
    "close_lots",
    "convert_lots",
    "end_lots",
    "ends_of_use",
    "recover",
    "terms_of",
    "unused_account",
]


class Asker(Protocol):
    """Evaluates a rule's expressions for one person."""

    @property
    def scales(self) -> Mapping[str, int]:
        """Decimals of each unit."""

    @property
    def born(self) -> date | None:
        """The holder's birth date, if it is known."""

    def start_of(self, lot: Lot) -> date:
        """The day a lot fell due, or was booked where no rule tells."""

    def ask(self, expression: Checked, day: date, lot: Lot | None = None) -> Outcome:
        """The expression's value with facts as they hold on the day."""


class Moves(NamedTuple):
    """Rows to book, and the facts for want of which something was left undecided."""

    rows: list[Entry]
    missing: list[str]


def end_lots(on: date, day: date, lots: Iterable[Lot], scheme: Scheme) -> list[Entry]:
    """What is left of lots whose last day has passed by `day` goes where their rule says."""
    return [
        _leave(on, lot, unused_account(terms_of(lot, scheme).unused, lot))
        for lot in lots
        if lot.balance > 0 and lot.expires_on is not None and lot.expires_on < day
    ]


def terms_of(lot: Lot, scheme: Scheme) -> LotTerms:
    """The terms of the rule that opened a lot."""
    terms: LotTerms = getattr(scheme.rule(lot.rule), "terms", NO_TERMS)
    return terms


def unused_account(unused: str, lot: Lot) -> str:
    """The account that takes what is left of a lot; what no funder can be told of goes to the pool."""
    if unused != "funder":
        return unused
    return "pool" if lot.funder == "conversion" else lot.funder


def _leave(on: date, lot: Lot, to: str, rule: str = "") -> Entry:
    return _row(on, "expire", lot, lot.balance, f"wallet:{lot.class_}", to, rule)


def _row(on: date, kind: str, lot: Lot, amount: int, source: str, target: str, rule: str = "") -> Entry:
    """A row that draws on a lot bears the id the lot was booked for: an alias can end again."""
    return Entry("", on, lot.person, kind, lot.entry, amount, lot.unit, source, target, rule=rule)


def begin_ends(on: date, lots: Iterable[Lot], entries: Sequence[Entry], scheme: Scheme) -> list[Entry]:
    """Lots whose end runs from their first use get it once they were used.

    What was undone was no use. An end that was given after the use, such as an ending's grace, stays.
    """
    amends = {entry.entry for entry in entries if entry.kind == "amend"}
    undone = {e.of for e in entries if e.kind == "correct" or (e.kind == "amend" and e.of in amends)}
    rows = []
    for lot in lots:
        if not (term := terms_of(lot, scheme).first_use):
            continue
        own = [e for e in entries if e.lot == lot.entry and e.entry not in undone and e.of not in amends]
        at = next((i for i, entry in enumerate(own) if entry.kind == "reserve"), None)
        if at is None or any(e.kind == "amend" and (e.never or e.expires_on) for e in own[at:]):
            continue
        end = later_by(term, own[at].booked_on)
        ends = min(end, lot.expires_on) if lot.expires_on else end
        rows.append(_amendment(on, lot, lot.rule)._replace(expires_on=ends, of=own[at].entry))
    return rows


def ends_of_use(on: date, lots: Iterable[Lot], entries: Sequence[Entry], scheme: Scheme) -> dict[str, date]:
    """Of lots that are used on the day for the first time: the last day each has from then on."""
    fresh = [lot for lot in lots if terms_of(lot, scheme).first_use]
    uses = [_row(on, "reserve", lot, 0, "", "")._replace(entry=f"+{lot.entry}") for lot in fresh]
    begun = begin_ends(on, fresh, [*entries, *uses], scheme) if uses else []
    return {row.lot: row.expires_on for row in begun if row.expires_on and row.of == f"+{row.lot}"}


def _chosen(law: Chosen, lots: Iterable[Lot], asker: Asker, day: date) -> tuple[list[Lot], list[str]]:
    """The lots a rule is about, and what is missing to tell of others."""
    found: list[Lot] = []
    missing: list[str] = []
    for lot in lots:
        if law.classes and lot.class_ not in law.classes:
            continue
        if law.rules and lot.rule.partition("@")[0] not in law.rules:
            continue
        holds = asker.ask(law.when, day, lot)
        if holds.value is None:
            missing += holds.notes or holds.missing
        elif holds.value:
            found.append(lot)
    return found, list(dict.fromkeys(missing))


def close_lots(on: date, day: date, closing: Closing, lots: Sequence[Lot], asker: Asker) -> Moves:
    """A closed wallet keeps nothing but what is reserved, and what came after the day it was looked at."""
    there = [lot for lot in lots if lot.balance > 0 and asker.start_of(lot) <= day]
    chosen, missing = _chosen(closing, there, asker, day)
    rows = [_leave(on, lot, unused_account(closing.unused, lot), closing.version) for lot in chosen]
    return Moves(rows, missing)


def amend_lots(on: date, law: Amend, lots: Sequence[Lot], entries: Sequence[Entry], asker: Asker) -> Moves:
    """New terms for lots that there were on the law's day, each once.

    With `revive` what has expired of them comes back first.
    """
    done = {entry.lot for entry in entries if entry.kind == "amend" and entry.rule == law.version}
    there = [lot for lot in lots if lot.entry not in done and asker.start_of(lot) <= law.on]
    back = {lot.entry: _expired(lot, entries) if law.revive else [] for lot in there}
    living = [lot for lot in there if lot.balance > 0 or lot.held > 0 or back[lot.entry]]
    chosen, missing = _chosen(law, living, asker, law.on)
    if chosen and law.terms.of_birth and asker.born is None:
        return Moves([], [*missing, "birth_date"])
    rows: list[Entry] = []
    for lot in chosen:
        for gone in back[lot.entry]:
            row = _row(on, "correct", lot, gone.amount, gone.target, gone.source, law.version)
            rows.append(row._replace(of=gone.entry))
        rows.append(_new_terms(on, law, lot, asker.born))
    return Moves(rows, missing)


def _new_terms(on: date, law: Amend, lot: Lot, born: date | None) -> Entry:
    terms, never = law.terms, any(term.kind == "never" for term in law.terms.expires)
    return _amendment(on, lot, law.version)._replace(
        usable_from=terms.usable_from(law.on),
        expires_on=None if never else terms.expires_on(law.on, born),
        never=never,
    )


def _amendment(on: date, lot: Lot, rule: str) -> Entry:
    """A row that moves nothing and gives a lot new terms."""
    return _row(on, "amend", lot, 0, "", "", rule)


def _expired(lot: Lot, entries: Sequence[Entry]) -> list[Entry]:
    """What has expired of a lot and was not brought back."""
    back = {entry.of for entry in entries if entry.kind == "correct"}
    gone = [entry for entry in entries if entry.kind == "expire" and entry.lot == lot.entry]
    return [entry for entry in gone if entry.entry not in back]


def convert_lots(on: date, law: Convert, lots: Sequence[Lot], asker: Asker) -> Moves:
    """Lots of one class become lots of another. Their sum is rounded once, then shared out over them."""
    there = [lot for lot in lots if lot.balance > 0 and lot.class_ != law.class_]
    chosen, missing = _chosen(law, there, asker, law.on)
    if not chosen:
        return Moves([], missing)
    if law.terms.of_birth and asker.born is None:
        return Moves([], [*missing, "birth_date"])
    assert law.rate is not None
    rate = asker.ask(law.rate, law.on)
    if rate.value is None:
        return Moves([], [*missing, *(rate.notes or rate.missing)])
    assert isinstance(rate.value, Fraction)
    rows = []
    for unit in dict.fromkeys(lot.unit for lot in chosen):
        alike = [lot for lot in chosen if lot.unit == unit]
        whole = sum(lot.balance for lot in alike) * rate.value / 10 ** asker.scales[unit]
        minor = round_to(whole, asker.scales[law.unit], law.round)
        for lot, amount in zip(alike, split(minor, [lot.balance for lot in alike]), strict=True):
            rows += _conversion(on, law, lot, amount, asker.born)
    return Moves(rows, missing)


def _conversion(on: date, law: Convert, lot: Lot, amount: int, born: date | None) -> list[Entry]:
    """The old lot goes out, the new one stems from it; it keeps its terms unless the law gives others."""
    terms = law.terms
    never = any(term.kind == "never" for term in terms.expires)
    out = _row(on, "convert", lot, lot.balance, f"wallet:{lot.class_}", "conversion", law.version)
    into = Entry(
        "",
        on,
        lot.person,
        "convert",
        "",
        amount,
        law.unit,
        "conversion",
        f"wallet:{law.class_}",
        usable_from=terms.usable_from(law.on) or lot.usable_from,
        expires_on=None if never else terms.expires_on(law.on, born) or lot.expires_on,
        never=never,
        earmark=lot.earmark,
        rule=law.version,
        period=lot.period,
        of=lot.entry,
    )
    return [out, into]


def recover(on: date, lots: Iterable[Lot], owed: Mapping[str, int]) -> list[Entry]:
    """What is owed is paid from what public funds gave, from the lots that end first before the others."""
    rows = []
    for unit, debt in sorted(owed.items()):
        bearing = [
            lot for lot in lots if lot.unit == unit and lot.balance > 0 and lot.funder.startswith("fund:")
        ]
        for lot in sorted(bearing, key=lambda lot: lot.expires_on or date.max):
            if (part := min(debt, lot.balance)) > 0:
                debt -= part
                rows.append(_row(on, "recover", lot, part, f"wallet:{lot.class_}", "owed"))
    return rows
