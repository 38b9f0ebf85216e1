"""Micro-credentials as the ledger knows them: the rows of credentials.csv, and what they come to.

One row is one step. The first of a credential issues or imports it, and says whose it is; the others
suspend, reinstate, revoke or discard it, or tell who recognised it. Nothing follows its end.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from ilactl.dates import known_date, parse_date
from ilactl.errors import NotFound, Refused
from ilactl.ledger.columns import CREDENTIALS
from ilactl.ledger.entries import usable_rows
from ilactl.ledger.lookup import rows_of
from ilactl.ledger.scan import Row, read_table

if TYPE_CHECKING:
    from ilactl.ledger.snapshot import Snapshot

__all__ = [
    "DOCUMENTS",
    "Credential",
    "CredentialStep",
    "all_credentials",
    "cells_of_credential",
    "credential",
    "credentials_of",
    "document_name",
    "later_step",
    "replay",
    "resolve_credential",
]

DOCUMENTS = "credentials"
"""The folder of the signed documents."""

_FIRST = ("issued", "imported")
_STATE_OF = {"issued": "valid", "imported": "valid", "reinstated": "valid"}
_ENDS = ("revoked", "discarded")


class CredentialStep(NamedTuple):
    """One row of credentials.csv."""

    credential: str
    booked_on: date
    person: str
    enrolment: str
    course: str
    step: str
    on: date
    issuer: str = ""
    status_list: int | None = None
    status_index: int | None = None
    valid_until: date | None = None
    digest: str = ""
    by: str = ""
    reason: str = ""
    ref: str = ""
    offset: int = -1


class Credential(NamedTuple):
    """One micro-credential. `state` is one of CREDENTIAL_STATES; its own dates are not looked at.

    `imported` says that somebody else issued it. `recognised` are the steps that recognise it.
    """

    id: str
    person: str
    enrolment: str
    course: str
    state: str
    imported: bool
    issued_on: date
    issuer: str
    status_list: int | None
    status_index: int | None
    valid_until: date | None
    digest: str
    steps: tuple[CredentialStep, ...]

    @property
    def ended(self) -> bool:
        """Whether it was revoked, or discarded as somebody else's that was kept by mistake."""
        return self.state in _ENDS

    @property
    def recognised(self) -> tuple[CredentialStep, ...]:
        """Who recognised it, oldest first."""
        return tuple(step for step in self.steps if step.step == "recognised")

    @property
    def document(self) -> str:
        """Its signed document's place in the ledger."""
        return document_name(self.id)

    def state_on(self, day: date) -> str:
        """Its state, or `expired` where it is valid and its last day has passed."""
        if self.state == "valid" and self.valid_until is not None and day > self.valid_until:
            return "expired"
        return self.state


def document_name(credential_id: str) -> str:
    """Where the signed document of that credential lies in the ledger."""
    return f"{DOCUMENTS}/{credential_id}.json"


def cells_of_credential(step: CredentialStep) -> tuple[str, ...]:
    """The step's cells in column order."""

    def text(value: object) -> str:
        return "" if value is None else str(value)

    return tuple(text(value) for value in step[:-1])


def later_step(
    one: Credential, step: str, *, on: date, booked_on: date, by: str = "", reason: str = "", ref: str = ""
) -> CredentialStep:
    """A row that follows the first of a credential, with nothing in it that only the first says.

    Raises Refused where it would be older than the row before it.
    """
    first, last = one.steps[0], one.steps[-1]
    if on < last.on:
        reason = f"{one.id} was {last.step} on {last.on} and cannot be {step} on {on}, before that"
        raise Refused(reason=reason, hint="leave --on out, or give a later day")
    return CredentialStep(
        credential=one.id,
        booked_on=booked_on,
        person=first.person,
        enrolment=first.enrolment,
        course=first.course,
        step=step,
        on=on,
        by=by,
        reason=reason,
        ref=ref,
    )


def _step(row: Row) -> CredentialStep:
    c = row.cells
    return CredentialStep(
        credential=c[0],
        booked_on=known_date(c[1]),
        person=c[2],
        enrolment=c[3],
        course=c[4],
        step=c[5],
        on=known_date(c[6]),
        issuer=c[7],
        status_list=int(c[8]) if c[8] else None,
        status_index=int(c[9]) if c[9] else None,
        valid_until=parse_date(c[10]),
        digest=c[11],
        by=c[12],
        reason=c[13],
        ref=c[14],
        offset=row.offset,
    )


def replay(steps: Sequence[CredentialStep]) -> Credential:
    """What one credential is after its rows, in file order; there is at least one."""
    first = next((step for step in steps if step.step in _FIRST), steps[0])
    state = "valid"
    for step in steps:
        if step.step in ("suspended", *_ENDS):
            state = step.step
        elif state not in _ENDS:
            state = _STATE_OF.get(step.step, state)
    return Credential(
        id=first.credential,
        person=first.person,
        enrolment=first.enrolment,
        course=first.course,
        state=state,
        imported=first.step == "imported",
        issued_on=first.on,
        issuer=first.issuer,
        status_list=first.status_list,
        status_index=first.status_index,
        valid_until=first.valid_until,
        digest=first.digest,
        steps=tuple(steps),
    )


def _replayed(rows: Iterable[Row]) -> list[Credential]:
    groups: dict[str, list[CredentialStep]] = {}
    for row in rows:
        groups.setdefault(row.cells[0], []).append(_step(row))
    return [replay(group) for group in groups.values()]


def _find(snapshot: Snapshot, column: str, wanted: str) -> list[Row]:
    return usable_rows(*rows_of(snapshot, CREDENTIALS, column, wanted), CREDENTIALS)


def credential(snapshot: Snapshot, wanted: str) -> Credential:
    """The credential of that id. Raises NotFound, BadInput with all findings where a row is bad."""
    found = _replayed(_find(snapshot, "credential", wanted))
    if not found:
        raise NotFound(what=f"credential {wanted}", hint="'ilactl credential list' shows all of them")
    return found[0]


def resolve_credential(snapshot: Snapshot, text: str) -> Credential:
    """The credential meant by `C12`, or by `PERSON/COURSE`: of several of these the newest not revoked.

    Raises NotFound, BadInput with all findings where a row is bad.
    """
    person, slash, course = text.partition("/")
    if not slash:
        return credential(snapshot, text)
    found = [one for one in credentials_of(snapshot, person) if one.course == course]
    found = [one for one in found if one.state != "revoked"] or found
    if not found:
        hint = f"'ilactl credential list --person {person}' shows what there is"
        raise NotFound(what=f"credential {text}", hint=hint)
    return found[-1]


def credentials_of(snapshot: Snapshot, person: str) -> list[Credential]:
    """The person's credentials, oldest first, those under ids of the same person included."""
    from ilactl.ledger.registers import same_person

    rows = [row for one in same_person(snapshot, person) for row in _find(snapshot, "person", one)]
    return _replayed(sorted(rows, key=lambda row: row.offset))


def all_credentials(snapshot: Snapshot) -> list[Credential]:
    """Every credential, oldest first. Raises BadInput with all findings where a row is bad."""
    return _replayed(usable_rows(*read_table(snapshot.view(CREDENTIALS.file), CREDENTIALS), CREDENTIALS))
