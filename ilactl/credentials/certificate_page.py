"""The certificate as a page of A4 across: laid out once, drawn as a PDF file or as a PNG image."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby

from ilactl.credentials.badge import GOLD, INK, IVORY, centred, medallion, star
from ilactl.credentials.canvas import MM, Canvas, fitted, measured, rectangle, rosette, wrapped
from ilactl.credentials.canvas_pdf import PdfCanvas
from ilactl.credentials.canvas_png import PngCanvas
from ilactl.credentials.certificate import Certificate, text_of_code
from ilactl.credentials.flowing import Block, Style, balanced, blocks_of, draw_column, packed
from ilactl.credentials.fonts import DISPLAY, LABEL, SERIF, TEXT, Fonts

__all__ = ["certificate_pdf", "certificate_png", "code_matrix", "dark_runs", "ghost", "seal"]

_WIDTH, _HEIGHT = 297.0, 210.0
_LEFT, _RIGHT = 22.0, 275.0
_GAP = 9.0
_COLUMNS = 3
_COLUMN = (_RIGHT - _LEFT - _GAP * (_COLUMNS - 1)) / _COLUMNS
_FOOT = 166.0
_GREY, _HAIR, _GHOST = "#5b6470", "#d9c9a3", "#f6f0e2"
_SIZES = (10.5, 10, 9.5, 9, 8.5, 8, 7.5)
_CODE = 26.0


def certificate_pdf(certificate: Certificate, fonts: Fonts) -> bytes:
    """The certificate as a PDF file; what is too long for one page goes on on further ones."""
    title = f"{certificate.title}: {certificate.learner}"
    words = certificate.words
    day = certificate.on
    canvas = PdfCanvas(fonts, _WIDTH, _HEIGHT, title=title, language=words.code, on=day)
    _draw(canvas, certificate, canvas.page)
    return canvas.data()


def certificate_png(certificate: Certificate, fonts: Fonts, scale: float = 6.0) -> bytes:
    """The first page as an image of `scale` pixels a millimetre."""
    canvas = PngCanvas(fonts, _WIDTH, _HEIGHT, scale=scale, back=IVORY, finer=2)
    _draw(canvas, certificate, None)
    return canvas.data()


def code_matrix(text: str) -> tuple[tuple[bool, ...], ...]:
    """The QR code's modules by row, dark ones True, without the quiet zone."""
    import segno

    code = segno.make(text, micro=False, error="m", boost_error=False)
    return tuple(tuple(bool(module) for module in row) for row in code.matrix)


def dark_runs(matrix: tuple[tuple[bool, ...], ...]) -> Iterator[tuple[int, int, int]]:
    """Row, column and length of each run of dark modules."""
    for line, row in enumerate(matrix):
        at = 0
        for dark, run in groupby(row):
            long = len(tuple(run))
            if dark:
                yield line, at, long
            at += long


def _draw(canvas: Canvas, certificate: Certificate, next_page: Callable[[], None] | None) -> None:
    _frame(canvas)
    top = _head(canvas, certificate)
    room = _FOOT - 5 - top
    for size in _SIZES:
        blocks = _blocks(canvas, certificate, size)
        columns, left = balanced(blocks, room, _COLUMNS)
        if not left:
            break
    else:  # it takes more pages whatever the size: one that reads well, then
        columns, left = packed(_blocks(canvas, certificate, 9), room, _COLUMNS)
    _columns(canvas, columns, top)
    _foot(canvas, certificate)
    while left and next_page is not None:
        next_page()
        _frame(canvas)
        heading = f"{certificate.title} ({certificate.words.continued})"
        size, lines = fitted(canvas, heading, DISPLAY, _RIGHT - _LEFT, (16, 14, 12), 1)
        canvas.text(_LEFT, 27, lines[0], DISPLAY, size, INK)
        canvas.text(_LEFT, 33, certificate.learner, SERIF, 11, _GREY)
        columns, left = balanced(left, _FOOT - 5 - 41, _COLUMNS)
        _columns(canvas, columns, 41)
        _foot(canvas, certificate)


def _frame(canvas: Canvas) -> None:
    canvas.polygon(rectangle(0, 0, _WIDTH, _HEIGHT), IVORY)
    ghost(canvas, _WIDTH / 2, 112)
    for inset, colour, width in ((7.0, INK, 0.9), (8.8, "#c9a24d", 0.3)):
        box = rectangle(inset, inset, _WIDTH - 2 * inset, _HEIGHT - 2 * inset)
        canvas.line((*box, box[0]), colour, width)
    for x in (8.8, _WIDTH - 8.8):
        for y in (8.8, _HEIGHT - 8.8):
            canvas.circle(x, y, 3.4, fill=IVORY, colour="#c9a24d", width=0.3)
            star(canvas, x, y, 2.2, "#c9a24d")


def _label(canvas: Canvas, x: float, y: float, text: str) -> None:
    canvas.text(x, y, text.upper(), LABEL, 6.8, GOLD, 0.2)


