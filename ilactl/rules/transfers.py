"""A person who moves between agencies: what leaves this ledger, and what comes into it.

Out: each lot's balance moves from its wallet to `agency:TO`, and the file tells it. In: each lot comes
from `agency:FROM` with its terms, and each grant of which nothing is left as 0.00, so that its key is
taken; `due` tells what was granted there. The transfer's id stands in `ref`: what came in once does
not come in again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from msgspec import Struct, field

from ilactl.dates import parse_date
from ilactl.errors import Refused
from ilactl.ledger.enrolments import enrolments_of
from ilactl.ledger.entries import Entry, entries_of, entries_with
from ilactl.ledger.registers import PersonRecord, person_record
from ilactl.ledger.transfer_file import GRANTED, TransferFile
from ilactl.ledger.wallets import Lot, wallet_of
from ilactl.money import format_amount, parse_amount
from ilactl.rules.model import Scheme
from ilactl.rules.sums import sums_of

if TYPE_CHECKING:
    from ilactl.ledger.record import Record
    from ilactl.ledger.snapshot import Snapshot

__all__ = ["Incoming", "Outgoing", "arrived", "file_of", "plan_in", "plan_out"]


class Outgoing(Struct, frozen=True):
    """The rows that take a wallet out; `done` is the commit that took it before, if nothing is left."""

    record: PersonRecord
    to: str
    on: date
    rows: tuple[Entry, ...]
    done: Record | None = None


def plan_out(snapshot: Snapshot, person: str, to: str, on: date) -> Outgoing:
    """Move what is on a wallet to another agency.

    Raises NotFound, and Refused while something is held or owed, while an enrolment is open, or where
    nothing is to move. Enrolments that have ended stay here: they are history.
    """
    record = person_record(snapshot, person)
    if to == snapshot.manifest.prefix:
        raise Refused(reason=f"{to} is this agency", hint="give the receiving agency's prefix")
    entries = entries_of(snapshot, record.person)
    wallet = wallet_of(entries)
    held = sorted({one for lot in wallet.lots if lot.held for one in lot.held_for if lot.held_for[one]})
    if any(lot.held for lot in wallet.lots):
        which = f" for {', '.join(one or '(no enrolment)' for one in held)}"
        raise Refused(
            reason=f"something of {record.person} is reserved{which}", hint="settle or cancel it first"
        )
    if still := [one.id for one in enrolments_of(snapshot, record.person) if one.is_open]:
        raise Refused(
            reason=f"{record.person} is still enrolled: {', '.join(still)}",
            hint="what happens there could not be recorded here: complete or cancel it first",
        )
    if any(wallet.owed.values()):
        raise Refused(reason=f"{record.person} owes something", hint="a debt cannot move; settle it first")
    account = f"agency:{to}"
    rows = tuple(
        Entry(
            "", on, lot.person, "transfer", lot.entry, lot.balance, lot.unit, f"wallet:{lot.class_}", account
        )
        for lot in wallet.lots
        if lot.balance > 0
    )
    if rows:
        return Outgoing(record, to, on, rows)
    went = [entry for entry in entries if entry.kind == "transfer" and entry.target == account]
    undone = {entry.of for entry in entries if entry.kind == "correct"}
    went = [entry for entry in went if entry.entry not in undone]
    if not went:
        hint = f"'ilactl person export {person}' hands out what is known"
        raise Refused(reason=f"there is nothing on the wallet of {record.person}", hint=hint)
    return Outgoing(record, to, on, (), snapshot.commit_of("entitlements.csv", went[-1].offset))


def file_of(snapshot: Snapshot, record: Record) -> TransferFile:
    """The file of a transfer out, from the ledger as its commit found it: the same whenever it is made."""
    before, note = snapshot.at(record.seq - 1), record.note
    person = person_record(before, str(note["person"]))
    entries = entries_of(before, person.person)
    scales = {name: unit.scale for name, unit in before.manifest.units.items()}
    lots = [lot for lot in wallet_of(entries).lots if lot.balance > 0]
    head = {
        "id": f"{before.manifest.prefix}-{record.seq}",
        "agency": before.manifest.agency,
        "prefix": before.manifest.prefix,
        "to": str(note["to"]),
        "on": str(note["on"]),
        "at": record.at,
        "by": record.actor or record.user,
        "why": record.why,
        "person": person.person,
        "salt": str(note["salt"]),
    }
    return TransferFile(
        head,
        [_lot_cells(lot, scales) for lot in lots],
        _granted(entries, scales),
        [_public(row.cells) for row in person.states],
        [_figure_cells(before, row) for row in _figure_rows(before, person)],
        [_private(row.cells, sensitive=bool(note.get("sensitive"))) for row in person.identity_states[-1:]],
    )


def _public(cells: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in cells.items() if name not in ("person", "same_as")}


def _private(cells: Mapping[str, str], *, sensitive: bool) -> dict[str, str]:
    kept = {name: text for name, text in cells.items() if name not in ("person", "salt")}
    return kept if sensitive else {**kept, "facts": ""}


def _figure_rows(snapshot: Snapshot, person: PersonRecord) -> list[tuple[str, ...]]:
    from ilactl.ledger.columns import FIGURES
    from ilactl.ledger.lookup import rows_of

    kept = {row.offset for row in person.figures}
    found = [
        row for one in person.ids or (person.person,) for row in rows_of(snapshot, FIGURES, "person", one)[0]
    ]
    return [row.cells for row in sorted(found) if row.offset in kept]


def _figure_cells(snapshot: Snapshot, cells: Sequence[str]) -> dict[str, str]:
    return dict(zip(("figure", "from", "to", "value", "source"), cells[1:], strict=True))


def _lot_cells(lot: Lot, scales: Mapping[str, int]) -> dict[str, str]:
    return {
        "lot": lot.entry,
        "class": lot.class_,
        "unit": lot.unit,
        "amount": format_amount(lot.balance, scales[lot.unit]),
        "from": lot.funder,
        "rule": lot.rule,
        "period": lot.period,
        "usable_from": lot.usable_from.isoformat() if lot.usable_from else "",
        "expires_on": lot.expires_on.isoformat() if lot.expires_on else "",
        "earmark": lot.earmark,
    }


def _granted(entries: Sequence[Entry], scales: Mapping[str, int]) -> list[dict[str, str]]:
    """What was granted under each key, corrections included; keys that are free are left out."""
    sums, units = sums_of(entries), {e.target[7:]: e.unit for e in entries if e.target.startswith("wallet:")}
    amounts: dict[tuple[str, str, str], int] = {}
    for class_, rule, period, _, amount in sums.given:
        key = rule, period, class_
        amounts[key] = amounts.get(key, 0) + amount
    return [
        dict(
            zip(
                GRANTED,
                (rule, period, class_, units[class_], _text(amount, scales[units[class_]])),
                strict=True,
            )
        )
        for (rule, period, class_), amount in amounts.items()
        if sums.taken(rule, period) and period
    ]


def _text(amount: int, scale: int) -> str:
    return format_amount(amount, scale)


class Incoming(Struct):
    """The rows that bring a wallet in; what of the file this scheme does not know stands in `notes`."""

    file: TransferFile
    person: str
    rows: list[Entry] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    faults: list[tuple[str, int, str]] = field(default_factory=list)
    """A key of the file, its row and what is wrong with it here."""


def arrived(snapshot: Snapshot, file: TransferFile) -> list[Entry]:
    """The entries that brought this transfer in and still stand."""
    back = {entry.of for entry in entries_with(snapshot, "kind", "correct")}
    source = f"agency:{file.head['prefix']}"
    moved = entries_with(snapshot, "kind", "transfer")
    mine = [entry for entry in moved if entry.source == source and entry.ref == file.head["id"]]
    return [entry for entry in mine if entry.entry not in back]


def plan_in(
    snapshot: Snapshot,
    scheme: Scheme,
    file: TransferFile,
    person: str,
    on: date,
    *,
    classes: Mapping[str, str],
) -> Incoming:
    """Bring a transfer's lots and granted keys in, for the person of that id here.

    `classes` gives the names here of classes that are called otherwise there.
    """
    here = snapshot.manifest.prefix
    if file.head["to"] != here:
        hint = "it is for that agency; ask the sender if that is wrong"
        raise Refused(reason=f"the transfer is for {file.head['to']}, this is {here}", hint=hint)
    incoming, units = Incoming(file, person), {n: u.scale for n, u in snapshot.manifest.units.items()}
    granted = {(row["rule"], row["period"], row["class"]): row for row in file.granted}
    taken: set[tuple[str, str, str]] = set()
    for nth, row in enumerate(file.lots):
        entry = _row_in(incoming, scheme, units, row, "lots", nth, on, classes)
        key = row["rule"].partition("@")[0], row["period"], row["class"]
        if entry and entry.period and key in granted and key not in taken:
            taken.add(key)
            was = parse_amount(granted[key]["amount"], units[entry.unit])
            entry = entry._replace(due=was if was != entry.amount else None)
        elif entry:
            entry = entry._replace(period="")
        if entry:
            incoming.rows.append(entry)
    for nth, row in enumerate(file.granted):
        key = row["rule"], row["period"], row["class"]
        if key in taken:
            continue
        cells = {**row, "usable_from": "", "expires_on": "", "earmark": ""}
        entry = _row_in(incoming, scheme, units, cells, "granted", nth, on, classes)
        if entry and entry.period:
            incoming.rows.append(entry._replace(amount=0, due=entry.amount or None))
    return incoming


def _row_in(
    incoming: Incoming,
    scheme: Scheme,
    units: Mapping[str, int],
    row: Mapping[str, str],
    key: str,
    nth: int,
    on: date,
    classes: Mapping[str, str],
) -> Entry | None:
    unit, class_ = row["unit"], classes.get(row["class"], row["class"])
    amount = parse_amount(row["amount"], units[unit]) if unit in units else None
    if unit not in units:
        incoming.faults.append((key, nth, f"unit {unit} is not declared in ledger.toml"))
    elif scheme.class_units.get(class_) != unit:
        told = f"class {class_} of {unit} is not of this scheme; map it with --class {row['class']}=NAME"
        incoming.faults.append((key, nth, told))
    elif amount is None or amount < 0:
        incoming.faults.append((key, nth, f"{row['amount']} is not an amount in {unit}"))
    else:
        rule = row["rule"].partition("@")[0]
        known = any(rule == one.id for one in scheme.grants)
        if rule and not known and f"rule {rule}" not in incoming.notes:
            incoming.notes.append(f"rule {rule}")
        return Entry(
            entry="",
            booked_on=on,
            person=incoming.person,
            kind="transfer",
            lot="",
            amount=amount,
            unit=unit,
            source=f"agency:{incoming.file.head['prefix']}",
            target=f"wallet:{class_}",
            usable_from=parse_date(row["usable_from"]),
            expires_on=parse_date(row["expires_on"]),
            earmark=row["earmark"],
            rule=rule if known else "",
            period=row["period"] if known else "",
            ref=incoming.file.head["id"],
        )
    return None
