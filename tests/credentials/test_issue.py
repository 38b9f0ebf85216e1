"""Issuing: from the ledger's rows to a document that the official schema and another verifier accept."""

from __future__ import annotations

import hashlib
import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from ilactl.credentials import lists
from ilactl.ledger.credentials import all_credentials
from tests.credentials.conftest import COURSE, DATA, NEEDS_DATA, Agency


def other_verifier(document: dict[str, Any]) -> None:
    """openvc-core, with the official context of the dev dependency; it raises where it says no."""
    from openvc.proof.data_integrity import DataIntegrityProofSuite

    folder = files("openbadgeslib.ob3").joinpath("contexts")
    context = json.loads(folder.joinpath("ob-v3p0-context-3.0.3.json").read_text())
    url = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
    one = {**document, "proof": document["proof"][0]}
    DataIntegrityProofSuite().verify(one, extra_contexts={url: context})


def test_a_credential_is_issued_recorded_and_verified(issued: Agency) -> None:
    (one,) = all_credentials(issued.snapshot())
    data = issued.path(one.id).read_bytes()
    assert hashlib.sha256(data).hexdigest() == one.digest
    assert (one.state, one.course, one.issuer) == ("valid", COURSE, issued.did)
    assert issued("check").ok().out == ""
    said = issued("credential", "verify", issued.path(), "-O", "json").ok()
    assert json.loads(said.out)["verdict"] == "trusted"


def test_another_verifier_agrees(issued: Agency) -> None:
    other_verifier(issued.document())
    changed = issued.document()
    changed["credentialSubject"]["result"][0]["value"] = "with distinction"
    with pytest.raises(Exception, match=r"(?i)proof|signature"):
        other_verifier(changed)


@NEEDS_DATA
def test_the_official_schema_holds(keyed: Agency) -> None:
    keyed.issue("--all-due").ok()
    schema = json.loads((DATA / "ob_v3p0_achievementcredential_schema.json").read_text())
    judge = jsonschema.validators.validator_for(schema)(schema, format_checker=jsonschema.FormatChecker())
    documents = sorted((keyed.ledger / "credentials").iterdir())
    assert len(documents) > 5
    for path in documents:
        assert [error.message for error in judge.iter_errors(json.loads(path.read_bytes()))] == []


def test_every_element_of_the_standard_is_in_the_document(issued: Agency) -> None:
    document = issued.document()
    subject, achievement = document["credentialSubject"], document["credentialSubject"]["achievement"]
    kinds = {one["targetType"] for one in achievement["alignment"]}
    assert subject["identifier"][0]["identityHash"]
    assert achievement["name"] == "Networks for small offices"
    assert document["issuer"]["address"]["addressCountryCode"] == "BE"
    assert subject["source"]["name"]
    assert document["validFrom"] == "2026-11-23T00:00:00Z"
    assert {"ext:Workload", "ext:EQF", "ext:AssessmentType", "ext:ParticipationForm"} <= kinds
    assert {"ext:QualityAssurance", "ext:Stackability", "ext:LearningOutcome", "ext:ISCEDF"} <= kinds
    assert subject["result"][0]["value"] == "passed"
    titles = {
        one["targetCode"]: one["targetName"]
        for one in achievement["alignment"]
        if one["targetType"] == "ext:Title"
    }
    assert "lt" in titles


def test_what_is_issued_is_not_issued_again(issued: Agency) -> None:
    (one,) = all_credentials(issued.snapshot())
    again = issued.issue(one.enrolment)
    assert (again.code, "CREDENTIAL-ISSUED" in again.err) == (3, True)
    issued("credential", "revoke", one.id, "--reason", "wrong grade", "--yes").ok()
    issued.issue(one.enrolment).ok()
    old, new = all_credentials(issued.snapshot())
    assert (old.state, new.state) == ("revoked", "valid")
    assert old.status_index != new.status_index


def test_what_is_missing_is_listed_with_the_command_that_records_it(keyed: Agency) -> None:
    guidance = next(one for one in keyed.due("GUIDE1"))
    refused = keyed.issue(guidance.id)
    assert refused.code == 3
    assert "Learning outcomes: the course has no learning outcomes" in refused.err
    assert "the course is not assessed" in refused.err
    assert all_credentials(keyed.snapshot()) == []
    words = {"KIND": "skill", "TEXT": "portfolio", "N": "2", "MODE": "on_site"}
    for line in re.findall(r"'ilactl (course .*?)'", refused.err):
        keyed(*(words.get(word, word) for word in line.split())).ok()
    keyed.issue(guidance.id).ok()


def test_all_due_leaves_out_who_lacks_something_and_says_so(keyed: Agency) -> None:
    answer = json.loads(
        keyed("credential", "issue", "--all-due", "--sign-with", keyed.pem, "-O", "json").ok().out
    )
    assert answer["issued"] == len(all_credentials(keyed.snapshot())) > 5
    assert {one["code"] for one in answer["left_out"]} <= {"CREDENTIAL-ELEMENT"}
    assert (
        json.loads(
            keyed("credential", "issue", "--all-due", "--sign-with", keyed.pem, "-O", "json").ok().out
        )["issued"]
        == 0
    )


