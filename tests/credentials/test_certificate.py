"""Certificates and badges: what stands on them, in three languages; the same award gives the same bytes.

The pictures that a person can look at are left in a folder that pytest keeps, `certificates-N`.
"""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET
from fractions import Fraction
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from PIL import Image
from pypdf import PdfReader

from ilactl.credentials.badge import badge_png, badge_svg
from ilactl.credentials.certificate import Certificate, certificate_of, text_of_code
from ilactl.credentials.certificate_html import certificate_html
from ilactl.credentials.certificate_page import certificate_pdf, certificate_png, code_matrix
from ilactl.credentials.certificate_words import LANGUAGES, words_of
from ilactl.credentials.elements import Body, Learner, Outcome
from ilactl.credentials.fonts import BadFont, Fonts
from ilactl.credentials.told import elements_told
from tests.credentials.awards import ISSUED, NAME, certificate

HOSTILE = "</style><script>alert('x')</script>\" onload=\"x\u202e &lt; Ž"
DEJAVU = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("certificates")


def text_of_pdf(data: bytes) -> str:
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages))


def text_of_html(data: bytes) -> str:
    page = re.sub(r"<style>.*?</style>|<svg.*?</svg>", "", data.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", page)))


def wanted(one: Certificate) -> list[str]:
    said = [text for row in one.rows for text in (*row.texts,)]
    said += [ISSUED.issuer, ISSUED.digest, text_of_code(ISSUED), "Northbank Shipyard"]
    return [*said, "ilactl credential verify FILE", "C1776"]


def squeezed(text: str) -> str:
    """Without spaces: a line may end anywhere."""
    return re.sub(r"\s+", "", text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_and_a_pdf_say_all_sixteen_elements_in_every_language(language: str, folder: Path) -> None:
    one, fonts = certificate(language), Fonts()
    page, pdf = certificate_html(one, fonts), certificate_pdf(one, fonts)
    (folder / f"certificate-{language}.html").write_bytes(page)
    (folder / f"certificate-{language}.pdf").write_bytes(pdf)
    (folder / f"certificate-{language}.png").write_bytes(certificate_png(one, fonts, 3))
    assert [row.element for row in one.rows] == list(range(1, 17))
    assert [row.label for row in one.rows] == list(words_of(language).elements)
    for element in range(1, 17):
        assert page.decode().count(f'data-element="{element}"') == 1
    for said, labels in ((text_of_html(page), one.rows), (text_of_pdf(pdf), one.rows)):
        for text in wanted(one):
            assert squeezed(text) in squeezed(said)
        for row in labels:
            assert squeezed(row.label).casefold() in squeezed(said).casefold()
        assert "verified" not in said.casefold()
    assert len(PdfReader(io.BytesIO(pdf)).pages) == 1


def test_the_pdf_has_its_letters_in_embedded_fonts() -> None:
    pdf = certificate_pdf(certificate("lt"), Fonts())
    text = text_of_pdf(pdf)
    for letter in "ŽūėĖÅčųę":
        assert letter in text
    assert "Förändringsledning" in text_of_pdf(
        certificate_pdf(certificate("sv", grade="väl på åtta"), Fonts())
    )
    fonts = [
        font.get_object() for font in PdfReader(io.BytesIO(pdf)).pages[0]["/Resources"]["/Font"].values()
    ]
    assert fonts
    assert all("/FontFile2" in font["/DescendantFonts"][0].get_object()["/FontDescriptor"] for font in fonts)


def test_the_same_award_gives_the_same_bytes() -> None:
    one, fonts = certificate("sv"), Fonts()
    for make in (certificate_html, certificate_pdf, badge_svg, badge_png):
        assert make(one, fonts) == make(one, Fonts())


def test_what_is_scanned_is_the_id_and_the_digest() -> None:
    image = Image.open(io.BytesIO(certificate_png(certificate(), Fonts(), 6)))
    found = zxingcpp.read_barcodes(image)
    assert [one.text for one in found] == [f"{ISSUED.document} sha256:{ISSUED.digest[:16]}"]
    assert len(code_matrix(text_of_code(ISSUED))) == 37


def test_hostile_text_is_text() -> None:
    changed: dict[str, Any] = {"titles": {"en": HOSTILE}, "learner": Learner("P", HOSTILE, None)}
    one = certificate(outcomes=(Outcome("skill", HOSTILE),), prerequisites=HOSTILE, grade=HOSTILE, **changed)
    page = certificate_html(one, Fonts())
    assert b"<script" not in page
    assert b'onload="' not in page
    assert text_of_html(page).count("alert('x')") >= 5
    assert b"default-src 'none'" in page
    ET.fromstring(badge_svg(one, Fonts()))
    assert text_of_pdf(certificate_pdf(one, Fonts())).count("alert(") >= 5


def test_a_badge_is_drawn_of_little_and_of_much(folder: Path) -> None:
    long = "Introduction to the Theory and Practice of Welding Thin Sheet Metal in Horizontal Positions"
    school = Body("O1", "Rivermouth Institute for Continuing Vocational Education and Training", "SE")
    cases = {
        "usual": certificate(),
        "no-credits-no-level": certificate(ects=None, hours=None, eqf=None, cycle=""),
        "hours": certificate("lt", ects=None, hours=Fraction(21), eqf=None, cycle="short"),
        "long": certificate(titles={"en": long}, awarding_body=school),
    }
    for name, one in cases.items():
        svg, png = badge_svg(one, Fonts()), badge_png(one, Fonts())
        (folder / f"badge-{name}.svg").write_bytes(svg)
        (folder / f"badge-{name}.png").write_bytes(png)
        root = ET.fromstring(svg)
        assert root[0].text == one.title
        image = Image.open(io.BytesIO(png))
        assert image.size == (800, 800)
        assert image.getpixel((0, 0))[3] == 0  # type: ignore[index]
    assert "21 valanda" in cases["hours"].workload


def test_what_does_not_apply_is_said() -> None:
    one = certificate("sv", ects=None, hours=None, eqf=None, cycle="", prerequisites="", grade="")
    assert one.row(8).texts == ("Ingen nivå är tillämplig",)
    assert {one.row(number).texts for number in (7, 12, 14)} == {("Ej angivet",)}


def test_what_is_too_long_for_a_page_goes_on_on_the_next(folder: Path) -> None:
    outcomes = tuple(Outcome("skill", f"Outcome {n}: " + "does what is asked for " * 5) for n in range(40))
    one = certificate(titles={"en": "Word " * 45 + "end"}, outcomes=outcomes)
    pdf = certificate_pdf(one, Fonts())
    (folder / "certificate-long.pdf").write_bytes(pdf)
    (folder / "certificate-long.html").write_bytes(certificate_html(one, Fonts()))
    text = text_of_pdf(pdf)
    assert len(PdfReader(io.BytesIO(pdf)).pages) > 1
    assert all(f"Outcome {n}:" in text for n in range(40))
    assert "Word end" in text


def test_a_certificate_is_made_of_a_document_that_tells_next_to_nothing() -> None:
    one = certificate_of(elements_told({"issuer": 7, "credentialSubject": {"result": "x"}}), ISSUED, "lt")
    for make in (certificate_html, certificate_pdf, badge_svg, badge_png, certificate_png):
        assert make(one, Fonts())
    assert one.row(6).texts == ("Nenurodyta",)


@pytest.mark.parametrize("name", ["محمد الخوارزمي", "王小明", "नेहा शर्मा"])
def test_what_the_fonts_lack_is_known(name: str) -> None:
    fonts = Fonts()
    assert fonts.lacking(f"{NAME} {name}") == "".join(
        dict.fromkeys(letter for letter in name if letter != " ")
    )
    assert not fonts.lacking(certificate("lt").all_text + "Ελλάδα България „“–…")


@pytest.mark.skipif(not DEJAVU.is_file(), reason="no font with Arabic letters at hand")
def test_a_font_that_is_named_shows_what_ours_lack(folder: Path) -> None:
    fonts = Fonts([DEJAVU])
    one = certificate(learner=Learner("P", "محمد الخوارزمي", None))
    assert not fonts.lacking(one.all_text)
    pdf = certificate_pdf(one, fonts)
    (folder / "certificate-arabic.pdf").write_bytes(pdf)
    (folder / "certificate-arabic.png").write_bytes(certificate_png(one, fonts, 3))
    assert "Change Management" in text_of_pdf(pdf)


def test_a_font_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.ttf").write_bytes(b"\0\1\0\0 no font")
    for name in ("a.ttf", "missing.ttf"):
        with pytest.raises(BadFont, match=name):
            Fonts([tmp_path / name])
