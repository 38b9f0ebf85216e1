"""The guards of ledger.toml: limits of one batch that no --yes passes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ilactl.errors import Refused
from ilactl.money import format_amount

if TYPE_CHECKING:
    from ilactl.ledger.manifest import Manifest

__all__ = ["refuse_large"]


def refuse_large(
    manifest: Manifest, *, persons: int, entries: int, totals: Mapping[str, int], allow_large: int | None
) -> None:
    """Raise Refused where a batch passes a guard, unless `allow_large` names at least its entries.

    `totals` are sums by unit, in the unit's smallest part.
    """
    guards = manifest.guards
    if allow_large is not None:
        if entries > allow_large:
            raise Refused(
                reason=f"{entries} entries would be booked, --allow-large passes {allow_large}",
                hint="look at the plan with -n, then give the number it would book",
            )
        return
    of = "of ledger.toml"
    # steps that move no money book no entry, and the option takes no 0
    hint = f"look at the plan with -n, then pass --allow-large {max(1, entries)} once"
    if guards.max_persons is not None and persons > guards.max_persons:
        raise Refused(
            reason=f"{persons} persons, more than the guard max_persons = {guards.max_persons} {of}",
            hint=hint,
        )
    for unit, total in totals.items():
        scale = manifest.units[unit].scale
        if guards.max_total is not None and total > guards.max_total * 10**scale:
            shown = f"{format_amount(total, scale)} {unit}"
            raise Refused(reason=f"{shown} in all, more than the guard max_total {of}", hint=hint)
