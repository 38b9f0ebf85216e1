"""The typefaces of certificates and badges, and which of them can show what.

Source Serif Pro and Source Sans Pro (Adobe, SIL Open Font License 1.1) come as packages: they cover
every alphabet of the Union, are embedded in what is made, and look the same everywhere. What they lack
(Arabic, Devanagari, Han) a font that the caller names can give. Text that no font shows is reported
before anything is drawn: a box in place of a name is no certificate.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import uharfbuzz

__all__ = [
    "DISPLAY",
    "LABEL",
    "SERIF",
    "TEXT",
    "BadFont",
    "Fonts",
    "Glyph",
    "Run",
    "clean",
    "shaped",
    "shaper",
    "subset",
]

DISPLAY, SERIF, TEXT, LABEL = "display", "serif", "text", "label"
"""Serif semibold, serif regular, sans regular, sans semibold."""

FONT_LIMIT = 40 * 1024 * 1024
"""Bytes a font file that the caller names may have."""


class BadFont(ValueError):
    """A font that was named cannot be used; the text says why."""


class Run(NamedTuple):
    """A stretch of text that one font file shows."""

    font: Path
    text: str


class Glyph(NamedTuple):
    """One glyph of shaped text, measured in the size of type."""

    number: int
    advance: float
    across: float
    up: float


@cache
def _own(face: str) -> Path:
    import font_source_sans_pro as sans
    import font_source_serif_pro as serif

    package, name = {
        DISPLAY: (serif, "SourceSerifPro-Semibold.ttf"),
        SERIF: (serif, "SourceSerifPro-Regular.ttf"),
        TEXT: (sans, "SourceSansPro-Regular.ttf"),
        LABEL: (sans, "SourceSansPro-Semibold.ttf"),
    }[face]
    return Path(package.__file__).parent / "files" / name


@cache
def _covered(file: Path) -> frozenset[int]:
    """The characters a font file shows. Raises BadFont."""
    from fontTools.ttLib import TTFont, TTLibError

    try:
        if file.stat().st_size > FONT_LIMIT:
            raise BadFont(f"{file}: more than {FONT_LIMIT // 1024 // 1024} MiB")
        with open(file, "rb") as data, TTFont(data, lazy=True) as font:
            if "glyf" not in font:
                raise BadFont(f"{file}: only TrueType outlines (.ttf) can be embedded")
            return frozenset(font.getBestCmap() or {})
    except (OSError, TTLibError) as fault:
        raise BadFont(f"{file}: {getattr(fault, 'strerror', None) or 'no TrueType font'}") from None


@cache
def shaper(file: Path) -> uharfbuzz.Font:
    """The font as the shaping engine reads it."""
    import uharfbuzz

    return uharfbuzz.Font(uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(file))))


@lru_cache(maxsize=20_000)
def shaped(run: Run) -> tuple[Glyph, ...]:
    """The run's glyphs from left to right, letters joined and ordered as their script asks."""
    import uharfbuzz

    font = shaper(run.font)
    buffer = uharfbuzz.Buffer()
    buffer.add_str(run.text)
    buffer.guess_segment_properties()
    uharfbuzz.shape(font, buffer, {"liga": False, "clig": False})
    units = font.face.upem
    return tuple(
        Glyph(info.codepoint, at.x_advance / units, at.x_offset / units, at.y_offset / units)
        for info, at in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True)
    )


def _needs_no_glyph(character: str) -> bool:
    return unicodedata.category(character) in ("Cf", "Zs", "Zl", "Zp")


class Fonts:
    """The four faces, and behind them the fonts that the caller names, in that order."""

    def __init__(self, more: Iterable[Path] = ()) -> None:
        """Raises BadFont for a file that is none, or too large."""
        self.more = tuple(more)
        for file in self.more:
            _covered(file)

    def files(self, face: str) -> tuple[Path, ...]:
        """Where a character of the face is looked for: the face, its sans companion, the named ones."""
        companion = {DISPLAY: LABEL, SERIF: TEXT}.get(face)
        return (_own(face), *((_own(companion),) if companion else ()), *self.more)

    def runs(self, text: str, face: str) -> Iterator[Run]:
        """The text in stretches of one font each; what no font shows goes with what stands before it."""
        text = clean(text)
        files = self.files(face)
        font, start = files[0], 0
        for at, character in enumerate(text):
            if _needs_no_glyph(character) or unicodedata.combining(character):
                continue
            fits = next((file for file in files if ord(character) in _covered(file)), font)
            if fits != font:
                before = text[start:at]
                if before.strip():
                    shown = before.rstrip(" ")
                    yield Run(font, shown)
                    if shown != before:  # a space stands between scripts, not at an end of one
                        yield Run(files[0], before[len(shown) :])
                    start = at
                font = fits
        if text[start:]:
            yield Run(font, text[start:])

    def length(self, text: str, face: str) -> float:
        """How long the text is, measured in the size of type."""
        return sum(glyph.advance for run in self.runs(text, face) for glyph in shaped(run))

    def lacking(self, text: str) -> str:
        """The characters of the text that no font shows, each once."""
        files = self.files(TEXT)
        return "".join(
            dict.fromkeys(
                character
                for character in clean(text)
                if not _needs_no_glyph(character) and not any(ord(character) in _covered(f) for f in files)
            )
        )


def clean(text: str) -> str:
    """Composed letters (`ž`, not `z` and a caron), and a space for what is no text."""
    composed = unicodedata.normalize("NFC", text)
    return "".join(" " if unicodedata.category(one) in ("Cc", "Cs", "Zl", "Zp") else one for one in composed)


def subset(face: str, texts: Iterable[str]) -> bytes:
    """The face's font file with nothing but what the texts need, for embedding in a page."""
    import uharfbuzz

    wanted = uharfbuzz.SubsetInput()
    wanted.unicode_set.update({32, *map(ord, "".join(map(clean, texts)))})
    features = (b"kern", b"mark", b"mkmk", b"ccmp", b"locl")
    wanted.layout_feature_tag_set.clear()
    wanted.layout_feature_tag_set.update(int.from_bytes(tag) for tag in features)
    wanted.name_id_set.clear()
    wanted.flags |= uharfbuzz.SubsetFlags.NO_HINTING
    return bytes(uharfbuzz.subset(shaper(_own(face)).face, wanted).blob.data)
