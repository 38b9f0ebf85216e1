"""Expressions of rules: parsed once, checked against declared types, evaluated exactly.

    node = parse_expression("500.00 * hours_worked / reference_hours")
    checked = check_expression(node, {"hours_worked": decimal(9, 2, lo=0), ...}, want="number")
    evaluate(checked, {"hours_worked": Fraction(803), ...}).value          # one person
    round_sql(compile_sql(checked, columns), 2, "up")                      # a batch

Only `parse_expression` imports the engine; everything else works on the tree, which a cache may
keep as JSON.
"""

from typing import TYPE_CHECKING, Any

from ilactl.rules.expressions.check import Checked, Want, check_expression
from ilactl.rules.expressions.compile import SqlColumn, SqlNumber, SqlValue, compile_sql, round_sql
from ilactl.rules.expressions.evaluate import Facts, evaluate, value_of
from ilactl.rules.expressions.faults import ExpressionFault, Fault
from ilactl.rules.expressions.text import digest, from_json, text_of, to_json
from ilactl.rules.expressions.trace import Outcome, Step
from ilactl.rules.expressions.tree import Node, Value, names_in
from ilactl.rules.expressions.types import Bool, Date, Number, Text, Type, decimal, integer, misfit

if TYPE_CHECKING:
    from ilactl.rules.expressions.parse import parse_expression

__all__ = [
    "Bool",
    "Checked",
    "Date",
    "ExpressionFault",
    "Facts",
    "Fault",
    "Node",
    "Number",
    "Outcome",
    "SqlColumn",
    "SqlNumber",
    "SqlValue",
    "Step",
    "Text",
    "Type",
    "Value",
    "Want",
    "check_expression",
    "compile_sql",
    "decimal",
    "digest",
    "evaluate",
    "from_json",
    "integer",
    "misfit",
    "names_in",
    "parse_expression",
    "round_sql",
    "text_of",
    "to_json",
    "value_of",
]


def __getattr__(name: str) -> Any:
    """The parser is loaded where it is needed: mostly the trees are known already."""
    if name == "parse_expression":
        from ilactl.rules.expressions.parse import parse_expression

        return parse_expression
    raise AttributeError(name)
