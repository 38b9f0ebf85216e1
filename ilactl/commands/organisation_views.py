"""`ilactl organisation show`, `list` and `find`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ilactl.commands.face import Face, face_options
from ilactl.commands.parameters import ORGANISATION
from ilactl.errors import NotFound
from ilactl.ledger.columns import ORGANISATIONS
from ilactl.ledger.words import ORGANISATION_KINDS
from ilactl.nearest import folded

if TYPE_CHECKING:
    from ilactl.output import Cell, Col

__all__ = ["find", "list_", "show"]


def _columns() -> list[Col]:
    from ilactl.output import Col

    dates = ("valid_from", "label_from", "label_until")
    return [Col(name, kind="date" if name in dates else "text") for name in ORGANISATIONS.names]


@click.command("show")
@click.argument("organisation", type=ORGANISATION)
@face_options("on")
def show(face: Face, organisation: str) -> None:
    """Show an organisation: what holds on the day, and what held when.

    \b
    Examples:
      $ ilactl organisation add --id O1 --kind employer --name "Baltic Timber"
      $ ilactl organisation show O1
    """
    from ilactl.ledger.register_plan import Book
    from ilactl.output import Answer, Grid, Heading, Pairs

    snapshot = face.snapshot()
    on = face.on(snapshot)
    book = Book(snapshot, ORGANISATIONS, whole=False)
    rows = sorted(book.rows(organisation), key=lambda cells: cells[1])
    if not rows:
        raise NotFound(
            what=f"organisation {organisation}", hint="'ilactl organisation list' shows all of them"
        )
    held = book.in_force(organisation, on.isoformat())
    now = dict(zip(ORGANISATIONS.names, held, strict=True)) if held else {}
    history: list[dict[str, Cell]] = [dict(zip(ORGANISATIONS.names, cells, strict=True)) for cells in rows]
    pairs: list[tuple[str, Cell]] = [(name.replace("_", " "), text) for name, text in now.items() if text]
    blocks: list[Pairs | Heading | Grid] = [Pairs(pairs)]
    if not held:
        blocks = [Heading(f"nothing is recorded for {on} yet")]
    if len(rows) > 1 or not held:
        columns = [c for c in _columns()[1:] if any(row[c.name] for row in history)]
        blocks += [Heading("Rows"), Grid(columns, history)]
    face.answer(
        Answer(
            "ilactl.organisation/1",
            rows=history,
            columns=_columns(),
            blocks=blocks,
            data={"organisation": organisation, "on": on, "holds": {k: v for k, v in now.items() if v}},
        )
    )


def _list(face: Face) -> tuple[str, list[dict[str, Cell]]]:
    from ilactl.ledger.register_plan import Book

    snapshot = face.snapshot()
    day = face.on(snapshot).isoformat()
    book = Book(snapshot, ORGANISATIONS, whole=True)
    held = ((one, book.in_force(one, day)) for one in sorted(book.ids()))
    return day, [dict(zip(ORGANISATIONS.names, cells, strict=True)) for _, cells in held if cells]


@click.command("list")
@click.option("--kind", type=click.Choice(ORGANISATION_KINDS), help="Only organisations that are this.")
@face_options("on")
def list_(face: Face, kind: str | None) -> None:
    """List organisations with what holds on the day. What `-O csv` writes can be imported again.

    \b
    Examples:
      $ ilactl organisation list
      $ ilactl organisation list --kind employer -O csv
    """
    from ilactl.output import Answer

    day, rows = _list(face)
    rows = [row for row in rows if kind is None or kind in str(row["kinds"]).split(" ")]
    face.answer(Answer("ilactl.organisation_list/1", rows=rows, columns=_columns(), data={"on": day}))


@click.command("find")
@click.argument("words", nargs=-1, required=True)
@face_options("on")
def find(face: Face, words: tuple[str, ...]) -> None:
    """Find organisations by words of their name, register number, contact or id.

    All words must be there, in any order; capitals and accents make no difference. Exit status 66
    where none is found.

    \b
    Examples:
      $ ilactl organisation add --id O1 --kind employer --name "Baltic Timber"
      $ ilactl organisation find timber
    """
    from ilactl.output import Answer

    _, rows = _list(face)
    wanted = [folded(word) for word in words]
    keys = ("organisation", "name", "register_no", "contact")
    hits = [row for row in rows if all(w in folded(" ".join(str(row[k]) for k in keys)) for w in wanted)]
    if not hits:
        raise NotFound(what="an organisation with these words", hint="use fewer or shorter words")
    face.answer(Answer("ilactl.organisation_find/1", rows=hits, columns=_columns()))
