"""Text that flows down columns: blocks of lines that stay together, balanced over columns and pages."""

from __future__ import annotations

from typing import NamedTuple

from ilactl.credentials.canvas import MM, Canvas, wrapped

__all__ = ["Block", "Line", "balanced", "blocks_of", "draw_column", "packed"]

_TOGETHER = 6
"""Lines of an element that are not parted."""


class Line(NamedTuple):
    """One line: what it says, how, how far in, and its pace to the next, in millimetres."""

    text: str
    face: str
    size: float
    colour: str
    inset: float
    pace: float
    spacing: float = 0
    mark: str = ""


class Block(NamedTuple):
    """Lines that stay together, and the space in front of them where they do not stand at the top."""

    lines: tuple[Line, ...]
    space: float

    @property
    def height(self) -> float:
        """Millimetres without the space in front."""
        return sum(line.pace for line in self.lines)


class Style(NamedTuple):
    """Faces, colours and the size of text that labels and texts are set in."""

    label_face: str
    label_colour: str
    text_face: str
    text_colour: str
    size: float


def blocks_of(
    canvas: Canvas, label: str, texts: tuple[str, ...], listed: bool, width: float, style: Style
) -> list[Block]:
    """One element as blocks: its label and its texts, each text of a list with a mark in front."""
    small = max(5.6, style.size * 0.74)
    head = [
        Line(one, style.label_face, small, style.label_colour, 0, small * MM * 1.5, 0.16)
        for one in wrapped(canvas, label.upper(), style.label_face, small * 1.12, width)
    ]
    inset = style.size * MM * 0.8 if listed and len(texts) > 1 else 0.0
    body: list[Line] = []
    for text in texts:
        for number, one in enumerate(wrapped(canvas, text, style.text_face, style.size, width - inset)):
            mark = "•" if inset and not number else ""
            pace = style.size * MM * 1.26
            body.append(Line(one, style.text_face, style.size, style.text_colour, inset, pace, 0, mark))
    space = style.size * MM * 0.95
    lines = [*head, *body]
    if len(lines) <= len(head) + _TOGETHER:
        return [Block(tuple(lines), space)]
    first = len(head) + 2
    return [Block(tuple(lines[:first]), space), *(Block((line,), 0.0) for line in lines[first:])]


def packed(blocks: list[Block], height: float, columns: int) -> tuple[list[list[Block]], list[Block]]:
    """The blocks in at most so many columns of that height, and those for which there was no room."""
    found: list[list[Block]] = [[]]
    left = height
    for number, block in enumerate(blocks):
        space = block.space if found[-1] else 0.0
        if block.height + space > left and found[-1]:
            if len(found) == columns:
                return found, blocks[number:]
            found.append([])
            left, space = height, 0.0
        found[-1].append(block)
        left -= block.height + space
    return found, []


def balanced(blocks: list[Block], height: float, columns: int) -> tuple[list[list[Block]], list[Block]]:
    """The same in columns as even as they come, where all blocks have room."""
    total = sum(block.height + block.space for block in blocks)
    trial = total / columns
    while trial < height:
        found, left = packed(blocks, trial, columns)
        if not left:
            return found, left
        trial += 0.8
    return packed(blocks, height, columns)


def draw_column(canvas: Canvas, blocks: list[Block], x: float, y: float) -> None:
    """The column with its top at `y`."""
    for number, block in enumerate(blocks):
        y += block.space if number else 0.0
        for line in block.lines:
            base = y + line.pace * 0.76
            if line.mark:
                canvas.text(x, base, line.mark, line.face, line.size, line.colour)
            canvas.text(x + line.inset, base, line.text, line.face, line.size, line.colour, line.spacing)
            y += line.pace
