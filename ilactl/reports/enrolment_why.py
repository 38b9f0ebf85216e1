"""Why an enrolment stands as it does, and why its money moved: the rule, the row of the ending, the step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ilactl.ledger.columns import ENROLMENTS
from ilactl.ledger.enrolments import Enrolment, Step, enrolment
from ilactl.ledger.lookup import line_of
from ilactl.output import Answer, Block, Cell, Col, Grid, Heading, Lines, Pairs
from ilactl.reports.enrolments import MoneyOf
from ilactl.rules.payees import RETURNED
from ilactl.rules.replay import rule_of_entry
from ilactl.rules.step_replay import offer_again, step_again
from ilactl.rules.values import show_value

if TYPE_CHECKING:
    from ilactl.ledger.entries import Entry
    from ilactl.ledger.log import Record
    from ilactl.ledger.snapshot import Snapshot

__all__ = ["HELD_KINDS", "enrolment_why_answer", "moved_because"]

HELD_KINDS = ("reserve", "release", "forfeit", "return", "settle", "reclaim")
"""Entries that an enrolment's steps decide, or what was decided before pays."""

_STEPS = (Col("step"), Col("on", kind="date"), Col("rule"), Col("because"), Col("due", kind="amount"))
_FACTS = (Col("fact"), Col("value"))


def moved_because(snapshot: Snapshot, entry: Entry, record: Record) -> tuple[str, str]:
    """Why an entry of `HELD_KINDS` is there, in a sentence, and the version of the rule that decided it."""
    one = enrolment(snapshot, entry.enrolment)
    if entry.kind == "settle":
        return _settled(one, entry), one.rule
    step = next((s for s in one.steps if _commit(snapshot, s) == record.seq), None)
    if step is None and record.command == RETURNED:
        return f"takes back what {entry.of} paid for {one.id}: that payment came back", one.rule
    if step is None:
        return f"belongs to enrolment {one.id}, whose step was taken back since", one.rule
    if step.step == "enrolled":
        run = f", run {one.steps[0].run}" if one.steps[0].run else ""
        return f"{one.person} was enrolled in {one.course}{run} on {step.on}, by {step.rule}", step.rule
    said = f"{one.id} was {step.step} on {step.on}" + (f" by the {step.by}" if step.by else "")
    plan = step_again(snapshot, step)
    why = f": {plan.why}" if plan and plan.why else ""
    return f"{said}{why}" + (f", by {step.rule}" if step.rule else ""), step.rule or one.rule


def _settled(one: Enrolment, entry: Entry) -> str:
    due = [step for step in one.steps if step.due is not None and step.booked_on <= entry.booked_on]
    if not due:
        return f"pays what enrolment {one.id} made due"
    step = due[-1]
    return f"pays what was due once {one.id} was {step.step} on {step.on}" + (
        f", by {step.rule}" if step.rule else ""
    )


def _commit(snapshot: Snapshot, step: Step) -> int:
    return snapshot.commit_of(ENROLMENTS.file, step.offset).seq


def enrolment_why_answer(snapshot: Snapshot, one: Enrolment) -> Answer:
    """Each step with the rule that decided it and the row that held, the offer's facts, the rule's text."""
    money = MoneyOf(snapshot)
    rows: list[dict[str, Cell]] = []
    for step in one.steps:
        plan = step_again(snapshot, step) if step.step != "enrolled" else None
        rows.append(
            {
                "step": step.step,
                "on": step.on,
                "rule": step.rule or None,
                "because": (plan.why if plan else "") or None,
                "due": money(step.due, step.unit),
                "file": ENROLMENTS.file,
                "line": line_of(snapshot, ENROLMENTS.file, step.offset),
                "commit": _commit(snapshot, step),
            }
        )
    first = one.steps[0]
    record = snapshot.commit_of(ENROLMENTS.file, first.offset)
    who = record.actor or record.user
    stands: list[tuple[str, Cell]] = [
        ("stands in", f"{ENROLMENTS.file}:{rows[0]['line']}"),
        ("by", f"{who} on {record.host}, commit {record.seq}, {record.at}"),
        ("price", money(one.price, one.unit)),
        ("from the holder", money(one.own, one.unit)),
        ("consent", first.consent or None),
    ]
    run = f", run {one.run}" if one.run else ""
    blocks: list[Block] = [
        Heading(f"{one.id}: {one.person} in {one.course}{run}, {one.state}"),
        Pairs([pair for pair in stands if pair[1] is not None]),
        Heading("What was decided when"),
        Grid([c for c in _STEPS if any(row[c.name] is not None for row in rows)], rows),
    ]
    data: dict[str, Any] = {
        "enrolment": one.id,
        "person": one.person,
        "course": one.course,
        "run": one.run or None,
        "state": one.state,
    }
    offer = offer_again(snapshot, first)
    facts: list[dict[str, Cell]] = []
    if offer is not None:
        facts = [{"fact": name, "value": show_value(value)} for name, value in sorted(offer.facts.items())]
        blocks += [Heading(f"facts as known before commit {record.seq}"), Grid(_FACTS, facts, "none")]
    elif first.rule:
        blocks.append(
            Lines(["what the offer was made from is not all there any more, or read otherwise now"])
        )
    data["facts"] = facts
    data["rules"] = []
    for version in dict.fromkeys(step.rule for step in one.steps if step.rule):
        found = rule_of_entry(snapshot, version)
        if found is not None:
            text = found[1].source.text
            blocks += [Heading(f"rule {version} as it stood"), Lines(text.split("\n"))]
            data["rules"].append({"rule": version, "text": text})
    columns = [*_STEPS, Col("file"), Col("line", kind="int"), Col("commit", kind="int")]
    return Answer("ilactl.explain-enrolment/1", rows, columns, blocks, data)
