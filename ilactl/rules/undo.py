"""The plan of an undo: the reverse of what a commit booked, and what later entries keep in place.

Pure: a snapshot and a commit's number in, rows to book out. An entry is taken back by a `correct` row
that moves the same amount of the same lot the other way and names it in `of`. Such a row is an
entry like any other and can be taken back itself: an entry stands unless a reversal of it stands.

Entries of one commit that share a lot or an enrolment, or name one another, go together or stay
together. They stay where what they brought in was drawn on since, or where a later entry refers
to them. An undo can never lift a wallet above a cap, so grants decided since do not hold it up;
an undo of an undo can, so they do. Steps of enrolments go and stay with the entries of their
enrolment (`ilactl/rules/undo_steps.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from msgspec import Struct

from ilactl.errors import NotFound, Refused
from ilactl.ledger.booked import booked_by, later_entries, range_of
from ilactl.ledger.columns import ENTITLEMENTS
from ilactl.ledger.entries import Entry, entries_of, lot_of
from ilactl.ledger.wallets import wallet_of
from ilactl.rules.alias_end import alias_end
from ilactl.rules.contributions import refuse_day
from ilactl.rules.reversal import former_terms, reverse_of, reverses
from ilactl.rules.undo_steps import Because, StepFate, fate_of_steps, paid_since, taken_back

if TYPE_CHECKING:
    from ilactl.ledger.enrolment_rows import Step
    from ilactl.ledger.log import Record
    from ilactl.ledger.snapshot import Snapshot

__all__ = ["Stay", "UndoPlan", "plan_undo"]

_Account = tuple[str, str, str]  # a lot, an account's name and, for what is held, the enrolment


class Stay(Struct, frozen=True):
    """Entries and steps that cannot be taken back, and the later ones (or they themselves) that tell why."""

    entries: tuple[Entry, ...]
    because: tuple[Because, ...]
    steps: tuple[Step, ...] = ()


class UndoPlan(Struct, frozen=True):
    """What an undo would book. `undone` were taken back before, by the entries `by`.

    `steps` are to be taken back, the last one first; `steps_undone` of the commit's were so before.
    `rows` are numbered from the snapshot's next entry: under the lock these are
    their numbers.
    """

    record: Record
    on: date
    rows: tuple[Entry, ...]
    undone: tuple[Entry, ...]
    by: tuple[Entry, ...]
    stays: tuple[Stay, ...]
    alias: tuple[str, ...] = ()
    """The row of persons.csv that ends the alias a merge began; () for other commits."""
    steps: tuple[Step, ...] = ()
    steps_undone: int = 0

    @property
    def step_rows(self) -> tuple[Step, ...]:
        """The rows that take the steps back."""
        return tuple(taken_back(step, self.on) for step in self.steps)

    @property
    def empty(self) -> bool:
        """Whether nothing is left to take back."""
        return not (self.rows or self.steps or self.alias)

    def same_as(self, other: UndoPlan) -> bool:
        """Whether both would book the same; the rows' numbers may differ."""
        rows = [[row._replace(entry="") for row in plan.rows] for plan in (self, other)]
        return rows[0] == rows[1] and (self.alias, self.steps) == (other.alias, other.steps)

    def totals(self) -> dict[str, int]:
        """The sum of what would be taken back, by unit."""
        sums: Counter[str] = Counter()
        for row in self.rows:
            sums[row.unit] += row.amount
        return dict(sums)


def plan_undo(snapshot: Snapshot, seq: int, on: date) -> UndoPlan:
    """What undoing a commit on that day would book.

    Raises NotFound for a commit that is not there, Refused for one that booked nothing that can be
    taken back, DateGoesBack and Closed for the day, ChangedOutside where its rows were replaced.
    """
    record = snapshot.at(seq).record if 0 < seq <= snapshot.head.seq else None
    if record is None:
        hint = f"the last one is {snapshot.head.seq}; 'ilactl log' lists them"
        raise NotFound(what=f"commit {seq}", hint=hint)
    where, alias = range_of(record), alias_end(snapshot, record)
    _refuse_credentials(record)
    steps = fate_of_steps(snapshot, record)
    if where is None and not steps.any:
        if not alias and record.command != "person merge":
            raise _no_entries(record)
        return UndoPlan(record, on, (), (), (), (), alias)
    booked = booked_by(snapshot, record)
    fate = _Fate(snapshot, booked, steps, where[1] if where else record.heads[ENTITLEMENTS.file].size)
    undone = tuple(entry for entry in booked if not fate.stands(entry))
    stays = tuple(fate.stays())
    kept = {entry.entry for stay in stays for entry in stay.entries} | {entry.entry for entry in undone}
    held = {step.offset for stay in stays for step in stay.steps}
    back = tuple(step for step in reversed(steps.standing) if step.offset not in held)
    # The last comes first, so that no account falls below zero on the way back.
    going = [entry for entry in reversed(booked) if entry.entry not in kept]
    first = snapshot.head.next_entry
    rows = tuple(fate.reverse(entry, f"E{first + i}", on) for i, entry in enumerate(going))
    if rows or back:
        refuse_day(snapshot, on)
    by = fate.reversals_of(undone)
    return UndoPlan(record, on, rows, undone, by, stays, alias, back, len(steps.undone))


