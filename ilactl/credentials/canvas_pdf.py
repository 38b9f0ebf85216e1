"""A canvas that becomes a PDF file with its fonts embedded. The same drawing makes the same bytes."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from ilactl.credentials.canvas import MM, Point
from ilactl.credentials.fonts import Fonts, shaped

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["PdfCanvas"]


class PdfCanvas:
    """Pages of one size."""

    def __init__(
        self, fonts: Fonts, width: float, height: float, *, title: str, language: str, on: date
    ) -> None:
        """`on` is the day the file says it was made."""
        from fpdf import FPDF

        logging.getLogger("fontTools").setLevel(logging.ERROR)
        self.fonts = fonts
        self.pdf = FPDF(unit="mm", format=(width, height))
        self.pdf.set_creation_date(datetime(max(on.year, 1980), on.month, on.day, tzinfo=UTC))
        self.pdf.set_title(title)
        self.pdf.set_lang(language)
        self.pdf.set_producer("ilactl")
        self.pdf.set_margin(0)
        self.pdf.c_margin = 0
        self.pdf.set_auto_page_break(False)
        self.pdf.set_text_shaping(True, features={"liga": False, "clig": False})
        self._families: dict[Path, str] = {}
        self.page()

    def page(self) -> None:
        """Begin another page."""
        self.pdf.add_page()

    def _font(self, file: Path, size: float, spacing: float) -> None:
        family = self._families.get(file)
        if family is None:
            family = self._families[file] = f"face{len(self._families)}"
            self.pdf.add_font(family, fname=file)
        self.pdf.set_font(family, size=size)
        self.pdf.set_char_spacing(spacing / MM)

    def text(
        self, x: float, y: float, text: str, face: str, size: float, colour: str, spacing: float = 0
    ) -> None:
        """The text on one line; `y` is its baseline."""
        self.pdf.set_text_color(colour)
        for run in self.fonts.runs(text, face):
            self._font(run.font, size, spacing)
            width = sum(glyph.advance for glyph in shaped(run)) * size * MM + spacing * len(run.text)
            self.pdf.set_xy(x, y - 0.3 * size * MM)  # a cell of no height has its baseline 0.3 em below
            self.pdf.cell(w=width, h=0, text=run.text)
            x += width

    def polygon(self, points: Sequence[Point], fill: str) -> None:
        """A filled shape."""
        self.pdf.set_fill_color(fill)
        self.pdf.polygon(points, style="F")

    def line(self, points: Sequence[Point], colour: str, width: float) -> None:
        """A stroke through the points."""
        self.pdf.set_draw_color(colour)
        self.pdf.set_line_width(width)
        self.pdf.polyline(points, style="D")

    def circle(
        self, x: float, y: float, radius: float, fill: str = "", colour: str = "", width: float = 0
    ) -> None:
        """A disc, or a ring, or both."""
        if fill:
            self.pdf.set_fill_color(fill)
        if colour:
            self.pdf.set_draw_color(colour)
            self.pdf.set_line_width(width)
        self.pdf.circle(x=x, y=y, radius=radius, style=("D" if colour else "") + ("F" if fill else ""))

    def data(self) -> bytes:
        """The file; nothing can be drawn afterwards."""
        from fpdf.fonts import TTFFont

        made = bytes(self.pdf.output())
        for font in self.pdf.fonts.values():
            if isinstance(font, TTFFont):
                font.ttfont.close()
        return made
