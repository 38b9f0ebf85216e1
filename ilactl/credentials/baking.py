"""Badge images that carry their credential: put it into a PNG or SVG file, and take it out again.

Open Badges 3.0, section 5.3: the document stands in a PNG file as an iTXt chunk with the keyword
`openbadgecredential`, in an SVG file as CDATA of `openbadges:credential`, the first child of the root.
What is taken out of a stranger's image is bounded in size, number and depth, and never decompressed
beyond the bound.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from xml.parsers import expat

__all__ = ["DOCUMENT_LIMIT", "IMAGE_LIMIT", "NoBadge", "bake_png", "bake_svg", "image_kind", "unbake"]

IMAGE_LIMIT = 8 * 1024 * 1024
"""Bytes a badge image may have."""

DOCUMENT_LIMIT = 256 * 1024
"""Bytes the document inside may have."""

_CHUNKS = 10_000
_DEPTH = 200
_ELEMENTS = 200_000
_PNG = b"\x89PNG\r\n\x1a\n"
_KEYWORD = b"openbadgecredential"
_NAMESPACE = "https://purl.imsglobal.org/ob/v3p0"
_ELEMENT = f"{_NAMESPACE} credential"


class NoBadge(ValueError):
    """An image holds no credential, or not in a way that may be read; the text says why."""


def image_kind(data: bytes) -> str:
    """`png`, `svg`, or "" for what is neither, by how it begins."""
    if data.startswith(_PNG):
        return "png"
    head = data[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    return "svg" if head.startswith(b"<") and re.search(rb"<(\w+:)?svg[\s>]", head) else ""


def bake_png(image: bytes, document: bytes) -> bytes:
    """The PNG image with the document in it. Raises NoBadge where it is no PNG, or has one already."""
    chunks = list(_chunks(image))
    if any(_is_ours(kind, body) for kind, body in chunks):
        raise NoBadge("the image carries a credential already")
    # keyword, not compressed, no language, no translated keyword
    body = _KEYWORD + b"\0" + b"\0\0" + b"\0" + b"\0" + document
    head, *rest = chunks
    return _PNG + b"".join(_chunk(kind, data) for kind, data in (head, (b"iTXt", body), *rest))


def bake_svg(image: bytes, document: bytes) -> bytes:
    """The SVG image with the document in it. Raises NoBadge where it is no SVG, or has one already."""
    found = _credential_of_svg(image, wanted=False)
    if found is not None:
        raise NoBadge("the image carries a credential already")
    root = re.search(rb"<svg\b(?:[^>\"']|\"[^\"]*\"|'[^']*')*>", image)
    if root is None or root[0].endswith(b"/>"):
        raise NoBadge("the image has no svg element to put a credential into")
    start = root[0][:-1] + f' xmlns:openbadges="{_NAMESPACE}">'.encode()
    # a document that holds the end mark of CDATA is split there: readers join the pieces
    text = document.replace(b"]]>", b"]]]]><![CDATA[>")
    inside = b"<openbadges:credential><![CDATA[" + text + b"]]></openbadges:credential>"
    return image[: root.start()] + start + inside + image[root.end() :]


def unbake(data: bytes) -> bytes:
    """The document in a badge image. Raises NoBadge, saying why there is none to read."""
    if len(data) > IMAGE_LIMIT:
        raise NoBadge(f"the image is too large: at most {IMAGE_LIMIT:,} bytes are read")
    kind = image_kind(data)
    if kind == "png":
        return _credential_of_png(data)
    if kind == "svg":
        found = _credential_of_svg(data, wanted=True)
        if found is not None:
            return found
        raise NoBadge("the SVG image carries no credential")
    raise NoBadge("it is neither a PNG nor an SVG image")


# ---- PNG --------------------------------------------------------------------------------------


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Kind and body of each chunk up to the end mark, their sums checked."""
    if not data.startswith(_PNG):
        raise NoBadge("it is no PNG image")
    at = len(_PNG)
    for _ in range(_CHUNKS):
        size = int.from_bytes(data[at : at + 4])
        kind = data[at + 4 : at + 8]
        body = data[at + 8 : at + 8 + size]
        after = data[at + 8 + size : at + 12 + size]
        if len(kind) < 4 or len(body) < size or len(after) < 4:
            raise NoBadge("the PNG image is cut off")
        if zlib.crc32(kind + body) != int.from_bytes(after):
            raise NoBadge("a part of the PNG image is damaged: its sum does not match")
        yield kind, body
        if kind == b"IEND":
            return
        at += 12 + size
    raise NoBadge(f"the PNG image has more than {_CHUNKS:,} parts")


