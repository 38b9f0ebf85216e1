"""The derived cache of parsed expressions, so that one person's command need not import the parser.

Keyed by the bytes of the rule files, the version of ilactl and the shape of the trees. What is
cached is only the syntax; types, names and bounds are checked again by whoever evaluates. Beside it
stands a mark that a whole scheme, with its manifest and kept texts, passed every test.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, field

from ilactl import __version__
from ilactl.ledger.cache import read_cache, write_cache

if TYPE_CHECKING:
    from ilactl.rules.expressions import Node

__all__ = ["TreeCache", "mark_passed", "passed"]

_SHAPE = 1


def passed(root: Path, texts: Mapping[str, bytes]) -> bool:
    """Whether these very texts passed every test of a scheme before."""
    return read_cache(root, _name("passed", texts)) is not None


def mark_passed(root: Path, texts: Mapping[str, bytes]) -> None:
    """These very texts passed every test."""
    if not passed(root, texts):
        write_cache(root, _name("passed", texts), b"", replaces="passed-")


class TreeCache(Struct):
    """Trees by expression text. `vouches`: these very files passed the test of shape before."""

    root: Path | None
    name: str
    vouches: bool = False
    trees: dict[str, Node] = field(default_factory=dict)

    @classmethod
    def empty(cls) -> TreeCache:
        """A cache that knows nothing and keeps nothing."""
        return cls(None, "")

    @classmethod
    def open(cls, root: Path, texts: Mapping[str, bytes]) -> TreeCache:
        """The cache for these rule files, filled where one was kept."""
        from ilactl.rules.expressions import from_json

        cache = cls(root, _name("trees", texts))
        content = read_cache(root, cache.name)
        if content is not None:
            cache.trees = {text: from_json(tree) for text, tree in json.loads(content).items()}
            cache.vouches = True
        return cache

    def parse(self, text: str) -> Node:
        """The expression's tree. Raises ExpressionFault."""
        if text not in self.trees:
            from ilactl.rules.expressions import parse_expression

            self.trees[text] = parse_expression(text)
        return self.trees[text]

    def save(self) -> None:
        """Keep the trees; a folder that cannot be written is no failure."""
        from ilactl.rules.expressions import to_json

        if self.root is not None and not self.vouches:
            content = json.dumps({text: to_json(tree) for text, tree in self.trees.items()}, sort_keys=True)
            write_cache(self.root, self.name, content.encode(), replaces="trees-")


def _name(what: str, texts: Mapping[str, bytes]) -> str:
    state = sha256(f"{__version__} {_SHAPE}".encode())
    for file in sorted(texts):
        state.update(f"\n{file} {len(texts[file])}\n".encode() + texts[file])
    return f"{what}-{state.hexdigest()[:32]}.json"
