"""The European code lists that an award's elements are told in: codes, labels, addresses.

Codes, labels and addresses are those of the European Learning Model's controlled vocabularies (European
Commission, data.europa.eu/snb) and of the Publications Office's authority table of countries, reusable
under Decision 2011/833/EU. Fields of education stand in `ilactl/ledger/isced_fields.py`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from ilactl.ledger.isced_fields import field_label

__all__ = [
    "ACCREDITATIONS",
    "ASSESSMENTS",
    "CYCLES",
    "ECTS",
    "PARTICIPATION",
    "SETTINGS",
    "SUPERVISION",
    "Concept",
    "assessment_of",
    "country_of",
    "eqf_of",
    "field_of",
    "language_uri",
]

_SNB = "http://data.europa.eu/snb"


class Concept(NamedTuple):
    """One entry of a code list. `scheme` is the list's address, "" where the list has none."""

    code: str
    label: str
    uri: str
    scheme: str


def _concept(name: str, code: str, label: str) -> Concept:
    """An entry of a list of the European Learning Model; the lists' own addresses end alike."""
    return Concept(code, label, f"{_SNB}/{name}/{code}", f"{_SNB}/{name}/25831c2")


def _list(name: str, entries: str) -> Iterator[Concept]:
    for line in entries.splitlines():
        code, _, label = line.partition(" ")
        yield _concept(name, code, label)


ASSESSMENTS = {
    one.label: one
    for one in _list(
        "assessment",
        """\
19a2e5e671 peer assessment
2939dae15f marked assignment
3484bd7e51 continuous evaluation
4f03b91c0e portfolio
56539a6507 group performance
6a4db9f11d practical assessment
6e6cb2cc78 written examination
7331eb4762 level of attendance
795dac4096 project work
812e3b0ae1 peer review
b1b68f6735 quiz
c4256a2726 problem based learning
d30284d7df oral examination
de4d165a6c artefact assessment""",
    )
}
"""Types of assessment by label: element 9."""

_SAME_ASSESSMENT = {
    "written exam": "written examination",
    "written test": "written examination",
    "oral exam": "oral examination",
    "oral test": "oral examination",
    "practical exam": "practical assessment",
    "practical examination": "practical assessment",
    "practical test": "practical assessment",
    "project": "project work",
    "attendance": "level of attendance",
    "assignment": "marked assignment",
}
"""What people write for an entry of the list."""

PARTICIPATION = {
    mode: _concept("learning-assessment", code, label)
    for mode, code, label in (
        ("on_site", "9191af2ed9", "Presential"),
        ("distance", "920fbb3cbe", "Online"),
        ("blended", "e92d221e4d", "Blended"),
    )
}
"""Forms of participation by the mode of a run: element 10."""

SUPERVISION = {
    one.label.casefold(): one
    for one in _list(
        "supervision-verification",
        """\
70be69aaf9 Supervised with ID Verification
44314532f9 Supervised without ID Verification
df2880c5cb Unsupervised with ID Verification
c598449d64 Unsupervised without ID Verification""",
    )
}
"""Supervision and identity check during assessment, by label in small letters: element 13."""

ACCREDITATIONS = {
    word: _concept("accreditation", code, label)
    for word, code, label in (
        ("programme", "820101cba6", "Program Quality Assurance"),
        ("institution", "bb4618238e", "Institutional Quality Assurance"),
        ("programme licence", "e57dddfcf3", "Program License"),
        ("institution licence", "003293d2ce", "Institutional License"),
    )
}
"""Types of quality assurance by our word: element 11."""

SETTINGS = {
    "formal": _concept("learning-setting", "6fd4685715", "formal learning"),
    "non_formal": _concept("learning-setting", "e207a81fc7", "non-formal learning"),
    "informal": Concept("", "informal learning", "", ""),
}
"""Where it was learnt. The European list has no code for informal learning."""

ECTS = _concept("education-credit", "6fcec5c5af", "European Credit Transfer System")

CYCLES = {"short": "Short cycle", "first": "First cycle", "second": "Second cycle", "third": "Third cycle"}
"""Cycles of the European Higher Education Area."""


def eqf_of(level: int) -> Concept:
    """The EQF level, 1 to 8."""
    return _concept("eqf", str(level), f"Level {level}")


def field_of(code: str) -> Concept | None:
    """The ISCED-F field; None where there is none of that code."""
    label = field_label(code)
    return _concept("isced-f", code, label) if label else None


def assessment_of(text: str) -> Concept | None:
    """The type of assessment that a course's `assessment` begins with; None where it is in no list.

    Capitals do not count, and what follows is free: `Written examination, three hours`.
    """
    folded = text.casefold()
    for words in sorted((*ASSESSMENTS, *_SAME_ASSESSMENT), key=len, reverse=True):
        if folded.startswith(words) and not folded[len(words) : len(words) + 1].isalnum():
            return ASSESSMENTS[_SAME_ASSESSMENT.get(words, words)]
    return None


@cache
def _countries() -> dict[str, Concept]:
    base = "http://publications.europa.eu/resource/authority/country"
    text = files("ilactl.credentials").joinpath("countries.csv").read_text("utf-8")
    return {
        row["alpha2"]: Concept(row["code"], row["label"], f"{base}/{row['code']}", base)
        for row in csv.DictReader(text.splitlines())
    }


def country_of(alpha2: str) -> Concept | None:
    """The country by its two letters, as the authority table has it; None where it has none."""
    return _countries().get(alpha2)


_OFFICIAL = """
bg=BUL cs=CES da=DAN de=DEU el=ELL en=ENG es=SPA et=EST fi=FIN fr=FRA ga=GLE hr=HRV hu=HUN it=ITA
lt=LIT lv=LAV mt=MLT nl=NLD pl=POL pt=POR ro=RON sk=SLK sl=SLV sv=SWE
"""
_LANGUAGES = dict(pair.split("=") for pair in _OFFICIAL.split())
"""The official languages of the Union, with the codes of the Publications Office."""


def language_uri(code: str) -> str:
    """The address of a language of two letters: the Union's own for its languages, ISO 639-1's for others."""
    if code in _LANGUAGES:
        return f"http://publications.europa.eu/resource/authority/language/{_LANGUAGES[code]}"
    return f"http://id.loc.gov/vocabulary/iso639-1/{code}"
