"""Pairs that may be one person, and two ids taken for one, as answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from ilactl.ledger.entries import Entry
from ilactl.ledger.likeness import Identity, Pair
from ilactl.ledger.registers import PersonRecord
from ilactl.ledger.wallets import Standing, standing_of, wallet_of
from ilactl.output import Answer, Block, Cell, Col, Grid, Heading, Lines, Money
from ilactl.rules.joining import Join

__all__ = ["candidates_answer", "join_answer"]

_PAIRS = (
    Col("points", kind="int"),
    Col("person"),
    Col("name"),
    Col("birth_date", "born", "date"),
    Col("other"),
    Col("other_name", "name"),
    Col("other_birth_date", "born", "date"),
    Col("reasons"),
)
_FACTS = (Col("fact"), Col("duplicate"), Col("person"), Col("holds"))
_WALLETS = (
    Col("wallet"),
    Col("unit"),
    Col("balance", kind="amount"),
    Col("reserved", kind="amount"),
    Col("owed", kind="amount"),
)
_ROWS = (
    Col("kind"),
    Col("lot"),
    Col("amount", kind="amount"),
    Col("unit"),
    Col("from"),
    Col("to"),
    Col("rule"),
    Col("period"),
)


def candidates_answer(pairs: Sequence[Pair]) -> Answer:
    """The pairs, best first."""
    rows: list[dict[str, Cell]] = [
        {
            "points": pair.score,
            **_identity(pair.first, ""),
            **_identity(pair.second, "other_"),
            "reasons": "; ".join(pair.reasons),
        }
        for pair in pairs
    ]
    notes = ["'ilactl person merge ID --into ID --why TEXT -n' shows what a merge would do"] if rows else []
    blocks: list[Block] = [Grid(_PAIRS, rows, "no two persons look like one")]
    return Answer("ilactl.person_candidates/1", rows, _PAIRS, blocks, {"pairs": len(rows)}, notes)


def _identity(one: Identity, prefix: str) -> dict[str, Cell]:
    name = "other" if prefix else "person"
    return {name: one.person, f"{prefix}name": one.name, f"{prefix}birth_date": one.birth_date}


def join_answer(join: Join, scales: Mapping[str, int], *, booked: int | None = None) -> Answer:
    """Both side by side, the wallets before and after, and what is corrected."""
    data = {
        "duplicate": _id_of(join),
        "person": join.person.person,
        "begins": join.begins,
        "on": join.on,
        "booked": booked,
        "differs": _differences(join) if join.begins else [],
        "wallets": _wallets(join, scales) if join.begins else [],
    }
    rows = _rows(join, scales)
    return Answer("ilactl.person_merge/1", rows, _ROWS, _blocks(join, scales, rows, booked), data)


def _id_of(join: Join) -> str:
    return join.alias[0] if join.alias else join.duplicate.person


def _blocks(
    join: Join, scales: Mapping[str, int], rows: list[dict[str, Cell]], booked: int | None
) -> list[Block]:
    done = f"(commit {booked})" if booked else "(nothing is written yet)"
    duplicate, person = _id_of(join), join.person.person
    if not join.alias and join.duplicate.person == join.person.person and len(join.duplicate.ids) > 1:
        return [Heading(f"{' and '.join(join.duplicate.ids)} are one person already; nothing was written")]
    if not join.alias:
        return [Heading(f"{duplicate} is no alias; nothing was written")]
    if not join.begins:
        told = f"'ilactl topup --review --person {duplicate} --person {person}' shows what then differs"
        return [Heading(f"{duplicate} stands for itself again from {join.on} {done}"), Lines([told])]
    blocks: list[Block] = [
        Heading(f"{duplicate} is {person} {done}"),
        Grid(_FACTS, _differences(join), "nothing that is recorded of them differs"),
        Grid(_WALLETS, _wallets(join, scales), "both wallets are empty"),
    ]
    if rows:
        blocks += [Heading("What the two have too much of together"), Grid(_ROWS, rows)]
    if any(row["holds"] == "" for row in _differences(join)):
        told = f"What only {duplicate} has is no longer read: ilactl person update {person} --set FACT=VALUE"
        blocks.append(Lines([told]))
    return blocks


def _differences(join: Join) -> list[dict[str, Cell]]:
    """What is recorded differently of the two on the day, and what holds afterwards."""
    one, other = _facts(join.duplicate, join.on), _facts(join.person, join.on)
    return [
        {
            "fact": name,
            "duplicate": one.get(name, ""),
            "person": other.get(name, ""),
            "holds": other.get(name, ""),
        }
        for name in dict.fromkeys((*other, *one))
        if one.get(name, "") != other.get(name, "")
    ]


def _facts(record: PersonRecord, on: date) -> dict[str, str]:
    apart = {"person", "valid_from", "same_as", "facts", "salt"}
    row = record.state_on(on) or (record.states[-1] if record.states else None)
    identity = record.identity_states[-1] if record.identity_states else None
    found: dict[str, str] = {}
    for known in (identity, row):
        if known is not None:
            found |= {name: text for name, text in known.cells.items() if text and name not in apart}
            found |= dict(known.facts)
    return found


def _wallets(join: Join, scales: Mapping[str, int]) -> list[dict[str, Cell]]:
    theirs, own = join.entries
    planned = [row for _, (_, row) in join.rows.bookings]
    parts: list[tuple[str, Iterable[Entry]]] = [
        (join.duplicate.person, theirs),
        (join.person.person, own),
        ("together", (*theirs, *own, *planned)),
    ]
    return [
        _standing(name, unit, standing, scales[unit])
        for name, entries in parts
        for unit, standing in sorted(standing_of(wallet_of(list(entries)), join.on).items())
    ]


def _standing(name: str, unit: str, standing: Standing, scale: int) -> dict[str, Cell]:
    return {
        "wallet": name,
        "unit": unit,
        "balance": Money(standing.balance, unit, scale),
        "reserved": Money(standing.reserved, unit, scale),
        "owed": Money(standing.owed, unit, scale),
    }


def _rows(join: Join, scales: Mapping[str, int]) -> list[dict[str, Cell]]:
    return [
        {
            "kind": row.kind,
            "lot": row.lot,
            "amount": Money(row.amount, row.unit, scales[row.unit]),
            "unit": row.unit,
            "from": row.source,
            "to": row.target,
            "rule": row.rule.partition("@")[0],
            "period": row.period,
        }
        for _, (_, row) in join.rows.bookings
    ]
