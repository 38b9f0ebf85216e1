"""The certificate as one HTML file: fonts, drawings and style stand in it, nothing is fetched or run.

It reads on a telephone as on a wall, and prints on A4 across. What the embedded fonts lack, the reader's own
fonts show. Every text of the document is escaped.
"""

from __future__ import annotations

from base64 import b64encode
from html import escape
from importlib.resources import files

from ilactl.credentials.canvas import MM
from ilactl.credentials.canvas_svg import SvgCanvas
from ilactl.credentials.certificate import Certificate, Row, text_of_code
from ilactl.credentials.certificate_page import code_matrix, dark_runs, ghost, seal
from ilactl.credentials.fonts import DISPLAY, LABEL, SERIF, TEXT, Fonts, subset

__all__ = ["certificate_html", "faces_of", "html_page"]

_FACES = (
    (TEXT, "Certificate Sans", 400),
    (LABEL, "Certificate Sans", 600),
    (SERIF, "Certificate Serif", 400),
    (DISPLAY, "Certificate Serif", 600),
)
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; font-src data:"
"""What a browser may load for a page of ours: nothing but what stands in it."""

_HEAD = 190.0
"""Millimetres a line beside the seal has."""

_PAGE = 1900
"""Letters that one page has room for; more go over several, without a frame."""

_LONG = 420
"""Letters of an element from which on it may be parted between columns."""


def certificate_html(certificate: Certificate, fonts: Fonts) -> bytes:
    """The page, in UTF-8."""
    words = certificate.words
    title = escape(f"{certificate.title}: {certificate.learner}")
    kind = "sheet" if _letters(certificate) < _PAGE else "sheet many"
    body = f"""<main class="{kind}">
<div class="ghost" aria-hidden="true">{_ghost(fonts)}</div>
<header>
<div>
<p class="kicker">{escape(words.micro_credential)}</p>
{_head(certificate)}
</div>
<div class="seal">{_seal(certificate, fonts)}</div>
</header>
<dl class="who">
{"".join(_short(certificate.row(number)) for number in (4, 3, 5))}</dl>
<dl class="elements">
{"".join(map(_element, certificate.rows[5:]))}</dl>
{_foot(certificate)}
</main>"""
    return html_page(words.code, title, _style(certificate, fonts), body)


def html_page(language: str, title: str, style: str, body: str) -> bytes:
    """A page that fetches and runs nothing, in UTF-8. What is given stands in it as it is: it is escaped."""
    page = f"""<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
{style}</style>
</head>
<body>
{body}
</body>
</html>
"""
    return page.encode()


def _style(certificate: Certificate, fonts: Fonts) -> str:
    letters = _letters(certificate)
    sizes = ((450, 10.5), (650, 10), (850, 9.4), (1150, 8.9), (_PAGE, 8.4))
    size = next((size for limit, size in sizes if letters < limit), 9.5)
    title = _fits(fonts, certificate.title, DISPLAY, (30, 28, 26, 24)) or _fits(
        fonts, certificate.title, DISPLAY, (22, 18, 15, 13), lines=1.8
    )
    name = _fits(fonts, certificate.learner, SERIF, (24, 21, 18, 15))
    faces = faces_of(certificate.all_text)
    style = files("ilactl.credentials").joinpath("certificate.css").read_text("utf-8")
    return f"{faces}:root {{ --size: {size}pt; --title: {title or 12}pt; --name: {name or 13}pt; }}\n{style}"


def _letters(certificate: Certificate) -> int:
    """How much there is to set; the original title takes a line from the rest."""
    count = sum(len(text) for row in certificate.rows[5:] for text in row.texts)
    return count + 150 * (len(certificate.row(2).texts) - 1)


def _fits(fonts: Fonts, text: str, face: str, sizes: tuple[int, ...], lines: float = 1) -> int:
    """The first size in which the text takes so many lines of the head; 0 where none is small enough."""
    length = fonts.length(text, face) * MM
    return next((size for size in sizes if length * size <= _HEAD * lines), 0)


