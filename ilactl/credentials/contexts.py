"""The contexts that documents are read with: few, from our own files, and never the network.

`*.terms` hold terms with the addresses they stand for, one a line, those of a scope indented below it.
Every scope knows `id` and `type` (unless `context=bare`) and protects its terms.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

__all__ = ["CREDENTIALS_V2", "KNOWN", "OPEN_BADGES", "RemoteContext", "context", "load"]

CREDENTIALS_V2 = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"

_EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"

KNOWN = {
    CREDENTIALS_V2: "credentials-2.0.terms",
    OPEN_BADGES: "open-badges-3.0.3.terms",
    _EXTENSIONS: "open-badges-extensions.terms",
}
"""The contexts by the address that documents name them by."""


class RemoteContext(Exception):
    """A context that is not one of ours: it is not fetched."""

    def __init__(self, url: str) -> None:
        """Names the context asked for."""
        super().__init__(f"context {url} is none that ilactl knows, and none is fetched")
        self.url = url


@cache
def context(url: str) -> dict[str, Any]:
    """The context of that address as a JSON-LD document. Raises RemoteContext for any other."""
    if url not in KNOWN:
        raise RemoteContext(url)
    text = files("ilactl.credentials").joinpath(KNOWN[url]).read_text("utf-8")
    return {"@context": _parsed(text)}


def load(url: str, options: object = None) -> dict[str, Any]:
    """What PyLD asks for a document: one of ours, or RemoteContext."""
    return {
        "contentType": "application/ld+json",
        "contextUrl": None,
        "documentUrl": url,
        "document": context(url),
    }


def _scope(bare: bool = False) -> dict[str, Any]:
    return {"@protected": True} if bare else {"@protected": True, "id": "@id", "type": "@type"}


def _parsed(text: str) -> dict[str, Any]:
    prefixes: dict[str, str] = {}
    scopes: list[dict[str, Any]] = [_scope()]
    terms: list[dict[str, Any]] = []
    for depth, words in _lines(text):
        if words[0] == "prefix":
            prefixes[words[1]] = words[2]
            continue
        del scopes[depth + 1 :], terms[depth:]
        marks = dict(word.split("=", 1) for word in words[2:])
        term: dict[str, Any] = {"@id": _whole(words[1], prefixes)}
        if "type" in marks:
            term["@type"] = _whole(marks["type"], prefixes)
        if "container" in marks:
            term["@container"] = marks["container"]
        if marks.get("context") == "null":
            term["@context"] = None
        if depth == len(scopes):  # the first term below a term opens its scope
            bare = terms[-1].pop("bare", False)
            terms[-1]["@context"] = _scope(bare)
            scopes.append(terms[-1]["@context"])
        if marks.get("context") == "bare":
            term["bare"] = True
        scopes[depth][words[0]] = term
        terms.append(term)
    return scopes[0]


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    for line in text.splitlines():
        if line and not line.startswith("#"):
            yield (len(line) - len(line.lstrip())) // 2, line.split()


def _whole(text: str, prefixes: dict[str, str]) -> str:
    prefix, colon, rest = text.partition(":")
    return prefixes[prefix] + rest if colon and prefix in prefixes else text
