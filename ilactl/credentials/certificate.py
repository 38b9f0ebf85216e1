"""What stands on a certificate: the sixteen elements with their labels in one language, and its foot.

The page, the PDF file and the image are made from this record, so that they say the same.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from msgspec import Struct

from ilactl.credentials.certificate_words import Words, words_of
from ilactl.credentials.elements import Elements
from ilactl.credentials.lists import CYCLES, Concept

__all__ = ["Certificate", "Issued", "Recognised", "Row", "certificate_of", "text_of_code"]

DIGEST_SHOWN = 16
"""Digits of the document's digest that stand in the code to scan and beside it."""


class Recognised(NamedTuple):
    """Who recognised the credential, and as what."""

    by: str
    text: str
    on: date


class Issued(NamedTuple):
    """The signed document: ids, digest in hexadecimal, and what has become of it since."""

    credential: str
    document: str
    issuer: str
    digest: str
    valid_until: date | None = None
    recognised: tuple[Recognised, ...] = ()


class Row(NamedTuple):
    """One element: number in Annex I, label, what it says; `listed` where each text is an item of a list."""

    element: int
    label: str
    texts: tuple[str, ...]
    listed: bool = False


class Certificate(Struct, frozen=True, kw_only=True):
    """One certificate in one language.

    `title_language` is the language the title is shown in. `level` and `workload` are what a badge says
    in brief, "" where they do not apply.
    """

    words: Words
    title: str
    title_language: str
    language: str
    learner: str
    awarding_body: str
    rows: tuple[Row, ...]
    level: str
    workload: str
    on: date
    issued: Issued

    def row(self, element: int) -> Row:
        """The element by its number, from 1."""
        return self.rows[element - 1]

    @property
    def foot(self) -> tuple[tuple[str, str], ...]:
        """Label and text of each line that says which document this is and how to check it."""
        words, issued = self.words, self.issued
        return (
            (words.credential, f"{issued.credential} · {issued.document}"),
            (words.issuer, issued.issuer),
            (words.digest, issued.digest),
        )

    @property
    def command(self) -> str:
        """How to check the signed file."""
        return self.words.verify.format(command="ilactl credential verify FILE")

    @property
    def all_text(self) -> str:
        """Everything a page shows, so that it can be asked whether a font shows it."""
        rows = [text for row in self.rows for text in (row.label, *row.texts)]
        known = [text for pair in self.foot for text in pair]
        recognised = [text for one in self.issued.recognised for text in (one.by, one.text)]
        words = (self.words.micro_credential, self.words.recognised_by, self.command)
        return "\n".join((self.title, self.learner, *rows, *known, *recognised, *words, self.level))


def text_of_code(issued: Issued) -> str:
    """What the code to scan says: the document's id and the first digits of its digest."""
    return f"{issued.document} sha256:{issued.digest[:DIGEST_SHOWN]}"


def certificate_of(elements: Elements, issued: Issued, language: str = "") -> Certificate:
    """The certificate in the language, by default the course's own."""
    words = words_of(language or elements.language)
    title_language = words.code if words.code in elements.titles else elements.language
    title = elements.titles[title_language]
    level = words.level.format(level=elements.eqf.code) if elements.eqf else ""
    cycle = words.cycles.get(elements.cycle, CYCLES.get(elements.cycle, elements.cycle))
    ects = f"{words.number(elements.ects)} ECTS" if elements.ects is not None else ""
    hours = words.in_hours(elements.hours) if elements.hours is not None else ""
    part = elements.stacks_to
    said = (
        _learner(elements, words),
        _title(elements, title_language, words),
        (_country(elements, words),),
        (elements.awarding_body.name,),
        (words.day(elements.issued_on),),
        tuple(one.text for one in elements.outcomes) or (words.not_stated,),
        (" · ".join(filter(None, (ects, hours))) or words.not_stated,),
        (" · ".join(filter(None, (level, cycle))) or words.no_level,),
        _assessment(elements, words),
        (_label(elements.participation, words) or words.not_stated,),
        tuple(_quality(elements, words)) or (words.not_stated,),
        (elements.prerequisites or words.not_stated,),
        (_label(elements.supervision, words) if elements.supervision else words.not_stated,),
        (words.concepts.get(elements.grade.casefold(), elements.grade) or words.not_stated,),
        (
            words.counts_towards.format(title=part.titles.get(words.code, part.title))
            if part
            else words.stand_alone,
        ),
        tuple(_further(elements, issued, words)) or (words.not_stated,),
    )
    return Certificate(
        words=words,
        title=title,
        title_language=title_language,
        language=elements.language,
        learner=elements.learner.name or elements.learner.person,
        awarding_body=elements.awarding_body.name,
        rows=tuple(
            Row(number, label, texts if any(texts) else (words.not_stated,), listed=number == 6)
            for number, (label, texts) in enumerate(zip(words.elements, said, strict=True), 1)
        ),
        level=level or cycle,
        workload=ects or hours,
        on=elements.issued_on,
        issued=issued,
    )


def _label(concept: Concept, words: Words) -> str:
    """The entry of a code list in the language; its own label, begun with a capital, where there is none."""
    key = "/".join(concept.uri.split("/")[-2:]) if concept.uri else concept.code
    text = words.concepts.get(key, concept.label)
    return text[:1].upper() + text[1:]


def _learner(elements: Elements, words: Words) -> tuple[str, ...]:
    learner = elements.learner
    born = words.born.format(day=words.day(learner.birth_date)) if learner.birth_date else ""
    return tuple(filter(None, (learner.name or learner.person or words.not_stated, born)))


def _title(elements: Elements, shown: str, words: Words) -> tuple[str, ...]:
    if shown == elements.language:
        return (elements.title,)
    return elements.titles[shown], words.original.format(title=elements.title)


def _country(elements: Elements, words: Words) -> str:
    return words.countries.get(elements.country_code, elements.country.label)


def _assessment(elements: Elements, words: Words) -> tuple[str, ...]:
    label = _label(elements.assessment, words)
    text = elements.assessment_text or label or words.not_stated
    return (text,) if not label or text.casefold().startswith(label.casefold()) else (label, text)


def _quality(elements: Elements, words: Words) -> list[str]:
    said = []
    for one in elements.quality:
        until = words.until.format(day=words.day(one.until)) if one.until else ""
        said.append(", ".join(filter(None, (one.text, one.agency, until))) or _label(one.type, words))
    return said


def _further(elements: Elements, issued: Issued, words: Words) -> list[str]:
    setting = _label(elements.setting, words)
    said = [setting] if setting else []
    if elements.issuer and elements.issuer != elements.awarding_body.name:
        said.append(words.issued_for.format(agency=elements.issuer))
    said.append(words.awarded.format(day=words.day(elements.awarded_on)))
    if elements.field:
        said.append(words.field.format(field=f"{elements.field.label} (ISCED-F {elements.field.code})"))
    if issued.valid_until:
        said.append(words.valid_until.format(day=words.day(issued.valid_until)))
    return said
