"""A line that is being typed, and what ilactl offers for its last word."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from ilactl import cli
from ilactl.commands.shells import VARIABLE, answer


def said_by(line: str, *, env: dict[str, str], shell: str = "bash") -> tuple[int, str]:
    """Status and text of the answer for the last word of a line. `|` stands between words."""
    words = line.split("|")
    out = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in env.items():
            patch.setenv(name, value)
        patch.setenv("COMP_WORDS", ("\n" if shell == "bash" else " ").join(words))
        patch.setenv("COMP_CWORD", words[-1] if shell == "fish" else str(len(words) - 1))
        patch.setattr(sys, "stdout", out)
        status = answer(cli.root, f"{shell}_complete")
    return status, out.getvalue()


def offered_by(line: str, *, env: dict[str, str]) -> tuple[int, list[str]]:
    """Status and values, as bash is told them."""
    status, text = said_by(line, env=env)
    return status, [said.partition(",")[2] for said in text.splitlines() if said]


def tree_of(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Every file of a folder with its bytes and the moment it was changed."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


__all__ = ["VARIABLE", "offered_by", "said_by", "tree_of"]
