"""Badge images: what is put in comes out, and a hostile image gets a plain no, quickly."""

from __future__ import annotations

import io
import time
import zlib

import pytest
from PIL import Image

from ilactl.credentials.baking import (
    DOCUMENT_LIMIT,
    IMAGE_LIMIT,
    NoBadge,
    bake_png,
    bake_svg,
    image_kind,
    unbake,
)

DOCUMENT = '{"name": "ž ū ė å ]]> <b> &amp; ]]]]>"}'.encode()
SVG = b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" width="1"><g/></svg>'
SIGNATURE = b"\x89PNG\r\n\x1a\n"


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "#17324d").save(out, "PNG")
    return out.getvalue()


def chunk(kind: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4) + kind + body + zlib.crc32(kind + body).to_bytes(4)


def png_with(*chunks: bytes) -> bytes:
    head = picture()[8:33]
    return SIGNATURE + head + b"".join(chunks) + chunk(b"IEND", b"")


def itxt(document: bytes, flags: bytes = b"\0\0") -> bytes:
    return chunk(b"iTXt", b"openbadgecredential\0" + flags + b"\0\0" + document)


def test_a_png_gives_back_what_was_baked_into_it_and_others_read_it() -> None:
    baked = bake_png(picture(), DOCUMENT)
    assert unbake(baked) == DOCUMENT
    image = Image.open(io.BytesIO(baked))
    image.load()
    assert image.text["openbadgecredential"] == DOCUMENT.decode()  # type: ignore[attr-defined]


def test_an_svg_gives_back_what_was_baked_into_it_as_the_first_child_in_cdata() -> None:
    baked = bake_svg(SVG, DOCUMENT)
    assert unbake(baked) == DOCUMENT
    assert b'xmlns:openbadges="https://purl.imsglobal.org/ob/v3p0"><openbadges:credential><![CDATA[{' in baked


def test_an_image_is_baked_once() -> None:
    with pytest.raises(NoBadge, match="already"):
        bake_png(bake_png(picture(), DOCUMENT), DOCUMENT)
    with pytest.raises(NoBadge, match="already"):
        bake_svg(bake_svg(SVG, DOCUMENT), DOCUMENT)


def test_a_compressed_document_of_another_vendor_is_read() -> None:
    assert unbake(png_with(itxt(zlib.compress(DOCUMENT), b"\1\0"))) == DOCUMENT


def test_the_kind_of_an_image_is_told_by_how_it_begins() -> None:
    assert image_kind(picture()) == "png"
    assert image_kind(b"\xef\xbb\xbf" + SVG) == "svg"
    assert image_kind(DOCUMENT) == ""


LAUGHS = b'<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>' + SVG.partition(b"\n")[2]
INSIDE = b'<openbadges:credential xmlns:openbadges="https://purl.imsglobal.org/ob/v3p0"'
HOSTILE = {
    "no image": (b"GIF89a", "neither"),
    "too large": (SIGNATURE + bytes(IMAGE_LIMIT), "at most"),
    "cut off": (picture()[:-9], "cut off"),
    "damaged": (picture()[:40] + b"\0" + picture()[41:], "sum"),
    "no credential": (picture(), "no credential"),
    "two credentials": (png_with(itxt(DOCUMENT), itxt(DOCUMENT)), "2 credentials"),
    "an endless chunk": (SIGNATURE + b"\xff\xff\xff\xffIHDR", "cut off"),
    "many chunks": (png_with(*[chunk(b"tEXt", b"")] * 20_000), "more than"),
    "a bomb": (png_with(itxt(zlib.compress(bytes(400 * 1024 * 1024), 1), b"\1\0")), "more than"),
    "no zlib": (png_with(itxt(b"nonsense", b"\1\0")), "decompressed"),
    "cut zlib": (png_with(itxt(zlib.compress(DOCUMENT)[:-6], b"\1\0")), "cut off"),
    "strange flags": (png_with(itxt(DOCUMENT, b"\2\0")), "not written as iTXt"),
    "too long a document": (png_with(itxt(b" " * (DOCUMENT_LIMIT + 1))), "more than"),
    "tEXt": (png_with(chunk(b"tEXt", b"openbadgecredential\0{}")), "another place"),
    "entities": (LAUGHS, "entities"),
    "not well-formed": (b"<svg><g></svg>", "well-formed"),
    "an svg without": (SVG, "no credential"),
    "deep": (b'<svg xmlns="http://www.w3.org/2000/svg">' + b"<g>" * 10_000, "nested"),
    "not the first child": (
        SVG.replace(b"<g/>", b"<g/>" + INSIDE + b">{}</openbadges:credential>"),
        "first child",
    ),
    "elements inside": (SVG.replace(b"<g/>", INSIDE + b"><g/></openbadges:credential>"), "other elements"),
    "a web token": (SVG.replace(b"<g/>", INSIDE + b' verify="eyJ.eyJ.x"/>'), "Web Token"),
    "another root": (b"<html><svg /></html>", "no SVG"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_image_is_refused_with_the_reason_and_quickly(case: str) -> None:
    data, reason = HOSTILE[case]
    begun = time.process_time()
    with pytest.raises(NoBadge, match=reason):
        unbake(data)
    assert time.process_time() - begun < 2
