"""`ilactl organisation show`, `list` and `find`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import click

from ilactl.commands.face import Face, face_options
from ilactl.commands.parameters import ORGANISATION
from ilactl.commands.register_rows import columns_of, rows_in_force
from ilactl.errors import NotFound
from ilactl.ledger.columns import ORGANISATIONS
from ilactl.ledger.words import ORGANISATION_KINDS
from ilactl.nearest import finder

if TYPE_CHECKING:
    from ilactl.ledger.payment_accounts import PaymentAccount
    from ilactl.output import Block, Cell

__all__ = ["find", "list_", "show"]


def _account_pairs(account: PaymentAccount | None) -> list[tuple[str, Cell]]:
    """The account as people read it, with who put it in and whether somebody else confirmed it."""
    from ilactl.ledger.iban import spaced_iban

    if account is None or account.put_in is None:
        return []
    put_in, confirmed = account.put_in, account.confirmed
    counts = account.holds and confirmed is not None
    return [
        ("account (IBAN)", spaced_iban(account.iban)),
        ("put in", f"by {put_in.user} with commit {put_in.seq}"),
        (
            "confirmed",
            f"by {confirmed.user} with commit {confirmed.seq}"
            if counts and confirmed
            else "not by somebody else: nothing is paid",
        ),
    ]


def _account_data(account: PaymentAccount | None) -> dict[str, object] | None:
    if account is None or account.put_in is None:
        return None
    return {
        "iban": account.iban,
        "put_in_by": account.put_in.user,
        "put_in": account.put_in.seq,
        "confirmed_by": account.confirmed.user if account.confirmed else None,
        "confirmed": account.confirmed.seq if account.confirmed else None,
        "holds": account.holds,
    }


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
    from ilactl.ledger.payment_accounts import PaymentAccounts
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
    account = PaymentAccounts(snapshot).on(organisation, on)
    pairs: list[tuple[str, Cell]] = [
        (name.replace("_", " "), text)
        for name, text in now.items()
        if text and name not in ("iban", "iban_confirmed")
    ]
    pairs += _account_pairs(account)
    blocks: list[Pairs | Heading | Grid] = [Pairs(pairs)]
    if not held:
        blocks = [Heading(f"nothing is recorded for {on} yet")]
    if len(rows) > 1 or not held:
        columns = [c for c in columns_of(ORGANISATIONS)[1:] if any(row[c.name] for row in history)]
        blocks += [Heading("Rows"), Grid(columns, history)]
    face.answer(
        Answer(
            "ilactl.organisation/1",
            rows=history,
            columns=columns_of(ORGANISATIONS),
            blocks=blocks,
            data={
                "organisation": organisation,
                "on": on,
                "holds": {k: v for k, v in now.items() if v},
                "account": _account_data(account),
            },
        )
    )


_SHOWN = ("organisation", "name", "kinds", "country", "quality_label", "suspended")
"""What fits a terminal of 80 columns; the other formats have every column."""


def _grid(rows: Sequence[Mapping[str, Cell]]) -> tuple[Block, ...]:
    """The rows as people see them: what none of them has is left out."""
    from ilactl.output import Grid

    columns = [c for c in columns_of(ORGANISATIONS) if c.name in _SHOWN and any(row[c.name] for row in rows)]
    order = sorted(columns, key=lambda column: _SHOWN.index(column.name))
    return (Grid(order, rows),) if rows else ()


def _list(face: Face) -> tuple[str, list[dict[str, Cell]]]:
    snapshot = face.snapshot()
    day = face.on(snapshot).isoformat()
    return day, rows_in_force(snapshot, ORGANISATIONS, day)


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
    answer = Answer(
        "ilactl.organisation_list/1", rows, columns_of(ORGANISATIONS), _grid(rows), data={"on": day}
    )
    face.answer(answer)


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
    holds = finder(words)
    keys = ("organisation", "name", "register_no", "contact")
    hits = [row for row in rows if holds(*(str(row[key]) for key in keys))]
    if not hits:
        raise NotFound(what="an organisation with these words", hint="use fewer or shorter words")
    face.answer(Answer("ilactl.organisation_find/1", hits, columns_of(ORGANISATIONS), _grid(hits)))
