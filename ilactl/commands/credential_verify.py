"""`ilactl credential verify`: is it genuine, is it good, and do we know who says so."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

import click

from ilactl.commands.face import Face, face_options
from ilactl.commands.parameters import FILE
from ilactl.errors import FindingsFound, NoCredential, NoLedger, Refused, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from ilactl.credentials.trust import Trust
    from ilactl.credentials.verifying import Verdict
    from ilactl.ledger.snapshot import Snapshot
    from ilactl.output import Answer, Block

__all__ = ["end_by", "read_stranger", "trust_options", "verdict_answer", "verified", "verify"]


def trust_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command --trust and --status."""
    status = click.option(
        "--status", metavar="FILE", type=FILE, help="The status list that the credential names."
    )
    trust = click.option(
        "--trust",
        metavar="DID|FILE",
        multiple=True,
        type=FILE,
        help="An issuer you trust, a file of them, or its did.json; may be repeated.",
    )
    return trust(status(function))


@click.command("verify")
@click.argument("file", type=click.Path(allow_dash=True))
@trust_options
@face_options("on")
def verify(face: Face, file: str, trust: tuple[str, ...], status: str | None) -> None:
    """Verify the credential in FILE, or on stdin for -: JSON, or a badge image (PNG, SVG).

    Looks at signature, issuer, dates, terms, shape and status, and gives every reason. Genuine and
    trusted ends with 0; genuine, but from an issuer unknown to you, with 3; not valid with 1; what
    is no credential at all with 65. Trusted is whom --trust names and, in a ledger, its own keys;
    none is needed, and one that was found, not named, is told. Nothing is fetched: get the status
    list from the address that the credential names and give it with --status. A genuine credential
    says what its issuer says, no more.

    \b
    Examples:
      $ ilactl credential verify sample-data/badges/networks.json --trust sample-data/badges/trust.txt
      $ ilactl credential verify sample-data/badges/networks.json  # exit 3
      $ sed s/passed/Passed/ sample-data/badges/networks.json | ilactl credential verify -  # exit 1
      $ ilactl credential verify badge.png --trust did.json --status status-1.json -O json  # exit 66
    """
    data, name = read_stranger(face, file)
    found, document, _ = verified(face, data, name, trust, status)
    face.answer(verdict_answer(name, document, found))
    if found.trusted and not found.reasons and not trust and face.named_ledger() is None:
        face.warn(
            f"its issuer is trusted because the ledger found in {face.root()} has its key, and a stranger's "
            "folder may bring one along; name yours with --ledger, or the issuer with --trust"
        )
    end_by(found)


def read_stranger(face: Face, file: str) -> tuple[bytes, str]:
    """What a stranger sent: no more of it than an image may have."""
    from ilactl.credentials.baking import IMAGE_LIMIT

    return face.read_input(file, IMAGE_LIMIT)


def end_by(found: Verdict) -> None:
    """The status: 1 for what is not valid, 3 for an issuer that nobody here knows."""
    from ilactl.credentials.verifying import UNKNOWN, UNSOUND

    if found.verdict == UNSOUND:
        count = len(found.reasons)
        reasons = "1 reason" if count == 1 else f"{count} reasons"
        raise FindingsFound(count=f"not valid: {reasons}", hint="each line above marked 'no' says why")
    if found.verdict == UNKNOWN:
        raise Refused(
            reason=f"genuine, but nobody here knows the issuer: {found.issuer}",
            hint="ask the issuer on a way you know for its identifier, and give it with --trust",
        )


def verified(
    face: Face, data: bytes, name: str, trust: Sequence[str], status: str | None
) -> tuple[Verdict, dict[str, Any], bytes]:
    """What comes out for the bytes of that file, the document, and its own bytes. Raises NoCredential."""
    from ilactl.credentials.status_check import check_status
    from ilactl.credentials.verifying import verify as check

    document, text = _document(data, name)
    snapshot = _ledger(face)
    known = _trust(face, snapshot, trust)
    at = _time(face)
    found = check(document, known, at)
    given = None
    if status is not None:
        raw, status_name = read_stranger(face, status)
        given = _json(raw, status_name, hint="give --status the list that the credential names")
    if not (snapshot is not None and _of_ledger(snapshot, document, found)) or given is not None:
        check_status(document, given, known, at, found)
    return found, document, text


