"""`ilactl credential publish`: what verifiers look for on the web, as static files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ilactl.commands.face import Face, face_options
from ilactl.commands.parameters import FOLDER
from ilactl.commands.signing import passphrase_option, recorded_key, sign_option, signing_key
from ilactl.errors import NotFound, Unsafe

if TYPE_CHECKING:
    from ilactl.output import Cell

__all__ = ["publish"]


@click.command("publish")
@click.option("--to", metavar="DIR", type=FOLDER, required=True, help="A folder outside the ledger.")
@sign_option
@passphrase_option
@face_options("on", "dry_run")
def publish(face: Face, to: str, sign_with: str, passphrase_file: str | None) -> None:
    """Write the signed status lists, and the documents of did:web identifiers, into DIR.

    Copy them to where credentials.url of ledger.toml says: verifiers look there whether a
    credential was revoked. A list names nobody and shows no number of credentials; the same state
    on the same day gives the same bytes. Each identifier's lists are signed with its own key, a retired
    one too. Publish at least monthly, as an old list says little, and after
    each revocation. The ledger is only read.

    \b
    Examples:
      $ ilactl credential publish --to keys --sign-with keys/agency.pem -n
      $ mkdir -p site && ilactl credential publish --to site --sign-with keys/agency.pem
      $ ilactl credential publish --to site --sign-with k.pem --passphrase-file p.txt  # exit 66
    """
    from ilactl.credentials.publishing import to_publish
    from ilactl.ledger.outside import replace_outside
    from ilactl.output import Answer, Col, Grid

    snapshot = face.snapshot()
    folder = Path(to)
    if not folder.is_dir():
        raise NotFound(what=f"the folder {folder}", hint="make it first: nothing else is put into it")
    if folder.is_symlink():
        raise Unsafe(path=str(folder), reason="it is a link")
    private = signing_key(face, sign_with, passphrase_file, snapshot)
    key = recorded_key(snapshot, private, retired=True)
    made, others = to_publish(snapshot, private, key, face.on(snapshot))
    rows: list[dict[str, Cell]] = []
    for one in made:
        place = folder / one.name
        written = face.dry_run or replace_outside(face.root(), place, one.data)
        done = "would be written" if face.dry_run else "written" if written else "as it was"
        rows.append({"file": str(place), "address": one.address, "done": done})
    for did in others:
        face.say(f"the lists of {did} need its own key: publish with that one, too")
    columns = [Col("file"), Col("address"), Col("done")]
    block = Grid(columns, rows, "nothing to publish")
    face.answer(Answer("ilactl.credential_publish/1", rows, columns, [block]), change=True)
