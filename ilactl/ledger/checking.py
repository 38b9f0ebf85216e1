"""What checks share: the ledger as it stands, read once, and the form of a check.

A check that looks at entries is given each of them in one pass over the file, so that checking a
large ledger reads it once and holds sums, not rows.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from ilactl.errors import BadManifest, ChangedOutside, IlactlError, IoFailed, Unsafe
from ilactl.findings import Finding, Place
from ilactl.ledger.columns import COURSES, ENROLMENTS, ENTITLEMENTS, ORGANISATIONS, PERSONS
from ilactl.ledger.entries import Entry
from ilactl.ledger.grammar import Table
from ilactl.ledger.lines import Buffer, place_of
from ilactl.ledger.scan import Row, iter_table

if TYPE_CHECKING:
    from ilactl.ledger.manifest import Manifest
    from ilactl.ledger.person_plan import Fact
    from ilactl.ledger.snapshot import Snapshot
    from ilactl.ledger.standing import Standing

__all__ = ["TIERS", "Check", "EntryWatch", "Ground"]

TIERS = ("always", "strict", "all")
"""always: what must hold; strict: also what is unwise, and warnings count; all: also hints."""


class _Unread:
    """The ids of a register that cannot be read as a whole: none can be said to be missing there."""

    def __contains__(self, name: object) -> bool:
        return True


class Ground:
    """The ledger that is checked. What the log check reports is not reported by every other check again."""

    def __init__(
        self, snapshot: Snapshot, *, on: date, facts: Mapping[str, Fact] | None, decides: bool = False
    ) -> None:
        """`on` is today; `facts` are the scheme's, None where the rules cannot be read.

        Where a command `decides` by what is found, a disk that fails ends it with IoFailed: what could
        not be read is not all right.
        """
        self.snapshot = snapshot
        self.decides = decides
        self.on = on
        self.facts = facts
        self.entry_findings: list[Finding] = []
        self.step_faults: list[tuple[int, str, str]] = []
        """Steps that could not follow, told with the `enrolments`: offset, column, what is wrong."""
        self._clean: set[str] = set()
        self.lost: dict[str, ChangedOutside | Unsafe | IoFailed] = {}
        """Files that could not be read as recorded, and why; the log check reports them."""
        self._marks: dict[str, tuple[int, int]] = {}

    def view(self, file: str) -> Buffer:
        """The file's bytes; none where the log check says that it cannot be read or is not as recorded."""
        try:
            return self.snapshot.view(file)
        except (ChangedOutside, Unsafe, IoFailed) as error:
            if self.decides and isinstance(error, IoFailed):
                raise
            self.lost[file] = error
            return b""

    @cached_property
    def manifest(self) -> Manifest | None:
        """ledger.toml, or None where it cannot be used."""
        try:
            return self.snapshot.manifest
        except (BadManifest, IlactlError) as error:
            if self.decides and isinstance(error, IoFailed):
                raise
            return None

    def rows(self, table: Table) -> Iterator[Row]:
        """The usable rows of a table. Once it was read without a finding its cells are not tested again."""
        findings: list[Finding] = []
        yield from iter_table(self.view(table.file), table, findings, tested=table.file in self._clean)
        if not findings:
            self._clean.add(table.file)

    @cached_property
    def persons(self) -> Container[str]:
        """Every id that persons.csv knows."""
        return self._ids(PERSONS)

    @cached_property
    def _kin(self) -> dict[str, str]:
        """For each id that was ever said to be another's, one id that stands for both."""
        index = PERSONS.index("same_as")
        kin: dict[str, str] = {}
        for row in self.rows(PERSONS):
            if row.cells[index]:
                one, other = _root(kin, row.cells[0]), _root(kin, row.cells[index])
                if one != other:
                    kin[one] = other
        return kin

    def same_person(self, one: str, other: str) -> bool:
        """Whether the two ids are one person, or were when an entry between them was booked."""
        return one == other or _root(self._kin, one) == _root(self._kin, other)

    @cached_property
    def organisations(self) -> Container[str]:
        """Every id that organisations.csv knows."""
        return self._ids(ORGANISATIONS)

    @cached_property
    def courses(self) -> Container[str]:
        """Every id that courses.csv knows."""
        return self._ids(COURSES)

    @cached_property
    def enrolments(self) -> dict[str, Standing]:
        """What stands of every enrolment, in the order they were made; `step_faults` says what cannot."""
        from ilactl.ledger.standing import stand

        units = self.manifest.units if self.manifest else {}
        found, self.step_faults = stand(self.view(ENROLMENTS.file), self.rows(ENROLMENTS), units)
        return found

    @property
    def enrolments_whole(self) -> bool:
        """Whether every row of enrolments.csv could be read: what none names is then known to be missing."""
        _ = self.enrolments
        return self.is_whole(ENROLMENTS)

    def is_whole(self, table: Table) -> bool:
        """Whether every row of the table could be read, when it was last read."""
        return table.file in self._clean and table.file not in self.lost

    def _ids(self, table: Table) -> Container[str]:
        ids = frozenset(row.cells[0] for row in self.rows(table))
        # a faulty row is a finding of its own; that others name whom it is about is none
        return ids if self.is_whole(table) else _Unread()

    def place(self, file: str, offset: int, column: str | None = None) -> Place:
        """Where a row stands. Lines are counted on from the last place asked for."""
        view = self.view(file)
        at, line = self._marks.get(file, (0, 1))
        if offset < at:
            at, line = 0, 1
        line += view[at:offset].count(b"\n")
        self._marks[file] = (offset, line)
        found = place_of(view[offset : offset + 20_000], file, 0, column)
        return Place(file, line, found.column, found.text)

    def entry_place(self, entry: Entry, column: str | None = None) -> Place:
        """Where an entry stands."""
        return self.place(ENTITLEMENTS.file, entry.offset, column)


class EntryWatch(ABC):
    """A check that sees every entry in file order."""

    def __init__(self, ground: Ground) -> None:
        """Checks keep their sums in themselves."""
        self.ground = ground
        self.found: list[Finding] = []

    @abstractmethod
    def see(self, entry: Entry) -> None:
        """One entry."""

    def end(self) -> list[Finding]:
        """All findings, after the last entry."""
        return self.found


class Check(Struct, frozen=True):
    """A named check: either `run` on the ground, or a `watch` of its entries."""

    name: str
    tier: str
    meaning: str
    run: Callable[[Ground], Iterable[Finding]] | None = None
    watch: type[EntryWatch] | None = None

    @staticmethod
    def of(name: str, tier: str, made_from: Callable[[Ground], Iterable[Finding]]) -> Check:
        """A check from a function, whose docstring is its meaning."""
        return Check(name, tier, _first_line(made_from), run=made_from)

    @staticmethod
    def watching(name: str, tier: str, watch: type[EntryWatch]) -> Check:
        """A check from a watch of entries, whose docstring is its meaning."""
        return Check(name, tier, _first_line(watch), watch=watch)


def _root(kin: Mapping[str, str], one: str) -> str:
    while one in kin:
        one = kin[one]
    return one


def _first_line(thing: object) -> str:
    return (thing.__doc__ or "").strip().split("\n")[0].rstrip(".")
