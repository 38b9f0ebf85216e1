"""Text from others, made harmless where it is shown."""

from __future__ import annotations

import unicodedata

__all__ = ["printable"]


def printable(text: str) -> str:
    """Text that can be shown on any terminal: controls, bidi marks and surrogates are escaped.

    Names come from others. Without this a name could move the cursor, reverse the line or
    forge a second message.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        c
        if unicodedata.category(c)[0] != "C" and unicodedata.category(c) not in ("Zl", "Zp")
        else c.encode("unicode_escape", "surrogatepass").decode("ascii")
        for c in text
    )
