"""Random choices that are the same on every Python: nothing but `random()` itself is promised to stay."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypeVar

__all__ = ["ID_SIGNS", "Draw"]

ID_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

T = TypeVar("T")


class Draw:
    """A seeded stream of choices."""

    def __init__(self, seed: int) -> None:
        """The same seed gives the same stream."""
        self.random = random.Random(seed).random

    def below(self, count: int) -> int:
        """A whole number from 0 to `count` - 1."""
        return int(self.random() * count)

    def pick(self, things: Sequence[T]) -> T:
        """One of the things, each as likely."""
        return things[int(self.random() * len(things))]

    def chance(self, share: float) -> bool:
        """True in that share of the cases."""
        return self.random() < share

    def weighted(self, things: Sequence[tuple[T, int]]) -> T:
        """One of the things by weight; the weights add up to 100."""
        left = int(self.random() * 100)
        for thing, weight in things:
            left -= weight
            if left < 0:
                return thing
        raise ValueError("the weights do not add up to 100")

    def identifier(self, prefix: str) -> str:
        """A random id with that prefix."""
        number = int(self.random() * 2**40)
        signs = [ID_SIGNS[(number >> shift) & 31] for shift in range(0, 40, 5)]
        return f"{prefix}-{''.join(signs)}"

    def salt(self) -> str:
        """Sixteen hexadecimal digits."""
        return f"{int(self.random() * 2**48):012x}{int(self.random() * 2**16):04x}"
