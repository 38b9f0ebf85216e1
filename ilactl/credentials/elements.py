"""The elements of an award: what the European standard wants a micro-credential to say.

Annex I of the Council Recommendation of 16 June 2022 on a European approach to micro-credentials (2022/C
243/02) names eleven mandatory and five optional elements. They are made here from the ledger, once; the
signed document, the certificate and every export say what stands here. What is missing is told with the
command that records it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct

from ilactl.credentials import lists
from ilactl.credentials.lists import Concept

if TYPE_CHECKING:
    from ilactl.credentials.award import Ground
    from ilactl.ledger.courses import CourseRow, RunRow
    from ilactl.ledger.enrolments import Enrolment

__all__ = [
    "ELEMENTS",
    "Body",
    "Elements",
    "Learner",
    "Missing",
    "Outcome",
    "Part",
    "Quality",
    "elements_of",
]

ELEMENTS = (
    "Identification of the learner",
    "Title of the micro-credential",
    "Country or region of the issuer",
    "Awarding body",
    "Date of issuing",
    "Learning outcomes",
    "Notional workload needed to achieve the learning outcomes",
    "Level (and cycle, if applicable) of the learning experience leading to the micro-credential",
    "Type of assessment",
    "Form of participation in the learning activity",
    "Type of quality assurance used to underpin the micro-credential",
    "Prerequisites needed to enrol in the learning activity",
    "Supervision and identity verification during assessment",
    "Grade achieved",
    "Integration and stackability options",
    "Further information",
)
"""The elements by number, from 1; the first eleven are mandatory."""


class Learner(NamedTuple):
    """Element 1: who learnt. `birth_date` is None where nobody recorded it."""

    person: str
    name: str
    birth_date: date | None


class Body(NamedTuple):
    """Element 4: the organisation that awards, as the register of organisations has it."""

    organisation: str
    name: str
    country: str
    register_no: str = ""
    contact: str = ""


class Outcome(NamedTuple):
    """Element 6: one learning outcome; `uri` is the skill's address in ESCO, or "" ."""

    kind: str
    text: str
    uri: str = ""


class Quality(NamedTuple):
    """Element 11: one quality assurance, its type, in words, by whom, until when."""

    type: Concept
    text: str
    agency: str = ""
    until: date | None = None


class Part(NamedTuple):
    """Element 15: the larger award that this one counts towards."""

    course: str
    title: str
    titles: Mapping[str, str]


class Missing(NamedTuple):
    """A mandatory element that the ledger does not have: its number, what is missing, how to record it."""

    element: int
    message: str
    remedy: str


class Elements(Struct, frozen=True, kw_only=True):
    """One award in the elements of Annex I, in their order. Texts by language start with the main one.

    `eqf` is None and `cycle` "" where a level does not apply. `stacks_to` is None for a stand-alone
    award. `setting` is formal, non-formal or informal learning. `issuer` and `country` are those of
    ledger.toml.
    """

    enrolment: str
    course: str
    run: str
    language: str
    issuer: str
    learner: Learner
    titles: Mapping[str, str]
    country: Concept
    country_code: str
    awarding_body: Body
    issued_on: date
    awarded_on: date
    outcomes: tuple[Outcome, ...]
    ects: Fraction | None
    hours: Fraction | None
    eqf: Concept | None
    cycle: str
    assessment: Concept
    assessment_text: str
    participation: Concept
    quality: tuple[Quality, ...]
    prerequisites: str = ""
    supervision: Concept | None = None
    grade: str = ""
    stacks_to: Part | None = None
    kind: str = "training"
    field: Concept | None = None
    setting: Concept
    languages: tuple[str, ...] = ()
    starts: date | None = None
    ends: date | None = None
    place: str = ""

    @property
    def title(self) -> str:
        """The title in the main language."""
        return self.titles[self.language]


