"""Persons by the number under which another register knows them: the `external_id` of identities.csv."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from ilactl.ledger.columns import IDENTITIES
from ilactl.ledger.holders import existing
from ilactl.ledger.register_plan import Book

if TYPE_CHECKING:
    from ilactl.ledger.snapshot import Snapshot

__all__ = ["owners_of"]


def owners_of(snapshot: Snapshot, numbers: Collection[str]) -> dict[str, list[str]]:
    """Who has each number now, duplicates of one person counted once; numbers of nobody are left out."""
    book = Book(snapshot, IDENTITIES, whole=True)
    index = IDENTITIES.index("external_id")
    owners: dict[str, list[str]] = {}
    for person in book.ids():
        newest = book.newest(person)
        if newest and newest[index] in numbers:
            owners.setdefault(newest[index], []).append(person)
    doubled = [person for persons in owners.values() if len(persons) > 1 for person in persons]
    families = existing(snapshot, doubled)
    for number, persons in owners.items():
        if len(persons) > 1:
            owners[number] = sorted({families.get(person, (person,))[0] for person in persons})
    return owners
