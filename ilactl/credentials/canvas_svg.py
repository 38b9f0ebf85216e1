"""A canvas that becomes an SVG image. Text is drawn as outlines, so that it looks the same everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from ilactl.credentials.canvas import MM, Point
from ilactl.credentials.fonts import Fonts, shaped, shaper

if TYPE_CHECKING:
    import uharfbuzz

__all__ = ["SvgCanvas"]


def _n(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".") if value else "0"


class SvgCanvas:
    """An image of so many millimetres."""

    def __init__(self, fonts: Fonts, width: float, height: float, *, title: str, description: str) -> None:
        """Title and description are what a screen reader says."""
        self.fonts = fonts
        self._parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_n(width)} {_n(height)}" '
            f'width="{_n(width)}mm" height="{_n(height)}mm" role="img">',
            f"<title>{escape(title)}</title>",
            f"<desc>{escape(description)}</desc>",
        ]

    def text(
        self, x: float, y: float, text: str, face: str, size: float, colour: str, spacing: float = 0
    ) -> None:
        """The text on one line; `y` is its baseline."""
        path: list[str] = []
        scale = size * MM
        for run in self.fonts.runs(text, face):
            font = shaper(run.font)
            for glyph in shaped(run):
                at = (x + glyph.across * scale, y - glyph.up * scale)
                path.append(_outline(font, glyph.number, at, scale / font.face.upem))
                x += glyph.advance * scale + spacing
        self._parts.append(f'<path fill="{colour}" d="{"".join(path)}"/>')

    def polygon(self, points: Sequence[Point], fill: str) -> None:
        """A filled shape."""
        self._parts.append(f'<polygon fill="{fill}" points="{_points(points)}"/>')

    def line(self, points: Sequence[Point], colour: str, width: float) -> None:
        """A stroke through the points."""
        self._parts.append(
            f'<polyline fill="none" stroke="{colour}" stroke-width="{_n(width)}" points="{_points(points)}"/>'
        )

    def circle(
        self, x: float, y: float, radius: float, fill: str = "", colour: str = "", width: float = 0
    ) -> None:
        """A disc, or a ring, or both."""
        stroke = f' stroke="{colour}" stroke-width="{_n(width)}"' if colour else ""
        at = f'cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius)}"'
        self._parts.append(f'<circle {at} fill="{fill or "none"}"{stroke}/>')

    def data(self) -> bytes:
        """The file."""
        return "\n".join((*self._parts, "</svg>\n")).encode()


def _points(points: Sequence[Point]) -> str:
    return " ".join(f"{x:.2f},{y:.2f}" for x, y in points)


def _outline(font: uharfbuzz.Font, glyph: int, at: Point, scale: float) -> str:
    from fontTools.pens.svgPathPen import SVGPathPen
    from fontTools.pens.transformPen import TransformPen

    pen = SVGPathPen(None, ntos=lambda value: f"{value:.2f}")
    font.draw_glyph_with_pen(glyph, TransformPen(pen, (scale, 0, 0, -scale, *at)))
    return str(pen.getCommands())
