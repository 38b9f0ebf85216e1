"""The document of an award: Open Badges 3.0 as a Verifiable Credential 2.0, not yet signed.

Everything is said in terms that the official contexts know, the elements of Annex I as alignments with
addresses of the European code lists, so any verifier reads it whole, offline. Ids are drawn from a seed,
times are the day's beginning: the same award, day and seed give the same bytes.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from ilactl.credentials import lists
from ilactl.credentials.contexts import CREDENTIALS_V2, OPEN_BADGES
from ilactl.money import decimal_text

if TYPE_CHECKING:
    from ilactl.credentials.elements import Body, Elements

__all__ = ["Issue", "at_end", "at_start", "drawn_uuid", "open_badge", "thing_id"]

_ELM = "http://data.europa.eu/snb/model/elm"


class Issue(Struct, frozen=True, kw_only=True):
    """What the issuer adds to an award: who signs, where the status stands, until when it is valid.

    `seed` are random bytes of this credential alone, `agency` is the prefix of the ledger's ids.
    """

    did: str
    agency: str
    seed: bytes
    status_list: str
    status_index: int
    valid_until: date | None = None
    url: str = ""


def at_start(day: date) -> str:
    """The day's beginning as a time: 2026-11-26T00:00:00Z."""
    return f"{day.isoformat()}T00:00:00Z"


def at_end(day: date) -> str:
    """The day's last second as a time."""
    return f"{day.isoformat()}T23:59:59Z"


def drawn_uuid(seed: bytes, what: str) -> str:
    """A random urn:uuid for one use of a seed."""
    drawn = hashlib.sha256(seed + b"\0" + what.encode()).digest()[:16]
    return uuid.UUID(bytes=drawn, version=4).urn