def _no_entries(record: Record) -> Refused:
    if record.seq == 1:
        hint = "it made the ledger; one that was made by mistake can be removed with its folder"
    elif record.command == "person erase":
        hint = "who was erased does not come back: the ledger holds it nowhere"
    elif record.command == "person hold":
        hint = "lift a hold with 'ilactl person hold ID --lift'; set one again the same way"
    elif "organisations.csv" in (files := {act.path for act in record.files}):
        hint = "record what is right with 'ilactl organisation update'; the newer row holds"
    elif files & {"persons.csv", "identities.csv", "figures.csv"}:
        hint = "record what is right with 'ilactl person update'; the newer row holds"
    else:
        hint = f"'ilactl log {record.seq}' shows what it did"
    return Refused(reason=f"commit {record.seq} ({record.command}) booked no entries to undo", hint=hint)


def _refuse_credentials(record: Record) -> None:
    """What was recorded beside the entries would go on saying what the entries no longer say."""
    if any(act.path == "credentials.csv" and act.rows for act in record.files):
        raise Refused(
            reason=f"commit {record.seq} ({record.command}) wrote to credentials.csv too",
            hint="record what happened next instead, such as that it was revoked",
        )


class _Fate:
    """What became of a commit's entries since, and of the steps beside them."""

    def __init__(self, snapshot: Snapshot, booked: Sequence[Entry], steps: StepFate, end: int) -> None:
        self.snapshot = snapshot
        self.booked = booked
        self.steps = steps
        self.group, self.group_of_enrolment = _groups(booked, steps)
        self.restored = {e.person: e for e in booked if _restores(e)}
        self.indebted = {e.person for e in booked if "owed" in (e.source, e.target)}
        self.family: dict[str, str] = {}
        later: list[Entry] = []
        if end < snapshot.head.sizes["entitlements.csv"]:
            self._find_families(snapshot)
            later = self._later(snapshot, end)
        known = {entry.entry: entry for entry in (*booked, *later)}
        self.reversals: dict[str, list[Entry]] = {}
        turned: set[str] = set()
        for row in later:
            if row.of in known and reverses(row, known[row.of]):
                self.reversals.setdefault(row.of, []).append(row)
                turned.add(row.entry)
        self.fallen: set[str] = set()
        for entry in reversed((*booked, *later)):
            if any(row.entry not in self.fallen for row in self.reversals.get(entry.entry, ())):
                self.fallen.add(entry.entry)
        self.live = [row for row in later if row.entry not in self.fallen and row.entry not in turned]

    def _find_families(self, snapshot: Snapshot) -> None:
        """Who is one person with somebody whose grant or contribution would come back."""
        from ilactl.ledger.holders import existing

        for person, ids in existing(snapshot, list(self.restored)).items():
            self.family |= dict.fromkeys((person, *ids), ids[0])

    def _later(self, snapshot: Snapshot, end: int) -> list[Entry]:
        lots = {lot_of(entry) for entry in self.booked}
        ids = {entry.entry for entry in self.booked}

        def wanted(cells: Sequence[str]) -> bool:
            entry, _, person, kind, lot, _, _, source, target, *_ = cells
            yes = lot in lots or cells[16] in ids
            yes = yes or (kind in ("grant", "contribute") and person in self.family)
            yes = yes or (person in self.indebted and "owed" in (source, target))
            yes = yes or cells[12] in self.steps.said
            if yes:
                ids.add(entry)
            return yes

        return later_entries(snapshot, end, wanted)

    def reverse(self, entry: Entry, number: str, on: date) -> Entry:
        """The row that takes the entry back."""
        if entry.kind != "amend":
            return reverse_of(entry, number, on)
        before = (row for row in entries_of(self.snapshot, entry.person) if row.offset < entry.offset)
        [lot] = wallet_of([row for row in before if lot_of(row) == entry.lot]).lots
        return former_terms(entry, lot, number, on)

    def stands(self, entry: Entry) -> bool:
        """Whether no reversal of the entry stands."""
        return entry.entry not in self.fallen

    def reversals_of(self, entries: Iterable[Entry]) -> tuple[Entry, ...]:
        """The standing rows that took these entries back."""
        return tuple(r for e in entries for r in self.reversals.get(e.entry, ()) if self.stands(r))

    def stays(self) -> list[Stay]:
        """What cannot be taken back, a group at a time, in the order it was booked."""
        standing = [entry for entry in self.booked if self.stands(entry)]
        because: dict[str, list[Because]] = {}
        paid = paid_since(self.steps, self.live)
        for name in dict.fromkeys((*self.steps.because, *paid)):
            kept = because.setdefault(self.group_of_enrolment[name], [])
            kept += (*self.steps.because.get(name, ()), *paid.get(name, ()))
        for entry in standing:
            if entry.kind == "amend" and not self.steps.any:
                why = "gives a lot new terms and moves nothing, so it has no reverse"
                because.setdefault(self.group[entry.entry], []).append((entry, why))
        for row, group, why in self._hindrances(standing):
            found = because.setdefault(group, [])
            if row not in (other for other, _ in found):
                found.append((row, why))
        members: dict[str, list[Entry]] = {}
        for entry in standing:
            if self.group[entry.entry] in because:
                members.setdefault(self.group[entry.entry], []).append(entry)
        members = {**members, **{group: [] for group in because if group not in members}}
        steps: dict[str, list[Step]] = {}
        for step in self.steps.standing:
            steps.setdefault(self.group_of_enrolment[step.enrolment], []).append(step)
        return [
            Stay(tuple(entries), tuple(because[group]), tuple(steps.get(group, ())))
            for group, entries in members.items()
        ]

    def _hindrances(self, standing: Sequence[Entry]) -> Iterable[tuple[Entry, str, str]]:
        """Later entries with the group that they keep in place, and why."""
        gained, owner = _gains(standing), {}
        for entry in standing:
            owner[lot_of(entry)] = self.group[entry.entry]
        drawn = _gains(row for row in self.live if lot_of(row) in owner)
        short = {a for a, gain in gained.items() if gain > 0 > drawn[a]}
        names = {entry.entry: self.group[entry.entry] for entry in standing}
        amended = {entry.lot for entry in standing if entry.kind == "amend"}
        back: dict[str, list[Entry]] = {}
        for entry in standing:
            if _restores(entry) and entry.person in self.family:
                back.setdefault(self.family[entry.person], []).append(entry)
        debts = {e.person: self.group[e.entry] for e in standing if "owed" in (e.source, e.target)}
        for row in self.live:
            if row.of in names:
                yield row, names[row.of], f"refers to {row.of}"
            if row.kind == "amend" and row.lot in amended:
                yield row, owner[row.lot], f"gives lot {row.lot} new terms again"
            if row.source and _account(row, row.source) in short:
                yield row, owner[lot_of(row)], f"draws on lot {lot_of(row)}"
            if row.person in debts and "owed" in (row.source, row.target):
                yield row, debts[row.person], f"moves what {row.person} owes"
            for entry in back.get(self.family.get(row.person, ""), ()):
                if why := _takes_the_place(row, entry):
                    yield row, names[entry.entry], why


