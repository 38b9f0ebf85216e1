"""The cells' grammar for the batch engine: the same verdict as `columns.fault_of`, as SQL.

Made from the same patterns, so the two gaits cannot drift apart; a property test holds them
together. RE2, the engine's dialect, differs from Python's in how it writes code points and in
what white space is.
"""

from __future__ import annotations

import re
from itertools import permutations

from ilactl.ledger.grammar import (
    MAX_TEXT,
    ORGANISATION_KINDS,
    Column,
    Grammar,
    control_pattern,
    pattern_of,
    words_of,
)

__all__ = ["fault_sql", "identifier", "literal"]

_SPACE = r"\t-\r\x1c-\x20\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}"
"""White space as Python's `str.strip` and `\\s` know it."""


def literal(text: str) -> str:
    """A string literal of SQL."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """A quoted identifier: `from`, `to` and `of` are words of SQL."""
    return '"' + name.replace('"', '""') + '"'


def fault_sql(column: Column, cell: str) -> str:
    """A condition that holds where the cell (SQL text, NULL for empty) is not acceptable. Never NULL."""
    empty = "TRUE" if column.required else "FALSE"
    return (
        f"CASE WHEN {cell} IS NULL THEN {empty}"
        f" WHEN regexp_matches({cell}, {literal(_re2(control_pattern()))}) THEN TRUE"
        f" ELSE NOT ({_good(column.grammar, cell)}) END"
    )


def _good(grammar: Grammar, cell: str) -> str:
    pattern = pattern_of(grammar)
    if pattern is not None:
        return f"regexp_full_match({cell}, {literal(_re2(pattern))})"
    if grammar is Grammar.DATE:
        return _good_date(cell)
    if grammar is Grammar.DATE_OR_NEVER:
        return f"{cell} = 'never' OR ({_good_date(cell)})"
    if grammar is Grammar.ISCED:
        return f"regexp_full_match({cell}, '[0-8]')"
    if words := words_of(grammar):
        return _one_of(cell, words)
    if grammar is Grammar.ORGANISATION_KINDS:
        given = [
            " ".join(words)
            for size in range(1, len(ORGANISATION_KINDS) + 1)
            for words in permutations(ORGANISATION_KINDS, size)
        ]
        return _one_of(cell, given)
    if grammar is Grammar.TEXT:
        edge = literal(rf"^[{_SPACE}]|[{_SPACE}]$")
        return (
            f"length({cell}) <= {MAX_TEXT} AND NOT regexp_matches({cell}, {edge})"
            f" AND NOT regexp_matches({cell}, '^[=+@-]')"
        )
    raise AssertionError(f"grammar {grammar} has no SQL")


def _good_date(cell: str) -> str:
    # The cast alone would take 2026/01/05 and infinity; the year 0000 is no year of Python's.
    return (
        f"regexp_full_match({cell}, '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}') AND NOT starts_with({cell}, '0000')"
        f" AND TRY_CAST({cell} AS DATE) IS NOT NULL"
    )


def _one_of(cell: str, words: list[str] | tuple[str, ...]) -> str:
    return f"{cell} IN ({', '.join(literal(word) for word in words)})"


def _re2(pattern: str) -> str:
    # Surrogates cannot stand in UTF-8, and RE2 refuses to name them.
    pattern = pattern.replace(r"\ud800-\udfff", "").replace(r"\s", _SPACE)
    code_point = r"\\u([0-9a-f]{4})|\\x([0-9a-f]{2})|\\U([0-9a-f]{8})"
    return re.sub(code_point, lambda m: rf"\x{{{m[1] or m[2] or m[3]}}}", pattern)
