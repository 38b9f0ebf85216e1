"""Whom a verifier trusts: identifiers that were named, a file's, or those of the ledger's own key list.

A did:key is its own key, but says nothing about who holds it; of every other identifier somebody has to
say which keys are its: a did.json, or the ledger.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from ilactl.credentials.dids import key_of_multikey
from ilactl.credentials.reading import NotReadable, read_json
from ilactl.credentials.structure import listed

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
        self._methods: dict[str, str] = {}

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
        if data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{":
            return self._add_document(read_json(data))
        try:
            lines = [line.split("#")[0].strip() for line in data.decode("utf-8-sig").splitlines()]
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
        allowed = {did + one if one[:1] == "#" else one for one in _texts(document.get("assertionMethod"))}
        found = 0
        for method in listed(document.get("verificationMethod")):
            public, name = _public_of(method)
            name = did + name if name[:1] == "#" else name
            if public and name in allowed:
                self.keys.append(KnownKey(did, public))
                self._methods[name] = public
                found += 1
        if not found:
            raise NotReadable("it is a did.json without an Ed25519 key (publicKeyMultibase) for asserting")
        self.dids.add(did)
        return found

    def public_of(self, method: str) -> str:
        """The Multikey that a did.json gave a verification method; "" where none did."""
        return self._methods.get(method, "")

    def known(self, did: str, public: str) -> KnownKey | None:
        """The key as somebody vouches for it; None where nobody does."""
        return next((one for one in self.keys if one.did == did and one.public == public), None)


def _texts(value: Any) -> list[str]:
    return [one for one in listed(value) if isinstance(one, str)]


def _public_of(method: Any) -> tuple[str, str]:
    """A verification method's Multikey, "" where it has none that is Ed25519, and its name."""
    if not isinstance(method, dict):
        return "", ""
    public, name = method.get("publicKeyMultibase"), method.get("id")
    if not isinstance(public, str) or not isinstance(name, str) or not key_of_multikey(public):
        return "", ""
    return public, name
