"""The award as a European Digital Credential: European Learning Model 3.2, JSON-LD, without a seal.

What is made conforms to the shapes EDC-generic-no-cv and EDC-generic-full. It is not signed: the European
wallet wants a JAdES seal of an advanced or qualified certificate, which is put on elsewhere (the Commission's
issuer, or the Digital Signature Service). Our own proof stands in the Open Badges document.
"""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any

from ilactl.credentials import lists
from ilactl.credentials.lists import Concept
from ilactl.money import decimal_text

if TYPE_CHECKING:
    from fractions import Fraction

    from ilactl.credentials.certificate import Certificate, Issued
    from ilactl.credentials.elements import Body, Elements, Quality

__all__ = ["UNSIGNED", "european_credential"]

UNSIGNED = "it is not sealed: have it sealed before anybody relies on it"
"""What a reader of the file must know."""

CONTEXTS = ("https://www.w3.org/2018/credentials/v1", "http://data.europa.eu/snb/model/context/edc-ap")

_SNB = "http://data.europa.eu/snb"
_AUTHORITY = "http://publications.europa.eu/resource/authority"
_SKILL = "http://data.europa.eu/esco/skill/"
_GENERIC = Concept("", "Generic", f"{_SNB}/credential/e34929035b", f"{_SNB}/credential/25831c2")
_PNG = Concept("PNG", "PNG", f"{_AUTHORITY}/file-type/PNG", f"{_AUTHORITY}/file-type")
_BASE64 = Concept("", "base64", f"{_SNB}/encoding/6146cde7dd", f"{_SNB}/encoding/25831c2")

_Node = dict[str, Any]


def european_credential(
    elements: Elements, issued: Issued, certificate: Certificate, picture: bytes
) -> dict[str, Any]:
    """The document; `picture` is the certificate as a PNG image, which the Europass viewer shows."""
    made = _Maker(elements, issued)
    return made.credential(certificate.title_language, picture)


