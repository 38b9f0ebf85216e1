"""`ilactl credential issue`: from completed enrolments to signed documents, one commit."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from ilactl.commands.credential_rows import commit_rows
from ilactl.commands.face import Day, Face, face_options
from ilactl.commands.parameters import COURSE, ENROLMENT
from ilactl.commands.signing import passphrase_option, recorded_key, sign_option, signing_key
from ilactl.errors import Refused, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from ilactl.credentials.issuing import IssuePlan, Wanted
    from ilactl.ledger.commit import Writer
    from ilactl.ledger.credential_keys import CredentialKey
    from ilactl.ledger.snapshot import Snapshot
    from ilactl.output import Answer

__all__ = ["issue"]

_SCHEMA = "ilactl.credential_issue/1"


@click.command("issue")
@click.argument("enrolments", nargs=-1, metavar="[ENROLMENT]...", type=ENROLMENT)
@click.option("--all-due", is_flag=True, help="For all who completed, were assessed, passed, and have none.")
@click.option(
    "--award",
    metavar="COURSE",
    type=COURSE,
    help="The larger award COURSE, to a PERSON who has every module of it.",
)
@sign_option
@passphrase_option
@click.option("--valid-until", metavar="DATE", type=Day(), help="The last day it is valid; default: no end.")
@click.option("--no-level", is_flag=True, help="Say that no EQF level applies to the course.")
@face_options("on", "dry_run", "lock_wait")
def issue(
    face: Face,
    enrolments: tuple[str, ...],
    all_due: bool,
    award: str | None,
    sign_with: str,
    passphrase_file: str | None,
    valid_until: date | None,
    no_level: bool,
) -> None:
    """Issue signed micro-credentials for completed ENROLMENTs.

    Each ENROLMENT is an id such as N12, or PERSON/COURSE. It must be completed with a result that
    passed, on an assessed course, and every mandatory element of the European standard must be
    recorded; what is missing is listed with the command that records it, and then nothing is
    issued. --all-due leaves those out and says so. --award takes a PERSON instead: the larger award
    is issued where every course that counts towards it is certified. The documents, Open Badges 3.0
    as Verifiable Credentials, lie in credentials/ of the ledger, with their digests in
    credentials.csv.

    \b
    Examples:
      $ ilactl credential issue --all-due --sign-with keys/agency.pem -n
      $ ilactl credential issue P1/C1 --sign-with keys/agency.pem --valid-until 2031-12-31
      $ ilactl credential issue P1/C1 --sign-with keys/agency.pem --no-level  # exit 3
      $ ilactl credential issue P1 --award PROG1 --sign-with keys/agency.pem  # exit 66
      $ ilactl credential issue --all-due --sign-with keys/locked.pem --passphrase-file p.txt  # exit 66
    """
    from ilactl.credentials.issuing import Wanted

    if award is not None and (all_due or len(enrolments) != 1):
        hint = "as in: ilactl credential issue P1 --award PROG1"
        raise UsageError(reason="--award takes one PERSON in place of enrolments", hint=hint)
    if bool(enrolments) == all_due:
        raise UsageError(
            reason="name ENROLMENTs, or give --all-due", hint="'ilactl enrolment list' shows them"
        )
    snapshot = face.snapshot()
    private = signing_key(face, sign_with, passphrase_file, snapshot)
    on, seed = face.on(snapshot), os.urandom(32)
    if valid_until is not None and valid_until < on:
        raise UsageError(reason=f"--valid-until {valid_until} lies before {on}", hint="give a later day")
    wanted = Wanted(on, valid_until, no_level)
    larger = award or ""
    key = recorded_key(snapshot, private)
    plan = _plan(snapshot, enrolments, larger, wanted, key, seed)
    if face.dry_run:
        face.answer(_answer(plan, None, dry_run=True, named=not all_due))
        _refuse(plan, named=not all_due)
        return
    _refuse(plan, named=not all_due)
    documents = _sign(face, plan, private, key) if plan.awards else []
    with face.writer() as writer:
        if writer.snapshot.head.sha != snapshot.head.sha:
            key = recorded_key(writer.snapshot, private)
            plan = _plan(writer.snapshot, enrolments, larger, wanted, key, seed)
            _refuse(plan, named=not all_due)
            documents = _sign(face, plan, private, key) if plan.awards else []
        seq = _commit(writer, plan, documents) if plan.awards else None
    for finding in plan.refused:
        face.say(finding.format())
    face.answer(_answer(plan, seq, named=not all_due), change=True)


def _plan(
    snapshot: Snapshot, named: Sequence[str], award: str, wanted: Wanted, key: CredentialKey, seed: bytes
) -> IssuePlan:
    from ilactl.commands.recording import booking_day
    from ilactl.credentials.issuing import certified_now, is_due, plan_issue
    from ilactl.ledger.courses import courses_on
    from ilactl.ledger.enrolments import all_enrolments, resolve

    booked_on = booking_day(snapshot, wanted.on)
    if award:
        from ilactl.credentials.stacking import plan_award, stack_of

        return plan_award(
            snapshot, stack_of(snapshot, named[0], wanted.on, award), wanted, key, booked_on, seed
        )
    if named:
        found = list({one.id: one for one in (resolve(snapshot, text) for text in named)}.values())
    else:
        certified = set(certified_now(snapshot))
        assessed = {course for course, row in courses_on(snapshot).items() if row.assessment}
        due = (one for one in all_enrolments(snapshot) if is_due(one, certified))
        found = [one for one in due if one.course in assessed]
    return plan_issue(snapshot, found, wanted, key, booked_on, seed)


def _refuse(plan: IssuePlan, *, named: bool) -> None:
    if not (named and plan.refused):
        return
    reasons = "1 reason" if len(plan.refused) == 1 else f"{len(plan.refused)} reasons"
    raise Refused(
        findings=plan.refused,
        reason=f"no credential was issued: {reasons}; nothing was written",
        hint="each line above says why and what can be done",
    )


def _sign(face: Face, plan: IssuePlan, private: Ed25519PrivateKey, key: CredentialKey) -> list[bytes]:
    from ilactl.credentials.dids import method_of
    from ilactl.credentials.signing import sign_all

    total = len(plan.awards)
    with face.working(f"signing {total} credentials") as tell:
        return sign_all(
            plan.awards,
            private,
            method_of(key.did, key.public),
            lambda done: tell(f"signed {done} of {total} credentials"),
        )


def _commit(writer: Writer, plan: IssuePlan, documents: list[bytes]) -> int:
    from ilactl.credentials.signing import digest_of_document

    steps = [
        award.step._replace(digest=digest_of_document(data))
        for award, data in zip(plan.awards, documents, strict=True)
    ]
    return commit_rows(writer, "credential issue", steps, documents)


def _answer(plan: IssuePlan, seq: int | None, *, named: bool, dry_run: bool = False) -> Answer:
    from ilactl.output import Answer, Cell, Col, Grid, Lines

    rows: list[dict[str, Cell]] = [
        {
            "credential": None if dry_run else award.step.credential,
            "person": award.step.person,
            "enrolment": award.step.enrolment,
            "course": award.step.course,
            "title": award.elements.title,
            "on": award.step.on,
            "document": None if dry_run else f"credentials/{award.step.credential}.json",
        }
        for award in plan.awards
    ]
    columns = [Col(name) for name in ("credential", "person", "enrolment", "course", "title")]
    columns += [Col("on", kind="date"), Col("document")]
    shown = columns[1:5] if dry_run else columns[:5]
    done = "dry run, nothing was written" if dry_run else f"commit {seq}" if seq else "nothing to write"
    left = len({finding.place.path for finding in plan.refused})
    rest = f", {left} left out: an element is missing" if left and not named else ""
    count = "1 credential" if len(rows) == 1 else f"{len(rows)} credentials"
    said = Lines([f"{count}{rest}: {done}"])
    data = {
        "issued": len(rows),
        "left_out": [finding.as_dict() for finding in plan.refused],
        "commit": seq,
        "dry_run": dry_run,
    }
    return Answer(_SCHEMA, rows, columns, [Grid(shown, rows), said] if rows else [said], data)
