"""Types and bounds of a tree: what it may compare, how large it can get, whether it can go below zero."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Literal as OneOf
from typing import TypeAlias

from msgspec import Struct, field

from ilactl.findings import Kind
from ilactl.rules.expressions import faults as kinds
from ilactl.rules.expressions import ratio
from ilactl.rules.expressions.faults import ExpressionFault, Fault, fault, nearest
from ilactl.rules.expressions.lower import Lowered, lower
from ilactl.rules.expressions.ratio import Ratio
from ilactl.rules.expressions.rope import MAX_SQL
from ilactl.rules.expressions.text import text_of
from ilactl.rules.expressions.tree import (
    GROUPS,
    And,
    Arithmetic,
    Between,
    Case,
    Coalesce,
    Compare,
    Extreme,
    In,
    InGroup,
    IsNull,
    Literal,
    Name,
    Negate,
    Node,
    Not,
    Or,
    names_in,
)
from ilactl.rules.expressions.types import Bool, Date, Number, Text, Type
from ilactl.rules.expressions.whole import TooWide

__all__ = ["Checked", "Want", "check_expression"]

Want: TypeAlias = OneOf["bool", "number", "text", "date"]

_WANTED: dict[Want, tuple[type[Type], str]] = {
    "bool": (Bool, Bool.called),
    "number": (Number, Number.called),
    "text": (Text, Text.called),
    "date": (Date, Date.called),
}


_CLOCK = ("current_date", "current_timestamp", "current_time", "localtime", "localtimestamp", "now", "today")
"""Names by which SQL asks the clock."""


class Checked(Struct, frozen=True, eq=False):
    """A tree whose types agree and whose every value can be computed exactly.

    `types` holds the names it reads; `scale` is the greatest scale it may be rounded to.
    """

    node: Node
    want: Want
    types: Mapping[str, Type]
    scale: int
    lowered: Lowered
    ready: dict[str, object] = field(default_factory=dict)
    """What evaluation prepares once, and which names it reads; nothing else may lie here."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names it reads, sorted."""
        return tuple(sorted(self.types))


def check_expression(
    node: Node,
    names: Mapping[str, Type],
    *,
    want: Want,
    lower_bound: bool = False,
    scale: int = 2,
) -> Checked:
    """The tree with its types, checked against the declared names.

    `want` is what the rule's key needs; `lower_bound` forbids results below zero; `scale` is the
    unit's, to which a number will be rounded. Raises ExpressionFault with everything found.
    """
    typing = _Typing(names)
    got = typing.of(node)
    wanted, called = _WANTED[want]
    if got is not None and not isinstance(got, wanted):
        typing.note(kinds.TYPE, node, f"this is {got.called}, where {called} is needed", f"write {called}")
    if typing.faults:
        raise ExpressionFault(typing.faults)
    used = {name: names[name] for name in sorted(names_in(node))}
    lowered = _bounded(node, lower(node, used), lower_bound, scale)
    return Checked(node, want, used, scale, lowered)


def _bounded(node: Node, lowered: Lowered, lower_bound: bool, scale: int) -> Lowered:
    if isinstance(lowered, Ratio):
        if lower_bound and lowered.lo < 0:
            message = "the amount can be negative"
            raise ExpressionFault([fault(kinds.NEGATIVE, node.position, node.length, message)])
        try:
            lowered = ratio.limited(lowered)
            size = ratio.rounded(lowered, scale, "half_up").size
        except TooWide:
            message = "the result can reach numbers too wide to compute exactly"
            raise ExpressionFault([fault(kinds.WIDE, node.position, node.length, message)]) from None
    else:
        size = lowered.body.size
    if size > MAX_SQL:
        message = f"the expression grows to more than {MAX_SQL} characters of SQL (MAX_SQL)"
        remedy = "nest CASE, LEAST, GREATEST and COALESCE less deeply, above all inside conditions"
        raise ExpressionFault([fault(kinds.LIMIT, node.position, node.length, message, remedy)])
    return lowered


