"""`ilactl explain`: why a person has what they have, why an entry is what it is, what is due."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

from ilactl.commands.face import Face, face_options
from ilactl.commands.parameters import SUBJECT
from ilactl.errors import NotFound, UsageError

if TYPE_CHECKING:
    from datetime import date

    from ilactl.ledger.entries import Entry
    from ilactl.ledger.snapshot import Snapshot
    from ilactl.output import Answer

__all__ = ["command"]

_ENTRY = re.compile(r"E[0-9]+", re.ASCII)


@click.command("explain")
@click.argument("subject", metavar="PERSON|ENTRY", type=SUBJECT)
@click.option("--due", is_flag=True, help="For a person: what each rule gives on --on, and why or why not.")
@face_options("on")
def command(face: Face, subject: str, due: bool) -> None:
    """Explain every cent: of a person, or of one entry.

    For a person: each lot, the rule or contributor it came from, what is left of it. For an entry:
    the rule's text in that version, the facts as known then with the file and line that recorded
    them, the expression with every intermediate value, caps and rounding; of an expiry, a
    conversion or a correction, what it did to which lot and why. With --due: each rule, due or not,
    and why.

    \b
    Examples:
      $ ilactl explain E1
      $ ilactl explain P1
      $ ilactl explain P1 --due --on 2027-01-01
    """
    snapshot = face.snapshot()
    entry = None if due else _entry(snapshot, subject)
    if entry is not None:
        face.answer(_with_erasure(snapshot, entry.person, _explain_entry(snapshot, entry)))
    elif due:
        answer = _explain_due(snapshot, subject, face.on(snapshot))
        face.answer(_with_erasure(snapshot, subject, answer))
    else:
        answer = _explain_person(snapshot, subject, face.on(snapshot))
        face.answer(_with_erasure(snapshot, subject, answer))


def _with_erasure(snapshot: Snapshot, person: str, answer: Answer) -> Answer:
    """The answer, which also tells where the person was erased."""
    from ilactl.ledger.erasures import erasures_of
    from ilactl.reports.erasure import erased_notes

    notes = erased_notes(snapshot, erasures_of(snapshot, [person]))
    return answer._replace(notes=[*answer.notes, *notes]) if notes else answer


def _entry(snapshot: Snapshot, subject: str) -> Entry | None:
    """The entry of that id; None where the subject is a person's. Raises NotFound where it is neither."""
    from ilactl.ledger.entries import entry_by_id
    from ilactl.ledger.registers import person_record

    if not _ENTRY.fullmatch(subject):
        return None
    try:
        return entry_by_id(snapshot, subject)
    except NotFound as no_entry:
        try:
            person_record(snapshot, subject)
        except NotFound:
            raise no_entry from None
        return None


def _explain_entry(snapshot: Snapshot, entry: Entry) -> Answer:
    from ilactl.ledger.entries import entries_of
    from ilactl.reports.because import because
    from ilactl.reports.explanation import entry_answer
    from ilactl.rules.plan import scales_of
    from ilactl.rules.replay import replay, rule_of_entry

    again = replay(snapshot, entry) if entry.kind == "grant" else None
    rule = rule_of_entry(snapshot, entry.rule) if entry.rule else None
    record = again.record if again else snapshot.commit_of("entitlements.csv", entry.offset)
    scales = scales_of(snapshot)
    entries = entries_of(snapshot, entry.person)
    why = because(entry, entries, rule[1] if rule else None, scales)
    return entry_answer(snapshot, entry, record, rule[1] if rule else None, again, scales, why)


def _explain_person(snapshot: Snapshot, person: str, on: date) -> Answer:
    from ilactl.ledger.entries import entries_of
    from ilactl.ledger.registers import person_record
    from ilactl.ledger.wallets import lots_of
    from ilactl.reports.explanation import sources_answer
    from ilactl.rules.plan import scales_of

    record = person_record(snapshot, person)
    entries = [entry for entry in entries_of(snapshot, record.person) if entry.booked_on <= on]
    adopted = {  # nothing but a correction is ever taken in from the file
        entry.entry
        for entry in entries
        if entry.kind == "correct"
        and snapshot.commit_of("entitlements.csv", entry.offset).adopted("entitlements.csv")
    }
    return sources_answer(record.person, lots_of(entries), entries, scales_of(snapshot), on, adopted)


def _explain_due(snapshot: Snapshot, person: str, on: date) -> Answer:
    from ilactl.ledger.holders import existing
    from ilactl.reports.explanation import due_answer
    from ilactl.rules.load import load_scheme
    from ilactl.rules.plan import scales_of
    from ilactl.rules.replay import person_decisions

    if _ENTRY.fullmatch(person) and not existing(snapshot, [person]):
        reason = f"--due tells what is due to a person, and {person} is written like an entry"
        raise UsageError(reason=reason, hint=f"'ilactl explain {person}' explains the entry")
    scheme = load_scheme(snapshot)
    record, decisions = person_decisions(snapshot, scheme, person, on)
    return due_answer(record.person, on, decisions, scales_of(snapshot))
