"""What commands answer about a change: the name of the answer's schema, and that it was booked before."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ilactl.output import Answer

__all__ = ["done_already", "schema_of"]


def schema_of(command: str) -> str:
    """The schema of a command's answer, by its words: `ilactl.course_run_add/1` for `course run add`."""
    return f"ilactl.{command.replace(' ', '_')}/1"


def done_already(command: str, seq: int, **told: object) -> Answer:
    """What a caller's key gets whose content was booked as commit `seq`; `told` is for scripts besides."""
    from ilactl.output import Answer, Lines

    line = f"done already as commit {seq}; nothing was written"
    data = {"commit": seq, **told, "done_already": True}
    return Answer(schema_of(command), blocks=[Lines([line])], data=data)
