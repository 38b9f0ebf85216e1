"""Signing a plan: each document canonical, signed, read back; many of them in two processes."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ilactl.credentials.document import at_start
from ilactl.credentials.proof import signed
from ilactl.credentials.reading import NotReadable, read_json
from ilactl.credentials.structure import faults
from ilactl.errors import Refused

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from ilactl.credentials.issuing import Award

__all__ = ["bytes_of", "digest_of_document", "sign_all"]

_FEW = 64
"""Up to so many, a second process costs more than it brings."""

_job: tuple[Sequence[Award], Ed25519PrivateKey, str] | None = None
"""What a second process inherits: it is never written anywhere."""


def bytes_of(document: dict[str, Any]) -> bytes:
    """The document as it is kept: UTF-8, one member a line."""
    return json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"


def digest_of_document(data: bytes) -> str:
    """What credentials.csv holds against the document: SHA-256 of its bytes."""
    return hashlib.sha256(data).hexdigest()


def sign_all(
    awards: Sequence[Award], key: Ed25519PrivateKey, method: str, told: Callable[[int], None]
) -> list[bytes]:
    """The signed documents in the order of the awards; `told` hears how many are done.

    Raises Refused where one cannot be signed: nothing was written.
    """
    global _job
    _job = (awards, key, method)
    results: list[bytes | list[str]] = []
    try:
        if len(awards) > _FEW and threading.active_count() == 1:
            with multiprocessing.get_context("fork").Pool(2) as pool:
                for result in pool.imap(_sign, range(len(awards)), chunksize=16):
                    results.append(result)
                    told(len(results))
        else:
            for number in range(len(awards)):
                results.append(_sign(number))
                told(len(results))
    finally:
        _job = None
    for award, result in zip(awards, results, strict=True):
        if isinstance(result, list):
            raise Refused(reason=f"{award.step.enrolment} cannot be signed: {'; '.join(result)}")
    return [result for result in results if isinstance(result, bytes)]


def _sign(number: int) -> bytes | list[str]:
    from ilactl.credentials.canon import NotCanonical

    assert _job is not None
    awards, key, method = _job
    award = awards[number]
    document = award.document()
    found = faults(document)
    if found:
        return found
    try:
        data = bytes_of(signed(document, key, method, at_start(award.step.on)))
        read_json(data)  # whoever verifies it reads it within these bounds
    except NotCanonical as fault:
        return fault.reasons
    except NotReadable as fault:
        return [str(fault)]
    return data
