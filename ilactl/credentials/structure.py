"""The shape of an Open Badge: what the official schema asks of the parts that say who, what and when.

The official schema itself is larger; tests hold what is issued against it. Here stands what a verifier
has to know before a document can be believed: that nothing it reads is missing or of another kind.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from ilactl.credentials.contexts import CREDENTIALS_V2, KNOWN

__all__ = ["faults", "is_credential", "listed", "time_of"]

_TIME = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})",
    re.ASCII,
)
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+")
_BADGES = ("OpenBadgeCredential", "AchievementCredential")
_TEXTS = frozenset(
    (
        *("name", "description", "narrative", "inLanguage", "value"),
        *("identityHash", "identityType", "identifierType"),
        *("targetName", "targetCode", "targetDescription", "targetType"),
        *("addressCountry", "addressCountryCode"),
    )
)
"""Terms that the official schema has as text wherever they stand, and that a reader takes for text."""


def is_credential(document: dict[str, Any]) -> bool:
    """Whether it says of itself that it is a verifiable credential."""
    return "VerifiableCredential" in listed(document.get("type")) and "@context" in document


def listed(value: Any) -> list[Any]:
    """One thing or several, as a list."""
    return value if isinstance(value, list) else [] if value is None else [value]


def time_of(value: Any) -> datetime | None:
    """A time with its zone; None where it is none."""
    match = _TIME.fullmatch(value) if isinstance(value, str) else None
    if not match:
        return None
    try:
        return datetime.fromisoformat(match[1] + match[3].replace("Z", "+00:00")).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def faults(document: dict[str, Any], *, badge: bool = True) -> list[str]:
    """Everything that is not as it has to be, in words; of a status list with `badge` false."""
    found = list(_envelope(document))
    found += _inside(document)
    if badge:
        found += _badge(document)
    return found


def _inside(document: dict[str, Any]) -> list[str]:
    """What may stand nowhere: contexts not ours, labels of nodes, which puzzles are built of, disguises.

    JSON-LD has many spellings for what is signed; readers look for the one with terms. An expiry or a
    status in another spelling would keep its signature, and be overlooked.
    """
    found: dict[str, None] = {}
    for node in _nodes(document):
        if isinstance(node, str) and node.startswith("_:"):
            found["a node in it is named by a label (_:), not by an address"] = None
        if not isinstance(node, dict):
            continue
        contexts = listed(node.get("@context"))
        if len(contexts) > len(KNOWN):
            found[f"its @context lists {len(contexts)} addresses, more than ilactl knows"] = None
        for one in contexts[: len(KNOWN) + 1]:
            if not isinstance(one, str):
                found["its @context is not a list of addresses"] = None
            elif one not in KNOWN:
                found[f"context {one[:120]} is none that ilactl knows, and none is fetched"] = None
        for name in node:
            if ":" in name:
                found[f"{name[:80]} stands where only a term can: readers would overlook it"] = None
        if "@value" in node and "@language" not in node:
            found["a value in it is wrapped (@value) without need: readers would overlook it"] = None
        if "@direction" in node:
            found["the direction of a text (@direction) cannot be signed"] = None
    return list(found)


def _nodes(document: dict[str, Any]) -> Iterator[Any]:
    """Every object and every single value, contexts left out."""
    waiting: list[Any] = [document]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting.extend(node)
            continue
        yield node
        if isinstance(node, dict):
            waiting.extend(value for name, value in node.items() if name != "@context")


def _envelope(document: dict[str, Any]) -> Iterator[str]:
    contexts = listed(document.get("@context"))
    if not contexts or contexts[0] != CREDENTIALS_V2:
        yield f"its first @context is not {CREDENTIALS_V2}"
    if not _is_uri(document.get("id")):
        yield "its id is no address"
    issuer = document.get("issuer")
    if not _is_uri(issuer.get("id") if isinstance(issuer, dict) else issuer):
        yield "it has no issuer"
    if time_of(document.get("validFrom")) is None:
        yield "validFrom is no time with a zone"
    if "validUntil" in document and time_of(document["validUntil"]) is None:
        yield "validUntil is no time with a zone"
    if not isinstance(document.get("credentialSubject"), dict):
        yield "it has no credentialSubject, or several"


def _badge(document: dict[str, Any]) -> Iterator[str]:
    if not any(kind in listed(document.get("type")) for kind in _BADGES):
        yield "it is no Open Badge: its type does not name OpenBadgeCredential"
    if not isinstance(document.get("issuer"), dict):
        yield "its issuer is no profile"
    subject = document.get("credentialSubject")
    if not isinstance(subject, dict):
        return
    if "AchievementSubject" not in listed(subject.get("type")):
        yield "its credentialSubject is no AchievementSubject"
    achievement = subject.get("achievement")
    if not isinstance(achievement, dict):
        yield "it has no achievement"
        return
    if "Achievement" not in listed(achievement.get("type")):
        yield "its achievement is not of type Achievement"
    if not _is_uri(achievement.get("id")):
        yield "its achievement has no id"
    for name in ("name", "description"):
        if not isinstance(achievement.get(name), str) or not achievement[name]:
            yield f"its achievement has no {name}"
    if not isinstance(achievement.get("criteria"), dict):
        yield "its achievement has no criteria"
    for one in listed(achievement.get("alignment")):
        good = isinstance(one, dict) and isinstance(one.get("targetName"), str)
        if not good or not _is_uri(one.get("targetUrl")):
            yield "an alignment lacks targetName or targetUrl"
            break
    yield from _kinds(document)
    status = document.get("credentialStatus")
    if status is not None and not (isinstance(status, dict) and isinstance(status.get("type"), str)):
        yield "its credentialStatus is not one object with a type"


def _kinds(document: dict[str, Any]) -> Iterator[str]:
    """Texts that are none: a list of one, say, is signed like its one, and not read."""
    wrong: set[str] = set()
    for node in _nodes(document):
        if isinstance(node, dict):
            wrong.update(name for name in _TEXTS & node.keys() if not isinstance(node[name], str))
            if not isinstance(node.get("hashed", False), bool):
                yield "hashed is neither true nor false"
    for name in sorted(wrong):
        yield f"{name} is no text"


def _is_uri(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= 2000 and bool(_URI.fullmatch(value))
