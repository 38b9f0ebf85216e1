"""An award's elements as a signed document tells them: what a certificate prints is what was signed.

The register may have changed since, and of what others issued it knows nothing. What a document does not
tell is left empty; nothing in it is taken for granted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from typing import Any

from ilactl.credentials import lists
from ilactl.credentials.elements import Body, Elements, Learner, Outcome, Part, Quality
from ilactl.credentials.lists import Concept
from ilactl.dates import parse_date

__all__ = ["elements_told", "issuer_of", "valid_until_of"]

_NUMBER = re.compile(r"\d{1,9}(\.\d{1,6})?")
_DURATION = re.compile(r"PT(?:(\d{1,6}(?:\.\d{1,6})?)H)?(?:(\d{1,6})M)?")


def elements_told(document: dict[str, Any]) -> Elements:
    """The elements that an Open Badges 3.0 document tells."""
    subject = _object(document.get("credentialSubject"))
    achievement = _object(subject.get("achievement"))
    issuer = _object(document.get("issuer"))
    told = _Told(achievement)
    language = _text(achievement.get("inLanguage")) or "en"
    title = _text(document.get("name")) or _text(achievement.get("name"))
    titles = {one["targetCode"]: _text(one.get("targetName")) for one in told.all("ext:Title", "targetCode")}
    address = _object(issuer.get("address"))
    code = _text(address.get("addressCountryCode"))
    country = lists.country_of(code) or Concept(code, _text(address.get("addressCountry")) or code, "", "")
    eqf, cycle = told.one("ext:EQF"), told.one("ext:QFEHEA")
    ects, hours = told.workload()
    stacks = told.one("ext:Stackability")
    larger = _text(stacks.get("targetDescription"))
    supervision = told.concept("ext:Supervision")
    field = told.one("ext:ISCEDF")
    assessment = told.one("ext:AssessmentType")
    return Elements(
        enrolment="",
        course="",
        run="",
        language=language,
        issuer=_text(issuer.get("name")),
        learner=Learner("", _name(subject), None),
        titles={language: title, **titles},
        country=country,
        country_code=code,
        awarding_body=_body(_object(subject.get("source")) or issuer),
        issued_on=_day(document.get("validFrom")) or date.min,
        awarded_on=_day(document.get("awardedDate")) or _day(document.get("validFrom")) or date.min,
        outcomes=tuple(told.outcomes()),
        ects=ects,
        hours=hours,
        eqf=told.concept("ext:EQF") if eqf else None,
        cycle=_text(cycle.get("targetCode")),
        assessment=told.concept("ext:AssessmentType"),
        assessment_text=_text(assessment.get("targetDescription")),
        participation=told.concept("ext:ParticipationForm"),
        quality=tuple(told.quality()),
        prerequisites=_text(told.one("ext:Prerequisites").get("targetDescription")),
        supervision=supervision if supervision.label else None,
        grade=_grade(subject),
        stacks_to=Part("", larger, {}) if larger else None,
        kind="",
        field=told.concept("ext:ISCEDF") if field else None,
        setting=told.concept("ext:LearningSetting"),
    )


def issuer_of(document: dict[str, Any]) -> str:
    """The issuer's DID."""
    issuer = document.get("issuer")
    return _text(issuer) or _text(_object(issuer).get("id"))


def valid_until_of(document: dict[str, Any]) -> date | None:
    """The last day the document says it is valid on."""
    return _day(document.get("validUntil"))


class _Told:
    """The alignments of an achievement, which tell most elements."""

    def __init__(self, achievement: dict[str, Any]) -> None:
        found = achievement.get("alignment")
        self._all = [_object(one) for one in found] if isinstance(found, list) else []

    def all(self, kind: str, *needed: str) -> Iterator[dict[str, Any]]:
        for one in self._all:
            if one.get("targetType") == kind and all(_text(one.get(term)) for term in needed):
                yield one

    def one(self, kind: str) -> dict[str, Any]:
        return next(self.all(kind), {})

    def concept(self, kind: str) -> Concept:
        one = self.one(kind)
        code, label, url = (_text(one.get(term)) for term in ("targetCode", "targetName", "targetUrl"))
        scheme = url.rpartition("/")[0] + "/25831c2" if url.startswith("http://data.europa.eu/snb/") else ""
        return Concept(code, label, url, scheme)

    def outcomes(self) -> Iterator[Outcome]:
        for one in self._all:
            kind = one.get("targetType")
            if kind in ("ceasn:Competency", "ext:LearningOutcome"):
                uri = _text(one.get("targetUrl")) if kind == "ceasn:Competency" else ""
                yield Outcome(_text(one.get("targetDescription")), _text(one.get("targetName")), uri)

    def quality(self) -> Iterator[Quality]:
        for one in self.all("ext:QualityAssurance"):
            url, label = _text(one.get("targetUrl")), _text(one.get("targetName"))
            scheme = url.rpartition("/")[0] + "/25831c2"
            concept = Concept(_text(one.get("targetCode")), label, url, scheme)
            yield Quality(concept, _text(one.get("targetDescription")))

    def workload(self) -> tuple[Fraction | None, Fraction | None]:
        """Credits and hours."""
        one = self.one("ext:Workload")
        ects = _fraction(_text(one.get("targetCode"))) if one.get("targetUrl") == lists.ECTS.uri else None
        match = _DURATION.fullmatch(_text(one.get("targetDescription")))
        if match is None or not (match[1] or match[2]):
            return ects, None
        return ects, Fraction(match[1] or 0) + Fraction(match[2] or 0) / 60


def _object(value: object) -> dict[str, Any]:
    if isinstance(value, list):
        value = value[0] if value else {}
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _day(value: object) -> date | None:
    return parse_date(_text(value)[:10])


def _fraction(text: str) -> Fraction | None:
    return Fraction(text) if _NUMBER.fullmatch(text) else None


def _name(subject: dict[str, Any]) -> str:
    found = subject.get("identifier")
    for one in map(_object, found if isinstance(found, list) else [found]):
        if one.get("identityType") == "name" and one.get("hashed") is False:
            return _text(one.get("identityHash"))
    return _text(subject.get("id"))


def _body(profile: dict[str, Any]) -> Body:
    country = _text(_object(profile.get("address")).get("addressCountryCode"))
    number = _text(_object(profile.get("otherIdentifier")).get("identifier"))
    return Body(_text(profile.get("id")), _text(profile.get("name")), country, number)


def _grade(subject: dict[str, Any]) -> str:
    return _text(_object(subject.get("result")).get("value"))
