"""What commands that sign share: the key file on the command line, its passphrase, whose key it is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ilactl.commands.face import Face
from ilactl.commands.parameters import FILE
from ilactl.errors import Cancelled, Refused

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from ilactl.ledger.credential_keys import CredentialKey
    from ilactl.ledger.snapshot import Snapshot

__all__ = [
    "ask_passphrase",
    "is_sample",
    "passphrase_option",
    "read_passphrase",
    "recorded_key",
    "sign_option",
    "signing_key",
]

sign_option: Callable[..., Any] = click.option(
    "--sign-with", metavar="FILE", type=FILE, required=True, help="The private key's file."
)
passphrase_option: Callable[..., Any] = click.option(
    "--passphrase-file",
    metavar="FILE",
    type=FILE,
    help="A file that holds the key's passphrase; otherwise it is asked for.",
)


def read_passphrase(face: Face, file: str | None) -> bytes | None:
    """The passphrase in a file, its line end left out; None without a file."""
    if file is None:
        return None
    data, _ = face.read_input(file)
    return data.removesuffix(b"\n").removesuffix(b"\r")


def ask_passphrase(question: str) -> bytes:
    """A passphrase from the terminal, not shown. Raises Cancelled where nobody can be asked."""
    import sys

    if sys.stdin is None or not sys.stdin.isatty():
        raise Cancelled(
            reason="a passphrase is needed and there is no terminal to ask on",
            hint="give --passphrase-file FILE",
        )
    from getpass import getpass

    return getpass(f"{question}: ").encode()


def is_sample(snapshot: Snapshot) -> bool:
    """Whether this is the sample ledger: the one place where its public key may sign."""
    first = next(iter(snapshot.records()))
    return (first.user, first.host) == ("sample", "sample")


def signing_key(face: Face, file: str, passphrase_file: str | None, snapshot: Snapshot) -> Ed25519PrivateKey:
    """The private key of --sign-with, its passphrase read or asked for."""
    from ilactl.credentials.keyfile import is_locked, open_key

    path = Path(file)
    passphrase = read_passphrase(face, passphrase_file)
    if passphrase is None and is_locked(path):
        passphrase = ask_passphrase(f"passphrase of {path}")
    return open_key(path, passphrase, sample=is_sample(snapshot))


def recorded_key(snapshot: Snapshot, key: Ed25519PrivateKey, *, retired: bool = False) -> CredentialKey:
    """The ledger's row for that key. Raises Refused where there is none, or it may no longer sign.

    With `retired` a retired one will do: for the status of what it signed.
    """
    from ilactl.credentials.keyfile import public_of
    from ilactl.ledger.credential_keys import credential_keys

    public = public_of(key)
    found = next((one for one in credential_keys(snapshot) if one.public == public), None)
    if found is None:
        raise Refused(
            reason="the ledger does not know this key: nobody could tell that it is the agency's",
            hint="record it with 'ilactl credential key new FILE', which takes a key that is there",
        )
    if found.state != "signs" and not (retired and found.state == "retired"):
        raise Refused(
            reason=f"key {found.key} is {found.state}: what it signs from now on is not to be believed",
            hint="sign with a new key: 'ilactl credential key new FILE'",
        )
    return found
