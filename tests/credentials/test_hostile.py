"""Files that break readers: numbers, names and images that nothing sensible writes."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ilactl.credentials.baking import bake_svg
from tests.credentials.conftest import Agency
from tests.credentials.test_verify import judged


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        (b"1" + b"0" * 400, "too large a number"),
        (b"-1" + b"0" * 5000, "too large a number"),
        (rb'"\ud800"', "half a character"),
        (rb'{"\udfff": 1}', "half a character"),
    ],
)
def test_values_that_no_signature_can_be_of(issued: Agency, cell: bytes, told: str) -> None:
    data = issued.path().read_bytes().replace(b'"name": "', b'"description": ' + cell + b', "name": "', 1)
    said = judged(issued, data)
    assert (said.code, told in said.err) == (65, True), said.err


def test_a_name_twice_among_many_is_found_quickly(issued: Agency) -> None:
    began = time.monotonic()
    said = judged(issued, b"{" + b"".join(b'"%x":1,' % n for n in range(26_000)) + b'"656f":1}')
    assert (said.code, "'656f' stands twice" in said.err) == (65, True), said.err
    assert time.monotonic() - began < 3


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda d: d["type"].extend(f"urn:t:{n}" for n in range(3000)), "more than 500 values"),
        (lambda d: d["credentialSubject"]["achievement"].update(tag=[str(n) for n in range(3000)]), "500"),
        (lambda d: d["@context"].extend(d["@context"] * 200), "more than ilactl knows"),
        (
            lambda d: d["credentialSubject"].update({"@context": d["@context"] * 240}),
            "more than ilactl knows",
        ),
    ],
)
def test_long_lists_are_refused_before_anything_compares_them(
    issued: Agency, change: Callable[[dict[str, Any]], object], told: str
) -> None:
    document = issued.document()
    change(document)
    began = time.monotonic()
    said = judged(issued, document)
    assert said.code in (1, 65)
    assert told in said.out + said.err
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("encoding", ["no-such", "hex", "utf-7", "gb18030", "punycode"])
def test_an_image_in_an_encoding_of_its_own(issued: Agency, encoding: str) -> None:
    image = bake_svg(b'<svg xmlns="http://www.w3.org/2000/svg"><g/></svg>', issued.path().read_bytes())
    said = judged(issued, f'<?xml version="1.0" encoding="{encoding}"?>'.encode() + image)
    assert (said.code, "save it as UTF-8" in said.err) == (65, True), said.err


def test_an_image_with_a_second_credential_as_a_token(issued: Agency) -> None:
    image = bake_svg(b'<svg xmlns="http://www.w3.org/2000/svg"><g/></svg>', issued.path().read_bytes())
    both = image.replace(b"<openbadges:credential>", b'<openbadges:credential verify="eyJ9.e30.x">')
    said = judged(issued, both)
    assert (said.code, "one is meant" in said.err) == (65, True), said.err


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="a file without an end")
@pytest.mark.parametrize("option", ["", "--status", "--trust"])
def test_a_file_without_an_end_is_not_read_to_it(issued: Agency, option: str) -> None:
    words = (issued.path(), option, "/dev/zero") if option else ("/dev/zero",)
    began = time.monotonic()
    said = issued.outside("credential", "verify", *words)
    assert (said.code, "split" in said.err) == (2 if option == "--trust" else 65, False), said.err
    assert time.monotonic() - began < 1
