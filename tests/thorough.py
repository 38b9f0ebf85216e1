"""How much is tried: a part in every run of the suite, all of it by `make fuzz`."""

from __future__ import annotations

import os

__all__ = ["LONG", "examples"]

LONG = os.environ.get("ILACTL_FUZZ") == "long"
"""Whether generated cases are to be many: minutes of them."""


def examples(number: int) -> int:
    """How many generated cases a test tries: so many in the suite, twenty times as many in the long run."""
    return number * 20 if LONG else number
