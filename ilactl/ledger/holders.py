"""Account holders named on a command line or in a file: who is meant, and who does not exist."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ilactl.errors import NotFound
from ilactl.ledger.columns import PERSONS
from ilactl.ledger.grammar import is_id
from ilactl.ledger.lookup import starts_of
from ilactl.ledger.registers import canonical_ids, same_person

if TYPE_CHECKING:
    from ilactl.ledger.snapshot import Snapshot

__all__ = ["FEW", "existing", "ids_of", "missing_holders"]

FEW = 16
"""Up to so many persons, a search for each is quicker than reading all of persons.csv."""

_NAMED = 20


def ids_of(snapshot: Snapshot, named: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """For each id named, once, all ids of the same person; the one that stands for them comes first.

    Raises NotFound that names every id which is no person's.
    """
    found = existing(snapshot, named)
    missing = [one for one in dict.fromkeys(named) if one not in found]
    if missing:
        raise missing_holders(missing)
    return found


def existing(snapshot: Snapshot, named: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The same for those ids that are persons'; the others are left out."""
    wanted = list(dict.fromkeys(named))
    if len(wanted) <= FEW:
        return {one: same_person(snapshot, one) for one in wanted if _exists(snapshot, one)}
    canonical = canonical_ids(snapshot)
    families: dict[str, list[str]] = {}
    for one, stands in canonical.items():
        families.setdefault(stands, []).append(one)
    return {
        one: (canonical[one], *sorted(set(families[canonical[one]]) - {canonical[one]}))
        for one in wanted
        if one in canonical
    }


def missing_holders(missing: Sequence[str]) -> NotFound:
    """The error that names persons who do not exist."""
    shown = ", ".join(missing[:_NAMED]) + (
        f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
    )
    return NotFound(
        what=f"person{'s' if len(missing) > 1 else ''} {shown}",
        hint="'ilactl person list' shows all ids, 'ilactl person find WORDS' looks for a name or number",
    )


def _exists(snapshot: Snapshot, person: str) -> bool:
    if not is_id(person):
        return False
    return next(starts_of(snapshot, PERSONS, "person", person), None) is not None
