"""Checks of credentials: each step could follow, no place is used twice, documents fit their rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from ilactl.errors import IlactlError
from ilactl.findings import Finding, Kind, Place
from ilactl.ledger.check_enrolment_money import ENROLMENT
from ilactl.ledger.columns import CREDENTIAL_KEYS, CREDENTIALS
from ilactl.ledger.credentials import DOCUMENTS, document_name

if TYPE_CHECKING:
    from ilactl.ledger.checking import Ground
    from ilactl.ledger.scan import Row

__all__ = ["credentials_known", "documents_fit", "earned", "steps_fit"]

STEP = Kind(
    "CHECK-CREDENTIAL",
    "a row of credentials.csv could not follow the rows before it",
    "take the row out with 'ilactl restore', and record what happened with 'ilactl credential'",
)
DOCUMENT = Kind(
    "CHECK-DOCUMENT",
    "a signed document and the row about it do not fit",
    "restore credentials.csv or the document from your copy; 'ilactl restore' does it for the rows",
)
STRAY = Kind(
    "CHECK-STRAY-DOCUMENT",
    "a file lies among the signed documents that no row of credentials.csv knows",
    "move it away; somebody else's credential is kept with 'ilactl credential import'",
    warning=True,
)
UNEARNED = Kind(
    "CHECK-UNEARNED",
    "a credential stands though its enrolment is not completed, or not any more",
    "revoke it with 'ilactl credential revoke', or record again that the course was completed",
    warning=True,
)

_STEP, _ISSUER = CREDENTIALS.index("step"), CREDENTIALS.index("issuer")
_LIST, _PLACE = CREDENTIALS.index("status_list"), CREDENTIALS.index("status_index")
_DIGEST = CREDENTIALS.index("digest")
_FIRST = ("issued", "imported")


def steps_fit(ground: Ground) -> Iterator[Finding]:
    """Each credential begins once, with a known key, at a place of its own; nothing follows its end."""
    known = {row.cells[2] for row in ground.rows(CREDENTIAL_KEYS)}
    state: dict[str, str] = {}
    places: dict[tuple[str, str], str] = {}
    for row in ground.rows(CREDENTIALS):
        name, step = row.cells[0], row.cells[_STEP]
        for column, message in _faults(row, state.get(name, ""), known, places):
            yield STEP.at(ground.place(CREDENTIALS.file, row.offset, column), message)
        if step == "issued":
            places[row.cells[_LIST], row.cells[_PLACE]] = name
        if step != "recognised":
            state[name] = step


def _faults(
    row: Row, before: str, known: set[str], places: dict[tuple[str, str], str]
) -> Iterator[tuple[str, str]]:
    name, step = row.cells[0], row.cells[_STEP]
    if step in _FIRST:
        if before:
            yield "step", f"{name} is {step} though it was {before} before"
    elif not before:
        yield "step", f"{name} is {step} though no row issues or imports it"
    elif before in ("revoked", "discarded") and step != "recognised":
        yield "step", f"{name} is {step} after it was {before}"
    elif step == "discarded" and before != "imported":
        yield "step", f"{name} is discarded though it is the ledger's own"
    elif step == "reinstated" and before != "suspended":
        yield "step", f"{name} is reinstated though it was not suspended"
    if step != "issued":
        return
    if row.cells[_ISSUER] not in known:
        yield "issuer", f"{name} is issued by {row.cells[_ISSUER] or 'nobody'}, whose key is not recorded"
    place = row.cells[_LIST], row.cells[_PLACE]
    if not all(place):
        yield "status_list", f"{name} has no place in a status list"
    elif place in places:
        yield "status_index", f"{name} has the place of {places[place]} in the status list"


def credentials_known(ground: Ground) -> Iterator[Finding]:
    """Every enrolment that a credential certifies is in enrolments.csv."""
    at = CREDENTIALS.index("enrolment")
    for row in ground.rows(CREDENTIALS):
        name = row.cells[at]
        if name and name not in ground.enrolments and ground.enrolments_whole:
            place = ground.place(CREDENTIALS.file, row.offset, "enrolment")
            yield ENROLMENT.at(place, f"enrolment {name} is not in enrolments.csv")


def earned(ground: Ground) -> Iterator[Finding]:
    """Whoever holds a credential of the ledger's own has completed the course."""
    at = CREDENTIALS.index("enrolment")
    revoked = {row.cells[0] for row in ground.rows(CREDENTIALS) if row.cells[_STEP] == "revoked"}
    for row in ground.rows(CREDENTIALS):
        name, enrolment = row.cells[0], ground.enrolments.get(row.cells[at])
        if row.cells[_STEP] != "issued" or name in revoked or enrolment is None:
            continue
        if enrolment.state not in ("completed", "certified"):
            place = ground.place(CREDENTIALS.file, row.offset, "enrolment")
            yield UNEARNED.at(place, f"{name} certifies {row.cells[at]}, which is {enrolment.state}")


def documents_fit(ground: Ground) -> Iterator[Finding]:
    """Every document belongs to a row that holds its digest, and every row has its document.

    That the documents are as the log recorded them is what the check `log` looks at.
    """
    rows = {
        document_name(row.cells[0]): row for row in ground.rows(CREDENTIALS) if row.cells[_STEP] in _FIRST
    }
    there = _names(ground)
    if not rows and not there:
        return
    recorded, removed = _acts(ground)
    for name, row in rows.items():
        if name in removed:
            continue  # its holder was erased
        digest = recorded.get(name)
        if digest != row.cells[_DIGEST]:
            place = ground.place(CREDENTIALS.file, row.offset, "digest")
            why = "is not in the ledger" if digest is None else "is another one than the row says"
            yield DOCUMENT.at(place, f"the document {name} {why}")
    for name in there:
        if name not in rows:
            yield STRAY.at(Place(name), "no row of credentials.csv knows this document")


def _names(ground: Ground) -> list[str]:
    try:
        return [f"{DOCUMENTS}/{name}" for name in ground.snapshot.folder.names(DOCUMENTS)]
    except (IlactlError, OSError):
        return []


def _acts(ground: Ground) -> tuple[dict[str, str], set[str]]:
    """The digest of each recorded document, and those that a commit removed."""
    recorded: dict[str, str] = {}
    removed: set[str] = set()
    with suppress(IlactlError):  # a broken log is another check's to report
        for record in ground.snapshot.records():
            for act in record.files:
                if act.path.startswith(f"{DOCUMENTS}/"):
                    if act.removed:
                        removed.add(act.path)
                    else:
                        recorded[act.path] = act.sha256
    return recorded, removed
