"""How an amount is shared out over lots: rounded once on the whole, then split to the cent.

Largest remainder, ties to the lot drawn first, and never more than a lot holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm
from typing import NamedTuple

from ilactl.money import round_to, split

__all__ = ["Borne", "borne_by", "share_of", "split_within", "take_in_turn"]


def share_of(parts: Sequence[tuple[Fraction, int]], mode: str) -> int:
    """The shares of several amounts together, rounded once on the whole to the smallest part."""
    return round_to(sum((share * amount for share, amount in parts), Fraction(0)), 0, mode)


class Borne(NamedTuple):
    """A lot's part of an enrolment: what it reserved, what the payee had of it, what it still holds.

    `given`: completion itself brought it, so all of it is the payee's and no share is taken of it.
    """

    reserved: int
    paid: int
    held: int
    given: bool = False


def borne_by(due: int, lots: Sequence[Borne]) -> list[int]:
    """What each lot pays now, so that all together bear `due`, the payee's whole part so far.

    By what each reserved, less what it paid before: milestones add up to the split of the whole. What
    one holds no longer, the others pay. Raises ValueError for more than the lots hold.
    """
    given = sum(lot.reserved for lot in lots if lot.given)
    whole = max(1, sum(lot.reserved for lot in lots if not lot.given))
    shared = max(0, due - given)
    weights = [
        (lot.reserved - lot.paid) * whole if lot.given else shared * lot.reserved - lot.paid * whole
        for lot in lots
    ]
    return split_within(due - sum(lot.paid for lot in lots), weights, [lot.held for lot in lots])


def split_within(amount: int, weights: Sequence[Fraction | int], limits: Sequence[int]) -> list[int]:
    """`amount` split by `weights`, no part above its limit; what a limit turns away goes to the others.

    Where no weight is left the room itself is the weight. Raises ValueError for more than all
    limits together, or below zero.
    """
    if not 0 <= amount <= sum(limits):
        raise ValueError(f"{amount} does not fit into {sum(limits)}")
    full: dict[int, int] = {}
    while True:
        open_ = [at for at in range(len(limits)) if at not in full]
        shared = _shared(
            amount - sum(full.values()), [weights[at] for at in open_], [limits[at] for at in open_]
        )
        above = {at: limits[at] for at, part in zip(open_, shared, strict=True) if part > limits[at]}
        if not above:
            parts = full | dict(zip(open_, shared, strict=True))
            return [parts[at] for at in range(len(limits))]
        full |= above


def _shared(amount: int, weights: Sequence[Fraction | int], room: Sequence[int]) -> list[int]:
    above = [max(Fraction(0), Fraction(weight)) for weight in weights]
    return split(amount, _whole(above) if any(above) else room)


def _whole(weights: Sequence[Fraction]) -> list[int]:
    """The same weights as whole numbers."""
    below = lcm(1, *(weight.denominator for weight in weights))
    return [int(weight * below) for weight in weights]


def take_in_turn(amount: int, limits: Sequence[int]) -> list[int]:
    """`amount` taken from the first as far as it goes, then from the next; less where all hold less."""
    parts = []
    for limit in limits:
        part = min(max(0, limit), amount)
        amount -= part
        parts.append(part)
    return parts
