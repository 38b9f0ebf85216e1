"""Hand edits: what was changed outside ilactl, whether it may be taken in, and the change that does.

Registers, rules and the manifest may be edited. The books may not: of entitlements, enrolments, reasons
and credentials an old row is never another. Only a correction may be added to entitlements; to
enrolments a step that could follow and moves no money; to reasons any. What is taken in is marked by
its commit, from the first changed row of a file on, for ever.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import date

from msgspec import Struct, field

from ilactl.errors import IlactlError, NotFound
from ilactl.findings import Finding, Kind, Place
from ilactl.ledger.as_it_stands import AsItStands
from ilactl.ledger.change import Adopt, Change
from ilactl.ledger.columns import (
    COURSES,
    CREDENTIAL_KEYS,
    ENROLMENTS,
    ENTITLEMENTS,
    FIGURES,
    IDENTITIES,
    ORGANISATIONS,
    OUTCOMES,
    PERSONS,
    REASONS,
    RELEVANCE,
    RUNS,
)
from ilactl.ledger.edits import Difference, differences, first_difference, recall
from ilactl.ledger.enrolment_rows import Step, iter_steps
from ilactl.ledger.entries import Entry, entry_by_id, iter_entries
from ilactl.ledger.lines import line_number, place_of
from ilactl.ledger.recovery import refuse_open_elsewhere
from ilactl.ledger.snapshot import Snapshot
from ilactl.ledger.verify import Ranges, is_listed

__all__ = ["Adoption", "adoption_of", "content_of"]

OLD_ROW = Kind(
    "ADOPT-OLD-ROW",
    "an old row of the books was changed or is missing",
    "undo the edit with 'ilactl restore FILE --why TEXT'; a wrong entry is corrected, never changed",
)
NO_CORRECTION = Kind(
    "ADOPT-NO-CORRECTION",
    "a row was added to the books by hand that is no correction in its place",
    "book it with its command, and take the row out with 'ilactl restore FILE --why TEXT'",
)
MISSING = Kind(
    "ADOPT-MISSING", "a file is missing or empty", "bring it back with 'ilactl restore FILE --why TEXT'"
)

_REGISTERS = frozenset(
    table.file
    for table in (
        IDENTITIES,
        PERSONS,
        FIGURES,
        ORGANISATIONS,
        COURSES,
        RUNS,
        OUTCOMES,
        RELEVANCE,
        CREDENTIAL_KEYS,
    )
)
_MOVE_MONEY = {
    "enrolled": "an enrolment reserves what it costs: begin it with 'ilactl enrol'",
    "cancelled": "a cancellation moves what is reserved: record it with 'ilactl enrolment cancel'",
    "reclaimed": "paid money is taken back with 'ilactl enrolment reclaim'",
    "undone": "a step is taken back with 'ilactl undo'",
}


class Adoption(Struct):
    """What there is to take in. Nothing may be where there are `refusals`.

    `differences` are rows of the ledger's own files; `inputs` tells of ledger.toml and the rule
    files, of which the log holds digests only, whether each is new, changed or gone.
    """

    snapshot: Snapshot
    edited: AsItStands
    differences: list[Difference] = field(default_factory=list)
    inputs: dict[str, str] = field(default_factory=dict)
    refusals: list[Finding] = field(default_factory=list)
    adopts: list[Adopt] = field(default_factory=list)
    added: list[Entry] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        """Whether every file is as the log says."""
        return not (self.adopts or self.inputs or self.refusals)

    def same_as(self, other: Adoption) -> bool:
        """Whether a yes to the one is a yes to the other: the same files, to the byte."""
        return (
            self.snapshot.head.sha == other.snapshot.head.sha
            and self.adopts == other.adopts
            and self.snapshot.inputs() == other.snapshot.inputs()
        )

    def change(self, why: str, key: str, content: str) -> Change:
        """The commit that takes it in. Raises LedgerLocked while a spreadsheet program has a file open."""
        for adopt in self.adopts:
            refuse_open_elsewhere(self.snapshot.folder, adopt.file)
        note: Mapping[str, object] = {"edited": sorted(self.inputs)} if self.inputs else {}
        return Change(
            command="adopt",
            adopts=tuple(self.adopts),
            booked_on=max(
                [*(e.booked_on for e in self.added), *(s.booked_on for s in self.steps)], default=None
            ),
            entries=len(self.added),
            why=why,
            key=key,
            content=content,
            note=note,
        )


def adoption_of(snapshot: Snapshot, on: date) -> Adoption:
    """Compare every file with the log, byte by byte. `on` is today: no entry may be booked later.

    Raises ChangedOutside where the log itself is broken, Unsafe, IoFailed.
    """
    edited = AsItStands(snapshot)
    found = Adoption(snapshot, edited, inputs=_inputs(snapshot))
    ranges = Ranges(snapshot.records())
    for file, acts in ranges.acts.items():
        if not is_listed(file) or file in edited.overlaid:
            continue
        if not any(ranges.faults(snapshot.folder, file, snapshot.record.heads[file])):
            continue
        view = edited.view(file)
        if len(view) == 0:
            found.refusals.append(MISSING.at(Place(file), "it is missing or empty", _remedy(MISSING, file)))
            continue
        pieces = recall(file, acts, view)
        base = first_difference(pieces, view)
        recorded = snapshot.head.sizes[file]
        rows = differences(file, pieces, view)
        found.differences += rows
        held = max(0, line_number(view, len(view)) - 2)  # without the header
        found.adopts.append(Adopt(file, base, held, edited.stamps[file]))
        if file not in _REGISTERS:
            found.refusals += _book_faults(found, file, rows, recorded, intact=base == recorded, on=on)
    return found


def _inputs(snapshot: Snapshot) -> dict[str, str]:
    """ledger.toml and the rule files that are not as the last commit found them."""
    before, now = snapshot.record.inputs, snapshot.inputs()
    return {
        file: "added" if file not in before else "removed" if file not in now else "changed"
        for file in sorted({*before, *now})
        if before.get(file) != now.get(file)
    }


def _book_faults(
    found: Adoption, file: str, rows: list[Difference], recorded: int, *, intact: bool, on: date
) -> Iterator[Finding]:
    if not intact:
        for row in rows:
            place = Place(file, row.line, 0, row.new or row.old or "")
            message = f"a row of the books was {row.change}" if row.change != "unknown" else row.note
            yield OLD_ROW.at(place, message, _remedy(OLD_ROW, file))
    elif file == ENROLMENTS.file:
        yield from _steps(found, recorded, on)
    elif file == REASONS.file:
        return
    elif file != ENTITLEMENTS.file:
        for row in rows:
            place = Place(file, row.line, 0, row.new or "")
            message = "no row can be added here by hand"
            yield NO_CORRECTION.at(place, message, _remedy(NO_CORRECTION, file))
    else:
        yield from _corrections(found, recorded, on)


def _corrections(found: Adoption, recorded: int, on: date) -> Iterator[Finding]:
    """What is wrong with entries that were added by hand; those that cannot be read the checks report."""
    snapshot, edited = found.snapshot, found.edited
    view = edited.view(ENTITLEMENTS.file)
    entries = iter_entries(view, snapshot.manifest.units, [])
    found.added = [entry for entry in entries if entry.offset >= recorded]
    for number, entry in enumerate(found.added, snapshot.head.next_entry):
        for column, fault in (
            ("kind", f"{entry.entry} is a {entry.kind}, not a correct" if entry.kind != "correct" else ""),
            ("entry", f"the next entry is E{number}, not {entry.entry}" * (entry.entry != f"E{number}")),
            ("of", _of_fault(edited, entry)),
            *(("booked_on", fault) for fault in _day_faults(snapshot, entry.booked_on, on)),
        ):
            if fault:
                place = place_of(view, ENTITLEMENTS.file, entry.offset, column)
                yield NO_CORRECTION.at(place, fault, _remedy(NO_CORRECTION, ENTITLEMENTS.file))


def _day_faults(snapshot: Snapshot, day: date, on: date) -> Iterator[str]:
    """Why a row that was added by hand cannot bear the day."""
    through, closed = snapshot.head.booked_through, snapshot.manifest.closed_until
    if day > on:
        yield f"{day} lies after today, {on}"
    if through and day < through:
        yield f"the ledger is booked through {through}, {day} lies before that"
    if closed and day <= closed:
        yield f"the books are closed until {closed}, and {day} lies in them"


def _steps(found: Adoption, recorded: int, on: date) -> Iterator[Finding]:
    """What is wrong with steps that were added by hand; whether they could follow the checks tell."""
    snapshot = found.snapshot
    view = found.edited.view(ENROLMENTS.file)
    steps = iter_steps(view, snapshot.manifest.units, [])
    found.steps = [step for step in steps if step.offset >= recorded]
    for step in found.steps:
        remedy = _MOVE_MONEY.get(step.step, "")
        faults = [("step", f"{step.step} cannot be added by hand")] if remedy else []
        for column in ("price", "own", "due"):
            if not remedy and getattr(step, column) is not None:
                faults.append((column, f"{column} cannot be added by hand: only a step's command decides it"))
        faults += [("booked_on", fault) for fault in _day_faults(snapshot, step.booked_on, on)]
        for column, fault in faults:
            place = place_of(view, ENROLMENTS.file, step.offset, column)
            yield NO_CORRECTION.at(place, fault, remedy or _remedy(NO_CORRECTION, ENROLMENTS.file))


def _of_fault(edited: AsItStands, entry: Entry) -> str:
    if entry.kind != "correct":
        return ""
    if not entry.of:
        return f"{entry.entry} does not say in 'of' which entry it corrects"
    try:
        corrected = entry_by_id(edited, entry.of)
    except NotFound:
        return f"there is no entry {entry.of} to correct"
    except IlactlError:
        return ""  # rows that cannot be read are the checks' to report
    return "" if corrected.offset < entry.offset else f"{entry.of} does not stand before {entry.entry}"


def _remedy(kind: Kind, file: str) -> str:
    return kind.remedy.replace("FILE", file)


def content_of(why: str) -> str:
    """What a caller's key stands for: afterwards nothing else tells one adoption from another."""
    return hashlib.sha256(why.encode("utf-8", "surrogatepass")).hexdigest()
