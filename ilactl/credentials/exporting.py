"""A credential in the forms that people see and other programs read. Nothing is written here.

Everything is made from the signed document, byte for byte as the ledger keeps it; what others said since,
such as who recognised it, comes from the ledger's rows.
"""

from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from ilactl.credentials.certificate import Certificate, Issued, Recognised, certificate_of
from ilactl.credentials.fonts import Fonts
from ilactl.credentials.told import elements_told, issuer_of, valid_until_of
from ilactl.errors import ChangedOutside, NotFound, Refused
from ilactl.ledger.organisations import organisation

if TYPE_CHECKING:
    from ilactl.credentials.elements import Elements
    from ilactl.ledger.credentials import Credential
    from ilactl.ledger.snapshot import Snapshot

__all__ = ["ENDINGS", "Export", "Told", "export_one", "told_of"]

ENDINGS = {
    "ob3": "json",
    "png": "png",
    "svg": "svg",
    "html": "html",
    "pdf": "pdf",
    "elm": "elm.json",
}
"""How the name of a file of each form ends."""


class Told(NamedTuple):
    """A credential read for showing: its document's bytes, what they tell, and the certificate."""

    credential: Credential
    data: bytes
    elements: Elements
    issued: Issued
    certificate: Certificate


class Export(NamedTuple):
    """A file to write: its name, its bytes, and what its reader must know."""

    name: str
    data: bytes
    notes: tuple[str, ...] = ()


def told_of(snapshot: Snapshot, one: Credential, language: str = "") -> Told:
    """The credential, its certificate in the language.

    Raises NotFound where its document is gone, ChangedOutside where it is another one.
    """
    data, document = _document(snapshot, one)
    elements = elements_told(document)
    issued = Issued(
        credential=one.id,
        document=str(document.get("id") or one.id),
        issuer=issuer_of(document),
        digest=hashlib.sha256(data).hexdigest(),
        valid_until=valid_until_of(document),
        recognised=tuple(
            Recognised(_name(snapshot, step.by, step.on), step.reason, step.on) for step in one.recognised
        ),
    )
    return Told(one, data, elements, issued, certificate_of(elements, issued, language))


def export_one(told: Told, form: str, fonts: Fonts) -> Export:
    """The file in one of the forms of `ENDINGS`.

    Raises Refused for a revoked credential, whose signed document alone is given out, and where no font
    shows a name or a title.
    """
    one, certificate = told.credential, told.certificate
    name = f"{one.id}.{ENDINGS[form]}"
    if form == "ob3":
        return Export(name, told.data)
    if one.ended:
        hint = "--format ob3 gives the signed document as it is"
        raise Refused(reason=f"{one.id} is {one.state}: no badge and no certificate is made of it", hint=hint)
    if form == "html":
        return Export(name, _page(certificate, fonts), _lacking(fonts, certificate.all_text))
    badge = form in ("png", "svg")
    text = f"{certificate.title} {certificate.awarding_body}" if badge else certificate.all_text
    _refuse_unshown(fonts, one.id, text)
    if badge:
        return Export(name, _badge(told, form, fonts))
    if form == "pdf":
        from ilactl.credentials.certificate_page import certificate_pdf

        return Export(name, certificate_pdf(certificate, fonts))
    if not told.elements.country.uri:
        hint = "--format ob3 gives the document as its issuer signed it"
        raise Refused(reason=f"{one.id} names no country that the European Learning Model knows", hint=hint)
    from ilactl.credentials.certificate_page import certificate_png
    from ilactl.credentials.elm import UNSIGNED, european_credential

    picture = certificate_png(certificate, fonts, 4.0)
    document = european_credential(told.elements, told.issued, certificate, picture)
    text = json.dumps(document, ensure_ascii=False, indent=1) + "\n"
    return Export(name, text.encode(), (f"{name} is a European Digital Credential; {UNSIGNED}",))


def _page(certificate: Certificate, fonts: Fonts) -> bytes:
    from ilactl.credentials.certificate_html import certificate_html

    return certificate_html(certificate, fonts)


def _badge(told: Told, form: str, fonts: Fonts) -> bytes:
    from ilactl.credentials.badge import badge_png, badge_svg
    from ilactl.credentials.baking import bake_png, bake_svg

    if form == "png":
        return bake_png(badge_png(told.certificate, fonts), told.data)
    return bake_svg(badge_svg(told.certificate, fonts), told.data)


def _lacking(fonts: Fonts, text: str) -> tuple[str, ...]:
    lacking = fonts.lacking(text)
    if not lacking:
        return ()
    return (f"the page's own fonts lack {lacking[:20]}: whoever opens it needs a font that has them",)


def _refuse_unshown(fonts: Fonts, credential: str, text: str) -> None:
    lacking = fonts.lacking(text)
    if lacking:
        hint = "name a TrueType font that has them with --font, or take --format html"
        raise Refused(reason=f"{credential}: no font at hand shows {lacking[:20]}", hint=hint)


def _document(snapshot: Snapshot, one: Credential) -> tuple[bytes, dict[str, Any]]:
    """The signed document's bytes as they were recorded, and what they say."""
    try:
        data = snapshot.folder.read(one.document)
    except FileNotFoundError:
        hint = "it was erased or lost: 'ilactl check' tells, and a backup has it"
        raise NotFound(what=f"the document of {one.id} ({one.document})", hint=hint) from None
    if hashlib.sha256(data).hexdigest() != one.digest:
        hint = "put your copy of it back: 'ilactl check' tells whether it is the right one"
        raise ChangedOutside(path=one.document, reason="it is not the document that was signed", hint=hint)
    return data, dict(json.loads(data))


def _name(snapshot: Snapshot, organisation_id: str, day: date) -> str:
    row = organisation(snapshot, organisation_id, day) or organisation(snapshot, organisation_id)
    return row.name if row else organisation_id
