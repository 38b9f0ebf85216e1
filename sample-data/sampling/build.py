"""Builds a ledger by ilactl's own planner and commits, at fixed moments of the years 2024 to 2026."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from ilactl.ledger.columns import ENTITLEMENTS, IDENTITIES, ORGANISATIONS, PERSONS, TABLES
from ilactl.ledger.commit import Actor, Append, Change, Writer, open_writer
from ilactl.ledger.create import create_ledger
from ilactl.rules.load import load_scheme
from ilactl.rules.plan import Request, scales_of
from ilactl.rules.planner import make_plan
from ilactl.rules.used import used_appends
from sampling.desk import Desk
from sampling.draw import Draw
from sampling.names import EMPLOYERS
from sampling.payments import Payment, pay_days, payments_by_employer, spread_payments
from sampling.people import CHANGES, JOB_SERVICE, JOINED, REGISTERED, Person, make_people
from sampling.spending import desk_days

__all__ = ["SAMPLE", "build_large", "build_sample"]

SAMPLE = Path(__file__).resolve().parent.parent / "agency"
"""Where the sample stands, and with it the settings and the scheme that are written by hand."""

_BY_HAND = ("ledger.toml", ".gitignore", "rules/scheme.toml")
_ACTOR = Actor(user="sample", host="sample")
_PREFIX = "RM"
_STEADY = frozenset({"RM-09PYRHTS"})
"""Whoever the README tells of: what happens to others is no part of that story."""
_INLINE_LIMIT = 60_000


@dataclass
class _Book:
    """A ledger under construction. Every commit has its own moment."""

    root: Path
    day: str = ""
    turn: int = 0

    def create(self) -> None:
        files = {name: (SAMPLE / name).read_bytes() for name in _BY_HAND}
        files.update((table.file, table.header.encode() + b"\n") for table in TABLES)
        create_ledger(self.root, files, actor=_ACTOR, now=lambda: _moment("2024-11-04"))

    def moment(self, day: str) -> datetime:
        """Four minutes after the day's last commit."""
        self.turn = self.turn + 1 if day == self.day else 0
        self.day = day
        return _moment(day) + timedelta(minutes=4 * self.turn)

    def writer(self, day: str) -> AbstractContextManager[Writer]:
        """The right to commit."""
        moment = self.moment(day)
        return open_writer(self.root, actor=_ACTOR, now=lambda: moment)

    def register(self, day: str, command: str, tables: dict[str, list[str]]) -> None:
        """Append rows to registers; a day without any is no commit."""
        with self.writer(day) as writer:
            appends = tuple(_rows(writer, file, lines) for file, lines in tables.items() if lines)
            if appends:
                writer.commit(Change(command=command, appends=appends))

    def contribute(self, day: str, payments: Sequence[Payment], versions: dict[str, str]) -> None:
        """Book a list of contributions."""
        with self.writer(day) as writer:
            first = writer.snapshot.head.next_entry
            lines = [
                f"E{number},{day},{p.person},contribute,,{p.cents // 100}.{p.cents % 100:02},EUR,{p.source},"
                f"wallet:{p.class_},,,,,{versions[p.class_]},,,,{p.ref}\n"
                for number, p in enumerate(payments, first)
            ]
            scheme = load_scheme(writer.snapshot, remember=True)
            used = used_appends(writer.snapshot, scheme, {versions[p.class_] for p in payments})
            rows = _rows(writer, ENTITLEMENTS.file, lines)
            change = Change(
                command="contribution import",
                appends=(rows, *used),
                booked_on=date.fromisoformat(day),
                entries=len(lines),
            )
            writer.commit(change)

    def top_up(self, day: str) -> int:
        """Book all that is due on the day, by the planner; the number of entries."""
        on = date.fromisoformat(day)
        with self.writer(day) as writer:
            snapshot = writer.snapshot
            scheme = load_scheme(snapshot, remember=True)
            plan = make_plan(snapshot, scheme, Request(on))
            rows = plan.rows.append(writer, snapshot.head.next_entry, on, scales_of(snapshot))
            change = Change(
                command="topup",
                appends=(rows, *used_appends(snapshot, scheme, plan.grants_used)),
                booked_on=on,
                entries=plan.entries,
                note={"entries": plan.entries, "rules": plan.grants_used},
            )
            writer.commit(change)
            return plan.entries


def _moment(day: str) -> datetime:
    """A time of day that differs from day to day, but not from build to build."""
    when = date.fromisoformat(day)
    return datetime(when.year, when.month, when.day, 7 + when.day % 9, when.day * 13 % 60, tzinfo=UTC)


