"""An award made by hand, with all sixteen elements, that a test changes as it needs."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

from ilactl.credentials import lists
from ilactl.credentials.certificate import Certificate, Issued, Recognised, certificate_of
from ilactl.credentials.elements import Body, Elements, Learner, Outcome, Part, Quality

NAME = "Žydrūnė Ėglė Åkesson"
ISSUED = Issued(
    credential="C1776",
    document="urn:uuid:5f0c2b1e-5a3a-4c1b-9d1e-3d2f0a9b8c7d",
    issuer="did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK",
    digest="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    recognised=(Recognised("Northbank Shipyard", "six months of in-house training", date(2026, 11, 25)),),
)


def elements(**changed: Any) -> Elements:
    """The award, with what is `changed`."""
    values: dict[str, Any] = {
        "enrolment": "N1",
        "course": "DIT038",
        "run": "AUT26",
        "language": "en",
        "issuer": "Rivermouth Training Agency",
        "learner": Learner("RM-1", NAME, None),
        "titles": {
            "en": "Change Management in Software Development",
            "sv": "Förändringsledning i mjukvaruutveckling",
            "lt": "Pokyčių valdymas kuriant programinę įrangą",
        },
        "country": lists.country_of("BE"),
        "country_code": "BE",
        "awarding_body": Body("O21", "Göteborg Evening University", "SE", "NB-1"),
        "issued_on": date(2026, 11, 23),
        "awarded_on": date(2026, 11, 20),
        "outcomes": (
            Outcome("knowledge", "Explains why changes to software need agreement"),
            Outcome("skill", "Plans a change from the request to its release"),
        ),
        "ects": Fraction(15, 2),
        "hours": Fraction(200),
        "eqf": lists.eqf_of(6),
        "cycle": "first",
        "assessment": lists.assessment_of("Written examination"),
        "assessment_text": "Written examination, four hours",
        "participation": lists.PARTICIPATION["on_site"],
        "quality": (Quality(lists.ACCREDITATIONS["programme"], "Reviewed under the European standards"),),
        "prerequisites": "Two years at work in software development",
        "supervision": lists.SUPERVISION["supervised with id verification"],
        "grade": "Pass with distinction",
        "stacks_to": Part("PROG1", "Software Engineering Management", {}),
        "field": lists.field_of("0613"),
        "setting": lists.SETTINGS["formal"],
    }
    return Elements(**(values | changed))


def certificate(language: str = "", **changed: Any) -> Certificate:
    """Its certificate."""
    return certificate_of(elements(**changed), ISSUED, language)
