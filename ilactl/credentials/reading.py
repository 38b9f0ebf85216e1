"""A stranger's JSON read: bounded in bytes, depth and size before anything else looks at it.

What passes is plain: no name twice, no number that is none, no keyword of JSON-LD that could hide a
statement.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from typing import Any

__all__ = ["MAX_BYTES", "MAX_DEPTH", "MAX_LIST", "MAX_NODES", "NotReadable", "read_json"]

MAX_BYTES = 256 * 1024
"""Bytes a document may have. One with a picture in it is some tens of thousands."""

MAX_DEPTH = 24
"""Levels of objects and lists. A credential has about seven."""

MAX_NODES = 4000
"""Values in all. A credential has some two hundred."""

MAX_LIST = 500
"""Values in one list: what compares each with every other would take long for more."""

_KEYWORDS = frozenset({"@context", "@value", "@language", "@direction"})
"""Keywords that may stand in a document: contexts, also of an endorsement in it, and text in a language."""

_TAG = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8}){0,5}", re.ASCII)


class NotReadable(Exception):
    """It cannot be a credential: the reason, in words."""


def read_json(data: bytes) -> dict[str, Any]:
    """The document. Raises NotReadable for what is too large, too deep, no JSON, or no object."""
    if len(data) > MAX_BYTES:
        raise NotReadable(f"it is larger than {MAX_BYTES // 1024} kB")
    try:
        text = data.decode("utf-8-sig")  # a mark at the beginning says nothing, and editors leave it there
    except UnicodeDecodeError:
        raise NotReadable("it is not UTF-8 text") from None
    if _depth(text) > MAX_DEPTH:
        raise NotReadable(f"it is nested deeper than {MAX_DEPTH} levels")
    try:
        document = json.loads(
            text, object_pairs_hook=_pairs, parse_constant=_constant, parse_int=_int, parse_float=_float
        )
    except (ValueError, RecursionError) as fault:
        if isinstance(fault, json.JSONDecodeError):
            where = f"line {fault.lineno}, column {fault.colno}"
            raise NotReadable(f"it is not JSON: {fault.msg.lower()} at {where}") from None
        raise NotReadable(f"it is not JSON: {fault}") from None
    if not isinstance(document, dict):
        raise NotReadable("it is not a JSON object")
    _walk(document)
    try:
        json.dumps(document, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise NotReadable("it holds half a character: \\ud… without its other half") from None
    return document


def _depth(text: str) -> int:
    """How deep brackets are nested at most, texts in quotes left out; found without recursion."""
    depth = deepest = 0
    inside = escaped = False
    for mark in text:
        if inside:
            if escaped:
                escaped = False
            elif mark == "\\":
                escaped = True
            elif mark == '"':
                inside = False
        elif mark == '"':
            inside = True
        elif mark in "[{":
            depth += 1
            deepest = max(deepest, depth)
            if deepest > MAX_DEPTH:
                break
        elif mark in "]}":
            depth -= 1
    return deepest


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice, _ = Counter(name for name, _ in pairs).most_common(1)[0]
        raise ValueError(f"{twice[:40]!r} stands twice in one object")
    return found


def _constant(text: str) -> float:
    raise ValueError(f"{text} is no number")


def _int(text: str) -> int:
    _float(text)
    return int(text)


def _float(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text[:40]} is too large a number")
    return number


def _walk(document: dict[str, Any]) -> None:
    waiting: list[Any] = [document]
    seen = 0
    while waiting:
        node = waiting.pop()
        seen += 1
        if seen > MAX_NODES:
            raise NotReadable(f"it holds more than {MAX_NODES} values")
        if isinstance(node, dict):
            for name, value in node.items():
                if name.startswith("@") and name not in _KEYWORDS:
                    raise NotReadable(f"{name[:40]} stands inside it, where only names of terms can")
                if name == "@language" and not (isinstance(value, str) and _TAG.fullmatch(value)):
                    raise NotReadable("@language is no language")
                waiting.append(value)
        elif isinstance(node, list):
            if len(node) > MAX_LIST:
                raise NotReadable(f"a list in it holds more than {MAX_LIST} values")
            waiting.extend(node)
