"""Documents and the ledger's rows about them: which row a document belongs to, and what it says."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from ilactl.credentials.signing import digest_of_document
from ilactl.credentials.structure import time_of
from ilactl.credentials.verifying import issuer_of
from ilactl.errors import Refused
from ilactl.ledger.credentials import CredentialStep, all_credentials

if TYPE_CHECKING:
    from ilactl.ledger.credentials import Credential
    from ilactl.ledger.snapshot import Snapshot

__all__ = ["Told", "imported_step", "known_import", "recorded"]


class Told(NamedTuple):
    """What the ledger says of a document, and whether that speaks for it."""

    good: bool
    text: str


def recorded(snapshot: Snapshot, document: dict[str, Any], issuer: str) -> Told | None:
    """What the ledger says of a document that one of its own keys signed; None where that key is not its own.

    A document of ours that no row knows was signed by somebody who has the key.
    """
    from ilactl.ledger.credential_keys import credential_keys

    if all(one.did != issuer for one in credential_keys(snapshot)):
        return None
    entry = document.get("credentialStatus")
    place = str(entry.get("statusListIndex")) if isinstance(entry, dict) else ""
    same = [
        one for one in all_credentials(snapshot) if one.issuer == issuer and str(one.status_index) == place
    ]
    for one in same:
        kept = _kept(snapshot, one)
        if kept is None or kept == document:
            gone = ", whose document is no longer there" if kept is None else ""
            if one.state != "valid":
                step = one.steps[-1]
                return Told(
                    False, f"the ledger says that {one.id} was {one.state} on {step.on}: {step.reason}"
                )
            return Told(True, f"the ledger issued it as {one.id}{gone}, and has not revoked it")
    return Told(False, "the ledger did not issue it, though its key signed it: was the key stolen?")


def _kept(snapshot: Snapshot, one: Credential) -> Any:
    """The document as it was signed; None where it is gone, or another one stands in its place."""
    try:
        data = snapshot.folder.read(one.document)
    except FileNotFoundError:
        return None
    return json.loads(data) if digest_of_document(data) == one.digest else None


def known_import(snapshot: Snapshot, data: bytes, person: str, course: str) -> str | None:
    """The id under which these very bytes are kept already.

    Raises Refused where they are kept for another person, or stand for another course.
    """
    digest = digest_of_document(data)
    kept = (one for one in all_credentials(snapshot) if one.digest == digest)
    one = next((one for one in kept if one.state != "discarded"), None)
    if one is None:
        return None
    told = f"for {one.person}" if one.person != person else ""
    if course and one.course != course and not told:
        told = f"as one for course {one.course}" if one.course else "without a course"
    if told:
        hint = (
            "one document is of one person and counts once; where that was a mistake, "
            f"'ilactl credential discard {one.id} --reason TEXT' takes it back"
        )
        raise Refused(reason=f"{one.id} keeps this document already, {told}", hint=hint)
    return one.id


def imported_step(
    snapshot: Snapshot,
    document: dict[str, Any],
    data: bytes,
    person: str,
    course: str,
    ref: str,
    on: date,
    booked_on: date,
) -> CredentialStep:
    """The row that keeps somebody else's document."""
    until = time_of(document.get("validUntil"))
    return CredentialStep(
        credential=f"C{snapshot.head.seq + 1}",
        booked_on=booked_on,
        person=person,
        enrolment="",
        course=course,
        step="imported",
        on=on,
        issuer=issuer_of(document)[0][:200],
        valid_until=until.date() if until else None,
        digest=digest_of_document(data),
        ref=ref,
    )
