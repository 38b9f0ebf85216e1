"""How much is tried: a part in every run of the suite, all of it by `make faults` and `make fuzz`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TypeVar

__all__ = ["LONG", "examples", "some_of"]

LONG = os.environ.get("ILACTL_FUZZ") == "long"
"""Whether generated cases are to be many: minutes of them."""

_ALL = os.environ.get("ILACTL_FAULTS") == "all"
_T = TypeVar("_T")


def examples(number: int) -> int:
    """How many generated cases a test tries: so many in the suite, twenty times as many in the long run."""
    return number * 20 if LONG else number


def some_of(cases: Sequence[_T]) -> Sequence[_T]:
    """Every third case and the last one in the suite, every single one where faults are what is tested."""
    return cases if _ALL else [*cases[:-1:3], cases[-1]]
