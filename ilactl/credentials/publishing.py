"""What is published beside credentials: signed status lists, and documents of did:web identifiers."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from ilactl.credentials.dids import did_document, method_of, web_address
from ilactl.credentials.document import at_start
from ilactl.credentials.issuing import ledger_name
from ilactl.credentials.proof import signed
from ilactl.credentials.signing import bytes_of
from ilactl.credentials.status_list import list_id, status_list
from ilactl.ledger.credential_keys import credential_keys
from ilactl.ledger.credentials import all_credentials

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from ilactl.ledger.credential_keys import CredentialKey
    from ilactl.ledger.credentials import Credential
    from ilactl.ledger.snapshot import Snapshot

__all__ = ["ToPublish", "to_publish"]


class ToPublish(NamedTuple):
    """A file, its bytes, and the address that verifiers look for it at."""

    name: str
    data: bytes
    address: str


def to_publish(
    snapshot: Snapshot, private: Ed25519PrivateKey, key: CredentialKey, on: date
) -> tuple[list[ToPublish], list[str]]:
    """The key's status lists as they stand on the day, and the did.json of every did:web.

    Besides, the identifiers that issued credentials, too: their lists need a key of theirs.
    """
    lists: dict[int, list[Credential]] = {}
    others: set[str] = set()
    for one in all_credentials(snapshot):
        if one.imported:
            continue
        if one.issuer != key.did:
            others.add(one.issuer)
        elif one.status_list is not None:
            lists.setdefault(one.status_list, []).append(one)
    method = method_of(key.did, key.public)
    made = []
    for number, members in sorted(lists.items()):
        address = _address(snapshot, members, number)
        bits = [one.status_index for one in members if one.state != "valid" and one.status_index is not None]
        document = status_list(address, key.did, bits, at_start(on))
        data = bytes_of(signed(document, private, method, at_start(on)))
        made.append(ToPublish(f"status-{number}.json", data, address))
    return [*made, *_did_documents(snapshot)], sorted(others)


def _address(snapshot: Snapshot, members: list[Credential], number: int) -> str:
    """The address that the documents of the list name: the first that is still there decides."""
    for one in members:
        try:
            document = json.loads(snapshot.folder.read(one.document))
            return str(document["credentialStatus"]["statusListCredential"])
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            continue
    return list_id(snapshot.manifest.credentials_url, ledger_name(snapshot), number)


def _did_documents(snapshot: Snapshot) -> Iterator[ToPublish]:
    """Keys that were retired stay, since what they signed is good; compromised ones go."""
    keys: dict[str, list[str]] = {}
    for one in credential_keys(snapshot):
        if one.did.startswith("did:web:") and one.compromised_since is None:
            keys.setdefault(one.did, []).append(one.public)
    for number, (did, public) in enumerate(keys.items()):
        name = "did.json" if number == 0 else f"did-{number + 1}.json"
        yield ToPublish(name, bytes_of(did_document(did, public)), web_address(did) or "")
