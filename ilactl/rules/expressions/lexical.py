"""What the text of an expression may be made of, tested before any parser sees it.

No grammar stands here: only which characters may occur outside quotes. It closes the doors that
the engine's parser leaves open (comments, which swallow the rest of the text; a second
statement; quoted names; parameters; spaces that are none and shift every position), and
afterwards proves that no word of the text was lost on the way into the tree.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Set

from msgspec import Struct

from ilactl.rules.expressions.faults import FORBIDDEN, LIMIT, SYNTAX, Fault, fault

__all__ = ["FUNCTIONS", "MAX_NESTING", "MAX_TEXT", "lost_words", "text_faults"]

MAX_TEXT = 8000
"""Characters an expression may have."""

MAX_NESTING = 100
"""Brackets that may be open at once."""

KEYWORDS = frozenset(
    [
        "AND",
        "BETWEEN",
        "CASE",
        "DATE",
        "ELSE",
        "END",
        "FALSE",
        "IN",
        "IS",
        "NOT",
        "NULL",
        "OR",
        "THEN",
        "TRUE",
        "WHEN",
    ]
)
"""The words of the language that are no names."""

FUNCTIONS = frozenset({"least", "greatest", "coalesce", "in_group"})
"""The functions of the language, as the parser spells them."""

_TOKEN = re.compile(
    r"(?P<comment>--|/\*|\*/)"
    r"|(?P<prefixed>[A-Za-z0-9_]+')"
    r"|(?P<text>'(?:[^']|'')*(?P<closed>'|\Z))"
    r"|(?P<word>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<plain>[ \t\r\n0-9.,+\-*/<>=!])"
    r"|(?P<open>\()|(?P<close>\))"
    r"|(?P<quoted>\"[^\"]*\"?)"
    r"|(?P<other>.)",
    re.DOTALL,
)
_CASE_OF = re.compile(
    r"(?<![A-Za-z0-9_.])CASE\b(?!\s+(?:[A-Za-z_][A-Za-z0-9_.]*\s+)?WHEN\b)", re.ASCII | re.IGNORECASE
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_OTHERS = {
    '"': ("a quoted name is not used in rules", "write names bare, text in single quotes"),
    ";": ("a rule holds one expression, so no semicolon", "leave the semicolon out"),
    "?": ("a rule takes no parameters", "name a fact or a value"),
    "$": ("a rule takes no parameters", "name a fact or a value"),
}
_MANY = 20


class _Token(Struct, frozen=True):
    kind: str
    text: str
    position: int
    closed: bool


def _tokens(text: str) -> Iterator[_Token]:
    for match in _TOKEN.finditer(text):
        yield _Token(match.lastgroup or "", match.group(), match.start(), match.group("closed") == "'")


def text_faults(text: str) -> list[Fault]:
    """Everything wrong with the text as text; empty where it may go to the parser."""
    if len(text) > MAX_TEXT:
        message = f"the expression has {len(text)} characters; MAX_TEXT is {MAX_TEXT}"
        return [fault(LIMIT, MAX_TEXT, len(text) - MAX_TEXT, message)]
    if not text.strip(" \t\r\n"):
        return [fault(SYNTAX, 0, len(text), "the expression is empty")]
    found = _case_faults(text)
    brackets: list[int] = []
    for token in _tokens(text):
        if token.kind == "open":
            brackets.append(token.position)
            if len(brackets) == MAX_NESTING + 1:
                message = f"more than {MAX_NESTING} brackets are open at once (MAX_NESTING)"
                found.append(fault(LIMIT, token.position, 1, message))
        elif token.kind == "close":
            if not brackets:
                return [
                    *found,
                    fault(SYNTAX, token.position, 1, "this bracket was never opened", "take it out"),
                ]
            brackets.pop()
        elif (wrong := _token_fault(token)) is not None:
            found.append(wrong)
        if len(found) >= _MANY:
            break
    if brackets and not found:
        found.append(
            fault(SYNTAX, brackets[-1], 1, "this bracket is never closed", "write the closing bracket")
        )
    return found


def _case_faults(text: str) -> list[Fault]:
    """The parser copies what stands between CASE and WHEN once per WHEN: nested, that has no end."""
    bare = "".join(" " * len(token.text) if token.kind == "text" else token.text for token in _tokens(text))
    message = "between CASE and WHEN stands nothing, or one name"
    remedy = "write CASE WHEN and the whole condition"
    return [fault(SYNTAX, m.start(), 4, message, remedy) for m in _CASE_OF.finditer(bare)][:_MANY]


def _token_fault(token: _Token) -> Fault | None:
    position, length = token.position, len(token.text)
    if token.kind == "comment":
        message = f"{token.text} begins or ends a comment; a rule's expression holds none"
        remedy = "put the comment after # in the rule file; write two minus signs apart, as in 1 - (-2)"
        return fault(FORBIDDEN, position, length, message, remedy)
    if token.kind == "prefixed":
        message = f"a quote must not follow {token.text[:-1]} directly"
        return fault(
            SYNTAX, position, length, message, "put a space before the quote, as in DATE '2026-01-01'"
        )
    if token.kind == "text":
        if not token.closed:
            return fault(
                SYNTAX,
                position,
                1,
                "the text has no closing quote",
                "close it with '; write '' for one inside",
            )
        control = _CONTROL.search(token.text)
        if control:
            message = f"the text holds the control or invisible character U+{ord(control.group()):04X}"
            return fault(SYNTAX, position + control.start(), 1, message, "take the character out")
        return None
    if token.kind not in ("quoted", "other"):
        return None
    message, remedy = _OTHERS.get(token.text[0], ("", ""))
    if not message and not token.text.isascii():
        message = f"the character U+{ord(token.text):04X} cannot stand outside quotes"
        remedy = "names are small ASCII letters, digits and underscores; text stands in single quotes"
    return fault(FORBIDDEN, position, length, message or f"{token.text!r} is not used in rules", remedy)


def lost_words(text: str, tree_words: Set[str]) -> list[Fault]:
    """A fault for every word of the text that neither the tree holds nor the small language knows.

    Two equal trees may come from different texts: the parser rewrites `ifnull`, `LIKE`,
    `ISNULL`. A rule says what it means in the words of the manual, or is refused.
    """
    found = []
    for token in _tokens(text):
        if token.kind != "word" or token.text in tree_words or token.text.upper() in KEYWORDS:
            continue
        if token.text.lower() in tree_words & FUNCTIONS:
            continue
        found.append(fault(FORBIDDEN, token.position, len(token.text), f"{token.text} is not used in rules"))
    return found
