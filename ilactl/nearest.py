"""The nearest name that exists: offered wherever a name is not known."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["did_you_mean", "nearest"]


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
