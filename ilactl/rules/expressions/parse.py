"""From text to tree: DuckDB's parser reads the text, this module lets through what rules may say.

The parser's JSON is no stable contract, so everything in it is tested for and whatever is not
known is refused by its name. Nothing is bound, run or looked up.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ilactl.rules.expressions.convert import MAX_DEPTH, Conversion
from ilactl.rules.expressions.faults import FORBIDDEN, LIMIT, SYNTAX, ExpressionFault, Fault, fault
from ilactl.rules.expressions.lexical import lost_words, text_faults
from ilactl.rules.expressions.tree import Literal, Node

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["parse_expression"]

_PREFIX = "SELECT "
_ENGINE_DEPTH = 250
_MARKS = re.compile(r"[0-9],[0-9]")
"""Where a comma may be meant as a mark of a number."""

_CLAUSES = {
    "where_clause": "WHERE",
    "group_expressions": "GROUP BY",
    "group_sets": "GROUP BY",
    "having": "HAVING",
    "sample": "SAMPLE",
    "qualify": "QUALIFY",
    "modifiers": "DISTINCT, ORDER BY or LIMIT",
}


def parse_expression(text: str) -> Node:
    """The tree of exactly one expression.

    Raises ExpressionFault with everything found wrong; positions count characters of `text`.
    """
    found = text_faults(text)
    if found:
        raise ExpressionFault(found)
    conversion = Conversion(text)
    raw = _only_item(_serialized(text), text)
    node = conversion.convert(raw)
    if not conversion.faults:
        conversion.faults.extend(lost_words(text, conversion.words))
    if conversion.faults:
        raise ExpressionFault(conversion.faults)
    return node if node is not None else Literal(False)  # None only beside a fault


@lru_cache(maxsize=1)
def _parser() -> DuckDBPyConnection:
    import duckdb

    connection = duckdb.connect(":memory:", config={"threads": 1, "enable_external_access": False})
    connection.execute(f"SET max_expression_depth TO {_ENGINE_DEPTH}")
    return connection


def _serialized(text: str) -> dict[str, Any]:
    """What the parser made of the text. It parses only; the text is never run."""
    import duckdb

    try:
        row = _parser().execute("SELECT json_serialize_sql(?)", [_PREFIX + text]).fetchone()
        answer = json.loads(row[0]) if row else None
    except RecursionError:
        raise ExpressionFault([_too_deep(text)]) from None
    except duckdb.Error as error:
        raise ExpressionFault([_unreadable(text, str(error), None)]) from None
    if not isinstance(answer, dict) or answer.get("error"):
        reported = answer if isinstance(answer, dict) else {}
        message, position = str(reported.get("error_message", "")), str(reported.get("position", ""))
        if "max_expression_depth" in message:
            raise ExpressionFault([_too_deep(text)])
        raise ExpressionFault([_unreadable(text, message, int(position) if position.isdigit() else None)])
    return answer


def _only_item(answer: dict[str, Any], text: str) -> Any:
    """The one expression of the one statement; anything beside it is a fault."""
    statements = answer.get("statements") or []
    if len(statements) != 1:
        raise ExpressionFault([_whole(text, "a rule holds one expression, not several statements")])
    node = statements[0].get("node") or {}
    if node.get("type") != "SELECT_NODE":
        raise ExpressionFault([_whole(text, f"{node.get('type')} is not used in rules")])
    for clause, called in _CLAUSES.items():
        if node.get(clause):
            raise ExpressionFault([_whole(text, f"{called} is not used in rules")])
    source = (node.get("from_table") or {}).get("type")
    if source != "EMPTY" or (node.get("cte_map") or {}).get("map") or statements[0].get("named_param_map"):
        raise ExpressionFault(
            [_whole(text, "an expression reads facts, not tables: FROM is not used in rules")]
        )
    if node.get("aggregate_handling") != "STANDARD_HANDLING":
        raise ExpressionFault([_whole(text, f"{node.get('aggregate_handling')} is not used in rules")])
    items = node.get("select_list") or []
    if len(items) != 1:
        message = f"a rule holds one expression, not {len(items)} with commas between them"
        remedy = "write a point before decimals, and no mark between thousands" if _MARKS.search(text) else ""
        raise ExpressionFault([fault(FORBIDDEN, 0, len(text), message, remedy)])
    return items[0]


def _whole(text: str, message: str) -> Fault:
    return fault(FORBIDDEN, 0, len(text), message)


def _too_deep(text: str) -> Fault:
    return fault(LIMIT, 0, len(text), f"the expression is nested more than {MAX_DEPTH} deep (MAX_DEPTH)")


def _unreadable(text: str, message: str, position: int | None) -> Fault:
    """The parser's complaint in our words, at the character where it stopped."""
    if position is None:
        first = message.splitlines()[0] if message else "it cannot be read"
        return fault(SYNTAX, 0, len(text), first[:200])
    at = len(text.encode()[: max(0, position - len(_PREFIX))].decode(errors="ignore"))
    if at >= len(text.rstrip()):
        return fault(SYNTAX, len(text.rstrip()), 0, "the expression ends too early")
    rest = text[at:].split()[0] if text[at:].split() else ""
    return fault(SYNTAX, at, len(rest), f"the expression cannot be read from {rest[:40]!r} on")