def _time(face: Face) -> datetime:
    if face.given_on is not None:
        return datetime.combine(face.given_on, time(12), UTC)
    return face.session.now()


def _ledger(face: Face) -> Snapshot | None:
    """The ledger, where one is named or stood in; none is needed."""
    try:
        return face.snapshot()
    except NoLedger:
        if face.named_ledger() is not None:
            raise
        return None


def _trust(face: Face, snapshot: Snapshot | None, named: Sequence[str]) -> Trust:
    from ilactl.credentials.reading import NotReadable
    from ilactl.credentials.trust import Trust
    from ilactl.ledger.credential_keys import credential_keys

    trust = Trust()
    if snapshot is not None:
        trust.add_keys(credential_keys(snapshot))
    for one in named:
        if one.startswith(("did:", "https://", "http://", "urn:")):
            trust.add_did(one.split("#")[0].strip())  # a key is named with its identifier, as in a list
            continue
        data, name = read_stranger(face, one)
        try:
            trust.add_file(data)
        except NotReadable as fault:
            raise UsageError(
                reason=f"--trust {name}: {fault}", hint="give a DID, a list of them or a did.json"
            ) from None
    return trust


def _document(data: bytes, name: str) -> tuple[dict[str, Any], bytes]:
    """The document and its bytes, out of an image where it lies in one. Raises NoCredential."""
    from ilactl.credentials.baking import NoBadge, image_kind, unbake
    from ilactl.credentials.structure import is_credential

    if image_kind(data):
        try:
            data = unbake(data)
        except NoBadge as fault:
            raise NoCredential(what=name, reason=str(fault)) from None
    document = _json(data, name)
    if not is_credential(document):
        raise NoCredential(what=name, reason="its type does not name VerifiableCredential")
    return document, data


def _json(data: bytes, name: str, hint: str = NoCredential.hint) -> dict[str, Any]:
    from ilactl.credentials.reading import NotReadable, read_json

    try:
        return read_json(data)
    except NotReadable as fault:
        raise NoCredential(what=name, reason=str(fault), hint=hint) from None


def _of_ledger(snapshot: Snapshot, document: dict[str, Any], found: Verdict) -> bool:
    """What the ledger itself says of a document under one of its keys; true where it says something."""
    from ilactl.credentials.recorded import recorded

    if not found.trusted or found.reasons:
        return False
    told = recorded(snapshot, document, found.issuer)
    if told is None:
        return False
    found.say("ledger", told.good, told.text)
    return told.good


def verdict_answer(name: str, document: dict[str, Any], found: Verdict) -> Answer:
    """The verdict with every reason, and what the document says of itself."""
    from ilactl.credentials.summary import summary_of
    from ilactl.output import Answer, Cell, Col, Grid, Lines, Pairs

    marks = {True: "yes", False: "no", None: "-"}
    rows: list[dict[str, Cell]] = [
        {"check": check.name, "good": marks[check.good], "what": check.text} for check in found.checks
    ]
    columns = [Col("check"), Col("good"), Col("what")]
    pairs: list[tuple[str, Cell]] = list(summary_of(document, found).items())
    said = found.verdict[0].upper() + found.verdict[1:]
    data = {
        "file": name,
        "verdict": {True: "trusted", False: "unknown"}[found.trusted] if not found.reasons else "invalid",
        "reasons": found.reasons,
        "issuer": found.issuer or None,
        "says": dict(pairs),
    }
    blocks: list[Block] = [
        Lines([f"{said}."]),
        Pairs([pair for pair in pairs if pair[1]]),
        Grid(columns, rows),
    ]
    return Answer("ilactl.credential_verify/1", rows, columns, blocks, data)
