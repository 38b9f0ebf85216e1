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

    from ilactl.ledger.enrolments import Enrolment
    from ilactl.ledger.entries import Entry
    from ilactl.ledger.snapshot import Snapshot
    from ilactl.output import Answer

__all__ = ["command"]

_ENTRY = re.compile(r"E[0-9]+", re.ASCII)
_ENROLMENT = re.compile(r"N[0-9]+(-[0-9]+)?|[^/]+/[^/]+", re.ASCII)


@click.command("explain")
@click.argument("subject", metavar="PERSON|ENTRY|ENROLMENT", type=SUBJECT)
@click.option("--due", is_flag=True, help="For a person: what each rule gives on --on, and why or why not.")
@face_options("on")
def command(face: Face, subject: str, due: bool) -> None:
    """Explain every cent: of a person, of one entry, or of an enrolment.

    For a person: each lot, the rule or contributor it came from, what is left of it. For an entry:
    the rule's text in that version, the facts as known then with the file and line that recorded
    them, the expression with every intermediate value, caps and rounding; of an expiry, a
    conversion or a correction, what it did to which lot and why. For an enrolment, an id such as N12
    or PERSON/COURSE: which rule decided each step, and which row of its ending held. With --due:
    each rule, due or not, and why.

    \b
    Examples:
      $ ilactl explain E1
      $ ilactl explain P1
      $ ilactl explain P1 --due --on 2027-01-01
    """
    snapshot = face.snapshot()
    one = None if due else _enrolment(snapshot, subject)
    entry = None if due or one else _entry(snapshot, subject)
    if one is not None:
        from ilactl.reports.enrolment_why import enrolment_why_answer

        face.answer(_with_erasure(snapshot, one.person, enrolment_why_answer(snapshot, one)))
    elif entry is not None:
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


def _enrolment(snapshot: Snapshot, subject: str) -> Enrolment | None:
    """The enrolment meant; None where the subject is a person's. Raises NotFound where it is neither."""
    from ilactl.ledger.enrolments import resolve
    from ilactl.ledger.holders import existing

    if not _ENROLMENT.fullmatch(subject):
        return None
    try:
        return resolve(snapshot, subject)
    except NotFound:
        if existing(snapshot, [subject]):
            return None
        raise


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
    if entry.enrolment and not why:
        from ilactl.reports.enrolment_why import HELD_KINDS, moved_because

        if entry.kind in HELD_KINDS:
            why, version = moved_because(snapshot, entry, record)
            rule = rule_of_entry(snapshot, version) if version else None
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