def test_nobody_is_certified_before_the_end(keyed: Agency) -> None:
    from ilactl.ledger.enrolments import all_enrolments

    going = next(one for one in all_enrolments(keyed.snapshot()) if one.state == "started")
    refused = keyed.issue(going.id)
    assert (refused.code, "CREDENTIAL-STATE" in refused.err) == (3, True)


def test_a_dry_run_signs_nothing(keyed: Agency) -> None:
    before = sorted(path.name for path in keyed.ledger.rglob("*"))
    keyed("credential", "issue", "--all-due", "--sign-with", keyed.pem, "-n").ok()
    assert sorted(path.name for path in keyed.ledger.rglob("*")) == before


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Written examination, three hours", "written examination"),
        ("practical test", "practical assessment"),
        ("Oral exam", "oral examination"),
        ("Written", None),
        ("Quizzical looks", None),
        ("", None),
    ],
)
def test_types_of_assessment_are_those_of_the_european_list(text: str, label: str | None) -> None:
    found = lists.assessment_of(text)
    assert (found.label if found else None) == label


LISTS = Path(__file__).parents[3] / "shared" / "data" / "codelists"


@pytest.mark.skipif(not LISTS.is_dir(), reason="the shared data is not here")
def test_codes_are_those_of_the_european_lists() -> None:
    import csv

    def official(name: str) -> set[str]:
        with open(LISTS / f"{name}.csv", newline="") as file:
            return {row["uri"] for row in csv.DictReader(file)}

    assert {one.uri for one in lists.ASSESSMENTS.values()} == official("europass-learning-assessment-types")
    assert {one.uri for one in lists.PARTICIPATION.values()} <= official("europass-modes")
    assert {one.uri for one in lists.SUPERVISION.values()} == official("supervision-verification")
    assert {one.uri for one in lists.ACCREDITATIONS.values()} == official("europass-accreditation-types")
    assert {lists.eqf_of(level).uri for level in range(1, 9)} == official("eqf")
    assert {one.uri for one in lists.SETTINGS.values() if one.uri} == official(
        "europass-learning-setting-types"
    )
    assert lists.ECTS.uri in official("credit-points")
    field = lists.field_of("0613")
    assert field is not None
    assert field.uri in official("isced-f")
    country = lists.country_of("LT")
    assert country is not None
    assert country.uri in official("country")
    assert lists.language_uri("lt") in official("language-eu24")


def test_what_no_verifier_would_read_is_not_signed(keyed: Agency) -> None:
    rows = "course,outcome,kind,text\n" + "".join(f"{COURSE},{n},skill,Does {n}\n" for n in range(10, 520))
    keyed("course", "outcome", "import", "-", "--from", "2026-01-01", stdin=rows).ok()
    refused = keyed.issue(keyed.due()[0].id)
    assert (refused.code, "more than 500 values" in refused.err) == (3, True), refused.err
    assert all_credentials(keyed.snapshot()) == []


def test_nothing_is_dated_before_it_was_earned(keyed: Agency) -> None:
    one = keyed.due()[0]
    early = keyed.issue(one.id, "--on", "2026-10-01")
    assert (early.code, f"is {one.state} on {one.last.on} only" in early.err) == (3, True)


def test_many_are_signed_in_two_processes(keyed: Agency, monkeypatch: pytest.MonkeyPatch) -> None:
    from ilactl.credentials import signing

    monkeypatch.setattr(signing, "_FEW", 2)
    keyed.issue("--all-due").ok()
    found = all_credentials(keyed.snapshot())
    assert len(found) > 5
    for one in found:
        keyed("credential", "verify", keyed.path(one.id)).ok()


def test_a_ledger_from_before_there_were_keys_gets_its_file(tmp_path: Path) -> None:
    agency = Agency(tmp_path)
    agency.outside("init", agency.ledger).ok()
    kept = Path(__file__).parents[1] / "formats" / "format-1"
    for path in (agency.ledger, *agency.ledger.rglob("*")):
        if path.is_file():
            path.unlink()
    for path in kept.rglob("*"):
        if path.is_file():
            place = agency.ledger / path.relative_to(kept)
            place.parent.mkdir(mode=0o700, exist_ok=True)
            place.touch(0o600)
            place.write_bytes(path.read_bytes())
    assert not (agency.ledger / "credential_keys.csv").exists()
    agency("credential", "key", "list").ok()
    agency("credential", "key", "new", agency.pem, "--on", "2028-01-01").ok()
    assert len((agency.ledger / "credential_keys.csv").read_text().splitlines()) == 2
    assert agency("check").ok().out == ""
