"""What a browser and a printer make of certificates, as pictures to look at.

They lie in the folder that ILACTL_PICTURES names, else in pytest's own `pictures0`. Skipped where there is
no Chromium or no poppler.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader

from ilactl.credentials.certificate_html import certificate_html
from ilactl.credentials.certificate_page import certificate_pdf
from ilactl.credentials.certificate_words import LANGUAGES
from ilactl.credentials.fonts import Fonts
from tests.credentials.awards import certificate

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
POPPLER = shutil.which("pdftoppm")
INK = (23, 50, 77)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    named = os.environ.get("ILACTL_PICTURES")
    place = Path(named) if named else tmp_path_factory.mktemp("pictures")
    place.mkdir(parents=True, exist_ok=True)
    return place


def browse(folder: Path, *words: str) -> None:
    command = [str(BROWSER), "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
    profile = f"--user-data-dir={folder / 'profile'}"
    done = subprocess.run([*command, profile, *words], capture_output=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr.decode()
    shutil.rmtree(folder / "profile", ignore_errors=True)


@pytest.mark.skipif(BROWSER is None, reason="no Chromium at hand")
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_browser_shows_the_page_wide_and_narrow_and_prints_it_on_one_sheet(
    language: str, folder: Path
) -> None:
    page = folder / f"certificate-{language}.html"
    page.write_bytes(certificate_html(certificate(language), Fonts()))
    for width, height in ((1280, 900), (390, 2400)):
        picture = folder / f"certificate-{language}-{width}.png"
        browse(folder, f"--window-size={width},{height}", f"--screenshot={picture}", page.as_uri())
        with Image.open(picture) as shown:
            assert shown.size == (width, height)
            assert INK in {colour for _, colour in shown.convert("RGB").getcolors(1 << 24) or ()}
    printed = folder / f"certificate-{language}-printed.pdf"
    browse(folder, "--no-pdf-header-footer", f"--print-to-pdf={printed}", page.as_uri())
    with PdfReader(printed) as made:
        assert len(made.pages) == 1
        box = made.pages[0].mediabox
        assert (round(box.width / 72 * 25.4), round(box.height / 72 * 25.4)) == (297, 210)


@pytest.mark.skipif(POPPLER is None, reason="no poppler at hand")
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_of_the_pdf_can_be_drawn(language: str, folder: Path) -> None:
    pdf = folder / f"certificate-{language}.pdf"
    pdf.write_bytes(certificate_pdf(certificate(language), Fonts()))
    made = subprocess.run(
        [str(POPPLER), "-r", "100", "-png", pdf, pdf.with_suffix("")], capture_output=True, check=True
    )
    assert not made.stderr
    with Image.open(folder / f"certificate-{language}-1.png") as shown:
        assert shown.size == (1170, 827)
        assert not (folder / f"certificate-{language}-2.png").exists()
