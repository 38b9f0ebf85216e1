"""`ilactl person show`, `list` and `find`: what the registers say of account holders."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from ilactl.commands.face import Face, face_options
from ilactl.commands.parameters import ORGANISATION, PERSON
from ilactl.errors import NotFound
from ilactl.nearest import finder

if TYPE_CHECKING:
    from ilactl.ledger.registers import FigureRow, StateRow
    from ilactl.ledger.snapshot import Snapshot
    from ilactl.output import Cell
    from ilactl.reports.reserved_for import Running

__all__ = ["find", "list_", "show"]


@click.command("show")
@click.argument("person", type=PERSON)
@face_options("on")
def show(face: Face, person: str) -> None:
    """Show a person: who it is, what holds on the day, what held when, the figures, what is going on.

    \b
    Examples:
      $ ilactl person add --id P1 --set region=Vilnius
      $ ilactl person show P1
      $ ilactl person show P1 --on 2026-06-30 -O json
    """
    from ilactl.dates import age_on
    from ilactl.ledger.erasures import day_of, erasures_of, holds_in
    from ilactl.ledger.registers import person_record
    from ilactl.output import Answer, Col, Grid, Heading, Pairs
    from ilactl.reports.erasure import erased_notes
    from ilactl.reports.reserved_for import SHOWN, row_of_running

    snapshot = face.snapshot()
    record = person_record(snapshot, person)
    on = face.on(snapshot)
    gone = erasures_of(snapshot, record.ids)
    held = {one: hold for one, hold in holds_in(snapshot).items() if one in record.ids and hold.stands(on)}
    now, who = record.state_on(on), record.identity_on(on)
    identity: dict[str, Cell] = {
        "name": record.identity.get("name") or None,
        "birth_date": record.birth_date,
        "age": age_on(record.birth_date, on) if record.birth_date else None,
        "contact": record.identity.get("contact") or None,
        "external_id": record.identity.get("external_id") or None,
    }
    others = list(record.ids[1:])
    top: list[tuple[str, Cell]] = [("person", record.person)]
    top += [("also", " ".join(others))] if others else []
    top += [(name.replace("_", " "), value) for name, value in identity.items() if value is not None]
    top += [
        ("on hold", f"until {hold.until or 'it is lifted'}: {hold.why} (commit {hold.seq})")
        for hold in held.values()
    ]
    names = _state_names([*record.states, *record.identity_states])
    holds = {**_values(now), **(dict(who.facts) if who else {})}
    history = [{"valid_from": row.valid_from, **_values(row)} for row in record.states]
    columns = [
        Col("valid_from", kind="date"),
        *(Col(name) for name in names if any(r.get(name) for r in history)),
    ]
    figures = [_figure(row) for row in record.figures]
    running = [row_of_running(one, snapshot) for one in _running(snapshot, record.person)]
    blocks: list[Heading | Grid | Pairs] = [Pairs(top)]
    if now is None:
        blocks.append(Heading(f"nothing is recorded for {on} yet"))
    else:
        blocks += [
            Heading(f"On {on}, since {now.valid_from}"),
            Pairs([(name.replace("_", " "), holds[name]) for name in names if holds.get(name)]),
        ]
    if len(history) > 1:
        blocks += [Heading("Rows"), Grid(columns, history)]
    if figures:
        blocks += [
            Heading("Figures"),
            Grid([Col(n) for n in ("figure", "from", "to", "value", "source")], figures),
        ]
    if running:
        blocks += [Heading("Enrolled in"), Grid(SHOWN, running)]
    face.answer(
        Answer(
            "ilactl.person/1",
            rows=history,
            columns=columns,
            blocks=blocks,
            data={
                "person": record.person,
                "also": others,
                "on": on,
                **identity,
                "holds": {name: holds[name] for name in names if holds.get(name)},
                "figures": figures,
                "enrolments": running,
                "erased_on": {one: day_of(snapshot, commit) for one, commit in gone.items()},
                "on_hold": [
                    {"person": one, "until": hold.until, "why": hold.why, "commit": hold.seq}
                    for one, hold in held.items()
                ],
            },
            notes=erased_notes(snapshot, gone),
        )
    )


def _running(snapshot: Snapshot, person: str) -> list[Running]:
    """What the person is enrolled in; the books are looked at only where there is something."""
    from ilactl.ledger.enrolments import enrolments_of
    from ilactl.ledger.entries import entries_of
    from ilactl.reports.reserved_for import running_of

    found = enrolments_of(snapshot, person)
    return running_of(snapshot, person, entries_of(snapshot, person)) if found else []


def _values(row: StateRow | None) -> dict[str, Cell]:
    """The row's states by name: built-in ones, then declared ones; empty ones left out."""
    if row is None:
        return {}
    hidden = ("person", "valid_from", "facts", "name", "birth_date", "contact", "external_id", "salt")
    plain = {name: text for name, text in row.cells.items() if text and name not in hidden}
    return {**plain, **row.facts}


def _state_names(rows: list[StateRow]) -> list[str]:
    from ilactl.ledger.columns import PERSONS

    built_in = [name for name in PERSONS.names if name not in ("person", "valid_from", "facts")]
    return [*built_in, *sorted({name for row in rows for name in row.facts})]


