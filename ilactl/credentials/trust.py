"""Whom a verifier trusts: identifiers that were named, a file's, or those of the ledger's own key list.

A did:key is its own key, but says nothing about who holds it; of every other identifier somebody has to
say which keys are its: a did.json, or the ledger.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from ilactl.credentials.dids import key_of_multikey
from ilactl.credentials.reading import NotReadable, read_json

if TYPE_CHECKING:
    from ilactl.ledger.credential_keys import CredentialKey

__all__ = ["KnownKey", "Trust"]


class KnownKey(NamedTuple):
    """A key that is known to be an issuer's, and until when its signatures count; None is no end."""

    did: str
    public: str
    since: date | None = None
    retired_on: date | None = None
    compromised_since: date | None = None


class Trust:
    """The issuers that are trusted, and the keys known of them."""

    def __init__(self) -> None:
        """Nobody is trusted until somebody is named."""
        self.dids: set[str] = set()
        self.keys: list[KnownKey] = []

    def add_did(self, did: str) -> None:
        """Trust an issuer by its identifier."""
        self.dids.add(did)

    def add_keys(self, keys: Iterable[CredentialKey]) -> None:
        """Trust the ledger's own keys."""
        for one in keys:
            self.dids.add(one.did)
            self.keys.append(KnownKey(one.did, one.public, one.since, one.retired_on, one.compromised_since))

    def add_file(self, data: bytes) -> int:
        """Trust what a file names: a did.json with its keys, or one identifier a line. How many it names.

        Raises NotReadable where it is neither.
        """
        if data.lstrip()[:1] == b"{":
            return self._add_document(read_json_of_did(data))
        try:
            lines = [line.split("#")[0].strip() for line in data.decode("utf-8").splitlines()]
        except UnicodeDecodeError:
            raise NotReadable("it is neither a did.json nor a list of identifiers") from None
        named = [line for line in lines if line]
        for line in named:
            if " " in line or ":" not in line:
                raise NotReadable(f"{line[:60]!r} is no identifier such as did:key:z6Mk…")
            self.dids.add(line)
        return len(named)

    def _add_document(self, document: dict[str, Any]) -> int:
        did = document.get("id")
        if not isinstance(did, str) or ":" not in did:
            raise NotReadable("it is no did.json: it has no id")
        allowed = {one for one in document.get("assertionMethod", []) if isinstance(one, str)}
        found = 0
        for method in document.get("verificationMethod", []):
            public = method.get("publicKeyMultibase") if isinstance(method, dict) else None
            if isinstance(public, str) and key_of_multikey(public) and method.get("id") in allowed:
                self.keys.append(KnownKey(did, public))
                found += 1
        self.dids.add(did)
        return found

    def known(self, did: str, public: str) -> KnownKey | None:
        """The key as somebody vouches for it; None where nobody does."""
        return next((one for one in self.keys if one.did == did and one.public == public), None)


def read_json_of_did(data: bytes) -> dict[str, Any]:
    """A did.json, within the bounds of any document."""
    document = read_json(data)
    json.dumps(document)  # nothing but plain values
    return document
