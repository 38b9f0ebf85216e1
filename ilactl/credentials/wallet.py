"""All of a person's credentials in one archive: an index page, and of each signed file, badge, certificate.

The archive's bytes follow from the credentials alone: fixed order, the day of issue as time.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date
from html import escape
from importlib.resources import files

from ilactl.credentials.badge import badge_svg
from ilactl.credentials.certificate_html import faces_of, html_page
from ilactl.credentials.exporting import Export, Told, export_one
from ilactl.credentials.fonts import Fonts
from ilactl.errors import Refused

__all__ = ["wallet_of"]

_FORMS = {
    "html": ("certificate.html", "page"),
    "pdf": ("certificate.pdf", "print"),
    "ob3": ("credential.json", "file"),
    "svg": ("badge.svg", "badge"),
}
"""The files of each credential, and the words they are linked by."""


def wallet_of(person: str, name: str, told: Sequence[Told], fonts: Fonts) -> Export:
    """The archive; revoked and discarded credentials are left out, and so are forms that no font can show."""
    kept = [one for one in told if not one.credential.ended]
    if not kept:
        raise Refused(reason=f"{person} holds no credential that stands", hint="nothing was written")
    notes: list[str] = []
    made_files: list[tuple[str, bytes, date]] = []
    entries = []
    for one in kept:
        made = dict(_files(one, fonts, notes))
        day = one.elements.issued_on
        made_files += [(f"{one.credential.id}/{_FORMS[form][0]}", data, day) for form, data in made.items()]
        entries.append(_entry(one, tuple(made), fonts))
    left = len(told) - len(kept)
    if left:
        notes.append(f"{left} revoked: not in the archive")
    newest = max(one.elements.issued_on for one in kept)
    made_files.insert(0, ("index.html", _index(kept, name or person, entries), newest))
    return Export(f"{person}-credentials.zip", _zipped(made_files), tuple(dict.fromkeys(notes)))


def _files(one: Told, fonts: Fonts, notes: list[str]) -> Iterator[tuple[str, bytes]]:
    for form in _FORMS:
        try:
            made = export_one(one, form, fonts)
        except Refused as refusal:
            notes.append(f"without {_FORMS[form][0]}: {refusal}")
            continue
        notes += made.notes
        yield form, made.data


def _entry(one: Told, forms: tuple[str, ...], fonts: Fonts) -> str:
    certificate, words = one.certificate, one.certificate.words
    links = "\n".join(
        f'<a href="{one.credential.id}/{_FORMS[form][0]}">{escape(getattr(words, _FORMS[form][1]))}</a>'
        for form in _FORMS
        if form in forms
    )
    facts = " · ".join(filter(None, (certificate.level, certificate.workload)))
    said = (certificate.awarding_body, words.day(one.elements.issued_on), facts)
    lines = "".join(f"<p>{escape(text)}</p>" for text in said if text)
    picture = badge_svg(certificate, fonts).decode().strip()
    title = f'<h2 lang="{escape(certificate.title_language)}" dir="auto">{escape(certificate.title)}</h2>'
    return f'<li>\n{picture}\n{title}\n{lines}\n<div class="links">\n{links}\n</div>\n</li>'


def _index(kept: Sequence[Told], name: str, entries: Sequence[str]) -> bytes:
    words = kept[0].certificate.words
    title = escape(words.wallet.format(name=name))
    letters = "\n".join((name, words.wallet, *(one.certificate.all_text for one in kept)))
    letters += words.page + words.print + words.file + words.badge
    style = files("ilactl.credentials").joinpath("wallet.css").read_text("utf-8")
    body = f"""<main>
<h1 dir="auto">{title}</h1>
<ul>
{chr(10).join(entries)}
</ul>
</main>"""
    return html_page(words.code, title, faces_of(letters) + style, body)


def _zipped(contents: Sequence[tuple[str, bytes, date]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, data, day in contents:
            info = zipfile.ZipInfo(name, (max(day.year, 1980), day.month, day.day, 0, 0, 0))
            info.external_attr = 0o600 << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    return out.getvalue()
