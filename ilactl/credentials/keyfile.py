"""The file of a private key: PKCS#8 PEM, its owner's alone, outside the ledger and outside git."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from ilactl.credentials.dids import multikey_of
from ilactl.errors import IoFailed, NotFound, Refused, Unsafe, UsageError
from ilactl.ledger.diagnosis.repository import is_tracked

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

__all__ = ["SAMPLE_KEY", "is_locked", "new_key", "open_key", "pem_of", "public_of", "refuse_in_git"]

SAMPLE_KEY = "z6MknFak6yGfSauZtfjuP4pvEe7HEUGZVYoH7cNVNorhkyrR"
"""The public key of the sample ledger. Its private half is published: whoever likes can sign with it."""

_LARGEST = 16 * 1024


def new_key() -> Ed25519PrivateKey:
    """A new Ed25519 key from the system's randomness."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.generate()


def public_of(key: Ed25519PrivateKey) -> str:
    """Its public half as a Multikey."""
    return multikey_of(key.public_key().public_bytes_raw())


def pem_of(key: Ed25519PrivateKey, passphrase: bytes = b"") -> bytes:
    """The key as PKCS#8 PEM, encrypted where there is a passphrase."""
    from cryptography.hazmat.primitives import serialization as s

    lock = s.BestAvailableEncryption(passphrase) if passphrase else s.NoEncryption()
    return key.private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, lock)


def refuse_in_git(path: Path) -> None:
    """Raise Refused where git tracks the file: its history keeps every version for ever."""
    if is_tracked(path):
        raise Refused(
            reason=f"{path} is under version control: whoever has the repository can sign with it",
            hint="retire this key with --compromised-since, and keep the next one outside the repository",
        )


def open_key(path: Path, passphrase: bytes | None = None, *, sample: bool = False) -> Ed25519PrivateKey:
    """The key of that file. Raises NotFound, IoFailed, Unsafe, Refused; UsageError for a wrong passphrase.

    A file that others can read, a link, and one that git tracks are refused. The sample's key, which is
    public, opens for the sample ledger alone.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    data, loose = _read(path)
    try:
        key = load_pem_private_key(data, passphrase or None)
    except TypeError:
        if passphrase:
            raise UsageError(reason=f"{path} has no passphrase", hint="leave --passphrase-file out") from None
        raise UsageError(
            reason=f"{path} needs its passphrase", hint="give --passphrase-file FILE, or run it on a terminal"
        ) from None
    except ValueError:
        if passphrase:
            raise UsageError(reason=f"the passphrase does not open {path}", hint="try it again") from None
        raise _no_key(path) from None
    except UnsupportedAlgorithm:
        raise _no_key(path) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise UsageError(
            reason=f"{path} holds a key of another kind than Ed25519",
            hint="'ilactl credential key new FILE' makes one",
        )
    if public_of(key) == SAMPLE_KEY:
        if not sample:
            raise Refused(
                reason="this is the sample's key, which everybody has: it signs in the sample ledger alone",
                hint="'ilactl credential key new FILE' makes a key of your own",
            )
        return key
    if loose:
        hint = "run 'chmod 600' on it; if others could read it so far, retire it and make a new one"
        raise Unsafe(path=str(path), reason="others than its owner may read the key", hint=hint)
    refuse_in_git(path)
    return key


def _no_key(path: Path) -> UsageError:
    hint = "give the file that 'ilactl credential key new' wrote"
    return UsageError(reason=f"{path} is no private key in PKCS#8 PEM", hint=hint)


def is_locked(path: Path) -> bool:
    """Whether the file asks for a passphrase."""
    return b"ENCRYPTED" in _read(path)[0][:100]


def _read(path: Path) -> tuple[bytes, bool]:
    """The file's bytes, and whether others than its owner may read it."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError:
        hint = "give the file that 'ilactl credential key new' wrote"
        raise NotFound(what=f"the key file {path}", hint=hint) from None
    except OSError as fault:
        if path.is_symlink():
            raise Unsafe(path=str(path), reason="it is a link") from None
        raise IoFailed(path=str(path), reason=fault.strerror or str(fault)) from None
    try:
        found = os.fstat(fd)
        if not stat.S_ISREG(found.st_mode):
            raise Unsafe(path=str(path), reason="it is not a plain file")
        return os.read(fd, _LARGEST), bool(found.st_mode & 0o077)
    finally:
        os.close(fd)