class _Typing:
    """One walk over the tree. A part that is at fault has the type None and causes no second fault."""

    def __init__(self, names: Mapping[str, Type]) -> None:
        self.names = names
        self.faults: list[Fault] = []

    def note(self, kind: Kind, node: Node, message: str, remedy: str = "") -> None:
        self.faults.append(fault(kind, node.position, node.length, message, remedy))

    def of(self, node: Node) -> Type | None:
        match node:
            case Literal(value):
                return _type_of(value)
            case Name():
                return self._name(node, node.full)
            case InGroup(group):
                self._group(node, group)
                return Bool()
            case Not(operand):
                self._need(Bool, [operand], "NOT turns a condition round")
                return Bool()
            case And(operands) | Or(operands):
                self._need(Bool, operands, f"{'AND' if isinstance(node, And) else 'OR'} joins conditions")
                return Bool()
            case Compare(op, left, right):
                self._alike(node, [left, right], "compared", op not in ("=", "<>"))
                return Bool()
            case Between(operand, low, high):
                self._alike(node, [operand, low, high], "compared", True)
                return Bool()
            case In(operand, options):
                got = self.of(operand)
                for option in options:
                    self._agree(option, [(operand, got), (option, _type_of(option.value))], "compared", False)
                return Bool()
            case IsNull(operand, _):
                self.of(operand)
                return Bool()
            case Negate(operand):
                return self._need(Number, [operand], "a minus sign stands before a number")
            case Arithmetic(op, left, right):
                return self._need(Number, [left, right], f"{op} joins numbers")
            case Extreme(op, operands):
                return self._alike(node, operands, f"taken together in {op}", True)
            case Coalesce(operands):
                return self._alike(node, operands, "taken together in COALESCE", False)
            case Case(branches, otherwise):
                self._need(Bool, [when for when, _ in branches], "WHEN takes a condition")
                return self._alike(
                    node, [*(then for _, then in branches), otherwise], "results of one CASE", False
                )

    def _name(self, node: Node, full: str) -> Type | None:
        found = self.names.get(full)
        if found is None:
            if full in _CLOCK:
                message = f"nothing is called {full}: what a rule gives never depends on the day it is run"
                self.note(kinds.NAME, node, message, "compare with a day, as in DATE '2026-01-31'")
            else:
                self.note(kinds.NAME, node, f"nothing is called {full}{nearest(full, self.names)}")
        return found

    def _group(self, node: Node, group: str) -> None:
        found = self._name(node, GROUPS)
        if found is not None and not isinstance(found, Text):
            self.note(kinds.TYPE, node, f"in_group reads the text {GROUPS}, which is {found.called} here")
        elif isinstance(found, Text) and found.allowed is not None and group not in found.allowed:
            self.note(kinds.VALUE, node, f"there is no group {group}{nearest(group, found.allowed)}")

    def _need(self, wanted: type[Bool] | type[Number], nodes: Sequence[Node], why: str) -> Type | None:
        good: Type | None = None
        for node in nodes:
            got = self.of(node)
            if got is None or isinstance(got, wanted):
                good = good or got
                continue
            self.note(
                kinds.TYPE, node, f"{text_of(node)[:60]} is {got.called}; {why}", f"put {wanted.called} there"
            )
        return good

    def _alike(self, node: Node, nodes: Sequence[Node], what: str, ordered: bool) -> Type | None:
        return self._agree(node, [(part, self.of(part)) for part in nodes], what, ordered)

    def _agree(
        self, node: Node, parts: Sequence[tuple[Node, Type | None]], what: str, ordered: bool
    ) -> Type | None:
        """All of one type. Where texts of closed lists meet, they must have one in common."""
        known = [(part, got) for part, got in parts if got is not None]
        if not known:
            return None
        first_node, first = known[0]
        for part, got in known[1:]:
            if type(got) is not type(first):
                message = (
                    f"{text_of(first_node)[:60]} is {first.called} and {text_of(part)[:60]} is {got.called}: "
                    f"they cannot be {what}"
                )
                remedy = "numbers stand without quotes, texts in single quotes, days as DATE '2026-01-31'"
                self.note(kinds.TYPE, part, message, remedy)
                return None
        if ordered and not isinstance(first, Number | Date):
            message = f"{text_of(first_node)[:60]} is {first.called}: only numbers and dates have an order"
            self.note(kinds.TYPE, node, message, "use =, <>, IN, AND, OR or NOT")
            return None
        if what == "compared":
            self._sensible(known)
        return self._texts(known, what) if isinstance(first, Text) else first

    def _sensible(self, known: Sequence[tuple[Node, Type]]) -> None:
        """A share is not compared with a percentage, nor the list of groups with one of them."""
        for name in (part for part, _ in known if isinstance(part, Name)):
            if name.full == GROUPS:
                message = "groups holds all of a person's groups, so it is rarely equal to one"
                self.note(kinds.VALUE, name, message, "ask for one with in_group('name')")
        shares = [(part, got) for part, got in known if isinstance(part, Name) and _is_share(part, got)]
        for part, _ in known:
            if shares and isinstance(part, Literal) and isinstance(part.value, Fraction) and part.value > 10:
                message = f"{text_of(shares[0][0])[:60]} is a share and never near {text_of(part)[:60]}"
                self.note(kinds.VALUE, part, message, "write 0.80 for 80 percent")

    def _texts(self, known: Sequence[tuple[Node, Type]], what: str) -> Type:
        lists = [(part, got.allowed) for part, got in known if isinstance(got, Text)]
        if what == "compared":
            closed = [(part, allowed) for part, allowed in lists if allowed is not None]
            if len(closed) == 2 and not set(closed[0][1]) & set(closed[1][1]):
                (one, wide), (other, few) = sorted(closed, key=lambda item: isinstance(item[0], Literal))
                near = nearest(few[0], wide) if isinstance(other, Literal) else ""
                message = f"{text_of(one)[:60]} is never {text_of(other)[:60]}{near}"
                self.note(kinds.VALUE, other, message, f"it can be {', '.join(wide)}"[:300])
        if any(allowed is None for _, allowed in lists):
            return Text()
        return Text(tuple(dict.fromkeys(word for _, allowed in lists for word in allowed or ())))


def _is_share(name: Name, got: Type) -> bool:
    """A fact below ten with decimals, such as decimal(5,4); a dated value may grow."""
    small = isinstance(got, Number) and got.lo >= 0 and got.hi < 10 and got.scale > 0
    return small and not name.full.startswith("value.")


def _type_of(value: object) -> Type:
    if isinstance(value, bool):
        return Bool()
    if isinstance(value, str):
        return Text((value,))
    return Number(value, value, 0) if isinstance(value, Fraction) else Date()
