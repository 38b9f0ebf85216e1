"""`ilactl person export`: all the ledger holds on a person, to hand out."""

from __future__ import annotations

from pathlib import Path

import click

from ilactl.commands.face import Face, face_options
from ilactl.commands.parameters import FILE, PERSON
from ilactl.errors import IlactlError, UsageError

__all__ = ["export"]


@click.command("export")
@click.argument("person", type=PERSON)
@click.option(
    "--page", metavar="FILE.html", type=FILE, help="Write it as a page for a browser or a printer, too."
)
@face_options("on")
def export(face: Face, person: str, page: str | None) -> None:
    """Tell all that the ledger holds on a PERSON.

    Every row of every file that names the person or another id of theirs, with its line and the
    commit that recorded it (when, by whom, why); the wallet, each movement and what it did; the
    organisations named. For whoever asks for their own data (GDPR, articles 15 and 20): -O json is
    the portable form, --page a readable one. The page is a new file of its own that only its owner
    can read, never inside the ledger. What backups, git and earlier exports hold is not told here.

    \b
    Examples:
      $ ilactl person add --id P1 --set region=Vilnius
      $ ilactl person export P1
      $ ilactl person export P1 -O json
      $ ilactl person export P1 --page P1.html
    """
    from ilactl.reports.person_export import export_answer, make_export
    from ilactl.rules.load import load_scheme

    snapshot = face.snapshot()
    place = _place(page) if page is not None else None
    try:
        scheme = load_scheme(snapshot)
    except IlactlError:
        scheme = None  # what is held can be told without the rules
    held = make_export(snapshot, scheme, person, face.on(snapshot))
    answer = export_answer(held)
    if place is not None:
        from ilactl.ledger.outside import write_outside
        from ilactl.reports.page import page_of

        title = f"What is held on {held.record.person}"
        write_outside(face.root(), place, page_of(title, answer.shown_blocks()).encode())
        face.say(f"the page is {place}; it holds personal data")
    face.answer(answer)


def _place(text: str) -> Path:
    if not text or text == "-" or "\0" in text:
        raise UsageError(reason="--page needs a file's name", hint="name a new file, such as P1.html")
    return Path(text)
