"""Ledgers made of texts, planned in both gaits, compared and booked: for tests of rules and schemes."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from ilactl.ledger.columns import ENTITLEMENTS, FIGURES, IDENTITIES, ORGANISATIONS, PERSONS, TABLES
from ilactl.ledger.commit import Actor, Append, Change, open_writer
from ilactl.ledger.create import create_ledger
from ilactl.ledger.grammar import Table
from ilactl.ledger.snapshot import Snapshot
from ilactl.rules.batch import plan_by_batch
from ilactl.rules.by_person import plan_by_person
from ilactl.rules.load import load_scheme
from ilactl.rules.model import Scheme
from ilactl.rules.plan import Plan, Request, scales_of
from ilactl.rules.used import used_appends

NOW = datetime(2040, 1, 1, tzinfo=UTC)
ACTOR = Actor("tester", "test")
MANIFEST = """\
format = 1
country = "LT"
zone = "Europe/Vilnius"
[agency]
name = "Agency"
prefix = "T"
[units.EUR]
scale = 2
[units.hour]
scale = 0
[funds.state]
[funds.esf]
"""

Cells = Mapping[str, str]
Row = dict[str, str]


def row(table: Table, cells: Cells) -> str:
    """The CSV line with these cells, the others empty."""
    unknown = set(cells) - set(table.names)
    assert not unknown, unknown
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow([cells.get(name, "") for name in table.names])
    return out.getvalue()


def parse_rows(data: bytes) -> list[Row]:
    """Lines of entitlements.csv by column."""
    return list(csv.DictReader(io.StringIO(data.decode()), fieldnames=list(ENTITLEMENTS.names)))


PLANNED = 10**9
"""Rows that are only looked at are numbered from here, so that none is taken for a booked one."""


def numbered_from(first: int, cells: Row) -> Row:
    """A row that was only looked at, as it is when booked from `first` on."""

    def booked(entry: str) -> str:
        number = int(entry[1:]) if entry[1:].isdigit() else 0
        return f"E{number - PLANNED + first}" if number >= PLANNED else entry

    return {**cells, **{name: booked(cells[name]) for name in ("entry", "lot", "of")}}


class Stage:
    """Stands in for the writer where rows are only looked at."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def stage_path(self, file: str) -> Path:
        return self.path / f"staged-{file}"


def rows_of(plan: Plan, on: date, scales: dict[str, int], scratch: Path) -> bytes:
    """The bytes a plan would append."""
    writer: Any = Stage(scratch)
    append = plan.rows.append(writer, PLANNED, on, scales)
    data = append.data if append.staged is None else append.staged.read_bytes()
    assert append.rows == data.count(b"\n") == plan.entries
    if append.staged is not None:
        append.staged.unlink()
    return data


def figures_of(plan: Plan) -> list[tuple[object, ...]]:
    """What a summary tells of each occasion: all but the wording."""
    return [
        (
            t.occasion.grant.version,
            t.occasion.period,
            t.occasion.due_on,
            t.persons,
            t.credited,
            t.due,
            t.cut,
            t.taken,
            t.undecided,
            dict(t.missing),
            t.undecided_examples,
            t.cut_examples,
        )
        for t in plan.totals
    ]


def plan_both(snapshot: Snapshot, scheme: Scheme, request: Request, scratch: Path) -> tuple[Plan, bytes]:
    """The plan of both gaits, which must be one: figures, missed periods and every byte of the rows."""
    scales = scales_of(snapshot)
    alone = plan_by_person(snapshot, scheme, request)
    together = plan_by_batch(snapshot, scheme, request)
    assert figures_of(alone) == figures_of(together)
    assert alone.missed == together.missed
    assert (alone.moved, alone.undecided) == (together.moved, together.undecided)
    rows = rows_of(alone, request.on, scales, scratch)
    assert parse_rows(rows) == parse_rows(rows_of(together, request.on, scales, scratch))
    return alone, rows