def thing_id(agency: str, kind: str, thing: str) -> str:
    """The lasting urn:uuid of a course or an organisation of an agency's register."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"ilactl:{agency}:{kind}:{thing}").urn


def open_badge(elements: Elements, issue: Issue) -> dict[str, Any]:
    """The unsigned document."""
    body = _profile(elements.awarding_body, issue)
    subject: dict[str, Any] = {
        "id": drawn_uuid(issue.seed, "learner"),
        "type": ["AchievementSubject"],
        "identifier": [
            {
                "type": "IdentityObject",
                "hashed": False,
                "identityHash": elements.learner.name,
                "identityType": "name",
            }
        ],
        "source": body,
        "achievement": _achievement(elements, issue, body),
    }
    if elements.ects is not None:
        subject["creditsEarned"] = _number(elements.ects)
    if elements.grade:
        result = {"type": ["Result"], "resultDescription": _grade_id(issue), "value": elements.grade}
        subject["result"] = [result]
    document: dict[str, Any] = {
        "@context": [CREDENTIALS_V2, OPEN_BADGES],
        "id": drawn_uuid(issue.seed, "credential"),
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": elements.title,
        "issuer": _issuer(elements, issue),
        "validFrom": at_start(elements.issued_on),
        "awardedDate": at_start(elements.awarded_on),
        "credentialSubject": subject,
        "credentialStatus": {
            "id": f"{issue.status_list}#{issue.status_index}",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": str(issue.status_index),
            "statusListCredential": issue.status_list,
        },
    }
    if issue.valid_until is not None:
        document["validUntil"] = at_end(issue.valid_until)
    return document


def _issuer(elements: Elements, issue: Issue) -> dict[str, Any]:
    issuer: dict[str, Any] = {
        "id": issue.did,
        "type": ["Profile"],
        "name": elements.issuer,
        "address": {
            "type": ["Address"],
            "addressCountry": elements.country.label,
            "addressCountryCode": elements.country_code,
        },
    }
    if issue.url:
        issuer["url"] = issue.url
    return issuer


def _profile(body: Body, issue: Issue) -> dict[str, Any]:
    profile: dict[str, Any] = {
        "id": thing_id(issue.agency, "organisation", body.organisation),
        "type": ["Profile"],
        "name": body.name,
    }
    if body.country:
        profile["address"] = {"type": ["Address"], "addressCountryCode": body.country}
    if body.register_no:
        entry = {
            "type": "IdentifierEntry",
            "identifier": body.register_no,
            "identifierType": "ext:RegisterNumber",
        }
        profile["otherIdentifier"] = [entry]
    return profile


def _achievement(elements: Elements, issue: Issue, body: dict[str, Any]) -> dict[str, Any]:
    achievement: dict[str, Any] = {
        "id": thing_id(issue.agency, "course", elements.course),
        "type": ["Achievement"],
        "achievementType": "MicroCredential",
        "name": elements.title,
        "description": " ".join(f"{one.text.rstrip('.')}." for one in elements.outcomes),
        "criteria": {"narrative": _criteria(elements)},
        "inLanguage": elements.language,
        "creator": {"id": body["id"], "type": ["Profile"], "name": body["name"]},
        "alignment": list(_alignments(elements)),
    }
    if elements.field is not None:
        achievement["fieldOfStudy"] = elements.field.label
    if elements.ects is not None:
        achievement["creditsAvailable"] = _number(elements.ects)
    if elements.grade:
        achievement["resultDescription"] = [
            {"id": _grade_id(issue), "type": ["ResultDescription"], "name": "Grade", "resultType": "Result"}
        ]
    if elements.stacks_to is not None:
        larger = thing_id(issue.agency, "course", elements.stacks_to.course)
        achievement["related"] = [{"id": larger, "type": ["Related"]}]
    return achievement


def _grade_id(issue: Issue) -> str:
    return drawn_uuid(issue.seed, "grade")


def _criteria(elements: Elements) -> str:
    text = f"Assessment: {elements.assessment_text}."
    return f"{text} Prerequisites: {elements.prerequisites}." if elements.prerequisites else text


def _align(
    kind: str, name: str, url: str, framework: str = "", code: str = "", text: str = ""
) -> dict[str, Any]:
    found: dict[str, Any] = {
        "type": ["Alignment"],
        "targetType": kind,
        "targetName": name,
        "targetUrl": url,
    }
    for term, value in (("targetFramework", framework), ("targetCode", code), ("targetDescription", text)):
        if value:
            found[term] = value
    return found


def _alignments(elements: Elements) -> Iterator[dict[str, Any]]:
    """The elements that Open Badges has no term for: 2 in other languages, 6 to 15."""
    for language, title in elements.titles.items():
        if language != elements.language:
            yield _align("ext:Title", title, lists.language_uri(language), code=language)
    for number, outcome in enumerate(elements.outcomes, 1):
        kind = "ceasn:Competency" if outcome.uri else "ext:LearningOutcome"
        framework = "ESCO" if outcome.uri else ""
        url = outcome.uri or f"{_ELM}/LearningOutcome"
        yield _align(kind, outcome.text, url, framework, str(number), outcome.kind)
    yield from _workload(elements)
    if elements.eqf is not None:
        framework = "European Qualifications Framework"
        yield _align("ext:EQF", elements.eqf.label, elements.eqf.uri, framework, elements.eqf.code)
    if elements.cycle:
        framework = "Qualifications Framework of the European Higher Education Area"
        label = lists.CYCLES[elements.cycle]
        yield _align("ext:QFEHEA", label, f"{_ELM}/educationLevel", framework, elements.cycle)
    if elements.eqf is None and not elements.cycle:
        yield _align("ext:Level", "Not applicable", f"{_ELM}/EQFLevel", code="n/a")
    one = elements.assessment
    yield _align("ext:AssessmentType", one.label, one.uri, "", one.code, elements.assessment_text)
    one = elements.participation
    yield _align("ext:ParticipationForm", one.label, one.uri, "", one.code)
    for quality in elements.quality:
        by = f"{quality.text} ({quality.agency})" if quality.agency else quality.text
        yield _align("ext:QualityAssurance", quality.type.label, quality.type.uri, "", quality.type.code, by)
    if elements.prerequisites:
        url = f"{_ELM}/entryRequirement"
        yield _align("ext:Prerequisites", "Prerequisites", url, text=elements.prerequisites)
    if elements.supervision is not None:
        one = elements.supervision
        yield _align("ext:Supervision", one.label, one.uri, "", one.code)
    yield _stackability(elements)
    if elements.setting.uri:
        yield _align("ext:LearningSetting", elements.setting.label, elements.setting.uri)
    else:
        yield _align("ext:LearningSetting", elements.setting.label, f"{_ELM}/learningSetting")
    if elements.field is not None:
        one = elements.field
        yield _align("ext:ISCEDF", one.label, one.uri, "ISCED-F 2013", one.code)


def _workload(elements: Elements) -> Iterator[dict[str, Any]]:
    duration = f"PT{decimal_text(elements.hours)}H" if elements.hours is not None else ""
    if elements.hours is not None and elements.hours.denominator != 1:
        minutes = int(elements.hours * 60)
        duration = f"PT{minutes // 60}H{minutes % 60}M"
    if elements.ects is not None:
        ects = decimal_text(elements.ects)
        yield _align("ext:Workload", f"{ects} ECTS", lists.ECTS.uri, lists.ECTS.label, ects, duration)
    elif elements.hours is not None:
        hours = decimal_text(elements.hours)
        yield _align("ext:Workload", f"{hours} hours", f"{_ELM}/volumeOfLearning", "", hours, duration)


def _stackability(elements: Elements) -> dict[str, Any]:
    url = f"{_ELM}/isPartOf"
    if elements.stacks_to is None:
        return _align("ext:Stackability", "Stand-alone", url, code="stand-alone")
    return _align("ext:Stackability", "Stackable", url, code="stackable", text=elements.stacks_to.title)


def _number(value: Fraction) -> int | float:
    """A JSON number: at most six decimals, which every reader's double gives back as they are."""
    return value.numerator if value.denominator == 1 else float(value)
