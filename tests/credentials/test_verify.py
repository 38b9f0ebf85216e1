"""Verifying: three verdicts, every reason, and a quick no to whatever a stranger sends."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ilactl.credentials.dids import did_document, did_key, method_of
from ilactl.credentials.keyfile import new_key, public_of
from ilactl.credentials.proof import signed
from ilactl.credentials.signing import bytes_of
from tests.conftest import TODAY, Result, call_in_process
from tests.credentials.conftest import DATA, NEEDS_DATA, Agency

WHEN = "2026-11-23T00:00:00Z"


def judged(agency: Agency, document: dict[str, Any] | bytes, *args: Any) -> Result:
    """What an employer who trusts the agency is told."""
    data = document if isinstance(document, bytes) else bytes_of(document)
    return agency.outside("credential", "verify", "-", "--trust", agency.did, *args, stdin=data)


def resigned(agency: Agency, change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    """The credential changed and signed anew by the agency itself: what only its dates or status refuse."""
    document = agency.document()
    del document["proof"]
    change(document)
    public = public_of(agency.private)
    return signed(document, agency.private, method_of(agency.did, public), WHEN)


def test_three_verdicts(issued: Agency) -> None:
    document = issued.document()
    assert judged(issued, document).code == 0
    unknown = issued.outside("credential", "verify", issued.path(), "-O", "json")
    assert (unknown.code, json.loads(unknown.out)["verdict"]) == (3, "unknown")
    document["name"] = "Doctor of Everything"
    assert judged(issued, document).code == 1


def test_a_changed_letter_anywhere_is_seen(issued: Agency) -> None:
    data = issued.path().read_bytes().decode()
    places = [at for at, mark in enumerate(data) if mark.isalnum()][:: max(1, len(data) // 150)]
    for at in places:
        other = "a" if data[at] != "a" else "b"
        changed = (data[:at] + other + data[at + 1 :]).encode()
        assert judged(issued, changed).code in (1, 65), data[max(0, at - 30) : at + 10]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda d: d.pop("proof"), "it has no proof: nobody signed it"),
        (lambda d: d.update(proof=[]), "it has no proof"),
        (lambda d: d.update(proof=d["proof"] * 2), "it has 2 proofs, not one"),
        (lambda d: d["proof"][0].update(cryptosuite="eddsa-jcs-2022"), "of a kind that ilactl does not know"),
        (lambda d: d["proof"][0].update(proofPurpose="authentication"), "proofPurpose"),
        (lambda d: d["proof"][0].update(created="yesterday"), "no time with a zone"),
        (lambda d: d["proof"][0].update(created="2026-11-22T00:00:00Z"), "something was changed"),
        (lambda d: d["proof"][0].update(proofValue="z1"), "something was changed"),
        (lambda d: d["proof"][0].update(grade="A"), "a term of no meaning"),
        (lambda d: d.update(ECTS=30), "no context defines the term 'ECTS'"),
        (lambda d: d["credentialSubject"]["achievement"].update(seal="x"), "the term 'seal'"),
        (
            lambda d: d["issuer"].update(id="did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"),
            "is not its",
        ),
        (
            lambda d: d["credentialSubject"]["achievement"].update(creditsAvailable=99),
            "something was changed",
        ),
        (lambda d: d["@context"].append("https://evil.example/c.json"), "none is fetched"),
        (lambda d: d["@context"].append({"name": "urn:x"}), "not a list of addresses"),
        (lambda d: d.update(validFrom="2026-13-01T00:00:00Z"), "validFrom is no time"),
        (lambda d: d.update(type=["VerifiableCredential"]), "it is no Open Badge"),
        (lambda d: d.pop("credentialSubject"), "no credentialSubject"),
        (lambda d: d["credentialSubject"].update(id="_:a"), "named by a label"),
    ],
)
def test_what_was_tampered_with_is_not_valid(
    issued: Agency, change: Callable[[dict[str, Any]], object], told: str
) -> None:
    document = issued.document()
    change(document)
    said = judged(issued, document)
    assert (said.code, told in said.out) == (1, True), said.out


def test_somebody_elses_signature_in_the_agencys_name(issued: Agency) -> None:
    thief = Ed25519PrivateKey.generate()
    public = public_of(thief)
    document = issued.document()
    del document["proof"]
    for method in (method_of(issued.did, public), method_of(did_key(public), public)):
        said = judged(issued, signed(document, thief, method, WHEN))
        assert said.code == 1, said.out
    own = {**document, "issuer": {**document["issuer"], "id": did_key(public)}}
    said = judged(issued, signed(own, thief, method_of(did_key(public), public), WHEN))
    assert said.code == 3, "anyone may say anything under a name of their own"


def test_dates(issued: Agency) -> None:
    expired = resigned(issued, lambda d: d.update(validUntil="2026-11-22T23:59:59Z"))
    assert "it has expired" in judged(issued, expired).out
    early = resigned(issued, lambda d: d.update(validFrom="2027-01-01T00:00:00Z"))
    assert "it is not yet valid" in judged(issued, early).out
    assert judged(issued, early, "--on", "2027-01-02").code == 0


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "not JSON"),
        (b"hello", "not JSON"),
        (b"[]", "not a JSON object"),
        (b"{}", "does not name VerifiableCredential"),
        (b'{"type": "VerifiableCredential"}', "does not name VerifiableCredential"),
        (b'{"a": 1, "a": 2}', "stands twice"),
        (b'{"a": NaN}', "no number"),
        (b'{"a": 1e999}', "too large a number"),
        (b"\xff\xfe{}", "not UTF-8"),
        (b'{"a": ' * 10_000 + b"1" + b"}" * 10_000, "nested deeper"),
        (b"[" * 10_000, "nested deeper"),
        (b'{"a": [' + b"1," * 100_000 + b"1]}", "more than"),
        (b'{"a": "' + b"x" * 50_000_000 + b'"}', "larger than 256 kB"),
        (b'{"type": ["VerifiableCredential"], "@context": [], "@graph": []}', "@graph"),
        (b'{"a": ' + b"9" * 5000 + b"}", "not JSON"),
        (b"\x89PNG\r\n\x1a\nnothing", "no credential"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'></svg>", "carries no credential"),
    ],
)
def test_what_is_no_credential_is_said_quickly(issued: Agency, data: bytes, told: str) -> None:
    began = time.monotonic()
    said = judged(issued, data)
    assert (said.code, told in said.err) == (65, True), said.err
    assert time.monotonic() - began < 5


def test_a_poisoned_graph_is_given_up_early(issued: Agency) -> None:
    def poison(document: dict[str, Any]) -> None:
        node: dict[str, Any] = {"type": ["Profile"], "name": "x"}
        for _ in range(6):
            node = {"type": ["Profile"], "name": "x", "parentOrg": [node] * 3}
        document["credentialSubject"]["source"] = node

    document = issued.document()
    poison(document)
    began = time.monotonic()
    assert judged(issued, document).code in (1, 65)
    assert time.monotonic() - began < 10


def test_badge_images_are_opened(issued: Agency) -> None:
    from ilactl.credentials.baking import bake_svg

    image = bake_svg(b'<svg xmlns="http://www.w3.org/2000/svg"><g/></svg>', issued.path().read_bytes())
    assert judged(issued, image).code == 0


def test_the_ledger_knows_what_it_issued(issued: Agency) -> None:
    assert "the ledger issued it as" in issued("credential", "verify", issued.path()).ok().out
    stolen = resigned(issued, lambda d: d["credentialSubject"]["result"][0].update(value="excellent"))
    said = issued("credential", "verify", "-", stdin=bytes_of(stolen))
    assert (said.code, "did not issue it" in said.out) == (1, True)


def test_a_ledger_that_was_found_and_not_named_is_told(issued: Agency) -> None:
    """Whoever forges a credential can pack a ledger of their own beside it."""
    found = call_in_process(("credential", "verify", issued.path()), None, {}, issued.ledger, TODAY).ok()
    assert found.err.startswith(f"warning: its issuer is trusted because the ledger found in {issued.ledger}")
    for words, ledger in ((("--trust", issued.did), {}), ((), {"ILACTL_LEDGER": str(issued.ledger)})):
        named = call_in_process(
            ("credential", "verify", issued.path(), *words), None, ledger, issued.ledger, TODAY
        )
        assert named.ok().err == ""


def test_a_did_web_is_believed_with_its_document(issued: Agency) -> None:
    private = new_key()
    public, did = public_of(private), "did:web:badges.example.org"
    document = issued.document()
    del document["proof"]
    document["issuer"]["id"] = did
    made = bytes_of(signed(document, private, method_of(did, public), WHEN))
    page = issued.folder / "did.json"
    page.write_bytes(bytes_of(did_document(did, [public])))
    verify = ("credential", "verify", "-")
    assert issued.outside(*verify, "--trust", page, stdin=made).code == 0
    assert issued.outside(*verify, "--trust", did, stdin=made).code == 3, "nobody says whose key it is"
    page.write_bytes(bytes_of(did_document(did, [public_of(new_key())])))
    assert issued.outside(*verify, "--trust", page, stdin=made).code == 1


def test_retired_and_compromised_keys(issued: Agency) -> None:
    key = issued.snapshot().view("credential_keys.csv").decode().splitlines()[-1].split(",")[0]
    issued("credential", "key", "retire", key, "--yes").ok()
    assert issued("credential", "verify", issued.path()).code == 0
    later = resigned(issued, lambda d: d.update(validFrom="2026-12-24T00:00:00Z"))
    at = TODAY + timedelta(days=60)
    assert "was retired on" in issued("credential", "verify", "-", stdin=bytes_of(later), at=at).out
    issued("credential", "key", "retire", key, "--compromised-since", "2026-11-01", "--yes").ok()
    assert "may be forged" in issued("credential", "verify", issued.path()).out
    refused = issued.issue("--all-due")
    assert (refused.code, "compromised" in refused.err) == (3, True)


@NEEDS_DATA
@pytest.mark.parametrize(
    ("file", "code", "told"),
    [
        ("simple.json", 3, ""),
        ("simple-did-key-method.json", 1, "is not its issuer"),
        ("simple-did-web-method.json", 3, ""),
        ("simple-multiple-proofs.json", 1, "2 proofs"),
        ("simple-noproof.json", 1, "no proof"),
        ("simple-err-expired.json", 1, "expired"),
        ("simple-err-issuer.json", 1, "no issuer"),
        ("simple-err-proof-value.json", 1, "changed"),
        ("simple-err-type.json", 1, "no Open Badge"),
        ("simple-eddsa-2022.json", 1, "first @context"),
        ("simple.jwt", 65, "not JSON"),
        ("complete.json", 3, ""),
    ],
)
def test_samples_of_the_public_validator(issued: Agency, file: str, code: int, told: str) -> None:
    said = issued.outside("credential", "verify", DATA / "1edtech-samples" / file)
    assert (said.code, told in said.out + said.err) == (code, True), said.out + said.err


@NEEDS_DATA
def test_a_revoked_sample_of_the_public_validator(issued: Agency) -> None:
    folder = DATA / "1edtech-samples"
    badge = folder / "bitstring-credential-status-revoked.json"
    said = issued.outside("credential", "verify", badge, "--status", folder / "bitstring-testlist")
    assert said.code == 1
