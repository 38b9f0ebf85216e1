"""The European Learning Model: what is exported conforms to the official shapes; a broken one does not."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ilactl.credentials import lists
from ilactl.credentials.certificate import certificate_of
from ilactl.credentials.elements import Outcome
from ilactl.credentials.elm import CONTEXTS, european_credential
from tests.credentials.awards import ISSUED, elements
from tests.credentials.conftest import DATA, NEEDS_DATA

SHAPES = DATA / "elm"


def made(**changed: Any) -> dict[str, Any]:
    award = elements(**changed)
    return european_credential(award, ISSUED, certificate_of(award, ISSUED), b"\x89PNG")


@pytest.fixture(scope="module")
def judge() -> Callable[[dict[str, Any]], tuple[bool, str]]:
    """pySHACL with EDC-generic-no-cv and -full, and PyLD with the official contexts; nothing is fetched."""
    import pyld
    import pyshacl
    import rdflib
    from pyld import jsonld

    frozen = Path(pyld.__file__).parent / "documentloader" / "frozen" / "bundled" / "credentials-v1.jsonld"
    known = dict(zip(CONTEXTS, (frozen, SHAPES / "edc-ap-context.jsonld"), strict=True))
    shapes = rdflib.Graph()
    for name in ("EDC-generic-no-cv.ttl", "EDC-generic-full.ttl"):
        shapes.parse(SHAPES / name)
    shapes.remove((None, rdflib.OWL.imports, None))  # it would be fetched

    def load(url: str, _: Any = None) -> dict[str, Any]:
        document = json.loads(known[url].read_text())
        kind = "application/ld+json"
        return {"contentType": kind, "contextUrl": None, "documentUrl": url, "document": document}

    def conforms(document: dict[str, Any]) -> tuple[bool, str]:
        dropped: list[Any] = []
        options = {"documentLoader": load, "on_property_dropped": dropped.append}
        jsonld.expand(document, options)
        assert not dropped, "a term that no context knows says nothing"
        quads = jsonld.to_rdf(document, {"documentLoader": load, "format": "application/n-quads"})
        graph = rdflib.Graph()
        graph.parse(data=quads, format="nt")
        fine, _, text = pyshacl.validate(graph, shacl_graph=shapes)
        return bool(fine), str(text)

    return conforms


LITTLE = {"ects": None, "eqf": None, "cycle": "", "stacks_to": None, "supervision": None, "field": None}
CASES: dict[str, dict[str, Any]] = {
    "everything": {},
    "little": {**LITTLE, "grade": "", "prerequisites": "", "setting": lists.SETTINGS["informal"]},
    "an ESCO skill": {"outcomes": (Outcome("skill", "weld", "http://data.europa.eu/esco/skill/0b4"),)},
    "an address that is no skill": {"outcomes": (Outcome("skill", "weld", "https://example.org/skill"),)},
}


@NEEDS_DATA
@pytest.mark.parametrize("case", CASES)
def test_it_conforms_to_the_shapes(case: str, judge: Callable[[dict[str, Any]], tuple[bool, str]]) -> None:
    fine, text = judge(made(**CASES[case]))
    assert fine, text


def without_profile(document: dict[str, Any]) -> None:
    del document["credentialProfiles"]


def without_picture(document: dict[str, Any]) -> None:
    del document["displayParameter"]["individualDisplay"]


def without_grade(document: dict[str, Any]) -> None:
    del document["credentialSubject"]["hasClaim"][0]["provenBy"][0]["grade"]


def without_identifier(document: dict[str, Any]) -> None:
    del document["issuer"]["eIDASIdentifier"]


def in_a_wrong_scheme(document: dict[str, Any]) -> None:
    qualification = document["credentialSubject"]["hasClaim"][0]["specifiedBy"]
    qualification["eqfLevel"]["inScheme"]["id"] = "http://data.europa.eu/snb/eqf/other"


@NEEDS_DATA
@pytest.mark.parametrize(
    "broken", [without_profile, without_picture, without_grade, without_identifier, in_a_wrong_scheme]
)
def test_the_judge_sees_what_is_wrong(
    broken: Callable[[dict[str, Any]], None], judge: Callable[[dict[str, Any]], tuple[bool, str]]
) -> None:
    document = made()
    broken(document)
    assert not judge(document)[0]


def test_it_is_not_signed() -> None:
    assert "proof" not in made()
