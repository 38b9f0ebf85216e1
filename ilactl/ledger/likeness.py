"""Who may be one person under two ids: pairs of identities with a score and the reasons for it.

Record linkage after Fellegi and Sunter (1969) in its plainest form: what agrees speaks for a pair,
what contradicts speaks against it, what is unknown says nothing. Points add up:

    birth date   equal 9; day and month swapped, a digit wrong or two digits swapped 6; two of its
                 three parts equal 3; different -6
    name         equal in whatever order 8; but for a letter 6; alike 4; one part equal and the rest
                 missing 4, or another 2 (-2 where many bear it); a part alike -2;
                 different -6; where few others bear a part 2 more
    contact      equal 6
    external id  equal 8; a digit wrong or swapped 4

Nobody is compared with everybody: a pair must share a birth date, most of one with a part of the
name, the parts of its name, a contact or an external id.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import combinations
from typing import TYPE_CHECKING

from msgspec import Struct

from ilactl.ledger.registers import all_persons

if TYPE_CHECKING:
    from ilactl.ledger.snapshot import Snapshot

__all__ = ["LIKELY", "Identity", "Pair", "candidates", "identities_of", "name_parts"]

LIKELY = 8
"""Points from which a pair is worth a look."""

_CROWD = 400
"""A block of more persons than this says nothing about them; other blocks find their pairs."""

_RARE = 3
"""A part of a name that no more persons than this bear is rare."""

_COMMON = 30
"""One that more bear says little by itself."""


class Identity(Struct, frozen=True):
    """What identities.csv says of a person today; "" and None where it says nothing."""

    person: str
    name: str = ""
    birth_date: date | None = None
    contact: str = ""
    external_id: str = ""


class Pair(Struct, frozen=True):
    """Two persons who may be one, the one added first before the other, and why."""

    first: Identity
    second: Identity
    score: int
    reasons: tuple[str, ...]


def name_parts(name: str) -> tuple[str, ...]:
    """The words of a name without marks, case and punctuation, sorted."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    letters = "".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c))
    return tuple(sorted(letters.split()))


def identities_of(snapshot: Snapshot) -> list[Identity]:
    """What identities.csv says of everybody today, an alias left out. Raises BadInput for a bad row."""
    return [
        Identity(
            record.person,
            record.identity.get("name", ""),
            record.birth_date,
            record.identity.get("contact", ""),
            record.identity.get("external_id", ""),
        )
        for record in all_persons(snapshot)
        if record.identity
    ]


def candidates(people: Sequence[Identity], least: int = LIKELY) -> list[Pair]:
    """Every pair with at least so many points, best first, then in the order of `people`."""
    parts = [name_parts(one.name) for one in people]
    bearers = Counter(part for of_one in parts for part in set(of_one))
    found = []
    for i, k in sorted(_pairs(people, parts)):
        score, reasons = _compare(people[i], people[k], parts[i], parts[k], bearers)
        if score >= least:
            found.append((-score, i, k, reasons))
    return [Pair(people[i], people[k], -score, reasons) for score, i, k, reasons in sorted(found)]


def _pairs(people: Sequence[Identity], parts: Sequence[tuple[str, ...]]) -> set[tuple[int, int]]:
    """The pairs that share a block."""
    blocks: dict[tuple[str, ...], list[int]] = {}
    for i, (one, of_one) in enumerate(zip(people, parts, strict=True)):
        for key in set(_keys(one, of_one)):
            blocks.setdefault(key, []).append(i)
    return {pair for block in blocks.values() if len(block) <= _CROWD for pair in combinations(block, 2)}


