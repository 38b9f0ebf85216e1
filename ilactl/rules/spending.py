"""From a wish to an offer: what a wallet pays of a course, what the holder adds, what speaks against it.

Pure: registers, rules and a question in, an `Offer` out. The same offer is shown, printed and booked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ilactl.rules.offer import Ask, Offer

if TYPE_CHECKING:
    from ilactl.rules.model import Scheme
    from ilactl.rules.spending_source import Registers

__all__ = ["plan_offer"]


def plan_offer(registers: Registers, scheme: Scheme, ask: Ask, *, look_ahead: bool = True) -> Offer:
    """The offer for what is asked, with every reason against it.

    `registers` is `Lookup(snapshot)` for one, `Whole(snapshot)` for many; where several are planned
    one after the other, tell it of each that will be booked (`registers.book`). `look_ahead` asks
    the grant rules of the coming years when they will have brought what is missing. Raises NotFound
    for a person, course or run that is not there, BadInput for bad rows.
    """
    raise NotImplementedError
