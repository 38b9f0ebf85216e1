"""What erasing a person takes away, and what still forbids it. A plan: nothing is changed here.

Rows of identities.csv go, sensitive facts with them, the person's signed documents, and copies that
name the person. Entries and persons.csv stay under the id, which says nothing by itself. Forbidden it
is while the entries must be kept with their holder, while a hold stands, and, unless it is said that
this is meant, while there is something on the wallet.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from msgspec import Struct

from ilactl.findings import Finding, Kind, Place
from ilactl.ledger.change import Change, Cut
from ilactl.ledger.columns import CREDENTIALS, ENTITLEMENTS, IDENTITIES
from ilactl.ledger.cutting import cut_rows
from ilactl.ledger.entries import Entry, entries_of, usable_rows
from ilactl.ledger.erasures import ERASE, erasures_of, holds_in
from ilactl.ledger.holders import ids_of
from ilactl.ledger.lookup import line_of, rows_of
from ilactl.ledger.scan import Row
from ilactl.ledger.traces import Marks, copies_that_name, traces
from ilactl.ledger.wallets import Standing, standing_of, wallet_of

if TYPE_CHECKING:
    from ilactl.ledger.record import Record
    from ilactl.ledger.snapshot import Snapshot

__all__ = ["DOCUMENTS", "ErasurePlan", "Leaving", "plan_erasure", "retained_until"]

DOCUMENTS = "credentials"
"""The folder of signed documents."""

RETENTION = Kind(
    "ERASE-RETENTION",
    "a person's entries must still be kept together with who the person is",
    "erase the person after that day; [retention] in ledger.toml says how many years it is",
)
HELD = Kind(
    "ERASE-HOLD",
    "a hold forbids to erase a person",
    "wait for its day, or lift it: 'ilactl person hold ID --lift --why TEXT'",
)
MONEY = Kind(
    "ERASE-WALLET",
    "something is on the wallet of a person who is to be erased, or reserved, or owed",
    "spend, expire or return it first, or give --leave-wallet: nobody can then claim it",
)

_OUTSIDE = ("fund:", "employer:", "service:", "agency:", "provider:")


class Leaving(Struct, frozen=True):
    """A person to be erased: all ids, the rows and documents that go, what the entries say.

    `kept_until` is the last day of retention, None where no entry asks for one.
    """

    person: str
    ids: tuple[str, ...]
    rows: tuple[Row, ...]
    documents: tuple[str, ...]
    last: Entry | None
    kept_until: date | None
    standing: Mapping[str, Standing]


class ErasurePlan(Struct, frozen=True):
    """What one commit would erase. `done` are persons of whom nothing is left, with their commits."""

    leaving: tuple[Leaving, ...]
    done: Mapping[str, Record]
    copies: tuple[str, ...]
    refusals: tuple[Finding, ...]
    traces: tuple[Finding, ...]
    cut: Cut | None
    marks: Marks

    @property
    def counts(self) -> dict[str, int]:
        """How many rows and files go, by file and folder."""
        found = {IDENTITIES.file: sum(len(one.rows) for one in self.leaving)}
        found[f"{DOCUMENTS}/"] = sum(len(one.documents) for one in self.leaving)
        for copy in self.copies:
            above = copy.rpartition("/")[0] + "/"
            found[above] = found.get(above, 0) + 1
        return {name: count for name, count in found.items() if count}

    def same_as(self, other: ErasurePlan) -> bool:
        """Whether a yes to the one is a yes to the other."""
        return (self.leaving, self.copies) == (other.leaving, other.copies)

    def change(self, why: str) -> Change:
        """The commit. Its note holds ids, counts and places, nothing that says who the persons were."""
        documents = [name for one in self.leaving for name in one.documents]
        note: dict[str, object] = {
            "erased": {one.person: list(one.ids) for one in self.leaving},
            "counts": self.counts,
        }
        if self.traces:
            places = [f"{one.place.path}:{one.place.line}" for one in self.traces]
            note["traces"] = list(dict.fromkeys(place.removesuffix(":0") for place in places))
        return Change(
            command=ERASE,
            why=why,
            note=note,
            cuts=(self.cut,) if self.cut else (),
            removes=(*documents, *self.copies),
        )


def retained_until(entries: Iterable[Entry], years: int) -> tuple[Entry | None, date | None]:
    """The last entry that moved something from or to an outside account, and the last day of retention."""
    last = None
    for entry in entries:
        if entry.amount and (_is_outside(entry.source) or _is_outside(entry.target)):
            last = entry if last is None or entry.booked_on >= last.booked_on else last
    if last is None or years == 0:
        return last, None
    return last, date(min(last.booked_on.year + years, date.max.year - 1), 12, 31)


def _is_outside(account: str) -> bool:
    return account == "own" or account.startswith(_OUTSIDE)


def plan_erasure(
    snapshot: Snapshot, persons: Sequence[str], on: date, *, leave_wallet: bool = False
) -> ErasurePlan:
    """What erasing these persons takes away on that day, with all that forbids it.

    Raises NotFound for an id that is no person's, BadInput where rows cannot be read.
    """
    families = {ids[0]: ids for ids in ids_of(snapshot, persons).values()}
    every = [one for ids in families.values() for one in ids]
    before = erasures_of(snapshot, every)
    leaving, done, identities = [], {}, []
    for person, ids in families.items():
        one = _leaving(snapshot, person, ids, before)
        identities += [dict(zip(IDENTITIES.names, row.cells, strict=True)) for row in one.rows]
        leaving.append(one)
    marks = Marks(identities)
    copies = tuple(c for c in copies_that_name(snapshot.folder, marks, every) if c not in snapshot.going)
    if not copies:
        for one in [one for one in leaving if not (one.rows or one.documents)]:
            if set(one.ids) <= set(before):
                leaving.remove(one)
                done[one.person] = before[one.person]
    gone = [*copies, *(name for one in leaving for name in one.documents)]
    found = traces(snapshot, marks, gone) if leaving else []
    offsets = [row.offset for one in leaving for row in one.rows]
    cut = Cut(IDENTITIES.file, cut_rows(IDENTITIES.file, snapshot.view(IDENTITIES.file), offsets))
    return ErasurePlan(
        tuple(leaving),
        done,
        copies if leaving else (),
        tuple(_refusals(snapshot, leaving, on, leave_wallet=leave_wallet)),
        tuple(found),
        cut if offsets else None,
        marks,
    )


def _leaving(snapshot: Snapshot, person: str, ids: tuple[str, ...], before: Mapping[str, Record]) -> Leaving:
    rows = [
        row for one in ids for row in usable_rows(*rows_of(snapshot, IDENTITIES, "person", one), IDENTITIES)
    ]
    entries = entries_of(snapshot, person)
    last, until = retained_until(entries, snapshot.manifest.retention_years)
    standing = {
        unit: s for unit, s in standing_of(wallet_of(entries), date.max).items()
        if s.balance or s.reserved or s.owed
    }  # fmt: skip
    return Leaving(person, ids, tuple(sorted(rows)), _documents(snapshot, ids), last, until, standing)


def _documents(snapshot: Snapshot, ids: Iterable[str]) -> tuple[str, ...]:
    """The signed documents of these persons: the files named after their credentials."""
    found = [usable_rows(*rows_of(snapshot, CREDENTIALS, "person", one), CREDENTIALS) for one in ids]
    credentials = {row.cells[0] for rows in found for row in rows}
    if not credentials:
        return ()
    names = [name for name in snapshot.folder.names(DOCUMENTS) if "." in name.strip(".")]
    paths = [f"{DOCUMENTS}/{name}" for name in names if name.partition(".")[0] in credentials]
    return tuple(path for path in paths if path not in snapshot.going)


def _refusals(
    snapshot: Snapshot, leaving: Iterable[Leaving], on: date, *, leave_wallet: bool
) -> Iterable[Finding]:
    standing = holds_in(snapshot)
    for one in leaving:
        if one.last is not None and one.kept_until is not None and on <= one.kept_until:
            line = line_of(snapshot, ENTITLEMENTS.file, one.last.offset)
            first = one.kept_until + timedelta(days=1)
            message = (
                f"{one.person} must be kept until {one.kept_until}: the last payment was {one.last.entry}"
                f" on {one.last.booked_on}; it can be erased from {first} on"
            )
            yield RETENTION.at(Place(ENTITLEMENTS.file, line), message)
        for person in one.ids:
            hold = standing.get(person)
            if hold and hold.stands(on):
                end = f"until {hold.until}" if hold.until else "until it is lifted"
                yield HELD.at(
                    Place("commits.jsonl", hold.seq), f"{person} is on hold {end}, because {hold.why}"
                )
        if one.standing and not leave_wallet:
            yield MONEY.at(Place(ENTITLEMENTS.file), f"{one.person} still has {_told(snapshot, one)}")


def _told(snapshot: Snapshot, one: Leaving) -> str:
    from ilactl.money import format_amount

    parts = []
    for unit, standing in one.standing.items():
        scale = snapshot.manifest.units[unit].scale
        for amount, what in (
            (standing.balance, "on the wallet"), (standing.reserved, "reserved"), (standing.owed, "owed")
        ):  # fmt: skip
            if amount:
                parts.append(f"{format_amount(amount, scale)} {unit} {what}")
    return ", ".join(parts)