def _keys(one: Identity, parts: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    starts = {part[:3] for part in parts}
    if one.birth_date:
        year, month, day = one.birth_date.isoformat().split("-")
        yield ("born", year, month, day)
        for start in starts:
            yield ("y-m", year, month, start)
            yield ("m-d", *sorted((month, day)), start)
            yield ("y-d", year, day, start)
    for first, second in combinations(parts, 2):
        yield ("name", first, second)
        yield ("sound", *sorted((first[:3], second[:3])), str(one.birth_date.year) if one.birth_date else "")
    if len(parts) == 1:
        yield ("name", parts[0])
    if one.contact:
        yield ("contact", one.contact.casefold().replace(" ", ""))
    if one.external_id:
        yield ("id", one.external_id)


def _compare(
    one: Identity,
    other: Identity,
    parts: tuple[str, ...],
    others: tuple[str, ...],
    bearers: Counter[str],
) -> tuple[int, tuple[str, ...]]:
    told = [
        _birth(one.birth_date, other.birth_date),
        _name(parts, others, bearers),
        _contact(one.contact, other.contact),
        _external(one.external_id, other.external_id),
    ]
    return sum(points for points, _ in told), tuple(said for _, said in told if said)


def _birth(one: date | None, other: date | None) -> tuple[int, str]:
    if one is None or other is None:
        return 0, ""
    if one == other:
        return 9, "same birth date"
    if (one.year, one.month, one.day) == (other.year, other.day, other.month):
        return 6, "birth date with day and month swapped"
    if _slip(one.strftime("%Y%m%d"), other.strftime("%Y%m%d")):
        return 6, "birth date with a digit wrong or swapped"
    alike = (one.year == other.year) + (one.month == other.month) + (one.day == other.day)
    return (3, "most of the birth date") if alike == 2 else (-6, "")


def _slip(one: str, other: str) -> bool:
    """Whether one character is wrong, missing or too much, or two neighbours are swapped."""
    from rapidfuzz.distance import OSA

    return bool(OSA.distance(one, other, score_cutoff=1) == 1)


def _name(parts: tuple[str, ...], others: tuple[str, ...], bearers: Counter[str]) -> tuple[int, str]:
    from rapidfuzz import fuzz

    if not parts or not others:
        return 0, ""
    shared = set(parts) & set(others)
    rare = 2 if any(bearers[part] <= _RARE for part in shared) else 0
    if parts == others:
        return 8 + rare, "same name"
    ratio = fuzz.token_sort_ratio(" ".join(parts), " ".join(others))
    if ratio >= 90 or _all_slips(parts, others) or _slip("".join(parts), "".join(others)):
        odd = any(bearers[part] <= _RARE for part in set(parts) ^ set(others))
        return 6 + (2 if odd else rare), "name with letters wrong or swapped"
    if ratio >= 75:
        return 4 + rare, "similar name"
    if shared and (len(parts) == 1 or len(others) == 1):
        return 4 + rare, f"both called {' '.join(sorted(shared))}, the rest missing"
    if shared:
        common = min(bearers[part] for part in shared) > _COMMON
        return -2 if common else 2 + rare, f"both called {' '.join(sorted(shared))}"
    near = [
        min(bearers[part], bearers[other])
        for part in parts
        for other in others
        if min(len(part), len(other)) > 3 and _slip(part, other)
    ]
    if not near:
        return -6, ""
    return 0 if min(near) <= _RARE else -2, "part of the name alike"


def _all_slips(parts: Iterable[str], others: Sequence[str]) -> bool:
    """Whether each part has its own counterpart, at most one slip away."""
    rest = list(others)
    for part in parts:
        found = next((other for other in rest if other == part or _slip(part, other)), None)
        if found is None:
            return False
        rest.remove(found)
    return not rest


def _contact(one: str, other: str) -> tuple[int, str]:
    same = one and one.casefold().replace(" ", "") == other.casefold().replace(" ", "")
    return (6, "same contact") if same else (0, "")


def _external(one: str, other: str) -> tuple[int, str]:
    if not one or not other:
        return 0, ""
    if one == other:
        return 8, "same external id"
    return (4, "external id with a digit wrong or swapped") if _slip(one, other) else (0, "")
