"""Where the value of a name came from: the file and line that put it there, or the scheme's default.

The readings are those of `facts.py`; this only says which rows they read.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from msgspec import Struct

from ilactl.ledger.lookup import line_of
from ilactl.rules.facts import Reading, figure_rows, state_rows, window_of
from ilactl.rules.model import FactSpec
from ilactl.rules.names import NameSpec
from ilactl.rules.periods import Occasion

if TYPE_CHECKING:
    from ilactl.ledger.snapshot import Snapshot

__all__ = ["Origin", "origin_of"]

ADOPTED = " (taken in from an edited file)"


class Origin(Struct, frozen=True):
    """`said` is for people; `places` are `file:line` with the commit that brought the row."""

    said: str
    places: tuple[tuple[str, int, int], ...] = ()
    """file, line, commit."""


def origin_of(snapshot: Snapshot, reading: Reading, occasion: Occasion, spec: NameSpec) -> Origin:
    """Where the value of a name came from for this person and occasion."""
    if spec.family == "state":
        return _state(snapshot, reading, occasion, spec)
    if spec.family == "figure":
        return _figure(snapshot, reading, occasion, spec)
    if spec.family == "value":
        return Origin(f"dated value of the scheme, on {occasion.facts_on}")
    if spec.family == "paid":
        return Origin(f"the contribution {occasion.period}")
    if spec.family == "sum":
        return Origin("sum of the entries before this one")
    if spec.of == "period_year":
        return Origin(f"the period {occasion.period}")
    rows = reading.record.identity_states
    if not rows or not rows[-1].cells.get("birth_date"):
        return Origin("no birth date is recorded")
    return _at(snapshot, "birth date", rows[-1].file, rows[-1].offset)


def _at(snapshot: Snapshot, said: str, file: str, *offsets: int) -> Origin:
    places = []
    for offset in offsets:
        line = line_of(snapshot, file, offset)
        record = snapshot.commit_of(file, offset)
        places.append((file, line, record.seq))
        if record.adopted(file) and not said.endswith(ADOPTED):
            said += ADOPTED
    return Origin(said, tuple(places))


def _state(snapshot: Snapshot, reading: Reading, occasion: Occasion, spec: NameSpec) -> Origin:
    fact = reading.scheme.facts[spec.of]
    rows = state_rows(reading.record, fact)
    if spec.moment == "ever":
        window = window_of(occasion)
        day, told = window.last, f"on any day from {window.first} to {window.last}"
    else:
        day = _day(occasion, spec.moment)
        told = f"on {day}"
    held = [row for row in rows if row.valid_from <= day]
    if not held:
        return Origin(f"no row holds {told}{_default(fact)}")
    row = held[-1]
    if not (row.cells.get(fact.name, "") or row.facts.get(fact.name, "")):
        return _at(snapshot, f"not recorded {told}{_default(fact)}", row.file, row.offset)
    return _at(snapshot, f"{told}, from {row.valid_from}", row.file, row.offset)


def _day(occasion: Occasion, moment: str) -> date:
    if moment == "at_start":
        return occasion.span.first
    return window_of(occasion).last if moment == "at_end" else occasion.facts_on


def _default(fact: FactSpec) -> str:
    return "; the scheme's default" if fact.default is not None else ""


def _figure(snapshot: Snapshot, reading: Reading, occasion: Occasion, spec: NameSpec) -> Origin:
    rows = figure_rows(reading.record, spec.of, occasion.span)
    fact = reading.scheme.facts[spec.of]
    if not rows:
        return Origin(f"none recorded for {occasion.period}{_default(fact)}")
    across = [row for row in rows if not row.span.within(occasion.span)]
    said = f"summed over {occasion.period}"
    if across:
        span = across[0].span
        said = f"a row from {span.first} to {span.last} crosses the edge of {occasion.period}"
    return _at(snapshot, said, "figures.csv", *(row.offset for row in rows))
