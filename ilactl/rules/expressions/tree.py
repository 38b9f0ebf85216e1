"""The checked-in shape of an expression: a small immutable tree, and nothing of any engine in it.

Every node knows where it stands in the user's text: `position` counts characters from 0. Where a
node stands is no part of what it means, so equality and digests leave it out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias, TypedDict

from msgspec import Struct

from ilactl.rules.values import Value

__all__ = [
    "And",
    "Arithmetic",
    "Between",
    "Case",
    "Coalesce",
    "Compare",
    "Extreme",
    "In",
    "InGroup",
    "IsNull",
    "Literal",
    "Name",
    "Negate",
    "Node",
    "Not",
    "Or",
    "Stretch",
    "Value",
    "children",
    "names_in",
    "walk",
]


class Stretch(TypedDict):
    """A stretch of the user's text, as the nodes take it."""

    position: int
    length: int


class _Placed(Struct, frozen=True, kw_only=True, eq=False):
    """Two nodes are equal where they mean the same, wherever they stand."""

    position: int = 0
    length: int = 0

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self._meaning() == other._meaning()

    def __hash__(self) -> int:
        return hash((type(self), self._meaning()))

    def _meaning(self) -> tuple[object, ...]:
        names = self.__struct_fields__
        return tuple(getattr(self, name) for name in names if name not in ("position", "length"))


class Literal(_Placed, frozen=True):
    """A constant. `text` is a number's canonical writing (`500.00` stays so); empty for the others."""

    value: Value
    text: str = ""


class Name(_Placed, frozen=True):
    """A fact, a sum of the ledger or a dated constant. Both parts match `[a-z][a-z0-9_]*`."""

    qualifier: str | None
    name: str

    @property
    def full(self) -> str:
        """`age`, `balance.own`: the key under which its type and value are given."""
        return f"{self.qualifier}.{self.name}" if self.qualifier else self.name


class Not(_Placed, frozen=True):
    """Turns true and false round; unknown stays unknown."""

    operand: Node


class And(_Placed, frozen=True):
    """False where one operand is false, whatever is unknown beside it."""

    operands: tuple[Node, ...]


class Or(_Placed, frozen=True):
    """True where one operand is true, whatever is unknown beside it."""

    operands: tuple[Node, ...]


class Compare(_Placed, frozen=True):
    """`op` is one of = <> < <= > >=."""

    op: str
    left: Node
    right: Node


class Arithmetic(_Placed, frozen=True):
    """`op` is one of + - * /. A divisor that is not above zero makes the result unknown."""

    op: str
    left: Node
    right: Node


class Negate(_Placed, frozen=True):
    """The same number with the other sign."""

    operand: Node


class Case(_Placed, frozen=True):
    """The first branch whose condition holds. An unknown condition met before makes it unknown."""

    branches: tuple[tuple[Node, Node], ...]
    otherwise: Node


class Extreme(_Placed, frozen=True):
    """`op` is LEAST or GREATEST. Unknown as soon as one operand is."""

    op: str
    operands: tuple[Node, ...]


class Coalesce(_Placed, frozen=True):
    """The first operand that is known: what decides where a fact may be missing."""

    operands: tuple[Node, ...]


class IsNull(_Placed, frozen=True):
    """Whether the operand is unknown (`known` False) or known (`known` True). Never unknown itself."""

    operand: Node
    known: bool


class In(_Placed, frozen=True):
    """Whether the operand equals one of the constants."""

    operand: Node
    options: tuple[Literal, ...]


class Between(_Placed, frozen=True):
    """`operand >= low AND operand <= high`."""

    operand: Node
    low: Node
    high: Node


class InGroup(_Placed, frozen=True):
    """Whether the text fact `groups`, words with spaces between them, holds the word."""

    group: str


Node: TypeAlias = (
    Literal
    | Name
    | Not
    | And
    | Or
    | Compare
    | Arithmetic
    | Negate
    | Case
    | Extreme
    | Coalesce
    | IsNull
    | In
    | Between
    | InGroup
)

GROUPS = "groups"
"""The fact that `in_group` reads."""


def children(node: Node) -> tuple[Node, ...]:
    """The node's parts in the order in which they are written."""
    match node:
        case Literal() | Name() | InGroup():
            return ()
        case Not(operand) | Negate(operand) | IsNull(operand, _):
            return (operand,)
        case And(operands) | Or(operands) | Extreme(_, operands) | Coalesce(operands):
            return operands
        case Compare(_, left, right) | Arithmetic(_, left, right):
            return (left, right)
        case Case(branches, otherwise):
            return (*(part for branch in branches for part in branch), otherwise)
        case In(operand, options):
            return (operand, *options)
        case Between(operand, low, high):
            return (operand, low, high)


def walk(node: Node) -> Iterator[Node]:
    """The node and everything below it, parents first, in the order of the text."""
    waiting = [node]
    while waiting:
        found = waiting.pop()
        yield found
        waiting.extend(reversed(children(found)))


def names_in(node: Node) -> set[str]:
    """Every name the expression reads, `groups` included where `in_group` stands."""
    names = set()
    for part in walk(node):
        if isinstance(part, Name):
            names.add(part.full)
        elif isinstance(part, InGroup):
            names.add(GROUPS)
    return names
