"""Revoking, suspending, publishing: what the list says, and which lists are not believed."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ilactl.credentials.dids import did_key, method_of
from ilactl.credentials.keyfile import new_key, public_of
from ilactl.credentials.proof import signed
from ilactl.credentials.signing import bytes_of
from ilactl.credentials.status_list import SIZE, BadList, Places, bit_of, encoded
from ilactl.ledger.credentials import all_credentials
from tests.credentials.conftest import Agency
from tests.credentials.test_verify import judged, resigned


def published(agency: Agency, *args: str) -> Path:
    site = agency.folder / "site"
    site.mkdir(exist_ok=True)
    agency("credential", "publish", "--to", site, "--sign-with", agency.pem, *args).ok()
    return site / "status-1.json"


def outcome(agency: Agency, status: Path, *args: str) -> tuple[int, str]:
    said = agency.outside(
        "credential", "verify", agency.path(), "--trust", agency.did, "--status", status, *args
    )
    return said.code, said.out


def test_the_life_of_a_credential(issued: Agency) -> None:
    (one,) = all_credentials(issued.snapshot())
    assert outcome(issued, published(issued))[0] == 0
    issued("credential", "suspend", one.id, "--reason", "appeal", "--yes").ok()
    code, said = outcome(issued, published(issued))
    assert (code, "it is revoked, by the list of 2026-11-23" in said) == (1, True)
    assert "was suspended" in issued("credential", "verify", issued.path()).out
    issued("credential", "reinstate", one.id, "--reason", "appeal dismissed", "--yes").ok()
    assert outcome(issued, published(issued))[0] == 0
    issued("credential", "revoke", one.id, "--reason", "fraud", "--ref", "D-1", "--yes").ok()
    assert outcome(issued, published(issued))[0] == 1
    again = issued("credential", "revoke", one.id, "--reason", "fraud", "--yes")
    assert again.code == 0
    refused = issued("credential", "reinstate", one.id, "--reason", "sorry", "--yes")
    assert (refused.code, "nothing follows a revocation" in refused.err) == (3, True)
    assert issued("check").ok().out == ""
    steps = json.loads(issued("credential", "show", one.id, "-O", "json").ok().out)
    assert [row["step"] for row in steps["rows"]] == ["issued", "suspended", "reinstated", "revoked"]


def test_a_dry_run_refuses_what_the_run_refuses(issued: Agency) -> None:
    (one,) = all_credentials(issued.snapshot())
    manifest = issued.ledger / "ledger.toml"
    closed = manifest.read_text().replace("# closed_until = 2025-12-31", "closed_until = 2026-12-31")
    manifest.write_text(closed)
    issued("adopt", "--why", "the year is closed", "--yes").ok()
    revoke = ("credential", "revoke", one.id, "--reason", "fraud")
    run, dry = issued(*revoke, "--yes"), issued(*revoke, "-n")
    assert (run.code, "the books are closed until 2026-12-31" in run.err) == (3, True)
    assert (dry.code, dry.err) == (run.code, run.err)


def test_no_step_is_older_than_the_one_before_it(issued: Agency) -> None:
    name = all_credentials(issued.snapshot())[0].id
    for words in (("revoke", name, "--reason", "x", "--yes"), ("recognise", name, "--by", "O1", "--as", "x")):
        for more in ((), ("-n",)):
            refused = issued("credential", *words, "--on", "2020-01-01", *more)
            assert (refused.code, f"{name} was issued on" in refused.err) == (3, True), refused.err
    assert all_credentials(issued.snapshot())[0].state == "valid"


def test_the_same_state_gives_the_same_bytes(issued: Agency) -> None:
    first = published(issued).read_bytes()
    assert published(issued).read_bytes() == first
    document = json.loads(first)
    assert document["credentialSubject"]["statusPurpose"] == "revocation"
    assert issued.ledger.name not in first.decode()


def _made(agency: Agency, change: Callable[[dict[str, Any]], object], key: Any = None) -> Path:
    path = published(agency)
    document = json.loads(path.read_bytes())
    del document["proof"]
    change(document)
    private = key or agency.private
    public = public_of(private)
    did = did_key(public)
    if key is not None:
        document["issuer"] = did
    path.write_bytes(bytes_of(signed(document, private, method_of(did, public), "2026-11-23T00:00:00Z")))
    return path


def bomb() -> str:
    packed = gzip.compress(b"\0" * 200_000_000, 9, mtime=0)
    return "u" + base64.urlsafe_b64encode(packed).rstrip(b"=").decode()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda d: d.update(id="https://example.org/other.json"), "not urn:uuid"),
        (lambda d: d.update(validFrom="2026-01-01T00:00:00Z"), "it is stale"),
        (lambda d: d.update(validFrom="2027-01-01T00:00:00Z"), "not yet valid"),
        (lambda d: d.update(validUntil="2026-11-22T00:00:00Z"), "expired"),
        (lambda d: d["credentialSubject"].update(statusPurpose="suspension"), "not about revocation"),
        (lambda d: d["credentialSubject"].update(encodedList="u!!"), "not base64url"),
        (lambda d: d["credentialSubject"].update(encodedList="uAAAA"), "cannot be unpacked"),
        (lambda d: d["credentialSubject"].update(encodedList=bomb()), "larger than 8 MiB unpacked"),
        (lambda d: d.update(type=["VerifiableCredential"]), "no BitstringStatusListCredential"),
    ],
)
def test_lists_that_are_not_believed(issued: Agency, change: Callable[[Any], object], told: str) -> None:
    code, said = outcome(issued, _made(issued, change))
    assert (code, told in said) == (1, True), said


@pytest.mark.parametrize(("size", "code"), [(1, 0), (2, 0), ("2", 1), (None, 1), (True, 1)])
def test_a_status_of_several_bits_is_not_read_as_one(issued: Agency, size: Any, code: int) -> None:
    document = resigned(issued, lambda d: d["credentialStatus"].update(statusSize=size))
    said = judged(issued, document, "--status", published(issued))
    assert (said.code, "which ilactl does not read" in said.out) == (code, size == 2), said.out


def test_a_forged_list_is_not_believed(issued: Agency) -> None:
    (one,) = all_credentials(issued.snapshot())
    issued("credential", "revoke", one.id, "--reason", "fraud", "--yes").ok()
    path = published(issued)
    document = json.loads(path.read_bytes())
    document["credentialSubject"]["encodedList"] = encoded([])
    path.write_bytes(bytes_of(document))
    code, said = outcome(issued, path)
    assert (code, "something was changed" in said) == (1, True)
    code, said = outcome(issued, _made(issued, lambda d: None, new_key()))
    assert (code, "not by the credential's issuer" in said) == (1, True)


def test_a_list_with_a_key_of_another_issuer_is_left_to_that_key(issued: Agency) -> None:
    second = issued.folder / "keys" / "second.pem"
    issued("credential", "key", "new", second).ok()
    said = issued("credential", "publish", "--to", issued.folder, "--sign-with", second, "-v").ok()
    assert "need its own key" in said.err
    assert not (issued.folder / "status-1.json").exists()
    issued("credential", "issue", issued.due()[0].id, "--sign-with", second).ok()
    assert [one.status_list for one in all_credentials(issued.snapshot())] == [1, 2]


def test_bits() -> None:
    text = encoded([0, 9, SIZE - 1])
    assert [bit_of(text, place) for place in (0, 1, 8, 9, SIZE - 1)] == [True, False, False, True, True]
    with pytest.raises(BadList, match="no place"):
        bit_of(text, SIZE)
    short = "u" + base64.urlsafe_b64encode(gzip.compress(b"\0" * 10)).rstrip(b"=").decode()
    with pytest.raises(BadList, match="fewer than"):
        bit_of(short, 0)


def test_bits_are_those_of_another_implementation() -> None:
    from openvc.status.bitstring import decode_bitstring, get_status_bit

    bits = decode_bitstring(encoded([3, 70_000]))
    assert [get_status_bit(bits, place) for place in (2, 3, 4, 70_000)] == [0, 1, 0, 1]


def test_places_are_never_used_twice() -> None:
    places = Places([("did:a", 1, place) for place in range(SIZE // 2 - 2)], "did:a")
    drawn = [places.draw(bytes([number])) for number in range(4)]
    assert [number for number, _ in drawn] == [1, 1, 2, 2]
    assert len(set(drawn)) == 4
    assert Places([("did:a", 1, 5)], "did:b").draw(b"x")[0] == 2


@pytest.mark.parametrize("kind", ["link", "folder", "inside"])
def test_what_may_not_be_overwritten(issued: Agency, kind: str) -> None:
    site = issued.folder / "out"
    site.mkdir()
    if kind == "link":
        (site / "status-1.json").symlink_to(issued.ledger / "credentials.csv")
    elif kind == "folder":
        (site / "status-1.json").mkdir()
    else:
        site = issued.ledger
    before = (issued.ledger / "credentials.csv").read_bytes()
    refused = issued("credential", "publish", "--to", site, "--sign-with", issued.pem)
    assert (refused.code, "UNSAFE-PATH" in refused.err) == (3, True)
    assert (issued.ledger / "credentials.csv").read_bytes() == before
