"""`ilactl credential export`: a credential as badge, certificate or European credential, or all zipped."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ilactl.commands.face import Face, face_options
from ilactl.commands.parameters import CREDENTIAL_HOLDER, FILE
from ilactl.errors import NotFound, UsageError

if TYPE_CHECKING:
    from ilactl.credentials.exporting import Export
    from ilactl.credentials.fonts import Fonts
    from ilactl.ledger.snapshot import Snapshot

__all__ = ["export"]

_FORMATS = ("ob3", "png", "svg", "html", "pdf", "elm", "wallet")
_LANGUAGES = ("en", "sv", "lt")


@click.command("export")
@click.argument("what", metavar="CREDENTIAL|PERSON", type=CREDENTIAL_HOLDER)
@click.option("--format", "form", type=click.Choice(_FORMATS), required=True, help="What to make of it.")
@click.option(
    "--to", metavar="FILE|DIR", type=FILE, default=".", help="Where; default: here, named by its id."
)
@click.option("--language", type=click.Choice(_LANGUAGES), help="Of the labels; default: the course's own.")
@click.option(
    "--font",
    "fonts",
    metavar="FILE.ttf",
    type=FILE,
    multiple=True,
    help="A TrueType font for names in scripts that the fonts at hand lack; may be repeated.",
)
@face_options()
def export(face: Face, what: str, form: str, to: str, language: str | None, fonts: tuple[str, ...]) -> None:
    """Make of CREDENTIAL a file for people or other programs, or of all of PERSON's an archive.

    CREDENTIAL is an id such as C12, or PERSON/COURSE.

    ob3 is the signed document itself. png and svg are badges that carry it: whoever gets one can
    verify it. html and pdf are certificates to print, on A4 across, with the sixteen elements of the
    European standard, an id to scan, and how to verify. elm is a European Digital Credential
    (European Learning Model 3.2): it is not signed, and has to be sealed elsewhere before it counts.
    wallet takes a PERSON and gives a zip of all credentials with an index page. What is printed is
    what was signed. A file that is there already is never replaced.

    \b
    Examples:
      $ ilactl credential export P1/C1 --format pdf --language lt
      $ ilactl credential export P1/C1 --format png --to badge.png
      $ ilactl credential export P1 --format wallet
      $ ilactl credential export P1/C1 --format html --font NotoSansArabic.ttf  # exit 2
    """
    from ilactl.credentials.exporting import export_one, told_of
    from ilactl.ledger.credentials import resolve_credential
    from ilactl.ledger.outside import write_outside
    from ilactl.output import Answer, Lines

    snapshot = face.snapshot()
    if form == "wallet":
        made = _wallet(snapshot, what, language or "", fonts)
    else:
        told = told_of(snapshot, resolve_credential(snapshot, what), language or "")
        made = export_one(told, form, _fonts(fonts))
    place = _place(to, made.name)
    write_outside(face.root(), place, made.data)
    for note in made.notes:
        face.warn(note)
    data = {"what": what, "format": form, "file": str(place), "bytes": len(made.data)}
    line = f"{what} as {form} is in {place}; it holds personal data"
    face.answer(Answer("ilactl.credential_export/1", blocks=[Lines([line])], data=data), change=True)


def _fonts(named: tuple[str, ...]) -> Fonts:
    from ilactl.credentials.fonts import BadFont, Fonts

    try:
        return Fonts(Path(one) for one in named)
    except BadFont as fault:
        hint = "name a TrueType font file (.ttf)"
        raise UsageError(reason=f"--font {fault}", hint=hint) from None


def _wallet(snapshot: Snapshot, person: str, language: str, fonts: tuple[str, ...]) -> Export:
    from ilactl.credentials.exporting import told_of
    from ilactl.credentials.wallet import wallet_of
    from ilactl.ledger.credentials import credentials_of
    from ilactl.ledger.registers import person_record

    record = person_record(snapshot, person)
    told = [told_of(snapshot, one, language) for one in credentials_of(snapshot, person)]
    return wallet_of(record.person, record.identity.get("name", ""), told, _fonts(fonts))


def _place(to: str, name: str) -> Path:
    if not to or to == "-" or "\0" in to:
        raise UsageError(reason="--to needs a file or a folder", hint="name a new file, or a folder for it")
    place = Path(to)
    if place.is_dir():
        return place / name
    if not place.absolute().parent.is_dir():
        raise NotFound(what=f"the folder {place.parent}", hint="make it first, or name one that is there")
    return place
