"""The proof: the W3C's vector byte for byte, the official contexts, and what may not be signed."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import base58
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pyld.context_resolver import ContextResolver

from ilactl.credentials import canon, contexts
from ilactl.credentials.canon import NotCanonical, canonical
from ilactl.credentials.dids import key_of_multikey, multikey_of
from ilactl.credentials.proof import hash_data, signed, signed_by
from tests.credentials.conftest import DATA, NEEDS_DATA

EXAMPLES = "https://www.w3.org/ns/credentials/examples/v2"
SEED = "z3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq"
PUBLIC = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"
METHOD = f"did:key:{PUBLIC}#{PUBLIC}"
CREATED = "2023-02-24T23:36:38Z"
SIGNATURE = "z2YwC8z3ap7yx1nZYCg4L3j3ApHsF8kgPdSb5xoS1VR7vPG3F561B52hYnQF9iseabecm3ijx4K1FBTQsCZahKZme"
VECTOR: dict[str, Any] = {
    "@context": [contexts.CREDENTIALS_V2, EXAMPLES],
    "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
    "type": ["VerifiableCredential", "AlumniCredential"],
    "name": "Alumni Credential",
    "description": "A minimum viable example of an Alumni Credential.",
    "issuer": "https://vc.example/issuers/5678",
    "validFrom": "2023-01-01T00:00:00Z",
    "credentialSubject": {"id": "did:example:abcdefgh", "alumniOf": "The School of Examples"},
}
"""The facts of the vector in W3C's vc-di-eddsa: document, key, time, signature."""


@pytest.fixture
def examples(monkeypatch: pytest.MonkeyPatch) -> None:
    """The vector's own context, which gives a meaning to any term: no verifier of ours has it."""
    known = contexts.load

    def load(url: str, options: object = None) -> dict[str, Any]:
        if url != EXAMPLES:
            return known(url, options)
        vocab = {"@context": {"@vocab": "https://www.w3.org/ns/credentials/examples#"}}
        return {"contentType": "", "contextUrl": None, "documentUrl": url, "document": vocab}

    monkeypatch.setattr(canon, "load", load)
    monkeypatch.setattr(canon, "_RESOLVER", ContextResolver({}, load))
    monkeypatch.setattr(canon._Processor, "scopes", {})


@pytest.mark.usefixtures("examples")
def test_the_w3c_vector_is_signed_byte_for_byte() -> None:
    key = Ed25519PrivateKey.from_private_bytes(base58.b58decode(SEED[1:])[2:])
    assert multikey_of(key.public_key().public_bytes_raw()) == PUBLIC
    made = signed(VECTOR, key, METHOD, CREATED, as_list=False)
    assert made["proof"]["proofValue"] == SIGNATURE
    public = key_of_multikey(PUBLIC)
    assert public is not None
    assert signed_by(VECTOR, made["proof"], public)


@NEEDS_DATA
@pytest.mark.usefixtures("examples")
def test_every_step_of_the_w3c_vector_is_the_same() -> None:
    folder = DATA / "w3c-eddsa-rdfc-2022"
    assert canonical(VECTOR).decode() == (folder / "canonDocDataInt.txt").read_text()
    assert (
        hashlib.sha256(canonical(VECTOR)).hexdigest() == (folder / "docHashDataInt.txt").read_text().strip()
    )
    options = {
        k: v for k, v in json.loads((folder / "proofConfigDataInt.json").read_text()).items() if k[0] != "@"
    }
    combined = (folder / "combinedHashDataInt.txt").read_text().strip()
    assert hash_data(VECTOR, options).hex() == combined
    assert json.loads((folder / "signedDataInt.json").read_text())["proof"]["proofValue"] == SIGNATURE


def _plain(scope: dict[str, Any]) -> dict[str, Any]:
    """A context with every term as an object, and without the marks of protection."""
    made: dict[str, Any] = {}
    for name, term in scope.items():
        if name == "@protected":
            continue
        if isinstance(term, dict):
            made[name] = {
                key: _plain(value) if key == "@context" and value else value
                for key, value in term.items()
                if key != "@protected"
            }
        else:
            made[name] = term if name.startswith("@") else {"@id": term}
    return made


@NEEDS_DATA
@pytest.mark.parametrize(
    ("url", "file"),
    [
        (contexts.CREDENTIALS_V2, "w3c-credentials-v2.json"),
        (contexts.OPEN_BADGES, "ob-v3p0-context-3.0.3.json"),
    ],
)
def test_our_terms_are_those_of_the_official_context(url: str, file: str) -> None:
    official = json.loads((DATA / file).read_text())["@context"]
    assert _plain(contexts.context(url)["@context"]) == _plain(official)


def test_our_terms_are_those_of_the_dev_dependencies() -> None:
    from importlib.resources import files

    folder = files("openbadgeslib.ob3").joinpath("contexts")
    for url, file in (
        (contexts.CREDENTIALS_V2, "credentials-v2.json"),
        (contexts.OPEN_BADGES, "ob-v3p0-context-3.0.3.json"),
        ("https://purl.imsglobal.org/spec/ob/v3p0/extensions.json", "ob-v3p0-extensions.json"),
    ):
        official = _plain(json.loads(folder.joinpath(file).read_text())["@context"])
        ours = _plain(contexts.context(url)["@context"])
        drifted = {name for name in official if name not in ours}
        assert drifted <= {"endorsementJwt", "jti"}, "terms of which the official copies differ"
        assert {name: official[name] for name in ours} == ours


def test_no_context_is_fetched() -> None:
    with pytest.raises(contexts.RemoteContext):
        contexts.load("https://example.org/context.json")


BASE: dict[str, Any] = {
    "@context": [contexts.CREDENTIALS_V2, contexts.OPEN_BADGES],
    "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
    "type": ["VerifiableCredential", "OpenBadgeCredential"],
    "credentialSubject": {"type": ["AchievementSubject"]},
}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"ECTS": 3}, "no context defines the term 'ECTS'"),
        ({"type": ["VerifiableCredential", "Diploma"]}, "'Diploma' is neither a term"),
        ({"id": "badge-12"}, "'badge-12' is neither a term"),
        ({"credentialSubject": {"type": ["AchievementSubject"], "note": "x"}}, "the term 'note'"),
        ({"credentialSubject": {"id": "a b", "type": ["AchievementSubject"]}}, "'a b' is neither"),
    ],
)
def test_what_a_signature_would_leave_out_is_not_signed(change: dict[str, Any], told: str) -> None:
    canonical(BASE)
    with pytest.raises(NotCanonical, match=told):
        canonical({**BASE, **change})


def test_the_order_and_the_spelling_of_the_json_do_not_matter() -> None:
    subject = {"type": ["AchievementSubject"], "creditsEarned": 7.5}
    turned = dict(reversed({**BASE, "credentialSubject": subject}.items()))
    assert canonical({**BASE, "credentialSubject": subject}) == canonical(json.loads(json.dumps(turned)))