def elements_of(
    ground: Ground, enrolment: Enrolment, issued_on: date, *, no_level: bool = False
) -> Elements | list[Missing]:
    """The award's elements, or everything that is missing.

    `no_level` says that no level applies to the course. Whether there is anything to certify is not
    asked here.
    """
    awarded_on = _awarded_on(enrolment)
    course = ground.course(enrolment.course, awarded_on)
    if course is None:
        remedy = f"record it with 'ilactl course add --id {enrolment.course} …'"
        return [Missing(2, f"there is no course {enrolment.course}", remedy)]
    run = ground.run(enrolment.course, enrolment.run, awarded_on)
    update = f"'ilactl course update {course.course} --from {awarded_on} "
    missing: list[Missing] = []

    def lack(element: int, message: str, remedy: str) -> None:
        missing.append(Missing(element, message, remedy))

    name, born = ground.who(enrolment.person)
    if not name:
        lack(1, f"{enrolment.person} has no name", f"'ilactl person update {enrolment.person} --name'")
    country = lists.country_of(ground.country)
    if country is None:
        lack(3, f"{ground.country} is no country of the European list", "correct country in ledger.toml")
    body = ground.body(course.provider, awarded_on)
    if body is None:
        remedy = f"'ilactl organisation add --id {course.provider} --kind provider …'"
        lack(4, f"the provider {course.provider} is not in the register", remedy)
    outcomes = ground.outcomes(course.course, awarded_on)
    if not outcomes:
        remedy = f"'ilactl course outcome add {course.course} --from {awarded_on} --kind KIND --text TEXT'"
        lack(6, "the course has no learning outcomes", remedy)
    if course.ects is None and course.hours is None:
        lack(7, "the course has neither ects nor hours", update + "--ects N', or --hours N")
    if course.eqf_level is None and not course.cycle and not no_level:
        lack(8, "the course has neither eqf_level nor cycle", update + "--level N', or --no-level here")
    assessment = lists.assessment_of(course.assessment)
    if assessment is None:
        said = f"'{course.assessment}' begins with no type of assessment" if course.assessment else ""
        wanted = ", ".join(lists.ASSESSMENTS)
        lack(9, said or "the course is not assessed", f"{update}--assessment TEXT', beginning with: {wanted}")
    participation = _participation(ground, enrolment, run, awarded_on)
    if participation is None:
        where = f"update {course.course}/{enrolment.run}" if enrolment.run else f"add {course.course}"
        remedy = f"'ilactl course run {where} --from {awarded_on} --mode MODE'"
        lack(10, "no run says how the course is held", remedy)
    quality = _quality(ground, course, awarded_on)
    if not quality:
        lack(11, "neither course nor provider has a quality assurance", update + "--quality-assurance TEXT'")
    if missing:
        return missing
    assert country is not None
    assert body is not None
    assert assessment is not None
    assert participation is not None
    language, titles = _titles(course)
    return Elements(
        enrolment=enrolment.id,
        course=course.course,
        run=enrolment.run,
        language=language,
        issuer=ground.agency,
        learner=Learner(enrolment.person, name, born),
        titles=titles,
        country=country,
        country_code=ground.country,
        awarding_body=body,
        issued_on=issued_on,
        awarded_on=awarded_on,
        outcomes=outcomes,
        ects=course.ects,
        hours=course.hours,
        eqf=lists.eqf_of(course.eqf_level) if course.eqf_level else None,
        cycle=course.cycle,
        assessment=assessment,
        assessment_text=_without_brackets(course.assessment),
        participation=participation,
        quality=quality,
        prerequisites=course.prerequisites,
        supervision=_supervision(course.assessment),
        grade=enrolment.result,
        stacks_to=_part(ground, course, awarded_on),
        kind=course.kind,
        field=lists.field_of(course.field) if course.field else None,
        setting=_setting(course),
        languages=(run.languages if run else ()) or course.languages,
        starts=run.starts if run else None,
        ends=run.ends if run else None,
        place=run.place if run else "",
    )


def _awarded_on(enrolment: Enrolment) -> date:
    days = [step.on for step in enrolment.steps if step.step in ("completed", "certified")]
    return days[-1] if days else enrolment.last.on


def _titles(course: CourseRow) -> tuple[str, Mapping[str, str]]:
    """The main language and the titles by language: `title` is in the first the course is held in."""
    held = [one for one in course.languages if one not in course.titles] or ["en"]
    main = held[0]
    others = {language: text for language, text in course.titles.items() if language != main}
    return main, {main: course.title, **others}


def _participation(ground: Ground, enrolment: Enrolment, run: RunRow | None, day: date) -> Concept | None:
    if run is not None:
        return lists.PARTICIPATION.get(run.mode)
    modes = {one.mode for one in ground.runs(enrolment.course, day) if one.mode}
    return lists.PARTICIPATION.get(modes.pop()) if len(modes) == 1 else None


def _quality(ground: Ground, course: CourseRow, day: date) -> tuple[Quality, ...]:
    """The course's own, and the label that its provider holds that day."""
    found = []
    if course.quality_assurance:
        word, colon, text = course.quality_assurance.partition(": ")
        known = lists.ACCREDITATIONS.get(word.casefold()) if colon else None
        kind = known or lists.ACCREDITATIONS["programme"]
        found.append(Quality(kind, text if known else course.quality_assurance))
    label = ground.label(course.provider, day)
    if label is not None:
        found.append(Quality(lists.ACCREDITATIONS["institution"], label.label, label.issuer, label.until))
    return tuple(found)


def _supervision(assessment: str) -> Concept | None:
    """What stands in brackets at the assessment's end, where it is an entry of the list."""
    inside = assessment.rpartition("(")[2].removesuffix(")") if assessment.endswith(")") else ""
    return lists.SUPERVISION.get(inside.casefold())


def _without_brackets(assessment: str) -> str:
    return assessment.rpartition("(")[0].strip() if _supervision(assessment) else assessment


def _part(ground: Ground, course: CourseRow, day: date) -> Part | None:
    if not course.part_of:
        return None
    larger = ground.course(course.part_of, day)
    title = larger.title if larger else course.part_of
    return Part(course.part_of, title, larger.titles if larger else {})


def _setting(course: CourseRow) -> Concept:
    """Validation of prior learning certifies what was learnt elsewhere, a cycle is of formal education."""
    if course.kind == "validation":
        return lists.SETTINGS["informal"]
    return lists.SETTINGS["formal" if course.cycle else "non_formal"]