def _chunk(kind: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4) + kind + body + zlib.crc32(kind + body).to_bytes(4)


def _is_ours(kind: bytes, body: bytes) -> bool:
    return kind in (b"iTXt", b"tEXt", b"zTXt") and body.startswith(_KEYWORD + b"\0")


def _credential_of_png(data: bytes) -> bytes:
    found = [(kind, body) for kind, body in _chunks(data) if _is_ours(kind, body)]
    if not found:
        raise NoBadge("the PNG image carries no credential")
    if len(found) > 1:
        raise NoBadge(f"the PNG image carries {len(found)} credentials; one is meant")
    kind, body = found[0]
    if kind != b"iTXt":
        raise NoBadge("the PNG image carries its credential in another place than Open Badges 3.0 has it")
    rest = body[len(_KEYWORD) + 1 :]
    flags, rest = rest[:2], rest[2:]
    _language, one, rest = rest.partition(b"\0")
    _translated, two, text = rest.partition(b"\0")
    if len(flags) < 2 or not one or not two or flags not in (b"\0\0", b"\1\0"):
        raise NoBadge("the credential in the PNG image is not written as iTXt says")
    return _bounded(_inflated(text) if flags[0] else text)


def _inflated(data: bytes) -> bytes:
    machine = zlib.decompressobj()
    try:
        text = machine.decompress(data, DOCUMENT_LIMIT + 1)
    except zlib.error:
        raise NoBadge("the credential in the PNG image cannot be decompressed") from None
    if len(text) <= DOCUMENT_LIMIT and not machine.eof:
        raise NoBadge("the credential in the PNG image is cut off")
    return text


def _bounded(document: bytes) -> bytes:
    if len(document) > DOCUMENT_LIMIT:
        raise NoBadge(f"the credential in the image has more than {DOCUMENT_LIMIT:,} bytes")
    return document


# ---- SVG --------------------------------------------------------------------------------------


class _Svg:
    """Reads an SVG image as far as the credential; entities and document types are refused."""

    def __init__(self) -> None:
        self.depth = 0
        self.elements = 0
        self.children = 0
        self.found = 0
        self.inside = 0
        self.signed = ""
        self.misplaced = False
        self.text: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        self.elements += 1
        if self.depth > _DEPTH or self.elements > _ELEMENTS:
            raise NoBadge("the SVG image is nested too deep, or has too many parts")
        if self.depth == 1 and name not in ("http://www.w3.org/2000/svg svg", "svg"):
            raise NoBadge("it is no SVG image")
        if self.depth == 2:
            self.children += 1
        if self.inside:
            raise NoBadge("the credential in the SVG image holds other elements")
        if name == _ELEMENT:
            self.found += 1
            self.inside = self.depth
            self.misplaced |= (self.depth, self.children) != (2, 1)
            self.signed = attributes.get("verify", "")

    def end(self, _name: str) -> None:
        if self.depth == self.inside:
            self.inside = 0
        self.depth -= 1

    def data(self, text: str) -> None:
        if self.inside:
            self.text.append(text)

    def refuse(self, *_: object) -> None:
        raise NoBadge("the SVG image declares a document type or entities, which may hide what it holds")


def _credential_of_svg(data: bytes, *, wanted: bool) -> bytes | None:
    reader = _Svg()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.data
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = reader.refuse
    try:
        parser.Parse(data, True)
    except NoBadge:
        raise
    except expat.ExpatError as fault:
        raise NoBadge(f"the SVG image is not well-formed (line {fault.lineno})") from None
    except (LookupError, ValueError):
        raise NoBadge("the SVG image is in an encoding that is not read: save it as UTF-8") from None
    if not reader.found:
        return None
    if reader.found > 1:
        raise NoBadge(f"the SVG image carries {reader.found} credentials; one is meant")
    if wanted and reader.misplaced:
        raise NoBadge("the credential is not the first child of the SVG image, where Open Badges 3.0 has it")
    text = "".join(reader.text)
    if wanted and reader.signed:
        told = "beside another one; one is meant" if text.strip() else "which is not read here"
        raise NoBadge(f"the SVG image carries a credential as a JSON Web Token, {told}")
    return _bounded(text.encode())
