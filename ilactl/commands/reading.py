"""What is handed in: the bytes of a file or of stdin, never more than can be held."""

from __future__ import annotations

import sys

from ilactl.errors import BadInput, IoFailed, NotFound

__all__ = ["INPUT_LIMIT", "read_bytes"]

INPUT_LIMIT = 512 * 1024 * 1024
"""Bytes an input file or stdin may have: everything read is held at once."""


def read_bytes(argument: str, at_most: int | None = None) -> tuple[bytes, str]:
    """The bytes of a file, or of stdin for `-`, and the name to call it by in findings.

    Raises NotFound, IoFailed, and BadInput for more than `INPUT_LIMIT` bytes. With `at_most` no more
    than one byte above it is read: the caller says what is too large.
    """
    most = (INPUT_LIMIT if at_most is None else at_most) + 1
    name = "stdin" if argument == "-" else argument
    try:
        if argument == "-":
            if sys.stdin is None:
                raise NotFound(what="stdin", hint="it is closed; give a file, or feed one in with <")
            data = sys.stdin.buffer.read(most)
        else:
            with open(argument, "rb") as file:
                data = file.read(most)
    except FileNotFoundError:
        raise NotFound(what=name, hint="give the path of a file, or - to read stdin") from None
    except (OSError, ValueError) as fault:
        reason = (fault.strerror if isinstance(fault, OSError) else None) or str(fault)
        hint = "give the path of a file that can be read, or - to read stdin"
        raise IoFailed(path=name, reason=reason[:1].lower() + reason[1:], hint=hint) from None
    if len(data) > INPUT_LIMIT:
        raise BadInput(
            what=name,
            count=f"more than {INPUT_LIMIT // 1024 // 1024} MiB",
            hint="split it into several files and give each its own key",
        )
    return data, name
