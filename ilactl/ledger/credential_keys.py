"""The register of signing keys read: which public key signed for whom, from when, until when.

Private keys never come near the ledger. What stands here is what a verifier needs to know: that a key was
the agency's, and up to which day its signatures count.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from ilactl.dates import known_date, parse_date
from ilactl.errors import NotFound
from ilactl.ledger.columns import CREDENTIAL_KEYS
from ilactl.ledger.entries import usable_rows
from ilactl.ledger.scan import read_table

if TYPE_CHECKING:
    from ilactl.ledger.snapshot import Snapshot

__all__ = ["CredentialKey", "credential_key", "credential_keys", "key_appends"]


class CredentialKey(NamedTuple):
    """One key as its newest row says. `since` is the day it began to sign."""

    key: str
    since: date
    did: str
    public: str
    retired_on: date | None
    compromised_since: date | None

    @property
    def state(self) -> str:
        """`signs`, `retired` or `compromised`."""
        return "compromised" if self.compromised_since else "retired" if self.retired_on else "signs"


def credential_keys(snapshot: Snapshot) -> list[CredentialKey]:
    """Every key, oldest first. Raises BadInput with all findings where a row is bad."""
    rows = usable_rows(*read_table(snapshot.view(CREDENTIAL_KEYS.file), CREDENTIAL_KEYS), CREDENTIAL_KEYS)
    found: dict[str, CredentialKey] = {}
    for row in rows:
        key, first, did, public, retired, compromised = row.cells
        before = found.get(key)
        since = before.since if before else known_date(first)
        found[key] = CredentialKey(key, since, did, public, parse_date(retired), parse_date(compromised))
    return list(found.values())


def credential_key(snapshot: Snapshot, wanted: str) -> CredentialKey:
    """The key of that id, DID or public key. Raises NotFound."""
    for one in credential_keys(snapshot):
        if wanted in (one.key, one.public) or wanted == one.did:
            return one
    raise NotFound(what=f"key {wanted}", hint="'ilactl credential key list' shows all of them")


def key_appends(snapshot: Snapshot, cells: tuple[str, ...]) -> bytes:
    """A row for credential_keys.csv, behind its header where the ledger was made before there were keys."""
    from ilactl.ledger.scan import format_row

    header = "" if CREDENTIAL_KEYS.file in snapshot.head.sizes else f"{CREDENTIAL_KEYS.header}\n"
    return f"{header}{format_row(cells)}".encode()
