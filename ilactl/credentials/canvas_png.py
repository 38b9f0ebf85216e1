"""A canvas that becomes a PNG image: drawn larger than asked and made smaller, so that edges are smooth."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING

from ilactl.credentials.canvas import MM, Point
from ilactl.credentials.fonts import Fonts

if TYPE_CHECKING:
    from pathlib import Path

    from PIL.ImageFont import FreeTypeFont

__all__ = ["PngCanvas"]


@cache
def _font(file: Path, pixels: int) -> FreeTypeFont:
    from PIL import ImageFont

    return ImageFont.truetype(file, pixels)


class PngCanvas:
    """An image of so many pixels a millimetre."""

    def __init__(
        self, fonts: Fonts, width: float, height: float, *, scale: float, back: str = "", finer: int = 3
    ) -> None:
        """`back` is the ground's colour; without one it can be seen through."""
        from PIL import Image, ImageDraw

        self.fonts = fonts
        self._size = (round(width * scale), round(height * scale))
        self._finer = finer
        self._scale = scale * finer
        size = (self._size[0] * finer, self._size[1] * finer)
        self._image = Image.new("RGB", size, back) if back else Image.new("RGBA", size, "#ffffff00")
        self._draw = ImageDraw.Draw(self._image)

    def _points(self, points: Sequence[Point]) -> list[Point]:
        return [(x * self._scale, y * self._scale) for x, y in points]

    def _pixels(self, size: float) -> int:
        return max(1, round(size * MM * self._scale))

    def text(
        self, x: float, y: float, text: str, face: str, size: float, colour: str, spacing: float = 0
    ) -> None:
        """The text on one line; `y` is its baseline."""
        for run in self.fonts.runs(text, face):
            font = _font(run.font, self._pixels(size))
            for piece in run.text if spacing else (run.text,):
                self._draw.text(
                    (x * self._scale, y * self._scale), piece, fill=colour, font=font, anchor="ls"
                )
                x += font.getlength(piece) / self._scale + (spacing if spacing else 0)

    def polygon(self, points: Sequence[Point], fill: str) -> None:
        """A filled shape."""
        self._draw.polygon(self._points(points), fill=fill)

    def line(self, points: Sequence[Point], colour: str, width: float) -> None:
        """A stroke through the points."""
        thick = max(1, round(width * self._scale))
        self._draw.line(self._points(points), fill=colour, width=thick, joint="curve" if thick > 2 else None)

    def circle(
        self, x: float, y: float, radius: float, fill: str = "", colour: str = "", width: float = 0
    ) -> None:
        """A disc, or a ring, or both."""
        outer = radius + width / 2 if colour else radius
        box = [
            (x - outer) * self._scale,
            (y - outer) * self._scale,
            (x + outer) * self._scale,
            (y + outer) * self._scale,
        ]
        thick = max(1, round(width * self._scale)) if colour else 0
        self._draw.ellipse(box, fill=fill or None, outline=colour or None, width=thick)

    def data(self) -> bytes:
        """The file."""
        from PIL import Image

        out = BytesIO()
        self._image.resize(self._size, Image.Resampling.LANCZOS).save(out, "PNG")
        return out.getvalue()
