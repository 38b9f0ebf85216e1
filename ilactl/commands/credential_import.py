"""`ilactl credential import`: somebody else's credential, verified and kept for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ilactl.commands.credential_rows import commit_rows, refuse_text
from ilactl.commands.credential_verify import (
    end_by,
    read_stranger,
    trust_options,
    verdict_answer,
    verified,
)
from ilactl.commands.face import Face, face_options
from ilactl.commands.parameters import COURSE, PERSON

if TYPE_CHECKING:
    from typing import Any

    from ilactl.credentials.verifying import Verdict
    from ilactl.ledger.credentials import CredentialStep
    from ilactl.ledger.snapshot import Snapshot
    from ilactl.output import Answer, Block

__all__ = ["import_"]


@click.command("import")
@click.argument("file", type=click.Path(allow_dash=True))
@click.option("--person", metavar="ID", type=PERSON, required=True, help="Whose it is.")
@click.option("--course", metavar="ID", type=COURSE, default="", help="The opportunity that it stands for.")
@click.option("--ref", metavar="TEXT", default="", help="A document, such as who compared the names.")
@trust_options
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
    data, name = read_stranger(face, file)
    refuse_text("--ref", "ref", ref)
    snapshot = face.snapshot()
    found, document, text = verified(face, data, name, trust, status)
    text = text if text.endswith(b"\n") else text + b"\n"
    made = _step(face, snapshot, document, text, person, course, ref)
    if found.reasons or not found.trusted:
        face.answer(verdict_answer(name, document, found))
        end_by(found)
    if face.dry_run:
        known = made if isinstance(made, str) else ""
        face.answer(_imported(document, found, known, None, dry_run=not known), change=bool(known))
        return
    with face.writer() as writer:  # also finishes what a crash left half done
        made = _step(face, writer.snapshot, document, text, person, course, ref)
        seq = None
        if not isinstance(made, str):
            seq = commit_rows(writer, "credential import", [made], [text])
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
