"""A desk of the sample's agency: command lines at a moment and under a name of the sample."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from contextlib import redirect_stderr
from datetime import datetime
from pathlib import Path
from unittest.mock import patch

from ilactl.cli import main
from ilactl.commands.face import Face
from ilactl.commands.options import Session
from ilactl.ledger.commit import Actor

__all__ = ["Desk"]


class Desk:
    """Runs ilactl in this process: the clock and the names are the sample's, so each build is the same."""

    def __init__(self, root: Path, moment: Callable[[str], datetime]) -> None:
        """`moment` tells when on a day the next command is given."""
        self.root = root
        self._moment = moment

    def run(self, day: str, *words: str, user: str = "sample", stdin: str = "") -> bool:
        """Whether the command ended well. Raises RuntimeError where it was not merely refused."""
        moment = self._moment(day)
        told, before = io.StringIO(), sys.stdin
        sys.stdin = io.TextIOWrapper(io.BytesIO(stdin.encode()), "utf-8")
        try:
            with redirect_stderr(told), patch.object(Face, "actor", Actor(user=user, host="sample")):
                code = main([*words, "--ledger", str(self.root)], Session(now=lambda: moment))
        finally:
            sys.stdin = before
        if code not in (0, 3):
            raise RuntimeError(f"{day} {' '.join(words)}: exit {code}\n{told.getvalue()}")
        return code == 0
