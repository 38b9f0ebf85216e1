"""A document as canonical N-Quads (RDFC-1.0): what is signed, whatever the JSON looked like.

Terms that no context defines would silently be left out of what is signed; here they are an error, as
are relative addresses. The canonical labels of a graph that was built to be hard are given up early.
"""

from __future__ import annotations

from math import factorial
from typing import Any, cast

from pyld import canon, jsonld
from pyld.context_resolver import ContextResolver

from ilactl.credentials.contexts import load

__all__ = ["NotCanonical", "canonical"]

_NOWHERE = "urn:ilactl-relative:"
_WORK = 20_000
"""Steps of labelling nodes that look alike. A credential needs some tens."""

_RESOLVER: Any = ContextResolver({}, load)


class NotCanonical(Exception):
    """It cannot be brought into the form that is signed: `reasons` in words."""

    def __init__(self, reasons: list[str]) -> None:
        """All reasons found."""
        super().__init__("; ".join(reasons))
        self.reasons = reasons


class _Bounded(canon.URDNA2015):  # type: ignore[misc]
    """The labelling of blank nodes, with an end."""

    def __init__(self) -> None:
        super().__init__()
        self.work = 0

    def create_hash_to_related(self, id_: str, issuer: Any) -> Any:
        """As ever, counting the permutations that follow from it."""
        found = super().create_hash_to_related(id_, issuer)
        self.work += 1 + sum(factorial(min(len(alike), 20)) for alike in found.values())
        if self.work > _WORK:
            raise NotCanonical(["too many of its nodes look alike"])
        return found


def canonical(document: dict[str, Any]) -> bytes:
    """The document as canonical N-Quads, UTF-8. Raises NotCanonical."""
    dropped: list[str] = []
    processor = jsonld.JsonLdProcessor(on_property_dropped=lambda name: dropped.append(str(name)))
    options = {"documentLoader": load, "contextResolver": _RESOLVER, "base": _NOWHERE}
    try:
        expanded = processor.expand(document, dict(options))
        if dropped:
            names = sorted({name.removeprefix(_NOWHERE)[:60] for name in dropped})
            raise NotCanonical([f"no context defines the term {name!r}" for name in names])
        dataset = jsonld.to_rdf(expanded, {**options, "produceGeneralizedRdf": False})
        quads = cast(str, _Bounded().main(dataset, {"format": "application/n-quads"}))
    except jsonld.JsonLdError as fault:
        raise NotCanonical([_in_words(fault)]) from None
    except (RecursionError, ValueError, TypeError, KeyError, AttributeError) as fault:
        raise NotCanonical([f"it is no JSON-LD that can be read: {str(fault)[:120]}"]) from None
    if _NOWHERE in quads:
        at = quads.index(_NOWHERE) + len(_NOWHERE)
        name = quads[at : quads.find(">", at)][:60]
        raise NotCanonical([f"{name!r} is neither a term of a context nor a whole address"])
    return quads.encode()


def _in_words(fault: BaseException) -> str:
    """What JSON-LD says is wrong, from the innermost cause."""
    inner = fault
    while isinstance(getattr(inner, "cause", None), BaseException):
        inner = inner.cause  # type: ignore[attr-defined]
    return f"it is not good JSON-LD: {str(inner).splitlines()[0][:160].strip('()')}"
