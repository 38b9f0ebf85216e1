"""`explain` as answers: where each cent came from, why an entry is what it is, what is due and why."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from ilactl.ledger.entries import Entry
from ilactl.ledger.erasures import erasures_of
from ilactl.ledger.lookup import line_of
from ilactl.ledger.wallets import Lot
from ilactl.output import Answer, Block, Cell, Col, Grid, Heading, Lines, Money, Pairs
from ilactl.reports.decisions import decision_blocks, decision_data
from ilactl.reports.rules import TRIAL_COLUMNS, decision_row
from ilactl.rules.decision import Decision
from ilactl.rules.replay import FactSeen, Replay

if TYPE_CHECKING:
    from ilactl.ledger.log import Record
    from ilactl.ledger.snapshot import Snapshot
    from ilactl.rules.model import Rule

__all__ = ["due_answer", "entry_answer", "sources_answer"]

_LOTS = (
    Col("entry"),
    Col("booked_on", "booked on", "date"),
    Col("what"),
    Col("credited", kind="amount"),
    Col("left", kind="amount"),
    Col("reserved", kind="amount"),
    Col("unit"),
    Col("why"),
)
_FACTS = (Col("fact"), Col("value"), Col("where"))


def sources_answer(
    person: str,
    lots: Sequence[Lot],
    entries: Sequence[Entry],
    scales: Mapping[str, int],
    on: date,
    adopted: Container[str] = (),
) -> Answer:
    """Every lot of a wallet with the entry that opened it; what is left adds up to the balance.

    `adopted` are the entries that came in by an edit of the file.
    """
    opened = {entry.entry: entry for entry in entries}
    rows = [_lot_row(lot, opened[lot.entry], person, scales, on) for lot in lots]
    for row in rows:
        if row["entry"] in adopted:
            row["why"] = "; ".join(filter(None, ("taken in from an edited file", str(row["why"] or ""))))
    units: dict[str, list[int]] = {}
    for lot in lots:
        sums = units.setdefault(lot.unit, [0, 0, 0])
        for i, amount in enumerate((lot.balance, lot.held, lot.usable_on(on))):
            sums[i] += amount
    totals = [
        f"{Money(held[0], unit, scales[unit])} left, {Money(held[1], unit, scales[unit])} reserved,"
        f" {Money(held[2], unit, scales[unit])} usable on {on}"
        for unit, held in sorted(units.items())
    ]
    blocks: list[Block] = [
        Heading(f"Where the entitlement of {person} came from"),
        Grid(_LOTS, rows, "no entry yet"),
        Lines(totals),
    ]
    data = {
        "person": person,
        "on": on,
        "totals": [
            {
                "unit": u,
                "balance": Money(t[0], u, scales[u]),
                "reserved": Money(t[1], u, scales[u]),
                "usable": Money(t[2], u, scales[u]),
            }
            for u, t in sorted(units.items())
        ],
    }
    notes = [f"'ilactl explain {rows[-1]['entry']}' tells how an entry was computed"] if rows else []
    return Answer("ilactl.explain-person/1", rows, _LOTS, blocks, data, notes)


def _lot_row(lot: Lot, entry: Entry, person: str, scales: Mapping[str, int], on: date) -> dict[str, Cell]:
    scale = scales[lot.unit]
    why = _why(lot, entry, scale, on)
    if entry.person != person:
        why = "; ".join(filter(None, (f"booked for {entry.person}", why)))
    return {
        "entry": lot.entry,
        "booked_on": lot.booked_on,
        "what": what_of(entry),
        "credited": Money(entry.amount, lot.unit, scale),
        "left": Money(lot.balance, lot.unit, scale),
        "reserved": Money(lot.held, lot.unit, scale),
        "unit": lot.unit,
        "why": why,
    }


def what_of(entry: Entry) -> str:
    """An entry in a few words: `grant base 2026`, `contribution of O7 (PAY-9)`."""
    if entry.kind == "grant":
        return f"grant {entry.rule.partition('@')[0]} {entry.period}"
    if entry.kind == "contribute":
        giver = entry.source.partition(":")[2] or "the holder"
        return f"contribution of {giver}" + (f" ({entry.ref})" if entry.ref else "")
    return f"{entry.kind} {entry.rule.partition('@')[0]} {entry.period}".rstrip()


def _why(lot: Lot, entry: Entry, scale: int, on: date) -> str:
    parts = []
    if entry.due is not None and entry.due != entry.amount:
        parts.append(f"cut by a cap: {Money(entry.due, entry.unit, scale).amount} was due")
    if entry.of:
        parts.append({"convert": "from lot ", "grant": "belongs to "}.get(entry.kind, "of ") + entry.of)
    if lot.usable_from is not None and lot.usable_from > on:
        parts.append(f"usable from {lot.usable_from}")
    if lot.expires_on is not None:
        parts.append(f"expire{'s' if lot.expires_on >= on else 'd'} on {lot.expires_on}")
    if lot.earmark:
        parts.append(f"only for {lot.earmark}")
    return "; ".join(parts)


def entry_answer(
    snapshot: Snapshot,
    entry: Entry,
    record: Record,
    rule: Rule | None,
    replay: Replay | None,
    scales: Mapping[str, int],
    why: str = "",
) -> Answer:
    """One entry: where it stands, who put it there, by which rule, from which facts, step by step.

    `why` says in a sentence what an entry other than a grant did.
    """
    amount = Money(entry.amount, entry.unit, scales[entry.unit])
    line = line_of(snapshot, "entitlements.csv", entry.offset)
    blocks: list[Block] = [
        Heading(f"{entry.entry}: {what_of(entry)}, {amount} for {entry.person}"),
        Pairs([*([("because", why)] if why else []), *_entry_pairs(entry, record, line)]),
    ]
    data: dict[str, Any] = {
        "entry": entry.entry,
        "person": entry.person,
        "kind": entry.kind,
        "amount": amount,
        "unit": entry.unit,
        "from": entry.source,
        "to": entry.target,
        "booked_on": entry.booked_on,
        "rule": entry.rule,
        "period": entry.period,
        "ref": entry.ref,
        "of": entry.of,
        "because": why,
        "file": "entitlements.csv",
        "line": line,
        "commit": {
            "seq": record.seq,
            "at": record.at,
            "user": record.user,
            "host": record.host,
            "actor": record.actor,
            "command": record.command,
            "why": record.why,
            "key": record.key,
            "adopted": record.adopted("entitlements.csv"),
        },
    }
    if rule is not None:
        blocks += [Heading(f"rule {rule.version} as it stood"), Lines(rule.source.text.split("\n"))]
        data["rule_text"] = rule.source.text
    rows: list[dict[str, Cell]] = []
    if replay is not None:
        rows = _fact_rows(replay.facts)
        blocks += [
            Heading(f"facts as known before commit {record.seq}"),
            Grid(_FACTS, rows, "the rule reads none"),
        ]
        blocks += decision_blocks(replay.decision, scales)
        data["decision"] = decision_data(replay.decision, scales)
        data["agrees"] = replay.agrees
        if not replay.agrees:
            gone = erasures_of(snapshot, [entry.person])
            why = f"{entry.person} was erased since, so facts are gone that it was decided by"
            other = "computed again, this differs from what was booked: run 'ilactl check'"
            blocks.append(Lines([why if gone else other]))
    return Answer("ilactl.explain-entry/1", rows, _FACTS, blocks, data)


def _entry_pairs(entry: Entry, record: Record, line: int) -> list[tuple[str, Cell]]:
    who = record.actor or record.user
    pairs: list[tuple[str, Cell]] = [
        ("stands in", f"entitlements.csv:{line}"),
        ("booked on", entry.booked_on),
        ("by", f"{who} on {record.host}, commit {record.seq}, {record.at}"),
        ("with", f"ilactl {record.command}" + (f", because {record.why}" if record.why else "")),
        ("moves", f"{entry.source or '-'} to {entry.target or '-'}"),
    ]
    if record.adopted("entitlements.csv"):
        pairs.append(("came in", "by an edit of the file that was taken in"))
    if entry.lot:
        pairs.append(("draws on", entry.lot))
    if entry.of:
        pairs.append(("belongs to", entry.of))
    if entry.ref:
        pairs.append(("document", entry.ref))
    if entry.enrolment:
        pairs.append(("enrolment", entry.enrolment))
    return pairs


def _fact_rows(facts: Sequence[FactSeen]) -> list[dict[str, Cell]]:
    rows: list[dict[str, Cell]] = []
    for fact in facts:
        where = ", ".join(f"{file}:{line} (commit {seq})" for file, line, seq in fact.origin.places)
        rows.append(
            {
                "fact": fact.spec.name,
                "value": fact.value,
                "where": f"{fact.origin.said}: {where}" if where else fact.origin.said,
            }
        )
    return rows


def due_answer(
    person: str,
    on: date,
    decisions: Sequence[tuple[Decision, tuple[FactSeen, ...]]],
    scales: Mapping[str, int],
) -> Answer:
    """Each rule on a day: due or not, and why, as if the top-up ran now."""
    rows = [decision_row(decision, scales) for decision, _ in decisions]
    blocks: list[Block] = [
        Heading(f"What is due to {person} on {on}"),
        Grid(TRIAL_COLUMNS, rows, "no rule is due"),
    ]
    for decision, facts in decisions:
        blocks += decision_blocks(decision, scales)
        if decision.facts is not None:
            blocks.append(Grid(_FACTS, _fact_rows(facts)))
    data = {
        "person": person,
        "on": on,
        "decisions": [
            {**decision_data(decision, scales), "origins": _fact_rows(facts)} for decision, facts in decisions
        ],
    }
    return Answer("ilactl.explain-due/1", rows, TRIAL_COLUMNS, blocks, data)
