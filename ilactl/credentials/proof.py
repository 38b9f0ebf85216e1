"""The proof of a document: Data Integrity with eddsa-rdfc-2022, Ed25519 over two digests.

What is signed is SHA-256 of the proof's own options, canonical, and SHA-256 of the document without its
proof, canonical, one after the other: W3C Data Integrity EdDSA Cryptosuites 1.0.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import base58

from ilactl.credentials.canon import canonical

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

__all__ = ["SUITE", "hash_data", "signed", "signed_by"]

SUITE = "eddsa-rdfc-2022"


def hash_data(document: dict[str, Any], options: dict[str, Any]) -> bytes:
    """The 64 bytes that are signed. `document` has no proof, `options` no proofValue. Raises NotCanonical."""
    config = {"@context": document["@context"], **options}
    return hashlib.sha256(canonical(config)).digest() + hashlib.sha256(canonical(document)).digest()


def signed(
    document: dict[str, Any], key: Ed25519PrivateKey, method: str, created: str, *, as_list: bool = True
) -> dict[str, Any]:
    """The document with its proof, created at a time of the form 2026-11-26T09:00:00Z.

    Raises NotCanonical, for a term that no context defines among others.
    """
    options: dict[str, Any] = {
        "type": "DataIntegrityProof",
        "cryptosuite": SUITE,
        "created": created,
        "verificationMethod": method,
        "proofPurpose": "assertionMethod",
    }
    value = key.sign(hash_data(document, options))
    proof = {**options, "proofValue": "z" + base58.b58encode(value).decode()}
    return {**document, "proof": [proof] if as_list else proof}


def signed_by(document: dict[str, Any], proof: dict[str, Any], public: bytes) -> bool:
    """Whether the holder of the key signed exactly this. Raises NotCanonical."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    value = proof.get("proofValue")
    if not isinstance(value, str) or not value.startswith("z") or len(value) > 100:
        return False
    try:
        signature = base58.b58decode(value[1:])
        if base58.b58encode(signature).decode() != value[1:]:
            return False  # the library overlooks blanks at the end
        key = Ed25519PublicKey.from_public_bytes(public)
    except ValueError:
        return False
    options = {name: what for name, what in proof.items() if name != "proofValue"}
    bare = {name: what for name, what in document.items() if name != "proof"}
    try:
        key.verify(signature, hash_data(bare, options))
    except InvalidSignature:
        return False
    return True