def _takes_the_place(row: Entry, entry: Entry) -> str:
    """Why a later row forbids that what the correction `entry` took back comes again; "" if it does not."""
    if entry.target.startswith("fund:") and entry.period:
        if row.kind != "grant":
            return ""
        if (row.rule.partition("@")[0], row.period) == (entry.rule.partition("@")[0], entry.period):
            return f"grants again what {entry.entry} took back"
        return f"was decided without what {entry.entry} took back"
    same = row.kind == "contribute" and (row.source, row.ref) == (entry.target, entry.ref)
    return f"brings in again what {entry.entry} took back" if same and row.ref else ""


def _restores(entry: Entry) -> bool:
    """Whether the reverse would bring a grant or a contribution to its wallet again."""
    return entry.kind == "correct" and entry.source.startswith("wallet:")


def _account(entry: Entry, account: str) -> _Account:
    return lot_of(entry), account, entry.enrolment if account.startswith("held:") else ""


def _gains(entries: Iterable[Entry]) -> Counter[_Account]:
    """What each account of each lot gained."""
    gains: Counter[_Account] = Counter()
    for entry in entries:
        gains[_account(entry, entry.target)] += entry.amount
        gains[_account(entry, entry.source)] -= entry.amount
    return gains


def _groups(booked: Sequence[Entry], steps: StepFate) -> tuple[dict[str, str], dict[str, str]]:
    """The group of each entry, and of each enrolment with steps.

    Entries are in one that share a lot or an enrolment, or name one another.
    """
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        while (above := parent.setdefault(name, name)) != name:
            parent[name] = name = parent[above]
        return name

    lots = {entry.entry: lot_of(entry) for entry in booked}
    for entry in booked:
        lot = root(lot_of(entry))
        if entry.of in lots:
            parent[root(lots[entry.of])] = lot
        if entry.enrolment:
            parent[root(f"enrolment {entry.enrolment}")] = root(lot)
    names = {step.enrolment for step in steps.standing}
    groups = {entry.entry: root(lot_of(entry)) for entry in booked}
    return groups, {name: root(f"enrolment {name}") for name in names}
