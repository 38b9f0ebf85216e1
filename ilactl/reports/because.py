"""Why an entry other than a grant is there, in a sentence: what it did to which lot, by whose word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ilactl.ledger.entries import Entry
from ilactl.ledger.wallets import wallet_of
from ilactl.output import Money
from ilactl.rules.model import Rule

__all__ = ["because"]


def because(entry: Entry, entries: Sequence[Entry], rule: Rule | None, scales: Mapping[str, int]) -> str:
    """The sentence; "" for an entry that its rule and its facts explain. `entries` are the person's."""
    by_id = {one.entry: one for one in entries}
    lot, of = by_id.get(entry.lot), by_id.get(entry.of)
    amount = Money(entry.amount, entry.unit, scales[entry.unit])
    law = f" by {rule.id}" + (f" ({rule.title})" if rule and rule.title else "") if rule else ""
    if entry.kind == "expire":
        return _expired(entry, entries, law)
    if entry.kind == "amend":
        return _amended(entry, law)
    if entry.kind == "convert":
        return _converted(entry, entries, law, scales)
    if entry.kind == "recover":
        return f"{amount} of lot {entry.lot} pay what was owed after a correction"
    if entry.kind == "correct" and lot is not None:
        return _corrected(entry, lot, of, amount, scales)
    if entry.kind == "grant" and of is not None and of.kind == "contribute":
        given = Money(of.amount, of.unit, scales[of.unit])
        return f"matches the contribution {of.entry}: {given} from {of.source}"
    if entry.kind == "grant" and of is not None:
        return f"trues up {of.entry}: what is due by now, less what was due before"
    return ""


def _expired(entry: Entry, entries: Sequence[Entry], law: str) -> str:
    before = [one for one in entries if one.offset < entry.offset]
    lots = {lot.entry: lot for lot in wallet_of(before).lots}
    lot = lots.get(entry.lot)
    if law:
        why = f"the wallet was closed{law}"
    elif lot is not None and lot.expires_on is not None and lot.expires_on < entry.booked_on:
        why = f"its last day was {lot.expires_on}"
    else:
        why = "its time was over"
    where = {"expired": "expired", "pool": "went to the pool"}.get(
        entry.target, f"returned to {entry.target}"
    )
    return f"what was left of lot {entry.lot} {where}: {why}"


def _amended(entry: Entry, law: str) -> str:
    said = []
    if entry.never:
        said.append("has no end any more")
    elif entry.expires_on:
        said.append(f"ends on {entry.expires_on}")
    if entry.usable_from:
        said.append(f"may be used from {entry.usable_from}")
    if entry.earmark:
        said.append("is tied to nothing any more" if entry.earmark == "any" else f"is for {entry.earmark}")
    first = f", counted from the first use in {entry.of}" if entry.of else ""
    return f"lot {entry.lot} {' and '.join(said) or 'keeps its terms'}{law}{first}"


def _converted(entry: Entry, entries: Sequence[Entry], law: str, scales: Mapping[str, int]) -> str:
    amount = Money(entry.amount, entry.unit, scales[entry.unit])
    if entry.lot:
        return f"{amount} of lot {entry.lot} become another lot{law}"
    out = [
        one for one in entries if one.kind == "convert" and one.lot == entry.of and one.offset < entry.offset
    ]
    if not out:
        return f"stems from lot {entry.of}{law}"
    old = Money(out[-1].amount, out[-1].unit, scales[out[-1].unit])
    return f"{old} of lot {entry.of} became {amount}{law}"


def _corrected(entry: Entry, lot: Entry, of: Entry | None, amount: Money, scales: Mapping[str, int]) -> str:
    if entry.due is None:
        if of is not None and of.kind == "expire":
            return f"brings back what expired of lot {entry.lot}"
        return f"takes back {entry.of}" if entry.of else ""
    due = Money(entry.due, entry.unit, scales[entry.unit])
    if entry.source == "owed":
        return f"{amount} more than due were granted for {entry.period} and are spent: they are owed"
    if of is not None and of.kind == "expire":
        return f"brings back {amount} that expired of lot {lot.entry}, to take them back"
    if entry.target.startswith("wallet:"):
        return f"by later facts {due} were due for {entry.period}: {amount} more are credited"
    return f"by later facts {due} were due for {entry.period}: {amount} go back"