def faces_of(text: str) -> str:
    """The rules that embed the four faces, with what the text needs of them."""
    everything = text + text.upper() + "•…"
    return "".join(_face(face, family, weight, everything) for face, family, weight in _FACES)


def _face(face: str, family: str, weight: int, letters: str) -> str:
    data = b64encode(subset(face, (letters,))).decode()
    source = f'url("data:font/ttf;base64,{data}") format("truetype")'
    return f'@font-face {{ font-family: "{family}"; font-weight: {weight}; src: {source}; }}\n'


def _ghost(fonts: Fonts) -> str:
    canvas = SvgCanvas(fonts, 170, 170, title="", description="")
    ghost(canvas, 85, 85)
    return canvas.data().decode().strip()


def _seal(certificate: Certificate, fonts: Fonts) -> str:
    facts = " · ".join(filter(None, (certificate.workload, certificate.level)))
    canvas = SvgCanvas(fonts, 52, 52, title=certificate.words.micro_credential, description=facts)
    seal(canvas, certificate, 26, 26)
    return canvas.data().decode().strip()


def _head(certificate: Certificate) -> str:
    title, learner = certificate.row(2), certificate.row(1)
    language = certificate.title_language
    original = "".join(f'<p class="original">{escape(text)}</p>' for text in title.texts[1:])
    born = "".join(f' <span class="born">{escape(text)}</span>' for text in learner.texts[1:])
    return f"""<dl class="title">
<div data-element="2"><dt>{escape(title.label)}</dt>
<dd><h1 lang="{escape(language)}" dir="auto">{escape(certificate.title)}</h1>{original}</dd></div>
<div class="learner" data-element="1"><dt>{escape(learner.label)}</dt>
<dd><span class="name" dir="auto">{escape(certificate.learner)}</span>{born}</dd></div>
</dl>"""


def _short(row: Row) -> str:
    text = escape(" ".join(row.texts))
    return f'<div data-element="{row.element}"><dt>{escape(row.label)}</dt><dd dir="auto">{text}</dd></div>\n'


def _element(row: Row) -> str:
    if row.listed and len(row.texts) > 1:
        said = f"<ul>{''.join(f'<li>{escape(text)}</li>' for text in row.texts)}</ul>"
    else:
        said = "".join(f"<p>{escape(text)}</p>" for text in row.texts)
    long = ' class="long"' if sum(map(len, row.texts)) > _LONG else ""
    label = escape(row.label)
    return f'<div data-element="{row.element}"{long}><dt>{label}</dt><dd dir="auto">{said}</dd></div>\n'


def _foot(certificate: Certificate) -> str:
    code = text_of_code(certificate.issued)
    lines = (*certificate.foot, ("QR", code))
    proof = "\n".join(f"<div><dt>{escape(label)}</dt><dd>{escape(text)}</dd></div>" for label, text in lines)
    recognised = certificate.issued.recognised
    beside = ""
    if recognised:
        said = "".join(f"<li><strong>{escape(one.by)}</strong>{escape(one.text)}</li>" for one in recognised)
        label = escape(certificate.words.recognised_by)
        beside = f'\n<section class="recognised"><h2>{label}</h2><ul>{said}</ul></section>'
    alone = "" if recognised else ' class="alone"'
    return f"""<footer{alone}>
<div class="code">{_code(code)}</div>
<div><dl class="proof">
{proof}
</dl>
<p class="verify">{escape(certificate.command)}</p></div>{beside}
</footer>"""


def _code(text: str) -> str:
    matrix = code_matrix(text)
    side = len(matrix) + 8
    path = "".join(f"M{at + 4} {line + 4}h{long}v1h-{long}z" for line, at, long in dark_runs(matrix))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" role="img" '
        f'shape-rendering="crispEdges"><title>{escape(text)}</title>'
        f'<path fill="#fff" d="M0 0h{side}v{side}h-{side}z"/><path d="{path}"/></svg>'
    )
