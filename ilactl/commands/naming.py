"""Who is named on a command line: ids as arguments, or one a line on stdin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ilactl.errors import UsageError

if TYPE_CHECKING:
    from ilactl.commands.face import Face

__all__ = ["named_persons"]


def named_persons(face: Face, persons: tuple[str, ...]) -> tuple[str, ...]:
    """The ids as given; `-` stands for those on stdin. An empty list names nobody, never everybody."""
    if "-" not in persons:
        return persons
    if persons.count("-") > 1:
        raise UsageError(reason="- stands for stdin and can be given once")
    data, _ = face.read_input("-")
    lines = data.decode("utf-8", "replace").removeprefix("\ufeff").splitlines()
    at = persons.index("-")
    return (*persons[:at], *(line.strip() for line in lines if line.strip()), *persons[at + 1 :])
