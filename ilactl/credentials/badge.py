"""The badge: a medallion with title, provider, level and credits, as an SVG or PNG image."""

from __future__ import annotations

from ilactl.credentials.canvas import MM, Canvas, Point, fitted, measured, rosette
from ilactl.credentials.canvas_png import PngCanvas
from ilactl.credentials.canvas_svg import SvgCanvas
from ilactl.credentials.certificate import Certificate
from ilactl.credentials.fonts import DISPLAY, LABEL, TEXT, Fonts

__all__ = ["GOLD", "INK", "IVORY", "badge_png", "badge_svg", "medallion"]

INK, GOLD, IVORY = "#17324d", "#8a6420", "#fffdf8"
_BRIGHT, _FAINT, _SHADE = "#c9a24d", "#3d5a78", "#0f2336"
_SIDE = 100.0
"""Millimetres of a badge's side."""

_PIXELS = 8.0
"""Pixels a millimetre of a PNG badge."""


def badge_svg(certificate: Certificate, fonts: Fonts) -> bytes:
    """The badge as an SVG image."""
    canvas = SvgCanvas(fonts, _SIDE, _SIDE, title=certificate.title, description=_said(certificate))
    _draw(canvas, certificate)
    return canvas.data()


def badge_png(certificate: Certificate, fonts: Fonts) -> bytes:
    """The badge as a PNG image that can be seen through around the medallion."""
    canvas = PngCanvas(fonts, _SIDE, _SIDE, scale=_PIXELS, finer=2)
    _draw(canvas, certificate)
    return canvas.data()


def _said(certificate: Certificate) -> str:
    words = certificate.words.micro_credential
    parts = (words, certificate.awarding_body, certificate.level, certificate.workload)
    return " · ".join(filter(None, parts))


def medallion(canvas: Canvas, x: float, y: float, radius: float) -> None:
    """The ground of badge and seal: a scalloped disc, a banknote's ring, and room within 0.75 of it."""
    unit = radius / 48
    canvas.polygon(tuple(rosette(x, y, 46.6 * unit, 1.4 * unit, 40)), INK)
    canvas.circle(x, y, 43.6 * unit, colour=_BRIGHT, width=0.5 * unit)
    for turn in range(6):
        canvas.line(tuple(rosette(x, y, 40.2 * unit, 2.0 * unit, 30, turn * 1.0472)), _FAINT, 0.16 * unit)
    canvas.circle(x, y, 36.8 * unit, fill=IVORY, colour=_BRIGHT, width=0.7 * unit)
    canvas.circle(x, y, 35.4 * unit, colour=_BRIGHT, width=0.18 * unit)


def centred(
    canvas: Canvas, x: float, y: float, text: str, face: str, size: float, colour: str, spacing: float = 0
) -> None:
    """The text with its middle at `x`."""
    length = measured(canvas, text, face, size, spacing) - spacing
    canvas.text(x - length / 2, y, text, face, size, colour, spacing)


def star(canvas: Canvas, x: float, y: float, size: float, colour: str) -> None:
    """A star of four points."""
    thin = size * 0.2
    points: list[Point] = []
    for across, up in ((0, -1), (1, 0), (0, 1), (-1, 0)):
        points.append((x + across * size, y + up * size))
        points.append((x + (across - up) * thin, y + (up + across) * thin))
    canvas.polygon(points, colour)


def _draw(canvas: Canvas, certificate: Certificate) -> None:
    middle = _SIDE / 2
    medallion(canvas, middle, middle, 48)
    facts = tuple(filter(None, (certificate.level, certificate.workload)))
    shift = 0.0 if facts else 3.5
    star(canvas, middle, 22.4 + shift, 2.6, _BRIGHT)
    word = certificate.words.micro_credential.upper()
    centred(canvas, middle, 29.6 + shift, word, LABEL, 7.6, GOLD, 0.55)
    _title(canvas, certificate, middle, 44.8 + shift)
    rule = 60.2 + shift
    canvas.line(((middle - 9, rule), (middle + 9, rule)), _BRIGHT, 0.3)
    size, lines = fitted(canvas, certificate.awarding_body, TEXT, 50, (9, 8.4, 7.8), 2)
    for number, line in enumerate(lines):
        centred(canvas, middle, rule + 4.9 + number * size * MM * 1.2, line, TEXT, size, INK)
    if facts:
        _ribbon(canvas, middle, " · ".join(facts))


def _title(canvas: Canvas, certificate: Certificate, x: float, y: float) -> None:
    """The title, its block's middle at `y`."""
    size, lines = fitted(canvas, certificate.title, DISPLAY, 58, (21, 19, 17, 15, 13.5), 3)
    if len(lines) > 2 or lines[-1].endswith("…"):
        size, lines = fitted(canvas, certificate.title, DISPLAY, 60, (13.5, 12.2, 11, 10), 4)
    pace = size * MM * 1.16
    top = y - pace * (len(lines) - 1) / 2 + size * MM * 0.34
    for number, line in enumerate(lines):
        centred(canvas, x, top + number * pace, line, DISPLAY, size, INK)


def _ribbon(canvas: Canvas, x: float, text: str) -> None:
    size, lines = fitted(canvas, text, LABEL, 62, (12, 11, 10, 9, 8), 1)
    half = max(29.0, measured(canvas, lines[0], LABEL, size) / 2 + 7)
    top, bottom = 74.2, 83.4
    for side in (-1, 1):
        edge, out = x + side * half, x + side * (half + 8)
        tail = (
            (edge - side * 4, top + 3),
            (out, top + 3),
            (out - side * 3, (top + bottom) / 2 + 3),
            (out, bottom + 3),
            (edge - side * 4, bottom + 3),
        )
        canvas.polygon(tail, GOLD)
        canvas.polygon(((edge, bottom), (edge - side * 4, bottom), (edge - side * 4, bottom + 3)), _SHADE)
    canvas.polygon(((x - half, top), (x + half, top), (x + half, bottom), (x - half, bottom)), "#a3782b")
    for line in (top + 0.8, bottom - 0.8):
        canvas.line(((x - half, line), (x + half, line)), "#e4c98a", 0.2)
    centred(canvas, x, (top + bottom) / 2 + size * MM * 0.34, lines[0], LABEL, size, "#ffffff")
