"""A person's statement: where the wallet stood, each movement in words, where it stands, what ends when."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING

from msgspec import Struct

from ilactl.ledger.columns import ENTITLEMENTS
from ilactl.ledger.courses import course_on
from ilactl.ledger.enrolments import enrolments_of
from ilactl.ledger.entries import Entry, entries_of
from ilactl.ledger.lines import place_of
from ilactl.ledger.registers import person_record
from ilactl.ledger.wallets import Lot, Standing, standing_of, wallet_of
from ilactl.reports.reserved_for import Running, running_of
from ilactl.reports.words import account_name, words_of

if TYPE_CHECKING:
    from ilactl.ledger.snapshot import Snapshot

__all__ = ["Movement", "Statement", "statement"]


class Movement(Struct, frozen=True):
    """One entry as the holder sees it: what it did to the balance, and both figures after it.

    `adopted` marks an entry that came in by an edit of the file and not by a command.
    """

    entry: Entry
    text: str
    change: int
    balance: int
    reserved: int
    adopted: bool


class Statement(Struct, frozen=True):
    """A statement; figures are by unit, in its smallest part.

    `standing` is the state at the statement's end, with what may be used on `day`; `lots` are those
    that still hold something, in the order in which they end. `running` are enrolments that go on, are
    still to come, or for which something is held.
    """

    person: str
    ids: tuple[str, ...]
    name: str
    first: date | None
    until: date | None
    day: date
    opening: dict[str, Standing]
    movements: tuple[Movement, ...]
    standing: dict[str, Standing]
    lots: tuple[Lot, ...]
    running: tuple[Running, ...]


def statement(
    snapshot: Snapshot, person: str, day: date, *, first: date | None = None, until: date | None = None
) -> Statement:
    """The statement from `first` until `until`, both included; usable is told for `day`.

    Raises NotFound for a person who does not exist, BadInput for rows that cannot be read.
    """
    record = person_record(snapshot, person)
    entries = entries_of(snapshot, record.person)
    if until is not None:
        entries = [entry for entry in entries if entry.booked_on <= until]
    view = snapshot.view(ENTITLEMENTS.file)
    wallet = wallet_of(entries, lambda entry: place_of(view, ENTITLEMENTS.file, entry.offset, "lot"))
    before = [entry for entry in entries if first is not None and entry.booked_on < first]
    opening = _every_unit(snapshot, standing_of(wallet_of(before), day))
    lots = [lot for lot in wallet.lots if lot.balance or lot.held]
    lots.sort(key=lambda lot: (lot.expires_on is None, lot.expires_on or lot.booked_on))
    return Statement(
        person=record.person,
        ids=record.ids,
        name=record.identity.get("name", ""),
        first=first,
        until=until,
        day=day,
        opening=opening,
        movements=tuple(_movements(snapshot, entries[len(before) :], opening)),
        standing=_every_unit(snapshot, standing_of(wallet, day)),
        lots=tuple(lots),
        running=tuple(running_of(snapshot, record.person, entries)),
    )


def _every_unit(snapshot: Snapshot, found: dict[str, Standing]) -> dict[str, Standing]:
    return {unit: found.get(unit, Standing()) for unit in snapshot.manifest.units}


def _movements(snapshot: Snapshot, entries: list[Entry], opening: dict[str, Standing]) -> list[Movement]:
    name, courses = account_name(snapshot), _courses(snapshot, entries)
    running = {unit: (standing.balance, standing.reserved) for unit, standing in opening.items()}
    movements = []
    for entry in entries:
        change, held = (
            entry.amount * (entry.target.startswith(account) - entry.source.startswith(account))
            for account in ("wallet:", "held:")
        )
        balance, reserved = running[entry.unit]
        running[entry.unit] = balance + change, reserved + held
        movements.append(
            Movement(
                entry, _words(entry, name, courses), change, *running[entry.unit], _adopted(snapshot, entry)
            )
        )
    return movements


def _courses(snapshot: Snapshot, entries: list[Entry]) -> dict[str, str]:
    """What the course of each enrolment among these entries is called."""
    persons = dict.fromkeys(entry.person for entry in entries if entry.enrolment)
    found = (one for person in persons for one in enrolments_of(snapshot, person, alone=True))
    courses = {one.id: course_on(snapshot, one.course) for one in found}
    return {number: course.title for number, course in courses.items() if course}


def _words(entry: Entry, name: Callable[[str], str], courses: Mapping[str, str]) -> str:
    """The entry in words, with the course's title where it belongs to an enrolment."""
    text = words_of(entry, name)
    title = courses.get(entry.enrolment)
    return text.replace(f"enrolment {entry.enrolment}", f"{title} ({entry.enrolment})") if title else text


def _adopted(snapshot: Snapshot, entry: Entry) -> bool:
    return snapshot.commit_of(ENTITLEMENTS.file, entry.offset).adopted(ENTITLEMENTS.file)