def _figure(row: FigureRow) -> dict[str, Cell]:
    from ilactl.money import decimal_text

    return {
        "figure": row.figure,
        "from": row.span.first,
        "to": row.span.last,
        "value": decimal_text(row.value),
        "source": row.source,
    }


@click.command("list")
@click.option("--region", metavar="TEXT", help="Only persons of this region.")
@click.option("--employer", metavar="ID", type=ORGANISATION, help="Only persons with this employer.")
@click.option("--group", metavar="NAME", help="Only persons of this group.")
@click.option("--names", is_flag=True, help="Add who they are: name, birth date, contact, external id.")
@face_options("on")
def list_(face: Face, region: str | None, employer: str | None, group: str | None, names: bool) -> None:
    """List persons with what holds on the day. Ids only, unless --names is given.

    Two ids of one person are listed once. What `-O csv` writes can be imported again.

    \b
    Examples:
      $ ilactl person list
      $ ilactl person list --region Vilnius -O csv
    """
    from ilactl.ledger.columns import IDENTITIES, PERSONS
    from ilactl.ledger.erasures import day_of, erasures_of
    from ilactl.ledger.person_plan import IDENTITY_COLUMNS, STATE_COLUMNS
    from ilactl.ledger.register_plan import Book
    from ilactl.ledger.registers import parse_facts
    from ilactl.output import Answer, Col
    from ilactl.reports.erasure import erased_notes

    snapshot = face.snapshot()
    day = face.on(snapshot).isoformat()
    persons = Book(snapshot, PERSONS, whole=True)
    identities = Book(snapshot, IDENTITIES, whole=True) if names else None
    facts_at, alias_at = PERSONS.index("facts"), PERSONS.index("same_as")
    rows: list[dict[str, Cell]] = []
    declared: set[str] = set()
    for person in sorted(persons.ids()):
        newest, cells = persons.newest(person), persons.in_force(person, day)
        if cells is None or (newest and newest[alias_at] and newest[alias_at] in persons):
            continue
        row: dict[str, Cell] = dict(zip(PERSONS.names, cells, strict=True))
        if not _matches(row, region, employer, group):
            continue
        facts = parse_facts(cells[facts_at])
        if identities:
            who = identities.in_force(person, day)
            known = dict(zip(IDENTITIES.names, who, strict=True)) if who else {}
            row.update((name, known.get(name, "")) for name in IDENTITY_COLUMNS)
            facts.update(parse_facts(known.get("facts", "")))
        row.update(facts)
        declared.update(facts)
        rows.append(row)
    shown = ["person", "valid_from", *(IDENTITY_COLUMNS if names else ()), *STATE_COLUMNS, *sorted(declared)]
    columns = [Col(name, kind="date" if name == "valid_from" else "text") for name in shown]
    whole = [{name: row.get(name, "") for name in shown} for row in rows]
    gone = erasures_of(snapshot, [str(row["person"]) for row in whole])
    data = {"on": day, "erased_on": {one: day_of(snapshot, commit) for one, commit in gone.items()}}
    notes = erased_notes(snapshot, gone)
    face.answer(Answer("ilactl.person_list/1", rows=whole, columns=columns, data=data, notes=notes))


def _matches(row: Mapping[str, Cell], region: str | None, employer: str | None, group: str | None) -> bool:
    return (
        (region is None or row["region"] == region)
        and (employer is None or row["employer"] == employer)
        and (group is None or group in str(row["groups"]).split(" "))
    )


@click.command("find")
@click.argument("words", nargs=-1, required=True)
@face_options("on")
def find(face: Face, words: tuple[str, ...]) -> None:
    """Find persons by words of their name, contact, external id or id.

    All words must be there, in any order; capitals and accents make no difference. Exit status 66
    where nobody is found. Others on this machine can see a command line.

    \b
    Examples:
      $ ilactl person add --id P1 --name "Zoë Šimkutė"
      $ ilactl person find zoe
    """
    from ilactl.ledger.columns import IDENTITIES, PERSONS
    from ilactl.ledger.person_plan import IDENTITY_COLUMNS
    from ilactl.ledger.register_plan import Book
    from ilactl.output import Answer, Col

    snapshot = face.snapshot()
    holds = finder(words)
    identities = Book(snapshot, IDENTITIES, whole=True)
    persons = Book(snapshot, PERSONS, whole=True)
    rows: list[dict[str, Cell]] = []
    for person in sorted({*persons.ids(), *identities.ids()}):
        newest = identities.newest(person)
        known = dict(zip(IDENTITIES.names, newest, strict=True)) if newest else {}
        if holds(person, *(known.get(name, "") for name in ("name", "contact", "external_id"))):
            rows.append({"person": person, **{name: known.get(name, "") for name in IDENTITY_COLUMNS}})
    if not rows:
        raise NotFound(what="a person with these words", hint="use fewer or shorter words")
    columns = [Col("person"), *(Col(name) for name in IDENTITY_COLUMNS)]
    face.answer(Answer("ilactl.person_find/1", rows=rows, columns=columns))