def _rows(writer: Writer, file: str, lines: Sequence[str]) -> Append:
    """Rows for a file; many are staged."""
    data = "".join(lines).encode()
    if len(data) <= _INLINE_LIMIT:
        return Append(file, data, rows=len(lines))
    path = writer.stage_path(file)
    path.write_bytes(data)
    return Append(file, staged=path, rows=len(lines))


def _people_rows(people: Iterable[Person], day: str) -> dict[str, list[str]]:
    """The rows of both registers that came in on a day."""
    tables: dict[str, list[str]] = {IDENTITIES.file: [], PERSONS.file: []}
    for person in people:
        tables[IDENTITIES.file] += [line for came, line in person.identities if came == day]
        tables[PERSONS.file] += [state.line(person.id) for came, state in person.states if came == day]
    return tables


def _organisations(employers: Sequence[str]) -> list[str]:
    lines = []
    for number, identifier in enumerate(employers):
        name, register_no = EMPLOYERS[number % len(EMPLOYERS)]
        if number >= len(EMPLOYERS):
            name, register_no = f"{name} {number // len(EMPLOYERS) + 1}", f"NB-{200000 + number}"
        lines.append(
            f"{identifier},2020-01-01,employer,{name},EU,{register_no},hr{number + 1}@example.org,,,,,,,\n"
        )
    name = "Public Employment Service Rivermouth"
    lines.append(f"{JOB_SERVICE},2020-01-01,service,{name},EU,NB-100001,desk@example.org,,,,,,,\n")
    return lines


def _versions(root: Path) -> dict[str, str]:
    """The contribution rule's version by its class of lots."""
    from ilactl.ledger.snapshot import Snapshot

    return {rule.class_: rule.version for rule in load_scheme(Snapshot.open(root)).contributions.values()}


def build_sample(root: Path, persons: int = 300, seed: int = 2022) -> None:
    """The sample ledger: small commits as an agency makes them, two New Years and half a year of courses."""
    draw = Draw(seed)
    employers = [f"O{number}" for number in range(1, 13)]
    people = make_people(persons, employers, draw, _PREFIX)
    days = [*pay_days(2025, 12), *pay_days(2026, 11)]
    paid = list(payments_by_employer(people, employers, days, draw))
    book = _Book(root)
    book.create()
    book.register("2024-11-05", "organisation import", {ORGANISATIONS.file: _organisations(employers)})
    versions = _versions(root)
    events: list[tuple[str, int, str]] = [(day, 0, "people") for day in (REGISTERED, JOINED, *CHANGES)]
    events += [(day, 1, "topup") for day in ("2025-01-01", "2026-01-01")]
    events += [(day, 2 + number, "pay") for number, (day, _) in enumerate(paid)]
    desk = Desk(root, book.moment)
    done = list(desk_days(sorted(person.id for person in people), _STEADY))
    events += [(day, 2 + len(paid) + number, "desk") for number, (day, _) in enumerate(done)]
    for day, order, kind in sorted(events):
        if kind == "people":
            book.register(day, "person import", _people_rows(people, day))
        elif kind == "topup":
            book.top_up(day)
        elif kind == "pay":
            book.contribute(day, paid[order - 2][1], versions)
        else:
            done[order - 2 - len(paid)][1](desk)


def build_large(root: Path, persons: int, entries_per_person: int, seed: int) -> int:
    """A ledger of any size in few large commits; the number of its entries.

    From three entries a person on, two top-ups are booked as in the sample, about two and a half
    entries a person; contributions make up the rest, to exactly the number asked for.
    """
    draw = Draw(seed)
    employers = [f"O{number}" for number in range(1, max(12, persons // 25) + 1)]
    people = make_people(persons, employers, draw, _PREFIX)
    book = _Book(root)
    book.create()
    book.register("2024-11-05", "organisation import", {ORGANISATIONS.file: _organisations(employers)})
    book.register(REGISTERED, "person import", _people_rows(people, REGISTERED))
    versions = _versions(root)
    wanted = persons * entries_per_person
    booked = book.top_up("2025-01-01") if entries_per_person >= 3 else 0
    days = pay_days(2025, 4)
    half = max(0, wanted - 3 * booked) // 2
    for day, payments in spread_payments(people, employers, days, half, draw):
        book.contribute(day, payments, versions)
        booked += len(payments)
    for day in (CHANGES[0], JOINED, CHANGES[1]):
        book.register(day, "person import", _people_rows(people, day))
    booked += book.top_up("2026-01-01") if entries_per_person >= 3 else 0
    days = pay_days(2026, 4)
    for day, payments in spread_payments(people, employers, days, max(0, wanted - booked), draw):
        book.contribute(day, payments, versions)
        booked += len(payments)
    for day in CHANGES[2:]:
        book.register(day, "person import", _people_rows(people, day))
    return booked
