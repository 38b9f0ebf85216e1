"""`ilactl credential verify` and `import`: is it genuine, is it good, and do we know who says so."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

import click

from ilactl.commands.face import Face, face_options
from ilactl.commands.parameters import COURSE, FILE, PERSON
from ilactl.errors import FindingsFound, NoCredential, NoLedger, Refused, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from ilactl.credentials.trust import Trust
    from ilactl.credentials.verifying import Verdict
    from ilactl.ledger.credentials import CredentialStep
    from ilactl.ledger.snapshot import Snapshot
    from ilactl.output import Answer, Block

__all__ = ["import_", "verify"]


def _trust_options(function: Callable[..., Any]) -> Callable[..., Any]:
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
@_trust_options
@face_options("on")
def verify(face: Face, file: str, trust: tuple[str, ...], status: str | None) -> None:
    """Verify the credential in FILE, or on stdin for -: JSON, or a badge image (PNG, SVG).

    Looks at signature, issuer, dates, terms, shape and status, and gives every reason. Genuine and
    trusted ends with 0; genuine, but from an issuer unknown to you, with 3; not valid with 1; what
    is no credential at all with 65. Trusted is whom --trust names and, in a ledger, its own keys;
    none is needed. Nothing is fetched: get the status list from the address that the credential
    names and give it with --status. A genuine credential says what its issuer says, no more.

    \b
    Examples:
      $ ilactl credential verify sample-data/badges/networks.json --trust sample-data/badges/trust.txt
      $ ilactl credential verify sample-data/badges/networks.json  # exit 3
      $ sed s/passed/Passed/ sample-data/badges/networks.json | ilactl credential verify -  # exit 1
      $ ilactl credential verify badge.png --trust did.json --status status-1.json -O json  # exit 66
    """
    data, name = face.read_input(file)
    found, document, _ = _verified(face, data, name, trust, status)
    face.answer(_answer(name, document, found))
    _end(found)


def _end(found: Verdict) -> None:
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


def _verified(
    face: Face, data: bytes, name: str, trust: Sequence[str], status: str | None
) -> tuple[Verdict, dict[str, Any], bytes]:
    from ilactl.credentials.status_check import check_status
    from ilactl.credentials.verifying import verify as check

    document, text = _document(data, name)
    snapshot = _ledger(face)
    known = _trust(face, snapshot, trust)
    at = _time(face)
    found = check(document, known, at)
    given = None
    if status is not None:
        raw, status_name = face.read_input(status)
        given = _json(raw, status_name)
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
            trust.add_did(one)
            continue
        data, name = face.read_input(one)
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


def _json(data: bytes, name: str) -> dict[str, Any]:
    from ilactl.credentials.reading import NotReadable, read_json

    try:
        return read_json(data)
    except NotReadable as fault:
        raise NoCredential(what=name, reason=str(fault)) from None


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


def _answer(name: str, document: dict[str, Any], found: Verdict) -> Answer:
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


@click.command("import")
@click.argument("file", type=click.Path(allow_dash=True))
@click.option("--person", metavar="ID", type=PERSON, required=True, help="Whose it is.")
@click.option("--course", metavar="ID", type=COURSE, default="", help="The opportunity that it stands for.")
@click.option("--ref", metavar="TEXT", default="", help="A document, such as who compared the names.")
@_trust_options
@face_options("on", "dry_run", "lock_wait")
def import_(
    face: Face,
    file: str,
    person: str,
    course: str,
    ref: str,
    trust: tuple[str, ...],
    status: str | None,
) -> None:
    """Keep somebody else's credential in FILE for a PERSON, after verifying it.

    It must be genuine, valid, and from an issuer that --trust names. Whether it is about PERSON no
    signature tells: compare the name it bears, which is shown. The document is kept as it came.

    \b
    Examples:
      $ printf 'did:key:z6MknFak6yGfSauZtfjuP4pvEe7HEUGZVYoH7cNVNorhkyrR\\n' > trust.txt
      $ ilactl credential import sample-data/badges/networks.json --person P1 --trust trust.txt -n
      $ ilactl credential import sample-data/badges/networks.json --person P1 --trust trust.txt --course C1
      $ ilactl credential import badge.png --person P1 --ref SEEN-1 --status status-1.json  # exit 66
    """
    from ilactl.commands.credential_rows import refuse_text
    from ilactl.ledger.columns import CREDENTIALS
    from ilactl.ledger.commit import Append, Change
    from ilactl.ledger.credentials import cells_of_credential, document_name
    from ilactl.ledger.scan import format_row

    data, name = face.read_input(file)
    refuse_text("--ref", "ref", ref)
    snapshot = face.snapshot()
    found, document, text = _verified(face, data, name, trust, status)
    text = text if text.endswith(b"\n") else text + b"\n"
    made = _step(face, snapshot, document, text, person, course, ref)
    if found.reasons or not found.trusted:
        face.answer(_answer(name, document, found))
        _end(found)
    if face.dry_run:
        known = made if isinstance(made, str) else ""
        face.answer(_imported(document, found, known, None, dry_run=not known), change=bool(known))
        return
    with face.writer() as writer:  # also finishes what a crash left half done
        made = _step(face, writer.snapshot, document, text, person, course, ref)
        seq = None
        if not isinstance(made, str):
            row = format_row(cells_of_credential(made)).encode()
            change = Change(
                "credential import",
                (Append(CREDENTIALS.file, row, rows=1), Append(document_name(made.credential), text)),
                booked_on=made.booked_on,
            )
            seq = writer.commit(change).seq
    kept = made if isinstance(made, str) else made.credential
    face.answer(_imported(document, found, kept, seq), change=True)


def _step(
    face: Face,
    snapshot: Snapshot,
    document: dict[str, Any],
    text: bytes,
    person: str,
    course: str,
    ref: str,
) -> CredentialStep | str:
    """The row to write, or the id that the document is kept under already. Raises NotFound, Refused."""
    from ilactl.commands.recording import booking_day
    from ilactl.credentials.recorded import imported_step, known_import
    from ilactl.ledger.courses import course_on, missing_course
    from ilactl.ledger.holders import ids_of

    if course and course_on(snapshot, course) is None:
        raise missing_course(course)
    holder, on = ids_of(snapshot, [person])[person][0], face.on(snapshot)
    known = known_import(snapshot, text, holder, course)
    if known is not None:
        return known
    return imported_step(snapshot, document, text, holder, course, ref, on, booking_day(snapshot, on))


def _imported(
    document: dict[str, Any], found: Verdict, credential: str, seq: int | None, *, dry_run: bool = False
) -> Answer:
    from ilactl.credentials.summary import summary_of
    from ilactl.output import Answer, Cell, Lines, Pairs

    done = f"commit {seq}" if seq else "dry run, nothing was written" if dry_run else "kept already"
    pairs: list[tuple[str, Cell]] = [pair for pair in summary_of(document, found).items() if pair[1]]
    data = {"credential": credential or None, "says": dict(pairs), "commit": seq, "dry_run": dry_run}
    blocks: list[Block] = [Lines([f"{credential or 'the credential'}: {done}"]), Pairs(pairs)]
    return Answer("ilactl.credential_import/1", blocks=blocks, data=data)
