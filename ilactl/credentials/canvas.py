"""What badges and certificate pages are drawn on: one set of shapes, in millimetres from the top left.

A page is laid out once and drawn as PDF, as PNG or as SVG: the fonts measure, whatever is drawn on.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Protocol

from ilactl.credentials.fonts import Fonts

__all__ = ["MM", "Canvas", "Point", "fitted", "measured", "rectangle", "rosette", "wrapped"]

Point = tuple[float, float]

MM = 25.4 / 72
"""Millimetres a point of type has."""


class Canvas(Protocol):
    """Where shapes go. Colours are `#rrggbb`, sizes of type are points, all else is millimetres."""

    fonts: Fonts

    def text(
        self, x: float, y: float, text: str, face: str, size: float, colour: str, spacing: float = 0
    ) -> None:
        """The text on one line; `y` is its baseline."""
        ...

    def polygon(self, points: Sequence[Point], fill: str) -> None:
        """A filled shape."""
        ...

    def line(self, points: Sequence[Point], colour: str, width: float) -> None:
        """A stroke through the points."""
        ...

    def circle(
        self, x: float, y: float, radius: float, fill: str = "", colour: str = "", width: float = 0
    ) -> None:
        """A disc, or a ring, or both."""
        ...


def measured(canvas: Canvas, text: str, face: str, size: float, spacing: float = 0) -> float:
    """How many millimetres long the text is."""
    return canvas.fonts.length(text, face) * size * MM + spacing * len(text)


def rectangle(x: float, y: float, width: float, height: float) -> tuple[Point, ...]:
    """The corners."""
    return ((x, y), (x + width, y), (x + width, y + height), (x, y + height))


def rosette(
    x: float, y: float, radius: float, depth: float, waves: int, turn: float = 0, fine: int = 12
) -> Iterator[Point]:
    """A closed wavy ring, as on banknotes; `fine` is the number of points a wave has."""
    steps = waves * fine
    for step in range(steps + 1):
        angle = 2 * math.pi * step / steps
        far = radius + depth * math.cos(waves * angle + turn)
        yield x + far * math.cos(angle), y + far * math.sin(angle)


def wrapped(canvas: Canvas, text: str, face: str, size: float, width: float) -> list[str]:
    """The text in lines no longer than `width`; a word that is longer alone is broken."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        longer = f"{line} {word}" if line else word
        if measured(canvas, longer, face, size) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        line = word
        while measured(canvas, line, face, size) > width and len(line) > 1:
            cut = _longest(canvas, line, face, size, width)
            lines.append(line[:cut])
            line = line[cut:]
    return [*lines, line] if line else lines


def _longest(canvas: Canvas, word: str, face: str, size: float, width: float) -> int:
    low, high = 1, len(word) - 1
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (
            (middle, high) if measured(canvas, word[:middle], face, size) <= width else (low, middle - 1)
        )
    return low


def fitted(
    canvas: Canvas, text: str, face: str, width: float, sizes: Sequence[float], lines: int
) -> tuple[float, list[str]]:
    """The first of the sizes in which the text takes no more than so many lines, and these.

    In the last size it is cut, with an ellipsis, where it still does not fit.
    """
    for size in sizes:
        found = wrapped(canvas, text, face, size, width) or [""]
        if len(found) <= lines:
            return size, found
    kept = found[:lines]
    last = kept[-1]
    while last and measured(canvas, last + "…", face, size) > width:
        last = last[:-1]
    return size, [*kept[:-1], last.rstrip() + "…"]