@dataclass
class Book:
    """A ledger with a few helpers; every top-up is planned in both gaits."""

    root: Path
    scratch: Path
    registered: int = 0
    salts: int = field(default=0)

    @classmethod
    def make(cls, folder: Path, rules: Mapping[str, str], manifest: str = MANIFEST, **rows: str) -> Book:
        """A ledger with these rule files; `rows` are lines by table, such as persons="P1,…"."""
        files = {"ledger.toml": manifest.encode()}
        files |= {f"rules/{name}": text.encode() for name, text in rules.items()}
        files |= {t.file: f"{t.header}\n{rows.get(t.file[:-4], '')}".encode() for t in TABLES}
        create_ledger(folder / "ledger", files, actor=ACTOR, now=lambda: NOW)
        return cls(folder / "ledger", folder)

    def snapshot(self) -> Snapshot:
        return Snapshot.open(self.root)

    def scheme(self) -> Scheme:
        return load_scheme(self.snapshot())

    def append(self, table: Table, rows: Iterable[Cells], booked_on: date | None = None) -> None:
        """Rows into a table, as one commit."""
        lines = [row(table, cells) for cells in rows]
        data = "".join(lines).encode()
        with open_writer(self.root, actor=ACTOR, now=lambda: NOW) as writer:
            append = Append(table.file, data, rows=len(lines))
            if table.private:
                path = writer.stage_path(table.file)
                path.write_bytes(data)
                append = Append(table.file, staged=path, rows=len(lines))
            entries = len(lines) if table is ENTITLEMENTS else 0
            writer.commit(Change("test", (append,), booked_on=booked_on, entries=entries))

    def person(self, person: str = "P1", born: str = "1980-05-01", **cells: str) -> None:
        """A person from 2000 on."""
        self.salts += 1
        salt = f"{self.salts:032x}"
        identity = {"person": person, "valid_from": "2000-01-01", "birth_date": born, "salt": salt}
        self.append(IDENTITIES, [identity])
        self.state("2000-01-01", person, **cells)

    def state(self, since: str, person: str = "P1", **cells: str) -> None:
        """A row of persons.csv; cells that no column has become declared facts."""
        columns = {name: text for name, text in cells.items() if name in PERSONS.names}
        facts = ";".join(
            f"{name}={text}" for name, text in sorted(cells.items()) if name not in PERSONS.names
        )
        self.append(PERSONS, [{"person": person, "valid_from": since, "facts": facts, **columns}])

    def figure(self, name: str, value: str, year: int, person: str = "P1", source: str = "") -> None:
        """A figure over a calendar year."""
        span = {"from": f"{year}-01-01", "to": f"{year}-12-31"}
        self.append(FIGURES, [{"person": person, "figure": name, **span, "value": value, "source": source}])

    def organisation(self, organisation: str, kinds: str) -> None:
        cells = {
            "organisation": organisation,
            "valid_from": "2000-01-01",
            "kinds": kinds,
            "name": organisation,
        }
        self.append(ORGANISATIONS, [cells])

    def plan(self, on: str, **request: Sequence[str]) -> tuple[Plan, list[Row]]:
        """The plan, made in both gaits, and its rows."""
        asked = Request(date.fromisoformat(on), **{name: tuple(given) for name, given in request.items()})
        plan, rows = plan_both(self.snapshot(), self.scheme(), asked, self.scratch)
        return plan, parse_rows(rows)

    def topup(self, on: str, **request: Sequence[str]) -> list[Row]:
        """Plan in both gaits, book what they agree on, and give the booked rows."""
        day = date.fromisoformat(on)
        asked = Request(day, **{name: tuple(given) for name, given in request.items()})
        scheme = self.scheme()
        plan, expected = plan_both(self.snapshot(), scheme, asked, self.scratch)
        if not plan.entries:
            return []
        with open_writer(self.root, actor=ACTOR, now=lambda: NOW) as writer:
            first = writer.snapshot.head.next_entry
            rows = plan.rows.append(writer, first, day, scales_of(writer.snapshot))
            used = used_appends(writer.snapshot, scheme, plan.grants_used)
            writer.commit(Change("topup", (rows, *used), booked_on=day, entries=plan.entries))
        booked = self.entitlements()[-plan.entries :]
        assert booked == [numbered_from(first, r) for r in parse_rows(expected)]
        return booked

    def entitlements(self) -> list[Row]:
        """Every booked row."""
        return parse_rows((self.root / ENTITLEMENTS.file).read_bytes())[1:]

    def files(self) -> dict[str, bytes]:
        """Every file of the ledger but the deletable ones."""
        found = sorted(
            path for path in self.root.rglob("*") if path.is_file() and ".ilactl" not in path.parts
        )
        return {str(path.relative_to(self.root)): path.read_bytes() for path in found}
