"""The nearest name that exists, offered wherever a name is not known; and names made comparable."""

from __future__ import annotations

from collections.abc import Callable, Iterable

__all__ = ["did_you_mean", "finder", "folded", "nearest"]


def nearest(name: str, offered: Iterable[str]) -> str | None:
    """The offered name most like `name`, or None where none is like it."""
    import difflib

    close = difflib.get_close_matches(name.casefold(), sorted(offered), n=1, cutoff=0.6)
    return close[0] if close else None


def did_you_mean(name: str, offered: Iterable[str], *, limit: int = 12) -> str:
    """A remedy: the nearest name, or, where none is near, the names there are."""
    names = sorted(offered)
    close = nearest(name, names)
    if close:
        return f"did you mean {close}?"
    if not names:
        return "there is none to choose from"
    more = " …" if len(names) > limit else ""
    return "choose from " + ", ".join(names[:limit]) + more


def folded(text: str) -> str:
    """Text without capitals and accents, for comparing."""
    import unicodedata

    if text.isascii():
        return text.casefold()
    apart = unicodedata.normalize("NFKD", text)
    bare = "".join(c for c in apart if not unicodedata.combining(c))
    return bare.translate(_LETTERS).casefold()


def finder(words: Iterable[str]) -> Callable[..., bool]:
    """What tells of some texts together whether all the words stand there, capitals and accents aside."""
    wanted = [folded(word) for word in words]

    def holds(*texts: str) -> bool:
        text = folded(" ".join(texts))
        return all(word in text for word in wanted)

    return holds


_LETTERS = str.maketrans({"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "æ": "ae", "Æ": "AE"})
