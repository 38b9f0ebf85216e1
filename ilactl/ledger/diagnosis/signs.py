"""A sign: one thing that was looked at, how it stands, what to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

__all__ = ["Sign", "State", "fault", "look", "named", "ok"]

State = Literal["ok", "look", "fault"]
"""ok: as it should be; look: may well be meant, but should be known; fault: something to mend."""

_NAMED = 5


class Sign(NamedTuple):
    """What was looked at, how it stands, what was seen, and what to do about it."""

    topic: str
    state: State
    text: str
    remedy: str = ""


def ok(topic: str, text: str) -> Sign:
    """As it should be."""
    return Sign(topic, "ok", text)


def look(topic: str, text: str, remedy: str) -> Sign:
    """To be known."""
    return Sign(topic, "look", text, remedy)


def fault(topic: str, text: str, remedy: str) -> Sign:
    """To be mended."""
    return Sign(topic, "fault", text, remedy)


def named(names: Sequence[str]) -> str:
    """The first few of many names, and how many more there are."""
    rest = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {rest} more" if rest > 0 else "")
