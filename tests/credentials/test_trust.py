"""Whom a verifier trusts: what a did.json says of an issuer's keys, and what it does not."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from ilactl.credentials.dids import did_document
from ilactl.credentials.keyfile import new_key, public_of
from ilactl.credentials.proof import signed
from ilactl.credentials.signing import bytes_of
from tests.credentials.conftest import Agency
from tests.credentials.test_verify import WHEN


@pytest.mark.parametrize("relative", [False, True])
def test_a_did_web_whose_keys_have_names(issued: Agency, relative: bool) -> None:
    private, did = new_key(), "did:web:badges.example.org"
    document = issued.document()
    del document["proof"]
    document["issuer"]["id"] = did
    made = bytes_of(signed(document, private, f"{did}#key-1", WHEN))
    page = did_document(did, [public_of(private)])
    name = "#key-1" if relative else f"{did}#key-1"
    page["verificationMethod"][0]["id"] = page["assertionMethod"][0] = name
    trust = issued.folder / "did.json"
    trust.write_bytes(bytes_of(page))
    assert issued.outside("credential", "verify", "-", "--trust", trust, stdin=made).code == 0
    said = issued.outside("credential", "verify", "-", "--trust", did, stdin=made)
    assert (said.code, f"give the did.json of {did} with --trust" in said.out) == (1, True), said.out
    other = bytes_of(signed(document, new_key(), f"{did}#key-1", WHEN))
    assert issued.outside("credential", "verify", "-", "--trust", trust, stdin=other).code == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda page: page.update(assertionMethod=None),
        lambda page: page.update(verificationMethod=7),
        lambda page: page.update(assertionMethod=[]),
        lambda page: page["verificationMethod"][0].update(publicKeyMultibase="z7"),
    ],
)
def test_a_did_json_without_a_key(issued: Agency, change: Callable[[dict[str, Any]], object]) -> None:
    page = did_document("did:web:badges.example.org", [public_of(new_key())])
    change(page)
    trust = issued.folder / "did.json"
    trust.write_text(json.dumps(page))
    said = issued.outside("credential", "verify", issued.path(), "--trust", trust)
    assert (said.code, "without an Ed25519 key" in said.err) == (2, True), said.err


def test_an_identifier_with_its_key_behind_it_is_the_identifier(issued: Agency) -> None:
    method = issued.document()["proof"][0]["verificationMethod"]
    issued.outside("credential", "verify", issued.path(), "--trust", method).ok()


def test_a_mark_that_an_editor_left_at_the_beginning_changes_nothing(issued: Agency) -> None:
    mark = b"\xef\xbb\xbf"
    page = bytes_of(did_document(issued.did, [issued.did.removeprefix("did:key:")]))
    for data in (issued.did.encode() + b"\r\n", page):
        trust = issued.folder / "trust"
        trust.write_bytes(mark + data)
        made = mark + issued.path().read_bytes().replace(b"\n", b"\r\n")
        issued.outside("credential", "verify", "-", "--trust", trust, stdin=made).ok()
