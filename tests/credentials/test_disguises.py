"""What is the same to a signature and not to a reader: other spellings of a document are not believed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.credentials.conftest import Agency
from tests.credentials.test_verify import judged, resigned

CREDENTIAL = "https://www.w3.org/2018/credentials#"
STATUS = "https://www.w3.org/ns/credentials/status#"
BADGE = "https://purl.imsglobal.org/spec/vc/ob/vocab.html#"
TIME = "http://www.w3.org/2001/XMLSchema#dateTime"

Change = Callable[[dict[str, Any]], object]


def in_full(where: Callable[[dict[str, Any]], dict[str, Any]], term: str, prefix: str) -> Change:
    """The term replaced by the whole address that it stands for."""

    def change(document: dict[str, Any]) -> None:
        node = where(document)
        node[prefix + term] = node.pop(term)

    return change


def end_in_full(document: dict[str, Any]) -> None:
    document[CREDENTIAL + "validUntil"] = {"@value": document.pop("validUntil"), "type": TIME}


def status_in_full(document: dict[str, Any]) -> None:
    entry = document["credentialStatus"]
    made = {"id": entry["id"], "type": STATUS + "BitstringStatusListEntry"}
    made |= {STATUS + name: entry[name] for name in ("statusPurpose", "statusListIndex")}
    document["credentialStatus"] = made | {
        STATUS + "statusListCredential": {"id": entry["statusListCredential"]}
    }


def subject(document: dict[str, Any]) -> dict[str, Any]:
    return document["credentialSubject"]  # type: ignore[no-any-return]


def holder(document: dict[str, Any]) -> dict[str, Any]:
    return subject(document)["identifier"][0]  # type: ignore[no-any-return]


def result(document: dict[str, Any]) -> dict[str, Any]:
    return subject(document)["result"][0]  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (end_in_full, "stands where only a term can"),
        (in_full(lambda d: d, "credentialStatus", CREDENTIAL), "stands where only a term can"),
        (status_in_full, "stands where only a term can"),
        (in_full(subject, "result", BADGE), "stands where only a term can"),
        (in_full(subject, "identifier", BADGE), "stands where only a term can"),
        (lambda d: holder(d).update(hashed="false"), "hashed is neither true nor false"),
        (lambda d: holder(d).update(identityHash=[holder(d)["identityHash"]]), "identityHash is no text"),
        (lambda d: holder(d).update(identityHash={"@value": holder(d)["identityHash"]}), "wrapped (@value)"),
        (lambda d: result(d).update(value=[result(d)["value"]]), "value is no text"),
        (lambda d: result(d).update(value={"@value": result(d)["value"]}), "wrapped (@value)"),
        (lambda d: d.update(name={"@value": d["name"], "@direction": "rtl"}), "cannot be signed"),
        (lambda d: d["proof"][0].update(proofValue=d["proof"][0]["proofValue"] + "\n"), "changed"),
        (lambda d: d["proof"][0].update(expires=["2026-01-01T00:00:00Z"]), "(expires) is no time"),
    ],
)
def test_the_same_in_another_spelling(issued: Agency, change: Change, told: str) -> None:
    document = resigned(issued, lambda d: d.update(validUntil="2026-12-31T23:59:59Z"))
    assert judged(issued, document).code == 0
    change(document)
    said = judged(issued, document, "--on", "2027-03-01")
    assert (said.code, told in said.out) == (1, True), said.out
