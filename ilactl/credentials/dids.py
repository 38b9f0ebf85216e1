"""Decentralised identifiers: did:key, which is the key itself, and did:web, whose document lies on a site."""

from __future__ import annotations

import re
from typing import Any

import base58

__all__ = ["did_document", "did_key", "key_of_multikey", "method_of", "multikey_of", "web_address"]

_ED25519 = b"\xed\x01"
_WEB = re.compile(r"did:web:[A-Za-z0-9.-]+(%3A[0-9]{1,5})?(:[A-Za-z0-9._-]+)*", re.ASCII)


def multikey_of(public: bytes) -> str:
    """An Ed25519 public key of 32 bytes as a Multikey: `z6Mk…`."""
    return "z" + base58.b58encode(_ED25519 + public).decode()


def key_of_multikey(text: str) -> bytes | None:
    """The 32 bytes of an Ed25519 Multikey; None where it is none."""
    if not text.startswith("z") or not 40 <= len(text) <= 60:
        return None
    try:
        data = base58.b58decode(text[1:])
    except ValueError:
        return None
    return bytes(data[2:]) if len(data) == 34 and data.startswith(_ED25519) else None


def did_key(multikey: str) -> str:
    """The did:key of that key."""
    return f"did:key:{multikey}"


def method_of(did: str, multikey: str) -> str:
    """The verification method: which of the identifier's keys signed."""
    return f"{did}#{multikey}"


def web_address(did: str) -> str | None:
    """Where the document of a did:web lies; None where it is no did:web."""
    if not _WEB.fullmatch(did):
        return None
    host, *path = did.removeprefix("did:web:").split(":")
    place = "/".join(path) if path else ".well-known"
    return f"https://{host.replace('%3A', ':')}/{place}/did.json"


def did_document(did: str, keys: list[str]) -> dict[str, Any]:
    """The document to publish for a did:web with these Multikeys."""
    methods = [
        {
            "id": method_of(did, key),
            "type": "Multikey",
            "controller": did,
            "publicKeyMultibase": key,
        }
        for key in keys
    ]
    return {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
        "id": did,
        "verificationMethod": methods,
        "assertionMethod": [method["id"] for method in methods],
    }
