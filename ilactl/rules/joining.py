"""Two ids that are one person: the alias that joins them, and what the joined wallet has too much of.

No entry moves: every reader maps ids, so the alias can end again. What the two were granted is tested
again as one wallet, year by year through the caps; only what joining them changes is corrected.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from msgspec import Struct

from ilactl.errors import Refused
from ilactl.ledger.columns import PERSONS
from ilactl.ledger.entries import Entry, entries_of
from ilactl.ledger.registers import PersonRecord, person_record, states_of
from ilactl.rules.correction_rows import Difference
from ilactl.rules.corrections import Corrector
from ilactl.rules.model import Scheme
from ilactl.rules.plan import scales_of
from ilactl.rules.review import granted_periods, rows_of

if TYPE_CHECKING:
    from ilactl.ledger.snapshot import Snapshot
    from ilactl.rules.plan_rows import ListedRows

__all__ = ["Join", "plan_join", "plan_parting"]


class Join(Struct, frozen=True):
    """An alias to begin or to end, and the corrections that go with it.

    `alias` is the row of persons.csv; () where there is nothing to do. `duplicate` and `person` are
    the two as they stand before; their `entries` are those of all their ids.
    """

    on: date
    duplicate: PersonRecord
    person: PersonRecord
    entries: tuple[tuple[Entry, ...], tuple[Entry, ...]]
    alias: tuple[str, ...]
    differences: tuple[Difference, ...]
    rows: ListedRows

    @property
    def begins(self) -> bool:
        """Whether the alias begins; else it ends, or there is nothing to do."""
        return bool(self.alias) and self.alias[PERSONS.index("same_as")] != ""

    def same_as(self, other: Join) -> bool:
        """Whether both would write the same."""
        return (self.alias, self.rows.fingerprint()) == (other.alias, other.rows.fingerprint())


def plan_join(snapshot: Snapshot, scheme: Scheme, duplicate: str, person: str, on: date) -> Join:
    """Take `duplicate` for `person` from now on.

    Raises NotFound for an id that is nobody's, Refused for one that cannot be joined.
    """
    one, other = person_record(snapshot, duplicate), person_record(snapshot, person)
    if duplicate == person:
        raise Refused(reason=f"{person} cannot be merged into itself", hint="name two ids")
    if one.person == other.person:
        return _nothing(on, one, other)
    if one.person != duplicate:
        hint = f"merge {one.person}, or end the alias first: ilactl person merge {duplicate} --end --why TEXT"
        raise Refused(reason=f"{duplicate} is an alias of {one.person}", hint=hint)
    if other.person != person:
        hint = f"give --into {other.person}"
        raise Refused(reason=f"{person} is an alias of {other.person}", hint=hint)
    theirs = tuple(entries_of(snapshot, one.person)), tuple(entries_of(snapshot, other.person))
    joined = other._replace(
        ids=(other.person, *sorted({*other.ids, *one.ids, one.person} - {other.person})),
        figures=tuple(sorted((*other.figures, *one.figures), key=lambda figure: figure.offset)),
    )
    entries = sorted((*theirs[0], *theirs[1]), key=lambda entry: entry.offset)
    corrector = Corrector(scheme, scales_of(snapshot), on, granted_periods(snapshot))
    before = [corrector.review(record, list(own)) for record, own in zip((one, other), theirs, strict=True)]
    known = {_what(difference) for review in before for difference in review.differences}
    caused = [d for d in corrector.review(joined, entries).differences if _what(d) not in known]
    rows = corrector.rows(entries, caused) if caused else []
    alias = _row(one, on, same_as=other.person)
    return Join(on, one, other, theirs, alias, tuple(caused), rows_of(on, {other.person: rows}))


def _what(difference: Difference) -> tuple[str, str, str, int]:
    rule = difference.rule.partition("@")[0]
    return difference.entry, rule, difference.period, difference.credited


def plan_parting(snapshot: Snapshot, duplicate: str, on: date) -> Join:
    """End an alias: the id stands for itself again. Corrections are left to `topup --review`."""
    own = person_record(snapshot, duplicate)
    entries: tuple[Entry, ...] = tuple(entries_of(snapshot, own.person))
    if own.person == duplicate:
        return _nothing(on, own, own)
    alias = _row(own._replace(states=states_of(snapshot, duplicate)), on, same_as="")
    return Join(on, own, own, (entries, entries), alias, (), rows_of(on, {}))


def _row(record: PersonRecord, on: date, *, same_as: str) -> tuple[str, ...]:
    """The id's newest row, with the alias or without: what else it says holds again when the alias ends."""
    newest = record.states[-1]
    day = max(on, newest.valid_from).isoformat()
    cells = {**newest.cells, "valid_from": day, "same_as": same_as}
    return tuple(cells[name] for name in PERSONS.names)


def _nothing(on: date, one: PersonRecord, other: PersonRecord) -> Join:
    return Join(on, one, other, ((), ()), (), (), rows_of(on, {}))