def _head(canvas: Canvas, certificate: Certificate) -> float:
    """Kicker, title, learner, and the row of who, where and when. Gives where the columns begin."""
    words = certificate.words
    canvas.text(_LEFT, 25.5, words.micro_credential.upper(), LABEL, 12, GOLD, 1.1)
    width = 196.0
    y = 35.0
    _label(canvas, _LEFT, y, certificate.row(2).label)
    size, lines = fitted(canvas, certificate.title, DISPLAY, width, (32, 29.5, 27, 25), 1)
    if lines[0].endswith("…"):
        size, lines = fitted(canvas, certificate.title, DISPLAY, width, (25, 23, 21, 19), 2)
    if lines[-1].endswith("…"):
        size, lines = fitted(canvas, certificate.title, DISPLAY, width, (18, 16, 14, 12), 4)
    y += 1.2
    for line in lines:
        y += size * MM * 1.12
        canvas.text(_LEFT, y, line, DISPLAY, size, INK)
    for extra in certificate.row(2).texts[1:]:
        y += 6
        canvas.text(_LEFT, y, fitted(canvas, extra, SERIF, width, (10,), 1)[1][0], SERIF, 10, _GREY)
    y += 9.5
    _label(canvas, _LEFT, y, certificate.row(1).label)
    name, *born = certificate.row(1).texts
    size, lines = fitted(canvas, name, SERIF, width, (24, 21, 18, 15), 1)
    y += 1 + size * MM * 1.1
    canvas.text(_LEFT, y, lines[0], SERIF, size, INK)
    if born:
        after = _LEFT + measured(canvas, lines[0], SERIF, size) + 4
        canvas.text(after, y, born[0], TEXT, 9.5, _GREY)
    seal(canvas, certificate, 249.0, 42.0)
    y = max(y + 6.5, 76.0)
    return _between(canvas, certificate, y)


def _between(canvas: Canvas, certificate: Certificate, y: float) -> float:
    canvas.line(((_LEFT, y), (_RIGHT, y)), _HAIR, 0.25)
    low = y
    for number, element in enumerate((4, 3, 5)):
        x = _LEFT + number * (_COLUMN + _GAP)
        row = certificate.row(element)
        _label(canvas, x, y + 5, row.label)
        size, lines = fitted(canvas, row.texts[0], SERIF, _COLUMN, (13, 12, 11, 10), 2)
        for line_number, line in enumerate(lines):
            base = y + 10.6 + line_number * size * MM * 1.15
            canvas.text(x, base, line, SERIF, size, INK)
            low = max(low, base)
    canvas.line(((_LEFT, low + 3.6), (_RIGHT, low + 3.6)), _HAIR, 0.25)
    return low + 9.0


def ghost(canvas: Canvas, x: float, y: float) -> None:
    """The pale ring behind the text."""
    for turn in range(5):
        canvas.line(tuple(rosette(x, y, 62, 22, 24, turn * 1.2566, 24)), _GHOST, 0.2)


def seal(canvas: Canvas, certificate: Certificate, x: float, y: float) -> None:
    """The medallion with workload and level, 26 millimetres in radius."""
    medallion(canvas, x, y, 26)
    facts = tuple(filter(None, (certificate.workload, certificate.level)))
    star(canvas, x, y - (10.5 if facts else 0), 2.4 if facts else 7, "#c9a24d")
    for number, fact in enumerate(facts):
        sizes = (17, 15, 13, 11, 9) if not number else (10, 9, 8, 7, 6)
        size, lines = fitted(canvas, fact, (DISPLAY, LABEL)[number], 32, sizes, 1)
        centred(canvas, x, y + (1.4, 8.4)[number], lines[0], (DISPLAY, LABEL)[number], size, INK)
    if len(facts) == 2:
        canvas.line(((x - 6, y + 3.9), (x + 6, y + 3.9)), "#c9a24d", 0.25)


def _blocks(canvas: Canvas, certificate: Certificate, size: float) -> list[Block]:
    style = Style(LABEL, GOLD, TEXT, "#1f2933", size)
    found = []
    for row in certificate.rows[5:]:
        found += blocks_of(canvas, row.label, row.texts, row.listed, _COLUMN, style)
    return found


def _columns(canvas: Canvas, columns: list[list[Block]], top: float) -> None:
    for number, column in enumerate(columns):
        draw_column(canvas, column, _LEFT + number * (_COLUMN + _GAP), top)


def _foot(canvas: Canvas, certificate: Certificate) -> None:
    canvas.line(((_LEFT, _FOOT), (_RIGHT, _FOOT)), _HAIR, 0.25)
    matrix = code_matrix(text_of_code(certificate.issued))
    cell = _CODE / (len(matrix) + 8)
    x, y = _LEFT, _FOOT + 3.4
    canvas.polygon(rectangle(x, y, _CODE, _CODE), "#ffffff")
    for line, start, long in dark_runs(matrix):
        at_x, at_y = x + (start + 4) * cell, y + (line + 4) * cell
        canvas.polygon(rectangle(at_x, at_y, long * cell, cell), "#000000")
    beside = x + _CODE + 5
    y = _FOOT + 6.6
    for label, text in certificate.foot:
        _label(canvas, beside, y, label)
        size, lines = fitted(canvas, text, TEXT, 118, (8, 7.5, 7, 6.5, 6, 5.5), 1)
        canvas.text(beside + 27, y, lines[0], TEXT, size, "#1f2933")
        y += 5.3
    _label(canvas, beside, y, "QR")
    canvas.text(beside + 27, y, text_of_code(certificate.issued), TEXT, 8, "#1f2933")
    y += 5.9
    canvas.text(beside, y, certificate.command, LABEL, 8.6, INK)
    _recognised(canvas, certificate, beside + 152)


def _recognised(canvas: Canvas, certificate: Certificate, x: float) -> None:
    if not certificate.issued.recognised:
        return
    y = _FOOT + 6.6
    _label(canvas, x, y, certificate.words.recognised_by)
    lines = [
        (line, number == 0)
        for one in certificate.issued.recognised
        for number, text in enumerate((one.by, one.text))
        for line in wrapped(canvas, text, TEXT, 8.4, _RIGHT - x)
    ]
    kept = lines if len(lines) <= 6 else [*lines[:5], ("…", False)]
    for text, is_name in kept:
        y += 3.9
        canvas.text(x, y, text, LABEL if is_name else TEXT, 8.4, "#1f2933")
