"""The slow walk over a tree: every intermediate value, and which facts left the result unknown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from msgspec import Struct

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
    Value,
)
from ilactl.rules.values import show_value

__all__ = ["Outcome", "Step", "traced"]


class Step(Struct, frozen=True):
    """One sub-expression as canonical text, with its value; None is unknown, `note` may say why."""

    text: str
    value: Value | None
    note: str = ""


class Outcome(Struct, frozen=True):
    """What an expression came to.

    Where `value` is None, `missing` names the unknown facts that decided so, in the order met,
    and `notes` says what else did, such as `divisor reference_hours is 0`.
    """

    value: Value | None
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    trace: tuple[Step, ...] = ()


class _Found(Struct, frozen=True):
    """A value; where it is None, the facts and the notes that made it so (dicts keep their order)."""

    value: Any
    missing: Mapping[str, None]
    notes: Mapping[str, None]


_NONE: Mapping[str, None] = {}


def _known(value: Any) -> _Found:
    return _Found(value, _NONE, _NONE)


def _open(parts: Iterable[_Found]) -> _Found:
    """Unknown by all the unknown ones of the parts."""
    missing: dict[str, None] = {}
    notes: dict[str, None] = {}
    for part in parts:
        if part.value is None:
            missing.update(part.missing)
            notes.update(part.notes)
    return _Found(None, missing, notes)


def traced(node: Node, facts: Mapping[str, Value | int | None], *, steps: bool) -> Outcome:
    """The outcome with what decided it; with every step in order of evaluation where asked for."""
    walk = _Walk(facts, steps)
    found = walk.of(node)
    return Outcome(found.value, tuple(found.missing), tuple(found.notes), tuple(walk.steps.values()))


class _Walk:
    def __init__(self, facts: Mapping[str, Value | int | None], steps: bool) -> None:
        self.facts = facts
        self.wanted = steps
        self.steps: dict[str, Step] = {}

    def of(self, node: Node) -> _Found:
        found = self._of(node)
        if self.wanted and not isinstance(node, Literal):
            text = text_of(node)
            note = next(iter(found.notes), "") if isinstance(node, Arithmetic) else ""
            self.steps.setdefault(text, Step(text, found.value, note))
        return found

    def _of(self, node: Node) -> _Found:
        match node:
            case Literal(value):
                return _known(value)
            case Name():
                return self._fact(node.full)
            case InGroup(group):
                words = self._fact(GROUPS)
                return words if words.value is None else _known(group in str(words.value).split(" "))
            case Not(operand):
                inner = self.of(operand)
                return inner if inner.value is None else _known(not inner.value)
            case And(operands) | Or(operands):
                return self._junction(operands, isinstance(node, Or))
            case Compare(op, left, right):
                return self._strict([self.of(left), self.of(right)], lambda a, b: _holds(a, op, b))
            case Between(operand, low, high):
                return self._between(operand, low, high)
            case In(operand, options):
                listed = [option.value for option in options]
                return self._strict([self.of(operand)], lambda value: value in listed)
            case IsNull(operand, known):
                return _known((self.of(operand).value is not None) is known)
            case Negate(operand):
                return self._strict([self.of(operand)], lambda value: -value)
            case Arithmetic():
                return self._arithmetic(node)
            case Extreme(op, operands):
                pick = min if op == "LEAST" else max
                return self._strict([self.of(part) for part in operands], lambda *values: pick(values))
            case Coalesce(operands):
                return self._coalesce(operands)
            case Case(branches, otherwise):
                return self._case(branches, otherwise)

    def _fact(self, name: str) -> _Found:
        value = self.facts.get(name)
        if value is None:
            return _Found(None, {name: None}, _NONE)
        return _known(Fraction(value) if type(value) is int else value)

    def _strict(self, parts: list[_Found], join: Any) -> _Found:
        if any(part.value is None for part in parts):
            return _open(parts)
        return _known(join(*(part.value for part in parts)))

    def _junction(self, operands: tuple[Node, ...], deciding: bool) -> _Found:
        met = []
        for operand in operands:
            found = self.of(operand)
            if found.value is deciding:
                return found
            met.append(found)
        return _open(met) if any(found.value is None for found in met) else _known(not deciding)

    def _between(self, operand: Node, low: Node, high: Node) -> _Found:
        value, *ends = (self.of(part) for part in (operand, low, high))
        tests = [
            self._strict([value, end], lambda a, b, op=op: _holds(a, op, b))
            for op, end in zip((">=", "<="), ends, strict=True)
        ]
        if any(test.value is False for test in tests):
            return _known(False)
        return _open(tests) if any(test.value is None for test in tests) else _known(True)

    def _arithmetic(self, node: Arithmetic) -> _Found:
        left, right = self.of(node.left), self.of(node.right)
        if node.op == "/" and right.value is not None and right.value <= 0:
            note = f"divisor {text_of(node.right)} is {show_value(right.value)}"
            return _open([left, _Found(None, _NONE, {note: None})])
        return self._strict([left, right], lambda a, b: _computed(a, node.op, b))

    def _coalesce(self, operands: tuple[Node, ...]) -> _Found:
        met = []
        for operand in operands:
            found = self.of(operand)
            if found.value is not None:
                return found
            met.append(found)
        return _open(met)

    def _case(self, branches: tuple[tuple[Node, Node], ...], otherwise: Node) -> _Found:
        for when, then in branches:
            holds = self.of(when)
            if holds.value is None:
                return holds
            if holds.value:
                return self.of(then)
        return self.of(otherwise)


def _holds(left: Any, op: str, right: Any) -> bool:
    if op in ("=", "<>"):
        return bool((left == right) is (op == "="))
    if op in ("<", ">="):
        return bool((left < right) is (op == "<"))
    return bool((left > right) is (op == ">"))


def _computed(left: Any, op: str, right: Any) -> Any:
    if op == "+":
        return left + right
    if op == "-":
        return left - right
    return left * right if op == "*" else left / right
