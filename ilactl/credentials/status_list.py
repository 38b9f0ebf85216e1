"""The status list: one bit for every credential, compressed, signed, published as a static file.

Bitstring Status List 1.0 of the W3C. Bit 0 is the most significant bit of the first byte. A set bit says
that the credential is revoked, or suspended for the time being. The same bits give the same bytes.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import uuid
import zlib
from collections.abc import Iterable
from typing import Any

from ilactl.credentials.contexts import CREDENTIALS_V2

__all__ = ["SIZE", "BadList", "Places", "bit_of", "encoded", "list_id", "status_list"]

SIZE = 131_072
"""Places in a list: as many as the standard asks for, so that one hides among the others."""

_HALF = SIZE // 2
_LARGEST = 8 * 1024 * 1024
"""Bytes that a list may have unpacked: one of 64 million credentials."""


class BadList(Exception):
    """The list cannot be read: the reason, in words."""


def encoded(bits: Iterable[int]) -> str:
    """The list with these places set, as `encodedList` wants it."""
    data = bytearray(SIZE // 8)
    for place in bits:
        data[place // 8] |= 0x80 >> place % 8
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)  # a gzip header without time or name
    packed = packer.compress(bytes(data)) + packer.flush()
    # zlib writes the system into byte 9; "unknown" there makes the bytes the same everywhere
    packed = packed[:9] + b"\xff" + packed[10:]
    return "u" + base64.urlsafe_b64encode(packed).rstrip(b"=").decode()


def bit_of(text: Any, place: int) -> bool:
    """Whether the place is set. Raises BadList for what is no list, or one built to burst."""
    if not isinstance(text, str) or not text.startswith("u"):
        raise BadList("its encodedList is not base64url")
    try:
        packed = base64.b64decode(text[1:] + "=" * (-len(text[1:]) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        raise BadList("its encodedList is not base64url") from None
    unpacker = zlib.decompressobj(31)
    try:
        data = unpacker.decompress(packed, _LARGEST)
    except zlib.error:
        raise BadList("its encodedList cannot be unpacked") from None
    if unpacker.unconsumed_tail or not unpacker.eof:
        raise BadList(f"its encodedList is cut off, or larger than {_LARGEST // 1024 // 1024} MiB unpacked")
    if len(data) * 8 < SIZE:
        raise BadList(f"it has fewer than {SIZE} places")
    if place >= len(data) * 8:
        raise BadList(f"it has no place {place}")
    return bool(data[place // 8] & (0x80 >> place % 8))


def list_id(url: str, ledger: str, number: int) -> str:
    """The address of a list: where it is published, or a name of its own where nothing is published."""
    if url:
        return f"{url.rstrip('/')}/status-{number}.json"
    return uuid.uuid5(uuid.NAMESPACE_URL, f"ilactl:{ledger}:status:{number}").urn


class Places:
    """Places in status lists, those that are taken and those still to draw."""

    def __init__(self, taken: Iterable[tuple[str, int, int]], did: str) -> None:
        """`taken` are issuer, list and place of every credential ever issued; a list has one issuer."""
        known = list(taken)
        own = [number for issuer, number, _ in known if issuer == did]
        self._list = max(own) if own else max((number for _, number, _ in known), default=0) + 1
        self._taken = {(number, place) for _, number, place in known}
        self._next = max(self._list, *(number for _, number, _ in known)) + 1 if known else self._list + 1
        self._filled = own.count(self._list)

    def draw(self, seed: bytes) -> tuple[int, int]:
        """A list and a place that nobody has had: random, so that it says nothing about when."""
        if self._filled >= _HALF:
            self._list, self._next, self._filled = self._next, self._next + 1, 0
        attempt = 0
        while True:
            drawn = hashlib.sha256(seed + b"\0index" + attempt.to_bytes(4, "big")).digest()
            place = self._list, int.from_bytes(drawn[:8], "big") % SIZE
            if place not in self._taken:
                self._taken.add(place)
                self._filled += 1
                return place
            attempt += 1


def status_list(address: str, did: str, bits: Iterable[int], valid_from: str) -> dict[str, Any]:
    """The unsigned list."""
    return {
        "@context": [CREDENTIALS_V2],
        "id": address,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": did,
        "validFrom": valid_from,
        "credentialSubject": {
            "id": f"{address}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": encoded(bits),
        },
    }
