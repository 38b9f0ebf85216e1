"""Issuing planned: who gets a credential of which award, and who does not and why. Nothing is signed here.

The plan is pure: the ledger, a day, and a seed drawn by the caller. What it says is what is signed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct, field

from ilactl.credentials.award import Ground
from ilactl.credentials.document import Issue, open_badge
from ilactl.credentials.elements import ELEMENTS, Elements, Missing, elements_of
from ilactl.credentials.status_list import Places, list_id
from ilactl.findings import Finding, Kind, Place
from ilactl.ledger.credentials import CredentialStep, all_credentials

if TYPE_CHECKING:
    from typing import Any

    from ilactl.ledger.credential_keys import CredentialKey
    from ilactl.ledger.enrolments import Enrolment
    from ilactl.ledger.snapshot import Snapshot

__all__ = [
    "Award",
    "IssuePlan",
    "Wanted",
    "is_due",
    "missing_elements",
    "new_award",
    "places_of",
    "plan_issue",
]

STATE = Kind(
    "CREDENTIAL-STATE",
    "an enrolment that is not completed, assessed and passed",
    "record what is missing with 'ilactl enrolment complete', or leave the enrolment out",
)
ELEMENT = Kind(
    "CREDENTIAL-ELEMENT",
    "an element that the European standard wants is missing",
    "record it where the line says, and issue again",
)
ISSUED = Kind(
    "CREDENTIAL-ISSUED",
    "the enrolment has a credential already",
    "'ilactl credential show' shows it; a wrong one is revoked, then a new one can be issued",
)

_FAILED = frozenset(
    (
        *("fail", "failed", "not_passed", "no_pass", "f", "fx", "u", "absent", "withdrawn"),
        *("underkänd", "neišlaikyta", "nicht_bestanden"),
    )
)
"""Results that say the assessment was not passed, small letters, spaces as underlines."""


class Wanted(NamedTuple):
    """What is asked of an issue besides who: the day, the last valid day, whether no level applies."""

    on: date
    valid_until: date | None = None
    no_level: bool = False


class Award(NamedTuple):
    """One credential to issue: its row for credentials.csv without a digest, and what it says."""

    step: CredentialStep
    elements: Elements
    issue: Issue

    def document(self) -> dict[str, Any]:
        """The unsigned document."""
        return open_badge(self.elements, self.issue)


class IssuePlan(Struct):
    """What would be issued, in the order asked for; `refused` says why others are not."""

    awards: list[Award] = field(default_factory=list)
    refused: list[Finding] = field(default_factory=list)


def is_due(enrolment: Enrolment, certified: set[str]) -> bool:
    """Whether an enrolment waits for a credential: completed, assessed, passed, none issued yet."""
    return (
        enrolment.state in ("completed", "certified") and enrolment.id not in certified and _passed(enrolment)
    )


def _passed(enrolment: Enrolment) -> bool:
    result = enrolment.result.casefold().strip().replace(" ", "_")
    return bool(result) and result not in _FAILED


def certified_now(snapshot: Snapshot) -> dict[str, str]:
    """The credential that stands for each enrolment that has one; a revoked one stands for nothing."""
    return {
        one.enrolment: one.id
        for one in all_credentials(snapshot)
        if one.enrolment and not one.imported and not one.ended
    }


def plan_issue(
    snapshot: Snapshot,
    enrolments: Sequence[Enrolment],
    wanted: Wanted,
    key: CredentialKey,
    booked_on: date,
    seed: bytes,
) -> IssuePlan:
    """The credentials for these enrolments. Raises BadInput where a row that is needed is bad."""
    plan = IssuePlan()
    ground = Ground(snapshot)
    places = places_of(snapshot, key)
    certified = certified_now(snapshot)
    for enrolment in enrolments:
        objections = list(_objections(enrolment, certified, wanted.on))
        made = elements_of(ground, enrolment, wanted.on, no_level=wanted.no_level)
        if isinstance(made, list):
            told = [one for one in made if not (objections and one.element == 9)]
            objections += missing_elements(Place(enrolment.id), told)
        if objections or isinstance(made, list):
            plan.refused += objections
            continue
        own = hashlib.sha256(seed + b"\0" + enrolment.id.encode()).digest()
        award = new_award(snapshot, made, wanted, key, booked_on, places, own, len(plan.awards))
        certified[enrolment.id] = award.step.credential
        plan.awards.append(award)
    return plan


def missing_elements(place: Place, missing: Iterable[Missing]) -> list[Finding]:
    """A finding for each element that is missing."""
    return [
        ELEMENT.at(place, f"{ELEMENTS[one.element - 1]}: {one.message}", f"record it: {one.remedy}")
        for one in missing
    ]


def places_of(snapshot: Snapshot, key: CredentialKey) -> Places:
    """The places in the key's status lists that no credential has."""
    return Places(
        (
            (one.issuer, one.status_list, one.status_index)
            for one in all_credentials(snapshot)
            if one.status_list is not None and one.status_index is not None and not one.imported
        ),
        key.did,
    )


def new_award(
    snapshot: Snapshot,
    elements: Elements,
    wanted: Wanted,
    key: CredentialKey,
    booked_on: date,
    places: Places,
    seed: bytes,
    number: int,
) -> Award:
    """The award with its place in a status list; `number` counts those of the same commit, from 0."""
    manifest = snapshot.manifest
    list_number, place = places.draw(seed)
    issue = Issue(
        did=key.did,
        agency=manifest.prefix,
        seed=seed,
        status_list=list_id(manifest.credentials_url, ledger_name(snapshot), list_number),
        status_index=place,
        valid_until=wanted.valid_until,
        url=manifest.credentials_url,
    )
    step = CredentialStep(
        credential=_id(snapshot.head.seq + 1, number),
        booked_on=booked_on,
        person=elements.learner.person,
        enrolment=elements.enrolment,
        course=elements.course,
        step="issued",
        on=wanted.on,
        issuer=key.did,
        status_list=list_number,
        status_index=place,
        valid_until=wanted.valid_until,
    )
    return Award(step, elements, issue)


def ledger_name(snapshot: Snapshot) -> str:
    """What tells this ledger from every other: the digest of its first commit."""
    return next(iter(snapshot.records())).sha


def _id(seq: int, number: int) -> str:
    return f"C{seq}" if number == 0 else f"C{seq}-{number + 1}"


def _objections(enrolment: Enrolment, certified: dict[str, str], on: date) -> Iterable[Finding]:
    place = Place(enrolment.id)
    if enrolment.state not in ("completed", "certified"):
        yield STATE.at(place, f"{enrolment.id} is {enrolment.state}, not completed")
    elif not enrolment.result:
        yield STATE.at(
            place,
            f"{enrolment.id} is completed without a result: nobody says that it was assessed",
            "record the assessment: 'ilactl enrolment certify' takes --result",
        )
    elif not _passed(enrolment):
        yield STATE.at(
            place,
            f"{enrolment.id} was not passed: its result is {enrolment.result}",
            "leave the enrolment out; a result that is wrong is taken back with 'ilactl undo'",
        )
    elif enrolment.last.on > on:
        yield STATE.at(
            place,
            f"{enrolment.id} is {enrolment.state} on {enrolment.last.on} only, after {on}",
            "leave --on out, or give a later day",
        )
    if enrolment.id in certified:
        yield ISSUED.at(place, f"{enrolment.id} is certified by {certified[enrolment.id]} already")
