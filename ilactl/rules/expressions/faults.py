"""What can be wrong with an expression: the kinds, one fault, and the exception that carries them all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from ilactl.findings import Finding, Kind, Place

__all__ = [
    "DIVISOR",
    "FORBIDDEN",
    "LIMIT",
    "NAME",
    "NEGATIVE",
    "NUMBER",
    "SYNTAX",
    "TYPE",
    "UNDECIDED",
    "VALUE",
    "WIDE",
    "ExpressionFault",
    "Fault",
    "nearest",
]

SYNTAX = Kind(
    "EXPRESSION-SYNTAX",
    "An expression of a rule cannot be read.",
    "write one plain expression such as 500.00 * hours_worked / reference_hours",
)
FORBIDDEN = Kind(
    "EXPRESSION-FORBIDDEN",
    "An expression holds something that rules may not use.",
    "rules know + - * /, comparisons, AND, OR, NOT, IN, BETWEEN, IS NULL, CASE, LEAST, GREATEST, "
    "COALESCE and in_group('name')",
)
NAME = Kind(
    "EXPRESSION-NAME",
    "An expression names something that does not exist or cannot be a name.",
    "declare it under [facts] or [values], or use one of the names that 'ilactl rules show' lists",
)
NUMBER = Kind(
    "EXPRESSION-NUMBER",
    "A number in an expression is not written plainly.",
    "write plain digits with a point, such as 1607 or 500.00",
)
TYPE = Kind(
    "EXPRESSION-TYPE",
    "Parts of an expression do not go together; nothing is ever converted silently.",
    "compare and combine like with like",
)
VALUE = Kind(
    "EXPRESSION-VALUE",
    "A text in an expression is none of those the fact can have, so the comparison could never hold.",
    "use one of the texts the fact can have",
)
UNDECIDED = Kind(
    "EXPRESSION-UNDECIDED",
    "An expression would silently come out unknown.",
    "say what holds otherwise: write ELSE and a value",
)
DIVISOR = Kind(
    "EXPRESSION-DIVISOR",
    "A divisor can never be above zero.",
    "divide by something that is above zero",
)
NEGATIVE = Kind(
    "EXPRESSION-NEGATIVE",
    "An amount or a limit could come out below zero.",
    "write GREATEST(0.00, …) around it",
)
WIDE = Kind(
    "EXPRESSION-WIDE",
    "An expression can reach numbers too wide to compute exactly.",
    "put LEAST(…) around the large part, or declare the facts narrower, such as decimal(9,2)",
)
LIMIT = Kind(
    "EXPRESSION-LIMIT",
    "An expression is larger than one that a person can check.",
    "split it: name a part as a rule of its own, or use [values]",
)


class Fault(Struct, frozen=True):
    """One fault: where in the expression's text (characters from 0), of which kind, and what to do."""

    position: int
    length: int
    kind: Kind
    message: str
    remedy: str

    @property
    def code(self) -> str:
        """The kind's code, as it stands in the error catalogue."""
        return self.kind.code

    def at(self, place: Place) -> Finding:
        """The fault as a finding at the place in the rule file that its position was turned into."""
        return self.kind.at(place, self.message, self.remedy)


def fault(kind: Kind, position: int, length: int, message: str, remedy: str = "") -> Fault:
    """A fault whose remedy is the kind's own unless a better one is known."""
    return Fault(position, length, kind, message, remedy or kind.remedy)


class ExpressionFault(Exception):
    """An expression cannot be used. `faults` holds everything found, by position.

    Never shown as it is: the reader of the rule files turns each fault into a finding.
    """

    def __init__(self, faults: Sequence[Fault]) -> None:
        """Keep the faults in the order of the text, each once."""
        self.faults = tuple(sorted(dict.fromkeys(faults), key=lambda f: (f.position, f.length, f.message)))
        super().__init__("; ".join(f.message for f in self.faults))


def nearest(word: str, known: Iterable[str]) -> str:
    """` (did you mean x?)`, or nothing where no known word is near."""
    from difflib import get_close_matches

    found = get_close_matches(word[:80], list(known), n=1, cutoff=0.6)
    return f"; did you mean {found[0]}?" if found else ""
