"""A document as canonical N-Quads (RDFC-1.0): what is signed, whatever the JSON looked like.

Terms that no context defines would silently be left out of what is signed; here they are an error, as
are relative addresses. The canonical labels of a graph that was built to be hard are given up early.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import factorial
from typing import Any, ClassVar, cast

from pyld import canon, jsonld
from pyld.context_resolver import ContextResolver

from ilactl.credentials.contexts import load

__all__ = ["NotCanonical", "canonical"]

_NOWHERE = "http://relative.invalid/"
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`\x00-\x20]*")
_WORK = 8_000
"""Steps of labelling nodes that look alike. A credential needs some tens."""

_MOST_SCOPES = 2000
_RESOLVER: Any = ContextResolver({}, load)


class NotCanonical(Exception):
    """It cannot be brought into the form that is signed: `reasons` in words."""

    def __init__(self, reasons: list[str]) -> None:
        """All reasons found."""
        super().__init__("; ".join(reasons))
        self.reasons = reasons


class _Processor(jsonld.JsonLdProcessor):  # type: ignore[misc]
    """PyLD's, with scopes of terms made once: it makes them anew for every node otherwise.

    Contexts are named by address alone, so there are few; what is expanded is not expanded again.
    """

    scopes: ClassVar[dict[tuple[Any, ...], tuple[Any, ...]]] = {}

    def expand(self, input_: Any, options: Any) -> Any:
        """As ever; a list is what this made before."""
        return input_ if isinstance(input_, list) else super().expand(input_, options)

    def _process_context(self, active_ctx: Any, local_ctx: Any, options: Any, *args: Any, **kw: Any) -> Any:
        named = isinstance(local_ctx, list) and all(isinstance(one, str) for one in local_ctx)
        local = tuple(local_ctx) if named else local_ctx if isinstance(local_ctx, str) else id(local_ctx)
        if args:
            return super()._process_context(active_ctx, local_ctx, options, *args, **kw)
        flags = (kw.get(name) for name in ("override_protected", "propagate", "validate_scoped"))
        key = (id(active_ctx), local, *flags)
        if key not in self.scopes:
            if len(self.scopes) > _MOST_SCOPES:
                self.scopes.clear()
            made = super()._process_context(active_ctx, local_ctx, options, **kw)
            self.scopes[key] = (made, active_ctx, local_ctx)  # held, so that no other gets their id
        return self.scopes[key][0]


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
    processor = _Processor(on_property_dropped=lambda name: dropped.append(str(name)))
    options = {"documentLoader": load, "contextResolver": _RESOLVER, "base": _NOWHERE}
    try:
        expanded = processor.expand(document, dict(options))
        if dropped:
            names = sorted({name.removeprefix(_NOWHERE)[:60] for name in dropped})
            raise NotCanonical([f"no context defines the term {name!r}" for name in names])
        if loose := sorted(set(_no_addresses(expanded))):
            told = "is neither a term of a context nor a whole address"
            raise NotCanonical([f"{name.removeprefix(_NOWHERE)[:60]!r} {told}" for name in loose])
        dataset = processor.to_rdf(expanded, {**options, "produceGeneralizedRdf": False})
        quads = cast(str, _Bounded().main(dataset, {"format": "application/n-quads"}))
    except jsonld.JsonLdError as fault:
        raise NotCanonical([_in_words(fault)]) from None
    except (RecursionError, ValueError, TypeError, KeyError, AttributeError) as fault:
        raise NotCanonical([f"it is no JSON-LD that can be read: {str(fault)[:120]}"]) from None
    return quads.encode()


def _no_addresses(expanded: Any) -> Iterator[str]:
    """Names and types that are no whole addresses: what follows would leave them out without a word."""
    waiting = [expanded]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting.extend(node)
        elif isinstance(node, dict):
            for key in ("@id", "@type"):
                for name in node.get(key, ()) if isinstance(node.get(key), list) else [node.get(key)]:
                    if isinstance(name, str) and name != "@json" and not _is_address(name):
                        yield name
            waiting.extend(node.values())


def _is_address(name: str) -> bool:
    return bool(_ADDRESS.fullmatch(name)) and not name.startswith(_NOWHERE)


def _in_words(fault: BaseException) -> str:
    """What JSON-LD says is wrong, from the innermost cause."""
    inner = fault
    while isinstance(getattr(inner, "cause", None), BaseException):
        inner = inner.cause  # type: ignore[attr-defined]
    return f"it is not good JSON-LD: {str(inner).splitlines()[0][:160].strip('()')}"
