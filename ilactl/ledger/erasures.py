"""What the log says of persons who were erased and of holds against it. No file says it besides."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from ilactl.dates import parse_date
from ilactl.errors import ChangedOutside
from ilactl.ledger.record import LOG, BrokenLine, Record, parse

if TYPE_CHECKING:
    from ilactl.ledger.log import View
    from ilactl.ledger.snapshot import Snapshot

__all__ = ["ERASE", "HOLD", "Hold", "day_of", "erasing_commits", "erasures", "erasures_of", "holds_in"]

ERASE = "person erase"
HOLD = "person hold"


class Hold(NamedTuple):
    """Why a person may not be erased yet: until a day, or until it is lifted."""

    seq: int
    until: date | None
    why: str

    def stands(self, on: date) -> bool:
        """Whether it holds on that day."""
        return self.until is None or on <= self.until


def erasures(snapshot: Snapshot) -> dict[str, Record]:
    """For each id that was erased the last commit that did it."""
    return {one: record for record in _made_by(snapshot.log, ERASE) for one in _erased(record)}


def erasures_of(snapshot: Snapshot, persons: Iterable[str]) -> dict[str, Record]:
    """The same for some ids."""
    found = erasures(snapshot)
    return {one: found[one] for one in persons if one in found}


def erasing_commits(snapshot: Snapshot, persons: Iterable[str]) -> list[Record]:
    """Every commit that erased one of these ids, oldest first."""
    wanted = set(persons)
    return [record for record in _made_by(snapshot.log, ERASE) if wanted & set(_erased(record))]


def _erased(record: Record) -> Iterator[str]:
    for ids in record.note.get("erased", {}).values():
        yield from ids


def holds_in(snapshot: Snapshot) -> dict[str, Hold]:
    """The holds that were not lifted, by id; one that is past its day is among them."""
    found: dict[str, Hold] = {}
    for record in _made_by(snapshot.log, HOLD):
        for one in record.note.get("persons", ()):
            if record.note.get("lifted"):
                found.pop(one, None)
            else:
                found[one] = Hold(record.seq, parse_date(record.note.get("until", "")), record.why)
    return found


def day_of(snapshot: Snapshot, record: Record) -> date:
    """The day of a commit as a calendar in the ledger's zone showed it."""
    return datetime.fromisoformat(record.at).astimezone(ZoneInfo(snapshot.manifest.zone)).date()


def _made_by(log: View, command: str) -> Iterator[Record]:
    """The records of a command, oldest first, found without reading the other lines.

    In the text of another member the quotes would stand behind backslashes.
    """
    needle = f'"command":{json.dumps(command)},'.encode()
    at = log.find(needle)
    while at >= 0:
        start, end = log.rfind(b"\n", 0, at) + 1, log.find(b"\n", at)
        try:
            record = parse(log[start : end if end >= 0 else len(log)])
        except BrokenLine:
            raise ChangedOutside(path=LOG, reason=f"a line is damaged at byte {start}") from None
        if record.command == command:
            yield record
        at = log.find(needle, at + 1)