class _Maker:
    def __init__(self, elements: Elements, issued: Issued) -> None:
        self.elements = elements
        self.issued = issued
        self.titles = dict(elements.titles)

    def _id(self, what: str) -> str:
        return f"urn:epass:{what}:{self.issued.document.rpartition(':')[2]}"

    def _said(self, text: str) -> dict[str, str]:
        return {self.elements.language: text}

    def _note(self, text: str) -> _Node:
        return {"type": "Note", "noteLiteral": self._said(text)}

    def _day(self, day: object) -> str:
        return f"{day}T00:00:00Z"

    def credential(self, shown_in: str, picture: bytes) -> _Node:
        e = self.elements
        image = {
            "id": self._id("picture"),
            "type": "MediaObject",
            "content": b64encode(picture).decode("ascii"),
            "contentType": concept(_PNG),
            "contentEncoding": concept(_BASE64),
        }
        detail = {"id": self._id("page"), "type": "DisplayDetail", "page": 1, "image": image}
        display = {
            "id": self._id("display"),
            "type": "IndividualDisplay",
            "language": _language(shown_in),
            "displayDetail": [detail],
        }
        parameter = {
            "id": self._id("displayParameter"),
            "type": "DisplayParameter",
            "title": self.titles,
            "language": [_language(one) for one in dict.fromkeys((*self.titles, shown_in))],
            "primaryLanguage": _language(e.language),
            "individualDisplay": [display],
        }
        schema = "http://data.europa.eu/snb/model/ap/edc-generic-full"
        found: _Node = {
            "@context": list(CONTEXTS),
            "id": self.issued.document,
            "type": ["VerifiableCredential", "EuropeanDigitalCredential"],
            "credentialSchema": [{"id": schema, "type": "ShaclValidator2017"}],
            "credentialProfiles": [concept(_GENERIC)],
            "displayParameter": parameter,
            "issuer": self._issuer(),
            "issuanceDate": self._day(e.issued_on),
            "issued": self._day(e.issued_on),
            "validFrom": self._day(e.issued_on),
            "credentialSubject": {
                "id": self._id("learner"),
                "type": "Person",
                "fullName": self._said(e.learner.name),
                "hasClaim": [self._achievement()],
            },
        }
        if self.issued.valid_until is not None:
            found["expirationDate"] = f"{self.issued.valid_until}T23:59:59Z"
        return found

    def _location(self, country: Concept, what: str) -> list[_Node]:
        address = {"id": self._id(f"{what}Address"), "type": "Address", "countryCode": concept(country)}
        return [{"id": self._id(f"{what}Location"), "type": "Location", "address": [address]}]

    def _issuer(self) -> _Node:
        e = self.elements
        return {
            "id": self.issued.issuer,
            "type": "Organisation",
            "legalName": self._said(e.issuer),
            "location": self._location(e.country, "issuer"),
            # the seal's certificate names the legal person; until then the issuer is known by its key
            "eIDASIdentifier": {
                "id": self._id("issuerIdentifier"),
                "type": "LegalIdentifier",
                "notation": self.issued.issuer,
                "spatial": concept(e.country),
            },
        }

    def _body(self, body: Body) -> _Node:
        country = lists.country_of(body.country) or self.elements.country
        found: _Node = {
            "id": body.organisation if ":" in body.organisation else self._id("awardingBody"),
            "type": "Organisation",
            "legalName": self._said(body.name),
            "location": self._location(country, "body"),
            "accreditation": [
                self._accreditation(number, one) for number, one in enumerate(self.elements.quality)
            ],
        }
        if body.register_no:
            found["registration"] = {
                "id": self._id("registration"),
                "type": "LegalIdentifier",
                "notation": body.register_no,
                "spatial": concept(country),
            }
        return found

    def _accreditation(self, number: int, one: Quality) -> _Node:
        agent = {
            "id": self._id(f"agency{number}"),
            "type": "Organisation",
            "legalName": self._said(one.agency or one.text or one.type.label),
            "location": self._location(self.elements.country, f"agency{number}"),
        }
        return {
            "id": self._id(f"accreditation{number}"),
            "type": "Accreditation",
            "title": self._said(one.text or one.type.label),
            "dcType": concept(one.type),
            "accreditingAgent": agent,
        }

    def _achievement(self) -> _Node:
        e = self.elements
        awarded = {
            "id": self._id("awardingProcess"),
            "type": "AwardingProcess",
            "awardingBody": [self._body(e.awarding_body)],
            "awardingDate": self._day(e.awarded_on),
        }
        activity = {
            "id": self._id("activity"),
            "type": "LearningActivity",
            "title": self.titles,
            "awardedBy": {**awarded, "id": self._id("activityAwarding")},
            "specifiedBy": {
                "id": self._id("activitySpecification"),
                "type": "LearningActivitySpecification",
                "title": self.titles,
                "mode": [concept(e.participation)] if e.participation.uri else [],
            },
        }
        return {
            "id": self._id("achievement"),
            "type": "LearningAchievement",
            "title": self.titles,
            "awardedBy": awarded,
            "specifiedBy": self._specification(),
            "provenBy": [self._assessment(awarded)],
            "influencedBy": [activity],
        }

    def _assessment(self, awarded: _Node) -> _Node:
        e = self.elements
        found: _Node = {
            "id": self._id("assessment"),
            "type": "LearningAssessment",
            "title": self._said(e.assessment_text or e.assessment.label or e.title),
            "awardedBy": {**awarded, "id": self._id("assessmentAwarding")},
            "grade": self._note(e.grade or "passed"),
            "specifiedBy": {
                "id": self._id("assessmentSpecification"),
                "type": "LearningAssessmentSpecification",
                "title": self._said(e.assessment_text or e.assessment.label or e.title),
            },
        }
        if e.assessment.uri:
            found["specifiedBy"]["dcType"] = [concept(e.assessment)]
        if e.supervision is not None:
            found["idVerification"] = concept(e.supervision)
        return found

    def _specification(self) -> _Node:
        e = self.elements
        found: _Node = {
            "id": self._id("qualification"),
            "type": "Qualification",
            "title": self.titles,
            "learningOutcome": [
                self._outcome(number, one.text, one.uri) for number, one in enumerate(e.outcomes, 1)
            ],
            "isPartialQualification": e.stacks_to is not None,
        }
        if e.ects is not None:
            found["creditPoint"] = [
                {
                    "id": self._id("credit"),
                    "type": "CreditPoint",
                    "framework": concept(lists.ECTS),
                    "point": decimal_text(e.ects),
                }
            ]
        if e.hours is not None:
            found["volumeOfLearning"] = _duration(e.hours)
        if e.eqf is not None:
            found["eqfLevel"] = concept(e.eqf)
        if e.field is not None:
            found["thematicArea"] = [concept(e.field)]
        if e.participation.uri:
            found["mode"] = [concept(e.participation)]
        if e.setting.uri:
            found["learningSetting"] = concept(e.setting)
        if e.prerequisites:
            found["entryRequirement"] = self._note(e.prerequisites)
        notes = [f"Counts towards: {e.stacks_to.title}"] if e.stacks_to else []
        notes += [lists.CYCLES[e.cycle]] if e.cycle in lists.CYCLES else []
        if notes:
            found["additionalNote"] = [self._note(text) for text in notes]
        return found

    def _outcome(self, number: int, text: str, uri: str) -> _Node:
        found: _Node = {
            "id": self._id(f"outcome{number}"),
            "type": "LearningOutcome",
            "title": self._said(text),
        }
        if uri.startswith(_SKILL):
            scheme = "http://data.europa.eu/esco/concept-scheme/skills"
            found["relatedESCOSkill"] = [concept(Concept("", text, uri, scheme))]
        return found


def concept(one: Concept) -> _Node:
    """An entry of a code list as a node of its own."""
    found: _Node = {"id": one.uri, "type": "Concept", "prefLabel": {"en": one.label}}
    if one.scheme:
        found["inScheme"] = {"id": one.scheme, "type": "ConceptScheme"}
    return found


def _language(code: str) -> _Node:
    uri = lists.language_uri(code)
    return concept(Concept(code, code, uri, f"{_AUTHORITY}/language"))


def _duration(hours: Fraction) -> str:
    minutes = round(hours * 60)
    whole, rest = divmod(minutes, 60)
    return f"PT{whole}H{rest}M" if rest else f"PT{whole}H"
